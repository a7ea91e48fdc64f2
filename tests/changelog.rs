//! Changelogs as people write them: every trap, and that a release changes nothing but what it must.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::civil::Date;
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
use tagwarden::domain::changelog::{Changelog, Released, slipped_in};

const PLAIN: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A page for hours.\n\n## [1.0.0] - 2026-01-15\n\n### Added\n\n- The first thing.\n\n[Unreleased]: https://git.example.org/school/bridge/compare/v1.0.0...HEAD\n[1.0.0]: https://git.example.org/school/bridge/releases/tag/v1.0.0\n";

fn parsed(text: &str) -> Changelog {
    Changelog::parse(text.as_bytes())
}

fn version(text: &str) -> semver::Version {
    text.parse().unwrap()
}

fn day() -> Date {
    "2026-11-24".parse().unwrap()
}

#[track_caller]
fn released(text: &str, to: &str) -> String {
    match parsed(text).release(&version(to), day()).unwrap() {
        Released::Written(bytes) => String::from_utf8(bytes).unwrap(),
        Released::Already(line) => panic!("it has its section in line {line} already"),
    }
}

#[track_caller]
fn refused(text: &str) -> (usize, String) {
    let error = parsed(text).release(&version("1.1.0"), day()).unwrap_err();
    (error.0.line, error.0.notice.id)
}

#[test]
fn a_release_moves_unreleased_and_follows_the_links() {
    let new = released(PLAIN, "1.1.0");
    let expected =
        PLAIN.replace("## [Unreleased]\n", "## [Unreleased]\n\n## [1.1.0] - 2026-11-24\n").replace(
            "compare/v1.0.0...HEAD\n",
            "compare/v1.1.0...HEAD\n[1.1.0]: https://git.example.org/school/bridge/compare/v1.0.0...v1.1.0\n",
        );
    assert_eq!(new, expected);
}

#[test]
fn blanks_behind_a_heading_stay_in_their_line() {
    let new = released("## [Unreleased] \t\n\n- a\n", "1.0.0");
    assert_eq!(new, "## [Unreleased] \t\n\n## [1.0.0] - 2026-11-24\n\n- a\n");
}

#[test]
fn an_underlined_heading_is_all_of_its_lines() {
    for text in ["Unreleased\nand more\n---\n\n- b\n", "####### Unreleased\n---\n\n- b\n"] {
        assert_eq!(refused(text).1, "TW-L011", "{text}");
    }
}

#[test]
fn a_file_of_mixed_line_ends_keeps_each() {
    let new = released("## [Unreleased]\n\n- a\r\n- b\r\n", "1.0.0");
    assert_eq!(new, "## [Unreleased]\n\n## [1.0.0] - 2026-11-24\n\n- a\r\n- b\r\n");
}

#[test]
fn each_section_of_a_doubled_version_is_held_against_its_own_past() {
    let twice = "## [1.0.0] - 2026-01-15\n\n- a\n\n## [1.0.0] - 2026-01-15\n\n- b\n";
    assert!(slipped_in(&parsed(twice), &parsed(twice)).is_empty());
    let more = format!("{twice}- c\n");
    assert_eq!(slipped_in(&parsed(twice), &parsed(&more)).len(), 1);
}

#[test]
fn what_could_not_be_read_back_is_left_alone() {
    // Markdown ends a line at a carriage return alone, and underlines the heading in its middle.
    let text = "Unreleased\n\u{0}\u{0}-------\r--\n\n- a\n\n1.0.0b\n\n<details>\n\n### \n";
    assert_eq!(refused(text), (1, "TW-L022".to_owned()));
}

#[test]
fn what_is_lawful_is_released_whatever_the_notes_link_to_and_whatever_the_levels_are() {
    let links = "[unreleased]: https://git.example.org/school/bridge/compare/v1.0.0...HEAD\n";
    let own = format!(
        "## [Unreleased]\n\n- gone, see [1.1.0] and wait...\n\n## [1.0.0] - 2026-01-15\n\n- b\n\n{links}"
    );
    let middle =
        format!("## [Unreleased]\n\n- a\n\n{links}\n### Fixed\n\n- b\n\n## [1.0.0] - 2026-01-15\n\n- c\n");
    for (text, heading) in [
        (own.as_str(), "\n## [1.1.0] - 2026-11-24\n"),
        (middle.as_str(), "\n## [1.1.0] - 2026-11-24\n"),
        (
            "# Unreleased\n\n## Added\n\n- a\n\n1.0.0 - 2026-01-15\n------------------\n\n- b\n",
            "\n# 1.1.0 - 2026-11-24\n",
        ),
        (
            "Unreleased\n==========\n\n## Added\n\n- wait...\n\n# 1.0.0 - 2026-01-15\n\n- b\n",
            "\n1.1.0 - 2026-11-24\n==================\n",
        ),
        (
            "## [Unreleased]\n\n- a\n\n## [1.0.0] [YANKED] - 2026-01-15\n\n- b\n",
            "\n## [1.1.0] - 2026-11-24\n",
        ),
    ] {
        let new = released(text, "1.1.0");
        assert!(new.contains(heading), "{new}");
        let section = parsed(&new);
        let section = section.section(&version("1.1.0")).unwrap();
        assert!(!section.entries.is_empty() && !section.yanked, "{new}");
    }
}

