//! Keeps the calendar feeds fresh and lends what they say to every question.
//!
//! One loop per feed: read it, lay it out, keep it, wake the environments whose calendar it is. What cannot be read
//! leaves the last good copy in place until that is too old; then the calendar is closed, and its environments are
//! woken to say so.
//!
//! Races: (a) a gate is asked while a new copy is laid out: it sees the old one whole or the new one whole; (b) the
//! daemon is killed between fetching and keeping: the next start has the copy before, and fetches again; (c) the clock
//! steps: the loop waits for the clock and for real time, whichever comes first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::config::{FeedPlace, FeedSource};
use crate::domain::calendar::Calendar;
use crate::domain::calendar::feed::{Busy, Feed, Known, MOST_NAMED, read_feed};
use crate::domain::gravity::Gravity;
use crate::domain::notice::Notice;
use crate::engine::view::FeedView;
use crate::engine::{Engine, EngineError, Place};
use crate::feeds::{FeedError, Fetched, Marks, fetch, read_file};
use crate::points;
use crate::store::{KeptFeed, StoreError};

/// How soon a feed that could not be read is tried again, unless it is read more often anyway.
const TRY_AGAIN: Duration = Duration::from_secs(60);
/// After so many days a copy is laid out anew although it did not change: it was laid out for a year from then.
const LAY_OUT_EVERY: i64 = 7;

/// What is known of all feeds, in the order of the configuration.
pub(super) struct Feeds(Vec<Mutex<Held>>);

/// What is known of one feed.
#[derive(Default)]
struct Held {
    copy: Option<Copy>,
    /// Why the last try brought nothing.
    trouble: Option<Notice>,
}

/// A copy that is laid out.
struct Copy {
    busy: Arc<Busy>,
    digest: [u8; 32],
    marks: Marks,
    good_at: Timestamp,
    laid_out_at: Timestamp,
}

/// What a look at the source brought.
struct News {
    /// The new bytes; `None` when they are the old ones.
    bytes: Option<(Vec<u8>, Marks)>,
    good_at: Timestamp,
}

impl Feeds {
    pub(super) fn new(sources: &[FeedSource]) -> Self {
        Self(sources.iter().map(|_| Mutex::default()).collect())
    }

    fn hold(&self, place: usize) -> MutexGuard<'_, Held> {
        // Each change under the lock is one assignment, so what a panic leaves behind is whole.
        self.0[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn known(&self, source: &FeedSource, now: Timestamp) -> Known {
        let copy = self.copy.as_ref().map(|copy| (Arc::clone(&copy.busy), copy.good_at));
        Known::of(copy, source.stale_after, now)
    }
}

impl Engine {
    /// Returns the calendars of an environment, with what their feeds say now.
    pub fn calendars(&self, place: &Place) -> Vec<Calendar> {
        let now = self.0.clock.now();
        let mut calendars = place.calendars.clone();
        for calendar in &mut calendars {
            for feed in &mut calendar.feeds {
                if let Some(at) = self.feed_place(&calendar.name, &feed.name) {
                    feed.known = self.0.feeds.hold(at).known(&self.0.config.feeds[at], now);
                }
            }
        }
        calendars
    }

    /// Returns how every feed is.
    pub fn feed_views(&self) -> Vec<FeedView> {
        let now = self.0.clock.now();
        let view = |(at, source): (usize, &FeedSource)| {
            let held = self.0.feeds.hold(at);
            let copy = held.copy.as_ref();
            FeedView {
                calendar: source.calendar.clone(),
                feed: source.name.clone(),
                believed: matches!(held.known(source, now), Known::Fresh(_)),
                good_at: copy.map(|copy| copy.good_at),
                events: copy.map_or(0, |copy| copy.busy.events),
                malformed: copy.map_or(0, |copy| copy.busy.malformed.len()),
                trouble: held.trouble.clone(),
            }
        };
        self.0.config.feeds.iter().enumerate().map(view).collect()
    }

    /// Returns the figures of the feeds in the OpenMetrics text form.
    pub(super) fn feed_figures(&self) -> String {
        let now = self.0.clock.now();
        let views = self.feed_views();
        if views.is_empty() {
            return String::new();
        }
        let mut ages = String::from("# TYPE tagwarden_feed_age_seconds gauge\n");
        let mut believed = String::from("# TYPE tagwarden_feed_believed gauge\n");
        for view in views {
            let plain = |text: &str| text.replace(['\\', '"', '\n'], "_");
            let labels = format!("{{calendar=\"{}\",feed=\"{}\"}}", plain(&view.calendar), plain(&view.feed));
            if let Some(good_at) = view.good_at {
                let age = good_at.duration_until(now).as_secs();
                ages.push_str(&format!("tagwarden_feed_age_seconds{labels} {age}\n"));
            }
            believed.push_str(&format!("tagwarden_feed_believed{labels} {}\n", u8::from(view.believed)));
        }
        ages + &believed
    }

