//! The file in the state folder in which the daemon's own key is kept.
//!
//! Race: the process is killed while the key is made: it is written under another name, synced, and only then gets its
//! own, so that there is a whole key or none. A key that cannot be read is never replaced: what it signed would look
//! forged.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{NoKey, SigningKey};

/// The name of the file in the state folder.
pub const FILE: &str = "checkpoint.key";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file cannot be used.
    #[error("`{}` cannot be used", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What stands in it is no key, or none can be made.
    #[error("`{}` is no key", path.display())]
    NoKey {
        /// Which.
        path: PathBuf,
        /// Why.
        source: NoKey,
    },
}

/// Returns the key that is kept in `folder`, or makes one with this name that is kept from now on.
///
/// # Errors
/// The file cannot be used, or holds something else.
pub fn kept_or_made(folder: &Path, name: &str) -> Result<SigningKey, FileError> {
    let path = folder.join(FILE);
    let unusable = |source| FileError::Io { path: path.clone(), source };
    let no_key = |source| FileError::NoKey { path: path.clone(), source };
    match fs::read_to_string(&path) {
        Ok(text) => SigningKey::parse(text.trim()).map_err(no_key),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = SigningKey::make(name).map_err(no_key)?;
            let text = key.reveal().map_err(no_key)?;
            keep(folder, &path, &text).map_err(unusable)?;
            Ok(key)
        }
        Err(error) => Err(unusable(error)),
    }
}

fn keep(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    let beside = folder.join("checkpoint.key.new");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let made = kept_or_made(folder.path(), "a.example/journal").unwrap();
        let path = folder.path().join(FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        // The name that it got at first stays, wherever the pages are later.
        let kept = kept_or_made(folder.path(), "b.example/journal").unwrap();
        assert_eq!(kept.public(), made.public());
        fs::write(&path, "something else").unwrap();
        let refused = kept_or_made(folder.path(), "a.example/journal");
        assert!(matches!(refused, Err(FileError::NoKey { source: NoKey::Form, .. })), "{refused:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "something else");
    }

    #[test]
    fn what_a_killed_process_left_behind_is_no_hindrance() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("checkpoint.key.new"), "PRIVATE+KEY+a.exa").unwrap();
        kept_or_made(folder.path(), "a.example/journal").unwrap();
    }
}
