//! Do the containers' logs hold a text that must not appear?
//!
//! Logs are polled, never followed: following hangs over restarts. One look asks the host for its time, then every
//! container for what it wrote since the mark; the mark of the next look is that time. Lines from the mark on and before
//! the host's time are judged, so every line is judged once, in containers that were replaced too, whatever the
//! daemon's own clock shows. Instants are written with `Z`, since docker takes others for the host's local time.
//!
//! Races: (a) a line is written while the logs are read: it bears a time after the host's and is left to the next look;
//! (b) a look fails half-way: the mark stays, and the next look reads the same stretch again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::container::{owned, script};
use super::{evidence, plain};
use crate::domain::plan::{Output, Script};
use crate::domain::watch::{Answer, Look};

/// How many lines of one container are read in one look; at a look every ten seconds this is 2,000 lines a second.
const MOST_LINES: usize = 20_000;

/// What the first look reads: enough to see that the logs can be read, too little to judge what ran before.
const FIRST_STRETCH: &str = "10s";

/// Up to where the logs were judged, on the host's clock; empty before the first look.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Memory {
    mark: Option<Timestamp>,
}

/// Returns the script that reads what these containers wrote since the last look.
pub fn look(ids: &[String], memory: &Memory) -> Script {
    let since = memory.mark.map_or_else(|| FIRST_STRETCH.to_owned(), |mark| mark.to_string());
    let most = MOST_LINES.to_string();
    let mut commands = vec![owned(&["date", "-u", "+%Y-%m-%dT%H:%M:%SZ"])];
    commands.extend(
        ids.iter()
            .map(|id| owned(&["docker", "logs", "--timestamps", "--since", &since, "--tail", &most, id])),
    );
    script(commands)
}

/// Judges the output of [`look`]: any line that contains one of the `fatal` texts is bad.
///
/// The memory returned is for the next look; when the logs could not be read it is the old one.
pub fn judge(
    signal: &str,
    at: Timestamp,
    fatal: &[String],
    output: &Output,
    memory: &Memory,
) -> (Look, Memory) {
    let look = |answer, text: &str| Look { signal: signal.to_owned(), at, answer, evidence: evidence(text) };
    if output.status != 0 {
        let text = format!("docker logs ended with {}: {}", output.status, last_line(&output.stderr));
        return (look(Answer::Error, &text), memory.clone());
    }
    let (first, rest) = output.stdout.split_once('\n').unwrap_or((&output.stdout, ""));
    let Ok(host_time) = first.trim().parse::<Timestamp>() else {
        return (look(Answer::Error, "the host did not tell its time"), memory.clone());
    };
    let next = Memory { mark: Some(host_time) };
    let all: Vec<Line> = rest.lines().chain(output.stderr.lines()).map(Line::read).collect();
    let fresh =
        |line: &&Line| line.at.is_none_or(|at| at < host_time && memory.mark.is_none_or(|mark| at >= mark));
    let lines: Vec<&Line> = all.iter().filter(fresh).collect();
    let hits: Vec<(&str, &Line)> = lines
        .iter()
        .filter_map(|line| {
            fatal.iter().find(|text| line.text.contains(text.as_str())).map(|text| (text.as_str(), *line))
        })
        .collect();
    if let Some((text, line)) = hits.first() {
        let more = if hits.len() > 1 { format!(" (and {} more)", hits.len() - 1) } else { String::new() };
        return (look(Answer::Bad, &format!("`{text}` in the logs{more}: {}", line.text.trim())), next);
    }
    // Per container the newest lines are read; so many may mean that older ones were not.
    if all.len() >= MOST_LINES {
        let text =
            format!("{} lines since the last look: too many to be read, none is called good", all.len());
        return (look(Answer::NoData, &text), next);
    }
    (look(Answer::Ok, &format!("{} lines read, none of {} texts in them", lines.len(), fatal.len())), next)
}

struct Line {
    at: Option<Timestamp>,
    text: String,
}