    /// Takes up the kept copies, and reads the feeds that are files.
    ///
    /// # Errors
    /// The store could not be read.
    pub(super) async fn remember_feeds(&self) -> Result<(), EngineError> {
        for (at, source) in self.0.config.feeds.iter().enumerate() {
            let (calendar, name, digest) = (source.calendar.clone(), source.name.clone(), source.digest());
            let Some(kept) = self.0.store.read(move |r| r.feed(&calendar, &name, &digest)).await? else {
                continue;
            };
            let marks = Marks { etag: kept.etag, last_modified: kept.last_modified };
            match self.lay_out(at, kept.body, marks, kept.good_at).await {
                Ok(copy) => self.0.feeds.hold(at).copy = Some(copy),
                // The rules may have become stricter since; the source is asked anyway.
                Err(why) => self.0.feeds.hold(at).trouble = Some(why),
            }
        }
        // A file is there at once; for a server nobody waits here.
        for (at, source) in self.0.config.feeds.iter().enumerate() {
            match &source.place {
                FeedPlace::Path(_) => self.read_again(at, source).await?,
                FeedPlace::Url { .. } => {}
            }
        }
        Ok(())
    }

    /// Keeps one feed fresh until `stop`.
    pub(super) async fn tend(self, at: usize, stop: CancellationToken) {
        let source = self.0.config.feeds[at].clone();
        let mut said = self.standing(at);
        while !stop.is_cancelled() {
            let pause = match self.read_again(at, &source).await {
                Ok(()) => source.refresh,
                Err(error) => {
                    tracing::warn!(
                        calendar = source.calendar,
                        feed = source.name,
                        id = error.id(),
                        "{error}"
                    );
                    TRY_AGAIN.min(source.refresh)
                }
            };
            let pause = if self.0.feeds.hold(at).trouble.is_some() { TRY_AGAIN.min(pause) } else { pause };
            let standing = self.standing(at);
            if standing != said {
                said = standing;
                self.wake_places(&source.calendar);
            }
            self.rest(at, &source, pause, &stop).await;
        }
    }

    /// Returns once the feed is to be read again, or becomes too old, or the daemon stops.
    async fn rest(&self, at: usize, source: &FeedSource, pause: Duration, stop: &CancellationToken) {
        let later = |from: Timestamp, length: Duration| {
            let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
            from.saturating_add(length).unwrap_or(Timestamp::MAX)
        };
        let now = self.0.clock.now();
        let good_at = self.0.feeds.hold(at).copy.as_ref().map(|copy| copy.good_at);
        let old_at = good_at.map(|good_at| later(good_at, source.stale_after + Duration::from_secs(1)));
        let due = later(now, pause).min(old_at.filter(|at| *at > now).unwrap_or(Timestamp::MAX));
        tokio::select! {
            () = self.0.clock.sleep_until(due) => {}
            () = self.0.clock.pause(pause) => {}
            () = stop.cancelled() => {}
        }
    }

    /// Reads the feed once; what the source itself has wrong is kept as its trouble.
    async fn read_again(&self, at: usize, source: &FeedSource) -> Result<(), EngineError> {
        let now = self.0.clock.now();
        let (digest, marks) = self.held_marks(at, now);
        points::before("feed").map_err(StoreError::from)?;
        let asked = self.ask_source(source, marks, now).await;
        points::after("feed").map_err(StoreError::from)?;
        let news = match asked {
            Ok(news) => news,
            Err(error) => {
                let grave = error.gravity() == Gravity::Permanent;
                self.trouble(at, source, error.notice(), grave);
                return Ok(());
            }
        };
        let Some((bytes, marks)) = news.bytes else { return self.still_good(at, source, news.good_at).await };
        let new_digest: [u8; 32] = Sha256::digest(&bytes).into();
        if digest == Some(new_digest) {
            return self.still_good(at, source, news.good_at).await;
        }
        match self.lay_out(at, bytes.clone(), marks.clone(), news.good_at).await {
            Ok(copy) => {
                let kept = KeptFeed {
                    source: source.digest(),
                    body: bytes,
                    etag: marks.etag,
                    last_modified: marks.last_modified,
                    good_at: news.good_at,
                };
                let (calendar, name) = (source.calendar.clone(), source.name.clone());
                tell_malformed(source, &copy.busy);
                *self.0.feeds.hold(at) = Held { copy: Some(copy), trouble: None };
                points::before("feed-kept").map_err(StoreError::from)?;
                self.0.store.write(move |w| w.put_feed(&calendar, &name, &kept)).await?;
                points::after("feed-kept").map_err(StoreError::from)?;
            }
            Err(why) => self.trouble(at, source, why, true),
        }
        Ok(())
    }

