//! Finds the release that a person means: `12`, `v1.4.2`, `school/bridge@v1.4.2`, each with `#production` if need be.

use std::fmt;

use crate::domain::names::ReleaseId;
use crate::engine::view::ReleaseRow;
use crate::engine::{Engine, EngineError, Filter};

/// How many releases are looked through for a name; whoever means an older one names its number.
const NEWEST: usize = 1000;

/// What a person may mean by the name of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing that is there.
    Nothing,
    /// This one.
    One(ReleaseId),
    /// More than one: the same tag in several repositories or environments, newest first.
    Several(Vec<Meaning>),
}

/// One of several releases that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// Its number.
    pub id: ReleaseId,
    /// Its name, which means it alone.
    pub name: String,
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.id, self.name)
    }
}

/// A release's name as people write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written<'a> {
    pub repository: Option<&'a str>,
    pub tag: &'a str,
    pub environment: Option<&'a str>,
}

impl<'a> Written<'a> {
    /// Takes `owner/name@tag#environment` apart.
    pub fn parse(text: &'a str) -> Self {
        let (rest, environment) = match text.rsplit_once('#') {
            Some((rest, environment)) => (rest, Some(environment)),
            None => (text, None),
        };
        let (repository, tag) = match rest.split_once('@') {
            Some((repository, tag)) => (Some(repository), tag),
            None => (None, rest),
        };
        Self { repository, tag, environment }
    }
}

impl Engine {
    /// Returns the release that `text` means: of the same tag in the same environment the newest.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn find(&self, text: &str) -> Result<Found, EngineError> {
        if let Ok(number) = text.strip_prefix('#').unwrap_or(text).parse::<u64>() {
            let state = self.state(ReleaseId(number)).await?;
            return Ok(state.map_or(Found::Nothing, |state| Found::One(state.opening.id)));
        }
        let written = Written::parse(text);
        let filter = Filter {
            repository: written.repository.map(ToOwned::to_owned),
            environment: written.environment.map(ToOwned::to_owned),
            limit: NEWEST,
            ..Filter::default()
        };
        let mut rows: Vec<ReleaseRow> = self.rows(filter).await?;
        rows.retain(|row| row.tag == written.tag);
        let mut meant: Vec<Meaning> = Vec::new();
        for row in rows {
            let name = format!("{}@{}#{}", row.repository, row.tag, row.environment);
            if !meant.iter().any(|known| known.name == name) {
                meant.push(Meaning { id: row.id, name });
            }
        }
        Ok(match meant.as_slice() {
            [] => Found::Nothing,
            [one] => Found::One(one.id),
            [_, ..] => Found::Several(meant),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_at_its_marks() {
        for (text, repository, tag, environment) in [
            ("v1.4.2", None, "v1.4.2", None),
            ("v1.4.2#staging", None, "v1.4.2", Some("staging")),
            ("school/bridge@v1.4.2", Some("school/bridge"), "v1.4.2", None),
            ("school/bridge@app/v1.4.2#production", Some("school/bridge"), "app/v1.4.2", Some("production")),
            ("", None, "", None),
        ] {
            assert_eq!(Written::parse(text), Written { repository, tag, environment }, "{text}");
        }
    }
}
