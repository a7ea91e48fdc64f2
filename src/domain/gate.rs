//! Conditions that must hold before a deployment may start: what each says, and the answer over all of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::notice::Notice;

/// The three answers of a gate; anything but [`Standing::Good`] keeps a release waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The condition holds.
    Good,
    /// It does not hold.
    Bad,
    /// It could not be learnt; it is looked at again.
    Unknown,
}

/// What one gate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateReading {
    /// The gate's name: `tag`, `calendar`, `approval`, ….
    pub gate: String,
    /// Its answer.
    pub standing: Standing,
    /// Why, for people.
    pub reason: Notice,
    /// When the evidence was taken.
    pub seen_at: Timestamp,
    /// Who can open it, when people can.
    pub who: Vec<String>,
    /// When it is expected to open by itself.
    pub opens_at: Option<Timestamp>,
}

/// The whole answer to "may this release deploy at this instant, and if not, what is missing?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The instant that was asked about.
    pub at: Timestamp,
    /// Whether every gate is good.
    pub may_deploy: bool,
    /// Each gate, in the order in which people think of them.
    pub gates: Vec<GateReading>,
    /// The next slot with room, by the calendar alone.
    pub next_slot: Option<Timestamp>,
}
