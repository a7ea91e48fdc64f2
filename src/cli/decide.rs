//! What all acts on a release share: who acts, on what, and how what came of it is told.

use serde_json::{Value, json};

use crate::cli::ask;
use crate::cli::exit::{Exit, Failure};
use crate::cli::identity::Identity;
use crate::cli::seen::View;
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;

/// A release, and whose hand it is.
#[derive(Debug, clap::Args)]
pub struct Target {
    /// A number, a tag, or OWNER/NAME@TAG#ENVIRONMENT where the tag alone means several
    #[arg(value_name = "RELEASE")]
    pub release: String,
    #[command(flatten)]
    pub identity: Identity,
    /// Answer in JSON: the release as it stands afterwards
    #[arg(long)]
    pub json: bool,
}

/// Asks for an act and tells what changed: the sentence `done`, what the release does now, and the next command.
///
/// # Errors
/// There is no token, the daemon cannot be asked, or it refuses.
pub fn decide(
    target: &Target,
    verb: &str,
    mut args: Value,
    done: &str,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let token = target.identity.token(terminal)?;
    args["release"] = json!(target.release);
    let answer = ask::ask(terminal, Some(token), verb, args)?;
    told(answer, target.json, done, terminal)
}

/// Tells what changed.
///
/// # Errors
/// The answer cannot be understood or written.
pub fn told(answer: Value, json: bool, done: &str, terminal: &Terminal) -> Result<Exit, Failure> {
    if json {
        terminal.json(&answer)?;
        return Ok(Exit::Ok);
    }
    let view: View = ask::read(answer)?;
    let row = &view.row;
    let sentence = Notice::new(done)
        .with("release", row.id)
        .with("tag", &row.tag)
        .with("repository", &row.repository)
        .with("environment", &row.environment)
        .with("commit", view.commit.chars().take(10).collect::<String>());
    terminal.answer(&sentence)?;
    // What the release did so far says nothing about what has only been asked for; the daemon goes on from it next.
    if !matches!(
        done,
        "term-done-approve"
            | "term-done-rollback"
            | "term-done-retry"
            | "term-done-sign-off"
            | "term-done-tick"
            | "term-done-confirm-override"
            | "term-done-end-override"
    ) {
        terminal.answer(&row.headline)?;
    }
    terminal.tell(&Notice::new(&format!("{done}-next")).with("release", row.id));
    Ok(Exit::Ok)
}
