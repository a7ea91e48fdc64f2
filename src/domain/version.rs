//! The strict grammar of release tags, their order, and what may follow what.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::notice::Notice;

/// The longest tag name that is looked at, in bytes.
///
/// A hundred and twenty-eight leaves room for long pre-release names and keeps every line we print under 200 columns.
pub const LONGEST_TAG: usize = 128;

/// What kind of release a tag names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TagKind {
    /// A stable version: `v1.4.2`.
    Release,
    /// A version with a pre-release part: `v2.0.0-rc.1`.
    Prerelease,
    /// `vX.Y.Z-rollback`: X.Y.Z is taken back.
    Rollback,
}

/// A tag name that follows the strict grammar: prefix, then SemVer 2.0.0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "StoredTag", into = "StoredTag")]
pub struct Tag {
    name: String,
    kind: TagKind,
    version: semver::Version,
}

/// A tag as it is stored: its name and its prefix, judged again when it is read.
#[derive(Serialize, Deserialize)]
struct StoredTag {
    name: String,
    prefix: String,
}

impl TryFrom<StoredTag> for Tag {
    type Error = String;
    fn try_from(stored: StoredTag) -> Result<Self, String> {
        Tag::parse(stored.name.as_bytes(), &stored.prefix).map_err(|notice| notice.id)
    }
}

impl From<Tag> for StoredTag {
    fn from(tag: Tag) -> Self {
        let prefix = tag.prefix().to_owned();
        Self { name: tag.name, prefix }
    }
}

impl Tag {
    /// Returns the tag when `name` is exactly `prefix` and a strict SemVer version.
    ///
    /// # Errors
    /// The notice says which part of the grammar is broken and how to mend it.
    pub fn parse(name: &[u8], prefix: &str) -> Result<Self, Notice> {
        let text = std::str::from_utf8(name).map_err(|_| Notice::new("TW-T001"))?;
        let rest = text.strip_prefix(prefix).ok_or_else(|| Notice::new("TW-T001"))?;
        let version = semver::Version::parse(rest).map_err(|_| Notice::new("TW-T001"))?;
        let kind = match version.pre.as_str() {
            "" => TagKind::Release,
            "rollback" => TagKind::Rollback,
            _ => TagKind::Prerelease,
        };
        Ok(Self { name: text.to_owned(), kind, version })
    }

    /// Returns the whole tag name, such as `v1.4.2`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the full ref name, such as `refs/tags/v1.4.2`.
    pub fn full_ref(&self) -> String {
        format!("refs/tags/{}", self.name)
    }

    /// Returns what stands before the version, such as `v`.
    pub fn prefix(&self) -> &str {
        &self.name[..self.name.len() - self.version.to_string().len()]
    }

    /// Returns the kind of release that the tag names.
    pub fn kind(&self) -> TagKind {
        self.kind
    }

    /// Returns the version, with its pre-release part.
    pub fn version(&self) -> &semver::Version {
        &self.version
    }

    /// Returns the name of the release that a rollback tag takes back: `v1.3.0` for `v1.3.0-rollback`.
    pub fn taken_back(&self) -> Option<String> {
        (self.kind == TagKind::Rollback).then(|| {
            format!("{}{}.{}.{}", self.prefix(), self.version.major, self.version.minor, self.version.patch)
        })
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