#[test]
fn a_definition_in_a_list_is_no_pattern_to_follow() {
    let text =
        "## [Unreleased]\n\n- a\n\n## [1.0.0] - 2026-01-15\n\n- [1.0.0]: https://git.example.org/v1.0.0\n";
    let new = released(text, "1.1.0");
    assert_eq!(new.replace("\n\n## [1.1.0] - 2026-11-24", ""), text);
}

#[test]
fn releasing_twice_says_that_it_is_done() {
    let new = released(PLAIN, "1.1.0");
    let again = parsed(&new).release(&version("1.1.0"), day()).unwrap();
    assert_eq!(again, Released::Already(5));
}

#[test]
fn the_file_keeps_its_own_style() {
    for (before, after) in [
        ("## Unreleased\n\n- a\n\n## v1.0.0 (2026-01-15)\n\n- b\n", "## v1.1.0 (2026-11-24)\n"),
        (
            "## [Unreleased]\r\n\r\n- a\r\n\r\n## [1.0.0] — 2026-01-15\r\n\r\n- b",
            "\r\n\r\n## [1.1.0] — 2026-11-24\r\n",
        ),
        (
            "Unreleased\n----------\n\n- a\n\n1.0.0 - 2026-01-15\n------------------\n\n- b\n",
            "1.1.0 - 2026-11-24\n------------------\n",
        ),
        ("## [Unreleased] ##\n\n- a\n\n## [1.0.0] - 2026-01-15 ##\n\n- b\n", "## [1.1.0] - 2026-11-24 ##\n"),
    ] {
        let new = released(before, "1.1.0");
        assert!(new.contains(after), "{new:?}");
        assert_eq!(before.ends_with('\n'), new.ends_with('\n'), "{new:?}");
    }
}

#[test]
fn a_byte_order_mark_and_a_missing_last_newline_stay() {
    let text = "\u{feff}# Changelog\n\n## [Unreleased]\n\n- a\n\n## [1.0.0] - 2026-01-15\n\n- b";
    let new = released(text, "1.1.0");
    assert!(new.starts_with("\u{feff}# Changelog") && new.ends_with("- b"), "{new:?}");
    assert_eq!(parsed(&new).section(&version("1.1.0")).unwrap().line, 5);
}

#[test]
fn a_heading_in_a_fence_a_comment_a_quote_or_a_list_is_none() {
    let text = "## [Unreleased]\n\n- a\n\n```\n## [9.0.0] - 2026-01-01\n```\n\n<!--\n## [8.0.0]\n-->\n\n> ## [7.0.0]\n\n- ## [6.0.0]\n\n    ## [5.0.0]\n\n## [1.0.0] - 2026-01-15\n\n- b\n";
    let versions: Vec<String> =
        parsed(text).sections().iter().map(|section| section.version.clone().unwrap().to_string()).collect();
    assert_eq!(versions, ["1.0.0"]);
}

#[test]
fn what_is_ambiguous_or_empty_is_refused_with_its_line() {
    for (text, line, id) in [
        ("## [Unreleased]\n\n### Added\n\n<!-- nothing -->\n\n## [1.0.0]\n", 1, "TW-L012"),
        ("# Changelog\n\n## [1.0.0] - 2026-01-15\n\n- b\n", 6, "TW-L011"),
        ("## [Unreleased]\n\n- a\n\n## [Unreleased]\n\n- b\n", 5, "TW-L002"),
        ("## [Unreleased]\n\n- a\n\n## [1.0.0]\n\n- b\n\n## [1.0.0]\n\n- c\n", 9, "TW-L001"),
        ("## [Unreleased]\n\n<<<<<<< HEAD\n- a\n=======\n- b\n>>>>>>> x\n", 3, "TW-L003"),
    ] {
        assert_eq!(refused(text), (line, id.to_owned()), "{text}");
    }
}