impl Line {
    /// Reads `2026-11-25T09:00:00.123456789Z text`; a line without a time is taken as it stands.
    fn read(raw: &str) -> Self {
        let stamped = raw.split_once(' ').and_then(|(at, text)| Some((at.parse().ok()?, text)));
        match stamped {
            Some((at, text)) => Self { at: Some(at), text: plain(text) },
            None => Self { at: raw.trim().parse().ok(), text: plain(raw) },
        }
    }
}

fn last_line(text: &str) -> &str {
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing on standard error")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        "2026-11-25T09:00:30Z".parse().unwrap()
    }

    fn output(stdout: &str, stderr: &str) -> Output {
        Output { status: 0, stdout: stdout.to_owned(), stderr: stderr.to_owned() }
    }

    fn fatal() -> Vec<String> {
        vec!["panicked at".to_owned(), "FATAL".to_owned()]
    }

    const HOST: &str = "2026-11-25T09:00:20Z\n";

    #[track_caller]
    fn says(output: &Output, memory: &Memory, answer: Answer, text: &str) -> Memory {
        let (look, memory) = judge("logs", at(), &fatal(), output, memory);
        assert_eq!((look.answer, look.evidence.as_str()), (answer, text));
        memory
    }

    #[test]
    fn a_fatal_text_on_either_stream_is_bad_and_its_line_is_redacted() {
        let line = "2026-11-25T09:00:15.5Z \u{1b}[2Kthread panicked at x, password=hunter2\n";
        let shown = "`panicked at` in the logs: thread panicked at x, password=[secret]";
        says(&output(&format!("{HOST}{line}"), ""), &Memory::default(), Answer::Bad, shown);
        says(&output(HOST, line), &Memory::default(), Answer::Bad, shown);
        let two = format!("{line}2026-11-25T09:00:16Z FATAL: no\n");
        let shown = "`panicked at` in the logs (and 1 more): thread panicked at x, password=[secret]";
        says(&output(HOST, &two), &Memory::default(), Answer::Bad, shown);
    }

    #[test]
    fn every_line_is_judged_exactly_once() {
        let lines = "2026-11-25T09:00:09Z FATAL old\n2026-11-25T09:00:10Z FATAL in\n2026-11-25T09:00:20Z FATAL next\n";
        let memory = Memory { mark: Some("2026-11-25T09:00:10Z".parse().unwrap()) };
        let next = says(&output(HOST, lines), &memory, Answer::Bad, "`FATAL` in the logs: FATAL in");
        let later = output("2026-11-25T09:00:30Z\n", lines);
        says(&later, &next, Answer::Bad, "`FATAL` in the logs: FATAL next");
    }

    #[test]
    fn quiet_logs_are_good_and_unread_ones_are_not() {
        let quiet = output(&format!("{HOST}2026-11-25T09:00:15Z tick\n"), "2026-11-25T09:00:16Z tock\n");
        let memory = says(&quiet, &Memory::default(), Answer::Ok, "2 lines read, none of 2 texts in them");
        assert_eq!(memory.mark, Some("2026-11-25T09:00:20Z".parse().unwrap()));
        let failed =
            Output { status: 1, ..output(HOST, "noise\nlogging driver does not support reading\n\n") };
        let text = "docker logs ended with 1: logging driver does not support reading";
        assert_eq!(says(&failed, &memory, Answer::Error, text), memory);
        says(&output("", ""), &memory, Answer::Error, "the host did not tell its time");
        let flood = "2026-11-25T09:00:20Z tick\n".repeat(MOST_LINES);
        let text = "20000 lines since the last look: too many to be read, none is called good";
        says(&output(HOST, &flood), &memory, Answer::NoData, text);
    }

    #[test]
    fn the_script_asks_from_the_mark_on_with_a_zone() {
        let ids = ["a".repeat(64), "b".repeat(64)];
        let first = look(&ids, &Memory::default());
        assert_eq!(first.commands.len(), 3);
        assert_eq!(first.commands[0], ["date", "-u", "+%Y-%m-%dT%H:%M:%SZ"]);
        assert_eq!(first.commands[1][..5], ["docker", "logs", "--timestamps", "--since", "10s"]);
        let memory = Memory { mark: Some("2026-11-25T09:00:20Z".parse().unwrap()) };
        assert_eq!(look(&ids, &memory).commands[2][4], "2026-11-25T09:00:20Z");
    }
}
