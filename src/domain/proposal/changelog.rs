//! What the changelog holds for the coming release, and how much its entries ask of the version.

use std::collections::BTreeSet;

use super::level::Level;
use crate::domain::changelog::{Changelog, Entry, Section};

/// What the changelog holds for the coming release.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pending {
    /// The line of the Unreleased heading.
    pub unreleased_line: Option<usize>,
    /// The sections that have a version and no tag yet, with their line: what `changelog release` made.
    pub ready: Vec<(semver::Version, usize)>,
    /// The entries of all of them.
    pub entries: Vec<Entry>,
    /// Whether there is anything at all, prose included.
    pub has_content: bool,
    /// The released section that stands above the coming release, with its line.
    pub out_of_order: Option<(semver::Version, usize)>,
}

/// Returns what `changelog` holds that no release in `known` has; `base` is the last release on the way to it.
pub fn pending(
    changelog: &Changelog,
    known: &BTreeSet<semver::Version>,
    base: Option<&semver::Version>,
) -> Pending {
    let mut pending = Pending::default();
    let mut take = |section: &Section| {
        pending.entries.extend(section.entries.iter().cloned());
        pending.has_content |= section.has_content;
    };
    if let Some(section) = changelog.unreleased() {
        take(section);
        pending.unreleased_line = Some(section.line);
    }
    let coming = |version: &semver::Version| {
        version.pre.is_empty() && !known.contains(version) && base.is_none_or(|base| version > base)
    };
    for section in changelog.sections() {
        let Some(version) = section.version.as_ref().filter(|version| coming(version)) else { continue };
        // Without any release an old changelog may list versions that never had a tag: only the newest is meant.
        if base.is_none() && !pending.ready.is_empty() {
            continue;
        }
        take(section);
        pending.ready.push((version.clone(), section.line));
    }
    let first = pending.unreleased_line.or(pending.ready.first().map(|(_, line)| *line));
    pending.out_of_order = first.and_then(|line| {
        let above = changelog.sections().iter().find(|section| section.line < line)?;
        Some((above.version.clone()?, above.line)).filter(|(version, _)| known.contains(version))
    });
    pending
}

impl Pending {
    /// Returns the most that an entry asks for, with the entries that ask for it.
    pub fn level(&self) -> Option<(Level, Vec<&Entry>)> {
        let asked: Vec<(Level, &Entry)> =
            self.entries.iter().filter_map(|entry| Some((asks(entry)?, entry))).collect();
        let most = asked.iter().map(|(level, _)| *level).max()?;
        let entries = asked.into_iter().filter(|(level, _)| *level == most).map(|(_, entry)| entry).collect();
        Some((most, entries))
    }

    /// Returns the entries about something removed that do not say whether they break anything.
    pub fn removals(&self) -> Vec<&Entry> {
        let removed = |entry: &&Entry| is_group(entry, &["removed", "supprimé", "retiré"]) && !marked(entry);
        self.entries.iter().filter(removed).collect()
    }
}

/// Returns how much an entry asks for; a group that nobody knows asks for nothing.
fn asks(entry: &Entry) -> Option<Level> {
    if entry.text.is_empty() {
        return None;
    }
    if marked(entry) {
        return Some(Level::Major);
    }
    let minor = ["added", "deprecated", "removed", "ajouté", "obsolète", "déprécié", "supprimé", "retiré"];
    let patch = ["fixed", "security", "changed", "corrigé", "sécurité", "modifié", "changé"];
    if is_group(entry, &minor) {
        return Some(Level::Minor);
    }
    is_group(entry, &patch).then_some(Level::Patch)
}

fn is_group(entry: &Entry, names: &[&str]) -> bool {
    let group = entry.group.to_lowercase();
    // French groups may stand in the feminine or in the plural.
    let stem = group.trim().trim_end_matches('s').trim_end_matches('e');
    names.contains(&group.trim()) || names.iter().any(|name| !name.is_ascii() && *name == stem)
}

/// Returns whether an entry is marked as breaking: by its group, or by a mark in front. The word in a sentence is none.
pub(super) fn marked(entry: &Entry) -> bool {
    let group = entry.group.to_lowercase();
    if group
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| matches!(word, "breaking" | "rupture" | "ruptures"))
    {
        return true;
    }
    let bare = entry.text.trim_start_matches(['*', '_', '[', '(', '!', '⚠', '\u{fe0f}', ' ', '`']);
    let wrapped = bare.len() < entry.text.len();
    for mark in ["breaking change", "breaking", "rupture"] {
        let Some(head) = bare.get(..mark.len()).filter(|head| head.eq_ignore_ascii_case(mark)) else {
            continue;
        };
        let rest = &bare[mark.len()..];
        if head.chars().all(|c| c.is_uppercase() || c == ' ') && !rest.starts_with(char::is_alphanumeric) {
            return true;
        }
        let closed = rest.trim_start().starts_with([':', ']', ')', '*', '_', '`', '!']);
        if closed && (wrapped || rest.trim_start().starts_with(':')) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(group: &str, text: &str) -> Entry {
        Entry { group: group.into(), text: text.into(), line: 1 }
    }

    #[test]
    fn a_mark_in_front_breaks_and_the_word_in_a_sentence_does_not() {
        for text in [
            "**BREAKING** the old page is gone",
            "BREAKING: the old page is gone",
            "[breaking] gone",
            "**Breaking:** gone",
            "Breaking change: gone",
            "⚠️ BREAKING CHANGE gone",
        ] {
            assert_eq!(asks(&entry("Changed", text)), Some(Level::Major), "{text}");
        }
        assert_eq!(asks(&entry("⚠ BREAKING CHANGES", "gone")), Some(Level::Major));
        for text in
            ["Breaking news are shown", "A breaking: test", "BREAKINGS of old", "Line breaking is better"]
        {
            assert_eq!(asks(&entry("Fixed", text)), Some(Level::Patch), "{text}");
        }
    }

    #[test]
    fn groups_ask_in_english_and_in_french() {
        for (group, level) in [
            ("Added", Some(Level::Minor)),
            ("Ajoutée", Some(Level::Minor)),
            ("Corrigés", Some(Level::Patch)),
            ("Security", Some(Level::Patch)),
            ("Thanks", None),
            ("", None),
        ] {
            assert_eq!(asks(&entry(group, "x")), level, "{group}");
        }
    }

    #[test]
    fn what_is_coming_is_unreleased_and_whatever_has_no_tag_above_the_base() {
        let text = "## [Unreleased]\n\n### Fixed\n\n- a\n\n## [1.1.0] - 2026-02-01\n\n### Added\n\n- b\n\n## [1.0.0] - 2026-01-01\n\n- c\n\n## [0.9.0]\n\n- d\n";
        let base: semver::Version = "1.0.0".parse().unwrap();
        let found = pending(&Changelog::parse(text.as_bytes()), &BTreeSet::from([base.clone()]), Some(&base));
        let texts: Vec<&str> = found.entries.iter().map(|entry| entry.text.as_str()).collect();
        assert_eq!(texts, ["a", "b"]);
        assert_eq!(found.ready, [("1.1.0".parse().unwrap(), 7)]);
        assert_eq!(found.out_of_order, None);
        let below = "## [1.0.0] - 2026-01-01\n\n- c\n\n## Unreleased\n\n- a\n";
        let found =
            pending(&Changelog::parse(below.as_bytes()), &BTreeSet::from([base.clone()]), Some(&base));
        assert_eq!(found.out_of_order, Some((base, 1)));
    }
}
