//! What a host's answer says about the newest backup: when it was made, what it is, or why nothing is known.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::domain::notice::Notice;
use crate::domain::plan::Output;
use crate::signals;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A backup that is whole, as far as can be seen.
    Newest {
        /// When it was made.
        at: Timestamp,
        /// What it is, in a few words.
        what: String,
        /// Size, checksum, path, snapshot.
        facts: BTreeMap<String, String>,
    },
    /// There is none, or the newest is not whole.
    Bad {
        /// Why.
        why: Notice,
        /// When the newest was made, if there is one.
        at: Option<Timestamp>,
    },
    /// Nothing is known.
    Unknown {
        /// Why.
        why: Notice,
    },
}

impl Found {
    fn unknown(why: Notice) -> Self {
        Self::Unknown { why }
    }

    fn none() -> Self {
        Self::Bad { why: Notice::new("gate-backup-none"), at: None }
    }
}

fn facts<const N: usize>(pairs: [(&str, String); N]) -> BTreeMap<String, String> {
    pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Returns what the program printed when it ended well.
fn printed(output: &Output) -> Result<&str, Found> {
    if output.status == 0 {
        return Ok(&output.stdout);
    }
    let last = |text: &str| text.lines().rev().find(|line| !line.trim().is_empty()).map(ToOwned::to_owned);
    let said = last(&output.stderr).or_else(|| last(&output.stdout)).unwrap_or_default();
    let why = Notice::new("gate-backup-unlisted").with("status", output.status);
    Err(Found::unknown(why.with("said", signals::evidence(&said))))
}

fn no_list() -> Found {
    Found::unknown(Notice::new("gate-backup-no-list"))
}

#[derive(Deserialize)]
struct Snapshot {
    time: String,
    id: String,
    #[serde(default)]
    hostname: String,
    #[serde(default)]
    paths: Vec<String>,
}

/// Reads what `restic snapshots --json` prints.
pub fn restic(output: &Output) -> Found {
    let text = match printed(output) {
        Ok(text) => text,
        Err(found) => return found,
    };
    // A repository without snapshots is printed as `null` or as an empty list.
    let Ok(list) = serde_json::from_str::<Option<Vec<Snapshot>>>(text) else { return no_list() };
    let mut newest: Option<(Timestamp, Snapshot)> = None;
    for snapshot in list.unwrap_or_default() {
        let Ok(at) = snapshot.time.parse::<Timestamp>() else { return no_list() };
        if newest.as_ref().is_none_or(|(best, _)| *best < at) {
            newest = Some((at, snapshot));
        }
    }
    let Some((at, snapshot)) = newest else { return Found::none() };
    let short = |text: &str| signals::evidence(text);
    let id: String = snapshot.id.chars().take(64).filter(char::is_ascii_alphanumeric).collect();
    let what = id.chars().take(8).collect();
    let facts = facts([
        ("snapshot", id),
        ("host", short(&snapshot.hostname)),
        ("paths", short(&snapshot.paths.join(" "))),
    ]);
    Found::Newest { at, what, facts }
}

#[derive(Deserialize)]
struct Archives {
    archives: Vec<Archive>,
}

#[derive(Deserialize)]
struct Archive {
    name: String,
    #[serde(default)]
    id: String,
    time: Option<String>,
    start: Option<String>,
}

/// Reads what `borg list --json` prints; its times carry no zone, so they are taken for those of `zone`.
pub fn borg(output: &Output, zone: &TimeZone) -> Found {
    let text = match printed(output) {
        Ok(text) => text,
        Err(found) => return found,
    };
    let Ok(list) = serde_json::from_str::<Archives>(text) else { return no_list() };
    let mut newest: Option<(Timestamp, Archive)> = None;
    // A checkpoint is what an interrupted run has left behind.
    for archive in list.archives.into_iter().filter(|one| !is_checkpoint(&one.name)) {
        let written = archive.start.as_deref().or(archive.time.as_deref());
        let Some(at) = written.and_then(|text| instant(text, zone)) else { return no_list() };
        if newest.as_ref().is_none_or(|(best, _)| *best < at) {
            newest = Some((at, archive));
        }
    }
    let Some((at, archive)) = newest else { return Found::none() };
    let name = signals::evidence(&archive.name);
    let id: String = archive.id.chars().take(64).filter(char::is_ascii_alphanumeric).collect();
    Found::Newest { at, what: name.clone(), facts: facts([("archive", name), ("id", id)]) }
}

fn is_checkpoint(name: &str) -> bool {
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('.');
    name.ends_with(".checkpoint") || plain.ends_with(".checkpoint")
}

/// Returns an instant that is written with a zone, or as a clock in `zone` shows it; of a doubled hour the earlier one.
fn instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let civil: DateTime = text.replacen(' ', "T", 1).parse().ok()?;
    zone.to_ambiguous_timestamp(civil).compatible().ok()
}

