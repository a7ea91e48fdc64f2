//! Why a repository could not be looked into or spoken to.

use std::io;
use std::path::PathBuf;

/// Why a repository could not be looked into or spoken to.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// libgit2 could not read something.
    #[error("the repository could not be read")]
    Read(#[from] git2::Error),
    /// The repository uses something that cannot be read here.
    #[error("the repository uses {0}, which cannot be read")]
    Unsupported(&'static str),
    /// The program `git` could not be started or waited for.
    #[error("the program git could not be run")]
    Run(#[source] io::Error),
    /// The program `git` took too long.
    #[error("git {what} did not end within {seconds} s")]
    Slow {
        /// What it was doing.
        what: &'static str,
        /// The limit.
        seconds: u64,
    },
    /// The program `git` failed.
    #[error("git {what} failed: {said}")]
    Failed {
        /// What it was doing.
        what: &'static str,
        /// What it said, on one line.
        said: String,
    },
    /// The other side refuses what was pushed.
    #[error("the push was refused: {said}")]
    Refused {
        /// What it said, on one line.
        said: String,
    },
    /// A tag of this name points elsewhere.
    #[error("the tag `{0}` exists already and points elsewhere")]
    TagExists(String),
    /// A folder cannot be used.
    #[error("`{}` cannot be used", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that says who may sign cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Signers {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The program `ssh-keygen` could not be started or waited for.
    #[error("the program ssh-keygen could not be run")]
    Keygen(#[source] io::Error),
    /// An object is not what it should be.
    #[error("{0}")]
    Odd(String),
}

impl GitError {
    /// Returns the id of the error, which never changes.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Read(_) => "TW-G001",
            Self::Unsupported(_) => "TW-G002",
            Self::Run(_) => "TW-G003",
            Self::Slow { .. } => "TW-G004",
            Self::Failed { .. } => "TW-G005",
            Self::Refused { .. } => "TW-G006",
            Self::TagExists(_) => "TW-G007",
            Self::Folder { .. } => "TW-G008",
            Self::Odd(_) => "TW-G009",
            Self::Signers { .. } => "TW-G010",
            Self::Keygen(_) => "TW-G011",
        }
    }

    /// Returns whether trying again can never help.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Unsupported(_) | Self::Refused { .. } | Self::TagExists(_) | Self::Odd(_) => true,
            Self::Read(_) | Self::Run(_) | Self::Slow { .. } | Self::Failed { .. } | Self::Folder { .. } => {
                false
            }
            Self::Signers { .. } | Self::Keygen(_) => false,
        }
    }
}
