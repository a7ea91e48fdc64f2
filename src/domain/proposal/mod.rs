//! What the next version should be, and why: from the commits since the last release and from the changelog.
//!
//! Two sources are asked, and the higher one counts: the commits, read as Conventional Commits, and what stands in the
//! changelog for the coming release. Where they disagree the proposal says so. Which versions may come at all is asked
//! of the same rules that judge the tag at the door.

mod changelog;
mod compare;
mod level;
pub mod message;
mod propose;
mod reverts;
#[cfg(test)]
mod tests;

pub use changelog::{Pending, pending};
pub use compare::{Comparison, Misfiled, Unknown, compare};
pub use level::{BelowOne, Effect, Level, effect};
pub use propose::{Asking, Because, Candidate, Proposal, propose};

use jiff::Timestamp;

use crate::domain::names::ObjectId;
use message::Message;

/// One commit since the last release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// The ids of its parents.
    pub parents: Vec<ObjectId>,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: Option<Timestamp>,
    /// The first line of its message, as it is.
    pub subject: String,
    /// The rest of its message.
    pub body: String,
    /// What the message says.
    pub message: Message,
    /// The changelog entries that it added, each on one line.
    pub entries: Vec<String>,
}

impl Commit {
    /// Returns whether it merges others.
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}

/// The groups in which commits are shown, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Whatever breaks something.
    Breaking,
    /// New things.
    Features,
    /// Repairs.
    Fixes,
    /// Whatever takes something back.
    Reverts,
    /// Changes of another known type: documentation, tests and the like.
    Rest,
    /// Subjects that follow no convention.
    Other,
    /// Merges.
    Merges,
    /// Commits that were taken back before they were ever released, and their reverts.
    TakenBack,
}

impl Group {
    /// Returns all groups in order.
    pub const ALL: [Self; 8] = [
        Self::Breaking,
        Self::Features,
        Self::Fixes,
        Self::Reverts,
        Self::Rest,
        Self::Other,
        Self::Merges,
        Self::TakenBack,
    ];

    /// Returns its name, which never changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Features => "features",
            Self::Fixes => "fixes",
            Self::Reverts => "reverts",
            Self::Rest => "rest",
            Self::Other => "other",
            Self::Merges => "merges",
            Self::TakenBack => "taken_back",
        }
    }
}
