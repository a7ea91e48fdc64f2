//! Which Forgejo is this, do we know how to speak with it, and what time is it there?

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::Method;
use reqwest::header::DATE;
use serde::Deserialize;

use crate::forgejo::client::{Ask, Forge, ForgeError};

/// The oldest version that gets security fixes: a long-term one.
const OLDEST_SUPPORTED: u32 = 15;
/// The oldest version whose calls and webhooks are those that we know.
const OLDEST_KNOWN: u32 = 11;

/// What an instance says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// Its version, such as `16.0.0+gitea-1.22.0`.
    pub version: String,
    /// What its clock showed when it answered, to the second.
    pub at: Option<Timestamp>,
}

/// How far a version is supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It is one that this program is made for.
    Full,
    /// It works, but its makers have left it behind.
    Outdated,
    /// It is too old, or no Forgejo.
    None,
}

impl Greeting {
    /// Returns how far this version is supported.
    pub fn support(&self) -> Support {
        let major = self.version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        match major {
            Some(OLDEST_SUPPORTED..) => Support::Full,
            Some(OLDEST_KNOWN..) => Support::Outdated,
            Some(_) | None => Support::None,
        }
    }
}

impl Forge {
    /// Returns what the instance says of itself.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn greeting(&self) -> Result<Greeting, ForgeError> {
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        let path = ["version"];
        let ask = Ask { call: "version", method: Method::GET, path: &path, query: Vec::new(), body: None };
        let answer = self.ask(ask).await?;
        let version: Version = answer.json()?;
        let date = answer.headers.get(DATE).and_then(|date| date.to_str().ok());
        let at = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
        Ok(Greeting { version: version.version, at })
    }

    /// Returns the version of the instance.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn version(&self) -> Result<String, ForgeError> {
        Ok(self.greeting().await?.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_supported_is_told_by_the_first_number() {
        for (version, support) in [
            ("16.0.0", Support::Full),
            ("15.0.3+gitea-1.22.0", Support::Full),
            ("100.0.0", Support::Full),
            ("14.0.1", Support::Outdated),
            ("11.0.0", Support::Outdated),
            ("10.0.3", Support::None),
            ("1.24.6", Support::None),
            ("", Support::None),
            ("next", Support::None),
        ] {
            assert_eq!(Greeting { version: version.to_owned(), at: None }.support(), support, "{version}");
        }
    }
}
