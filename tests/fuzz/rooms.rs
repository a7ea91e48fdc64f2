//! The rooms that the fuzzers feed: the program's own sources, without those that need a database or the network.
//!
//! The whole program would take minutes to build with instrumented code; what is fuzzed needs only the rules, the
//! words, and the two files of the hook that read lines and write them.

#![allow(dead_code, reason = "what is not fuzzed is compiled along")]

#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/hook/lines.rs"]
pub mod lines;
#[path = "../../src/messages/mod.rs"]
pub mod messages;
#[path = "../../src/hook/speak.rs"]
pub mod speak;

/// The one type of the room `git` that the hook's lines name, without the library behind that room.
pub mod git {
    use crate::domain::names::ObjectId;

    /// One ref that a push wants to change.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Update {
        /// The full ref name, any bytes.
        pub name: Vec<u8>,
        /// What it is to point at; `None` = it is to be deleted.
        pub new: Option<ObjectId>,
    }
}

use domain::language::Language;
use domain::notice::Notice;

/// Checks what every refusal must be: worded in both languages with a hint, in lines that no terminal obeys.
pub fn check_refusal(notice: &Notice) {
    for language in [Language::En, Language::Fr] {
        let worded = messages::word(language, notice);
        assert!(worded.hint.is_some(), "{}: nothing to do", notice.id);
        let mut spoken = speak::Spoken::new(language);
        spoken.refuse(notice);
        let text = spoken.text();
        assert!(text.starts_with("error: "), "{text:?}");
        for line in text.lines() {
            assert!(line.chars().count() <= 192, "{line:?}");
            assert!(["error: ", "hint: ", "  "].iter().any(|begin| line.starts_with(begin)), "{line:?}");
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}
