//! What becomes of a comment that was heard: read back, held against what was heard, done once, answered.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::command::{self, Asked};
use crate::domain::journal::{Channel, Fact};
use crate::domain::names::{Person, ReleaseId};
use crate::domain::notice::Notice;
use crate::domain::release::{Effect, Event, State};
use crate::engine::comments::asked;
use crate::engine::guarded::Guarded;
use crate::engine::{Demand, Engine, EngineError, RefusedAct, tell};
use crate::forgejo::payload::digest_of_words;
use crate::forgejo::{Author, Comment};
use crate::store::{CommentRow, StoreError};

/// After so long a comment is answered with what was in the way.
const PATIENCE: Duration = Duration::from_secs(86_400);

/// Whether a comment is dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dealt {
    /// It is.
    Done,
    /// Not yet.
    Later,
}

/// What came of a comment: the id that is kept, and the answer, if it gets one.
struct Outcome {
    id: String,
    answer: Option<Effect>,
}

impl Outcome {
    fn silent(id: &str) -> Self {
        Self { id: id.to_owned(), answer: None }
    }

    fn done(comment: u64) -> Self {
        Self { id: "done".to_owned(), answer: Some(Effect::Reply { comment, done: true, text: None }) }
    }

    fn refused(comment: u64, why: Notice) -> Self {
        let id = why.id.clone();
        Self { id, answer: Some(Effect::Reply { comment, done: false, text: Some(why) }) }
    }
}

impl Engine {
    /// Deals with every comment that was heard, oldest first.
    pub(super) async fn deal_with_comments(
        &self,
        guarded: &Guarded,
        repository_id: u64,
    ) -> Result<Dealt, EngineError> {
        let rows = self.0.store.read(move |r| r.comments_to_do(repository_id)).await?;
        let mut dealt = Dealt::Done;
        for row in rows {
            // One that cannot be read now holds nobody else up.
            match self.deal_with_comment(guarded, &row).await {
                Ok(Dealt::Done) => {}
                Ok(Dealt::Later) => dealt = Dealt::Later,
                Err(error) => {
                    self.comments_fail(guarded, &error);
                    dealt = Dealt::Later;
                }
            }
        }
        Ok(dealt)
    }

    async fn deal_with_comment(&self, guarded: &Guarded, row: &CommentRow) -> Result<Dealt, EngineError> {
        let release = self.release_of_issue(row.repository_id, row.issue).await?;
        let Some(id) = release else {
            let (repository_id, comment) = (row.repository_id, row.comment);
            self.0.store.write(move |w| w.forget_comment(repository_id, comment)).await?;
            return Ok(Dealt::Done);
        };
        let Some(state) = self.state(id).await? else { return Err(EngineError::Unknown(id)) };
        let own = self.own_account().await?;
        let read = self.0.forge.read_comment(&guarded.repository.name, row.comment).await?;
        let outcome = match sincere(read.as_ref(), row, own) {
            Err(why) => Outcome::silent(why),
            Ok((person, comment)) => match self.act_on_comment(&state, row, &person, comment).await? {
                Some(outcome) => outcome,
                None => return Ok(Dealt::Later),
            },
        };
        self.settle_comment(&state, row, outcome).await?;
        Ok(Dealt::Done)
    }

    /// Does what a comment asks; `None` = it cannot be known now whether it may be done.
    async fn act_on_comment(
        &self,
        state: &State,
        row: &CommentRow,
        person: &Person,
        comment: &Comment,
    ) -> Result<Option<Outcome>, EngineError> {
        let mut stale = false;
        let demands = match command::read(&comment.body) {
            Asked::Nothing => return Ok(Some(Outcome::silent("nothing"))),
            Asked::One(command) => {
                stale = asked::is_stale(&command, comment.created_at, self.0.clock.now());
                self.demands(state, command, comment.created_at).await?
            }
            Asked::Several => Err(Notice::new("reply-several")),
            Asked::Unknown { word } => {
                let known = Notice::new("reply-unknown").with("word", word);
                Err(known.with("commands", asked::COMMANDS))
            }
            Asked::Unfit { usage } => Err(Notice::new("reply-unfit").with("usage", usage)),
            Asked::TooLong => Err(Notice::new("reply-long").with("most", command::LONGEST_REASON)),
        };
        let demands = match demands {
            Ok(demands) => demands,
            Err(why) => return Ok(Some(Outcome::refused(row.comment, why))),
        };
        let id = state.opening.id;
        if self.was_done(id, row, person, &demands).await? {
            return Ok(Some(Outcome::done(row.comment)));
        }
        if stale {
            return Ok(Some(Outcome::refused(row.comment, Notice::new("reply-too-old"))));
        }
        self.begin_to_act(row, true).await?;
        for demand in demands {
            let refused = match self.demand(id, person, Channel::Comment, demand).await {
                Ok(_) => continue,
                Err(refused) => refused,
            };
            return match refused {
                RefusedAct::Unavailable(_) if self.0.clock.now() < patience_of(row) => {
                    self.begin_to_act(row, false).await?;
                    Ok(None)
                }
                RefusedAct::Unavailable(why)
                | RefusedAct::NotAllowed(why)
                | RefusedAct::NotFound(why)
                | RefusedAct::Conflict(why) => Ok(Some(Outcome::refused(row.comment, why))),
            };
        }
        Ok(Some(Outcome::done(row.comment)))
    }

