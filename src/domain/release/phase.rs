//! Where a release stands on its road.

use serde::{Deserialize, Serialize};

/// The phase of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Its gates are not all open.
    Waiting,
    /// Its steps run.
    Deploying,
    /// It runs; the smoke tests do too.
    Smoke,
    /// It is looked at until the end of the watch.
    Watching,
    /// All is well; people are being told.
    Announcing,
    /// It is done.
    Complete,
    /// Its tag broke a rule.
    Refused,
    /// An approver said no.
    Denied,
    /// A person took it off the road before anything was changed.
    Withdrawn,
    /// A newer release contains it.
    Superseded,
    /// What ran before is being brought back.
    RollingBack,
    /// What ran before runs again.
    RolledBack,
    /// The way back failed; a named person has to lead out.
    Stuck,
}

impl Phase {
    /// All phases, in the order of the table's columns.
    pub const ALL: [Phase; 13] = [
        Self::Waiting,
        Self::Deploying,
        Self::Smoke,
        Self::Watching,
        Self::Announcing,
        Self::Complete,
        Self::Refused,
        Self::Denied,
        Self::Withdrawn,
        Self::Superseded,
        Self::RollingBack,
        Self::RolledBack,
        Self::Stuck,
    ];

    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Deploying => "deploying",
            Self::Smoke => "smoke",
            Self::Watching => "watching",
            Self::Announcing => "announcing",
            Self::Complete => "complete",
            Self::Refused => "refused",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
            Self::Superseded => "superseded",
            Self::RollingBack => "rolling_back",
            Self::RolledBack => "rolled_back",
            Self::Stuck => "stuck",
        }
    }

    /// Returns the phase with this stable name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name() == name)
    }

    /// Returns whether the environment belongs to the release in this phase.
    pub fn occupies(self) -> bool {
        match self {
            Self::Deploying
            | Self::Smoke
            | Self::Watching
            | Self::Announcing
            | Self::RollingBack
            | Self::Stuck => true,
            Self::Waiting
            | Self::Complete
            | Self::Refused
            | Self::Denied
            | Self::Withdrawn
            | Self::Superseded
            | Self::RolledBack => false,
        }
    }

    /// Returns whether a release that is here may be taken back.
    pub fn may_go_back(self) -> bool {
        match self {
            Self::Deploying | Self::Smoke | Self::Watching | Self::Announcing | Self::Complete => true,
            Self::Waiting
            | Self::Refused
            | Self::Denied
            | Self::Withdrawn
            | Self::Superseded
            | Self::RollingBack
            | Self::RolledBack
            | Self::Stuck => false,
        }
    }

    /// Returns whether the daemon has nothing left to do by itself.
    pub fn is_over(self) -> bool {
        match self {
            Self::Complete
            | Self::Refused
            | Self::Denied
            | Self::Withdrawn
            | Self::Superseded
            | Self::RolledBack => true,
            Self::Waiting
            | Self::Deploying
            | Self::Smoke
            | Self::Watching
            | Self::Announcing
            | Self::RollingBack
            | Self::Stuck => false,
        }
    }
}
