//! Holds the house together: rooms import downward only, and each rule of the house is kept by every file.
//!
//! The rules read tokens, not lines, so that comments and texts cannot fool them; each rule is itself tried on
//! samples that it must refuse and on samples that it must let pass.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read fails the test, as it should")]

#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

use std::collections::BTreeSet;
use std::path::Path;

use rules::{FLOORS, RULES};
use source::{Kind, Source};

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn report(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n{} complaints", complaints.join("\n"), complaints.len());
}

#[test]
fn every_source_file_keeps_the_house_rules() {
    let sources = source::all(top(), "src");
    assert!(sources.len() > 20, "the sources were not found");
    let mut complaints = Vec::new();
    for rule in RULES {
        for source in &sources {
            for (line, reason) in (rule.check)(source) {
                complaints.push(format!("{}:{line}: {reason} ({})", source.path, rule.name));
            }
        }
    }
    report(&complaints);
}

#[test]
fn every_rule_refuses_its_bad_samples_and_passes_its_good_ones() {
    for rule in RULES {
        for (path, text) in rule.bad {
            let found = (rule.check)(&Source::new(path, text));
            assert!(!found.is_empty(), "`{}` overlooks {path}: {text}", rule.name);
        }
        for (path, text) in rule.good {
            let found = (rule.check)(&Source::new(path, text));
            assert!(found.is_empty(), "`{}` complains about {path}: {text}: {found:?}", rule.name);
        }
    }
}

#[test]
fn an_import_upward_is_reported_with_its_line_and_both_floors() {
    let source =
        Source::new("src/store/mod.rs", "//! A.\n\nuse crate::{\n    domain::gate,\n    web::page,\n};\n");
    let found = (RULES[0].check)(&source);
    assert_eq!(found, [(5, "`store` (floor 2) imports `web` (floor 4)".to_owned())]);
}

/// Returns where a variant or a struct is built: its braces name every field and lead to no arm of a match.
fn built(source: &Source, words: &[&str]) -> Vec<usize> {
    let closes = |from: usize| {
        let mut depth = 0_i32;
        (from..source.tokens.len()).find(|&at| {
            depth += i32::from(source.tokens[at].is("{")) - i32::from(source.tokens[at].is("}"));
            depth == 0
        })
    };
    let mut lines = Vec::new();
    for at in source.places(words) {
        let Some(end) = closes(at + words.len() - 1) else { continue };
        let open = source.tokens[at..end].windows(2).any(|pair| pair[0].is(".") && pair[1].is("."));
        let arm =
            source.tokens.get(end + 1).is_some_and(|next| next.is("=") || next.is("|") || next.is("=>"));
        if !open && !arm {
            lines.push(source.tokens[at].line);
        }
    }
    lines
}

#[test]
fn a_deployment_is_begun_in_one_place_and_only_with_the_guards_leave() {
    let sources = source::all(top(), "src");
    let started = ["Event", "::", "Started", "{"];
    let begun: Vec<&str> = sources
        .iter()
        .flat_map(|source| built(source, &started).into_iter().map(|_| source.path.as_str()))
        .collect();
    assert_eq!(begun, ["src/engine/record.rs"]);
    let permits: BTreeSet<&str> = sources
        .iter()
        .filter(|source| source.places(&["Permit", "("]).next().is_some())
        .map(|source| source.path.as_str())
        .collect();
    assert_eq!(permits, BTreeSet::from(["src/domain/gate/guard.rs"]));
    // And the place where it is begun cannot be reached without one.
    let record = sources.iter().find(|source| source.path == "src/engine/record.rs").unwrap();
    assert!(record.places(&["leave", ":", "Permit"]).next().is_some());
    let sample = |text: &str| built(&Source::new("src/engine/a.rs", text), &started).len();
    assert_eq!(sample("fn a() { b(Event::Started { answer, plan }) }"), 1);
    assert_eq!(
        sample("fn a() { match b { Event::Started { answer, plan } => 1, Event::Started { .. } => 2 } }"),
        0
    );
}

