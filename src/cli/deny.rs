//! `tagwarden deny`: says no to a release that waits; it never goes.

use serde_json::json;

use crate::cli::decide::{self, Target};
use crate::cli::exit::{Exit, Failure};
use crate::cli::identity::Reason;
use crate::cli::terminal::Terminal;

/// What may be typed after `deny`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden deny 12 --reason \"the exam week is not over\"
  tagwarden deny v1.4.2 --reason \"see issue 41\" --json")]
pub struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    reason: Reason,
}

/// Asks for it.
///
/// # Errors
/// The person may not, it is not possible now, or the daemon cannot be asked.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let reason = args.reason.text(terminal)?;
    decide::decide(&args.target, "deny", json!({ "reason": reason }), "term-done-deny", terminal)
}
