//! Ticking the items of the checklist, and signing for all of them.

use crate::config::Signoff;
use crate::domain::names::Person;
use crate::domain::notice::Notice;
use crate::domain::release::{Event, State};
use crate::engine::act::require_waiting;
use crate::engine::{Place, RefusedAct};

fn checklist<'p>(state: &State, place: &'p Place) -> Result<&'p Signoff, RefusedAct> {
    require_waiting(state)?;
    place.environment.signoff.as_ref().ok_or_else(|| {
        RefusedAct::Conflict(Notice::new("TW-P021").with("environment", &place.environment.name))
    })
}

/// Returns that a person tried an item.
pub(super) fn tick(
    state: &State,
    place: &Place,
    by: Person,
    item: String,
    good: bool,
    note: Option<String>,
) -> Result<Event, RefusedAct> {
    let known = &checklist(state, place)?.items;
    if !known.iter().any(|one| one.name == item) {
        let names: Vec<&str> = known.iter().map(|one| one.name.as_str()).collect();
        let notice = Notice::new("TW-P022").with("item", item).with("items", names.join(", "));
        return Err(RefusedAct::NotFound(notice));
    }
    let note = note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    if !good && note.is_none() {
        return Err(RefusedAct::Conflict(Notice::new("TW-P024").with("item", item)));
    }
    Ok(Event::Ticked { item, by, good, note })
}

/// Returns that a person signed for the whole checklist; never while an item is open or faulty.
pub(super) fn sign(
    state: &State,
    place: &Place,
    by: Person,
    note: Option<String>,
) -> Result<Event, RefusedAct> {
    let checklist = checklist(state, place)?.checklist();
    let open = checklist.open_items(state);
    if !open.is_empty() {
        let notice = Notice::new("TW-P023").with("items", open.join(", "));
        return Err(RefusedAct::Conflict(notice.with("release", state.opening.id)));
    }
    let note = note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    Ok(Event::SignedOff { by, checklist: checklist.digest(), note })
}
