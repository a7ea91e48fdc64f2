//! `tagwarden status`: what is under way, what is stopped, and what is in the way.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::cli::ask;
use crate::cli::exit::{Exit, Failure};
use crate::cli::seen::{self, Hold, Row};
use crate::cli::table::{Cell, Table, Tone};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;
use crate::messages::when;

/// What may be typed after `status`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden status
  tagwarden status --under-way
  tagwarden status --repository school/bridge --environment production --limit 5
  tagwarden status --json | jq '.releases[] | select(.phase == \"waiting\")'")]
pub struct Args {
    /// Only releases of this repository
    #[arg(long, value_name = "OWNER/NAME")]
    repository: Option<String>,
    /// Only releases for this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only releases that wait or move
    #[arg(long)]
    under_way: bool,
    /// At most so many, the newest
    #[arg(long, short = 'n', value_name = "NUMBER", default_value_t = 20)]
    limit: u64,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Status {
    now: Timestamp,
    releases: Vec<Row>,
    holds: Vec<Hold>,
    troubles: Vec<Notice>,
}

/// Answers.
///
/// # Errors
/// The daemon cannot be asked.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let asked = json!({
        "repository": args.repository,
        "environment": args.environment,
        "under_way": args.under_way,
        "limit": args.limit,
    });
    let answer = ask::ask(terminal, None, "status", asked)?;
    if args.json {
        terminal.json(&answer)?;
        return Ok(Exit::Ok);
    }
    let status: Status = ask::read(answer)?;
    if status.releases.is_empty() {
        terminal.answer(&Notice::new("term-no-releases"))?;
    } else {
        terminal.print(&table(&status.releases, status.now, terminal).join("\n"))?;
    }
    if !status.holds.is_empty() {
        terminal.print("")?;
    }
    status.holds.iter().try_for_each(|hold| tell_hold(hold, terminal))?;
    for trouble in &status.troubles {
        terminal.warn(trouble);
    }
    Ok(Exit::Ok)
}

fn table(rows: &[Row], now: Timestamp, terminal: &Terminal) -> Vec<String> {
    let mut table = Table::default();
    let head = ["release", "phase", "tag", "repository", "environment", "changed"];
    table.row(head.map(|name| {
        Cell::new(terminal.say(&Notice::new(&format!("term-head-{name}"))).to_uppercase()).toned(Tone::Faint)
    }));
    for row in rows {
        table.row([
            Cell::new(row.id.to_string()),
            seen::phase(&row.phase, terminal),
            Cell::foreign(&row.tag),
            Cell::foreign(&row.repository),
            Cell::foreign(&row.environment),
            Cell::new(seen::distance(row.changed_at, now, terminal)),
        ]);
        table.below(1, Cell::new(terminal.say(&row.headline)));
    }
    table.lines("", terminal)
}

fn tell_hold(hold: &Hold, terminal: &Terminal) -> Result<(), Failure> {
    let zone = seen::zone(None);
    let id = match (hold.scope.as_str(), hold.until) {
        ("*", None) => "term-held-all",
        ("*", Some(_)) => "term-held-all-until",
        (_, None) => "term-held-scope",
        (_, Some(_)) => "term-held-scope-until",
    };
    let short = |at| when::short(terminal.language, at, &zone);
    terminal.answer(
        &Notice::new(id)
            .with("scope", hold.scope.replace(' ', "#"))
            .with("by", &hold.person)
            .with("reason", &hold.reason)
            .with("since", short(hold.at))
            .with("until", hold.until.map(short).unwrap_or_default()),
    )
}
