//! `tagwarden override`: lets one release pass one closed gate, with a second person, for a limited time.

use serde_json::json;

use crate::cli::decide::{self, Target};
use crate::cli::exit::{Exit, Failure};
use crate::cli::identity::Reason;
use crate::cli::terminal::Terminal;

/// What may be typed after `override`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden override v1.4.2 calendar --reason \"teachers cannot enter marks\" --for 2h
  tagwarden override v1.4.2 calendar --confirm
  tagwarden override v1.4.2 calendar --end
  tagwarden override v1.4.2 calendar --reason \"the yearly drill\" --for 30m --drill

It counts for this release and this gate alone, once a second person has confirmed it, for a day at most.
A drill goes the same way and opens nothing.")]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// The gate, as `tagwarden show` names it
    #[arg(value_name = "GATE")]
    gate: String,
    #[command(flatten)]
    reason: Reason,
    /// For how long: 45m, 2h, at most 24h
    #[arg(long = "for", value_name = "LENGTH", conflicts_with_all = ["confirm", "end"])]
    lasting: Option<String>,
    /// Only prove that the way works; nothing is opened
    #[arg(long, conflicts_with_all = ["confirm", "end"])]
    drill: bool,
    /// Be the second person
    #[arg(long, conflicts_with = "end")]
    confirm: bool,
    /// Take it back
    #[arg(long)]
    end: bool,
}

/// Asks for it.
///
/// # Errors
/// The person may not, the gate is not one that may be passed, or the daemon cannot be asked.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let gate = json!({ "gate": args.gate });
    if args.confirm {
        return decide::decide(
            &args.target,
            "confirm-override",
            gate,
            "term-done-confirm-override",
            terminal,
        );
    }
    if args.end {
        return decide::decide(&args.target, "end-override", gate, "term-done-end-override", terminal);
    }
    let reason = args.reason.text(terminal)?;
    let asked = json!({ "gate": args.gate, "reason": reason, "for": args.lasting, "drill": args.drill });
    let done = if args.drill { "term-done-drill" } else { "term-done-override" };
    decide::decide(&args.target, "override", asked, done, terminal)
}
