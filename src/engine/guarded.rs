//! A repository whose tags are watched: its mirror, what wakes its loop, and what was learnt of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

use crate::config::Repository;
use crate::domain::names::RepositoryName;
use crate::domain::notice::Notice;
use crate::git::mirror::Mirror;

/// A repository that is guarded.
pub struct Guarded {
    pub(super) repository: Repository,
    pub(super) mirror: Mirror,
    pub(super) nudge: Notify,
    /// Held while the mirror is brought up to date, so that two fetches never meet.
    pub(super) fetching: tokio::sync::Mutex<()>,
    id: AtomicU64,
    trouble: Mutex<Option<Notice>>,
}

impl Guarded {
    /// Returns a guarded repository; its number is learnt later.
    pub fn new(repository: &Repository, mirror: Mirror) -> Self {
        Self {
            repository: repository.clone(),
            mirror,
            nudge: Notify::new(),
            fetching: tokio::sync::Mutex::new(()),
            id: AtomicU64::new(0),
            trouble: Mutex::new(None),
        }
    }

    /// Returns whether this is the repository with that number, or with that name while the number is not known.
    pub fn is(&self, name: &RepositoryName, id: u64) -> bool {
        match self.id() {
            Some(own) => own == id,
            None => self.repository.name.same_as(name),
        }
    }

    /// Returns the repository's number, once it is known.
    pub fn id(&self) -> Option<u64> {
        Some(self.id.load(Ordering::Acquire)).filter(|id| *id != 0)
    }

    /// Remembers the repository's number.
    pub(super) fn know(&self, id: u64) {
        self.id.store(id, Ordering::Release);
    }

    /// Returns what kept the last look from succeeding.
    pub fn trouble(&self) -> Option<Notice> {
        self.trouble.lock().ok().and_then(|trouble| trouble.clone())
    }

    /// Remembers what kept the last look from succeeding, or that it did.
    pub(super) fn set_trouble(&self, notice: Option<Notice>) {
        if let Ok(mut trouble) = self.trouble.lock() {
            *trouble = notice;
        }
    }
}
