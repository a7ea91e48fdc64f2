//! How we say things: one catalogue, every message by its id, in English and French side by side.
//!
//! A message has a sentence that says what and why, and, apart from it, a hint that says what to do (often a
//! command). Foreign values are escaped and capped when they are filled in; JSON keys, log fields and ids are never
//! translated.

mod catalogue;
mod markdown;
mod safe;
pub mod when;

pub use markdown::{literal, quotation};
pub use safe::{LONGEST_VALUE, printable, printed, safe};

pub use crate::domain::language::Language;
use crate::domain::notice::{Located, Notice};

/// One message of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The id, such as `TW-T012`; plain words (`status-waiting`) for texts that are no errors.
    pub id: &'static str,
    /// The English sentence.
    pub en: &'static str,
    /// The French sentence.
    pub fr: &'static str,
    /// The English hint, empty when there is nothing to do.
    pub hint_en: &'static str,
    /// The French hint.
    pub hint_fr: &'static str,
}

/// A worded message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worded {
    /// What and why, in one sentence.
    pub what: String,
    /// What to do about it, when there is something to do.
    pub hint: Option<String>,
}

/// Returns `notice` in words.
///
/// A message that is not in the catalogue is shown by its id and values, so that nothing is ever swallowed.
pub fn word(language: Language, notice: &Notice) -> Worded {
    let Some(text) = catalogue::find(&notice.id) else {
        return Worded { what: unknown(notice), hint: None };
    };
    let (what, hint) = match language {
        Language::En => (text.en, text.hint_en),
        Language::Fr => (text.fr, text.hint_fr),
    };
    Worded {
        what: fill(language, what, notice),
        hint: (!hint.is_empty()).then(|| fill(language, hint, notice)),
    }
}

/// Returns a message about a place in words: `file:line: place: sentence (id)`.
pub fn word_located(language: Language, located: &Located) -> Worded {
    let worded = word(language, &located.notice);
    let mut what = safe(&located.file);
    if let Some(line) = located.line {
        what.push_str(&format!(":{line}"));
    }
    if !located.place.is_empty() {
        what.push_str(&format!(": {}", safe(&located.place)));
    }
    Worded { what: format!("{what}: {} ({})", worded.what, located.notice.id), hint: worded.hint }
}

/// Returns the sentence of `notice` without its hint.
pub fn say(language: Language, notice: &Notice) -> String {
    word(language, notice).what
}

/// Returns the sentence with the id in brackets before its full stop; a sentence that ends in brackets takes it there.
pub fn with_id(sentence: &str, id: &str) -> String {
    if let Some(open) = sentence.strip_suffix(").") {
        return format!("{open}, {id}).");
    }
    match sentence.strip_suffix('.') {
        Some(open) => format!("{open} ({id})."),
        None => format!("{sentence} ({id})"),
    }
}

fn unknown(notice: &Notice) -> String {
    let values: Vec<String> = notice.values.iter().map(|(k, v)| format!("{}={}", safe(k), safe(v))).collect();
    format!("{} {}", safe(&notice.id), values.join(" ")).trim_end().to_owned()
}

/// Returns a number of seconds as a length of time.
fn lasting(language: Language, seconds: &str) -> String {
    match seconds.parse() {
        Ok(seconds) => when::length(language, std::time::Duration::from_secs(seconds)),
        Err(_) => safe(seconds),
    }
}

/// Fills `{name}` placeholders; a placeholder without a value stays visible, one that ends in `_at` is a time, in `_for` a
/// number of seconds.
fn fill(language: Language, template: &str, notice: &Notice) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|at| open + at) else { break };
        out.push_str(&rest[..open]);
        let name = &rest[open + 1..close];
        match notice.values.get(name) {
            Some(value) if name.ends_with("_for") => out.push_str(&lasting(language, value)),
            Some(value) if name.ends_with("_at") => out.push_str(&when::spelled(language, value)),
            Some(value) => out.push_str(&safe(value)),
            None => out.push_str(&rest[open..=close]),
        }
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    out
}
