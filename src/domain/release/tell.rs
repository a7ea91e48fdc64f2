//! What the world is to be told after an event: written down with the event, done by the outbox.

use serde::{Deserialize, Serialize};

use super::{Event, Phase, State};
use crate::domain::names::Person;
use crate::domain::notice::Notice;
use crate::domain::release::event::Kind;

/// Something that is told to the outside, at least once, under a key that makes repeating harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// The status on the commit.
    Status {
        /// Its state.
        state: StatusState,
        /// What it says.
        text: Notice,
    },
    /// The Forgejo release with the changelog section as its notes.
    Publish,
    /// The Forgejo release, if there is one, is marked as taken back.
    MarkTakenBack,
    /// The tag that records the way back.
    PushRollbackTag,
    /// A message to every channel.
    Chat {
        /// What it says.
        text: Notice,
        /// How loud.
        gravity: Gravity,
    },
    /// The issue of the release shows how it stands now, and is closed when it is over.
    Issue,
    /// A comment in the issue of the release.
    Note {
        /// What it says.
        text: Notice,
        /// Who is called by name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<Person>,
    },
    /// What is answered to a command that somebody wrote into the issue.
    Reply {
        /// The number of their comment.
        comment: u64,
        /// Whether it was done.
        done: bool,
        /// Why not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<Notice>,
    },
}

/// The state of a commit status, as Forgejo knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusState {
    /// It goes on.
    Pending,
    /// It is in production.
    Success,
    /// It will not be, or is no longer.
    Failure,
    /// It left the road, or a person is needed.
    Error,
}

/// How loud a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gravity {
    /// To be read some time.
    Quiet,
    /// Good news.
    Good,
    /// Something went wrong.
    Loud,
}

/// Returns what is to be told after `event` led to `state`.
pub fn effects(state: &State, event: &Event) -> Vec<Effect> {
    let mut tell = announcements(state, event);
    tell.extend(in_the_issue(state, event));
    tell
}

/// Returns what the issue of a release shows anew, and what is said in it.
fn in_the_issue(state: &State, event: &Event) -> Vec<Effect> {
    let note = |text| vec![Effect::Issue, Effect::Note { text, call: None }];
    match event {
        Event::ApprovalVoided { by, why } => {
            let text = why.clone().with("by", by).with("tag", state.opening.tag.name());
            vec![Effect::Issue, Effect::Note { text, call: Some(by.clone()) }]
        }
        Event::RollbackStarted { why, .. } | Event::GotStuck { why } => note(why.clone()),
        // A tag that was refused when it came has no issue.
        Event::Refused { .. } if state.issue.is_none() => vec![Effect::Issue],
        Event::Refused { .. }
        | Event::Denied { .. }
        | Event::Withdrawn { .. }
        | Event::Superseded { .. }
        | Event::Completed
        | Event::RolledBack => note(state.headline()),
        Event::LedOut { .. } if state.phase.is_over() => note(state.headline()),
        Event::Opened { .. }
        | Event::PusherNamed { .. }
        | Event::Asked { .. }
        | Event::Seen { .. }
        | Event::Ticked { .. }
        | Event::SignedOff { .. }
        | Event::OverrideAsked { .. }
        | Event::OverrideConfirmed { .. }
        | Event::OverrideEnded { .. }
        | Event::Approved { .. }
        | Event::Held { .. }
        | Event::Lifted { .. }
        | Event::Started { .. }
        | Event::DeployProven
        | Event::WatchStarted { .. }
        | Event::WatchExtended { .. }
        | Event::WatchRestarted { .. }
        | Event::WatchPassed { .. }
        | Event::RollbackAsked { .. }
        | Event::LedOut { .. } => vec![Effect::Issue],
        Event::StepStarted { .. }
        | Event::StepEnded { .. }
        | Event::Looked { .. }
        | Event::RollbackTagSeen { .. }
        | Event::IssueOpened { .. } => Vec::new(),
    }
}

