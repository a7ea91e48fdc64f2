//! The issue of a release: opened once, brought up to date when there is news, closed at the end, never reopened.
//!
//! One issue per release, that is per tag and environment: a command in it can mean nothing else. It is told like
//! everything else, from the outbox and at least once; what makes repeating harmless is a hidden mark in everything
//! that is written, looked for among what our own account wrote before anything is written anew.
//!
//! Races: (a) the daemon is killed between opening and remembering: the mark is found, and the issue taken as ours;
//! (b) between changing and remembering: the text is written again, and an approval is held against what was
//! remembered, so that at worst it is refused; (c) people edit the issue: nothing is read from it but the mark of one
//! of which the number is not known, and the next news writes over what they changed; (d) the daemon starts with
//! another configuration, such as another checklist: no event tells of that, so every start looks at every open issue.

mod text;

use sha2::{Digest, Sha256};

use crate::config::Issue as Wanted;
use crate::domain::gate::Checklist;
use crate::domain::journal::Stamp;
use crate::domain::names::{Person, ReleaseId};
use crate::domain::notice::Notice;
use crate::domain::release::{Event, Phase, State};
use crate::engine::act::possible;
use crate::engine::outbox::Sent;
use crate::engine::{Engine, EngineError, Place, tell};
use crate::forgejo::{self, Author, ForgeError, Reaction};
use crate::messages;
use crate::store::{Advanced, IssueRow, OutboxRow, StoreError};

/// How far the clocks of the house and of the forge may differ when an issue is looked for.
const CLOCK_SLACK: std::time::Duration = std::time::Duration::from_secs(86_400);

/// What the issue says, and what an approval of it is bound to.
struct Shown {
    body: String,
    binding: String,
    /// The digest of the checklist; empty without one.
    checklist: String,
    closed: bool,
}

impl Shown {
    fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.body.as_bytes()))
    }
}

impl Engine {
    /// Returns the account under which this house works on the forge; asked once.
    pub(super) async fn own_account(&self) -> Result<&Author, ForgeError> {
        self.0.account.get_or_try_init(|| self.0.forge.own_account()).await
    }

    /// Brings the issue of a release up to date; opens it when there is none yet.
    pub(super) async fn show_issue(&self, state: &State) -> Result<Sent, EngineError> {
        let id = state.opening.id;
        let known = self.0.store.read(move |r| r.issue_of(id)).await?;
        let wanted = self.guarded_of(state).and_then(|guarded| guarded.repository.issue.clone());
        let (Some(wanted), Some(place)) = (wanted, self.place_of(state)) else {
            return Ok(Sent::Arrived("no issue is wanted any more".to_owned()));
        };
        if known.is_none() && state.phase == Phase::Waiting && state.answer.is_none() {
            // The forge tells those who are called by name when an issue is opened, and never when it is changed.
            return Ok(Sent::Arrived("it is opened once the gates were asked".to_owned()));
        }
        let shown = self.shown(state, &place, &wanted).await?;
        let known = match known {
            Some(known) => known,
            None => match self.find_issue(state, &shown, &wanted).await {
                Ok(Some(found)) => found,
                Ok(None) => return Ok(Sent::Arrived("refused at once, so there is no issue".to_owned())),
                Err(EngineError::Forge(error)) => return Ok(super::outbox::from_forge(Err(error))),
                Err(error) => return Err(error),
            },
        };
        if known.said == shown.digest() && known.closed == shown.closed {
            return Ok(Sent::Arrived(format!("issue {} says so already", known.number)));
        }
        let close = shown.closed && !known.closed;
        let repository = &state.opening.repository;
        match self.0.forge.change_issue(repository, known.number, &shown.body, close).await {
            Ok(issue) => {
                let number = known.number;
                self.remember_shown(known, &shown, issue.updated_at).await?;
                Ok(Sent::Arrived(format!("issue {number}")))
            }
            Err(error) => Ok(super::outbox::from_forge(Err(error))),
        }
    }

