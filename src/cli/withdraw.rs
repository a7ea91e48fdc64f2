//! `tagwarden withdraw`: takes a release that waits off the road.

use serde_json::json;

use crate::cli::decide::{self, Target};
use crate::cli::exit::{Exit, Failure};
use crate::cli::identity::Reason;
use crate::cli::terminal::Terminal;

/// What may be typed after `withdraw`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden withdraw 12 --reason \"replaced by v1.4.3\"
  tagwarden withdraw v1.4.2 --reason \"tagged the wrong commit\"")]
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
    decide::decide(&args.target, "withdraw", json!({ "reason": reason }), "term-done-withdraw", terminal)
}
