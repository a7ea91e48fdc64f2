//! The configuration as meant: every name checked, every reference resolved, every length a duration.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::config::Secret;
use crate::config::gates::{Gate, Signoff};
use crate::domain::calendar::Calendar;
use crate::domain::language::Language;
use crate::domain::names::{EnvironmentName, HostName, Person, RepositoryName};
use crate::domain::proposal::BelowOne;

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The daemon itself.
    pub server: Server,
    /// The Forgejo instance.
    pub forge: Forge,
    /// All calendars, by name.
    pub calendars: BTreeMap<String, Calendar>,
    /// Where the feeds of the calendars come from.
    pub feeds: Vec<FeedSource>,
    /// The guarded repositories, in the order in which they are written.
    pub repositories: Vec<Repository>,
    /// Where news goes.
    pub notify: Vec<Channel>,
    /// What vouches for the journal.
    pub audit: Audit,
}

/// Table `[audit]`.
#[derive(Debug, Clone)]
pub struct Audit {
    /// The key that signs checkpoints; `None` = one that is made in the state folder.
    pub key: Option<Secret>,
    /// The file on the forge that holds the newest checkpoint.
    pub file: Option<AuditFile>,
    /// The channel that is told every checkpoint.
    pub notify: Option<String>,
}

/// A file on the forge that holds the newest checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFile {
    /// The repository.
    pub repository: RepositoryName,
    /// The branch.
    pub branch: String,
    /// The path.
    pub path: String,
}

/// Table `[server]`.
#[derive(Debug, Clone)]
pub struct Server {
    /// Where pages and API listen (and webhooks, unless they have a port of their own).
    pub listen: SocketAddr,
    /// Where webhooks listen, when apart.
    pub webhook_listen: Option<SocketAddr>,
    /// The address that people use, without a trailing slash.
    pub public_url: String,
    /// The folder that holds everything that is kept.
    pub state_dir: PathBuf,
    /// The control socket; by default `control.sock` in `state_dir`.
    pub control_socket: PathBuf,
    /// The language of pages, push answers and announcements.
    pub language: Language,
}

/// Table `[forge]`.
#[derive(Debug, Clone)]
pub struct Forge {
    /// The address of the instance, without a trailing slash.
    pub url: String,
    /// The access token of the daemon's account.
    pub token: Secret,
    /// The secrets of which a webhook must have used one; never empty, each at least 24 bytes.
    pub webhook_secrets: Vec<Secret>,
    /// How often the daemon looks at the forge's tags itself.
    pub reconcile_every: Duration,
}

/// Where a feed comes from; what of it counts stands in its calendar.
#[derive(Debug, Clone)]
pub struct FeedSource {
    /// The name of the calendar that it belongs to.
    pub calendar: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: FeedPlace,
    /// How often it is read again.
    pub refresh: Duration,
    /// The age after which it is not believed.
    pub stale_after: Duration,
    /// Whether its age is that of the file; else it is good whenever it could be read.
    pub aged_by_file: bool,
}

impl FeedSource {
    /// Returns a digest of where it is: by this a kept copy is known to be one of this feed.
    pub fn digest(&self) -> String {
        let place = match &self.place {
            FeedPlace::Url { url, .. } => format!("url {url}"),
            FeedPlace::Path(path) => format!("path {}", path.display()),
        };
        hex::encode(Sha256::digest(place))
    }
}

/// Where a feed is.
#[derive(Debug, Clone)]
pub enum FeedPlace {
    /// On a server.
    Url {
        /// The address.
        url: String,
        /// User and password.
        login: Option<(String, Secret)>,
        /// Whether the server may have a private address, and no TLS.
        allow_private: bool,
    },
    /// In a file.
    Path(PathBuf),
}

