//! The watch: looks at every signal when it is due, and lets the rules judge.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::config::{HttpCheck, Recipe, Signal, SignalSource};
use crate::domain::names::HostName;
use crate::domain::plan::{Ask, Output};
use crate::domain::release::{self, Event, State, Work, is_past, work};
use crate::domain::watch::{self, Course, Look, OnNoData, Rule, Verdict};
use crate::engine::drive::{Memory as DriveMemory, Next};
use crate::engine::error::chain;
use crate::engine::{Engine, EngineError, Place};
use crate::points;
use crate::remote::{Host, RemoteError};
use crate::signals::{self, container, http, log};
use crate::store::StoreError;

/// The longest that a look on a host may take.
const LOOK_LIMIT: Duration = Duration::from_secs(30);

/// What signals that compare remember between two looks, by signal and host.
#[derive(Default)]
pub(super) struct Memory {
    containers: BTreeMap<(String, HostName), container::Memory>,
    logs: BTreeMap<(String, HostName), log::Memory>,
}

impl Engine {
    /// One turn of the watch: look if a look is due, then judge.
    pub(super) async fn watch(
        &self,
        place: &Place,
        state: &State,
        memory: &mut DriveMemory,
    ) -> Result<Next, EngineError> {
        let id = state.opening.id;
        let Some(course) = &state.watch else { return Ok(Next::Idle) };
        let (now, every) = (self.0.clock.now(), place.environment.watch.every);
        if is_ahead(course, place.environment.watch.duration, now) {
            return self.watch_anew(place, state, now).await;
        }
        let due = match course.looks.last() {
            None => course.since,
            // The clock went back a little: rather a look too many.
            Some(last) if last.at > now => now,
            Some(last) => last.at.checked_add(every).unwrap_or(last.at),
        };
        let ends = course.until;
        if now < due && now < ends {
            return Ok(Next::At(due.min(ends)));
        }
        let mut state = state.clone();
        if now >= due && !place.environment.watch.signals.is_empty() {
            points::before("signal").map_err(StoreError::from)?;
            let looks = self.look_round(place, &mut memory.signals).await;
            points::after("signal").map_err(StoreError::from)?;
            state = self.record(id, Event::Looked { looks }).await?;
            if work(&state) != Work::Look {
                return Ok(Next::Again);
            }
        }
        let Some(watch) = &state.watch else { return Ok(Next::Idle) };
        match judged(place, &state, watch, self.0.clock.now()) {
            Verdict::Continue => {
                let next = now.checked_add(every).unwrap_or(Timestamp::MAX);
                return Ok(Next::At(next.min(watch.until)));
            }
            Verdict::Failed { notice, .. } => self.start_back(place, &state, notice).await?,
            Verdict::Passed => {
                self.record(id, Event::WatchPassed { unproven: Vec::new() }).await?;
            }
            Verdict::PassedUnproven { signals } => {
                self.record(id, Event::WatchPassed { unproven: signals }).await?;
            }
            Verdict::Extend { until } => {
                self.record(id, Event::WatchExtended { until }).await?;
            }
        }
        Ok(Next::Again)
    }

    /// Begins a watch anew, of which the clock says that it lies ahead; what it has proven against the release stays proven.
    ///
    /// By its instants the next look, or the end, would be due when the clock gets there again, and until then nobody
    /// would watch.
    async fn watch_anew(&self, place: &Place, state: &State, now: Timestamp) -> Result<Next, EngineError> {
        let failed = state.watch.as_ref().map(|watch| judged(place, state, watch, now));
        if let Some(Verdict::Failed { notice, .. }) = failed {
            self.start_back(place, state, notice).await?;
            return Ok(Next::Again);
        }
        let until = now.checked_add(place.environment.watch.duration).unwrap_or(Timestamp::MAX);
        self.record(state.opening.id, Event::WatchRestarted { until }).await?;
        Ok(Next::Again)
    }

    /// Looks at every signal once.
    pub(super) async fn look_round(&self, place: &Place, memory: &mut Memory) -> Vec<Look> {
        let mut looks = Vec::new();
        for signal in &place.environment.watch.signals {
            looks.push(self.look_one(place, signal, memory).await);
        }
        looks
    }

    async fn look_one(&self, place: &Place, signal: &Signal, memory: &mut Memory) -> Look {
        let at = self.0.clock.now();
        match &signal.source {
            SignalSource::Http(check) => http::ask(&self.0.http, &ask_of(check)).await.look(&signal.name, at),
            SignalSource::Container => {
                let mut worst: Option<Look> = None;
                for (name, host) in &place.hosts {
                    let known = memory.containers.entry((signal.name.clone(), name.clone())).or_default();
                    let look = look_at_containers(place, host, &signal.name, at, known).await;
                    worst = Some(worse(worst, look));
                }
                worst.unwrap_or_else(|| signals::unreached(&signal.name, at, "there is no host"))
            }
            SignalSource::Log { fatal } => {
                let mut worst: Option<Look> = None;
                for (name, host) in &place.hosts {
                    let known = memory.logs.entry((signal.name.clone(), name.clone())).or_default();
                    let look = look_at_logs(place, host, &signal.name, fatal, at, known).await;
                    worst = Some(worse(worst, look));
                }
                worst.unwrap_or_else(|| signals::unreached(&signal.name, at, "there is no host"))
            }
        }
    }
}

