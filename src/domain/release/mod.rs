//! The release machine: events folded into a state by one total table.
//!
//! [`apply`] is the only way in which a state changes: it asks the table in `table.rs` whether the event is lawful in
//! the phase, and writes what the event says into the state. It is the same when an event happens and when a journal
//! is read again after a crash. [`work()`] says what the engine has to do next, from the state alone.

mod event;
mod ground;
mod headline;
mod phase;
mod state;
mod table;
mod tell;
mod work;

pub use event::{Direction, Event, EventName, Kind, Opening, Outcome, Source, Verdict};
pub(crate) use ground::is_past;
pub use ground::{Approval, CLOCK_SLACK, Hold, Override, Signature, Tick};
pub use phase::Phase;
pub use state::{Back, BackAsked, Course, State, StepRun};
pub use table::{Cell, Illegal, TABLE, next_phase};
pub use tell::{Effect, Gravity, StatusState, effects};
pub use work::{Work, work};

use jiff::Timestamp;

/// Returns the state after `event` at `at`, and what the world is to be told.
///
/// # Errors
/// The event is not lawful in the state's phase; the state is as it was.
pub fn step(state: &State, event: &Event, at: Timestamp) -> Result<(State, Vec<Effect>), Illegal> {
    let next = apply(state, event, at)?;
    let mut tell = effects(&next, event);
    // An answer that says the same to people is written down and not told again; the issue shows every gate.
    if event.name() == EventName::Asked && says_the_same(state, &next) {
        tell.retain(|effect| *effect == Effect::Issue);
    }
    Ok((next, tell))
}

/// Returns whether a release waits for the same thing as before, in whatever words.
fn says_the_same(before: &State, after: &State) -> bool {
    let (Some(before), Some(after)) = (&before.answer, &after.answer) else { return false };
    match (before.closed(), after.closed()) {
        (Some(before), Some(after)) => before.same_news(after),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Returns the state after `event` at `at`.
///
/// # Errors
/// The event is not lawful in the state's phase.
pub fn apply(state: &State, event: &Event, at: Timestamp) -> Result<State, Illegal> {
    let phase = next_phase(state.phase, event.name())?;
    let mut next = state.clone();
    next.absorb(event, at);
    next.phase = phase.unwrap_or_else(|| next.landing(event));
    next.changed_at = at;
    Ok(next)
}

/// Returns the fold of a release's events, the first of which opened it; `None` when there is no such first event.
///
/// # Errors
/// An event was written that the table does not allow: the journal is not one of ours.
pub fn fold<'a>(events: impl IntoIterator<Item = (&'a Event, Timestamp)>) -> Result<Option<State>, Illegal> {
    let mut events = events.into_iter();
    let Some((Event::Opened { opening }, at)) = events.next() else { return Ok(None) };
    let mut state = State::opened(opening.clone(), at);
    for (event, at) in events {
        state = apply(&state, event, at)?;
    }
    Ok(Some(state))
}
