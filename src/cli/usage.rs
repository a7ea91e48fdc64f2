//! What is answered when the command line is no command: help, the version, or what was not understood.
//!
//! The parser's own error is turned into a message of the catalogue, so that it is said in the person's language
//! and with a hint like every other error.

use std::ffi::OsString;
use std::io::{self, Write};

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::{Colour, Terminal, language_of_environment};
use crate::domain::notice::Notice;
use crate::messages::Language;

/// Returns the language in which to speak before the command line is understood.
pub fn language(words: &[OsString]) -> Language {
    let mut words = words.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        let tag = if word == "--lang" { words.next() } else { word.strip_prefix("--lang=") };
        if let Some(language) = tag.and_then(Language::of) {
            return language;
        }
    }
    language_of_environment()
}

/// Answers a command line that is no command and returns the exit code.
pub fn answer(refused: &clap::Error, language: Language) -> Exit {
    match refused.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Whoever closed the stream has seen enough of the help page.
            let _ = refused.print().and_then(|()| io::stdout().flush());
            Exit::Ok
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = refused.print();
            Exit::Usage
        }
        _ => {
            let terminal = Terminal::new(Default::default(), language, Colour::Auto, false);
            terminal.complain(&Failure::new(Exit::Usage, notice(refused)));
            Exit::Usage
        }
    }
}

/// Returns what was not understood as a message of the catalogue.
fn notice(refused: &clap::Error) -> Notice {
    let text = |kind| refused.get(kind).map(shown);
    let near = text(ContextKind::SuggestedSubcommand)
        .or_else(|| text(ContextKind::SuggestedArg))
        .or_else(|| text(ContextKind::SuggestedValue));
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    match refused.kind() {
        ErrorKind::InvalidSubcommand => {
            let typed = text(ContextKind::InvalidSubcommand).unwrap_or_default();
            match near {
                Some(near) => Notice::new("TW-U003").with("typed", typed).with("near", near),
                None => Notice::new("TW-U002").with("typed", typed),
            }
        }
        ErrorKind::UnknownArgument => match near {
            Some(near) => Notice::new("TW-U005").with("typed", argument).with("near", near),
            None => Notice::new("TW-U004").with("typed", argument),
        },
        ErrorKind::InvalidValue if value.is_empty() => Notice::new("TW-U008").with("argument", argument),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let notice = Notice::new("TW-U006").with("argument", argument).with("value", value);
            match text(ContextKind::ValidValue) {
                Some(valid) => Notice { id: "TW-U007".to_owned(), ..notice }.with("valid", valid),
                None => notice
                    .with("why", std::error::Error::source(refused).map_or(String::new(), |e| e.to_string())),
            }
        }
        ErrorKind::MissingRequiredArgument => Notice::new("TW-U009").with("argument", argument),
        ErrorKind::ArgumentConflict => {
            let other = text(ContextKind::PriorArg).unwrap_or_default();
            Notice::new("TW-U010").with("argument", argument).with("other", other)
        }
        ErrorKind::MissingSubcommand => Notice::new("TW-U011"),
        _ => Notice::new("TW-U012").with("why", first_line(refused)),
    }
}

/// Returns the first line of the parser's own words, without its label.
fn first_line(refused: &clap::Error) -> String {
    let text = refused.render().to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(all) => all.join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(words: &[&str]) -> Notice {
        notice(&crate::cli::command().try_get_matches_from(words).expect_err("the words are no command"))
    }

    #[test]
    fn the_language_is_found_before_the_command_line_is_understood() {
        for (words, language) in [
            (vec!["tagwarden", "--lang", "fr", "nonsense"], Language::Fr),
            (vec!["tagwarden", "nonsense", "--lang=fr"], Language::Fr),
            (vec!["tagwarden", "--lang=en"], Language::En),
        ] {
            let words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
            assert_eq!(super::language(&words), language, "{words:?}");
        }
    }

    #[test]
    fn what_is_not_understood_gets_its_own_message() {
        for (words, id) in [
            (vec!["tagwarden", "zzzzzz"], "TW-U002"),
            (vec!["tagwarden", "completion"], "TW-U003"),
            (vec!["tagwarden", "completions", "bash", "--zzzzzz"], "TW-U004"),
            (vec!["tagwarden", "completions", "bash", "--quite"], "TW-U005"),
            (vec!["tagwarden", "completions", "cmd"], "TW-U007"),
            (vec!["tagwarden", "completions"], "TW-U009"),
        ] {
            assert_eq!(refusal(&words).id, id, "{words:?}");
        }
    }

    #[test]
    fn a_similar_command_is_offered() {
        let notice = refusal(&["tagwarden", "completion"]);
        assert_eq!(notice.values["near"], "completions");
    }
}
