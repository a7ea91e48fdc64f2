//! The house rules: each looks at one file and names line and reason for what it finds.

use crate::source::{Kind, Source, Token};

/// Line and reason.
pub type Finding = (usize, String);

/// A rule with one sample that it must refuse and one that it must let pass.
pub struct Rule {
    pub name: &'static str,
    pub check: fn(&Source) -> Vec<Finding>,
    /// Path and text.
    pub bad: &'static [(&'static str, &'static str)],
    /// Path and text.
    pub good: &'static [(&'static str, &'static str)],
}

/// The rooms and their floors, as in `ARCHITECTURE.md`.
pub const FLOORS: &[(&str, u32)] = &[
    ("domain", 0),
    ("clock", 1),
    ("config", 1),
    ("messages", 1),
    ("seal", 1),
    ("points", 1),
    ("store", 2),
    ("forgejo", 2),
    ("git", 2),
    ("remote", 2),
    ("signals", 2),
    ("notify", 2),
    ("control", 2),
    ("feeds", 2),
    ("registry", 2),
    ("engine", 3),
    ("hook", 3),
    ("web", 4),
    ("daemon", 5),
    ("demo", 6),
    ("cli", 7),
];

/// What the hook's binary may link.
const HOOK_ROOMS: &[&str] = &["domain", "config", "messages", "git", "control", "hook"];
/// Rooms that stay free of async runtime, HTTP, SSH and SQL, because the hook links them (or because they are rules).
const PLAIN_ROOMS: &[&str] = HOOK_ROOMS;
/// Crates that [`PLAIN_ROOMS`] may not name.
const HEAVY: &[&str] =
    &["tokio", "tokio_stream", "tokio_util", "warp", "openssh", "reqwest", "rusqlite", "hyper", "hyper_util"];
/// Rooms whose business it is to start programs.
const SPAWNERS: &[&str] = &["git", "remote", "cli", "demo"];
/// Rooms that speak to a terminal.
const SPEAKERS: &[&str] = &["hook", "demo", "daemon", "cli"];
/// Longest file, in lines of production code.
const LONGEST_FILE: usize = 500;
/// Longest function, in lines.
const LONGEST_FUNCTION: usize = 80;

/// Files that may be longer, with the reason.
const LONG_FILES: &[(&str, &str)] = &[];
/// Functions that may be longer, as `path:name`, with the reason.
const LONG_FUNCTIONS: &[(&str, &str)] = &[];
/// Where a shell is given a text on its command line, with the reason why no foreign text can get into it.
const SHELLS: &[(&str, &str)] =
    &[("src/remote/", "the launcher is a constant; foreign text reaches it as quoted arguments or as files")];

