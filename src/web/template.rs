//! Paths written as templates: does this path fit, and what stands in its places?
//!
//! Nothing is decoded: every path of ours is plain ASCII, so an encoded one fits nowhere and two spellings of one
//! address cannot exist.

use crate::domain::names::ReleaseId;

/// The longest step key that is looked up.
const LONGEST_KEY: usize = 80;

/// What stands in the places of a template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The number in `{id}`.
    pub id: Option<ReleaseId>,
    /// The words in all other places, in order.
    pub words: Vec<String>,
}

impl Places {
    /// Returns the release's number; a template without `{id}` means none that exists.
    pub fn release(&self) -> ReleaseId {
        self.id.unwrap_or(ReleaseId(0))
    }

    /// Returns the word in place `n`.
    pub fn word(&self, n: usize) -> &str {
        self.words.get(n).map_or("", String::as_str)
    }
}

/// Returns what stands in the places of `template` when `path` fits it.
pub fn fit(template: &str, path: &str) -> Option<Places> {
    let mut places = Places::default();
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(places),
            (Some("{id}"), Some(text)) => places.id = Some(number(text)?),
            (Some("{key}"), Some(text)) => places.words.push(key(text)?.to_owned()),
            (Some(place), Some(text)) if place.starts_with('{') => {
                places.words.push(Some(text).filter(|text| !text.is_empty())?.to_owned());
            }
            (Some(word), Some(text)) if word == text => {}
            (Some(_) | None, Some(_) | None) => return None,
        }
    }
}

/// Returns the number when it is written as we write it.
fn number(text: &str) -> Option<ReleaseId> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text && i64::try_from(number).is_ok()).then_some(ReleaseId(number))
}

fn key(text: &str) -> Option<&str> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-');
    let fits = (1..=LONGEST_KEY).contains(&text.len()) && text.bytes().all(plain);
    Some(text).filter(|text| fits && !text.starts_with(['.', '-']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_its_template_and_no_other_spelling_does() {
        for (template, path, fits) in [
            ("/releases", "/releases", true),
            ("/releases", "/releases/", false),
            ("/releases", "//releases", false),
            ("/releases/{id}", "/releases/12", true),
            ("/releases/{id}", "/releases/+12", false),
            ("/releases/{id}", "/releases/012", false),
            ("/releases/{id}", "/releases/%31", false),
            ("/releases/{id}", "/releases/99999999999999999999", false),
            ("/releases/{id}", "/releases/18446744073709551615", false),
            ("/releases/{id}/steps/{key}", "/releases/1/steps/1.do.2-pull", true),
            ("/releases/{id}/steps/{key}", "/releases/1/steps/..", false),
            ("/releases/{id}/steps/{key}", "/releases/1/steps/", false),
            ("/assets/{digest}/{name}", "/assets/ab/style.css", true),
            ("/assets/{digest}/{name}", "/assets//style.css", false),
        ] {
            assert_eq!(fit(template, path).is_some(), fits, "{template} {path}");
        }
        let places = fit("/releases/{id}/steps/{key}", "/releases/7/steps/a").unwrap_or_default();
        assert_eq!((places.release(), places.word(0)), (ReleaseId(7), "a"));
    }
}
