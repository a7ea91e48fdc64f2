//! The name of one try of a step on its host.

use std::fmt;

use crate::domain::names::BadName;

/// The longest key.
const LONGEST: usize = 80;

/// A key: `[a-z0-9.-]`, one to 80 characters, starting with a letter or a digit, because it is a folder's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepKey(String);

impl StepKey {
    /// Returns the key when `text` is one.
    ///
    /// # Errors
    /// Says which part of the grammar the text breaks.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let why = if text.is_empty() {
            "it is empty"
        } else if text.len() > LONGEST {
            "it is too long"
        } else if !text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'))
        {
            "only a to z, 0 to 9, `.` and `-` may stand in it"
        } else if text.starts_with(['.', '-']) {
            "it starts with `.` or `-`"
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(BadName { kind: "a step's key", shown: text.escape_debug().take(LONGEST).collect(), why })
    }

    /// Returns the key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_folder_name_and_nothing_more() {
        for good in ["a", "r12-s3-up-1-do", "0.5", &"a".repeat(80)] {
            assert!(StepKey::parse(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "-a", "A", "a/b", "a b", "a\n", "é", &"a".repeat(81)] {
            assert!(StepKey::parse(bad).is_err(), "{bad:?}");
        }
    }
}
