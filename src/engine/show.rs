//! What windows see: states turned into views.

mod people;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::journal::{Entry, Fact};
use crate::domain::names::{BadName, EnvironmentName, Person, ReleaseId, RepositoryName};
use crate::domain::notice::Notice;
use crate::domain::release::{Direction, Event, Outcome, State};
use crate::engine::view::{JournalLine, ReleaseRow, ReleaseView, StepView, VoteView, WatchView};
use crate::engine::{Engine, EngineError, Place, act};
use crate::store::{ReleaseRecord, StoreError};

/// Which releases a list holds; newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those of this repository.
    pub repository: Option<String>,
    /// Only those of this environment.
    pub environment: Option<String>,
    /// Only those with a smaller number.
    pub before: Option<ReleaseId>,
    /// Only those that are not at rest.
    pub under_way: bool,
    /// At most so many.
    pub limit: usize,
}

impl Engine {
    /// Returns releases, newest first.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn rows(&self, filter: Filter) -> Result<Vec<ReleaseRow>, EngineError> {
        let records = self
            .0
            .store
            .read(move |r| {
                let (repository, environment) = (filter.repository.as_deref(), filter.environment.as_deref());
                let records = if filter.under_way {
                    r.releases_at_work(repository, environment, filter.limit)?
                } else {
                    r.list_releases(repository, environment, filter.before, filter.limit)?
                };
                records
                    .into_iter()
                    .map(|record| Ok((r.pusher_of_release(record.id)?, record)))
                    .collect::<Result<Vec<_>, StoreError>>()
            })
            .await?;
        records.into_iter().map(|(pusher, record)| self.row(record, pusher)).collect()
    }

    /// Returns one release with everything.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn view(&self, id: ReleaseId) -> Result<Option<ReleaseView>, EngineError> {
        let found = self
            .0
            .store
            .read(move |r| {
                let Some(record) = r.release_record(id)? else { return Ok(None) };
                let Some(state) = r.state_of(id)? else { return Ok(None) };
                let given = if state.approvals.is_empty() { Vec::new() } else { r.journal_of(id, 0)? };
                Ok(Some((record, state, given)))
            })
            .await?;
        let Some((record, state, given)) = found else { return Ok(None) };
        let place = self.place_of(&state);
        let row = self.row(record, state.opening.pusher.clone())?;
        let mut view = view(row, &state, place.as_deref(), self.0.clock.now());
        for vote in &mut view.approvals {
            vote.channel = window_of(vote, &given).unwrap_or_default().to_owned();
        }
        Ok(Some(view))
    }

    /// Returns the lines of a release's journal after place `after`.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn lines(&self, id: ReleaseId, after: u64) -> Result<Vec<JournalLine>, EngineError> {
        let (entries, state) =
            self.0.store.read(move |r| Ok((r.journal_of(id, after)?, r.state_of(id)?))).await?;
        let Some(state) = state else { return Ok(Vec::new()) };
        let zone = self.zone_of(&state);
        Ok(entries.iter().filter_map(|entry| line(entry, &state, &zone)).collect())
    }

    /// Returns a step's log from byte `from` on and the place after it; `None` when there is no such step.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn step_log(
        &self,
        id: ReleaseId,
        key: &str,
        from: u64,
    ) -> Result<Option<(Vec<u8>, u64)>, EngineError> {
        let key = key.to_owned();
        let read = self
            .0
            .store
            .read(move |r| -> Result<_, StoreError> {
                let known = r.state_of(id)?.is_some_and(|state| state.runs.iter().any(|run| run.key == key));
                if known { Ok(Some(r.log(id, &key, from)?)) } else { Ok(None) }
            })
            .await?;
        Ok(read)
    }
}

impl Engine {
    /// Returns the zone in which the people of a release read times.
    pub(super) fn zone_of(&self, state: &State) -> TimeZone {
        self.place_of(state).map_or(TimeZone::UTC, |place| place.zone.clone())
    }