/// Returns the floor of `room`.
pub fn floor(room: &str) -> Option<u32> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// All rules.
pub const RULES: &[Rule] = &[
    Rule {
        name: "imports go down only",
        check: imports,
        bad: &[
            ("src/domain/gate.rs", "use crate::store::Store;"),
            ("src/store/mod.rs", "use crate::git::Repository;"),
            ("src/web/mod.rs", "fn a() { crate::cli::run() }"),
            ("src/git/mod.rs", "use crate::{domain::names, engine::view};"),
            ("src/git/mod.rs", "use {std::fmt, crate::{domain::{names, gate}, remote}};"),
            ("src/git/mod.rs", "use super::notify::send;"),
            ("src/git/read.rs", "mod a { use super::super::super::store::Store; }"),
            ("src/hook/mod.rs", "use crate::clock::Clock;"),
            ("src/hook/mod.rs", "use crate::forgejo::Api;"),
            ("src/git/mod.rs", "use crate::attic::Thing;"),
            ("src/git/mod.rs", "use crate as house;"),
            ("src/git/mod.rs", "use crate::*;"),
        ],
        good: &[
            ("src/web/mod.rs", "use crate::engine::view; // crate::cli\nconst A: &str = \"crate::cli\";"),
            (
                "src/git/read.rs",
                "use super::Repository; pub(crate) fn a() {} use crate::git::b; use crate::domain;",
            ),
            ("src/git/read.rs", "mod a { use super::super::Repository; }"),
            (
                "src/hook/mod.rs",
                "use crate::{domain::names::Tag, git, control::ask, messages::{word, Language}};",
            ),
        ],
    },
    Rule {
        name: "only `clock` knows the time",
        check: time,
        bad: &[
            ("src/engine/mod.rs", "fn a() { let t = jiff::Timestamp::now(); }"),
            ("src/engine/mod.rs", "fn a() { b.unwrap_or_else(SystemTime::now) }"),
            ("src/remote/mod.rs", "use std::time::Instant; fn a() { Instant::now(); }"),
            ("src/store/mod.rs", "const A: &str = \"UPDATE a SET b = datetime('now')\";"),
            ("src/store/mod.rs", "const A: &str = \"b TEXT DEFAULT CURRENT_TIMESTAMP\";"),
        ],
        good: &[
            ("src/clock.rs", "fn a() { Timestamp::now(); Instant::now(); }"),
            ("src/engine/mod.rs", "fn a(c: Clock) { c.now(); } // Timestamp::now()"),
            ("src/engine/mod.rs", "#[cfg(test)]\nmod tests { fn a() { Timestamp::now(); } }"),
        ],
    },
    Rule {
        name: "SQL stays in `store`",
        check: sql,
        bad: &[
            ("src/engine/mod.rs", "use rusqlite::Connection;"),
            ("src/web/mod.rs", "const A: &str = r#\"\n  SELECT id FROM release\"#;"),
            ("src/web/mod.rs", "fn a() { b(\"DELETE FROM release\") }"),
        ],
        good: &[
            ("src/store/mod.rs", "use rusqlite::Connection; const A: &str = \"SELECT 1\";"),
            ("src/web/mod.rs", "const A: &str = \"Select a release\"; const B: &str = \"UPDATE is near\";"),
        ],
    },
    Rule {
        name: "plain rooms stay plain",
        check: plain,
        bad: &[
            ("src/hook/mod.rs", "use tokio::sync::watch;"),
            ("src/control/mod.rs", "async fn ask() {}"),
            ("src/config/mod.rs", "fn a() -> reqwest::Url {}"),
            ("src/domain/gate.rs", "fn a() { std::fs::read(p) }"),
            ("src/domain/gate.rs", "use tracing::info;"),
        ],
        good: &[
            ("src/engine/mod.rs", "use tokio::sync::watch; async fn a() {}"),
            ("src/domain/watch/mod.rs", "fn a(watch: u8, hyper: u8) {}"),
        ],
    },
    Rule {
        name: "nothing unfinished, nothing that panics",
        check: unfinished,
        bad: &[
            ("src/git/mod.rs", "fn a() { todo!() }"),
            ("src/git/mod.rs", "fn a() { unimplemented!(\"x\") }"),
            ("src/git/mod.rs", "fn a() { dbg!(1); }"),
            ("src/git/mod.rs", "fn a() { b.unwrap(); }"),
            ("src/git/mod.rs", "fn a() { b\n  .unwrap_err(); }"),
            ("src/git/mod.rs", "fn a() { panic!(\"x\") }"),
            ("src/git/mod.rs", "fn a() { unreachable!() }"),
            ("src/git/mod.rs", "fn a() { b.expect(\"\"); }"),
            ("src/git/mod.rs", "#[cfg(test)]\nfn t() {}\nfn a() { b.unwrap(); }"),
        ],
        good: &[
            (
                "src/git/mod.rs",
                "fn a() { b.unwrap_or(1); c.expect(\"the constant parses\"); \"todo!()\"; /* panic!() */ }",
            ),
            ("src/git/mod.rs", "#[cfg(test)]\nmod tests { fn a() { b.unwrap(); panic!(\"x\") } }"),
            ("src/git/tests.rs", "fn a() { b.unwrap(); }"),
            ("src/git/mod.rs", "const Q: char = '\"'; fn a<'a>(b: &'a str) { 'x'; b'\\''; \".unwrap()\"; }"),
        ],
    },
    Rule {
        name: "no shell is given a text",
        check: shells,
        bad: &[
            ("src/engine/mod.rs", "fn a() { run(&[\"sh\", \"-c\", text]) }"),
            ("src/domain/plan/compose.rs", "const A: &str = \"bash -c 'docker ps'\";"),
            ("src/demo/mod.rs", "fn a() { Command::new(\"/bin/sh\").arg(\"-c\") }"),
        ],
        good: &[
            ("src/remote/launch.rs", "fn a() { run(&[\"sh\", \"-c\", LAUNCHER]) }"),
            ("src/git/mod.rs", "fn a() { run(&[\"git\", \"-c\", \"core.x=y\"]) }"),
        ],
    },
    Rule {
        name: "programs are started by adapters only",
        check: spawns,
        bad: &[
            ("src/engine/mod.rs", "use std::process::Command;"),
            ("src/web/mod.rs", "use tokio::process;"),
            ("src/store/mod.rs", "use std::{fs, process::{Command, Stdio}};"),
            ("src/engine/mod.rs", "fn a() { std::process::exit(1) }"),
        ],
        good: &[
            ("src/git/mod.rs", "use std::process::Command;"),
            ("src/bin/tagwarden.rs", "use std::process::ExitCode;"),
            ("src/store/mod.rs", "fn a() { std::process::id(); }"),
            ("src/hook/mod.rs", "fn a() { std::process::exit(3) }"),
        ],
    },
    Rule {
        name: "only windows print",
        check: prints,
        bad: &[
            ("src/engine/mod.rs", "fn a() { println!(\"x\"); }"),
            ("src/git/mod.rs", "fn a() { eprintln!(\"x\"); }"),
        ],
        good: &[("src/cli/mod.rs", "fn a() { println!(\"x\"); }"), ("src/git/mod.rs", "// println!(\"x\")")],
    },
    Rule {
        name: "no glob imports",
        check: globs,
        bad: &[("src/git/mod.rs", "use crate::domain::names::*;"), ("src/git/mod.rs", "use a::{b::*, c};")],
        good: &[("src/git/mod.rs", "fn a() { 2 * 3; }\n#[cfg(test)]\nmod tests { use super::*; }")],
    },
    Rule {
        name: "every file says what it answers",
        check: header,
        bad: &[
            ("src/git/mod.rs", "use a::b;"),
            ("src/git/mod.rs", "//!\nuse a::b;"),
            ("src/git/mod.rs", "// no\n"),
        ],
        good: &[("src/git/mod.rs", "//! What stands in this repository?\n")],
    },
    Rule {
        name: "modules are named after their subject",
        check: module_names,
        bad: &[
            ("src/git/util.rs", ""),
            ("src/helpers/mod.rs", ""),
            ("src/git/mod.rs", "mod common { }"),
            ("src/engine/release_manager.rs", ""),
        ],
        good: &[("src/git/mirror.rs", "mod read;"), ("src/messages/common_noun.rs", "")],
    },
    Rule { name: "files and functions stay short", check: lengths, bad: &[], good: &[] },
];

