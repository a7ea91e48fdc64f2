//! What all checks look at: the configuration, its secrets, and what the person asked for.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::finding::{Check, Finding};
use crate::cli::terminal::Terminal;
use crate::config::{Config, Secret, SecretSeen};
use crate::domain::notice::Notice;

/// The longest that any check may take; together with reading the configuration all ends within ten seconds.
pub const LIMIT: Duration = Duration::from_secs(8);

/// What is looked at.
pub struct Case {
    /// The configuration, without its secrets.
    pub config: Config,
    /// The secrets.
    pub secrets: Vec<SecretSeen>,
    /// The person's terminal.
    pub terminal: Terminal,
    /// The folders of hooks that the person named.
    pub hooks: Vec<PathBuf>,
    /// The checks that are left out.
    pub skip: Vec<Check>,
    /// When it began.
    pub now: Timestamp,
}

impl Case {
    /// Returns whether a check was asked for.
    pub fn wants(&self, check: Check) -> bool {
        !self.skip.contains(&check)
    }

    /// Returns the forge's token, when it can be read.
    pub fn token(&self) -> Option<&Secret> {
        let found = self.secrets.iter().find(|secret| secret.place.to_string() == "forge.token");
        found.and_then(|secret| secret.outcome.as_ref().ok())
    }
}

/// Returns what is said of a check that did not end.
pub fn endless(check: Check, about: &str) -> Finding {
    check.unknown(about, Notice::new("TW-Q002").with("seconds", LIMIT.as_secs()))
}
