//! The door as it is met: real pushes over real repositories, with the hook where Forgejo would run it.

#![expect(clippy::unwrap_used, reason = "what a test cannot prepare fails it, as it should")]

#[path = "hook/client.rs"]
mod client;
#[path = "hook/daemon.rs"]
mod daemon;
#[path = "hook/forge.rs"]
mod forge;
#[path = "hook/formats.rs"]
mod formats;
#[path = "hook/hostile.rs"]
mod hostile;
#[path = "hook/install.rs"]
mod install;
#[path = "hook/push.rs"]
mod push;
#[path = "hook/rules.rs"]
mod rules;
#[path = "hook/script.rs"]
mod script;
#[path = "hook/signed.rs"]
mod signed;
#[path = "hook/start.rs"]
mod start;
#[path = "hook/transaction.rs"]
mod transaction;
