//! Builds the house from the configuration, starts its tasks and stops them in order.
//!
//! One daemon per state folder: a lock on a file in it is held until the process ends, however it ends. The order of
//! starting is: lock, store, engine, first words in the journal, control socket, windows, *ready*. The order of
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

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::engine::{Engine, Parts};
use crate::forgejo::Forge;
use crate::signals::http;
use crate::store::Store;
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
        let store = Store::open(state)?;
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
    /// It could not be opened, or the store failed while it ran.
    pub async fn serve(self, listeners: Listeners, stop: CancellationToken) -> Result<(), DaemonError> {
        self.engine.recover().await?;
        let settings =
            Settings::new(&self.config.server, self.config.forge.webhook_secrets.clone(), self.clock.clone());
        let socket = web::socket::bind(&self.config.server.control_socket).map_err(|source| {
            DaemonError::Socket { path: self.config.server.control_socket.clone(), source }
        })?;
        let control = tokio::spawn(web::socket::serve(socket, self.engine.clone(), stop.clone()));
        let windows =
            tokio::spawn(web::serve(listeners, Arc::new(self.engine.clone()), settings, stop.clone()));
        let engine = self.engine.clone();
        let running = stop.clone();
        let mut loops = tokio::spawn(async move { engine.run(running).await });
        notify::ready();
        let watchdog = tokio::spawn(notify::keep_alive(self.engine.clone(), stop.clone()));
        tokio::select! {
            () = stop.cancelled() => {}
            _ = &mut loops => stop.cancel(),
            () = broken(&self.engine) => stop.cancel(),
        }
        notify::stopping();
        let rest = async {
            // Each of them ends by itself once `stop` is cancelled; how it ended was logged where it happened.
            let _ = windows.await;
            let _ = control.await;
            let _ = watchdog.await;
            if !loops.is_finished() {
                let _ = loops.await;
            }
        };
        if tokio::time::timeout(REST, rest).await.is_err() {
            tracing::warn!(
                "not everything came to a rest in time; what is left is found again at the next start"
            );
        }
        if self.engine.store().is_broken() { Err(DaemonError::StoreBroken) } else { Ok(()) }
    }
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
