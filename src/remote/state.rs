//! What a host says about a step, and about who has taken it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::names::ReleaseId;

/// The state of a step on its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// It was never started.
    Absent,
    /// It is there and about to run.
    Starting,
    /// Something that belongs to it runs.
    Running,
    /// It ended by itself, at its limit (124) or by a cancel (130).
    Finished {
        /// Its exit status.
        status: i32,
    },
    /// It ended without leaving a status.
    Lost {
        /// The host was started anew since.
        rebooted: bool,
    },
    /// It was not started: the host has seen a newer release.
    Refused {
        /// The number of that release.
        token: u64,
    },
}

/// A part of a step's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPart {
    /// The bytes; empty when there is nothing new.
    pub bytes: Vec<u8>,
    /// Where the next part begins.
    pub next: u64,
}

/// Who has taken an environment on a host, since when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentLock {
    /// The release that it is taken for.
    pub release: ReleaseId,
    /// The person behind it.
    pub who: String,
    /// Since when.
    pub since: Timestamp,
    /// What for.
    pub why: String,
}