/// Reads what a command prints that tells the instant of the newest backup.
pub fn command(output: &Output) -> Found {
    let text = match printed(output) {
        Ok(text) => text.trim(),
        Err(found) => return found,
    };
    match text.parse::<Timestamp>() {
        Ok(at) => Found::Newest { at, what: signals::evidence(text), facts: BTreeMap::new() },
        Err(_) => Found::unknown(Notice::new("gate-backup-no-instant").with("said", signals::evidence(text))),
    }
}

/// What the files' script prints, by line.
#[derive(Debug, Default)]
pub struct FileLines<'a> {
    lines: Vec<(&'a str, &'a str)>,
}

impl<'a> FileLines<'a> {
    /// Reads the lines, up to the end that a whole answer has; `before` is what was seen in the same file earlier.
    pub fn read(text: &'a str, before: &'a [String]) -> Option<Self> {
        let split = |line: &'a str| line.split_once(' ').unwrap_or((line, ""));
        let mut lines: Vec<(&str, &str)> = text.lines().map(split).collect();
        if lines.pop() != Some(("end", "")) {
            return None;
        }
        if lines.iter().any(|(name, _)| *name == "same") {
            lines.extend(before.iter().map(|line| split(line)));
        }
        Some(Self { lines })
    }

    fn value(&self, wanted: &str) -> Option<&'a str> {
        self.lines.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value)
    }

    /// Returns under which identity the file was looked into, and what was seen in it; `None` = it was not.
    pub fn seen(&self) -> Option<(String, Vec<String>)> {
        let start = self.lines.iter().position(|(name, _)| *name == "identity")?;
        let (_, identity) = self.lines[start];
        let seen = self.lines[start + 1..].iter().filter(|(name, _)| *name != "same");
        let seen: Vec<String> = seen.map(|(name, value)| format!("{name} {value}")).collect();
        // Whoever installs the missing program wants it to be tried.
        let missing = self.value("tool-missing").is_some();
        (!missing && !seen.is_empty()).then(|| (identity.to_owned(), seen))
    }
}

/// Judges the newest file; a dump's own time, in `zone`, counts where it is earlier than the file's.
pub fn file(lines: &FileLines<'_>, least: u64, zone: Option<&TimeZone>) -> Found {
    if let Some(folder) = lines.value("closed") {
        return Found::unknown(Notice::new("gate-backup-closed").with("folder", signals::evidence(folder)));
    }
    if lines.value("nothing").is_some() {
        return Found::none();
    }
    let (Some(path), Some(about)) = (lines.value("path"), lines.value("about")) else { return no_list() };
    let mut about = about.split(' ');
    let modified = about.next().and_then(|text| Timestamp::from_second(text.parse().ok()?).ok());
    let size: Option<u64> = about.next().and_then(|text| text.parse().ok());
    let (Some(modified), Some(size)) = (modified, size) else { return no_list() };
    let path = signals::evidence(path);
    let created = lines.value("created");
    let made = created.and_then(|text| instant(text, zone?)).map_or(modified, |at| at.min(modified));
    let bad = |id: &str| Notice::new(id).with("path", &path);
    let trouble = if lines.value("small").is_some() {
        Some(bad("gate-backup-small").with("size", size).with("least", least))
    } else if let Some(sum) = lines.value("sum-missing") {
        Some(bad("gate-backup-sum-missing").with("sum", signals::evidence(sum)))
    } else if let Some(sum) = lines.value("sum-unreadable") {
        Some(bad("gate-backup-sum-unreadable").with("sum", signals::evidence(sum)))
    } else if lines.value("sum-other").is_some() {
        Some(bad("gate-backup-sum-other"))
    } else {
        lines.value("broken").map(|said| bad("gate-backup-broken").with("said", signals::evidence(said)))
    };
    if let Some(why) = trouble {
        return Found::Bad { why, at: Some(made) };
    }
    if lines.value("tool-missing").is_some() {
        return Found::unknown(Notice::new("gate-backup-no-tool"));
    }
    let hex = |text: &&str| text.bytes().all(|b| b.is_ascii_hexdigit());
    let Some(sum) =
        lines.value("sum").filter(hex).filter(|_| zone.is_none() || lines.value("whole").is_some())
    else {
        return no_list();
    };
    let facts = facts([
        ("path", path.clone()),
        ("size", size.to_string()),
        ("checksum", sum.to_owned()),
        ("begun", created.map(signals::evidence).unwrap_or_default()),
    ]);
    Found::Newest { at: made, what: path, facts }
}
