//! The obvious answer: look at the clock on the wall every minute for three weeks.
//!
//! Nothing here knows of offsets, gaps and folds. A window begins at the first minute at which the clock shows its
//! start or more. It ends at the last minute at which the clock shows its end; if it never does, after the last one at
//! which it shows less.

use std::time::Duration;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};
use tagwarden::domain::calendar::{Calendar, DayTime, Freeze, WeekTime, Window, read};

use crate::{ZONES, instant, zone};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// Minutes before the asked instant, so that windows that have begun are seen, and after it.
const BEFORE: i64 = 9 * 24 * 60;
const AFTER: i64 = 16 * 24 * 60;

/// A window as a person thinks of it: days, and minutes after midnight.
#[derive(Debug, Clone)]
enum Rule {
    Weekly { from: (usize, u16), to: (usize, u16) },
    Daily { days: Vec<usize>, from: u16, to: u16 },
}

#[derive(Debug, Clone)]
struct Case {
    zone: &'static str,
    at: Timestamp,
    closed: Vec<Rule>,
    open: Vec<Rule>,
    freeze: Option<(i64, i64)>,
    room: u64,
}

fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

impl Rule {
    fn window(&self, name: &str) -> Window {
        match self {
            Self::Weekly { from, to } => {
                let edge = |(day, minutes): (usize, u16)| {
                    WeekTime::parse(&format!("{} {}", DAYS[day], clock(minutes))).unwrap()
                };
                Window::weekly(name, edge(*from), edge(*to)).unwrap()
            }
            Self::Daily { days, from, to } => {
                let days: Vec<Weekday> = days
                    .iter()
                    .map(|day| tagwarden::domain::calendar::weekday(DAYS[*day]).unwrap())
                    .collect();
                let edge = |minutes| DayTime::parse(&clock(minutes)).unwrap();
                Window::daily(name, &days, edge(*from), edge(*to)).unwrap()
            }
        }
    }

    /// Returns the wall times from when to when it runs if it starts on `date`.
    fn on(&self, date: Date) -> Option<(DateTime, DateTime)> {
        let today = date.weekday().to_monday_zero_offset() as usize;
        let wall =
            |date: Date, minutes: u16| date.at(0, 0, 0, 0).checked_add(i64::from(minutes).minutes()).unwrap();
        match self {
            Self::Weekly { from, to } => {
                let mut ahead = (to.0 + 7 - from.0) % 7;
                if ahead == 0 && to.1 <= from.1 {
                    ahead = 7;
                }
                let last = date.checked_add((ahead as i64).days()).unwrap();
                (today == from.0).then(|| (wall(date, from.1), wall(last, to.1)))
            }
            Self::Daily { days, from, to } => {
                let last = if to > from { date } else { date.tomorrow().unwrap() };
                (days.is_empty() || days.contains(&today)).then(|| (wall(date, *from), wall(last, *to)))
            }
        }
    }
}

/// What the clock shows, minute by minute.
struct Walls {
    first: Timestamp,
    shown: Vec<DateTime>,
}

impl Walls {
    fn around(at: Timestamp, zone: &TimeZone) -> Self {
        let first = at - SignedDuration::from_mins(BEFORE);
        let minutes = 0..BEFORE + AFTER;
        let shown =
            minutes.map(|minute| zone.to_datetime(first + SignedDuration::from_mins(minute))).collect();
        Self { first, shown }
    }

    fn mark_between(&self, start: DateTime, end: DateTime, marks: &mut [bool]) {
        let from = self.shown.iter().position(|shown| *shown >= start).unwrap_or(marks.len());
        let on_it = self.shown.iter().rposition(|shown| *shown == end);
        let before = || self.shown.iter().rposition(|shown| *shown < end).map_or(0, |place| place + 1);
        let to = on_it.unwrap_or_else(before);
        if from < to {
            marks[from..to].fill(true);
        }
    }

    /// Marks every minute in which `rule` holds.
    fn mark(&self, rule: &Rule, marks: &mut [bool]) {
        let (mut date, last) = (self.shown[0].date(), self.shown[self.shown.len() - 1].date());
        // One that began before the first minute may still hold.
        date = date.checked_sub(8.days()).unwrap();
        while date <= last {
            if let Some((start, end)) = rule.on(date) {
                self.mark_between(start, end, marks);
            }
            date = date.tomorrow().unwrap();
        }
    }
}

