//! Makes foreign text safe to show on a terminal, in a log and in a message.

/// The longest foreign value that is shown, in characters; what is longer is cut and marked.
pub const LONGEST_VALUE: usize = 160;

/// Returns `text` with control characters, line separators and direction marks written out, cut at [`LONGEST_VALUE`].
pub fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (count, character) in text.chars().enumerate() {
        if count == LONGEST_VALUE {
            out.push('…');
            break;
        }
        if is_dangerous(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// Returns whether a character can change what a terminal or a page shows around it.
fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_direction_marks_and_control_bytes_are_written_out() {
        for hostile in ["\u{1b}[2J", "a\nb", "a\u{202e}b", "a\u{7f}", "a\u{9b}31m", "a\u{feff}b"] {
            let shown = safe(hostile);
            assert!(shown.chars().all(|c| !is_dangerous(c)), "{shown:?}");
            assert!(shown.contains("\\u{"), "{shown:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_and_marked() {
        let shown = safe(&"x".repeat(LONGEST_VALUE + 1));
        assert_eq!(shown.chars().count(), LONGEST_VALUE + 1);
        assert!(shown.ends_with('…'));
    }
}
