//! Calendar feeds: what an iCalendar file closes, and when it may not be believed.
//!
//! Bytes, rules and an instant go in, stretches of time come out. The file is read by a reader of our own: it names
//! the line of everything that it does not understand, goes on behind it, and takes a file whose end is missing for
//! what it is. Series are stepped on wall time and placed by the rules of this house:
//!
//! - A time in the lost hour counts with the offset from before the jump, so it is seen an hour later; that goes for
//!   an instance of a series too. RFC 5545 (3.3.10) would leave that instance out; the programs that people look at
//!   show it, and a guard rather closes. `calendar lint` names each.
//! - `DTSTART` is an instance even when its rule would not make it.
//! - `TENTATIVE` events close; `CANCELLED` ones do not, nor do those that leave people free, unless asked.
//! - What is not understood closes nothing and is reported; too much of it, or nothing at all, and the whole feed is
//!   not believed.

mod busy;
mod component;
mod days;
mod event;
mod filter;
mod line;
mod rule;
mod series;
mod time;
mod walk;
mod windows;
mod zone;

pub use busy::Busy;
pub use filter::{Filter, Pattern};

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::domain::notice::Notice;
use event::{Event, Reader};
use series::Plan;
use zone::Zones;

/// The largest file that is read, in bytes: half as much again as the largest that schools are known to export.
pub const LARGEST: usize = 16 * 1024 * 1024;
/// The most events of one file.
const MOST_EVENTS: usize = 100_000;
/// The most malformed events that are named; the rest is counted.
pub const MOST_NAMED: usize = 20;

/// A feed of a calendar: how it is read, and what is known of it.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Its name in the configuration.
    pub name: String,
    /// How it is read.
    pub rules: Arc<FeedRules>,
    /// What is known of it.
    pub known: Known,
}

/// How a feed is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRules {
    /// Which events count.
    pub filter: Filter,
    /// How long before an event it closes.
    pub pad_before: Duration,
    /// How long after an event it opens again.
    pub pad_after: Duration,
    /// Whether the day before an event of whole days behaves like a Friday.
    pub day_before_holiday: bool,
    /// The most malformed events, in per cent, with which it is believed.
    pub most_malformed: u8,
    /// Whether a file without any event is believed.
    pub may_be_empty: bool,
}

/// What is known of a feed.
#[derive(Debug, Clone, Default)]
pub enum Known {
    /// It was never read.
    #[default]
    Nothing,
    /// It was read lately.
    Fresh(Arc<Busy>),
    /// Its last good copy is too old to be believed.
    Stale {
        /// When that copy was good.
        since: Timestamp,
    },
}

/// An event that is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The line in the file, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It does not end.
    NotEnded,
    /// It does not say when it starts.
    NoStart,
    /// It says twice when it starts.
    Twice,
    /// It ends before it starts.
    Backwards,
    /// A whole day and a time of day are mixed.
    Mixed,
    /// It lasts longer than anything should.
    TooLong,
    /// This is no date and no time.
    Time(String),
    /// This is no length.
    Duration(String),
    /// Nobody knows this zone.
    Zone(String),
    /// This is no rule, or one that comes back too often to be followed.
    Rule(String),
}

/// Why a whole file is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no iCalendar file: a sign-in page, an error, nothing.
    NoCalendar,
    /// Its end is missing.
    Cut,
    /// There is no event in it.
    Empty,
    /// It is too large.
    TooLarge,
    /// Its series come back too often to be laid out.
    TooMuch,
    /// Too many of its events are malformed; the first of them.
    TooMalformed {
        /// How many.
        malformed: usize,
        /// Of how many.
        of: usize,
        /// The first.
        first: Malformed,
    },
}

/// An instance of a series that starts at a wall time that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// What the event is called.
    pub summary: String,
    /// The wall time.
    pub wall: DateTime,
    /// When it counts from.
    pub start: Timestamp,
}

/// Returns what a file closes by `rules`, where whole days and times without a zone are those of `home`; laid out
/// around `at`.
///
/// # Errors
/// The file as a whole is not believed.
pub fn read_feed(
    bytes: &[u8],
    rules: &FeedRules,
    home: &TimeZone,
    at: Timestamp,
) -> Result<Busy, Unreadable> {
    if bytes.len() > LARGEST {
        return Err(Unreadable::TooLarge);
    }
    let (events, malformed) = parse(bytes, home)?;
    let of = events.len() + malformed.len();
    if of > MOST_EVENTS {
        return Err(Unreadable::TooLarge);
    }
    if of == 0 && !rules.may_be_empty {
        return Err(Unreadable::Empty);
    }
    if let Some(first) = malformed.first()
        && malformed.len() * 100 > of * usize::from(rules.most_malformed)
    {
        return Err(Unreadable::TooMalformed { malformed: malformed.len(), of, first: first.clone() });
    }
    let plan = Plan::new(events, &rules.filter, home);
    Busy::new(plan, rules, home, at, malformed, of).map_err(|walk::TooMuch| Unreadable::TooMuch)
}

