//! The ground on which a release may leave: evidence, signatures, overrides, approvals, stops, and what they bind.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::State;
use crate::domain::gate::Evidence;
use crate::domain::names::Person;
use crate::domain::notice::Notice;

/// The digits of a digest that a person may type.
const SHORT_DIGEST: usize = 16;

/// One person's yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// What was shown to them, as a digest.
    pub binding: String,
    /// Until when it counts.
    pub expires_at: Timestamp,
    /// The digests of the evidence and of the sign-off that were good then, by gate.
    pub seen: BTreeMap<String, String>,
}

/// What a person found when they tried an item of the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// Whether it was well.
    pub good: bool,
    /// What they noted, or a link.
    pub note: Option<String>,
}

/// A person's signature under the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// The digest of the checklist.
    pub checklist: String,
    /// What they noted.
    pub note: Option<String>,
}

/// A closed gate that people let the release pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Which gate.
    pub gate: String,
    /// Who asked.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// Until when it counts.
    pub until: Timestamp,
    /// It only proves that the way works, and opens nothing.
    pub drill: bool,
    /// The second person.
    pub confirmed_by: Option<Person>,
}

impl Override {
    /// Returns the short digest of what was asked: whoever confirms names it, and so confirms nothing else.
    pub fn asked(&self) -> String {
        let (by, at, until) = (self.by.to_string(), self.at.to_string(), self.until.to_string());
        let asked = digest([self.gate.clone(), by, at, self.reason.clone(), until, self.drill.to_string()]);
        asked.chars().take(SHORT_DIGEST).collect()
    }

    /// Returns whether it opens its gate at `at`.
    pub fn counts(&self, at: Timestamp) -> bool {
        !self.drill && self.confirmed_by.is_some() && at < self.until && is_past(self.at, at)
    }
}

/// A stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Who.
    pub by: Person,
    /// Why.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

impl State {
    /// The newest evidence of a gate counts: a slow look does not undo what a later one saw.
    ///
    /// An approval that was given before a gate was good is bound to the first good evidence that comes.
    pub(super) fn see(&mut self, evidence: &[Evidence], at: Timestamp) {
        for one in evidence {
            // What a clock saw that was ahead, be it by a second, is older than anything that is seen now.
            let known = self.evidence.get(&one.gate).filter(|known| known.seen_at <= at);
            if known.is_none_or(|known| known.seen_at <= one.seen_at) {
                self.evidence.insert(one.gate.clone(), one.clone());
            }
        }
        self.bind_approvals();
    }

    /// Binds every approval to what is proven now and was not when it was given.
    fn bind_approvals(&mut self) {
        let proofs = self.proofs();
        for approval in &mut self.approvals {
            for (gate, proof) in &proofs {
                approval.seen.entry(gate.clone()).or_insert_with(|| proof.clone());
            }
        }
    }

    /// A gate has one override at most; asking anew needs a new confirmation.
    pub(super) fn ask_override(&mut self, asked: Override) {
        self.end_override(&asked.gate);
        self.overrides.push(asked);
    }

    /// Takes the override of a gate away.
    pub(super) fn end_override(&mut self, gate: &str) {
        self.overrides.retain(|passed| passed.gate != gate);
    }

    /// An item that is faulty takes the signature away.
    pub(super) fn tick(&mut self, item: &str, tick: Tick) {
        if !tick.good {
            self.signed = None;
        }
        self.ticks.insert(item.to_owned(), tick);
    }

    /// The newest signature counts, and binds whoever approved before it.
    pub(super) fn sign(&mut self, signature: Signature) {
        self.signed = Some(signature);
        self.bind_approvals();
    }

    /// Nobody confirms what they asked for themselves, whatever was written.
    pub(super) fn confirm_override(&mut self, gate: &str, by: &Person) {
        let asked = self.overrides.iter_mut().find(|passed| passed.gate == gate);
        if let Some(asked) = asked.filter(|asked| !asked.by.same_as(by)) {
            asked.confirmed_by = Some(by.clone());
        }
    }

    /// The newest vote of a person counts.
    pub(super) fn approve(&mut self, approval: Approval) {
        self.approvals.retain(|known| !known.by.same_as(&approval.by));
        self.approvals.push(approval);
    }

