//! What people said of a release, as windows see it: checklist, overrides, approvals that count no more.

use jiff::Timestamp;

use crate::config::Signoff;
use crate::domain::release::State;
use crate::engine::view::{ChecklistView, ItemView, OverrideView, SignatureView, TickView, VoidView};

/// Returns the checklist of the environment with what people found.
pub(super) fn checklist(state: &State, signoff: Option<&Signoff>) -> Option<ChecklistView> {
    let signoff = signoff?;
    let item = |item: &crate::config::Item| ItemView {
        name: item.name.clone(),
        text: item.text.clone(),
        tick: state.ticks.get(&item.name).map(|tick| TickView {
            by: tick.by.clone(),
            at: tick.at,
            good: tick.good,
            note: tick.note.clone(),
        }),
    };
    let checklist = signoff.checklist();
    // A signature under another list is none.
    let signed = state.signed.as_ref().filter(|signed| signed.checklist == checklist.digest());
    Some(ChecklistView {
        items: signoff.items.iter().map(item).collect(),
        who: checklist.who,
        signed: signed.map(|signed| SignatureView {
            by: signed.by.clone(),
            at: signed.at,
            good_until: signed.at.checked_add(checklist.max_age).unwrap_or(Timestamp::MAX),
            note: signed.note.clone(),
        }),
    })
}

/// Returns the overrides that people asked for, with what has become of each.
pub(super) fn overrides(state: &State, now: Timestamp) -> Vec<OverrideView> {
    let word = |passed: &crate::domain::release::Override| match &passed.confirmed_by {
        _ if now >= passed.until => "over",
        None => "asked",
        Some(_) if passed.drill => "drilled",
        Some(_) => "counts",
    };
    state
        .overrides
        .iter()
        .map(|passed| OverrideView {
            gate: passed.gate.clone(),
            state: word(passed),
            by: passed.by.clone(),
            at: passed.at,
            reason: passed.reason.clone(),
            until: passed.until,
            drill: passed.drill,
            confirmed_by: passed.confirmed_by.clone(),
            asked: passed.asked(),
        })
        .collect()
}

/// Returns the approvals that count no more, and why.
pub(super) fn voided(state: &State) -> Vec<VoidView> {
    let tag = state.opening.tag.name();
    state
        .voided
        .iter()
        .map(|(person, at, why)| VoidView {
            person: person.clone(),
            at: *at,
            why: why.clone().with("by", person).with("tag", tag),
        })
        .collect()
}
