//! A repository whose tags are watched: its mirror, what wakes its loop, and what was learnt of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::config::Repository;
use crate::domain::names::RepositoryName;
use crate::domain::notice::Notice;
use crate::git::mirror::Mirror;
use crate::store::Arrival;

/// A repository that is guarded.
pub struct Guarded {
    pub(super) repository: Repository,
    pub(super) mirror: Mirror,
    pub(super) nudge: Notify,
    /// Wakes the loop that listens to comments.
    pub(super) said: Notify,
    /// Held while the mirror is brought up to date, so that two fetches never meet.
    pub(super) fetching: tokio::sync::Mutex<()>,
    issue_opened: AtomicBool,
    id: AtomicU64,
    trouble: Mutex<Option<Notice>>,
    heard: Mutex<Option<Arrival>>,
}

impl Guarded {
    /// Returns a guarded repository; its number is learnt later.
    pub fn new(repository: &Repository, mirror: Mirror) -> Self {
        Self {
            repository: repository.clone(),
            mirror,
            nudge: Notify::new(),
            said: Notify::new(),
            fetching: tokio::sync::Mutex::new(()),
            issue_opened: AtomicBool::new(false),
            id: AtomicU64::new(0),
            trouble: Mutex::new(None),
            heard: Mutex::new(None),
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
        self.said.notify_one();
    }

    /// Remembers that an issue was opened: somebody may have commented before its number was known here.
    pub(super) fn opened_issue(&self) {
        self.issue_opened.store(true, Ordering::Release);
        self.said.notify_one();
    }

    /// Returns whether an issue was opened since this was asked last.
    pub(super) fn take_opened_issue(&self) -> bool {
        self.issue_opened.swap(false, Ordering::AcqRel)
    }

    /// Returns the newest signed webhook of this process's life, whatever it told.
    pub(super) fn heard(&self) -> Option<Arrival> {
        self.heard.lock().ok().and_then(|heard| heard.clone())
    }

    /// Remembers that a signed webhook came; only those that tell of tags are kept for longer.
    pub(super) fn hear(&self, event: &str, received_at: Timestamp) {
        let repository = self.repository.name.to_string();
        if let Ok(mut heard) = self.heard.lock() {
            *heard = Some(Arrival { repository, event: event.to_owned(), received_at });
        }
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
