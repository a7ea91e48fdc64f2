//! From a file to a [`Config`], or to the list of everything that is wrong with it.
//!
//! Races: (a) the file is replaced while it is read: it is read in one go, and whoever replaces it renames;
//! (b) a secret is rotated between reading the file and reading the secret: the newer secret is what counts.

use std::fs::File;
use std::io::Read;
use std::path::Path as FilePath;

use crate::config::checked::Config;
use crate::config::convert::{self, Findings, Scope};
use crate::config::document::Document;
use crate::config::problem::{Path, Problem, Problems};
use crate::config::{fill, raw, schema, shape};
use crate::domain::notice::Notice;

/// The largest file that is read, in bytes; a thousand repositories need a tenth of it.
const LARGEST: u64 = 4 * 1024 * 1024;

/// A good configuration, in all its forms.
struct Good {
    config: Config,
    raw: raw::Config,
    warnings: Vec<Problem>,
}

/// Returns the configuration in `path` with its secrets.
///
/// # Errors
/// Everything that is wrong with the file and with the secrets that it points to.
pub fn load(path: &FilePath) -> Result<Config, Problems> {
    read(path, Scope::All).map(|good| good.config)
}

/// Returns the configuration in `path` for those who have no secrets: offline commands.
///
/// The secrets in it cannot be revealed. Everything else is checked as in [`load`].
///
/// # Errors
/// Everything that is wrong with the file.
pub fn load_without_secrets(path: &FilePath) -> Result<Config, Problems> {
    read(path, Scope::Offline).map(|good| good.config)
}

/// Returns the configuration in `path` for the hook, which must not make a push wait: without secrets, and with
/// `calendars` left empty.
///
/// # Errors
/// Everything that is wrong with the file, except for its calendars.
pub fn load_for_hook(path: &FilePath) -> Result<Config, Problems> {
    read(path, Scope::Door).map(|good| good.config)
}

/// Returns the configuration in `path`, and what in it may surprise although it is no problem.
///
/// # Errors
/// Everything that is wrong with the file and, `with_secrets`, with the secrets that it points to.
pub fn check(path: &FilePath, with_secrets: bool) -> Result<(Config, Vec<Problem>), Problems> {
    let scope = if with_secrets { Scope::All } else { Scope::Offline };
    read(path, scope).map(|good| (good.config, good.warnings))
}

/// Returns the configuration in `path` as it is meant, in the form in which it is written: every default filled in.
///
/// Secrets appear as what they are in the file, references.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn effective(path: &FilePath) -> Result<raw::Config, Problems> {
    read(path, Scope::Offline).map(|mut good| {
        fill::shown(&mut good.raw);
        good.raw
    })
}

/// Returns the configuration in `path` as it is written, when it is good.
///
/// # Errors
/// Everything that is wrong with the file.
pub(super) fn written(path: &FilePath) -> Result<raw::Config, Problems> {
    read(path, Scope::Offline).map(|good| good.raw)
}

fn read(path: &FilePath, scope: Scope) -> Result<Good, Problems> {
    let text = text(path)?;
    parse(&text, scope).map_err(|list| Problems { file: path.to_owned(), list })
}

/// Returns the configuration that `text` says.
fn parse(text: &str, scope: Scope) -> Result<Good, Vec<Problem>> {
    let document = Document::parse(text)?;
    let mut found = Findings::new(&document, scope);
    let value = shape::table(document.root(), &schema::stored(), &Path::root(), &mut found);
    let raw = serde_json::from_value::<raw::Config>(value);
    let config = raw.ok().and_then(|mut raw| {
        fill::defaults(&mut raw);
        convert::config(&raw, &mut found).map(|config| (config, raw))
    });
    let (mut problems, warnings) = found.into_lists();
    match config {
        Some((config, raw)) if problems.is_empty() => Ok(Good { config, raw, warnings }),
        Some(_) | None => {
            if problems.is_empty() {
                // The schema and the types come from one place, so only a mistake of ours gets here.
                problems.push(Problem { path: Path::root(), line: None, notice: Notice::new("TW-C099") });
            }
            Err(problems)
        }
    }
}

fn text(path: &FilePath) -> Result<String, Problems> {
    let problem =
        |why: &dyn std::fmt::Display| Problems::with_file(path, Notice::new("TW-C001").with("why", why));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| problem(&error))?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| problem(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Problems::with_file(path, Notice::new("TW-C005").with("largest", LARGEST / 1024 / 1024)));
    }
    String::from_utf8(bytes).map_err(|error| problem(&error.utf8_error()))
}
