//! `tagwarden log`: what happened to a release and what its steps printed, from the beginning or as it comes.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::ask;
use crate::cli::exit::{Exit, Failure};
use crate::cli::seen;
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;
use crate::messages::{self, when};

/// What may be typed after `log`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden log 12
  tagwarden log v1.4.2 --follow
  tagwarden log 12 --follow --json | jq -r .text

With --follow it ends when the release does: exit 0 when it is complete, 1 when it ended otherwise.")]
pub struct Args {
    /// A number, a tag, or OWNER/NAME@TAG#ENVIRONMENT where the tag alone means several
    #[arg(value_name = "RELEASE")]
    release: String,
    /// Go on until the release is over
    #[arg(long, short)]
    follow: bool,
    /// Answer in JSON, one document per line
    #[arg(long)]
    json: bool,
}

/// One line of the answer.
#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    Line { line: Line, time_zone: Option<String> },
    Printed { name: String, host: String, text: String },
}

#[derive(Deserialize)]
struct Line {
    at: Timestamp,
    actor: Option<String>,
    kind: String,
    text: Notice,
}

#[derive(Deserialize)]
struct End {
    phase: String,
    headline: Notice,
}

/// Answers.
///
/// # Errors
/// The daemon cannot be asked, there is no such release, or nobody reads the answer any more.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let verb = if args.follow { "follow" } else { "log" };
    let mut printed = Printed::default();
    let mut before = None;
    let last = ask::stream(terminal, verb, json!({ "release": args.release }), |value| {
        if args.json {
            return terminal.print(&value.to_string());
        }
        match ask::read(value)? {
            Told::Line { line, time_zone } => {
                printed.finish(terminal)?;
                let zone = seen::zone(time_zone.as_deref());
                let sentence = sentence(&line, before.as_ref());
                before = Some(line.text.clone());
                terminal.print(&worded(&line, &sentence, &zone, terminal))
            }
            Told::Printed { name, host, text } => printed.add(&format!("{host} {name}"), &text, terminal),
        }
    })?;
    end(args, last, &mut printed, terminal)
}

fn end(args: &Args, last: Value, printed: &mut Printed, terminal: &Terminal) -> Result<Exit, Failure> {
    let end: End = ask::read(last.clone())?;
    if args.json {
        terminal.print(&json!({ "end": last }).to_string())?;
    } else {
        printed.finish(terminal)?;
        if args.follow {
            terminal.answer(&end.headline)?;
        }
    }
    Ok(if !args.follow || end.phase == "complete" { Exit::Ok } else { Exit::Failed })
}

/// Returns what is said of a line: nothing twice in a row.
fn sentence(line: &Line, before: Option<&Notice>) -> Notice {
    match line.kind.as_str() {
        "rollback_started" if before == Some(&line.text) => Notice::new("term-way-back-begins"),
        "got_stuck" if before == Some(&line.text) => Notice::new("term-got-stuck"),
        _ => line.text.clone(),
    }
}

fn worded(line: &Line, sentence: &Notice, zone: &TimeZone, terminal: &Terminal) -> String {
    let at = when::short(terminal.language, line.at, zone);
    // Most sentences name the person; the others are about what the daemon did by itself.
    let by = match &line.actor {
        Some(actor) if !line.text.values.values().any(|value| value == actor) => {
            format!(" [{}]", messages::safe(actor))
        }
        Some(_) | None => String::new(),
    };
    format!("{at}  {}{by}", terminal.say(sentence))
}

/// What steps have printed, up to the last line that is still open.
#[derive(Default)]
struct Printed {
    step: String,
    open: String,
}

impl Printed {
    /// Shows the whole lines and keeps the rest until it is whole.
    fn add(&mut self, step: &str, text: &str, terminal: &Terminal) -> Result<(), Failure> {
        if self.step != step {
            self.finish(terminal)?;
            step.clone_into(&mut self.step);
        }
        self.open.push_str(text);
        let Some(end) = self.open.rfind('\n') else { return Ok(()) };
        let rest = self.open.split_off(end + 1);
        let whole = std::mem::replace(&mut self.open, rest);
        let lines: Vec<String> = whole.lines().map(|line| self.shown(line)).collect();
        terminal.print(&lines.join("\n"))
    }

    /// Shows what was left open.
    fn finish(&mut self, terminal: &Terminal) -> Result<(), Failure> {
        if self.open.is_empty() {
            return Ok(());
        }
        let line = std::mem::take(&mut self.open);
        terminal.print(&self.shown(&line))
    }

    fn shown(&self, line: &str) -> String {
        format!("    {} | {}", messages::safe(&self.step), messages::printed(line)).trim_end().to_owned()
    }
}
