//! Every refusal of the door, of changelogs and of the author's side in both languages, word for word.
//!
//! The table stands in `refusals/table.txt`: what was done, then the English lines and the French ones. It is written
//! anew with `TAGWARDEN_BLESS=1`, and read before it is kept.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]

#[path = "refusals/author.rs"]
mod author;
#[path = "refusals/changelogs.rs"]
mod changelogs;
#[path = "world/clone.rs"]
mod clone;

use std::fmt::Write as _;
use std::path::Path;

use tagwarden::domain::names::ObjectId;
use tagwarden::domain::notice::Notice;
use tagwarden::domain::tag_policy::{
    ChangelogFact, Known, ObjectFact, PlaceFact, Policy, SignatureFact, SignatureFlaw, TagFacts, judge,
    warnings,
};
use tagwarden::domain::version::Tag;
use tagwarden::messages::{self, Language};

/// The widest line of the table: `remote: ` and `error: ` stand before it, and longer ones are wrapped by the hook.
const WIDEST: usize = 200 - "remote: error: ".len();

fn policy() -> Policy {
    Policy {
        main: "main".into(),
        hotfix_branches: vec!["hotfix/*".into()],
        tag_prefix: "v".into(),
        changelog: Some("CHANGELOG.md".into()),
        other_tags: true,
        first_version: None,
        signers: None,
    }
}

fn facts(tag: &str, base: Option<&str>) -> TagFacts {
    TagFacts {
        tag: Tag::parse(tag.as_bytes(), "v").unwrap(),
        old: None,
        stray: false,
        new: Some(ObjectId::parse(&"a".repeat(40)).unwrap()),
        object: ObjectFact::Annotated { inside: tag.into() },
        signature: SignatureFact::NotAsked,
        twin: None,
        place: PlaceFact::Main,
        base: base.map(|base| base.parse().unwrap()),
        later_on_main: None,
        lacking: Vec::new(),
        at_commit: Vec::new(),
        changelog: ChangelogFact::Good,
    }
}

fn known(versions: &[&str]) -> Known {
    versions.iter().map(|version| version.parse().unwrap()).collect()
}

/// Names that somebody meant as a version.
const NAMES: [&[u8]; 30] = [
    b"1.4.2",
    b"release-1.4.2",
    b"V1.4.2",
    b"v1",
    b"v1.4",
    b"v1.4.2.1",
    b"v01.4.2",
    b"v1.04.2",
    b"v1.4.02",
    b"v1.4.2 ",
    b" v1.4.2",
    b"v1.4.2\n",
    b"v1.4.2\x1b[2J",
    b"v1.4.2\x7f",
    b"v18446744073709551616.0.0",
    b"v1.99999999999999999999.0",
    b"v1.4.2-rollback.1",
    b"v1.4.2-Rollback",
    b"v1.4.2-rollback-2",
    b"v1.x",
    b"v1.4.2-",
    b"v1.4.2-01",
    b"v1.4.2-rc..1",
    b"v1.4.2+",
    b"v1.4.2+build.5",
    b"v1.4.2/x",
    b"v\xff1.4.2",
    "v１.4.2".as_bytes(),
    "v1.4.2\u{202e}".as_bytes(),
    "\u{feff}v1.4.2".as_bytes(),
];

fn name_rows() -> Vec<(String, Notice)> {
    let long = format!("v1.0.0-{}", "a".repeat(200));
    NAMES
        .iter()
        .copied()
        .chain([long.as_bytes()])
        .map(|name| {
            let shown: String = tagwarden::domain::names::shown(name).escape_debug().take(40).collect();
            (format!("named {shown}"), Tag::parse(name, "v").unwrap_err())
        })
        .collect()
}

