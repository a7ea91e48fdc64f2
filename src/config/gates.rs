//! The gates of an environment that need evidence, as meant.

mod backup;
mod image;

pub use backup::{Backup, BackupSource, Take};
pub use image::{Images, Registry};

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::config::{HttpCheck, Secret, Who};
use crate::domain::checks::ContextPattern;
use crate::domain::gate::{Checklist, Evidence, Wanted};
use crate::domain::names::{EnvironmentName, HostName};

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
    /// The forge's checks on the commit; with nothing named, all of them.
    Ci {
        /// Files of workflows whose newest runs must be green.
        workflows: Vec<String>,
        /// Contexts of commit statuses that must be there and green.
        contexts: Vec<ContextPattern>,
    },
    /// A workflow that tries the whole application.
    E2e {
        /// Its file.
        workflow: String,
        /// The environment on which it is tried: a run that is older than the deployment there proves nothing.
        after: Option<EnvironmentName>,
        /// Whether the daemon starts it when a run is needed.
        dispatch: bool,
    },
    /// The answer to an HTTP request.
    Http {
        /// The request, and what its answer must be.
        check: HttpCheck,
        /// A JSON pointer into the answer, and the text that must stand there.
        value: Option<(String, String)>,
        /// What is sent as `Authorization: Bearer …`.
        token: Option<Secret>,
    },
    /// The value of a Prometheus query.
    Prometheus {
        /// The address of the server.
        url: String,
        /// The query.
        query: String,
        /// The smallest and the largest good value.
        limits: Limits,
        /// Whether an answer without any series is good.
        empty_is_good: bool,
        /// What is sent as `Authorization: Bearer …`.
        token: Option<Secret>,
    },
    /// The alerts that fire.
    Alerts {
        /// The address of the Alertmanager or of Grafana.
        url: String,
        /// Whether it is Grafana.
        grafana: bool,
        /// The severities that count; empty = all.
        severity: Vec<String>,
        /// The labels that an alert must have to count.
        labels: BTreeMap<String, String>,
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
    /// The newest backup.
    Backup(Backup),
    /// The images of the compose files, in their registries.
    Images(Images),
}

/// The smallest and the largest good value of a query; at least one of them is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The smallest, as it is written.
    pub above: Option<Number>,
    /// The largest, as it is written.
    pub below: Option<Number>,
}

impl Limits {
    /// Returns the limits that these texts say; `None` when one of them is no number.
    pub fn parse(above: Option<&str>, below: Option<&str>) -> Option<Self> {
        let number = |text: Option<&str>| text.map_or(Some(None), |text| Number::parse(text).map(Some));
        Some(Self { above: number(above)?, below: number(below)? })
    }

    /// Returns whether `value` keeps to both; what is no number keeps to none.
    pub fn hold(&self, value: f64) -> bool {
        let above = self.above.as_ref().is_none_or(|least| value >= least.value());
        let below = self.below.as_ref().is_none_or(|most| value <= most.value());
        !value.is_nan() && above && below
    }
}

/// A finite number, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// Returns the number that `text` says.
    pub fn parse(text: &str) -> Option<Self> {
        let value: f64 = text.parse().ok()?;
        value.is_finite().then(|| Self(text.to_owned()))
    }

    /// Returns its value.
    pub fn value(&self) -> f64 {
        self.0.parse().expect("it was parsed when it was made")
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
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
