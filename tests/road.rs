//! Stories of the whole road: a real push, a real hook, a real daemon, a host on this machine, a moved clock.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

#[path = "road/back.rs"]
mod back;
#[path = "world/chat.rs"]
mod chat;
#[path = "road/doors.rs"]
mod doors;
#[path = "road/feeds.rs"]
mod feeds;
#[path = "road/forward.rs"]
mod forward;
#[path = "road/gates.rs"]
mod gates;
#[path = "road/gates_backup.rs"]
mod gates_backup;
#[path = "road/gates_ci.rs"]
mod gates_ci;
#[path = "road/gates_people.rs"]
mod gates_people;
#[path = "road/issue.rs"]
mod issue;
#[path = "road/jumps.rs"]
mod jumps;
#[path = "road/monitoring.rs"]
mod monitoring;
#[path = "road/news.rs"]
mod news;
#[path = "road/people.rs"]
mod people;
#[path = "road/records.rs"]
mod records;
#[path = "road/scene.rs"]
mod scene;
#[path = "road/tags.rs"]
mod tags;
