//! One step of a deployment or of a way back: begun, asked about, proven.
//!
//! A step's intention is in the journal before anything is done. From then on the host is asked by the step's key: not
//! there = it was never started, so it is started now; running = wait; finished or lost = look at the world. What a
//! look cannot settle stays *unknown* and is looked at again; it is never called a success or a failure.
//!
//! Races: (a) killed between journal and host: the key is absent there, and is started; (b) killed after the start: the
//! key is there, and is not started again; (c) the line is cut: the error is *unknown*, the same question is asked
//! again; (d) the host was rebooted in the middle: the state is *lost*, and only the probe decides.

use std::time::Duration;

use crate::clock::Stopwatch;
use crate::config::Recipe;
use crate::domain::names::{HostName, ObjectId, ReleaseId};
use crate::domain::notice::Notice;
use crate::domain::plan::{self, Act, Facts, Inspection, Plan, Script, Step};
use crate::domain::release::{Direction, Event, Outcome, Phase, State, StepRun};
use crate::engine::drive::{ASK_AGAIN, Memory, Next};
use crate::engine::error::chain;
use crate::engine::{Engine, EngineError, Place};
use crate::points;
use crate::remote::{EnvironmentLock, Gravity, Host, LogPart, RemoteError, StepKey, StepState};
use crate::signals::http;
use crate::store::StoreError;

/// How long a host waits for a step's end before it answers: short, because meanwhile nobody else is heard here.
const FOLLOW: Duration = Duration::from_secs(1);
/// The first pause between two questions to a host that does not wait; it doubles up to [`LONGEST_POLL`].
const FIRST_POLL: Duration = Duration::from_millis(50);
/// The longest pause between two questions about a running step.
const LONGEST_POLL: Duration = Duration::from_secs(2);
/// After so many questions a step is a long one, and a pause between them costs it nothing that counts.
const LONG_STEP: u32 = 20;
/// The most bytes of a log that a host hands over at once.
const LOG_PART: usize = 256 * 1024;
/// The pause after a host could not be asked.
const REACH_AGAIN: Duration = Duration::from_secs(3);
/// The longest that a short look on a host may take.
const LOOK_LIMIT: Duration = Duration::from_secs(60);
/// The most bytes of a step's log that are kept; what comes later stays on the host.
const MOST_LOG: u64 = 4 << 20;

/// Returns the key of one try of a step.
pub(super) fn key(state: &State, direction: Direction, index: usize, attempt: u32) -> String {
    let name = state
        .plan_of(direction)
        .and_then(|plan| plan.steps.get(index))
        .map_or("step", |step| step.name.as_str());
    let short: String = name.chars().take(40).collect();
    // The fence keeps the keys of a database apart from those of another one that hosts have seen.
    let fence = state.fence_of(direction);
    format!("r{}-{fence}-s{index}-{short}-{attempt}-{}", state.opening.id, direction.name())
}

/// Returns the plan that brings back what ran before.
fn way_back(place: &Place, state: &State) -> Plan {
    let forward = state.plan.clone().unwrap_or_default();
    plan::way_back(&forward, &state.begun(), &state.facts, &super::judge::spec(place))
}

/// Returns the commit that ran before the release, as the first host's snapshot tells.
fn commit_before(state: &State) -> Option<ObjectId> {
    state
        .facts
        .values()
        .find_map(|facts| facts.get(plan::FACT_COMMIT_BEFORE))
        .and_then(|id| ObjectId::parse(id).ok())
}

/// What one question about a running step led to.
enum Learnt {
    Ended { outcome: Outcome, facts: Facts },
    NotYet(Duration),
}

impl Learnt {
    fn done(facts: Facts) -> Self {
        Self::Ended { outcome: Outcome::Done, facts }
    }

    fn failed(why: Notice) -> Self {
        Self::Ended { outcome: Outcome::Failed { why }, facts: Facts::new() }
    }
}

impl Engine {
    /// Writes down that the way back begins, with its plan and with what will run again.
    pub(super) async fn start_back(
        &self,
        place: &Place,
        state: &State,
        why: Notice,
    ) -> Result<(), EngineError> {
        let before = self.runs_again(place, state).await?;
        let plan = way_back(place, state);
        let fence = self.next_fence().await?;
        self.record(state.opening.id, Event::RollbackStarted { why, plan, before, fence }).await?;
        Ok(())
    }

