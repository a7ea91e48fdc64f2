//! Asks and tells the daemon, within a limit that holds for all of it.
//!
//! Races: the daemon is away, silent, slow or of another version: whoever pushes is told that it does not answer, and
//! the judgement stands all the same.

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::control::{Answer, Ask, Client, Request, VERSION};
use crate::domain::notice::Notice;

/// How long the daemon is waited for: the pusher's answer is due in the same second, and it is only about what is next.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the daemon says will happen next.
pub struct Forecast {
    /// What happens, in sentences.
    pub next: Vec<Notice>,
    /// Where to follow it.
    pub link: String,
}

/// Returns what the daemon says will happen next; `None` when it does not say so in time.
pub fn forecast(socket: &Path, ask: Ask) -> Option<Forecast> {
    match answer(socket, ask)? {
        Answer::Forecast { next, link, known: _, places: _ } => Some(Forecast { next, link }),
        Answer::Ok { .. } | Answer::Line { .. } | Answer::End | Answer::Refused { .. } => None,
    }
}

/// Tells the daemon something; returns whether it took it.
pub fn tell(socket: &Path, ask: Ask) -> bool {
    matches!(answer(socket, ask), Some(Answer::Ok { .. }))
}

/// A thread asks, because every single wait can be short and all of them together long.
fn answer(socket: &Path, ask: Ask) -> Option<Answer> {
    let (said, heard) = mpsc::channel();
    let socket = socket.to_owned();
    thread::spawn(move || {
        let answer = Client::connect(&socket, Some(PATIENCE))
            .and_then(|mut client| client.ask(&Request { v: VERSION, ask }));
        // Nobody may be waiting any more.
        let _ = said.send(answer.ok());
    });
    heard.recv_timeout(PATIENCE).ok().flatten()
}
