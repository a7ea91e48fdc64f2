//! Who was in which team when the forge was asked last?

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::releases::instant;
use super::{Reading, StoreError, Writing};

impl Writing<'_> {
    /// Remembers whether a person is in a team.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn remember_member(
        &self,
        team: (&str, &str),
        person: &str,
        member: bool,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let ((organisation, team), at) = (team, at.to_string());
        if member {
            self.connection
                .prepare_cached(
                    "INSERT INTO team_members (organisation, team, person, seen_at) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO UPDATE SET seen_at = ?4",
                )?
                .execute(params![organisation, team, person, at])?;
        } else {
            self.connection
                .prepare_cached(
                    "DELETE FROM team_members WHERE organisation = ?1 AND team = ?2 AND person = ?3",
                )?
                .execute(params![organisation, team, person])?;
        }
        Ok(())
    }

    /// Remembers everybody who is in a team, and forgets who is not any more.
    ///
    /// # Errors
    /// The rows could not be written.
    pub fn remember_team(
        &self,
        team: (&str, &str),
        people: &[String],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM team_members WHERE organisation = ?1 AND team = ?2")?
            .execute(params![team.0, team.1])?;
        people.iter().try_for_each(|person| self.remember_member(team, person, true, at))
    }
}

impl Reading<'_> {
    /// Returns when a person was last seen in a team; `None` when they were not in it at the last look.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn seen_in_team(&self, team: (&str, &str), person: &str) -> Result<Option<Timestamp>, StoreError> {
        let found: Option<String> = self
            .0
            .prepare_cached(
                "SELECT seen_at FROM team_members WHERE organisation = ?1 AND team = ?2 AND person = ?3",
            )?
            .query_row(params![team.0, team.1, person], |row| row.get(0))
            .optional()?;
        found.as_deref().map(instant).transpose()
    }
}
