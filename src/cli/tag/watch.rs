//! Waits with the person until a tag's releases are over, and shows what happens meanwhile.
//!
//! Races: (a) the daemon has not seen the tag yet: its webhook is on the way, or its own look at the forge comes; it is
//! asked again until [`FIRST_SEEN`] has passed; (b) the daemon goes away in the middle: that is said, and nothing about
//! the release is guessed.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::author::Desk;
use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::control::{Answer, Ask, Client, ControlError, Request, VERSION};
use crate::domain::notice::Notice;
use crate::domain::version::Tag;

/// How long the daemon may take to see a tag: a webhook takes a second, so a minute means that it is lost; the daemon's
/// own look at the forge then finds the tag, later than anybody likes to wait here.
const FIRST_SEEN: Duration = Duration::from_secs(60);
/// How often it is asked meanwhile.
const PAUSE: Duration = Duration::from_millis(500);
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// One release of the tag.
struct Release {
    id: u64,
    environment: String,
}

/// Shows what happens to a tag until it is over everywhere.
pub(super) fn watch(tag: &Tag, desk: &Desk, terminal: &Terminal) -> Result<Exit, Failure> {
    let link =
        |config: &crate::config::Config| Notice::new("tag-follow").with("link", &config.server.public_url);
    let Some(config) = &desk.rules.config else {
        return Err(away("no configuration".to_owned()));
    };
    terminal.answer(&link(config))?;
    let socket = &config.server.control_socket;
    let repository = desk.rules.repository.as_ref().map(|repository| repository.name.to_string());
    let releases = first_seen(tag, repository.as_deref(), socket)?;
    let mut exit = Exit::Ok;
    for release in releases {
        let seen = Notice::new("tag-watching").with("tag", tag).with("environment", &release.environment);
        terminal.answer(&seen)?;
        let phase = follow(&release, socket, terminal)?;
        let end =
            Notice::new("tag-watch-end").with("environment", &release.environment).with("phase", &phase);
        terminal.answer(&end)?;
        if !matches!(phase.as_str(), "complete" | "superseded") {
            let notice = Notice::new("TW-V049").with("tag", tag).with("phase", phase);
            terminal.complain(&Failure::new(Exit::Failed, notice.with("environment", &release.environment)));
            exit = Exit::Failed;
        }
    }
    Ok(exit)
}

fn away(why: String) -> Failure {
    Failure::new(Exit::TryAgain, Notice::new("TW-V047").with("why", why))
}

fn unreachable(error: &ControlError) -> Failure {
    Failure::caused(Exit::TryAgain, Notice::new("TW-V047"), error)
}

fn call(socket: &Path, verb: &str, args: Value) -> Result<Answer, Failure> {
    let mut client = Client::connect(socket, Some(PATIENCE)).map_err(|error| unreachable(&error))?;
    let ask = Ask::Call { token: None, verb: verb.to_owned(), args };
    client.ask(&Request { v: VERSION, ask }).map_err(|error| unreachable(&error))
}

/// Returns the tag's releases as soon as the daemon has any.
fn first_seen(tag: &Tag, repository: Option<&str>, socket: &Path) -> Result<Vec<Release>, Failure> {
    let tries = FIRST_SEEN.as_millis() / PAUSE.as_millis();
    for turn in 0..tries {
        if turn > 0 {
            std::thread::sleep(PAUSE);
        }
        let answer = call(socket, "status", json!({ "repository": repository, "limit": 100 }))?;
        let rows = match answer {
            Answer::Ok { value } => value["releases"].as_array().cloned().unwrap_or_default(),
            Answer::Refused { status: _, notice } => return Err(Failure::new(Exit::TryAgain, notice)),
            Answer::Forecast { .. } | Answer::Line { .. } | Answer::End => Vec::new(),
        };
        let of_tag = rows.iter().filter(|row| row["tag"].as_str() == Some(tag.name()));
        let found: Vec<Release> = of_tag.filter_map(release).collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let notice = Notice::new("TW-V048").with("tag", tag).with("seconds", FIRST_SEEN.as_secs());
    Err(Failure::new(Exit::Waiting, notice))
}

fn release(row: &Value) -> Option<Release> {
    let environment = row["environment"].as_str()?.to_owned();
    Some(Release { id: row["id"].as_u64()?, environment })
}

/// Shows the journal of a release until it is over; returns its last phase.
fn follow(release: &Release, socket: &Path, terminal: &Terminal) -> Result<String, Failure> {
    // A release may wait for days: no limit on the wait for the next line.
    let mut client = Client::connect(socket, None).map_err(|error| unreachable(&error))?;
    let ask = Ask::Call {
        token: None,
        verb: "follow".to_owned(),
        args: json!({ "release": release.id.to_string() }),
    };
    let mut failed = None;
    let last = client
        .stream(&Request { v: VERSION, ask }, |value| match show(&value, terminal) {
            Ok(()) => true,
            Err(failure) => {
                failed = Some(failure);
                false
            }
        })
        .map_err(|error| unreachable(&error))?;
    if let Some(failure) = failed {
        return Err(failure);
    }
    match last {
        Answer::Ok { value } => Ok(value["phase"].as_str().unwrap_or("unknown").to_owned()),
        Answer::Refused { status: _, notice } => Err(Failure::new(Exit::TryAgain, notice)),
        Answer::Forecast { .. } | Answer::Line { .. } | Answer::End => {
            Err(away("the line ended early".to_owned()))
        }
    }
}

/// Shows one line of the journal; what steps print is in the log of the release.
fn show(value: &Value, terminal: &Terminal) -> Result<(), Failure> {
    let Ok(text) = serde_json::from_value::<Notice>(value["line"]["text"].clone()) else { return Ok(()) };
    let at = value["line"]["at"].as_str().unwrap_or_default();
    let said = terminal.say(&text);
    terminal.answer(&Notice::new("tag-watch-line").with("at_at", at).with("text", said))
}