fn rule_rows() -> Vec<(String, Notice)> {
    let hotfix = || PlaceFact::Hotfix { branch: "hotfix/login".into() };
    let other = ObjectId::parse(&"b".repeat(40)).unwrap();
    let flaw = |why| SignatureFact::Bad { why };
    let next = || facts("v1.2.4", Some("1.2.3"));
    let rows: Vec<(&str, TagFacts, &[&str])> = vec![
        ("a gap in the patches", facts("v1.2.5", Some("1.2.3")), &["1.2.3"]),
        ("a gap in the minors", facts("v1.4.0", Some("1.2.3")), &["1.2.3"]),
        ("a gap in the majors", facts("v3.0.0", Some("1.2.3")), &["1.2.3"]),
        ("a step back", facts("v1.2.2", Some("1.2.3")), &["1.2.3"]),
        ("a minor with a patch", facts("v1.3.1", Some("1.2.3")), &["1.2.3"]),
        ("a repeat", facts("v1.2.3", Some("1.2.3")), &["1.2.3"]),
        ("a pre-release of what is out", facts("v1.2.3-rc.1", Some("1.2.3")), &["1.2.3"]),
        ("a pre-release with a gap", facts("v1.5.0-rc.1", Some("1.2.3")), &["1.2.3"]),
        ("a pre-release below its series", facts("v1.3.0-rc.1", Some("1.2.3")), &["1.2.3", "1.3.0-rc.2"]),
        ("a pre-release that is there", facts("v1.3.0-rc.2", Some("1.2.3")), &["1.2.3", "1.3.0-rc.2"]),
        (
            "the end of all numbers",
            facts("v1.0.0", Some("18446744073709551615.18446744073709551615.18446744073709551615")),
            &[],
        ),
        ("a first release out of nowhere", facts("v1.2.0", None), &[]),
        ("a first pre-release out of nowhere", facts("v2.0.0-rc.1", None), &[]),
        (
            "below a later one",
            TagFacts { later_on_main: Some("1.3.0".parse().unwrap()), ..next() },
            &["1.2.3", "1.3.0"],
        ),
        (
            "a minor on a hotfix line",
            TagFacts { place: hotfix(), ..facts("v1.3.0", Some("1.2.3")) },
            &["1.2.3"],
        ),
        (
            "a gap on a hotfix line",
            TagFacts { place: hotfix(), ..facts("v1.2.5", Some("1.2.3")) },
            &["1.2.3"],
        ),
        ("a repeat on a hotfix line", TagFacts { place: hotfix(), ..next() }, &["1.2.3", "1.2.4"]),
        (
            "nothing left on a hotfix line",
            TagFacts { place: hotfix(), ..facts("v1.2.5", Some("1.2.3")) },
            &["1.2.3", "1.2.4"],
        ),
        ("a word below its series", facts("v1.3.0-alpha", Some("1.2.3")), &["1.2.3", "1.3.0-beta"]),
        (
            "a hotfix branch without a release",
            TagFacts { place: PlaceFact::LooseHotfix { branch: "hotfix/x".into() }, ..next() },
            &["1.2.3"],
        ),
        ("nowhere", TagFacts { place: PlaceFact::Nowhere, ..next() }, &["1.2.3"]),
        ("lightweight", TagFacts { object: ObjectFact::Commit, ..next() }, &["1.2.3"]),
        (
            "another name inside",
            TagFacts { object: ObjectFact::Annotated { inside: "v1.2.3".into() }, ..next() },
            &["1.2.3"],
        ),
        (
            "a hostile name inside",
            TagFacts { object: ObjectFact::Annotated { inside: "v1\u{1b}[2J\nerror: x".into() }, ..next() },
            &["1.2.3"],
        ),
        (
            "a tag of a tag",
            TagFacts { object: ObjectFact::Indirect { target: "tag".into() }, ..next() },
            &["1.2.3"],
        ),
        (
            "a tag of a tree",
            TagFacts { object: ObjectFact::Indirect { target: "tree".into() }, ..next() },
            &["1.2.3"],
        ),
        ("a blob", TagFacts { object: ObjectFact::Other { kind: "blob".into() }, ..next() }, &["1.2.3"]),
        ("too large", TagFacts { object: ObjectFact::Large { most: 1 << 20 }, ..next() }, &["1.2.3"]),
        ("malformed", TagFacts { object: ObjectFact::Malformed, ..next() }, &["1.2.3"]),
        ("a twin", TagFacts { twin: Some("V1.2.4".into()), ..next() }, &["1.2.3"]),
        ("moved", TagFacts { old: Some(other), ..next() }, &["1.2.3"]),
        ("deleted", TagFacts { new: None, ..next() }, &["1.2.3"]),
        ("not signed", TagFacts { signature: SignatureFact::None, ..next() }, &["1.2.3"]),
        ("signed by a stranger", TagFacts { signature: SignatureFact::Unknown, ..next() }, &["1.2.3"]),
        ("signed wrongly", TagFacts { signature: flaw(SignatureFlaw::Wrong), ..next() }, &["1.2.3"]),
        ("signed twice", TagFacts { signature: flaw(SignatureFlaw::Muddled), ..next() }, &["1.2.3"]),
        (
            "signed with an old key",
            TagFacts { signature: flaw(SignatureFlaw::KeyNotValid), ..next() },
            &["1.2.3"],
        ),
        ("signed at another time", TagFacts { signature: flaw(SignatureFlaw::Date), ..next() }, &["1.2.3"]),
        ("no changelog", TagFacts { changelog: ChangelogFact::Missing, ..next() }, &["1.2.3"]),
        ("no section", TagFacts { changelog: ChangelogFact::NoSection, ..next() }, &["1.2.3"]),
        ("no date", TagFacts { changelog: ChangelogFact::Undated, ..next() }, &["1.2.3"]),
        ("two sections", TagFacts { changelog: ChangelogFact::Twice, ..next() }, &["1.2.3"]),
        ("a rollback of nothing", facts("v1.3.0-rollback", Some("1.2.3")), &["1.2.3"]),
        ("a rollback to nothing", facts("v1.2.3-rollback", Some("1.2.3")), &["1.2.3"]),
        ("a rollback that is deleted", TagFacts { new: None, ..facts("v1.2.3-rollback", None) }, &["1.2.3"]),
    ];
    rows.into_iter()
        .flat_map(|(what, facts, versions)| {
            let found = judge(&facts, &known(versions), &policy());
            assert_eq!(found.len(), 1, "{what}: {found:?}");
            found.into_iter().map(move |notice| (what.to_owned(), notice))
        })
        .collect()
}

