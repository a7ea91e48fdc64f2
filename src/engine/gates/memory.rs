//! What the automatic gates of an environment saw last, where that says nothing new and is in no journal.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tokio::sync::Notify;

use crate::domain::gate::Evidence;
use crate::domain::names::ReleaseId;
use crate::domain::release::State;

/// The newest evidence of the releases that wait; losing it costs one look at each gate.
#[derive(Default)]
pub(in crate::engine) struct GateMemory {
    seen: Mutex<BTreeMap<ReleaseId, BTreeMap<String, Evidence>>>,
    nudge: Notify,
}

impl GateMemory {
    /// Returns what each gate saw last of a release, from the journal or from memory.
    pub fn newest(&self, state: &State) -> BTreeMap<String, Evidence> {
        let mut newest = state.evidence.clone();
        if let Ok(seen) = self.seen.lock()
            && let Some(remembered) = seen.get(&state.opening.id)
        {
            for (gate, evidence) in remembered {
                if newest.get(gate).is_none_or(|known| known.seen_at <= evidence.seen_at) {
                    newest.insert(gate.clone(), evidence.clone());
                }
            }
        }
        newest
    }

    /// Keeps what was seen of a release.
    pub fn remember(&self, release: ReleaseId, seen: &[Evidence]) {
        if let Ok(mut all) = self.seen.lock() {
            let of_release = all.entry(release).or_default();
            of_release.extend(seen.iter().map(|one| (one.gate.clone(), one.clone())));
        }
    }

    /// Forgets all releases but these.
    pub fn keep(&self, releases: impl Iterator<Item = ReleaseId>) {
        let kept: Vec<ReleaseId> = releases.collect();
        if let Ok(mut all) = self.seen.lock() {
            all.retain(|release, _| kept.contains(release));
        }
    }

    /// Wakes the loop that looks.
    pub fn nudge(&self) {
        self.nudge.notify_one();
    }

    /// Returns once the loop was woken.
    pub async fn nudged(&self) {
        self.nudge.notified().await;
    }
}
