//! The local socket's language and its small blocking client.
//!
//! One request and its answers are lines of JSON over a Unix socket. The hook asks what will happen to a tag, the
//! terminal asks for everything else. Who may connect is the socket's file mode; who may act is the personal token in
//! the request.
//!
//! Races: the daemon may go away between two lines: the client then says so, and nothing is assumed.

mod client;

pub use client::{Client, ControlError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::gate;
use crate::domain::names::EnvironmentName;
use crate::domain::notice::Notice;

/// The version of this language; a daemon refuses what it does not know.
pub const VERSION: u32 = 1;

/// The largest line in either direction, in bytes.
pub const LONGEST_LINE: usize = 4 << 20;

/// One request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The version of the language.
    pub v: u32,
    /// What is asked.
    pub ask: Ask,
}

/// What may be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Ask {
    /// What will happen to these tags, which are being pushed now?
    Forecast {
        /// The repository's full name.
        repository: String,
        /// Its number on the forge.
        repository_id: Option<u64>,
        /// Who pushes.
        pusher: Option<String>,
        /// The tags, all of them lawful.
        tags: Vec<ForecastTag>,
    },
    /// This tag was refused outside a push, where nobody could be told; write it down and say so at its commit.
    TagRefused {
        /// The repository's full name.
        repository: String,
        /// The tag; `object` is empty when it was to be deleted, `commit` when there is none.
        tag: ForecastTag,
        /// The rules that it breaks.
        why: Vec<Notice>,
    },
    /// A command of the terminal.
    Call {
        /// The person's token, for what only a person may do.
        token: Option<String>,
        /// The command.
        verb: String,
        /// What belongs to it.
        args: Value,
    },
}

/// A tag that is being pushed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastTag {
    /// Its name.
    pub name: String,
    /// What its ref will point at.
    pub object: String,
    /// The commit behind that.
    pub commit: String,
}

/// What the gates of one environment say about a tag that would be pushed now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastPlace {
    /// The environment.
    pub environment: EnvironmentName,
    /// Their answer.
    pub answer: gate::Answer,
}

/// One line of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// What will happen to the tags.
    Forecast {
        /// Whether the daemon guards that repository.
        known: bool,
        /// What happens next, in sentences.
        next: Vec<Notice>,
        /// Where to follow it.
        link: String,
        /// What the gates of each environment say; an older daemon does not tell.
        #[serde(default)]
        places: Vec<ForecastPlace>,
    },
    /// It was done; this is what there is to see.
    Ok {
        /// What there is to see.
        value: Value,
    },
    /// One of several lines; more follow.
    Line {
        /// The line.
        value: Value,
    },
    /// No more lines follow.
    End,
    /// It was not done.
    Refused {
        /// What kind of refusal it is.
        status: Status,
        /// Why.
        notice: Notice,
    },
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The person may not.
    NotAllowed,
    /// There is no such thing.
    NotFound,
    /// Not in the state that it is in.
    Conflict,
    /// It waits.
    Waiting,
    /// It cannot be known or written down now.
    TryAgain,
    /// The request was not understood.
    Usage,
    /// It failed.
    Failed,
}
