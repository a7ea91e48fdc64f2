//! Lets events happen: through the machine, into the store, out to whoever waits for them.

use crate::domain::gate::Permit;
use crate::domain::journal::{Fact, HouseEvent, Stamp};
use crate::domain::names::ReleaseId;
use crate::domain::notice::Notice;
use crate::domain::plan::Plan;
use crate::domain::release::{Event, EventName, Illegal, Opening, Phase, State};
use crate::engine::ask::has_the_place;
use crate::engine::{Engine, EngineError, tell};
use crate::points;
use crate::store::{Advanced, Reading, StoreError, Writing};

/// What a deployment begins with, besides the guard's leave.
pub(super) struct Start {
    /// What will be done.
    pub plan: Plan,
    /// The signals that were bad before.
    pub baseline: Vec<String>,
    /// The number under which hosts are asked.
    pub fence: u64,
}

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
        self.record_when(id, event, stamp, |_| Ok(true)).await?.ok_or(EngineError::Unknown(id))
    }

    /// Lets `event` happen to a release if its ground is still the one of `asked`; `None` = it is not.
    ///
    /// # Errors
    /// As [`Engine::record_as`].
    pub(super) async fn record_if_same(
        &self,
        asked: &State,
        event: Event,
        stamp: Stamp,
    ) -> Result<Option<State>, EngineError> {
        let (id, asked) = (asked.opening.id, asked.clone());
        let still = move |reading: &Reading<'_>| {
            Ok(reading.state_of(id)?.is_some_and(|state| state.same_ground(&asked)))
        };
        self.record_when(id, event, stamp, still).await
    }

    /// Notes that a person wants a release taken back, if it is still what runs: nothing else has the environment, and
    /// nothing later is complete there; `None` = it is not.
    ///
    /// # Errors
    /// As [`Engine::record_as`].
    pub(super) async fn record_back_asked(
        &self,
        asked: &State,
        event: Event,
        stamp: Stamp,
    ) -> Result<Option<State>, EngineError> {
        let (id, asked) = (asked.opening.id, asked.clone());
        let still = move |reading: &Reading<'_>| {
            let unchanged = reading.state_of(id)?.is_some_and(|state| state.phase == asked.phase);
            if !unchanged || asked.phase != Phase::Complete {
                return Ok(unchanged);
            }
            let (repository_id, environment) = place_of(&asked);
            let last = reading.newest_in(repository_id, &environment, Phase::Complete)?;
            Ok(last == Some(id) && !is_taken(reading, &asked)?)
        };
        self.record_when(id, event, stamp, still).await
    }

    /// Starts a release with the guard's leave, unless something happened to it, another release has the environment
    /// (its way back may have been asked for), or somebody holds it (`scope`; none for a way back, which nobody holds),
    /// since `asked` was read.
    ///
    /// # Errors
    /// As [`Engine::record_as`]; `Overtaken` when something came in between.
    pub(super) async fn record_start(
        &self,
        asked: &State,
        scope: Option<String>,
        leave: Permit,
        start: Start,
    ) -> Result<(), EngineError> {
        let Start { plan, baseline, fence } = start;
        let event = Event::Started { answer: leave.into_answer(), plan, baseline, fence };
        let (id, asked, at) = (asked.opening.id, asked.clone(), self.0.clock.now());
        let still = move |reading: &Reading<'_>| {
            let same = reading.state_of(id)?.is_some_and(|state| state.same_ground(&asked));
            let held = match &scope {
                Some(scope) => !reading.holds_on(scope, at)?.is_empty(),
                None => false,
            };
            Ok(same && !held && !is_taken(reading, &asked)?)
        };
        match self.record_when(id, event, Stamp::daemon(at), still).await? {
            Some(_) => Ok(()),
            // The driver asks everything again at once.
            None => {
                let illegal = Illegal { event: EventName::Started, phase: Phase::Waiting };
                Err(EngineError::Overtaken { release: id, illegal })
            }
        }
    }

    /// Lets `event` happen to a release if `still` says so; `None` = it does not.
    ///
    /// The look at all that `still` asks and the event are one transaction, so nothing can come in between.
    async fn record_when(
        &self,
        id: ReleaseId,
        event: Event,
        stamp: Stamp,
        still: impl FnOnce(&Reading<'_>) -> Result<bool, StoreError> + Send + 'static,
    ) -> Result<Option<State>, EngineError> {
        let config = self.0.config.clone();
        let name = event.name().name();
        points::before(name).map_err(StoreError::from)?;
        let advanced = self
            .0
            .store
            .write(move |w| -> Result<_, StoreError> {
                if !still(&w.reading())? {
                    return Ok(None);
                }
                w.advance(id, &event, &stamp, &|state, effect| tell::rows(&config, state, effect)).map(Some)
            })
            .await?;
        points::after(name).map_err(StoreError::from)?;
        match advanced {
            None => Ok(None),
            Some(Advanced::Done { state, seq }) => {
                tracing::info!(release = id.0, event = name, phase = state.phase.name(), seq, "recorded");
                self.announce_change(&state, seq);
                Ok(Some(*state))
            }
            Some(Advanced::Illegal(illegal)) => Err(EngineError::Overtaken { release: id, illegal }),
            Some(Advanced::Unknown) => Err(EngineError::Unknown(id)),
        }
    }

    /// Opens a release, refused at once when its tag breaks rules; `Err` holds the number of the one that the same tag object opened before.
    pub(super) async fn open(
        &self,
        opening: Opening,
        findings: Vec<Notice>,
        stamp: Stamp,
    ) -> Result<Result<State, ReleaseId>, EngineError> {
        let config = self.0.config.clone();
        points::before("opened").map_err(StoreError::from)?;
        let opened = self
            .0
            .store
            .write(move |w| -> Result<_, StoreError> {
                let rows = |state: &State, effect: &_| tell::rows(&config, state, effect);
                let mut opened = w.open_release(opening, &stamp, &rows)?;
                // One transaction: nobody ever sees an unlawful tag waiting.
                if let (Ok(state), false) = (&mut opened, findings.is_empty()) {
                    let event = Event::Refused { findings };
                    if let Advanced::Done { state: refused, .. } =
                        w.advance(state.opening.id, &event, &stamp, &rows)?
                    {
                        *state = *refused;
                    }
                }
                let (seq, _) = w.reading().journal_end()?;
                Ok(opened.map(|state| (state, seq)))
            })
            .await?;
        points::after("opened").map_err(StoreError::from)?;
        Ok(opened.map(|(state, seq)| {
            tracing::info!(release = state.opening.id.0, tag = state.opening.tag.name(), "opened");
            self.announce_change(&state, seq);
            state
        }))
    }

    /// Writes down something that happened to the house.
    pub(super) async fn note(&self, what: HouseEvent, stamp: Stamp) -> Result<(), EngineError> {
        self.note_with(what, stamp, |_| Ok(())).await
    }

    /// Changes something of the house and writes down what: both in one commit, or neither.
    pub(super) async fn note_with<T: Send + 'static>(
        &self,
        what: HouseEvent,
        stamp: Stamp,
        change: impl FnOnce(&Writing<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, EngineError> {
        points::before("house").map_err(StoreError::from)?;
        let noted = self.0.store.write(move |w| -> Result<T, StoreError> {
            let changed = change(w)?;
            w.append(&stamp, Fact::House { what })?;
            Ok(changed)
        });
        let noted = noted.await?;
        points::after("house").map_err(StoreError::from)?;
        Ok(noted)
    }

    /// Returns the state of a release.
    pub(super) async fn state(&self, id: ReleaseId) -> Result<Option<State>, EngineError> {
        Ok(self.0.store.read(move |r| r.state_of(id)).await?)
    }

    /// Wakes the driver of a release's environment.
    pub(super) fn nudge_place_of(&self, state: &State) {
        for place in &self.0.places {
            if place.repository_id() != Some(state.opening.repository_id) {
                continue;
            }
            if place.environment.name == state.opening.environment {
                place.nudge.notify_one();
            }
            // A gate may wait for what happens in another environment.
            place.gates.nudge();
        }
    }

    pub(super) fn announce_change(&self, state: &State, seq: u64) {
        self.0.outbox.notify_one();
        self.nudge_place_of(state);
        // Nobody may be looking.
        let _ = self.0.changes.send((state.opening.id, seq));
    }
}

/// Returns the repository and the environment of a release.
fn place_of(state: &State) -> (u64, String) {
    (state.opening.repository_id, state.opening.environment.to_string())
}

/// Returns whether another release has the environment of this one.
fn is_taken(reading: &Reading<'_>, state: &State) -> Result<bool, StoreError> {
    let (repository_id, environment) = place_of(state);
    for id in reading.at_work(repository_id, &environment)? {
        let other = if id == state.opening.id { None } else { reading.state_of(id)? };
        if other.as_ref().is_some_and(has_the_place) {
            return Ok(true);
        }
    }
    Ok(false)
}
