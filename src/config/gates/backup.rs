//! The gate that wants a fresh backup, as meant.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::domain::names::HostName;

/// Table `[repository.environment.gates.backup]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The host on which to look; `None` = the first one.
    pub host: Option<HostName>,
    /// How the age of the newest backup is learnt.
    pub source: BackupSource,
    /// What takes a backup when there is no young one; `None` = it is waited for.
    pub take: Option<Take>,
}

/// How the age of the newest backup is learnt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackupSource {
    /// From restic's list of snapshots.
    Restic {
        /// The program that prints it as JSON, with its arguments.
        run: Vec<String>,
    },
    /// From borg's list of archives.
    Borg {
        /// The program that prints it as JSON, with its arguments.
        run: Vec<String>,
        /// The zone of the times in it; `None` = that of the first calendar.
        zone: Option<TimeZone>,
    },
    /// From the newest file.
    File {
        /// What its path looks like.
        pattern: String,
        /// The ending of the file with its checksum, beside it.
        checksum: Option<String>,
        /// The least size, in bytes.
        min_size: u64,
    },
    /// From the newest PostgreSQL dump in custom format.
    Postgres {
        /// What its path looks like.
        pattern: String,
        /// The least size, in bytes.
        min_size: u64,
        /// The zone of the time in its head; `None` = that of the first calendar.
        zone: Option<TimeZone>,
    },
    /// From a command that prints an instant.
    Command {
        /// The program and its arguments.
        run: Vec<String>,
    },
}

/// The program that takes a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// The program and its arguments.
    pub run: Vec<String>,
    /// The longest that it may last.
    pub limit: Duration,
}
