//! Looks into a repository, quarantine included, and reports facts.
//!
//! Objects are read with libgit2, which knows neither hooks nor replacement refs; everything that talks to another
//! repository (a fetch, a push) is done by the `git` program with an environment of its own, so that no configuration
//! of the machine and no token on a command line can play a part.

pub mod clone;
mod command;
mod error;
mod facts;
pub mod history;
pub mod mirror;
pub mod model;

pub use error::GitError;
pub use facts::{Standpoint, Update, judge_mirror, judge_push, open_quarantine, standpoint};
