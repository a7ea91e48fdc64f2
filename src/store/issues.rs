//! Which issue belongs to which release, what did it show when, and which comments were dealt with?

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::releases::instant;
use super::{NewOutbox, Reading, StoreError, Writing};
use crate::domain::names::ReleaseId;

/// The issue of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueRow {
    /// The release.
    pub release: ReleaseId,
    /// Its repository's number.
    pub repository_id: u64,
    /// The number of the issue.
    pub number: u64,
    /// A digest of the text that was written last; empty = unknown.
    pub said: String,
    /// Whether it was closed.
    pub closed: bool,
}

/// A comment that may ask something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentRow {
    /// The repository's number.
    pub repository_id: u64,
    /// Its own number.
    pub comment: u64,
    /// The number of the issue that it stands in.
    pub issue: u64,
    /// The number of its author's account.
    pub author: i64,
    /// A digest of its words when it was first heard of.
    pub words: String,
    /// When it was first heard of.
    pub seen_at: Timestamp,
    /// The end of the journal when it began to be acted upon, if that is not known to have ended.
    pub acting_since: Option<u64>,
}

impl Writing<'_> {
    /// Remembers the issue of a release, and what it says.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn put_issue(&self, issue: &IssueRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO issues (release, repository_id, number, said, closed) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (release) DO UPDATE SET number = ?3, said = ?4, closed = ?5",
            )?
            .execute(params![issue.release.0, issue.repository_id, issue.number, issue.said, issue.closed])?;
        Ok(())
    }

    /// Has every issue of a release that is not at rest shown again: what it shows may come from the configuration of before.
    ///
    /// `seq` is the place in the journal of what makes it necessary.
    ///
    /// # Errors
    /// The rows could not be read or written.
    pub fn show_issues_again(&self, seq: u64, row: &NewOutbox, at: Timestamp) -> Result<(), StoreError> {
        let open: Vec<ReleaseId> = self
            .connection
            .prepare_cached(
                "SELECT release FROM issues JOIN releases ON id = release WHERE at_rest = 0 AND NOT EXISTS (
                     SELECT 1 FROM outbox WHERE outbox.release = issues.release AND lane = ?1 AND state = 'due'
                     AND attempts = 0)",
            )?
            .query_map([&row.lane], |row| row.get(0).map(ReleaseId))?
            .collect::<Result<_, _>>()?;
        open.into_iter().try_for_each(|release| self.put_outbox(release, seq, row, at))
    }

    /// Remembers since when the issue of a release shows a binding and a checklist (by its digest, empty = none), unless
    /// it showed just these before.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn put_shown(
        &self,
        release: ReleaseId,
        at: Timestamp,
        binding: &str,
        checklist: &str,
    ) -> Result<(), StoreError> {
        let reading = self.reading();
        let newest = reading.shown(release)?.pop().map(|(_, binding)| binding);
        let list = reading.checklists_shown(release)?.pop().map(|(_, checklist)| checklist);
        if newest.as_deref() == Some(binding) && list.as_deref() == Some(checklist) {
            return Ok(());
        }
        self.connection
            .prepare_cached(
                "INSERT INTO issue_bindings (release, shown_at, binding, checklist) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![release.0, at.to_string(), binding, checklist])?;
        Ok(())
    }

    /// Remembers a comment that may ask something; the first news of it counts.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn put_comment(&self, comment: &CommentRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO comments (repository_id, comment, issue, author, words, seen_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                comment.repository_id,
                comment.comment,
                comment.issue,
                comment.author,
                comment.words,
                comment.seen_at.to_string(),
            ])?;
        Ok(())
    }

    /// Forgets a comment that stands in no release's issue; should that issue turn out to be one, a look finds it.
    ///
    /// # Errors
    /// The row could not be removed.
    pub fn forget_comment(&self, repository_id: u64, comment: u64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM comments WHERE repository_id = ?1 AND comment = ?2")?
            .execute(params![repository_id, comment])?;
        Ok(())
    }

    /// Remembers that a comment begins to be acted upon (with the end of the journal), or that it was not after all.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn act_on_comment(
        &self,
        repository_id: u64,
        comment: u64,
        since: Option<u64>,
    ) -> Result<(), StoreError> {
        let state = if since.is_some() { "acting" } else { "due" };
        self.connection
            .prepare_cached(
                "UPDATE comments SET state = ?3, journal_end = ?4 WHERE repository_id = ?1 AND comment = ?2",
            )?
            .execute(params![repository_id, comment, state, since.unwrap_or(0)])?;
        Ok(())
    }

    /// Remembers what came of a comment, and puts the answer, if there is one, into the outbox: both, or neither.
    ///
    /// # Errors
    /// The rows could not be written.
    pub fn settle_comment(
        &self,
        row: &CommentRow,
        outcome: &str,
        answer: Option<(ReleaseId, &NewOutbox)>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE comments SET state = 'done', outcome = ?3 WHERE repository_id = ?1 AND comment = ?2",
            )?
            .execute(params![row.repository_id, row.comment, outcome])?;
        match answer {
            // The lane names the comment, so the key needs no place in the journal.
            Some((release, answer)) => self.put_outbox(release, 0, answer, at),
            None => Ok(()),
        }
    }

    /// Remembers until when a repository's comments were looked at; `back` also goes back.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn comments_seen_until(
        &self,
        repository_id: u64,
        until: Timestamp,
        back: bool,
    ) -> Result<(), StoreError> {
        let known = self.reading().comments_seen(repository_id)?;
        let until = match known {
            Some(known) if back => known.min(until),
            Some(known) => known.max(until),
            None => until,
        };
        self.connection
            .prepare_cached(
                "INSERT INTO comment_looks (repository_id, until) VALUES (?1, ?2)
                 ON CONFLICT (repository_id) DO UPDATE SET until = ?2",
            )?
            .execute(params![repository_id, until.to_string()])?;
        Ok(())
    }
}

