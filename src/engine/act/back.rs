//! Whether what is to be taken back runs at all.

use crate::domain::notice::Notice;
use crate::domain::release::{Kind, Phase, State};
use crate::engine::{Engine, Place, RefusedAct};

impl Engine {
    /// Only what runs can be taken back: a complete release that a later one has followed, or is about to, does not.
    pub(super) async fn require_that_it_runs(&self, state: &State, place: &Place) -> Result<(), RefusedAct> {
        let about = |id: &str| {
            Notice::new(id)
                .with("tag", state.opening.tag.name())
                .with("environment", &state.opening.environment)
        };
        if state.opening.kind == Kind::Back {
            return Err(RefusedAct::Conflict(about("TW-P008")));
        }
        if state.phase != Phase::Complete {
            return Ok(());
        }
        let running = match self.occupant(place, Some(state.opening.id)).await? {
            Some(tag) => Some(tag),
            None => self
                .complete_in(state)
                .await?
                .filter(|running| running.opening.id != state.opening.id)
                .map(|running| running.opening.tag.to_string()),
        };
        match running {
            Some(running) => Err(RefusedAct::Conflict(about("TW-P007").with("running", running))),
            None => Ok(()),
        }
    }
}
