//! The gate that is good when the workflow that tries the whole application succeeded for the tag's commit.
//!
//! Where it is tried in an environment of ours, the commit must run there first, and the run must be younger than that.
//! When a run is needed and the configuration says so, the daemon starts it: the intention is written down before
//! (a claim), so that one need is started once, however often the daemon is killed and however many gates want it.
//! Whether a request that was cut took effect only the forge's list of runs tells; it is looked for there for
//! [`PATIENCE`] before anything is asked again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Sight;
use super::ci::{source, unreached};
use crate::config::{Gate, GateSource};
use crate::domain::checks::{self, Trial};
use crate::domain::gate::{Evidence, Standing};
use crate::domain::names::{EnvironmentName, ObjectId};
use crate::domain::notice::Notice;
use crate::domain::release::{Phase, State};
use crate::engine::error::chain;
use crate::engine::{Engine, EngineError, Place};
use crate::signals;
use crate::store::{Claim, Patience};

/// Forgejo makes the run before it answers, so one that is not there after five minutes will not come; three tries
/// bridge a restart of the forge, and after that a person has to look.
const PATIENCE: Patience = Patience { between: Duration::from_secs(300), most: 3 };

/// What runs where the workflow tries it.
enum Tried {
    /// Somewhere that is not ours to know.
    Elsewhere,
    /// The commit, since then.
    Here(jiff::Timestamp),
    /// Not the commit, or not yet, and why.
    No(Standing, Notice),
}

impl Engine {
    /// Asks the forge for the newest run of the workflow, and starts one when one is needed.
    pub(super) async fn look_at_trial(
        &self,
        state: &State,
        gate: &Gate,
        (workflow, after, dispatch): (&str, Option<&EnvironmentName>, bool),
    ) -> Sight {
        let source = format!("{} {workflow}", source(state));
        let looked = async {
            let since = match self.tried(state, after).await? {
                Tried::Elsewhere => None,
                Tried::Here(since) => Some(since),
                Tried::No(standing, why) => return Ok(Sight::new(standing, why, source.clone())),
            };
            let commit = &state.opening.commit;
            let runs = match self.0.forge.runs(&state.opening.repository, commit).await {
                Ok(runs) => runs.unwrap_or_default(),
                Err(error) => return Ok(unreached(&error, source.clone())),
            };
            let trial = Trial { workflow, commit, since, max_age: gate.max_age };
            match checks::e2e(trial, &runs, self.0.clock.now()) {
                Ok(verdict) => Ok(self.sight_of(verdict, source.clone())),
                Err((newest, why)) if dispatch => {
                    let need =
                        format!("after run {newest}, deployment {}", since.map_or(0, |at| at.as_second()));
                    let (standing, reason) = self.start_trial(state, workflow, &need, why).await?;
                    Ok(Sight::new(standing, reason, source.clone()))
                }
                Err((_, why)) => Ok(Sight::new(Standing::Bad, why, source.clone())),
            }
        };
        looked.await.unwrap_or_else(|error: EngineError| {
            let reason = Notice::new("gate-unreached").with("what", "tagwarden.db");
            Sight::new(
                Standing::Unknown,
                reason.with("why", signals::evidence(&chain(&error))),
                source.clone(),
            )
        })
    }

