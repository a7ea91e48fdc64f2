//! Tells the world what the outbox holds: at least once, in order per release and receiver, with growing pauses.
//!
//! That a row is about to be sent is written down first. A row that fails for good is given up and shows why; one whose
//! fate is unknown (the line was cut, or the daemon killed, while it was sent) is sent again where the receiver takes
//! the same thing twice without harm. A status is looked for before it is posted again. A chat cannot be asked: there
//! news is given up and shown as such, and bad news is said again with the remark that it may be the second time.
//!
//! Races: (a) a row becomes due while its lane is busy: it is looked for again when that task ends; (b) a status is
//! overtaken while it is being sent: its failure does not bring it back, and the newer one leaves after it; (c) the
//! daemon stops: what is under way ends within its own time limit and is settled.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::domain::changelog::Changelog;
use crate::domain::gravity::Gravity as Trouble;
use crate::domain::language::Language;
use crate::domain::names::ReleaseId;
use crate::domain::notice::Notice;
use crate::domain::release::{Effect, Gravity, State, StatusState, is_past};
use crate::engine::error::chain;
use crate::engine::{Engine, EngineError, tell};
use crate::forgejo::{self, CommitStatus, ReleaseNotes};
use crate::messages;
use crate::notify::{self, Link, Message, NotifyError};
use crate::points;
use crate::store::{OutboxRow, OutboxState, StoreError};

/// The pauses between tries: doubled from the first to the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(900));
/// After so many tries (about two days) a row is given up, and shown as such.
const MOST_TRIES: u32 = 200;

/// How often is looked for something to send although nobody said so: a call that was lost costs no more than this.
const LOOK_ANYWAY: Duration = Duration::from_secs(10);

/// A *no* for good is believed when it was said so often: a forge that was just pushed to may not know a commit yet,
/// and a proxy in front of it may say anything while it starts.
const BELIEVED_AFTER: u32 = 3;

/// What came of sending one row.
pub(super) enum Sent {
    /// It is there.
    Arrived(String),
    /// It is tried again.
    Later {
        /// Why.
        why: String,
        /// Not before so long.
        after: Option<Duration>,
    },
    /// It will not get there.
    Never(String),
    /// It may have arrived; it is said again, with that remark.
    Doubtful {
        /// Why nobody knows.
        why: String,
        /// Not before so long.
        after: Option<Duration>,
    },
    /// It may have arrived, and must not arrive twice.
    Unknown(String),
}

/// What stands in a row that was being sent when the daemon was stopped, and that cannot be repeated.
const CUT_OFF: &str = "it was being sent when the daemon was stopped; whether it arrived is not known";

/// A lane of a release: what is in it is told in order, and no two of its rows at the same time.
type Lane = (ReleaseId, String);

/// What is being sent at this moment, each lane by a task of its own, so that no receiver waits for a slower one.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<Result<(), EngineError>>,
    lanes: HashMap<task::Id, Lane>,
}

impl UnderWay {
    /// Returns how the next of them ended; waits for ever when there is none.
    async fn one_ends(&mut self) -> Result<(), EngineError> {
        let (id, ended) = match self.tasks.join_next_with_id().await {
            None => std::future::pending().await,
            Some(Ok((id, ended))) => (id, ended),
            Some(Err(error)) => (error.id(), Err(error.into())),
        };
        self.lanes.remove(&id);
        ended
    }

    fn has(&self, lane: &Lane) -> bool {
        self.lanes.values().any(|busy| busy == lane)
    }
}

