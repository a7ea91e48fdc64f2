//! What does a command in a comment ask of the engine, and what had its author seen?

use std::time::Duration;

use jiff::Timestamp;

use crate::config::{Item, Signoff};
use crate::domain::command::{Command, SHORT_BINDING};
use crate::domain::notice::Notice;
use crate::domain::release::{Override, State};
use crate::engine::{Demand, Engine, EngineError};

/// All commands, as a person who mistypes one is told.
pub const COMMANDS: &str =
    "/approve, /confirm, /deny, /hold, /lift, /override, /rollback, /signoff, /withdraw";

/// How long a command may wait until it is done.
const GOOD_FOR: Duration = Duration::from_secs(3600);

/// How long an override that is asked for by comment counts.
const LASTING: Duration = Duration::from_secs(4 * 3600);

impl Engine {
    /// Returns what a command asks, one after the other, or why it cannot be asked.
    pub(super) async fn demands(
        &self,
        state: &State,
        command: Command,
        written_at: Timestamp,
    ) -> Result<Result<Vec<Demand>, Notice>, EngineError> {
        let one = |demand| Ok(Ok(vec![demand]));
        match command {
            Command::Approve { named } => {
                let id = state.opening.id;
                let shown = self.0.store.read(move |r| r.shown(id)).await?;
                let now = self.place_of(state).map(|place| state.binding(&place.target()));
                let binding = binding(&shown, named.as_deref(), written_at, state, now.as_deref());
                Ok(binding.map(|binding| vec![Demand::Approve { binding }]))
            }
            Command::Deny { reason } => one(Demand::Deny { reason }),
            Command::Hold { reason } => one(Demand::Hold { reason }),
            Command::Lift => one(Demand::Lift),
            Command::Rollback { reason } => one(Demand::Rollback { reason }),
            Command::Withdraw { reason } => one(Demand::Withdraw { reason }),
            Command::SignOff { items } => {
                if let Some(why) = self.other_checklist(state, written_at).await? {
                    return Ok(Err(why));
                }
                let tick = |item| Demand::Tick { item, good: true, note: None };
                Ok(Ok(match items.is_empty() {
                    true => self.whole_checklist(state),
                    false => items.into_iter().map(tick).collect(),
                }))
            }
            Command::Override { gate, reason } => {
                one(Demand::Override { gate, reason, lasting: LASTING, drill: false })
            }
            Command::Confirm { gate } => {
                let waiting = state.overrides.iter().find(|passed| passed.gate == gate);
                // Nobody reads and writes within a second.
                if waiting.is_some_and(|passed| passed.at.as_second() >= written_at.as_second()) {
                    return Ok(Err(Notice::new("reply-override-later").with("gate", gate)));
                }
                let asked = waiting.map(Override::asked).unwrap_or_default();
                one(Demand::ConfirmOverride { gate, asked })
            }
        }
    }

    /// Returns why a checklist is not ticked by comment: the issue showed another one when the comment was written.
    async fn other_checklist(
        &self,
        state: &State,
        written_at: Timestamp,
    ) -> Result<Option<Notice>, EngineError> {
        let place = self.place_of(state);
        let Some(list) = place.and_then(|place| place.environment.signoff.as_ref().map(Signoff::checklist))
        else {
            return Ok(None);
        };
        let id = state.opening.id;
        let shown = self.0.store.read(move |r| r.checklists_shown(id)).await?;
        let read = read_at(&shown, written_at);
        Ok((read != Some(&list.digest())).then(|| Notice::new("reply-other-checklist")))
    }

    /// Returns what ticks everything that nobody has tried yet and signs; what was found faulty stays so, and then the
    /// signature is refused.
    fn whole_checklist(&self, state: &State) -> Vec<Demand> {
        let place = self.place_of(state);
        let items = place.iter().flat_map(|place| &place.environment.signoff).flat_map(|list| &list.items);
        let untried = items.filter(|item| !state.ticks.contains_key(&item.name));
        let tick = |item: &Item| Demand::Tick { item: item.name.clone(), good: true, note: None };
        untried.map(tick).chain([Demand::SignOff { note: None }]).collect()
    }
}

