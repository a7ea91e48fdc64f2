//! Facts about a tag and the policy of its repository, judged into findings.
//!
//! The facts are gathered by `git`, in quarantine by the hook and in the mirror by the daemon; both ask [`judge()`], so
//! that a tag made in the forge's web page meets the same rules as one that was pushed.

mod judge;
mod object;

pub use judge::{judge, may_follow, name, warnings};
pub use object::{SignatureBlock, SignatureForm, TagObject};

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use crate::domain::names::ObjectId;
use crate::domain::notice::Notice;
use crate::domain::version::Tag;

/// What a repository asks of its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The branch that releases come from.
    pub main: String,
    /// Patterns of hotfix branches; `*` stands for any text without a slash.
    pub hotfix_branches: Vec<String>,
    /// What stands before the version in a tag name.
    pub tag_prefix: String,
    /// The changelog's path; `None` switches its check off.
    pub changelog: Option<String>,
    /// Whether tags that are no versions may be made.
    pub other_tags: bool,
    /// What a first release must be, when it is not to follow an imaginary 0.0.0.
    pub first_version: Option<semver::Version>,
    /// Who must have signed every tag; `None` = signatures are not looked at.
    pub signers: Option<Signers>,
}

/// Where it stands who may sign tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signers {
    /// The allowed-signers file, in ssh-keygen's format.
    pub ssh: Option<PathBuf>,
    /// The file of revoked SSH keys, as `ssh-keygen -k` makes it, or plain public keys.
    pub revoked: Option<PathBuf>,
    /// The folder of the OpenPGP keyring that holds the allowed keys and no others.
    pub openpgp: Option<PathBuf>,
}

/// One tag that is to be made, moved or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFacts {
    /// The tag.
    pub tag: Tag,
    /// What the ref points at now.
    pub old: Option<ObjectId>,
    /// Whether what stands there now breaks the rules of objects and was therefore never released.
    pub stray: bool,
    /// What it is to point at; `None` = it is to be deleted.
    pub new: Option<ObjectId>,
    /// What kind of object that is.
    pub object: ObjectFact,
    /// Who signed it, where that is asked for.
    pub signature: SignatureFact,
    /// Another tag whose name differs in nothing but case.
    pub twin: Option<String>,
    /// Where the commit lies once the push is done.
    pub place: PlaceFact,
    /// The highest stable version on the commit or its ancestors.
    pub base: Option<semver::Version>,
    /// The lowest of the latest stable versions on main that the commit does not contain.
    pub later_on_main: Option<semver::Version>,
    /// The stable versions between base and this one that the commit does not contain.
    pub lacking: Vec<semver::Version>,
    /// The stable versions on the very commit.
    pub at_commit: Vec<semver::Version>,
    /// What the changelog at the commit says of the version.
    pub changelog: ChangelogFact,
}

/// What kind of object a tag ref is to point at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectFact {
    /// A tag object that points straight at a commit.
    Annotated {
        /// The name that stands inside.
        inside: String,
    },
    /// A commit: a lightweight tag.
    Commit,
    /// A tag object that points at something else than a commit.
    Indirect {
        /// What it points at: `tag`, `tree`, `blob`.
        target: String,
    },
    /// A tag object that is larger than any honest one.
    Large {
        /// The most bytes that are read.
        most: usize,
    },
    /// A tag object whose bytes are not of the form.
    Malformed,
    /// Something else than a tag object or a commit.
    Other {
        /// What: `tree`, `blob`.
        kind: String,
    },
    /// Nothing: the tag is to be deleted.
    Nothing,
}

/// Who signed a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureFact {
    /// It is not asked for.
    NotAsked,
    /// Somebody who may, at this very time.
    Good {
        /// Who.
        by: String,
    },
    /// The signature does not hold, or its key was revoked or is out of date.
    Bad {
        /// Why.
        why: SignatureFlaw,
    },
    /// Nobody.
    None,
    /// Somebody of whom nothing is known here.
    Unknown,
}

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureFlaw {
    /// It is not one block at the very end of the message.
    Muddled,
    /// It was not made over these bytes.
    Wrong,
    /// Its key is allowed, but not for this, not now, or not any more.
    KeyNotValid,
    /// The tagger's date lies before the commit or in the future.
    Date,
}

/// Where a commit lies once the push is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceFact {
    /// On main.
    Main,
    /// On a hotfix branch that leaves main at a stable tag.
    Hotfix {
        /// The branch.
        branch: String,
    },
    /// On a hotfix branch that leaves main where there is no stable tag.
    LooseHotfix {
        /// The branch.
        branch: String,
    },
    /// On neither.
    Nowhere,
}

/// What the changelog at a commit says of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangelogFact {
    /// It is not to be looked at.
    Off,
    /// There is no such file.
    Missing,
    /// It has no section for the version.
    NoSection,
    /// It has two.
    Twice,
    /// The section has no date.
    Undated,
    /// All well.
    Good,
}

/// The findings about one ref of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The tag.
    pub tag: Tag,
    /// What the ref is to point at.
    pub new: Option<ObjectId>,
    /// The commit behind it.
    pub commit: Option<ObjectId>,
    /// The rules that it breaks; empty = lawful.
    pub findings: Vec<Notice>,
    /// What should be known about a lawful tag.
    pub warnings: Vec<Notice>,
}

/// The versions that have tags, pre-releases included and rollbacks left out.
pub type Known = BTreeSet<semver::Version>;

/// The names of all tags, by their lower-case form.
pub type Names = HashMap<Vec<u8>, Vec<u8>>;

impl Policy {
    /// Returns whether a branch is one of the hotfix branches.
    pub fn is_hotfix(&self, branch: &str) -> bool {
        self.hotfix_branches.iter().any(|pattern| matches(pattern, branch))
    }
}

/// Returns whether `text` is what `pattern` says; `*` stands for one or more characters other than `/`.
pub fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => {
            let Some(rest) = text.strip_prefix(before) else { return false };
            let until = rest.find('/').unwrap_or(rest.len());
            (1..=until).filter(|end| rest.is_char_boundary(*end)).any(|end| matches(after, &rest[end..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_a_name_and_never_for_a_path() {
        for (pattern, text, expected) in [
            ("hotfix/*", "hotfix/login", true),
            ("hotfix/*", "hotfix/", false),
            ("hotfix/*", "hotfix/a/b", false),
            ("hotfix/*", "my-hotfix/a", false),
            ("release-*-fix", "release-1.2-fix", true),
            ("release-*-fix", "release-1.2", false),
            ("hotfix", "hotfix", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
