//! When an environment may change: windows, freezes and feeds, at an instant.
//!
//! Everything that closes becomes a list of half-open stretches of time, each placed by the wall clock of its
//! calendar's zone; lists that overlap or touch are merged before anything is answered, so that no opening of no
//! length can appear. A feed is one more such list; one that may not be believed closes everything.

pub mod feed;
mod lint;
mod read;
mod wall;
mod window;

pub use lint::lint;
pub use read::{lay_out, read};
pub use wall::{BadTime, DayTime, WeekTime, weekday};
pub use window::{Freeze, Stretch, Window};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A named set of rules in one time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// Its name in the configuration.
    pub name: String,
    /// The zone in which its wall times are read.
    pub zone: TimeZone,
    /// The windows in which it is closed.
    pub closed: Vec<Window>,
    /// The windows in which it is open; when there are any, it is closed outside them.
    pub open: Vec<Window>,
    /// The dated freezes.
    pub freezes: Vec<Freeze>,
    /// The feeds whose events close.
    pub feeds: Vec<feed::Feed>,
}

/// What kind of rule closes a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// A weekly or daily window.
    Window,
    /// Open windows are given, and none holds now.
    OutsideOpen,
    /// A dated freeze.
    Freeze,
    /// A busy event of a feed.
    Feed,
    /// A feed that is too old to be believed.
    StaleFeed,
}

/// One reason why it is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What kind of rule it is.
    pub kind: ReasonKind,
    /// The rule's name in the configuration.
    pub name: String,
    /// When this rule alone ends, if that is known.
    pub until: Option<Timestamp>,
    /// When a feed that is too old was last good, if it ever was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// A piece of time in which the same rules hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant behind it.
    pub to: Timestamp,
    /// The rules that close it; none when it is open.
    pub rules: Vec<(ReasonKind, String)>,
}

impl ReasonKind {
    /// Returns the id of the words for a rule of this kind; they take its name.
    pub fn words(self) -> &'static str {
        match self {
            Self::Window => "calendar-reason-window",
            Self::OutsideOpen => "calendar-reason-outside-open",
            Self::Freeze => "calendar-reason-freeze",
            Self::Feed => "calendar-reason-feed",
            Self::StaleFeed => "calendar-reason-stale-feed",
        }
    }
}

/// Returns the rules of these pieces, each once, in the order in which they come up.
pub fn rules_in(pieces: &[Piece]) -> Vec<(ReasonKind, String)> {
    let mut rules: Vec<(ReasonKind, String)> = Vec::new();
    for rule in pieces.iter().flat_map(|piece| &piece.rules) {
        if !rules.contains(rule) {
            rules.push(rule.clone());
        }
    }
    rules
}

/// What the calendars say at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Whether all of them are open.
    pub open: bool,
    /// Why not; empty when open.
    pub reasons: Vec<Reason>,
    /// The first instant from the asked one on that is open; the asked one itself when open.
    pub next_open: Option<Timestamp>,
    /// The first instant at which they close after that opening.
    pub next_close: Option<Timestamp>,
    /// The first instant from the asked one on that is open and stays open for the asked room.
    pub next_slot: Option<Timestamp>,
}
