//! Is every line of a push understood as git means it, whatever a hostile client puts into names?

#![no_main]

use libfuzzer_sys::fuzz_target;
use tagwarden_fuzz::check_refusal;
use tagwarden_fuzz::domain::names;
use tagwarden_fuzz::domain::notice::Notice;
use tagwarden_fuzz::domain::tag_policy::{self, Policy};
use tagwarden_fuzz::lines;

fuzz_target!(|bytes: &[u8]| {
    let said = lines::parse(bytes);
    let own: Vec<Option<(&[u8], &[u8])>> =
        bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(understood).collect();
    assert_eq!(said.malformed, own.contains(&None), "a line was skipped");
    let own: Vec<(&[u8], &[u8])> = own.into_iter().flatten().collect();
    let names: Vec<&[u8]> = said.updates.iter().map(|update| update.name.as_slice()).collect();
    assert_eq!(names, own.iter().map(|(_, name)| *name).collect::<Vec<_>>());
    for (update, (new, name)) in said.updates.iter().zip(&own) {
        let zero = new.iter().all(|byte| *byte == b'0');
        assert_eq!(update.new.as_ref().map(|id| id.as_str().as_bytes()), (!zero).then_some(*new));
        let again = names.iter().filter(|other| *other == name).count() > 1;
        assert_eq!(said.doubled.iter().any(|doubled| doubled == name), again);
        check_name(name);
    }
    let ours = |name: &&&[u8]| name.starts_with(b"refs/tags/") || name.starts_with(b"refs/replace/");
    assert_eq!(lines::concerns_us(bytes), said.malformed || names.iter().find(ours).is_some());
});

/// Returns new id and name when the line has the form `old new name`, read in the most obvious way.
fn understood(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let id = |field: &[u8]| field.iter().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte));
    for (old, new) in [(40, 40), (64, 64), (40, 64), (64, 40)] {
        let name = old + 1 + new + 1;
        if line.len() > name && line[old] == b' ' && line[name - 1] == b' ' {
            let (first, second) = (&line[..old], &line[old + 1..name - 1]);
            if id(first) && id(second) {
                return Some((second, &line[name..]));
            }
        }
    }
    None
}

fn check_name(full: &[u8]) {
    let policy = Policy {
        main: "main".into(),
        hotfix_branches: vec!["hotfix/*".into()],
        tag_prefix: "v".into(),
        changelog: None,
        other_tags: false,
        first_version: None,
        signers: None,
    };
    check_refusal(&Notice::new("TW-T033").with("tag", names::shown(full)));
    let Some(short) = full.strip_prefix(b"refs/tags/") else { return };
    match tag_policy::name(short, &policy) {
        Some(Ok(tag)) => assert_eq!(tag.full_ref().as_bytes(), full),
        Some(Err(notice)) => check_refusal(&notice),
        None => check_refusal(&Notice::new("TW-T016").with("tag", names::shown(short))),
    }
}
