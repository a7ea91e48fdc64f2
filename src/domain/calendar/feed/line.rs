//! Lines of an iCalendar file: put together where they were folded, numbered, split into name, parameters and value.

use std::borrow::Cow;

/// A line as it was meant, with the number of the line on which it begins.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// Counted from 1.
    pub number: usize,
    /// The whole line; what is not UTF-8 in it is replaced, because names of lessons decide nothing.
    pub text: Cow<'a, str>,
}

/// A property: `NAME;PARAMETER=VALUE:value`.
#[derive(Debug, Clone, Copy)]
pub struct Property<'a> {
    /// Its name as written; names are compared without case.
    pub name: &'a str,
    /// Its value as written.
    pub value: &'a str,
    parameters: &'a str,
}

/// Returns the lines of `bytes`; line ends may be CRLF, LF or CR.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut next = 1;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let number = next;
        let first = physical(&mut rest, &mut next);
        if !matches!(rest.first(), Some(b' ' | b'\t')) {
            return Some(Line { number, text: String::from_utf8_lossy(first) });
        }
        // A fold may cut a character in two, so the bytes are joined before they are read.
        let mut whole = first.to_vec();
        while let Some(b' ' | b'\t') = rest.first() {
            rest = &rest[1..];
            whole.extend_from_slice(physical(&mut rest, &mut next));
        }
        Some(Line { number, text: Cow::Owned(String::from_utf8_lossy(&whole).into_owned()) })
    })
}

/// Takes one line as it stands in the file, without its end.
fn physical<'a>(rest: &mut &'a [u8], next: &mut usize) -> &'a [u8] {
    let all = *rest;
    let end = all.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(all.len());
    let after = if all[end..].starts_with(b"\r\n") { end + 2 } else { (end + 1).min(all.len()) };
    *rest = &all[after..];
    *next += 1;
    &all[..end]
}

impl<'a> Property<'a> {
    /// Returns the property in `text`; `None` when it is none, such as the second line of a text that nobody folded.
    pub fn split(text: &'a str) -> Option<Self> {
        let end = outside_quotes(text, ':').or_else(|| text.find(':'))?;
        let (head, value) = (&text[..end], &text[end + 1..]);
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (!name.is_empty() && name.bytes().all(plain)).then_some(Self { name, value, parameters })
    }

    /// Returns whether this is its name.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Returns the value of a parameter, without quotes.
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.parameters;
        while !rest.is_empty() {
            let end = outside_quotes(rest, ';').unwrap_or(rest.len());
            let (one, after) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
            if let Some((key, value)) = one.split_once('=')
                && key.trim().eq_ignore_ascii_case(name)
            {
                return Some(value.trim().trim_matches('"'));
            }
            rest = after;
        }
        None
    }
}

/// Returns the place of the first `sign` that stands in no quotes.
fn outside_quotes(text: &str, sign: char) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(place, c)| {
        quoted ^= c == '"';
        (c == sign && !quoted).then_some(place)
    })
}

/// Returns a text value as it is meant: `\n`, `\,`, `\;` and `\\` stand for a space and themselves.
pub fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push(' '),
                Some(other) => out.push(other),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

/// Returns the texts of a list; a comma behind a backslash belongs to its text.
pub fn list(value: &str) -> impl Iterator<Item = String> + '_ {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut escaped = false;
        let end = text.char_indices().find_map(|(place, c)| {
            let found = c == ',' && !escaped;
            escaped = c == '\\' && !escaped;
            found.then_some(place)
        });
        rest = end.map(|end| &text[end + 1..]);
        Some(plain(text[..end.unwrap_or(text.len())].trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_lines_are_joined_and_keep_the_number_of_their_first() {
        let folded = b"\xef\xbb\xbfA:one\r\nSUMMARY:caf\xc3\r\n \xa9 and\r\n\t more\nB:two\rC:three";
        let read: Vec<(usize, String)> =
            lines(folded).map(|line| (line.number, line.text.into_owned())).collect();
        let expected = [(1, "A:one"), (2, "SUMMARY:café and more"), (5, "B:two"), (6, "C:three")]
            .map(|(n, t)| (n, t.into()));
        assert_eq!(read, expected);
    }

    #[test]
    fn a_property_is_split_outside_quotes() {
        let split = Property::split("DTSTART;X=\"a;b:c\";tzid=\"(GMT+01:00) Paris; Madrid\":20261201T100000")
            .unwrap();
        assert!(split.is("dtstart"));
        assert_eq!(split.parameter("TZID"), Some("(GMT+01:00) Paris; Madrid"));
        assert_eq!(split.value, "20261201T100000");
        assert_eq!(Property::split("A;B=\"open:value").unwrap().value, "value");
        for none in ["", "no colon", ":value", "two words: value", ";X=1:v"] {
            assert!(Property::split(none).is_none(), "{none}");
        }
    }

    #[test]
    fn escapes_stand_for_what_they_mean() {
        assert_eq!(plain(r"Maths\, salle 2\nB \\ C\;D\"), "Maths, salle 2 B \\ C;D");
        assert_eq!(list(r"A\,B, C,,D").collect::<Vec<_>>(), ["A,B", "C", "", "D"]);
    }
}
