//! `tagwarden config`: is the file good, what does it mean, and what may stand in it?

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::clock::Clock;
use crate::config::{self, Config, Problem, Problems};
use crate::domain::calendar::{self, Calendar};
use crate::domain::notice::Notice;
use crate::messages::{self, Language};

/// What may be typed after `config`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden config check
  tagwarden config show --json
  tagwarden config schema > tagwarden.schema.json")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Look for everything that is wrong with the file, secrets included
    #[command(before_help = "Examples:
  tagwarden config check
  tagwarden config check --without-secrets --config config/tagwarden.toml")]
    Check {
        /// Do not look at secrets, for a machine that has none
        #[arg(long)]
        without_secrets: bool,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the configuration as it is meant, defaults filled in, secrets as references
    #[command(before_help = "Examples:
  tagwarden config show
  tagwarden config show --json | jq .server.listen")]
    Show {
        /// Answer in JSON instead of TOML
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of the file, for editors
    #[command(before_help = "Example:
  tagwarden config schema > tagwarden.schema.json")]
    Schema,
}

/// Answers.
///
/// # Errors
/// The file is not good, or standard output cannot be written.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    match args.what {
        What::Check { without_secrets, json } => check(without_secrets, json, terminal),
        What::Show { json } => show(json, terminal),
        What::Schema => terminal.json(&config::schema()).map(|()| Exit::Ok),
    }
}

fn check(without_secrets: bool, json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let outcome = config::check(&terminal.config, !without_secrets).map(|(mut config, mut warnings)| {
        let now = Clock::machine().now();
        warnings.extend(odd_calendars(&mut config, now, terminal).into_iter().map(of_calendars));
        (config, warnings)
    });
    if json {
        let (problems, warnings) = match &outcome {
            Ok((_, warnings)) => (&[][..], warnings.as_slice()),
            Err(problems) => (problems.list.as_slice(), &[][..]),
        };
        terminal.json(&Answer {
            file: terminal.config.clone(),
            good: outcome.is_ok(),
            problems: found(problems, terminal.language),
            warnings: found(warnings, terminal.language),
        })?;
        return outcome.map(|_| Exit::Ok).map_err(|_| Failure::silent(Exit::Failed));
    }
    let (config, warnings) = outcome.map_err(|problems| refused(&problems, terminal))?;
    for warning in &warnings {
        terminal.warn_located(&warning.located(&terminal.config));
    }
    if !terminal.quiet {
        terminal.answer(&summary(&terminal.config, &config, terminal.language))?;
    }
    Ok(Exit::Ok)
}

/// Takes up what the feeds say, and returns what is odd about them and the calendars, each asked for the longest room
/// that an environment needs of it.
pub fn odd_calendars(config: &mut Config, now: Timestamp, terminal: &Terminal) -> Vec<Notice> {
    let mut odd = super::feeds::attach(config, now, terminal);
    let lint = |calendar: &Calendar| calendar::lint(calendar, room_of(config, &calendar.name), now);
    odd.extend(config.calendars.values().flat_map(lint));
    odd
}

fn of_calendars(notice: Notice) -> Problem {
    Problem { path: config::Path::root().key("calendar"), line: None, notice }
}

/// Returns the longest room that an environment needs of a calendar.
pub fn room_of(config: &Config, calendar: &str) -> std::time::Duration {
    let all = config.repositories.iter().flat_map(|repository| &repository.environments);
    let using = all.filter(|environment| environment.calendars.iter().any(|name| name == calendar));
    using.map(|environment| environment.max_duration).max().unwrap_or_default()
}

/// Returns the failure that a configuration with problems is, every problem in words.
pub fn refused(problems: &Problems, terminal: &Terminal) -> Failure {
    let located = problems.located();
    Failure::worded(Exit::Failed, located.iter().map(|one| messages::word_located(terminal.language, one)))
}

fn summary(file: &Path, config: &Config, language: Language) -> Notice {
    let environments = config.repositories.iter().map(|repository| repository.environments.len()).sum();
    let count = |count: usize, en: [&str; 2], fr: [&str; 2]| {
        // French counts nothing in the singular, English in the plural.
        let (words, one) = match language {
            Language::En => (en, count == 1),
            Language::Fr => (fr, count < 2),
        };
        format!("{count} {}", if one { words[0] } else { words[1] })
    };
    Notice::new("config-good")
        .with("file", file.display())
        .with(
            "repositories",
            count(config.repositories.len(), ["repository", "repositories"], ["dépôt", "dépôts"]),
        )
        .with(
            "environments",
            count(environments, ["environment", "environments"], ["environnement", "environnements"]),
        )
        .with(
            "calendars",
            count(config.calendars.len(), ["calendar", "calendars"], ["calendrier", "calendriers"]),
        )
        .with("channels", count(config.notify.len(), ["channel", "channels"], ["canal", "canaux"]))
}

/// The answer of `config check --json`.
#[derive(serde::Serialize)]
struct Answer {
    file: PathBuf,
    good: bool,
    problems: Vec<Found>,
    warnings: Vec<Found>,
}

/// One problem or warning in that answer.
#[derive(serde::Serialize)]
struct Found {
    id: String,
    path: String,
    line: Option<usize>,
    message: String,
    hint: Option<String>,
}

fn found(list: &[Problem], language: Language) -> Vec<Found> {
    let found = |problem: &Problem| {
        let worded = messages::word(language, &problem.notice);
        Found {
            id: problem.notice.id.clone(),
            path: problem.path.to_string(),
            line: problem.line,
            message: worded.what,
            hint: worded.hint,
        }
    };
    list.iter().map(found).collect()
}

fn show(json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let written = config::effective(&terminal.config).map_err(|problems| refused(&problems, terminal))?;
    if json {
        terminal.json(&written)?;
    } else {
        let text = toml::to_string_pretty(&written)
            .map_err(|error| Failure::caused(Exit::Failed, Notice::new("TW-U001"), &error))?;
        terminal.print(&text)?;
    }
    Ok(Exit::Ok)
}
