//! The tables, and how an older file becomes a newer one.

use rusqlite::Connection;

use super::StoreError;

/// The first SQLite without the WAL-reset bug (<https://sqlite.org/wal.html#walresetbug>).
const SOUND: i32 = 3_051_003;
/// A release that was withdrawn.
const WITHDRAWN: i32 = 3_052_000;

/// The migrations, oldest first; a file of version n has had the first n.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001.sql"),
    include_str!("migrations/002.sql"),
    include_str!("migrations/003.sql"),
    include_str!("migrations/004.sql"),
    include_str!("migrations/005.sql"),
    include_str!("migrations/006.sql"),
];

/// Returns the version of the SQLite that is linked.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// Refuses a SQLite that can lose commits.
///
/// # Errors
/// It has the WAL-reset bug, or was withdrawn.
pub fn require_sound_sqlite() -> Result<(), StoreError> {
    let number = rusqlite::version_number();
    if number < SOUND || number == WITHDRAWN {
        return Err(StoreError::UnsoundSqlite(rusqlite::version().to_owned()));
    }
    Ok(())
}

/// Sets the connection up and brings the file to the newest version.
pub fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    // The forge gives a delivery five seconds; who cannot store it must say so before.
    connection.busy_timeout(std::time::Duration::from_secs(2))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (place, migration) in MIGRATIONS.iter().enumerate() {
        let version = i64::try_from(place + 1).unwrap_or(i64::MAX);
        if version > found {
            let transaction = connection.transaction()?;
            transaction.execute_batch(migration)?;
            transaction.pragma_update(None, "user_version", version)?;
            transaction.commit()?;
        }
    }
    Ok(())
}

/// Refuses a file that is no database of ours, or that only a newer version can read.
pub fn require_ours(connection: &Connection) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    let journal: i64 = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'journal'",
        [],
        |row| row.get(0),
    )?;
    if found == 0 || journal == 0 {
        return Err(StoreError::Unreadable("it has no journal of tagwarden".to_owned()));
    }
    Ok(())
}
