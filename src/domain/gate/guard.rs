//! The guard: the one function that lets a deployment start.
//!
//! [`Permit`] cannot be made anywhere else, and the event *started* is only written with one. The guard is a list of
//! conditions, each with a name and each needed: a test leaves every one out in turn and must notice.

use jiff::Timestamp;

use super::{Answer, Asking, GateReading, Standing, answer};
use crate::domain::release::{Kind, Phase};

/// The leave to deploy one release at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit(Answer);

impl Permit {
    /// Returns what the gates said, to be written down with the start.
    pub fn into_answer(self) -> Answer {
        self.0
    }
}

/// One condition of the leave: its name, and whether it holds.
pub type Condition = (&'static str, fn(&Asking<'_>, &Answer) -> bool);

/// All conditions of the leave. Whatever is not asked of a way back holds there; a gate that is asked for and has no
/// reading is closed, whatever the answer claims.
pub const CONDITIONS: &[Condition] = &[
    ("waits", |asking, _| asking.state.phase == Phase::Waiting),
    ("tag", |asking, answer| goes_back(asking) || is_good(answer, "tag")),
    ("environment", |_, answer| is_good(answer, "environment")),
    ("hold", |asking, answer| goes_back(asking) || is_good(answer, "hold")),
    ("evidence", |asking, answer| goes_back(asking) || proves_itself(asking, answer)),
    ("signoff", |asking, answer| {
        goes_back(asking) || asking.checklist.is_none() || is_good(answer, "signoff")
    }),
    ("approval", |asking, answer| goes_back(asking) || asking.approvals == 0 || is_good(answer, "approval")),
    ("calendar", |asking, answer| {
        goes_back(asking) || asking.calendars.is_empty() || is_good(answer, "calendar")
    }),
];

/// The gates that have a condition of their own; every other reading is one of evidence.
const BY_NAME: &[&str] = &["tag", "environment", "hold", "signoff", "approval", "calendar"];

fn goes_back(asking: &Asking<'_>) -> bool {
    asking.state.opening.kind == Kind::Back
}

/// Returns whether a gate was asked and is good.
fn is_good(answer: &Answer, name: &str) -> bool {
    let mut readings = answer.gates.iter().filter(|gate| gate.gate == name).peekable();
    readings.peek().is_some() && readings.all(|gate| gate.standing == Standing::Good)
}

/// Returns whether every automatic gate that the environment wants was asked, and all readings of evidence are good.
fn proves_itself(asking: &Asking<'_>, answer: &Answer) -> bool {
    let of_evidence = |gate: &&GateReading| !BY_NAME.contains(&gate.gate.as_str());
    asking.evidence.iter().all(|wanted| is_good(answer, wanted.name))
        && answer.gates.iter().filter(of_evidence).all(|gate| gate.standing == Standing::Good)
}

/// Returns whether all of these conditions hold.
pub fn holds(conditions: &[Condition], asking: &Asking<'_>, answer: &Answer) -> bool {
    conditions.iter().all(|(_, holds)| holds(asking, answer))
}

/// Returns the leave to deploy at `at`, or what the gates said instead.
///
/// The release must wait, and every gate must be good: an answer without any gate is no leave, whatever it claims.
///
/// # Errors
/// The whole answer, which says what is missing.
pub fn permit(asking: &Asking<'_>, at: Timestamp) -> Result<Permit, Answer> {
    let answer = answer(asking, at);
    if holds(CONDITIONS, asking, &answer) { Ok(Permit(answer)) } else { Err(answer) }
}