fn at(token: &Token, reason: impl Into<String>) -> Finding {
    (token.line, reason.into())
}

/// The names that a path starting at `start` (behind its `::`) begins with: one, or one per branch of a group.
fn heads(source: &Source, start: usize) -> Vec<usize> {
    if !source.tokens.get(start).is_some_and(|token| token.is("{")) {
        return vec![start];
    }
    let end = source.close(start);
    let mut found = Vec::new();
    let mut next = start + 1;
    while next < end {
        found.push(next);
        while next < end && !source.tokens[next].is(",") {
            next = if source.tokens[next].is("{") { source.close(next) + 1 } else { next + 1 };
        }
        next += 1;
    }
    found
}

fn imports(source: &Source) -> Vec<Finding> {
    let Some(room) = source.room() else { return Vec::new() };
    let Some(own) = floor(room) else { return vec![(1, format!("`{room}` is no room of this house"))] };
    let mut targets = Vec::new();
    let mut findings = Vec::new();
    for (n, token) in source.tokens.iter().enumerate() {
        let restricted = n > 0 && source.tokens[n - 1].is("(") && source.reads(n, &["crate", ")"]);
        if token.is("crate") && !restricted {
            match source.tokens.get(n + 1) {
                Some(next) if next.is("::") => targets.extend(heads(source, n + 2)),
                Some(_) | None => findings.push(at(token, "the whole crate is named")),
            }
        }
        // The first `super` of a path: how far up does the path climb?
        if token.is("super") && !(n > 0 && source.tokens[n - 1].is("::")) {
            let ups = (0..).take_while(|up| source.reads(n + 2 * up, &["super", "::"])).count();
            if ups > 0 && ups >= source.module().len() + token.inside {
                targets.extend(heads(source, n + 2 * ups));
            }
        }
    }
    findings.extend(targets.into_iter().filter_map(|n| {
        let token = source.tokens.get(n)?;
        let verdict = match floor(&token.text) {
            None => format!("`{}` is no room of this house", token.text),
            Some(_) if token.text == room => return None,
            Some(other) if other >= own => {
                format!("`{room}` (floor {own}) imports `{}` (floor {other})", token.text)
            }
            Some(_) if room == "hook" && !HOOK_ROOMS.contains(&token.text.as_str()) => {
                format!("`hook` may not link `{}`", token.text)
            }
            Some(_) => return None,
        };
        Some(at(token, verdict))
    }));
    findings
}

