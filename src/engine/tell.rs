//! Which rows of the outbox an effect becomes: one per receiver.

use crate::config::Config;
use crate::domain::release::{Effect, Kind, State};
use crate::store::NewOutbox;

/// The lane of the commit status.
pub const STATUS: &str = "status";
/// The lane of the Forgejo release.
pub const RELEASE: &str = "release";
/// The lane of the rollback tag.
pub const TAG: &str = "tag";
/// The lane of what the release's issue shows.
pub const ISSUE: &str = "issue";
/// The lane of comments in the release's issue.
pub const NOTE: &str = "note";
/// What the lanes of answers to commands begin with.
pub const REPLY: &str = "reply:";
/// What the lanes of chat channels begin with.
pub const CHAT: &str = "chat:";

/// What the lanes of checkpoints begin with; they belong to no release.
pub const CHECKPOINT: &str = "checkpoint:";

/// Returns the rows that `effect` becomes.
pub fn rows(config: &Config, state: &State, effect: &Effect) -> Vec<NewOutbox> {
    let lanes: Vec<String> = match effect {
        Effect::Status { .. } => vec![STATUS.to_owned()],
        Effect::Publish | Effect::MarkTakenBack => vec![RELEASE.to_owned()],
        Effect::PushRollbackTag => vec![TAG.to_owned()],
        Effect::Chat { .. } => {
            config.notify.iter().map(|channel| format!("{CHAT}{}", channel.name)).collect()
        }
        Effect::Issue | Effect::Note { .. } | Effect::Reply { .. } if !has_issue(config, state) => Vec::new(),
        Effect::Issue => vec![ISSUE.to_owned()],
        Effect::Note { .. } => vec![NOTE.to_owned()],
        Effect::Reply { comment, .. } => vec![format!("{REPLY}{comment}")],
    };
    lanes.into_iter().map(|lane| row(lane, effect)).collect()
}

/// Returns the row by which the issue of a release is brought up to date.
pub fn issue_row() -> NewOutbox {
    row(ISSUE.to_owned(), &Effect::Issue)
}

fn row(lane: String, effect: &Effect) -> NewOutbox {
    let payload = serde_json::to_string(effect).expect("an effect has string keys and no floats");
    NewOutbox { lane, payload }
}

/// Returns whether a release gets an issue: where that is wanted, and not for a way back, which waits for nobody.
fn has_issue(config: &Config, state: &State) -> bool {
    let repository = config.repositories.iter().find(|known| known.name.same_as(&state.opening.repository));
    state.opening.kind == Kind::Forward && repository.is_some_and(|repository| repository.issue.is_some())
}
