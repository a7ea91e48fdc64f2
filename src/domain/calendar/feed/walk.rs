//! Steps through a recurrence rule on wall time, from period to period.
//!
//! Only wall times come out; where they lie in time is for others to say. A rule without `COUNT` is entered right
//! before the asked stretch, one with it is counted from its start. Every period and every candidate costs a step of
//! a common budget, so that no rule and no number of rules takes for ever.

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::days::{self, into_week};
use super::rule::{Every, Rule};

/// How many steps may still be made.
#[derive(Debug)]
pub struct Budget(u64);

/// More steps were needed than are given to one feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuch;

impl Budget {
    /// Returns a budget of so many steps.
    pub fn new(steps: u64) -> Self {
        Self(steps)
    }

    /// Takes steps away.
    ///
    /// # Errors
    /// There are not that many left.
    pub fn spend(&mut self, steps: usize) -> Result<(), TooMuch> {
        self.0 = self.0.checked_sub(steps as u64).ok_or(TooMuch)?;
        Ok(())
    }
}

impl Rule {
    /// Hands every wall time of the series between `from` and `to` (exclusive) to `each`, in order; `start` is the
    /// first, whether or not the rule would make it.
    ///
    /// # Errors
    /// The budget is used up.
    pub fn walk(
        &self,
        start: DateTime,
        from: DateTime,
        to: DateTime,
        budget: &mut Budget,
        mut each: impl FnMut(DateTime),
    ) -> Result<(), TooMuch> {
        budget.spend(1)?;
        if (from..to).contains(&start) {
            each(start);
        }
        let mut left = self.count.map(|count| count - 1);
        let mut period = if left.is_none() { self.entry(start, from) } else { 0 };
        let mut found = Vec::new();
        while left != Some(0) {
            let Some(first) = self.dates(start, period, &mut found) else { return Ok(()) };
            budget.spend(1 + found.len())?;
            if first > to.date() {
                return Ok(());
            }
            for wall in self.chosen(std::mem::take(&mut found), start, period, budget)? {
                if wall <= start {
                    continue;
                }
                if wall >= to || left == Some(0) {
                    return Ok(());
                }
                left = left.map(|left| left - 1);
                if wall >= from {
                    each(wall);
                }
            }
            period += 1;
        }
        Ok(())
    }

    /// Returns the last period that begins before `from`, at least the first.
    fn entry(&self, start: DateTime, from: DateTime) -> i64 {
        let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
        let whole_days = i64::from(days::number(from.date())) - i64::from(days::number(start.date()));
        let since = match self.every {
            Every::Year => i64::from(from.year()) - i64::from(start.year()),
            Every::Month => months(from.date()) - months(start.date()),
            Every::Week => whole_days.div_euclid(7),
            Every::Day => whole_days,
            Every::Hour => whole_days * 24,
        };
        (since / i64::from(self.interval) - 1).max(0)
    }

