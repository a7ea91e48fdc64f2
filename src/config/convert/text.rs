//! Texts that mean something: lengths, addresses, paths, programs with arguments, templates.
//!
//! None of the messages repeats an address: people write passwords into addresses.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::{Component, Path as FilePath, PathBuf};
use std::time::Duration;

use crate::config::length;
use crate::config::problem::Path;
use crate::domain::notice::Notice;

use super::Findings;

/// Seconds.
pub const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Minutes.
pub const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// Hours.
pub const fn hours(count: u64) -> Duration {
    Duration::from_secs(3600 * count)
}

/// Returns the length that `text` says, when it lies in `range`.
pub fn length(
    text: &str,
    range: RangeInclusive<Duration>,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<Duration> {
    let Some(length) = length::parse(text) else {
        return found.refuse(at, Notice::new("TW-C022").with("value", text));
    };
    if range.contains(&length) {
        return Some(length);
    }
    let notice = Notice::new("TW-C023")
        .with("value", text)
        .with("shortest", length::show(*range.start()))
        .with("longest", length::show(*range.end()));
    found.refuse(at, notice)
}

/// Returns an HTTP address without a trailing slash.
pub fn url(text: &str, at: &Path, found: &mut Findings<'_>) -> Option<String> {
    if !is_http(text) {
        return found.refuse(at, Notice::new("TW-C025"));
    }
    if authority(text).contains('@') {
        return found.refuse(at, Notice::new("TW-C026"));
    }
    Some(text.trim_end_matches('/').to_owned())
}

/// Returns whether `text` has the form of an HTTP address.
pub fn is_http(text: &str) -> bool {
    let http = text.starts_with("http://") || text.starts_with("https://");
    let name = authority(text).rsplit('@').next().unwrap_or_default();
    http && !name.is_empty() && !name.starts_with(':') && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Returns whether others can listen on the way to this address: plain HTTP, and not to this machine.
pub fn is_overheard(text: &str) -> bool {
    let name = authority(text);
    let host = match name.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or_default(),
        None => name.split(':').next().unwrap_or_default(),
    };
    let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    text.starts_with("http://") && !here
}

fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Returns what may be cloned; a remote helper (`ext::…`) would run a command, so it may not.
pub fn clone_url(text: &str, at: &Path, found: &mut Findings<'_>) -> Option<String> {
    let dangerous = text.is_empty() || text.starts_with('-') || text.contains("::");
    if dangerous || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return found.refuse(at, Notice::new("TW-C028"));
    }
    let login = authority(text).rsplit_once('@').map_or("", |(login, _)| login);
    let over_http = text.starts_with("http://") || text.starts_with("https://");
    if login.contains(':') || (over_http && !login.is_empty()) {
        return found.refuse(at, Notice::new("TW-C026"));
    }
    Some(text.to_owned())
}

/// Returns an absolute path without `..`.
pub fn absolute(text: &str, at: &Path, found: &mut Findings<'_>) -> Option<PathBuf> {
    let path = FilePath::new(text);
    let climbs = path.components().any(|part| part == Component::ParentDir);
    if !path.is_absolute() || climbs || text.chars().any(char::is_control) {
        return found.refuse(at, Notice::new("TW-C040").with("value", text));
    }
    Some(path.to_owned())
}

/// Returns a path below the application's folder: relative, without `..`.
pub fn relative(text: &str, at: &Path, found: &mut Findings<'_>) -> Option<String> {
    let path = FilePath::new(text);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if text.is_empty() || !plain || text.starts_with('-') || text.chars().any(char::is_control) {
        return found.refuse(at, Notice::new("TW-C041").with("value", text));
    }
    Some(text.to_owned())
}

/// Returns a program with its arguments.
pub fn command(words: &[String], at: &Path, found: &mut Findings<'_>) -> Option<Vec<String>> {
    let no_program = words.first().is_none_or(|program| program.is_empty());
    if no_program || words.iter().any(|word| word.contains('\0')) {
        return found.refuse(at, Notice::new("TW-C042"));
    }
    let good = words
        .iter()
        .enumerate()
        .fold(true, |good, (index, word)| template(word, &at.index(index), found) && good);
    good.then(|| words.to_vec())
}

/// Returns whether every `{word}` in `text` stands for something; braces around anything else are left alone.
pub fn template(text: &str, at: &Path, found: &mut Findings<'_>) -> bool {
    for part in text.split('{').skip(1) {
        let Some((word, _)) = part.split_once('}') else { continue };
        let plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        if plain && !matches!(word, "tag" | "version" | "commit") {
            found.report(at, Notice::new("TW-C043").with("word", word));
            return false;
        }
    }
    true
}

/// Returns a plain word for a name: letters, digits, `-` and `_`, at most 40.
pub fn word(text: &str, at: &Path, found: &mut Findings<'_>) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    if text.is_empty() || text.len() > 40 || text.starts_with(['-', '_']) || !text.bytes().all(plain) {
        return found.refuse(at, Notice::new("TW-C044").with("value", text));
    }
    Some(text.to_owned())
}

/// Returns whether git takes `text` for a branch; with `pattern`, `*` stands for anything.
pub fn is_branch(text: &str, pattern: bool) -> bool {
    let bad = |c: char| {
        c.is_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '[' | '\\') || (c == '*' && !pattern)
    };
    let parts_good =
        text.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"));
    !text.starts_with('-')
        && !text.ends_with('.')
        && !text.contains("..")
        && !text.contains("@{")
        && !text.starts_with("refs/")
        && parts_good
        && !text.chars().any(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_overheard_unless_it_stays_on_this_machine() {
        for (url, overheard) in [
            ("https://git.example.org", false),
            ("http://git.example.org", true),
            ("http://192.0.2.7:3000", true),
            ("http://localhost:3000", false),
            ("http://127.0.0.1:3000/forge", false),
            ("http://[::1]:3000", false),
            ("http://[2001:db8::1]", true),
            ("http://localhost.example.org", true),
        ] {
            assert_eq!(is_overheard(url), overheard, "{url}");
        }
    }

    #[test]
    fn a_branch_is_what_git_takes_for_one() {
        for good in ["main", "release/1.x", "é", "a-b"] {
            assert!(is_branch(good, false), "{good}");
        }
        for bad in [
            "",
            "-a",
            "a..b",
            "a b",
            "a/",
            "/a",
            "a//b",
            ".a",
            "a.lock",
            "a~1",
            "a:b",
            "a.",
            "refs/heads/a",
            "a@{1}",
            "h/*",
        ] {
            assert!(!is_branch(bad, false), "{bad}");
        }
        assert!(is_branch("hotfix/*", true));
    }
}
