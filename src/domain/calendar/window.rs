//! The rules of a calendar and the stretches of time in which each of them holds.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::wall::{Side, edge};
use super::{BadTime, DayTime, WeekTime};

/// A weekly or daily window, from wall time to wall time.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Its name in the configuration.
    pub name: String,
    shape: Shape,
}

#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Weekly { from: WeekTime, to: WeekTime },
    Daily { days: Vec<Weekday>, from: DayTime, to: DayTime },
}

/// A dated freeze.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// Its name in the configuration.
    pub name: String,
    from: DateTime,
    to: Option<DateTime>,
}

/// A half-open stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    /// The first instant in it.
    pub from: Timestamp,
    /// The first instant behind it.
    pub to: Timestamp,
}

impl Window {
    /// Returns the window that runs every week from `from` to `to`, over the week's end if need be.
    ///
    /// # Errors
    /// Both are the same.
    pub fn weekly(name: &str, from: WeekTime, to: WeekTime) -> Result<Self, BadTime> {
        if from == to {
            return Err(BadTime::Empty);
        }
        Ok(Self { name: name.to_owned(), shape: Shape::Weekly { from, to } })
    }

    /// Returns the window that runs from `from` to `to` on each of `days` (none = every day), over midnight if need
    /// be; it belongs to the day on which it starts.
    ///
    /// # Errors
    /// Both times are the same.
    pub fn daily(name: &str, days: &[Weekday], from: DayTime, to: DayTime) -> Result<Self, BadTime> {
        if from == to {
            return Err(BadTime::Empty);
        }
        Ok(Self { name: name.to_owned(), shape: Shape::Daily { days: days.to_vec(), from, to } })
    }

    /// Returns the wall times at which the window starts and ends when it starts on `date`, if it does.
    pub(super) fn starting_on(&self, date: Date) -> Option<(DateTime, DateTime)> {
        self.starting_as(date, date.weekday())
    }

    /// Returns the same for a date whose daily windows are those of `day`.
    fn starting_as(&self, date: Date, day: Weekday) -> Option<(DateTime, DateTime)> {
        match &self.shape {
            Shape::Weekly { from, to } => {
                if date.weekday() != from.day {
                    return None;
                }
                let mut ahead = from.day.until(to.day);
                if ahead == 0 && to.time <= from.time {
                    ahead = 7;
                }
                Some((from.time.on(date)?, to.time.on(days_after(date, ahead)?)?))
            }
            Shape::Daily { days, from, to } => {
                if !days.is_empty() && !days.contains(&day) {
                    return None;
                }
                let last = if to > from { date } else { days_after(date, 1)? };
                Some((from.on(date)?, to.on(last)?))
            }
        }
    }

    /// Appends the stretches in which the window holds between `from` and `to`; a daily window takes `day_of` a date
    /// for its day of the week.
    pub(super) fn stretches(
        &self,
        zone: &TimeZone,
        (from, to): (Timestamp, Timestamp),
        day_of: impl Fn(Date) -> Weekday,
        into: &mut Vec<Stretch>,
    ) {
        // A weekly window may have begun up to seven days before; one day more for the zone.
        let Some(mut date) = days_after(zone.to_datetime(from).date(), -8) else { return };
        let Some(last) = days_after(zone.to_datetime(to).date(), 1) else { return };
        while date <= last {
            let placed = self.starting_as(date, day_of(date)).and_then(|walls| placed(zone, walls));
            into.extend(placed.filter(|stretch| stretch.to > from && stretch.from < to));
            let Some(next) = days_after(date, 1) else { return };
            date = next;
        }
    }
}

impl Window {
    /// Appends what a window that starts on Fridays adds on the day before each of `holidays` (the first day, and the
    /// day after the last).
    ///
    /// A window over a whole weekend ends on the first day after the holiday, at its own time of day; any other one
    /// ends when it would on a Saturday.
    pub(super) fn before_holidays(
        &self,
        zone: &TimeZone,
        holidays: &[(Date, Date)],
        into: &mut Vec<Stretch>,
    ) {
        for (first, after) in holidays {
            let Some(eve) = days_after(*first, -1) else { continue };
            let walls = match &self.shape {
                Shape::Weekly { from, to } if from.day == Weekday::Friday => {
                    let ahead = from.day.until(to.day);
                    let whole = ahead > 1 || (ahead == 0 && to.time <= from.time);
                    let last = if whole { Some(*after) } else { days_after(eve, ahead) };
                    from.time.on(eve).zip(last.and_then(|last| to.time.on(last)))
                }
                Shape::Daily { .. } => self.starting_as(eve, Weekday::Friday),
                Shape::Weekly { .. } => None,
            };
            into.extend(walls.and_then(|walls| placed(zone, walls)));
        }
    }
}

/// Returns the stretch between two wall times, unless a clock change leaves nothing of it.
fn placed(zone: &TimeZone, (start, end): (DateTime, DateTime)) -> Option<Stretch> {
    let (from, to) = (edge(zone, start, Side::Start)?, edge(zone, end, Side::End)?);
    (from < to).then_some(Stretch { from, to })
}

impl Freeze {
    /// Returns the freeze from `from` to `to` (wall times of the calendar's zone); without an end it lasts until
    /// further notice.
    ///
    /// # Errors
    /// It ends before it begins.
    pub fn new(name: &str, from: DateTime, to: Option<DateTime>) -> Result<Self, BadTime> {
        if to.is_some_and(|to| to <= from) {
            return Err(BadTime::Empty);
        }
        Ok(Self { name: name.to_owned(), from, to })
    }

    /// Returns the stretch of the freeze; one without an end lasts to the end of time.
    pub(super) fn stretch(&self, zone: &TimeZone) -> Option<Stretch> {
        let from = edge(zone, self.from, Side::Start)?;
        let to = match self.to {
            Some(to) => edge(zone, to, Side::End)?,
            None => Timestamp::MAX,
        };
        (from < to).then_some(Stretch { from, to })
    }

    /// Returns the wall times that the freeze names.
    pub(super) fn walls(&self) -> impl Iterator<Item = DateTime> {
        std::iter::once(self.from).chain(self.to)
    }
}

/// Returns the date so many days later.
pub(super) fn days_after(date: Date, days: i8) -> Option<Date> {
    date.checked_add(Span::new().try_days(i64::from(days)).ok()?).ok()
}

/// Merges stretches that overlap or touch.
pub(super) fn merged(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut whole: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for next in stretches {
        match whole.last_mut() {
            Some(last) if next.from <= last.to => last.to = last.to.max(next.to),
            Some(_) | None => whole.push(next),
        }
    }
    whole
}
