//! Asks the gates of a release, at this instant or at any other.

use jiff::Timestamp;

use crate::config::Signoff;
use crate::domain::calendar::Calendar;
use crate::domain::gate::{Answer, Asking, Permit, TagStanding, Wanted, permit};
use crate::domain::names::ReleaseId;
use crate::domain::release::{Kind, Phase, State};
use crate::engine::{Engine, EngineError, Place};

impl Engine {
    /// Returns what the gates say of a release at `at`; `None` when there is no such release.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn explain(&self, id: ReleaseId, at: Timestamp) -> Result<Option<Answer>, EngineError> {
        let Some(state) = self.state(id).await? else { return Ok(None) };
        let Some(place) = self.place_of(&state) else { return Ok(None) };
        let occupied = self.occupant(&place, Some(id)).await?;
        Ok(Some(self.ask(&place, &state, TagStanding::Lawful, occupied.as_deref(), at).await?))
    }

    /// Returns the whole answer for `state`.
    pub(super) async fn ask(
        &self,
        place: &Place,
        state: &State,
        tag: TagStanding,
        occupied_by: Option<&str>,
        at: Timestamp,
    ) -> Result<Answer, EngineError> {
        Ok(match self.ask_leave(place, state, tag, occupied_by, at).await? {
            Ok(leave) => leave.into_answer(),
            Err(answer) => answer,
        })
    }

    /// Returns the leave to deploy `state`, or what the gates say instead.
    pub(super) async fn ask_leave(
        &self,
        place: &Place,
        state: &State,
        tag: TagStanding,
        occupied_by: Option<&str>,
        at: Timestamp,
    ) -> Result<Result<Permit, Answer>, EngineError> {
        let scope = place.scope();
        let holds = self.0.store.read(move |r| r.holds_on(&scope, at)).await?;
        let holds: Vec<(String, String)> = holds.into_iter().map(|hold| (hold.person, hold.reason)).collect();
        let calendars = self.calendars(place);
        let calendars: Vec<&Calendar> = calendars.iter().collect();
        let approvers = place.approvers();
        let evidence = place.gates.newest(state, self.0.clock.now());
        let wanted: Vec<Wanted<'_>> =
            place.environment.gates.iter().map(|gate| gate.wanted(evidence.get(&gate.name))).collect();
        let checklist = place.environment.signoff.as_ref().map(Signoff::checklist);
        let target = place.target();
        let asking = Asking {
            state,
            tag,
            target: &target,
            evidence: &wanted,
            checklist: checklist.as_ref(),
            calendars: &calendars,
            room: place.environment.max_duration,
            approvals: place.environment.approvals,
            self_approval: place.environment.self_approval,
            approvers: &approvers,
            approvers_unseen: None,
            holds: &holds,
            occupied_by,
            zone: &place.zone,
        };
        let first = permit(&asking, at);
        let people_count = place.environment.approvals > 0 || !state.overrides.is_empty();
        let by_people = state.opening.kind == Kind::Forward && people_count;
        if first.is_err() || !by_people {
            return Ok(first);
        }
        // Only now, because the forge has to be asked: do those who approved or let it pass still have the right to?
        match self.with_people_of_today(place, state).await {
            Ok(state) => Ok(permit(&Asking { state: &state, ..asking }, at)),
            Err(EngineError::Forge(error)) => {
                let why = error.notice();
                // Nobody knows whether those who let it pass a gate still may: until then it is closed.
                let state = State { overrides: Vec::new(), ..state.clone() };
                Ok(permit(&Asking { state: &state, approvers_unseen: Some(&why), ..asking }, at))
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the tag of the release that has an environment, other than `but`.
    pub(super) async fn occupant(
        &self,
        place: &Place,
        but: Option<ReleaseId>,
    ) -> Result<Option<String>, EngineError> {
        let states = self.states_at_work(place).await?;
        Ok(states
            .into_iter()
            .find(|state| Some(state.opening.id) != but && has_the_place(state))
            .map(|state| state.opening.tag.to_string()))
    }

    /// Returns the releases of an environment that are not at rest, oldest first.
    pub(super) async fn states_at_work(&self, place: &Place) -> Result<Vec<State>, EngineError> {
        let Some(repository_id) = place.repository_id() else { return Ok(Vec::new()) };
        let environment = place.environment.name.to_string();
        Ok(self
            .0
            .store
            .read(move |r| {
                let mut states = Vec::new();
                for id in r.at_work(repository_id, &environment)? {
                    states.extend(r.state_of(id)?);
                }
                Ok(states)
            })
            .await?)
    }

    /// Returns the release that was completed last in the environment of `state` and not taken back.
    pub(super) async fn complete_in(&self, state: &State) -> Result<Option<State>, EngineError> {
        let repository_id = state.opening.repository_id;
        let environment = state.opening.environment.to_string();
        Ok(self
            .0
            .store
            .read(move |r| match r.newest_in(repository_id, &environment, Phase::Complete)? {
                Some(id) => r.state_of(id),
                None => Ok(None),
            })
            .await?)
    }

    /// Returns the place that a release goes to, when it is still configured.
    pub(super) fn place_of(&self, state: &State) -> Option<std::sync::Arc<Place>> {
        self.0
            .places
            .iter()
            .find(|place| {
                place.environment.name == state.opening.environment
                    && (place.repository_id() == Some(state.opening.repository_id)
                        || place.repository.name.same_as(&state.opening.repository))
            })
            .cloned()
    }
}

/// Returns whether the environment belongs to this release now.
pub fn has_the_place(state: &State) -> bool {
    state.phase.occupies() || (state.phase.is_over() && !state.at_rest())
}
