//! What the program needs before it can judge, and what it says when the judgement never ends.

use std::io::Write;
use std::process::{Command, Stdio};

const HOOK: &str = env!("CARGO_BIN_EXE_tagwarden-hook");

#[test]
fn the_program_runs_in_a_container_that_has_no_libraries_of_its_own() {
    let program = std::fs::read(HOOK).unwrap();
    let number = |at: usize, length: usize| {
        program[at..at + length].iter().rev().fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
    };
    // The table of segments in the header of a 64-bit ELF file; a segment of kind 3 names the loader that it needs.
    assert_eq!(&program[..5], b"\x7fELF\x02");
    let (table, size, count) = (number(0x20, 8), number(0x36, 2), number(0x38, 2));
    let needs_a_loader = (0..count).any(|segment| number(table + segment * size, 4) == 3);
    assert!(!needs_a_loader, "linked against shared libraries: is libc's archive missing on this machine?");
}

#[test]
fn a_judgement_that_never_ends_is_refused_when_its_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody ever writes into it, so reading it never ends.
    let config = folder.path().join("tagwarden.toml");
    assert!(Command::new("mkfifo").arg(&config).status().unwrap().success());
    let mut hook = Command::new(HOOK)
        .env_clear()
        .env("TAGWARDEN_CONFIG", &config)
        .env("GITEA_REPO_USER_NAME", "school")
        .env("GITEA_REPO_NAME", "bridge")
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let line = format!("{} {} refs/tags/v1.0.0\n", "0".repeat(40), "a".repeat(40));
    hook.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    let ended = hook.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(3));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.starts_with("error: ") && said.contains("TW-H004"), "{said}");
}
