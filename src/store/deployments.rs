//! Which release was the last to change what runs in an environment?

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::releases::instant;
use super::{Reading, StoreError};
use crate::domain::names::ReleaseId;

impl Reading<'_> {
    /// Returns the release that changed last what runs in an environment, and when it did: began or ended to deploy it,
    /// or to bring back what ran before.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn last_deployment(
        &self,
        repository_id: u64,
        environment: &str,
    ) -> Result<Option<(ReleaseId, Timestamp)>, StoreError> {
        // One release at a time has the environment, so the last one is among those that changed last.
        let found: Option<(u64, String)> = self
            .0
            .prepare_cached(
                "SELECT release, at FROM journal WHERE release IN (
                     SELECT id FROM releases WHERE repository_id = ?1 AND environment = ?2
                     AND phase NOT IN ('waiting', 'refused', 'denied', 'withdrawn', 'superseded')
                     ORDER BY changed_at DESC, id DESC LIMIT 8)
                 AND kind IN ('started', 'deploy_proven', 'rollback_started', 'rolled_back', 'got_stuck', 'led_out')
                 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row(params![repository_id, environment], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        found.map(|(id, at)| Ok((ReleaseId(id), instant(&at)?))).transpose()
    }
}
