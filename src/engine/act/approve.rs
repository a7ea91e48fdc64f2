//! Approving: exactly what was shown, for as long as it may count.

use jiff::Timestamp;

use crate::config::GateSource;
use crate::domain::calendar::{self, Calendar};
use crate::domain::names::Person;
use crate::domain::notice::Notice;
use crate::domain::release::{Event, State};
use crate::engine::act::require_waiting;
use crate::engine::{Engine, Place, RefusedAct};

impl Engine {
    /// Returns a person's yes to exactly what `binding` stands for.
    pub(super) fn approval(
        &self,
        state: &State,
        place: &Place,
        by: Person,
        binding: &str,
    ) -> Result<Event, RefusedAct> {
        require_waiting(state)?;
        let target = place.target();
        if binding != state.binding(&target) {
            let notice = Notice::new("TW-P002").with("tag", state.opening.tag.name());
            return Err(RefusedAct::Conflict(notice));
        }
        let images = place.environment.gates.iter().find(|gate| matches!(gate.source, GateSource::Images(_)));
        if let Some(image) = images.filter(|image| !state.proofs().contains_key(&image.name)) {
            // What would run is not known yet, so nobody can say yes to it.
            return Err(RefusedAct::Conflict(Notice::new("TW-P040").with("gate", &image.name)));
        }
        let own = state.opening.pusher.as_ref().is_some_and(|pusher| pusher.same_as(&by));
        if own && !place.environment.self_approval {
            let notice = Notice::new("TW-P003").with("environment", &place.environment.name);
            return Err(RefusedAct::NotAllowed(notice));
        }
        let expires_at = self.approval_ends(place, self.0.clock.now());
        Ok(Event::Approved { by, binding: state.identity(&target), expires_at, seen: state.proofs() })
    }

    /// Returns until when an approval of `now` counts: a stated time, or the end of the slot that it was given for,
    /// whichever comes first. A slot that was missed needs a new look, not an old yes.
    fn approval_ends(&self, place: &Place, now: Timestamp) -> Timestamp {
        let stated = now.checked_add(place.environment.approval_expires).unwrap_or(Timestamp::MAX);
        let calendars = self.calendars(place);
        let calendars: Vec<&Calendar> = calendars.iter().collect();
        let room = place.environment.max_duration;
        let slot = calendar::read(&calendars, now, room).next_slot;
        let end = slot.and_then(|slot| calendar::read(&calendars, slot, room).next_close);
        end.map_or(stated, |end| end.min(stated))
    }
}
