//! `tagwarden audit export`: the record as lines of JSON, so that others can verify it without us.

use serde_json::{Value, json};

use super::{Of, failed, open};
use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::store::StoreError;

/// What may be typed after `audit export`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden audit export > journal.jsonl
  tagwarden audit export --from 4711 | jq -r '.body // empty | fromjson | [.at, .actor] | @tsv'

First the entries, each with its hash and that of the entry before: an entry's hash is SHA-256 over the text
\"tagwarden journal v1\" with a line end, the 32 bytes of the hash before, and the exact bytes of the body. Then the
checkpoints (C2SP tlog-checkpoint in signed notes) with the number of entries that each vouches for; the hash in them
is that of the last of these entries. The last line is the key that verifies their Ed25519 signatures.")]
pub struct Args {
    #[command(flatten)]
    of: Of,
    /// The first entry to print
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    from: u64,
}

/// Prints.
///
/// # Errors
/// The database cannot be read, or nobody takes the lines.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let path = args.of.path(terminal)?;
    let mut stopped = None;
    let mut say = |line: Value| {
        terminal.print(&line.to_string()).map_err(|failure| {
            stopped = Some(failure);
            StoreError::Closed
        })
    };
    let told = open(&path)?.read(|reading| {
        reading.each_journal_row(args.from, |row| {
            say(json!({
                "seq": row.seq,
                "before": row.before.to_string(),
                "link": row.link.to_string(),
                "body": row.body,
            }))
        })?;
        for kept in reading.checkpoints()? {
            say(json!({ "checkpoint": kept.number, "size": kept.size, "note": kept.note }))?;
        }
        match reading.named_key()? {
            Some(key) => say(json!({ "key": key })),
            None => Ok(()),
        }
    });
    match (stopped, told) {
        (Some(failure), _) => Err(failure),
        (None, Err(error)) => Err(failed(&path, &error)),
        (None, Ok(())) => Ok(Exit::Ok),
    }
}
