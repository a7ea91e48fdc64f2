//! Stops on an environment or on everything: who put them there, why, and until when.

use jiff::Timestamp;

use crate::domain::journal::{Channel, Fact, HouseEvent, Stamp};
use crate::domain::names::Person;
use crate::domain::notice::Notice;
use crate::engine::{Demand, Engine, EngineError, Place, RefusedAct};
use crate::store::{HoldRow, StoreError};

impl Engine {
    /// Puts a stop on an environment (`repository environment`) or on everything (`*`).
    ///
    /// # Errors
    /// As [`Engine::demand`].
    pub async fn hold_scope(
        &self,
        scope: &str,
        who: &Person,
        channel: Channel,
        reason: &str,
        until: Option<Timestamp>,
    ) -> Result<(), RefusedAct> {
        let demand = Demand::Hold { reason: reason.to_owned() };
        self.require_right_on(who, scope, &demand).await?;
        let at = self.0.clock.now();
        let hold = HoldRow {
            scope: scope.to_owned(),
            person: who.to_string(),
            reason: reason.to_owned(),
            at,
            until,
        };
        let stamp = Stamp { at, actor: Some(who.clone()), channel };
        let held = HouseEvent::Held { scope: scope.to_owned(), reason: reason.to_owned() };
        self.note_with(held, stamp, move |w| w.put_hold(&hold)).await?;
        self.nudge_all();
        Ok(())
    }

    /// Takes a stop away.
    ///
    /// # Errors
    /// As [`Engine::demand`]; there is no such stop.
    pub async fn lift_scope(&self, scope: &str, who: &Person, channel: Channel) -> Result<(), RefusedAct> {
        self.require_right_on(who, scope, &Demand::Lift).await?;
        let stamp = Stamp { at: self.0.clock.now(), actor: Some(who.clone()), channel };
        let lifted = scope.to_owned();
        let was_held = self.0.store.write(move |w| -> Result<bool, StoreError> {
            let was_held = w.lift_hold(&lifted)?;
            if was_held {
                w.append(&stamp, Fact::House { what: HouseEvent::Lifted { scope: lifted } })?;
            }
            Ok(was_held)
        });
        if !was_held.await.map_err(EngineError::from)? {
            return Err(RefusedAct::NotFound(Notice::new("TW-P005").with("scope", scope.replace(' ', "#"))));
        }
        self.nudge_all();
        Ok(())
    }

    async fn require_right_on(&self, who: &Person, scope: &str, demand: &Demand) -> Result<(), RefusedAct> {
        let named: Vec<&Place> = self
            .0
            .places
            .iter()
            .map(AsRef::as_ref)
            .filter(|place: &&Place| scope == "*" || place.scope() == scope)
            .collect();
        if named.is_empty() {
            return Err(RefusedAct::NotFound(Notice::new("TW-P006").with("scope", scope.replace(' ', "#"))));
        }
        for place in named {
            self.require_right(who, &place.environment, demand).await?;
        }
        Ok(())
    }

    fn nudge_all(&self) {
        for place in &self.0.places {
            place.nudge.notify_one();
        }
    }
}
