//! tagwarden stands between a pushed version tag on Forgejo and production.
//!
//! The rooms below are laid on floors: a room imports only from rooms on lower floors, and
//! `tests/architecture.rs` holds that. `ARCHITECTURE.md` says in one sentence what each room answers.

// Floor 0: the rules. No I/O, no clock, no async, no logging.
pub mod domain;
// Floor 1: what time it is, what was configured, how we say things, who signed, where a test may stop us.
pub mod clock;
pub mod config;
pub mod messages;
pub mod points;
pub mod seal;
// Floor 2: adapters, each touching exactly one outside thing; they do not know each other.
pub mod control;
pub mod feeds;
pub mod forgejo;
pub mod git;
pub mod notify;
pub mod registry;
pub mod remote;
pub mod signals;
pub mod store;
// Floor 3: what decides and drives.
pub mod engine;
pub mod hook;
// Floor 4: windows.
pub mod web;
// Floor 5: composition.
pub mod daemon;
// Floor 6: a whole world on one machine, to be shown.
pub mod demo;
// Floor 7: the terminal.
pub mod cli;
