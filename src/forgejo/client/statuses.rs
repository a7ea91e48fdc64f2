//! How does a commit's status get onto the forge, and which stand there?

use jiff::Timestamp;
use reqwest::{Method, Url};
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

impl StatusAnswer {
    /// Returns the status; Actions posted it when nobody did and it leads to a run of this very repository.
    fn read(self, base: &Url, repository: &RepositoryName) -> Status {
        Status {
            id: self.id,
            context: self.context,
            state: self.status,
            at: self.updated_at,
            by_actions: self.creator.is_none() && leads_to_run(&self.target_url, base, repository),
            link: self.target_url,
        }
    }
}

/// Returns whether an address is the page of a run of the repository on the forge at `base`; Forgejo's own are relative.
fn leads_to_run(link: &str, base: &Url, repository: &RepositoryName) -> bool {
    let Ok(page) = base.join(link) else { return false };
    let runs = format!("/{repository}/actions/runs/").to_ascii_lowercase();
    let path = page.path().to_ascii_lowercase();
    let below = base.path().trim_end_matches('/').to_ascii_lowercase();
    page.origin() == base.origin()
        && (path.starts_with(&runs) || path.strip_prefix(&below).is_some_and(|path| path.starts_with(&runs)))
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
        Ok(answers.into_iter().map(|answer| answer.read(&self.base, repository)).collect())
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
    fn only_a_run_of_this_repository_on_this_forge_is_one_of_actions() {
        let repository = RepositoryName::parse("school/bridge").unwrap();
        let root = Url::parse("http://forge.example:3000/").unwrap();
        let below = Url::parse("http://forge.example:3000/git/").unwrap();
        let ours =
            |link: &str| (leads_to_run(link, &root, &repository), leads_to_run(link, &below, &repository));
        assert_eq!(ours("/school/bridge/actions/runs/7/jobs/0"), (true, true));
        assert_eq!(ours("/git/School/Bridge/actions/runs/7"), (false, true));
        assert_eq!(ours("http://forge.example:3000/school/bridge/actions/runs/7"), (true, true));
        for foreign in [
            "",
            "/eve/bridge/actions/runs/7",
            "/school/bridge/../../eve/bridge/actions/runs/7",
            "/school/bridge/issues?x=/actions/runs/7",
            "http://other.example/school/bridge/actions/runs/7",
            "//other.example/school/bridge/actions/runs/7",
        ] {
            assert_eq!(ours(foreign), (false, false), "{foreign}");
        }
    }

    #[test]
    fn a_description_is_cut_by_characters_and_marked() {
        let fits = "é".repeat(255);
        assert_eq!(shortened(&fits), fits);
        let cut = shortened(&"é".repeat(256));
        assert_eq!((cut.chars().count(), cut.ends_with('…')), (255, true));
    }
}
