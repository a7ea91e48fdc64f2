//! `tagwarden audit verify`: was any entry changed, swapped, inserted or taken out?

use std::path::Path;

use serde_json::json;

use super::{Of, against, failed, faulty, open, public_key};
use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::audit::Fault;
use crate::domain::checkpoint::Note;
use crate::domain::notice::Notice;
use crate::seal::PublicKey;
use crate::store::{Audited, Reading, StoreError, Trust};

/// What may be typed after `audit verify`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden audit verify
  tagwarden audit verify --file /backup/tagwarden-2026-11-25.db
  tagwarden audit verify --against https://git.example.org/school/records/raw/branch/main/tagwarden.checkpoint
  git -C records show main:tagwarden.checkpoint | tagwarden audit verify --against -
  tagwarden audit verify --key release.example.org/journal+2f9e3c1d+AZ…

Found: any entry that was changed, taken out, put in, swapped or cut off, up to the newest checkpoint even if all
hashes behind it were computed anew, and any checkpoint that was changed, taken out or signed with another key.

Not found by this alone: that journal and checkpoints were both set back to an earlier moment, the last entries since
the newest checkpoint included; and, by whoever owns this host and therefore its key, that all of it was written anew.
A checkpoint that is kept elsewhere shows both, up to that checkpoint: hand it over with --against. The owner of host
and key can rewrite what follows the last copy outside. Hand over the key, too, as it was written down elsewhere.")]
pub struct Args {
    #[command(flatten)]
    of: Of,
    /// An entry that was seen before, with the first digits of its hash
    #[arg(long, value_name = "NUMBER:HASH")]
    known: Option<String>,
    /// Checkpoints that were kept elsewhere: a file, an address, or `-` for standard input
    #[arg(long, value_name = "FILE|URL")]
    against: Vec<String>,
    /// A key that was written down elsewhere; without it those count that the journal itself names
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// An entry that somebody wrote down.
struct Known {
    seq: u64,
    hash: String,
}

/// Answers.
///
/// # Errors
/// The database cannot be read, or the record is not whole.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let known = args.known.as_deref().map(entry).transpose()?;
    let keys: Vec<PublicKey> = args.key.iter().map(|text| public_key(text)).collect::<Result<_, _>>()?;
    let mut outside = Vec::new();
    for from in &args.against {
        outside.extend(against::notes(from)?);
    }
    let path = args.of.path(terminal)?;
    let trust = Trust { keys: &keys, outside: &outside };
    let (audited, link) = look(&path, trust, known.as_ref())?;
    let missing = known.filter(|known| !link.is_some_and(|link| link.starts_with(&known.hash)));
    let missing = missing.map(|known| Notice::new("TW-A005").with("entry", known.seq));
    if args.json {
        return in_json(&audited, missing, terminal);
    }
    let audited = audited.map_err(|fault| faulty(&fault))?;
    match missing {
        Some(missing) => Err(Failure::new(Exit::Failed, missing)),
        None => in_words(&audited, &outside, terminal),
    }
}

fn look(
    path: &Path,
    trust: Trust<'_>,
    known: Option<&Known>,
) -> Result<(Result<Audited, Fault>, Option<String>), Failure> {
    let seen = |reading: &Reading<'_>| -> Result<_, StoreError> {
        let audited = reading.audit(trust)?;
        let link = known.map(|known| reading.link_at(known.seq)).transpose()?.flatten();
        Ok((audited, link.map(|link| link.to_string())))
    };
    open(path)?.read(seen).map_err(|error| failed(path, &error))
}

fn in_json(
    audited: &Result<Audited, Fault>,
    missing: Option<Notice>,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let whole = audited.as_ref().ok();
    let why = audited.as_ref().err().map(Fault::notice).or(missing);
    let problem =
        why.as_ref().map(|why| json!({ "id": why.id, "message": terminal.say(why), "about": why.values }));
    terminal.json(&json!({
        "whole": why.is_none(),
        "entries": whole.map(|audited| audited.entries),
        "last": whole.map(|audited| audited.last.to_string()),
        "checkpoints": whole.map(|audited| audited.checkpoints),
        "covered": whole.map(|audited| audited.covered),
        "key": whole.and_then(|audited| audited.key.clone()),
        "problem": problem,
    }))?;
    if why.is_none() { Ok(Exit::Ok) } else { Err(Failure::silent(Exit::Failed)) }
}

fn in_words(audited: &Audited, outside: &[Note], terminal: &Terminal) -> Result<Exit, Failure> {
    let whole = Notice::new("term-journal-whole")
        .with("entries", audited.entries)
        .with("last", format!("{}:{}", audited.entries, audited.last));
    terminal.answer(&whole)?;
    let vouched = match &audited.key {
        Some(key) if audited.checkpoints > 0 => Notice::new("term-journal-vouched")
            .with("checkpoints", audited.checkpoints)
            .with("covered", audited.covered)
            .with("key", key),
        Some(_) | None => Notice::new("term-journal-unvouched"),
    };
    terminal.answer(&vouched)?;
    if let Some(newest) = outside.iter().map(|note| note.checkpoint.size).max() {
        let held = Notice::new("term-journal-outside").with("count", outside.len()).with("size", newest);
        terminal.answer(&held)?;
    }
    Ok(Exit::Ok)
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
