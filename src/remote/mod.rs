//! A host, reached over SSH or on this machine: detached steps and their true state.
//!
//! A step runs detached from every connection. Its truth is a folder on the host, made before it starts; a connection
//! only asks about that folder. Whatever was not answered in full is an error of gravity *unknown*, never a result.
//!
//! Races: (a) two starts of one key: the second finds the folder and gets the state of the first; (b) the line is cut
//! in `start`: either nothing is there or a whole run; (c) an older daemon speaks: its release number is smaller than
//! one that the host has seen, and it is refused; (d) a step's process is killed: its lock is free without a status,
//! which is *lost*, and only a look at the world can tell more.

mod answer;
mod error;
mod key;
mod local;
mod quote;
mod ssh;
mod state;
mod texts;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use error::RemoteError;
pub use key::StepKey;
pub use state::{EnvironmentLock, LogPart, StepState};

use crate::config;
use crate::domain::gravity::Gravity as DomainGravity;
use crate::domain::names::ReleaseId;
use crate::domain::plan::{Output, Script};
use crate::points;
use crate::remote::answer::Answer;
use crate::remote::local::Local;
use crate::remote::ssh::Ssh;

/// How grave an error is.
pub type Gravity = DomainGravity;

/// The longest that the host may take for an answer about a step; `cancel` alone needs up to 12 s.
const CALL_LIMIT: Duration = Duration::from_secs(30);
/// What a look may take longer than its own limit, for the way there and back.
const LOOK_MARGIN: Duration = Duration::from_secs(5);

/// The folders on this machine that hosts use.
#[derive(Debug, Clone)]
pub struct Folders {
    /// For what lives only as long as the daemon: SSH control sockets, known hosts.
    pub runtime: PathBuf,
    /// For the steps of the hosts that are this machine.
    pub state: PathBuf,
}

/// A host. Cheap to clone; all clones share one connection.
#[derive(Debug, Clone)]
pub struct Host {
    way: Way,
    /// The folder of steps there; empty = below the login's home.
    root: String,
    /// The subfolder of this environment and host.
    place: String,
}

#[derive(Debug, Clone)]
enum Way {
    Local(Local),
    Ssh(Arc<Ssh>),
}

impl Host {
    /// Returns the host; nothing is connected before it is asked something.
    pub fn open(host: &config::Host, scope: &str, folders: &Folders) -> Self {
        let place = format!("{}/{}", plain(scope), plain(host.name.as_str()));
        let (way, usual) = match &host.address {
            config::Address::Local => {
                let state = std::path::absolute(&folders.state).unwrap_or_else(|_| folders.state.clone());
                (Way::Local(Local), state.join("hosts").to_string_lossy().into_owned())
            }
            config::Address::Ssh { user, host: name, port, host_key, identity } => {
                let login = ssh::Login {
                    user: user.clone(),
                    host: name.clone(),
                    port: *port,
                    host_key: host_key.clone(),
                    identity: identity.clone(),
                };
                let label = format!("{}.{}", plain(scope), plain(host.name.as_str()));
                (Way::Ssh(Arc::new(Ssh::new(login, folders.runtime.clone(), label))), String::new())
            }
        };
        Self { way, root: host.state.clone().unwrap_or(usual), place }
    }

    /// Starts a step, unless the host knows its key already; `token` is a number that only grows.
    ///
    /// # Errors
    /// The host could not be asked, or cannot run steps.
    pub async fn start(
        &self,
        key: &StepKey,
        token: u64,
        script: &Script,
        limit: Duration,
    ) -> Result<StepState, RemoteError> {
        let command = quote::render(script)?;
        let head = [
            key.to_string(),
            token.to_string(),
            limit.as_secs().max(1).to_string(),
            command.len().to_string(),
        ];
        let head: Vec<&str> = head.iter().map(String::as_str).collect();
        self.ask("host-start", texts::start(), &head, command.as_bytes(), CALL_LIMIT).await?.state()
    }

    /// Returns the state of a step.
    ///
    /// # Errors
    /// The host could not be asked.
    pub async fn status(&self, key: &StepKey) -> Result<StepState, RemoteError> {
        self.ask("host-status", texts::status(), &[key.as_str()], b"", CALL_LIMIT).await?.state()
    }

    /// Waits up to `wait` for the end of a step; returns its state and what it has printed from `offset` on, as
    /// [`Host::log`] does. It may return sooner where the host cannot wait.
    ///
    /// # Errors
    /// The host could not be asked.
    pub async fn follow(
        &self,
        key: &StepKey,
        offset: u64,
        wait: Duration,
    ) -> Result<(StepState, LogPart), RemoteError> {
        let (from, seconds) = (offset.to_string(), wait.as_secs().to_string());
        let answer = self
            .ask("host-follow", texts::follow(), &[key.as_str(), &from, &seconds], b"", CALL_LIMIT + wait)
            .await?;
        let state = answer.state()?;
        let next = offset + answer.body.len() as u64;
        Ok((state, LogPart { bytes: answer.body, next }))
    }

