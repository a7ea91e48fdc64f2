//! Table `[[calendar]]`, as meant.

use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;

use crate::config::checked::FeedSource;
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::calendar::{BadTime, Calendar, DayTime, Freeze, WeekTime, Window, weekday};
use crate::domain::notice::Notice;

use super::{Findings, feed};

/// Returns one table `[[calendar]]`, and where its feeds come from.
pub fn calendar(
    raw: &raw::Calendar,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<(Calendar, Vec<FeedSource>)> {
    named(&raw.name, at, found);
    let zone = zone(&raw.time_zone, &at.key("time_zone"), found);
    let closed = windows(&raw.closed, &at.key("closed"), found);
    let open = windows(&raw.open, &at.key("open"), found);
    let mut freezes = Vec::new();
    for (index, one) in raw.freeze.iter().enumerate() {
        freezes.extend(freeze(one, &at.key("freeze").index(index), found));
    }
    let (mut feeds, mut sources) = (Vec::new(), Vec::new());
    found.distinct(&at.key("feed"), "name", raw.feed.iter().map(|feed| feed.name.clone()));
    for (index, one) in raw.feed.iter().enumerate() {
        named(&one.name, &at.key("feed").index(index), found);
        if let Some((feed, source)) = feed::feed(&raw.name, one, &at.key("feed").index(index), found) {
            feeds.push(feed);
            sources.push(source);
        }
    }
    let name = raw.name.clone();
    Some((Calendar { name, zone: zone?, closed, open, freezes, feeds }, sources))
}

/// Answers point to a rule by its name, so it needs one.
fn named(name: &str, at: &Path, found: &mut Findings<'_>) {
    if name.trim().is_empty() {
        found.report(&at.key("name"), Notice::new("TW-C009"));
    }
}

/// Returns the zone with this name.
pub fn zone(name: &str, at: &Path, found: &mut Findings<'_>) -> Option<TimeZone> {
    TimeZone::get(name).ok().or_else(|| found.refuse(at, Notice::new("TW-C058").with("value", name)))
}

fn windows(raw: &[raw::Window], at: &Path, found: &mut Findings<'_>) -> Vec<Window> {
    raw.iter().enumerate().filter_map(|(index, one)| window(one, &at.index(index), found)).collect()
}

/// A window whose edges name days is weekly, one whose edges are times of day is daily.
fn window(raw: &raw::Window, at: &Path, found: &mut Findings<'_>) -> Option<Window> {
    named(&raw.name, at, found);
    let weekly = raw.from.trim().contains(' ') || raw.to.trim().contains(' ');
    if weekly && raw.days.is_some() {
        return found.refuse(&at.key("days"), Notice::new("TW-C070"));
    }
    let made = if weekly {
        let from = told(WeekTime::parse(&raw.from), &at.key("from"), found);
        let to = told(WeekTime::parse(&raw.to), &at.key("to"), found);
        Window::weekly(&raw.name, from?, to?)
    } else {
        let from = told(DayTime::parse(&raw.from), &at.key("from"), found);
        let to = told(DayTime::parse(&raw.to), &at.key("to"), found);
        let days = days(raw.days.as_deref().unwrap_or_default(), &at.key("days"), found);
        Window::daily(&raw.name, &days?, from?, to?)
    };
    told(made, &at.key("to"), found)
}

fn days(raw: &[String], at: &Path, found: &mut Findings<'_>) -> Option<Vec<Weekday>> {
    let mut days = Vec::new();
    for (index, name) in raw.iter().enumerate() {
        days.push(told(weekday(name), &at.index(index), found));
    }
    days.into_iter().collect()
}

fn freeze(raw: &raw::Freeze, at: &Path, found: &mut Findings<'_>) -> Option<Freeze> {
    named(&raw.name, at, found);
    let from = wall(&raw.from, &at.key("from"), found);
    let to = match &raw.to {
        Some(to) => Some(wall(to, &at.key("to"), found)?),
        None => None,
    };
    told(Freeze::new(&raw.name, from?, to), &at.key("to"), found)
}

fn wall(text: &str, at: &Path, found: &mut Findings<'_>) -> Option<DateTime> {
    // A wall time alone: an offset or `Z` would say something else than the calendar's zone.
    let plain =
        !text.ends_with(['Z', 'z']) && text.get(10..).is_none_or(|rest| !rest.contains(['+', '[', '-']));
    let parsed = if plain { text.parse().ok() } else { None };
    parsed.or_else(|| found.refuse(at, Notice::new("TW-C071").with("value", text)))
}

fn told<T>(made: Result<T, BadTime>, at: &Path, found: &mut Findings<'_>) -> Option<T> {
    match made {
        Ok(made) => Some(made),
        Err(BadTime::Empty) => found.refuse(at, Notice::new("TW-C072")),
        Err(BadTime::Time(value)) => found.refuse(at, Notice::new("TW-C073").with("value", value)),
        Err(BadTime::Day(value)) => found.refuse(at, Notice::new("TW-C074").with("value", value)),
        Err(BadTime::Week(value)) => found.refuse(at, Notice::new("TW-C075").with("value", value)),
    }
}
