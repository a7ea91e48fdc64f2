//! Tables below `[repository.environment.gates]`, as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SecretReference, none};

/// Conditions besides tag, calendar and approval
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Gates {
    /// The forge's checks on the tag's commit
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ci: Option<Ci>,
    /// A workflow that tries the whole application, such as the end-to-end tests on staging
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e2e: Option<E2e>,
    /// A fresh backup
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup: Option<Backup>,
    /// A checklist signed by a person
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signoff: Option<Signoff>,
    /// Every image of the compose files stands in its registry; their digests are what is deployed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// The answer to an HTTP request
    #[serde(skip_serializing_if = "none")]
    pub http: Vec<Http>,
    /// The exit status of a command
    #[serde(skip_serializing_if = "none")]
    pub command: Vec<Command>,
    /// The value of a Prometheus query
    #[serde(skip_serializing_if = "none")]
    pub prometheus: Vec<Prometheus>,
    /// No alert is firing
    #[serde(skip_serializing_if = "none")]
    pub alerts: Vec<Alerts>,
}

impl Gates {
    /// Returns whether no gate is written.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The forge's checks on the tag's commit
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Ci {
    /// Workflow files whose newest run for the commit must have succeeded, such as `ci.yml`
    #[serde(skip_serializing_if = "none")]
    pub workflows: Vec<String>,
    /// Contexts of commit statuses that must be there and green; `*` stands for anything
    #[serde(skip_serializing_if = "none")]
    pub contexts: Vec<String>,
    /// How old the checks may be when the deployment begins
    pub max_age: String,
}

impl Default for Ci {
    fn default() -> Self {
        Self { workflows: Vec::new(), contexts: Vec::new(), max_age: "30d".to_owned() }
    }
}

/// A workflow that tries the whole application
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["workflow"]))]
pub struct E2e {
    /// The workflow file, such as `e2e.yml`
    pub workflow: String,
    /// Another environment of this repository: only a run counts that began after this commit was deployed there last
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Whether the daemon starts the workflow itself when there is no run yet, or only a stale one
    pub dispatch: bool,
    /// How old the run may be when the deployment begins
    pub max_age: String,
}

impl Default for E2e {
    fn default() -> Self {
        Self { workflow: String::new(), after: None, dispatch: false, max_age: "7d".to_owned() }
    }
}

/// A fresh backup
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["kind"]))]
pub struct Backup {
    /// How its age is learnt
    pub kind: BackupKind,
    /// The host on which to look; by default the first one
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Restic, borg, command: the program and its arguments; by default `restic snapshots --json`, `borg list --json`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Vec<String>>,
    /// File, postgres: a pattern such as `/var/backups/bridge/*.dump`; the newest that matches counts
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// File: the checksum file beside it, such as `*.sha256`: the pattern's name with this ending
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// File, postgres: the least size in bytes
    pub min_size: i64,
    /// Borg, postgres: the zone of the times in its list or in a dump's head, such as `Europe/Paris`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// How old the newest backup may be when the deployment begins
    pub max_age: String,
    /// What to do when it is older
    pub on_stale: OnStale,
    /// The program that takes a backup, with its arguments
    #[serde(skip_serializing_if = "Option::is_none")]
    pub take: Option<Vec<String>>,
    /// The longest that taking one may last
    pub take_limit: String,
}

impl Default for Backup {
    fn default() -> Self {
        Self {
            kind: BackupKind::Command,
            host: None,
            run: None,
            path: None,
            checksum: None,
            min_size: 1,
            time_zone: None,
            max_age: "24h".to_owned(),
            on_stale: OnStale::Wait,
            take: None,
            take_limit: "1h".to_owned(),
        }
    }
}

/// How the age of a backup is learnt
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BackupKind {
    /// From restic's list of snapshots
    Restic,
    /// From borg's list of archives
    Borg,
    /// From the newest file, its size and its checksum
    File,
    /// From the newest PostgreSQL dump in custom format that is readable to its end
    Postgres,
    /// From a command that prints an instant (RFC 3339)
    Command,
}

/// What to do about a backup that is too old
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnStale {
    /// Wait until there is a newer one
    Wait,
    /// Take one, and look again
    Take,
}

/// A checklist signed by a person
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["item"]))]
pub struct Signoff {
    /// What has to be tried, one after the other
    #[serde(skip_serializing_if = "none")]
    pub item: Vec<Item>,
    /// Who may sign: `user:login` or `team:organisation/team`; by default the release managers
    #[serde(skip_serializing_if = "none")]
    pub by: Vec<String>,
    /// How old the signature may be when the deployment begins
    pub max_age: String,
}

impl Default for Signoff {
    fn default() -> Self {
        Self { item: Vec::new(), by: Vec::new(), max_age: "7d".to_owned() }
    }
}

