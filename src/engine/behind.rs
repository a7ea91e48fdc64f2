//! What waits behind a release that is being taken back: whatever contains it contains what failed.
//!
//! It is held until a person lets it go on, so that nothing brings the fault back by itself at night. What comes later
//! is not held: whoever pushes it knows. Race: the daemon is killed in between: the hold is written before the way
//! back ends, and looked at anew in every turn until then.

use crate::domain::names::Person;
use crate::domain::notice::Notice;
use crate::domain::release::{Event, Kind, Phase, State};
use crate::engine::error::chain;
use crate::engine::{Engine, EngineError};
use crate::messages;

/// The name under which the house itself holds a release.
const HOUSE: &str = "tagwarden";

impl Engine {
    /// Holds what waits and contains `failed`, while that is being taken back; never keeps the way back from going on.
    pub(super) async fn hold_what_contains(
        &self,
        failed: &State,
        waiting: &[&State],
    ) -> Result<(), EngineError> {
        if failed.phase != Phase::RollingBack || failed.opening.kind == Kind::Back {
            return Ok(());
        }
        let free = |state: &&&State| state.hold.is_none() && state.opening.kind == Kind::Forward;
        for state in waiting.iter().filter(free) {
            match self.contains(state, &state.opening.commit, &failed.opening.commit).await {
                Ok(true) => {
                    let why = Notice::new("hold-contains-failed").with("tag", failed.opening.tag.name());
                    let reason = messages::say(self.language(), &why);
                    let by = Person::parse(HOUSE).expect("the name is a login");
                    match self.record(state.opening.id, Event::Held { by, reason }).await {
                        Ok(_) | Err(EngineError::Overtaken { .. }) => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(
                        release = state.opening.id.0,
                        "what it contains is unknown: {}",
                        chain(&error)
                    );
                }
            }
        }
        Ok(())
    }
}
