//! Tables `[[repository.environment]]` and below, as written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Gates, none};

/// An environment that releases go to
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name", "host", "deploy"]))]
pub struct Environment {
    /// Its name, such as `production`
    pub name: String,
    /// The calendars that must all be open; none = always open
    pub calendars: Vec<String>,
    /// Who decides and may roll back: `user:login` or `team:organisation/team`
    pub release_managers: Vec<String>,
    /// Who may approve: `user:login` or `team:organisation/team`
    pub approvers: Vec<String>,
    /// How many different people must approve; 0 switches the approval off
    pub approvals: i64,
    /// Whether one may approve a tag that one pushed oneself
    pub self_approval: bool,
    /// How long an approval counts
    pub approval_expires: String,
    /// Deploy, smoke tests and watch must fit into this before the calendar closes
    pub max_duration: String,
    /// Whether pre-releases (`v2.0.0-rc.1`) come here too
    pub prereleases: bool,
    /// Conditions besides tag, calendar and approval
    #[serde(skip_serializing_if = "Gates::is_empty")]
    pub gates: Gates,
    /// Where it runs, in the order of deployment
    #[serde(skip_serializing_if = "none")]
    pub host: Vec<Host>,
    /// How it is deployed
    pub deploy: Deploy,
    /// What shows that it is up
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Healthcheck>,
    /// What shows that it works
    pub smoke: Smoke,
    /// How it is watched afterwards
    pub watch: Watch,
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            name: String::new(),
            calendars: Vec::new(),
            release_managers: Vec::new(),
            approvers: Vec::new(),
            approvals: 1,
            self_approval: false,
            approval_expires: "24h".to_owned(),
            max_duration: "45m".to_owned(),
            prereleases: false,
            gates: Gates::default(),
            host: Vec::new(),
            deploy: Deploy::default(),
            healthcheck: None,
            smoke: Smoke::default(),
            watch: Watch::default(),
        }
    }
}

/// A host that the application runs on
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name", "address", "directory"]))]
pub struct Host {
    /// Its name
    pub name: String,
    /// `login@name:port`, or `local` for the machine of the daemon
    pub address: String,
    /// The pinned host key, such as `ssh-ed25519 AAAA…`; needed unless the address is `local`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_key: Option<String>,
    /// The private key that the daemon uses; by default what its account has
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The folder of the application, a git clone
    pub directory: String,
    /// The folder for steps on the host; by default `.local/state/tagwarden` in the login's home
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// How it is deployed
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["recipe"]))]
pub struct Deploy {
    /// What is run
    pub recipe: Recipe,
    /// Compose: the compose files in the folder, in order; by default `compose.yml`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compose_files: Option<Vec<String>>,
    /// Compose: the fixed project name
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Compose: the longest that `pull` may take; by default `15m`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_limit: Option<String>,
    /// Compose: the time between two of the three looks after `up`; by default `5s`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settle: Option<String>,
    /// Values handed to every step; `{tag}`, `{version}` and `{commit}` stand for the release's
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Whether the database changes with a release
    pub migrations: Migrations,
    /// Script: the steps, in order
    #[serde(skip_serializing_if = "none")]
    pub step: Vec<Step>,
}

impl Default for Deploy {
    fn default() -> Self {
        Self {
            recipe: Recipe::Compose,
            compose_files: None,
            project: None,
            pull_limit: None,
            settle: None,
            env: BTreeMap::new(),
            migrations: Migrations::None,
            step: Vec::new(),
        }
    }
}

/// What is run
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Recipe {
    /// Docker Compose
    Compose,
    /// Named commands of one's own
    Script,
}

/// Whether the database changes with a release
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Migrations {
    /// It does not
    None,
    /// Old code works with the new schema: the code goes back, the schema stays
    Compatible,
    /// Old code does not work with the new schema (comes in a later version)
    Breaking,
}

