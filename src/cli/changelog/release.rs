//! `tagwarden changelog release`: moves Unreleased under a version, dates it, and commits that file alone.
//!
//! Races: (a) killed while it writes, the file is the old one or the new one: the new bytes are complete on disk beside
//! it before they take its name; (b) killed between writing and committing, the next run finds the section in the file
//! and not in the last commit, and commits; (c) an editor saves the file meanwhile: nothing is written over it.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Which, read, worded};
use crate::cli::author::rules::{Rules, configuration};
use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::clock::Clock;
use crate::domain::changelog::{Changelog, Released};
use crate::domain::notice::Notice;
use crate::git::clone::Clone as GitClone;

/// What is wanted.
pub(super) struct Wish<'a> {
    /// The version.
    pub version: semver::Version,
    /// Its date, as typed.
    pub date: Option<&'a str>,
    /// Whether it is committed.
    pub commit: bool,
}

/// Does it; a second run says that it is done.
pub(super) fn release(wish: &Wish<'_>, which: &Which, terminal: &Terminal) -> Result<Exit, Failure> {
    let version = &wish.version;
    let date: Date = match wish.date {
        None => zone(&which.file, terminal)?.to_datetime(Clock::machine().now()).date(),
        Some(text) => {
            text.parse().map_err(|_| Failure::new(Exit::Usage, Notice::new("TW-L017").with("value", text)))?
        }
    };
    let before = read(&which.file)?;
    let released = before
        .release(version, date)
        .map_err(|error| Failure::worded(Exit::Failed, [worded(&error.0, terminal)]))?;
    match released {
        Released::Already(line) => {
            terminal.answer(&Notice::new("changelog-already").with("version", version).with("line", line))?;
            if !wish.commit || !is_left_uncommitted(&which.file, version) {
                return Ok(Exit::Ok);
            }
        }
        Released::Written(bytes) => {
            replace(&which.file, before.bytes(), &bytes)?;
            let said = Notice::new("changelog-released").with("path", which.file.display());
            terminal.answer(&said.with("version", version).with("date", date))?;
        }
    }
    if wish.commit {
        let subject = format!("docs(changelog): release v{version}");
        commit_file(&which.file, &subject)?;
        terminal.answer(&Notice::new("changelog-committed").with("subject", subject))?;
    }
    Ok(Exit::Ok)
}

/// Returns the zone in which the file's repository dates its releases: that of its first calendar, else the machine's.
fn zone(file: &Path, terminal: &Terminal) -> Result<TimeZone, Failure> {
    let zone = match GitClone::open(folder(file)) {
        Ok(clone) => {
            let remote = clone.usual_remote().ok().flatten();
            Rules::find(&clone, remote.as_deref(), None, terminal)?.zone()
        }
        Err(_) => configuration(terminal)?
            .and_then(|config| config.calendars.values().next().map(|calendar| calendar.zone.clone())),
    };
    Ok(zone.unwrap_or_else(TimeZone::system))
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Puts `bytes` in the place of a file that still holds `before`; whoever reads it sees the old bytes or the new ones.
fn replace(path: &Path, before: &[u8], bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::caused(Exit::Failed, Notice::new("TW-L015").with("path", path.display()), &error)
    };
    // Through a link, so that the file that it names is replaced and not the link.
    let real = std::fs::canonicalize(path).map_err(failed)?;
    let mut beside = real.clone().into_os_string();
    beside.push(format!(".tagwarden-{}", std::process::id()));
    let beside = PathBuf::from(beside);
    let rights = std::fs::metadata(&real).map_err(failed)?.permissions();
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        file.write_all(bytes)?;
        file.set_permissions(rights)?;
        file.sync_all()?;
        let same = std::fs::read(&real)? == before;
        if same {
            std::fs::rename(&beside, &real)?;
            // Without it a power cut may bring the old name back after we said that it is done.
            File::open(folder(&real))?.sync_all()?;
        }
        Ok(same)
    })();
    if !matches!(written, Ok(true)) {
        // What is left of the attempt is of no use to anybody.
        let _ = std::fs::remove_file(&beside);
    }
    match written {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::new(Exit::Conflict, Notice::new("TW-L021").with("path", path.display()))),
        Err(error) => Err(failed(error)),
    }
}

fn git(file: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    let name = file.file_name().unwrap_or_default();
    Command::new("git").arg("-C").arg(folder(file)).args(arguments).arg("--").arg(name).output()
}

/// Returns whether the last commit has the file without that section: an earlier run was ended before its commit.
fn is_left_uncommitted(file: &Path, version: &semver::Version) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let shown =
        Command::new("git").arg("-C").arg(folder(file)).arg("show").arg(format!("HEAD:./{name}")).output();
    // Outside a repository there is nothing to commit, and nothing is left over.
    shown.is_ok_and(|shown| {
        shown.status.success() && Changelog::parse(&shown.stdout).section(version).is_none()
    })
}

/// Commits that file alone, whatever else is staged; the clone's own hooks run.
fn commit_file(file: &Path, subject: &str) -> Result<(), Failure> {
    let failed = |why: &str| Failure::new(Exit::Failed, Notice::new("TW-L018").with("why", why));
    let done = git(file, &["commit", "--quiet", "--only", "-m", subject])
        .map_err(|error| failed(&error.to_string()))?;
    if done.status.success() {
        return Ok(());
    }
    let said = [done.stderr, done.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).take(3).collect();
    let why = if lines.is_empty() { "git said nothing".to_owned() } else { lines.join("; ") };
    Err(failed(&why))
}
