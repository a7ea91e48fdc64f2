//! `tagwarden audit rebuild`: the list of releases, made anew from the journal.

use serde_json::json;

use super::{failed, faulty};
use crate::cli::exit::{Exit, Failure};
use crate::cli::serve;
use crate::cli::terminal::Terminal;
use crate::clock::Clock;
use crate::config;
use crate::daemon;
use crate::domain::journal::{Channel, Fact, HouseEvent, Stamp};
use crate::domain::notice::Notice;
use crate::store::{self, FILE};

/// What may be typed after `audit rebuild`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden audit rebuild

The journal is the truth, and the list of releases is only what it comes to. When the daemon says that a release is
listed as something that the journal does not tell, this writes the list anew, and notes in the journal that it did.
The daemon must not run. A journal that is not whole is left alone.")]
pub struct Args {
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Makes the list anew.
///
/// # Errors
/// A daemon works on the folder, or the journal is not whole.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let config = config::load_without_secrets(&terminal.config)
        .map_err(|problems| crate::cli::config::refused(&problems, terminal))?;
    let folder = &config.server.state_dir;
    let path = folder.join(FILE);
    drop(super::open(&path)?);
    let _only = daemon::claim(folder).map_err(|error| serve::refused(&error))?;
    let stamp = Stamp { at: Clock::machine().now(), actor: None, channel: Channel::Cli };
    let fact = Fact::House { what: HouseEvent::Noted { notice: Notice::new("house-rebuilt") } };
    let differed = store::rebuild(folder, &stamp, fact)
        .map_err(|error| failed(&path, &error))?
        .map_err(|fault| faulty(&fault))?;
    if args.json {
        terminal.json(&json!({ "differed": differed }))?;
    } else {
        terminal.answer(&Notice::new("term-rebuilt").with("count", differed))?;
    }
    Ok(Exit::Ok)
}