impl Engine {
    /// Sends what is due until `stop`, and lets what is under way then come to its end.
    pub(super) async fn tell_world(self, stop: CancellationToken) {
        let mut under_way = UnderWay::default();
        // After a failure of our own, all lanes rest for a moment.
        let mut rest_until = None;
        while !stop.is_cancelled() {
            let next = match rest_until.take() {
                Some(until) => Some(until),
                None => self.send_due(&mut under_way).await.unwrap_or_else(|error| self.rest_after(&error)),
            };
            let due = async {
                match next {
                    Some(at) => self.0.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => {}
                () = tokio::time::sleep(LOOK_ANYWAY) => {}
                () = self.0.outbox.notified() => {}
                ended = under_way.one_ends() => rest_until = ended.err().and_then(|error| self.rest_after(&error)),
                () = stop.cancelled() => {}
            }
        }
        while let Some(ended) = under_way.tasks.join_next().await {
            if let Err(error) = ended.map_err(EngineError::from).flatten() {
                self.rest_after(&error);
            }
        }
    }

    /// Says what failed and returns when to go on.
    fn rest_after(&self, error: &EngineError) -> Option<Timestamp> {
        tracing::warn!(id = error.id(), "{}", chain(error));
        self.0.clock.now().checked_add(PAUSES.0).ok()
    }

    /// Begins to send every row that is due, unless its lane is busy, and returns when the next one will be.
    async fn send_due(&self, under_way: &mut UnderWay) -> Result<Option<Timestamp>, EngineError> {
        let now = self.0.clock.now();
        let heads = self.0.store.read(|r| r.outbox_heads()).await?;
        // What was never tried is due, whatever the clock has done since; and nobody knows how long a row has to wait
        // that was written by a clock that was ahead.
        let is_due =
            |row: &OutboxRow| row.attempts == 0 || row.due_at <= now || !is_past(row.changed_at, now);
        let next = heads.iter().filter(|row| !is_due(row)).map(|row| row.due_at).min();
        for row in heads.into_iter().filter(is_due) {
            let lane = (row.release, row.lane.clone());
            if !under_way.has(&lane) {
                let engine = self.clone();
                let task = under_way.tasks.spawn(async move { engine.send_and_settle(row).await });
                under_way.lanes.insert(task.id(), lane);
            }
        }
        Ok(next)
    }

    async fn send_and_settle(&self, row: OutboxRow) -> Result<(), EngineError> {
        let (id, begun) = (row.id, self.0.clock.now());
        points::before("outbox-begun").map_err(StoreError::from)?;
        self.0.store.write(move |w| w.begin_outbox(id, begun)).await?;
        points::after("outbox-begun").map_err(StoreError::from)?;
        let sent = match self.send(&row).await {
            Ok(sent) => sent,
            // Without the store nothing can be settled either.
            Err(EngineError::Store(error)) => return Err(error.into()),
            Err(error) => Sent::Later { why: chain(&error), after: None },
        };
        let now = self.0.clock.now();
        let again = |after: Option<Duration>| {
            let doubled = PAUSES.0.saturating_mul(1 << row.attempts.min(16)).min(PAUSES.1);
            now.checked_add(after.unwrap_or_default().max(doubled)).unwrap_or(Timestamp::MAX)
        };
        let (state, due_at, answer) = match sent {
            Sent::Arrived(answer) => (OutboxState::Sent, now, answer),
            Sent::Never(why) if row.attempts + 1 >= BELIEVED_AFTER => (OutboxState::GivenUp, now, why),
            Sent::Never(why) => (OutboxState::Due, again(None), why),
            Sent::Unknown(why) => (OutboxState::GivenUp, now, why),
            Sent::Doubtful { why, after } if row.attempts < MOST_TRIES => {
                tracing::warn!(
                    release = row.release.0,
                    lane = row.lane,
                    "whether it arrived is not known: {why}"
                );
                // Without an answer it stays open.
                return self.settle(&row, OutboxState::Due, again(after), None).await;
            }
            Sent::Doubtful { why, .. } => (OutboxState::GivenUp, now, why),
            Sent::Later { why, .. } if row.attempts >= MOST_TRIES => (OutboxState::GivenUp, now, why),
            Sent::Later { why, after } => (OutboxState::Due, again(after), why),
        };
        if state != OutboxState::Sent {
            tracing::warn!(release = row.release.0, lane = row.lane, state = state.name(), "{answer}");
        }
        self.settle(&row, state, due_at, Some(answer)).await
    }

    /// Writes down what came of sending a row.
    async fn settle(
        &self,
        row: &OutboxRow,
        state: OutboxState,
        due_at: Timestamp,
        answer: Option<String>,
    ) -> Result<(), EngineError> {
        let (id, now) = (row.id, self.0.clock.now());
        points::before("outbox-settled").map_err(StoreError::from)?;
        self.0.store.write(move |w| w.settle_outbox(id, state, due_at, answer.as_deref(), now)).await?;
        points::after("outbox-settled").map_err(StoreError::from)?;
        if let Some(state) = self.state(row.release).await? {
            self.nudge_place_of(&state);
        }
        Ok(())
    }

    async fn send(&self, row: &OutboxRow) -> Result<Sent, EngineError> {
        if let Some(place) = row.lane.strip_prefix(tell::CHECKPOINT) {
            return self.send_checkpoint(place, &row.payload).await;
        }
        let Ok(effect) = serde_json::from_str::<Effect>(&row.payload) else {
            return Ok(Sent::Never("the row cannot be read by this version".into()));
        };
        let Some(state) = self.state(row.release).await? else {
            return Ok(Sent::Never("the release is not known".into()));
        };
        let place = place_of(&effect);
        if let Err(error) = points::before(place) {
            return Ok(Sent::Later { why: error.to_string(), after: None });
        }
        let sent = match &effect {
            Effect::Status { state: word, text } => self.post_status(row, &state, *word, text).await,
            Effect::Publish => self.publish(&state).await?,
            Effect::MarkTakenBack => self.mark_taken_back(&state).await,
            Effect::PushRollbackTag => self.push_rollback_tag(&state).await?,
            Effect::Chat { text, gravity } => self.chat(row, &state, text, *gravity).await,
            Effect::Issue => self.show_issue(&state).await?,
            Effect::Note { text, call } => self.note_in_issue(row, &state, text, call.as_ref()).await?,
            Effect::Reply { comment, done, text } => {
                self.reply(row, &state, (*comment, *done), text.as_ref()).await?
            }
        };
        Ok(match points::after(place) {
            Ok(()) => sent,
            Err(error) => unknown(&effect, error.to_string()),
        })
    }

    async fn post_status(&self, row: &OutboxRow, state: &State, word: StatusState, text: &Notice) -> Sent {
        let opening = &state.opening;
        let status = CommitStatus {
            state: match word {
                StatusState::Pending => forgejo::StatusState::Pending,
                StatusState::Success => forgejo::StatusState::Success,
                StatusState::Failure => forgejo::StatusState::Failure,
                StatusState::Error => forgejo::StatusState::Error,
            },
            context: format!("tagwarden/{}", opening.environment),
            description: messages::say(self.language(), &text.clone().in_zone(&self.zone_of(state))),
            target_url: self.link(state),
        };
        if row.attempts > 0 {
            match self.0.forge.has_status(&opening.repository, &opening.commit, &status).await {
                Ok(true) => return Sent::Arrived(status.state.as_str().to_owned()),
                Ok(false) => {}
                Err(error) => return from_forge(Err(error)),
            }
        }
        let posted = self.0.forge.post_status(&opening.repository, &opening.commit, &status).await;
        from_forge(posted.map(|()| status.state.as_str().to_owned()))
    }

    /// Publishes the Forgejo release with the changelog section as its notes.
    async fn publish(&self, state: &State) -> Result<Sent, EngineError> {
        let opening = &state.opening;
        let release = ReleaseNotes {
            tag: opening.tag.name().to_owned(),
            object: opening.object.clone(),
            title: opening.tag.name().to_owned(),
            notes: self.notes(state).await?,
            prerelease: !opening.tag.version().pre.is_empty(),
        };
        let published = self.0.forge.publish_release(&opening.repository, &release).await;
        Ok(from_forge(published.map(|published| format!("release {}", published.id))))
    }

    /// Returns the changelog section of a release, as it stands at its commit; empty without a changelog.
    pub(super) async fn notes(&self, state: &State) -> Result<String, EngineError> {
        let Some(guarded) = self.guarded_of(state) else { return Ok(String::new()) };
        let Some(path) = guarded.repository.changelog.clone() else { return Ok(String::new()) };
        let (mirror, commit) = (guarded.mirror.clone(), state.opening.commit.clone());
        let bytes = tokio::task::spawn_blocking(move || mirror.read_file(&commit, &path)).await??;
        let version = state.opening.tag.version();
        Ok(bytes.and_then(|bytes| Changelog::parse(&bytes).notes(version)).unwrap_or_default())
    }

    async fn mark_taken_back(&self, state: &State) -> Sent {
        let opening = &state.opening;
        let note = messages::say(self.language(), &state.headline());
        let marked = self.0.forge.demote_release(&opening.repository, opening.tag.name(), &note).await;
        from_forge(marked.map(|_| "marked".to_owned()))
    }

    /// Pushes `vX.Y.Z-rollback`, pointing at the commit that runs again.
    async fn push_rollback_tag(&self, state: &State) -> Result<Sent, EngineError> {
        let Some(commit) = state.back.as_ref().and_then(|back| back.before.clone()) else {
            return Ok(Sent::Arrived("nothing ran before, so there is no commit to tag".into()));
        };
        let Some(guarded) = self.guarded_of(state) else {
            return Ok(Sent::Never("the repository is not guarded any more".into()));
        };
        let opening = &state.opening;
        let version = opening.tag.version();
        let (major, minor, patch) = (version.major, version.minor, version.patch);
        let name = format!("{}{major}.{minor}.{patch}-rollback", opening.tag.prefix());
        let message = messages::say(self.language(), &state.headline());
        let at = state.back.as_ref().map_or(state.changed_at, |back| back.at);
        let _only = guarded.fetching.lock().await;
        let mirror = guarded.mirror.clone();
        let pushed =
            tokio::task::spawn_blocking(move || mirror.push_tag(&name, &commit, &message, at)).await?;
        Ok(match pushed {
            Ok(object) => Sent::Arrived(format!("tag object {object}")),
            Err(error) if error.is_permanent() => Sent::Never(chain(&error)),
            Err(error) => Sent::Later { why: chain(&error), after: None },
        })
    }

    async fn chat(&self, row: &OutboxRow, state: &State, text: &Notice, gravity: Gravity) -> Sent {
        let name = row.lane.strip_prefix(tell::CHAT).unwrap_or(&row.lane);
        let Some(channel) = self.0.config.notify.iter().find(|channel| channel.name == name) else {
            return Sent::Never("the channel is not configured any more".into());
        };
        let mut details = Vec::new();
        if row.is_open() {
            match gravity {
                Gravity::Quiet | Gravity::Good => return Sent::Unknown(CUT_OFF.to_owned()),
                Gravity::Loud => details.push(messages::say(self.language(), &Notice::new("chat-again"))),
            }
        }
        let opening = &state.opening;
        let message = Message {
            weight: gravity.into(),
            what: format!("{} {}", opening.repository, opening.tag),
            place: opening.environment.to_string(),
            result: messages::say(self.language(), &text.clone().in_zone(&self.zone_of(state))),
            who: opening.pusher.as_ref().map(ToString::to_string),
            details,
            link: Some(Link { label: opening.tag.to_string(), url: self.link(state) }),
        };
        match notify::send(channel, &message, &self.0.http).await {
            Ok(receipt) => Sent::Arrived(receipt.to_string()),
            Err(error) => after_chat(&error, gravity),
        }
    }

    /// Returns the page of a release.
    pub fn link(&self, state: &State) -> String {
        format!("{}/releases/{}", self.0.config.server.public_url, state.opening.id)
    }

    pub(super) fn language(&self) -> Language {
        self.0.config.server.language
    }

    pub(super) fn guarded_of(&self, state: &State) -> Option<&super::guarded::Guarded> {
        self.0
            .repositories
            .iter()
            .find(|guarded| guarded.is(&state.opening.repository, state.opening.repository_id))
    }
}

pub(super) fn later_or_never(error: &NotifyError) -> Sent {
    match error.gravity() {
        Trouble::Permanent => Sent::Never(chain(error)),
        Trouble::Transient | Trouble::Unknown => {
            Sent::Later { after: error.retry_after(), why: chain(error) }
        }
    }
}

/// Returns the name of the points around an effect.
fn place_of(effect: &Effect) -> &'static str {
    match effect {
        Effect::Status { .. } => "status",
        Effect::Publish => "publish",
        Effect::MarkTakenBack => "take-back",
        Effect::PushRollbackTag => "rollback-tag",
        Effect::Chat { .. } => "chat",
        Effect::Issue => "issue",
        Effect::Note { .. } | Effect::Reply { .. } => "issue-note",
    }
}

