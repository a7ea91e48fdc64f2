//! In which language is this person spoken to, and how is this said?

use hyper::header::{ACCEPT_LANGUAGE, HeaderMap};

use crate::domain::notice::Notice;
use crate::messages::{Language, Worded, say, word};

/// Somebody who speaks one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voice(pub Language);

impl Voice {
    /// Returns the voice that was asked for: `?lang=`, then the cookie that remembers it, then the browser's list, then
    /// the configured one.
    pub fn of(asked: Option<&str>, remembered: Option<&str>, headers: &HeaderMap, usual: Language) -> Self {
        let from_list =
            || headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(preferred);
        let language = asked.and_then(Language::of).or_else(|| remembered.and_then(Language::of));
        Self(language.or_else(from_list).unwrap_or(usual))
    }

    /// Returns the language as HTML and HTTP write it.
    pub fn tag(self) -> &'static str {
        self.0.tag()
    }

    /// Returns the text `id`.
    pub fn text(self, id: &str) -> String {
        say(self.0, &Notice::new(id))
    }

    /// Returns the sentence of a notice.
    pub fn say(self, notice: &Notice) -> String {
        say(self.0, notice)
    }

    /// Returns a notice in words, with its hint.
    pub fn word(self, notice: &Notice) -> Worded {
        word(self.0, notice)
    }
}

/// Returns the language of ours with the greatest weight in an `Accept-Language` list; the earlier wins a tie.
fn preferred(list: &str) -> Option<Language> {
    let mut best: Option<(f32, Language)> = None;
    for item in list.split(',') {
        let mut parts = item.split(';');
        let Some(language) = parts.next().map(str::trim).and_then(Language::of) else { continue };
        let weight =
            parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
        let weight: f32 = weight.unwrap_or(0.0);
        if weight > 0.0 && best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_weight_wins_and_what_we_do_not_speak_is_passed_over() {
        for (list, expected) in [
            ("fr", Some(Language::Fr)),
            ("de, fr;q=0.8, en;q=0.7", Some(Language::Fr)),
            ("en-GB,fr;q=0.9", Some(Language::En)),
            ("en;q=0.1, fr-CA;q=0.2", Some(Language::Fr)),
            ("fr;q=0, en;q=0.1", Some(Language::En)),
            ("de", None),
            ("fr;q=x", None),
            ("", None),
        ] {
            assert_eq!(preferred(list), expected, "{list}");
        }
    }

    #[test]
    fn the_address_wins_over_the_memory_and_the_memory_over_the_browser() {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, "fr".parse().unwrap());
        assert_eq!(Voice::of(Some("en"), Some("fr"), &headers, Language::Fr), Voice(Language::En));
        assert_eq!(Voice::of(None, Some("en"), &headers, Language::Fr), Voice(Language::En));
        assert_eq!(Voice::of(Some("xx"), None, &headers, Language::En), Voice(Language::Fr));
        assert_eq!(Voice::of(None, None, &HeaderMap::new(), Language::Fr), Voice(Language::Fr));
    }
}
