//! Looks at signals, judged into a verdict.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What one look at one signal found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The signal's name.
    pub signal: String,
    /// When it was looked at.
    pub at: Timestamp,
    /// What it says.
    pub answer: Answer,
    /// What was asked, what came back, and what the limit was, in one line; already redacted.
    pub evidence: String,
}

/// The four things that a look can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// All well.
    Ok,
    /// It counts against the release.
    Bad,
    /// The source answered, but has nothing to say.
    NoData,
    /// The source could not be asked.
    Error,
}