    fn row(&self, record: ReleaseRecord, pusher: Option<Person>) -> Result<ReleaseRow, EngineError> {
        let unreadable = |error: BadName| StoreError::Unreadable(error.to_string());
        let repository = RepositoryName::parse(&record.repository).map_err(unreadable)?;
        let environment = EnvironmentName::parse(&record.environment).map_err(unreadable)?;
        let place = self.places().iter().find(|place| {
            place.environment.name == environment
                && (place.repository_id() == Some(record.repository_id)
                    || place.repository.name.same_as(&repository))
        });
        let clock = place.map_or(TimeZone::UTC, |place| place.zone.clone());
        let zone = place.and_then(|place| place.zone.iana_name().map(ToOwned::to_owned));
        Ok(ReleaseRow {
            id: record.id,
            repository,
            environment,
            tag: record.tag,
            phase: record.phase.name(),
            headline: record.headline.in_zone(&clock),
            pusher,
            time_zone: zone.unwrap_or_else(|| "UTC".to_owned()),
            opened_at: record.opened_at,
            changed_at: record.changed_at,
            wake_at: record.wake_at,
        })
    }
}

/// Returns the window through which an approval was given, which the journal tells and the state does not.
fn window_of(vote: &VoteView, entries: &[Entry]) -> Option<&'static str> {
    let given = entries.iter().rev().find(|entry| match &entry.fact {
        Fact::Release { event: Event::Approved { by, .. }, .. } => by.same_as(&vote.person),
        Fact::Release { .. } | Fact::House { .. } => false,
    })?;
    Some(given.stamp.channel.name())
}

fn view(row: ReleaseRow, state: &State, place: Option<&Place>, now: Timestamp) -> ReleaseView {
    let signoff = place.and_then(|place| place.environment.signoff.as_ref());
    let target = place.map_or_else(|| state.opening.target.clone(), Place::target);
    let approvals = state
        .valid_approvals(&target, now)
        .into_iter()
        .map(|approval| VoteView {
            person: approval.by.clone(),
            at: approval.at,
            channel: String::new(),
            expires_at: approval.expires_at,
        })
        .collect();
    ReleaseView {
        row,
        object: state.opening.object.clone(),
        commit: state.opening.commit.clone(),
        gates: state.answer.as_ref().map(|answer| answer.gates.clone()).unwrap_or_default(),
        approvals,
        approvals_needed: place.map_or(0, |place| place.environment.approvals),
        voided: people::voided(state),
        checklist: people::checklist(state, signoff),
        overrides: people::overrides(state, now),
        steps: steps(state),
        watch: state.watch.as_ref().map(|watch| WatchView {
            since: watch.since,
            until: watch.until,
            looks: newest_looks(&watch.looks),
            taken: watch.looks.len(),
        }),
        actions: act::possible(state, signoff, now),
        binding: state.binding(&target),
    }
}

fn newest_looks(looks: &[crate::domain::watch::Look]) -> Vec<crate::domain::watch::Look> {
    let mut newest: Vec<crate::domain::watch::Look> = Vec::new();
    for look in looks {
        match newest.iter_mut().find(|kept| kept.signal == look.signal) {
            Some(kept) => kept.clone_from(look),
            None => newest.push(look.clone()),
        }
    }
    newest
}

/// Returns every try of every step, and the steps that are still to come.
fn steps(state: &State) -> Vec<StepView> {
    let mut views = Vec::new();
    for direction in [Direction::Do, Direction::Undo] {
        let Some(plan) = state.plan_of(direction) else { continue };
        let called_off = direction == Direction::Do && (state.back.is_some() || state.at_rest());
        for (index, step) in plan.steps.iter().enumerate() {
            let mut tried = false;
            for run in state.runs.iter().filter(|run| run.direction == direction && run.index == index) {
                tried = true;
                let (word, ended_at, outcome) = match &run.ended {
                    None => ("running", None, None),
                    Some((at, Outcome::Done)) => ("done", Some(*at), None),
                    Some((at, Outcome::Failed { why })) => ("failed", Some(*at), Some(why.clone())),
                };
                views.push(StepView {
                    key: run.key.clone(),
                    name: step.name.clone(),
                    host: step.host.clone(),
                    direction: direction.name(),
                    state: word,
                    started_at: Some(run.started_at),
                    ended_at,
                    outcome,
                });
            }
            if !tried && !called_off {
                views.push(StepView {
                    key: String::new(),
                    name: step.name.clone(),
                    host: step.host.clone(),
                    direction: direction.name(),
                    state: "planned",
                    started_at: None,
                    ended_at: None,
                    outcome: None,
                });
            }
        }
    }
    views
}

fn line(entry: &Entry, state: &State, zone: &TimeZone) -> Option<JournalLine> {
    let Fact::Release { event, .. } = &entry.fact else { return None };
    Some(JournalLine {
        seq: entry.seq,
        at: entry.stamp.at,
        actor: entry.stamp.actor.clone(),
        kind: event.name().name().to_owned(),
        step: event.step().map(ToOwned::to_owned),
        text: words(event, state).in_zone(zone),
    })
}

