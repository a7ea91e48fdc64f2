//! What the door refused outside a push: nobody could be told there, so it is written down and said at the commit.
//!
//! Races: (a) the same refusal is told several times (git runs its hook more than once): each is a line of the journal,
//! and the status is the same; (b) the daemon is killed before the status is out: the journal has it, and the tag does
//! not exist, so nothing is owed.

use std::time::Duration;

use crate::config::Repository;
use crate::domain::journal::{HouseEvent, Stamp};
use crate::domain::names::{ObjectId, RepositoryName};
use crate::domain::notice::Notice;
use crate::domain::version::Tag;
use crate::engine::{Engine, EngineError};
use crate::forgejo::{CommitStatus, StatusState};
use crate::messages;

/// The context of the status: no environment is meant, for there is no release.
const CONTEXT: &str = "tagwarden/tag";
/// The waits before each try to post the status: the forge is in the middle of refusing the tag at first.
const TRIES: [Duration; 4] =
    [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(10), Duration::from_secs(60)];
/// The most reasons that are written down for one tag; no tag breaks more rules than this.
const MOST_REASONS: usize = 10;

impl Engine {
    /// Writes down that a tag was refused outside a push, and says so at its commit; returns whether the repository
    /// is guarded.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn tag_refused(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        commit: Option<ObjectId>,
        why: &[Notice],
    ) -> Result<bool, EngineError> {
        let Some(guarded) = self.0.config.repository(repository).cloned() else { return Ok(false) };
        let worded = why.iter().take(MOST_REASONS);
        for reason in worded {
            let told = messages::with_id(&messages::say(self.language(), reason), &reason.id);
            let notice =
                Notice::new("TW-E020").with("repository", &guarded.name).with("tag", tag).with("why", told);
            self.note(HouseEvent::Noted { notice }, Stamp::daemon(self.0.clock.now())).await?;
        }
        if let (Some(commit), Some(first)) = (commit, why.first()) {
            let status = CommitStatus {
                state: StatusState::Failure,
                context: CONTEXT.to_owned(),
                description: messages::say(self.language(), first),
                target_url: self.0.config.server.public_url.clone(),
            };
            let engine = self.clone();
            tokio::spawn(async move { engine.post_door_status(&guarded, &commit, &status).await });
        }
        Ok(true)
    }

    async fn post_door_status(&self, repository: &Repository, commit: &ObjectId, status: &CommitStatus) {
        for wait in TRIES {
            self.0.clock.pause(wait).await;
            match self.0.forge.post_status(&repository.name, commit, status).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(repository = %repository.name, %commit, "the status was not posted: {error}")
                }
            }
        }
    }
}