fn rule() -> impl Strategy<Value = Rule> {
    // Edges at the hours at which clocks are changed are the interesting ones.
    let minutes = prop_oneof![0..1440_u16, 0..240_u16, (0..24_u16).prop_map(|hour| hour * 60), Just(1440)];
    let edge = (0..7_usize, minutes.clone());
    prop_oneof![
        (edge.clone(), edge)
            .prop_filter("the same", |(from, to)| from != to)
            .prop_map(|(from, to)| Rule::Weekly { from, to }),
        (prop::collection::vec(0..7_usize, 0..4), minutes.clone(), minutes)
            .prop_filter("the same", |(_, from, to)| from != to)
            .prop_map(|(days, from, to)| Rule::Daily { days, from, to }),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let at = (0..ZONES.len(), 0..25_i64, -4 * 1440..4 * 1440_i64, any::<bool>()).prop_map(
        |(place, year, near, odd)| {
            let name = ZONES[place];
            let some_day =
                instant("2008-01-01T00:00:00Z") + SignedDuration::from_hours(24 * (365 * year + 100));
            let change = zone(name).following(some_day).next().map(|change| change.timestamp());
            let apia = instant("2011-12-30T10:00:00Z");
            let around = if odd && name == "Pacific/Apia" { apia } else { change.unwrap_or(some_day) };
            // Some tables end with a change that is none, in the middle of a minute.
            let minute = around.as_second().div_euclid(60);
            (name, Timestamp::from_second(minute * 60).unwrap() + SignedDuration::from_mins(near))
        },
    );
    let freeze = prop::option::of((-3000..9000_i64, 1..5000_i64));
    let rooms = prop_oneof![Just(0_u64), 1..600_u64];
    let rules = |most| prop::collection::vec(rule(), 0..most);
    (at, rules(4), rules(3), freeze, rooms).prop_map(|((zone, at), closed, open, freeze, room)| Case {
        zone,
        at,
        closed,
        open,
        freeze,
        room,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn windows_answer_what_the_clock_on_the_wall_shows(case in case()) {
        let zone = zone(case.zone);
        let walls = Walls::around(case.at, &zone);
        let count = walls.shown.len();
        let mut closed = vec![false; count];
        case.closed.iter().for_each(|rule| walls.mark(rule, &mut closed));
        if !case.open.is_empty() {
            let mut open = vec![false; count];
            case.open.iter().for_each(|rule| walls.mark(rule, &mut open));
            closed.iter_mut().zip(&open).for_each(|(closed, open)| *closed |= !open);
        }
        let freeze = case.freeze.map(|(begins, lasts)| {
            // A freeze is two wall times; here they are what the clock shows at two minutes.
            let wall = |minute: i64| zone.to_datetime(case.at + SignedDuration::from_mins(minute));
            (wall(begins), wall(begins + lasts))
        });
        let freeze = freeze.filter(|(from, to)| from < to);
        if let Some((from, to)) = freeze {
            walls.mark_between(from, to, &mut closed);
        }
        let calendar = Calendar {
            name: "slow".into(),
            zone: zone.clone(),
            closed: case.closed.iter().map(|rule| rule.window("closed")).collect(),
            open: case.open.iter().map(|rule| rule.window("open")).collect(),
            freezes: freeze.map(|(from, to)| Freeze::new("freeze", from, Some(to)).unwrap()).into_iter().collect(),
            feeds: Vec::new(),
        };
        let reading = read(&[&calendar], case.at, Duration::from_secs(case.room * 60));
        let here = BEFORE as usize;
        prop_assert_eq!(reading.open, !closed[here]);
        let instant = |place: usize| walls.first + SignedDuration::from_mins(place as i64);
        // The last days are not compared: the walk ends there.
        let end = count - 3 * 1440;
        let Some(open) = (here..end).find(|place| !closed[*place]) else { return Ok(()) };
        prop_assert_eq!(reading.next_open, Some(instant(open)));
        if let Some(close) = (open + 1..end).find(|place| closed[*place]) {
            prop_assert_eq!(reading.next_close, Some(instant(close)));
        }
        let room = case.room as usize;
        let fits = |place: &usize| !closed[*place] && !closed[*place..*place + room].contains(&true);
        if let Some(slot) = (open..end).find(fits) {
            prop_assert_eq!(reading.next_slot, Some(instant(slot)));
        }
    }
}
