//! From the events of a file to instances in time: series, what was taken out of them, and what was moved.

use std::collections::HashMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::event::Event;
use super::filter::Filter;
use super::rule::{Rule, Until};
use super::time::{Length, When, later, place};
use super::walk::{Budget, TooMuch};

/// The most that a zone's clocks are away from UTC, in days, rounded up; one more for a clock change.
const AROUND: i32 = 2;

/// Everything that can be busy.
#[derive(Debug)]
pub struct Plan {
    series: Vec<Series>,
}

/// One event with all its instances.
#[derive(Debug)]
struct Series {
    event: Event,
    /// Whether its own instances count; when not, it is only there for what follows a change.
    counts: bool,
    /// Instances that were taken out or stand elsewhere, sorted.
    gone: Vec<Timestamp>,
    /// Days on which every instance was taken out, sorted.
    gone_days: Vec<Date>,
    /// Changes that hold from an instance on, in order.
    changes: Vec<Change>,
}

/// From this instance on everything is later by `by` and lasts as long as the change says.
#[derive(Debug)]
struct Change {
    from: Timestamp,
    by: SignedDuration,
    length: Length,
    counts: bool,
}

/// One instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    pub start: Timestamp,
    pub end: Timestamp,
    /// The first day and the day after the last, for an event of whole days.
    pub days: Option<(Date, Date)>,
    /// The wall time that does not exist, when a clock change skips its start.
    pub lost: Option<DateTime>,
}

impl Plan {
    /// Returns the plan for `events`, of which those count that `filter` takes.
    pub fn new(events: Vec<Event>, filter: &Filter, home: &TimeZone) -> Self {
        let (changed, whole): (Vec<Event>, Vec<Event>) =
            events.into_iter().partition(|event| event.instead.is_some());
        let mut overrides: HashMap<String, Vec<Event>> = HashMap::new();
        for event in changed {
            keep_newest(overrides.entry(event.uid.clone().unwrap_or_default()).or_default(), event, home);
        }
        let mut newest: HashMap<String, i64> = HashMap::new();
        for event in &whole {
            if let Some(uid) = &event.uid {
                let known = newest.entry(uid.clone()).or_insert(event.sequence);
                *known = (*known).max(event.sequence);
            }
        }
        let outdated = |event: &Event| {
            event.uid.as_ref().is_some_and(|uid| newest.get(uid).is_some_and(|n| event.sequence < *n))
        };
        let mut series: Vec<Series> = Vec::new();
        for event in whole.into_iter().filter(|event| !outdated(event)) {
            let others = event.uid.as_ref().and_then(|uid| overrides.get(uid)).map_or(&[][..], Vec::as_slice);
            let one = Series::new(event, others, filter, home);
            if one.counts || one.changes.iter().any(|change| change.counts) {
                series.push(one);
            }
        }
        for event in overrides.into_values().flatten().filter(|event| filter.takes(event)) {
            if event.instead.as_ref().is_some_and(|(_, following)| *following)
                && newest.contains_key(event.uid.as_deref().unwrap_or_default())
            {
                continue;
            }
            // A changed instance comes once, whatever it repeats of its series.
            series.push(Series::alone(Event { rules: Vec::new(), also: Vec::new(), ..event }));
        }
        series.shrink_to_fit();
        Self { series }
    }

    /// Hands every instance that touches `from` to `to` to `each`; other instances may come too.
    ///
    /// # Errors
    /// The budget is used up.
    pub fn visit(
        &self,
        home: &TimeZone,
        from: Timestamp,
        to: Timestamp,
        budget: &mut Budget,
        mut each: impl FnMut(&Event, Instance),
    ) -> Result<(), TooMuch> {
        let around = (wall(from, -AROUND), wall(to, AROUND));
        self.series.iter().try_for_each(|series| series.visit(home, around, budget, &mut each))
    }

