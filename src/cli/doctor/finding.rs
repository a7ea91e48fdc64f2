//! What did a check find: which check, about what, how it stands, and why?

use std::fmt::Display;

use clap::ValueEnum;
use serde::Serialize;

use crate::domain::notice::Notice;

/// The checks, in the order in which they are told; their names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Check {
    /// The file is readable and lawful
    Configuration,
    /// Secrets can be read, by nobody else, and are not old
    Secrets,
    /// Calendars and their feeds, as in `calendar lint`
    Calendars,
    /// The daemon runs, in this version
    Daemon,
    /// SQLite, and the database in the state folder
    Database,
    /// Free space for the state folder
    Space,
    /// The unit under systemd
    Service,
    /// The forge answers, in a supported version
    Forge,
    /// The forge's clock and ours agree
    Clock,
    /// What the token may do
    Token,
    /// The branch that releases come from
    Branch,
    /// The webhook, and whether anything comes from it
    Webhook,
    /// The protected tag rule
    Protection,
    /// The hooks on the forge's machine
    Hook,
    /// The hosts over SSH: key, login, git, Docker Compose
    Host,
}

/// How something stands; the worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Well.
    Ok,
    /// It works, but not as it should.
    Warning,
    /// It could not be learnt.
    Unknown,
    /// It does not work.
    Error,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// By which check.
    pub check: Check,
    /// About what, such as a repository or a host; empty when there is only one.
    pub about: String,
    /// How it stands.
    pub state: State,
    /// Why, and what mends it.
    pub notice: Notice,
}

impl Check {
    /// Returns that it is well.
    pub fn ok(self, about: impl Display, notice: Notice) -> Finding {
        self.finding(about, State::Ok, notice)
    }

    /// Returns that it works, but not as it should.
    pub fn warning(self, about: impl Display, notice: Notice) -> Finding {
        self.finding(about, State::Warning, notice)
    }

    /// Returns that it could not be learnt.
    pub fn unknown(self, about: impl Display, notice: Notice) -> Finding {
        self.finding(about, State::Unknown, notice)
    }

    /// Returns that it does not work.
    pub fn error(self, about: impl Display, notice: Notice) -> Finding {
        self.finding(about, State::Error, notice)
    }

    fn finding(self, about: impl Display, state: State, notice: Notice) -> Finding {
        Finding { check: self, about: about.to_string(), state, notice }
    }

    /// Returns its stable name.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}
