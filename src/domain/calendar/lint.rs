//! What is odd about a calendar, before it surprises somebody on a Friday.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::feed::{Busy, Feed, Known, MOST_NAMED, Malformed};
use super::wall::{Side, edge, is_lost};
use super::{Calendar, read};
use crate::domain::notice::Notice;

/// A calendar without a slot in so many days is probably not meant like that.
const SLOT_WITHIN_DAYS: i64 = 14;
/// How far ahead edges in lost hours are looked for: a year holds every clock change once.
const AHEAD_DAYS: i64 = 366;

/// Returns what is odd about `calendar` at `now`, when a slot needs `room`.
pub fn lint(calendar: &Calendar, room: Duration, now: Timestamp) -> Vec<Notice> {
    let mut odd = Vec::new();
    let about = |id: &str| Notice::new(id).with("calendar", &calendar.name);
    for freeze in &calendar.freezes {
        if freeze.stretch(&calendar.zone).is_some_and(|stretch| stretch.to <= now) {
            odd.push(about("TW-K001").with("rule", &freeze.name));
        }
        for wall in freeze.walls().filter(|wall| is_lost(&calendar.zone, *wall)) {
            odd.push(about("TW-K002").with("rule", &freeze.name).with("time", wall));
        }
    }
    odd.extend(calendar.feeds.iter().flat_map(|feed| of_feed(calendar, feed)));
    let believed = calendar.feeds.iter().all(|feed| feed.busy().is_some());
    let soon =
        now.saturating_add(SignedDuration::from_hours(24 * SLOT_WITHIN_DAYS)).unwrap_or(Timestamp::MAX);
    // That there is no slot follows from a feed that is not believed, and is no news of its own.
    if believed && read(&[calendar], now, room).next_slot.is_none_or(|slot| slot > soon) {
        odd.push(about("TW-K003").with("days", SLOT_WITHIN_DAYS));
    }
    let mut date = calendar.zone.to_datetime(now).date();
    let mut told: Vec<&str> = Vec::new();
    for _ in 0..AHEAD_DAYS {
        for window in calendar.closed.iter().chain(&calendar.open) {
            let Some((start, end)) = window.starting_on(date) else { continue };
            let lost = [start, end].into_iter().find(|wall| is_lost(&calendar.zone, *wall));
            if let Some(wall) = lost
                && !told.contains(&window.name.as_str())
            {
                told.push(&window.name);
                odd.push(about("TW-K002").with("rule", &window.name).with("time", wall));
            }
        }
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    odd.extend(calendar.open.iter().filter_map(|window| {
        let (start, end) = first_after(calendar, window, now)?;
        let length = Duration::try_from(start.duration_until(end)).unwrap_or_default();
        (length < room).then(|| about("TW-K004").with("rule", &window.name))
    }));
    odd
}

/// Returns what is odd about a feed: that it is not believed, or what in it is not understood.
fn of_feed(calendar: &Calendar, feed: &Feed) -> Vec<Notice> {
    let about = |id: &str| Notice::new(id).with("calendar", &calendar.name).with("feed", &feed.name);
    match &feed.known {
        Known::Nothing => vec![about("TW-K020")],
        Known::Stale { since } => {
            let since = since.to_zoned_datetime(calendar.zone.clone());
            vec![about("TW-K021").with("since_at", since)]
        }
        Known::Fresh(busy) => in_feed(calendar, feed, busy),
    }
}

fn in_feed(calendar: &Calendar, feed: &Feed, busy: &Busy) -> Vec<Notice> {
    let about = |id: &str| Notice::new(id).with("calendar", &calendar.name).with("feed", &feed.name);
    let named = |one: &Malformed| one.notice().with("calendar", &calendar.name).with("feed", &feed.name);
    let mut odd: Vec<Notice> = busy.malformed.iter().take(MOST_NAMED).map(named).collect();
    if busy.malformed.len() > MOST_NAMED {
        odd.push(about("TW-K023").with("count", busy.malformed.len() - MOST_NAMED));
    }
    for lost in busy.lost().into_iter().take(MOST_NAMED) {
        let start = lost.start.to_zoned_datetime(calendar.zone.clone());
        odd.push(
            about("TW-K022").with("event", lost.summary).with("time", lost.wall).with("start_at", start),
        );
    }
    odd
}

/// Returns the next stretch of an open window.
fn first_after(
    calendar: &Calendar,
    window: &super::Window,
    now: Timestamp,
) -> Option<(Timestamp, Timestamp)> {
    let mut date = calendar.zone.to_datetime(now).date();
    for _ in 0..8 {
        if let Some((start, end)) = window.starting_on(date) {
            return Some((edge(&calendar.zone, start, Side::Start)?, edge(&calendar.zone, end, Side::End)?));
        }
        date = date.tomorrow().ok()?;
    }
    None
}
