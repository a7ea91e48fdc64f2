//! How does a release get onto the forge, exactly once and for the tag that was judged?
//!
//! Races: (a) the forge takes no expected object, and for a tag that does not exist it would make one on the newest
//! code: the tag is looked up before and after; (b) an earlier try was cut after it took effect: the second POST is
//! answered 409, and the release that stands there is brought to the asked text; (c) a tag that is moved between the
//! first look and the POST: the second look finds it and says so, and the release is a person's business.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::domain::names::{ObjectId, RepositoryName};
use crate::forgejo::client::{Forge, ForgeError, found};

/// A release to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseNotes {
    /// The tag's name.
    pub tag: String,
    /// What the tag must point at.
    pub object: ObjectId,
    /// The title.
    pub title: String,
    /// The notes, in Markdown.
    pub notes: String,
    /// Whether the version is a pre-release.
    pub prerelease: bool,
}

/// A release that stands on the forge.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Published {
    /// Its number.
    pub id: u64,
    /// The tag's name.
    pub tag_name: String,
    /// The title.
    #[serde(default)]
    pub name: String,
    /// The notes.
    #[serde(default)]
    pub body: String,
    /// Its page.
    #[serde(default)]
    pub html_url: String,
    /// Whether it is not public.
    #[serde(default)]
    pub draft: bool,
    /// Whether it is marked as a pre-release.
    #[serde(default)]
    pub prerelease: bool,
}

impl Forge {
    /// Returns the release of a tag, or `None` when the tag has none.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn release(
        &self,
        repository: &RepositoryName,
        tag: &str,
    ) -> Result<Option<Published>, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "releases", "tags", tag];
        found(self.get("release", &path).await)
    }

    /// Publishes a release for a tag that exists and points at the expected object. May be repeated: a release that
    /// stands there already is brought to the same text.
    ///
    /// # Errors
    /// As every call, and when the tag is missing or was moved.
    pub async fn publish_release(
        &self,
        repository: &RepositoryName,
        release: &ReleaseNotes,
    ) -> Result<Published, ForgeError> {
        self.expect_tag(repository, release).await?;
        let path = ["repos", repository.owner(), repository.name(), "releases"];
        let body = json!({
            "tag_name": release.tag,
            "name": release.title,
            "body": release.notes,
            "draft": false,
            "prerelease": release.prerelease,
        });
        let published = match self.send("publish release", Method::POST, &path, body).await {
            Ok(answer) => answer.json()?,
            Err(ForgeError::Refused { status: 409, .. }) => self.bring_to(repository, release).await?,
            Err(error) => return Err(error),
        };
        self.expect_tag(repository, release).await?;
        Ok(published)
    }

    /// Marks the release of a tag as a pre-release and puts `note` in front of its text. May be repeated.
    ///
    /// Returns `false` when the tag has no release, which is then nothing to mark.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn demote_release(
        &self,
        repository: &RepositoryName,
        tag: &str,
        note: &str,
    ) -> Result<bool, ForgeError> {
        let Some(standing) = self.release(repository, tag).await? else { return Ok(false) };
        let noted = standing.body.starts_with(note);
        if noted && standing.prerelease {
            return Ok(true);
        }
        let text = if noted { standing.body } else { format!("{note}\n\n{}", standing.body) };
        self.patch_release(repository, standing.id, json!({ "prerelease": true, "body": text })).await?;
        Ok(true)
    }

    /// Brings the release that stands there to the asked text.
    async fn bring_to(
        &self,
        repository: &RepositoryName,
        release: &ReleaseNotes,
    ) -> Result<Published, ForgeError> {
        let Some(standing) = self.release(repository, &release.tag).await? else {
            // It was there a moment ago: somebody deletes or publishes at the same time.
            return Err(ForgeError::Busy { call: "publish release", status: 409, retry_after: None });
        };
        let same = standing.name == release.title
            && standing.body == release.notes
            && standing.prerelease == release.prerelease
            && !standing.draft;
        if same {
            return Ok(standing);
        }
        let body = json!({
            "name": release.title,
            "body": release.notes,
            "draft": false,
            "prerelease": release.prerelease,
        });
        self.patch_release(repository, standing.id, body).await
    }

    async fn patch_release(
        &self,
        repository: &RepositoryName,
        id: u64,
        body: serde_json::Value,
    ) -> Result<Published, ForgeError> {
        let id = id.to_string();
        let path = ["repos", repository.owner(), repository.name(), "releases", &id];
        self.send("change release", Method::PATCH, &path, body).await?.json()
    }

    async fn expect_tag(
        &self,
        repository: &RepositoryName,
        release: &ReleaseNotes,
    ) -> Result<(), ForgeError> {
        let tag = release.tag.clone();
        match self.tag(repository, &tag).await? {
            None => Err(ForgeError::TagMissing { tag }),
            Some(found) if found.object == release.object => Ok(()),
            Some(found) => {
                Err(ForgeError::TagMoved { tag, expected: release.object.clone(), found: found.object })
            }
        }
    }
}
