//! Signs and words for states, so that colour never says anything alone.

use maud::{Markup, html};

use crate::domain::gate::Standing;
use crate::domain::release::Phase;
use crate::domain::watch::Answer;
use crate::messages::safe;
use crate::web::voice::Voice;

/// The mood of something: it chooses the colour, which only repeats what sign and word say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It is well.
    Good,
    /// It is not.
    Bad,
    /// It waits for something.
    Wait,
    /// It is at work.
    Busy,
    /// It is over, or still to come.
    Calm,
    /// It is not known.
    Unknown,
}

impl Mood {
    /// Returns the class that the style sheet knows.
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Wait => "wait",
            Self::Busy => "busy",
            Self::Calm => "calm",
            Self::Unknown => "unknown",
        }
    }
}

/// A sign with a word.
pub fn chip(mood: Mood, sign: &str, word: &str) -> Markup {
    html! { span class={ "chip " (mood.class()) } { span.sign aria-hidden="true" { (sign) } (word) } }
}

/// The sign of a phase.
pub fn of_phase(name: &str) -> (Mood, &'static str) {
    match Phase::named(name) {
        Some(Phase::Waiting) => (Mood::Wait, "◷"),
        Some(Phase::Deploying | Phase::Smoke | Phase::Announcing) => (Mood::Busy, "▶"),
        Some(Phase::Watching) => (Mood::Busy, "◉"),
        Some(Phase::Complete) => (Mood::Good, "✓"),
        Some(Phase::Refused | Phase::Denied) => (Mood::Bad, "✗"),
        Some(Phase::Withdrawn | Phase::Superseded) => (Mood::Calm, "–"),
        Some(Phase::RollingBack) => (Mood::Wait, "↩"),
        Some(Phase::RolledBack) => (Mood::Calm, "↩"),
        Some(Phase::Stuck) => (Mood::Bad, "!"),
        None => (Mood::Unknown, "?"),
    }
}

/// Returns a phase as sign and word.
pub fn phase(voice: Voice, name: &str) -> Markup {
    let (mood, sign) = of_phase(name);
    chip(mood, sign, &phase_word(voice, name))
}

/// Returns the word for a phase.
pub fn phase_word(voice: Voice, name: &str) -> String {
    match Phase::named(name) {
        Some(_) => voice.text(&format!("page-phase-{}", name.replace('_', "-"))),
        None => safe(name),
    }
}

/// Returns a gate's standing as sign and word.
pub fn standing(voice: Voice, standing: Standing) -> Markup {
    match standing {
        Standing::Good => chip(Mood::Good, "✓", &voice.text("page-standing-good")),
        Standing::Bad => chip(Mood::Wait, "◷", &voice.text("page-standing-bad")),
        Standing::Unknown => chip(Mood::Unknown, "?", &voice.text("page-standing-unknown")),
    }
}

/// Returns the state of a step as sign and word.
pub fn step(voice: Voice, state: &str) -> Markup {
    let (mood, sign, id) = match state {
        "planned" => (Mood::Calm, "○", "page-step-planned"),
        "running" => (Mood::Busy, "▶", "page-step-running"),
        "done" => (Mood::Good, "✓", "page-step-done"),
        "failed" => (Mood::Bad, "✗", "page-step-failed"),
        "lost" => (Mood::Bad, "✗", "page-step-lost"),
        _ => (Mood::Unknown, "?", "page-step-unknown"),
    };
    chip(mood, sign, &voice.text(id))
}

/// Returns what a look says as sign and word.
pub fn look(voice: Voice, answer: Answer) -> Markup {
    match answer {
        Answer::Ok => chip(Mood::Good, "✓", &voice.text("page-look-ok")),
        Answer::Bad => chip(Mood::Bad, "✗", &voice.text("page-look-bad")),
        Answer::NoData => chip(Mood::Unknown, "?", &voice.text("page-look-no-data")),
        Answer::Error => chip(Mood::Unknown, "?", &voice.text("page-look-error")),
    }
}
