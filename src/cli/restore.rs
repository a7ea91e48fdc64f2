//! `tagwarden restore`: puts a copy back into the state folder, while no daemon works on it.
//!
//! Races: (a) a daemon is started in the middle: the lock on the state folder is held until the end; (b) two restores
//! at once: the same lock.

use std::path::PathBuf;

use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::cli::{audit, serve};
use crate::clock::Clock;
use crate::config;
use crate::daemon;
use crate::domain::journal::{Channel, Fact, HouseEvent, Stamp};
use crate::domain::notice::Notice;
use crate::store::{self, StoreError};

/// What may be typed after `restore`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  systemctl stop tagwarden
  sudo -u tagwarden tagwarden restore /backup/tagwarden-2026-11-25.db
  sudo -u tagwarden tagwarden restore /backup/tagwarden-2026-11-25.db --replace

The copy is checked first. With --replace the database that stands there gets another name and is kept. What happened
after the copy was made is not in it: look at the hosts before you start the daemon.")]
pub struct Args {
    /// The copy, made by `tagwarden backup`
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Put the database that stands there aside
    #[arg(long)]
    replace: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Puts the copy back.
///
/// # Errors
/// A daemon works on the folder, a database stands there, or the copy is not whole.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let config = config::load_without_secrets(&terminal.config)
        .map_err(|problems| super::config::refused(&problems, terminal))?;
    let folder = &config.server.state_dir;
    let _only = daemon::claim(folder).map_err(|error| serve::refused(&error))?;
    let stamp = Stamp { at: Clock::machine().now(), actor: None, channel: Channel::Cli };
    let fact = Fact::House { what: HouseEvent::Noted { notice: Notice::new("house-restored") } };
    let restored = store::restore(&args.file, folder, args.replace, &stamp, fact)
        .map_err(|error| refused(args, &error))?
        .map_err(|fault| audit::faulty(&fault))?;
    if args.json {
        terminal.json(&json!({ "entries": restored.entries, "replaced": restored.replaced }))?;
        return Ok(Exit::Ok);
    }
    let done =
        Notice::new("term-restored").with("path", args.file.display()).with("entries", restored.entries);
    terminal.answer(&done)?;
    if let Some(replaced) = &restored.replaced {
        terminal.answer(&Notice::new("term-restored-replaced").with("path", replaced.display()))?;
    }
    Ok(Exit::Ok)
}

fn refused(args: &Args, error: &StoreError) -> Failure {
    match error {
        StoreError::Exists(path) if !args.replace => {
            Failure::new(Exit::Conflict, Notice::new("TW-A007").with("path", path.display()))
        }
        error => audit::failed(&args.file, error),
    }
}
