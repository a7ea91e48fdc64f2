//! Overrides: two people let one release pass one closed gate, with a reason, for a limited time.

use jiff::Timestamp;

use super::{Asking, GateReading, Standing, zoned};
use crate::domain::notice::Notice;

/// The gates that nobody can let a release pass: what the tag is, whose the environment is, a person's stop (it is
/// lifted instead), the decision itself, and what would be deployed.
pub const MAY_PASS_NEVER: &[&str] = &["tag", "environment", "host", "hold", "approval", "image"];

/// Returns whether people may let a release pass the gate with this name.
pub fn may_be_overridden(gate: &str) -> bool {
    !MAY_PASS_NEVER.contains(&gate)
}

/// Opens the closed gates that two people let the release pass at `at`; a drill opens nothing.
pub(super) fn apply(asking: &Asking<'_>, gates: &mut [GateReading], at: Timestamp) {
    for gate in
        gates.iter_mut().filter(|gate| gate.standing != Standing::Good && may_be_overridden(&gate.gate))
    {
        let passed =
            asking.state.overrides.iter().find(|passed| passed.gate == gate.gate && passed.counts(at));
        let Some((passed, confirmed)) =
            passed.and_then(|passed| Some((passed, passed.confirmed_by.as_ref()?)))
        else {
            continue;
        };
        gate.standing = Standing::Good;
        gate.overridden = true;
        gate.good_until = Some(passed.until);
        gate.opens_at = None;
        gate.reason = Notice::new("gate-overridden")
            .with("gate", &gate.gate)
            .with("by", &passed.by)
            .with("second", confirmed)
            .with("reason", &passed.reason)
            .with("until_at", zoned(passed.until, asking.zone));
    }
}
