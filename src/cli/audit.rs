//! `tagwarden audit`: is the record whole, and what does it say? From the state folder or a copy, without the daemon.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::config;
use crate::domain::notice::Notice;
use crate::store::{FILE, Kept, Reading, StoreError};

/// What may be typed after `audit`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden audit verify
  tagwarden audit verify --known 4711:9f86d081884c…
  tagwarden audit export > journal.jsonl

Run it as the account of the daemon: sudo -u tagwarden tagwarden audit verify")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Prove that no entry of the journal was changed, swapped, inserted or taken out
    #[command(before_help = "Examples:
  tagwarden audit verify
  tagwarden audit verify --file /backup/tagwarden-2026-11-25.db
  tagwarden audit verify --known 4711:9f86d081884c…

The chain cannot show that its newest entries were cut off. Whoever writes down the last number and hash elsewhere can
ask with --known whether that entry is still there.")]
    Verify {
        #[command(flatten)]
        of: Of,
        /// An entry that was seen before, with the first digits of its hash
        #[arg(long, value_name = "NUMBER:HASH")]
        known: Option<String>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Print every entry as one line of JSON, with its hash and that of the entry before
    #[command(before_help = "Examples:
  tagwarden audit export > journal.jsonl
  tagwarden audit export --from 4711 | jq -r '.body | fromjson | [.at, .actor] | @tsv'

The hash of an entry is SHA-256 over the text \"tagwarden journal v1\" with a line end, the 32 bytes of the hash before,
and the exact bytes of the body.")]
    Export {
        #[command(flatten)]
        of: Of,
        /// The first entry to print
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        from: u64,
    },
}

#[derive(Debug, clap::Args)]
struct Of {
    /// A copy made by `tagwarden backup`, instead of the state folder
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Answers.
///
/// # Errors
/// The database cannot be read, or the journal is not whole.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    match &args.what {
        What::Verify { of, known, json } => {
            let known = known.as_deref().map(entry).transpose()?;
            verify(&of.path(terminal)?, known.as_ref(), *json, terminal)
        }
        What::Export { of, from } => export(&of.path(terminal)?, *from, terminal),
    }
}

impl Of {
    fn path(&self, terminal: &Terminal) -> Result<PathBuf, Failure> {
        match &self.file {
            Some(file) => Ok(file.clone()),
            None => database(terminal),
        }
    }
}

/// Returns the database in the state folder of the configuration.
///
/// # Errors
/// The configuration is not good.
pub fn database(terminal: &Terminal) -> Result<PathBuf, Failure> {
    let config = config::load_without_secrets(&terminal.config)
        .map_err(|problems| super::config::refused(&problems, terminal))?;
    Ok(config.server.state_dir.join(FILE))
}

/// Opens a database for looking.
///
/// # Errors
/// It is not there, may not be read, or is none of ours.
pub fn open(path: &Path) -> Result<Kept, Failure> {
    Kept::open(path).map_err(|error| failed(path, &error))
}

/// Returns what a database that cannot be used means for a command.
pub fn failed(path: &Path, error: &StoreError) -> Failure {
    let about = |id: &str| Notice::new(id).with("path", path.display());
    match error {
        StoreError::Io(io) if io.kind() == std::io::ErrorKind::NotFound => {
            Failure::new(Exit::NotFound, about("TW-A001"))
        }
        StoreError::Io(io) if io.kind() == std::io::ErrorKind::PermissionDenied => {
            Failure::new(Exit::NotAllowed, about("TW-A002"))
        }
        StoreError::Unreadable(why) => Failure::new(Exit::Failed, about("TW-A003").with("why", why)),
        StoreError::Sqlite(sqlite) => Failure::new(Exit::Failed, about("TW-A003").with("why", sqlite)),
        StoreError::Exists(_) => Failure::new(Exit::Conflict, error.notice()),
        StoreError::Io(_)
        | StoreError::Commit(_)
        | StoreError::Closed
        | StoreError::UnsoundSqlite(_)
        | StoreError::Newer { .. } => Failure::new(Exit::Failed, error.notice()),
    }
}

/// An entry that somebody wrote down.
struct Known {
    seq: u64,
    hash: String,
}

fn entry(text: &str) -> Result<Known, Failure> {
    let parsed = text.split_once(':').and_then(|(seq, hash)| {
        let hash = hash.trim_end_matches('…').to_ascii_lowercase();
        let hexadecimal = hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(Known { seq: seq.parse().ok()?, hash }).filter(|_| hexadecimal)
    });
    let usage = || Failure::new(Exit::Usage, Notice::new("TW-A006").with("typed", text));
    parsed.ok_or_else(usage)
}

fn verify(path: &Path, known: Option<&Known>, json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut kept = open(path)?;
    let seen = |reading: &Reading<'_>| Ok((reading.verify_journal()?, link_of(reading, known)?));
    let (verified, link) = kept.read(seen).map_err(|error| failed(path, &error))?;
    let (verified, why) = match verified {
        Err(broken) => (None, Some(Notice::new("TW-A004").with("why", broken))),
        Ok(verified) => {
            let found = |known: &Known| link.as_ref().is_some_and(|link| link.starts_with(&known.hash));
            let missing = known.filter(|known| !found(known));
            let why = missing.map(|known| Notice::new("TW-A005").with("entry", known.seq));
            (Some(verified), why)
        }
    };
    if json {
        let entries = verified.map(|verified| verified.entries);
        let last = verified.map(|verified| verified.last.to_string());
        let problem = why.as_ref().map(|why| json!({ "id": why.id, "message": terminal.say(why) }));
        terminal
            .json(&json!({ "whole": why.is_none(), "entries": entries, "last": last, "problem": problem }))?;
        return if why.is_none() { Ok(Exit::Ok) } else { Err(Failure::silent(Exit::Failed)) };
    }
    match (verified, why) {
        (_, Some(why)) => Err(Failure::new(Exit::Failed, why)),
        (Some(verified), None) => {
            let whole = Notice::new("term-journal-whole")
                .with("entries", verified.entries)
                .with("last", format!("{}:{}", verified.entries, verified.last));
            terminal.answer(&whole)?;
            Ok(Exit::Ok)
        }
        (None, None) => Ok(Exit::Ok),
    }
}

/// Returns the hash of the entry that somebody wrote down.
fn link_of(reading: &Reading<'_>, known: Option<&Known>) -> Result<Option<String>, StoreError> {
    let Some(known) = known else { return Ok(None) };
    let mut link = None;
    reading.each_journal_row(known.seq, |row| {
        if row.seq == known.seq {
            link = Some(row.link.to_string());
        }
        Ok(())
    })?;
    Ok(link)
}

fn export(path: &Path, from: u64, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut kept = open(path)?;
    let mut stopped = None;
    let told = kept.read(|reading| {
        reading.each_journal_row(from, |row| {
            let line: Value = json!({
                "seq": row.seq,
                "before": row.before.to_string(),
                "link": row.link.to_string(),
                "body": row.body,
            });
            terminal.print(&line.to_string()).map_err(|failure| {
                stopped = Some(failure);
                StoreError::Closed
            })
        })
    });
    match (stopped, told) {
        (Some(failure), _) => Err(failure),
        (None, Err(error)) => Err(failed(path, &error)),
        (None, Ok(())) => Ok(Exit::Ok),
    }
}
