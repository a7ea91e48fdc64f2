//! The only map from what went wrong to an exit code, and the one way in which it is said at the terminal.
//!
//! A reader that went away (`tagwarden status | head -1`) is no failure: the command ends quietly.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use crate::domain::notice::Notice;
use crate::messages::{self, Language, Worded, with_id};

/// The exit codes of every command; other programs rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It worked, and the answer is yes.
    Ok = 0,
    /// It failed.
    Failed = 1,
    /// The command line was not understood.
    Usage = 2,
    /// The person may not do that.
    NotAllowed = 3,
    /// There is no such thing.
    NotFound = 4,
    /// It waits, is closed, or did not end in time.
    Waiting = 5,
    /// Something else was faster, or the thing has changed.
    Conflict = 6,
    /// It may work later without any change.
    TryAgain = 75,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// How a command ended when it did not end well: an exit code and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    exit: Exit,
    said: Vec<Said>,
}

/// One thing that is said: still to be worded, or worded by a room that knows more.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Notice(Notice),
    Worded(Worded),
}

impl Failure {
    /// Returns a failure that says `notice` in the person's language.
    pub fn new(exit: Exit, notice: Notice) -> Self {
        Self { exit, said: vec![Said::Notice(notice)] }
    }

    /// Returns the same failure that says this, too.
    #[must_use]
    pub fn and(mut self, notice: Notice) -> Self {
        self.said.push(Said::Notice(notice));
        self
    }

    /// Returns a failure that says `notice`, with `error` and all its causes as the value `why`.
    pub fn caused(exit: Exit, notice: Notice, error: &dyn Error) -> Self {
        Self::new(exit, notice.with("why", chain(error)))
    }

    /// Returns a failure that says these sentences as they are.
    pub fn worded(exit: Exit, said: impl IntoIterator<Item = Worded>) -> Self {
        Self { exit, said: said.into_iter().map(Said::Worded).collect() }
    }

    /// Returns a failure about which everything has been said already.
    pub fn silent(exit: Exit) -> Self {
        Self { exit, said: Vec::new() }
    }

    /// Returns the exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Returns the lines for standard error, `error: …` and `hint: …`, in the order in which they are said.
    pub fn lines(&self, language: Language) -> Vec<(Label, String)> {
        let mut lines = Vec::new();
        for said in &self.said {
            let (what, hint) = match said {
                Said::Notice(notice) => {
                    let worded = messages::word(language, notice);
                    (with_id(&worded.what, &notice.id), worded.hint)
                }
                Said::Worded(worded) => (worded.what.clone(), worded.hint.clone()),
            };
            lines.push((Label::Error, what));
            lines.extend(hint.map(|hint| (Label::Hint, hint)));
        }
        lines
    }
}

impl From<io::Error> for Failure {
    /// Writing to standard output is the only I/O that reaches a command unworded.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::silent(Exit::Ok),
            _ => Self::caused(Exit::Failed, Notice::new("TW-U001"), &error),
        }
    }
}

/// What stands in front of a line on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Something went wrong.
    Error,
    /// Something may surprise.
    Warning,
    /// What to do about the line above.
    Hint,
}

impl Label {
    /// Returns the word; it is the same in every language because programs look for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error:",
            Self::Warning => "warning:",
            Self::Hint => "hint:",
        }
    }

    /// Returns the terminal's escape sequence for it: bold red, bold yellow, bold cyan.
    pub fn style(self) -> &'static str {
        match self {
            Self::Error => "\u{1b}[1;31m",
            Self::Warning => "\u{1b}[1;33m",
            Self::Hint => "\u{1b}[1;36m",
        }
    }
}

/// Returns an error and its causes in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_codes_are_those_that_other_programs_rely_on() {
        for (exit, code) in [
            (Exit::Ok, 0),
            (Exit::Failed, 1),
            (Exit::Usage, 2),
            (Exit::NotAllowed, 3),
            (Exit::NotFound, 4),
            (Exit::Waiting, 5),
            (Exit::Conflict, 6),
            (Exit::TryAgain, 75),
        ] {
            assert_eq!(exit as u8, code, "{exit:?}");
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure_and_a_full_disk_is_one() {
        let gone = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((gone.exit(), gone.lines(Language::En)), (Exit::Ok, Vec::new()));
        let full = Failure::from(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(full.exit(), Exit::Failed);
        assert_eq!(
            full.lines(Language::En),
            [(Label::Error, "The answer could not be written: no storage space (TW-U001).".to_owned())]
        );
    }

    #[test]
    fn the_id_stands_before_the_full_stop_and_causes_follow_their_effect() {
        assert_eq!(with_id("It is closed.", "TW-K001"), "It is closed (TW-K001).");
        assert_eq!(with_id("run: tagwarden x", "TW-K001"), "run: tagwarden x (TW-K001)");
    }
}
