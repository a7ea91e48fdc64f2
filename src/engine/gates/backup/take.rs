//! Takes a backup on the spot, as a detached step on the host, and never more than one at a time.
//!
//! The step's key names the release, what was the newest backup then, and which try this is: a host starts a key once,
//! so a daemon that was killed meanwhile asks how it went. A lock on the host, held as long as the program runs, keeps
//! two releases from taking one each. A try that failed is told, and the next one comes later and later.
//!
//! Races: (a) killed after the start: the same key is asked for, and its state comes back; (b) two looks at once: both
//! ask for the same key; (c) another release of the environment takes one: the lock is held, and this one waits.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::Spot;
use super::found::Found;
use crate::config::Take;
use crate::domain::gate::{Standing, zoned};
use crate::domain::notice::Notice;
use crate::domain::plan::Script;
use crate::domain::release::State;
use crate::engine::Engine;
use crate::engine::error::chain;
use crate::engine::gates::Sight;
use crate::remote::{RemoteError, StepKey, StepState};
use crate::signals;

/// The exit status of a try that found the lock held.
const OTHER: i32 = 75;
/// The pause after such a try.
const AFTER_OTHER: Duration = Duration::from_secs(60);
/// The pause after the first try that failed; it doubles each time, up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(300);
/// The longest pause: a backup that fails all day is tried four times.
const LONGEST: Duration = Duration::from_secs(6 * 3600);
/// The most parts of a log that are read for its last line.
const PARTS: usize = 16;
/// The facts that tell what a try was about, so that a restart knows.
const NEED: &str = "instead_of";
const ATTEMPT: &str = "attempt";
const STEP: &str = "step";
const PAUSE: &str = "pause_seconds";

/// What came of a try.
enum Came {
    Running,
    Ended,
    Failed { why: Notice, pause: Duration },
}

/// Why a backup is taken.
struct Need<'a> {
    spot: &'a Spot<'a>,
    /// When the newest was made that does not do.
    at: Option<Timestamp>,
    /// The same as a word for keys.
    named: String,
    source: String,
}

impl Need<'_> {
    /// Returns a sight that says this; `without` when there is no backup at all.
    fn bad(&self, id: &str, without: &str) -> Sight {
        let reason = match self.at {
            Some(at) => Notice::new(id).with("made_at", zoned(at, &self.spot.place.zone)),
            None => Notice::new(without),
        };
        Sight { dated: self.at, ..Sight::new(Standing::Bad, reason, self.source.clone()) }
    }

    fn failed(&self, why: Notice, pause: Duration) -> Sight {
        let why = why.with("again_for", pause.as_secs());
        let mut sight = Sight { dated: self.at, ..Sight::new(Standing::Bad, why, self.source.clone()) };
        sight.facts.insert(PAUSE.to_owned(), pause.as_secs().to_string());
        sight
    }
}

impl Engine {
    /// Takes a backup because the newest, of `need`, is too old or broken; `seen` is what the look said.
    pub(super) async fn see_to_backup(
        &self,
        spot: &Spot<'_>,
        state: &State,
        take: &Take,
        need: Option<Timestamp>,
        seen: Sight,
    ) -> Sight {
        let named = need.map_or_else(|| "none".to_owned(), |at| at.as_second().to_string());
        let need = Need { spot, at: need, named, source: seen.source.clone() };
        let last = last_try(state, &spot.gate.name, &need.named);
        if !alone_in_the_way(state, &spot.gate.name) {
            // What was tried stays known, so that nothing is tried over again.
            let facts = last.map(|last| last.evidence.facts).unwrap_or_default();
            return Sight { facts, ..need.bad("gate-backup-later", "gate-backup-later-none") };
        }
        let attempt = match last {
            Some(last) if last.pause.is_none() => last.attempt,
            // It waits for the next try and says why.
            Some(last) if last.due().is_none_or(|due| due > self.0.clock.now()) => return last.again(seen),
            Some(last) => last.attempt + 1,
            None => 1,
        };
        let (opened, named) = (state.opened_at.as_millisecond(), &need.named);
        let text = format!("r{}-{opened}-backup-{named}-{attempt}", state.opening.id);
        let mut sight = match StepKey::parse(&text) {
            Ok(key) => self.one_try(&need, take, &key, attempt).await,
            Err(_) => need.bad("gate-no-host", "gate-no-host"),
        };
        if sight.standing != Standing::Good {
            let about = [(NEED, need.named.clone()), (ATTEMPT, attempt.to_string()), (STEP, text)];
            sight.facts.extend(about.map(|(name, value)| (name.to_owned(), value)));
        }
        sight
    }

