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

/// Returns a line that a program printed: colours and cursor movements left out, of a progress bar its last state, the
/// rest written out as by [`safe`] but not cut.
pub fn printed(line: &str) -> String {
    let last = line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default();
    let mut out = String::with_capacity(last.len());
    let mut rest = last;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\u{1b}[").and_then(after_sequence) {
            rest = after;
            continue;
        }
        rest = &rest[character.len_utf8()..];
        match character {
            '\t' => out.push_str("    "),
            character if is_dangerous(character) => out.extend(character.escape_unicode()),
            character => out.push(character),
        }
    }
    out
}

/// Returns a whole text, such as a log, with its lines and tabs kept and everything else that is dangerous written out.
///
/// Unlike [`printed`] it leaves nothing out, so that a log that is read piece by piece reads like the whole.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' | '\t' => out.push(character),
            // What redraws a line on a terminal begins a new one here.
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' => out.push('\n'),
            _ if is_dangerous(character) => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
    }
    out
}

/// Returns what stands behind the parameters and the final letter of a terminal's control sequence.
fn after_sequence(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !matches!(c, '0'..='?' | ' '..='/'))?;
    let last = text[end..].chars().next()?;
    matches!(last, '@'..='~').then(|| &text[end + 1..])
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
    fn what_a_program_printed_loses_its_colours_and_keeps_its_words() {
        for (line, shown) in [
            ("\u{1b}[32mPulled\u{1b}[0m web", "Pulled web"),
            ("10%\r50%\r100%\r", "100%"),
            ("a\tb", "a    b"),
            ("\u{1b}]0;title\u{7}x", "\\u{1b}]0;title\\u{7}x"),
            ("\u{1b}[31", "\\u{1b}[31"),
            ("\u{1b}[\u{e9}", "\\u{1b}[\u{e9}"),
            ("", ""),
        ] {
            assert_eq!(printed(line), shown, "{line:?}");
        }
        assert_eq!(printed(&"x".repeat(500)).len(), 500);
    }

    #[test]
    fn what_is_too_long_is_cut_and_marked() {
        let shown = safe(&"x".repeat(LONGEST_VALUE + 1));
        assert_eq!(shown.chars().count(), LONGEST_VALUE + 1);
        assert!(shown.ends_with('…'));
    }
}