fn time(source: &Source) -> Vec<Finding> {
    if source.room() == Some("clock") {
        return Vec::new();
    }
    let types = ["Timestamp", "SystemTime", "Instant", "Zoned", "Utc", "Local"];
    let named = types.iter().flat_map(|kind| {
        source
            .places(&["now"])
            .filter(move |&n| n > 1 && source.reads(n - 2, &[kind, "::"]))
            .collect::<Vec<_>>()
    });
    let asked = named.map(|n| at(&source.tokens[n], format!("`{}::now`", source.tokens[n - 2].text)));
    let in_sql =
        source.tokens.iter().filter(|token| !token.test && token.kind == Kind::Text).filter_map(|token| {
            let words = ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "'now'", "unixepoch()"];
            let word = words.iter().find(|word| token.text.contains(**word))?;
            Some(at(token, format!("the database is asked for the time ({word})")))
        });
    asked.chain(in_sql).collect()
}

fn sql(source: &Source) -> Vec<Finding> {
    if source.room() == Some("store") {
        return Vec::new();
    }
    let looks_like_sql = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().take(4).collect();
        let head = [words.first().copied(), words.get(1).copied()];
        let pairs = [
            ("INSERT", "INTO"),
            ("INSERT", "OR"),
            ("REPLACE", "INTO"),
            ("DELETE", "FROM"),
            ("BEGIN", "IMMEDIATE"),
        ];
        let pair = pairs.iter().any(|(a, b)| head == [Some(*a), Some(*b)]);
        let things = ["TABLE", "INDEX", "UNIQUE", "TRIGGER", "VIEW"];
        let shape = head[0].is_some_and(|word| ["CREATE", "DROP", "ALTER"].contains(&word));
        pair || shape && head[1].is_some_and(|word| things.contains(&word))
            || head[0].is_some_and(|word| ["SELECT", "PRAGMA"].contains(&word)) && head[1].is_some()
            || head[0] == Some("UPDATE") && words.get(2) == Some(&"SET")
    };
    let crates = source.places(&["rusqlite"]).map(|n| at(&source.tokens[n], "`rusqlite` outside `store`"));
    let texts = source.tokens.iter().filter(|token| !token.test && token.kind == Kind::Text);
    let texts =
        texts.filter(|token| looks_like_sql(&token.text)).map(|token| at(token, "SQL outside `store`"));
    crates.chain(texts).collect()
}

