//! Makes text that is not ours safe to show in Markdown on the forge: it formats nothing, calls nobody, hides nothing.

use super::{printable, printed};

/// What Markdown, or the forge's own additions to it, would read as more than a character.
const SPECIAL: &[char] =
    &['\\', '`', '*', '_', '{', '}', '[', ']', '(', ')', '<', '>', '|', '~', '$', '&', '"', '\''];
/// What makes a name or a number behind it a call or a reference.
const CALLS: &[char] = &['@', '#', '!'];
/// Stands between such a sign and what is behind it: nobody sees it, and the forge finds no name.
const GAP: char = '\u{200b}';

/// Returns a line as Markdown shows it literally.
pub fn literal(line: &str) -> String {
    let line = printed(&line.replace(['\n', '\r'], " "));
    let mut out = String::with_capacity(line.len() + 16);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let mut rest = line.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        let begins_block = (at == 0 && matches!(character, '-' | '+' | '=' | '#' | ':'))
            || (digits > 0 && at == digits && matches!(character, '.' | ')'));
        if SPECIAL.contains(&character) || begins_block {
            out.push('\\');
        }
        out.push(character);
        let named = rest.peek().is_some_and(|(_, next)| next.is_alphanumeric() || matches!(next, '_' | '-'));
        if named && CALLS.contains(&character) {
            out.push(GAP);
        }
    }
    out
}

/// Returns a Markdown text of others as a quotation: it keeps its form, but calls nobody and ends where we say.
pub fn quotation(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for line in printable(text).lines() {
        out.push_str("> ");
        for character in line.replace("<!--", "&lt;!--").chars() {
            out.push(character);
            if character == '@' {
                out.push(GAP);
            }
        }
        out.push('\n');
    }
    defused_numbers(&out)
}

/// Returns `text` with a gap before every number that a `#` or `!` would make a reference.
fn defused_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        out.push(character);
        if matches!(character, '#' | '!') && rest.peek().is_some_and(char::is_ascii_digit) {
            out.push(GAP);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_formats_nothing_and_calls_nobody() {
        for (line, shown) in [
            ("plain, and fine.", "plain, and fine."),
            ("see `x` *now*", "see \\`x\\` \\*now\\*"),
            ("@all look", "@\u{200b}all look"),
            ("school/bridge#12 and !3", "school/bridge#\u{200b}12 and !\u{200b}3"),
            ("<img src=x>", "\\<img src=x\\>"),
            ("<!-- tagwarden:release:1 -->", "\\<!\u{200b}-- tagwarden:release:1 --\\>"),
            ("[a](b)", "\\[a\\]\\(b\\)"),
            ("- item", "\\- item"),
            ("1. item", "1\\. item"),
            ("a &amp; b", "a \\&amp; b"),
            ("$x$", "\\$x\\$"),
        ] {
            assert_eq!(literal(line), shown);
        }
        assert!(!literal("a\nb\u{202e}c").contains(['\n', '\u{202e}']));
        assert_eq!(literal(&"x".repeat(500)).len(), 500);
    }

    #[test]
    fn a_quotation_keeps_its_form_and_ends_where_it_ends() {
        assert_eq!(
            quotation("### Added\n\n- a page for @ana (#7)"),
            "> ### Added\n> \n> - a page for @\u{200b}ana (#\u{200b}7)\n"
        );
        assert_eq!(quotation("```\n<!-- x"), "> ```\n> &lt;!-- x\n");
    }
}
