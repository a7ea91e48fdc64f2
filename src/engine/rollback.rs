//! What a tag `vX.Y.Z-rollback` asks of each environment.
//!
//! The tag names the version that is taken back, and points at the commit that runs again. It asks something only of an
//! environment in which that version runs or waits; the daemon's own tag asks nothing of any other one.
//!
//! Races: (a) the daemon's own tag comes back before its push was settled in the outbox: the row is there since the
//! release was rolled back, and that is what tells it from a person's; (b) a version and its rollback tag are found by
//! the same look: versions are dealt with first, so the waiting release is there to be ended.

use crate::domain::journal::{HouseEvent, Stamp};
use crate::domain::names::{ObjectId, ReleaseId};
use crate::domain::notice::Notice;
use crate::domain::release::{Event, EventName, Illegal, Kind, Phase, State};
use crate::domain::version::Tag;
use crate::engine::guarded::Guarded;
use crate::engine::intake::Seen;
use crate::engine::{Engine, EngineError, Place, tell};

/// What a rollback tag asks of one environment.
pub(super) enum Asked {
    /// The version runs, or is on its way there: it is taken back.
    TakeBack(Box<State>),
    /// The version is being taken back, or was: the tag is what records it.
    Recorded(Box<State>),
    /// The version waits: it goes nowhere.
    End(Box<State>),
    /// The version runs, but what ran before it is another commit: the tag's commit, which was complete here, is
    /// deployed.
    Deploy,
    /// Nothing, for this reason.
    Nothing(Notice),
}

impl Engine {
    /// Returns what a rollback tag on `commit` asks of an environment; `None` = the commit is not known yet.
    pub(super) async fn asked_by_rollback(
        &self,
        place: &Place,
        repository_id: u64,
        tag: &Tag,
        commit: Option<&ObjectId>,
    ) -> Result<Asked, EngineError> {
        let taken_back = tag.taken_back().unwrap_or_default();
        let nothing = || {
            Asked::Nothing(
                Notice::new("TW-E012")
                    .with("tag", tag)
                    .with("version", &taken_back)
                    .with("environment", &place.environment.name),
            )
        };
        let Some(state) = self.newest_of_tag(place, repository_id, &taken_back).await? else {
            // Before its first release here the daemon knows nothing of what runs; the tag is believed then.
            let first = self.completed_ever(place, repository_id, None).await?.is_empty();
            return Ok(if first { Asked::Deploy } else { nothing() });
        };
        let state = Box::new(state);
        Ok(match state.phase {
            Phase::Deploying | Phase::Smoke | Phase::Watching | Phase::Announcing => Asked::TakeBack(state),
            Phase::RollingBack | Phase::RolledBack | Phase::Stuck => Asked::Recorded(state),
            Phase::Waiting => Asked::End(state),
            Phase::Refused | Phase::Denied | Phase::Withdrawn | Phase::Superseded => nothing(),
            Phase::Complete => {
                let runs =
                    self.complete_in(&state).await?.is_some_and(|one| one.opening.id == state.opening.id);
                if !runs || self.occupant(place, Some(state.opening.id)).await?.is_some() {
                    nothing()
                } else if self.is_what_runs_again(place, &state, commit).await? {
                    Asked::TakeBack(state)
                } else if self.completed_ever(place, repository_id, commit).await?.is_empty() {
                    nothing()
                } else {
                    Asked::Deploy
                }
            }
        })
    }

