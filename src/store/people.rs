//! People's tokens and sign-ins, kept as hashes only, and the stops that people put on environments.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::releases::instant;
use super::{Reading, StoreError, Writing};

/// A personal token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Whose it is.
    pub person: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A sign-in on the pages, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Whose it is.
    pub person: String,
    /// What every form of it must carry.
    pub csrf: String,
    /// Until when it counts.
    pub expires_at: Timestamp,
}

/// A stop on an environment or on everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// `*`, or `repository environment`.
    pub scope: String,
    /// Who put it there.
    pub person: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
    /// Until when; `None` = until it is lifted.
    pub until: Option<Timestamp>,
}

impl Writing<'_> {
    /// Keeps the hash of a new token.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn put_token(&self, hash: &[u8], person: &str, at: Timestamp) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO tokens (hash, person, made_at) VALUES (?1, ?2, ?3)",
            params![hash, person, at.to_string()],
        )?;
        Ok(())
    }

    /// Revokes every token and sign-in of a person, and returns how many tokens that were.
    ///
    /// # Errors
    /// The rows could not be written.
    pub fn revoke_tokens(&self, person: &str, at: Timestamp) -> Result<usize, StoreError> {
        let revoked = self.connection.execute(
            "UPDATE tokens SET revoked_at = ?2 WHERE person = ?1 COLLATE NOCASE AND revoked_at IS NULL",
            params![person, at.to_string()],
        )?;
        self.connection.execute("DELETE FROM sessions WHERE person = ?1 COLLATE NOCASE", [person])?;
        Ok(revoked)
    }

    /// Keeps the hash of a new sign-in, and forgets those that have run out.
    ///
    /// # Errors
    /// The rows could not be written.
    pub fn put_session(&self, hash: &[u8], session: &SessionRow, at: Timestamp) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM sessions WHERE expires_at <= ?1", [at.to_string()])?;
        self.connection.execute(
            "INSERT INTO sessions (hash, person, csrf, expires_at) VALUES (?1, ?2, ?3, ?4)",
            params![hash, session.person, session.csrf, session.expires_at.to_string()],
        )?;
        Ok(())
    }

    /// Ends a sign-in.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn end_session(&self, hash: &[u8]) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM sessions WHERE hash = ?1", [hash])?;
        Ok(())
    }

    /// Puts a stop on a scope; the newest reason counts.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn put_hold(&self, hold: &HoldRow) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO holds (scope, person, reason, at, until) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (scope) DO UPDATE SET person = ?2, reason = ?3, at = ?4, until = ?5",
            params![
                hold.scope,
                hold.person,
                hold.reason,
                hold.at.to_string(),
                hold.until.map(|until| until.to_string())
            ],
        )?;
        Ok(())
    }

    /// Takes a stop away, and returns whether there was one.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn lift_hold(&self, scope: &str) -> Result<bool, StoreError> {
        Ok(self.connection.execute("DELETE FROM holds WHERE scope = ?1", [scope])? > 0)
    }
}

impl Reading<'_> {
    /// Returns whose token has this hash, unless it was revoked.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn person_of_token(&self, hash: &[u8]) -> Result<Option<String>, StoreError> {
        Ok(self
            .0
            .prepare_cached("SELECT person FROM tokens WHERE hash = ?1 AND revoked_at IS NULL")?
            .query_row([hash], |row| row.get(0))
            .optional()?)
    }

    /// Returns all tokens, oldest first.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT person, made_at, revoked_at FROM tokens ORDER BY made_at, person")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?))
        })?;
        let mut tokens = Vec::new();
        for row in rows {
            let (person, made_at, revoked_at) = row?;
            let revoked_at = revoked_at.as_deref().map(instant).transpose()?;
            tokens.push(TokenRow { person, made_at: instant(&made_at)?, revoked_at });
        }
        Ok(tokens)
    }

    /// Returns the sign-in with this hash, unless it has run out at `at`.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn session(&self, hash: &[u8], at: Timestamp) -> Result<Option<SessionRow>, StoreError> {
        let found: Option<(String, String, String)> = self
            .0
            .prepare_cached("SELECT person, csrf, expires_at FROM sessions WHERE hash = ?1")?
            .query_row([hash], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((person, csrf, expires_at)) = found else { return Ok(None) };
        let session = SessionRow { person, csrf, expires_at: instant(&expires_at)? };
        Ok((at < session.expires_at).then_some(session))
    }

    /// Returns the stops that count for an environment at `at`: its own and the one on everything.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn holds_on(&self, scope: &str, at: Timestamp) -> Result<Vec<HoldRow>, StoreError> {
        let mut holds = self.holds()?;
        holds.retain(|hold| {
            (hold.scope == "*" || hold.scope == scope) && hold.until.is_none_or(|until| at < until)
        });
        Ok(holds)
    }

    /// Returns all stops.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn holds(&self) -> Result<Vec<HoldRow>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT scope, person, reason, at, until FROM holds ORDER BY at")?;
        let mut rows = statement.query([])?;
        let mut holds = Vec::new();
        while let Some(row) = rows.next()? {
            let until: Option<String> = row.get(4)?;
            holds.push(HoldRow {
                scope: row.get(0)?,
                person: row.get(1)?,
                reason: row.get(2)?,
                at: instant(&row.get::<_, String>(3)?)?,
                until: until.as_deref().map(instant).transpose()?,
            });
        }
        Ok(holds)
    }
}