    /// Returns what the issue is to say now.
    async fn shown(&self, state: &State, place: &Place, wanted: &Wanted) -> Result<Shown, EngineError> {
        let binding = state.binding(&place.target());
        let checklist: Option<Checklist> =
            place.environment.signoff.as_ref().map(crate::config::Signoff::checklist);
        let now = self.0.clock.now();
        let target = place.target();
        let page = text::Page {
            state,
            checklist: checklist.as_ref(),
            actions: &possible(state, place.environment.signoff.as_ref(), now),
            approvable: place.environment.approvals > 0,
            approved: &state.valid_approvals(&target, now),
            binding: &binding,
            notes: &self.notes(state).await?,
            link: &self.link(state),
            language: self.language(),
            zone: &place.zone,
            mention: wanted.mention,
        };
        let body = format!("{}\n{}", mark("release", &release_key(state)), page.text());
        let checklist = checklist.as_ref().map(Checklist::digest).unwrap_or_default();
        Ok(Shown { body, binding, checklist, closed: state.phase.is_over() })
    }

    /// Finds the issue that was opened and not remembered, or opens it; `None` = there is to be none.
    async fn find_issue(
        &self,
        state: &State,
        shown: &Shown,
        wanted: &Wanted,
    ) -> Result<Option<IssueRow>, EngineError> {
        let own = self.own_account().await?;
        let repository = &state.opening.repository;
        let since = state.opened_at.checked_sub(CLOCK_SLACK).unwrap_or(state.opened_at);
        let ours = self.0.forge.issues_by(repository, &own.login, since).await?;
        let mark = mark("release", &release_key(state));
        let marked = ours.into_iter().filter(|issue| {
            issue.user.as_ref().is_some_and(|user| user.id == own.id)
                && issue.body.lines().next() == Some(mark.as_str())
        });
        for issue in marked {
            // The mark can be copied into another release's issue; that one stays what it is.
            let owner = self.release_of_issue(state.opening.repository_id, issue.number).await?;
            if owner.is_none_or(|owner| owner == state.opening.id) {
                // What it says is not known for certain, so it is written again.
                return self.remember_opened(state, &issue, None).await.map(Some);
            }
        }
        if state.phase == Phase::Refused {
            return Ok(None);
        }
        let labels = match self.0.forge.labels(repository, &wanted.labels).await {
            Err(error) if error.gravity() == crate::domain::gravity::Gravity::Permanent => Vec::new(),
            known => known?,
        };
        let title = messages::say(
            self.language(),
            &Notice::new("issue-title")
                .with("tag", state.opening.tag.name())
                .with("environment", &state.opening.environment),
        );
        let issue = self.0.forge.open_issue(repository, &title, &shown.body, &labels).await?;
        self.remember_opened(state, &issue, Some(shown)).await.map(Some)
    }

    /// Writes down that an issue was opened: in the journal, and with what it says; both, or neither.
    async fn remember_opened(
        &self,
        state: &State,
        issue: &forgejo::Issue,
        shown: Option<&Shown>,
    ) -> Result<IssueRow, EngineError> {
        let row = IssueRow {
            release: state.opening.id,
            repository_id: state.opening.repository_id,
            number: issue.number,
            said: shown.map(Shown::digest).unwrap_or_default(),
            closed: false,
        };
        let (kept, binding) =
            (row.clone(), shown.map(|shown| (shown.binding.clone(), shown.checklist.clone())));
        let (opened, stamp) = (issue.created_at, Stamp::daemon(self.0.clock.now()));
        let config = self.0.config.clone();
        let event = Event::IssueOpened { number: issue.number };
        let advanced = self.0.store.write(move |w| -> Result<Advanced, StoreError> {
            w.put_issue(&kept)?;
            if let Some((binding, checklist)) = binding {
                w.put_shown(kept.release, opened, &binding, &checklist)?;
            }
            // Somebody may have commented before its number was known.
            w.comments_seen_until(kept.repository_id, opened, true)?;
            w.advance(kept.release, &event, &stamp, &|state, effect| tell::rows(&config, state, effect))
        });
        if let Advanced::Done { state, seq } = advanced.await? {
            self.announce_change(&state, seq);
        }
        if let Some(guarded) = self.guarded_of(state) {
            guarded.opened_issue();
        }
        Ok(row)
    }

