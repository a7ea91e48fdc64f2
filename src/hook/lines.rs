//! The lines that git hands to a pre-receive hook: old id, new id, ref name.
//!
//! Names arrive before git has checked them: a line feed inside a name looks like one more line. So a line that is not
//! of the form is not skipped but refused, the old id is not read at all, and no count of lines means anything.

use std::collections::BTreeSet;

use crate::domain::names::ObjectId;
use crate::git::Update;

/// What a push wants.
#[derive(Debug, PartialEq, Eq)]
pub struct Lines {
    /// The refs that it wants to change, in order.
    pub updates: Vec<Update>,
    /// The names that stand more than once.
    pub doubled: Vec<Vec<u8>>,
    /// Whether a line is not of the form.
    pub malformed: bool,
}

/// Returns whether there is anything to judge: a tag, a replacement ref, or a line that cannot be understood.
pub fn concerns_us(input: &[u8]) -> bool {
    input.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).any(|line| match name_of(line) {
        Some(name) => name.starts_with(b"refs/tags/") || name.starts_with(b"refs/replace/"),
        None => true,
    })
}

/// Returns the third field, which may itself hold blanks.
fn name_of(line: &[u8]) -> Option<&[u8]> {
    let mut fields = line.splitn(3, |byte| *byte == b' ');
    let (old, new) = (fields.next()?, fields.next()?);
    let name = fields.next()?;
    (is_id(old) && is_id(new) && !name.is_empty()).then_some(name)
}

fn is_id(field: &[u8]) -> bool {
    matches!(field.len(), 40 | 64) && field.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Returns what the lines say.
pub fn parse(input: &[u8]) -> Lines {
    let mut lines = Lines { updates: Vec::new(), doubled: Vec::new(), malformed: false };
    let mut seen = BTreeSet::new();
    for line in input.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let new = line.split(|byte| *byte == b' ').nth(1).and_then(|field| std::str::from_utf8(field).ok());
        let (Some(name), Some(Ok(new))) = (name_of(line), new.map(ObjectId::parse)) else {
            lines.malformed = true;
            continue;
        };
        if !seen.insert(name.to_vec()) {
            lines.doubled.push(name.to_vec());
        }
        lines.updates.push(Update { name: name.to_vec(), new: Some(new).filter(|id| !id.is_zero()) });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn a_push_of_branches_is_none_of_our_business() {
        assert!(!concerns_us(format!("{ZERO} {A} refs/heads/main\n").as_bytes()));
        assert!(!concerns_us(b""));
        assert!(concerns_us(format!("{ZERO} {A} refs/heads/main\n{ZERO} {A} refs/tags/v1.0.0\n").as_bytes()));
        assert!(concerns_us(format!("{ZERO} {A} refs/replace/{A}\n").as_bytes()));
    }

    #[test]
    fn a_line_feed_in_a_name_forges_no_line() {
        let forged = format!("{ZERO} {A} refs/heads/x\nnonsense\n");
        assert!(concerns_us(forged.as_bytes()));
        assert!(parse(forged.as_bytes()).malformed);
    }

    #[test]
    fn a_name_keeps_its_blanks_and_a_zero_id_deletes() {
        let lines = parse(format!("{ZERO} {A} refs/tags/v1 0\n{A} {ZERO} refs/tags/v1.0.0\n").as_bytes());
        assert_eq!(lines.updates[0].name, b"refs/tags/v1 0");
        assert_eq!(lines.updates[1].new, None);
    }

    #[test]
    fn a_ref_that_stands_twice_is_told() {
        let lines = parse(format!("{ZERO} {A} refs/tags/v1.0.0\n{ZERO} {A} refs/tags/v1.0.0\n").as_bytes());
        assert_eq!(lines.doubled, [b"refs/tags/v1.0.0".to_vec()]);
    }
}
