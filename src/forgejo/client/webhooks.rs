//! Which webhooks does a repository have, and what do they tell to whom?

use serde::Deserialize;

use crate::domain::names::RepositoryName;
use crate::forgejo::client::{Forge, ForgeError};

/// A webhook, as the forge describes it; its secret is never told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Webhook {
    /// Its number.
    pub id: u64,
    /// Its type: `forgejo`, `gitea`, `slack`, ….
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it goes.
    pub config: WebhookConfig,
    /// What it tells.
    #[serde(default)]
    pub events: Vec<String>,
    /// Whether it is sent at all.
    #[serde(default)]
    pub active: bool,
}

/// Where a webhook goes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WebhookConfig {
    /// The address.
    #[serde(default)]
    pub url: String,
    /// `json` or `form`.
    #[serde(default)]
    pub content_type: String,
}

impl Forge {
    /// Returns the webhooks of a repository.
    ///
    /// # Errors
    /// As every call; only a repository's administrators may ask.
    pub async fn webhooks(&self, repository: &RepositoryName) -> Result<Vec<Webhook>, ForgeError> {
        self.list("hooks", &["repos", repository.owner(), repository.name(), "hooks"]).await
    }
}
