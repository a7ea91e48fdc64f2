//! Can SQLite be trusted, and the database, where it lies?

use std::io::ErrorKind;

use super::case::Case;
use super::disk::{self, FileSystem};
use super::finding::{Check, Finding};
use crate::domain::notice::Notice;
use crate::store::{FILE, Kept, StoreError, require_sound_sqlite, sqlite_version};

/// Looks at the SQLite that is linked, at the database, and at the file system below it.
pub fn check(case: &Case) -> Vec<Finding> {
    let folder = &case.config.server.state_dir;
    let shown = folder.display().to_string();
    let mut findings = vec![sqlite()];
    match disk::file_system(folder) {
        FileSystem::Network(kind) => findings.push(
            Check::Database.error(&shown, Notice::new("TW-Q034").with("path", &shown).with("kind", kind)),
        ),
        FileSystem::Memory(kind) => findings.push(
            Check::Database.warning(&shown, Notice::new("TW-Q035").with("path", &shown).with("kind", kind)),
        ),
        FileSystem::Local => {}
    }
    let path = folder.join(FILE);
    let about = path.display().to_string();
    findings.push(match Kept::open(&path).and_then(|kept| kept.writes_ahead()) {
        Ok(true) => Check::Database.ok(about, Notice::new("doctor-database")),
        Ok(false) => Check::Database.warning(about, Notice::new("TW-Q033")),
        Err(StoreError::Io(error)) if error.kind() == ErrorKind::NotFound => {
            Check::Database.unknown(about, Notice::new("TW-Q031"))
        }
        Err(StoreError::Io(error)) if error.kind() == ErrorKind::PermissionDenied => {
            Check::Database.unknown(about, Notice::new("TW-Q032"))
        }
        Err(error) => Check::Database.error(about, error.notice()),
    });
    findings
}

/// Returns whether the SQLite that is linked keeps what it commits.
pub fn sqlite() -> Finding {
    let notice = |id| Notice::new(id).with("version", sqlite_version());
    match require_sound_sqlite() {
        Ok(()) => Check::Database.ok("", notice("doctor-sqlite")),
        Err(_) => Check::Database.error("", notice("TW-Q030")),
    }
}
