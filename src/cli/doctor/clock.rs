//! Do the forge's clock and ours agree?

use jiff::{SignedDuration, Timestamp};

use super::finding::{Check, Finding};
use crate::domain::notice::Notice;

/// What nobody notices: answers are dated to the second, and travel.
const SMALL: SignedDuration = SignedDuration::from_secs(5);
/// From here on releases leave visibly early or late, and logins break.
const GREAT: SignedDuration = SignedDuration::from_secs(60);

/// Compares what the forge's clock showed with ours before and after the answer.
pub fn compare(theirs: Option<Timestamp>, before: Timestamp, after: Timestamp) -> Finding {
    let Some(theirs) = theirs else { return Check::Clock.unknown("", Notice::new("TW-Q027")) };
    // An answer that took long was dated somewhere in between.
    let apart = match theirs {
        theirs if theirs > after => theirs.duration_since(after),
        theirs if theirs < before => before.duration_since(theirs),
        _ => SignedDuration::ZERO,
    };
    let notice = Notice::new("TW-Q026").with("seconds", apart.as_secs());
    if apart > GREAT {
        Check::Clock.error("", notice)
    } else if apart > SMALL {
        Check::Clock.warning("", notice)
    } else {
        Check::Clock.ok("", Notice::new("doctor-clock"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_slow_answer_is_no_wrong_clock() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (before, after) = (at("2026-11-27T16:00:00.7Z"), at("2026-11-27T16:00:07Z"));
        for (theirs, state) in [
            ("2026-11-27T16:00:00Z", State::Ok),
            ("2026-11-27T16:00:07Z", State::Ok),
            ("2026-11-27T16:00:11Z", State::Ok),
            ("2026-11-27T16:00:13Z", State::Warning),
            ("2026-11-27T15:59:54Z", State::Warning),
            ("2026-11-27T15:59:01Z", State::Warning),
            ("2026-11-27T15:58:00Z", State::Error),
            ("2026-11-27T17:00:00Z", State::Error),
        ] {
            assert_eq!(compare(Some(at(theirs)), before, after).state, state, "{theirs}");
        }
        assert_eq!(compare(None, before, after).state, State::Unknown);
    }
}
