//! How is `[repository.issue]` written?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The issue that each release gets on the forge
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Issue {
    /// Whether each release gets one
    pub enabled: bool,
    /// The labels of the repository or its organisation that it carries
    pub labels: Vec<String>,
    /// Whether it calls those who can decide by name, so that the forge tells them
    pub mention: bool,
}

impl Default for Issue {
    fn default() -> Self {
        Self { enabled: false, labels: Vec::new(), mention: true }
    }
}
