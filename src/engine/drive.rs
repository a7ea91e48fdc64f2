//! The driver of one environment: asks what is next, does one thing, and asks again.
//!
//! A turn reads every release of the environment that is not at rest. The one that has the environment goes first;
//! when none has it, the waiting ones are looked at: superseded ones end, and the newest whose gates are all good
//! starts. A turn never waits for long: what takes time (a step on a host, the calendar, the watch) is left alone
//! until a poll, a nudge or an instant.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::clock::Stopwatch;
use crate::domain::gate::{self, Answer, Standing, TagStanding};
use crate::domain::notice::Notice;
use crate::domain::release::{CLOCK_SLACK, Event, Kind, Phase, State, Work, work};
use crate::domain::watch;
use crate::engine::ask::has_the_place;
use crate::engine::error::chain;
use crate::engine::gates::pins_of;
use crate::engine::record::Start;
use crate::engine::{Engine, EngineError, Place};
use crate::store::{OutboxRow, OutboxState};

/// How soon a waiting release whose gate is *unknown* is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// The pause between two tries of an HTTP check.
pub(super) const ASK_AGAIN: Duration = Duration::from_secs(1);
/// The first and the longest pause after a turn that failed.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(60));

/// When the next turn is due, if nothing happens before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// At once.
    Again,
    /// After this much real time: something outside is being waited for.
    Poll(Duration),
    /// When the clock of the house shows this instant.
    At(Timestamp),
    /// Not before a nudge.
    Idle,
}

impl Next {
    /// Returns the sooner of two instants.
    fn sooner(self, other: Option<Timestamp>) -> Self {
        match (self, other) {
            (Self::At(a), Some(b)) => Self::At(a.min(b)),
            (Self::Idle, Some(at)) => Self::At(at),
            (next, _) => next,
        }
    }
}

/// What a driver remembers between turns; losing it costs nothing but a few polls.
#[derive(Default)]
pub(super) struct Memory {
    /// How often the running step was asked about.
    pub polls: u32,
    /// The key of that step.
    pub key: String,
    /// Since when an address is asked for that step, and when it was asked last.
    pub asking: Option<(Stopwatch, Stopwatch)>,
    /// What the signals said before, for those that compare.
    pub signals: super::looks::Memory,
}

impl Memory {
    /// Returns how long to wait before an address is asked again; `None` = ask now, which is noted.
    ///
    /// A nudge may come at any time; it neither hurries the questions nor uses up the limit.
    pub fn too_early(&mut self) -> Option<Duration> {
        match &mut self.asking {
            None => {
                self.asking = Some((Stopwatch::start(), Stopwatch::start()));
                None
            }
            Some((_, last)) if last.elapsed() < ASK_AGAIN => Some(ASK_AGAIN - last.elapsed()),
            Some((_, last)) => {
                *last = Stopwatch::start();
                None
            }
        }
    }

    /// Returns for how long an address has been asked.
    pub fn asked_for(&self) -> Duration {
        self.asking.map_or(Duration::ZERO, |(since, _)| since.elapsed())
    }
}

impl Engine {
    /// Drives one environment until `stop`.
    pub(super) async fn drive(self, place: Arc<Place>, stop: CancellationToken) {
        let mut memory = Memory::default();
        let mut pause = PAUSES.0;
        while !stop.is_cancelled() {
            let began = self.0.clock.now();
            let next = match self.turn(&place, &mut memory).await {
                Ok(next) => {
                    pause = PAUSES.0;
                    next
                }
                Err(EngineError::Overtaken { .. }) => Next::Again,
                Err(error) => {
                    tracing::warn!(place = place.scope(), id = error.id(), "{}", chain(&error));
                    pause = (pause * 2).min(PAUSES.1);
                    Next::Poll(pause)
                }
            };
            self.wait(&place, next, began, &stop).await;
        }
    }

