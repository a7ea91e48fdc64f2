//! Table `[[calendar.feed]]`, as meant.

use std::sync::Arc;

use crate::config::checked::{FeedPlace, FeedSource};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::calendar::feed::{Feed, FeedRules, Filter, Known, Pattern};
use crate::domain::notice::Notice;

use super::Findings;
use super::text::{self, hours, seconds};

/// The age at which a feed is too old, unless the file says otherwise: a day without its server.
const STALE_AFTER: &str = "24h";

/// Returns one table `[[calendar.feed]]` of the calendar called `calendar`: how it is read, and where it comes from.
pub fn feed(
    calendar: &str,
    raw: &raw::Feed,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<(Feed, FeedSource)> {
    let place = place(raw, at, found);
    // A server is not asked more than once a minute, and a file not more than once a second.
    let shortest = if raw.url.is_some() { seconds(60) } else { seconds(1) };
    let refresh = text::length(&raw.refresh, shortest..=hours(24), &at.key("refresh"), found);
    let age = raw.stale_after.as_deref().unwrap_or(STALE_AFTER);
    let stale_after = text::length(age, seconds(60)..=hours(24 * 366), &at.key("stale_after"), found);
    let pad = |text: &str, key: &str, found: &mut Findings<'_>| {
        text::length(text, seconds(0)..=hours(24 * 31), &at.key(key), found)
    };
    let pad_before = pad(&raw.pad_before, "pad_before", found);
    let pad_after = pad(&raw.pad_after, "pad_after", found);
    let most = u8::try_from(raw.max_malformed).ok().filter(|percent| *percent <= 100);
    let most_malformed = most.or_else(|| {
        found.refuse(&at.key("max_malformed"), Notice::new("TW-C088").with("value", raw.max_malformed))
    });
    let filter = Filter {
        categories: raw.categories.clone(),
        summary: raw.summary.iter().map(|pattern| Pattern::new(pattern)).collect(),
        only_busy: raw.only_busy,
    };
    let rules = FeedRules {
        filter,
        pad_before: pad_before?,
        pad_after: pad_after?,
        day_before_holiday: raw.day_before_holiday,
        most_malformed: most_malformed?,
        may_be_empty: raw.may_be_empty,
    };
    let source = FeedSource {
        calendar: calendar.to_owned(),
        name: raw.name.clone(),
        place: place?,
        refresh: refresh?,
        stale_after: stale_after?,
        aged_by_file: raw.path.is_some() && raw.stale_after.is_some(),
    };
    Some((Feed { name: raw.name.clone(), rules: Arc::new(rules), known: Known::Nothing }, source))
}

fn place(raw: &raw::Feed, at: &Path, found: &mut Findings<'_>) -> Option<FeedPlace> {
    let login = match (&raw.user, &raw.password) {
        (Some(user), Some(password)) => {
            let secret = found.secret(password, &at.key("password"))?;
            Some((user.clone(), secret))
        }
        (None, None) => None,
        (Some(_), None) => return found.refuse(&at.key("user"), Notice::new("TW-C087")),
        (None, Some(_)) => return found.refuse(&at.key("password"), Notice::new("TW-C087")),
    };
    match (&raw.url, &raw.path) {
        (Some(url), None) => {
            let place = at.key("url");
            let url = text::url(url, &place, found)?;
            if !url.starts_with("https://") && !raw.allow_private {
                return found.refuse(&place, Notice::new("TW-C086"));
            }
            Some(FeedPlace::Url { url, login, allow_private: raw.allow_private })
        }
        (None, Some(path)) => Some(FeedPlace::Path(text::absolute(path, &at.key("path"), found)?)),
        (Some(_), Some(_)) | (None, None) => found.refuse(at, Notice::new("TW-C085")),
    }
}