    /// Returns the commit that runs again when a release is taken back.
    pub(super) async fn runs_again(
        &self,
        place: &Place,
        state: &State,
    ) -> Result<Option<ObjectId>, EngineError> {
        match &place.environment.deploy.recipe {
            Recipe::Compose { .. } => Ok(commit_before(state)),
            // Commands of one's own tell nothing of what ran; what was completed last did.
            Recipe::Script { .. } => self.completed_before(place, state).await,
        }
    }

    /// Returns a number for hosts that is larger than every one before it.
    ///
    /// It is taken from the clock, so that it grows over a restored database too; where the clock stepped back, it
    /// goes on from the last one.
    pub(super) async fn next_fence(&self) -> Result<u64, EngineError> {
        let last = self.0.store.read(|r| r.last_fence()).await?;
        let now = u64::try_from(self.0.clock.now().as_millisecond()).unwrap_or(0);
        Ok(now.max(last + 1))
    }

    async fn completed_before(&self, place: &Place, state: &State) -> Result<Option<ObjectId>, EngineError> {
        let (id, repository_id) = (state.opening.id, state.opening.repository_id);
        let environment = place.environment.name.to_string();
        let before = self
            .0
            .store
            .read(move |r| match r.completed_before(repository_id, &environment, id)? {
                Some(id) => r.state_of(id),
                None => Ok(None),
            })
            .await?;
        Ok(before.map(|state| state.opening.commit))
    }