fn other_rows() -> Vec<(String, Notice)> {
    let lacking = TagFacts { lacking: vec!["1.2.4".parse().unwrap()], ..facts("v1.3.0", Some("1.2.3")) };
    let about = |id: &str| Notice::new(id).with("tag", "refs/tags/x\u{1b}");
    let mut rows = vec![
        ("named twice".to_owned(), about("TW-T032")),
        ("a replacement ref".to_owned(), about("TW-T033")),
        ("no version, where only versions may be".to_owned(), about("TW-T016")),
        ("a forged line".to_owned(), Notice::new("TW-H005")),
        (
            "no configuration".to_owned(),
            Notice::new("TW-H001").with("path", "/etc/tagwarden/tagwarden.toml").with("count", 1),
        ),
        ("too many refs".to_owned(), Notice::new("TW-H002")),
        ("no input".to_owned(), Notice::new("TW-H003").with("why", "broken pipe")),
        ("too slow".to_owned(), Notice::new("TW-H004").with("seconds", 8)),
        (
            "a format nobody reads".to_owned(),
            Notice::new("TW-G002").with("why", "the repository uses reftable, which cannot be read"),
        ),
        (
            "a missing file of signers".to_owned(),
            Notice::new("TW-G010").with("why", "`/etc/x` cannot be read: not there"),
        ),
    ];
    rows.extend(
        warnings(&lacking, &policy())
            .into_iter()
            .map(|notice| ("a hotfix that main lacks".to_owned(), notice)),
    );
    rows
}

/// Returns the lines of a notice in both languages, as the hook says them.
fn lines(notice: &Notice) -> [Vec<String>; 2] {
    [Language::En, Language::Fr].map(|language| {
        let worded = messages::word(language, notice);
        let hint = worded.hint.unwrap_or_else(|| panic!("{}: nothing to do", notice.id));
        vec![messages::with_id(&worded.what, &notice.id), hint]
    })
}

#[track_caller]
fn check(line: &str) {
    let gap = line.replace("\\u{", "").replace("^{commit}", "").contains('{');
    assert!(!gap, "a gap was left: {line}");
    assert!(line.chars().all(|character| !character.is_control()), "{line:?}");
}

#[test]
fn every_refusal_reads_as_it_was_agreed_on() {
    let mut rows = Vec::new();
    for (what, notice) in [name_rows(), rule_rows(), other_rows(), changelogs::rows()].concat() {
        let lines = lines(&notice);
        for line in lines.iter().flatten() {
            let hole = ["  ", ": ;", ", ,"].iter().any(|hole| line.trim_start().contains(hole));
            assert!(!hole || line.starts_with("v1.4.2  "), "a value is empty: {line:?}");
            assert!(line.chars().count() <= WIDEST, "too wide: {line}");
        }
        rows.push((what, lines));
    }
    rows.extend(author::rows());
    assert!(rows.len() >= 60, "{} rows", rows.len());
    let mut table = String::new();
    for (what, lines) in &rows {
        writeln!(table, "## {what}").unwrap();
        for line in lines.iter().flatten() {
            check(line);
            writeln!(table, "{line}").unwrap();
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refusals/table.txt");
    if std::env::var_os("TAGWARDEN_BLESS").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), table);
}
