//! A feed laid out in time: the stretches in which it is busy, ready to be asked.
//!
//! What the coming year holds is laid out once; years beyond it, and the past, only when somebody asks for them.

use std::sync::OnceLock;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::series::Plan;
use super::walk::{Budget, TooMuch};
use super::{FeedRules, Lost, Malformed};
use crate::domain::calendar::window::{Stretch, merged};

/// How many days before and after the reading are laid out at once: questions about last month, and a whole year.
const NEAR: (i64, i64) = (40, 410);
/// The same for what is asked rarely: as far as any answer looks.
const FAR: (i64, i64) = (400, 1500);
/// The most steps for the near and for the far part: twenty thousand events that come every day, and some seconds
/// at the very worst.
const STEPS: (u64, u64) = (10_000_000, 40_000_000);

/// What a feed says, laid out.
#[derive(Debug)]
pub struct Busy {
    plan: Plan,
    home: TimeZone,
    pad: (SignedDuration, SignedDuration),
    last: Option<Timestamp>,
    read_at: Timestamp,
    near: Laid,
    far: OnceLock<Laid>,
    /// The events that are not understood, and count for nothing.
    pub malformed: Vec<Malformed>,
    /// How many events there are, those included.
    pub events: usize,
}

/// What holds between two instants.
#[derive(Debug)]
struct Laid {
    from: Timestamp,
    to: Timestamp,
    closed: Vec<Stretch>,
    holidays: Vec<(Date, Date)>,
}

impl Busy {
    /// Lays out `plan` around `at`.
    ///
    /// # Errors
    /// There is too much of it.
    pub fn new(
        plan: Plan,
        rules: &FeedRules,
        home: &TimeZone,
        at: Timestamp,
        malformed: Vec<Malformed>,
        events: usize,
    ) -> Result<Self, TooMuch> {
        let exact = |length| SignedDuration::try_from(length).unwrap_or(SignedDuration::ZERO);
        let pad = (exact(rules.pad_before), exact(rules.pad_after));
        let last = plan.last(home).map(|last| moved(last, pad.1));
        let near = lay(&plan, home, pad, around(at, NEAR), STEPS.0)?;
        Ok(Self {
            plan,
            home: home.clone(),
            pad,
            last,
            read_at: at,
            near,
            far: OnceLock::new(),
            malformed,
            events,
        })
    }

    /// Returns the busy stretches that touch `from` to `to`, merged.
    pub fn stretches(&self, from: Timestamp, to: Timestamp) -> Vec<Stretch> {
        self.ask(from, to, |laid| {
            let first = laid.closed.partition_point(|stretch| stretch.to <= from);
            let end = laid.closed.partition_point(|stretch| stretch.from < to);
            laid.closed[first..end.max(first)].to_vec()
        })
    }

    /// Returns the events of whole days that touch `from` to `to`: their first day and the day after their last.
    pub(in crate::domain::calendar) fn holidays(&self, from: Timestamp, to: Timestamp) -> Vec<(Date, Date)> {
        let (first, end) = (self.home.to_datetime(from).date(), self.home.to_datetime(to).date());
        self.ask(from, to, |laid| {
            laid.holidays.iter().filter(|(start, after)| *after >= first && *start <= end).copied().collect()
        })
    }

    /// Returns whether something may be busy at or after `at`.
    pub(in crate::domain::calendar) fn goes_on_after(&self, at: Timestamp) -> bool {
        self.last.is_none_or(|last| last > at)
    }

    /// Returns the instances in the coming year whose start a clock change skips.
    pub fn lost(&self) -> Vec<Lost> {
        let mut lost = Vec::new();
        let (_, to) = around(self.read_at, NEAR);
        // Whoever could lay it out can walk it again.
        let _ =
            self.plan.visit(&self.home, self.read_at, to, &mut Budget::new(STEPS.0), |event, instance| {
                if let Some(wall) = instance.lost
                    && event.repeats()
                    && (self.read_at..to).contains(&instance.start)
                {
                    lost.push(Lost { summary: event.summary.clone(), wall, start: instance.start });
                }
            });
        lost
    }

    /// Returns roughly how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        let laid = |laid: &Laid| {
            laid.closed.capacity() * size_of::<Stretch>()
                + laid.holidays.capacity() * size_of::<(Date, Date)>()
        };
        self.plan.size() + laid(&self.near) + self.far.get().map_or(0, laid)
    }

    fn ask<T>(&self, from: Timestamp, to: Timestamp, answer: impl Fn(&Laid) -> T) -> T {
        if self.near.holds(from, to) {
            return answer(&self.near);
        }
        let (first, last) = around(self.read_at, FAR);
        if first <= from && to <= last {
            return answer(self.far.get_or_init(|| self.lay_or_close((first, last))));
        }
        answer(&self.lay_or_close((from, to)))
    }

    /// Returns what is laid out; where that takes too long, it is unknown, and what is unknown is closed.
    fn lay_or_close(&self, (from, to): (Timestamp, Timestamp)) -> Laid {
        lay(&self.plan, &self.home, self.pad, (from, to), STEPS.1).unwrap_or_else(|TooMuch| Laid {
            from,
            to,
            closed: vec![Stretch { from, to }],
            holidays: Vec::new(),
        })
    }
}

impl Laid {
    fn holds(&self, from: Timestamp, to: Timestamp) -> bool {
        self.from <= from && to <= self.to
    }
}

fn around(at: Timestamp, (before, after): (i64, i64)) -> (Timestamp, Timestamp) {
    let day = |count: i64| SignedDuration::from_hours(24 * count);
    (moved(at, day(-before)), moved(at, day(after)))
}

fn moved(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

fn lay(
    plan: &Plan,
    home: &TimeZone,
    (before, after): (SignedDuration, SignedDuration),
    (from, to): (Timestamp, Timestamp),
    steps: u64,
) -> Result<Laid, TooMuch> {
    let mut closed = Vec::new();
    let mut holidays = Vec::new();
    let mut budget = Budget::new(steps);
    // A holiday is looked for a day later than the end, because it changes the day before it.
    let day = SignedDuration::from_hours(24 * 2);
    let looked = (moved(from, -after), moved(moved(to, before), day));
    plan.visit(home, looked.0, looked.1, &mut budget, |_, instance| {
        holidays.extend(instance.days);
        let stretch = Stretch { from: moved(instance.start, -before), to: moved(instance.end, after) };
        if stretch.from < stretch.to && stretch.to > from && stretch.from < to {
            closed.push(stretch);
        }
    })?;
    holidays.sort_unstable();
    holidays.dedup();
    let mut closed = merged(closed);
    closed.shrink_to_fit();
    Ok(Laid { from, to, closed, holidays })
}
