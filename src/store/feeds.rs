//! The last good copies of calendar feeds.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::releases::instant;
use super::{FILE, Reading, StoreError, Writing};

/// The version of the file from which on it holds feeds.
const SINCE: i64 = 2;

/// The last good copy of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFeed {
    /// A digest of where it came from.
    pub source: String,
    /// All of it.
    pub body: Vec<u8>,
    /// The server's `ETag` of it.
    pub etag: Option<String>,
    /// The server's `Last-Modified` of it.
    pub last_modified: Option<String>,
    /// When it was last known to be good.
    pub good_at: Timestamp,
}

impl Writing<'_> {
    /// Keeps a good copy in place of the one before.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn put_feed(&self, calendar: &str, name: &str, kept: &KeptFeed) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO feeds (calendar, name, source, body, etag, last_modified, good_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (calendar, name) DO UPDATE
             SET source = ?3, body = ?4, etag = ?5, last_modified = ?6, good_at = ?7",
            params![
                calendar,
                name,
                kept.source,
                kept.body,
                kept.etag,
                kept.last_modified,
                kept.good_at.to_string()
            ],
        )?;
        Ok(())
    }

    /// Notes that the kept copy is still good.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn feed_is_good(&self, calendar: &str, name: &str, at: Timestamp) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE feeds SET good_at = ?3 WHERE calendar = ?1 AND name = ?2",
            params![calendar, name, at.to_string()],
        )?;
        Ok(())
    }
}

impl Reading<'_> {
    /// Returns the last good copy of a feed that came from `source`.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn feed(&self, calendar: &str, name: &str, source: &str) -> Result<Option<KeptFeed>, StoreError> {
        kept(self.0, calendar, name, source)
    }
}

/// Returns the last good copy of a feed from the store in `folder`, which is neither made nor changed: a daemon may be
/// at work in it, or there may be none yet.
///
/// # Errors
/// The file may not be read.
pub fn kept_feed(
    folder: &Path,
    calendar: &str,
    name: &str,
    source: &str,
) -> Result<Option<KeptFeed>, StoreError> {
    let path = folder.join(FILE);
    if !path.try_exists()? {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(2))?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version < SINCE {
        return Ok(None);
    }
    kept(&connection, calendar, name, source)
}

fn kept(
    connection: &Connection,
    calendar: &str,
    name: &str,
    source: &str,
) -> Result<Option<KeptFeed>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT body, etag, last_modified, good_at FROM feeds
             WHERE calendar = ?1 AND name = ?2 AND source = ?3",
        )?
        .query_row([calendar, name, source], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?))
        })
        .optional()?;
    let Some((body, etag, last_modified, good_at)) = found else { return Ok(None) };
    let source = source.to_owned();
    Ok(Some(KeptFeed { source, body, etag, last_modified, good_at: instant(&good_at)? }))
}
