//! The sources that a watch looks at, one file each: what does this source say now?
//!
//! A source answers with a `domain::watch::Look`; what follows from it is not known here. Sources on a host are split
//! in two pure halves, a script to be run there and a judgement of its output, because `remote` is a neighbour: the
//! engine carries the one to the other. What they must remember between two looks is a value that the engine keeps.

pub mod alerts;
pub mod container;
pub mod http;
pub mod log;
pub mod prometheus;
mod redact;

pub use redact::redact;

use jiff::Timestamp;

use crate::domain::watch::{Answer, Look};

/// The longest evidence, in characters: one line that a phone and a chat message can still show.
const LONGEST_EVIDENCE: usize = 300;

/// Returns the look for a source that could not be asked, such as a host that is not reached.
pub fn unreached(signal: &str, at: Timestamp, why: &str) -> Look {
    Look { signal: signal.to_owned(), at, answer: Answer::Error, evidence: evidence(why) }
}

/// Returns `text` as evidence: without secrets and control characters, on one line, cut to a readable length.
pub fn evidence(text: &str) -> String {
    let clean = redact(&plain(text));
    if clean.chars().count() <= LONGEST_EVIDENCE {
        return clean;
    }
    let cut: String = clean.chars().take(LONGEST_EVIDENCE - 1).collect();
    format!("{cut}…")
}

/// Returns `text` without terminal sequences; other control characters become spaces.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                // ESC [ … up to its final letter.
                Some('[') => drop(chars.find(|c| ('@'..='~').contains(c))),
                // ESC ] … up to BEL or ESC \.
                Some(']') => {
                    let end = chars.find(|c| matches!(c, '\u{7}' | '\u{1b}'));
                    if end == Some('\u{1b}') {
                        chars.next_if_eq(&'\\');
                    }
                }
                Some(_) | None => {}
            },
            '\u{9b}' => drop(chars.find(|c| ('@'..='~').contains(c))),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_sequences_and_control_characters_do_not_get_through() {
        for (raw, expected) in [
            ("plain text", "plain text"),
            ("\u{1b}[2K\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]0;title\u{1b}\\after", "after"),
            ("a\tb\r\nc", "a b  c"),
            ("cut \u{1b}[3", "cut "),
            ("cut \u{1b}", "cut "),
            ("\u{9b}31mred", "red"),
        ] {
            assert_eq!(plain(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn evidence_is_redacted_and_cut_between_characters() {
        let long = "é".repeat(1000);
        assert_eq!(evidence(&long).chars().count(), LONGEST_EVIDENCE);
        assert_eq!(evidence("password=hunter2"), "password=[secret]");
    }
}
