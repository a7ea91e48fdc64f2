//! Lets events happen: through the machine, into the store, out to whoever waits for them.

use crate::domain::journal::{Fact, HouseEvent, Stamp};
use crate::domain::names::ReleaseId;
use crate::domain::release::{Event, Opening, State};
use crate::engine::{Engine, EngineError, tell};
use crate::store::{Advanced, StoreError};

impl Engine {
    /// Lets `event` happen to a release, as the daemon itself.
    pub(super) async fn record(&self, id: ReleaseId, event: Event) -> Result<State, EngineError> {
        let stamp = Stamp::daemon(self.0.clock.now());
        self.record_as(id, event, stamp).await
    }

    /// Lets `event` happen to a release.
    ///
    /// # Errors
    /// It cannot happen any more, or could not be written down; nothing has happened then.
    pub(super) async fn record_as(
        &self,
        id: ReleaseId,
        event: Event,
        stamp: Stamp,
    ) -> Result<State, EngineError> {
        let config = self.0.config.clone();
        let name = event.name().name();
        let advanced = self
            .0
            .store
            .write(move |w| {
                w.advance(id, &event, &stamp, &|state, effect| tell::rows(&config, state, effect))
            })
            .await?;
        match advanced {
            Advanced::Done { state, seq } => {
                tracing::info!(release = id.0, event = name, phase = state.phase.name(), seq, "recorded");
                self.announce_change(&state, seq);
                Ok(*state)
            }
            Advanced::Illegal(illegal) => Err(EngineError::Overtaken { release: id, illegal }),
            Advanced::Unknown => Err(EngineError::Unknown(id)),
        }
    }

    /// Opens a release; `Err` holds the number of the one that the same tag object opened before.
    pub(super) async fn open(
        &self,
        opening: Opening,
        stamp: Stamp,
    ) -> Result<Result<State, ReleaseId>, EngineError> {
        let config = self.0.config.clone();
        let opened = self
            .0
            .store
            .write(move |w| -> Result<_, StoreError> {
                let rows = |state: &State, effect: &_| tell::rows(&config, state, effect);
                let opened = w.open_release(opening, &stamp, &rows)?;
                let (seq, _) = w.reading().journal_end()?;
                Ok(opened.map(|state| (state, seq)))
            })
            .await?;
        Ok(opened.map(|(state, seq)| {
            tracing::info!(release = state.opening.id.0, tag = state.opening.tag.name(), "opened");
            self.announce_change(&state, seq);
            state
        }))
    }

    /// Writes down something that happened to the house.
    pub(super) async fn note(&self, what: HouseEvent, stamp: Stamp) -> Result<(), EngineError> {
        self.0.store.write(move |w| w.append(&stamp, Fact::House { what })).await?;
        Ok(())
    }

    /// Returns the state of a release.
    pub(super) async fn state(&self, id: ReleaseId) -> Result<Option<State>, EngineError> {
        Ok(self.0.store.read(move |r| r.state_of(id)).await?)
    }

    /// Wakes the driver of a release's environment.
    pub(super) fn nudge_place_of(&self, state: &State) {
        for place in &self.0.places {
            if place.environment.name == state.opening.environment
                && place.repository_id() == Some(state.opening.repository_id)
            {
                place.nudge.notify_one();
            }
        }
    }

    fn announce_change(&self, state: &State, seq: u64) {
        self.0.outbox.notify_one();
        self.nudge_place_of(state);
        // Nobody may be looking.
        let _ = self.0.changes.send((state.opening.id, seq));
    }
}
