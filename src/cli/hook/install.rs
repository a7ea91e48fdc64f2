//! Puts the hooks where the forge runs them, and makes sure that they can run.
//!
//! Races: (a) git runs a hook while it is replaced: it is renamed into place, so that it runs the old one or the new
//! one; (b) the command is killed: what is left beside it is overwritten by the next run.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Place, unheeded};
use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;

/// The scripts as they are shipped.
const PRE_RECEIVE: &str = include_str!("../../../hooks/pre-receive");
const REFERENCE_TRANSACTION: &str = include_str!("../../../hooks/reference-transaction");
/// The name among the forge's hooks: behind the forge's own, which is named `gitea`.
pub const NAME: &str = "zz-tagwarden";
/// The name of the other hook, of which there can only be one.
pub const TRANSACTION: &str = "reference-transaction";
/// What every script of ours holds, and nobody else's does.
const OURS: &str = "tagwarden-hook";
/// The line of the scripts that names the program.
const PROGRAM: &str = "installed=\n";
/// Where the scripts look anyway.
const KNOWN: [&str; 2] = ["/usr/bin", "/usr/local/bin"];

/// How a hook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is there, as this version ships it.
    Ours,
    /// It is there, but nothing may run it.
    NotExecutable,
    /// Another version of it, or somebody else's.
    Other,
    /// It is not there.
    Missing,
    /// It may not be looked at.
    Hidden,
}

/// Returns the files that belong into a place.
pub fn hooks(place: &Place) -> Vec<PathBuf> {
    let mut hooks = vec![place.hooks.join("pre-receive.d").join(NAME)];
    hooks.extend(place.sees_everything.then(|| place.hooks.join(TRANSACTION)));
    hooks
}

/// Returns every file that belongs into a place, with how it stands.
pub fn standing(place: &Place) -> Vec<(PathBuf, Standing)> {
    hooks(place).into_iter().map(|path| (path.clone(), standing_of(&path))).collect()
}

fn standing_of(path: &Path) -> Standing {
    let script = if path.ends_with(TRANSACTION) { REFERENCE_TRANSACTION } else { PRE_RECEIVE };
    match fs::read_to_string(path) {
        Ok(_) if !runs(path) => Standing::NotExecutable,
        Ok(text) if without_program(&text) == script => Standing::Ours,
        Ok(_) => Standing::Other,
        Err(error) if error.kind() == ErrorKind::NotFound => Standing::Missing,
        Err(_) => Standing::Hidden,
    }
}

/// Returns a script as it is shipped: without the program's place.
fn without_program(text: &str) -> String {
    let line =
        |line: &str| if line.starts_with("installed='") { PROGRAM.to_owned() } else { line.to_owned() };
    text.split_inclusive('\n').map(line).collect()
}

/// Returns the program that the script in `path` runs: that which was written into it, or where it looks anyway.
pub fn program_of(path: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let written = text.lines().find_map(|line| line.strip_prefix("installed='")?.strip_suffix('\''));
    let known = KNOWN.iter().map(|folder| Path::new(folder).join("tagwarden-hook"));
    written.map(PathBuf::from).into_iter().chain(known).find(|path| path.is_file())
}

fn runs(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o111 == 0o111)
}

/// Puts both hooks into each place.
pub fn install(places: &[Place], terminal: &Terminal) -> Result<(), Failure> {
    for place in places {
        put(&place.hooks.join("pre-receive.d").join(NAME), PRE_RECEIVE, terminal)?;
        if place.sees_everything {
            let path = place.hooks.join(TRANSACTION);
            // Only one script can stand there, and somebody else's is not ours to take away.
            if fs::read_to_string(&path).is_ok_and(|text| !text.contains(OURS)) {
                return Err(Failure::new(
                    Exit::Conflict,
                    Notice::new("TW-H013").with("path", path.display()),
                ));
            }
            put(&path, REFERENCE_TRANSACTION, terminal)?;
        } else {
            terminal.answer(&Notice::new("hook-only-pushes").with("path", place.hooks.display()))?;
        }
        if let Some(notice) = unheeded(place, terminal) {
            terminal.warn(&notice);
        }
    }
    Ok(())
}

/// Returns the script with the program's place written into it, when it is none of those where it looks anyway.
fn with_program(script: &str) -> String {
    let folder =
        std::env::current_exe().ok().and_then(|path| Some(path.canonicalize().ok()?.parent()?.to_owned()));
    let found = folder.filter(|folder| KNOWN.iter().all(|known| Path::new(known) != folder));
    let program: Option<PathBuf> =
        found.map(|folder| folder.join("tagwarden-hook")).filter(|path| path.is_file());
    match program.as_ref().and_then(|path| path.to_str()).filter(|path| !path.contains(['\'', '\n'])) {
        Some(path) => script.replace(PROGRAM, &format!("installed='{path}'\n")),
        None => script.to_owned(),
    }
}

fn put(path: &Path, script: &str, terminal: &Terminal) -> Result<(), Failure> {
    let unwritable = |error: std::io::Error| {
        Failure::caused(Exit::NotAllowed, Notice::new("TW-H011").with("path", path.display()), &error)
    };
    let script = with_program(script);
    let stands = fs::read_to_string(path).is_ok_and(|text| text == script) && runs(path);
    if !stands {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(unwritable)?;
        let beside = folder.join(".tagwarden-new");
        fs::write(&beside, script).map_err(unwritable)?;
        fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).map_err(unwritable)?;
        fs::rename(&beside, path).map_err(unwritable)?;
        if !runs(path) {
            return Err(Failure::new(Exit::Failed, Notice::new("TW-H014").with("path", path.display())));
        }
    }
    terminal.answer(&Notice::new("hook-installed").with("path", path.display()))
}
