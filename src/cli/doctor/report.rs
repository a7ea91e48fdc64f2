//! How are the findings told, in words and in JSON, and with which exit code?

use serde_json::{Value, json};

use super::finding::{Check, Finding, State};
use crate::cli::exit::{Exit, Failure};
use crate::cli::table::{Cell, Table, Tone};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;
use crate::messages::{self, Language, with_id};

/// The version of the JSON form; fields may be added within it.
const SCHEMA: u32 = 1;

/// Tells everything and returns the exit code.
///
/// # Errors
/// Standard output cannot be written.
pub fn tell(findings: &[Finding], as_json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let worst = findings.iter().map(|finding| finding.state).max().unwrap_or(State::Ok);
    if as_json {
        terminal.json(&document(findings, worst, terminal.language))?;
    } else {
        let mut lines = table(findings, terminal);
        lines.push(summary(findings, terminal));
        terminal.print(&lines.join("\n"))?;
    }
    Ok(exit(worst))
}

/// Returns the exit code: this command has its own, told on its help page, and only the numbers count.
fn exit(worst: State) -> Exit {
    match worst {
        State::Ok => Exit::Ok,
        State::Warning | State::Unknown => Exit::Failed,
        State::Error => Exit::Usage,
    }
}

fn table(findings: &[Finding], terminal: &Terminal) -> Vec<String> {
    let mut table = Table::default();
    let mut last = None;
    for finding in findings {
        if terminal.quiet && finding.state == State::Ok {
            continue;
        }
        let (sign, tone) = match finding.state {
            State::Ok => ("✓", Tone::Good),
            State::Warning => ("!", Tone::Open),
            State::Unknown => ("?", Tone::Open),
            State::Error => ("✗", Tone::Bad),
        };
        let worded = messages::word(terminal.language, &finding.notice);
        let what = if finding.notice.id.starts_with("TW-") {
            with_id(&worded.what, &finding.notice.id)
        } else {
            worded.what
        };
        let about = messages::safe(&finding.about);
        let colon = match terminal.language {
            Language::En => ": ",
            Language::Fr => " : ",
        };
        let said = if about.is_empty() { what } else { format!("{about}{colon}{what}") };
        table.row([
            Cell::new(format!("{sign} {}", word(finding.state, terminal))).toned(tone),
            Cell::new(terminal.say(&Notice::new(&format!("doctor-check-{}", finding.check.name())))),
            Cell::new(said),
        ]);
        let hint = hint(finding, worded.hint, terminal.language);
        // What mends several of them is said once.
        if let Some(hint) = hint.as_ref().filter(|hint| last.as_ref() != Some(*hint)) {
            table.below(2, Cell::new(format!("→ {hint}")).toned(Tone::Faint));
        }
        last = hint;
    }
    table.lines("", terminal)
}

/// Returns what mends it; what another room says without a way out gets the place where more stands.
fn hint(finding: &Finding, own: Option<String>, language: Language) -> Option<String> {
    let look = match finding.check {
        Check::Calendars => "doctor-look-calendars",
        Check::Configuration
        | Check::Secrets
        | Check::Daemon
        | Check::Database
        | Check::Space
        | Check::Service
        | Check::Forge
        | Check::Clock
        | Check::Token
        | Check::Branch
        | Check::Webhook
        | Check::Protection
        | Check::Hook
        | Check::Host => "doctor-look-log",
    };
    let found = own.unwrap_or_else(|| messages::say(language, &Notice::new(look)));
    (finding.state != State::Ok).then_some(found)
}

fn word(state: State, terminal: &Terminal) -> String {
    let id = match state {
        State::Ok => "doctor-ok",
        State::Warning => "doctor-warning",
        State::Unknown => "doctor-unknown",
        State::Error => "doctor-error",
    };
    terminal.say(&Notice::new(id))
}

fn count(findings: &[Finding], state: State) -> usize {
    findings.iter().filter(|finding| finding.state == state).count()
}

fn summary(findings: &[Finding], terminal: &Terminal) -> String {
    terminal.say(
        &Notice::new("doctor-summary")
            .with("errors", count(findings, State::Error))
            .with("warnings", count(findings, State::Warning))
            .with("unknown", count(findings, State::Unknown))
            .with("ok", count(findings, State::Ok)),
    )
}

fn document(findings: &[Finding], worst: State, language: Language) -> Value {
    let checks: Vec<Value> = findings.iter().map(|finding| one(finding, language)).collect();
    json!({
        "schema": SCHEMA,
        "state": worst,
        "errors": count(findings, State::Error),
        "warnings": count(findings, State::Warning),
        "unknown": count(findings, State::Unknown),
        "ok": count(findings, State::Ok),
        "checks": checks,
    })
}

fn one(finding: &Finding, language: Language) -> Value {
    let worded = messages::word(language, &finding.notice);
    json!({
        "check": finding.check.name(),
        "about": Some(&finding.about).filter(|about| !about.is_empty()),
        "state": finding.state,
        "id": finding.notice.id,
        "values": finding.notice.values,
        "message": worded.what,
        "hint": hint(finding, worded.hint, language),
    })
}
