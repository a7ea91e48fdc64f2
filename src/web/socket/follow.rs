//! Sends the journal of a release and what its steps print: until now, or as they come until it is over.
//!
//! What a step prints is sent in pieces that end between two characters; bytes that are no text are sent as marks.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::Duration;

use serde_json::{Value, json};

use crate::control::Answer;
use crate::domain::names::ReleaseId;
use crate::domain::release::Phase;
use crate::engine::Engine;
use crate::engine::view::{JournalLine, ReleaseView, StepView};
use crate::web::socket::{Client, calls, failed, refused};

/// The largest piece of a log in one line: escaped sixfold it is still far below the longest line.
const PIECE: usize = 64 << 10;
/// The longest pause between two looks, in case a change was missed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How far the client has been told.
#[derive(Default)]
struct Told {
    /// The last line of the journal.
    journal: u64,
    /// Per step: how many bytes of its log.
    logs: BTreeMap<String, u64>,
    /// The steps that have begun and not ended.
    running: BTreeSet<String>,
    /// Whether the way back was asked for and has not begun: then a complete release is not over.
    asked_back: bool,
}

/// Sends what there is now.
pub(super) async fn until_now(engine: &Engine, args: &Value, client: &mut Client) -> io::Result<()> {
    let id = match calls::meant(engine, args).await {
        Ok(id) => id,
        Err(refusal) => return client.say(&refused(refusal)).await,
    };
    match tell(engine, id, &mut Told::default(), client).await? {
        Some(view) => end(&view, client).await,
        None => Ok(()),
    }
}

/// Sends what there is and what comes, until the release is over or the client goes away.
pub(super) async fn to_the_end(engine: &Engine, args: &Value, client: &mut Client) -> io::Result<()> {
    let id = match calls::meant(engine, args).await {
        Ok(id) => id,
        Err(refusal) => return client.say(&refused(refusal)).await,
    };
    // Subscribed before the first look, so that nothing falls between the two.
    let mut changes = engine.changes();
    let mut told = Told::default();
    loop {
        let Some(view) = tell(engine, id, &mut told, client).await? else { return Ok(()) };
        let over = Phase::named(view.row.phase).is_none_or(|phase| phase.is_over() || phase == Phase::Stuck);
        if over && !told.asked_back {
            return end(&view, client).await;
        }
        tokio::select! {
            // A change of another release only makes us look once more than needed.
            _ = tokio::time::timeout(LOOK_EVERY, changes.recv()) => {}
            () = client.gone() => return Ok(()),
        }
    }
}

async fn end(view: &ReleaseView, client: &mut Client) -> io::Result<()> {
    let value = json!({ "phase": view.row.phase, "headline": view.row.headline });
    client.say(&Answer::Ok { value }).await
}

/// Sends everything that is new; `None` when the release could not be read, and the client was told so.
async fn tell(
    engine: &Engine,
    id: ReleaseId,
    told: &mut Told,
    client: &mut Client,
) -> io::Result<Option<ReleaseView>> {
    let read = async {
        let lines = engine.lines(id, told.journal).await?;
        Ok((lines, engine.view(id).await?))
    };
    let (lines, view) = match read.await {
        Ok((lines, Some(view))) => (lines, view),
        Ok((_, None)) => {
            client.say(&refused(calls::unknown(&id.to_string()))).await?;
            return Ok(None);
        }
        Err(error) => {
            client.say(&refused(failed(error))).await?;
            return Ok(None);
        }
    };
    for line in lines {
        let step = step_of(&line, &view);
        // A step's output stands between the line that starts it and the one that ends it.
        if line.kind == "step_ended" {
            let ended: BTreeSet<String> = step.iter().map(|step| step.key.clone()).collect();
            tell_logs(engine, id, &view, &ended, told, client).await?;
            told.running.retain(|key| !ended.contains(key));
        }
        if let ("step_started", Some(step)) = (line.kind.as_str(), step) {
            told.running.insert(step.key.clone());
        }
        told.journal = told.journal.max(line.seq);
        match line.kind.as_str() {
            "rollback_asked" => told.asked_back = true,
            "rollback_started" | "rolled_back" | "got_stuck" => told.asked_back = false,
            _ => {}
        }
        let value = json!({
            "line": line,
            "step": step.map(|step| json!({ "key": step.key, "name": step.name, "host": step.host })),
            "time_zone": view.row.time_zone,
        });
        client.say(&Answer::Line { value }).await?;
    }
    let running = told.running.clone();
    tell_logs(engine, id, &view, &running, told, client).await?;
    Ok(Some(view))
}

/// Returns the step that a line of the journal names.
fn step_of<'a>(line: &JournalLine, view: &'a ReleaseView) -> Option<&'a StepView> {
    let key = line.step.as_ref()?;
    view.steps.iter().find(|step| step.key == *key)
}

async fn tell_logs(
    engine: &Engine,
    id: ReleaseId,
    view: &ReleaseView,
    keys: &BTreeSet<String>,
    told: &mut Told,
    client: &mut Client,
) -> io::Result<()> {
    for step in view.steps.iter().filter(|step| keys.contains(&step.key)) {
        tell_log(engine, id, step, told, client).await?;
    }
    Ok(())
}

async fn tell_log(
    engine: &Engine,
    id: ReleaseId,
    step: &StepView,
    told: &mut Told,
    client: &mut Client,
) -> io::Result<()> {
    let from = told.logs.entry(step.key.clone()).or_default();
    // A log that cannot be read now is looked for again at the next turn.
    let Ok(Some((bytes, _))) = engine.step_log(id, &step.key, *from).await else { return Ok(()) };
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let length = piece(rest, step.ended_at.is_some());
        if length == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&rest[..length]).into_owned();
        *from += length as u64;
        rest = &rest[length..];
        let value = json!({ "key": step.key, "name": step.name, "host": step.host, "text": text });
        client.say(&Answer::Line { value }).await?;
    }
    Ok(())
}

/// Returns how many bytes of `bytes` are sent at once: never a part of a character that may still be completed.
fn piece(bytes: &[u8], complete: bool) -> usize {
    let length = bytes.len().min(PIECE);
    if complete && length == bytes.len() {
        return length;
    }
    // A character has at most four bytes, so at most three of them can wait for the fourth.
    let tail = (length.saturating_sub(3)..length).rev().find(|at| bytes[*at] & 0b1100_0000 != 0b1000_0000);
    match tail {
        Some(at) if bytes[at] >= 0b1100_0000 => match std::str::from_utf8(&bytes[at..length]) {
            Err(error) if error.error_len().is_none() => at,
            Ok(_) | Err(_) => length,
        },
        Some(_) | None => length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_never_ends_within_a_character() {
        for (bytes, complete, length) in [
            (&b"plain"[..], false, 5),
            ("caf\u{e9}".as_bytes(), false, 5),
            (&"caf\u{e9}".as_bytes()[..4], false, 3),
            (&"caf\u{e9}".as_bytes()[..4], true, 4),
            (&"\u{1f600}".as_bytes()[..3], false, 0),
            (b"\xff\xff\xff", false, 3),
            (b"a\x80\x80\x80\x80", false, 5),
        ] {
            assert_eq!(piece(bytes, complete), length, "{bytes:?} {complete}");
        }
        let long = "\u{e9}".repeat(PIECE);
        assert_eq!(piece(&long.as_bytes()[1..], true) % 2, 1);
    }
}