    async fn remember_shown(
        &self,
        known: IssueRow,
        shown: &Shown,
        at: jiff::Timestamp,
    ) -> Result<(), EngineError> {
        let row = IssueRow { said: shown.digest(), closed: known.closed || shown.closed, ..known };
        let (binding, checklist) = (shown.binding.clone(), shown.checklist.clone());
        let kept = self.0.store.write(move |w| -> Result<(), StoreError> {
            w.put_issue(&row)?;
            w.put_shown(row.release, at, &binding, &checklist)
        });
        Ok(kept.await?)
    }

    /// Writes a comment into the issue of a release, unless it stands there already.
    pub(super) async fn note_in_issue(
        &self,
        row: &OutboxRow,
        state: &State,
        text: &Notice,
        call: Option<&Person>,
    ) -> Result<Sent, EngineError> {
        let id = state.opening.id;
        let Some(issue) = self.0.store.read(move |r| r.issue_of(id)).await? else {
            let opened_later = self.0.store.read(move |r| r.outbox_of(id)).await?;
            let awaited = opened_later
                .iter()
                .any(|other| other.lane == tell::ISSUE && other.state == crate::store::OutboxState::Due);
            let why = "the issue is not there".to_owned();
            return Ok(if awaited { Sent::Later { why, after: None } } else { Sent::Never(why) });
        };
        let said = messages::word(self.language(), &text.clone().in_zone(&self.zone_of(state)));
        let called = call.map(|person| format!("@{person} ")).unwrap_or_default();
        let hint = said.hint.map(|hint| format!("\n\n{}", messages::literal(&hint))).unwrap_or_default();
        let said = format!("{called}{}{hint}", messages::literal(&said.what));
        let key = format!("{}/{}", row.key, row.payload);
        Ok(super::outbox::from_forge(self.write_once(state, issue.number, &key, &said).await))
    }

    /// Answers a command: a reaction, and, when it was not done, a comment that says why.
    pub(super) async fn reply(
        &self,
        row: &OutboxRow,
        state: &State,
        (comment, done): (u64, bool),
        text: Option<&Notice>,
    ) -> Result<Sent, EngineError> {
        let reaction = if done { Reaction::Done } else { Reaction::NotUnderstood };
        if let Err(error) = self.0.forge.react(&state.opening.repository, comment, reaction).await {
            return Ok(super::outbox::from_forge(Err(error)));
        }
        match text {
            Some(text) => self.note_in_issue(row, state, text, None).await,
            None => Ok(Sent::Arrived(reaction.word().to_owned())),
        }
    }

    /// Writes a comment that is not there yet, under a mark that stands for `key`.
    async fn write_once(
        &self,
        state: &State,
        issue: u64,
        key: &str,
        said: &str,
    ) -> Result<String, ForgeError> {
        let (own, repository) = (self.own_account().await?, &state.opening.repository);
        let mark = mark("note", &format!("{}/{key}", release_key(state)));
        let there = self.0.forge.comments_of(repository, issue).await?.into_iter().any(|comment| {
            comment.user.as_ref().is_some_and(|user| user.id == own.id)
                && comment.body.lines().next() == Some(mark.as_str())
        });
        if !there {
            self.0.forge.write_comment(repository, issue, &format!("{mark}\n{said}")).await?;
        }
        Ok(format!("in issue {issue}"))
    }

    /// Returns the release whose issue this is.
    pub(super) async fn release_of_issue(
        &self,
        repository_id: u64,
        number: u64,
    ) -> Result<Option<ReleaseId>, EngineError> {
        Ok(self.0.store.read(move |r| r.release_of_issue(repository_id, number)).await?)
    }
}

/// Returns what makes a release the one that it is, whatever its number in this store.
fn release_key(state: &State) -> String {
    let opening = &state.opening;
    format!("{}/{}/{}/{}", opening.repository_id, opening.environment, opening.tag, opening.object)
}

/// Returns a line that nobody sees and by which what we wrote is found again.
fn mark(kind: &str, key: &str) -> String {
    let digest = hex::encode(Sha256::digest(key.as_bytes()));
    format!("<!-- tagwarden:{kind}:{} -->", &digest[..32])
}
