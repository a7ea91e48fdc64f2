//! What can go wrong between us and Forgejo, and how grave it is.
//!
//! No error carries the token: it travels in a header that is marked as sensitive, and addresses are cut out.

use std::time::Duration;

use crate::domain::gravity::Gravity;
use crate::domain::names::ObjectId;
use crate::domain::notice::Notice;

/// An error of the forge's API.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// The configuration cannot be used.
    #[error("the forge's address or token cannot be used: {why}")]
    Unusable {
        /// Which part, in words.
        why: &'static str,
    },
    /// No connection, so nothing was asked.
    #[error("no connection for `{call}`")]
    Unreachable {
        /// What was asked.
        call: &'static str,
        /// The cause, without the address.
        #[source]
        source: reqwest::Error,
    },
    /// The line broke, or the time was up, after the request may have left.
    #[error("no whole answer to `{call}`")]
    Cut {
        /// What was asked.
        call: &'static str,
        /// The cause, without the address.
        #[source]
        source: reqwest::Error,
    },
    /// Overloaded, restarting or broken: status 429 or 5xx, or a conflict that goes away by itself.
    #[error("status {status} for `{call}`")]
    Busy {
        /// What was asked.
        call: &'static str,
        /// The answer's status.
        status: u16,
        /// How long the forge asks us to wait.
        retry_after: Option<Duration>,
    },
    /// The forge says no.
    #[error("status {status} for `{call}`: {message}")]
    Refused {
        /// What was asked.
        call: &'static str,
        /// The answer's status.
        status: u16,
        /// The forge's own words.
        message: String,
    },
    /// The answer is too large, has the wrong shape, or leads elsewhere.
    #[error("the answer to `{call}` cannot be read: {why}")]
    Unreadable {
        /// What was asked.
        call: &'static str,
        /// What is wrong with it.
        why: &'static str,
        /// The parser's words.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// The tag to publish a release for does not exist.
    #[error("tag `{tag}` does not exist")]
    TagMissing {
        /// Its name.
        tag: String,
    },
    /// The tag points at something else than was judged.
    #[error("tag `{tag}` points at {found}, not at {expected}")]
    TagMoved {
        /// Its name.
        tag: String,
        /// What was judged.
        expected: ObjectId,
        /// What stands there.
        found: ObjectId,
    },
}

impl ForgeError {
    /// Returns the id of the message in the catalogue.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "TW-F011",
            Self::Cut { .. } => "TW-F012",
            Self::Busy { .. } => "TW-F013",
            Self::Refused { status: 401, .. } => "TW-F014",
            Self::Refused { .. } => "TW-F015",
            Self::Unreadable { .. } => "TW-F016",
            Self::TagMissing { .. } => "TW-F017",
            Self::TagMoved { .. } => "TW-F018",
            Self::Unusable { .. } => "TW-F019",
        }
    }

    /// Returns whether it is worth another try.
    pub fn gravity(&self) -> Gravity {
        match self {
            Self::Unreachable { .. } | Self::Busy { .. } => Gravity::Transient,
            Self::Cut { .. } => Gravity::Unknown,
            Self::Refused { .. }
            | Self::Unreadable { .. }
            | Self::TagMissing { .. }
            | Self::TagMoved { .. }
            | Self::Unusable { .. } => Gravity::Permanent,
        }
    }

    /// Returns how long the forge asks us to wait, when it does.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            Self::Unusable { .. }
            | Self::Unreachable { .. }
            | Self::Cut { .. }
            | Self::Refused { .. }
            | Self::Unreadable { .. }
            | Self::TagMissing { .. }
            | Self::TagMoved { .. } => None,
        }
    }

    /// Returns the message for people, not yet worded.
    pub fn notice(&self) -> Notice {
        let notice = Notice::new(self.id());
        match self {
            Self::Unusable { why } => notice.with("why", why),
            Self::Unreachable { call, .. } | Self::Cut { call, .. } | Self::Unreadable { call, .. } => {
                notice.with("call", call)
            }
            Self::Busy { call, status, .. } => notice.with("call", call).with("status", status),
            Self::Refused { call, status, message } => {
                notice.with("call", call).with("status", status).with("message", message)
            }
            Self::TagMissing { tag } => notice.with("tag", tag),
            Self::TagMoved { tag, expected, found } => {
                notice.with("tag", tag).with("expected", expected.short()).with("found", found.short())
            }
        }
    }

    /// Returns whether the forge answered that there is no such thing (or that we may not know of it).
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }
}
