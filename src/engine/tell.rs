//! Which rows of the outbox an effect becomes: one per receiver.

use crate::config::Config;
use crate::domain::release::{Effect, State};
use crate::store::NewOutbox;

/// The lane of the commit status.
pub const STATUS: &str = "status";
/// The lane of the Forgejo release.
pub const RELEASE: &str = "release";
/// The lane of the rollback tag.
pub const TAG: &str = "tag";
/// What the lanes of chat channels begin with.
pub const CHAT: &str = "chat:";

/// What the lanes of checkpoints begin with; they belong to no release.
pub const CHECKPOINT: &str = "checkpoint:";

/// Returns the rows that `effect` becomes.
pub fn rows(config: &Config, _state: &State, effect: &Effect) -> Vec<NewOutbox> {
    let payload = serde_json::to_string(effect).expect("an effect has string keys and no floats");
    let lanes: Vec<String> = match effect {
        Effect::Status { .. } => vec![STATUS.to_owned()],
        Effect::Publish | Effect::MarkTakenBack => vec![RELEASE.to_owned()],
        Effect::PushRollbackTag => vec![TAG.to_owned()],
        Effect::Chat { .. } => {
            config.notify.iter().map(|channel| format!("{CHAT}{}", channel.name)).collect()
        }
    };
    lanes.into_iter().map(|lane| NewOutbox { lane, payload: payload.clone() }).collect()
}
