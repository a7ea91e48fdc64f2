//! What was configured: raw as written, checked as meant, secrets by reference.
//!
//! [`Config`] is what the rest of the house sees; it cannot be built wrong. How a file becomes one (parsing, all
//! problems in one list, suggestions, the schema) is told by the modules below.

mod checked;
mod secret;

pub use checked::{
    Address, Channel, ChannelKind, Check, Config, Deploy, Environment, Forge, Host, HttpCheck, Migrations,
    Recipe, Repository, ScriptStep, Server, Signal, SignalSource, Signed, Smoke, Watch, Who,
};
pub use secret::Secret;

/// Where the configuration stands when nobody says otherwise.
pub const DEFAULT_PATH: &str = "/etc/tagwarden/tagwarden.toml";
