//! What the automatic gates of an environment saw last, where that says nothing new and is in no journal.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::domain::gate::Evidence;
use crate::domain::names::ReleaseId;
use crate::domain::plan::Needed;
use crate::domain::release::State;

/// The newest evidence of the releases that wait; losing it costs one look at each gate.
#[derive(Default)]
pub(in crate::engine) struct GateMemory {
    seen: Mutex<BTreeMap<ReleaseId, BTreeMap<String, Evidence>>>,
    /// What was seen in the newest file of a gate, under the file's identity.
    files: Mutex<BTreeMap<String, (String, Vec<String>)>>,
    /// Which images a release needs, under the commit and the files that this was read from.
    needed: Mutex<BTreeMap<ReleaseId, (NeededFrom, Needed)>>,
    nudge: Notify,
}

/// What the images of a release were read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine) struct NeededFrom {
    /// The commit and the options that name project, files and variables.
    pub asked: String,
    /// What tells whether the files beside the commit have changed.
    pub found: String,
}

impl GateMemory {
    /// Returns what each gate saw last of a release, from the journal or from memory.
    ///
    /// What was seen at an instant that is still to come is not the newest: the clock was ahead then.
    pub fn newest(&self, state: &State, now: Timestamp) -> BTreeMap<String, Evidence> {
        let mut newest = state.evidence.clone();
        if let Ok(seen) = self.seen.lock()
            && let Some(remembered) = seen.get(&state.opening.id)
        {
            for (gate, evidence) in remembered {
                let rank = |one: &Evidence| (one.seen_at <= now, one.seen_at);
                if newest.get(gate).is_none_or(|known| rank(known) <= rank(evidence)) {
                    newest.insert(gate.clone(), evidence.clone());
                }
            }
        }
        newest
    }

    /// Keeps what was seen of a release, unless a look that began later has said something already.
    pub fn remember(&self, release: ReleaseId, seen: &[Evidence], now: Timestamp) {
        if let Ok(mut all) = self.seen.lock() {
            let of_release = all.entry(release).or_default();
            for one in seen {
                let known = of_release.get(&one.gate).filter(|known| known.seen_at <= now);
                if known.is_none_or(|known| known.seen_at <= one.seen_at) {
                    of_release.insert(one.gate.clone(), one.clone());
                }
            }
        }
    }

    /// Forgets all releases but these.
    pub fn keep(&self, releases: impl Iterator<Item = ReleaseId>) {
        let kept: Vec<ReleaseId> = releases.collect();
        if let Ok(mut all) = self.seen.lock() {
            all.retain(|release, _| kept.contains(release));
        }
        if let Ok(mut all) = self.needed.lock() {
            all.retain(|release, _| kept.contains(release));
        }
    }

    /// Returns which images a release needs, as it was last read for this question.
    pub fn needed(&self, release: ReleaseId, asked: &str) -> Option<(NeededFrom, Needed)> {
        let all = self.needed.lock().ok()?;
        all.get(&release).filter(|(from, _)| from.asked == asked).cloned()
    }

    /// Keeps which images a release needs.
    pub fn remember_needed(&self, release: ReleaseId, from: NeededFrom, needed: &Needed) {
        if let Ok(mut all) = self.needed.lock() {
            all.insert(release, (from, needed.clone()));
        }
    }

    /// Forgets which images a release needs, so that they are read anew.
    pub fn forget_needed(&self, release: ReleaseId) {
        if let Ok(mut all) = self.needed.lock() {
            all.remove(&release);
        }
    }

    /// Returns the identity of the file that a gate looked into last, and what it saw there.
    pub fn seen_in_file(&self, gate: &str) -> (String, Vec<String>) {
        self.files.lock().ok().and_then(|files| files.get(gate).cloned()).unwrap_or_default()
    }

    /// Keeps what a gate saw in a file.
    pub fn remember_file(&self, gate: &str, identity: String, seen: Vec<String>) {
        if let Ok(mut files) = self.files.lock() {
            files.insert(gate.to_owned(), (identity, seen));
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
