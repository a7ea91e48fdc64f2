//! `tagwarden audit`: is the record whole, what does it say, and who vouches for it? From the state folder or a copy.

mod against;
mod export;
mod key;
mod rebuild;
mod verify;

use std::path::{Path, PathBuf};

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::config;
use crate::domain::audit::Fault;
use crate::domain::notice::Notice;
use crate::seal::PublicKey;
use crate::store::{FILE, Kept, StoreError};

/// What may be typed after `audit`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden audit verify
  tagwarden audit verify --against checkpoint.txt
  tagwarden audit export > journal.jsonl
  tagwarden audit key

Run it as the account of the daemon: sudo -u tagwarden tagwarden audit verify")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Prove that no entry of the journal was changed, swapped, inserted or taken out
    Verify(verify::Args),
    /// Print every entry, every checkpoint and the key as lines of JSON
    Export(export::Args),
    /// Show the key that verifies checkpoints, to be kept elsewhere
    Key(key::Args),
    /// Make the list of releases anew from the journal
    Rebuild(rebuild::Args),
}

#[derive(Debug, clap::Args)]
struct Of {
    /// A copy made by `tagwarden backup`, instead of the state folder
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Answers.
///
/// # Errors
/// The database cannot be read, or the record is not whole.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    match &args.what {
        What::Verify(args) => verify::run(args, terminal),
        What::Export(args) => export::run(args, terminal),
        What::Key(args) => key::run(args, terminal),
        What::Rebuild(args) => rebuild::run(args, terminal),
    }
}

impl Of {
    fn path(&self, terminal: &Terminal) -> Result<PathBuf, Failure> {
        match &self.file {
            Some(file) => Ok(file.clone()),
            None => database(terminal),
        }
    }
}

/// Returns the database in the state folder of the configuration.
///
/// # Errors
/// The configuration is not good.
pub fn database(terminal: &Terminal) -> Result<PathBuf, Failure> {
    let config = config::load_without_secrets(&terminal.config)
        .map_err(|problems| super::config::refused(&problems, terminal))?;
    Ok(config.server.state_dir.join(FILE))
}

/// Opens a database for looking.
///
/// # Errors
/// It is not there, may not be read, or is none of ours.
pub fn open(path: &Path) -> Result<Kept, Failure> {
    Kept::open(path).map_err(|error| failed(path, &error))
}

/// Returns what a database that cannot be used means for a command.
pub fn failed(path: &Path, error: &StoreError) -> Failure {
    let about = |id: &str| Notice::new(id).with("path", path.display());
    match error {
        StoreError::Io(io) if io.kind() == std::io::ErrorKind::NotFound => {
            Failure::new(Exit::NotFound, about("TW-A001"))
        }
        StoreError::Io(io) if io.kind() == std::io::ErrorKind::PermissionDenied => {
            Failure::new(Exit::NotAllowed, about("TW-A002"))
        }
        StoreError::Unreadable(why) => Failure::new(Exit::Failed, about("TW-A003").with("why", why)),
        StoreError::Sqlite(sqlite) => Failure::new(Exit::Failed, about("TW-A003").with("why", sqlite)),
        StoreError::Exists(_) => Failure::new(Exit::Conflict, error.notice()),
        StoreError::Io(_)
        | StoreError::Commit(_)
        | StoreError::Closed
        | StoreError::UnsoundSqlite(_)
        | StoreError::Newer { .. } => Failure::new(Exit::Failed, error.notice()),
    }
}

/// Returns that the record is not what was once written: what was found, and what it means.
pub fn faulty(fault: &Fault) -> Failure {
    Failure::new(Exit::Failed, fault.notice()).and(Notice::new("TW-A004"))
}

/// Returns the key that was typed.
fn public_key(text: &str) -> Result<PublicKey, Failure> {
    let usage = |_| Failure::new(Exit::Usage, Notice::new("TW-A014").with("typed", text));
    PublicKey::parse(text).map_err(usage)
}
