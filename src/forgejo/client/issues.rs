//! How do an issue and what is said in it get onto the forge, and back from there?
//!
//! What a person wrote is read back here before it counts: a payload proves neither the words nor their author.

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::domain::names::RepositoryName;
use crate::forgejo::client::{Forge, ForgeError, found};

/// Who wrote something, as the forge names them now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Author {
    /// The number of the account, which outlives renames; negative for Forgejo's own ones.
    pub id: i64,
    /// The login, not checked by any grammar.
    pub login: String,
}

/// An issue that stands on the forge.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Issue {
    /// Its number in the repository.
    pub number: u64,
    /// Its page.
    pub html_url: String,
    /// Who opened it.
    pub user: Option<Author>,
    /// What it says.
    #[serde(default)]
    pub body: String,
    /// When it was opened, by the forge's clock.
    pub created_at: Timestamp,
    /// When it was changed last, by the forge's clock.
    pub updated_at: Timestamp,
}

/// A comment that stands on the forge.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Comment {
    /// Its number on the instance.
    pub id: u64,
    /// The page of its issue.
    #[serde(default)]
    pub issue_url: String,
    /// Who wrote it.
    pub user: Option<Author>,
    /// What it says.
    #[serde(default)]
    pub body: String,
    /// When it was written, by the forge's clock.
    pub created_at: Timestamp,
    /// When it was changed last, by the forge's clock.
    pub updated_at: Timestamp,
}

impl Comment {
    /// Returns the number of the issue that it stands in.
    pub fn issue(&self) -> Option<u64> {
        self.issue_url.rsplit('/').next()?.parse().ok()
    }
}

/// What reacts to a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// A thumb up.
    Done,
    /// A puzzled face.
    NotUnderstood,
}

impl Reaction {
    /// Returns the word that Forgejo knows it by.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "+1",
            Self::NotUnderstood => "confused",
        }
    }
}

impl Forge {
    /// Returns the account of the token.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn own_account(&self) -> Result<Author, ForgeError> {
        self.get("user", &["user"]).await
    }

    /// Opens an issue. Must not be repeated blindly: each call opens one more.
    ///
    /// # Errors
    /// As every call; after [`ForgeError::Cut`] look for the issue before the next try.
    pub async fn open_issue(
        &self,
        repository: &RepositoryName,
        title: &str,
        body: &str,
        labels: &[u64],
    ) -> Result<Issue, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "issues"];
        let asked = json!({ "title": title, "body": body, "labels": labels });
        self.send("open issue", Method::POST, &path, asked).await?.json()
    }

    /// Changes what an issue says, and closes it when `close`; may be repeated.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn change_issue(
        &self,
        repository: &RepositoryName,
        issue: u64,
        body: &str,
        close: bool,
    ) -> Result<Issue, ForgeError> {
        let number = issue.to_string();
        let path = ["repos", repository.owner(), repository.name(), "issues", &number];
        let mut asked = json!({ "body": body });
        if close {
            asked["state"] = json!("closed");
        }
        self.send("change issue", Method::PATCH, &path, asked).await?.json()
    }

    /// Returns the issues that `login` opened, open and closed, newest first.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn issues_by(
        &self,
        repository: &RepositoryName,
        login: &str,
        since: Timestamp,
    ) -> Result<Vec<Issue>, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "issues"];
        let query = [
            ("state", "all".to_owned()),
            ("type", "issues".to_owned()),
            ("created_by", login.to_owned()),
            ("since", whole_seconds(since)),
        ];
        self.list_of("issues", &path, &query).await
    }

    /// Returns the numbers of the labels with these names, of the repository or its organisation; unknown ones are
    /// left out.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn labels(
        &self,
        repository: &RepositoryName,
        names: &[String],
    ) -> Result<Vec<u64>, ForgeError> {
        #[derive(Deserialize)]
        struct Label {
            id: u64,
            name: String,
        }
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let mut known: Vec<Label> =
            self.list("labels", &["repos", repository.owner(), repository.name(), "labels"]).await?;
        // A person has no labels for all of their repositories, only an organisation does.
        let shared: Option<Vec<Label>> =
            found(self.list("labels", &["orgs", repository.owner(), "labels"]).await)?;
        known.extend(shared.unwrap_or_default());
        let id = |name: &String| known.iter().find(|label| label.name == *name).map(|label| label.id);
        Ok(names.iter().filter_map(id).collect())
    }

    /// Writes a comment on an issue. Must not be repeated blindly: each call writes one more.
    ///
    /// # Errors
    /// As every call; after [`ForgeError::Cut`] look for the comment before the next try.
    pub async fn write_comment(
        &self,
        repository: &RepositoryName,
        issue: u64,
        body: &str,
    ) -> Result<(), ForgeError> {
        let issue = issue.to_string();
        let path = ["repos", repository.owner(), repository.name(), "issues", &issue, "comments"];
        self.send("comment", Method::POST, &path, json!({ "body": body })).await.map(|_| ())
    }

    /// Returns everything that was said in an issue, oldest first.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn comments_of(
        &self,
        repository: &RepositoryName,
        issue: u64,
    ) -> Result<Vec<Comment>, ForgeError> {
        let issue = issue.to_string();
        self.list("comments", &["repos", repository.owner(), repository.name(), "issues", &issue, "comments"])
            .await
    }

    /// Returns everything that was said or changed in the repository's issues since an instant of the forge's clock.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn comments_since(
        &self,
        repository: &RepositoryName,
        since: Timestamp,
    ) -> Result<Vec<Comment>, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "issues", "comments"];
        self.list_of("comments", &path, &[("since", whole_seconds(since))]).await
    }

    /// Returns a comment as it stands now; `None` when it is gone.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn read_comment(
        &self,
        repository: &RepositoryName,
        comment: u64,
    ) -> Result<Option<Comment>, ForgeError> {
        let comment = comment.to_string();
        let path = ["repos", repository.owner(), repository.name(), "issues", "comments", &comment];
        found(self.get("comment", &path).await)
    }

    /// Reacts to a comment; may be repeated.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn react(
        &self,
        repository: &RepositoryName,
        comment: u64,
        reaction: Reaction,
    ) -> Result<(), ForgeError> {
        let comment = comment.to_string();
        let path =
            ["repos", repository.owner(), repository.name(), "issues", "comments", &comment, "reactions"];
        let asked = json!({ "content": reaction.word() });
        self.send("reaction", Method::POST, &path, asked).await.map(|_| ())
    }
}

/// Forgejo counts in whole seconds.
fn whole_seconds(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}
