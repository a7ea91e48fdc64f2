//! `tagwarden calendar`: may it change now, and if not, when? From the configuration file alone, and what its feeds
//! last said.

mod draw;

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::domain::calendar::{Calendar, Reading, Reason, ReasonKind, lay_out, lint, read};
use crate::domain::notice::Notice;
use crate::messages::when;

/// What may be typed after `calendar`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden calendar check --calendar school
  tagwarden calendar check --calendar school --at 2026-11-27T16:00:00+01:00 --room 45m --json
  tagwarden calendar next --calendar school --room 45m
  tagwarden calendar show --weeks 4
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
    /// What do the coming weeks look like?
    #[command(before_help = "Examples:
  tagwarden calendar show --weeks 4
  tagwarden calendar show --calendar school --from 2026-11-23 --room 45m")]
    Show(Weeks),
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

#[derive(Debug, clap::Args)]
struct Weeks {
    /// The calendar's name in the configuration; all of them when left out
    #[arg(long, value_name = "NAME")]
    calendar: Option<String>,
    /// How many weeks, from Monday on
    #[arg(long, value_name = "N", default_value = "4")]
    weeks: String,
    /// A day in the first week; today when left out
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// What a slot needs; the longest that an environment needs of the calendar when left out
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
    let mut config = config::load_without_secrets(&terminal.config)
        .map_err(|problems| super::config::refused(&problems, terminal))?;
    let odd = super::feeds::attach(&mut config, Clock::machine().now(), terminal);
    match &args.what {
        What::Check(question) => {
            let (calendar, at, room) = asked(question, &config)?;
            warn_of(&odd, &calendar.name, terminal);
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
            warn_of(&odd, &calendar.name, terminal);
            let reading = read(&[calendar], at, room);
            if question.json {
                terminal.json(&json!({ "next_slot": spelled(reading.next_slot, &calendar.zone) }))?;
            } else {
                tell_slot(terminal, calendar, room, &reading)?;
            }
            Ok(if reading.next_slot.is_some() { Exit::Ok } else { Exit::Waiting })
        }
        What::Show(weeks) => show(weeks, &config, &odd, terminal),
        What::Lint { room, json } => {
            let room = length(room)?;
            let now = Clock::machine().now();
            let mut odd = odd;
            odd.extend(config.calendars.values().flat_map(|calendar| lint(calendar, room, now)));
            if *json {
                terminal.json(&odd)?;
            } else {
                odd.iter().try_for_each(|notice| terminal.answer(notice))?;
            }
            Ok(if odd.is_empty() { Exit::Ok } else { Exit::Failed })
        }
    }
}

/// Warns of the feeds of one calendar that could not be read.
fn warn_of(odd: &[Notice], calendar: &str, terminal: &Terminal) {
    let of_it =
        odd.iter().filter(|notice| notice.values.get("calendar").is_some_and(|name| name == calendar));
    of_it.for_each(|notice| terminal.warn(notice));
}

fn show(asked: &Weeks, config: &Config, odd: &[Notice], terminal: &Terminal) -> Result<Exit, Failure> {
    let usage = |id: &str, value: &str| Failure::new(Exit::Usage, Notice::new(id).with("value", value));
    let bad_weeks = || usage("TW-K014", &asked.weeks);
    let weeks: u8 = asked.weeks.parse().map_err(|_| bad_weeks())?;
    if !(1..=53).contains(&weeks) {
        return Err(bad_weeks());
    }
    let from: Option<Date> = match &asked.from {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| usage("TW-K013", text))?),
    };
    let calendars: Vec<&Calendar> = match &asked.calendar {
        Some(name) => vec![named(name, config)?],
        None => config.calendars.values().collect(),
    };
    let mut drawn = Vec::new();
    for calendar in calendars {
        warn_of(odd, &calendar.name, terminal);
        let room = match &asked.room {
            Some(text) => length(text)?,
            None => super::config::room_of(config, &calendar.name),
        };
        let first = from.unwrap_or_else(|| calendar.zone.to_datetime(Clock::machine().now()).date());
        if asked.json {
            drawn.push(pieces_as_json(calendar, first, weeks));
        } else {
            let pen = draw::Pen { language: terminal.language, colour: terminal.colours(&std::io::stdout()) };
            terminal.print(&draw::weeks(calendar, first, weeks, room, pen))?;
        }
    }
    if asked.json {
        terminal.json(&drawn)?;
    }
    Ok(Exit::Ok)
}

fn pieces_as_json(calendar: &Calendar, first: Date, weeks: u8) -> serde_json::Value {
    let zone = &calendar.zone;
    let start = |date: Date| zone.to_ambiguous_zoned_datetime(date.at(0, 0, 0, 0)).compatible().ok();
    let back = jiff::SignedDuration::from_hours(24 * i64::from(first.weekday().to_monday_zero_offset()));
    let monday = first.checked_sub(back).unwrap_or(first);
    let length = jiff::SignedDuration::from_hours(24 * 7 * i64::from(weeks));
    let end = monday.checked_add(length).unwrap_or(monday);
    let (Some(from), Some(to)) = (start(monday), start(end)) else { return serde_json::Value::Null };
    let pieces: Vec<serde_json::Value> = lay_out(&[calendar], from.timestamp(), to.timestamp())
        .iter()
        .map(|piece| {
            let rules: Vec<serde_json::Value> =
                piece.rules.iter().map(|(kind, name)| json!({ "kind": kind, "name": name })).collect();
            json!({
                "from": spelled(Some(piece.from), zone),
                "to": spelled(Some(piece.to), zone),
                "open": piece.rules.is_empty(),
                "reasons": rules,
            })
        })
        .collect();
    json!({ "calendar": calendar.name, "time_zone": zone.iana_name(), "pieces": pieces })
}

fn named<'a>(name: &str, config: &'a Config) -> Result<&'a Calendar, Failure> {
    config.calendars.get(name).ok_or_else(|| {
        let known: Vec<&str> = config.calendars.keys().map(String::as_str).collect();
        let notice = Notice::new("TW-K010").with("name", name).with("known", known.join(", "));
        Failure::new(Exit::NotFound, notice)
    })
}

fn asked<'a>(
    question: &Question,
    config: &'a Config,
) -> Result<(&'a Calendar, Timestamp, Duration), Failure> {
    let calendar = named(&question.calendar, config)?;
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
        .map(|reason| {
            let mut told =
                json!({ "kind": reason.kind, "name": reason.name, "until": spelled(reason.until, zone) });
            if reason.kind == ReasonKind::StaleFeed {
                told["since"] = json!(spelled(reason.since, zone));
            }
            told
        })
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
        reading.reasons.iter().map(|reason| reason_words(terminal, reason, &calendar.zone)).collect();
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

fn reason_words(terminal: &Terminal, reason: &Reason, zone: &TimeZone) -> String {
    let notice = match reason.since {
        Some(since) => {
            let since = since.to_zoned_datetime(zone.clone());
            Notice::new("calendar-reason-stale-since").with("since_at", since)
        }
        None => Notice::new(reason.kind.words()),
    };
    terminal.say(&notice.with("name", &reason.name))
}
