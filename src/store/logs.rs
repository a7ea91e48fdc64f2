//! What steps printed, as far as it was read from the hosts.

use rusqlite::params;

use super::{Reading, StoreError, Writing};
use crate::domain::names::ReleaseId;

impl Writing<'_> {
    /// Keeps the part of a step's log that begins at byte `place`; a part that is known already changes nothing.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn put_log(&self, release: ReleaseId, key: &str, place: u64, text: &[u8]) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO step_logs (release, key, place, text) VALUES (?1,?2,?3,?4) ON CONFLICT DO NOTHING",
            )?
            .execute(params![release.0, key, place, text])?;
        Ok(())
    }
}

impl Reading<'_> {
    /// Returns how many bytes of a step's log are known.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn log_end(&self, release: ReleaseId, key: &str) -> Result<u64, StoreError> {
        Ok(self
            .0
            .prepare_cached(
                "SELECT coalesce(max(place + length(text)), 0) FROM step_logs WHERE release = ?1 AND key = ?2",
            )?
            .query_row(params![release.0, key], |row| row.get(0))?)
    }

    /// Returns a step's log from byte `from` on, and the place after it.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn log(&self, release: ReleaseId, key: &str, from: u64) -> Result<(Vec<u8>, u64), StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT place, text FROM step_logs WHERE release = ?1 AND key = ?2 AND place + length(text) > ?3
             ORDER BY place",
        )?;
        let rows = statement.query_map(params![release.0, key, from], |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        let mut text = Vec::new();
        let mut next = from;
        for row in rows {
            let (place, part) = row?;
            let skip = usize::try_from(next.saturating_sub(place)).unwrap_or(usize::MAX).min(part.len());
            text.extend_from_slice(&part[skip..]);
            next = place + part.len() as u64;
        }
        Ok((text, next))
    }
}