    /// Returns whether all that a comment asks was done before the daemon was killed.
    async fn was_done(
        &self,
        id: ReleaseId,
        row: &CommentRow,
        person: &Person,
        demands: &[Demand],
    ) -> Result<bool, EngineError> {
        let Some(since) = row.acting_since else { return Ok(false) };
        let entries = self.0.store.read(move |r| r.journal_of(id, since)).await?;
        let mine: Vec<&Event> = entries
            .iter()
            .filter(|entry| entry.stamp.channel == Channel::Comment)
            .filter(|entry| entry.stamp.actor.as_ref().is_some_and(|actor| actor.same_as(person)))
            .filter_map(|entry| match &entry.fact {
                Fact::Release { event, .. } => Some(event),
                Fact::House { .. } => None,
            })
            .collect();
        Ok(match demands.last() {
            // Of a whole checklist the signature comes last; ticking again what was ticked changes nothing.
            Some(Demand::SignOff { .. }) => mine.iter().any(|event| matches!(event, Event::SignedOff { .. })),
            Some(_) | None => mine.len() >= demands.len(),
        })
    }

    async fn begin_to_act(&self, row: &CommentRow, begins: bool) -> Result<(), EngineError> {
        let (repository_id, comment) = (row.repository_id, row.comment);
        let noted = self.0.store.write(move |w| -> Result<(), StoreError> {
            let since = if begins { Some(w.reading().journal_end()?.0) } else { None };
            w.act_on_comment(repository_id, comment, since)
        });
        Ok(noted.await?)
    }

    async fn settle_comment(
        &self,
        state: &State,
        row: &CommentRow,
        outcome: Outcome,
    ) -> Result<(), EngineError> {
        tracing::info!(
            release = state.opening.id.0,
            comment = row.comment,
            outcome = outcome.id,
            "a comment was dealt with"
        );
        let answer =
            outcome.answer.iter().flat_map(|answer| tell::rows(&self.0.config, state, answer)).next();
        let (row, release, at) = (row.clone(), state.opening.id, self.0.clock.now());
        let settled = self.0.store.write(move |w| {
            w.settle_comment(&row, &outcome.id, answer.as_ref().map(|answer| (release, answer)), at)
        });
        settled.await?;
        self.0.outbox.notify_one();
        Ok(())
    }
}

fn patience_of(row: &CommentRow) -> Timestamp {
    row.seen_at.checked_add(PATIENCE).unwrap_or(Timestamp::MAX)
}

/// Returns who wrote a comment, and the comment, when it is what its author wrote and nobody changed.
fn sincere<'a>(
    read: Option<&'a Comment>,
    row: &CommentRow,
    own: &Author,
) -> Result<(Person, &'a Comment), &'static str> {
    let comment = read.ok_or("gone")?;
    let author = comment.user.as_ref().ok_or("no-author")?;
    if author.id != row.author || author.id <= 0 {
        return Err("other-author");
    }
    if author.id == own.id {
        return Err("own");
    }
    if comment.issue() != Some(row.issue) {
        return Err("other-issue");
    }
    if comment.created_at != comment.updated_at || digest_of_words(&comment.body) != row.words {
        return Err("changed");
    }
    Ok((Person::parse(&author.login).map_err(|_| "no-login")?, comment))
}
