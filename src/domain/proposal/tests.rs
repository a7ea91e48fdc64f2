//! The proposal against an independent model, and against histories and changelogs of any shape.

use std::collections::BTreeSet;

use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::{Asking, BelowOne, Commit, Level, compare, message, pending, propose};
use crate::domain::changelog::Changelog;
use crate::domain::names::ObjectId;
use crate::domain::tag_policy::{PlaceFact, may_follow};

fn id(number: usize) -> ObjectId {
    ObjectId::parse(&format!("{number:040x}")).unwrap()
}

fn commit(number: usize, parents: &[usize], text: &str) -> Commit {
    let (subject, body) = text.split_once('\n').unwrap_or((text, ""));
    Commit {
        id: id(number),
        parents: parents.iter().map(|parent| id(*parent)).collect(),
        author: "Ada".to_owned(),
        at: None,
        subject: subject.to_owned(),
        body: body.to_owned(),
        message: message::read(text, parents.len() > 1),
        entries: Vec::new(),
    }
}

/// Returns a straight history with these messages, oldest first.
fn history(messages: &[&str]) -> Vec<Commit> {
    let mut commits: Vec<Commit> =
        messages.iter().enumerate().map(|(at, text)| commit(at + 1, &[at], text)).collect();
    commits.reverse();
    commits
}

fn asking<'a>(
    base: Option<&'a semver::Version>,
    known: &'a BTreeSet<semver::Version>,
    commits: &'a [Commit],
    below_one: BelowOne,
) -> Asking<'a> {
    Asking {
        place: &PlaceFact::Main,
        base,
        later_on_main: None,
        known,
        commits,
        pending: None,
        below_one,
        prefix: "v",
        main: "main",
    }
}

/// Counts numbers up as the book says, without our tables: what a person would do on paper.
fn on_paper(base: &semver::Version, breaking: bool, feature: bool, below_one: BelowOne) -> (u64, u64, u64) {
    let small = base.major == 0 && below_one == BelowOne::Minor;
    match (breaking, feature) {
        (true, _) if !small => (base.major + 1, 0, 0),
        (true, _) | (false, true) => (base.major, base.minor + 1, 0),
        (false, false) => (base.major, base.minor, base.patch + 1),
    }
}

fn messages() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(
        prop::sample::select(vec![
            "feat: a",
            "fix: b",
            "docs: c",
            "Tidy up",
            "refactor!: d",
            "fix: e\n\nBREAKING CHANGE: f",
            "fix: g\n\nno BREAKING CHANGE: h",
            "perf(x): i",
        ]),
        1..8,
    )
}

fn below_one() -> impl Strategy<Value = BelowOne> {
    prop_oneof![Just(BelowOne::Minor), Just(BelowOne::Major)]
}

