//! The gates of an environment that need evidence, as meant.

use std::time::Duration;

use crate::config::{HttpCheck, Secret, Who};
use crate::domain::gate::{Checklist, Evidence, Wanted};
use crate::domain::names::HostName;

/// An automatic gate: what is looked at, and how old what was seen may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Its name, unique in the environment: `ci`, `backup`, or what the file calls it.
    pub name: String,
    /// How old what was seen may be when the deployment begins.
    pub max_age: Duration,
    /// What is looked at.
    pub source: GateSource,
}

/// What an automatic gate looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateSource {
    /// The answer to an HTTP request.
    Http {
        /// The request, and what its answer must be.
        check: HttpCheck,
        /// A JSON pointer into the answer, and the text that must stand there.
        value: Option<(String, String)>,
        /// What is sent as `Authorization: Bearer …`.
        token: Option<Secret>,
    },
    /// The exit status of a command on a host, in its directory.
    Command {
        /// The host; `None` = the first one.
        host: Option<HostName>,
        /// The program and its arguments.
        run: Vec<String>,
        /// The exit status that is good.
        exit: i32,
        /// The longest that it may take.
        limit: Duration,
    },
}

/// Table `[repository.environment.gates.signoff]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signoff {
    /// What has to be tried; never empty.
    pub items: Vec<Item>,
    /// Who may sign; never empty.
    pub by: Vec<Who>,
    /// How old the signature may be when the deployment begins.
    pub max_age: Duration,
}

/// One thing that has to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// A short word for it, unique in the list.
    pub name: String,
    /// What to do, in a sentence.
    pub text: String,
}

impl Gate {
    /// Returns the gate as the rules ask for it, with what it saw last.
    pub fn wanted<'a>(&'a self, evidence: Option<&'a Evidence>) -> Wanted<'a> {
        Wanted { name: &self.name, max_age: self.max_age, evidence }
    }
}

impl Signoff {
    /// Returns the checklist as the rules ask for it.
    pub fn checklist(&self) -> Checklist {
        Checklist {
            items: self.items.iter().map(|item| (item.name.clone(), item.text.clone())).collect(),
            who: self.by.iter().map(Who::to_string).collect(),
            max_age: self.max_age,
        }
    }
}
