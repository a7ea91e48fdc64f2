//! Looks at signals, judged into a verdict: how long must one look, and when has one seen enough?
//!
//! [`judge()`] is asked after every look and after every start of the daemon. It sees all looks at once and keeps
//! nothing, so a late or repeated question gets the same answer.

mod judge;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use judge::{baseline, due, judge};

use crate::domain::notice::Notice;

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

/// How the looks at one signal are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The signal's name.
    pub signal: String,
    /// Whether it may decide.
    pub required: bool,
    /// Bad looks in a row that make it failed; 0 is read as 1.
    pub fail_after: u32,
    /// It looks, counts and shows, but never decides.
    pub dry_run: bool,
    /// The time between two looks.
    pub every: Duration,
    /// What is made of a source that has nothing to say.
    pub on_no_data: OnNoData,
}

impl Rule {
    /// Returns whether the signal has a say in the verdict.
    pub fn decides(&self) -> bool {
        self.required && !self.dry_run
    }
}

/// What is made of a source that has nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnNoData {
    /// It is as good as a good look.
    Ignore,
    /// It proves nothing: the watch cannot end green on it.
    Pause,
    /// It is as bad as a bad look.
    Fail,
}

impl OnNoData {
    /// Returns what holds when nothing was configured.
    pub fn usual(required: bool) -> Self {
        if required { Self::Pause } else { Self::Ignore }
    }
}

/// The watch itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// When it began: the smoke tests had passed.
    pub since: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// How much healthy time must be seen, as configured; the last stretch of this length before `until` is what
    /// must be proven.
    pub length: Duration,
    /// Whether it has been extended already.
    pub extended: bool,
    /// The signals that were bad before the deployment; they are not held against the release.
    pub baseline: BTreeSet<String>,
}

/// What the looks so far mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is decided; look on.
    Continue,
    /// A required signal failed: the release goes back.
    Failed {
        /// The signal.
        signal: String,
        /// What was seen, for people.
        notice: Notice,
    },
    /// All required signals were seen good until the end.
    Passed,
    /// The end was reached, nothing failed, but these required signals were not seen well enough to call them good.
    /// Shown as *unknown*, never as green. Empty when no signal has a say at all.
    PassedUnproven {
        /// The signals, in the order of the rules.
        signals: Vec<String>,
    },
    /// The end was reached without proof: watch on until then. Said once per watch.
    Extend {
        /// The new end.
        until: Timestamp,
    },
}