proptest! {
    #[test]
    fn the_next_version_is_what_a_person_would_count_on_paper(
        numbers in (0_u64..3, 0_u64..5, 0_u64..5), messages in messages(), below_one in below_one()
    ) {
        let base = semver::Version::new(numbers.0, numbers.1, numbers.2);
        let known = BTreeSet::from([base.clone()]);
        let commits = history(&messages);
        let proposal = propose(&asking(Some(&base), &known, &commits, below_one));
        let breaking = messages.iter().any(|text| text.contains("!:") || text.contains("\nBREAKING CHANGE"));
        let feature = messages.iter().any(|text| text.starts_with("feat"));
        let (major, minor, patch) = on_paper(&base, breaking, feature, below_one);
        prop_assert_eq!(proposal.next, Some(semver::Version::new(major, minor, patch)));
    }

    #[test]
    fn what_is_proposed_may_always_come_and_one_more_commit_never_lowers_it(
        numbers in (any::<u64>(), any::<u64>(), any::<u64>()), taken in prop::collection::vec((0_u8..3, any::<bool>()), 0..3),
        messages in messages(), more in messages(), first in any::<bool>(),
    ) {
        let base = semver::Version::new(numbers.0, numbers.1, numbers.2);
        let base = (!first).then_some(base);
        let mut known: BTreeSet<semver::Version> = base.iter().cloned().collect();
        for (which, really) in taken {
            let next = may_follow(&PlaceFact::Main, base.as_ref(), &known);
            known.extend(next.get(usize::from(which)).filter(|_| really).cloned());
        }
        let few = history(&messages);
        let all: Vec<&str> = messages.iter().chain(&more).copied().collect();
        let many = history(&all);
        let less = propose(&asking(base.as_ref(), &known, &few, BelowOne::Minor));
        let greater = propose(&asking(base.as_ref(), &known, &many, BelowOne::Minor));
        for next in less.next.iter().chain(&greater.next) {
            prop_assert!(may_follow(&PlaceFact::Main, base.as_ref(), &known).contains(next));
            prop_assert!(!known.contains(next));
        }
        // Nothing may come any more when every number is used up.
        prop_assert!(less.next <= greater.next || greater.next.is_none());
    }

    #[test]
    fn a_revert_and_what_it_reverts_change_nothing_together(messages in messages(), undone in messages()) {
        let mut texts: Vec<String> = messages.iter().map(|text| (*text).to_owned()).collect();
        let first = texts.len() + 1;
        texts.extend(undone.iter().map(|text| (*text).to_owned()));
        for number in (first..first + undone.len()).rev() {
            texts.push(format!("Revert \"x\"\n\nThis reverts commit {}.", id(number)));
        }
        let base = semver::Version::new(1, 2, 3);
        let known = BTreeSet::from([base.clone()]);
        let plain = history(&messages);
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mended = history(&texts);
        let before = propose(&asking(Some(&base), &known, &plain, BelowOne::Minor)).next;
        prop_assert_eq!(propose(&asking(Some(&base), &known, &mended, BelowOne::Minor)).next, before);
    }

    #[test]
    fn no_history_and_no_changelog_can_make_it_fail(
        shapes in prop::collection::vec((prop::collection::vec(0_usize..12, 0..3), "[a-z!:() #\n0-9]{0,60}"), 0..12),
        file in "(## \\[Unreleased\\]\n|## \\[1\\.0\\.0\\]\n|## 1\\.1\\.0\n|### Added\n|- [a-z #0-9]{0,12}\n|- BREAKING: x\n|\n|x\n){0,20}",
    ) {
        // Parents may be missing, later than their children, or the commit itself: a clone can be damaged.
        let commits: Vec<Commit> = shapes
            .iter()
            .enumerate()
            .map(|(at, (parents, text))| {
                commit(at, parents, &format!("{text}\n\nThis reverts commit {}", id(parents.len())))
            })
            .collect();
        let changelog = Changelog::parse(file.as_bytes());
        let base = semver::Version::new(1, 0, 0);
        let known = BTreeSet::from([base.clone()]);
        let pending = pending(&changelog, &known, Some(&base));
        let asking = Asking { pending: Some(&pending), ..asking(Some(&base), &known, &commits, BelowOne::Minor) };
        let proposal = propose(&asking);
        prop_assert_eq!(proposal.effects.len(), commits.len());
        let found = compare(&commits, &pending);
        prop_assert!(found.missing.iter().chain(&found.unclear).all(|place| *place < commits.len()));
    }
}

#[test]
fn levels_are_the_three_steps_and_nothing_else() {
    let version = |text: &str| text.parse::<semver::Version>().unwrap();
    for (base, next, level) in [
        ("1.2.3", "1.2.4", Some(Level::Patch)),
        ("1.2.3", "1.3.0", Some(Level::Minor)),
        ("1.2.3", "2.0.0", Some(Level::Major)),
        ("1.2.3", "1.2.5", None),
        ("1.2.3", "1.3.1", None),
        ("1.2.3", "1.2.3", None),
        ("0.0.0", "0.0.1", Some(Level::Patch)),
        ("0.0.0", "1.0.0", Some(Level::Major)),
    ] {
        assert_eq!(Level::between(&version(base), &version(next)), level, "{base} {next}");
        if let Some(level) = level {
            assert_eq!(level.after(&version(base)), Some(version(next)), "{base} {next}");
        }
    }
    assert_eq!(Level::Major.after(&version("18446744073709551615.0.0")), None);
}
