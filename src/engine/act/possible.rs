//! What may be asked of a release in the state that it is in, for windows that offer it.

use jiff::Timestamp;

use crate::config::Signoff;
use crate::domain::gate::{Standing, may_be_overridden};
use crate::domain::release::{Kind, Phase, State};

/// Returns what may be asked of a release at `now`; `signoff` is the checklist of its environment.
pub fn possible(state: &State, signoff: Option<&Signoff>, now: Timestamp) -> Vec<&'static str> {
    match state.phase {
        Phase::Waiting => {
            let stop = if state.hold.is_some() { "lift" } else { "hold" };
            let mut may = vec!["approve", "deny", "withdraw", stop];
            if state.opening.kind == Kind::Forward {
                may.extend(of_checklist(state, signoff));
                may.extend(of_overrides(state, now));
            }
            may
        }
        Phase::Deploying | Phase::Smoke | Phase::Watching | Phase::Announcing | Phase::Complete
            if state.back_asked.is_none() && state.opening.kind == Kind::Forward =>
        {
            vec!["rollback"]
        }
        Phase::Stuck => vec!["retry", "brought-back"],
        Phase::Deploying
        | Phase::Smoke
        | Phase::Watching
        | Phase::Announcing
        | Phase::Complete
        | Phase::Refused
        | Phase::Denied
        | Phase::Withdrawn
        | Phase::Superseded
        | Phase::RollingBack
        | Phase::RolledBack => Vec::new(),
    }
}

fn of_checklist(state: &State, signoff: Option<&Signoff>) -> Vec<&'static str> {
    match signoff.map(Signoff::checklist) {
        None => Vec::new(),
        Some(checklist) if checklist.open_items(state).is_empty() => vec!["tick", "sign-off"],
        Some(_) => vec!["tick"],
    }
}

fn of_overrides(state: &State, now: Timestamp) -> Vec<&'static str> {
    let gates = state.answer.iter().flat_map(|answer| &answer.gates);
    let closed =
        gates.filter(|gate| gate.standing != Standing::Good && may_be_overridden(&gate.gate)).count();
    let asked = || state.overrides.iter().filter(|passed| now < passed.until);
    [
        ("override", closed > 0),
        ("confirm-override", asked().any(|passed| passed.confirmed_by.is_none())),
        ("end-override", asked().next().is_some()),
    ]
    .into_iter()
    .filter_map(|(act, may)| may.then_some(act))
    .collect()
}