/// A named command of one's own
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name", "run"]))]
pub struct Step {
    /// Its name, unique in the list
    pub name: String,
    /// The program and its arguments; `{tag}`, `{version}` and `{commit}` stand for the release's
    pub run: Vec<String>,
    /// What proves that it took effect, by exit status 0; without it the exit status of `run` is believed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probe: Option<Vec<String>>,
    /// The way back; a step without one is skipped in a rollback
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<Vec<String>>,
    /// The longest that it may take
    pub limit: String,
}

impl Default for Step {
    fn default() -> Self {
        Self { name: String::new(), run: Vec::new(), probe: None, undo: None, limit: "10m".to_owned() }
    }
}

/// What shows that it is up: an address, or a command on the host
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Healthcheck {
    /// The address that the daemon asks
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The command on the host, in its directory; exit status 0 is good
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Vec<String>>,
    /// The expected status; by default 200
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
    /// A text that the answer must contain
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// The longest that one answer may take; by default `5s`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<String>,
    /// The longest that all tries together may take
    pub limit: String,
}

impl Default for Healthcheck {
    fn default() -> Self {
        Self { url: None, run: None, status: None, contains: None, latency: None, limit: "2m".to_owned() }
    }
}

/// What shows that it works
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Smoke {
    /// The project's script with its arguments, run on the first host in its directory
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<Vec<String>>,
    /// The value of `PROD_URL` for the script
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The longest that the script may take
    pub limit: String,
    /// The critical endpoints, asked by the daemon
    #[serde(skip_serializing_if = "none")]
    pub endpoint: Vec<Endpoint>,
}

impl Default for Smoke {
    fn default() -> Self {
        Self { script: None, url: None, limit: "10m".to_owned(), endpoint: Vec::new() }
    }
}

/// A critical endpoint
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["url"]))]
pub struct Endpoint {
    /// The address
    pub url: String,
    /// The expected status
    pub status: i64,
    /// A text that the answer must contain
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// The longest that the answer may take
    pub latency: String,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self { url: String::new(), status: 200, contains: None, latency: "5s".to_owned() }
    }
}

/// How it is watched after the smoke tests
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Watch {
    /// How long it is watched
    pub duration: String,
    /// The time between two looks
    pub every: String,
    /// What is looked at; without any: the address of the health check, and the containers of recipe `compose`
    #[serde(skip_serializing_if = "none")]
    pub signal: Vec<Signal>,
}

impl Default for Watch {
    fn default() -> Self {
        Self { duration: "30m".to_owned(), every: "10s".to_owned(), signal: Vec::new() }
    }
}

/// Something that is looked at
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["kind"]))]
pub struct Signal {
    /// What kind it is
    pub kind: SignalKind,
    /// Its name, unique in the watch; by default the kind
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Http: the address
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Http: the expected status; by default 200
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
    /// Http: a text that the answer must contain
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Http: the longest that the answer may take; by default `5s`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<String>,
    /// Log: plain texts that must not appear
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fatal: Option<Vec<String>>,
    /// Whether it may decide; without that it is shown and counts for nothing
    pub required: bool,
    /// Bad looks in a row that make it failed
    pub fail_after: i64,
    /// It looks, counts and shows what it would have decided, but never decides
    pub dry_run: bool,
}

impl Default for Signal {
    fn default() -> Self {
        Self {
            kind: SignalKind::Http,
            name: None,
            url: None,
            status: None,
            contains: None,
            latency: None,
            fatal: None,
            required: true,
            fail_after: 3,
            dry_run: false,
        }
    }
}

/// What kind of signal it is
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignalKind {
    /// An HTTP request from the daemon
    Http,
    /// State, health and restarts of the project's containers
    Container,
    /// Patterns in the containers' logs
    Log,
    /// A query to Prometheus (comes in a later version)
    Prometheus,
    /// A monitor of UptimeRobot (comes in a later version)
    Uptimerobot,
    /// An alert of Grafana (comes in a later version)
    Grafana,
    /// What users do (comes in a later version)
    Activity,
}
