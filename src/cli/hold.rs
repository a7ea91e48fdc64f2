//! `tagwarden hold`: stops a release, an environment or everything, before it starts.

use serde_json::{Value, json};

use crate::cli::exit::{Exit, Failure};
use crate::cli::identity::{Identity, Reason};
use crate::cli::terminal::Terminal;
use crate::cli::{ask, decide};
use crate::domain::notice::Notice;

/// What may be typed after `hold`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden hold 12 --reason \"waiting for the new certificate\"
  tagwarden hold --environment school/bridge#production --reason \"marks are being entered\" --until 2026-12-02T12:00:00+01:00
  tagwarden hold --everything --reason \"the data centre moves\"

It stops what has not started yet; what runs, runs on. tagwarden lift takes the stop away.")]
pub struct Args {
    #[command(flatten)]
    scope: Scope,
    /// Until when, with its offset; until it is lifted when left out
    #[arg(long, value_name = "INSTANT", conflicts_with = "release")]
    until: Option<String>,
    #[command(flatten)]
    reason: Reason,
    #[command(flatten)]
    identity: Identity,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// What is stopped or goes on.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Scope {
    /// A number, a tag, or OWNER/NAME@TAG#ENVIRONMENT where the tag alone means several
    #[arg(value_name = "RELEASE")]
    release: Option<String>,
    /// An environment of a repository
    #[arg(long, value_name = "OWNER/NAME#ENVIRONMENT")]
    environment: Option<String>,
    /// Every environment of every repository
    #[arg(long)]
    everything: bool,
}

impl Scope {
    /// Returns what to ask for, and whether a single release is meant.
    pub fn asked(&self) -> (Value, bool) {
        match (&self.release, &self.environment) {
            (Some(release), _) => (json!({ "release": release }), true),
            (None, Some(environment)) => (json!({ "scope": environment.replacen('#', " ", 1) }), false),
            (None, None) => (json!({ "scope": "*" }), false),
        }
    }
}

/// Tells what changed, with one of the sentences `done-release`, `done-scope` and `done-all`.
///
/// # Errors
/// The answer cannot be understood or written.
pub fn told(
    answer: Value,
    release: bool,
    json: bool,
    done: &str,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    if json {
        terminal.json(&answer)?;
        return Ok(Exit::Ok);
    }
    if release {
        return decide::told(answer, false, &format!("{done}-release"), terminal);
    }
    let scope = answer["scope"].as_str().unwrap_or_default();
    let id = if scope == "*" { format!("{done}-all") } else { format!("{done}-scope") };
    let scope = scope.replacen(' ', "#", 1);
    terminal.answer(&Notice::new(&id).with("scope", &scope))?;
    terminal.tell(&Notice::new(&format!("{id}-next")).with("scope", &scope));
    Ok(Exit::Ok)
}

/// Asks for it.
///
/// # Errors
/// The person may not, it is not possible now, or the daemon cannot be asked.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let reason = args.reason.text(terminal)?;
    let token = args.identity.token(terminal)?;
    let (mut asked, release) = args.scope.asked();
    asked["reason"] = json!(reason);
    asked["until"] = json!(args.until);
    let answer = ask::ask(terminal, Some(token), "hold", asked)?;
    told(answer, release, args.json, "term-done-hold", terminal)
}
