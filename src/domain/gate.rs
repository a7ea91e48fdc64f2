//! Conditions that must hold before a deployment may start: what each says, and the answer over all of them.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::calendar::{self, Calendar, Reading, ReasonKind};
use crate::domain::notice::Notice;
use crate::domain::release::{Kind, State};

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

/// Everything that the gates look at; facts, handed in.
#[derive(Debug, Clone)]
pub struct Asking<'a> {
    /// The release.
    pub state: &'a State,
    /// What a look at the forge says about the tag.
    pub tag: TagStanding,
    /// What the release would be deployed to, and how, as it is now.
    pub target: &'a str,
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
    let reading = calendar::read(asking.calendars, at, asking.room);
    let mut gates = vec![environment_gate(asking, at)];
    if asking.state.opening.kind == Kind::Forward {
        gates.insert(0, tag_gate(asking, at));
        gates.push(hold_gate(asking, at));
        if asking.approvals > 0 {
            gates.push(approval_gate(asking, at));
        }
        if !asking.calendars.is_empty() {
            gates.push(calendar_gate(asking, &reading, at));
        }
    }
    let may_deploy = gates.iter().all(|gate| gate.standing == Standing::Good);
    Answer { at, may_deploy, gates, next_slot: reading.next_slot }
}

/// Returns `at` in the form that the catalogue words as a time: with zone and offset.
pub fn zoned(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).to_string()
}

fn reading(gate: &str, standing: Standing, reason: Notice, at: Timestamp) -> GateReading {
    GateReading { gate: gate.to_owned(), standing, reason, seen_at: at, who: Vec::new(), opens_at: None }
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

fn approval_gate(asking: &Asking<'_>, at: Timestamp) -> GateReading {
    if let Some(why) = asking.approvers_unseen {
        return reading("approval", Standing::Unknown, why.clone(), at);
    }
    let valid = asking.state.valid_approvals(asking.target, at);
    let pusher = asking.state.opening.pusher.as_ref();
    let others = match pusher {
        _ if asking.self_approval => valid.len(),
        Some(pusher) => valid.iter().filter(|approval| !pusher.same_as(&approval.by)).count(),
        // Whoever pushed it is at most one of those who approved.
        None => valid.len().saturating_sub(1),
    };
    let have = u32::try_from(others).unwrap_or(u32::MAX);
    let standing = if have >= asking.approvals { Standing::Good } else { Standing::Bad };
    let id = match (standing, pusher) {
        (Standing::Good, _) => "gate-approval-good",
        (_, None) if !asking.self_approval && !valid.is_empty() => "gate-approval-pusher-unknown",
        _ => "gate-approval-missing",
    };
    let why = Notice::new(id)
        .with("tag", asking.state.opening.tag.name())
        .with("environment", &asking.state.opening.environment)
        .with("have", have)
        .with("need", asking.approvals)
        .with("who", asking.approvers.join(", "));
    GateReading { who: asking.approvers.to_vec(), ..reading("approval", standing, why, at) }
}

fn calendar_gate(asking: &Asking<'_>, says: &Reading, at: Timestamp) -> GateReading {
    if says.open && says.next_slot == Some(at) {
        return reading("calendar", Standing::Good, Notice::new("gate-calendar-open"), at);
    }
    // A feed that is not believed comes first: no other rule can say when it will be again.
    if let Some(stale) = says.reasons.iter().find(|reason| reason.kind == ReasonKind::StaleFeed) {
        let why = match stale.since {
            Some(since) => Notice::new("gate-calendar-stale").with("since_at", zoned(since, asking.zone)),
            None => Notice::new("gate-calendar-never-read"),
        };
        return reading("calendar", Standing::Bad, why.with("rule", &stale.name), at);
    }
    let id = match (says.open, says.reasons.first().map(|reason| reason.kind), says.next_slot) {
        (true, _, Some(_)) => "gate-calendar-no-room",
        (true, _, None) => "gate-calendar-no-room-known",
        (false, Some(ReasonKind::Freeze), Some(_)) => "gate-calendar-frozen",
        (
            false,
            Some(ReasonKind::Window | ReasonKind::OutsideOpen | ReasonKind::Feed | ReasonKind::StaleFeed)
            | None,
            Some(_),
        ) => "gate-calendar-closed",
        (false, _, None) => "gate-calendar-closed-no-slot",
    };
    let name = says.reasons.first().map(|reason| reason.name.clone()).unwrap_or_default();
    let mut why = Notice::new(id).with("rule", name);
    if let Some(slot) = says.next_slot {
        why = why.with("slot_at", zoned(slot, asking.zone));
    }
    GateReading { opens_at: says.next_slot, ..reading("calendar", Standing::Bad, why, at) }
}
