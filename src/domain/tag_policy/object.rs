//! The bytes of a tag object: what it says, and where its signature stands.
//!
//! Read strictly: whoever makes a tag with git gets exactly this form, and everything else is somebody's attempt to
//! have two programs read two things. The message is free text and is not looked at, but for a signature in it.

/// A tag object, as its bytes say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagObject {
    /// The id of what it points at, in hexadecimal digits.
    pub target: String,
    /// What kind of object that is.
    pub kind: String,
    /// The name inside, any bytes.
    pub name: Vec<u8>,
    /// When the tagger says that it was made, in seconds since 1970; old tags have no tagger.
    pub tagged_at: Option<i64>,
    /// Its signature.
    pub signature: SignatureBlock,
}

/// The signature in a tag's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureBlock {
    /// There is none.
    None,
    /// There is one block, at the very end; what is signed are the bytes before `at`.
    One {
        /// Its form.
        form: SignatureForm,
        /// Where it begins.
        at: usize,
    },
    /// There are several, one is not closed, or something stands behind it.
    Muddled,
}

/// The forms of signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureForm {
    /// An SSH key's.
    Ssh,
    /// OpenPGP's.
    OpenPgp,
    /// X.509's.
    X509,
}

/// What the blocks of each form begin and end with.
const ARMOUR: [(&[u8], &[u8], SignatureForm); 4] = [
    (b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----", SignatureForm::Ssh),
    (b"-----BEGIN PGP SIGNATURE-----", b"-----END PGP SIGNATURE-----", SignatureForm::OpenPgp),
    (b"-----BEGIN PGP MESSAGE-----", b"-----END PGP MESSAGE-----", SignatureForm::OpenPgp),
    (b"-----BEGIN SIGNED MESSAGE-----", b"-----END SIGNED MESSAGE-----", SignatureForm::X509),
];

impl TagObject {
    /// Returns what the bytes of a tag object say; `None` when they are not of the form.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(2).position(|pair| pair == b"\n\n");
        let (head, message) = bytes.split_at(end.map_or(bytes.len(), |at| at + 1));
        let mut lines = head.strip_suffix(b"\n").unwrap_or(head).split(|byte| *byte == b'\n');
        let target = ascii(lines.next()?.strip_prefix(b"object ")?)?;
        let digits = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if !matches!(target.len(), 40 | 64) || !target.bytes().all(digits) {
            return None;
        }
        let kind = ascii(lines.next()?.strip_prefix(b"type ")?)?;
        let name = lines.next()?.strip_prefix(b"tag ")?.to_vec();
        let mut tagged_at = None;
        for (n, line) in lines.enumerate() {
            if let (0, Some(tagger)) = (n, line.strip_prefix(b"tagger ")) {
                tagged_at = Some(seconds(tagger)?);
            } else if [&b"object "[..], b"type ", b"tag ", b"tagger "].iter().any(|key| line.starts_with(key))
            {
                return None;
            }
        }
        Some(Self { target, kind, name, tagged_at, signature: signature(message, head.len()) })
    }
}

fn ascii(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).map(str::to_owned)
}

/// Returns the seconds of `Name <mail> 1795000000 +0100`.
fn seconds(tagger: &[u8]) -> Option<i64> {
    let behind = tagger.iter().rposition(|byte| *byte == b'>')? + 1;
    std::str::from_utf8(&tagger[behind..]).ok()?.split_ascii_whitespace().next()?.parse().ok()
}

fn signature(message: &[u8], offset: usize) -> SignatureBlock {
    let mut found: Option<(usize, usize)> = None;
    let mut at = 0;
    let mut closed = false;
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        // A carriage return before the line's end would hide a block from git and show it to others.
        let bare = text.strip_suffix(b"\r").unwrap_or(text);
        let begins = ARMOUR.iter().position(|(begin, _, _)| bare.starts_with(begin));
        match (begins, found) {
            (Some(form), None) if bare == ARMOUR[form].0 && bare == text => found = Some((form, at)),
            (Some(_), _) => return SignatureBlock::Muddled,
            (None, Some((form, _))) if text == ARMOUR[form].1 && !closed => closed = true,
            (None, Some(_)) if closed => return SignatureBlock::Muddled,
            (None, _) => {}
        }
        at += line.len();
    }
    match found {
        None => SignatureBlock::None,
        Some((form, begin)) if closed => SignatureBlock::One { form: ARMOUR[form].2, at: offset + begin },
        Some(_) => SignatureBlock::Muddled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "object aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\ntype commit\ntag v1.0.0\n";
    const TAGGER: &str = "tagger Ada <ada@example.org> 1795000000 +0100\n";
    const SSH: &str = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n";
    const PGP: &str = "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n";

    fn parse(text: &str) -> Option<TagObject> {
        TagObject::parse(text.as_bytes())
    }

    #[test]
    fn an_ordinary_tag_is_read() {
        let tag = parse(&format!("{HEAD}{TAGGER}\nRelease v1.0.0\n")).unwrap();
        assert_eq!((tag.kind.as_str(), tag.name.as_slice()), ("commit", &b"v1.0.0"[..]));
        assert_eq!((tag.tagged_at, tag.signature), (Some(1_795_000_000), SignatureBlock::None));
        assert_eq!(parse(&format!("{HEAD}\nno tagger\n")).unwrap().tagged_at, None);
        assert!(parse(HEAD).is_some(), "no message at all");
    }

    #[test]
    fn what_is_not_of_the_form_is_not_guessed_at() {
        for bad in [
            String::new(),
            "object x\ntype commit\ntag v1\n\n".to_owned(),
            HEAD.replace("object", "Object"),
            HEAD.replace("type commit\n", ""),
            format!("{HEAD}tag v2.0.0\n{TAGGER}\nx\n"),
            format!("{HEAD}{TAGGER}object {}\n\nx\n", "b".repeat(40)),
            format!("{HEAD}tagger nobody\n\nx\n"),
            format!("{HEAD}{TAGGER}{TAGGER}\nx\n"),
        ] {
            assert_eq!(parse(&bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_signature_is_one_block_at_the_very_end() {
        let signed = |rest: &str| parse(&format!("{HEAD}{TAGGER}\n{rest}")).unwrap().signature;
        let before = HEAD.len() + TAGGER.len() + 1;
        assert_eq!(
            signed(&format!("x\n{SSH}")),
            SignatureBlock::One { form: SignatureForm::Ssh, at: before + 2 }
        );
        assert_eq!(signed(PGP), SignatureBlock::One { form: SignatureForm::OpenPgp, at: before });
        assert_eq!(signed("x\n > -----BEGIN SSH SIGNATURE-----\n"), SignatureBlock::None);
        for muddled in [
            format!("x\n{SSH}more\n"),
            format!("x\n{SSH}\n"),
            format!("x\n{SSH}{SSH}"),
            format!("x\n{PGP}{SSH}"),
            format!("x\n{}", SSH.replace('\n', "\r\n")),
            "x\n-----BEGIN SSH SIGNATURE-----\nAAAA\n".to_owned(),
            "x\n-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END PGP SIGNATURE-----\n".to_owned(),
            format!("x\n-----BEGIN SSH SIGNATURE----- more\n{SSH}"),
        ] {
            assert_eq!(signed(&muddled), SignatureBlock::Muddled, "{muddled:?}");
        }
    }
}