/// Returns the binding that the author of a command saw: the one that they name, or the one that the issue showed when
/// they wrote it.
fn binding(
    shown: &[(Timestamp, String)],
    named: Option<&str>,
    written_at: Timestamp,
    state: &State,
    now: Option<&str>,
) -> Result<String, Notice> {
    if let Some(named) = named.filter(|named| *named != state.opening.tag.name()) {
        let known = named.len() >= SHORT_BINDING && named.bytes().all(|byte| byte.is_ascii_hexdigit());
        let named_one = shown.iter().rev().map(|(_, binding)| binding);
        let found = named_one.into_iter().find(|binding| {
            known && binding.get(..named.len()).is_some_and(|start| start.eq_ignore_ascii_case(named))
        });
        return found.cloned().ok_or_else(|| Notice::new("reply-not-shown").with("named", named));
    }
    match read_at(shown, written_at) {
        Some(binding) => Ok(binding.clone()),
        None => {
            let short = now.and_then(|now| now.get(..SHORT_BINDING)).unwrap_or_default();
            Err(Notice::new("reply-nothing-shown").with("binding", short))
        }
    }
}

/// Returns what a person had read who wrote at that instant.
fn read_at(shown: &[(Timestamp, String)], written_at: Timestamp) -> Option<&String> {
    // The forge counts in seconds: of what was shown within the same one, the oldest is what a person had read.
    let before = shown.iter().rev().find(|(at, _)| at.as_second() < written_at.as_second());
    let same = shown.iter().find(|(at, _)| at.as_second() == written_at.as_second());
    before.or(same).map(|(_, shown)| shown)
}

/// Returns whether a command is too old to be done: the world that its author saw is another one by now. To stop
/// something is never too late.
pub(super) fn is_stale(command: &Command, written_at: Timestamp, now: Timestamp) -> bool {
    let age = now.as_second().saturating_sub(written_at.as_second());
    match command {
        Command::Hold { .. } | Command::Deny { .. } => false,
        Command::SignOff { .. }
        | Command::Approve { .. }
        | Command::Lift
        | Command::Override { .. }
        | Command::Confirm { .. }
        | Command::Rollback { .. }
        | Command::Withdraw { .. } => age > GOOD_FOR.as_secs().cast_signed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::names::{EnvironmentName, ObjectId, ReleaseId, RepositoryName};
    use crate::domain::release::{Kind, Opening, Source};
    use crate::domain::version::Tag;

    fn state() -> State {
        let object = ObjectId::parse(&"a".repeat(40)).unwrap();
        let opening = Opening {
            id: ReleaseId(1),
            repository: RepositoryName::parse("school/bridge").unwrap(),
            repository_id: 7,
            environment: EnvironmentName::parse("production").unwrap(),
            tag: Tag::parse(b"v1.1.0", "v").unwrap(),
            object: object.clone(),
            commit: object,
            pusher: None,
            source: Source::Webhook,
            kind: Kind::Forward,
            target: "t".into(),
        };
        State::opened(opening, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn after_an_hour_nothing_is_done_by_comment_but_what_stops() {
        let second = |second| Timestamp::from_second(second).unwrap();
        let reason = || "so".to_owned();
        for command in [Command::Hold { reason: reason() }, Command::Deny { reason: reason() }] {
            assert!(!is_stale(&command, second(0), second(1_000_000)), "{command:?}");
        }
        for command in [
            Command::SignOff { items: Vec::new() },
            Command::Approve { named: None },
            Command::Lift,
            Command::Override { gate: "e2e".into(), reason: reason() },
            Command::Confirm { gate: "e2e".into() },
            Command::Rollback { reason: reason() },
            Command::Withdraw { reason: reason() },
        ] {
            assert!(!is_stale(&command, second(10), second(3610)), "{command:?}");
            assert!(is_stale(&command, second(10), second(3611)), "{command:?}");
            assert!(!is_stale(&command, second(10), second(0)), "the forge's clock is ahead: {command:?}");
        }
    }

    #[test]
    fn a_command_is_bound_to_what_its_author_had_read() {
        let second = |second| Timestamp::from_second(second).unwrap();
        let (old, new) = ("1".repeat(64), "2".repeat(64));
        let shown = [(second(10), old.clone()), (second(20), new.clone())];
        let asked = |named: Option<&str>, at| binding(&shown, named, second(at), &state(), Some(&new));
        assert_eq!(asked(None, 15), Ok(old.clone()));
        assert_eq!(asked(None, 20), Ok(old.clone()), "nobody reads and writes within a second");
        assert_eq!(asked(None, 21), Ok(new.clone()));
        assert_eq!(asked(None, 10), Ok(old.clone()));
        assert_eq!(asked(None, 9).unwrap_err().id, "reply-nothing-shown");
        assert_eq!(asked(Some("v1.1.0"), 21), Ok(new.clone()));
        assert_eq!(asked(Some(&new[..12]), 9), Ok(new.clone()));
        assert_eq!(asked(Some(&old[..12]), 30), Ok(old));
        for named in ["2222", "v1.0.9", "333333333333", "zzzzzzzzzzzzzz"] {
            assert_eq!(asked(Some(named), 30).unwrap_err().id, "reply-not-shown", "{named}");
        }
    }
}
