//! Stories about Forgejo: what real instances sent and answered, and that the small forge of the demo does the same.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

#[path = "world/chat.rs"]
mod chat;
#[path = "forge/client.rs"]
mod client;
#[path = "forge/fake.rs"]
mod fake;
#[path = "forge/recorded.rs"]
mod recorded;
#[path = "forge/settings.rs"]
mod settings;
#[path = "world/traffic.rs"]
mod traffic;