    async fn wait(&self, place: &Place, next: Next, began: Timestamp, stop: &CancellationToken) {
        let due = async {
            match next {
                Next::Again => {}
                Next::Poll(pause) => tokio::time::sleep(pause).await,
                Next::At(at) => self.0.clock.sleep_until(at).await,
                Next::Idle => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = place.nudge.notified() => {}
            // What was waited for may be years away now.
            () = self.0.clock.falls_behind(began, CLOCK_SLACK) => {}
            () = stop.cancelled() => {}
        }
    }

    async fn turn(&self, place: &Place, memory: &mut Memory) -> Result<Next, EngineError> {
        let states = self.states_at_work(place).await?;
        // What is at work goes before a complete release whose way back was asked for: that one waits for the hosts.
        let active = states.iter().find(|state| state.phase.occupies());
        if let Some(active) = active.or_else(|| states.iter().find(|state| has_the_place(state))) {
            let waiting: Vec<&State> = states.iter().filter(|state| state.phase == Phase::Waiting).collect();
            self.hold_what_contains(active, &waiting).await?;
            for state in &waiting {
                if !self.void_approvals(place, state).await? {
                    self.look_at(place, state, Some(active.opening.tag.name())).await?;
                }
            }
            return self.advance(place, active, memory).await;
        }
        let mut waiting: Vec<&State> = states.iter().filter(|state| state.phase == Phase::Waiting).collect();
        // The way back first, then the highest version.
        waiting.sort_by(|a, b| {
            let back = |state: &State| state.opening.kind == Kind::Back;
            back(b)
                .cmp(&back(a))
                .then_with(|| b.opening.tag.version().cmp_precedence(a.opening.tag.version()))
        });
        let mut next = Next::Idle;
        for state in waiting {
            if self.supersede(state, &states).await? || self.void_approvals(place, state).await? {
                return Ok(Next::Again);
            }
            let (answer, wake) = self.look_at(place, state, None).await?;
            if answer.may_deploy {
                return self.try_start(place, state, answer, memory).await;
            }
            next = next.sooner(wake);
        }
        Ok(next)
    }

    /// Ends an approval whose time is over or of which something has changed since, and tells its giver why.
    async fn void_approvals(&self, place: &Place, state: &State) -> Result<bool, EngineError> {
        let ended = state.ended_approval(&place.target(), self.0.clock.now());
        let Some((by, why)) = ended else { return Ok(false) };
        self.record(state.opening.id, Event::ApprovalVoided { by, why }).await?;
        Ok(true)
    }

    /// Asks the gates of a waiting release, writes down what is new, and returns when to ask again.
    async fn look_at(
        &self,
        place: &Place,
        state: &State,
        occupied_by: Option<&str>,
    ) -> Result<(Answer, Option<Timestamp>), EngineError> {
        let now = self.0.clock.now();
        let mut answer = self.ask(place, state, TagStanding::Lawful, occupied_by, now).await?;
        if answer.may_deploy && state.opening.kind == Kind::Forward {
            // The forge is asked only when everything else is good: right before the first side effect.
            let tag = self.tag_standing(state).await?;
            answer = self.ask(place, state, tag, occupied_by, now).await?;
        }
        let wake = wake_of(&answer, state, now);
        if !answer.may_deploy {
            self.note_answer(state, &answer, wake).await?;
        }
        Ok((answer, wake))
    }

    /// Writes an answer down when it says something else than the last one.
    async fn note_answer(
        &self,
        state: &State,
        answer: &Answer,
        wake: Option<Timestamp>,
    ) -> Result<(), EngineError> {
        let id = state.opening.id;
        if state.answer.as_ref().is_none_or(|known| answer.is_news_after(known, &state.evidence)) {
            self.record(id, Event::Asked { answer: answer.clone() }).await?;
        }
        Ok(self.0.store.write(move |w| w.set_wake(id, wake)).await?)
    }

    /// Starts the deployment when the hosts answer and are free; else notes what is in the way.
    async fn try_start(
        &self,
        place: &Place,
        state: &State,
        mut answer: Answer,
        memory: &mut Memory,
    ) -> Result<Next, EngineError> {
        let now = self.0.clock.now();
        if let Err(why) = self.take_hosts(place, state).await {
            answer.may_deploy = false;
            answer.gates.push(gate::reading("host", Standing::Unknown, why, now));
            let wake = now.checked_add(LOOK_AGAIN).ok();
            self.note_answer(state, &answer, wake).await?;
            return Ok(Next::Poll(LOOK_AGAIN));
        }
        if state.opening.kind == Kind::Forward {
            self.learn_teams(place).await;
        }
        // What an earlier release left behind, such as a service that is gone with it, is none of this one's business.
        memory.signals = super::looks::Memory::default();
        let looks = self.look_round(place, &mut memory.signals).await;
        let baseline = watch::baseline(&looks).into_iter().collect();
        let fence = self.next_fence().await?;
        // Hosts and signals may have taken their time: every gate is looked at and asked once more, and the event is
        // written only if nothing happened to the release since.
        if state.opening.kind == Kind::Forward && !self.last_look(place, state).await? {
            self.give_back_hosts(place, state.opening.id).await;
            return Ok(Next::Again);
        }
        let Some(state) = self.state(state.opening.id).await? else { return Ok(Next::Again) };
        let (tag, scope) = match state.opening.kind {
            Kind::Forward => (self.tag_standing(&state).await?, Some(place.scope())),
            Kind::Back => (TagStanding::Lawful, None),
        };
        let occupied = self.occupant(place, Some(state.opening.id)).await?;
        let leave = self.ask_leave(place, &state, tag, occupied.as_deref(), self.0.clock.now()).await?;
        match (leave, pins_of(place, &state)) {
            (Ok(leave), Ok(pins)) => {
                let plan = self.plan(place, &state, pins).await?;
                self.record_start(&state, scope, leave, Start { plan, baseline, fence }).await?;
            }
            // What the leave was given for is not in the journal yet: everything is asked anew.
            (Ok(_), Err(())) => {
                self.give_back_hosts(place, state.opening.id).await;
                return Ok(Next::Poll(LOOK_AGAIN));
            }
            (Err(answer), _) => {
                self.give_back_hosts(place, state.opening.id).await;
                if state.phase == Phase::Waiting {
                    let wake = wake_of(&answer, &state, self.0.clock.now());
                    self.note_answer(&state, &answer, wake).await?;
                }
            }
        }
        Ok(Next::Again)
    }

    /// Looks at all gates once more; `false` = another release needs the environment now. A slow gate must not keep a
    /// way back waiting that was asked for meanwhile.
    async fn last_look(&self, place: &Place, state: &State) -> Result<bool, EngineError> {
        let mut look = std::pin::pin!(self.look_at_all_gates(place, state));
        loop {
            tokio::select! {
                looked = &mut look => return looked.map(|()| true),
                () = place.nudge.notified() => {
                    if self.occupant(place, Some(state.opening.id)).await?.is_some() {
                        return Ok(false);
                    }
                }
            }
        }
    }

    /// Ends a waiting release that a newer one contains, or that what runs contains; returns whether it did.
    async fn supersede(&self, state: &State, all: &[State]) -> Result<bool, EngineError> {
        if state.opening.kind == Kind::Back {
            return Ok(false);
        }
        let complete = self.complete_in(state).await?;
        for other in all.iter().chain(complete.as_ref()) {
            let newer = other.opening.tag.version().cmp_precedence(state.opening.tag.version()).is_gt();
            let counts = newer && other.opening.kind == Kind::Forward && other.opening.id != state.opening.id;
            if counts && self.contains(state, &other.opening.commit, &state.opening.commit).await? {
                let (by, tag) = (other.opening.id, other.opening.tag.to_string());
                self.record(state.opening.id, Event::Superseded { by, tag }).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Does the next thing for the release that has the environment.
    async fn advance(&self, place: &Place, state: &State, memory: &mut Memory) -> Result<Next, EngineError> {
        let id = state.opening.id;
        let now = self.0.clock.now();
        match work(state) {
            Work::Rest | Work::AskGates => Ok(Next::Idle),
            Work::Begin { direction, index, attempt } => {
                let key = super::steps::key(state, direction, index, attempt);
                self.record(id, Event::StepStarted { index, attempt, direction, key }).await?;
                Ok(Next::Again)
            }
            Work::Learn { run } => self.learn(place, state, run, memory).await,
            Work::ProveDeploy => self.go(id, Event::DeployProven).await,
            Work::StartWatch => {
                let until = now.checked_add(place.environment.watch.duration).unwrap_or(Timestamp::MAX);
                self.go(id, Event::WatchStarted { until }).await
            }
            Work::Look => self.watch(place, state, memory).await,
            Work::Announce => self.see_announced(place, state).await,
            Work::StartBack { why } => {
                if let Err(locked) = self.take_hosts(place, state).await {
                    let why = super::outbox::english(&locked);
                    tracing::error!(release = id.0, %why, "the way back waits");
                    let notice =
                        Notice::new("TW-E014").with("tag", state.opening.tag.name()).with("why", why);
                    place.set_trouble(Some(notice));
                    return Ok(Next::Poll(Duration::from_secs(5)));
                }
                place.set_trouble(None);
                self.start_back(place, state, why).await?;
                Ok(Next::Again)
            }
            Work::EndBack => {
                self.record(id, Event::RolledBack).await?;
                self.give_back_hosts(place, id).await;
                Ok(Next::Again)
            }
            Work::Stick { why } => self.go(id, Event::GotStuck { why }).await,
        }
    }

    async fn go(&self, id: crate::domain::names::ReleaseId, event: Event) -> Result<Next, EngineError> {
        self.record(id, event).await?;
        Ok(Next::Again)
    }

    /// Ends a release once everybody was told, or at least was tried to be told.
    async fn see_announced(&self, place: &Place, state: &State) -> Result<Next, EngineError> {
        let id = state.opening.id;
        let rows = self.0.store.read(move |r| r.outbox_of(id)).await?;
        // A lane is told in order: what stands behind a row that fails will be told later, and holds nobody up.
        let mut heads: BTreeMap<&str, &OutboxRow> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.state == OutboxState::Due) {
            heads.entry(&row.lane).or_insert(row);
        }
        let now = self.0.clock.now();
        let untold = |head: &&OutboxRow| head.attempts == 0 || (head.is_open() && head.due_at <= now);
        if heads.values().any(untold) {
            self.0.outbox.notify_one();
            return Ok(Next::Poll(Duration::from_millis(200)));
        }
        self.record(id, Event::Completed).await?;
        self.give_back_hosts(place, id).await;
        Ok(Next::Again)
    }
}

/// Returns when a waiting release has to be looked at again.
fn wake_of(answer: &Answer, state: &State, now: Timestamp) -> Option<Timestamp> {
    let opening = answer.gates.iter().filter_map(|gate| gate.opens_at).min();
    let ageing = answer.gates.iter().filter_map(|gate| gate.good_until).filter(|at| *at > now).min();
    let expiry = state.approvals.iter().map(|approval| approval.expires_at).filter(|at| *at > now).min();
    let unknown = answer
        .gates
        .iter()
        .any(|gate| gate.standing == Standing::Unknown)
        .then(|| now.checked_add(LOOK_AGAIN).ok())
        .flatten();
    [opening, ageing, expiry, unknown].into_iter().flatten().filter(|at| *at > now).min()
}