    /// Does what a rollback tag asks; returns the releases that it concerns.
    pub(super) async fn take_rollback_tag(
        &self,
        guarded: &Guarded,
        repository_id: u64,
        seen: Seen,
    ) -> Result<Vec<ReleaseId>, EngineError> {
        for finding in &seen.findings {
            self.note_of_tag(finding.clone()).await?;
        }
        if !seen.findings.is_empty() {
            return Ok(Vec::new());
        }
        let own = self.is_own(repository_id, &seen.tag).await?;
        let mut touched = Vec::new();
        for place in self.places_of(guarded) {
            let asked = self.asked_by_rollback(&place, repository_id, &seen.tag, Some(&seen.commit)).await?;
            let tag = seen.tag.to_string();
            match asked {
                Asked::Recorded(state) => {
                    touched.push(state.opening.id);
                    self.record(state.opening.id, Event::RollbackTagSeen { tag }).await?;
                }
                Asked::End(state) => {
                    touched.push(state.opening.id);
                    let finding =
                        Notice::new("TW-E013").with("tag", state.opening.tag.name()).with("by", &tag);
                    self.record(state.opening.id, Event::Refused { findings: vec![finding] }).await?;
                }
                // What took a version back in one environment says nothing of the others.
                Asked::TakeBack(_) | Asked::Deploy | Asked::Nothing(_) if own => {}
                Asked::TakeBack(state) => {
                    touched.push(state.opening.id);
                    let (by, reason) = (seen.pusher.clone(), tag.clone());
                    let event = Event::RollbackAsked { by, reason, tag: Some(tag) };
                    let stamp = Stamp::daemon(self.0.clock.now());
                    if self.record_back_asked(&state, event, stamp).await?.is_none() {
                        // Something else began meanwhile: the next look asks anew what the tag means.
                        let (event, phase) = (EventName::RollbackAsked, state.phase);
                        let illegal = Illegal { event, phase };
                        return Err(EngineError::Overtaken { release: state.opening.id, illegal });
                    }
                }
                Asked::Deploy => {
                    touched.push(self.open_seen(&place, repository_id, &seen, Kind::Back).await?);
                }
                Asked::Nothing(why) => self.note_of_tag(why).await?,
            }
        }
        Ok(touched)
    }

    /// Returns whether taking a release back brings `commit` back; what is not known is not held against the tag.
    async fn is_what_runs_again(
        &self,
        place: &Place,
        state: &State,
        commit: Option<&ObjectId>,
    ) -> Result<bool, EngineError> {
        let before = self.runs_again(place, state).await?;
        Ok(before.as_ref().zip(commit).is_none_or(|(before, commit)| before == commit))
    }

    async fn note_of_tag(&self, notice: Notice) -> Result<(), EngineError> {
        self.note(HouseEvent::Noted { notice }, Stamp::daemon(self.now())).await
    }

    /// Returns whether the daemon itself pushed, or is about to push, this rollback tag.
    async fn is_own(&self, repository_id: u64, tag: &Tag) -> Result<bool, EngineError> {
        let taken_back = tag.taken_back().unwrap_or_default();
        Ok(self
            .store()
            .read(move |r| {
                for record in r.releases_of_tag(repository_id, &taken_back)? {
                    if r.outbox_of(record.id)?.iter().any(|row| row.lane == tell::TAG) {
                        return Ok(true);
                    }
                }
                Ok(false)
            })
            .await?)
    }

    async fn newest_of_tag(
        &self,
        place: &Place,
        repository_id: u64,
        tag: &str,
    ) -> Result<Option<State>, EngineError> {
        let (tag, environment) = (tag.to_owned(), place.environment.name.to_string());
        let records = self.store().read(move |r| r.releases_of_tag(repository_id, &tag)).await?;
        match records.into_iter().find(|record| record.environment == environment) {
            Some(record) => self.state(record.id).await,
            None => Ok(None),
        }
    }

    /// Returns the releases that were ever complete in an environment, of `commit` alone when one is given.
    async fn completed_ever(
        &self,
        place: &Place,
        repository_id: u64,
        commit: Option<&ObjectId>,
    ) -> Result<Vec<ReleaseId>, EngineError> {
        let environment = place.environment.name.to_string();
        let commit = commit.cloned();
        Ok(self.store().read(move |r| r.completed_ever(repository_id, &environment, commit.as_ref())).await?)
    }
}