#[test]
fn prose_counts_as_content() {
    assert!(released("## Unreleased\n\nEverything is faster.\n", "1.0.0").contains("## 1.0.0 - 2026-11-24"));
}

#[test]
fn odd_headings_and_dates_are_told_with_their_line() {
    let text = "## [Unreleased]\n\n- a\n\n##\u{a0}[1.3.0] - 2026-01-15\n\n## [1.2] - 2026-01-15\n\n## [1.1.0] - 15/01/2026\n\n## [１.0.0]\n";
    let ids: Vec<(usize, String)> =
        parsed(text).problems().iter().map(|problem| (problem.line, problem.notice.id.clone())).collect();
    let expected = [(5, "TW-L006"), (7, "TW-L005"), (9, "TW-L004"), (11, "TW-L005"), (11, "TW-L007")];
    assert_eq!(ids, expected.map(|(line, id)| (line, id.to_owned())));
}

#[test]
fn notes_carry_the_definitions_that_they_use_and_no_other() {
    let text = "## [1.0.0] - 2026-01-15\n\n- See [the page][p].\n\n[p]: https://example.org/p\n[q]: https://example.org/q\n";
    assert_eq!(
        parsed(text).notes(&version("1.0.0")).unwrap(),
        "- See [the page][p].\n\n[p]: https://example.org/p"
    );
}

#[test]
fn a_withdrawn_version_is_known_as_such() {
    let changelog = parsed("## [1.0.0] - 2026-01-15 [YANKED]\n\n- b\n");
    assert!(changelog.sections()[0].yanked);
    assert!(changelog.problems().is_empty());
}

#[test]
fn an_entry_that_slipped_into_a_released_section_is_found() {
    let now = PLAIN.replace("- The first thing.\n", "- The first thing.\n- A late thing.\n");
    let found = slipped_in(&parsed(PLAIN), &parsed(&now));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].line, found[0].notice.values["entry"].as_str()), (14, "A late thing."));
}

#[test]
fn bytes_that_are_no_text_are_a_problem_and_no_crash() {
    assert_eq!(Changelog::parse(b"# a\n\xff\n").problems()[0].notice.id, "TW-L009");
}

/// A changelog of random sections, with the text that Unreleased holds.
fn files() -> impl Strategy<Value = (String, String)> {
    let entry = "[a-zA-Z`][a-zA-Z0-9 ,.]{0,30}[a-z]";
    let entries = prop::collection::vec(entry, 1..6);
    let sections = prop::collection::vec(entries.clone(), 0..5);
    (entries, sections, any::<bool>(), any::<bool>()).prop_map(|(unreleased, sections, brackets, crlf)| {
        let heading = |name: &str, date: &str| match brackets {
            true => format!("## [{name}]{date}\n\n"),
            false => format!("## {name}{date}\n\n"),
        };
        let list = |entries: &[String]| {
            let items: String = entries.iter().map(|entry| format!("- {entry}\n")).collect();
            format!("### Changed\n\n{items}")
        };
        let body = list(&unreleased);
        let mut text = format!("# Changelog\n\n{}{body}", heading("Unreleased", ""));
        for (index, section) in sections.iter().enumerate().rev() {
            text.push_str(&format!(
                "\n{}{}",
                heading(&format!("1.{index}.0"), " - 2026-01-15"),
                list(section)
            ));
        }
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        (text, body.trim().to_owned())
    })
}

proptest! {
    #[test]
    fn a_release_only_adds_a_heading_and_the_notes_give_back_what_unreleased_held((text, held) in files()) {
        let new = released(&text, "9.0.0");
        let changelog = parsed(&new);
        prop_assert_eq!(changelog.notes(&version("9.0.0")).unwrap(), held);
        prop_assert!(changelog.unreleased().is_some_and(|section| !section.has_content));
        let heading = new.lines().find(|line| line.contains("9.0.0")).unwrap();
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let without = new.replacen(&format!("{end}{end}{heading}"), "", 1);
        prop_assert_eq!(without, text);
    }

    #[test]
    fn no_bytes_can_make_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Changelog::parse(&bytes).release(&version("1.0.0"), day());
    }

    #[test]
    fn no_lines_can_make_it_fail(text in "(## |\\[|\\]|1\\.0\\.0|- a|Unreleased|\r\n|\n|```|> |\u{feff}|: x|---|é){0,40}") {
        let changelog = parsed(&text);
        let _ = changelog.release(&version("1.0.0"), day());
        let _ = changelog.notes(&version("1.0.0"));
    }
}