/// Table `[[repository]]`.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Its full name on the forge.
    pub name: RepositoryName,
    /// What to clone; by default `<forge.url>/<name>.git`.
    pub clone_url: Option<String>,
    /// The branch that releases come from.
    pub main: String,
    /// Patterns of hotfix branches, such as `hotfix/*`.
    pub hotfix_branches: Vec<String>,
    /// What stands before the version in a tag name.
    pub tag_prefix: String,
    /// The changelog's path in the repository; `None` switches its check off.
    pub changelog: Option<String>,
    /// Whether tags that are no versions may be made.
    pub other_tags: bool,
    /// What a first release must be, when it is not to follow an imaginary 0.0.0.
    pub first_version: Option<semver::Version>,
    /// Whether tags must be signed, and by whom.
    pub signed: Signed,
    /// What a breaking change does below 1.0.0.
    pub breaking_below_one: BelowOne,
    /// The issue that each release gets on the forge; `None` = none.
    pub issue: Option<Issue>,
    /// The environments that its releases go to.
    pub environments: Vec<Environment>,
}

/// Table `[repository.issue]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The names of its labels.
    pub labels: Vec<String>,
    /// Whether it calls those who can decide by name.
    pub mention: bool,
}

/// Key `signed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// Signatures are not looked at.
    Optional,
    /// Every tag must be signed by someone who stands in one of these; there is at least one.
    Required {
        /// The allowed-signers file, in ssh-keygen's format.
        allowed_signers: Option<PathBuf>,
        /// The file of revoked SSH keys.
        revoked_signers: Option<PathBuf>,
        /// The folder of an OpenPGP keyring.
        openpgp_home: Option<PathBuf>,
    },
}

/// Who may do something: a named user or a team of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// `user:login`.
    User(Person),
    /// `team:organisation/team`.
    Team {
        /// The organisation.
        organisation: String,
        /// The team's name.
        team: String,
    },
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(person) => write!(f, "user:{person}"),
            Self::Team { organisation, team } => write!(f, "team:{organisation}/{team}"),
        }
    }
}

/// Table `[[repository.environment]]`.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Its name.
    pub name: EnvironmentName,
    /// The names of the calendars that must all be open.
    pub calendars: Vec<String>,
    /// Who decides and may roll back.
    pub release_managers: Vec<Who>,
    /// Who may approve.
    pub approvers: Vec<Who>,
    /// How many different people must approve; 0 = the approval gate is off.
    pub approvals: u32,
    /// Whether one may approve a tag that one pushed oneself.
    pub self_approval: bool,
    /// How long an approval counts.
    pub approval_expires: Duration,
    /// Deploy, smoke tests, watch and a rollback must fit into this before the calendar closes.
    pub max_duration: Duration,
    /// Whether pre-releases come here too.
    pub prereleases: bool,
    /// The automatic gates, in the order in which people think of them.
    pub gates: Vec<Gate>,
    /// The checklist that a person signs.
    pub signoff: Option<Signoff>,
    /// Where it runs.
    pub hosts: Vec<Host>,
    /// How it is deployed.
    pub deploy: Deploy,
    /// What shows that it is up.
    pub healthcheck: Option<Check>,
    /// What shows that it works.
    pub smoke: Smoke,
    /// How it is watched afterwards.
    pub watch: Watch,
}

/// Table `[[repository.environment.host]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name in the configuration.
    pub name: HostName,
    /// How it is reached.
    pub address: Address,
    /// The folder of the application, a git clone.
    pub directory: String,
    /// The folder for steps on the host; `None` = `.local/state/tagwarden` in the login's home (local: in `state_dir`).
    pub state: Option<String>,
}

/// Key `address`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// The machine the daemon runs on.
    Local,
    /// Over SSH.
    Ssh {
        /// The login there.
        user: String,
        /// Name or address.
        host: String,
        /// The port, 22 by default.
        port: u16,
        /// The pinned host key: `ssh-ed25519 AAAA…`.
        host_key: String,
        /// The private key to use; by default what the daemon's account has.
        identity: Option<PathBuf>,
    },
}

/// Table `[repository.environment.deploy]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deploy {
    /// What is run.
    pub recipe: Recipe,
    /// Values handed to every step; `{tag}`, `{version}` and `{commit}` stand for the release's.
    pub env: BTreeMap<String, String>,
    /// Whether the database changes with a release.
    pub migrations: Migrations,
}

