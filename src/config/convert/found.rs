//! The list of what was found wrong so far, and how the parts of the conversion add to it.

use std::io::ErrorKind;
use std::path::PathBuf;

use crate::config::document::Document;
use crate::config::problem::{Path, Problem};
use crate::config::raw;
use crate::config::secret::{Reference, Secret, Unreadable};
use crate::domain::notice::Notice;

/// How much of the configuration is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of it, secrets included; one that cannot be read is a problem.
    All,
    /// All but the secrets: whoever asks (an offline command) has none.
    Offline,
    /// Neither secrets nor calendars: what the hook needs, at once. Finding the time zones of a machine takes
    /// longer than everything else that the hook does.
    Door,
}

/// What was found wrong so far.
pub struct Findings<'a> {
    document: &'a Document<'a>,
    scope: Scope,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    mute: Vec<Path>,
}

impl<'a> Findings<'a> {
    /// Returns an empty list for `document`.
    pub fn new(document: &'a Document<'a>, scope: Scope) -> Self {
        Self { document, scope, problems: Vec::new(), warnings: Vec::new(), mute: Vec::new() }
    }

    /// Returns how much of the configuration is asked for.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Adds a problem, unless this place or one around it has one already: what follows from a problem is none.
    pub fn report(&mut self, at: &Path, notice: Notice) {
        let follows = self.mute.iter().any(|mute| at.is_in(mute));
        if !follows && !self.problems.iter().any(|known| at.is_in(&known.path)) {
            self.problems.push(Problem { path: at.clone(), line: self.document.line(at), notice });
        }
    }

    /// Adds something that may surprise but is no problem.
    pub fn warn(&mut self, at: &Path, notice: Notice) {
        self.warnings.push(Problem { path: at.clone(), line: self.document.line(at), notice });
    }

    /// Adds an unknown key; nothing is said about the absence of the key that was probably meant.
    pub fn misspelt(&mut self, at: &Path, meant: Path, notice: Notice) {
        self.report(at, notice);
        self.mute.push(meant);
    }

    /// Says nothing about this place from now on, unless it is written in the file.
    pub fn mute_if_derived(&mut self, at: Path) {
        if !self.document.holds(&at) {
            self.mute.push(at);
        }
    }

    /// Adds a problem and returns nothing.
    pub fn refuse<T>(&mut self, at: &Path, notice: Notice) -> Option<T> {
        self.report(at, notice);
        None
    }

    /// Returns whether nothing was found wrong at this place, in it, or around it.
    pub fn clean(&self, at: &Path) -> bool {
        let touches = |known: &Path| known.is_in(at) || at.is_in(known);
        !self.problems.iter().any(|known| touches(&known.path)) && !self.mute.iter().any(touches)
    }

    /// Returns all problems and all warnings in the order of their lines.
    pub fn into_lists(mut self) -> (Vec<Problem>, Vec<Problem>) {
        self.problems.sort_by_key(|problem| problem.line);
        self.warnings.sort_by_key(|warning| warning.line);
        (self.problems, self.warnings)
    }

    /// Converts every item of a list; `None` when one of them cannot be.
    pub fn each<R, T>(
        &mut self,
        list: &[R],
        at: &Path,
        one: impl Fn(&R, &Path, &mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let all: Vec<Option<T>> =
            list.iter().enumerate().map(|(index, item)| one(item, &at.index(index), self)).collect();
        all.into_iter().collect()
    }

    /// Reports every name in a list that stood there before; names differ by more than upper and lower case.
    pub fn distinct(&mut self, at: &Path, key: &str, names: impl IntoIterator<Item = String>) {
        let mut seen: Vec<String> = Vec::new();
        for (index, name) in names.into_iter().enumerate() {
            let lower = name.to_lowercase();
            if !lower.is_empty() && seen.contains(&lower) {
                self.report(&at.index(index).key(key), Notice::new("TW-C027").with("value", &name));
            }
            seen.push(lower);
        }
    }

    /// Returns the secret that `raw` points to.
    pub fn secret(&mut self, raw: &raw::SecretReference, at: &Path) -> Option<Secret> {
        let reference = self.reference(raw, at)?;
        if self.scope != Scope::All {
            return Some(Secret::unread());
        }
        match reference.read() {
            Ok(secret) => {
                if reference.exposed() {
                    self.warn(at, Notice::new("TW-C062"));
                }
                Some(secret)
            }
            Err(why) => self.refuse(at, unreadable(&reference, &why)),
        }
    }

    /// Returns a secret that must be at least `shortest` bytes long.
    pub fn long_secret(&mut self, raw: &raw::SecretReference, shortest: usize, at: &Path) -> Option<Secret> {
        let secret = self.secret(raw, at)?;
        if self.scope == Scope::All && secret.reveal().len() < shortest {
            return self.refuse(at, Notice::new("TW-C021").with("shortest", shortest));
        }
        Some(secret)
    }

    /// Returns whether the revealed secret passes `test`; one that was not read passes.
    pub fn secret_passes(&self, secret: &Secret, test: impl Fn(&str) -> bool) -> bool {
        self.scope != Scope::All || test(secret.reveal())
    }

    fn reference(&mut self, raw: &raw::SecretReference, at: &Path) -> Option<Reference> {
        match (&raw.credential, &raw.file, &raw.env) {
            (Some(name), None, None) => {
                // A credential is a plain file in a folder that systemd names; anything else would leave that folder.
                let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
                if name.is_empty() || name.starts_with('.') || !name.bytes().all(plain) {
                    return self.refuse(&at.key("credential"), Notice::new("TW-C020"));
                }
                Some(Reference::Credential(name.clone()))
            }
            (None, Some(path), None) => {
                let path = PathBuf::from(path);
                if !path.is_absolute() {
                    return self.refuse(&at.key("file"), Notice::new("TW-C061"));
                }
                Some(Reference::File(path))
            }
            (None, None, Some(name)) => {
                let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
                if name.is_empty() || !name.bytes().all(plain) {
                    return self.refuse(&at.key("env"), Notice::new("TW-C020"));
                }
                Some(Reference::Env(name.clone()))
            }
            (None, None, None) | (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
                if self.clean(at) {
                    self.refuse(at, Notice::new("TW-C016").with("key", at.last_key()))
                } else {
                    None
                }
            }
        }
    }
}

/// Returns why a secret could not be read.
///
/// Neither the secret nor the name of its place is in it: people write the secret where its name belongs.
fn unreadable(reference: &Reference, why: &Unreadable) -> Notice {
    match (why, reference) {
        (Unreadable::NoCredentials, _) => Notice::new("TW-C017"),
        (Unreadable::File(error), Reference::Credential(_)) if error.kind() == ErrorKind::NotFound => {
            Notice::new("TW-C017")
        }
        (Unreadable::File(error), _) => Notice::new("TW-C018").with("why", error),
        (Unreadable::NotSet, _) => Notice::new("TW-C019"),
        (Unreadable::Empty, _) => Notice::new("TW-C059"),
        (Unreadable::NotText, _) => Notice::new("TW-C060"),
    }
}
