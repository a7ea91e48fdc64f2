//! The languages in which people are spoken to.
//!
//! It stands here and not beside the texts because the configuration names a language too, and neighbours on a
//! floor do not import each other.

/// The language in which a person is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// Returns the tag that pages and configurations name it by.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// Returns the language that a tag such as `fr`, `fr_FR.UTF-8` or `en-GB` asks for, when we speak it.
    pub fn of(tag: &str) -> Option<Self> {
        let lower = tag.to_ascii_lowercase();
        match lower.split(['_', '-', '.', '@']).next() {
            Some("fr") => Some(Self::Fr),
            Some("en" | "c" | "posix") => Some(Self::En),
            Some(_) | None => None,
        }
    }
}
