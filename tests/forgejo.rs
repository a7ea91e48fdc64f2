//! The main stories against a real Forgejo, whose binary `FORGEJO_BIN` names: what the fake forge cannot prove.
//!
//! A throw-away instance on loopback, with the hook that `hook install` puts there and the daemon beside it. Without
//! the variable these tests are not run, and `tests/run` says so.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

#[path = "forgejo/instance.rs"]
mod instance;

#[path = "."]
mod tier7 {
    #[path = "forgejo/stories.rs"]
    mod stories;
}