    /// Returns the digest and the marks of the copy that is held, unless it is to be laid out anew.
    fn held_marks(&self, at: usize, now: Timestamp) -> (Option<[u8; 32]>, Marks) {
        let held = self.0.feeds.hold(at);
        let recent = |copy: &&Copy| copy.laid_out_at.duration_until(now).as_hours() < 24 * LAY_OUT_EVERY;
        match held.copy.as_ref().filter(recent) {
            Some(copy) => (Some(copy.digest), copy.marks.clone()),
            None => (None, Marks::default()),
        }
    }

    async fn ask_source(&self, source: &FeedSource, marks: Marks, now: Timestamp) -> Result<News, FeedError> {
        match &source.place {
            FeedPlace::Url { url, login, allow_private } => {
                let bytes = match fetch(url, login.as_ref(), *allow_private, &marks).await? {
                    Fetched::Same => None,
                    Fetched::New { bytes, marks } => Some((bytes, marks)),
                };
                Ok(News { bytes, good_at: now })
            }
            FeedPlace::Path(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || read_file(&path)).await;
                let found = read.unwrap_or(Err(FeedError::Unusable))?;
                let good_at = if source.aged_by_file { found.written_at } else { now };
                Ok(News { bytes: Some((found.bytes, Marks::default())), good_at })
            }
        }
    }

    /// Lays a copy out away from the loops that must answer.
    async fn lay_out(
        &self,
        at: usize,
        bytes: Vec<u8>,
        marks: Marks,
        good_at: Timestamp,
    ) -> Result<Copy, Notice> {
        let source = &self.0.config.feeds[at];
        let calendar = self.0.config.calendars.get(&source.calendar);
        let feed = calendar.and_then(|calendar| calendar.feeds.iter().find(|feed| feed.name == source.name));
        let (Some(calendar), Some(Feed { rules, .. })) = (calendar, feed) else {
            return Err(Notice::new("TW-K055"));
        };
        let (zone, rules, now) = (calendar.zone.clone(), Arc::clone(rules), self.0.clock.now());
        let laid = tokio::task::spawn_blocking(move || {
            let digest = Sha256::digest(&bytes).into();
            read_feed(&bytes, &rules, &zone, now).map(|busy| (busy, digest))
        });
        match laid.await {
            Ok(Ok((busy, digest))) => {
                Ok(Copy { busy: Arc::new(busy), digest, marks, good_at, laid_out_at: now })
            }
            Ok(Err(why)) => Err(why.notice()),
            Err(_) => Err(Notice::new("TW-K044")),
        }
    }

    async fn still_good(
        &self,
        at: usize,
        source: &FeedSource,
        good_at: Timestamp,
    ) -> Result<(), EngineError> {
        {
            let mut held = self.0.feeds.hold(at);
            held.trouble = None;
            if let Some(copy) = &mut held.copy {
                copy.good_at = good_at;
            }
        }
        let (calendar, name) = (source.calendar.clone(), source.name.clone());
        Ok(self.0.store.write(move |w| w.feed_is_good(&calendar, &name, good_at)).await?)
    }

    /// Remembers why a feed could not be read, and logs it when it is news.
    fn trouble(&self, at: usize, source: &FeedSource, why: Notice, grave: bool) {
        let mut held = self.0.feeds.hold(at);
        if held.trouble.as_ref() != Some(&why) {
            let said = super::outbox::english(&why);
            if grave {
                tracing::error!(calendar = source.calendar, feed = source.name, id = why.id, "{said}");
            } else {
                tracing::warn!(calendar = source.calendar, feed = source.name, id = why.id, "{said}");
            }
        }
        held.trouble = Some(why);
    }

    /// Returns what the environments are woken for when it changes: the copy, and whether it is believed.
    fn standing(&self, at: usize) -> (Option<[u8; 32]>, bool) {
        let held = self.0.feeds.hold(at);
        let known = held.known(&self.0.config.feeds[at], self.0.clock.now());
        (held.copy.as_ref().map(|copy| copy.digest), matches!(known, Known::Fresh(_)))
    }

    fn wake_places(&self, calendar: &str) {
        for place in &self.0.places {
            if place.calendars.iter().any(|one| one.name == calendar) {
                place.nudge.notify_one();
            }
        }
    }

    fn feed_place(&self, calendar: &str, feed: &str) -> Option<usize> {
        self.0.config.feeds.iter().position(|source| source.calendar == calendar && source.name == feed)
    }
}

/// Logs what a new copy has that is not understood.
fn tell_malformed(source: &FeedSource, busy: &Busy) {
    for one in busy.malformed.iter().take(MOST_NAMED) {
        let notice = one.notice().with("calendar", &source.calendar).with("feed", &source.name);
        tracing::warn!(id = notice.id, "{}", super::outbox::english(&notice));
    }
}
