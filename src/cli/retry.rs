//! `tagwarden retry`: leads a stuck release out, by trying again or by saying that it was done by hand.

use serde_json::json;

use crate::cli::decide::{self, Target};
use crate::cli::exit::{Exit, Failure};
use crate::cli::identity::Reason;
use crate::cli::terminal::Terminal;

/// What may be typed after `retry`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden retry 12 --reason \"the disk is free again\"
  tagwarden retry 12 --brought-back --reason \"v1.4.1 started by hand and checked\"")]
pub struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    reason: Reason,
    /// Do not try again: what ran before was brought back by hand, and runs
    #[arg(long)]
    brought_back: bool,
}

/// Asks for it.
///
/// # Errors
/// The person may not, it is not possible now, or the daemon cannot be asked.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let reason = args.reason.text(terminal)?;
    let (verb, done) = if args.brought_back {
        ("brought-back", "term-done-brought-back")
    } else {
        ("retry", "term-done-retry")
    };
    decide::decide(&args.target, verb, json!({ "reason": reason }), done, terminal)
}
