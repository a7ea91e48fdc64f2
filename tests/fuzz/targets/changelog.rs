//! Does a release change nothing outside the ranges that it must, and do the notes come back as they were written?

#![no_main]

use jiff::civil::Date;
use libfuzzer_sys::fuzz_target;
use tagwarden_fuzz::domain::changelog::{Changelog, Problem, Released, slipped_in};
use tagwarden_fuzz::messages::{self, Language};

fuzz_target!(|bytes: &[u8]| {
    let before = Changelog::parse(bytes);
    let text = std::str::from_utf8(bytes).ok();
    assert_eq!(before.bytes(), text.unwrap_or_default().as_bytes());
    before.problems().iter().for_each(|problem| check_problem(problem, bytes));
    for section in before.sections() {
        let version = section.version.as_ref().expect("a released section has a version");
        assert!(before.count(version) >= 1 && before.notes(version).is_some());
    }
    assert!(slipped_in(&before, &before).is_empty(), "nothing has changed");
    let version = semver::Version::new(9999, 0, 0);
    let date: Date = Date::constant(2026, 11, 24);
    match before.release(&version, date) {
        Ok(Released::Written(written)) => {
            let text = text.expect("what is no text is refused");
            let written = String::from_utf8(written).expect("a text stays a text");
            // Lines that end in a carriage return alone are lines to Markdown, and to nobody else.
            if !text.replace("\r\n", "").contains('\r') {
                check_untouched(text, &written);
            }
            check_released(&before, &written, &version, date);
        }
        Ok(Released::Already(line)) => {
            assert_eq!(
                (before.count(&version), before.section(&version).map(|one| one.line)),
                (1, Some(line))
            );
        }
        Err(refused) => check_problem(&refused.0, bytes),
    }
});

fn check_problem(problem: &Problem, bytes: &[u8]) {
    let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
    assert!((1..=lines).contains(&problem.line), "line {} of {lines}", problem.line);
    for language in [Language::En, Language::Fr] {
        let worded = messages::word(language, &problem.notice);
        assert!(worded.hint.is_some() && !worded.what.chars().any(char::is_control), "{worded:?}");
    }
}

/// Every old line stands in the new file, in order; but for the link behind `Unreleased`, which may change.
fn check_untouched(old: &str, new: &str) {
    let mut rest = new.split_inclusive('\n').peekable();
    let mut moved = 0;
    let mut added = 0;
    for line in old.split_inclusive('\n') {
        let text = line.trim_end_matches(['\r', '\n']);
        loop {
            let Some(next) = rest.next() else { panic!("a line is gone: {line:?}") };
            let same = next.trim_end_matches(['\r', '\n']) == text;
            // What used to end the file without a line feed may have got one.
            if same && (next == line || !line.ends_with('\n')) {
                break;
            }
            let link = |line: &str| line.contains("...") && line.to_lowercase().contains("unreleased");
            if link(text) && link(next) {
                moved += 1;
                break;
            }
            added += 1;
        }
    }
    assert!(moved <= 1, "{moved} lines were changed");
    added += rest.count();
    assert!((2..=4).contains(&added), "{added} lines were added");
}

fn check_released(before: &Changelog, written: &str, version: &semver::Version, date: Date) {
    let after = Changelog::parse(written.as_bytes());
    assert_eq!(after.count(version), 1);
    let section = after.section(version).expect("it was just written");
    assert_eq!(section.date, Some(date));
    assert_eq!(after.sections().len(), before.sections().len() + 1);
    assert!(after.unreleased().is_some_and(|unreleased| !unreleased.has_content));
    let old = before.unreleased_notes().expect("there was something to release");
    let new = after.notes(version).expect("it was just written");
    assert_eq!(said(&new), said(&old));
    assert_eq!(after.release(version, date), Ok(Released::Already(section.line)));
}

/// The lines of notes that are neither empty nor definitions, which a release may add.
fn said(notes: &str) -> Vec<&str> {
    let defines = |line: &str| line.trim_start().starts_with('[') && line.contains("]:");
    notes.lines().map(str::trim_end).filter(|line| !line.is_empty() && !defines(line)).collect()
}