fn plain(source: &Source) -> Vec<Finding> {
    let Some(room) = source.room().filter(|room| PLAIN_ROOMS.contains(room)) else { return Vec::new() };
    let mut findings = Vec::new();
    for (n, token) in source.tokens.iter().enumerate().filter(|(_, token)| !token.test) {
        let path = source.tokens.get(n + 1).is_some_and(|next| next.is("::"));
        let alone = n > 0 && source.tokens[n - 1].is("use");
        if token.kind == Kind::Word && (path || alone) && HEAVY.contains(&token.text.as_str()) {
            findings.push(at(token, format!("`{room}` names `{}`", token.text)));
        }
        if token.is("async") || token.is("await") {
            findings.push(at(token, format!("`{room}` is asynchronous")));
        }
        let outside = ["fs", "env", "process", "thread"];
        let std = outside.iter().any(|module| source.reads(n, &["std", "::", module]));
        if room == "domain" && (std || (path && token.is("tracing"))) {
            findings.push(at(token, "`domain` touches the world"));
        }
    }
    findings
}

fn unfinished(source: &Source) -> Vec<Finding> {
    let macros = ["todo", "unimplemented", "dbg", "panic"];
    let found = macros.iter().flat_map(|name| source.places(&[name]).collect::<Vec<_>>());
    let mut findings: Vec<Finding> = found
        .filter(|n| source.tokens.get(n + 1).is_some_and(|next| next.is("!")))
        .map(|n| at(&source.tokens[n], format!("`{}!`", source.tokens[n].text)))
        .collect();
    for call in [[".", "unwrap", "("], [".", "unwrap_err", "("]] {
        findings.extend(source.places(&call).map(|n| at(&source.tokens[n], format!("`.{}()`", call[1]))));
    }
    let bare = source.places(&["unreachable", "!", "(", ")"]);
    findings.extend(bare.map(|n| at(&source.tokens[n], "`unreachable!` without a reason")));
    let expects = source.places(&[".", "expect", "("]).filter(|n| {
        source.tokens.get(n + 3).is_some_and(|token| token.kind == Kind::Text && token.text.trim().is_empty())
    });
    findings.extend(expects.map(|n| at(&source.tokens[n], "`expect` without a reason")));
    findings
}

fn shells(source: &Source) -> Vec<Finding> {
    if SHELLS.iter().any(|(path, _)| source.path.starts_with(path)) {
        return Vec::new();
    }
    let shell = |text: &str| matches!(text.rsplit('/').next(), Some("sh" | "bash" | "dash"));
    let texts: Vec<&Token> =
        source.tokens.iter().filter(|token| !token.test && token.kind == Kind::Text).collect();
    let mut findings = Vec::new();
    for (n, token) in texts.iter().enumerate() {
        let split = shell(&token.text) && texts.get(n + 1).is_some_and(|next| next.text.starts_with("-c"));
        let whole = token.text.split_whitespace().collect::<Vec<_>>();
        let joined = whole.windows(2).any(|pair| shell(pair[0]) && pair[1] == "-c");
        if split || joined {
            findings.push(at(token, "a shell is given a text"));
        }
    }
    findings
}

