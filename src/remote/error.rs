//! What goes wrong between us and a host.

use crate::domain::gravity::Gravity;

/// An error from a host, or on the way there.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// No connection could be made; nothing was asked.
    #[error("the host cannot be reached: {why}")]
    Unreachable {
        /// What happened.
        why: String,
    },
    /// The host knows neither our key nor our login.
    #[error("the host does not let us in: {why}")]
    NotLetIn {
        /// What SSH says.
        why: String,
    },
    /// The host shows another key than the pinned one.
    #[error("the host's key is not the pinned one: {why}")]
    OtherKey {
        /// What SSH says, with the key's fingerprint.
        why: String,
    },
    /// The host was asked and did not answer to the end.
    #[error("the host did not finish its answer: {why}")]
    Unfinished {
        /// What happened.
        why: String,
    },
    /// The host answered that it cannot do this.
    #[error("the host cannot do this: {why}")]
    Incapable {
        /// What it says.
        why: String,
    },
    /// The request cannot be carried to a host.
    #[error("this cannot be carried to a host: {why}")]
    NotCarried {
        /// What is wrong with it.
        why: String,
    },
    /// The folder for SSH connections cannot be used.
    #[error("the folder for SSH connections cannot be used: {why}")]
    ControlFolder {
        /// What is wrong with it.
        why: String,
    },
}

impl RemoteError {
    /// Returns how grave it is.
    pub fn gravity(&self) -> Gravity {
        match self {
            Self::Unreachable { .. } => Gravity::Transient,
            Self::Unfinished { .. } => Gravity::Unknown,
            Self::NotLetIn { .. }
            | Self::OtherKey { .. }
            | Self::Incapable { .. }
            | Self::NotCarried { .. }
            | Self::ControlFolder { .. } => Gravity::Permanent,
        }
    }

    /// Returns the id of its message.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "TW-R001",
            Self::NotLetIn { .. } => "TW-R002",
            Self::OtherKey { .. } => "TW-R003",
            Self::Unfinished { .. } => "TW-R004",
            Self::Incapable { .. } => "TW-R005",
            Self::NotCarried { .. } => "TW-R006",
            Self::ControlFolder { .. } => "TW-R007",
        }
    }

    /// Returns the same error once more, for those who ask while it still counts.
    pub(super) fn again(&self) -> Self {
        match self {
            Self::Unreachable { why } => Self::Unreachable { why: why.clone() },
            Self::NotLetIn { why } => Self::NotLetIn { why: why.clone() },
            Self::OtherKey { why } => Self::OtherKey { why: why.clone() },
            Self::Unfinished { why } => Self::Unfinished { why: why.clone() },
            Self::Incapable { why } => Self::Incapable { why: why.clone() },
            Self::NotCarried { why } => Self::NotCarried { why: why.clone() },
            Self::ControlFolder { why } => Self::ControlFolder { why: why.clone() },
        }
    }
}
