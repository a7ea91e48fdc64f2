//! Stories about the door for webhooks: a real daemon over TCP, and everything that may come in through it.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

#[allow(dead_code, reason = "other test crates use the rest")]
#[path = "webhooks/ground.rs"]
mod ground;
#[path = "webhooks/hostile.rs"]
mod hostile;
#[path = "webhooks/order.rs"]
mod order;
#[path = "webhooks/panics.rs"]
mod panics;
#[path = "webhooks/recorded.rs"]
mod recorded;
#[path = "webhooks/signatures.rs"]
mod signatures;
#[path = "world/traffic.rs"]
mod traffic;
#[path = "webhooks/wire.rs"]
mod wire;