#[test]
fn long_files_and_functions_are_seen_and_test_code_does_not_count() {
    let lengths = RULES.last().unwrap().check;
    let body = "    b();\n".repeat(81);
    let long = format!("fn a(x: [u8; 3]) -> u8 {{\n{body}}}\n");
    assert_eq!(lengths(&Source::new("src/git/mod.rs", &long)).len(), 1);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{long}}}\n");
    assert_eq!(lengths(&Source::new("src/git/mod.rs", &tests)), []);
    let file = "const A: u8 = 1;\n".repeat(501);
    assert_eq!(lengths(&Source::new("src/git/mod.rs", &file)).len(), 1);
    let file = format!("#[cfg(test)]\nmod tests {{\n{file}}}\n");
    assert_eq!(lengths(&Source::new("src/git/mod.rs", &file)), []);
}

#[test]
fn the_page_and_this_test_know_the_same_rooms_and_floors() {
    let page = std::fs::read_to_string(top().join("ARCHITECTURE.md")).unwrap();
    let row = |line: &str| {
        let cells: Vec<String> = line.split('|').map(|cell| cell.trim().replace('`', "")).collect();
        Some((cells.get(2)?.clone(), cells.get(1)?.parse::<u32>().ok()?))
    };
    let on_page: BTreeSet<(String, u32)> = page.lines().filter_map(row).collect();
    let here: BTreeSet<(String, u32)> =
        FLOORS.iter().map(|(room, floor)| ((*room).to_owned(), *floor)).collect();
    assert_eq!(on_page, here);
    let lib = Source::new("src/lib.rs", &std::fs::read_to_string(top().join("src/lib.rs")).unwrap());
    let declared: BTreeSet<String> =
        lib.places(&["pub", "mod"]).map(|at| lib.tokens[at + 2].text.clone()).collect();
    assert_eq!(declared, here.into_iter().map(|(room, _)| room).collect());
}

#[test]
fn no_file_is_left_out_of_the_build() {
    let fuzzed = std::fs::read_to_string(top().join("tests/fuzz/Cargo.toml")).unwrap();
    for folder in ["src", "tests"] {
        let sources = source::all(top(), folder);
        let mut named = BTreeSet::new();
        for source in &sources {
            for (n, token) in source.tokens.iter().enumerate() {
                if token.is("mod") && source.tokens.get(n + 1).is_some_and(|next| next.kind == Kind::Word) {
                    named.insert(source.tokens[n + 1].text.clone());
                }
            }
        }
        let mut complaints = Vec::new();
        for source in &sources {
            let parts: Vec<&str> = source.path.trim_end_matches(".rs").split('/').collect();
            let root = parts.len() == 2 && (folder == "tests" || parts[1] == "lib") || parts[1] == "bin";
            let name =
                if parts.last() == Some(&"mod") { parts[parts.len() - 2] } else { parts[parts.len() - 1] };
            // The fuzz targets are a package of their own, whose manifest names each root.
            let target = source.path.strip_prefix("tests/fuzz/");
            let root = root || target.is_some_and(|path| fuzzed.contains(&format!("path = \"{path}\"")));
            if !root && !named.contains(name) {
                complaints.push(format!("{}: no `mod {name}` names this file", source.path));
            }
        }
        report(&complaints);
    }
}

#[test]
fn every_test_file_has_a_header_and_ignores_nothing_without_its_tier() {
    let mut complaints = Vec::new();
    let mut sources = source::all(top(), "tests");
    let header = RULES.iter().find(|rule| rule.name.starts_with("every file says")).unwrap();
    for source in &sources {
        complaints.extend(
            (header.check)(source).iter().map(|(line, why)| format!("{}:{line}: {why}", source.path)),
        );
    }
    sources.extend(source::all(top(), "src"));
    for source in &sources {
        for (n, token) in source.tokens.iter().enumerate() {
            let ignored = n > 0 && token.is("ignore") && source.tokens[n - 1].is("[");
            let reason = source.tokens.get(n + 2).filter(|reason| reason.kind == Kind::Text);
            if ignored && !reason.is_some_and(|reason| reason.text.starts_with("tier ")) {
                complaints.push(format!("{}:{}: ignored without a tier", source.path, token.line));
            }
        }
    }
    report(&complaints);
}
