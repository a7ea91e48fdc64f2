//! What can go wrong between us and a channel, and how grave it is.
//!
//! The address of a channel is a secret: no variant holds it, and it is cut out of the causes.

use std::time::Duration;

use crate::domain::gravity::Gravity;
use crate::domain::notice::Notice;

/// A message that is not known to have arrived.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The configured address is none.
    #[error("the address of channel `{channel}` cannot be used")]
    BadAddress {
        /// The channel's name.
        channel: String,
    },
    /// No connection, so nothing was sent.
    #[error("no connection to channel `{channel}`")]
    Unreachable {
        /// The channel's name.
        channel: String,
        /// The cause, without the address.
        #[source]
        source: reqwest::Error,
    },
    /// The line broke, or the time was up, after the message may have left.
    #[error("no whole answer from channel `{channel}`")]
    Cut {
        /// The channel's name.
        channel: String,
        /// The cause, without the address.
        #[source]
        source: reqwest::Error,
    },
    /// Too many messages, or trouble on the other side.
    #[error("status {status} from channel `{channel}`")]
    Busy {
        /// The channel's name.
        channel: String,
        /// The status of the answer.
        status: u16,
        /// How long the channel asks us to wait.
        retry_after: Option<Duration>,
    },
    /// The channel does not take this message, or is no such channel at all.
    #[error("status {status} from channel `{channel}`: {answer}")]
    Refused {
        /// The channel's name.
        channel: String,
        /// The status of the answer.
        status: u16,
        /// The channel's own words, safe to show.
        answer: String,
    },
}

impl NotifyError {
    /// Sorts an error of the HTTP client.
    pub(super) fn sort(channel: &str, error: reqwest::Error) -> Self {
        let channel = channel.to_owned();
        let (builder, connect) = (error.is_builder(), error.is_connect());
        let source = error.without_url();
        match (builder, connect) {
            (true, _) => Self::BadAddress { channel },
            (false, true) => Self::Unreachable { channel, source },
            (false, false) => Self::Cut { channel, source },
        }
    }

    /// Returns the id of the message in the catalogue.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "TW-N001",
            Self::Cut { .. } => "TW-N002",
            Self::Busy { .. } => "TW-N003",
            Self::Refused { .. } => "TW-N004",
            Self::BadAddress { .. } => "TW-N005",
        }
    }

    /// Returns whether it is worth another try.
    pub fn gravity(&self) -> Gravity {
        match self {
            Self::Unreachable { .. } | Self::Busy { .. } => Gravity::Transient,
            Self::Cut { .. } => Gravity::Unknown,
            Self::Refused { .. } | Self::BadAddress { .. } => Gravity::Permanent,
        }
    }

    /// Returns how long the channel asks us to wait, when it does.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            Self::Unreachable { .. } | Self::Cut { .. } | Self::Refused { .. } | Self::BadAddress { .. } => {
                None
            }
        }
    }

    /// Returns the message for people, not yet worded.
    pub fn notice(&self) -> Notice {
        let notice = Notice::new(self.id());
        match self {
            Self::Unreachable { channel, .. } | Self::Cut { channel, .. } | Self::BadAddress { channel } => {
                notice.with("channel", channel)
            }
            Self::Busy { channel, status, .. } => notice.with("channel", channel).with("status", status),
            Self::Refused { channel, status, answer } => {
                notice.with("channel", channel).with("status", status).with("answer", answer)
            }
        }
    }
}
