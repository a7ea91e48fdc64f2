//! Builds the house from the configuration, starts its tasks and stops them in order.
//!
//! One daemon per state folder: a lock on a file in it is held until the process ends, however it ends. The order of
//! starting is: lock, store, a look at the end of its record, engine, first words in the journal, control socket, windows, *ready*. The order of
//! stopping is the reverse, with a deadline; a deployment that runs on a host goes on there and is found again.
//!
//! Races: (a) two daemons are started on one folder: the second finds the lock taken and ends; (b) the process is
//! killed: the kernel lets the lock go, and starting is recovering.

mod error;
mod notify;

pub use error::DaemonError;

use std::fs::{File, TryLockError};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::engine::{self, Engine, Parts};
use crate::forgejo::Forge;
use crate::points;
use crate::seal::{self, SigningKey};
use crate::signals::http;
use crate::store::{Sealing, Store, StoreError};
use crate::web::{self, Listeners, Settings};

/// How long the loops may take to come to a rest: longer than any single question to a host that answers at all.
const REST: Duration = Duration::from_secs(8);

/// The house, built but not open.
pub struct Daemon {
    config: Arc<Config>,
    engine: Engine,
    clock: Clock,
    // Held for its lock alone, until the process ends.
    _only: File,
}

impl Daemon {
    /// Builds the house.
    ///
    /// # Errors
    /// Another daemon has the state folder, or something in it cannot be used.
    pub async fn build(config: Config, clock: Clock) -> Result<Self, DaemonError> {
        let config = Arc::new(config);
        let state = &config.server.state_dir;
        let only = claim(state)?;
        let sealing = Sealing { key: seal_key(&config)?, outside: engine::checkpoint_lanes(&config) };
        let own = sealing.key.public().clone();
        points::before("store-open").map_err(StoreError::from)?;
        let store = Store::open_sealed(state, Some(sealing))?;
        points::after("store-open").map_err(StoreError::from)?;
        // Nothing may follow from a record that is not whole at its end.
        if let Err(torn) = store.read(move |r| r.audit_end(&own)).await? {
            return Err(DaemonError::Torn(torn));
        }
        let parts = Parts {
            config: Arc::clone(&config),
            store,
            clock: clock.clone(),
            forge: Forge::new(&config.forge.url, &config.forge.token)?,
            http: http::client()?,
            runtime: runtime_folder(&config)?,
        };
        let engine = Engine::new(parts)?;
        Ok(Self { config, engine, clock, _only: only })
    }

    /// Returns the engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Runs the house on these sockets until `stop`.
    ///
    /// # Errors
    /// It could not be opened, or the store failed or a part of it ended while it ran.
    pub async fn serve(self, listeners: Listeners, stop: CancellationToken) -> Result<(), DaemonError> {
        self.engine.recover().await?;
        let settings =
            Settings::new(&self.config.server, self.config.forge.webhook_secrets.clone(), self.clock.clone());
        let socket = web::socket::bind(&self.config.server.control_socket).map_err(|source| {
            DaemonError::Socket { path: self.config.server.control_socket.clone(), source }
        })?;
        // Whatever ends the house from within cancels this one, so that `stop` still tells who asked for it.
        let closing = stop.child_token();
        let mut parts = JoinSet::new();
        parts.spawn(web::socket::serve(socket, self.engine.clone(), closing.clone()));
        parts.spawn(web::serve(listeners, Arc::new(self.engine.clone()), settings, closing.clone()));
        let (engine, running) = (self.engine.clone(), closing.clone());
        parts.spawn(async move { engine.run(running).await });
        parts.spawn(notify::keep_alive(self.engine.clone(), closing.clone()));
        notify::ready();
        let ended = tokio::select! {
            ended = first_end(&mut parts, &stop, &closing) => ended,
            () = broken(&self.engine) => Ok(()),
        };
        closing.cancel();
        notify::stopping();
        // Each of them ends by itself now; how it ended was logged where it happened.
        if tokio::time::timeout(REST, async { while parts.join_next().await.is_some() {} }).await.is_err() {
            tracing::warn!(
                "not everything came to a rest in time; what is left is found again at the next start"
            );
        }
        // What is left would otherwise be cut off here; the process decides how long it may still run.
        parts.detach_all();
        if self.engine.store().is_broken() { Err(DaemonError::StoreBroken) } else { ended }
    }
}

