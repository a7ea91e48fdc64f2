//! `tagwarden tag parse`: what do names of tags mean?

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;

use serde_json::{Value, json};

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::version::{Tag, TagKind};
use crate::messages;

/// What may be typed after `tag parse`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The names
    #[arg(value_name = "NAME", required_unless_present = "stdin0")]
    names: Vec<OsString>,
    /// Read names from standard input, each ended by a NUL byte
    #[arg(long)]
    stdin0: bool,
    /// What stands before the version
    #[arg(long, value_name = "PREFIX", default_value = "v")]
    prefix: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Answers.
///
/// # Errors
/// Standard input cannot be read, or standard output cannot be written.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let Args { names, stdin0, prefix, json } = args;
    let mut all: Vec<Vec<u8>> = names.iter().map(|name| name.as_bytes().to_vec()).collect();
    if *stdin0 {
        let mut input = Vec::new();
        std::io::stdin().lock().read_to_end(&mut input)?;
        let mut parts: Vec<&[u8]> = input.split(|byte| *byte == 0).collect();
        // What stands behind the last NUL is a name only when there is something.
        if parts.last().is_some_and(|last| last.is_empty()) {
            parts.pop();
        }
        all.extend(parts.into_iter().map(<[u8]>::to_vec));
    }
    let parsed: Vec<(Vec<u8>, Result<Tag, _>)> = all
        .into_iter()
        .map(|name| {
            let tag = Tag::parse(&name, prefix);
            (name, tag)
        })
        .collect();
    let valid = parsed.iter().all(|(_, tag)| tag.is_ok());
    if *json {
        let shown: Vec<Value> =
            parsed.iter().map(|(name, tag)| as_json(name, tag.as_ref(), terminal)).collect();
        terminal.json(&shown)?;
        return Ok(if valid { Exit::Ok } else { Exit::Failed });
    }
    for (_, tag) in &parsed {
        match tag {
            Ok(tag) => terminal.print(&format!("{tag}\t{}\t{}", kind(tag.kind()), tag.version()))?,
            Err(notice) => terminal.complain(&Failure::new(Exit::Failed, notice.clone())),
        }
    }
    Ok(if valid { Exit::Ok } else { Exit::Failed })
}

fn kind(kind: TagKind) -> &'static str {
    match kind {
        TagKind::Release => "release",
        TagKind::Prerelease => "prerelease",
        TagKind::Rollback => "rollback",
    }
}

fn as_json(name: &[u8], tag: Result<&Tag, &crate::domain::notice::Notice>, terminal: &Terminal) -> Value {
    let shown = String::from_utf8_lossy(name);
    match tag {
        Ok(tag) => json!({
            "tag": shown, "valid": true, "kind": kind(tag.kind()), "version": tag.version().to_string(), "error": null,
        }),
        Err(notice) => {
            let message = messages::say(terminal.language, notice);
            json!({
                "tag": shown, "valid": false, "kind": null, "version": null,
                "error": { "id": notice.id, "message": message },
            })
        }
    }
}
