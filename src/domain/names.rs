//! Names that cannot be built wrong: whoever holds one of these types holds a checked value.
//!
//! Every string that comes from outside (a payload, a configuration, a command line) becomes one of these at the
//! border. The grammars are deliberately narrower than what git or Forgejo would accept, because each value ends up
//! in a path, in an argument list or on a page.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not a name of the asked kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` is not {kind}: {why}")]
pub struct BadName {
    /// What was expected, with its article: `a repository name`.
    pub kind: &'static str,
    /// The refused text, made safe to show.
    pub shown: String,
    /// The part of the grammar that it breaks.
    pub why: &'static str,
}

fn refuse(kind: &'static str, text: &str, why: &'static str) -> BadName {
    let shown: String = text.escape_debug().take(80).collect();
    BadName { kind, shown, why }
}

/// Declares a checked string type with parsing, display and serialisation through the same check.
macro_rules! checked_name {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the name when `text` is one.
            ///
            /// # Errors
            /// Says which part of the grammar the text breaks.
            pub fn parse(text: &str) -> Result<Self, BadName> {
                let check: fn(&str) -> Result<(), BadName> = $check;
                check(text).map(|()| Self(text.to_owned()))
            }

            /// Returns the name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;
            fn try_from(text: String) -> Result<Self, BadName> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    };
}

fn word(kind: &'static str, text: &str, longest: usize) -> Result<(), BadName> {
    if text.is_empty() {
        return Err(refuse(kind, text, "it is empty"));
    }
    if text.len() > longest {
        return Err(refuse(kind, text, "it is too long"));
    }
    if !text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) {
        return Err(refuse(kind, text, "only letters, digits, `.`, `_` and `-` may stand in it"));
    }
    if text.starts_with(['.', '-']) || text.ends_with('.') {
        return Err(refuse(kind, text, "it starts with `.` or `-`, or ends with `.`"));
    }
    Ok(())
}

/// Returns bytes from outside as text, with `\xNN` for what is no UTF-8; control characters are left to the wording.
pub fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

checked_name!(
    /// The full name of a repository on the forge: `owner/name`.
    RepositoryName,
    |text| {
        let kind = "a repository name";
        let (owner, name) =
            text.split_once('/').ok_or_else(|| refuse(kind, text, "it should read `owner/name`"))?;
        word(kind, owner, 100)?;
        word(kind, name, 100)
    }
);

impl RepositoryName {
    /// Returns the owner, the part before the slash.
    pub fn owner(&self) -> &str {
        self.0.split_once('/').map_or("", |(owner, _)| owner)
    }

    /// Returns the name, the part after the slash.
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }

    /// Returns the name as one path component: `owner.name`.
    pub fn slug(&self) -> String {
        self.0.replace('/', ".").to_ascii_lowercase()
    }

    /// Returns whether both name the same repository; Forgejo compares without case.
    pub fn same_as(&self, other: &RepositoryName) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

checked_name!(
    /// The name of an environment, such as `production`.
    EnvironmentName,
    |text| word("an environment name", text, 40)
);

checked_name!(
    /// The name that the configuration gives to a host, such as `prod-1`.
    HostName,
    |text| word("a host name", text, 40)
);

checked_name!(
    /// The login of a person on the forge.
    Person,
    |text| word("a person's login", text, 100)
);

impl Person {
    /// Returns whether both are the same login; Forgejo compares without case.
    pub fn same_as(&self, other: &Person) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

checked_name!(
    /// The id of a git object: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
    ObjectId,
    |text| {
        let kind = "an object id";
        if !matches!(text.len(), 40 | 64) {
            return Err(refuse(kind, text, "it should have 40 or 64 digits"));
        }
        if !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(refuse(kind, text, "only the digits 0 to 9 and a to f may stand in it"));
        }
        Ok(())
    }
);

impl ObjectId {
    /// Returns whether this is the id that git writes for "no object".
    pub fn is_zero(&self) -> bool {
        self.0.bytes().all(|b| b == b'0')
    }

    /// Returns the first ten digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..10]
    }
}

/// The number of a release; it only grows, and hosts refuse a smaller one than they have seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReleaseId(pub u64);

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_name_has_an_owner_and_a_name_and_nothing_else() {
        for good in ["school/bridge", "a/b", "School-1/bridge.app_2"] {
            assert!(RepositoryName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "bridge", "a/b/c", "../b", "a/..", "a/-x", "a b/c", "a/b\n", "a/b.", "é/b"] {
            assert!(RepositoryName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_object_id_is_lower_case_hexadecimal_of_a_known_length() {
        assert!(ObjectId::parse(&"a".repeat(40)).is_ok());
        assert!(ObjectId::parse(&"0".repeat(64)).is_ok_and(|id| id.is_zero()));
        for bad in ["", "A".repeat(40).as_str(), "a".repeat(41).as_str(), "g".repeat(40).as_str()] {
            assert!(ObjectId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_refused_name_is_shown_without_its_control_characters() {
        let shown = Person::parse("eve\u{1b}[2J").unwrap_err().to_string();
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
    }
}
