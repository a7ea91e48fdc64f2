//! Why the house could not be opened, or had to close.

use std::error::Error as _;
use std::io;
use std::path::PathBuf;

use crate::domain::notice::Notice;
use crate::engine::{EngineError, chain};
use crate::forgejo::ForgeError;
use crate::seal::{FileError, NoKey};
use crate::store::{StoreError, Torn};

/// Why the house could not be opened, or had to close.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// Another daemon has the state folder.
    #[error("another daemon works on `{}`", .0.display())]
    Taken(PathBuf),
    /// A folder cannot be used.
    #[error("`{}` cannot be used", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The store cannot be opened.
    #[error("the store cannot be opened")]
    Store(#[from] StoreError),
    /// The record is not whole at its end.
    #[error("the record is damaged")]
    Torn(Torn),
    /// The key in the state folder cannot be used.
    #[error("the key for checkpoints cannot be used")]
    Key(#[from] FileError),
    /// The key that is configured cannot be used.
    #[error("the key for checkpoints cannot be used")]
    ConfiguredKey(#[source] NoKey),
    /// The store failed while the daemon ran.
    #[error("the store failed; what was answered before is safe")]
    StoreBroken,
    /// A part of the daemon ended although nobody asked it to.
    #[error("a part of the daemon ended by itself")]
    Ended,
    /// The forge's address or token cannot be used.
    #[error("the forge cannot be used")]
    Forge(#[from] ForgeError),
    /// The client for probes and chats cannot be made.
    #[error("outgoing requests are not possible")]
    Http(#[from] reqwest::Error),
    /// The engine cannot be built.
    #[error("the engine cannot be built")]
    Engine(#[from] EngineError),
    /// An address cannot be listened on.
    #[error("the address cannot be listened on")]
    Listen(#[source] io::Error),
    /// The control socket cannot be made.
    #[error("the control socket `{}` cannot be made", path.display())]
    Socket {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl DaemonError {
    /// Returns what to tell people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Taken(path) => Notice::new("TW-U020").with("path", path.display()),
            Self::Folder { path, source } => {
                Notice::new("TW-U021").with("path", path.display()).with("why", source)
            }
            Self::Store(error) => error.notice(),
            // What exactly was found is a notice of its own.
            Self::Torn(Torn::Record(_)) => Notice::new("TW-A010"),
            Self::Torn(Torn::Listed(release)) => Notice::new("TW-A011").with("release", release),
            Self::Key(error @ (FileError::Io { path, .. } | FileError::NoKey { path, .. })) => {
                let why = error.source().map_or_else(String::new, ToString::to_string);
                Notice::new("TW-A012").with("path", path.display()).with("why", why)
            }
            Self::ConfiguredKey(why) => Notice::new("TW-A013").with("why", why),
            Self::StoreBroken => Notice::new("TW-U022"),
            Self::Ended => Notice::new("TW-U027"),
            Self::Forge(error) => error.notice(),
            Self::Http(error) => Notice::new("TW-U023").with("why", chain(error)),
            Self::Engine(error) => error.notice(),
            Self::Listen(error) => Notice::new("TW-U024").with("why", error),
            Self::Socket { path, source } => {
                Notice::new("TW-U025").with("path", path.display()).with("why", source)
            }
        }
    }
}
