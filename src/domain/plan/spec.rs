//! What a plan needs to know of an environment and of the version that goes there.
//!
//! Plain data without the configuration's types: this room stands below it. All lengths are in seconds.

use std::collections::BTreeMap;

use crate::domain::names::{HostName, ObjectId};
use crate::domain::plan::{Ask, Pins};

/// What the plan needs of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// The hosts, in the order in which they are deployed.
    pub hosts: Vec<SpecHost>,
    /// What is run.
    pub recipe: Recipe,
    /// Values for every step; `{tag}`, `{version}` and `{commit}` stand for those of what runs.
    pub env: BTreeMap<String, String>,
    /// What shows that it is up.
    pub health: Option<Health>,
    /// What shows that it works.
    pub smoke: Smoke,
}

/// One host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecHost {
    /// Its name.
    pub name: HostName,
    /// The folder of the application.
    pub directory: String,
}

/// How it is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipe {
    /// Docker Compose in a git clone.
    Compose {
        /// The compose files, in order.
        files: Vec<String>,
        /// The fixed project name.
        project: String,
        /// The longest that `pull` may take.
        pull_limit: u64,
        /// The time between two of the three looks after `up`.
        settle: u64,
    },
    /// Commands of one's own.
    Script {
        /// The steps, in order.
        steps: Vec<ScriptStep>,
    },
}

/// One command of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptStep {
    /// Its name.
    pub name: String,
    /// Program and arguments; `{tag}`, `{version}` and `{commit}` are filled in the arguments.
    pub run: Vec<String>,
    /// What proves that it took effect.
    pub probe: Option<Vec<String>>,
    /// What takes it back.
    pub undo: Option<Vec<String>>,
    /// The longest that it may take.
    pub limit: u64,
}

/// What shows that it is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// A request from the daemon.
    Http {
        /// The request.
        ask: Ask,
        /// The longest that all tries together may take.
        limit: u64,
    },
    /// A command on every host, in its directory.
    Command {
        /// Program and arguments.
        run: Vec<String>,
        /// The longest that all tries together may take.
        limit: u64,
    },
}

/// What shows that it works.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Smoke {
    /// The project's own script with its arguments, run once, on the first host.
    pub script: Option<Vec<String>>,
    /// The value of `PROD_URL`.
    pub url: Option<String>,
    /// The longest that the script may take.
    pub limit: u64,
    /// The critical endpoints.
    pub endpoints: Vec<Ask>,
}

/// The version that goes there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The tag's name.
    pub tag: String,
    /// The version in it.
    pub version: String,
    /// What the tag points at: the id of the tag object, or of the commit when the tag is lightweight.
    pub object: ObjectId,
    /// The commit that the tag stands for.
    pub commit: ObjectId,
    /// What its images are pinned to; empty = they are named by the compose files alone.
    pub pins: Pins,
}

/// What stands for `{tag}`, `{version}` and `{commit}`; on the way back some may be unknown.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Running<'a> {
    pub tag: Option<&'a str>,
    pub version: Option<&'a str>,
    pub commit: Option<&'a str>,
}

impl Target {
    /// Fills the arguments of a command; its program stays as it is written.
    pub fn command(&self, words: &[String]) -> Vec<String> {
        self.running().command(words)
    }

    /// Returns the variables that its steps have.
    pub fn env(&self, spec: &Spec) -> BTreeMap<String, String> {
        self.running().env(spec)
    }

    pub(super) fn running(&self) -> Running<'_> {
        Running { tag: Some(&self.tag), version: Some(&self.version), commit: Some(self.commit.as_str()) }
    }
}

impl Running<'_> {
    /// Fills a text; `None` when it names something unknown.
    pub(super) fn fill(&self, text: &str) -> Option<String> {
        let mut filled = text.to_owned();
        for (name, value) in [("{tag}", self.tag), ("{version}", self.version), ("{commit}", self.commit)] {
            if filled.contains(name) {
                filled = filled.replace(name, value?);
            }
        }
        Some(filled)
    }

    /// Fills a command, except its program; what is unknown stays as it is written.
    pub(super) fn command(&self, words: &[String]) -> Vec<String> {
        let fill = |(n, word): (usize, &String)| match n {
            0 => word.clone(),
            _ => self.fill(word).unwrap_or_else(|| word.clone()),
        };
        words.iter().enumerate().map(fill).collect()
    }

    /// Returns the variables whose value names something unknown.
    pub(super) fn unknown<'s>(&self, spec: &'s Spec) -> Vec<&'s str> {
        let unknown = spec.env.iter().filter(|(_, value)| self.fill(value).is_none());
        unknown.map(|(name, _)| name.as_str()).collect()
    }

    /// Returns the variables of a step; one whose value names something unknown is left out.
    pub(super) fn env(&self, spec: &Spec) -> BTreeMap<String, String> {
        let given = spec.env.iter().filter_map(|(name, value)| Some((name.clone(), self.fill(value)?)));
        let ours = [
            ("TAGWARDEN_TAG", self.tag),
            ("TAGWARDEN_VERSION", self.version),
            ("TAGWARDEN_COMMIT", self.commit),
        ];
        let ours = ours.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        given.chain(ours).collect()
    }
}
