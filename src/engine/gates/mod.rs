//! The automatic gates of an environment: looked at beside the driver, so that a slow registry holds up no watch.
//!
//! Every waiting release is looked at when it comes, while a gate is not good, and again before what was seen grows
//! old. What says something new is written into the release's journal; what only says the same again is kept in
//! memory, and a restart looks anew. Races: (a) a look ends after its release has started or ended: its news is
//! unlawful there and dropped; (b) evidence changes between the last look and the start: the start is written only
//! on the ground that was asked about; (c) two looks at one gate meet, the loop's and the one before a start: both
//! say what they saw, and the later one counts.

mod alerts;
mod backup;
mod ci;
mod command;
mod e2e;
mod http;
mod image;
mod memory;
mod pace;
mod prometheus;

pub(super) use image::pins_of;
pub(super) use memory::GateMemory;
use pace::next_look;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::clock::Stopwatch;
use crate::config::{self, Gate, GateSource};
use crate::domain::gate::{Evidence, Standing};
use crate::domain::names::HostName;
use crate::domain::notice::Notice;
use crate::domain::release::{CLOCK_SLACK, Event, Kind, Phase, State};
use crate::engine::error::chain;
use crate::engine::{Engine, EngineError, Place};
use crate::remote::Host;

/// The longest that a monitoring server may take to answer, in milliseconds.
const ASK_LIMIT_MS: u64 = 10_000;
/// What a clock may gain on a stopwatch during one look without having jumped.
const CLOCK_STEP: Duration = Duration::from_secs(1);
/// The pause after a turn that failed.
const PAUSE: Duration = Duration::from_secs(5);

/// What one look saw; the loop adds when, and for which gate.
pub(super) struct Sight {
    /// What it says.
    pub standing: Standing,
    /// Why, for people.
    pub reason: Notice,
    /// What was seen, by name.
    pub facts: BTreeMap<String, String>,
    /// Whether an approval is bound to the facts.
    pub binds: bool,
    /// When the thing itself came about.
    pub dated: Option<Timestamp>,
    /// Where it was found.
    pub source: String,
    /// The page that shows it.
    pub link: Option<String>,
}

impl Sight {
    /// Returns a sight of something that has no date, no facts and no page.
    pub fn new(standing: Standing, reason: Notice, source: impl Into<String>) -> Self {
        let (facts, source) = (BTreeMap::new(), source.into());
        Self { standing, reason, facts, binds: false, dated: None, source, link: None }
    }
}

