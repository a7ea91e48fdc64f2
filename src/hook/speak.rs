//! The lines that the pusher sees: one that says what and why, and a hint with the command that repairs it.

use crate::domain::language::Language;
use crate::domain::notice::Notice;
use crate::messages;

/// The longest line, in characters: with `remote: ` before it, two hundred columns.
const WIDEST: usize = 192;
/// The most lines that one list of names takes.
const MOST_LINES: usize = 10;
/// What begins the rest of a long line, so that nothing foreign ever stands at the beginning of a line.
const REST: &str = "  ";

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

    /// Adds what does not stop anybody: `warning: …`, and `hint: …` below.
    pub fn warn(&mut self, notice: &Notice) {
        let worded = messages::word(self.language, notice);
        self.push(format!("warning: {}", messages::with_id(&worded.what, &notice.id)));
        if let Some(hint) = worded.hint {
            self.push(format!("hint: {hint}"));
        }
    }

    /// Adds a sentence about names, as the value `names`; nothing when there are none.
    ///
    /// Many names take several lines, and what does not fit into [`MOST_LINES`] is counted.
    pub fn list(&mut self, notice: &Notice, names: &[String]) {
        let mut rest = names;
        for _ in 0..MOST_LINES {
            if rest.is_empty() {
                return;
            }
            let mut length = 0;
            let fits = rest.iter().take_while(|name| {
                length += name.chars().count() + 2;
                length <= messages::LONGEST_VALUE
            });
            let (now, later) = rest.split_at(fits.count().max(1));
            self.say(&notice.clone().with("names", now.join(", ")));
            rest = later;
        }
        if !rest.is_empty() {
            self.say(&Notice::new("hook-more").with("count", rest.len()));
        }
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
        let mut rest = line;
        while rest.chars().count() > WIDEST {
            let limit = rest.char_indices().nth(WIDEST).map_or(rest.len(), |(at, _)| at);
            let at = rest[..limit].rfind(' ').filter(|at| *at > limit / 2).unwrap_or(limit);
            let next = format!("{REST}{}", rest[at..].trim_start());
            rest.truncate(at);
            self.lines.push(std::mem::replace(&mut rest, next));
        }
        self.lines.push(rest);
    }
}