/// Key `migrations`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrations {
    /// None: the code alone goes forward and back.
    None,
    /// Old code works with the new schema: the code goes back, the schema stays.
    Compatible,
}

/// Key `recipe` with the keys that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipe {
    /// Docker Compose.
    Compose {
        /// The compose files, in order.
        files: Vec<String>,
        /// The fixed project name.
        project: String,
        /// The longest that `pull` may take.
        pull_limit: Duration,
        /// The time between two of the three looks after `up`.
        settle: Duration,
    },
    /// Named commands of one's own.
    Script {
        /// The steps, in order.
        steps: Vec<ScriptStep>,
    },
}

/// Table `[[repository.environment.deploy.step]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptStep {
    /// Its name, unique in the list, `[a-z0-9-]`.
    pub name: String,
    /// The program and its arguments; `{tag}`, `{version}` and `{commit}` stand for the release's.
    pub run: Vec<String>,
    /// What proves that it took effect (exit status 0); without it the exit status of `run` is believed.
    pub probe: Option<Vec<String>>,
    /// The way back; without it the step has none and is skipped in a rollback.
    pub undo: Option<Vec<String>>,
    /// The longest that it may take.
    pub limit: Duration,
}

/// What is looked at to learn whether the application answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// An HTTP request from the daemon.
    Http(HttpCheck),
    /// A command on the host, in its directory; exit status 0 is good.
    Command {
        /// The program and its arguments.
        run: Vec<String>,
        /// The longest that all tries together may take.
        limit: Duration,
    },
}

/// One HTTP request and what it must answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpCheck {
    /// The address.
    pub url: String,
    /// The expected status, 200 by default.
    pub status: u16,
    /// A text that the answer must contain.
    pub contains: Option<String>,
    /// The longest that one answer may take.
    pub latency: Duration,
    /// The longest that all tries together may take (health check only).
    pub limit: Duration,
}

/// Table `[repository.environment.smoke]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Smoke {
    /// The project's script with its arguments, run in the host's directory, `PROD_URL` set.
    pub script: Option<Vec<String>>,
    /// The value of `PROD_URL`.
    pub url: Option<String>,
    /// The longest that the script may take.
    pub limit: Duration,
    /// The critical endpoints, asked by the daemon.
    pub endpoints: Vec<HttpCheck>,
}

/// Table `[repository.environment.watch]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// How long is watched.
    pub duration: Duration,
    /// The time between two looks.
    pub every: Duration,
    /// What is looked at.
    pub signals: Vec<Signal>,
}

/// Table `[[repository.environment.watch.signal]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Its name, unique in the watch.
    pub name: String,
    /// What is looked at.
    pub source: SignalSource,
    /// Whether it may decide.
    pub required: bool,
    /// Bad looks in a row that make it failed.
    pub fail_after: u32,
    /// It looks, counts and shows, but never decides.
    pub dry_run: bool,
}

/// Key `kind` of a signal with the keys that belong to it.
#[derive(Debug, Clone, PartialEq)]
pub enum SignalSource {
    /// An HTTP probe.
    Http(HttpCheck),
    /// State, health and restarts of the project's containers.
    Container,
    /// Patterns in the containers' logs that are bad at once.
    Log {
        /// Plain texts that must not appear.
        fatal: Vec<String>,
    },
}

/// Table `[[notify]]`.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its name, unique; by default the kind.
    pub name: String,
    /// What kind of chat it is.
    pub kind: ChannelKind,
    /// The address to post to; it is a secret.
    pub url: Secret,
}

/// Key `kind` of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChannelKind {
    /// Slack, and whatever understands its incoming webhooks.
    Slack,
    /// Microsoft Teams, by a Workflows webhook.
    Teams,
}

impl Config {
    /// Returns the repository with this name; Forgejo compares without case.
    pub fn repository(&self, name: &RepositoryName) -> Option<&Repository> {
        self.repositories.iter().find(|repository| repository.name.same_as(name))
    }
}

impl Repository {
    /// Returns the environment with this name.
    pub fn environment(&self, name: &EnvironmentName) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == *name)
    }
}
