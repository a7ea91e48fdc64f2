//! Holds the changelog against the commits: what is missing, what nobody did, what stands in the wrong group.
//!
//! An entry and a commit belong together when the commit added the entry, when one names the other's id or the same
//! issue, when they share most of their words, or when one merge brought both. Words can only hint, so nothing here
//! refuses anything.

use std::collections::{BTreeMap, BTreeSet};

use super::changelog::Pending;
use super::level::effect;
use super::message::Shape;
use super::reverts::{cancelled, reached};
use super::{Commit, Group};
use crate::domain::changelog::Entry;

/// Words that say nothing about a change.
const EMPTY_WORDS: &[&str] = &[
    "the", "and", "for", "with", "from", "that", "this", "into", "when", "its", "are", "can", "not", "now",
    "all", "add", "les", "des", "une", "pour", "dans", "sur", "avec", "est", "qui", "que", "aux", "par",
    "sont",
];

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// The places of commits that people should read about and that have no entry.
    pub missing: Vec<usize>,
    /// The places of commits without an entry of which nobody can say whether they need one.
    pub unclear: Vec<usize>,
    /// The entries that no commit explains.
    pub unknown: Vec<Unknown>,
    /// The entries that stand in another group than their commits ask for.
    pub misfiled: Vec<Misfiled>,
}

/// An entry that no commit explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Its line.
    pub line: usize,
    /// Its text.
    pub text: String,
}

/// An entry in the wrong group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfiled {
    /// The entry's line.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// The group in which it stands.
    pub group: String,
    /// The group that its commit asks for.
    pub expected: &'static str,
    /// The place of that commit.
    pub commit: usize,
}

/// Holds what the changelog has for the coming release against the commits.
pub fn compare(commits: &[Commit], pending: &Pending) -> Comparison {
    let gone = cancelled(commits);
    let mut covered = BTreeSet::new();
    let mut comparison = Comparison::default();
    let together = brought_together(commits);
    let traits: Vec<Traits> = commits.iter().map(Traits::of_commit).collect();
    for entry in pending.entries.iter().filter(|entry| !entry.text.is_empty()) {
        let own = Traits::of_text(&entry.text);
        let adders: BTreeSet<usize> = places(commits, |_, commit| commit.entries.contains(&entry.text));
        let alike =
            places(commits, |place, commit| !gone.contains(&place) && own.belongs_to(&traits[place], commit));
        let near: BTreeSet<usize> =
            together.iter().filter(|group| !group.is_disjoint(&adders)).flatten().copied().collect();
        let direct: BTreeSet<usize> = adders.union(&alike).copied().collect();
        let all: BTreeSet<usize> = direct.union(&near).copied().collect();
        let explained = all.iter().any(|place| !gone.contains(place) && may_explain(&commits[*place]));
        if !explained {
            comparison.unknown.push(Unknown { line: entry.line, text: entry.text.clone() });
        }
        comparison.misfiled.extend(misfiled(entry, &direct, commits));
        covered.extend(all);
    }
    for (place, commit) in commits.iter().enumerate() {
        if covered.contains(&place) || gone.contains(&place) {
            continue;
        }
        let effect = effect(&commit.message);
        if effect.notable {
            comparison.missing.push(place);
        } else if effect.group == Group::Other {
            comparison.unclear.push(place);
        }
    }
    comparison
}

fn places(commits: &[Commit], holds: impl Fn(usize, &Commit) -> bool) -> BTreeSet<usize> {
    commits
        .iter()
        .enumerate()
        .filter(|(place, commit)| holds(*place, commit))
        .map(|(place, _)| place)
        .collect()
}

/// Returns whether a commit is more than work on documentation, tests and the like.
fn may_explain(commit: &Commit) -> bool {
    let effect = effect(&commit.message);
    let other_type = match &commit.message.shape {
        Shape::Conventional { kind, .. } => {
            !matches!(kind.as_str(), "docs" | "doc" | "test" | "tests" | "style")
        }
        Shape::Revert { .. } | Shape::Other => true,
        Shape::Merge => false,
    };
    effect.notable || other_type
}

