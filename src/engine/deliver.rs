//! Takes webhooks in: what the forge tells is kept before it is answered, and wakes the look at the tags.

use crate::domain::names::RepositoryName;
use crate::domain::notice::Notice;
use crate::engine::guarded::Guarded;
use crate::engine::{Engine, EngineError};
use crate::forgejo::payload::{self, Hint};
use crate::points;
use crate::store::{NewDelivery, StoreError, Stored};

/// What to answer to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// One sentence for the forge's list of deliveries.
    pub sentence: Notice,
}

impl Engine {
    /// Keeps a webhook whose signature was verified, and returns once it is durable.
    ///
    /// # Errors
    /// It could not be kept; the forge must hear so.
    pub async fn deliver(&self, event: &str, uuid: &str, body: &[u8]) -> Result<Receipt, EngineError> {
        let hint = payload::read(Some(event).filter(|event| !event.is_empty()), body);
        let guarded = hint.repository().and_then(|found| self.guarded(&found.name, found.id));
        if let Some(guarded) = guarded {
            guarded.hear(event, self.0.clock.now());
        }
        let (Some(key), Some(guarded)) = (hint.key(), guarded) else {
            let unguarded = hint.key().is_some();
            let sentence = match hint.repository() {
                Some(found) if unguarded => Notice::new("delivery-unguarded").with("repository", &found.name),
                Some(_) | None => hint.answer(),
            };
            return Ok(Receipt { sentence });
        };
        if let Hint::CommentMade(made) = &hint {
            return self.keep_comment(guarded, made, key.to_string(), (event, uuid, body)).await;
        }
        let (object, pusher) = match &hint {
            Hint::TagPushed(seen) | Hint::TagCreated(seen) => {
                (Some(seen.object.to_string()), seen.pusher.as_ref())
            }
            Hint::TagDeleted { was, pusher, .. } => (was.as_ref().map(ToString::to_string), pusher.as_ref()),
            Hint::CommentMade(_)
            | Hint::BranchMoved { .. }
            | Hint::TestDelivery { .. }
            | Hint::Ignored { .. } => (None, None),
        };
        let delivery = NewDelivery {
            received_at: self.0.clock.now(),
            uuid: uuid.chars().take(64).collect(),
            event: event.chars().take(64).collect(),
            content_key: key.to_string(),
            repository: hint.repository().map(|found| found.name.to_string()),
            repository_id: Some(key.repository_id),
            ref_name: Some(key.reference.clone()),
            object,
            pusher: pusher.map(|pusher| pusher.login.to_string()),
            body: body.to_vec(),
            outcome: None,
        };
        points::before("delivery").map_err(StoreError::from)?;
        let stored = self.0.store.write(move |w| w.put_delivery(&delivery)).await?;
        points::after("delivery").map_err(StoreError::from)?;
        guarded.nudge.notify_one();
        Ok(Receipt {
            sentence: match stored {
                Stored::New => hint.answer(),
                Stored::Again { times } => Notice::new("delivery-again").with("times", times),
            },
        })
    }

    /// Returns the guarded repository that a delivery speaks of.
    fn guarded(&self, name: &RepositoryName, id: u64) -> Option<&Guarded> {
        self.0.repositories.iter().find(|guarded| guarded.is(name, id))
    }
}
