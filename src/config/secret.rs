//! A secret that cannot be printed by accident, and the place that it is read from.
//!
//! Race: a secret is rotated while it is read: a file is read in one go, and whoever rotates replaces it by renaming.

use std::fmt;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where systemd keeps what it hands over to the daemon; a command outside of the unit may read it there, when it may.
const HANDED_OVER: &str = "/run/credentials/tagwarden.service";

/// The longest secret that is read, in bytes; a larger file is not a secret but a mistake.
const LONGEST: u64 = 16 * 1024;

/// A secret value, read from where the configuration points to; it prints as nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Option<String>);

impl Secret {
    /// Wraps `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Some(value.into()))
    }

    /// Returns a secret that was deliberately not read (see `config::load_without_secrets`).
    pub(super) fn unread() -> Self {
        Self(None)
    }

    /// Returns the value, for the one place that must use it.
    ///
    /// # Panics
    /// When the configuration was loaded without secrets. An empty text instead would be a key that anybody knows.
    pub fn reveal(&self) -> &str {
        self.0.as_deref().expect("whoever needs secrets loads the configuration with `config::load`")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a secret is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A systemd credential, by name.
    Credential(String),
    /// A file that holds nothing else.
    File(PathBuf),
    /// An environment variable, by name.
    Env(String),
}

/// Why a secret could not be read; no variant holds any part of it.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The process was not started with credentials.
    #[error("no credentials were handed over")]
    NoCredentials,
    /// The file cannot be read.
    #[error("{0}")]
    File(#[source] std::io::Error),
    /// The variable is not set.
    #[error("the variable is not set")]
    NotSet,
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is not one line of printable ASCII.
    #[error("it is not one line of printable ASCII characters")]
    NotText,
}

impl Reference {
    /// Returns whether everybody on this machine may read the file that holds the secret.
    pub fn exposed(&self) -> bool {
        match self {
            Self::File(path) => path.metadata().is_ok_and(|about| about.permissions().mode() & 0o004 != 0),
            Self::Credential(_) | Self::Env(_) => false,
        }
    }

    /// Reads the secret; white space around it does not belong to it.
    ///
    /// # Errors
    /// Says why without any part of what was read.
    pub fn read(&self) -> Result<Secret, Unreadable> {
        let bytes = match self {
            Self::Credential(name) => file(&credentials().ok_or(Unreadable::NoCredentials)?.join(name))?,
            Self::File(path) => file(path)?,
            Self::Env(name) => std::env::var_os(name)
                .ok_or(Unreadable::NotSet)?
                .into_string()
                .map_err(|_| Unreadable::NotText)?
                .into(),
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| Unreadable::NotText)?.trim();
        if text.is_empty() {
            return Err(Unreadable::Empty);
        }
        // It travels in HTTP headers, where anything else would be cut or refused in the middle of a release.
        if !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err(Unreadable::NotText);
        }
        Ok(Secret::new(text))
    }
}

/// Returns the folder of credentials: that of this process, else that of the running daemon.
fn credentials() -> Option<PathBuf> {
    let handed = std::env::var_os("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty());
    handed.map(PathBuf::from).or_else(|| Some(PathBuf::from(HANDED_OVER)).filter(|folder| folder.is_dir()))
}

fn file(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path).map_err(Unreadable::File)?;
    opened.take(LONGEST + 1).read_to_end(&mut bytes).map_err(Unreadable::File)?;
    if bytes.len() as u64 > LONGEST {
        return Err(Unreadable::NotText);
    }
    Ok(bytes)
}
