//! When an environment may change: windows, freezes and feeds, at an instant.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A named set of rules in one time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// Its name in the configuration.
    pub name: String,
    /// The zone in which its wall times are read.
    pub zone: jiff::tz::TimeZone,
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
    /// The first instant after the asked one at which they close, or close again.
    pub next_close: Option<Timestamp>,
    /// The first opening with the asked room.
    pub next_slot: Option<Timestamp>,
}

/// Returns what `calendars` say together at `at`, where a slot needs `room`: open only if all are.
pub fn read(_calendars: &[&Calendar], at: Timestamp, _room: std::time::Duration) -> Reading {
    Reading { open: true, reasons: Vec::new(), next_open: Some(at), next_close: None, next_slot: Some(at) }
}
