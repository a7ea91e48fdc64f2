//! The rules: what a release is and what may happen to it, free of I/O, clock, async and logging.
//!
//! Time is an argument, the outside is a fact handed in, and an answer is a value. Nothing in this room fails
//! because the world is in a bad state; it only says what the facts mean.

pub mod audit;
pub mod calendar;
pub mod changelog;
pub mod checkpoint;
pub mod checks;
pub mod command;
pub mod gate;
pub mod gravity;
pub mod image;
pub mod journal;
pub mod language;
pub mod names;
pub mod notice;
pub mod plan;
pub mod proposal;
pub mod release;
pub mod tag_policy;
pub mod version;
pub mod watch;
