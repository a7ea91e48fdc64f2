//! `tagwarden token`: makes, lists and revokes the tokens with which people identify themselves.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::table::{Cell, Table, Tone};
use crate::cli::terminal::Terminal;
use crate::cli::{ask, seen};
use crate::clock::Clock;
use crate::domain::notice::Notice;
use crate::messages::when;

/// What may be typed after `token`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden token new ana
  tagwarden token list
  tagwarden token revoke ana

Only root and the account of the daemon may do that.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Make a token for a person and print it; it is shown once and kept as a hash only
    #[command(before_help = "Examples:
  tagwarden token new ana
  tagwarden token new ana --quiet > token && chmod 600 token")]
    New(Named),
    /// List the tokens, without their secrets
    #[command(before_help = "Example:
  tagwarden token list --json")]
    List {
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke all tokens and sign-ins of a person
    #[command(before_help = "Example:
  tagwarden token revoke ana")]
    Revoke(Named),
}

#[derive(Debug, clap::Args)]
struct Named {
    /// The person's login on the forge
    #[arg(value_name = "NAME")]
    name: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Made {
    name: String,
    token: String,
}

#[derive(Deserialize)]
struct Revoked {
    name: String,
    revoked: u64,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    made_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

/// Does what was asked.
///
/// # Errors
/// The person may not, there is no such token, or the daemon cannot be asked.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    match &args.what {
        What::New(named) => new(named, terminal),
        What::List { json } => list(*json, terminal),
        What::Revoke(named) => revoke(named, terminal),
    }
}

fn new(named: &Named, terminal: &Terminal) -> Result<Exit, Failure> {
    let answer = ask::ask(terminal, None, "token-new", json!({ "name": named.name }))?;
    if named.json {
        terminal.json(&answer)?;
        return Ok(Exit::Ok);
    }
    let made: Made = ask::read(answer)?;
    // The token alone goes to standard output, so that a script or a pipe gets nothing else.
    terminal.print(&made.token)?;
    terminal.tell(&Notice::new("term-token-made").with("name", &made.name));
    Ok(Exit::Ok)
}

fn revoke(named: &Named, terminal: &Terminal) -> Result<Exit, Failure> {
    let answer = ask::ask(terminal, None, "token-revoke", json!({ "name": named.name }))?;
    let revoked: Revoked = ask::read(answer.clone())?;
    if named.json {
        terminal.json(&answer)?;
    } else if revoked.revoked > 0 {
        let count = when::counted(terminal.language, revoked.revoked, ["token", "tokens", "jeton", "jetons"]);
        terminal
            .answer(&Notice::new("term-token-revoked").with("name", &revoked.name).with("count", count))?;
    }
    if revoked.revoked == 0 {
        return Err(Failure::new(Exit::NotFound, Notice::new("TW-P014").with("name", &revoked.name)));
    }
    Ok(Exit::Ok)
}

fn list(json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let answer = ask::ask(terminal, None, "token-list", json!({}))?;
    if json {
        terminal.json(&answer)?;
        return Ok(Exit::Ok);
    }
    let tokens: Vec<Listed> = ask::read(answer)?;
    if tokens.is_empty() {
        terminal.answer(&Notice::new("term-no-tokens"))?;
        return Ok(Exit::Ok);
    }
    let (zone, now) = (seen::zone(None), Clock::machine().now());
    let mut table = Table::default();
    let head = |name: &str| {
        Cell::new(terminal.say(&Notice::new(&format!("term-head-{name}"))).to_uppercase()).toned(Tone::Faint)
    };
    table.row([head("state"), head("name"), head("made"), head("revoked")]);
    for token in &tokens {
        let (sign, word, tone) = match token.revoked_at {
            None => ("✓", "term-token-counts", Tone::Good),
            Some(_) => ("–", "term-token-void", Tone::Faint),
        };
        let revoked = token.revoked_at.map(|at| seen::moment(at, &zone, now, terminal));
        table.row([
            Cell::new(format!("{sign} {}", terminal.say(&Notice::new(word)))).toned(tone),
            Cell::foreign(&token.name),
            Cell::new(seen::moment(token.made_at, &zone, now, terminal)),
            Cell::new(revoked.unwrap_or_default()),
        ]);
    }
    terminal.print(&table.lines("", terminal).join("\n"))?;
    Ok(Exit::Ok)
}
