//! Checkpoints: signed in the transaction that makes one due, kept for good, and put into the outbox.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{NewOutbox, Reading, StoreError, Writing};
use crate::domain::checkpoint::{Checkpoint, Note};
use crate::domain::names::ReleaseId;
use crate::seal::SigningKey;

/// How checkpoints are made.
#[derive(Debug)]
pub struct Sealing {
    /// The key that signs.
    pub key: SigningKey,
    /// The lanes of the outbox by which they go outside.
    pub outside: Vec<String>,
}

/// A checkpoint as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// Which one, from 1 on.
    pub number: u64,
    /// How many entries it counts.
    pub size: u64,
    /// The whole note, signature included.
    pub note: String,
}

impl KeptCheckpoint {
    /// Returns the note, when it says what it is filed under.
    pub fn parsed(&self) -> Option<Note> {
        let note = Note::parse(&self.note)?;
        let Checkpoint { number, size, .. } = note.checkpoint;
        (number == self.number && size == self.size).then_some(note)
    }
}

impl Writing<'_> {
    /// Signs and keeps a checkpoint, unless the newest one says the same; returns whether there is a new one.
    ///
    /// # Errors
    /// The rows could not be written.
    pub fn checkpoint(&self, at: Timestamp) -> Result<bool, StoreError> {
        let Some(sealing) = self.sealing.map(Arc::clone) else { return Ok(false) };
        let (size, link) = self.reading().journal_end()?;
        let (last, counted) =
            self.reading().newest_checkpoint()?.map_or((0, 0), |kept| (kept.number, kept.size));
        if size <= counted {
            return Ok(false);
        }
        let origin = sealing.key.public().name().to_owned();
        let note = sealing.key.sign(Checkpoint { origin, number: last + 1, size, link, at }).written();
        self.connection
            .prepare_cached("INSERT INTO checkpoints (number, size, note) VALUES (?1, ?2, ?3)")?
            .execute(params![last + 1, size, note])?;
        for lane in &sealing.outside {
            // Of no release: what has no number is filed under 0.
            let row = NewOutbox { lane: lane.clone(), payload: note.clone() };
            self.put_outbox(ReleaseId(0), size, &row, at)?;
        }
        Ok(true)
    }
}

impl Reading<'_> {
    /// Returns the newest checkpoint; its note is what is put outside.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn newest_checkpoint(&self) -> Result<Option<KeptCheckpoint>, StoreError> {
        Ok(self
            .0
            .prepare_cached("SELECT number, size, note FROM checkpoints ORDER BY number DESC LIMIT 1")?
            .query_row([], kept)
            .optional()?)
    }

    /// Returns every checkpoint, in order.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn checkpoints(&self) -> Result<Vec<KeptCheckpoint>, StoreError> {
        if !self.has_checkpoints()? {
            return Ok(Vec::new());
        }
        let mut statement =
            self.0.prepare_cached("SELECT number, size, note FROM checkpoints ORDER BY number")?;
        let rows = statement.query_map([], kept)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the key that signs checkpoints now, as the journal names it.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn named_key(&self) -> Result<Option<String>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT body ->> '$.fact.what.checkpoint_key' FROM journal
             WHERE kind = 'house' AND body ->> '$.fact.what.event' = 'opened' ORDER BY seq DESC LIMIT 1",
        )?;
        Ok(statement.query_row([], |row| row.get(0)).optional()?.flatten())
    }

    /// Returns whether the file knows checkpoints: a copy from before them may be looked at, too.
    fn has_checkpoints(&self) -> Result<bool, StoreError> {
        let known: i64 = self.0.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'checkpoints'",
            [],
            |row| row.get(0),
        )?;
        Ok(known > 0)
    }
}

fn kept(row: &rusqlite::Row<'_>) -> rusqlite::Result<KeptCheckpoint> {
    Ok(KeptCheckpoint { number: row.get(0)?, size: row.get(1)?, note: row.get(2)? })
}
