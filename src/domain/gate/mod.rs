//! Conditions that must hold before a deployment may start: what each says, and the answer over all of them.
//!
//! An automatic gate says what its newest evidence says, as long as that is young enough. A person may let one release
//! pass one closed gate ([`overriding`]). Nothing but a [`Permit`] starts a deployment, and only [`permit`] gives one.

mod approval;
mod calendar;
mod evidence;
mod guard;
mod news;
mod overriding;
mod signoff;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::calendar::Calendar;
use crate::domain::notice::Notice;
use crate::domain::release::{Kind, State};

pub use evidence::{Evidence, Wanted};
pub use guard::{CONDITIONS, Condition, Permit, holds, permit};
pub use overriding::{MAY_PASS_NEVER, may_be_overridden};
pub use signoff::Checklist;

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
    /// Until when its evidence is young enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good_until: Option<Timestamp>,
    /// Where its evidence was found: an address without secrets, a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What was seen, by name.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub facts: std::collections::BTreeMap<String, String>,
    /// The page that shows the evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Whether it is good only because two people let the release pass it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overridden: bool,
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

/// Everything that the gates look at; facts, handed in.
#[derive(Debug, Clone)]
pub struct Asking<'a> {
    /// The release.
    pub state: &'a State,
    /// What a look at the forge says about the tag.
    pub tag: TagStanding,
    /// What the release would be deployed to, and how, as it is now.
    pub target: &'a str,
    /// The automatic gates, with their newest evidence.
    pub evidence: &'a [Wanted<'a>],
    /// The checklist that has to be signed.
    pub checklist: Option<&'a Checklist>,
    /// The calendars of the environment.
    pub calendars: &'a [&'a Calendar],
    /// What deploy, smoke tests, watch and a rollback need.
    pub room: Duration,
    /// How many people must approve.
    pub approvals: u32,
    /// Whether the pusher's own approval counts.
    pub self_approval: bool,
    /// Who may approve, as the configuration names them.
    pub approvers: &'a [String],
    /// Why it could not be learnt whether those who approved still may.
    pub approvers_unseen: Option<&'a Notice>,
    /// The stops on the environment and on everything: person and reason.
    pub holds: &'a [(String, String)],
    /// The tag of the release that has the environment now.
    pub occupied_by: Option<&'a str>,
    /// The zone in which people read times.
    pub zone: &'a TimeZone,
}

/// What a look at the forge says about the tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagStanding {
    /// It points where it pointed, and breaks no rule.
    Lawful,
    /// The forge could not be asked.
    Unseen {
        /// Why.
        why: Notice,
    },
}

/// Returns whether the release may deploy at `at`, and if not, what is missing, who can give it and when.
///
/// Nothing on the way back is ever asked: a rollback gets a good answer from every gate but the occupied environment.
pub fn answer(asking: &Asking<'_>, at: Timestamp) -> Answer {
    let reading = crate::domain::calendar::read(asking.calendars, at, asking.room);
    let mut gates = vec![environment_gate(asking, at)];
    if asking.state.opening.kind == Kind::Forward {
        gates.insert(0, tag_gate(asking, at));
        gates.push(hold_gate(asking, at));
        gates.extend(asking.evidence.iter().map(|wanted| wanted.gate(asking, at)));
        gates.extend(asking.checklist.map(|checklist| signoff::gate(checklist, asking, at)));
        if asking.approvals > 0 {
            gates.push(approval::gate(asking, at));
        }
        if !asking.calendars.is_empty() {
            gates.push(calendar::gate(asking, &reading, at));
        }
        overriding::apply(asking, &mut gates, at);
    }
    let may_deploy = gates.iter().all(|gate| gate.standing == Standing::Good);
    Answer { at, may_deploy, gates, next_slot: reading.next_slot }
}

/// Returns `at` in the form that the catalogue words as a time: with zone and offset.
pub fn zoned(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).to_string()
}

/// Returns a reading without anything special.
pub fn reading(gate: &str, standing: Standing, reason: Notice, at: Timestamp) -> GateReading {
    GateReading {
        gate: gate.to_owned(),
        standing,
        reason,
        seen_at: at,
        who: Vec::new(),
        opens_at: None,
        good_until: None,
        source: None,
        facts: std::collections::BTreeMap::new(),
        link: None,
        overridden: false,
    }
}

fn tag_gate(asking: &Asking<'_>, at: Timestamp) -> GateReading {
    match &asking.tag {
        TagStanding::Lawful => reading("tag", Standing::Good, Notice::new("gate-tag-good"), at),
        TagStanding::Unseen { why } => reading("tag", Standing::Unknown, why.clone(), at),
    }
}

fn environment_gate(asking: &Asking<'_>, at: Timestamp) -> GateReading {
    let environment = &asking.state.opening.environment;
    match asking.occupied_by {
        None => reading("environment", Standing::Good, Notice::new("gate-environment-free"), at),
        Some(tag) => {
            let why = Notice::new("gate-environment-busy").with("environment", environment).with("tag", tag);
            reading("environment", Standing::Bad, why, at)
        }
    }
}

fn hold_gate(asking: &Asking<'_>, at: Timestamp) -> GateReading {
    let own = asking.state.hold.as_ref().map(|hold| (hold.by.to_string(), hold.reason.clone()));
    match own.as_ref().or(asking.holds.first()) {
        None => reading("hold", Standing::Good, Notice::new("gate-hold-none"), at),
        Some((by, reason)) => {
            let why = Notice::new("gate-hold-held").with("by", by).with("reason", reason);
            GateReading { who: vec![by.clone()], ..reading("hold", Standing::Bad, why, at) }
        }
    }
}
