//! Why the engine could not go on with something.

use crate::domain::names::ReleaseId;
use crate::domain::notice::Notice;
use crate::domain::release::Illegal;
use crate::forgejo::ForgeError;
use crate::git::GitError;
use crate::store::StoreError;

/// Why the engine could not go on with something; it will be tried again.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The forge could not be asked.
    #[error("the forge could not be asked")]
    Forge(#[from] ForgeError),
    /// The mirror could not be brought up to date or read.
    #[error("the mirror failed")]
    Git(#[from] GitError),
    /// Something else happened to the release first.
    #[error("release {release}")]
    Overtaken {
        /// Which.
        release: ReleaseId,
        /// What is not possible any more.
        #[source]
        illegal: Illegal,
    },
    /// There is no such release.
    #[error("there is no release {0}")]
    Unknown(ReleaseId),
    /// The forge does not know a guarded repository, or the token may not see it.
    #[error("the forge does not know the repository `{0}`, or the token may not see it")]
    NoRepository(String),
    /// A blocking piece of work ended abnormally.
    #[error("a piece of work ended abnormally")]
    Task(#[from] tokio::task::JoinError),
}

impl EngineError {
    /// Returns the id of the error, which never changes.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Store(error) => error.id(),
            Self::Forge(error) => error.id(),
            Self::Git(error) => error.id(),
            Self::Overtaken { .. } => "TW-E001",
            Self::Unknown(_) => "TW-E002",
            Self::NoRepository(_) => "TW-E003",
            Self::Task(_) => "TW-E004",
        }
    }

    /// Returns what to tell people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Forge(error) => error.notice(),
            Self::Store(error) => error.notice(),
            Self::Git(_) | Self::Task(_) => Notice::new(self.id()).with("why", chain(self)),
            Self::Overtaken { release, illegal } => {
                Notice::new("TW-E001").with("release", release).with("phase", illegal.phase.name())
            }
            Self::Unknown(release) => Notice::new("TW-E002").with("release", release),
            Self::NoRepository(name) => Notice::new("TW-E003").with("repository", name),
        }
    }
}

/// Returns an error with all its causes in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