/// Returns whether a watch was begun, looked at or prolonged by a clock that was ahead of what it shows now.
fn is_ahead(watch: &release::Course, length: Duration, now: Timestamp) -> bool {
    let newest = watch.looks.iter().map(|look| look.at).fold(watch.since, Timestamp::max);
    let latest = now.checked_add(length).unwrap_or(Timestamp::MAX);
    !is_past(newest, now) || (watch.extended && !is_past(watch.until, latest))
}

/// Returns what the looks of a watch mean now.
fn judged(place: &Place, state: &State, watch: &release::Course, now: Timestamp) -> Verdict {
    let course = Course {
        since: watch.since,
        until: watch.until,
        length: place.environment.watch.duration,
        extended: watch.extended,
        baseline: state.baseline.iter().cloned().collect(),
    };
    watch::judge(&rules(place), &watch.looks, &course, now)
}

/// Returns the request that a check of the configuration stands for.
pub(super) fn ask_of(check: &HttpCheck) -> Ask {
    Ask {
        url: check.url.clone(),
        status: check.status,
        contains: check.contains.clone(),
        latency_ms: u64::try_from(check.latency.as_millis()).unwrap_or(u64::MAX),
    }
}

fn rules(place: &Place) -> Vec<Rule> {
    let watch = &place.environment.watch;
    watch
        .signals
        .iter()
        .map(|signal| Rule {
            signal: signal.name.clone(),
            required: signal.required,
            fail_after: signal.fail_after,
            dry_run: signal.dry_run,
            every: watch.every,
            on_no_data: OnNoData::usual(signal.required),
        })
        .collect()
}

fn project(place: &Place) -> Option<&str> {
    match &place.environment.deploy.recipe {
        Recipe::Compose { project, .. } => Some(project),
        Recipe::Script { .. } => None,
    }
}

/// Returns the ids of the project's containers on a host.
async fn containers(place: &Place, host: &Host) -> Result<Vec<String>, RemoteError> {
    let Some(project) = project(place) else { return Ok(Vec::new()) };
    let listed: Output = host.look(&container::list(project), LOOK_LIMIT).await?;
    Ok(container::ids(&listed))
}

async fn look_at_containers(
    place: &Place,
    host: &Host,
    signal: &str,
    at: Timestamp,
    known: &mut container::Memory,
) -> Look {
    let asked = async {
        match container::inspect(&containers(place, host).await?) {
            Some(script) => Ok::<_, RemoteError>(Some(host.look(&script, LOOK_LIMIT).await?)),
            None => Ok(None),
        }
    };
    match asked.await {
        Ok(output) => {
            let (look, seen) = container::judge(signal, at, output.as_ref(), known);
            *known = seen;
            look
        }
        Err(error) => signals::unreached(signal, at, &chain(&error)),
    }
}

async fn look_at_logs(
    place: &Place,
    host: &Host,
    signal: &str,
    fatal: &[String],
    at: Timestamp,
    known: &mut log::Memory,
) -> Look {
    let asked = async {
        let ids = containers(place, host).await?;
        host.look(&log::look(&ids, known), LOOK_LIMIT).await
    };
    match asked.await {
        Ok(output) => {
            let (look, seen) = log::judge(signal, at, fatal, &output, known);
            *known = seen;
            look
        }
        Err(error) => signals::unreached(signal, at, &chain(&error)),
    }
}

/// Returns the worse of two looks at the same signal on two hosts.
fn worse(a: Option<Look>, b: Look) -> Look {
    let rank = |look: &Look| match look.answer {
        watch::Answer::Bad => 3,
        watch::Answer::Error => 2,
        watch::Answer::NoData => 1,
        watch::Answer::Ok => 0,
    };
    match a {
        Some(a) if rank(&a) >= rank(&b) => a,
        Some(_) | None => b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("a lawful instant")
    }

    /// A watch of half an hour that began at second 0, with looks at these seconds.
    fn watch(looks: &[i64], until: i64, extended: bool) -> release::Course {
        let look = |at: &i64| Look {
            signal: "front".to_owned(),
            at: second(*at),
            answer: watch::Answer::Ok,
            evidence: String::new(),
        };
        let looks = looks.iter().map(look).collect();
        release::Course { since: second(0), until: second(until), extended, looks }
    }

    #[test]
    fn a_watch_of_which_any_instant_lies_far_ahead_is_begun_anew() {
        const YEARS: i64 = 300_000_000;
        for (watch, now, ahead) in [
            (watch(&[], 1800, false), 0, false),
            (watch(&[60, 120], 1800, false), 121, false),
            // Set back by less than any clock is off.
            (watch(&[60, 120], 1800, false), -100, false),
            (watch(&[60, 120], 1800, false), -3600, true),
            (watch(&[], 1800, false), -3600, true),
            // The clock was right again before the round had ended.
            (watch(&[60, YEARS, 61], 1800, false), 62, true),
            // It was right before the round and after it, and only wrong when the end was moved.
            (watch(&[60, 1800], 1800 + YEARS, true), 1801, true),
            (watch(&[60, 1800], 3600, true), 1801, false),
        ] {
            assert_eq!(is_ahead(&watch, Duration::from_secs(1800), second(now)), ahead, "{watch:?} at {now}");
        }
    }
}
