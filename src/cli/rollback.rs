//! `tagwarden rollback`: brings back what ran before; neither calendar nor approval stops it.

use serde_json::json;

use crate::cli::decide::{self, Target};
use crate::cli::exit::{Exit, Failure};
use crate::cli::identity::Reason;
use crate::cli::terminal::Terminal;

/// What may be typed after `rollback`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden rollback 12 --reason \"the marks page is empty\"
  tagwarden rollback v1.4.2 --reason \"see issue 44\" && tagwarden log v1.4.2 --follow")]
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
    decide::decide(&args.target, "rollback", json!({ "reason": reason }), "term-done-rollback", terminal)
}