/// Names the step of a key, and its host.
fn of_step(notice: Notice, key: &str, state: &State) -> Notice {
    let run = state.runs.iter().find(|run| run.key == key);
    let step = run.and_then(|run| state.step_of(run));
    notice
        .with("step", step.map_or(key, |step| step.name.as_str()))
        .with("host", step.map_or("?", |step| step.host.as_str()))
}

/// Returns an event in words.
fn words(event: &Event, state: &State) -> Notice {
    let id = format!("event-{}", event.name().name().replace('_', "-"));
    let notice = Notice::new(&id);
    match event {
        Event::Opened { opening } => notice
            .with("tag", opening.tag.name())
            .with("environment", &opening.environment)
            .with("commit", opening.commit.short()),
        Event::PusherNamed { pusher } => notice.with("by", pusher),
        Event::Refused { findings } => {
            let ids: Vec<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
            notice.with("ids", ids.join(", "))
        }
        Event::Asked { answer } => answer
            .gates
            .iter()
            .find(|gate| gate.standing != crate::domain::gate::Standing::Good)
            .map_or(notice, |gate| gate.reason.clone()),
        Event::Approved { by, .. } | Event::SignedOff { by, .. } | Event::Lifted { by } => {
            notice.with("by", by)
        }
        Event::Seen { evidence } => {
            let gates: Vec<&str> = evidence.iter().map(|one| one.gate.as_str()).collect();
            match evidence.as_slice() {
                [one] => one.reason.clone(),
                _ => notice.with("gates", gates.join(", ")),
            }
        }
        Event::Ticked { item, by, good, note } => {
            let id = if *good { "event-ticked" } else { "event-ticked-faulty" };
            let note = note.as_deref().unwrap_or_default();
            Notice::new(id).with("item", item).with("by", by).with("note", note)
        }
        Event::OverrideAsked { by, gate, reason, until, drill } => {
            let id = if *drill { "event-override-drill" } else { "event-override-asked" };
            let asked = Notice::new(id).with("by", by).with("gate", gate).with("reason", reason);
            asked.with("until_at", until)
        }
        Event::OverrideConfirmed { by, gate, drill } => {
            let id = if *drill { "event-override-drilled" } else { "event-override-confirmed" };
            Notice::new(id).with("by", by).with("gate", gate)
        }
        Event::OverrideEnded { by, gate } => notice.with("by", by).with("gate", gate),
        Event::ApprovalVoided { by, why } => why.clone().with("by", by).with("tag", state.opening.tag.name()),
        Event::IssueOpened { number } => notice.with("number", number),
        Event::Denied { by, reason } | Event::Withdrawn { by, reason } | Event::Held { by, reason } => {
            notice.with("by", by).with("reason", reason)
        }
        Event::Superseded { tag, .. } => notice.with("by", tag),
        Event::Started { plan, .. } => notice.with("count", plan.steps.len()),
        Event::StepStarted { key, .. } => of_step(notice, key, state),
        Event::StepEnded { key, outcome, .. } => match outcome {
            Outcome::Done => of_step(notice, key, state),
            // Why it failed is said by what follows from it.
            Outcome::Failed { .. } => of_step(Notice::new("event-step-failed"), key, state),
        },
        Event::WatchStarted { until } | Event::WatchExtended { until } | Event::WatchRestarted { until } => {
            notice.with("until_at", until)
        }
        Event::Looked { looks } => {
            let said: Vec<String> =
                looks.iter().map(|look| format!("{}: {}", look.signal, look.evidence)).collect();
            notice.with("looks", said.join("; "))
        }
        Event::WatchPassed { .. } if state.unwatched() => Notice::new("event-watch-empty"),
        Event::WatchPassed { unproven } if unproven.is_empty() => Notice::new("event-watch-proven"),
        Event::WatchPassed { unproven } => notice.with("signals", unproven.join(", ")),
        Event::RollbackAsked { by, reason, .. } => {
            notice.with("by", by.as_ref().map_or("?", |by| by.as_str())).with("reason", reason)
        }
        Event::RollbackStarted { why, .. } | Event::GotStuck { why } => why.clone(),
        Event::RollbackTagSeen { tag } => notice.with("tag", tag),
        Event::LedOut { by, reason, .. } => notice.with("by", by).with("reason", reason),
        Event::DeployProven | Event::Completed | Event::RolledBack => notice,
    }
}
