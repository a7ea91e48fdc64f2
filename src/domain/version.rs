//! The strict grammar of release tags, their order, and what may follow what.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::names;
use crate::domain::notice::Notice;

/// The longest tag name that is looked at, in bytes.
///
/// A hundred and twenty-eight leaves room for long pre-release names and keeps every line we print under 200 columns.
pub const LONGEST_TAG: usize = 128;

/// How much of a longer name is shown, in bytes.
const LONGEST_SHOWN: usize = 40;

/// What kind of release a tag names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TagKind {
    /// A stable version: `v1.4.2`.
    Release,
    /// A version with a pre-release part: `v2.0.0-rc.1`.
    Prerelease,
    /// `vX.Y.Z-rollback`: X.Y.Z is taken back.
    Rollback,
}

/// A tag name that follows the strict grammar: prefix, then SemVer 2.0.0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "StoredTag", into = "StoredTag")]
pub struct Tag {
    name: String,
    kind: TagKind,
    version: semver::Version,
}

/// A tag as it is stored: its name and its prefix, judged again when it is read.
#[derive(Serialize, Deserialize)]
struct StoredTag {
    name: String,
    prefix: String,
}

impl TryFrom<StoredTag> for Tag {
    type Error = String;
    fn try_from(stored: StoredTag) -> Result<Self, String> {
        Tag::parse(stored.name.as_bytes(), &stored.prefix).map_err(|notice| notice.id)
    }
}

impl From<Tag> for StoredTag {
    fn from(tag: Tag) -> Self {
        let prefix = tag.prefix().to_owned();
        Self { name: tag.name, prefix }
    }
}

