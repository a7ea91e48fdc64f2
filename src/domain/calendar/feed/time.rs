//! Moments and lengths as iCalendar writes them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::days;

/// A date or a date with a time, without its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A whole day.
    Day(Date),
    /// A time on a clock that a parameter names, or on any clock.
    Wall(DateTime),
    /// A time in UTC.
    Utc(DateTime),
}

/// A moment with its zone.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// A whole day of the calendar's zone.
    Day(Date),
    /// A time on the clocks of a zone.
    At(DateTime, TimeZone),
}

/// How long an event lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// Days of the calendar, which have 23 to 25 hours.
    pub days: i32,
    /// Exact time on top of them.
    pub seconds: i64,
}

/// Returns the moment that `20261201`, `20261201T100000` or `20261201T100000Z` says.
pub fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    let date = |text: &str| {
        let year: i16 = digits(text.get(..4)?)?;
        Date::new(year, digits(text.get(4..6)?)?, digits(text.get(6..8)?)?).ok()
    };
    match text.len() {
        8 => Some(Moment::Day(date(text)?)),
        15 | 16 => {
            let date = date(text)?;
            let time = text.get(8..)?.strip_prefix(['T', 't'])?;
            // A leap second; no clock here shows one.
            let second: i8 = digits(time.get(4..6)?).filter(|second| *second <= 60)?;
            let time_of_day =
                Time::new(digits(time.get(..2)?)?, digits(time.get(2..4)?)?, second.min(59), 0).ok()?;
            let wall = date.to_datetime(time_of_day);
            match time.get(6..)? {
                "" => Some(Moment::Wall(wall)),
                "Z" | "z" => Some(Moment::Utc(wall)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Returns the length that `PT1H30M`, `P2D` or `P1W` says; `None` also for one that runs backwards.
pub fn length(text: &str) -> Option<Length> {
    let text = text.trim().to_ascii_uppercase();
    let mut rest = text.strip_prefix('+').unwrap_or(&text).strip_prefix('P')?;
    let (mut days, mut seconds): (i32, i64) = (0, 0);
    let (mut in_time, mut parts) = (false, 0);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T') {
            if in_time {
                return None;
            }
            (in_time, rest) = (true, after);
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: i32 = rest[..end].parse().ok()?;
        let unit = rest.as_bytes()[end];
        // What is no ASCII letter is no unit either, and may be longer than a byte.
        rest = rest.get(end + 1..)?;
        parts += 1;
        match (in_time, unit) {
            (false, b'W') => days = days.checked_add(count.checked_mul(7)?)?,
            (false, b'D') => days = days.checked_add(count)?,
            (true, b'H') => seconds += i64::from(count) * 3600,
            (true, b'M') => seconds += i64::from(count) * 60,
            (true, b'S') => seconds += i64::from(count),
            (false | true, _) => return None,
        }
    }
    (parts > 0).then_some(Length { days, seconds })
}

/// Returns the instant at which clocks show a wall time: a skipped one counts with the offset before the jump, a
/// repeated one at its first pass (RFC 5545, 3.3.5).
pub fn place(zone: &TimeZone, wall: DateTime) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(wall).compatible().ok()
}

/// Returns the wall time so many days later.
pub fn later(wall: DateTime, count: i32) -> Option<DateTime> {
    Some(days::date(days::number(wall.date()).checked_add(count)?)?.to_datetime(wall.time()))
}

impl When {
    /// Returns the wall time; a day begins at midnight.
    pub fn wall(&self) -> DateTime {
        match self {
            Self::Day(date) => date.to_datetime(Time::midnight()),
            Self::At(wall, _) => *wall,
        }
    }

    /// Returns the zone whose clocks show it: `home` for a day.
    pub fn zone<'a>(&'a self, home: &'a TimeZone) -> &'a TimeZone {
        match self {
            Self::Day(_) => home,
            Self::At(_, zone) => zone,
        }
    }

    /// Returns the instant.
    pub fn instant(&self, home: &TimeZone) -> Option<Timestamp> {
        place(self.zone(home), self.wall())
    }

    /// Returns the day on which it is for those who live in `home`: what is written in UTC is seen on their clocks,
    /// what is written in another zone is the day that stands there.
    pub fn day(&self, home: &TimeZone) -> Option<Date> {
        match self {
            Self::Day(date) => Some(*date),
            Self::At(wall, zone) if *zone == TimeZone::UTC => {
                Some(home.to_datetime(place(zone, *wall)?).date())
            }
            Self::At(wall, _) => Some(wall.date()),
        }
    }
}

impl Length {
    /// No time at all.
    pub const NONE: Self = Self { days: 0, seconds: 0 };

    /// Returns when something of this length ends that starts at `wall`, which is the instant `start`.
    pub fn end(self, zone: &TimeZone, wall: DateTime, start: Timestamp) -> Option<Timestamp> {
        let whole = if self.days == 0 { start } else { place(zone, later(wall, self.days)?)? };
        whole.checked_add(jiff::SignedDuration::from_secs(self.seconds)).ok()
    }

    /// Returns the most whole days that it touches.
    pub fn most_days(self) -> i32 {
        let of_seconds = i32::try_from(self.seconds / 86_400).unwrap_or(i32::MAX / 2);
        self.days.saturating_add(of_seconds).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_they_are_written() {
        let date = Date::new(2026, 12, 1).unwrap();
        assert_eq!(moment("20261201"), Some(Moment::Day(date)));
        assert_eq!(moment("20261201T100005"), Some(Moment::Wall(date.at(10, 0, 5, 0))));
        assert_eq!(moment(" 20261201t235960z "), Some(Moment::Utc(date.at(23, 59, 59, 0))));
        for bad in [
            "",
            "2026-12-01",
            "20260230",
            "20261201T10",
            "20261201T250000",
            "20261201T100000+",
            "20261201X100000",
            "+0261201",
            "2026120é",
            "20261201T1000é0",
            "20261201T100061",
        ] {
            assert_eq!(moment(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_and_exact_time_are_kept_apart() {
        for (text, days, seconds) in
            [("PT1H30M", 0, 5400), ("P1DT2H", 1, 7200), ("P2W", 14, 0), ("+PT5S", 0, 5), ("P0D", 0, 0)]
        {
            assert_eq!(length(text), Some(Length { days, seconds }), "{text}");
        }
        for bad in
            ["", "P", "PT", "-PT5M", "1H", "PTT1H", "P1H", "PT1D", "P1", "P99999999999D", "P999999999W"]
        {
            assert_eq!(length(bad), None, "{bad}");
        }
    }
}
