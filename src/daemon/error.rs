//! Why the house could not be opened, or had to close.

use std::io;
use std::path::PathBuf;

use crate::domain::notice::Notice;
use crate::engine::EngineError;
use crate::forgejo::ForgeError;
use crate::store::StoreError;

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
    /// The store failed while the daemon ran.
    #[error("the store failed; what was answered before is safe")]
    StoreBroken,
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
    /// Returns what to tell people; the cause is the value `why`.
    pub fn notice(&self) -> Notice {
        let id = match self {
            Self::Taken(_) => "TW-U020",
            Self::Folder { .. } => "TW-U021",
            Self::Store(error) => error.id(),
            Self::StoreBroken => "TW-U022",
            Self::Forge(error) => return error.notice(),
            Self::Http(_) => "TW-U023",
            Self::Engine(error) => return error.notice(),
            Self::Listen(_) => "TW-U024",
            Self::Socket { .. } => "TW-U025",
        };
        Notice::new(id)
    }
}
