//! What is refused or found in a changelog, from real files.

use jiff::civil::Date;
use tagwarden::domain::changelog::{Changelog, Problem, slipped_in};
use tagwarden::domain::notice::Notice;

const RELEASED: &str = "## [Unreleased]\n\n- a\n\n## [1.0.0] - 2026-01-15\n\n- b\n";

fn parsed(text: &str) -> Changelog {
    Changelog::parse(text.as_bytes())
}

/// Returns the one thing that is wrong.
#[track_caller]
fn only(problems: &[Problem]) -> Notice {
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems[0].notice.clone()
}

fn refused(text: &str) -> Notice {
    let version = semver::Version::new(1, 1, 0);
    parsed(text).release(&version, Date::constant(2026, 11, 24)).unwrap_err().0.notice
}

/// Returns every row: what is wrong, and what is said.
pub fn rows() -> Vec<(String, Notice)> {
    let section = |line: &str| RELEASED.replace("## [1.0.0] - 2026-01-15", line);
    let files = [
        ("a version that stands twice", format!("{RELEASED}\n## [1.0.0] - 2026-01-15\n\n- c\n")),
        ("Unreleased stands twice", format!("{RELEASED}\n## Unreleased\n\n- c\n")),
        ("a marker of a conflict", RELEASED.replace("- a\n", "- a\n>>>>>>> theirs\n")),
        ("a date that is none", section("## [1.0.0] - 15/01/2026")),
        ("a heading that is nearly a version", section("## [1.0] - 2026-01-15")),
        ("a hostile heading", section("## [1.0\u{1b}\\[2J] - 2026-01-15")),
        ("a heading with a no-break blank", section("##\u{a0}[1.0.0] - 2026-01-15")),
        ("digits of another script in a heading", section("## The ３ wishes")),
        ("text that runs backwards", RELEASED.replace("- a\n", "- \u{202e}a\n")),
    ];
    let mut rows: Vec<(String, Notice)> =
        files.iter().map(|(what, text)| ((*what).to_owned(), only(parsed(text).problems()))).collect();
    rows.push((
        "a file that is no text".into(),
        only(Changelog::parse(b"## [Unreleased]\n\n- \xe9\n").problems()),
    ));
    for (what, now) in [
        ("an entry that slipped into a release", RELEASED.replace("- b\n", "- b\n- c\n")),
        ("a sentence that slipped into a release", RELEASED.replace("- b\n", "Much is new.\n\n- b\n")),
        ("a release that is gone", "## [Unreleased]\n\n- a\n".to_owned()),
    ] {
        rows.push((what.into(), only(&slipped_in(&parsed(RELEASED), &parsed(&now)))));
    }
    rows.push(("nothing is called Unreleased".into(), refused("# Changelog\n")));
    rows.push(("nothing to release".into(), refused(&RELEASED.replace("- a\n", "<!-- soon -->\n"))));
    rows
}
