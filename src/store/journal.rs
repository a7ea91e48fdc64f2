//! The journal: appended to, read, verified; never changed.

use rusqlite::{OptionalExtension, Row, params};

use super::{Reading, StoreError, Writing};
use crate::domain::audit::Line;
use crate::domain::journal::{Broken, Entry, Fact, Link, Stamp};
use crate::domain::names::ReleaseId;
use crate::domain::release::EventName;

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
    /// The release that it is filed under.
    pub release: Option<u64>,
    /// The instant that it is filed under.
    pub at: String,
    /// The kind that it is filed under.
    pub kind: String,
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
        if let Fact::Release { event, .. } = &entry.fact
            && EventName::SEALED.contains(&event.name())
        {
            self.checkpoint(entry.stamp.at)?;
        }
        Ok(entry.seq)
    }
}

/// The columns that [`row`] reads.
const COLUMNS: &str = "seq, body, before, link, release, at, kind";

/// Returns the line that stands in a row; `Err` inside = somebody else wrote it.
fn row(row: &Row<'_>) -> Result<Result<JournalRow, Broken>, StoreError> {
    let seq: u64 = row.get(0)?;
    let text = |place| Some(row.get_ref(place).ok()?.as_str().ok()?.to_owned());
    let link = |place| Link::from_bytes(row.get_ref(place).ok()?.as_blob().ok()?);
    let kept = || {
        Some(JournalRow {
            seq,
            body: text(1)?,
            before: link(2)?,
            link: link(3)?,
            release: row.get(4).ok()?,
            at: text(5)?,
            kind: text(6)?,
        })
    };
    Ok(kept().ok_or_else(|| Broken::Unreadable(seq, "a column does not hold what belongs there".into())))
}

fn unreadable(broken: &Broken) -> StoreError {
    StoreError::Unreadable(broken.to_string())
}

impl JournalRow {
    /// Returns the line, for checking it.
    pub fn line(&self) -> Line<'_> {
        let Self { seq, body, before, link, release, at, kind } = self;
        Line { seq: *seq, body, before: *before, link: *link, release: *release, at, kind }
    }

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
        let sql = format!("SELECT {COLUMNS} FROM journal WHERE release = ?1 AND seq > ?2 ORDER BY seq");
        let mut statement = self.0.prepare_cached(&sql)?;
        let mut rows = statement.query(params![release.0, after])?;
        let mut entries = Vec::new();
        while let Some(found) = rows.next()? {
            let entry = row(found)?.and_then(|row| row.entry());
            entries.push(entry.map_err(|broken| unreadable(&broken))?);
        }
        Ok(entries)
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
        let mut failed = None;
        self.each_kept_line(from, |line| {
            let outcome = line.map_err(|broken| unreadable(&broken)).and_then(&mut each);
            failed = outcome.err();
            failed.is_none()
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// Hands every line from place `from` on to `each`, those that nobody of us wrote too, until it says `false`.
    pub(super) fn each_kept_line(
        &self,
        from: u64,
        mut each: impl FnMut(Result<JournalRow, Broken>) -> bool,
    ) -> Result<(), StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM journal WHERE seq >= ?1 ORDER BY seq");
        let mut statement = self.0.prepare_cached(&sql)?;
        let mut rows = statement.query([from])?;
        while let Some(found) = rows.next()? {
            if !each(row(found)?) {
                break;
            }
        }
        Ok(())
    }

    /// Returns the hash of the entry at a place, if there is one.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn link_at(&self, seq: u64) -> Result<Option<Link>, StoreError> {
        let row = self.journal_row(seq)?.transpose().map_err(|broken| unreadable(&broken))?;
        Ok(row.map(|row| row.link))
    }

    /// Returns the line at a place, if there is one.
    pub(super) fn journal_row(&self, seq: u64) -> Result<Option<Result<JournalRow, Broken>>, StoreError> {
        let mut found = None;
        self.each_kept_line(seq, |line| {
            found = Some(line);
            false
        })?;
        Ok(found.filter(|line| line.as_ref().map_or(true, |line| line.seq == seq)))
    }
}
