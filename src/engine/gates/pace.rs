//! When is a gate looked at again?

use std::time::Duration;

use jiff::Timestamp;

use crate::config::Gate;
use crate::domain::gate::{Evidence, Standing};

/// How soon a gate that is not good is looked at again: soon while people wait for it, seldom over a weekend.
const PACES: [(Duration, Duration); 3] = [
    (Duration::from_secs(60), Duration::from_secs(5)),
    (Duration::from_secs(3600), Duration::from_secs(30)),
    (Duration::MAX, Duration::from_secs(300)),
];
/// The longest time between two looks at a good gate.
const LONGEST: Duration = Duration::from_secs(300);

/// Returns when a gate is to be looked at next; `None` = at once: it was never looked at, or by a clock that was ahead.
pub(super) fn next_look(gate: &Gate, known: Option<&Evidence>, now: Timestamp) -> Option<Timestamp> {
    let known = known.filter(|known| !known.is_from_the_future(now))?;
    let pause = pause(known, gate.max_age);
    Some(known.seen_at.checked_add(pause).unwrap_or(Timestamp::MAX))
}

fn pause(known: &Evidence, max_age: Duration) -> Duration {
    // What was good but is too old keeps the release waiting like anything that is not good.
    let old_since =
        known.dated.and_then(|at| at.checked_add(max_age).ok()).filter(|until| *until <= known.seen_at);
    let since = known.lasts_since();
    match (known.standing, old_since) {
        (Standing::Good, Some(old_since)) => waiting_pause(known.seen_at, since.max(old_since)),
        (Standing::Good, None) if known.dated.is_none() => (max_age / 2).min(LONGEST),
        (Standing::Good, None) => LONGEST,
        (Standing::Bad | Standing::Unknown, _) => waiting_pause(known.seen_at, since),
    }
}

/// Returns the pause after a look that keeps a release waiting since an instant, whatever words it had for it.
fn waiting_pause(seen_at: Timestamp, since: Timestamp) -> Duration {
    let lasting = Duration::try_from(seen_at.duration_since(since)).unwrap_or_default();
    PACES.iter().find(|(up_to, _)| lasting < *up_to).map_or(LONGEST, |(_, pause)| *pause)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::notice::Notice;

    const HOUR: u64 = 3600;

    fn after(seconds: u64) -> Timestamp {
        Timestamp::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn seen(standing: Standing, since: u64, seen_at: u64, dated: Option<u64>) -> Evidence {
        Evidence {
            gate: "disk".to_owned(),
            standing,
            reason: Notice::new("gate-command-bad").with("said", seen_at),
            facts: BTreeMap::new(),
            binds: false,
            seen_at: after(seen_at),
            since: Some(after(since)),
            dated: dated.map(after),
            source: String::new(),
            link: None,
        }
    }

    #[test]
    fn the_longer_a_gate_is_closed_the_seldomer_it_is_looked_at_whatever_it_says() {
        use Standing::{Bad, Good, Unknown};
        for (evidence, seconds) in [
            (seen(Bad, 0, 10, None), 5),
            (seen(Bad, 0, 61, None), 30),
            (seen(Unknown, 0, HOUR + 1, None), 300),
            (seen(Bad, HOUR, HOUR + 1, None), 5),
            // Good for three hours, too old for ten seconds.
            (seen(Good, 0, 3 * HOUR + 10, Some(2 * HOUR)), 5),
            (seen(Good, 0, 3 * HOUR - 10, Some(2 * HOUR)), 300),
        ] {
            let pause = pause(&evidence, Duration::from_secs(HOUR));
            assert_eq!(pause, Duration::from_secs(seconds), "{evidence:?}");
        }
    }
}