/// Waits until the house is asked to stop, or a part of it ends without having been asked to.
///
/// # Errors
/// A part ended by itself.
async fn first_end(
    parts: &mut JoinSet<()>,
    stop: &CancellationToken,
    closing: &CancellationToken,
) -> Result<(), DaemonError> {
    tokio::select! {
        () = closing.cancelled() => {}
        _ = parts.join_next() => {}
    }
    // When both come at once, the end was asked for.
    if stop.is_cancelled() { Ok(()) } else { Err(DaemonError::Ended) }
}

/// Returns once the store has failed.
async fn broken(engine: &Engine) {
    let mut ticks = tokio::time::interval(Duration::from_millis(500));
    loop {
        ticks.tick().await;
        if engine.store().is_broken() {
            return;
        }
    }
}

/// Makes a folder that only its owner may look into; one that exists keeps its rights.
fn private_folder(path: &Path) -> Result<(), DaemonError> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| DaemonError::Folder { path: path.to_owned(), source })
}

/// Returns the key that signs checkpoints: the configured one, else the one in the state folder, made if need be.
fn seal_key(config: &Config) -> Result<SigningKey, DaemonError> {
    match &config.audit.key {
        Some(secret) => SigningKey::parse(secret.reveal()).map_err(DaemonError::ConfiguredKey),
        None => {
            let url = &config.server.public_url;
            let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
            Ok(seal::kept_or_made(&config.server.state_dir, &format!("{host}/journal"))?)
        }
    }
}

/// Makes the state folder if need be and takes it for this process alone, until the returned file is dropped.
///
/// # Errors
/// Another process has it, or it cannot be used.
pub fn claim(state: &Path) -> Result<File, DaemonError> {
    private_folder(state)?;
    let path = state.join("lock");
    let folder = |source| DaemonError::Folder { path: path.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DaemonError::Taken(state.to_owned())),
        Err(TryLockError::Error(source)) => Err(folder(source)),
    }
}

/// Returns the folder for what lives only as long as the daemon, short enough for SSH's control sockets.
fn runtime_folder(config: &Config) -> Result<PathBuf, DaemonError> {
    let path = match std::env::var_os("RUNTIME_DIRECTORY") {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder).join("ssh"),
        _ => config.server.state_dir.join("run"),
    };
    private_folder(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))
        .map_err(|source| DaemonError::Folder { path: path.clone(), source })?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns how a house ends whose parts heed `closing`, but for one more that does as `odd` says.
    async fn end(
        stop: &CancellationToken,
        odd: impl FnOnce(&CancellationToken) + Send + 'static,
    ) -> Result<(), DaemonError> {
        let closing = stop.child_token();
        let mut parts = JoinSet::new();
        let heeding = closing.clone();
        parts.spawn(async move { heeding.cancelled().await });
        let own = closing.clone();
        parts.spawn(async move {
            odd(&own);
            own.cancelled().await;
        });
        first_end(&mut parts, stop, &closing).await
    }

    #[tokio::test]
    async fn a_part_that_panics_is_a_failure_and_an_end_that_was_asked_for_is_none() {
        let stop = CancellationToken::new();
        let panicked = end(&stop, |_| panic!("as asked")).await;
        assert!(matches!(panicked, Err(DaemonError::Ended)), "{panicked:?}");
        let gave_up = end(&stop, CancellationToken::cancel).await;
        assert!(matches!(gave_up, Err(DaemonError::Ended)), "{gave_up:?}");
        let asked = stop.clone();
        assert!(end(&stop, move |_| asked.cancel()).await.is_ok());
    }
}
