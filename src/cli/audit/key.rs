//! `tagwarden audit key`: which key verifies the checkpoints, and how is a new one made?

use serde_json::json;

use super::{Of, failed, open};
use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;
use crate::seal::SigningKey;

/// What may be typed after `audit key`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden audit key
  tagwarden audit key --new release.example.org/journal > /etc/tagwarden/checkpoint-key

Write the key down where nobody on this host can change it, and hand it to audit verify with --key. The daemon makes a
private key at its first start and keeps it in the state folder, for itself alone. To keep it elsewhere, make one with
--new and name its place in the configuration: [audit] key.")]
pub struct Args {
    #[command(flatten)]
    of: Of,
    /// Make a private key with this name and print it; nothing is kept
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    new: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Shows the key that the journal names last, or makes one.
///
/// # Errors
/// The database cannot be read or names no key.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    if let Some(name) = &args.new {
        let no_name = |_| Failure::new(Exit::Usage, Notice::new("TW-A017").with("typed", name));
        let key = SigningKey::make(name).and_then(|key| Ok((key.reveal()?, key.public().to_string())));
        let (private, public) = key.map_err(no_name)?;
        if args.json {
            terminal.json(&json!({ "private": private, "key": public }))?;
        } else {
            terminal.print(&private)?;
        }
        return Ok(Exit::Ok);
    }
    let path = args.of.path(terminal)?;
    let named = open(&path)?.read(|reading| reading.named_key()).map_err(|error| failed(&path, &error))?;
    let no_key = || Failure::new(Exit::NotFound, Notice::new("TW-A016").with("path", path.display()));
    let key = named.ok_or_else(no_key)?;
    if args.json {
        terminal.json(&json!({ "key": key }))?;
    } else {
        terminal.print(&key)?;
    }
    Ok(Exit::Ok)
}