    /// Starts a try or asks how it goes, and looks again once it has ended well.
    async fn one_try(&self, need: &Need<'_>, take: &Take, key: &StepKey, attempt: u32) -> Sight {
        let spot = need.spot;
        match came(spot, take, key, attempt).await {
            Ok(Came::Running) => need.bad("gate-backup-taking", "gate-backup-taking-none"),
            Ok(Came::Failed { why, pause }) => need.failed(why, pause),
            Ok(Came::Ended) => match spot.look().await {
                Ok(Found::Newest { at, what, facts })
                    if need.at.is_none_or(|old| old < at) && !spot.is_old(at, self.0.clock.now()) =>
                {
                    spot.sight(Ok(Found::Newest { at, what, facts }))
                }
                Ok(Found::Newest { .. } | Found::Bad { .. }) => {
                    need.failed(Notice::new("gate-backup-take-idle"), pause(attempt))
                }
                unknown => spot.sight(unknown),
            },
            Err(error) => spot.sight(Err(error)),
        }
    }
}

/// Returns whether every other gate is good: a backup is taken right before it is needed, not over a whole weekend,
/// and not when people let the release go without.
fn alone_in_the_way(state: &State, gate: &str) -> bool {
    state.answer.as_ref().is_some_and(|answer| {
        answer.gates.iter().all(|one| match one.gate == gate {
            true => !one.overridden,
            false => one.standing == Standing::Good,
        })
    })
}

/// The last try that the journal knows of, for the same need.
struct Last {
    attempt: u32,
    /// The pause that follows it; `None` = it still ran.
    pause: Option<Duration>,
    told_at: Timestamp,
    evidence: crate::domain::gate::Evidence,
}

impl Last {
    fn due(&self) -> Option<Timestamp> {
        self.told_at.checked_add(self.pause?).ok()
    }

    /// Returns what was said of it, once more.
    fn again(self, seen: Sight) -> Sight {
        Sight {
            standing: Standing::Bad,
            reason: self.evidence.reason,
            facts: self.evidence.facts,
            dated: self.evidence.dated,
            ..seen
        }
    }
}

fn last_try(state: &State, gate: &str, need: &str) -> Option<Last> {
    let evidence = state.evidence.get(gate)?;
    let fact = |name: &str| evidence.facts.get(name);
    (fact(NEED)? == need).then_some(())?;
    let attempt = fact(ATTEMPT)?.parse().ok()?;
    let pause = fact(PAUSE).and_then(|text| text.parse().ok()).map(Duration::from_secs);
    Some(Last { attempt, pause, told_at: evidence.seen_at, evidence: evidence.clone() })
}

fn pause(attempt: u32) -> Duration {
    FIRST.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(LONGEST)
}

/// Starts the try unless the host knows it, and returns what came of it.
async fn came(spot: &Spot<'_>, take: &Take, key: &StepKey, attempt: u32) -> Result<Came, RemoteError> {
    let mut command = ["sh", "{step}/take.sh", "{step}/../../backup.lock"].map(ToOwned::to_owned).to_vec();
    command.extend(take.run.iter().cloned());
    let script = Script {
        files: [("take.sh".to_owned(), include_str!("take.sh").to_owned())].into(),
        ..spot.script(BTreeMap::new(), command)
    };
    let mut known = spot.host.start(key, 0, &script, take.limit).await?;
    if let StepState::Refused { token } = known {
        // The number keeps old deployments away; a backup is nobody's deployment, so it takes the newest number.
        known = spot.host.start(key, token, &script, take.limit).await?;
    }
    let why = match known {
        StepState::Absent | StepState::Starting | StepState::Running => return Ok(Came::Running),
        StepState::Finished { status: 0 } => return Ok(Came::Ended),
        StepState::Finished { status: OTHER } => {
            return Ok(Came::Failed { why: Notice::new("gate-backup-take-other"), pause: AFTER_OTHER });
        }
        StepState::Finished { status } => {
            let said = last_line(spot, key).await;
            Notice::new("gate-backup-take-failed").with("status", status).with("said", said)
        }
        StepState::Lost { .. } => Notice::new("gate-backup-take-lost"),
        StepState::Refused { token } => Notice::new("TW-D092").with("host", spot.name).with("token", token),
    };
    Ok(Came::Failed { why, pause: pause(attempt) })
}

/// Returns the last line that the program printed; it is told along with the failure and decides nothing.
async fn last_line(spot: &Spot<'_>, key: &StepKey) -> String {
    let (mut from, mut text) = (0, Vec::new());
    for _ in 0..PARTS {
        match spot.host.log(key, from).await {
            Ok(part) if !part.bytes.is_empty() => (from, text) = (part.next, part.bytes),
            Ok(_) => break,
            Err(error) => {
                tracing::debug!("the log of a backup could not be read: {}", chain(&error));
                break;
            }
        }
    }
    let text = String::from_utf8_lossy(&text);
    signals::evidence(text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_quarter_of_a_day() {
        let minutes: Vec<u64> = (1..10).map(|attempt| pause(attempt).as_secs() / 60).collect();
        assert_eq!(minutes, [5, 10, 20, 40, 80, 160, 320, 360, 360]);
        assert_eq!(pause(u32::MAX), LONGEST);
    }
}
