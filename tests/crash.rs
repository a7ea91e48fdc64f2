//! Nothing lost, nothing doubled: the real daemon is killed, made to panic and made to fail everywhere, and started again.
//!
//! Whatever happens to it, a release must end as if nothing had happened: each step ran once on its host, and forge and
//! chat heard everything once. What takes minutes stands in tier 6.

#![cfg(feature = "failpoints")]
#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

#[allow(dead_code, reason = "other test crates use the rest")]
#[path = "world/chat.rs"]
mod chat;
#[path = "crash/field.rs"]
mod field;
#[path = "world/figures.rs"]
mod figures;
#[path = "crash/journal.rs"]
mod journal;
#[path = "crash/seed.rs"]
mod seed;

#[path = "."]
mod tier6 {
    /// Each of these tests uses both cores, so they come one after the other.
    pub static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

    #[path = "crash/points.rs"]
    mod points;

    #[path = "crash/syncs.rs"]
    mod syncs;

    #[path = "crash/kills.rs"]
    mod kills;

    #[path = "crash/jumps.rs"]
    mod jumps;
}
