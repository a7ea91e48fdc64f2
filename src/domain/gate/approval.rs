//! The gate *approval*: enough people said yes to exactly what would be deployed now.

use jiff::Timestamp;

use super::{Asking, GateReading, Standing, reading};
use crate::domain::notice::Notice;

/// Returns what the gate says.
pub(super) fn gate(asking: &Asking<'_>, at: Timestamp) -> GateReading {
    if let Some(why) = asking.approvers_unseen {
        return reading("approval", Standing::Unknown, why.clone(), at);
    }
    let valid = asking.state.valid_approvals(asking.target, at);
    let pusher = asking.state.opening.pusher.as_ref();
    let others = match pusher {
        _ if asking.self_approval => valid.len(),
        Some(pusher) => valid.iter().filter(|approval| !pusher.same_as(&approval.by)).count(),
        // Whoever pushed it is at most one of those who approved.
        None => valid.len().saturating_sub(1),
    };
    let have = u32::try_from(others).unwrap_or(u32::MAX);
    let standing = if have >= asking.approvals { Standing::Good } else { Standing::Bad };
    let id = match (standing, pusher) {
        (Standing::Good, _) => "gate-approval-good",
        (_, None) if !asking.self_approval && !valid.is_empty() => "gate-approval-pusher-unknown",
        _ => "gate-approval-missing",
    };
    let why = Notice::new(id)
        .with("tag", asking.state.opening.tag.name())
        .with("environment", &asking.state.opening.environment)
        .with("have", have)
        .with("need", asking.approvals)
        .with("who", asking.approvers.join(", "));
    GateReading { who: asking.approvers.to_vec(), ..reading("approval", standing, why, at) }
}