    /// An approval ends; why is kept for those who gave it.
    pub(super) fn void_approval(&mut self, by: &Person, at: Timestamp, why: &Notice) {
        self.approvals.retain(|approval| !approval.by.same_as(by));
        self.voided.push((by.clone(), at, why.clone()));
    }

    /// Returns the digest of what would be deployed where: tag object, commit, and the target as it is now.
    pub fn identity(&self, target: &str) -> String {
        let opening = &self.opening;
        digest([
            opening.repository_id.to_string(),
            opening.environment.to_string(),
            opening.tag.to_string(),
            opening.object.to_string(),
            opening.commit.to_string(),
            target.to_owned(),
        ])
    }

    /// Returns what there is for an approval to be bound to besides: the good evidence and the sign-off, by gate.
    pub fn proofs(&self) -> BTreeMap<String, String> {
        let mut proofs: BTreeMap<String, String> = self
            .evidence
            .values()
            .filter_map(|evidence| Some((evidence.gate.clone(), evidence.bound()?)))
            .collect();
        if let Some(signed) = &self.signed {
            let ticks = self.ticks.iter().flat_map(|(item, tick)| {
                let (by, at) = (tick.by.to_string(), tick.at.to_string());
                [item.clone(), by, at, tick.good.to_string(), tick.note.clone().unwrap_or_default()]
            });
            let signed = [signed.by.to_string(), signed.at.to_string(), signed.checklist.clone()];
            let signature = digest(signed.into_iter().chain(ticks));
            proofs.insert("signoff".to_owned(), signature);
        }
        proofs
    }

    /// Returns the digest of everything that an approval given now is bound to.
    pub fn binding(&self, target: &str) -> String {
        let proofs = self.proofs().into_iter().flat_map(|(gate, proof)| [gate, proof]);
        digest(std::iter::once(self.identity(target)).chain(proofs))
    }

    /// Returns what has changed of what was approved; `None` = nothing.
    ///
    /// The first good evidence that came after the approval changes nothing; other evidence in its place does.
    pub fn change_since(&self, approval: &Approval, target: &str) -> Option<Notice> {
        if approval.binding != self.identity(target) {
            return Some(Notice::new("approval-void-target"));
        }
        let now = self.proofs();
        let changed = approval.seen.iter().find(|(gate, proof)| match now.get(*gate) {
            Some(other) => other != *proof,
            None => gate.as_str() == "signoff",
        });
        changed.map(|(gate, _)| Notice::new("approval-void-evidence").with("gate", gate))
    }

    /// Returns the first approval that has ended by `now`, and why: its time is over, or what was approved has changed.
    pub fn ended_approval(&self, target: &str, now: Timestamp) -> Option<(Person, Notice)> {
        self.approvals.iter().find_map(|approval| {
            let over = (now >= approval.expires_at).then(|| Notice::new("approval-void-expired"));
            Some((approval.by.clone(), self.change_since(approval, target).or(over)?))
        })
    }

    /// Returns the approvals that count at `now`: nothing has changed of what was approved, and they are not expired.
    pub fn valid_approvals(&self, target: &str, now: Timestamp) -> Vec<&Approval> {
        self.approvals
            .iter()
            .filter(|approval| now < approval.expires_at && is_past(approval.at, now))
            .filter(|approval| self.change_since(approval, target).is_none())
            .collect()
    }

    /// Returns whether everything that the gates look at is in both states the same.
    pub fn same_ground(&self, other: &Self) -> bool {
        self.phase == other.phase
            && self.hold == other.hold
            && self.approvals == other.approvals
            && self.evidence == other.evidence
            && self.ticks == other.ticks
            && self.signed == other.signed
            && self.overrides == other.overrides
    }
}

/// Returns the digest of these parts, each with its length, so that no two lists give the same bytes.
fn digest(parts: impl IntoIterator<Item = String>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hex::encode(hasher.finalize())
}

/// How far ahead an instant may lie that was written down before: a clock is set back by seconds all the time.
pub const CLOCK_SLACK: Duration = Duration::from_secs(300);

/// Returns whether `then` lies before `now`, as far as clocks tell: what was given while the clock was years ahead
/// counts for nothing once it is right again.
pub(crate) fn is_past(then: Timestamp, now: Timestamp) -> bool {
    now.checked_add(CLOCK_SLACK).is_ok_and(|latest| then <= latest)
}
