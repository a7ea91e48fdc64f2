//! `tagwarden serve`: the daemon, until a signal ends it.
//!
//! The first signal (SIGTERM, SIGINT, SIGHUP) ends it in order; a second one hurries: the process ends at once, which
//! harms nothing, because starting is recovering. Steps on hosts run on in both cases and are found again.

mod logging;
mod sockets;

use tokio_util::sync::CancellationToken;

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::daemon::{Daemon, DaemonError};
use crate::domain::notice::Notice;
use crate::store::Torn;

/// How long work that no task waits for may still run after the orderly end: a blocking look at a repository, mostly.
const LAST_WORDS: std::time::Duration = std::time::Duration::from_secs(2);

/// What may be typed after `serve`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden serve
  tagwarden serve --config ./tagwarden.toml --log debug
  tagwarden serve --log warn,tagwarden::engine=debug --log-format json

It runs in the foreground and ends in order on SIGTERM or Ctrl-C; a second Ctrl-C ends it at once.")]
pub struct Args {
    /// What is logged: a level, or levels per part of the program
    #[arg(
        long,
        value_name = "FILTER",
        env = "TAGWARDEN_LOG",
        default_value = "info",
        hide_env_values = true
    )]
    log: String,
    /// How it is logged to standard error
    #[arg(long, value_name = "FORM", default_value = "auto")]
    log_format: logging::Form,
}

/// Runs the daemon.
///
/// # Errors
/// The configuration is not good, the house could not be opened, or its store failed.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let config =
        config::load(&terminal.config).map_err(|problems| super::config::refused(&problems, terminal))?;
    logging::start(&args.log, args.log_format, terminal)?;
    // Kept to the end of the process: dropping it would switch the points off.
    let _points = fail::has_failpoints().then(fail::FailScenario::setup);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::caused(Exit::Failed, Notice::new("TW-U026"), &error))?;
    let ended = runtime.block_on(attend(config));
    runtime.shutdown_timeout(LAST_WORDS);
    ended
}

/// Serves until a signal; a second one returns without waiting for the first to be heeded.
async fn attend(config: Config) -> Result<Exit, Failure> {
    let mut signals = Signals::new()?;
    let stop = CancellationToken::new();
    let house = open(config, stop.clone());
    tokio::pin!(house);
    tokio::select! {
        ended = &mut house => return ended.map(|()| Exit::Ok),
        name = signals.next() => tracing::info!(signal = name, "stopping in order; a second signal ends at once"),
    }
    stop.cancel();
    tokio::select! {
        ended = house => ended.map(|()| Exit::Ok),
        name = signals.next() => {
            tracing::warn!(signal = name, "ended at once; what was under way is found again at the next start");
            Ok(Exit::Failed)
        }
    }
}

async fn open(config: Config, stop: CancellationToken) -> Result<(), Failure> {
    let public_url = config.server.public_url.clone();
    let listeners = sockets::listeners(&config.server).await.map_err(DaemonError::Listen);
    let daemon = Daemon::build(config, Clock::machine()).await.map_err(|error| refused(&error))?;
    let listeners = listeners.map_err(|error| refused(&error))?;
    for listener in listeners.pages.iter().chain(&listeners.webhooks) {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, public_url, "listening");
        }
    }
    daemon.serve(listeners, stop).await.map_err(|error| refused(&error))?;
    tracing::info!("stopped in order");
    Ok(())
}

/// Returns why the house could not be opened, with the exit code that belongs to it.
pub fn refused(error: &DaemonError) -> Failure {
    let exit = match error {
        DaemonError::Taken(_) => Exit::Conflict,
        DaemonError::Torn(Torn::Record(fault)) => {
            return Failure::new(Exit::Failed, fault.notice()).and(error.notice());
        }
        DaemonError::Folder { .. }
        | DaemonError::Torn(Torn::Listed(_))
        | DaemonError::Key(_)
        | DaemonError::ConfiguredKey(_)
        | DaemonError::Store(_)
        | DaemonError::StoreBroken
        | DaemonError::Ended
        | DaemonError::Forge(_)
        | DaemonError::Http(_)
        | DaemonError::Engine(_)
        | DaemonError::Listen(_)
        | DaemonError::Socket { .. } => Exit::Failed,
    };
    Failure::new(exit, error.notice())
}

/// The signals that end the daemon.
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let on = |kind| {
            signal(kind).map_err(|error| Failure::caused(Exit::Failed, Notice::new("TW-U026"), &error))
        };
        Ok(Self {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
            hang_up: on(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.hang_up.recv() => "SIGHUP",
        }
    }
}
