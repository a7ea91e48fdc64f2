//! The configuration as written: what may stand in the file, with the defaults of what may be left out.
//!
//! This is the one source of key names: the schema, the check for unknown keys, `config show` and the reader all
//! come from these types. Texts that mean more (lengths, names, addresses) stay texts here and get their meaning in
//! `convert`.

mod calendar;
mod environment;
pub mod gates;
mod issue;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use calendar::{Calendar, Feed, Freeze, Window};
pub use environment::{
    Deploy, Environment, Healthcheck, Host, Migrations, Recipe, Signal, SignalKind, Smoke, Step, Watch,
};
pub use gates::{Gates, Signoff};
pub use issue::Issue;

/// Returns whether a list is left out when it is shown.
fn none<T>(list: &[T]) -> bool {
    list.is_empty()
}

/// The configuration of tagwarden
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["server", "forge"]))]
pub struct Config {
    /// The daemon itself
    pub server: Server,
    /// The Forgejo instance
    pub forge: Forge,
    /// When environments may change
    #[serde(skip_serializing_if = "none")]
    pub calendar: Vec<Calendar>,
    /// The guarded repositories
    #[serde(skip_serializing_if = "none")]
    pub repository: Vec<Repository>,
    /// Where news goes
    #[serde(skip_serializing_if = "none")]
    pub notify: Vec<Channel>,
    /// What vouches for the journal
    #[serde(skip_serializing_if = "Audit::is_unset")]
    pub audit: Audit,
}

/// The daemon itself
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["public_url"]))]
pub struct Server {
    /// Where pages, API and webhooks listen: address and port
    pub listen: String,
    /// Where webhooks listen, when they get a port of their own
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_listen: Option<String>,
    /// The address that people type to get to the pages
    pub public_url: String,
    /// The folder that holds everything that is kept
    pub state_dir: String,
    /// The socket on which the hook and the terminal ask the daemon; by default `control.sock` in `state_dir`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_socket: Option<String>,
    /// The language of pages, push answers and announcements
    pub language: Language,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8787".to_owned(),
            webhook_listen: None,
            public_url: String::new(),
            state_dir: "/var/lib/tagwarden".to_owned(),
            control_socket: None,
            language: Language::En,
        }
    }
}

/// A language that tagwarden speaks
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English
    En,
    /// French
    Fr,
}

/// The Forgejo instance
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["url", "token", "webhook_secrets"]))]
pub struct Forge {
    /// The address of the instance
    pub url: String,
    /// The access token of the daemon's account
    pub token: SecretReference,
    /// The secrets of which a webhook must have used one; two while rotating
    pub webhook_secrets: Vec<SecretReference>,
    /// How often the daemon looks at the forge's tags itself
    pub reconcile_every: String,
}

impl Default for Forge {
    fn default() -> Self {
        Self {
            url: String::new(),
            token: SecretReference::default(),
            webhook_secrets: Vec::new(),
            reconcile_every: "5m".to_owned(),
        }
    }
}

/// Where a secret is found; never the secret itself
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-secret" = true, "minProperties" = 1, "maxProperties" = 1))]
pub struct SecretReference {
    /// The name of a systemd credential
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// A file that holds nothing else
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The name of an environment variable
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
}

/// A guarded repository
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name"]))]
pub struct Repository {
    /// Its full name on the forge: `owner/name`
    pub name: String,
    /// What the daemon clones; by default `<forge.url>/<name>.git`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clone_url: Option<String>,
    /// The branch that releases come from
    pub main: String,
    /// Patterns of the branches that hotfix releases come from
    pub hotfix_branches: Vec<String>,
    /// What stands before the version in a tag name
    pub tag_prefix: String,
    /// The changelog's path in the repository; empty switches its check off
    pub changelog: String,
    /// What becomes of tags that are no versions
    pub other_tags: OtherTags,
    /// The version of the first release, where a project starts with numbers of its own
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_version: Option<String>,
    /// Whether tags must be signed
    pub signed: Signed,
    /// The allowed-signers file, in ssh-keygen's format, for `signed = "required"`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_signers: Option<String>,
    /// What a breaking change does below 1.0.0
    pub breaking_below_one: BelowOne,
    /// The file of revoked SSH keys, as `ssh-keygen -k` makes it or as plain public keys
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_signers: Option<String>,
    /// The folder of an OpenPGP keyring that holds the allowed keys and no others
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openpgp_home: Option<String>,
    /// The issue that each release gets on the forge
    pub issue: Issue,
    /// The environments that its releases go to
    #[serde(skip_serializing_if = "none")]
    pub environment: Vec<Environment>,
}

impl Default for Repository {
    fn default() -> Self {
        Self {
            name: String::new(),
            clone_url: None,
            main: "main".to_owned(),
            hotfix_branches: vec!["hotfix/*".to_owned()],
            tag_prefix: "v".to_owned(),
            changelog: "CHANGELOG.md".to_owned(),
            other_tags: OtherTags::Pass,
            first_version: None,
            signed: Signed::Optional,
            allowed_signers: None,
            breaking_below_one: BelowOne::Minor,
            revoked_signers: None,
            openpgp_home: None,
            issue: Issue::default(),
            environment: Vec::new(),
        }
    }
}

/// What becomes of tags that are no versions
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OtherTags {
    /// They are nobody's business
    Pass,
    /// They are refused
    Refuse,
}

/// Whether tags must be signed
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Signed {
    /// Signatures are not looked at
    Optional,
    /// Every tag must be signed by someone in `allowed_signers` or `openpgp_home`
    Required,
}

/// What a breaking change does below 1.0.0
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BelowOne {
    /// It raises the second number: 0.4.2 is followed by 0.5.0
    Minor,
    /// It leads to 1.0.0
    Major,
}

/// Where news goes
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["kind", "url"]))]
pub struct Channel {
    /// What kind of chat it is
    pub kind: ChannelKind,
    /// Its name, unique; by default the kind
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address to post to; whoever knows it can post, so it is a secret
    pub url: SecretReference,
}

/// What kind of chat it is
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChannelKind {
    /// Slack, and whatever understands its incoming webhooks
    #[default]
    Slack,
    /// Microsoft Teams, by a Workflows webhook
    Teams,
    /// Mattermost
    Mattermost,
    /// Matrix
    Matrix,
    /// ntfy
    Ntfy,
    /// Mail
    Email,
    /// A webhook of one's own
    Webhook,
}

/// What vouches for the journal
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Audit {
    /// The key that signs checkpoints; by default one that is made in `state_dir`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<SecretReference>,
    /// Where checkpoints go, so that a journal that was set back or written anew shows
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside: Option<Outside>,
}

impl Audit {
    /// Returns whether nothing is said.
    fn is_unset(&self) -> bool {
        *self == Self::default()
    }
}

/// Where checkpoints go
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Outside {
    /// A repository on the forge, `owner/name`, that holds the newest checkpoint in a file
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The branch of that repository; protect it against force pushes
    pub branch: String,
    /// The path of the file
    pub path: String,
    /// The name of a channel under `[[notify]]` that is told every checkpoint
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify: Option<String>,
}

impl Default for Outside {
    fn default() -> Self {
        Self {
            repository: None,
            branch: "main".to_owned(),
            path: "tagwarden.checkpoint".to_owned(),
            notify: None,
        }
    }
}