/// One thing that has to be tried
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name", "text"]))]
pub struct Item {
    /// A short word for it, such as `login`
    pub name: String,
    /// What to do, in a sentence
    pub text: String,
}

/// Every image stands in its registry
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Image {
    /// The registries that may be asked besides that of the forge and docker.io, and how
    #[serde(skip_serializing_if = "none")]
    pub registry: Vec<Registry>,
    /// Services whose image is built or brought otherwise, and is not looked for
    #[serde(skip_serializing_if = "none")]
    pub skip: Vec<String>,
    /// How old the answer may be
    pub max_age: String,
}

impl Default for Image {
    fn default() -> Self {
        Self { registry: Vec::new(), skip: Vec::new(), max_age: "1h".to_owned() }
    }
}

/// A registry that may be asked; user and password only when it wants a login
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["host"]))]
pub struct Registry {
    /// Its name as it stands in image names, such as `git.example.org` or `127.0.0.1:5000`
    pub host: String,
    /// The user
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The password or token of the user
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretReference>,
    /// Whether it is asked over plain HTTP
    pub plain_http: bool,
}

/// The answer to an HTTP request
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name", "url"]))]
pub struct Http {
    /// Its name, unique among the gates
    pub name: String,
    /// The address that the daemon asks
    pub url: String,
    /// The expected status
    pub status: i64,
    /// A text that the answer must contain
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// A JSON pointer (RFC 6901) into the answer, such as `/state`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The text, number or truth value that must stand at the pointer, as text
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
    /// The token that is sent as `Authorization: Bearer …`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<SecretReference>,
    /// The longest that the answer may take
    pub latency: String,
    /// How old the answer may be
    pub max_age: String,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            name: String::new(),
            url: String::new(),
            status: 200,
            contains: None,
            pointer: None,
            equals: None,
            token: None,
            latency: "5s".to_owned(),
            max_age: "5m".to_owned(),
        }
    }
}

/// The exit status of a command
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name", "run"]))]
pub struct Command {
    /// Its name, unique among the gates
    pub name: String,
    /// The program and its arguments; `{tag}`, `{version}` and `{commit}` stand for the release's
    pub run: Vec<String>,
    /// The host on which it runs; by default the first one
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The exit status that is good
    pub exit: i64,
    /// The longest that it may take
    pub limit: String,
    /// How old the answer may be
    pub max_age: String,
}

impl Default for Command {
    fn default() -> Self {
        Self {
            name: String::new(),
            run: Vec::new(),
            host: None,
            exit: 0,
            limit: "1m".to_owned(),
            max_age: "5m".to_owned(),
        }
    }
}

/// The value of a Prometheus query
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name", "url", "query"]))]
pub struct Prometheus {
    /// Its name, unique among the gates
    pub name: String,
    /// The address of the server, such as `http://127.0.0.1:9090`
    pub url: String,
    /// The query; every series of its answer must keep to the limits
    pub query: String,
    /// The largest good value, as a number
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<String>,
    /// The smallest good value, as a number
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<String>,
    /// Whether an answer without any series is good, as for a query that only finds faults
    pub empty_is_good: bool,
    /// The token that is sent as `Authorization: Bearer …`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<SecretReference>,
    /// How old the answer may be
    pub max_age: String,
}

impl Default for Prometheus {
    fn default() -> Self {
        Self {
            name: String::new(),
            url: String::new(),
            query: String::new(),
            below: None,
            above: None,
            empty_is_good: false,
            token: None,
            max_age: "5m".to_owned(),
        }
    }
}

/// No alert is firing
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name", "url"]))]
pub struct Alerts {
    /// Its name, unique among the gates
    pub name: String,
    /// Who is asked
    pub kind: AlertsKind,
    /// The address of the Alertmanager or of Grafana
    pub url: String,
    /// Values of the label `severity` that count; none = every alert counts
    #[serde(skip_serializing_if = "none")]
    pub severity: Vec<String>,
    /// Labels that an alert must have to count, such as `{ job = "bridge" }`
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub labels: std::collections::BTreeMap<String, String>,
    /// The token that is sent as `Authorization: Bearer …`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<SecretReference>,
    /// How old the answer may be
    pub max_age: String,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            name: String::new(),
            kind: AlertsKind::Alertmanager,
            url: String::new(),
            severity: Vec::new(),
            labels: std::collections::BTreeMap::new(),
            token: None,
            max_age: "5m".to_owned(),
        }
    }
}

/// Who knows the alerts
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertsKind {
    /// Prometheus' Alertmanager
    Alertmanager,
    /// Grafana, whose alerting speaks Alertmanager's language
    Grafana,
}
