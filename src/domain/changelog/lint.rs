//! What is wrong with a changelog, and what slipped into a section that was released already.

use std::collections::{BTreeMap, BTreeSet};

use super::{Changelog, Problem, Section, line_of};
use crate::domain::notice::Notice;

/// Returns everything that the whole file shows to be wrong.
pub(super) fn problems(changelog: &Changelog) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for section in &changelog.sections {
        let Some(version) = &section.version else { continue };
        match first.get(&version.to_string()) {
            Some(line) => {
                let notice = Notice::new("TW-L001").with("version", version).with("first", line);
                problems.push(Problem { line: section.line, notice });
            }
            None => {
                first.insert(version.to_string(), section.line);
            }
        }
    }
    for again in changelog.unreleased.iter().skip(1) {
        let notice = Notice::new("TW-L002").with("first", changelog.unreleased[0].line);
        problems.push(Problem { line: again.line, notice });
    }
    for (index, line) in changelog.text.lines().enumerate() {
        if let Some(id) = odd_line(line) {
            problems.push(Problem { line: index + 1, notice: Notice::new(id) });
        }
    }
    problems
}

/// Returns what is odd about a single line.
fn odd_line(line: &str) -> Option<&'static str> {
    if ["<<<<<<< ", ">>>>>>> ", "||||||| "].iter().any(|marker| line.starts_with(marker)) || line == "======="
    {
        return Some("TW-L003");
    }
    let after = line.trim_start_matches('#');
    let hashes = line.len() - after.len();
    if (1..=6).contains(&hashes) && after.starts_with(['\u{a0}', '\u{2007}', '\u{202f}', '\u{3000}']) {
        return Some("TW-L006");
    }
    let looks_like_heading = (1..=6).contains(&hashes);
    if looks_like_heading && after.chars().any(|c| c.is_numeric() && !c.is_ascii()) {
        return Some("TW-L007");
    }
    if line.chars().any(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')) {
        return Some("TW-L008");
    }
    None
}

/// Returns what has changed in released sections since an earlier state of the file (`base`): entries and text that
/// were merged in without a conflict would be announced to nobody, and a section that is gone takes its notes along.
pub fn slipped_in(base: &Changelog, now: &Changelog) -> Vec<Problem> {
    let mut problems = vanished(base, now);
    let mut seen: BTreeMap<&semver::Version, usize> = BTreeMap::new();
    for section in &now.sections {
        let Some(version) = &section.version else { continue };
        // A version that stands twice is a problem of its own; each of its sections is held against its own past.
        let place = seen.entry(version).or_insert(0);
        let mut sections = base.sections.iter().filter(|before| before.version.as_ref() == Some(version));
        let Some(before) = sections.nth(*place).or_else(|| base.section(version)) else { continue };
        *place += 1;
        let known: BTreeSet<&str> = before.entries.iter().map(|entry| entry.text.as_str()).collect();
        for entry in section.entries.iter().filter(|entry| !known.contains(entry.text.as_str())) {
            let notice = Notice::new("TW-L010").with("version", version).with("entry", &entry.text);
            problems.push(Problem { line: entry.line, notice });
        }
        problems.extend(added_text(base, before, now, section));
    }
    problems.sort_by_key(|problem| problem.line);
    problems
}

/// Returns the released sections of `base` that are gone.
fn vanished(base: &Changelog, now: &Changelog) -> Vec<Problem> {
    let versions = base.sections.iter().filter_map(|section| section.version.as_ref());
    let gone = versions.filter(|version| now.section(version).is_none());
    let line = now.last_line();
    gone.map(|version| Problem { line, notice: Notice::new("TW-L019").with("version", version) }).collect()
}

/// Returns the first line of text that a released section did not have before and that belongs to no entry.
fn added_text(base: &Changelog, before: &Section, now: &Changelog, section: &Section) -> Option<Problem> {
    let version = section.version.as_ref()?;
    let known: BTreeSet<&str> = base.text[before.body.clone()].lines().map(str::trim).collect();
    let from = line_of(&now.text, section.body.start);
    let mut inside = false;
    for (offset, line) in now.text[section.body.clone()].lines().enumerate() {
        // An entry goes on in lines that are set in; its own changes are told with it.
        inside = is_item(line) || (inside && (line.starts_with([' ', '\t']) || line.trim().is_empty()));
        let text = line.trim();
        let plain = !text.is_empty() && !text.starts_with('#') && !text.starts_with('[');
        if plain && !inside && !known.contains(text) {
            let notice = Notice::new("TW-L020").with("version", version).with("text", text);
            return Some(Problem { line: from + offset, notice });
        }
    }
    None
}

fn is_item(line: &str) -> bool {
    let text = line.trim_start();
    ["- ", "* ", "+ "].iter().any(|marker| text.starts_with(marker))
        || text
            .split_once(['.', ')'])
            .is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Changelog {
    /// Returns the first problem that makes a rewrite a guess.
    pub(super) fn ambiguity(&self) -> Option<&Problem> {
        let grave = ["TW-L001", "TW-L002", "TW-L003", "TW-L009"];
        self.problems.iter().find(|problem| grave.contains(&problem.notice.id.as_str()))
    }

    /// Returns the line of the end of the file, for what is missing altogether.
    pub(super) fn last_line(&self) -> usize {
        line_of(&self.text, self.text.len())
    }
}