impl Tag {
    /// Returns the tag when `name` is exactly `prefix` and a strict SemVer version.
    ///
    /// # Errors
    /// The notice says which part of the grammar is broken and how to mend it.
    pub fn parse(name: &[u8], prefix: &str) -> Result<Self, Notice> {
        let shown = || names::shown(name);
        let refuse = |id: &str| Notice::new(id).with("tag", shown()).with("prefix", prefix);
        if name.len() > LONGEST_TAG {
            let begin = names::shown(&name[..LONGEST_SHOWN]);
            return Err(refuse("TW-T002").with("tag", format!("{begin}…")).with("most", LONGEST_TAG));
        }
        let text = match std::str::from_utf8(name) {
            Ok(text) if text.is_ascii() => text,
            Ok(_) | Err(_) => return Err(refuse("TW-T001")),
        };
        if text.bytes().any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control()) {
            let plain = text.replace(|sign: char| sign.is_ascii_whitespace() || sign.is_ascii_control(), "");
            let rest = plain.strip_prefix(prefix).unwrap_or(&plain);
            return Err(refuse("TW-T007").with("meant", offered(rest, prefix)));
        }
        let Some(rest) = text.strip_prefix(prefix) else { return Err(without_prefix(text, prefix, &refuse)) };
        let version = semver::Version::parse(rest).map_err(|_| malformed(rest, prefix, &refuse))?;
        let kind = kind_of(&version).ok_or_else(|| {
            let exact = format!("{prefix}{}.{}.{}-rollback", version.major, version.minor, version.patch);
            refuse("TW-T009").with("exact", exact)
        })?;
        if !version.build.is_empty() {
            let bare = rest.split('+').next().unwrap_or(rest);
            return Err(refuse("TW-T011").with("meant", offered(bare, prefix)));
        }
        Ok(Self { name: text.to_owned(), kind, version })
    }

    /// Returns whether a name that is no tag of ours looks as if somebody meant a version by it; such a name is
    /// refused, any other is none of our business.
    pub fn looks_meant(name: &[u8], prefix: &str) -> bool {
        let text = String::from_utf8_lossy(name).to_lowercase();
        // Digits of any script, and letters and marks that merely look like the prefix, are meant as what they look like.
        let starts = |rest: &str| rest.starts_with(char::is_numeric);
        let plain = text.trim_start_matches(foreign_mark);
        let plain =
            plain.strip_prefix(|letter: char| letter.is_alphabetic() && !letter.is_ascii()).unwrap_or(plain);
        let prefix = prefix.to_ascii_lowercase();
        starts(plain)
            || [prefix.as_str(), "v"].iter().any(|known| {
                let rest = plain.strip_prefix(known).map(|rest| rest.trim_start_matches(foreign_mark));
                rest.is_some_and(starts)
            })
            || text.contains("-rollback")
    }

    /// Returns the whole tag name, such as `v1.4.2`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the full ref name, such as `refs/tags/v1.4.2`.
    pub fn full_ref(&self) -> String {
        format!("refs/tags/{}", self.name)
    }

    /// Returns what stands before the version, such as `v`.
    pub fn prefix(&self) -> &str {
        &self.name[..self.name.len() - self.version.to_string().len()]
    }

    /// Returns the kind of release that the tag names.
    pub fn kind(&self) -> TagKind {
        self.kind
    }

    /// Returns the version, with its pre-release part.
    pub fn version(&self) -> &semver::Version {
        &self.version
    }

    /// Returns the name of the release that a rollback tag takes back: `v1.3.0` for `v1.3.0-rollback`.
    pub fn taken_back(&self) -> Option<String> {
        (self.kind == TagKind::Rollback).then(|| {
            format!("{}{}.{}.{}", self.prefix(), self.version.major, self.version.minor, self.version.patch)
        })
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Returns what a version names; `None` for what merely resembles a rollback.
fn kind_of(version: &semver::Version) -> Option<TagKind> {
    let pre = version.pre.as_str();
    match pre {
        "" => Some(TagKind::Release),
        "rollback" => Some(TagKind::Rollback),
        _ if pre.to_ascii_lowercase().contains("rollback") => None,
        _ => Some(TagKind::Prerelease),
    }
}

/// Returns whether a character is a blank, or a mark of which little or nothing can be seen.
fn foreign_mark(character: char) -> bool {
    !character.is_ascii_graphic() && !character.is_alphanumeric()
}

/// The version that is shown as an example where nobody can tell which one was meant.
const EXAMPLE: semver::Version = semver::Version::new(1, 4, 2);

/// Returns the tag name to propose: that of `version` when it is lawful, and of an example otherwise.
fn offered(version: &str, prefix: &str) -> String {
    let lawful = |version: &semver::Version| version.build.is_empty() && kind_of(version).is_some();
    let version = semver::Version::parse(version).ok().filter(lawful).unwrap_or(EXAMPLE);
    format!("{prefix}{version}")
}

fn without_prefix(text: &str, prefix: &str, refuse: &dyn Fn(&str) -> Notice) -> Notice {
    let start = text.get(..prefix.len());
    if !prefix.is_empty() && start.is_some_and(|start| start.eq_ignore_ascii_case(prefix)) {
        return refuse("TW-T004").with("meant", offered(&text[prefix.len()..], prefix));
    }
    let numbers = text.trim_start_matches(|sign: char| !sign.is_ascii_digit());
    refuse("TW-T003").with("meant", offered(numbers, prefix))
}

/// Returns the nearest reason why a text is no strict version.
fn malformed(rest: &str, prefix: &str, refuse: &dyn Fn(&str) -> Notice) -> Notice {
    let core = rest.split(['-', '+']).next().unwrap_or(rest);
    let behind = &rest[core.len()..];
    let numbers: Vec<&str> = core.split('.').collect();
    let all_digits = numbers.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if !all_digits {
        return refuse("TW-T010");
    }
    if numbers.len() != 3 {
        let three: Vec<&str> = numbers.iter().copied().chain(["0", "0"]).take(3).collect();
        let meant = offered(&format!("{}{behind}", three.join(".")), prefix);
        return refuse("TW-T005").with("count", numbers.len()).with("meant", meant);
    }
    if numbers.iter().any(|part| part.len() > 1 && part.starts_with('0')) {
        let plain: Vec<&str> = numbers.iter().map(|part| without_zeros(part)).collect();
        return refuse("TW-T006").with("meant", offered(&format!("{}{behind}", plain.join(".")), prefix));
    }
    if numbers.iter().any(|part| part.parse::<u64>().is_err()) {
        return refuse("TW-T008");
    }
    refuse("TW-T010")
}

fn without_zeros(number: &str) -> &str {
    match number.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    }
}

/// Returns the pre-release that ranks right above one: its last number counted up, or one more number.
pub fn next_in_series(version: &semver::Version) -> semver::Version {
    let pre = version.pre.as_str();
    let (before, last) = pre.rsplit_once('.').map_or(("", pre), |(before, last)| (before, last));
    let counted = last.parse::<u64>().ok().and_then(|number| number.checked_add(1));
    let next = match counted {
        Some(number) if before.is_empty() => number.to_string(),
        Some(number) => format!("{before}.{number}"),
        None => format!("{pre}.1"),
    };
    // Whatever follows a lawful part by these rules is lawful; if not, the version itself is the nearest answer.
    semver::Prerelease::new(&next)
        .map_or_else(|_| version.clone(), |pre| semver::Version { pre, ..core(version) })
}

