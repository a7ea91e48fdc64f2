//! What calendars say at an instant.
//!
//! Windows repeat for ever, so they are only laid out over a stretch of time around the question: two weeks at first,
//! which answers nearly every question, then more, up to [`FARTHEST`].

use std::time::Duration;

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp};

use super::feed::{Feed, Known};
use super::window::{Stretch, days_after, merged};
use super::{Calendar, Piece, Reading, Reason, ReasonKind};

/// How far ahead is looked, in days, step by step.
///
/// Four years hold every pattern that weekly windows, leap days and clock changes can make; whoever freezes for longer
/// is told that no opening is known.
const REACH: [i64; 4] = [14, 70, 400, FARTHEST];
/// The farthest that is looked ahead, in days.
const FARTHEST: i64 = 4 * 366;

/// A rule and the stretches in which it closes, merged.
struct Denial {
    kind: ReasonKind,
    name: String,
    stretches: Vec<Stretch>,
    since: Option<Timestamp>,
}

/// Returns what `calendars` say together at `at`, where a slot needs `room`: open only if all are.
pub fn read(calendars: &[&Calendar], at: Timestamp, room: Duration) -> Reading {
    let mut reading = None;
    for days in REACH {
        let end = at.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX);
        let (found, complete) = read_within(calendars, at, end, room);
        reading = Some(found);
        if complete {
            break;
        }
    }
    reading.unwrap_or(Reading {
        open: true,
        reasons: Vec::new(),
        next_open: Some(at),
        next_close: None,
        next_slot: Some(at),
    })
}

/// Returns what holds from `from` to `to`, piece by piece: each with the rules that close it, none of them when open.
pub fn lay_out(calendars: &[&Calendar], from: Timestamp, to: Timestamp) -> Vec<Piece> {
    let denials: Vec<Denial> = calendars.iter().flat_map(|calendar| denials(calendar, from, to)).collect();
    let mut edges: Vec<Timestamp> = vec![from, to];
    for denial in &denials {
        edges.extend(denial.stretches.iter().flat_map(|stretch| [stretch.from, stretch.to]));
    }
    edges.retain(|edge| (from..=to).contains(edge));
    edges.sort_unstable();
    edges.dedup();
    let mut pieces: Vec<Piece> = Vec::new();
    for edge in edges.windows(2) {
        let rules: Vec<(ReasonKind, String)> = denials
            .iter()
            .filter(|denial| denial.holds(edge[0]))
            .map(|denial| (denial.kind, denial.name.clone()))
            .collect();
        match pieces.last_mut() {
            Some(last) if last.rules == rules => last.to = edge[1],
            Some(_) | None => pieces.push(Piece { from: edge[0], to: edge[1], rules }),
        }
    }
    pieces
}

/// Returns what is known when nobody looks beyond `end`, and whether looking farther would not tell more.
fn read_within(calendars: &[&Calendar], at: Timestamp, end: Timestamp, room: Duration) -> (Reading, bool) {
    let denials: Vec<Denial> = calendars.iter().flat_map(|calendar| denials(calendar, at, end)).collect();
    let reasons: Vec<Reason> = denials.iter().filter_map(|denial| denial.reason(at, end)).collect();
    let closed = merged(denials.iter().flat_map(|denial| denial.stretches.iter().copied()).collect());
    let next_open = opening(&closed, at, end);
    let next_close = next_open.and_then(|from| closing(&closed, from));
    let room = SignedDuration::try_from(room).unwrap_or(SignedDuration::MAX);
    let next_slot = slot(&closed, at, end, room);
    let repeats = calendars.iter().any(|calendar| goes_on_after(calendar, end));
    let for_ever = closed.iter().any(|stretch| stretch.from <= at && stretch.to == Timestamp::MAX);
    let complete = for_ever || (next_slot.is_some() && (next_close.is_some() || !repeats));
    (Reading { open: next_open == Some(at), reasons, next_open, next_close, next_slot }, complete)
}

/// Returns whether something may close after `end` that is not laid out before it.
fn goes_on_after(calendar: &Calendar, end: Timestamp) -> bool {
    let windows = !calendar.closed.is_empty() || !calendar.open.is_empty();
    windows || calendar.feeds.iter().any(|feed| feed.busy().is_some_and(|busy| busy.goes_on_after(end)))
}

fn denials(calendar: &Calendar, at: Timestamp, end: Timestamp) -> Vec<Denial> {
    let zone = &calendar.zone;
    let denial = |kind, name: String, stretches| Denial { kind, name, stretches, since: None };
    let holidays = holidays(calendar, at, end);
    let mut denials = Vec::new();
    for window in &calendar.closed {
        let mut stretches = Vec::new();
        window.stretches(zone, (at, end), Date::weekday, &mut stretches);
        window.before_holidays(zone, &holidays, &mut stretches);
        denials.push(denial(ReasonKind::Window, window.name.clone(), merged(stretches)));
    }
    if !calendar.open.is_empty() {
        let eves: Vec<Date> = holidays.iter().filter_map(|(first, _)| days_after(*first, -1)).collect();
        let day_of = |date: Date| if eves.contains(&date) { Weekday::Friday } else { date.weekday() };
        let mut stretches = Vec::new();
        for window in &calendar.open {
            window.stretches(zone, (at, end), day_of, &mut stretches);
        }
        let names: Vec<&str> = calendar.open.iter().map(|window| window.name.as_str()).collect();
        let outside = outside(&merged(stretches), at, end);
        denials.push(denial(ReasonKind::OutsideOpen, names.join(", "), outside));
    }
    for freeze in &calendar.freezes {
        let stretches = freeze.stretch(zone).into_iter().collect();
        denials.push(denial(ReasonKind::Freeze, freeze.name.clone(), stretches));
    }
    denials.extend(calendar.feeds.iter().map(|feed| of_feed(feed, at, end)));
    denials
}

