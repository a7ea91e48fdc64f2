//! Stories about a crowd at the door: a thousand slow clients, fifty tags at once, few files; answers stay quick.
//!
//! A process of its own and one crowd at a time, because time is measured here.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

#[path = "rush/files.rs"]
mod files;
#[allow(dead_code, reason = "other test crates use the rest")]
#[path = "webhooks/ground.rs"]
mod ground;
#[path = "rush/many.rs"]
mod many;
#[path = "rush/slow.rs"]
mod slow;
#[path = "world/traffic.rs"]
mod traffic;
#[allow(dead_code, reason = "other test crates use the rest")]
#[path = "webhooks/wire.rs"]
mod wire;

use tokio::sync::{Mutex, MutexGuard};

/// Returns once no other crowd of this process is at work.
async fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::const_new(());
    ALONE.lock().await
}
