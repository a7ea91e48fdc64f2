//! Is a tag object read as what its bytes say, and nothing else?

#![no_main]

use libfuzzer_sys::fuzz_target;
use tagwarden_fuzz::check_refusal;
use tagwarden_fuzz::domain::tag_policy::{SignatureBlock, SignatureForm, TagObject};
use tagwarden_fuzz::domain::version::{LONGEST_TAG, Tag};

fuzz_target!(|bytes: &[u8]| {
    let Some(tag) = TagObject::parse(bytes) else { return };
    let head =
        [b"object ", tag.target.as_bytes(), b"\ntype ", tag.kind.as_bytes(), b"\ntag ", &tag.name].concat();
    assert!(bytes.starts_with(&head), "the head is not what was read");
    assert!(matches!(bytes.get(head.len()), None | Some(b'\n')), "the name ends somewhere else");
    check_signature(bytes, tag.signature);
    check_name(&tag.name);
});

/// Compares with what a plain search for armour finds.
fn check_signature(bytes: &[u8], signature: SignatureBlock) {
    let message = bytes.windows(2).position(|pair| pair == b"\n\n").map_or(bytes.len(), |at| at + 1);
    let begins = |line: &[u8]| {
        ["SSH SIGNATURE", "PGP SIGNATURE", "PGP MESSAGE", "SIGNED MESSAGE"]
            .iter()
            .any(|kind| line.starts_with(format!("-----BEGIN {kind}-----").as_bytes()))
    };
    let count = bytes[message..].split(|byte| *byte == b'\n').filter(|line| begins(line)).count();
    match signature {
        SignatureBlock::None => assert_eq!(count, 0, "a signature was overlooked"),
        SignatureBlock::Muddled => assert!(count > 0, "no signature is no muddle"),
        SignatureBlock::One { form, at } => {
            assert_eq!(count, 1);
            assert!(at >= message && bytes[at - 1] == b'\n', "the signature begins inside a line");
            let signed = std::str::from_utf8(&bytes[at..at + 15]);
            assert!(signed.is_ok_and(|begin| begin.starts_with("-----BEGIN ")));
            let last = bytes.strip_suffix(b"\n").unwrap_or(bytes);
            assert!(last.ends_with(b"-----"), "something stands behind the signature");
            let ssh = bytes[at..].starts_with(b"-----BEGIN SSH ");
            assert_eq!(ssh, form == SignatureForm::Ssh);
        }
    }
}

fn check_name(name: &[u8]) {
    for prefix in ["v", "", "release-"] {
        match Tag::parse(name, prefix) {
            Ok(tag) => {
                assert_eq!(tag.name().as_bytes(), name);
                assert_eq!(tag.prefix(), prefix);
                assert_eq!(tag.name(), format!("{prefix}{}", tag.version()));
                assert!(name.len() <= LONGEST_TAG && name.iter().all(u8::is_ascii_graphic));
                let stored = serde_json::to_string(&tag).expect("a tag can be stored");
                assert_eq!(serde_json::from_str::<Tag>(&stored).expect("and read again"), tag);
            }
            Err(notice) => check_refusal(&notice),
        }
    }
}
