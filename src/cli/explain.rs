//! `tagwarden explain`: may a release go now, or at another instant, and if not, what is missing?

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::cli::{ask, seen, show};
use crate::domain::gate::GateReading;
use crate::domain::notice::Notice;
use crate::messages::when;

/// What may be typed after `explain`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden explain 12
  tagwarden explain v1.4.2 --at 2026-11-27T17:00:00+01:00
  tagwarden explain school/bridge@v1.5.0        a tag that nobody has pushed yet

Exit 0 when it may go, 5 when it may not.")]
pub struct Args {
    /// A number, a tag, or OWNER/NAME@TAG#ENVIRONMENT where the tag alone means several
    #[arg(value_name = "RELEASE|TAG")]
    release: String,
    /// The instant, with its offset; now when left out
    #[arg(long, value_name = "INSTANT")]
    at: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Explained {
    at: Timestamp,
    may_deploy: bool,
    gates: Vec<GateReading>,
    next_slot: Option<Timestamp>,
    tag: String,
    repository: String,
    environment: String,
    phase: Option<String>,
    headline: Option<Notice>,
    time_zone: Option<String>,
}

/// Answers.
///
/// # Errors
/// The daemon cannot be asked, or there is no such release or tag.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let asked = json!({ "release": args.release, "at": args.at });
    let answer = ask::ask(terminal, None, "explain", asked)?;
    let explained: Explained = ask::read(answer.clone())?;
    if args.json {
        terminal.json(&answer)?;
    } else {
        tell(&explained, terminal)?;
    }
    Ok(if explained.may_deploy { Exit::Ok } else { Exit::Waiting })
}

fn tell(explained: &Explained, terminal: &Terminal) -> Result<(), Failure> {
    let zone = seen::zone(explained.time_zone.as_deref());
    let short = |at| when::short(terminal.language, at, &zone);
    let verdict = if explained.may_deploy { "term-may-go" } else { "term-may-not-go" };
    let verdict = Notice::new(verdict)
        .with("tag", &explained.tag)
        .with("repository", &explained.repository)
        .with("environment", &explained.environment)
        .with("moment", short(explained.at));
    terminal.answer(&verdict)?;
    match (explained.phase.as_deref(), &explained.headline) {
        (None, _) => terminal.answer(&Notice::new("term-not-pushed"))?,
        // The gates say it better.
        (Some("waiting"), _) | (Some(_), None) => {}
        (Some(_), Some(headline)) => return terminal.answer(headline),
    }
    terminal.print(&show::gates(&explained.gates, &zone, explained.at, false, terminal).join("\n"))?;
    match explained.next_slot {
        Some(slot) if slot > explained.at => {
            terminal.answer(&Notice::new("term-next-slot").with("moment", short(slot)))
        }
        Some(_) | None => Ok(()),
    }
}
