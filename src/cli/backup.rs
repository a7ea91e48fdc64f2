//! `tagwarden backup`: a copy of everything that is kept, as of one instant, while the daemon runs or not.

use std::path::PathBuf;

use serde_json::json;

use crate::cli::audit;
use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;
use crate::store::{StoreError, Trust};

/// What may be typed after `backup`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden backup /backup/tagwarden-$(date +%F).db
  sudo -u tagwarden tagwarden backup /var/backups/tagwarden/today.db --quiet

It copies the database: journal, releases, people's hashed tokens, logs of steps. Mirrors are cloned anew by the daemon;
the configuration, its secrets and the account's SSH key are yours to keep.")]
pub struct Args {
    /// The file to make; one that exists is never overwritten
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Makes the copy, and looks at it: a copy that was not looked at is none.
///
/// # Errors
/// The database cannot be read, the file exists or cannot be written, or the copy is not whole.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let database = audit::database(terminal)?;
    audit::open(&database)?.copy(&args.file).map_err(|error| unwritten(args, &error))?;
    let verified = audit::open(&args.file)?
        .read(|reading| reading.audit(Trust::default()))
        .map_err(|error| audit::failed(&args.file, &error))?
        .map_err(|fault| audit::faulty(&fault))?;
    if args.json {
        let last = verified.last.to_string();
        terminal.json(&json!({ "file": args.file, "entries": verified.entries, "last": last }))?;
    } else if !terminal.quiet {
        let made = Notice::new("term-backup-made")
            .with("path", args.file.display())
            .with("last", format!("{}:{}", verified.entries, verified.last));
        terminal.answer(&made)?;
    }
    Ok(Exit::Ok)
}

fn unwritten(args: &Args, error: &StoreError) -> Failure {
    match error {
        StoreError::Io(why) => unwritten_because(args, why),
        StoreError::Sqlite(why) => unwritten_because(args, why),
        error => audit::failed(&args.file, error),
    }
}

fn unwritten_because(args: &Args, why: &dyn std::fmt::Display) -> Failure {
    let notice = Notice::new("TW-U014").with("path", args.file.display());
    Failure::new(Exit::Failed, notice.with("why", why))
}
