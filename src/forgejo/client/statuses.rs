//! How does a commit's status get onto the forge, and which stand there?

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use crate::domain::checks::Status;
use crate::domain::names::{ObjectId, RepositoryName};
use crate::domain::release;
use crate::forgejo::client::{Forge, ForgeError};

/// The longest description, in characters; longer ones push the layout of Forgejo's commit page apart.
const LONGEST_DESCRIPTION: usize = 255;

/// The state of a commit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusState {
    /// It goes on.
    Pending,
    /// It went well.
    Success,
    /// It went wrong.
    Failure,
    /// It could not be brought to an end.
    Error,
    /// It went well with a remark.
    Warning,
}

impl StatusState {
    /// Returns the word that the forge uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl From<release::StatusState> for StatusState {
    fn from(state: release::StatusState) -> Self {
        match state {
            release::StatusState::Pending => Self::Pending,
            release::StatusState::Success => Self::Success,
            release::StatusState::Failure => Self::Failure,
            release::StatusState::Error => Self::Error,
        }
    }
}

/// A status to be posted on a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitStatus {
    /// Its state.
    pub state: StatusState,
    /// What it is about, such as `tagwarden/production`; the newest of a context counts.
    pub context: String,
    /// One sentence; it is cut when it is too long.
    pub description: String,
    /// Where to read more.
    pub target_url: String,
}

#[derive(Deserialize)]
struct StatusAnswer {
    id: u64,
    status: String,
    context: String,
    #[serde(default)]
    target_url: String,
    updated_at: Timestamp,
    /// Nobody, where Actions posted it.
    creator: Option<IgnoredAny>,
}

impl From<StatusAnswer> for Status {
    fn from(answer: StatusAnswer) -> Self {
        Self {
            id: answer.id,
            context: answer.context,
            state: answer.status,
            at: answer.updated_at,
            by_actions: answer.creator.is_none() && answer.target_url.contains("/actions/runs/"),
            link: answer.target_url,
        }
    }
}

impl Forge {
    /// Returns every status that was ever posted on a commit; by its full id, because anything else is matched by its
    /// beginning or finds nothing. The forge's own combined state covers one page only, so it is not asked for.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn statuses(
        &self,
        repository: &RepositoryName,
        commit: &ObjectId,
    ) -> Result<Vec<Status>, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "commits", commit.as_str(), "statuses"];
        let answers: Vec<StatusAnswer> = self.list("statuses", &path).await?;
        Ok(answers.into_iter().map(Status::from).collect())
    }

    /// Posts a status on a commit; by its full id, because a tag's name finds nothing. May be repeated.
    ///
    /// # Errors
    /// As every call; without the right to write the forge answers 404.
    pub async fn post_status(
        &self,
        repository: &RepositoryName,
        commit: &ObjectId,
        status: &CommitStatus,
    ) -> Result<(), ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "statuses", commit.as_str()];
        let body = json!({
            "state": status.state.as_str(),
            "context": status.context,
            "description": shortened(&status.description),
            "target_url": status.target_url,
        });
        self.send("post status", Method::POST, &path, body).await.map(|_| ())
    }
}

impl Forge {
    /// Returns whether this very status is the newest of its context on a commit: an earlier try may have posted it.
    ///
    /// # Errors
    /// As every call.
    pub async fn has_status(
        &self,
        repository: &RepositoryName,
        commit: &ObjectId,
        status: &CommitStatus,
    ) -> Result<bool, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "commits", commit.as_str(), "statuses"];
        let all: Vec<Standing> = self.list("statuses", &path).await?;
        let newest = all.into_iter().filter(|one| one.context == status.context).max_by_key(|one| one.id);
        Ok(newest.is_some_and(|one| {
            one.status == status.state.as_str()
                && one.description == shortened(&status.description)
                && one.target_url == status.target_url
        }))
    }
}

/// A status as the forge shows it.
#[derive(Debug, Deserialize)]
struct Standing {
    id: u64,
    #[serde(default)]
    status: String,
    #[serde(default)]
    context: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    target_url: String,
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST_DESCRIPTION {
        return text.to_owned();
    }
    text.chars().take(LONGEST_DESCRIPTION - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_cut_by_characters_and_marked() {
        let fits = "é".repeat(255);
        assert_eq!(shortened(&fits), fits);
        let cut = shortened(&"é".repeat(256));
        assert_eq!((cut.chars().count(), cut.ends_with('…')), (255, true));
    }
}
