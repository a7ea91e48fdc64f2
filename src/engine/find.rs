//! Finds the release that a person means: `12`, `v1.4.2`, `school/bridge@v1.4.2`, each with `#production` if need be.

use crate::domain::names::ReleaseId;
use crate::engine::{Engine, EngineError, Filter};

/// How many releases are looked through for a name; whoever means an older one names its number.
const NEWEST: usize = 1000;

impl Engine {
    /// Returns the newest release that `text` means.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn find(&self, text: &str) -> Result<Option<ReleaseId>, EngineError> {
        if let Ok(number) = text.parse::<u64>() {
            return Ok(self.state(ReleaseId(number)).await?.map(|state| state.opening.id));
        }
        let (rest, environment) = match text.split_once('#') {
            Some((rest, environment)) => (rest, Some(environment.to_owned())),
            None => (text, None),
        };
        let (repository, tag) = match rest.split_once('@') {
            Some((repository, tag)) => (Some(repository.to_owned()), tag),
            None => (None, rest),
        };
        let rows = self.rows(Filter { repository, environment, before: None, limit: NEWEST }).await?;
        Ok(rows.into_iter().find(|row| row.tag == tag).map(|row| row.id))
    }
}