    /// Puts the dates of a period that the rule takes into `found`, and returns the first date of the period; `None`
    /// beyond the years that can be written.
    fn dates(&self, start: DateTime, period: i64, found: &mut Vec<Date>) -> Option<Date> {
        found.clear();
        let step = period.checked_mul(i64::from(self.interval))?;
        let begins = days::number(start.date());
        let (first, count) = match self.every {
            Every::Year => {
                let year =
                    Date::new(i16::try_from(i64::from(start.year()).checked_add(step)?).ok()?, 1, 1).ok()?;
                if !self.months.is_empty() {
                    for month in &self.months {
                        let first = Date::new(year.year(), i8::try_from(*month).ok()?, 1).ok()?;
                        self.taken(days::number(first), first.days_in_month().into(), found);
                    }
                    return Some(year);
                }
                (days::number(year), i32::from(year.days_in_year()))
            }
            Every::Month => {
                let month = i64::from(start.year()) * 12 + i64::from(start.month()) - 1 + step;
                let year = i16::try_from(month.div_euclid(12)).ok()?;
                let first = Date::new(year, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok()?;
                (days::number(first), i32::from(first.days_in_month()))
            }
            Every::Week => {
                let first = begins - into_week(begins, self.week_start);
                (i32::try_from(i64::from(first) + step.checked_mul(7)?).ok()?, 7)
            }
            Every::Day => (i32::try_from(i64::from(begins) + step).ok()?, 1),
            Every::Hour => {
                let hours = i64::from(begins) * 24 + i64::from(start.hour()) + step;
                (i32::try_from(hours.div_euclid(24)).ok()?, 1)
            }
        };
        self.taken(first, count, found);
        days::date(first).or_else(|| days::date(first.saturating_add(count - 1)))
    }

    fn taken(&self, first: i32, count: i32, found: &mut Vec<Date>) {
        // The weekday is asked first: it is known without the date, and most rules name some.
        let wanted = self.days.iter().fold(0_u8, |all, (_, day)| all | 1 << day.to_monday_zero_offset());
        let may_be = |number: &i32| wanted == 0 || wanted & (1 << into_week(*number, Weekday::Monday)) != 0;
        let days = (first..first.saturating_add(count)).filter(may_be);
        found.extend(days.filter_map(days::date).filter(|date| self.takes(*date)));
    }

    /// Returns whether every part of the rule lets this date pass.
    fn takes(&self, date: Date) -> bool {
        let both_ways = |list: &[i32], number: i32, of: i32| {
            list.is_empty() || list.contains(&number) || list.contains(&(number - of - 1))
        };
        let (day, of_month) = (i32::from(date.day()), i32::from(date.days_in_month()));
        (self.months.is_empty() || self.months.contains(&i32::from(date.month())))
            && both_ways(&self.month_days, day, of_month)
            && (self.year_days.is_empty()
                || both_ways(&self.year_days, date.day_of_year().into(), date.days_in_year().into()))
            && (self.weeks.is_empty()
                || days::week(date, self.week_start)
                    .is_some_and(|(week, of)| both_ways(&self.weeks, week, of)))
            && (self.days.is_empty() || self.takes_weekday(date))
    }

    fn takes_weekday(&self, date: Date) -> bool {
        // "The second Monday" counts in the month when there is one, else in the year.
        let in_month = self.every == Every::Month || !self.months.is_empty();
        let (day, of) = if in_month {
            (i32::from(date.day()), i32::from(date.days_in_month()))
        } else {
            (i32::from(date.day_of_year()), i32::from(date.days_in_year()))
        };
        let (nth, from_behind) = ((day - 1) / 7 + 1, -((of - day) / 7 + 1));
        self.days.iter().any(|(ordinal, weekday)| {
            *weekday == date.weekday() && (*ordinal == 0 || *ordinal == nth || *ordinal == from_behind)
        })
    }

    /// Returns the wall times of a period: every date with every time of day, and of these the asked positions.
    fn chosen(
        &self,
        dates: Vec<Date>,
        start: DateTime,
        period: i64,
        budget: &mut Budget,
    ) -> Result<Vec<DateTime>, TooMuch> {
        let this_hour;
        let hours = match self.every {
            Every::Hour => {
                let hour = i64::from(start.hour()) + period * i64::from(self.interval);
                this_hour = [i32::try_from(hour.rem_euclid(24)).unwrap_or(0)];
                if !self.hours.is_empty() && !self.hours.contains(&this_hour[0]) {
                    return Ok(Vec::new());
                }
                &this_hour[..]
            }
            Every::Day | Every::Week | Every::Month | Every::Year => &self.hours[..],
        };
        budget.spend(dates.len() * hours.len() * self.minutes.len() * self.seconds.len())?;
        let mut walls = Vec::new();
        for date in dates {
            for hour in hours {
                for minute in &self.minutes {
                    walls.extend(self.seconds.iter().filter_map(|second| at(date, *hour, *minute, *second)));
                }
            }
        }
        if self.positions.is_empty() {
            return Ok(walls);
        }
        let of = i32::try_from(walls.len()).unwrap_or(i32::MAX);
        let chosen = |place: usize| {
            let place = i32::try_from(place + 1).unwrap_or(i32::MAX);
            self.positions.contains(&place) || self.positions.contains(&(place - of - 1))
        };
        Ok(walls.into_iter().enumerate().filter(|(place, _)| chosen(*place)).map(|(_, wall)| wall).collect())
    }
}

fn at(date: Date, hour: i32, minute: i32, second: i32) -> Option<DateTime> {
    let part = |number: i32| i8::try_from(number).ok();
    Some(date.to_datetime(Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()?))
}
