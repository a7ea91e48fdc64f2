//! The catalogue: one file per group of ids, each a table of `texts!` rows.

mod audit;
mod author;
mod calendar;
mod changelog;
mod config;
mod demo;
mod deploy;
mod doctor;
mod engine;
mod forge;
mod gates;
mod git;
mod hook;
mod issue;
mod looking;
mod notify;
mod pages;
mod release;
mod store;
mod tag;
mod terminal;
mod watch;
mod web;
mod words;

use super::Text;

/// Declares a table of messages: `id: en, fr;` or `id: en, fr, hint_en, hint_fr;`.
macro_rules! texts {
    ($($id:literal: $en:literal, $fr:literal $(, $hint_en:literal, $hint_fr:literal)?;)*) => {
        &[$(crate::messages::Text {
            id: $id, en: $en, fr: $fr,
            hint_en: texts!(@or $($hint_en)?), hint_fr: texts!(@or $($hint_fr)?),
        }),*]
    };
    (@or) => { "" };
    (@or $text:literal) => { $text };
}
pub(crate) use texts;

/// All groups, in the order in which they are searched.
const GROUPS: &[&[Text]] = &[
    audit::TEXTS,
    author::TEXTS,
    calendar::TEXTS,
    changelog::TEXTS,
    config::TEXTS,
    demo::TEXTS,
    deploy::TEXTS,
    doctor::TEXTS,
    engine::TEXTS,
    forge::TEXTS,
    gates::TEXTS,
    git::TEXTS,
    hook::TEXTS,
    issue::TEXTS,
    looking::TEXTS,
    notify::TEXTS,
    pages::TEXTS,
    release::TEXTS,
    store::TEXTS,
    tag::TEXTS,
    terminal::TEXTS,
    watch::TEXTS,
    web::TEXTS,
    words::TEXTS,
];

/// Returns the message with this id.
pub fn find(id: &str) -> Option<&'static Text> {
    GROUPS.iter().flat_map(|group| group.iter()).find(|text| text.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
    }

    #[test]
    fn every_message_stands_in_both_languages_with_the_same_placeholders() {
        for text in GROUPS.iter().flat_map(|group| group.iter()) {
            assert!(!text.en.is_empty() && !text.fr.is_empty(), "{}", text.id);
            assert_eq!(placeholders(text.en), placeholders(text.fr), "{}", text.id);
            assert_eq!(text.hint_en.is_empty(), text.hint_fr.is_empty(), "{}", text.id);
            assert_eq!(placeholders(text.hint_en), placeholders(text.hint_fr), "{} (hint)", text.id);
        }
    }

    #[test]
    fn no_id_is_used_twice() {
        let mut seen = BTreeSet::new();
        for text in GROUPS.iter().flat_map(|group| group.iter()) {
            assert!(seen.insert(text.id), "{} stands twice", text.id);
        }
    }
}
