//! The gate that wants every image in its registry, as meant.

use crate::config::Secret;

/// Table `[repository.environment.gates.image]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// The registries that may be asked besides that of the forge and Docker Hub, and how.
    pub registries: Vec<Registry>,
    /// Services whose image is not looked for.
    pub skip: Vec<String>,
}

/// How one registry is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// Its name as it stands in image names, with its port.
    pub host: String,
    /// User and password.
    pub login: Option<(String, Secret)>,
    /// Whether it is asked over plain HTTP.
    pub plain_http: bool,
}
