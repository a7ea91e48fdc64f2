//! May the token's account do what the daemon will ask of it?

use reqwest::Method;
use serde::de::IgnoredAny;
use serde_json::json;

use crate::domain::names::RepositoryName;
use crate::forgejo::client::{Forge, ForgeError, found};

/// No commit has this id.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

impl Forge {
    /// Returns whether the repository has this branch.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn has_branch(&self, repository: &RepositoryName, branch: &str) -> Result<bool, ForgeError> {
        let mut path = vec!["repos", repository.owner(), repository.name(), "branches"];
        // The forge takes the rest of the path as the name, and reads an encoded `/` as another name.
        path.extend(branch.split('/'));
        Ok(found(self.get::<IgnoredAny>("branch", &path).await)?.is_some())
    }

    /// Returns whether the token may post commit statuses; nothing is posted.
    ///
    /// The repository's own list of rights is that of the account, whatever the token is limited to. So a status is
    /// offered that cannot be one, for a commit that does not exist: the forge looks at the rights first, and then
    /// refuses the status.
    ///
    /// # Errors
    /// As every call, when the answer tells nothing about the rights.
    pub async fn may_post_statuses(&self, repository: &RepositoryName) -> Result<bool, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "statuses", NO_COMMIT];
        match self.send("statuses", Method::POST, &path, json!([])).await {
            Ok(_) | Err(ForgeError::Refused { status: 400 | 422, .. }) => Ok(true),
            Err(ForgeError::Refused { status: 403, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