/// Returns the events of a file and what is malformed in it, in the order of their lines.
fn parse(bytes: &[u8], home: &TimeZone) -> Result<(Vec<Event>, Vec<Malformed>), Unreadable> {
    // Zones first: a file may define them behind the events that use them.
    let mut zones = Zones::default();
    let mut malformed = component::scan(bytes, |component| {
        if component.kind == "VTIMEZONE" {
            zones.define(component);
        }
    })?;
    let mut reader = Reader { zones, home };
    let mut events = Vec::new();
    component::scan(bytes, |component| {
        let read = match component.kind {
            "VEVENT" => reader.event(component).map(|event| events.push(event)),
            "VFREEBUSY" => reader.busy(component).map(|busy| events.extend(busy)),
            _ => Ok(()),
        };
        malformed.extend(read.err());
    })?;
    malformed.sort_by_key(|one| one.line);
    Ok((events, malformed))
}

impl Known {
    /// Returns what is known at `now` from the last good copy and the instant at which it was last good.
    pub fn of(copy: Option<(Arc<Busy>, Timestamp)>, stale_after: Duration, now: Timestamp) -> Self {
        let Some((busy, since)) = copy else { return Self::Nothing };
        // An age that cannot be counted is no age at which anything is fresh; a copy from the future is new.
        let age = Duration::try_from(since.duration_until(now)).unwrap_or_default();
        if age > stale_after { Self::Stale { since } } else { Self::Fresh(busy) }
    }
}

impl Feed {
    /// Returns what it closes, when it may be believed.
    pub fn busy(&self) -> Option<&Busy> {
        match &self.known {
            Known::Fresh(busy) => Some(busy),
            Known::Nothing | Known::Stale { .. } => None,
        }
    }
}

impl Malformed {
    /// Returns it as a message.
    pub fn notice(&self) -> Notice {
        let about = |id: &str| Notice::new(id).with("line", self.line);
        match &self.fault {
            Fault::NotEnded => about("TW-K030"),
            Fault::NoStart => about("TW-K031"),
            Fault::Twice => about("TW-K032"),
            Fault::Backwards => about("TW-K033"),
            Fault::Mixed => about("TW-K034"),
            Fault::TooLong => about("TW-K035"),
            Fault::Time(value) => about("TW-K036").with("value", value),
            Fault::Duration(value) => about("TW-K037").with("value", value),
            Fault::Zone(value) => about("TW-K038").with("value", value),
            Fault::Rule(value) => about("TW-K039").with("value", value),
        }
    }
}

impl Unreadable {
    /// Returns it as a message.
    pub fn notice(&self) -> Notice {
        match self {
            Self::NoCalendar => Notice::new("TW-K040"),
            Self::Cut => Notice::new("TW-K041"),
            Self::Empty => Notice::new("TW-K042"),
            Self::TooLarge => {
                Notice::new("TW-K043").with("megabytes", LARGEST / 1024 / 1024).with("events", MOST_EVENTS)
            }
            Self::TooMuch => Notice::new("TW-K044"),
            Self::TooMalformed { malformed, of, first } => {
                Notice::new("TW-K045").with("malformed", malformed).with("of", of).with("line", first.line)
            }
        }
    }
}

impl PartialEq for Feed {
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.known, &other.known) {
            (Known::Nothing, Known::Nothing) => true,
            (Known::Fresh(one), Known::Fresh(two)) => Arc::ptr_eq(one, two),
            (Known::Stale { since: one }, Known::Stale { since: two }) => one == two,
            (Known::Nothing | Known::Fresh(_) | Known::Stale { .. }, _) => false,
        };
        same && self.name == other.name && self.rules == other.rules
    }
}

impl Default for FeedRules {
    fn default() -> Self {
        Self {
            filter: Filter { categories: Vec::new(), summary: Vec::new(), only_busy: true },
            pad_before: Duration::ZERO,
            pad_after: Duration::ZERO,
            day_before_holiday: false,
            most_malformed: 10,
            may_be_empty: false,
        }
    }
}

#[cfg(test)]
mod tests;
