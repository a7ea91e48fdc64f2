//! What is said to the person who makes a release, by the program itself in a real clone.

use crate::clone::{Ground, changelog};

/// What was done, and the lines that were said in English and in French.
pub type Told = (String, [Vec<String>; 2]);

/// Runs a command in both languages, and returns what it says once it is refused.
#[track_caller]
fn refused(ground: &Ground, what: &str, arguments: &[&str]) -> Told {
    let told = ["en", "fr"].map(|language| {
        let said = ground.run(&[arguments, &["--lang", language]].concat());
        assert_ne!(said.code, Some(0), "{what}: {}", said.out);
        // The folder is another one in every run.
        let err = said.err.replace(ground.path("").to_str().unwrap(), "/home/ada/");
        err.lines().map(str::to_owned).collect()
    });
    (what.to_owned(), told)
}

/// Returns every row.
pub fn rows() -> Vec<Told> {
    [released(), unpushed(), stale_tag(), without_release(), files()].into_iter().flatten().collect()
}

fn released() -> Vec<Told> {
    let ground = Ground::released();
    let told = |what: &str, arguments: &[&str]| refused(&ground, what, arguments);
    vec![
        told("tag: no such commit", &["tag", "--yes", "--commit", "nothing"]),
        told("tag: no such remote", &["tag", "--yes", "--remote", "upstream"]),
        told("tag: a version that nobody wrote down", &["tag", "v1.0.1", "--yes"]),
        told("tag: a version that does not follow", &["tag", "v3.0.0", "--yes"]),
        told("tag: a name that is none", &["tag", "v1.1", "--yes"]),
        told("tag: nothing to take back to", &["tag", "--rollback", "--yes"]),
        told("plan: no clone", &["plan", "--repo", "/nonexistent"]),
    ]
}

fn unpushed() -> Vec<Told> {
    let ground = Ground::released();
    let section = ("1.1.0", "### Added\n\n- A page for hours.\n");
    ground.write("CHANGELOG.md", &changelog("", &[section, ("1.0.0", "### Added\n\n- The first thing.\n")]));
    ground.commit("feat: page for hours");
    let before = refused(&ground, "tag: main is not pushed", &["tag", "--yes"]);
    ground.push(&["main"]);
    vec![before, refused(&ground, "tag: nobody to ask", &["tag"])]
}

fn stale_tag() -> Vec<Told> {
    let ground = Ground::released();
    let section = ("1.1.0", "### Added\n\n- A page for hours.\n");
    ground.tag("v1.1.0");
    ground.write("CHANGELOG.md", &changelog("", &[section, ("1.0.0", "### Added\n\n- The first thing.\n")]));
    ground.commit("feat: page for hours");
    ground.push(&["main"]);
    vec![refused(&ground, "tag: the tag is here and points elsewhere", &["tag", "v1.1.0", "--yes"])]
}

fn without_release() -> Vec<Told> {
    let ground = Ground::new();
    ground.write("README.md", "A bridge.\n");
    ground.commit("feat: first");
    ground.push(&["main"]);
    vec![
        refused(&ground, "tag: nothing to take back", &["tag", "--rollback", "--yes"]),
        refused(&ground, "changelog: no file", &["changelog", "check"]),
    ]
}

fn files() -> Vec<Told> {
    let ground = Ground::released();
    let told = |what: &str, arguments: &[&str]| refused(&ground, what, arguments);
    let mut rows = vec![
        told("changelog: no such section", &["changelog", "notes", "9.9.9"]),
        told("changelog: nothing to release", &["changelog", "release", "1.1.0"]),
        told("changelog: no version", &["changelog", "release", "next"]),
    ];
    ground.write("CHANGELOG.md", "# Changelog\n\n## [1.0.0] - 2026-01-15\n\n- b\n");
    rows.push(told("changelog: nothing called Unreleased", &["changelog", "release", "1.1.0"]));
    rows
}
