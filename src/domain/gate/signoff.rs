//! The gate *sign-off*: a person tried every item of the checklist and signed for it.

use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Asking, GateReading, Standing, reading};
use crate::domain::notice::Notice;
use crate::domain::release::{Signature, State, is_past};

/// What has to be tried before a release may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    /// The items, each a short word and a sentence; never empty.
    pub items: Vec<(String, String)>,
    /// Who may sign, as the configuration names them.
    pub who: Vec<String>,
    /// How old the signature may be.
    pub max_age: Duration,
}

impl Checklist {
    /// Returns the digest of the items; a signature under another list is none.
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for part in self.items.iter().flat_map(|(name, text)| [name, text]) {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        hex::encode(hasher.finalize())
    }

    /// Returns the names of the items that nobody ticked as good.
    pub fn open_items(&self, state: &State) -> Vec<&str> {
        self.items
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !state.ticks.get(*name).is_some_and(|tick| tick.good))
            .collect()
    }
}

/// Returns what the gate says.
pub(super) fn gate(checklist: &Checklist, asking: &Asking<'_>, at: Timestamp) -> GateReading {
    let state = asking.state;
    let about = |id: &str| {
        Notice::new(id)
            .with("tag", state.opening.tag.name())
            .with("environment", &state.opening.environment)
            .with("who", checklist.who.join(", "))
    };
    let bad = |why: Notice| GateReading {
        who: checklist.who.clone(),
        ..reading("signoff", Standing::Bad, why, at)
    };
    let faulty = checklist
        .items
        .iter()
        .find_map(|(name, _)| state.ticks.get(name).filter(|tick| !tick.good).map(|tick| (name, tick)));
    if let Some((name, tick)) = faulty {
        let note = tick.note.as_deref().unwrap_or_default();
        return bad(about("gate-signoff-faulty").with("item", name).with("by", &tick.by).with("note", note));
    }
    let counts = |signed: &&Signature| signed.checklist == checklist.digest() && is_past(signed.at, at);
    let signed = state.signed.as_ref().filter(counts);
    let Some(signed) = signed else {
        let open = checklist.open_items(state);
        return match open.is_empty() {
            true => bad(about("gate-signoff-unsigned")),
            false => bad(about("gate-signoff-open").with("items", open.join(", "))),
        };
    };
    let until = signed.at.checked_add(checklist.max_age).unwrap_or(Timestamp::MAX);
    if at >= until {
        return bad(about("gate-signoff-old").with("max_for", checklist.max_age.as_secs()));
    }
    GateReading {
        seen_at: signed.at,
        good_until: Some(until),
        ..reading("signoff", Standing::Good, about("gate-signoff-good").with("by", &signed.by), at)
    }
}
