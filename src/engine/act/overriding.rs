//! Overrides: one release passes one closed gate, because two people say so, for a limited time.

use std::time::Duration;

use crate::domain::gate::{GateReading, MAY_PASS_NEVER, Standing, TagStanding, may_be_overridden};
use crate::domain::names::Person;
use crate::domain::notice::Notice;
use crate::domain::release::{Event, Override, State};
use crate::engine::act::{require_waiting, rights};
use crate::engine::{Engine, Place, RefusedAct};

/// The longest time for which a gate may be passed: a day, after which people look anew.
pub const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What the first person asks.
pub(super) struct Asked {
    pub gate: String,
    pub reason: String,
    pub lasting: Duration,
    pub drill: bool,
}

impl Engine {
    /// Returns that a person asked for an override; the gate must be there, closed, and one that may be passed.
    pub(super) async fn ask_override(
        &self,
        state: &State,
        place: &Place,
        by: Person,
        asked: Asked,
    ) -> Result<Event, RefusedAct> {
        require_waiting(state)?;
        let Asked { gate, reason, lasting, drill } = asked;
        if lasting.is_zero() || lasting > LONGEST {
            return Err(RefusedAct::Conflict(Notice::new("TW-P028").with("most_for", LONGEST.as_secs())));
        }
        let now = self.0.clock.now();
        let reading = self.gate_now(state, place, &gate).await?;
        if !may_be_overridden(&gate) {
            let never = MAY_PASS_NEVER.join(", ");
            return Err(RefusedAct::Conflict(Notice::new("TW-P026").with("gate", gate).with("never", never)));
        }
        let is_open = reading.standing == Standing::Good && !reading.overridden;
        if is_open && !drill {
            return Err(RefusedAct::Conflict(Notice::new("TW-P027").with("gate", gate)));
        }
        let waiting =
            of_gate(state, &gate).filter(|passed| passed.confirmed_by.is_none() && now < passed.until);
        if !drill && waiting.is_some_and(|passed| passed.drill) {
            return Err(RefusedAct::Conflict(Notice::new("TW-P038").with("gate", gate)));
        }
        if drill && of_gate(state, &gate).is_some_and(|passed| !passed.drill && now < passed.until) {
            return Err(RefusedAct::Conflict(Notice::new("TW-P035").with("gate", gate)));
        }
        let until = now.checked_add(lasting).unwrap_or(jiff::Timestamp::MAX);
        Ok(Event::OverrideAsked { by, gate, reason, until, drill })
    }

    /// Returns that a second person confirmed the override that they saw, by the digest of what was asked; the first one
    /// must still have the right, too.
    pub(super) async fn confirm_override(
        &self,
        state: &State,
        place: &Place,
        by: Person,
        gate: String,
        seen: &str,
    ) -> Result<Event, RefusedAct> {
        require_waiting(state)?;
        let now = self.0.clock.now();
        let Some(asked) = of_gate(state, &gate).filter(|asked| now < asked.until) else {
            return Err(RefusedAct::NotFound(Notice::new("TW-P031").with("gate", gate)));
        };
        if asked.by.same_as(&by) {
            return Err(RefusedAct::NotAllowed(Notice::new("TW-P030").with("gate", gate)));
        }
        if let Some(second) = &asked.confirmed_by {
            let notice = Notice::new("TW-P032").with("gate", gate).with("by", second);
            return Err(RefusedAct::Conflict(notice));
        }
        if asked.asked() != seen {
            return Err(RefusedAct::Conflict(Notice::new("TW-P037").with("gate", gate)));
        }
        if !self.is_one_of(&asked.by, &rights::deciders(&place.environment)).await? {
            let notice = Notice::new("TW-P033").with("gate", gate).with("by", &asked.by);
            return Err(RefusedAct::Conflict(notice));
        }
        let drill = asked.drill;
        Ok(Event::OverrideConfirmed { by, gate, drill })
    }

    /// Returns what a gate of a release says now, or the refusal of a gate that it does not have.
    async fn gate_now(&self, state: &State, place: &Place, gate: &str) -> Result<GateReading, RefusedAct> {
        let occupied = self.occupant(place, Some(state.opening.id)).await?;
        let now = self.0.clock.now();
        let answer = self.ask(place, state, TagStanding::Lawful, occupied.as_deref(), now).await?;
        let names: Vec<String> = answer.gates.iter().map(|reading| reading.gate.clone()).collect();
        answer.gates.into_iter().find(|reading| reading.gate == gate).ok_or_else(|| {
            RefusedAct::NotFound(Notice::new("TW-P025").with("gate", gate).with("gates", names.join(", ")))
        })
    }
}

/// Returns that a person took an override back.
pub(super) fn end(state: &State, by: Person, gate: String) -> Result<Event, RefusedAct> {
    require_waiting(state)?;
    match of_gate(state, &gate) {
        Some(_) => Ok(Event::OverrideEnded { by, gate }),
        None => Err(RefusedAct::NotFound(Notice::new("TW-P034").with("gate", gate))),
    }
}

fn of_gate<'s>(state: &'s State, gate: &str) -> Option<&'s Override> {
    state.overrides.iter().find(|passed| passed.gate == gate)
}
