//! `tagwarden show`: one release with its gates, approvals, steps and watch.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::ask;
use crate::cli::exit::{Exit, Failure};
use crate::cli::seen::{self, Step, View, Watch};
use crate::cli::signoff;
use crate::cli::table::{Cell, Table, Tone};
use crate::cli::terminal::Terminal;
use crate::domain::gate::GateReading;
use crate::domain::notice::Notice;
use crate::domain::watch::Answer;
use crate::messages::when;

/// What may be typed after `show`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden show 12
  tagwarden show v1.4.2
  tagwarden show school/bridge@v1.4.2#production --json")]
pub struct Args {
    /// A number, a tag, or OWNER/NAME@TAG#ENVIRONMENT where the tag alone means several
    #[arg(value_name = "RELEASE")]
    release: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Answers.
///
/// # Errors
/// The daemon cannot be asked, or there is no such release.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let answer = ask::ask(terminal, None, "show", json!({ "release": args.release }))?;
    if args.json {
        terminal.json(&answer)?;
    } else {
        let view: View = ask::read(answer)?;
        let page = Page { now: view.now, view, terminal };
        terminal.print(&page.lines().join("\n"))?;
    }
    Ok(Exit::Ok)
}

/// One release, ready to be worded.
struct Page<'a> {
    view: View,
    now: Timestamp,
    terminal: &'a Terminal,
}

