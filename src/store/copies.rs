//! Copies of the store, and looks into one that nobody has opened: for backup, restore and audit.
//!
//! Races: (a) the daemon writes while a copy is made: SQLite copies a single instant; (b) the machine stops in the
//! middle of a copy: it is made under another name beside the target, synced, and only then gets its own; (c) a
//! daemon starts in the middle of a restore: the caller holds the lock on the state folder.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::audit::Trust;
use super::writer::Writing;
use super::{FILE, Reading, StoreError, schema};
use crate::domain::audit::Fault;
use crate::domain::journal::{Fact, Stamp};

/// A database that is only looked at: that of a running daemon, or a copy.
pub struct Kept {
    connection: Connection,
}

impl Kept {
    /// Opens the file for looking; nothing in it is changed.
    ///
    /// # Errors
    /// It is not there, is no database of ours, or is one of a newer version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        // SQLite would only say that it cannot open it.
        File::open(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        schema::require_ours(&connection)?;
        Ok(Self { connection })
    }

    /// Runs `question` on one instant of the database.
    ///
    /// # Errors
    /// What the question failed with.
    pub fn read<T>(
        &mut self,
        question: impl FnOnce(&Reading<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = self.connection.transaction()?;
        question(&Reading(&transaction))
    }

    /// Returns whether readers and the writer keep out of each other's way, as the daemon sets it up (WAL mode).
    ///
    /// # Errors
    /// The file could not be read.
    pub fn writes_ahead(&self) -> Result<bool, StoreError> {
        let mode: String = self.connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        Ok(mode == "wal")
    }

    /// Returns whether SQLite finds its own structures whole; else what it says.
    ///
    /// # Errors
    /// The file could not be read.
    pub fn damage(&mut self) -> Result<Option<String>, StoreError> {
        let said: String = self.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        Ok((said != "ok").then_some(said))
    }

    /// Copies the database into the new file `to`, readable by its owner alone; on return it is on the disk.
    ///
    /// # Errors
    /// The file exists already or cannot be written; nothing is left behind.
    pub fn copy(&self, to: &Path) -> Result<(), StoreError> {
        if fs::symlink_metadata(to).is_ok() {
            return Err(StoreError::Exists(to.to_owned()));
        }
        let beside = beside(to, "part");
        let done = self.copy_over(&beside).and_then(|()| Ok(fs::hard_link(&beside, to)?));
        let done = match done {
            Err(StoreError::Io(error)) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(StoreError::Exists(to.to_owned()))
            }
            // A file system without hard links: nobody else writes this name, or the first look had found it.
            Err(StoreError::Io(error))
                if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied)
                    && beside.exists() =>
            {
                fs::rename(&beside, to).map_err(StoreError::from)
            }
            other => other,
        };
        // It has its own name by now, or is of no use.
        let _ = fs::remove_file(&beside);
        done?;
        sync_folder(to)
    }

    /// Copies the database over whatever stands in `to`.
    fn copy_over(&self, to: &Path) -> Result<(), StoreError> {
        match fs::remove_file(to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        // Made first, so that the hashes and texts in it are never readable by others, not even for a moment.
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
        self.connection.backup("main", to, None::<fn(rusqlite::backup::Progress)>)?;
        // The mode comes along with the copy; without a log beside it the file can be read on a read-only disk too.
        let copy = Connection::open(to)?;
        copy.pragma_update(None, "journal_mode", "DELETE")?;
        close(copy)?;
        Ok(file.sync_all()?)
    }
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// How many entries its journal has.
    pub entries: u64,
    /// Where the database that stood there before is now.
    pub replaced: Option<PathBuf>,
}

/// Puts a copy of `from` into the state folder, with one more entry in its journal that tells so.
///
/// The caller holds the lock on the folder. On return the copy is what the next daemon opens.
///
/// # Errors
/// `from` is damaged, is no database of ours, or its journal was changed; a database stands there and `replace` is
/// not said; or the folder cannot be written. What stood there stands there unchanged in all these cases.
pub fn restore(
    from: &Path,
    folder: &Path,
    replace: bool,
    stamp: &Stamp,
    fact: Fact,
) -> Result<Result<Restored, Fault>, StoreError> {
    let place = folder.join(FILE);
    if place.exists() && !replace {
        return Err(StoreError::Exists(place));
    }
    let mut kept = Kept::open(from)?;
    if let Some(damage) = kept.damage()? {
        return Err(StoreError::Unreadable(damage));
    }
    let entries = match kept.read(|reading| reading.audit(Trust::default()))? {
        Ok(audited) => audited.entries,
        Err(fault) => return Ok(Err(fault)),
    };
    let beside = beside(&place, "restored");
    kept.copy_over(&beside)?;
    sign(&beside, stamp, fact)?;
    let replaced = if place.exists() { Some(put_aside(&place, stamp)?) } else { None };
    fs::rename(&beside, &place)?;
    sync_folder(&place)?;
    Ok(Ok(Restored { entries, replaced }))
}

/// Brings the copy to the newest version and appends `fact` to its journal, all of it inside the one file.
fn sign(path: &Path, stamp: &Stamp, fact: Fact) -> Result<(), StoreError> {
    let mut connection = Connection::open(path)?;
    schema::prepare(&mut connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let journalled = std::cell::Cell::new(0);
    Writing { connection: &transaction, journalled: &journalled, sealing: None }.append(stamp, fact)?;
    transaction.commit()?;
    close(connection)?;
    Ok(File::open(path)?.sync_all()?)
}

/// Closes the last connection to a database, which moves its write-ahead log into it.
fn close(connection: Connection) -> Result<(), StoreError> {
    connection.close().map_err(|(_, error)| StoreError::from(error))
}

/// Gives the database that stands there another name, and returns that.
fn put_aside(place: &Path, stamp: &Stamp) -> Result<PathBuf, StoreError> {
    // Best effort: a damaged one cannot be opened, and is put aside with its log as it is.
    let _ = Connection::open(place).and_then(|connection| {
        connection.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
        connection.close().map_err(|(_, error)| error)
    });
    let aside = beside(place, &format!("replaced-{}", stamp.at.strftime("%Y%m%dT%H%M%SZ")));
    if aside.exists() {
        return Err(StoreError::Exists(aside));
    }
    for suffix in ["-wal", "-shm"] {
        let log = with_suffix(place, suffix);
        if log.exists() {
            fs::rename(log, with_suffix(&aside, suffix))?;
        }
    }
    fs::rename(place, &aside)?;
    Ok(aside)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    with_suffix(path, &format!(".{suffix}"))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes a new name in a folder survive a power loss.
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) | None => Path::new("."),
    };
    Ok(File::open(folder)?.sync_all()?)
}
