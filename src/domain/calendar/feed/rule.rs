//! What a recurrence rule (`RRULE`) says; [`super::walk`] steps through it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};

use super::time::{Moment, moment};

/// The longest interval that is believed; a thousand years between two events is a mistake or an attack.
const LONGEST_INTERVAL: u32 = 1000;

/// How often a series comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Every {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// The last moment of a series, as it is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Until {
    /// In UTC.
    Instant(Timestamp),
    /// On the clock of the event.
    Wall(DateTime),
    /// The whole day counts.
    Day(Date),
}

/// A rule, with what it does not say filled in from its event.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub every: Every,
    pub interval: u32,
    pub count: Option<u32>,
    pub until: Option<Until>,
    pub months: Vec<i32>,
    pub weeks: Vec<i32>,
    pub year_days: Vec<i32>,
    pub month_days: Vec<i32>,
    /// Weekdays; 0 = each of them, 2 = the second, -1 = the last in month or year.
    pub days: Vec<(i32, Weekday)>,
    pub hours: Vec<i32>,
    pub minutes: Vec<i32>,
    pub seconds: Vec<i32>,
    pub positions: Vec<i32>,
    pub week_start: Weekday,
}

impl Rule {
    /// Returns the rule that `text` says for an event that starts at `start` (`whole_day`: times of day do not count).
    ///
    /// `None` when it is no rule, or one that comes back every minute or second, or says what it must not.
    pub fn parse(text: &str, start: DateTime, whole_day: bool) -> Option<Self> {
        let mut every = None;
        let mut rule = Self::empty();
        for part in text.trim().trim_end_matches(';').split(';') {
            let (key, value) = part.split_once('=')?;
            let (key, value) = (key.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase());
            match key.as_str() {
                "FREQ" => every = Some(frequency(&value)?),
                "INTERVAL" => {
                    rule.interval = value.parse().ok().filter(|n| (1..=LONGEST_INTERVAL).contains(n))?;
                }
                "COUNT" => rule.count = Some(value.parse().ok().filter(|count| *count > 0)?),
                "UNTIL" => rule.until = Some(until(&value)?),
                "BYMONTH" => rule.months = numbers(&value, 1, 12, false)?,
                "BYWEEKNO" => rule.weeks = numbers(&value, 1, 53, true)?,
                "BYYEARDAY" => rule.year_days = numbers(&value, 1, 366, true)?,
                "BYMONTHDAY" => rule.month_days = numbers(&value, 1, 31, true)?,
                "BYDAY" => rule.days = value.split(',').map(day).collect::<Option<_>>()?,
                "BYHOUR" => rule.hours = numbers(&value, 0, 23, false)?,
                "BYMINUTE" => rule.minutes = numbers(&value, 0, 59, false)?,
                // 60 is a leap second, which no clock here shows.
                "BYSECOND" => {
                    rule.seconds =
                        numbers(&value, 0, 60, false)?.into_iter().map(|second| second.min(59)).collect();
                }
                "BYSETPOS" => rule.positions = numbers(&value, 1, 366, true)?,
                "WKST" => rule.week_start = day(&value).filter(|(ordinal, _)| *ordinal == 0)?.1,
                // Names that begin so are somebody's own; anything else would change the series in a way unknown here.
                own if own.starts_with("X-") => {}
                _ => return None,
            }
        }
        rule.every = every?;
        let impossible =
            rule.count.is_some() && rule.until.is_some() || whole_day && rule.every == Every::Hour;
        rule.fill(start, whole_day);
        (!impossible).then_some(rule)
    }

    fn empty() -> Self {
        Self {
            every: Every::Day,
            interval: 1,
            count: None,
            until: None,
            months: Vec::new(),
            weeks: Vec::new(),
            year_days: Vec::new(),
            month_days: Vec::new(),
            days: Vec::new(),
            hours: Vec::new(),
            minutes: Vec::new(),
            seconds: Vec::new(),
            positions: Vec::new(),
            week_start: Weekday::Monday,
        }
    }