impl Page<'_> {
    fn lines(&self) -> Vec<String> {
        let mut lines = self.head();
        let parts = [
            ("term-title-gates", self.gates()),
            ("page-checklist", self.checklist()),
            ("page-overrides", self.overrides()),
            ("term-title-approvals", self.approvals()),
            ("term-title-steps", self.steps()),
            ("term-title-watch", self.watch()),
            ("term-title-next", self.next()),
        ];
        for (title, part) in parts {
            if !part.is_empty() {
                lines.push(String::new());
                lines.push(self.word(title));
                lines.extend(part);
            }
        }
        lines
    }

    fn word(&self, id: &str) -> String {
        self.terminal.say(&Notice::new(id))
    }

    fn head(&self) -> Vec<String> {
        let row = &self.view.row;
        let zone = row.zone();
        let moment = |at| Cell::new(seen::moment(at, &zone, self.now, self.terminal));
        let name = |id: &str| Cell::new(self.word(id)).toned(Tone::Faint);
        let mut table = Table::default();
        table.row([name("term-head-release"), Cell::new(row.id.to_string())]);
        table.row([name("term-head-tag"), Cell::foreign(&row.tag)]);
        table.row([name("term-head-repository"), Cell::foreign(&row.repository)]);
        table.row([name("term-head-environment"), Cell::foreign(&row.environment)]);
        table.row([name("term-head-phase"), seen::phase(&row.phase, self.terminal)]);
        table.below(1, Cell::new(self.terminal.say(&row.headline)));
        table.row([name("term-head-commit"), Cell::foreign(&self.view.commit)]);
        if self.view.object != self.view.commit {
            table.row([name("term-head-object"), Cell::foreign(&self.view.object)]);
        }
        if let Some(pusher) = &row.pusher {
            table.row([name("term-head-pusher"), Cell::foreign(pusher)]);
        }
        table.row([name("term-head-arrived"), moment(row.opened_at)]);
        table.row([name("term-head-changed"), moment(row.changed_at)]);
        if let Some(wake) = row.wake_at {
            table.row([name("term-head-wakes"), moment(wake)]);
        }
        table.lines("", self.terminal)
    }

    fn gates(&self) -> Vec<String> {
        gates(&self.view.gates, &self.view.row.zone(), self.now, true, self.terminal)
    }

    fn checklist(&self) -> Vec<String> {
        let list = self.view.checklist.as_ref();
        list.map(|list| signoff::lines(list, &self.view, self.terminal)).unwrap_or_default()
    }

    fn overrides(&self) -> Vec<String> {
        let mut table = Table::default();
        let zone = self.view.row.zone();
        for passed in &self.view.overrides {
            let (sign, tone) = match passed.state.as_str() {
                "counts" => ("!", Tone::Bad),
                "asked" => ("…", Tone::Open),
                _ => ("–", Tone::Faint),
            };
            let word = self.word(&format!("page-override-{}", passed.state));
            let people = [Some(passed.by.as_str()), passed.confirmed_by.as_deref()];
            let people: Vec<&str> = people.into_iter().flatten().collect();
            let until = when::short(self.terminal.language, passed.until, &zone);
            table.row([
                Cell::new(format!("{sign} {word}")).toned(tone),
                Cell::foreign(&passed.gate),
                Cell::foreign(people.join(" + ")),
                Cell::new(self.terminal.say(&Notice::new("term-counts-until").with("until", until))),
            ]);
            table.below(1, Cell::foreign(&passed.reason));
        }
        table.lines("  ", self.terminal)
    }

    fn approvals(&self) -> Vec<String> {
        let mut table = Table::default();
        let zone = self.view.row.zone();
        for vote in &self.view.approvals {
            let expires = when::short(self.terminal.language, vote.expires_at, &zone);
            table.row([
                Cell::new("✓").toned(Tone::Good),
                Cell::foreign(&vote.person),
                Cell::new(seen::moment(vote.at, &zone, self.now, self.terminal)),
                Cell::new(self.terminal.say(&Notice::new("term-counts-until").with("until", expires))),
            ]);
        }
        for void in &self.view.voided {
            let at = seen::moment(void.at, &zone, self.now, self.terminal);
            table.row([
                Cell::new("✗").toned(Tone::Bad),
                Cell::new(self.terminal.say(&void.why)),
                Cell::new(at),
            ]);
        }
        table.lines("  ", self.terminal)
    }

    fn steps(&self) -> Vec<String> {
        let mut table = Table::default();
        for step in &self.view.steps {
            table.row([
                self.step_state(step),
                Cell::foreign(&step.host),
                Cell::foreign(if step.direction == "undo" {
                    format!("↩ {}", step.name)
                } else {
                    step.name.clone()
                }),
                Cell::new(self.taken(step)),
            ]);
            if let Some(outcome) = &step.outcome {
                table.below(1, Cell::new(self.terminal.say(outcome)));
            }
        }
        table.lines("  ", self.terminal)
    }

    fn step_state(&self, step: &Step) -> Cell {
        let (sign, word, tone) = match step.state.as_str() {
            "planned" => ("·", "term-step-planned", Tone::Faint),
            "running" => ("▶", "term-step-running", Tone::Open),
            "done" => ("✓", "term-step-done", Tone::Good),
            "failed" => ("✗", "term-step-failed", Tone::Bad),
            _ => return Cell::foreign(format!("? {}", step.state)),
        };
        Cell::new(format!("{sign} {}", self.word(word))).toned(tone)
    }

    /// Returns how long a step took, or has taken so far.
    fn taken(&self, step: &Step) -> String {
        let Some(started) = step.started_at else { return String::new() };
        let taken = step.ended_at.unwrap_or(self.now).duration_since(started);
        let whole = Duration::from_secs(Duration::try_from(taken).unwrap_or_default().as_secs());
        if whole.is_zero() {
            return self.word("term-under-a-second");
        }
        when::length(self.terminal.language, whole)
    }

    fn watch(&self) -> Vec<String> {
        let Some(watch) = &self.view.watch else { return Vec::new() };
        let mut lines = vec![format!("  {}", self.watch_stretch(watch))];
        let mut table = Table::default();
        for look in &watch.looks {
            let (sign, word, tone) = match look.answer {
                Answer::Ok => ("✓", "term-good", Tone::Good),
                Answer::Bad => ("✗", "term-bad", Tone::Bad),
                Answer::NoData => ("?", "term-no-data", Tone::Open),
                Answer::Error => ("?", "term-unknown", Tone::Open),
            };
            table.row([
                Cell::new(format!("{sign} {}", self.word(word))).toned(tone),
                Cell::foreign(&look.signal),
                Cell::foreign(&look.evidence),
            ]);
        }
        lines.extend(table.lines("  ", self.terminal));
        lines
    }

    fn watch_stretch(&self, watch: &Watch) -> String {
        let zone = self.view.row.zone();
        let short = |at| when::short(self.terminal.language, at, &zone);
        let looks = when::counted(
            self.terminal.language,
            watch.taken,
            ["look", "looks", "observation", "observations"],
        );
        self.terminal.say(
            &Notice::new("term-watch-stretch")
                .with("since", short(watch.since))
                .with("until", short(watch.until))
                .with("looks", looks),
        )
    }

    /// Returns the commands that may be typed now.
    fn next(&self) -> Vec<String> {
        let id = self.view.row.id;
        let reason = self.word("term-reason-example");
        let command = |action: &str| match action {
            "approve" | "lift" => Some(format!("tagwarden {action} {id}")),
            "deny" | "withdraw" | "hold" | "rollback" | "retry" => {
                Some(format!("tagwarden {action} {id} --reason \"{reason}\""))
            }
            "tick" => Some(format!("tagwarden signoff {id} --item NAME")),
            "sign-off" => Some(format!("tagwarden signoff {id} --sign")),
            "override" => Some(format!("tagwarden override {id} GATE --reason \"{reason}\" --for 2h")),
            "confirm-override" => Some(format!("tagwarden override {id} GATE --confirm")),
            "end-override" => Some(format!("tagwarden override {id} GATE --end")),
            "brought-back" => Some(format!("tagwarden retry {id} --brought-back --reason \"{reason}\"")),
            // A daemon that is newer than this command may know more.
            _ => None,
        };
        self.view
            .actions
            .iter()
            .filter_map(|action| command(action))
            .map(|text| format!("  {text}"))
            .collect()
    }
}

/// Returns the gates, each with sign, word, reason, when it opens, and with `ages` how old its evidence is.
pub fn gates(
    gates: &[GateReading],
    zone: &TimeZone,
    now: Timestamp,
    ages: bool,
    terminal: &Terminal,
) -> Vec<String> {
    let mut table = Table::default();
    for gate in gates {
        let mut cells = vec![
            seen::standing(gate.standing, terminal),
            Cell::foreign(&gate.gate),
            Cell::new(terminal.say(&gate.reason)),
        ];
        if ages {
            let distance = seen::distance(gate.seen_at, now, terminal);
            let seen = terminal.say(&Notice::new("term-seen").with("distance", distance));
            cells.push(Cell::new(seen).toned(Tone::Faint));
        }
        table.row(cells);
        if let Some(opens) = gate.opens_at.filter(|opens| *opens > now) {
            let at = seen::moment(opens, zone, now, terminal);
            table.below(2, Cell::new(terminal.say(&Notice::new("term-opens").with("moment", at))));
        }
    }
    table.lines("  ", terminal)
}