/// Returns the stable versions that may follow `base`: the next patch, minor and major, as far as numbers reach.
pub fn successors(base: &semver::Version) -> Vec<semver::Version> {
    let patch = base.patch.checked_add(1).map(|patch| semver::Version::new(base.major, base.minor, patch));
    let minor = base.minor.checked_add(1).map(|minor| semver::Version::new(base.major, minor, 0));
    let major = base.major.checked_add(1).map(|major| semver::Version::new(major, 0, 0));
    [patch, minor, major].into_iter().flatten().collect()
}

/// Returns the first versions that a project may have: what may follow an imaginary 0.0.0.
pub fn first_versions() -> Vec<semver::Version> {
    successors(&semver::Version::new(0, 0, 0))
}

/// Returns the version without its pre-release part.
pub fn core(version: &semver::Version) -> semver::Version {
    semver::Version::new(version.major, version.minor, version.patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(name: &[u8], id: &str) {
        assert_eq!(Tag::parse(name, "v").map(|tag| tag.name).map_err(|notice| notice.id), Err(id.to_owned()));
    }

    #[test]
    fn every_near_miss_is_named() {
        for (name, id) in [
            (&b"1.4.2"[..], "TW-T003"),
            (b"V1.4.2", "TW-T004"),
            (b"v1.4", "TW-T005"),
            (b"v1.4.2.1", "TW-T005"),
            (b"v01.4.2", "TW-T006"),
            (b"v1.4.2 ", "TW-T007"),
            (b"v1.4.2\n", "TW-T007"),
            (b"v1.4.2\x1b[2J", "TW-T007"),
            (b"v99999999999999999999.0.0", "TW-T008"),
            (b"v1.4.2-rollback.1", "TW-T009"),
            (b"v1.4.2-Rollback", "TW-T009"),
            (b"v1.4.2-rollback1", "TW-T009"),
            (b"v1.x", "TW-T010"),
            (b"v1.4.2-", "TW-T010"),
            (b"v1.4.2-01", "TW-T010"),
            (b"v1.4.2+build", "TW-T011"),
            (b"v\xff1.0.0", "TW-T001"),
            ("v１.0.0".as_bytes(), "TW-T001"),
            (b"v", "TW-T010"),
            (b"", "TW-T003"),
        ] {
            refused(name, id);
        }
        refused(format!("v1.0.0-{}", "a".repeat(LONGEST_TAG)).as_bytes(), "TW-T002");
    }

    #[test]
    fn a_tag_knows_its_kind_and_what_it_takes_back() {
        let kind = |name: &str| Tag::parse(name.as_bytes(), "v").map(|tag| tag.kind());
        assert_eq!(kind("v1.4.2"), Ok(TagKind::Release));
        assert_eq!(kind("v2.0.0-rc.1"), Ok(TagKind::Prerelease));
        assert_eq!(kind("v1.4.2-rollback"), Ok(TagKind::Rollback));
        let tag = Tag::parse(b"v1.4.2-rollback", "v").unwrap();
        assert_eq!(tag.taken_back().as_deref(), Some("v1.4.2"));
        assert_eq!(tag.prefix(), "v");
    }

    #[test]
    fn only_three_versions_follow_one_and_none_wraps_around() {
        let names = |base: &str| -> Vec<String> {
            successors(&base.parse().unwrap()).iter().map(ToString::to_string).collect()
        };
        assert_eq!(names("1.2.3"), ["1.2.4", "1.3.0", "2.0.0"]);
        assert_eq!(names("18446744073709551615.0.18446744073709551615"), ["18446744073709551615.1.0"]);
    }

    #[test]
    fn a_name_that_nobody_meant_as_a_version_is_none_of_our_business() {
        for name in ["nightly", "vendor-1", "release/2026", "v", "before-v2", "été", "日本2026"] {
            assert!(!Tag::looks_meant(name.as_bytes(), "v"), "{name}");
        }
        for name in [
            "v1.x",
            "V1.0.0",
            "1.0.0",
            "v1",
            "x-rollback",
            " v1.0.0",
            "v１.0",
            "ｖ1.0.0",
            "ν1.0.0",
            "\u{feff}v1.0.0",
            "v\u{200b}1.0",
        ] {
            assert!(Tag::looks_meant(name.as_bytes(), "v"), "{name}");
        }
    }
}
