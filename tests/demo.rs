//! The demo plays to its end in both languages; it checks its own stories and fails when one ends otherwise.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

use std::process::Command;

#[track_caller]
fn play(language: &str) -> String {
    let played = Command::new(env!("CARGO_BIN_EXE_tagwarden"))
        .args(["demo", "--lang", language])
        .env_remove("TAGWARDEN_CONFIG")
        .output()
        .unwrap();
    let said = String::from_utf8(played.stdout).unwrap();
    assert!(played.status.success(), "{said}{}", String::from_utf8_lossy(&played.stderr));
    assert!(!said.contains('{') && !said.contains("TW-U"), "every text is filled in: {said}");
    said
}

#[test]
fn the_four_stories_are_told_in_english() {
    let said = play("en");
    for line in [
        "$ git push origin main v1.1.0",
        "  remote: tagwarden: v1.1.0 accepted.",
        "grace approved.",
        "The release is complete.",
        "  remote: error: v1.3.0 is refused: it does not follow v1.1.0 (rule version-successor, TW-T012).",
        "The calendar is closed (weekend); the next slot opens Monday",
        "What ran before runs again, and that was verified.",
        "The forge has v1.2.1-rollback on the commit that runs again.",
        "The journal is whole",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
}

#[test]
fn the_four_stories_are_told_in_french() {
    let said = play("fr");
    for line in ["v1.1.0 accepté", "grace a approuvé", "La version est complète", "Le journal est intact"]
    {
        assert!(said.contains(line), "{line}\n{said}");
    }
}
