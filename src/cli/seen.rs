//! What the daemon shows of a release, as far as the terminal words it; fields that it does not know are let through.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::cli::table::{Cell, Tone};
use crate::cli::terminal::Terminal;
use crate::domain::gate::{GateReading, Standing};
use crate::domain::notice::Notice;
use crate::domain::release::Phase;
use crate::domain::watch::Look;
use crate::messages::when;

/// A release in a list.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    /// Its number.
    pub id: u64,
    /// Its repository.
    pub repository: String,
    /// Where it goes.
    pub environment: String,
    /// The tag.
    pub tag: String,
    /// The phase's stable name.
    pub phase: String,
    /// What it does or waits for.
    pub headline: Notice,
    /// Who pushed the tag, when that is known.
    pub pusher: Option<String>,
    /// The zone in which its people read times.
    pub time_zone: Option<String>,
    /// When the tag was first seen.
    pub opened_at: Timestamp,
    /// When something last happened to it.
    pub changed_at: Timestamp,
    /// When it will be looked at again by itself.
    pub wake_at: Option<Timestamp>,
}

impl Row {
    /// Returns the zone in which times are shown.
    pub fn zone(&self) -> TimeZone {
        zone(self.time_zone.as_deref())
    }
}

/// Returns the zone with this name; that of the machine when there is none.
pub fn zone(name: Option<&str>) -> TimeZone {
    name.and_then(|name| TimeZone::get(name).ok()).unwrap_or_else(TimeZone::system)
}

/// A release with everything.
#[derive(Debug, Clone, Deserialize)]
pub struct View {
    /// What a list shows.
    #[serde(flatten)]
    pub row: Row,
    /// What the tag points at.
    pub object: String,
    /// The commit that would run.
    pub commit: String,
    /// The gates.
    pub gates: Vec<GateReading>,
    /// The approvals that count.
    pub approvals: Vec<Vote>,
    /// The approvals that count no more.
    #[serde(default)]
    pub voided: Vec<Void>,
    /// The checklist, when there is one.
    #[serde(default)]
    pub checklist: Option<Checklist>,
    /// The closed gates that people let it pass, or asked that it may.
    #[serde(default)]
    pub overrides: Vec<Passed>,
    /// The steps.
    pub steps: Vec<Step>,
    /// The watch.
    pub watch: Option<Watch>,
    /// What may be asked of it now.
    pub actions: Vec<String>,
    /// What an approval is bound to.
    pub binding: String,
    /// The clock of the house when it answered.
    pub now: Timestamp,
}

/// An approval.
#[derive(Debug, Clone, Deserialize)]
pub struct Vote {
    /// Whose.
    pub person: String,
    /// When.
    pub at: Timestamp,
    /// Until when it counts.
    pub expires_at: Timestamp,
}

/// An approval that counts no more.
#[derive(Debug, Clone, Deserialize)]
pub struct Void {
    /// Since when.
    pub at: Timestamp,
    /// Whose, and what changed.
    pub why: Notice,
}

/// What has to be tried.
#[derive(Debug, Clone, Deserialize)]
pub struct Checklist {
    /// The items.
    pub items: Vec<Item>,
    /// Who may tick and sign.
    pub who: Vec<String>,
    /// Who signed.
    pub signed: Option<Signature>,
}

/// One item.
#[derive(Debug, Clone, Deserialize)]
pub struct Item {
    /// Its short word.
    pub name: String,
    /// What to do.
    pub text: String,
    /// What came of it.
    pub tick: Option<Tick>,
}

/// What a person found.
#[derive(Debug, Clone, Deserialize)]
pub struct Tick {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether it was well.
    pub good: bool,
    /// What they noted.
    pub note: Option<String>,
}

/// A signature under a checklist.
#[derive(Debug, Clone, Deserialize)]
pub struct Signature {
    /// Who.
    pub by: String,
}

/// A closed gate that people let the release pass, or asked that it may.
#[derive(Debug, Clone, Deserialize)]
pub struct Passed {
    /// Which gate.
    pub gate: String,
    /// `asked`, `counts`, `drilled` or `over`.
    pub state: String,
    /// Who asked.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: Timestamp,
    /// The second person.
    pub confirmed_by: Option<String>,
    /// It opens nothing.
    pub drill: bool,
    /// The digest of what was asked.
    pub asked: String,
}

/// A step.
#[derive(Debug, Clone, Deserialize)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Where.
    pub host: String,
    /// `do` or `undo`.
    pub direction: String,
    /// How it stands.
    pub state: String,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When its outcome was known.
    pub ended_at: Option<Timestamp>,
    /// What came of it.
    pub outcome: Option<Notice>,
}

/// The watch.
#[derive(Debug, Clone, Deserialize)]
pub struct Watch {
    /// When it began.
    pub since: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// The newest look of every signal.
    pub looks: Vec<Look>,
    /// How many were taken in all.
    pub taken: u64,
}

/// A stop that a person put on an environment or on everything.
#[derive(Debug, Clone, Deserialize)]
pub struct Hold {
    /// `*`, or `repository environment`.
    pub scope: String,
    /// Who.
    pub person: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// Returns a phase in words behind its sign.
pub fn phase(name: &str, terminal: &Terminal) -> Cell {
    let (sign, tone) = match Phase::named(name) {
        Some(Phase::Waiting) => ("…", Tone::Open),
        Some(Phase::Deploying | Phase::Smoke | Phase::Watching | Phase::Announcing) => ("▶", Tone::Open),
        Some(Phase::Complete) => ("✓", Tone::Good),
        Some(Phase::Refused | Phase::Denied) => ("✗", Tone::Bad),
        Some(Phase::Withdrawn | Phase::Superseded) => ("–", Tone::Faint),
        Some(Phase::RollingBack | Phase::RolledBack) => ("↩", Tone::Bad),
        Some(Phase::Stuck) => ("!", Tone::Bad),
        // A daemon that is newer than this command may know more.
        None => return Cell::foreign(format!("? {name}")),
    };
    // The same words as on the pages, where they stand alone.
    let word = terminal.say(&Notice::new(&format!("page-phase-{}", name.replace('_', "-"))));
    Cell::new(format!("{sign} {}", word.to_lowercase())).toned(tone)
}

/// Returns a gate's answer in words behind its sign.
pub fn standing(standing: Standing, terminal: &Terminal) -> Cell {
    let (sign, word, tone) = match standing {
        Standing::Good => ("✓", "term-good", Tone::Good),
        Standing::Bad => ("✗", "term-closed", Tone::Bad),
        Standing::Unknown => ("?", "term-unknown", Tone::Open),
    };
    Cell::new(format!("{sign} {}", terminal.say(&Notice::new(word)))).toned(tone)
}

/// Returns an instant with weekday and offset, and how long ago or ahead that is.
pub fn moment(at: Timestamp, zone: &TimeZone, now: Timestamp, terminal: &Terminal) -> String {
    format!("{} ({})", when::short(terminal.language, at, zone), distance(at, now, terminal))
}

/// Returns how long ago or ahead an instant is.
pub fn distance(at: Timestamp, now: Timestamp, terminal: &Terminal) -> String {
    let (id, apart) =
        if at <= now { ("term-ago", now.duration_since(at)) } else { ("term-in", at.duration_since(now)) };
    let length = Duration::from_secs(apart.unsigned_abs().as_secs());
    if length.is_zero() {
        return terminal.say(&Notice::new("term-just-now"));
    }
    terminal.say(&Notice::new(id).with("length", when::length(terminal.language, length)))
}
