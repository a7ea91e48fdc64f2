//! `tagwarden approve`: says yes to exactly what was looked at.
//!
//! Races: the release changes between the look and the approval: the approval carries what was seen, and the daemon
//! refuses it when that is not what stands there any more.

use serde_json::json;

use crate::cli::decide::Target;
use crate::cli::exit::{Exit, Failure};
use crate::cli::seen::View;
use crate::cli::terminal::Terminal;
use crate::cli::{ask, decide};
use crate::domain::notice::Notice;

/// What may be typed after `approve`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden approve 12
  tagwarden approve v1.4.2 --commit 3f9c2d41ab")]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Approve only if this is the commit that would run (its first digits are enough)
    #[arg(long, value_name = "ID")]
    commit: Option<String>,
}

/// Asks for it.
///
/// # Errors
/// The person may not, it is not what was meant, or the daemon cannot be asked.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let token = args.target.identity.token(terminal)?;
    let view: View = ask::read(ask::ask(terminal, None, "show", json!({ "release": args.target.release }))?)?;
    if let Some(commit) = &args.commit
        && (commit.len() < 7 || !view.commit.starts_with(commit.as_str()))
    {
        let notice = Notice::new("TW-U032").with("tag", &view.row.tag).with("commit", &view.commit);
        return Err(Failure::new(Exit::Conflict, notice.with("typed", commit)));
    }
    let asked = json!({ "release": view.row.id.to_string(), "binding": view.binding });
    let answer = ask::ask(terminal, Some(token), "approve", asked)?;
    decide::told(answer, args.target.json, "term-done-approve", terminal)
}
