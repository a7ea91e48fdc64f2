//! How does an issue, or a comment on one, get onto the forge?

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::domain::names::RepositoryName;
use crate::forgejo::client::{Forge, ForgeError};

/// An issue that stands on the forge.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Issue {
    /// Its number in the repository.
    pub number: u64,
    /// Its page.
    pub html_url: String,
}

impl Forge {
    /// Opens an issue. Must not be repeated blindly: each call opens one more.
    ///
    /// # Errors
    /// As every call; after [`ForgeError::Cut`] look for the issue before the next try.
    pub async fn open_issue(
        &self,
        repository: &RepositoryName,
        title: &str,
        body: &str,
    ) -> Result<Issue, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "issues"];
        self.send("open issue", Method::POST, &path, json!({ "title": title, "body": body })).await?.json()
    }

    /// Writes a comment on an issue. Must not be repeated blindly: each call writes one more.
    ///
    /// # Errors
    /// As every call; after [`ForgeError::Cut`] look for the comment before the next try.
    pub async fn comment(
        &self,
        repository: &RepositoryName,
        issue: u64,
        body: &str,
    ) -> Result<(), ForgeError> {
        let issue = issue.to_string();
        let path = ["repos", repository.owner(), repository.name(), "issues", &issue, "comments"];
        self.send("comment", Method::POST, &path, json!({ "body": body })).await.map(|_| ())
    }
}
