//! What an automatic gate saw, and for how long that counts.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Asking, GateReading, Standing, news, reading, zoned};
use crate::domain::notice::Notice;
use crate::domain::release::is_past;

/// What an automatic gate saw when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The gate's name.
    pub gate: String,
    /// What it says.
    pub standing: Standing,
    /// Why, for people; foreign words in it may change from look to look.
    pub reason: Notice,
    /// What was seen, by name: run ids, states, sizes, digests. An approval binds the facts of a good gate.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// Whether the facts count: an approval is bound to them, and others are news. Not where the newest is always as good
    /// as any, as with backups.
    #[serde(default)]
    pub binds: bool,
    /// When the daemon looked.
    pub seen_at: Timestamp,
    /// Since when it says what it says; the words about it may have changed meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When the thing itself came about, such as the end of a run or a backup's time; `None` = as it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<Timestamp>,
    /// Where it was found: an address without secrets, a command.
    pub source: String,
    /// The page that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl Evidence {
    /// Returns whether this look is worth an entry after `known`: it saw something else, or the words are long outdated.
    ///
    /// Words alone count seldom, because what a program or a server says may hold a time or a counter.
    pub fn is_news_after(&self, known: &Self) -> bool {
        let same = self.standing == known.standing
            && self.reason.id == known.reason.id
            && self.dated == known.dated
            && self.binds == known.binds
            && (!self.binds || self.facts == known.facts);
        let worded = |one: &Self| (one.reason.clone(), one.source.clone(), one.link.clone());
        !same
            || known.is_from_the_future(self.seen_at)
            || (worded(self) != worded(known) && news::is_outdated(known.seen_at, self.seen_at))
    }

    /// Returns since when it says what it says.
    pub fn lasts_since(&self) -> Timestamp {
        self.since.unwrap_or(self.seen_at)
    }

    /// Returns whether it was seen at an instant that is still to come: the clock went ahead and came back.
    pub fn is_from_the_future(&self, now: Timestamp) -> bool {
        !is_past(self.seen_at, now)
    }

    /// Returns the digest of what an approval is bound to; `None` when it binds nothing.
    pub fn bound(&self) -> Option<String> {
        (self.binds && self.standing == Standing::Good).then(|| {
            let mut hasher = Sha256::new();
            for part in self.facts.iter().flat_map(|(name, value)| [name, value]) {
                hasher.update((part.len() as u64).to_be_bytes());
                hasher.update(part);
            }
            hex::encode(hasher.finalize())
        })
    }
}

/// An automatic gate that the environment asks for.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Its name.
    pub name: &'a str,
    /// How old what it saw may be.
    pub max_age: Duration,
    /// What it saw last; `None` = it was not looked at yet.
    pub evidence: Option<&'a Evidence>,
}

impl Wanted<'_> {
    /// Returns what the gate says at `at`.
    pub(super) fn gate(&self, asking: &Asking<'_>, at: Timestamp) -> GateReading {
        let Some(evidence) = self.evidence else {
            let why = Notice::new("gate-evidence-none").with("gate", self.name);
            return reading(self.name, Standing::Unknown, why, at);
        };
        let from = evidence.dated.unwrap_or(evidence.seen_at);
        let until = from.checked_add(self.max_age).unwrap_or(Timestamp::MAX);
        let (standing, reason) = match evidence.standing {
            Standing::Good if !is_past(from, at) => {
                let why = Notice::new("gate-evidence-future").with("gate", self.name);
                (Standing::Unknown, why.with("from_at", zoned(from, asking.zone)))
            }
            Standing::Good if at >= until => self.too_old(evidence, from, asking),
            Standing::Good | Standing::Bad | Standing::Unknown => {
                (evidence.standing, evidence.reason.clone())
            }
        };
        GateReading {
            seen_at: evidence.seen_at,
            good_until: (standing == Standing::Good).then_some(until),
            source: Some(evidence.source.clone()),
            link: evidence.link.clone(),
            facts: evidence.facts.clone(),
            ..reading(self.name, standing, reason, at)
        }
    }

    /// A dated thing that is too old stays so until there is a newer one; what was merely looked at long ago is unknown.
    fn too_old(&self, evidence: &Evidence, from: Timestamp, asking: &Asking<'_>) -> (Standing, Notice) {
        let about = |id: &str| {
            Notice::new(id)
                .with("gate", self.name)
                .with("max_for", self.max_age.as_secs())
                .with("from_at", zoned(from, asking.zone))
        };
        match evidence.dated {
            Some(_) => (Standing::Bad, about("gate-evidence-old")),
            None => (Standing::Unknown, about("gate-evidence-stale")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_clock_ahead_wrote_down_is_replaced_by_the_next_look() {
        let seen = |second| Evidence {
            gate: "disk".to_owned(),
            standing: Standing::Bad,
            reason: Notice::new("gate-command-bad"),
            facts: BTreeMap::new(),
            binds: false,
            seen_at: Timestamp::from_second(second).expect("a small number"),
            since: None,
            dated: None,
            source: String::new(),
            link: None,
        };
        assert!(seen(1000).is_news_after(&seen(1301)));
        assert!(!seen(1000).is_news_after(&seen(1300)), "clocks are set back by seconds all the time");
        assert!(!seen(1000).is_news_after(&seen(10)));
    }
}
