//! When did a webhook of each repository last arrive?

use crate::engine::{Engine, EngineError};
use crate::store::Arrival;

impl Engine {
    /// Returns the newest signed webhook of every guarded repository that ever sent one: of any kind since the daemon
    /// started, and before that of those that told of tags.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn arrivals(&self) -> Result<Vec<Arrival>, EngineError> {
        let kept = self.0.store.read(|r| r.arrivals()).await?;
        let newest = self.0.repositories.iter().filter_map(|guarded| {
            let name = &guarded.repository.name;
            let same = |arrival: &&Arrival| arrival.repository.eq_ignore_ascii_case(&name.to_string());
            guarded.heard().or_else(|| kept.iter().find(same).cloned())
        });
        Ok(newest.collect())
    }
}
