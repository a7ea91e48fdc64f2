//! Builds the engine from its parts and runs its loops until they are told to stop.
//!
//! Starting is recovering: nothing is prepared or cleaned; every loop begins with a look at what is true.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{Notify, OnceCell, Semaphore, broadcast};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::calendar::Calendar;
use crate::domain::journal::{Fact, HouseEvent, Stamp};
use crate::engine::feeds::Feeds;
use crate::engine::guarded::Guarded;
use crate::engine::{Engine, EngineError, Inner, Place, tell};
use crate::forgejo;
use crate::git::mirror::Mirror;
use crate::points;
use crate::remote::{Folders, Host};
use crate::store::{Store, StoreError};

/// How many changes a slow listener may be behind before it has to look for itself.
const CHANGES: usize = 1024;
/// How many mirrors are fetched at the same time: fifty pushes in one second must not start fifty gits, which would
/// leave no processor time for answering webhooks. Few enough for two cores, enough for a slow first clone or two.
const FETCHES: usize = 4;

/// What the engine is built from.
pub struct Parts {
    /// The configuration.
    pub config: Arc<Config>,
    /// The kept state.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// The forge.
    pub forge: forgejo::Forge,
    /// For probes and chats: no redirects, no proxy.
    pub http: reqwest::Client,
    /// The folder for what lives only as long as the daemon: SSH control sockets, known hosts.
    pub runtime: PathBuf,
}

impl Engine {
    /// Builds the engine; nothing runs yet.
    ///
    /// # Errors
    /// A folder cannot be used.
    pub fn new(parts: Parts) -> Result<Self, EngineError> {
        let Parts { config, store, clock, forge, http, runtime } = parts;
        let folders = Folders { runtime, state: config.server.state_dir.clone() };
        let mut places = Vec::new();
        let mut repositories = Vec::new();
        for repository in &config.repositories {
            let url = repository
                .clone_url
                .clone()
                .unwrap_or_else(|| format!("{}/{}.git", config.forge.url, repository.name));
            let folder =
                config.server.state_dir.join("mirrors").join(format!("{}.git", repository.name.slug()));
            let token =
                url.starts_with(&format!("{}/", config.forge.url)).then(|| config.forge.token.clone());
            repositories.push(Guarded::new(repository, Mirror::new(folder, url, token)));
            for environment in &repository.environments {
                let calendars: Vec<Calendar> = environment
                    .calendars
                    .iter()
                    .filter_map(|name| config.calendars.get(name))
                    .cloned()
                    .collect();
                let scope = format!("{}.{}", repository.name.slug(), environment.name);
                let mut hosts = BTreeMap::new();
                for host in &environment.hosts {
                    hosts.insert(host.name.clone(), Host::open(host, &scope, &folders));
                }
                places.push(Arc::new(Place::new(repository, environment, calendars, hosts)));
            }
        }
        let (changes, _) = broadcast::channel(CHANGES);
        let (outbox, fetches) = (Notify::new(), Semaphore::new(FETCHES));
        let feeds = Feeds::new(&config.feeds);
        Ok(Self(Arc::new(Inner {
            config,
            store,
            clock,
            forge,
            http,
            repositories,
            places,
            feeds,
            outbox,
            account: OnceCell::new(),
            fetches,
            changes,
        })))
    }

    /// Writes down that the daemon started and looks once at every repository, so that what was missed is found.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn recover(&self) -> Result<(), EngineError> {
        points::before("recover").map_err(StoreError::from)?;
        let stamp = Stamp::daemon(self.0.clock.now());
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let checkpoint_key = self.0.store.checkpoint_key().map(ToString::to_string);
        // From here on the journal names the key, so a checkpoint follows at once.
        let at = stamp.at;
        let opened = HouseEvent::Opened { version, checkpoint_key };
        points::before("house").map_err(StoreError::from)?;
        self.0
            .store
            .write(move |w| -> Result<_, StoreError> {
                let seq = w.append(&stamp, Fact::House { what: opened })?;
                w.show_issues_again(seq, &tell::issue_row(), at)?;
                w.checkpoint(at)
            })
            .await?;
        points::after("house").map_err(StoreError::from)?;
        // Before any gate is asked: what was good before the restart is good after it.
        self.remember_feeds().await?;
        Ok(points::after("recover").map_err(StoreError::from)?)
    }

    /// Runs every loop until `stop`; returns once all have ended.
    pub async fn run(&self, stop: CancellationToken) {
        let mut loops = JoinSet::new();
        for place in 0..self.0.repositories.len() {
            loops.spawn(self.clone().attend(place, stop.clone()));
            loops.spawn(self.clone().listen(place, stop.clone()));
        }
        for place in &self.0.places {
            loops.spawn(self.clone().drive(Arc::clone(place), stop.clone()));
            loops.spawn(self.clone().tend_gates(Arc::clone(place), stop.clone()));
        }
        for feed in 0..self.0.config.feeds.len() {
            loops.spawn(self.clone().tend(feed, stop.clone()));
        }
        loops.spawn(self.clone().tell_world(stop.clone()));
        loops.spawn(self.clone().keep_checkpoints(stop.clone()));
        while let Some(ended) = loops.join_next().await {
            if let Err(error) = ended
                && error.is_panic()
            {
                // A loop that panicked may have left its environment unattended: the daemon starts again instead.
                tracing::error!("a loop of the engine panicked; the daemon stops so that it is started anew");
                stop.cancel();
            }
        }
    }

    /// Returns what keeps the house from working.
    pub fn troubles(&self) -> Vec<crate::domain::notice::Notice> {
        let mut troubles = self.look_troubles();
        troubles.extend(self.0.places.iter().filter_map(|place| place.trouble()));
        if self.0.store.is_broken() {
            troubles.insert(
                0,
                crate::domain::notice::Notice::new("TW-S002").with("why", "an earlier write failed"),
            );
        }
        troubles
    }

    /// Returns the figures of the house in the OpenMetrics text form.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn metrics(&self) -> Result<String, EngineError> {
        let (phases, outbox, (deliveries, pending), (journal, _)) = self
            .0
            .store
            .read(|r| Ok((r.count_by_phase()?, r.count_outbox()?, r.count_deliveries()?, r.journal_end()?)))
            .await?;
        let mut text = String::new();
        let version = env!("CARGO_PKG_VERSION");
        text.push_str("# TYPE tagwarden_build info\n");
        text.push_str(&format!("tagwarden_build_info{{version=\"{version}\"}} 1\n"));
        text.push_str("# TYPE tagwarden_releases gauge\n");
        for (phase, count) in phases {
            text.push_str(&format!("tagwarden_releases{{phase=\"{phase}\"}} {count}\n"));
        }
        text.push_str("# TYPE tagwarden_outbox_rows gauge\n");
        for (state, count) in outbox {
            text.push_str(&format!("tagwarden_outbox_rows{{state=\"{state}\"}} {count}\n"));
        }
        text.push_str("# TYPE tagwarden_deliveries gauge\n");
        text.push_str(&format!("tagwarden_deliveries{{state=\"kept\"}} {deliveries}\n"));
        text.push_str(&format!("tagwarden_deliveries{{state=\"pending\"}} {pending}\n"));
        text.push_str("# TYPE tagwarden_journal_entries gauge\n");
        text.push_str(&format!("tagwarden_journal_entries {journal}\n"));
        text.push_str(&self.feed_figures());
        text.push_str("# EOF\n");
        Ok(text)
    }

    /// Returns when the clock of the house stands.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
}
