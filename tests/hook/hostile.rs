//! What git would never send, and what it sends without looking: hostile names, doubles, forged ids, odd objects.

use std::io::Write;
use std::process::Stdio;

use crate::client::Line;
use crate::forge::{Forge, LAYOUTS, Pushed};

fn line(forge: &Forge, name: &[u8]) -> Line {
    Line { old: forge.zero(), new: forge.git(&["rev-parse", "v1.0.1"]), name: name.to_vec() }
}

/// Nothing that came from outside reaches the pusher's terminal as it was.
#[track_caller]
fn clean(pushed: &Pushed) {
    let spoken: String = pushed.said.lines().filter(|line| line.contains("TW-")).collect();
    assert!(!spoken.is_empty(), "{}", pushed.said);
    assert!(spoken.chars().all(|character| !character.is_control()), "{spoken:?}");
}

#[test]
fn names_with_control_characters_are_refused_and_shown_escaped() {
    for layout in LAYOUTS {
        let mut forge = Forge::at_1_0_0(layout);
        forge.release("1.0.1");
        forge.push(&["main"]).accepted();
        for (name, shown) in [
            (&b"refs/tags/v1.0.1\x1b[2J"[..], "v1.0.1\\u{1b}[2J"),
            (b"refs/tags/v1.0.1 ", "v1.0.1 "),
            (b"refs/tags/ v1.0.1", " v1.0.1"),
            (b"refs/tags/v1.0.1\x7f", "v1.0.1\\u{7f}"),
            (b"refs/tags/v1.0.1\t", "v1.0.1\\u{9}"),
            (b"refs/tags/v1.0.1\xff\xfe", "v1.0.1\\xff\\xfe"),
            ("refs/tags/v1.0.1\u{202e}".as_bytes(), "v1.0.1\\u{202e}"),
            (b"refs/tags/v1.0.1\r", "v1.0.1\\u{d}"),
        ] {
            let pushed = forge.send_lines(&[line(&forge, name)]);
            assert!(!pushed.passed, "{name:?}");
            pushed.says(shown);
            clean(&pushed);
        }
    }
}

#[test]
fn a_line_feed_in_a_name_forges_nothing() {
    let mut forge = Forge::usual();
    forge.release("1.0.1");
    forge.push(&["main"]).accepted();
    let (zero, head) = (forge.zero(), forge.git(&["rev-parse", "HEAD"]));
    // A branch's name that carries what looks like a line for a tag, and the other way round.
    for name in [
        "refs/heads/x\nnonsense".to_owned(),
        format!("refs/tags/v1.0.1\n{zero} {head} refs/heads/x"),
        format!("refs/heads/x\n{zero} {head} refs/tags/v9.9.9"),
        format!("refs/tags/nightly\n{zero} {head} refs/heads/x\nerror: everything is fine"),
    ] {
        let pushed = forge.send_lines(&[line(&forge, name.as_bytes())]);
        assert!(!pushed.passed, "{name:?}: {}", pushed.said);
    }
    assert_eq!(forge.at_forge("refs/heads/x"), None);
}

#[test]
fn a_ref_that_stands_twice_is_refused() {
    let mut forge = Forge::usual();
    forge.release("1.0.1");
    forge.push(&["main"]).accepted();
    let twice = [line(&forge, b"refs/tags/v1.0.1"), line(&forge, b"refs/tags/v1.0.1")];
    let pushed = forge.send_lines(&twice);
    assert!(!pushed.passed && pushed.ids().contains(&"TW-T032".to_owned()), "{}", pushed.said);
}

#[test]
fn the_old_id_is_looked_up_and_never_believed() {
    let mut forge = Forge::usual();
    let old = forge.git(&["rev-parse", "v1.0.0"]);
    forge.commit("fix: one more");
    forge.push(&["main"]).accepted();
    forge.git(&["tag", "-f", "-a", "v1.0.0", "-m", "Release v1.0.0"]);
    let new = forge.git(&["rev-parse", "v1.0.0"]);
    // "It does not exist yet": a move that pretends to be a creation.
    let name = b"refs/tags/v1.0.0".to_vec();
    let moved = forge.send_lines(&[Line { old: forge.zero(), new, name: name.clone() }]);
    moved.says("TW-T030");
    assert!(!moved.passed);
    // "It stands where it is to go": a creation that pretends to be nothing.
    forge.release("1.7.0");
    let new = forge.git(&["rev-parse", "v1.7.0"]);
    forge.push(&["main"]).accepted();
    let forged = forge.send_lines(&[Line { old: new.clone(), new, name: b"refs/tags/v1.7.0".to_vec() }]);
    forged.says("TW-T012");
    // A push that changes nothing is legal.
    forge.send_lines(&[Line { old: old.clone(), new: old.clone(), name }]);
    assert_eq!(forge.at_forge("refs/tags/v1.0.0").as_deref(), Some(old.as_str()));
}

#[test]
fn a_deletion_of_a_tag_that_is_not_there_is_refused_and_harmless() {
    let forge = Forge::usual();
    let delete = Line {
        old: forge.git(&["rev-parse", "HEAD"]),
        new: forge.zero(),
        name: b"refs/tags/v1.0.9".to_vec(),
    };
    let pushed = forge.send_lines(&[delete]);
    assert!(!pushed.passed, "{}", pushed.said);
    assert!(forge.at_forge("refs/tags/v1.0.0").is_some());
}

/// Makes a tag object of any bytes, and a ref to it.
fn raw_tag(forge: &Forge, name: &str, body: &[u8]) {
    let mut git = forge.command(&forge.work(), &["hash-object", "-t", "tag", "-w", "--stdin", "--literally"]);
    let mut git = git.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    git.stdin.take().unwrap().write_all(body).unwrap();
    let id = String::from_utf8(git.wait_with_output().unwrap().stdout).unwrap();
    forge.git(&["update-ref", &format!("refs/tags/{name}"), id.trim()]);
}

#[test]
fn tag_objects_without_a_tagger_with_strange_texts_or_of_great_size_are_judged() {
    let mut forge = Forge::usual();
    let head = forge.prepare("1.0.1");
    forge.push(&["main"]).accepted();
    let object = |inside: &str, rest: &[u8]| {
        [format!("object {head}\ntype commit\ntag {inside}\n").as_bytes(), rest].concat()
    };
    let tagger = b"tagger Ada <ada@example.org> 1795000000 +0000\n\n";
    raw_tag(&forge, "v1.0.1", &object("v1.0.1\x1b[31m", &[&tagger[..], b"x\n"].concat()));
    let pushed = forge.push(&["v1.0.1"]);
    assert_eq!(pushed.ids(), ["TW-T021"], "{}", pushed.said);
    clean(&pushed);
    let huge = [&tagger[..], &b"a line of a very long message\n".repeat(1 << 20)].concat();
    raw_tag(&forge, "v1.0.1", &object("v1.0.1", &huge));
    forge.push(&["v1.0.1"]).refused(&["TW-T025"]);
    raw_tag(&forge, "v1.0.1", &object("v1.0.1", &[&tagger[..], b"\0\x1b[2J\xff\n"].concat()));
    forge.push(&["v1.0.1"]).accepted().keeps_silent_about("\u{1b}");
    forge.prepare("1.0.2");
    forge.push(&["main"]).accepted();
    let head = forge.git(&["rev-parse", "HEAD"]);
    raw_tag(&forge, "v1.0.2", format!("object {head}\ntype commit\ntag v1.0.2\n\nno tagger\n").as_bytes());
    forge.push(&["v1.0.2"]).accepted();
}
