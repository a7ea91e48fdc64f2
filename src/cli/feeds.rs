//! What the feeds of a configuration say to a command that asks no daemon: files as they stand there now, and of
//! fetched ones the last good copy that a daemon kept, where its folder may be read.

use std::sync::Arc;

use jiff::Timestamp;

use crate::cli::terminal::Terminal;
use crate::config::{Config, FeedPlace, FeedSource};
use crate::domain::calendar::feed::{Busy, Feed, Known, read_feed};
use crate::domain::notice::Notice;
use crate::feeds::read_file;
use crate::store::kept_feed;

/// Takes up what every feed says at `now`, and returns what hindered it.
pub fn attach(config: &mut Config, now: Timestamp, terminal: &Terminal) -> Vec<Notice> {
    let mut odd = Vec::new();
    let state = config.server.state_dir.clone();
    for source in &config.feeds {
        let Some(calendar) = config.calendars.get_mut(&source.calendar) else { continue };
        let Some(feed) = calendar.feeds.iter_mut().find(|feed| feed.name == source.name) else { continue };
        let mut hindered = |why: Notice| {
            let about = Notice::new("TW-K024").with("calendar", &source.calendar).with("feed", &source.name);
            odd.push(about.with("why", terminal.say(&why)));
        };
        let lay_out = |bytes: &[u8], feed: &Feed| {
            read_feed(bytes, &feed.rules, &calendar.zone, now).map(Arc::new).map_err(|why| why.notice())
        };
        let copy = match from_file(source, now, |bytes| lay_out(bytes, feed)) {
            Some(Ok(copy)) => Some(copy),
            none_or_bad => {
                if let Some(Err(why)) = none_or_bad {
                    hindered(why);
                }
                let kept = kept_feed(&state, &source.calendar, &source.name, &source.digest());
                let kept =
                    kept.map_err(|error| Notice::new(error.id()).with("why", &error)).and_then(|kept| {
                        kept.map(|kept| lay_out(&kept.body, feed).map(|busy| (busy, kept.good_at)))
                            .transpose()
                    });
                kept.unwrap_or_else(|why| {
                    hindered(why);
                    None
                })
            }
        };
        feed.known = Known::of(copy, source.stale_after, now);
    }
    odd
}

/// Returns what a feed says that is a file, and when it was good; `None` when it is none.
fn from_file(
    source: &FeedSource,
    now: Timestamp,
    lay_out: impl Fn(&[u8]) -> Result<Arc<Busy>, Notice>,
) -> Option<Result<(Arc<Busy>, Timestamp), Notice>> {
    match &source.place {
        FeedPlace::Url { .. } => None,
        FeedPlace::Path(path) => Some(read_file(path).map_err(|error| error.notice()).and_then(|found| {
            let good_at = if source.aged_by_file { found.written_at } else { now };
            Ok((lay_out(&found.bytes)?, good_at))
        })),
    }
}
