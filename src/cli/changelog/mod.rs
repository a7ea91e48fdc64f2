//! `tagwarden changelog`: is the file good, what stands in it, and move Unreleased under a version.

mod release;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::changelog::{Changelog, Problem, slipped_in};
use crate::domain::notice::Notice;
use crate::messages::{self, Worded};

/// What may be typed after `changelog`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden changelog check
  tagwarden changelog check --base CHANGELOG.before.md
  tagwarden changelog notes 1.2.0
  tagwarden changelog release 1.2.0")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Look for everything that is wrong with the file
    #[command(before_help = "Examples:
  tagwarden changelog check
  git show v1.1.0:CHANGELOG.md > /tmp/before.md && tagwarden changelog check --base /tmp/before.md")]
    Check {
        #[command(flatten)]
        which: Which,
        /// An earlier state of the file, to find entries that slipped into a released section
        #[arg(long, value_name = "FILE")]
        base: Option<PathBuf>,
    },
    /// Show versions, unreleased entries and problems
    #[command(before_help = "Example:
  tagwarden changelog show --json | jq .versions")]
    Show {
        #[command(flatten)]
        which: Which,
    },
    /// Print the text of a version's section
    #[command(before_help = "Example:
  tagwarden changelog notes 1.2.0")]
    Notes {
        /// The version
        #[arg(value_name = "VERSION", id = "released-version")]
        version: String,
        #[command(flatten)]
        which: Which,
    },
    /// Move Unreleased under a version, date it, and commit
    #[command(before_help = "Examples:
  tagwarden changelog release 1.2.0
  tagwarden changelog release 1.2.0 --date 2026-11-24 --no-commit")]
    Release {
        /// The version
        #[arg(value_name = "VERSION", id = "released-version")]
        version: String,
        /// The date; today in the zone of the repository's calendar when left out
        #[arg(long, value_name = "DATE")]
        date: Option<String>,
        /// Only write the file
        #[arg(long)]
        no_commit: bool,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The changelog
    #[arg(long, value_name = "FILE", default_value = "CHANGELOG.md")]
    file: PathBuf,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Answers.
///
/// # Errors
/// The file cannot be read or written, or it has problems.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    match &args.what {
        What::Check { which, base } => check(which, base.as_deref(), terminal),
        What::Show { which } => show(which, terminal),
        What::Notes { version, which } => notes(version, which, terminal),
        What::Release { version, date, no_commit, which } => {
            let wish =
                release::Wish { version: parse_version(version)?, date: date.as_deref(), commit: !no_commit };
            release::release(&wish, which, terminal)
        }
    }
}

fn read(path: &Path) -> Result<Changelog, Failure> {
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::caused(Exit::NotFound, Notice::new("TW-L014").with("path", path.display()), &error)
    })?;
    Ok(Changelog::parse(&bytes))
}

fn check(which: &Which, base: Option<&Path>, terminal: &Terminal) -> Result<Exit, Failure> {
    let changelog = read(&which.file)?;
    let mut problems = changelog.problems().to_vec();
    if let Some(base) = base {
        problems.extend(slipped_in(&read(base)?, &changelog));
    }
    if which.json {
        terminal.json(&json!({ "problems": shown(&problems, terminal) }))?;
    } else {
        problems.iter().try_for_each(|problem| tell(problem, terminal))?;
    }
    if !problems.is_empty() {
        return Ok(Exit::Failed);
    }
    if !which.json && !terminal.quiet {
        let good = Notice::new("changelog-good").with("path", which.file.display());
        terminal.answer(&good.with("count", changelog.sections().len()))?;
    }
    Ok(Exit::Ok)
}

fn tell(problem: &Problem, terminal: &Terminal) -> Result<(), Failure> {
    let said = worded(problem, terminal);
    terminal.print(&said.what)?;
    said.hint.map_or(Ok(()), |hint| terminal.print(&format!("  {hint}")))
}

/// Returns a problem in words, with its line and its id.
fn worded(problem: &Problem, terminal: &Terminal) -> Worded {
    let Worded { what, hint } = messages::word(terminal.language, &problem.notice);
    let what = format!("{what} ({})", problem.notice.id);
    let line = Notice::new("changelog-problem").with("line", problem.line).with("what", what);
    Worded { what: terminal.say(&line), hint }
}

fn shown(problems: &[Problem], terminal: &Terminal) -> Vec<Value> {
    let one = |problem: &Problem| {
        let message = messages::say(terminal.language, &problem.notice);
        json!({ "id": problem.notice.id, "line": problem.line, "message": message })
    };
    problems.iter().map(one).collect()
}

fn show(which: &Which, terminal: &Terminal) -> Result<Exit, Failure> {
    let changelog = read(&which.file)?;
    let versions: Vec<Value> = changelog
        .sections()
        .iter()
        .map(|section| {
            json!({
                "version": section.version.as_ref().map(ToString::to_string),
                "date": section.date.map(|date| date.to_string()),
                "yanked": section.yanked,
                "line": section.line,
            })
        })
        .collect();
    let unreleased = changelog.unreleased().map(|section| {
        let entries: Vec<Value> =
            section.entries.iter().map(|entry| json!({ "group": entry.group, "text": entry.text })).collect();
        json!({ "line": section.line, "entries": entries })
    });
    if which.json {
        let problems = shown(changelog.problems(), terminal);
        terminal.json(&json!({ "versions": versions, "unreleased": unreleased, "problems": problems }))?;
        return Ok(Exit::Ok);
    }
    for section in changelog.unreleased().into_iter().chain(changelog.sections()) {
        let name = section.version.as_ref().map_or_else(|| "Unreleased".to_owned(), ToString::to_string);
        let date = section.date.map(|date| date.to_string()).unwrap_or_default();
        terminal.print(format!("{name}\t{date}\t{}", section.entries.len()).trim_end())?;
    }
    changelog.problems().iter().try_for_each(|problem| tell(problem, terminal))?;
    Ok(Exit::Ok)
}

fn notes(version: &str, which: &Which, terminal: &Terminal) -> Result<Exit, Failure> {
    let version = parse_version(version)?;
    let missing = || Failure::new(Exit::NotFound, Notice::new("TW-L013").with("version", &version));
    let notes = read(&which.file)?.notes(&version).ok_or_else(missing)?;
    if which.json {
        terminal.json(&json!({ "version": version.to_string(), "notes": notes }))?;
    } else {
        terminal.print(&notes)?;
    }
    Ok(Exit::Ok)
}

fn parse_version(text: &str) -> Result<semver::Version, Failure> {
    semver::Version::parse(text.strip_prefix('v').unwrap_or(text))
        .map_err(|_| Failure::new(Exit::Usage, Notice::new("TW-L016").with("value", text)))
}