/// Returns what follows when nobody knows whether an effect took place.
fn unknown(effect: &Effect, why: String) -> Sent {
    match effect {
        Effect::Chat { gravity: Gravity::Quiet | Gravity::Good, .. } => Sent::Unknown(why),
        Effect::Chat { gravity: Gravity::Loud, .. } => Sent::Doubtful { why, after: None },
        // Each of these looks first whether it stands there already.
        Effect::Status { .. }
        | Effect::Publish
        | Effect::MarkTakenBack
        | Effect::PushRollbackTag
        | Effect::Issue
        | Effect::Note { .. }
        | Effect::Reply { .. } => Sent::Later { why, after: None },
    }
}

fn after_chat(error: &NotifyError, gravity: Gravity) -> Sent {
    match (error.gravity(), gravity) {
        (Trouble::Permanent, _) => Sent::Never(chain(error)),
        (Trouble::Unknown, Gravity::Quiet | Gravity::Good) => Sent::Unknown(chain(error)),
        (Trouble::Unknown, Gravity::Loud) => Sent::Doubtful { after: None, why: chain(error) },
        (Trouble::Transient, _) => Sent::Later { after: error.retry_after(), why: chain(error) },
    }
}

/// Returns what an answer of the forge means for a row.
pub(super) fn from_forge(answer: Result<String, forgejo::ForgeError>) -> Sent {
    match answer {
        Ok(answer) => Sent::Arrived(answer),
        Err(error) => match error.gravity() {
            Trouble::Permanent => Sent::Never(chain(&error)),
            Trouble::Transient | Trouble::Unknown => {
                Sent::Later { after: error.retry_after(), why: chain(&error) }
            }
        },
    }
}

/// Returns a notice in English, for the log.
pub(super) fn english(notice: &Notice) -> String {
    messages::say(Language::En, notice)
}
