//! The gate *calendar*: every calendar is open, and stays open for long enough.

use jiff::Timestamp;

use super::{Asking, GateReading, Standing, reading, zoned};
use crate::domain::calendar::{Reading, ReasonKind};
use crate::domain::notice::Notice;

/// Returns what the gate says.
pub(super) fn gate(asking: &Asking<'_>, says: &Reading, at: Timestamp) -> GateReading {
    if says.open && says.next_slot == Some(at) {
        return reading("calendar", Standing::Good, Notice::new("gate-calendar-open"), at);
    }
    // A feed that is not believed comes first: no other rule can say when it will be again.
    if let Some(stale) = says.reasons.iter().find(|reason| reason.kind == ReasonKind::StaleFeed) {
        let why = match stale.since {
            Some(since) => Notice::new("gate-calendar-stale").with("since_at", zoned(since, asking.zone)),
            None => Notice::new("gate-calendar-never-read"),
        };
        return reading("calendar", Standing::Bad, why.with("rule", &stale.name), at);
    }
    let id = match (says.open, says.reasons.first().map(|reason| reason.kind), says.next_slot) {
        (true, _, Some(_)) => "gate-calendar-no-room",
        (true, _, None) => "gate-calendar-no-room-known",
        (false, Some(ReasonKind::Freeze), Some(_)) => "gate-calendar-frozen",
        (
            false,
            Some(ReasonKind::Window | ReasonKind::OutsideOpen | ReasonKind::Feed | ReasonKind::StaleFeed)
            | None,
            Some(_),
        ) => "gate-calendar-closed",
        (false, _, None) => "gate-calendar-closed-no-slot",
    };
    let name = says.reasons.first().map(|reason| reason.name.clone()).unwrap_or_default();
    let mut why = Notice::new(id).with("rule", name);
    if let Some(slot) = says.next_slot {
        why = why.with("slot_at", zoned(slot, asking.zone));
    }
    GateReading { opens_at: says.next_slot, ..reading("calendar", Standing::Bad, why, at) }
}
