//! What of an answer of the gates is news: to the journal, and to those who are told.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{Answer, Evidence, GateReading, Standing};

/// How long words stand in the journal before other words for the same thing replace them.
const WORDS_LAST: Duration = Duration::from_secs(900);

impl GateReading {
    /// Returns whether two readings say the same to people.
    pub fn same_news(&self, other: &Self) -> bool {
        let same = self.gate == other.gate
            && self.standing == other.standing
            && self.reason.id == other.reason.id
            && self.overridden == other.overridden;
        same && (self.has_foreign_words() || self.reason == other.reason)
    }

    /// What was asked elsewhere answers in words of its own, such as the time; people and calendars change theirs only
    /// when something happened, such as another slot.
    fn has_foreign_words(&self) -> bool {
        (self.source.is_some() && !self.overridden) || self.standing == Standing::Unknown
    }
}

impl Answer {
    /// Returns the first gate that keeps the release waiting.
    pub fn closed(&self) -> Option<&GateReading> {
        self.gates.iter().find(|gate| gate.standing != Standing::Good)
    }

    /// Returns whether it is worth an entry after `known`: it says something else, facts of `evidence` that bind are
    /// others, or the words are long outdated.
    pub fn is_news_after(&self, known: &Self, evidence: &BTreeMap<String, Evidence>) -> bool {
        let (now, before) = (&self.gates, &known.gates);
        let binds = |gate: &str| evidence.get(gate).is_some_and(|one| one.binds);
        let alike =
            |a: &GateReading, b: &GateReading| a.same_news(b) && (!binds(&a.gate) || a.facts == b.facts);
        let same = now.len() == before.len() && now.iter().zip(before).all(|(a, b)| alike(a, b));
        let worded = now.iter().map(|gate| &gate.reason).eq(before.iter().map(|gate| &gate.reason));
        !same || (!worded && is_outdated(known.at, self.at))
    }
}

/// Returns whether words of `then` may be replaced `now`; also when the clock stepped back since.
pub(super) fn is_outdated(then: Timestamp, now: Timestamp) -> bool {
    now.duration_since(then).unsigned_abs() >= WORDS_LAST
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::gate::reading;
    use crate::domain::notice::Notice;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::UNIX_EPOCH + Duration::from_secs(60 * minutes)
    }

    fn answer(gate: GateReading, minutes: u64) -> Answer {
        Answer { at: at(minutes), may_deploy: false, gates: vec![gate], next_slot: None }
    }

    fn said(words: &str) -> GateReading {
        let reason = Notice::new("gate-command-bad").with("said", words);
        let source = Some("a command".to_owned());
        GateReading { source, ..reading("disk", Standing::Bad, reason, at(0)) }
    }

    fn slot(day: &str) -> GateReading {
        let reason = Notice::new("gate-calendar-closed").with("slot_at", day);
        reading("calendar", Standing::Bad, reason, at(0))
    }

    #[test]
    fn other_words_for_the_same_thing_are_news_every_quarter_of_an_hour_and_another_slot_is_at_once() {
        let none = BTreeMap::new();
        let known = answer(said("10:00:01"), 20);
        assert!(!answer(said("10:00:06"), 21).is_news_after(&known, &none));
        assert!(!answer(said("10:00:01"), 90).is_news_after(&known, &none), "the same words never are");
        assert!(answer(said("10:15:00"), 35).is_news_after(&known, &none));
        assert!(answer(said("10:00:06"), 0).is_news_after(&known, &none), "the clock stepped back");
        assert!(
            answer(GateReading { standing: Standing::Good, ..said("10:00:01") }, 20)
                .is_news_after(&known, &none)
        );
        assert!(answer(slot("Tuesday"), 20).is_news_after(&answer(slot("Monday"), 20), &none));
        assert!(!slot("Tuesday").same_news(&slot("Monday")));
        assert!(said("10:15:00").same_news(&said("10:00:01")), "nobody is told of other words");
    }
}
