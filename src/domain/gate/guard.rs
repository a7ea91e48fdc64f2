//! The guard: the one function that lets a deployment start.
//!
//! [`Permit`] cannot be made anywhere else, and the event *started* is only written with one.

use jiff::Timestamp;

use super::{Answer, Asking, Standing, answer};
use crate::domain::release::Phase;

/// The leave to deploy one release at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit(Answer);

impl Permit {
    /// Returns what the gates said, to be written down with the start.
    pub fn into_answer(self) -> Answer {
        self.0
    }
}

/// Returns the leave to deploy at `at`, or what the gates said instead.
///
/// The release must wait, and every gate must be good: an answer without any gate is no leave, whatever it claims.
///
/// # Errors
/// The whole answer, which says what is missing.
pub fn permit(asking: &Asking<'_>, at: Timestamp) -> Result<Permit, Answer> {
    let answer = answer(asking, at);
    let waits = asking.state.phase == Phase::Waiting;
    let all_good =
        !answer.gates.is_empty() && answer.gates.iter().all(|gate| gate.standing == Standing::Good);
    if waits && all_good && answer.may_deploy { Ok(Permit(answer)) } else { Err(answer) }
}
