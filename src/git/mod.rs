//! Looks into a repository, quarantine included, and reports facts.
//!
//! Objects are read with libgit2, which knows neither hooks nor replacement refs, or by `git cat-file` where that cannot;
//! everything that talks to another
//! repository (a fetch, a push) is done by the `git` program with an environment of its own, so that no configuration
//! of the machine and no token on a command line can play a part.

mod batch;
mod changelog;
pub mod clone;
mod command;
mod error;
mod facts;
mod graph;
pub mod history;
mod id;
mod lineage;
pub mod mirror;
pub mod model;
mod objects;
mod signature;

pub use error::GitError;
pub use facts::{Standpoint, Update, judge_mirror, judge_push, policy};
pub use objects::Objects;