/// Returns what everybody is told.
fn announcements(state: &State, event: &Event) -> Vec<Effect> {
    use StatusState::{Error, Failure, Pending, Success};
    let status = |state_of, text| Effect::Status { state: state_of, text };
    let headline = state.headline();
    match event {
        Event::Opened { .. }
        | Event::Held { .. }
        | Event::Lifted { .. }
        | Event::Approved { .. }
        | Event::SignedOff { .. } => vec![status(Pending, headline)],
        Event::OverrideAsked { .. } | Event::OverrideConfirmed { .. } | Event::OverrideEnded { .. } => {
            of_override(state, event)
        }
        Event::ApprovalVoided { by, why } => {
            let text = why.clone().with("by", by).with("tag", state.opening.tag.name());
            vec![status(Pending, headline), chat(text, Gravity::Loud)]
        }
        Event::Asked { answer } if answer.may_deploy => Vec::new(),
        Event::Asked { .. } => vec![status(Pending, headline.clone()), chat(headline, Gravity::Quiet)],
        Event::Refused { .. } | Event::Denied { .. } => {
            vec![status(Failure, headline.clone()), chat(headline, Gravity::Loud)]
        }
        Event::Withdrawn { .. } | Event::Superseded { .. } => vec![status(Error, headline)],
        Event::Started { .. }
        | Event::DeployProven
        | Event::WatchStarted { .. }
        | Event::WatchExtended { .. }
        | Event::WatchRestarted { .. } => vec![status(Pending, headline)],
        Event::WatchPassed { .. } => {
            let mut tell = vec![status(Success, state.headline_of(Phase::Complete))];
            if state.opening.kind == Kind::Forward {
                tell.push(Effect::Publish);
            }
            tell.push(chat(state.headline_of(Phase::Complete), Gravity::Good));
            tell
        }
        Event::RollbackStarted { .. } => {
            vec![status(Failure, headline.clone()), chat(headline, Gravity::Loud)]
        }
        Event::RolledBack => {
            let mut tell = vec![status(Failure, headline.clone())];
            if state.touched() && !state.back_tag_seen {
                tell.push(Effect::PushRollbackTag);
            }
            tell.push(Effect::MarkTakenBack);
            tell.push(chat(headline, Gravity::Loud));
            tell
        }
        Event::GotStuck { .. } => vec![status(Error, headline.clone()), chat(headline, Gravity::Loud)],
        Event::LedOut { .. } => {
            let mut tell = vec![status(Failure, headline.clone()), chat(headline, Gravity::Loud)];
            if state.phase == Phase::RolledBack && !state.back_tag_seen {
                tell.push(Effect::PushRollbackTag);
            }
            tell
        }
        Event::PusherNamed { .. }
        | Event::Seen { .. }
        | Event::Ticked { .. }
        | Event::IssueOpened { .. }
        | Event::StepStarted { .. }
        | Event::StepEnded { .. }
        | Event::Looked { .. }
        | Event::Completed
        | Event::RollbackAsked { .. }
        | Event::RollbackTagSeen { .. } => Vec::new(),
    }
}

/// Returns what is told of an override: everybody hears who lets what pass, and a second person is asked for.
fn of_override(state: &State, event: &Event) -> Vec<Effect> {
    let about = |id: &str, by: &Person, gate: &str| {
        Notice::new(id)
            .with("by", by)
            .with("gate", gate)
            .with("tag", state.opening.tag.name())
            .with("environment", &state.opening.environment)
            .with("release", state.opening.id)
    };
    let told = match event {
        Event::OverrideAsked { by, gate, reason, until, drill } => {
            let id = if *drill { "override-drill-asked" } else { "override-asked" };
            about(id, by, gate).with("reason", reason).with("until_at", until)
        }
        Event::OverrideConfirmed { by, gate, drill: true } => about("override-drilled", by, gate),
        Event::OverrideConfirmed { by, gate, drill: false } => about("override-confirmed", by, gate),
        Event::OverrideEnded { by, gate } => about("override-ended", by, gate),
        _ => return Vec::new(),
    };
    vec![chat(told, Gravity::Loud)]
}

fn chat(text: Notice, gravity: Gravity) -> Effect {
    Effect::Chat { text, gravity }
}
