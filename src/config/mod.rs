//! What was configured: raw as written, checked as meant, secrets by reference.
//!
//! [`Config`] is what the rest of the house sees; it cannot be built wrong. A file becomes one in four steps:
//! `document` parses it and keeps the places, `shape` holds it against the `schema` of the `raw` types, `fill` adds
//! what may be left out, `convert` gives every text its meaning. All problems end up in one list.

mod checked;
mod convert;
mod document;
mod fill;
mod gates;
pub mod length;
mod load;
mod problem;
mod raw;
mod schema;
mod secret;
mod secrets;
mod shape;

pub use checked::{
    Address, Audit, AuditFile, Channel, ChannelKind, Check, Config, Deploy, Environment, FeedPlace,
    FeedSource, Forge, Host, HttpCheck, Issue, Migrations, Recipe, Repository, ScriptStep, Server, Signal,
    SignalSource, Signed, Smoke, Watch, Who,
};
pub use gates::{Backup, BackupSource, Gate, GateSource, Images, Item, Limits, Registry, Signoff, Take};
pub use load::{check, effective, load, load_for_hook, load_without_secrets};
pub use problem::{Path, Problem, Problems, Step};
pub use raw::Config as Written;
pub use schema::schema;
pub use secret::{Secret, Unreadable};
pub use secrets::{SecretSeen, secrets};

/// Where the configuration stands when nobody says otherwise.
pub const DEFAULT_PATH: &str = "/etc/tagwarden/tagwarden.toml";
