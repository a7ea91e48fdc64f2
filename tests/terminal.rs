//! The commands that ask the daemon, as people meet them: the real binary, a real `serve`, a real push.

#![expect(clippy::unwrap_used, reason = "what a test cannot prepare fails it, as it should")]
#![allow(missing_docs, reason = "tests")]

#[path = "terminal/acts.rs"]
mod acts;
#[path = "terminal/copies.rs"]
mod copies;
#[path = "terminal/house.rs"]
mod house;
#[path = "terminal/looking.rs"]
mod looking;
#[path = "terminal/records.rs"]
mod records;
#[path = "terminal/serving.rs"]
mod serving;
#[path = "terminal/socket.rs"]
mod socket;
