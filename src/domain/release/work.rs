//! What the engine has to do next for a release, from its state alone.
//!
//! The same question is asked after every event and after every start, so that going on after a crash is no special
//! case: a step that was begun and has no outcome is looked at, never begun again.

use super::{Direction, Outcome, Phase, State};
use crate::domain::notice::Notice;
use crate::domain::plan::Stage;
use crate::domain::release::event::Kind;

/// The next thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// Nothing, until something happens.
    Rest,
    /// Ask the gates.
    AskGates,
    /// Write down that this step begins, then do it.
    Begin {
        /// Forward or back.
        direction: Direction,
        /// Its place in the plan.
        index: usize,
        /// Which try this is.
        attempt: u32,
    },
    /// A step was begun: learn what came of it.
    Learn {
        /// Its place in `State::runs`.
        run: usize,
    },
    /// All deployment steps are proven.
    ProveDeploy,
    /// All smoke tests passed.
    StartWatch,
    /// Look at the signals.
    Look,
    /// See that people were told.
    Announce,
    /// Go back.
    StartBack {
        /// Why.
        why: Notice,
    },
    /// What ran before runs again.
    EndBack,
    /// There is no way on by itself.
    Stick {
        /// Why.
        why: Notice,
    },
}

/// How far the steps of one stage are.
enum Progress {
    Next { index: usize, attempt: u32 },
    Running { run: usize },
    Failed { why: Notice },
    AllDone,
}

/// Returns what has to be done next.
pub fn work(state: &State) -> Work {
    match state.phase {
        Phase::Waiting => Work::AskGates,
        Phase::Deploying => match progress(state, Direction::Do, Some(Stage::Deploy)) {
            Progress::AllDone => leave(state, Work::ProveDeploy),
            unfinished => forward(state, unfinished),
        },
        Phase::Smoke => match progress(state, Direction::Do, Some(Stage::Smoke)) {
            Progress::AllDone => leave(state, Work::StartWatch),
            unfinished => forward(state, unfinished),
        },
        Phase::Watching => leave(state, Work::Look),
        Phase::Announcing => leave(state, Work::Announce),
        Phase::Complete => leave(state, Work::Rest),
        Phase::RollingBack => match progress(state, Direction::Undo, None) {
            Progress::AllDone => Work::EndBack,
            Progress::Failed { why } => Work::Stick { why },
            Progress::Running { run } => Work::Learn { run },
            Progress::Next { index, attempt } => Work::Begin { direction: Direction::Undo, index, attempt },
        },
        Phase::Refused
        | Phase::Denied
        | Phase::Withdrawn
        | Phase::Superseded
        | Phase::RolledBack
        | Phase::Stuck => Work::Rest,
    }
}

/// Returns the way back when a person asked for it, else `otherwise`.
fn leave(state: &State, otherwise: Work) -> Work {
    match &state.back_asked {
        Some(_) if state.opening.kind == Kind::Back => otherwise,
        Some(asked) => {
            let by = asked.by.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string);
            Work::StartBack { why: Notice::new("back-asked").with("by", by).with("reason", &asked.reason) }
        }
        None => otherwise,
    }
}

fn forward(state: &State, progress: Progress) -> Work {
    match progress {
        Progress::Running { run } => Work::Learn { run },
        Progress::Next { index, attempt } => {
            leave(state, Work::Begin { direction: Direction::Do, index, attempt })
        }
        // No automatic way back from a way back: a person decides.
        Progress::Failed { why } if state.opening.kind == Kind::Back => Work::Stick { why },
        Progress::Failed { why } => Work::StartBack { why },
        Progress::AllDone => Work::Rest,
    }
}

fn progress(state: &State, direction: Direction, stage: Option<Stage>) -> Progress {
    let Some(plan) = state.plan_of(direction) else { return Progress::AllDone };
    for (index, step) in plan.steps.iter().enumerate() {
        if stage.is_some_and(|stage| step.stage != stage) {
            continue;
        }
        let Some(place) = state.runs.iter().rposition(|run| run.direction == direction && run.index == index)
        else {
            return Progress::Next { index, attempt: 1 };
        };
        let run = &state.runs[place];
        match &run.ended {
            None => return Progress::Running { run: place },
            Some((_, Outcome::Done)) => {}
            Some((_, Outcome::Failed { why })) => {
                if run.forgiven || run.attempt <= step.retries {
                    return Progress::Next { index, attempt: run.attempt + 1 };
                }
                return Progress::Failed { why: why.clone() };
            }
        }
    }
    Progress::AllDone
}
