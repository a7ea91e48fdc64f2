//! `tagwarden override`: lets one release pass one closed gate, with a second person, for a limited time.

use serde_json::json;

use crate::cli::ask;
use crate::cli::decide::{self, Target};
use crate::cli::exit::{Exit, Failure};
use crate::cli::identity::Reason;
use crate::cli::seen::View;
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;
use crate::messages::when;

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
    /// The override that you saw, for scripts: `asked` in `tagwarden show --json`; without it, the one that is shown now
    #[arg(long, value_name = "DIGEST", requires = "confirm")]
    asked: Option<String>,
    /// Take it back
    #[arg(long)]
    end: bool,
}

/// Asks for it.
///
/// # Errors
/// The person may not, the gate is not one that may be passed, or the daemon cannot be asked.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    if args.confirm {
        return confirm(args, terminal);
    }
    if args.end {
        let gate = json!({ "gate": args.gate });
        return decide::decide(&args.target, "end-override", gate, "term-done-end-override", terminal);
    }
    let reason = args.reason.text(terminal)?;
    let asked = json!({ "gate": args.gate, "reason": reason, "for": args.lasting, "drill": args.drill });
    let done = if args.drill { "term-done-drill" } else { "term-done-override" };
    decide::decide(&args.target, "override", asked, done, terminal)
}

/// Confirms what was seen: the override that `--asked` names, or the one that is shown before it is confirmed.
fn confirm(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let asked = match &args.asked {
        Some(asked) => asked.clone(),
        None => shown(args, terminal)?,
    };
    let asked = json!({ "gate": args.gate, "asked": asked });
    decide::decide(&args.target, "confirm-override", asked, "term-done-confirm-override", terminal)
}

/// Shows which override waits for a second person, and returns its digest; empty when there is none.
fn shown(args: &Args, terminal: &Terminal) -> Result<String, Failure> {
    let view: View = ask::read(ask::ask(terminal, None, "show", json!({ "release": args.target.release }))?)?;
    let Some(passed) = view.overrides.iter().find(|passed| passed.gate == args.gate) else {
        return Ok(String::new());
    };
    let what = if passed.drill { "term-confirms-drill" } else { "term-confirms-override" };
    terminal.tell(
        &Notice::new(what)
            .with("gate", &passed.gate)
            .with("by", &passed.by)
            .with("reason", &passed.reason)
            .with("until", when::short(terminal.language, passed.until, &view.row.zone())),
    );
    Ok(passed.asked.clone())
}
