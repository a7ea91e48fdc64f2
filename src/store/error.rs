//! Why something could not be kept or found.

use std::path::PathBuf;

use crate::domain::notice::Notice;

/// Why something could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite itself failed.
    #[error("the database could not be used")]
    Sqlite(#[from] rusqlite::Error),
    /// The commit failed; the store must be opened anew.
    #[error("the database could not be written to disk: {0}")]
    Commit(String),
    /// The writing thread is gone.
    #[error("the database is closed")]
    Closed,
    /// The SQLite that was linked can lose commits.
    #[error("SQLite {0} can lose commits in WAL mode; 3.51.3 or later is needed")]
    UnsoundSqlite(String),
    /// The file was written by a newer version.
    #[error("the database has version {found}, and this program knows versions up to {known}")]
    Newer {
        /// The version of the file.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// What was read is not what could have been written.
    #[error("the database holds something unreadable: {0}")]
    Unreadable(String),
    /// A file would be overwritten.
    #[error("`{}` exists already", .0.display())]
    Exists(PathBuf),
    /// The operating system refused.
    #[error("the state folder could not be used")]
    Io(#[from] std::io::Error),
}

impl StoreError {
    /// Returns the id of the error, which never changes.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "TW-S001",
            Self::Commit(_) => "TW-S002",
            Self::Closed => "TW-S003",
            Self::UnsoundSqlite(_) => "TW-S004",
            Self::Newer { .. } => "TW-S005",
            Self::Unreadable(_) => "TW-S006",
            Self::Exists(_) => "TW-S007",
            Self::Io(_) => "TW-S008",
        }
    }
    /// Returns what to tell people.
    pub fn notice(&self) -> Notice {
        let notice = Notice::new(self.id());
        match self {
            Self::Sqlite(error) => notice.with("why", error),
            Self::Commit(why) | Self::Unreadable(why) => notice.with("why", why),
            Self::Closed => notice,
            Self::UnsoundSqlite(version) => notice.with("version", version),
            Self::Newer { found, known } => notice.with("found", found).with("known", known),
            Self::Exists(path) => notice.with("path", path.display()),
            Self::Io(error) => notice.with("why", error),
        }
    }
}
