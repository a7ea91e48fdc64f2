//! The ordered steps of a deployment, each with command, limit, probe and undo.
//!
//! A plan is data: argument lists, never shell text. `remote` carries a step to its host, the engine performs the
//! steps one by one and hands what they found (the facts) to the later ones.

mod back;
mod compose;
mod fill;
mod forward;
mod judge;
mod pins;
mod resolved;
mod settled;
mod spec;
mod texts;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use back::way_back;
pub use forward::forward;
pub use judge::judge;
pub use pins::{Needed, Pins, is_pinned, needed};
pub use spec::{Health, Recipe, ScriptStep, Smoke, Spec, SpecHost, Target};

use crate::domain::names::HostName;

/// The fact that tells the full commit id that ran before; absent when nothing ran before.
pub const FACT_COMMIT_BEFORE: &str = "commit_before";
/// The fact that tells what was checked out before, whether or not it ran.
pub const FACT_HEAD_BEFORE: &str = "head_before";
/// The fact that tells the tag that ran before; absent when no version tag stood there.
pub const FACT_TAG_BEFORE: &str = "tag_before";
/// The fact that tells the version that ran before.
pub const FACT_VERSION_BEFORE: &str = "version_before";
/// The fact with one line per image to keep: image id, name to keep it under, digest to fetch it by (may be missing).
pub const FACT_KEEP: &str = "keep_images";
/// The fact with one line per service that existed before.
pub const FACT_SERVICES_BEFORE: &str = "services_before";
/// The fact with the compose file that pins every service to the image that it ran with.
pub const FACT_LOCK: &str = "lock_file";
/// The fact that tells how many seconds `up` may wait.
pub const FACT_UP_LIMIT: &str = "up_limit";
/// The fact with the images that the release needs, one a line.
pub const FACT_IMAGES: &str = "images";

/// What earlier steps on a host found out, by name; placeholders `{name}` in later scripts are filled from it.
pub type Facts = BTreeMap<String, String>;

/// The steps of one deployment, or of one way back, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// The steps, in order; the first host's all stand before the next host's.
    pub steps: Vec<Step>,
}

/// One step on one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its name, `[a-z0-9-]`, unique per host in the plan.
    pub name: String,
    /// Where it happens.
    pub host: HostName,
    /// The phase that it belongs to.
    pub stage: Stage,
    /// What is done.
    pub act: Act,
    /// What proves that a detached run took effect; `None` = its exit status is believed.
    pub probe: Option<Script>,
    /// What takes it back, filled with the facts; `None` = there is nothing to take back.
    pub undo: Option<Act>,
    /// The longest that it may take, in seconds.
    pub limit: u64,
    /// How often it may be tried again after it failed or was lost and the probe says "not done".
    pub retries: u32,
}

/// The phase that a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Up to and including the health check.
    Deploy,
    /// The smoke tests.
    Smoke,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// A short look that changes nothing; its output is judged into facts.
    Inspect {
        /// What is asked.
        inspection: Inspection,
        /// The commands whose output answers it.
        script: Script,
    },
    /// Commands that run detached on the host.
    Run {
        /// The commands.
        script: Script,
    },
    /// An HTTP request from the daemon, repeated until it is answered well or the limit has passed.
    Ask {
        /// The request.
        ask: Ask,
    },
}

/// A question that a short look answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inspection {
    /// Is everything there that the deployment needs?
    Preflight,
    /// What runs now?
    Snapshot,
    /// What will the resolved compose file start, and how long may that take?
    Resolve,
    /// Are the containers up and staying up? Three looks.
    Settled,
    /// Do they run the images that were pinned?
    Pinned,
}

/// Commands as argument lists, run in order; the first that fails ends the script with its status.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Script {
    /// Where they run; `None` = the login's home.
    pub directory: Option<String>,
    /// Variables set for all of them.
    pub env: BTreeMap<String, String>,
    /// Files written into the step's own folder first, by plain file name; `{step}` stands for that folder.
    pub files: BTreeMap<String, String>,
    /// The commands: program first.
    pub commands: Vec<Vec<String>>,
}

/// One HTTP request and what it must answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The address.
    pub url: String,
    /// The expected status.
    pub status: u16,
    /// A text that the answer must contain.
    pub contains: Option<String>,
    /// The longest that one answer may take, in milliseconds.
    pub latency_ms: u64,
}

/// What a command printed and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its exit status; 128 + n when signal n ended it.
    pub status: i32,
    /// Standard output, lossily decoded.
    pub stdout: String,
    /// Standard error, lossily decoded.
    pub stderr: String,
}