    /// Learns what came of a step that was begun; starts it on its host if it is not there yet.
    pub(super) async fn learn(
        &self,
        place: &Place,
        state: &State,
        run: usize,
        memory: &mut Memory,
    ) -> Result<Next, EngineError> {
        let Some(run) = state.runs.get(run) else { return Ok(Next::Idle) };
        if memory.key != run.key {
            memory.key.clone_from(&run.key);
            memory.polls = 0;
            memory.asking = None;
        }
        memory.polls += 1;
        let Some(step) = state.step_of(run) else { return Ok(Next::Idle) };
        let facts = state.facts.get(&step.host).cloned().unwrap_or_default();
        let learnt = match place.hosts.get(&step.host) {
            None => Learnt::failed(Notice::new("TW-D090").with("host", &step.host)),
            Some(host) => self.question(place, state, run, step, host, &facts, memory).await?,
        };
        match learnt {
            Learnt::NotYet(pause) => Ok(Next::Poll(pause)),
            Learnt::Ended { outcome, facts } => {
                let key = run.key.clone();
                self.record(state.opening.id, Event::StepEnded { key, outcome, facts }).await?;
                Ok(Next::Again)
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the one place where a step meets its surroundings")]
    async fn question(
        &self,
        place: &Place,
        state: &State,
        run: &StepRun,
        step: &Step,
        host: &Host,
        facts: &Facts,
        memory: &mut Memory,
    ) -> Result<Learnt, EngineError> {
        let polls = memory.polls;
        match &step.act {
            Act::Ask { ask } => {
                if let Some(early) = memory.too_early() {
                    return Ok(Learnt::NotYet(early));
                }
                points::before("address").map_err(StoreError::from)?;
                let asked = http::ask(&self.0.http, ask).await;
                points::after("address").map_err(StoreError::from)?;
                if asked.ok {
                    return Ok(Learnt::done(Facts::new()));
                }
                let over = memory.asked_for() >= Duration::from_secs(step.limit.max(1));
                let called_off = state.back_asked.is_some() && run.direction == Direction::Do;
                if over || called_off {
                    let why = Notice::new("TW-D020").with("url", &ask.url).with("evidence", asked.evidence);
                    return Ok(Learnt::failed(why));
                }
                Ok(Learnt::NotYet(ASK_AGAIN))
            }
            Act::Inspect { inspection, script } => {
                let script = match script.fill(facts) {
                    Ok(script) => script,
                    Err(why) => return Ok(Learnt::failed(why)),
                };
                Ok(self.inspect(place, *inspection, host, &script, facts, polls, step.limit).await)
            }
            Act::Run { script } => {
                let script = match script.fill(facts) {
                    Ok(script) => script,
                    Err(why) => return Ok(Learnt::failed(why)),
                };
                self.run_detached(state, run, step, host, facts, &script, polls).await
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what is asked, where, and what is known so far")]
    async fn inspect(
        &self,
        place: &Place,
        inspection: Inspection,
        host: &Host,
        script: &Script,
        facts: &Facts,
        polls: u32,
        limit: u64,
    ) -> Learnt {
        let longest = Duration::from_secs(limit).max(LOOK_LIMIT);
        match host.look(script, longest).await {
            Ok(output) => match plan::judge(inspection, &output, facts, &super::judge::spec(place)) {
                Ok(found) => Learnt::done(found),
                Err(why) => Learnt::failed(why),
            },
            Err(error) => after_error(&error, polls),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the step, its host, and what is known so far")]
    async fn run_detached(
        &self,
        state: &State,
        run: &StepRun,
        step: &Step,
        host: &Host,
        facts: &Facts,
        script: &Script,
        polls: u32,
    ) -> Result<Learnt, EngineError> {
        let Ok(key) = StepKey::parse(&run.key) else {
            return Ok(Learnt::failed(Notice::new("TW-D091").with("key", &run.key)));
        };
        let release = state.opening.id;
        let start =
            || host.start(&key, state.fence_of(run.direction), script, Duration::from_secs(step.limit));
        let watch = Stopwatch::start();
        // Who starts a step that the host knows already is told its state: asking first would only take time.
        let asked = if polls == 1 { start().await } else { self.follow(release, host, &key).await? };
        let asked = match asked {
            Ok(StepState::Absent) => start().await,
            other => other,
        };
        let found = match asked {
            Ok(found) => found,
            Err(error) => return Ok(after_error(&error, polls)),
        };
        if polls == 1 && !matches!(found, StepState::Starting | StepState::Running) {
            self.keep_log(release, host, &key).await?;
        }
        let waited = polls == 1 || watch.elapsed() >= FOLLOW / 2;
        Ok(match found {
            StepState::Absent | StepState::Starting | StepState::Running => {
                Learnt::NotYet(poll_pause(polls, waited))
            }
            StepState::Finished { status } => self.proof(step, host, facts, Some(status), polls).await,
            StepState::Lost { .. } => self.proof(step, host, facts, None, polls).await,
            StepState::Refused { token } => {
                Learnt::failed(Notice::new("TW-D092").with("host", &step.host).with("token", token))
            }
        })
    }

    /// Looks whether a step that is no longer running took effect.
    async fn proof(
        &self,
        step: &Step,
        host: &Host,
        facts: &Facts,
        status: Option<i32>,
        polls: u32,
    ) -> Learnt {
        let why = match status {
            Some(status) => Notice::new("TW-D021").with("step", &step.name).with("status", status),
            None => Notice::new("TW-D022").with("step", &step.name).with("host", &step.host),
        };
        let Some(probe) = &step.probe else {
            return if status == Some(0) { Learnt::done(Facts::new()) } else { Learnt::failed(why) };
        };
        let probe = match probe.fill(facts) {
            Ok(probe) => probe,
            Err(why) => return Learnt::failed(why),
        };
        match host.look(&probe, LOOK_LIMIT).await {
            // The world decides when the step was lost; a status other than 0 is never called a success.
            Ok(output) if output.status == 0 && matches!(status, None | Some(0)) => {
                Learnt::done(Facts::new())
            }
            Ok(_) if status == Some(0) => {
                Learnt::failed(Notice::new("TW-D023").with("step", &step.name).with("host", &step.host))
            }
            Ok(_) => Learnt::failed(why),
            Err(error) => after_error(&error, polls),
        }
    }

    /// Waits a moment for the end of a step and keeps what it has printed meanwhile.
    async fn follow(
        &self,
        release: ReleaseId,
        host: &Host,
        key: &StepKey,
    ) -> Result<Result<StepState, RemoteError>, EngineError> {
        let from = self.log_end(release, key).await?;
        let (found, part) = match host.follow(key, from, FOLLOW).await {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let more = part.bytes.len() >= LOG_PART;
        self.put_log(release, key, from, part).await?;
        if more && !matches!(found, StepState::Running) {
            self.keep_log(release, host, key).await?;
        }
        Ok(Ok(found))
    }

    /// Keeps all that a step has printed since the last time.
    async fn keep_log(&self, release: ReleaseId, host: &Host, key: &StepKey) -> Result<(), EngineError> {
        loop {
            let from = self.log_end(release, key).await?;
            match host.log(key, from).await {
                Ok(part) if !part.bytes.is_empty() && from < MOST_LOG => {
                    self.put_log(release, key, from, part).await?;
                }
                Ok(_) => return Ok(()),
                Err(error) => {
                    tracing::debug!(release = release.0, "the log could not be read: {}", chain(&error));
                    return Ok(());
                }
            }
        }
    }

    async fn log_end(&self, release: ReleaseId, key: &StepKey) -> Result<u64, EngineError> {
        let known = key.to_string();
        Ok(self.0.store.read(move |r| r.log_end(release, &known)).await?)
    }

    async fn put_log(
        &self,
        release: ReleaseId,
        key: &StepKey,
        from: u64,
        part: LogPart,
    ) -> Result<(), EngineError> {
        if part.bytes.is_empty() || from >= MOST_LOG {
            return Ok(());
        }
        let name = key.to_string();
        points::before("step-log").map_err(StoreError::from)?;
        self.0.store.write(move |w| w.put_log(release, &name, from, &part.bytes)).await?;
        points::after("step-log").map_err(StoreError::from)?;
        let _ = self.0.changes.send((release, 0));
        Ok(())
    }

    /// Takes every host of an environment for a release; a host of our own release that is over, or never began, is freed first.
    pub(super) async fn take_hosts(&self, place: &Place, state: &State) -> Result<(), Notice> {
        for (name, host) in &place.hosts {
            let lock = EnvironmentLock {
                release: state.opening.id,
                who: state
                    .opening
                    .pusher
                    .as_ref()
                    .map_or_else(|| "tagwarden".to_owned(), ToString::to_string),
                since: self.0.clock.now(),
                why: format!("{} {}", state.opening.repository, state.opening.tag),
            };
            match host.take(&lock).await {
                Ok(None) => {}
                Ok(Some(holder)) if self.has_no_use_for_hosts(holder.release).await => {
                    let freed = host.give_back(holder.release).await.and(host.take(&lock).await);
                    match freed {
                        Ok(None) => {}
                        Ok(Some(other)) => return Err(taken(name, &other)),
                        Err(error) => return Err(unreachable(name, &error)),
                    }
                }
                Ok(Some(holder)) => return Err(taken(name, &holder)),
                Err(error) => return Err(unreachable(name, &error)),
            }
        }
        Ok(())
    }

    /// Gives every host back; what cannot be reached is freed by the next release.
    pub(super) async fn give_back_hosts(&self, place: &Place, release: ReleaseId) {
        for (name, host) in &place.hosts {
            if let Err(error) = host.give_back(release).await {
                tracing::warn!(host = %name, "the lock could not be given back: {}", chain(&error));
            }
        }
    }

    async fn has_no_use_for_hosts(&self, release: ReleaseId) -> bool {
        match self.state(release).await {
            // One that waits has begun nothing: the daemon was killed after it had taken the host, and only the release
            // that this environment's one driver starts may have it now.
            Ok(Some(state)) => state.at_rest() || state.phase == Phase::Waiting,
            // A release that nobody here knows of is one of a database that was replaced.
            Ok(None) => true,
            Err(_) => false,
        }
    }
}

fn taken(host: &HostName, holder: &EnvironmentLock) -> Notice {
    let why = format!("{} ({}, {})", holder.why, holder.who, holder.since);
    Notice::new("gate-host-taken").with("host", host).with("why", why)
}

fn unreachable(host: &HostName, error: &RemoteError) -> Notice {
    Notice::new("gate-host-unknown").with("host", host).with("why", chain(error))
}

/// Nothing is known after an error, unless it says for certain that the host will never let us in.
fn after_error(error: &RemoteError, polls: u32) -> Learnt {
    match error.gravity() {
        Gravity::Permanent => Learnt::failed(Notice::new(error.id()).with("why", chain(error))),
        Gravity::Transient | Gravity::Unknown => {
            tracing::info!(polls, "the host could not be asked: {}", chain(error));
            Learnt::NotYet(REACH_AGAIN)
        }
    }
}

/// Returns the pause before the next question; a host that has `waited` itself is asked again at once.
fn poll_pause(polls: u32, waited: bool) -> Duration {
    match waited {
        true if polls <= LONG_STEP => Duration::ZERO,
        true => FOLLOW,
        false => FIRST_POLL.saturating_mul(1 << polls.min(8)).min(LONGEST_POLL),
    }
}
