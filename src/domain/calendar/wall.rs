//! Times as they stand on a wall, and the instants at which a zone's clocks show them.
//!
//! An edge on a wall time that a clock change skips moves to the instant of the jump. A wall time that comes twice
//! counts from its first pass when something starts, and up to its last pass when something ends.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// Why a text is no wall time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    /// It is not `HH:MM` or `HH:MM:SS`, 00:00 to 24:00.
    #[error("`{0}` is no time of day such as `07:30`")]
    Time(String),
    /// It does not begin with a day of the week.
    #[error("`{0}` is no day of the week such as `Mon`")]
    Day(String),
    /// It is not a day and a time.
    #[error("`{0}` is no time of the week such as `Fri 16:00`")]
    Week(String),
    /// A window would begin and end at the same time.
    #[error("it begins and ends at the same time")]
    Empty,
}

/// A time of day, from 00:00 to 24:00, in seconds after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayTime(u32);

/// The seconds of a wall day.
const DAY: u32 = 24 * 3600;

impl DayTime {
    /// Returns the time that `HH:MM` or `HH:MM:SS` says; `24:00` is the end of the day.
    ///
    /// # Errors
    /// It is no such time.
    pub fn parse(text: &str) -> Result<Self, BadTime> {
        let bad = || BadTime::Time(text.to_owned());
        let parts: Vec<&str> = text.split(':').collect();
        if !(2..=3).contains(&parts.len()) || parts.iter().any(|part| part.len() != 2) {
            return Err(bad());
        }
        let mut numbers = [0_u32; 3];
        for (number, part) in numbers.iter_mut().zip(&parts) {
            if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(bad());
            }
            *number = part.parse().map_err(|_| bad())?;
        }
        let [hours, minutes, seconds] = numbers;
        let total = hours * 3600 + minutes * 60 + seconds;
        if minutes > 59 || seconds > 59 || total > DAY { Err(bad()) } else { Ok(Self(total)) }
    }

    /// Returns the wall time on `date`; `24:00` is midnight of the next day.
    pub(super) fn on(self, date: Date) -> Option<DateTime> {
        let midnight = date.to_datetime(Time::midnight());
        midnight.checked_add(SignedDuration::from_secs(i64::from(self.0))).ok()
    }
}

/// A day of the week with a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WeekTime {
    /// The day.
    pub day: Weekday,
    /// The time on that day.
    pub time: DayTime,
}

impl WeekTime {
    /// Returns what `Fri 16:00` says.
    ///
    /// # Errors
    /// It is no day followed by a time.
    pub fn parse(text: &str) -> Result<Self, BadTime> {
        let (day, time) = text.trim().split_once(' ').ok_or_else(|| BadTime::Week(text.to_owned()))?;
        Ok(Self { day: weekday(day)?, time: DayTime::parse(time.trim())? })
    }
}

/// Returns the day that an English name or its first three letters say, in any case.
///
/// # Errors
/// It names no day.
pub fn weekday(text: &str) -> Result<Weekday, BadTime> {
    let lower = text.to_ascii_lowercase();
    let names = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    names
        .into_iter()
        .find(|(name, _)| *name == lower || name[..3] == lower)
        .map(|(_, day)| day)
        .ok_or_else(|| BadTime::Day(text.to_owned()))
}

/// Whether something starts or ends at an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Start,
    End,
}

/// Returns the instant of an edge at this wall time.
pub(super) fn edge(zone: &TimeZone, wall: DateTime, side: Side) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(wall).ok(),
        AmbiguousOffset::Fold { before, after } => match side {
            Side::Start => before.to_timestamp(wall).ok(),
            Side::End => after.to_timestamp(wall).ok(),
        },
        AmbiguousOffset::Gap { after, .. } => {
            // With the offset that holds after the jump, a skipped wall time falls before the jump.
            let earlier = after.to_timestamp(wall).ok()?;
            zone.following(earlier).next().map(|transition| transition.timestamp())
        }
    }
}

/// Returns whether a wall time is one that a clock change skips.
pub(super) fn is_lost(zone: &TimeZone, wall: DateTime) -> bool {
    matches!(zone.to_ambiguous_timestamp(wall).offset(), AmbiguousOffset::Gap { .. })
}
