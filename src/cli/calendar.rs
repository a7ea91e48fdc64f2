//! `tagwarden calendar`: may it change now, and if not, when? From the configuration file alone.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::domain::calendar::{Calendar, Reading, ReasonKind, lint, read};
use crate::domain::notice::Notice;
use crate::messages::when;

/// What may be typed after `calendar`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden calendar check --calendar school
  tagwarden calendar check --calendar school --at 2026-11-27T16:00:00+01:00 --room 45m --json
  tagwarden calendar next --calendar school --room 45m
  tagwarden calendar lint")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Is it open at an instant, why not, and when does that change? Exit 0 open, 5 closed
    #[command(before_help = "Examples:
  tagwarden calendar check --calendar school
  tagwarden calendar check --calendar school --at 2026-11-27T16:00:00+01:00 --room 45m --json")]
    Check(Question),
    /// When is the next slot with room?
    #[command(before_help = "Example:
  tagwarden calendar next --calendar school --room 45m")]
    Next(Question),
    /// What is odd about the calendars?
    #[command(before_help = "Example:
  tagwarden calendar lint --room 45m")]
    Lint {
        /// What a slot needs
        #[arg(long, value_name = "LENGTH", default_value = "45m")]
        room: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Question {
    /// The calendar's name in the configuration
    #[arg(long, value_name = "NAME")]
    calendar: String,
    /// The instant, with its offset; now when left out
    #[arg(long, value_name = "INSTANT")]
    at: Option<String>,
    /// What a slot needs
    #[arg(long, value_name = "LENGTH")]
    room: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Answers.
///
/// # Errors
/// The file is not good, there is no such calendar, or the question cannot be understood.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let config = config::load_without_secrets(&terminal.config)
        .map_err(|problems| super::config::refused(&problems, terminal))?;
    match &args.what {
        What::Check(question) => {
            let (calendar, at, room) = asked(question, &config)?;
            let reading = read(&[calendar], at, room);
            if question.json {
                terminal.json(&as_json(&reading, &calendar.zone))?;
            } else {
                tell(terminal, calendar, at, room, &reading)?;
            }
            Ok(if reading.open { Exit::Ok } else { Exit::Waiting })
        }
        What::Next(question) => {
            let (calendar, at, room) = asked(question, &config)?;
            let reading = read(&[calendar], at, room);
            if question.json {
                terminal.json(&json!({ "next_slot": spelled(reading.next_slot, &calendar.zone) }))?;
            } else {
                tell_slot(terminal, calendar, room, &reading)?;
            }
            Ok(if reading.next_slot.is_some() { Exit::Ok } else { Exit::Waiting })
        }
        What::Lint { room, json } => {
            let room = length(room)?;
            let now = Clock::machine().now();
            let odd: Vec<Notice> =
                config.calendars.values().flat_map(|calendar| lint(calendar, room, now)).collect();
            if *json {
                terminal.json(&odd)?;
            } else {
                odd.iter().try_for_each(|notice| terminal.answer(notice))?;
            }
            Ok(if odd.is_empty() { Exit::Ok } else { Exit::Failed })
        }
    }
}

fn asked<'a>(
    question: &Question,
    config: &'a Config,
) -> Result<(&'a Calendar, Timestamp, Duration), Failure> {
    let calendar = config.calendars.get(&question.calendar).ok_or_else(|| {
        let known: Vec<&str> = config.calendars.keys().map(String::as_str).collect();
        let notice = Notice::new("TW-K010").with("name", &question.calendar).with("known", known.join(", "));
        Failure::new(Exit::NotFound, notice)
    })?;
    let at = match &question.at {
        None => Clock::machine().now(),
        Some(text) => {
            text.parse().map_err(|_| Failure::new(Exit::Usage, Notice::new("TW-K011").with("value", text)))?
        }
    };
    let room = question.room.as_deref().map_or(Ok(Duration::ZERO), length)?;
    Ok((calendar, at, room))
}

fn length(text: &str) -> Result<Duration, Failure> {
    config::length::parse(text)
        .ok_or_else(|| Failure::new(Exit::Usage, Notice::new("TW-K012").with("value", text)))
}

/// Returns an instant in RFC 3339 with the offset of the calendar's zone.
fn spelled(at: Option<Timestamp>, zone: &TimeZone) -> Option<String> {
    at.map(|at| at.display_with_offset(zone.to_offset(at)).to_string())
}

fn as_json(reading: &Reading, zone: &TimeZone) -> serde_json::Value {
    let reasons: Vec<serde_json::Value> = reading
        .reasons
        .iter()
        .map(|reason| json!({ "kind": reason.kind, "name": reason.name, "until": spelled(reason.until, zone) }))
        .collect();
    json!({
        "open": reading.open,
        "reasons": reasons,
        "next_open": spelled(reading.next_open, zone),
        "next_close": spelled(reading.next_close, zone),
        "next_slot": spelled(reading.next_slot, zone),
    })
}

fn tell(
    terminal: &Terminal,
    calendar: &Calendar,
    at: Timestamp,
    room: Duration,
    reading: &Reading,
) -> Result<(), Failure> {
    let zoned = |at: Timestamp| at.to_zoned_datetime(calendar.zone.clone()).to_string();
    let id = if reading.open { "calendar-open" } else { "calendar-closed" };
    let names: Vec<String> =
        reading.reasons.iter().map(|reason| reason_words(terminal, reason.kind, &reason.name)).collect();
    let now = Notice::new(id)
        .with("calendar", &calendar.name)
        .with("now_at", zoned(at))
        .with("reasons", names.join(", "));
    terminal.answer(&now)?;
    match reading.next_open {
        None => terminal.answer(&Notice::new("calendar-no-open"))?,
        Some(open) if !reading.open => {
            terminal.answer(&Notice::new("calendar-next-open").with("open_at", zoned(open)))?
        }
        Some(_) => {}
    }
    if let Some(close) = reading.next_close {
        terminal.answer(&Notice::new("calendar-next-close").with("close_at", zoned(close)))?;
    }
    if room > Duration::ZERO { tell_slot(terminal, calendar, room, reading) } else { Ok(()) }
}

fn tell_slot(
    terminal: &Terminal,
    calendar: &Calendar,
    room: Duration,
    reading: &Reading,
) -> Result<(), Failure> {
    let said = when::length(terminal.language, room);
    match reading.next_slot {
        None => terminal.answer(&Notice::new("calendar-no-slot").with("room", said)),
        Some(slot) => {
            let slot = slot.to_zoned_datetime(calendar.zone.clone()).to_string();
            terminal.answer(&Notice::new("calendar-next-slot").with("room", said).with("slot_at", slot))
        }
    }
}

fn reason_words(terminal: &Terminal, kind: ReasonKind, name: &str) -> String {
    let id = match kind {
        ReasonKind::Window => "calendar-reason-window",
        ReasonKind::OutsideOpen => "calendar-reason-outside-open",
        ReasonKind::Freeze => "calendar-reason-freeze",
        ReasonKind::Feed => "calendar-reason-feed",
        ReasonKind::StaleFeed => "calendar-reason-stale-feed",
    };
    terminal.say(&Notice::new(id).with("name", name))
}
