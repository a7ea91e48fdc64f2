//! The terminal of the person who typed the command: where answers go, in which language and with which colour.
//!
//! Data goes to standard output, everything else to standard error. Nothing here panics when a stream is closed:
//! an answer that cannot be written ends the command, a message that cannot be written is lost with its reader.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::exit::{Failure, Label};
use crate::domain::notice::{Located, Notice};
use crate::messages::{self, Language, with_id};

/// When colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What a command knows about the one who typed it.
#[derive(Debug, Clone)]
pub struct Terminal {
    /// Where the configuration stands.
    pub config: PathBuf,
    /// The language of answers and messages.
    pub language: Language,
    /// Whether only errors are said.
    pub quiet: bool,
    colour: Colour,
}

impl Terminal {
    /// Returns a terminal with these settings.
    pub fn new(config: PathBuf, language: Language, colour: Colour, quiet: bool) -> Self {
        Self { config, language, quiet, colour }
    }

    /// Writes `text` and a line end to standard output.
    ///
    /// # Errors
    /// The reader has gone, or the disk behind it is full.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
    }

    /// Writes `value` to standard output as one JSON document.
    ///
    /// # Errors
    /// The reader has gone, or the disk behind it is full.
    pub fn json(&self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
        self.print(&text)
    }

    /// Writes the sentence of `notice`, and its hint below, to standard output.
    ///
    /// # Errors
    /// The reader has gone, or the disk behind it is full.
    pub fn answer(&self, notice: &Notice) -> Result<(), Failure> {
        let worded = messages::word(self.language, notice);
        self.print(&worded.what)?;
        worded.hint.map_or(Ok(()), |hint| self.print(&hint))
    }

    /// Returns the sentence of `notice` in the person's language.
    pub fn say(&self, notice: &Notice) -> String {
        messages::say(self.language, notice)
    }

    /// Tells on standard error what is going on; silent with `--quiet`.
    pub fn tell(&self, notice: &Notice) {
        if !self.quiet {
            write_error(&self.say(notice));
        }
    }

    /// Warns on standard error; silent with `--quiet`.
    pub fn warn(&self, notice: &Notice) {
        if self.quiet {
            return;
        }
        let worded = messages::word(self.language, notice);
        self.label(Label::Warning, &with_id(&worded.what, &notice.id));
        if let Some(hint) = worded.hint {
            self.label(Label::Hint, &hint);
        }
    }

    /// Warns on standard error about a place in a file; silent with `--quiet`.
    pub fn warn_located(&self, located: &Located) {
        if self.quiet {
            return;
        }
        let worded = messages::word_located(self.language, located);
        self.label(Label::Warning, &worded.what);
        if let Some(hint) = worded.hint {
            self.label(Label::Hint, &hint);
        }
    }

    /// Says on standard error what went wrong.
    pub fn complain(&self, failure: &Failure) {
        for (label, line) in failure.lines(self.language) {
            self.label(label, &line);
        }
    }

    fn label(&self, label: Label, line: &str) {
        if self.colours(&io::stderr()) {
            write_error(&format!("{}{}\u{1b}[0m {line}", label.style(), label.word()));
        } else {
            write_error(&format!("{} {line}", label.word()));
        }
    }

    /// Returns whether colour may be used on `stream`.
    pub fn colours(&self, stream: &impl IsTerminal) -> bool {
        match self.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
                    || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                stream.is_terminal() && !plain
            }
        }
    }
}

/// Writes a line to standard error; when nobody reads it, there is nobody left to tell.
fn write_error(line: &str) {
    let mut error = io::stderr().lock();
    let _ = writeln!(error, "{line}").and_then(|()| error.flush());
}

/// Returns the language that the environment asks for: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set.
pub fn language_of_environment() -> Language {
    let first = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    first.and_then(|tag| Language::of(&tag)).unwrap_or_default()
}
