//! The guard: every command × phase × role × window, every gate × standing, and every bell that may ring.
//!
//! What each combination answers stands in `guard/commands.txt` and `guard/rules.txt`. They are written anew with
//! `TAGWARDEN_BLESS=1`, and read before they are kept. No combination leads to a deployment but through the guard, and
//! the guard without any one of its conditions is another guard.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]

#[path = "guard/bells.rs"]
mod bells;
#[path = "guard/commands.rs"]
mod commands;
#[path = "guard/rules.rs"]
mod rules;
#[allow(dead_code, reason = "other test crates use the rest")]
#[path = "world/still.rs"]
mod still;

use std::path::Path;

/// Compares a table with the one that was agreed on.
#[track_caller]
fn agreed(name: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guard").join(name);
    if std::env::var_os("TAGWARDEN_BLESS").is_some() {
        std::fs::write(&path, table).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    if known == table {
        return;
    }
    let changed: Vec<String> = known
        .lines()
        .zip(table.lines())
        .filter(|(was, is)| was != is)
        .map(|(was, is)| format!("- {was}\n+ {is}"))
        .collect();
    let (before, after) = (known.lines().count(), table.lines().count());
    panic!("{name} is not what was agreed on ({before} lines, now {after}):\n{}", changed.join("\n"));
}
