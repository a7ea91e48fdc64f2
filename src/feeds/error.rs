//! Why a feed could not be read.

use std::io;

use crate::domain::gravity::Gravity;
use crate::domain::notice::Notice;

/// Why a feed could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The server was not reached or did not answer whole in time.
    #[error("the server did not answer")]
    Unreached(#[source] reqwest::Error),
    /// The server answered with an error.
    #[error("the server answered {0}")]
    Answered(u16),
    /// The server sent us to another host, or from TLS to none.
    #[error("the server redirects to another host")]
    Redirected,
    /// The host is in a private network.
    #[error("the host has a private address")]
    Private,
    /// There is more of it than is read.
    #[error("it is larger than is read")]
    TooLarge,
    /// The address cannot be used.
    #[error("the address cannot be used")]
    Unusable,
    /// The file cannot be read.
    #[error("the file cannot be read")]
    File(#[source] io::Error),
    /// What stands there is no plain file.
    #[error("this is no plain file")]
    NoFile,
}

impl FeedError {
    /// Returns the id of the error, which never changes.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Unreached(_) => "TW-K050",
            Self::Answered(_) => "TW-K051",
            Self::Redirected => "TW-K052",
            Self::Private => "TW-K053",
            Self::TooLarge => "TW-K054",
            Self::Unusable => "TW-K055",
            Self::File(_) => "TW-K056",
            Self::NoFile => "TW-K057",
        }
    }

    /// Returns whether it may go away by itself; reading has no effect, so nothing is ever *unknown* here.
    pub fn gravity(&self) -> Gravity {
        match self {
            Self::Unreached(_) | Self::File(_) => Gravity::Transient,
            Self::Answered(status) if *status >= 500 || matches!(*status, 408 | 429) => Gravity::Transient,
            Self::Answered(_)
            | Self::Redirected
            | Self::Private
            | Self::TooLarge
            | Self::Unusable
            | Self::NoFile => Gravity::Permanent,
        }
    }

    /// Returns it as a message; no part of an address is in it, because people write keys into addresses.
    pub fn notice(&self) -> Notice {
        let notice = Notice::new(self.id());
        match self {
            Self::Answered(status) => notice.with("status", status),
            Self::File(error) => notice.with("why", error),
            Self::Unreached(_)
            | Self::Redirected
            | Self::Private
            | Self::TooLarge
            | Self::Unusable
            | Self::NoFile => notice,
        }
    }
}
