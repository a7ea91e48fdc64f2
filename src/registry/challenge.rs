//! What a registry wants to see before it answers: the header `WWW-Authenticate` (RFC 9110, section 11.6.1).
//!
//! Several challenges may stand in one header, separated by the same commas that separate their parameters; a word
//! without `=` begins the next one.

use std::collections::BTreeMap;

/// One challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The scheme, in lower case: `bearer`, `basic`.
    pub scheme: String,
    /// Its parameters, names in lower case.
    pub parameters: BTreeMap<String, String>,
}

impl Challenge {
    /// Returns a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

/// Returns the challenges of a header, as far as they can be read.
pub fn challenges(header: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
        if end == 0 {
            return found;
        }
        let (word, after) = rest.split_at(end);
        match after.trim_start_matches([' ', '\t']).strip_prefix('=') {
            Some(value) => {
                let Some((value, after)) = read_value(value.trim_start_matches([' ', '\t'])) else {
                    return found;
                };
                if let Some(challenge) = found.last_mut() {
                    // The first one counts: a second of the same name is not meant for us.
                    challenge.parameters.entry(word.to_ascii_lowercase()).or_insert(value);
                }
                rest = after;
            }
            None => {
                found.push(Challenge { scheme: word.to_ascii_lowercase(), parameters: BTreeMap::new() });
                rest = after;
            }
        }
    }
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

/// Returns a value, quoted or not, and what stands behind it; `None` when its quotes do not end.
fn read_value(text: &str) -> Option<(String, &str)> {
    let Some(inner) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &inner[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(header: &str, expected: &[(&str, &[(&str, &str)])]) {
        let own =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let expected: Vec<Challenge> = expected
            .iter()
            .map(|(scheme, pairs)| Challenge { scheme: (*scheme).to_owned(), parameters: own(pairs) })
            .collect();
        assert_eq!(challenges(header), expected, "{header}");
    }

    #[test]
    fn challenges_are_read_as_registries_write_them() {
        reads(
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull""#,
            &[(
                "bearer",
                &[
                    ("realm", "https://auth.docker.io/token"),
                    ("service", "registry.docker.io"),
                    ("scope", "repository:library/nginx:pull"),
                ],
            )],
        );
        reads(
            r#"Bearer realm="https://git.example.org/v2/token",service="container_registry",scope="*""#,
            &[(
                "bearer",
                &[
                    ("realm", "https://git.example.org/v2/token"),
                    ("service", "container_registry"),
                    ("scope", "*"),
                ],
            )],
        );
        reads(r#"Basic realm="test""#, &[("basic", &[("realm", "test")])]);
        reads(
            r#"BASIC Realm = "a, \"b\"" , charset=UTF-8, Bearer realm="c",scope="repository:a/b:pull,push""#,
            &[
                ("basic", &[("realm", "a, \"b\""), ("charset", "UTF-8")]),
                ("bearer", &[("realm", "c"), ("scope", "repository:a/b:pull,push")]),
            ],
        );
        reads("Negotiate, Basic realm=x", &[("negotiate", &[]), ("basic", &[("realm", "x")])]);
    }

    #[test]
    fn what_cannot_be_read_ends_the_list_and_nothing_else() {
        reads("", &[]);
        reads(r#""quoted""#, &[]);
        reads(r#"Bearer realm="https://auth"#, &[("bearer", &[])]);
        reads(r#"Bearer realm="a\"#, &[("bearer", &[])]);
        reads("realm=x", &[]);
        reads("Bearer realm=a,realm=b", &[("bearer", &[("realm", "a")])]);
        reads("Bearer é=1", &[("bearer", &[])]);
    }
}