    /// Returns roughly how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        let of = |series: &Series| {
            let event = &series.event;
            let texts = event.uid.as_ref().map_or(0, String::capacity) + event.summary.capacity();
            let lists = event.rules.capacity() * size_of::<Rule>()
                + event.also.capacity() * size_of::<(When, Option<Length>)>()
                + series.gone.capacity() * size_of::<Timestamp>();
            // A rule holds a handful of short lists.
            size_of::<Series>() + texts + lists + event.rules.len() * 64
        };
        self.series.iter().map(of).sum()
    }

    /// Returns the last instant at which anything can be busy; `None` when a series goes on for ever.
    pub fn last(&self, home: &TimeZone) -> Option<Timestamp> {
        let mut last = Timestamp::MIN;
        for series in &self.series {
            let event = &series.event;
            if event.rules.iter().any(|rule| rule.until.is_none()) {
                // Where counting would end is not worth the counting.
                return None;
            }
            let ends = event.rules.iter().filter_map(|rule| until(rule, event.start.zone(home)));
            let starts = event.also.iter().map(|(when, _)| when).chain([&event.start]);
            let longest = series.longest();
            let slack = SignedDuration::from_hours(24 * i64::from(longest + AROUND));
            for start in starts.filter_map(|when| when.instant(home)).chain(ends) {
                last = last.max(start.saturating_add(slack).unwrap_or(Timestamp::MAX));
            }
        }
        Some(last)
    }
}

/// Returns the last instant of a rule with `UNTIL`, a day later at most.
fn until(rule: &Rule, zone: &TimeZone) -> Option<Timestamp> {
    match rule.until.as_ref()? {
        Until::Instant(at) => Some(*at),
        Until::Wall(wall) => place(zone, *wall),
        Until::Day(date) => place(zone, date.tomorrow().ok()?.to_datetime(jiff::civil::Time::midnight())),
    }
}

/// Adds a changed instance; of two for the same place the one with the higher sequence stays, else the later one.
fn keep_newest(known: &mut Vec<Event>, event: Event, home: &TimeZone) {
    let place = |event: &Event| {
        event.instead.as_ref().and_then(|(when, following)| Some((when.instant(home)?, *following)))
    };
    match known.iter_mut().find(|other| place(other) == place(&event)) {
        Some(other) if other.sequence <= event.sequence => *other = event,
        Some(_) => {}
        None => known.push(event),
    }
}

/// Returns the wall time in UTC, so many days away.
fn wall(at: Timestamp, days: i32) -> DateTime {
    let utc = jiff::tz::Offset::UTC.to_datetime(at);
    later(utc, days).unwrap_or(if days < 0 { DateTime::MIN } else { DateTime::MAX })
}

impl Series {
    fn alone(event: Event) -> Self {
        Self { event, counts: true, gone: Vec::new(), gone_days: Vec::new(), changes: Vec::new() }
    }

    fn new(event: Event, others: &[Event], filter: &Filter, home: &TimeZone) -> Self {
        let whole_day = matches!(event.start, When::Day(_));
        let mut one = Self { counts: filter.takes(&event), ..Self::alone(event) };
        let except = std::mem::take(&mut one.event.except);
        for when in &except {
            one.take_out(when, whole_day, home);
        }
        for other in others {
            let Some((when, following)) = &other.instead else { continue };
            if *following {
                one.changes.extend(one.change(when, other, filter, home));
            } else {
                one.take_out(when, whole_day, home);
            }
        }
        one.gone.sort_unstable();
        one.gone_days.sort_unstable();
        one.changes.sort_unstable_by_key(|change| change.from);
        one
    }

    /// Takes an instance out: by its day when one of the two is a whole day, else by its instant.
    fn take_out(&mut self, when: &When, whole_day: bool, home: &TimeZone) {
        match when {
            When::Day(date) => self.gone_days.push(*date),
            When::At(..) if whole_day => self.gone_days.extend(when.day(home)),
            When::At(..) => self.gone.extend(when.instant(home)),
        }
    }

