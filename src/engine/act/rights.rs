//! Who may ask what: looked up at the moment at which it is asked.

use jiff::tz::TimeZone;

use crate::config::{Environment, Who};
use crate::domain::gate::zoned;
use crate::domain::journal::{HouseEvent, Stamp};
use crate::domain::names::Person;
use crate::domain::notice::Notice;
use crate::engine::{Demand, Engine, EngineError, RefusedAct};
use crate::forgejo::ForgeError;

impl Engine {
    /// Refuses who may not ask that of an environment, by the configuration and the forge's teams of now.
    pub(super) async fn require_right(
        &self,
        who: &Person,
        environment: &Environment,
        demand: &Demand,
    ) -> Result<(), RefusedAct> {
        let may = who_may(environment, demand);
        let allowed = match self.is_one_of(who, &may).await {
            Err(EngineError::Forge(unasked)) if demand.makes_safe() => {
                self.require_remembered(who, &may, unasked).await?;
                true
            }
            known => known?,
        };
        if allowed {
            return Ok(());
        }
        let names: Vec<String> = may.iter().map(Who::to_string).collect();
        let notice = Notice::new("TW-P001")
            .with("who", who)
            .with("environment", &environment.name)
            .with("may", names.join(", "));
        Err(RefusedAct::NotAllowed(notice))
    }

    /// The forge is away: who was in a team at the last look counts as being in it, and the journal says so.
    async fn require_remembered(
        &self,
        who: &Person,
        may: &[Who],
        unasked: ForgeError,
    ) -> Result<(), EngineError> {
        let Some((team, seen_at)) = self.was_one_of(who, may).await? else {
            return Err(unasked.into());
        };
        let notice = Notice::new("right-remembered")
            .with("who", who)
            .with("team", team)
            .with("seen_at", zoned(seen_at, &TimeZone::UTC));
        self.note(HouseEvent::Noted { notice }, Stamp::daemon(self.0.clock.now())).await
    }
}

/// Returns the approvers and the release managers of an environment.
pub(super) fn deciders(environment: &Environment) -> Vec<Who> {
    environment.approvers.iter().chain(&environment.release_managers).cloned().collect()
}

/// Returns who may ask that of an environment.
fn who_may(environment: &Environment, demand: &Demand) -> Vec<Who> {
    match demand {
        Demand::Approve { .. } | Demand::Deny { .. } => environment.approvers.clone(),
        // Without a checklist there is nothing to tick; who else decides here hears that.
        Demand::Tick { .. } | Demand::SignOff { .. } => match &environment.signoff {
            Some(signoff) => signoff.by.clone(),
            None => deciders(environment),
        },
        Demand::Override { .. }
        | Demand::ConfirmOverride { .. }
        | Demand::EndOverride { .. }
        | Demand::Withdraw { .. }
        | Demand::Hold { .. }
        | Demand::Lift
        | Demand::Rollback { .. }
        | Demand::Retry { .. }
        | Demand::BroughtBack { .. } => deciders(environment),
    }
}
