//! A whole house on the ground of the demo: the daemon in this process, with a clock that is moved by hand.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Hand, Stopwatch};
use crate::config;
use crate::daemon::{Daemon, DaemonError};
use crate::demo::ground::{GitSaid, Ground, Version};
use crate::demo::{Rules, listen_here};
use crate::domain::release::Phase;
use crate::engine::view::ReleaseView;
use crate::engine::{Engine, EngineError, Filter};
use crate::web::Listeners;

/// The pause between two looks at a condition.
const LOOK: Duration = Duration::from_millis(20);

/// Why a world could not be made or does not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A folder, a port or git could not be used.
    #[error("the ground could not be laid")]
    Ground(#[from] std::io::Error),
    /// The configuration is not good.
    #[error("the configuration is not good: {0}")]
    Config(String),
    /// The daemon could not be built or had to end.
    #[error("the daemon")]
    Daemon(#[from] DaemonError),
    /// The engine could not be asked.
    #[error("the engine")]
    Engine(#[from] EngineError),
    /// A piece of work ended abnormally.
    #[error("a piece of work ended abnormally")]
    Task(#[from] tokio::task::JoinError),
    /// What was waited for did not come.
    #[error("waited in vain for: {0}")]
    InVain(String),
}

/// A running house.
pub struct World {
    /// Its folders, its forge, its application.
    pub ground: std::sync::Arc<Ground>,
    /// What moves its clock.
    pub hand: Hand,
    clock: Clock,
    house: Option<House>,
}

struct House {
    engine: Engine,
    stop: CancellationToken,
    serving: JoinHandle<Result<(), DaemonError>>,
}

impl World {
    /// Lays the ground below `root` and opens a house on it, with its clock at `start`.
    ///
    /// # Errors
    /// Something on this machine does not allow it.
    pub async fn open(root: &Path, start: Timestamp, hook: &Path, rules: &Rules) -> Result<Self, WorldError> {
        Self::open_with(root, start, hook, |ground, address| ground.configuration(address, rules)).await
    }

    /// Lays the ground and opens a house with the configuration that `text` writes for the daemon's address.
    ///
    /// # Errors
    /// Something on this machine does not allow it.
    pub async fn open_with(
        root: &Path,
        start: Timestamp,
        hook: &Path,
        text: impl FnOnce(&Ground, SocketAddr) -> String,
    ) -> Result<Self, WorldError> {
        let (clock, hand) = Clock::movable(start);
        let ground = std::sync::Arc::new(Ground::lay(root, clock.clone(), hook).await?);
        let mut world = Self { ground, hand, clock, house: None };
        let listener = listen_here()?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        world.ground.configure_as(address, &text(&world.ground, address))?;
        world.start(listener).await?;
        Ok(world)
    }

    async fn start(&mut self, listener: TcpListener) -> Result<(), WorldError> {
        let config = config::load(&self.ground.config())
            .map_err(|problems| WorldError::Config(format!("{problems:?}")))?;
        let daemon = Daemon::build(config, self.clock.clone()).await?;
        let engine = daemon.engine().clone();
        let stop = CancellationToken::new();
        let listeners = Listeners { pages: vec![listener], webhooks: Vec::new() };
        let serving = tokio::spawn(daemon.serve(listeners, stop.clone()));
        self.house = Some(House { engine, stop, serving });
        // The tags that are there already are history; what comes after the first look is news.
        self.until("the first look at the forge", |world| async move {
            Ok(world.engine().places().iter().all(|place| place.repository_id().is_some()).then_some(()))
        })
        .await?;
        self.until("the first look's end", |world| async move { Ok(world.adopted().await?.then_some(())) })
            .await
    }

    async fn adopted(&self) -> Result<bool, WorldError> {
        let name = crate::demo::ground::REPOSITORY.to_owned();
        let adopted =
            self.engine().store().read(move |r| r.adopted(&name)).await.map_err(EngineError::from)?;
        Ok(adopted.is_some())
    }

    /// Stops the daemon in order and opens it again on the same folders and address.
    ///
    /// # Errors
    /// It does not stop or start.
    pub async fn restart(&mut self) -> Result<(), WorldError> {
        self.close().await?;
        let listen = config::load(&self.ground.config())
            .map_err(|problems| WorldError::Config(format!("{problems:?}")))?
            .server
            .listen;
        let listener = TcpListener::bind(listen).await?;
        self.start(listener).await
    }

    /// Stops the daemon in order.
    ///
    /// # Errors
    /// Its store failed.
    pub async fn close(&mut self) -> Result<(), WorldError> {
        if let Some(house) = self.house.take() {
            house.stop.cancel();
            house.serving.await??;
        }
        Ok(())
    }

    /// Returns the engine of the running daemon.
    ///
    /// # Panics
    /// When the daemon is stopped.
    pub fn engine(&self) -> &Engine {
        &self.house.as_ref().expect("only asked while the daemon runs").engine
    }

    /// Returns the present instant of this world.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Writes a version, tags it and pushes both as ada.
    ///
    /// # Errors
    /// Something before the push fails.
    pub async fn release(&self, version: Version<'_>) -> Result<GitSaid, WorldError> {
        let ground = std::sync::Arc::clone(&self.ground);
        let (number, health, smoke) =
            (version.version.to_owned(), version.health.to_owned(), version.smoke.to_owned());
        Ok(tokio::task::spawn_blocking(move || {
            ground.release(&Version { version: &number, health: &health, smoke: &smoke })
        })
        .await??)
    }

    /// Runs git in the clone as `person`.
    ///
    /// # Errors
    /// Git cannot be started.
    pub async fn git(&self, person: &str, words: &[&str]) -> Result<GitSaid, WorldError> {
        let ground = std::sync::Arc::clone(&self.ground);
        let person = person.to_owned();
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Ok(tokio::task::spawn_blocking(move || {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            ground.git(&person, &words)
        })
        .await??)
    }

    /// Returns what the windows show of the newest release of a tag, if there is one.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn view(&self, tag: &str) -> Result<Option<ReleaseView>, WorldError> {
        let filter = Filter { limit: 200, ..Filter::default() };
        let rows = self.engine().rows(filter).await?;
        let Some(row) = rows.into_iter().find(|row| row.tag == tag) else { return Ok(None) };
        Ok(self.engine().view(row.id).await?)
    }

    /// Waits until the newest release of a tag is in a phase.
    ///
    /// # Errors
    /// It does not get there.
    pub async fn reaches(&self, tag: &str, phase: Phase) -> Result<ReleaseView, WorldError> {
        self.until(&format!("{tag} to be {}", phase.name()), |world| async move {
            Ok(world.view(tag).await?.filter(|view| view.row.phase == phase.name()))
        })
        .await
    }

    /// Lets the hours of a watch pass, minute by minute, until a release is in `phase`.
    ///
    /// # Errors
    /// It does not get there.
    pub async fn watch_until(&self, tag: &str, phase: Phase) -> Result<ReleaseView, WorldError> {
        self.until(&format!("{tag} to be {}", phase.name()), |world| async move {
            let view = world.view(tag).await?;
            match view {
                Some(view) if view.row.phase == phase.name() => Ok(Some(view)),
                Some(view) if view.row.phase == Phase::Watching.name() => {
                    world.hand.advance(Duration::from_secs(60));
                    Ok(None)
                }
                Some(_) | None => Ok(None),
            }
        })
        .await
    }

    /// Waits until `look` finds something.
    ///
    /// # Errors
    /// It finds nothing within half a minute, or fails.
    pub async fn until<'a, T, F>(
        &'a self,
        what: &str,
        mut look: impl FnMut(&'a Self) -> F,
    ) -> Result<T, WorldError>
    where
        F: Future<Output = Result<Option<T>, WorldError>>,
    {
        let waited = Stopwatch::start();
        loop {
            if let Some(found) = look(self).await? {
                return Ok(found);
            }
            if waited.elapsed() > Duration::from_secs(30) {
                return Err(WorldError::InVain(what.to_owned()));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