    /// Returns the gates whose evidence is older than the last deployment to where their workflow tries the application.
    pub(super) async fn outdated_trials<'p>(
        &self,
        place: &'p Place,
        state: &State,
        known: &BTreeMap<String, Evidence>,
    ) -> Result<BTreeSet<&'p str>, EngineError> {
        let mut outdated = BTreeSet::new();
        for gate in &place.environment.gates {
            let GateSource::E2e { after: Some(after), .. } = &gate.source else { continue };
            let Some(seen) = known.get(&gate.name) else { continue };
            let (repository, environment) = (state.opening.repository_id, after.to_string());
            let last = self.0.store.read(move |r| r.last_deployment(repository, &environment)).await?;
            if last.is_some_and(|(_, at)| at >= seen.seen_at) {
                outdated.insert(gate.name.as_str());
            }
        }
        Ok(outdated)
    }

    /// Returns since when the commit runs in the environment `after` of the same repository.
    async fn tried(&self, state: &State, after: Option<&EnvironmentName>) -> Result<Tried, EngineError> {
        let Some(after) = after else { return Ok(Tried::Elsewhere) };
        let (repository, environment) = (state.opening.repository_id, after.to_string());
        let last = self
            .0
            .store
            .read(move |r| match r.last_deployment(repository, &environment)? {
                Some((id, at)) => Ok(r.state_of(id)?.map(|state| (state, at))),
                None => Ok(None),
            })
            .await?;
        let about =
            |id: &str| Notice::new(id).with("environment", after).with("tag", state.opening.tag.name());
        let Some((last, at)) = last else {
            return Ok(Tried::No(Standing::Bad, about("gate-e2e-never-there")));
        };
        Ok(match running(&last) {
            None => {
                let other = last.opening.tag.name();
                Tried::No(Standing::Unknown, about("gate-e2e-deploying").with("other", other))
            }
            Some(commit) if commit == Some(&state.opening.commit) => Tried::Here(at),
            Some(_) => Tried::No(Standing::Bad, about("gate-e2e-not-there")),
        })
    }

    /// Starts the workflow if nobody has for this need, and returns what the gate says of it.
    async fn start_trial(
        &self,
        state: &State,
        workflow: &str,
        need: &str,
        why: Notice,
    ) -> Result<(Standing, Notice), EngineError> {
        let opening = &state.opening;
        // By commit, not by release: two environments that want the same run get the same one.
        let name = format!("dispatch/{}/{}/{workflow}", opening.repository_id, opening.commit);
        let (asked, wanted, at) = (name.clone(), need.to_owned(), self.0.clock.now());
        let mine = self.0.store.write(move |w| w.claim(&asked, &wanted, at, PATIENCE)).await?;
        let claim = match mine {
            Some(claim) => Some(self.send_trial(state, workflow, &name, claim).await?),
            None => {
                let asked = name.clone();
                self.0.store.read(move |r| r.claim(&asked)).await?
            }
        };
        // Another need may have been claimed in between; the next look tells.
        let Some(claim) = claim.filter(|claim| claim.need == need) else { return Ok((Standing::Bad, why)) };
        let about = |id: &str| Notice::new(id).with("what", workflow).with("since_at", claim.at);
        let over = claim.at.checked_add(PATIENCE.between).is_ok_and(|end| end <= self.0.clock.now());
        Ok(match &claim.trouble {
            _ if claim.accepted => (Standing::Unknown, about("gate-e2e-started")),
            _ if claim.attempt >= PATIENCE.most && over => (Standing::Bad, about("gate-e2e-not-started")),
            Some(trouble) => (Standing::Unknown, about("gate-e2e-refused").with("why", trouble)),
            None => (Standing::Unknown, about("gate-e2e-asked")),
        })
    }

    async fn send_trial(
        &self,
        state: &State,
        workflow: &str,
        name: &str,
        mut claim: Claim,
    ) -> Result<Claim, EngineError> {
        let opening = &state.opening;
        let sent = self.0.forge.dispatch(&opening.repository, workflow, opening.tag.name()).await;
        match sent {
            Ok(started) => {
                tracing::info!(release = opening.id.0, workflow, run = started.map(|run| run.id), "started");
                claim.accepted = true;
            }
            Err(error) => {
                tracing::warn!(release = opening.id.0, workflow, id = error.id(), "{}", chain(&error));
                claim.trouble = Some(signals::evidence(&chain(&error)));
            }
        }
        let (name, settled) = (name.to_owned(), claim.clone());
        self.0.store.write(move |w| w.settle_claim(&name, &settled)).await?;
        Ok(claim)
    }
}

/// Returns the commit that runs where this release was the last to change that; `None` = that is not settled.
fn running(last: &State) -> Option<Option<&ObjectId>> {
    match last.phase {
        Phase::Smoke | Phase::Watching | Phase::Announcing | Phase::Complete => {
            Some(Some(&last.opening.commit))
        }
        Phase::RolledBack => Some(last.back.as_ref().and_then(|back| back.before.as_ref())),
        Phase::Deploying | Phase::RollingBack | Phase::Stuck => None,
        // Nothing was changed by these.
        Phase::Waiting | Phase::Refused | Phase::Denied | Phase::Withdrawn | Phase::Superseded => Some(None),
    }
}
