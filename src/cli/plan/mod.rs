//! `tagwarden plan`: what came since the last release, which version is next and why, and when it could go.

mod document;
mod issue;
mod text;

use crate::cli::author::outlook::{Outlook, outlook};
use crate::cli::author::sight::Sight;
use crate::cli::author::{Desk, Where};
use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::clock::Clock;
use crate::domain::version::Tag;

/// What may be typed after `plan`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden plan
  tagwarden plan --json | jq -r .next
  tagwarden plan --markdown > release-issue.md
  tagwarden plan hotfix/login --repo ~/bridge --remote origin")]
pub struct Args {
    /// The commit that would be released
    #[arg(value_name = "COMMIT", default_value = "HEAD")]
    commit: String,
    #[command(flatten)]
    place: Where,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    /// Answer in Markdown, for a release issue
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

/// A plan, ready to be shown.
struct Plan<'a> {
    desk: &'a Desk,
    sight: &'a Sight,
    outlook: &'a Outlook,
}

impl Plan<'_> {
    /// Returns the tag of a version here.
    fn tag(&self, version: &semver::Version) -> String {
        format!("{}{version}", self.desk.rules.policy.tag_prefix)
    }
}

/// Answers.
///
/// # Errors
/// There is no clone, or it cannot be read.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let desk = Desk::open(&args.place, terminal)?;
    let head = desk.commit(&args.commit)?;
    let sight = desk.look(&head)?;
    let named = sight.proposal.next.as_ref().map(|next| format!("{}{next}", desk.rules.policy.tag_prefix));
    let tag = named.and_then(|name| Tag::parse(name.as_bytes(), &desk.rules.policy.tag_prefix).ok());
    let outlook = tag.map(|tag| outlook(&desk, &tag, &head, Clock::machine().now())).unwrap_or_default();
    let plan = Plan { desk: &desk, sight: &sight, outlook: &outlook };
    if args.json {
        terminal.json(&document::document(&plan, terminal))?;
    } else if args.markdown {
        terminal.print(&issue::issue(&plan, terminal))?;
    } else {
        terminal.print(&text::text(&plan, terminal))?;
    }
    if !args.json {
        desk.notes.iter().chain(&sight.warnings).for_each(|notice| terminal.warn(notice));
    }
    Ok(Exit::Ok)
}