    /// Returns what a step has printed from `offset` on, at most 256 KiB at a time.
    ///
    /// # Errors
    /// The host could not be asked.
    pub async fn log(&self, key: &StepKey, offset: u64) -> Result<LogPart, RemoteError> {
        let from = offset.to_string();
        let answer = self.ask("host-log", texts::log(), &[key.as_str(), &from], b"", CALL_LIMIT).await?;
        let bytes = answer.expect("log")?.body;
        let next = offset + bytes.len() as u64;
        Ok(LogPart { bytes, next })
    }

    /// Ends a step and all that belongs to it; returns the state that this led to.
    ///
    /// # Errors
    /// The host could not be asked; the step may or may not be ended.
    pub async fn cancel(&self, key: &StepKey) -> Result<StepState, RemoteError> {
        self.ask("host-cancel", texts::cancel(), &[key.as_str()], b"", CALL_LIMIT).await?.state()
    }

    /// Runs commands that only look, and returns what they print; of more than 1 MiB the rest is dropped.
    ///
    /// # Errors
    /// The host could not be asked, or did not answer in time.
    pub async fn look(&self, script: &Script, limit: Duration) -> Result<Output, RemoteError> {
        let command = quote::render(script)?;
        let head = ["-".to_owned(), limit.as_secs().max(1).to_string(), command.len().to_string()];
        let head: Vec<&str> = head.iter().map(String::as_str).collect();
        let answer =
            self.ask("host-look", texts::look(), &head, command.as_bytes(), limit + LOOK_MARGIN).await?;
        answer.expect("look")?.output()
    }

    /// Takes the environment on this host for a release. Returns `None` when it is ours now, or who else has it.
    ///
    /// # Errors
    /// The host could not be asked.
    pub async fn take(&self, lock: &EnvironmentLock) -> Result<Option<EnvironmentLock>, RemoteError> {
        let text = serde_json::to_string(lock)
            .map_err(|error| RemoteError::NotCarried { why: error.to_string() })?;
        let number = lock.release.to_string();
        let answer = self.ask("host-take", texts::take(), &["-", &number, &text], b"", CALL_LIMIT).await?;
        answer.holder()
    }

    /// Gives the environment on this host back; somebody else's stays as it is.
    ///
    /// # Errors
    /// The host could not be asked.
    pub async fn give_back(&self, release: ReleaseId) -> Result<(), RemoteError> {
        let number = release.to_string();
        self.ask("host-give-back", texts::give_back(), &["-", &number], b"", CALL_LIMIT)
            .await?
            .holder()
            .map(|_| ())
    }

    /// Returns who has taken the environment on this host.
    ///
    /// # Errors
    /// The host could not be asked.
    pub async fn holder(&self) -> Result<Option<EnvironmentLock>, RemoteError> {
        self.ask("host-holder", texts::holder(), &["-"], b"", CALL_LIMIT).await?.holder()
    }

    /// Hands a fixed text, its head lines and a body to the host and reads the answer.
    async fn ask(
        &self,
        place: &str,
        text: &str,
        head: &[&str],
        body: &[u8],
        limit: Duration,
    ) -> Result<Answer, RemoteError> {
        let lines = [&[self.root.as_str(), self.place.as_str()], head].concat();
        if lines.iter().any(|line| line.chars().any(char::is_control)) {
            return Err(RemoteError::NotCarried {
                why: "a control character in a path or a name".to_owned(),
            });
        }
        let mut data = text.as_bytes().to_vec();
        data.extend_from_slice(format!("{}\n", lines.join("\n")).as_bytes());
        data.extend_from_slice(body);
        let boot = texts::boot(text.len());
        points::before(place).map_err(|error| RemoteError::Unreachable { why: error.to_string() })?;
        let said = match &self.way {
            Way::Local(local) => local.call(&boot, data, limit).await?,
            Way::Ssh(ssh) => ssh.call(&boot, data, limit).await?,
        };
        points::after(place).map_err(|error| RemoteError::Unfinished { why: error.to_string() })?;
        Answer::read(said)
    }
}

/// Returns a text as one path component.
fn plain(text: &str) -> String {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let plain: String = text.chars().map(|c| if good(c) { c } else { '_' }).collect();
    if plain.trim_matches('.').is_empty() { format!("_{plain}") } else { plain }
}
