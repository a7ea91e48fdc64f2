//! What people ask by comment in a release's issue: heard once, read back, and asked of the engine like anything else.
//!
//! One loop per repository. Webhooks bring comments at once; every `reconcile_every` it asks the forge for what was
//! said since, for webhooks that were lost. A comment is a reason to look and no more: its words and its author are
//! read back from the forge, it must never have been edited, and what it asks goes through [`Engine::demand`], which
//! looks up its author's right at that moment.
//!
//! Races: (a) webhook, redelivery and look bring the same comment: its number is kept, and the first news of it
//! counts; (b) the daemon is killed between the act and its note: the place in the journal is written down before, so
//! that what happened since by that person's comment is found there and not done again; (c) somebody edits it while
//! it is read: what was read had not been edited, or it does nothing. The forge counts in seconds: who edits another's
//! comment within the second in which it was written, before it was read, is only found out by the webhook's words; (d) somebody
//! comments before the number of a new issue is known here: such a comment is forgotten, and found again by the look
//! that follows once it is.

mod act;
mod asked;

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::domain::command::{self, Asked};
use crate::domain::notice::Notice;
use crate::engine::comments::act::Dealt;
use crate::engine::error::chain;
use crate::engine::guarded::Guarded;
use crate::engine::{Engine, EngineError, Receipt};
use crate::forgejo::payload::{CommentMade, digest_of_words};
use crate::store::{CommentRow, DeliveryOutcome, NewDelivery, StoreError};

/// How much of what was said is looked at again: what is written in one second may show up in another order.
const OVERLAP: Duration = Duration::from_secs(600);
/// How far back the first look goes.
const FIRST_LOOK: Duration = Duration::from_secs(86_400);
/// How soon is tried again what could not be known.
const AGAIN: Duration = Duration::from_secs(5);

/// Returns whether `every` has passed since a look; by a clock that was set back behind it, that is not known.
fn is_over(looked_at: Timestamp, every: Duration, now: Timestamp) -> bool {
    now < looked_at || looked_at.checked_add(every).is_ok_and(|again| again <= now)
}

impl Engine {
    /// Keeps a comment that a webhook brought, and returns once it is durable.
    pub(super) async fn keep_comment(
        &self,
        guarded: &Guarded,
        made: &CommentMade,
        key: String,
        (event, uuid, body): (&str, &str, &[u8]),
    ) -> Result<Receipt, EngineError> {
        let idle = guarded.repository.issue.is_none() || command::read(&made.words) == Asked::Nothing;
        if idle {
            return Ok(Receipt { sentence: Notice::new("delivery-comment-idle") });
        }
        let noted = Notice::new("delivery-comment-noted")
            .with("issue", made.issue)
            .with("repository", &made.repository.name);
        let at = self.0.clock.now();
        let delivery = NewDelivery {
            received_at: at,
            uuid: uuid.chars().take(64).collect(),
            event: event.chars().take(64).collect(),
            content_key: key,
            repository: Some(made.repository.name.to_string()),
            repository_id: Some(made.repository.id),
            ref_name: None,
            object: None,
            pusher: None,
            body: body.to_vec(),
            // What comes of it stands with the comment.
            outcome: Some(DeliveryOutcome { notice: noted.clone(), releases: Vec::new() }),
        };
        let comment = CommentRow {
            repository_id: made.repository.id,
            comment: made.comment,
            issue: made.issue,
            author: made.author,
            words: digest_of_words(&made.words),
            seen_at: at,
            acting_since: None,
        };
        let kept = self.0.store.write(move |w| -> Result<(), StoreError> {
            w.put_delivery(&delivery)?;
            w.put_comment(&comment)
        });
        kept.await?;
        guarded.said.notify_one();
        Ok(Receipt { sentence: noted })
    }

    /// Deals with comments when it is woken, and looks for lost ones every `reconcile_every`, until `stop`.
    pub(super) async fn listen(self, place: usize, stop: CancellationToken) {
        let guarded = &self.0.repositories[place];
        if guarded.repository.issue.is_none() {
            return;
        }
        let every = self.0.config.forge.reconcile_every;
        let mut looked_at = None;
        while !stop.is_cancelled() {
            let now = self.0.clock.now();
            let mut pause = every;
            if let Some(id) = guarded.id() {
                if guarded.take_opened_issue() {
                    looked_at = None;
                }
                if looked_at.is_none_or(|at| is_over(at, every, now)) {
                    match self.find_comments(guarded, id).await {
                        Ok(()) => looked_at = Some(now),
                        Err(error) => pause = self.comments_fail(guarded, &error),
                    }
                }
                match self.deal_with_comments(guarded, id).await {
                    Ok(Dealt::Done) => {}
                    Ok(Dealt::Later) => pause = AGAIN,
                    Err(error) => pause = self.comments_fail(guarded, &error),
                }
            }
            tokio::select! {
                () = guarded.said.notified() => {}
                () = self.0.clock.pause(pause) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Says what failed and returns how soon to try again.
    fn comments_fail(&self, guarded: &Guarded, error: &EngineError) -> Duration {
        tracing::warn!(repository = %guarded.repository.name, id = error.id(), "comments: {}", chain(error));
        AGAIN
    }

    /// Keeps what was said since the last look in the issues of releases, and asks something.
    async fn find_comments(&self, guarded: &Guarded, repository_id: u64) -> Result<(), EngineError> {
        let at = self.0.clock.now();
        let seen = self.0.store.read(move |r| r.comments_seen(repository_id)).await?;
        let since = match seen {
            Some(seen) => seen.checked_sub(OVERLAP),
            None => at.checked_sub(FIRST_LOOK),
        };
        let since = since.unwrap_or(Timestamp::UNIX_EPOCH);
        let comments = self.0.forge.comments_since(&guarded.repository.name, since).await?;
        let Some(until) = comments.iter().map(|comment| comment.updated_at).max() else { return Ok(()) };
        let asking: Vec<CommentRow> = comments
            .iter()
            .filter(|comment| command::read(&comment.body) != Asked::Nothing)
            .filter_map(|comment| {
                Some(CommentRow {
                    repository_id,
                    comment: comment.id,
                    issue: comment.issue()?,
                    author: comment.user.as_ref()?.id,
                    words: digest_of_words(&comment.body),
                    seen_at: at,
                    acting_since: None,
                })
            })
            .collect();
        let kept = self.0.store.write(move |w| -> Result<(), StoreError> {
            for row in asking {
                if w.reading().release_of_issue(repository_id, row.issue)?.is_some() {
                    w.put_comment(&row)?;
                }
            }
            w.comments_seen_until(repository_id, until, false)
        });
        Ok(kept.await?)
    }
}
