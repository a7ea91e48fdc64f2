//! Takes tokens, passwords and e-mail addresses out of a line before it is stored or posted.
//!
//! It would rather hide a harmless long word than show a secret: object ids look like access tokens (Forgejo's are 40
//! hexadecimal digits) and are hidden too.

/// What stands in the place of a secret.
const SECRET: &str = "[secret]";
/// What stands in the place of an e-mail address.
const ADDRESS: &str = "[e-mail]";

/// Parts of a name that say that its value is a secret.
const KEYS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "access_key",
    "accesskey",
    "private_key",
    "authorization",
    "credential",
    "cookie",
    "session",
];

/// Words that stand between `Authorization:` and its secret.
const SCHEMES: &[&str] = &["bearer", "basic", "token", "digest"];

/// How tokens of well-known services begin.
const PREFIXES: &[&str] =
    &["ghp_", "gho_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk-", "sk_", "AKIA", "eyJ"];

/// The length from which a word of mixed letters and digits is taken for a token: 128 bits in hexadecimal.
const TOKEN_LENGTH: usize = 32;

/// The length from which a word with a well-known beginning is taken for a token.
const PREFIXED_LENGTH: usize = 16;

/// Returns `line` with secrets and addresses replaced.
pub fn redact(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut expected = Expected::Nothing;
    let mut rest = line;
    while !rest.is_empty() {
        let word_end = rest.find(is_border).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(word_end);
        if !word.is_empty() {
            expected = word_out(word, expected, &mut out);
        }
        let border_end = tail.find(|c| !is_border(c)).unwrap_or(tail.len());
        out.push_str(&tail[..border_end]);
        rest = &tail[border_end..];
    }
    out
}

/// What the next word is expected to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Nothing,
    /// A telling name was read: a sign and a value may follow.
    Sign,
    /// A telling name and its sign were read: a value follows.
    Secret,
}

fn is_border(c: char) -> bool {
    c.is_whitespace() || "\"'`,;()[]{}<>&|?".contains(c)
}

/// Appends `word`, redacted, and returns what comes next.
fn word_out(word: &str, expected: Expected, out: &mut String) -> Expected {
    let sign = word.starts_with(['=', ':']);
    if expected == Expected::Sign && sign {
        let value = &word[1..];
        out.push_str(&word[..1]);
        return if value.is_empty() { Expected::Secret } else { value_out(value, out) };
    }
    if expected == Expected::Secret {
        return value_out(word, out);
    }
    let lower = word.to_ascii_lowercase();
    if SCHEMES[..2].contains(&lower.as_str()) {
        out.push_str(word);
        return Expected::Secret;
    }
    if let Some((scheme, tail)) = word.split_once("://") {
        out.push_str(scheme);
        out.push_str("://");
        out.push_str(&address_out(tail));
        return Expected::Nothing;
    }
    if let Some(at) = word.find(['=', ':']).filter(|at| telling(&word[..*at])) {
        let (name, value) = (&word[..=at], &word[at + 1..]);
        out.push_str(name);
        return if value.is_empty() { Expected::Secret } else { value_out(value, out) };
    }
    out.push_str(&lonely(word));
    if telling(word) { Expected::Sign } else { Expected::Nothing }
}

/// Appends the value of a telling name: hidden, unless it only names how the secret is written.
fn value_out(value: &str, out: &mut String) -> Expected {
    if SCHEMES.contains(&value.to_ascii_lowercase().as_str()) {
        out.push_str(value);
        return Expected::Secret;
    }
    out.push_str(SECRET);
    Expected::Nothing
}

fn telling(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    KEYS.iter().any(|key| name.contains(key))
}

/// Returns what follows `://`, without the login in front of the host and without long tokens in the path.
fn address_out(tail: &str) -> String {
    let host_end = tail.find('/').unwrap_or(tail.len());
    let (host, path) = tail.split_at(host_end);
    let host = match host.rsplit_once('@') {
        Some((_, host)) => format!("{SECRET}@{host}"),
        None => host.to_owned(),
    };
    let path: Vec<String> = path.split('/').map(lonely).collect();
    host + &path.join("/")
}

/// Returns a word that no name announced.
fn lonely(word: &str) -> String {
    if is_address(word) {
        return ADDRESS.to_owned();
    }
    let pieces = word.split_inclusive(['=', ':', '.', '/']);
    pieces
        .map(|piece| {
            let token = piece.trim_end_matches(['=', ':', '.', '/']);
            if is_token(token) { piece.replacen(token, SECRET, 1) } else { piece.to_owned() }
        })
        .collect()
}

fn is_address(word: &str) -> bool {
    let word = word.trim_matches(|c: char| ":.".contains(c));
    let Some((name, host)) = word.rsplit_once('@') else { return false };
    !name.is_empty() && host.contains('.') && host.chars().all(|c| c.is_alphanumeric() || ".-:".contains(c))
}

fn is_token(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_+".contains(c));
    let mixed = word.chars().any(|c| c.is_ascii_digit()) && word.chars().any(|c| c.is_ascii_alphabetic());
    let prefixed = PREFIXES.iter().any(|prefix| word.starts_with(prefix));
    plain && (prefixed && word.len() >= PREFIXED_LENGTH || mixed && word.len() >= TOKEN_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shows(line: &str, expected: &str) {
        assert_eq!(redact(line), expected);
    }

    #[test]
    fn values_of_telling_names_are_hidden() {
        shows("password=hunter2 user=ana", "password=[secret] user=ana");
        shows("DB_PASSWORD: hunter2", "DB_PASSWORD: [secret]");
        shows("{\"password\":\"hunter2\",\"n\":1}", "{\"password\":\"[secret]\",\"n\":1}");
        shows("{'api_key' : 'abc'}", "{'api_key' : '[secret]'}");
        shows("Authorization: Bearer abc.def", "Authorization: Bearer [secret]");
        shows("header Authorization: token abc", "header Authorization: token [secret]");
        shows("got Bearer abc", "got Bearer [secret]");
        shows("GET /a?x=1&access_token=abc&y=2", "GET /a?x=1&access_token=[secret]&y=2");
    }

    #[test]
    fn logins_in_addresses_and_mail_addresses_are_hidden() {
        shows("postgres://app:pw@db:5432/app", "postgres://[secret]@db:5432/app");
        shows("https://hooks.example.org/T0/abc", "https://hooks.example.org/T0/abc");
        shows("mail to ana@example.org failed", "mail to [e-mail] failed");
        shows("<ana.b+c@mail.example.org>: refused", "<[e-mail]>: refused");
    }

    #[test]
    fn long_tokens_are_hidden_wherever_they_stand() {
        let token = "0123456789abcdef0123456789abcdef01234567";
        shows(&format!("clone with {token} failed"), "clone with [secret] failed");
        shows(&format!("https://a.example/{token}/b"), "https://a.example/[secret]/b");
        shows("key ghp_abcdefghijkl0123 used", "key [secret] used");
        shows("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.x", "jwt [secret].[secret].x");
    }

    #[test]
    fn plain_lines_stay_as_they_are() {
        for line in [
            "",
            "thread 'main' panicked at src/main.rs:4:5: index out of bounds",
            "GET http://127.0.0.1:8080/healthz -> 200 in 35 ms",
            "FATAL:  the database system is starting up",
            "12:00:01 demo-app-1 running, healthy — éà",
            "a @ b",
        ] {
            shows(line, line);
        }
    }
}
