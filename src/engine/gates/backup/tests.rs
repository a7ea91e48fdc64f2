//! What the gate makes of every answer that a host can give about backups.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::found::{self, FileLines, Found};
use crate::domain::plan::Output;

fn output(status: i32, stdout: &str) -> Output {
    Output { status, stdout: stdout.to_owned(), stderr: String::new() }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

#[track_caller]
fn newest(found: Found, made: &str, what: &str) {
    let Found::Newest { at: seen, what: named, .. } = found else { panic!("{found:?}") };
    assert_eq!((seen, named.as_str()), (at(made), what));
}

#[track_caller]
fn says(found: Found, id: &str) {
    let why = match &found {
        Found::Bad { why, .. } | Found::Unknown { why } => why,
        Found::Newest { .. } => panic!("{found:?}"),
    };
    assert_eq!(why.id, id, "{found:?}");
}

#[test]
fn the_newest_snapshot_counts_whatever_the_order_and_the_zone() {
    let list = r#"[{"time":"2026-11-25T03:00:00.5+01:00","id":"aaaaaaaaaa","hostname":"prod","paths":["/srv"]},
        {"time":"2026-11-25T02:30:00Z","id":"bbbbbbbbbb"},{"time":"2026-11-20T01:00:00Z","id":"cccccccccc"}]"#;
    newest(found::restic(&output(0, list)), "2026-11-25T02:30:00Z", "bbbbbbbb");
}

#[test]
fn a_list_that_says_nothing_is_unknown_and_an_empty_one_is_bad() {
    for (status, text, id) in [
        (0, "[]", "gate-backup-none"),
        (0, "null", "gate-backup-none"),
        (0, "", "gate-backup-no-list"),
        (0, "[{", "gate-backup-no-list"),
        (0, r#"[{"time":"yesterday","id":"a"}]"#, "gate-backup-no-list"),
        (1, "[]", "gate-backup-unlisted"),
        (124, "", "gate-backup-unlisted"),
    ] {
        says(found::restic(&output(status, text)), id);
    }
    says(found::borg(&output(0, r#"{"archives":[]}"#), &paris()), "gate-backup-none");
    says(found::borg(&output(2, ""), &paris()), "gate-backup-unlisted");
    says(found::borg(&output(0, "[]"), &paris()), "gate-backup-no-list");
    says(found::command(&output(0, "three o'clock")), "gate-backup-no-instant");
    says(found::command(&output(1, "2026-11-25T03:00:00Z")), "gate-backup-unlisted");
}

#[test]
fn borgs_times_are_those_of_the_zone_and_a_checkpoint_is_no_archive() {
    let list = |time: &str| {
        format!(
            r#"{{"archives":[{{"name":"a","id":"1","time":"{time}"}},
            {{"name":"b.checkpoint","time":"2026-12-25T03:00:00.000000"}},
            {{"name":"c.checkpoint.2","time":"2026-12-25T03:00:00.000000"}}]}}"#
        )
    };
    for (time, made) in [
        ("2026-11-25T03:00:00.000000", "2026-11-25T02:00:00Z"),
        ("2026-07-25T03:00:00.000000", "2026-07-25T01:00:00Z"),
        // The hour that the clocks show twice: the earlier one, which is older.
        ("2026-10-25T02:30:00.000000", "2026-10-25T00:30:00Z"),
        ("2026-11-25T03:00:00.000000+00:00", "2026-11-25T03:00:00Z"),
    ] {
        newest(found::borg(&output(0, &list(time)), &paris()), made, "a");
    }
}

#[test]
fn a_command_says_an_instant_and_nothing_else() {
    newest(
        found::command(&output(0, "2026-11-25T03:00:00+01:00\n")),
        "2026-11-25T02:00:00Z",
        "2026-11-25T03:00:00+01:00",
    );
    says(
        found::command(&output(0, "2026-11-25T03:00:00Z\n2026-11-25T04:00:00Z\n")),
        "gate-backup-no-instant",
    );
}

#[test]
fn a_dump_that_was_copied_today_is_as_old_as_its_head_says() {
    let text = |created: &str| {
        format!(
            "path /b/a.dump\nabout 1764000000 4096 1:2:3\nidentity i\nsum ab\ncreated {created}\nwhole\nend\n"
        )
    };
    // The file is of 2025-11-24T16:00:00Z.
    for (created, made) in [
        ("2025-11-20 03:00:00", "2025-11-20T02:00:00Z"),
        ("2025-11-24 16:59:00", "2025-11-24T15:59:00Z"),
        // A clock of another zone: the file's own time is the earlier one.
        ("2025-11-24 23:00:00", "2025-11-24T16:00:00Z"),
        ("nonsense", "2025-11-24T16:00:00Z"),
    ] {
        let text = text(created);
        let lines = FileLines::read(&text, &[]).unwrap();
        newest(found::file(&lines, 1, Some(&paris())), made, "/b/a.dump");
    }
}

#[test]
fn an_answer_of_files_that_was_cut_is_none() {
    let whole = "path /b/a.dump\nabout 1764000000 4096 1:2:3\nidentity i\nsum ab\nend\n";
    for length in 0..whole.len() - 1 {
        assert!(FileLines::read(&whole[..length], &[]).is_none(), "{length}");
    }
    let lines = FileLines::read("path /b/a\nabout 1 2 3\nidentity i\nsum ab\nend\n", &[]).unwrap();
    says(found::file(&lines, 1, Some(&paris())), "gate-backup-no-list");
}

#[test]
fn what_was_seen_in_a_file_counts_again_under_the_same_identity() {
    let first =
        FileLines::read("path /b/a\nabout 1764000000 9 x\nidentity i\nsum ab\nbroken cut\nend\n", &[])
            .unwrap();
    let (identity, seen) = first.seen().unwrap();
    assert_eq!(
        (identity.as_str(), seen.as_slice()),
        ("i", ["sum ab".to_owned(), "broken cut".to_owned()].as_slice())
    );
    let again = FileLines::read("path /b/a\nabout 1764000000 9 x\nidentity i\nsame\nend\n", &seen).unwrap();
    says(found::file(&again, 1, Some(&paris())), "gate-backup-broken");
    assert_eq!(again.seen(), Some((identity, seen)));
    let missing =
        FileLines::read("path /b/a\nabout 1764000000 9 x\nidentity i\nsum ab\ntool-missing\nend\n", &[])
            .unwrap();
    assert_eq!(missing.seen(), None, "a program that is installed later is tried");
}
