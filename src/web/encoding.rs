//! Form fields, query strings, path parts and cookies: taken apart and put together.
//!
//! Nothing here fails: what is not well-formed is kept as it is or left out, and whoever uses a value judges it.

use hyper::header::{COOKIE, HeaderMap};

/// The fields of a form or a query string, in order; doubles stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Takes `name=value&…` apart.
    pub fn parse(text: &[u8]) -> Self {
        let pairs = text.split(|b| *b == b'&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| {
                    let at = pair.iter().position(|b| *b == b'=');
                    let (name, value) = at.map_or((pair, &pair[..0]), |at| (&pair[..at], &pair[at + 1..]));
                    (decode(name, true), decode(value, true))
                })
                .collect(),
        )
    }

    /// Returns the field when it stands exactly once; a doubled field is nobody's honest form.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(n, _)| n == name);
        let first = found.next()?;
        found.next().is_none().then_some(first.1.as_str())
    }

    /// Returns the field without blanks around it, when anything is left.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|value| !value.is_empty())
    }
}

/// Returns the text that percent-encoding stands for; `plus` says whether `+` is a blank.
pub fn decode(text: &[u8], plus: bool) -> String {
    let digit = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match (text[at], digit(text.get(at + 1)), digit(text.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', _, _) if plus => out.push(b' '),
            (byte, _, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Returns `text` percent-encoded for one path part or one query value.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte as char);
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([byte]));
        }
    }
    out
}

/// Returns the cookie with this name when it stands exactly once.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(n, _)| *n == name);
    let first = found.next()?.1;
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for text in ["", "a b&c=d", "50%", "é\u{1b}/..", "+"] {
            assert_eq!(decode(encode(text).as_bytes(), false), text);
            assert_eq!(decode(encode(text).as_bytes(), true), text);
        }
        assert_eq!(decode(b"a+b%2", true), "a b%2");
        assert_eq!(decode(b"%zz%ff", false), "%zz\u{fffd}");
    }

    #[test]
    fn a_doubled_field_or_cookie_is_no_field_at_all() {
        let fields = Fields::parse(b"a=1&b=2&b=3&c&=x&reason=+too+late+");
        assert_eq!(fields.get("a"), Some("1"));
        assert_eq!(fields.get("b"), None);
        assert_eq!(fields.get("c"), Some(""));
        assert_eq!(fields.filled("c"), None);
        assert_eq!(fields.filled("reason"), Some("too late"));
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "x=1; y=2".parse().unwrap());
        assert_eq!(cookie(&headers, "y"), Some("2"));
        headers.append(COOKIE, "y=3".parse().unwrap());
        assert_eq!(cookie(&headers, "y"), None);
    }
}
