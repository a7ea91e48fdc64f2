//! The lines that the pusher sees: one that says what and why, and a hint with the command that repairs it.

use crate::domain::language::Language;
use crate::domain::notice::Notice;
use crate::messages;

/// The longest line, in characters: what a wide terminal shows behind `remote: `.
const WIDEST: usize = 200;

/// What is said to the pusher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    language: Language,
    lines: Vec<String>,
}

impl Spoken {
    /// Returns silence in this language.
    pub fn new(language: Language) -> Self {
        Self { language, lines: Vec::new() }
    }

    /// Adds a refusal: `error: …`, and `hint: …` below.
    pub fn refuse(&mut self, notice: &Notice) {
        let worded = messages::word(self.language, notice);
        self.push(format!("error: {}", messages::with_id(&worded.what, &notice.id)));
        if let Some(hint) = worded.hint {
            self.push(format!("hint: {hint}"));
        }
    }

    /// Adds a plain sentence.
    pub fn say(&mut self, notice: &Notice) {
        self.push(format!("tagwarden: {}", messages::say(self.language, notice)));
    }

    /// Returns all lines.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn push(&mut self, line: String) {
        if line.chars().count() <= WIDEST {
            self.lines.push(line);
            return;
        }
        // A second line instead of a cut: the end often holds the command.
        let mut rest = line.as_str();
        while rest.chars().count() > WIDEST {
            let limit = rest.char_indices().nth(WIDEST).map_or(rest.len(), |(at, _)| at);
            let at = rest[..limit].rfind(' ').filter(|at| *at > limit / 2).unwrap_or(limit);
            self.lines.push(rest[..at].to_owned());
            rest = rest[at..].trim_start();
        }
        self.lines.push(rest.to_owned());
    }
}
