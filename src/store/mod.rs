//! Everything that is kept: journal, releases, deliveries, outbox, tags, people, step logs, feeds, issues; the only room with SQL.
//!
//! One SQLite file in WAL mode with `synchronous=FULL`. One thread owns the one writing connection; it takes all
//! writes that have queued up, runs each in its own savepoint, commits them together and only then answers, so an
//! answered write survives a power loss and many writers share one sync. Readers have connections of their own.
//!
//! Races: (a) two writers: there is only one thread that writes; (b) a caller that goes away while its write is
//! queued: the write happens all the same, only nobody hears of it; (c) a commit that fails: every write of the batch
//! is answered with the failure, and the store counts as broken, because after a failed sync nothing that SQLite
//! holds in memory may be trusted; the daemon then ends and starts again.

mod audit;
mod checkpoints;
mod claims;
mod copies;
mod deliveries;
mod deployments;
mod error;
mod feeds;
mod issues;
mod journal;
mod logs;
mod outbox;
mod people;
mod rebuild;
mod releases;
mod schema;
mod tags;
mod teams;
mod writer;

pub use audit::{Audited, Torn, Trust};
pub use checkpoints::{KeptCheckpoint, Sealing};
pub use claims::{Claim, Patience};
pub use copies::{Kept, Restored, restore};
pub use deliveries::{Arrival, Delivery, DeliveryOutcome, NewDelivery, Stored};
pub use error::StoreError;
pub use feeds::{KeptFeed, kept_feed};
pub use issues::{CommentRow, IssueRow};
pub use journal::JournalRow;
pub use outbox::{NewOutbox, OutboxRow, OutboxState};
pub use people::{HoldRow, SessionRow, TokenRow};
pub use rebuild::rebuild;
pub use releases::{Advanced, ReleaseRecord};
pub use schema::{require_sound_sqlite, sqlite_version};
pub use tags::{KnownTag, TagNews};
pub use writer::Writing;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::{mpsc, oneshot};

use crate::seal::PublicKey;

/// The name of the database in the state folder.
pub const FILE: &str = "tagwarden.db";

/// The statements that the writing connection keeps: all that it has, or a wave of webhooks would push them out in turn.
const STATEMENTS: usize = 64;
/// Connections that readers share; more only wait for the two cores of a small machine.
const READERS: usize = 4;

/// The kept state; cheap to clone.
#[derive(Clone)]
pub struct Store {
    queue: mpsc::UnboundedSender<writer::Job>,
    readers: Arc<Mutex<Vec<Connection>>>,
    path: Arc<PathBuf>,
    broken: Arc<AtomicBool>,
    sealing: Option<Arc<Sealing>>,
}

/// What a reading closure gets: a connection in a read transaction.
pub struct Reading<'a>(pub(crate) &'a Connection);

impl Store {
    /// Opens the store in `folder`, creating or migrating it first.
    ///
    /// # Errors
    /// The SQLite in use has the WAL-reset bug, the file is from a newer version, or it cannot be opened.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_sealed(folder, None)
    }

    /// Opens the store as [`Store::open`] does; checkpoints of its journal are made as `sealing` says, or none.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_sealed(folder: &Path, sealing: Option<Sealing>) -> Result<Self, StoreError> {
        let path = folder.join(FILE);
        schema::require_sound_sqlite()?;
        // Made first, so that hashes and logs are for its owner alone whatever the folder and the umask allow; SQLite
        // gives the files beside it the same mode.
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        let mut connection = Connection::open(&path).map_err(StoreError::from)?;
        schema::prepare(&mut connection)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let broken = Arc::new(AtomicBool::new(false));
        let (queue, jobs) = mpsc::unbounded_channel();
        let sealing = sealing.map(Arc::new);
        writer::start(connection, jobs, Arc::clone(&broken), sealing.clone())?;
        Ok(Self { queue, readers: Arc::default(), path: Arc::new(path), broken, sealing })
    }

    /// Runs `change` on the writing thread and returns once it is durable.
    ///
    /// # Errors
    /// The change itself failed and nothing of it is kept, or the commit failed and the store is broken.
    pub async fn write<T, E>(
        &self,
        change: impl FnOnce(&Writing<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = writer::Job::new(change, answer);
        if self.queue.send(job).is_err() {
            return Err(E::from(StoreError::Closed));
        }
        answered.await.unwrap_or_else(|_| Err(E::from(StoreError::Closed)))
    }

    /// Runs `question` on a reading connection.
    ///
    /// # Errors
    /// What the question failed with.
    pub async fn read<T>(
        &self,
        question: impl FnOnce(&Reading<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
    {
        let store = self.clone();
        let done = tokio::task::spawn_blocking(move || store.read_now(question)).await;
        done.unwrap_or(Err(StoreError::Closed))
    }

    /// Runs `question` on the calling thread.
    ///
    /// # Errors
    /// What the question failed with.
    pub fn read_now<T>(
        &self,
        question: impl FnOnce(&Reading<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.reader()?;
        let answer = {
            let transaction = connection.transaction()?;
            question(&Reading(&transaction))
        };
        if let Ok(mut idle) = self.readers.lock()
            && idle.len() < READERS
        {
            idle.push(connection);
        }
        answer
    }

    /// Returns the key that signs the checkpoints of the journal, when there is one.
    pub fn checkpoint_key(&self) -> Option<&PublicKey> {
        self.sealing.as_deref().map(|sealing| sealing.key.public())
    }

    /// Returns whether a commit has failed, so that the daemon has to start again.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        if let Ok(mut idle) = self.readers.lock()
            && let Some(connection) = idle.pop()
        {
            return Ok(connection);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(self.path.as_ref(), flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(connection)
    }
}

#[cfg(test)]
mod tests;
