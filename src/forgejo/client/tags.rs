//! Which tags does the forge have, and what do they point at?

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::domain::names::{ObjectId, RepositoryName};
use crate::forgejo::client::{Forge, ForgeError, found};

/// A tag on the forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The name without `refs/tags/`, not checked by any grammar.
    pub name: String,
    /// What the ref points at: a tag object, or a commit.
    pub object: ObjectId,
    /// The commit behind it.
    pub commit: ObjectId,
}

#[derive(Deserialize)]
struct TagAnswer {
    name: String,
    id: ObjectId,
    commit: CommitAnswer,
}

#[derive(Deserialize)]
struct CommitAnswer {
    sha: ObjectId,
}

impl From<TagAnswer> for Tag {
    fn from(answer: TagAnswer) -> Self {
        Self { name: answer.name, object: answer.id, commit: answer.commit.sha }
    }
}

impl Forge {
    /// Returns all tags of the repository, by name.
    ///
    /// # Errors
    /// As every call; a repository that we may not know of is refused with status 404.
    pub async fn tags(&self, repository: &RepositoryName) -> Result<Vec<Tag>, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "tags"];
        let answers: Vec<TagAnswer> = self.list("tags", &path).await?;
        let by_name: BTreeMap<String, Tag> =
            answers.into_iter().map(|answer| (answer.name.clone(), Tag::from(answer))).collect();
        Ok(by_name.into_values().collect())
    }

    /// Returns one tag, or `None` when there is none (or no such repository that we may know of).
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn tag(&self, repository: &RepositoryName, name: &str) -> Result<Option<Tag>, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "tags", name];
        let answer: Option<TagAnswer> = found(self.get("tag", &path).await)?;
        Ok(answer.map(Tag::from))
    }

    /// Makes a lightweight tag at `commit`, for a way back when nothing can be pushed.
    ///
    /// Returns the tag as it stands, also when it stood there before: the caller compares the commit. May be
    /// repeated.
    ///
    /// # Errors
    /// As every call; a protected name is refused with status 422.
    pub async fn make_tag(
        &self,
        repository: &RepositoryName,
        name: &str,
        commit: &ObjectId,
    ) -> Result<Tag, ForgeError> {
        if let Some(tag) = self.tag(repository, name).await? {
            return Ok(tag);
        }
        let path = ["repos", repository.owner(), repository.name(), "tags"];
        let body = json!({ "tag_name": name, "target": commit.as_str() });
        let answer: TagAnswer = self.send("make tag", Method::POST, &path, body).await?.json()?;
        Ok(Tag::from(answer))
    }
}