    /// Takes from the event what the rule leaves open.
    fn fill(&mut self, start: DateTime, whole_day: bool) {
        let no_day = self.year_days.is_empty() && self.month_days.is_empty() && self.days.is_empty();
        match self.every {
            Every::Year if no_day && self.weeks.is_empty() => {
                if self.months.is_empty() {
                    self.months = vec![start.month().into()];
                }
                self.month_days = vec![start.day().into()];
            }
            Every::Year if no_day => self.days = vec![(0, start.weekday())],
            Every::Month if no_day && self.weeks.is_empty() => self.month_days = vec![start.day().into()],
            Every::Week if no_day && self.weeks.is_empty() => self.days = vec![(0, start.weekday())],
            Every::Year | Every::Month | Every::Week | Every::Day | Every::Hour => {}
        }
        if self.every < Every::Month {
            // "The second Monday of a day" means nothing; Mondays are what is left of it.
            self.days.iter_mut().for_each(|(ordinal, _)| *ordinal = 0);
        }
        if whole_day {
            (self.hours, self.minutes, self.seconds) = (vec![0], vec![0], vec![0]);
            return;
        }
        if self.hours.is_empty() && self.every > Every::Hour {
            self.hours = vec![start.hour().into()];
        }
        if self.minutes.is_empty() {
            self.minutes = vec![start.minute().into()];
        }
        if self.seconds.is_empty() {
            self.seconds = vec![start.second().into()];
        }
    }
}

fn frequency(value: &str) -> Option<Every> {
    match value {
        "YEARLY" => Some(Every::Year),
        "MONTHLY" => Some(Every::Month),
        "WEEKLY" => Some(Every::Week),
        "DAILY" => Some(Every::Day),
        "HOURLY" => Some(Every::Hour),
        _ => None,
    }
}

fn until(value: &str) -> Option<Until> {
    Some(match moment(value)? {
        Moment::Day(date) => Until::Day(date),
        Moment::Wall(wall) => Until::Wall(wall),
        Moment::Utc(wall) => Until::Instant(jiff::tz::Offset::UTC.to_timestamp(wall).ok()?),
    })
}

/// Returns a list of numbers, sorted and each once.
fn numbers(value: &str, least: i32, most: i32, from_behind: bool) -> Option<Vec<i32>> {
    let mut numbers = Vec::new();
    for text in value.split(',') {
        let number: i32 = text.trim().parse().ok()?;
        let size = if from_behind { number.abs() } else { number };
        if !(least..=most).contains(&size) {
            return None;
        }
        numbers.push(number);
    }
    numbers.sort_unstable();
    numbers.dedup();
    Some(numbers)
}

fn day(text: &str) -> Option<(i32, Weekday)> {
    let text = text.trim();
    let (ordinal, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = match name {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    let ordinal: i32 = if ordinal.is_empty() { 0 } else { ordinal.parse().ok().filter(|n| *n != 0)? };
    (-53..=53).contains(&ordinal).then_some((ordinal, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Rule> {
        Rule::parse(text, "2026-11-27T09:30:15".parse().unwrap(), false)
    }

    #[test]
    fn what_a_rule_leaves_open_comes_from_its_event() {
        let weekly = parse("FREQ=WEEKLY").unwrap();
        assert_eq!(
            (weekly.days, weekly.hours, weekly.minutes),
            (vec![(0, Weekday::Friday)], vec![9], vec![30])
        );
        let yearly = parse("freq=yearly;").unwrap();
        assert_eq!((yearly.months, yearly.month_days), (vec![11], vec![27]));
        assert_eq!(parse("FREQ=MONTHLY;BYDAY=-1FR").unwrap().days, [(-1, Weekday::Friday)]);
        assert_eq!(parse("FREQ=WEEKLY;BYDAY=2FR").unwrap().days, [(0, Weekday::Friday)]);
        assert!(parse("FREQ=HOURLY").unwrap().hours.is_empty());
        let day = Rule::parse("FREQ=DAILY;BYHOUR=9", "2026-11-27T00:00".parse().unwrap(), true).unwrap();
        assert_eq!(day.hours, [0]);
    }

    #[test]
    fn what_is_no_rule_or_would_never_end_is_refused() {
        for bad in [
            "",
            "FREQ",
            "INTERVAL=1",
            "FREQ=MINUTELY",
            "FREQ=SECONDLY",
            "FREQ=FORTNIGHTLY",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=1001",
            "FREQ=DAILY;INTERVAL=-1",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;COUNT=3;UNTIL=20270101",
            "FREQ=DAILY;UNTIL=2027-01-01",
            "FREQ=DAILY;BYMONTH=13",
            "FREQ=DAILY;BYMONTHDAY=0",
            "FREQ=DAILY;BYDAY=XX",
            "FREQ=DAILY;BYDAY=0MO",
            "FREQ=DAILY;BYDAY=é",
            "FREQ=DAILY;BYHOUR=24",
            "FREQ=DAILY;RSCALE=CHINESE",
            "FREQ=DAILY;WKST=1MO",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