    fn change(&self, when: &When, other: &Event, filter: &Filter, home: &TimeZone) -> Option<Change> {
        // Both on the clocks of the series: a change of an hour is an hour there, summer and winter.
        let zone = self.event.start.zone(home);
        let on_clock = |when: &When| when.instant(home).map(|at| zone.to_datetime(at));
        let by = on_clock(when)?.duration_until(on_clock(&other.start)?);
        Some(Change { from: when.instant(home)?, by, length: other.length, counts: filter.takes(other) })
    }

    fn longest(&self) -> i32 {
        let own = self.event.also.iter().filter_map(|(_, length)| *length).chain([self.event.length]);
        let moved = self.changes.iter().map(|change| {
            let days = change.by.as_hours().unsigned_abs() / 24 + 1;
            change.length.most_days().saturating_add(i32::try_from(days).unwrap_or(i32::MAX / 4))
        });
        own.map(Length::most_days).chain(moved).max().unwrap_or(0)
    }

    fn visit(
        &self,
        home: &TimeZone,
        (from, to): (DateTime, DateTime),
        budget: &mut Budget,
        each: &mut impl FnMut(&Event, Instance),
    ) -> Result<(), TooMuch> {
        budget.spend(1)?;
        let event = &self.event;
        let longest = self.longest();
        let from = later(from, -longest).unwrap_or(DateTime::MIN);
        // Changes can also bring something forward.
        let to = if self.changes.is_empty() { to } else { later(to, longest).unwrap_or(DateTime::MAX) };
        let mut show = |wall: DateTime, zone: &TimeZone, length: Length, rule: Option<&Rule>| {
            if let Some(instance) = self.instance(wall, zone, length, rule) {
                each(event, instance);
            }
        };
        let zone = event.start.zone(home);
        if event.rules.is_empty() && (from..to).contains(&event.wall()) {
            show(event.wall(), zone, event.length, None);
        }
        for rule in &event.rules {
            rule.walk(event.wall(), from, to, budget, |wall| show(wall, zone, event.length, Some(rule)))?;
        }
        for (when, length) in &event.also {
            budget.spend(1)?;
            if (from..to).contains(&when.wall()) {
                show(when.wall(), when.zone(home), length.unwrap_or(event.length), None);
            }
        }
        Ok(())
    }

    /// Returns the instance at a wall time, unless it was taken out, moved, or lies behind the end of its rule.
    fn instance(
        &self,
        wall: DateTime,
        zone: &TimeZone,
        length: Length,
        rule: Option<&Rule>,
    ) -> Option<Instance> {
        let ambiguous = zone.to_ambiguous_timestamp(wall);
        let skipped = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
        let start = ambiguous.compatible().ok()?;
        // The first instance counts whatever `UNTIL` says.
        let over = wall != self.event.wall()
            && rule.is_some_and(|rule| match &rule.until {
                None => false,
                Some(Until::Instant(last)) => start > *last,
                Some(Until::Wall(last)) => wall > *last,
                Some(Until::Day(last)) => wall.date() > *last,
            });
        let gone =
            self.gone.binary_search(&start).is_ok() || self.gone_days.binary_search(&wall.date()).is_ok();
        if over || gone {
            return None;
        }
        let (wall, start, length) = match self.changes.iter().rev().find(|change| change.from <= start) {
            None if !self.counts => return None,
            None => (wall, start, length),
            Some(change) if !change.counts => return None,
            Some(change) => {
                let moved = wall.checked_add(change.by).ok()?;
                (moved, place(zone, moved)?, change.length)
            }
        };
        let end = length.end(zone, wall, start)?;
        let days = match self.event.start {
            When::Day(_) => Some((wall.date(), later(wall, length.days)?.date())),
            When::At(..) => None,
        };
        let lost = (skipped && days.is_none()).then_some(wall);
        Some(Instance { start, end, days, lost })
    }
}
