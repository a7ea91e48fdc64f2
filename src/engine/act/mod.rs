//! What people ask of releases: one door for pages, API, terminal and comments.
//!
//! Every window ends in [`Engine::demand`]; it looks up the person's right at that moment and hands the event to the
//! machine, which alone decides whether it is lawful now. Race: something happens to the release between the look and
//! the event: what rests on that is judged anew on what stands there now, and written only on the ground that was
//! judged.

mod approve;
mod back;
mod demand;
mod overriding;
mod possible;
mod rights;
mod signoff;
mod stops;

pub use demand::Demand;
pub use possible::possible;

use crate::domain::journal::{Channel, Stamp};
use crate::domain::names::{Person, ReleaseId};
use crate::domain::notice::Notice;
use crate::domain::release::{Event, Phase, State, Verdict};
use crate::engine::{Engine, EngineError, Place};

/// How often something is judged anew because the release changed meanwhile: news come seconds apart.
const TRIES: usize = 10;

/// Why what a person asked was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusedAct {
    /// They may not.
    NotAllowed(Notice),
    /// There is no such thing.
    NotFound(Notice),
    /// Not in the state that it is in.
    Conflict(Notice),
    /// It cannot be known or written down now; nothing has happened.
    Unavailable(Notice),
}

impl From<EngineError> for RefusedAct {
    fn from(error: EngineError) -> Self {
        let notice = error.notice();
        match error {
            EngineError::Overtaken { .. } => Self::Conflict(notice),
            EngineError::Unknown(_) => Self::NotFound(notice),
            EngineError::Store(_)
            | EngineError::Forge(_)
            | EngineError::Git(_)
            | EngineError::NoRepository(_)
            | EngineError::Task(_) => Self::Unavailable(notice),
        }
    }
}

impl Engine {
    /// Does what a person asks of a release.
    ///
    /// # Errors
    /// Says whether they may not, it is not there, it is too late, or it cannot be known now.
    pub async fn demand(
        &self,
        id: ReleaseId,
        who: &Person,
        channel: Channel,
        demand: Demand,
    ) -> Result<State, RefusedAct> {
        for _ in 0..TRIES {
            let state = self.state(id).await?.ok_or(EngineError::Unknown(id))?;
            let place = self.place_of(&state).ok_or_else(|| {
                RefusedAct::Conflict(Notice::new("TW-P004").with("environment", &state.opening.environment))
            })?;
            if demand.wants_a_human() && !demand::is_human(channel) {
                return Err(RefusedAct::NotAllowed(Notice::new("TW-P029")));
            }
            self.require_right(who, &place.environment, &demand).await?;
            let takes_back = matches!(demand, Demand::Rollback { .. });
            if takes_back {
                self.require_that_it_runs(&state, &place).await?;
            }
            let event = self.event_of(&state, &place, who, demand.clone()).await?;
            let stamp = Stamp { at: self.0.clock.now(), actor: Some(who.clone()), channel };
            let done = if takes_back {
                self.record_back_asked(&state, event, stamp).await?
            } else if demand.rests_on_ground() {
                self.record_if_same(&state, event, stamp).await?
            } else {
                Some(self.record_as(id, event, stamp).await?)
            };
            if let Some(done) = done {
                return Ok(done);
            }
        }
        Err(RefusedAct::Unavailable(Notice::new("TW-P036").with("release", id)))
    }

    async fn event_of(
        &self,
        state: &State,
        place: &Place,
        who: &Person,
        demand: Demand,
    ) -> Result<Event, RefusedAct> {
        let by = who.clone();
        Ok(match demand {
            Demand::Approve { binding } => self.approval(state, place, by, &binding)?,
            Demand::Tick { item, good, note } => signoff::tick(state, place, by, item, good, note)?,
            Demand::SignOff { note } => signoff::sign(state, place, by, note)?,
            Demand::Override { gate, reason, lasting, drill } => {
                let asked = overriding::Asked { gate, reason, lasting, drill };
                self.ask_override(state, place, by, asked).await?
            }
            Demand::ConfirmOverride { gate, asked } => {
                self.confirm_override(state, place, by, gate, &asked).await?
            }
            Demand::EndOverride { gate } => overriding::end(state, by, gate)?,
            Demand::Deny { reason } => Event::Denied { by, reason },
            Demand::Withdraw { reason } => Event::Withdrawn { by, reason },
            Demand::Hold { reason } => Event::Held { by, reason },
            Demand::Lift => Event::Lifted { by },
            Demand::Rollback { reason } => Event::RollbackAsked { by: Some(by), reason, tag: None },
            Demand::Retry { reason } => Event::LedOut { by, reason, verdict: Verdict::Retry },
            Demand::BroughtBack { reason } => Event::LedOut { by, reason, verdict: Verdict::BroughtBack },
        })
    }
}

/// Refuses what is asked of a release that waits no more; one that was superseded names what took its place.
fn require_waiting(state: &State) -> Result<(), RefusedAct> {
    let notice = match (state.phase, &state.superseded_by) {
        (Phase::Waiting, _) => return Ok(()),
        (Phase::Superseded, Some(by)) => {
            Notice::new("TW-P020").with("tag", state.opening.tag.name()).with("by", by)
        }
        (phase, _) => Notice::new("TW-E001").with("release", state.opening.id).with("phase", phase.name()),
    };
    Err(RefusedAct::Conflict(notice))
}
