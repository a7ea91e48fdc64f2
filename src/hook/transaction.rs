//! The reference-transaction use case: tags made, moved or deleted in the forge's pages or through its API.
//!
//! Those never meet pre-receive. git runs this hook for every change of any ref, several times each, so it is called
//! for almost nothing: only `prepared` can refuse; what a pusher does was judged by pre-receive, and a refusal here
//! would leave them hanging; branches and scratch copies pass. The old ids mean nothing here (they are zero where git
//! does not care): the ref is looked up. Whoever clicked sees only that it failed, so the reason goes to the machine's
//! log and, through the daemon, to the journal and to the commit.

use std::os::unix::net::UnixDatagram;

use super::{PASS, REFUSED, Spoken, Surroundings, ask, cannot, error_notice, guarded, judge, lines};
use crate::config;
use crate::control::{Ask, ForecastTag};
use crate::domain::notice::Notice;
use crate::messages;

/// The machine's log, where there is one.
const LOG: &str = "/dev/log";
/// What the log is told about the message: facility *auth*, severity *warning*.
const PRIORITY: u8 = 4 * 8 + 4;

/// Returns whether a transaction in this state has to be looked at.
pub fn concerns_us(state: Option<&str>) -> bool {
    let pushed = std::env::var_os("GITEA_PUSHER_ID").is_some_and(|id| !id.is_empty());
    state == Some("prepared") && !pushed
}

/// Judges the lines that git hands to a reference-transaction hook, in the repository of the environment.
pub fn judge_input(input: &[u8], surroundings: &Surroundings) -> (Spoken, u8) {
    let silent = (Spoken::new(surroundings.language), PASS);
    // A scratch copy of the forge, or a clone of somebody's: no repository of the forge.
    if surroundings.repository.is_none() || surroundings.wiki {
        return silent;
    }
    let tags = only_tags(input);
    if !lines::concerns_us(&tags) {
        return silent;
    }
    let loaded = config::load_for_hook(&surroundings.config);
    let (config, repository) = match guarded(&loaded, surroundings) {
        Ok(guarded) => guarded,
        Err(answer) => return answer,
    };
    let language = config.server.language;
    let verdict = match judge(&tags, repository) {
        Ok(verdict) => verdict,
        Err(error) => {
            let notice = error_notice(&error);
            log(&messages::with_id(&messages::say(language, &notice), &notice.id));
            return cannot(language, notice);
        }
    };
    let refusals = verdict.refusals();
    if refusals.is_empty() {
        return silent;
    }
    let mut spoken = Spoken::new(language);
    for notice in &refusals {
        spoken.refuse(notice);
        log(&format!(
            "{}: {}",
            repository.name,
            messages::with_id(&messages::say(language, notice), &notice.id)
        ));
    }
    let found = verdict.judged.iter().filter(|judged| !judged.findings.is_empty());
    let tags = found.map(|judged| {
        let id = |id: &Option<crate::domain::names::ObjectId>| id.as_ref().map(ToString::to_string);
        let object = id(&judged.new).unwrap_or_default();
        let tag = ForecastTag {
            name: judged.tag.to_string(),
            object,
            commit: id(&judged.commit).unwrap_or_default(),
        };
        (tag, judged.findings.clone())
    });
    for (tag, why) in tags {
        let ask = Ask::TagRefused { repository: repository.name.to_string(), tag, why };
        if !ask::tell(&config.server.control_socket, ask) {
            log(&messages::say(language, &Notice::new("hook-daemon-untold")));
            break;
        }
    }
    (spoken, REFUSED)
}

/// Returns the lines about tags: the others of a transaction are not ours, and its `HEAD` is no ref of a push.
fn only_tags(input: &[u8]) -> Vec<u8> {
    let is_tag = |line: &&[u8]| {
        line.splitn(3, |byte| *byte == b' ').nth(2).is_some_and(|name| name.starts_with(b"refs/tags/"))
    };
    let mut tags = Vec::new();
    for line in input.split(|byte| *byte == b'\n').filter(is_tag) {
        tags.extend(line);
        tags.push(b'\n');
    }
    tags
}

/// Writes a line to the machine's log; a container often has none, and then standard error is all there is.
fn log(text: &str) {
    if let Ok(socket) = UnixDatagram::unbound() {
        let _ = socket.send_to(format!("<{PRIORITY}>tagwarden-hook: {text}").as_bytes(), LOG);
    }
}
