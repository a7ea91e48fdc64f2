//! One environment of one repository: everything that its driver needs to know of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use crate::config::{Environment, Repository, Who};
use crate::domain::calendar::Calendar;
use crate::domain::names::HostName;
use crate::domain::notice::Notice;
use crate::engine::gates::GateMemory;
use crate::remote::Host;

/// One environment of one repository.
pub struct Place {
    /// The repository.
    pub repository: Repository,
    /// The environment.
    pub environment: Environment,
    /// Its calendars.
    pub calendars: Vec<Calendar>,
    /// The zone in which its people read times: that of its first calendar.
    pub zone: TimeZone,
    /// Its hosts.
    pub(super) hosts: BTreeMap<HostName, Host>,
    /// Wakes its driver.
    pub(super) nudge: Arc<Notify>,
    /// What its automatic gates saw last.
    pub(super) gates: GateMemory,
    /// The repository's number on the forge; 0 = not known yet.
    repository_id: AtomicU64,
    /// What keeps a way back from beginning.
    trouble: Mutex<Option<Notice>>,
}

impl Place {
    /// Returns the place for an environment of a repository.
    pub fn new(
        repository: &Repository,
        environment: &Environment,
        calendars: Vec<Calendar>,
        hosts: BTreeMap<HostName, Host>,
    ) -> Self {
        let zone = calendars.first().map_or(TimeZone::UTC, |calendar| calendar.zone.clone());
        Self {
            repository: repository.clone(),
            environment: environment.clone(),
            calendars,
            zone,
            hosts,
            nudge: Arc::new(Notify::new()),
            gates: GateMemory::default(),
            repository_id: AtomicU64::new(0),
            trouble: Mutex::new(None),
        }
    }

    /// Returns what keeps a way back from beginning.
    pub fn trouble(&self) -> Option<Notice> {
        self.trouble.lock().ok().and_then(|trouble| trouble.clone())
    }

    pub(super) fn set_trouble(&self, notice: Option<Notice>) {
        if let Ok(mut trouble) = self.trouble.lock() {
            *trouble = notice;
        }
    }

    /// Returns the scope under which people hold this environment.
    pub fn scope(&self) -> String {
        format!("{} {}", self.repository.name, self.environment.name)
    }

    /// Returns a digest of where, how, behind which gates and with whose approval a release would be deployed; part of
    /// what an approval binds.
    pub fn target(&self) -> String {
        let mut hasher = Sha256::new();
        let environment = &self.environment;
        hasher.update(format!(
            "{:?}",
            (
                &environment.hosts,
                &environment.deploy,
                &environment.healthcheck,
                &environment.smoke,
                &environment.watch,
                &environment.gates,
                &environment.signoff,
                (&environment.approvers, environment.approvals, environment.self_approval),
            )
        ));
        hex::encode(hasher.finalize())
    }

    /// Returns who may approve, as the configuration names them.
    pub fn approvers(&self) -> Vec<String> {
        self.environment.approvers.iter().map(Who::to_string).collect()
    }

    /// Returns the repository's number on the forge, once it is known.
    pub fn repository_id(&self) -> Option<u64> {
        match self.repository_id.load(Ordering::Acquire) {
            0 => None,
            id => Some(id),
        }
    }

    /// Remembers the repository's number.
    pub(super) fn know(&self, repository_id: u64) {
        self.repository_id.store(repository_id, Ordering::Release);
    }
}
