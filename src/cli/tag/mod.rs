//! `tagwarden tag`: makes the tag of a release, asks the door's rules first, pushes it, and can wait with the person.

mod back;
mod consent;
mod draft;
mod make;
mod parse;
mod watch;

use crate::cli::author::Where;
use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;

/// What may be typed after `tag`.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    before_help = "Examples:
  tagwarden tag --dry-run
  tagwarden tag v1.4.2 --with-branch --watch
  tagwarden tag --rollback
  tagwarden tag parse v1.4.2 v2.0.0-rc.1
  git tag --format='%(refname:strip=2)%00' | tr -d '\\n' | tagwarden tag parse --stdin0 --json"
)]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    make: Make,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Say whether names are release tags, of which kind, and if not, why
    #[command(before_help = "Examples:
  tagwarden tag parse v1.4.2 v2.0.0-rc.1
  printf 'v1.4.2\\0' | tagwarden tag parse --stdin0 --json")]
    Parse(parse::Args),
}

/// How a tag is made.
#[derive(Debug, clap::Args)]
struct Make {
    /// The version, with or without what stands before it; with --rollback the release that is taken back. What the
    /// plan proposes when left out
    #[arg(value_name = "VERSION", id = "new-version")]
    version: Option<String>,
    /// The commit
    #[arg(long, value_name = "REVISION", default_value = "HEAD")]
    commit: String,
    #[command(flatten)]
    place: Where,
    /// Show everything and make nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Push the branch together with the tag, all or nothing
    #[arg(long)]
    with_branch: bool,
    /// Make the tag here and push nothing
    #[arg(long, conflicts_with_all = ["watch", "with_branch"])]
    no_push: bool,
    /// Sign the tag, also when git is not configured so
    #[arg(long)]
    sign: bool,
    /// Wait and show what happens until the release is complete or refused
    #[arg(long)]
    watch: bool,
    /// Take a release back: tag what ran before
    #[arg(long, conflicts_with_all = ["with_branch"])]
    rollback: bool,
    /// What runs again; the release before when left out
    #[arg(long, value_name = "TAG", requires = "rollback")]
    to: Option<String>,
}

/// Does what was asked.
///
/// # Errors
/// A rule forbids it, git cannot do it, or the remote refuses.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    match &args.what {
        Some(What::Parse(args)) => parse::run(args, terminal),
        None => make::run(&args.make, terminal),
    }
}