impl Reading<'_> {
    /// Returns the issue of a release.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn issue_of(&self, release: ReleaseId) -> Result<Option<IssueRow>, StoreError> {
        let found = self
            .0
            .prepare_cached("SELECT repository_id, number, said, closed FROM issues WHERE release = ?1")?
            .query_row([release.0], |row| {
                Ok(IssueRow {
                    release,
                    repository_id: row.get(0)?,
                    number: row.get(1)?,
                    said: row.get(2)?,
                    closed: row.get(3)?,
                })
            })
            .optional()?;
        Ok(found)
    }

    /// Returns the release whose issue this is.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn release_of_issue(&self, repository_id: u64, number: u64) -> Result<Option<ReleaseId>, StoreError> {
        let found = self
            .0
            .prepare_cached("SELECT release FROM issues WHERE repository_id = ?1 AND number = ?2")?
            .query_row(params![repository_id, number], |row| row.get(0))
            .optional()?;
        Ok(found.map(ReleaseId))
    }

    /// Returns the bindings that the issue of a release showed, each with its instant, oldest first.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn shown(&self, release: ReleaseId) -> Result<Vec<(Timestamp, String)>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT shown_at, binding FROM issue_bindings WHERE release = ?1 ORDER BY id")?;
        let rows = statement
            .query_map([release.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| row.map_err(StoreError::from).and_then(|(at, binding)| Ok((instant(&at)?, binding))))
            .collect()
    }

    /// Returns the digests of the checklists that the issue of a release showed, each with its instant, oldest first.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn checklists_shown(&self, release: ReleaseId) -> Result<Vec<(Timestamp, String)>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT shown_at, checklist FROM issue_bindings WHERE release = ?1 ORDER BY id",
        )?;
        let rows = statement
            .query_map([release.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| row.map_err(StoreError::from).and_then(|(at, list)| Ok((instant(&at)?, list))))
            .collect()
    }

    /// Returns the comments of a repository that are still to be dealt with, oldest first.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn comments_to_do(&self, repository_id: u64) -> Result<Vec<CommentRow>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT comment, issue, author, words, seen_at, state, journal_end FROM comments
             WHERE repository_id = ?1 AND state <> 'done' ORDER BY comment",
        )?;
        let mut rows = statement.query([repository_id])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(comment_row(repository_id, row)?);
        }
        Ok(found)
    }

    /// Returns what came of a comment, by the id of the message; `None` = nothing yet, or it is not known.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn outcome_of_comment(&self, repository_id: u64, comment: u64) -> Result<Option<String>, StoreError> {
        let found = self
            .0
            .prepare_cached("SELECT outcome FROM comments WHERE repository_id = ?1 AND comment = ?2")?
            .query_row(params![repository_id, comment], |row| row.get(0))
            .optional()?;
        Ok(found.flatten())
    }

    /// Returns until when a repository's comments were looked at.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn comments_seen(&self, repository_id: u64) -> Result<Option<Timestamp>, StoreError> {
        let found: Option<String> = self
            .0
            .prepare_cached("SELECT until FROM comment_looks WHERE repository_id = ?1")?
            .query_row([repository_id], |row| row.get(0))
            .optional()?;
        found.as_deref().map(instant).transpose()
    }
}

fn comment_row(repository_id: u64, row: &Row<'_>) -> Result<CommentRow, StoreError> {
    let (state, journal_end): (String, u64) = (row.get(5)?, row.get(6)?);
    Ok(CommentRow {
        repository_id,
        comment: row.get(0)?,
        issue: row.get(1)?,
        author: row.get(2)?,
        words: row.get(3)?,
        seen_at: instant(&row.get::<_, String>(4)?)?,
        acting_since: (state == "acting").then_some(journal_end),
    })
}
