//! What does a checkpoint of the journal say? How many entries there were at an instant, and the hash of the last one.
//!
//! Its form is that of C2SP's tlog-checkpoint in a signed note, so that tools of others can read and keep it: the
//! origin, the number of entries, the hash in base64, one line of our own, a blank line, the signatures. The hash is
//! that of the chain, not of a tree. Our own line counts the checkpoints, so that one that was taken out is missed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;

use crate::domain::journal::Link;

/// What the line of a signature begins with.
const DASH: &str = "\u{2014} ";
/// What our own line begins with.
const OWN_LINE: &str = "checkpoint ";

/// A statement about the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose journal it is; also the name of the key.
    pub origin: String,
    /// Which checkpoint this is, from 1 on, without gaps.
    pub number: u64,
    /// How many entries there were.
    pub size: u64,
    /// The hash of the last of them.
    pub link: Link,
    /// When.
    pub at: Timestamp,
}

/// One signature under a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// The first four bytes of the digest of name and key.
    pub key: [u8; 4],
    /// The signature itself.
    pub bytes: Vec<u8>,
}

/// A checkpoint with the signatures under it; none of them has been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What was signed, as it can be read.
    pub checkpoint: Checkpoint,
    /// The exact text that was signed, its last line end included.
    pub text: String,
    /// Who signed it.
    pub signatures: Vec<Signature>,
}

impl Checkpoint {
    /// Returns the text that is signed.
    pub fn text(&self) -> String {
        let Self { origin, number, size, link, at } = self;
        let hash = BASE64.encode(link.as_bytes());
        format!("{origin}\n{size}\n{hash}\n{OWN_LINE}{number} {at}\n")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, hash, own) = (lines.next()?, lines.next()?, lines.next()?, lines.next()?);
        let (number, at) = own.strip_prefix(OWN_LINE)?.split_once(' ')?;
        let parsed = Self {
            origin: origin.to_owned(),
            number: number.parse().ok()?,
            size: size.parse().ok()?,
            link: Link::from_bytes(&BASE64.decode(hash).ok()?)?,
            at: at.parse().ok()?,
        };
        // Written in exactly one way: a second spelling of the same thing would be a second text to sign.
        (parsed.text() == text).then_some(parsed)
    }
}

impl Signature {
    /// Returns the line.
    pub fn line(&self) -> String {
        let bytes: Vec<u8> = self.key.iter().chain(&self.bytes).copied().collect();
        format!("{DASH}{} {}\n", self.name, BASE64.encode(bytes))
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, bytes) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = BASE64.decode(bytes).ok()?;
        let (key, rest) = bytes.split_first_chunk::<4>()?;
        Some(Self { name: name.to_owned(), key: *key, bytes: rest.to_vec() })
    }
}

impl Note {
    /// Returns the note as it is kept and handed on.
    pub fn written(&self) -> String {
        let signatures: String = self.signatures.iter().map(Signature::line).collect();
        format!("{}\n{signatures}", self.text)
    }

    /// Returns the note that stands in `written`, and nothing else; `None` when it is none.
    pub fn parse(written: &str) -> Option<Self> {
        let (text, rest) = written.split_once("\n\n")?;
        let text = format!("{text}\n");
        let signatures: Option<Vec<_>> = rest.strip_suffix('\n')?.split('\n').map(Signature::parse).collect();
        Some(Self { checkpoint: Checkpoint::parse(&text)?, text, signatures: signatures? })
    }

    /// Returns all notes that stand in `written` one after the other, blank lines between them or not; `None` when
    /// there is anything else, or nothing.
    pub fn parse_all(written: &str) -> Option<Vec<Self>> {
        let mut notes = Vec::new();
        let (mut current, mut signed) = (String::new(), false);
        for line in written.lines().map(|line| line.strip_suffix('\r').unwrap_or(line)) {
            let signature = line.starts_with(DASH);
            if signed && !signature {
                notes.push(Self::parse(&current)?);
                current.clear();
                signed = false;
            }
            if !(current.is_empty() && line.is_empty()) {
                current.push_str(line);
                current.push('\n');
            }
            signed |= signature;
        }
        if !current.is_empty() {
            notes.push(Self::parse(&current)?);
        }
        (!notes.is_empty()).then_some(notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(number: u64) -> Note {
        let checkpoint = Checkpoint {
            origin: "release.example.org/journal".into(),
            number,
            size: 40 + number,
            link: Link::from_bytes(&[7; 32]).unwrap(),
            at: Timestamp::from_second(1_764_000_000).unwrap(),
        };
        let signature = Signature { name: checkpoint.origin.clone(), key: [1, 2, 3, 4], bytes: vec![9; 64] };
        Note { text: checkpoint.text(), checkpoint, signatures: vec![signature] }
    }

    #[test]
    fn a_checkpoint_has_the_form_that_others_read() {
        let written = note(2).written();
        let lines: Vec<&str> = written.split('\n').collect();
        assert_eq!(lines[0], "release.example.org/journal");
        assert_eq!(lines[1], "42");
        assert_eq!(lines[2], "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        assert_eq!(lines[3], "checkpoint 2 2025-11-24T16:00:00Z");
        assert_eq!(lines[4], "");
        assert!(lines[5].starts_with("\u{2014} release.example.org/journal AQIDBAkJ"), "{written}");
        assert_eq!(lines[6..], [""]);
    }

    #[test]
    fn a_note_reads_back_and_several_in_one_file_do() {
        let (first, second) = (note(1), note(2));
        assert_eq!(Note::parse(&first.written()), Some(first.clone()));
        for between in ["", "\n", "\n\n"] {
            let both = format!("{}{between}{}", first.written(), second.written());
            assert_eq!(Note::parse_all(&both), Some(vec![first.clone(), second.clone()]), "{both:?}");
        }
        assert_eq!(Note::parse_all(&first.written().replace('\n', "\r\n")), Some(vec![first]));
    }

    #[test]
    fn what_is_no_note_is_none() {
        let whole = note(1).written();
        let broken = [
            String::new(),
            "\n".into(),
            whole.replace("\n41\n", "\n041\n"),
            whole.replace("\n41\n", "\n-1\n"),
            whole.replace("checkpoint 1", "checkpoint one"),
            whole.replace("\n\n", "\n"),
            whole.replace("BwcH", "Bw"),
            whole.replace('\u{2014}', "-"),
            whole.trim_end().to_owned(),
            format!("{whole}and more\n"),
        ];
        for written in broken {
            assert_eq!(Note::parse(&written), None, "{written:?}");
        }
        assert_eq!(Note::parse_all("<html>not found</html>"), None);
        assert_eq!(Note::parse_all(""), None);
    }
}