/// Returns what a feed closes: everything when it may not be believed.
fn of_feed(feed: &Feed, at: Timestamp, end: Timestamp) -> Denial {
    let name = feed.name.clone();
    let always = || vec![Stretch { from: Timestamp::MIN, to: Timestamp::MAX }];
    match &feed.known {
        Known::Fresh(busy) => {
            Denial { kind: ReasonKind::Feed, name, stretches: busy.stretches(at, end), since: None }
        }
        Known::Stale { since } => {
            Denial { kind: ReasonKind::StaleFeed, name, stretches: always(), since: Some(*since) }
        }
        Known::Nothing => Denial { kind: ReasonKind::StaleFeed, name, stretches: always(), since: None },
    }
}

/// Returns the whole-day events of the feeds whose eves behave like Fridays.
fn holidays(calendar: &Calendar, at: Timestamp, end: Timestamp) -> Vec<(Date, Date)> {
    let asked = calendar.feeds.iter().filter(|feed| feed.rules.day_before_holiday);
    let busy = asked.filter_map(Feed::busy);
    busy.flat_map(|busy| busy.holidays(at, end)).collect()
}

/// Returns what lies between the open stretches.
fn outside(open: &[Stretch], from: Timestamp, to: Timestamp) -> Vec<Stretch> {
    let mut gaps = Vec::new();
    let mut last = from;
    for stretch in open {
        if stretch.from > last {
            gaps.push(Stretch { from: last, to: stretch.from });
        }
        last = last.max(stretch.to);
    }
    if last < to {
        gaps.push(Stretch { from: last, to });
    }
    gaps
}

impl Denial {
    fn holds(&self, at: Timestamp) -> bool {
        let after = self.stretches.partition_point(|stretch| stretch.from <= at);
        after > 0 && at < self.stretches[after - 1].to
    }

    fn reason(&self, at: Timestamp, end: Timestamp) -> Option<Reason> {
        let holds = self.stretches.iter().find(|stretch| stretch.from <= at && at < stretch.to)?;
        let until = (holds.to < end && holds.to < Timestamp::MAX).then_some(holds.to);
        Some(Reason { kind: self.kind, name: self.name.clone(), until, since: self.since })
    }
}

/// Returns the first instant from `at` on that lies in no closed stretch.
fn opening(closed: &[Stretch], at: Timestamp, end: Timestamp) -> Option<Timestamp> {
    let open =
        closed.iter().find(|stretch| stretch.from <= at && at < stretch.to).map_or(at, |stretch| stretch.to);
    (open < end).then_some(open)
}

/// Returns the first closing after the open instant `from`.
fn closing(closed: &[Stretch], from: Timestamp) -> Option<Timestamp> {
    closed.iter().map(|stretch| stretch.from).find(|start| *start > from)
}

