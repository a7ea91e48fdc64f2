//! `tagwarden lift`: takes a stop away.

use crate::cli::ask;
use crate::cli::exit::{Exit, Failure};
use crate::cli::hold::{self, Scope};
use crate::cli::identity::Identity;
use crate::cli::terminal::Terminal;

/// What may be typed after `lift`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden lift 12
  tagwarden lift --environment school/bridge#production
  tagwarden lift --everything

It takes away the stop that was put on exactly that; tagwarden status lists the stops.")]
pub struct Args {
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    identity: Identity,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Asks for it.
///
/// # Errors
/// The person may not, nothing is stopped there, or the daemon cannot be asked.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let token = args.identity.token(terminal)?;
    let (asked, release) = args.scope.asked();
    let answer = ask::ask(terminal, Some(token), "lift", asked)?;
    hold::told(answer, release, args.json, "term-done-lift", terminal)
}
