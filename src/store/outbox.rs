//! What is told to the outside: written with the event that causes it, sent later, at least once.

use jiff::Timestamp;
use rusqlite::{Row, params};

use super::releases::instant;
use super::{Reading, StoreError, Writing};
use crate::domain::names::ReleaseId;

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOutbox {
    /// Who receives it: `status`, `release`, `tag`, `issue`, `note`, `reply:…`, `chat:NAME`, `checkpoint:…`. Rows of one lane and release leave in order.
    pub lane: String,
    /// What is sent, in the sender's own shape.
    pub payload: String,
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxState {
    /// To be sent, or to be tried again.
    Due,
    /// It arrived.
    Sent,
    /// It will not arrive; a person can see why.
    GivenUp,
    /// A newer row of the same lane says more.
    Overtaken,
}

impl OutboxState {
    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Sent => "sent",
            Self::GivenUp => "given_up",
            Self::Overtaken => "overtaken",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Due, Self::Sent, Self::GivenUp, Self::Overtaken].into_iter().find(|state| state.name() == name)
    }
}

/// A row of the outbox.
#[derive(Debug, Clone)]
pub struct OutboxRow {
    /// Its number.
    pub id: u64,
    /// The release that it tells of.
    pub release: ReleaseId,
    /// The key that makes repeating harmless.
    pub key: String,
    /// Who receives it.
    pub lane: String,
    /// What is sent.
    pub payload: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is due.
    pub due_at: Timestamp,
    /// Where it stands.
    pub state: OutboxState,
    /// What the receiver answered last.
    pub answer: Option<String>,
    /// When the row was written last.
    pub changed_at: Timestamp,
}

impl OutboxRow {
    /// Returns whether it was begun and has no outcome: it is being sent, or nobody knows whether it arrived.
    pub fn is_open(&self) -> bool {
        self.state == OutboxState::Due && self.attempts > 0 && self.answer.is_none()
    }
}

const COLUMNS: &str = "id, release, key, lane, payload, attempts, due_at, state, answer, changed_at";

impl Writing<'_> {
    /// Puts a row in, due at once; the same key is kept once.
    pub(super) fn put_outbox(
        &self,
        release: ReleaseId,
        seq: u64,
        row: &NewOutbox,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let key = format!("{release}/{seq}/{}", row.lane);
        if matches!(row.lane.as_str(), "status" | "issue") || row.lane.starts_with("checkpoint:") {
            // Only the newest status of a release matters, its issue always shows how it stands now, and the newest
            // checkpoint says what all before it say; an older one that has not arrived would only confuse, and the newer
            // one would wait out its pauses.
            self.connection
                .prepare_cached(
                    "UPDATE outbox SET state = 'overtaken', changed_at = ?2
                     WHERE release = ?1 AND lane = ?3 AND state = 'due'",
                )?
                .execute(params![release.0, at.to_string(), row.lane])?;
        }
        self.connection
            .prepare_cached(
                "INSERT INTO outbox (release, key, lane, payload, due_at, changed_at) VALUES (?1,?2,?3,?4,?5,?5)
                 ON CONFLICT (key) DO NOTHING",
            )?
            .execute(params![release.0, key, row.lane, row.payload, at.to_string()])?;
        Ok(())
    }

    /// Remembers that a row is about to be sent: who finds it without an answer knows that its fate is unknown.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn begin_outbox(&self, id: u64, at: Timestamp) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE outbox SET attempts = attempts + 1, answer = NULL, changed_at = ?2 WHERE id = ?1",
            )?
            .execute(params![id, at.to_string()])?;
        Ok(())
    }

    /// Remembers what came of a try; a row that was overtaken meanwhile is not due again.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn settle_outbox(
        &self,
        id: u64,
        state: OutboxState,
        due_at: Timestamp,
        answer: Option<&str>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE outbox SET state = CASE WHEN state = 'overtaken' AND ?2 <> 'sent' THEN state ELSE ?2 END,
                 due_at = ?3, answer = ?4, changed_at = ?5 WHERE id = ?1",
            )?
            .execute(params![id, state.name(), due_at.to_string(), answer, at.to_string()])?;
        Ok(())
    }
}

impl Reading<'_> {
    /// Returns the oldest row of every lane of every release that is still to be sent, soonest first.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn outbox_heads(&self) -> Result<Vec<OutboxRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM outbox WHERE id IN
             (SELECT min(id) FROM outbox WHERE state = 'due' GROUP BY release, lane) ORDER BY due_at, id LIMIT 500"
        );
        self.outbox_rows(&sql, [])
    }

    /// Returns everything that was or is to be told of a release, in order.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn outbox_of(&self, release: ReleaseId) -> Result<Vec<OutboxRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE release = ?1 ORDER BY id");
        self.outbox_rows(&sql, [release.0])
    }

    /// Returns how many rows are in each state.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn count_outbox(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn outbox_rows(&self, sql: &str, values: impl rusqlite::Params) -> Result<Vec<OutboxRow>, StoreError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(values)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(outbox_row(row)?);
        }
        Ok(found)
    }
}

fn outbox_row(row: &Row<'_>) -> Result<OutboxRow, StoreError> {
    let state: String = row.get(7)?;
    Ok(OutboxRow {
        id: row.get(0)?,
        release: ReleaseId(row.get(1)?),
        key: row.get(2)?,
        lane: row.get(3)?,
        payload: row.get(4)?,
        attempts: row.get(5)?,
        due_at: instant(&row.get::<_, String>(6)?)?,
        state: OutboxState::named(&state)
            .ok_or_else(|| StoreError::Unreadable(format!("outbox state `{state}`")))?,
        answer: row.get(8)?,
        changed_at: instant(&row.get::<_, String>(9)?)?,
    })
}