/// Returns, for each merge, the places of everything that it brought, itself included.
fn brought_together(commits: &[Commit]) -> Vec<BTreeSet<usize>> {
    let places: BTreeMap<&str, usize> =
        commits.iter().enumerate().map(|(place, commit)| (commit.id.as_str(), place)).collect();
    let merges = commits.iter().enumerate().filter(|(_, commit)| commit.is_merge());
    merges
        .map(|(place, merge)| {
            let kept = reached(merge.parents[0].as_str(), commits, &places);
            let mut brought: BTreeSet<usize> = merge.parents[1..]
                .iter()
                .flat_map(|parent| reached(parent.as_str(), commits, &places))
                .filter(|place| !kept.contains(place))
                .collect();
            brought.insert(place);
            brought
        })
        .collect()
}

/// By what a text is recognised.
struct Traits {
    words: BTreeSet<String>,
    issues: BTreeSet<String>,
    ids: BTreeSet<String>,
}

impl Traits {
    fn of_commit(commit: &Commit) -> Self {
        let description = match &commit.message.shape {
            Shape::Conventional { description, .. } | Shape::Revert { description } => description.as_str(),
            Shape::Merge | Shape::Other => commit.subject.as_str(),
        };
        let all = Self::of_text(&format!("{}\n{}", commit.subject, commit.body));
        Self { words: Self::of_text(description).words, ..all }
    }

    fn of_text(text: &str) -> Self {
        let mut traits = Self { words: BTreeSet::new(), issues: BTreeSet::new(), ids: BTreeSet::new() };
        for piece in text.split('#').skip(1) {
            let number: String = piece.chars().take_while(char::is_ascii_digit).collect();
            if !number.is_empty() {
                traits.issues.insert(number);
            }
        }
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            let word = word.to_lowercase();
            let id = (7..=64).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_hexdigit());
            if id && word.bytes().any(|byte| byte.is_ascii_digit()) {
                traits.ids.insert(word);
            } else if word.chars().count() >= 3 && !EMPTY_WORDS.contains(&word.as_str()) {
                // Six letters are about the stem of an English or French word.
                traits.words.insert(word.trim_end_matches('s').chars().take(6).collect());
            }
        }
        traits
    }

    /// Returns whether this entry is about that commit.
    fn belongs_to(&self, other: &Self, commit: &Commit) -> bool {
        if self.ids.iter().any(|id| commit.id.as_str().starts_with(id.as_str())) {
            return true;
        }
        if !self.issues.is_disjoint(&other.issues) {
            return true;
        }
        let shared = self.words.intersection(&other.words).count();
        let least = self.words.len().min(other.words.len());
        // A single word in common is chance, unless one of them has no more than that.
        least > 0 && shared * 2 >= least && (shared >= 2 || least == 1)
    }
}

/// Returns the entry when all commits that it is about ask for another group.
fn misfiled(entry: &Entry, direct: &BTreeSet<usize>, commits: &[Commit]) -> Option<Misfiled> {
    let group = entry.group.to_lowercase();
    let wrong = |place: &usize| match effect(&commits[*place].message).group {
        Group::Features => ["fixed", "security"].contains(&group.as_str()).then_some("Added"),
        Group::Fixes => (group == "added").then_some("Fixed"),
        Group::Breaking | Group::Reverts | Group::Rest | Group::Other | Group::Merges | Group::TakenBack => {
            None
        }
    };
    let about = direct.iter().filter(|place| effect(&commits[**place].message).notable);
    let judged: Vec<(usize, Option<&'static str>)> = about.map(|place| (*place, wrong(place))).collect();
    let (commit, expected) = judged.first().copied()?;
    let expected = expected.filter(|_| judged.iter().all(|(_, wrong)| wrong.is_some()))?;
    Some(Misfiled {
        line: entry.line,
        text: entry.text.clone(),
        group: entry.group.clone(),
        expected,
        commit,
    })
}
