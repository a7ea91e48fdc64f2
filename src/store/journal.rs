//! The journal: appended to, read, verified; never changed.

use rusqlite::{OptionalExtension, Row, params};

use super::{Reading, StoreError, Writing};
use crate::domain::journal::{Broken, Entry, Fact, Link, Stamp};
use crate::domain::names::ReleaseId;

/// One line of the journal as it is kept, for export and verification.
#[derive(Debug, Clone)]
pub struct JournalRow {
    /// Its place.
    pub seq: u64,
    /// The canonical bytes.
    pub body: String,
    /// The hash of the entry before.
    pub before: Link,
    /// Its hash.
    pub link: Link,
}

/// A journal that was found whole.
#[derive(Debug, Clone, Copy)]
pub struct Verified {
    /// The number of entries.
    pub entries: u64,
    /// The hash of the last one.
    pub last: Link,
}

impl Writing<'_> {
    /// Appends `fact` and returns its place.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn append(&self, stamp: &Stamp, fact: Fact) -> Result<u64, StoreError> {
        let (last, before) = self.reading().journal_end()?;
        let entry = Entry::next(last, before, stamp.clone(), fact);
        let (release, kind) = match &entry.fact {
            Fact::Release { release, event } => (Some(release.0), event.name().name()),
            Fact::House { .. } => (None, "house"),
        };
        self.connection
            .prepare_cached(
                "INSERT INTO journal (seq, release, at, kind, body, before, link) VALUES (?1,?2,?3,?4,?5,?6,?7)",
            )?
            .execute(params![
                entry.seq,
                release,
                entry.stamp.at.to_string(),
                kind,
                entry.body,
                entry.before.as_bytes(),
                entry.link.as_bytes(),
            ])?;
        self.journalled.set(self.journalled.get() + 1);
        Ok(entry.seq)
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<(u64, String, Vec<u8>, Vec<u8>)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn kept((seq, body, before, link): (u64, String, Vec<u8>, Vec<u8>)) -> Result<JournalRow, StoreError> {
    let unreadable = || StoreError::Unreadable(format!("journal entry {seq} has a hash of the wrong length"));
    let before = Link::from_bytes(&before).ok_or_else(unreadable)?;
    let link = Link::from_bytes(&link).ok_or_else(unreadable)?;
    Ok(JournalRow { seq, body, before, link })
}

impl JournalRow {
    /// Returns the entry that the row holds.
    ///
    /// # Errors
    /// The bytes are not an entry that this version can read.
    pub fn entry(&self) -> Result<Entry, Broken> {
        Entry::read(self.seq, &self.body, self.before, self.link)
    }
}

impl Reading<'_> {
    /// Returns the last number under which hosts were asked; 0 when none was.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn last_fence(&self) -> Result<u64, StoreError> {
        let found = self
            .0
            .prepare_cached(
                "SELECT coalesce(json_extract(body, '$.fact.fence'), 0) FROM journal
                 WHERE kind IN ('started', 'rollback_started') ORDER BY seq DESC LIMIT 1",
            )?
            .query_row([], |row| row.get(0))
            .optional()?;
        Ok(found.unwrap_or(0))
    }

    /// Returns the place and the hash of the last entry; place 0 when there is none.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn journal_end(&self) -> Result<(u64, Link), StoreError> {
        let last: Option<(u64, Vec<u8>)> = self
            .0
            .prepare_cached("SELECT seq, link FROM journal ORDER BY seq DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((seq, link)) = last else { return Ok((0, Link::START)) };
        let link = Link::from_bytes(&link).ok_or_else(|| {
            StoreError::Unreadable(format!("journal entry {seq} has a hash of the wrong length"))
        })?;
        Ok((seq, link))
    }

    /// Returns the entries of a release after place `after`, in order.
    ///
    /// # Errors
    /// A row could not be read.
    pub fn journal_of(&self, release: ReleaseId, after: u64) -> Result<Vec<Entry>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT seq, body, before, link FROM journal WHERE release = ?1 AND seq > ?2 ORDER BY seq",
        )?;
        let rows = statement.query_map(params![release.0, after], row)?;
        rows.map(|row| kept(row?)?.entry().map_err(|broken| StoreError::Unreadable(broken.to_string())))
            .collect()
    }

    /// Hands every row from place `from` on to `each`, in order.
    ///
    /// # Errors
    /// A row could not be read, or `each` failed.
    pub fn each_journal_row(
        &self,
        from: u64,
        mut each: impl FnMut(JournalRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT seq, body, before, link FROM journal WHERE seq >= ?1 ORDER BY seq")?;
        let rows = statement.query_map([from], row)?;
        for found in rows {
            each(kept(found?)?)?;
        }
        Ok(())
    }

    /// Returns whether the journal is whole, from the first entry to the last.
    ///
    /// # Errors
    /// The first line that is not what was once written.
    pub fn verify_journal(&self) -> Result<Result<Verified, Broken>, StoreError> {
        let mut end = (0, Link::START);
        let mut broken = None;
        self.each_journal_row(1, |found| {
            if broken.is_none() {
                match Entry::check(found.seq, &found.body, found.before, found.link, end) {
                    Ok(()) => end = (found.seq, found.link),
                    Err(why) => broken = Some(why),
                }
            }
            Ok(())
        })?;
        Ok(match broken {
            Some(why) => Err(why),
            None => Ok(Verified { entries: end.0, last: end.1 }),
        })
    }
}
