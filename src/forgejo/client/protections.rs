//! Which tags does the forge itself protect, and for whom?

use std::collections::BTreeSet;

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::domain::names::RepositoryName;
use crate::forgejo::client::{Forge, ForgeError};

/// A rule about tags: who may make, move and delete those with such names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagProtection {
    /// The pattern, such as `v*`.
    pub pattern: String,
    /// The users who may.
    pub users: BTreeSet<String>,
    /// The teams who may.
    pub teams: BTreeSet<String>,
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protected {
    /// It was made.
    Now,
    /// There was one with this pattern, which was left as it is.
    Already,
}

impl Forge {
    /// Makes the rule, unless there is one with its pattern: whoever wrote that meant it.
    ///
    /// # Errors
    /// As every call; only a repository's administrators may.
    pub async fn protect_tags(
        &self,
        repository: &RepositoryName,
        rule: &TagProtection,
    ) -> Result<Protected, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "tag_protections"];
        if self.protected_tags(repository).await?.contains(&rule.pattern) {
            return Ok(Protected::Already);
        }
        let body = json!({
            "name_pattern": rule.pattern, "whitelist_usernames": rule.users, "whitelist_teams": rule.teams,
        });
        self.send("tag_protections", Method::POST, &path, body).await.map(|_| Protected::Now)
    }

    /// Returns the patterns of the tags that the forge protects.
    ///
    /// # Errors
    /// As every call; only a repository's administrators may ask.
    pub async fn protected_tags(&self, repository: &RepositoryName) -> Result<Vec<String>, ForgeError> {
        #[derive(Deserialize)]
        struct Known {
            name_pattern: String,
        }
        let path = ["repos", repository.owner(), repository.name(), "tag_protections"];
        let known: Vec<Known> = self.get("tag_protections", &path).await?;
        Ok(known.into_iter().map(|known| known.name_pattern).collect())
    }
}