impl Engine {
    /// Looks at the automatic gates of one environment until `stop`.
    pub(super) async fn tend_gates(self, place: Arc<Place>, stop: CancellationToken) {
        if place.environment.gates.is_empty() {
            return;
        }
        while !stop.is_cancelled() {
            let began = self.0.clock.now();
            let next = match self.look_round_gates(&place).await {
                Ok(next) => next,
                Err(error) => {
                    tracing::warn!(place = place.scope(), id = error.id(), "gates: {}", chain(&error));
                    self.0.clock.now().checked_add(PAUSE).ok()
                }
            };
            let due = async {
                match next {
                    Some(at) => self.0.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => {}
                () = place.gates.nudged() => {}
                () = self.0.clock.falls_behind(began, CLOCK_SLACK) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Looks at every gate that is due, and returns when the next one is.
    async fn look_round_gates(&self, place: &Place) -> Result<Option<Timestamp>, EngineError> {
        let states = self.states_at_work(place).await?;
        let waiting: Vec<&State> = states
            .iter()
            .filter(|state| state.phase == Phase::Waiting && state.opening.kind == Kind::Forward)
            .collect();
        place.gates.keep(waiting.iter().map(|state| state.opening.id));
        for state in &waiting {
            let now = self.0.clock.now();
            let known = place.gates.newest(state, now);
            let outdated = self.outdated_trials(place, state, &known).await?;
            let due = |gate: &&Gate| {
                let next = next_look(gate, known.get(&gate.name), now);
                next.is_none_or(|at| at <= now) || outdated.contains(gate.name.as_str())
            };
            let gates: Vec<&Gate> = place.environment.gates.iter().filter(due).collect();
            self.look_at_gates(place, state, &gates).await?;
        }
        let now = self.0.clock.now();
        let next = waiting.iter().flat_map(|state| {
            let known = place.gates.newest(state, now);
            let at = |gate: &Gate| next_look(gate, known.get(&gate.name), now).unwrap_or(Timestamp::MIN);
            place.environment.gates.iter().map(at).collect::<Vec<_>>()
        });
        Ok(next.min())
    }

    /// Looks at all automatic gates of a release now: right before the first side effect.
    pub(super) async fn look_at_all_gates(&self, place: &Place, state: &State) -> Result<(), EngineError> {
        let gates: Vec<&Gate> = place.environment.gates.iter().collect();
        place.gates.forget_needed(state.opening.id);
        self.look_at_gates(place, state, &gates).await
    }

    /// Looks at these gates, all at the same time, keeps what they say and writes down what is new.
    async fn look_at_gates(&self, place: &Place, state: &State, gates: &[&Gate]) -> Result<(), EngineError> {
        let known = place.gates.newest(state, self.0.clock.now());
        let known = &known;
        let looks = gates.iter().map(|gate| async move {
            let (began, took) = (self.0.clock.now(), Stopwatch::start());
            let sight = self.look_at_gate(place, state, gate).await;
            let seen_at = seen_at(gate, began, self.0.clock.now(), took.elapsed());
            let before = known.get(&gate.name).filter(|known| known.standing == sight.standing);
            let since = before.map(Evidence::lasts_since).filter(|since| *since <= seen_at);
            Evidence {
                gate: gate.name.clone(),
                standing: sight.standing,
                reason: sight.reason,
                facts: sight.facts,
                binds: sight.binds,
                seen_at,
                since: Some(since.unwrap_or(seen_at)),
                dated: sight.dated,
                source: sight.source,
                link: sight.link,
            }
        });
        let seen = futures_util::future::join_all(looks).await;
        if seen.is_empty() {
            return Ok(());
        }
        place.gates.remember(state.opening.id, &seen, self.0.clock.now());
        let is_news =
            |one: &&Evidence| state.evidence.get(&one.gate).is_none_or(|known| one.is_news_after(known));
        let news: Vec<Evidence> = seen.iter().filter(is_news).cloned().collect();
        if news.is_empty() {
            // Younger evidence may be what the driver waits for.
            place.nudge.notify_one();
            return Ok(());
        }
        match self.record(state.opening.id, Event::Seen { evidence: news }).await {
            Ok(_) | Err(EngineError::Overtaken { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn look_at_gate(&self, place: &Place, state: &State, gate: &Gate) -> Sight {
        match &gate.source {
            GateSource::Ci { workflows, contexts } => self.look_at_checks(state, workflows, contexts).await,
            GateSource::E2e { workflow, after, dispatch } => {
                self.look_at_trial(state, gate, (workflow, after.as_ref(), *dispatch)).await
            }
            GateSource::Http { check, value, token } => {
                self.look_at_address(check, value.as_ref(), token.as_ref()).await
            }
            GateSource::Prometheus { url, query, limits, empty_is_good, token } => {
                let answer = self.ask_prometheus(url, query, token.as_ref()).await;
                prometheus::judge(answer, url, limits, *empty_is_good)
            }
            GateSource::Alerts { url, grafana, severity, labels, token } => {
                let answer = self.ask_alerts(url, *grafana, token.as_ref()).await;
                alerts::judge(answer, url, severity, labels)
            }
            GateSource::Command { host, run, exit, limit } => {
                self.look_by_command(place, state, host.as_ref(), run, *exit, *limit).await
            }
            GateSource::Backup(backup) => self.look_for_backup(place, state, gate, backup).await,
            GateSource::Images(images) => self.look_for_images(place, state, images).await,
        }
    }
}

/// Returns the instant that counts for a look: its end, so that a long one is not old at once.
///
/// What is compared with an instant of our own, such as a deployment's, counts as seen when the look began: it may have
/// happened in the middle. The same holds for a look over which the clock jumped: its end may be years away.
fn seen_at(gate: &Gate, began: Timestamp, ended: Timestamp, took: Duration) -> Timestamp {
    let follows = matches!(&gate.source, GateSource::E2e { after: Some(_), .. });
    let jumped = began.checked_add(took + CLOCK_STEP).is_ok_and(|latest| ended > latest);
    if follows || jumped { began } else { ended }
}

/// Returns the host on which a gate looks, as configured and as it is reached; `None` names the first.
fn host_of<'p>(place: &'p Place, name: Option<&HostName>) -> Option<(&'p config::Host, &'p Host)> {
    let hosts = &place.environment.hosts;
    let configured = match name {
        Some(name) => hosts.iter().find(|known| known.name == *name),
        None => hosts.first(),
    }?;
    Some((configured, place.hosts.get(&configured.name)?))
}