fn spawns(source: &Source) -> Vec<Finding> {
    let room = source.room();
    if room.is_none() || room.is_some_and(|room| SPAWNERS.contains(&room)) {
        return Vec::new();
    }
    let tokio = source.places(&["tokio", "::", "process"]).map(|n| at(&source.tokens[n], "`tokio::process`"));
    let groups = source.places(&["process", "::"]).flat_map(|n| heads(source, n + 2));
    let std = groups
        .filter(|n| {
            // The hook is a program of its own, and a judgement that hangs ends with it.
            let ends = |token: &Token| token.is("exit") && room != Some("hook");
            source.tokens.get(*n).is_some_and(|token| token.is("Command") || ends(token))
        })
        .map(|n| at(&source.tokens[n], format!("`process::{}`", source.tokens[n].text)));
    tokio.chain(std).collect()
}

fn prints(source: &Source) -> Vec<Finding> {
    let room = source.room();
    if room.is_none() || room.is_some_and(|room| SPEAKERS.contains(&room)) {
        return Vec::new();
    }
    let macros = ["print", "println", "eprint", "eprintln"];
    let found = macros.iter().flat_map(|name| source.places(&[name]).collect::<Vec<_>>());
    found
        .filter(|n| source.tokens.get(n + 1).is_some_and(|next| next.is("!")))
        .map(|n| at(&source.tokens[n], format!("`{}!`", source.tokens[n].text)))
        .collect()
}

fn globs(source: &Source) -> Vec<Finding> {
    source.places(&["::", "*"]).map(|n| at(&source.tokens[n], "a glob import")).collect()
}

fn header(source: &Source) -> Vec<Finding> {
    let first = source.raw.lines().next().unwrap_or_default();
    match first.strip_prefix("//!") {
        Some(sentence) if !sentence.trim().is_empty() => Vec::new(),
        Some(_) | None => vec![(1, "the first line is no `//!` sentence".to_owned())],
    }
}

fn module_names(source: &Source) -> Vec<Finding> {
    let nouns = ["util", "utils", "helper", "helpers", "manager", "common", "imp", "misc"];
    let bad = |name: &str| nouns.contains(&name) || name.ends_with("_manager") || name.ends_with("_utils");
    let mut findings: Vec<Finding> = Vec::new();
    let below = source.path.trim_end_matches(".rs").split('/');
    findings.extend(below.filter(|part| bad(part)).map(|part| (1, format!("a module is called `{part}`"))));
    for n in source.places(&["mod"]) {
        if let Some(name) = source.tokens.get(n + 1).filter(|name| bad(&name.text)) {
            findings.push(at(name, format!("a module is called `{}`", name.text)));
        }
    }
    findings
}

fn lengths(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = source.raw.lines().count();
    let tests: std::collections::BTreeSet<usize> =
        source.tokens.iter().filter(|token| token.test).map(|token| token.line).collect();
    let production = lines.saturating_sub(tests.len());
    if production > LONGEST_FILE && !LONG_FILES.iter().any(|(path, _)| *path == source.path) {
        findings.push((1, format!("{production} lines, more than {LONGEST_FILE}")));
    }
    for n in source.places(&["fn"]) {
        let Some(name) = source.tokens.get(n + 1).filter(|name| name.kind == Kind::Word) else { continue };
        let mut open = n + 2;
        while open < source.tokens.len() && !source.tokens[open].is("{") && !source.tokens[open].is(";") {
            let group = source.tokens[open].is("(") || source.tokens[open].is("[");
            open = if group { source.close(open) + 1 } else { open + 1 };
        }
        if !source.tokens.get(open).is_some_and(|token| token.is("{")) {
            continue;
        }
        let long = source.tokens[source.close(open)].line - source.tokens[n].line + 1;
        let key = format!("{}:{}", source.path, name.text);
        if long > LONGEST_FUNCTION && !LONG_FUNCTIONS.iter().any(|(function, _)| *function == key) {
            findings
                .push(at(name, format!("`{}` has {long} lines, more than {LONGEST_FUNCTION}", name.text)));
        }
    }
    findings
}