fn slot(closed: &[Stretch], at: Timestamp, end: Timestamp, room: SignedDuration) -> Option<Timestamp> {
    let mut from = opening(closed, at, end)?;
    loop {
        let needed = from.checked_add(room).ok()?;
        match closed.iter().find(|stretch| stretch.to > from && stretch.from < needed) {
            None => return Some(from),
            // A stretch of no room at all can still begin at the very end of a closed one.
            Some(in_the_way) if in_the_way.to < end => from = in_the_way.to,
            Some(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DayTime, Freeze, WeekTime, Window, weekday};
    use super::*;
    use jiff::tz::TimeZone;

    fn school() -> Calendar {
        let days = [weekday("Mon").unwrap(), weekday("Tue").unwrap()];
        let night = (DayTime::parse("22:00").unwrap(), DayTime::parse("06:00").unwrap());
        let weekend = (WeekTime::parse("Fri 16:00").unwrap(), WeekTime::parse("Mon 07:00").unwrap());
        let deadline = ("2026-12-01T08:00".parse().unwrap(), "2026-12-02T12:00".parse().unwrap());
        Calendar {
            name: "school".into(),
            zone: TimeZone::get("Europe/Paris").unwrap(),
            closed: vec![
                Window::weekly("weekend", weekend.0, weekend.1).unwrap(),
                Window::daily("nights", &days, night.0, night.1).unwrap(),
            ],
            open: Vec::new(),
            freezes: vec![Freeze::new("hours deadline", deadline.0, Some(deadline.1)).unwrap()],
            feeds: Vec::new(),
        }
    }

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const ROOM: Duration = Duration::from_secs(45 * 60);

    #[test]
    fn a_friday_afternoon_is_open_until_the_very_second_of_the_weekend() {
        let calendar = school();
        let last = read(&[&calendar], instant("2026-11-27T15:59:59+01:00"), Duration::ZERO);
        assert!(last.open);
        let first = read(&[&calendar], instant("2026-11-27T16:00:00+01:00"), ROOM);
        assert!(!first.open);
        assert_eq!(first.reasons[0].until, Some(instant("2026-11-30T06:00:00Z")));
        assert_eq!(first.next_open, Some(instant("2026-11-30T07:00:00+01:00")));
        assert_eq!(first.next_slot, first.next_open);
    }

    #[test]
    fn half_an_hour_before_the_weekend_there_is_no_room_left() {
        let reading = read(&[&school()], instant("2026-11-27T15:30:00+01:00"), ROOM);
        assert!(reading.open);
        assert_eq!(reading.next_close, Some(instant("2026-11-27T15:00:00Z")));
        assert_eq!(reading.next_slot, Some(instant("2026-11-30T06:00:00Z")));
    }

    #[test]
    fn a_freeze_without_an_end_leaves_no_opening_known() {
        let mut calendar = school();
        calendar.freezes = vec![Freeze::new("stop", "2026-11-01T00:00".parse().unwrap(), None).unwrap()];
        let reading = read(&[&calendar], instant("2026-11-25T10:00:00+01:00"), ROOM);
        assert_eq!((reading.open, reading.next_open, reading.next_slot), (false, None, None));
        assert_eq!(reading.reasons[0].until, None);
    }

    #[test]
    fn windows_that_touch_leave_no_opening_between_them() {
        let mut calendar = school();
        let day = |from: &str, to: &str| {
            Window::daily(from, &[], DayTime::parse(from).unwrap(), DayTime::parse(to).unwrap()).unwrap()
        };
        calendar.closed = vec![day("08:00", "12:00"), day("12:00", "13:00")];
        let reading = read(&[&calendar], instant("2026-11-25T11:00:00+01:00"), Duration::ZERO);
        assert_eq!(reading.next_open, Some(instant("2026-11-25T13:00:00+01:00")));
    }

    #[test]
    fn open_windows_close_everything_outside_them() {
        let mut calendar = school();
        calendar.closed.clear();
        let days = ["Mon", "Tue"].map(|day| weekday(day).unwrap());
        let office = (DayTime::parse("07:00").unwrap(), DayTime::parse("18:00").unwrap());
        calendar.open = vec![Window::daily("office", &days, office.0, office.1).unwrap()];
        let reading = read(&[&calendar], instant("2026-11-25T10:00:00+01:00"), ROOM);
        assert_eq!(reading.reasons[0].kind, ReasonKind::OutsideOpen);
        assert_eq!(reading.next_open, Some(instant("2026-11-30T07:00:00+01:00")));
    }

    #[test]
    fn an_edge_in_the_lost_hour_moves_to_the_jump_and_a_repeated_one_is_taken_whole() {
        let mut calendar = school();
        let window = |from: &str, to: &str| {
            Window::daily("w", &[], DayTime::parse(from).unwrap(), DayTime::parse(to).unwrap()).unwrap()
        };
        calendar.closed = vec![window("02:30", "05:00")];
        // In Paris the clocks jump from 02:00 to 03:00 on 28 March 2027 at 01:00 UTC.
        assert!(read(&[&calendar], instant("2027-03-28T00:59:59Z"), Duration::ZERO).open);
        assert!(!read(&[&calendar], instant("2027-03-28T01:00:00Z"), Duration::ZERO).open);
        // 02:30 comes twice on 31 October 2027: at 00:30 and at 01:30 UTC.
        assert!(!read(&[&calendar], instant("2027-10-31T00:30:00Z"), Duration::ZERO).open);
        calendar.closed = vec![window("01:00", "02:30")];
        assert!(!read(&[&calendar], instant("2027-10-31T01:29:59Z"), Duration::ZERO).open);
        assert!(read(&[&calendar], instant("2027-10-31T01:30:00Z"), Duration::ZERO).open);
    }

    #[test]
    fn several_calendars_are_open_only_when_all_are() {
        let mut other = school();
        other.closed.clear();
        other.freezes = vec![
            Freeze::new(
                "exam",
                "2026-11-25T09:00".parse().unwrap(),
                Some("2026-11-25T11:00".parse().unwrap()),
            )
            .unwrap(),
        ];
        let reading = read(&[&school(), &other], instant("2026-11-25T10:00:00+01:00"), ROOM);
        assert!(!reading.open);
        assert_eq!(reading.reasons[0].name, "exam");
        assert_eq!(reading.next_slot, Some(instant("2026-11-25T11:00:00+01:00")));
    }

    #[test]
    fn without_rules_it_is_always_open() {
        let at = instant("2026-11-25T10:00:00Z");
        let reading = read(&[], at, ROOM);
        assert_eq!((reading.open, reading.next_slot, reading.next_close), (true, Some(at), None));
    }
}
