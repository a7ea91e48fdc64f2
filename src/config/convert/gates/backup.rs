//! Table `[repository.environment.gates.backup]`, as meant.

use jiff::tz::TimeZone;

use crate::config::convert::found::Scope;
use crate::config::convert::text::{self, hours, seconds};
use crate::config::convert::{Findings, calendar};
use crate::config::gates::{Backup, BackupSource, Gate, GateSource, Take};
use crate::config::problem::Path;
use crate::config::raw;
use crate::config::raw::gates::{BackupKind, OnStale};
use crate::domain::names::HostName;
use crate::domain::notice::Notice;

use super::{Around, host, max_age};

/// Returns the gate.
pub fn backup(
    raw: &raw::gates::Backup,
    around: &Around<'_>,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<Gate> {
    let known = host(raw.host.as_deref(), around, at, found);
    // A kind that is none was reported; what belongs to which cannot be told then.
    let source = match found.clean(&at.key("kind")) {
        true => source(raw, at, found),
        false => None,
    };
    let take = take(raw, at, found);
    let max_age = max_age(&raw.max_age, at, found);
    known?;
    let host = raw.host.as_deref().and_then(|name| HostName::parse(name).ok());
    let source = GateSource::Backup(Backup { host, source: source?, take: take? });
    Some(Gate { name: "backup".to_owned(), max_age: max_age?, source })
}

fn source(raw: &raw::gates::Backup, at: &Path, found: &mut Findings<'_>) -> Option<BackupSource> {
    foreign_keys(raw, at, found);
    match raw.kind {
        BackupKind::Restic => {
            Some(BackupSource::Restic { run: run(raw, Some(&["restic", "snapshots", "--json"]), at, found)? })
        }
        BackupKind::Borg => {
            let (run, zone) = (run(raw, Some(&["borg", "list", "--json"]), at, found), zone(raw, at, found));
            Some(BackupSource::Borg { run: run?, zone: zone? })
        }
        BackupKind::File => {
            let (pattern, min_size) = (pattern(raw, at, found), min_size(raw, at, found));
            let checksum = checksum(raw, at, found);
            Some(BackupSource::File { pattern: pattern?, checksum: checksum?, min_size: min_size? })
        }
        BackupKind::Postgres => {
            let (pattern, min_size) = (pattern(raw, at, found), min_size(raw, at, found));
            let zone = zone(raw, at, found);
            Some(BackupSource::Postgres { pattern: pattern?, min_size: min_size?, zone: zone? })
        }
        BackupKind::Command => Some(BackupSource::Command { run: run(raw, None, at, found)? }),
    }
}

/// Reports keys that say nothing for this kind.
fn foreign_keys(raw: &raw::gates::Backup, at: &Path, found: &mut Findings<'_>) {
    let is = |kinds: &[BackupKind]| kinds.contains(&raw.kind);
    let of_files = is(&[BackupKind::File, BackupKind::Postgres]);
    let zoned = is(&[BackupKind::Borg, BackupKind::Postgres]);
    for (key, foreign, belongs) in [
        ("run", raw.run.is_some() && of_files, "kind = \"restic\", \"borg\", \"command\""),
        ("path", raw.path.is_some() && !of_files, "kind = \"file\", \"postgres\""),
        ("checksum", raw.checksum.is_some() && !is(&[BackupKind::File]), "kind = \"file\""),
        ("time_zone", raw.time_zone.is_some() && !zoned, "kind = \"borg\", \"postgres\""),
    ] {
        if foreign {
            found.report(&at.key(key), Notice::new("TW-C034").with("belongs", belongs));
        }
    }
}

fn run(
    raw: &raw::gates::Backup,
    usual: Option<&[&str]>,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<Vec<String>> {
    match (&raw.run, usual) {
        (Some(run), _) => text::command(run, &at.key("run"), found),
        (None, Some(usual)) => Some(usual.iter().map(|word| (*word).to_owned()).collect()),
        (None, None) => found.refuse(&at.key("run"), Notice::new("TW-C006")),
    }
}

fn pattern(raw: &raw::gates::Backup, at: &Path, found: &mut Findings<'_>) -> Option<String> {
    match &raw.path {
        Some(path) => text::absolute(path, &at.key("path"), found).map(|_| path.clone()),
        None => found.refuse(&at.key("path"), Notice::new("TW-C006")),
    }
}

/// Returns the ending of the checksum file, without the dot before it.
fn checksum(raw: &raw::gates::Backup, at: &Path, found: &mut Findings<'_>) -> Option<Option<String>> {
    let Some(written) = &raw.checksum else { return Some(None) };
    let ending = written.trim_start_matches('.');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if ending.is_empty() || !ending.bytes().all(plain) {
        return found.refuse(&at.key("checksum"), Notice::new("TW-C110").with("value", written));
    }
    Some(Some(ending.to_owned()))
}

fn min_size(raw: &raw::gates::Backup, at: &Path, found: &mut Findings<'_>) -> Option<u64> {
    u64::try_from(raw.min_size).ok().filter(|size| *size > 0).or_else(|| {
        let notice = Notice::new("TW-C038").with("value", raw.min_size).with("least", 1);
        found.refuse(&at.key("min_size"), notice.with("most", i64::MAX))
    })
}

fn zone(raw: &raw::gates::Backup, at: &Path, found: &mut Findings<'_>) -> Option<Option<TimeZone>> {
    match &raw.time_zone {
        // Finding a zone takes longer than all that the hook does, and it has no use for it.
        Some(name) if found.scope() != Scope::Door => {
            calendar::zone(name, &at.key("time_zone"), found).map(Some)
        }
        Some(_) | None => Some(None),
    }
}

fn take(raw: &raw::gates::Backup, at: &Path, found: &mut Findings<'_>) -> Option<Option<Take>> {
    if !found.clean(&at.key("on_stale")) {
        return None;
    }
    match (raw.on_stale, &raw.take) {
        (OnStale::Wait, None) => Some(None),
        (OnStale::Wait, Some(_)) => {
            let notice = Notice::new("TW-C034").with("belongs", "on_stale = \"take\"");
            found.refuse(&at.key("take"), notice)
        }
        (OnStale::Take, None) => found.refuse(&at.key("take"), Notice::new("TW-C006")),
        (OnStale::Take, Some(run)) => {
            let run = text::command(run, &at.key("take"), found);
            let limit = text::length(&raw.take_limit, seconds(1)..=hours(24), &at.key("take_limit"), found);
            Some(Some(Take { run: run?, limit: limit? }))
        }
    }
}
