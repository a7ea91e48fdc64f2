//! The names of container images: which registry, which repository there, which tag or digest.
//!
//! The grammar is the one that container engines follow: without a registry the name means Docker Hub, and there a
//! name of one part means `library/…`. A digest is SHA-256; engines know no other in practice.

use std::fmt;

/// The registry that names without one mean.
pub const HUB: &str = "docker.io";
/// The longest name without tag and digest.
const LONGEST: usize = 255;

/// The name of an image, resolved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageName {
    /// The registry, with its port: `docker.io`, `git.example.org`, `127.0.0.1:5000`.
    pub registry: String,
    /// The repository in it: `library/nginx`.
    pub repository: String,
    /// The tag; `None` only when there is a digest.
    pub tag: Option<String>,
    /// The digest.
    pub digest: Option<Digest>,
}

/// A digest: `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(String);

/// Why a text is no name of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadImage {
    /// There is nothing, or it is too long.
    Length,
    /// A letter of the repository is upper case.
    UpperCase,
    /// The registry is none.
    Registry,
    /// The repository is none.
    Repository,
    /// The tag is none.
    Tag,
    /// The digest is none.
    Digest,
}

impl Digest {
    /// Returns the digest when `text` is one.
    pub fn parse(text: &str) -> Option<Self> {
        let id = text.strip_prefix("sha256:")?;
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (id.len() == 64 && id.bytes().all(hex)).then(|| Self(text.to_owned()))
    }

    /// Returns it as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ImageName {
    /// Returns the name when `text` is one; without tag and digest it means the tag `latest`.
    ///
    /// # Errors
    /// Says which part is none.
    pub fn parse(text: &str) -> Result<Self, BadImage> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(Digest::parse(digest).ok_or(BadImage::Digest)?)),
            None => (text, None),
        };
        // A colon after the last slash begins a tag; before it, a port.
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            Some(_) | None => (rest, None),
        };
        if name.is_empty() || name.len() > LONGEST {
            return Err(BadImage::Length);
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(BadImage::Tag);
        }
        let (registry, repository) = parts(name)?;
        let tag = match (tag, &digest) {
            (Some(tag), _) => Some(tag.to_owned()),
            (None, Some(_)) => None,
            (None, None) => Some("latest".to_owned()),
        };
        Ok(Self { registry, repository, tag, digest })
    }

    /// Returns the name with a digest in place of the tag: what a tag that is moved cannot change.
    pub fn pinned(&self, digest: &Digest) -> String {
        format!("{}/{}@{digest}", self.registry, self.repository)
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

/// Returns registry and repository of a name without tag and digest.
fn parts(name: &str) -> Result<(String, String), BadImage> {
    let (registry, repository) = match name.split_once('/') {
        // Only what could not be a part of a repository is a registry.
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" || has_upper(first) => {
            (first, rest)
        }
        Some(_) | None => (HUB, name),
    };
    let registry = match registry {
        "index.docker.io" | "registry-1.docker.io" => HUB,
        other => other,
    };
    if !is_registry(registry) {
        return Err(BadImage::Registry);
    }
    if has_upper(repository) {
        return Err(BadImage::UpperCase);
    }
    if !repository.split('/').all(is_part) {
        return Err(BadImage::Repository);
    }
    let in_library = registry == HUB && !repository.contains('/');
    let repository = if in_library { format!("library/{repository}") } else { repository.to_owned() };
    Ok((registry.to_owned(), repository))
}

fn has_upper(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_uppercase())
}

/// Returns whether a text names a registry: a host, perhaps with a port.
pub fn is_registry(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, port)) => (host, port.strip_prefix(':').or(Some(""))),
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let host_good = match text.starts_with('[') {
        true => host.parse::<std::net::Ipv6Addr>().is_ok(),
        false => host.split('.').all(part),
    };
    let digits = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let port_good =
        port.is_none_or(|port| digits(port) && port.parse::<u16>().is_ok_and(|number| number != 0));
    text.len() <= LONGEST && host_good && port_good
}

/// Returns whether a text is one part of a repository's name: words, with `.`, `_`, `__` or dashes between them.
fn is_part(part: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = part.as_bytes();
    let ends_good = bytes.first().copied().is_some_and(word) && bytes.last().copied().is_some_and(word);
    let known = bytes.iter().all(|b| word(*b) || matches!(b, b'.' | b'_' | b'-'));
    let separators = part.split(|c: char| c.is_ascii_alphanumeric()).filter(|between| !between.is_empty());
    let between_good =
        |between: &str| matches!(between, "." | "_" | "__") || between.bytes().all(|b| b == b'-');
    ends_good && known && separators.into_iter().all(between_good)
}

fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_engines_read_them() {
        let id = "a".repeat(64);
        for (text, shown) in [
            ("nginx", "docker.io/library/nginx:latest".to_owned()),
            ("nginx:1.27", "docker.io/library/nginx:1.27".to_owned()),
            ("team/app:v1.2.0", "docker.io/team/app:v1.2.0".to_owned()),
            ("docker.io/nginx", "docker.io/library/nginx:latest".to_owned()),
            ("index.docker.io/library/nginx", "docker.io/library/nginx:latest".to_owned()),
            ("localhost/app", "localhost/app:latest".to_owned()),
            ("localhost:5000/app", "localhost:5000/app:latest".to_owned()),
            ("127.0.0.1:5000/team/app:v1", "127.0.0.1:5000/team/app:v1".to_owned()),
            ("[::1]:5000/app:v1", "[::1]:5000/app:v1".to_owned()),
            ("git.example.org/school/bridge/web:v1", "git.example.org/school/bridge/web:v1".to_owned()),
            ("Git.Example.org/a:V1.0_x-y", "Git.Example.org/a:V1.0_x-y".to_owned()),
            ("a__b/c.d/e---f", "docker.io/a__b/c.d/e---f:latest".to_owned()),
            (&format!("app@sha256:{id}"), format!("docker.io/library/app@sha256:{id}")),
            (&format!("app:v1@sha256:{id}"), format!("docker.io/library/app:v1@sha256:{id}")),
        ] {
            assert_eq!(ImageName::parse(text).map(|name| name.to_string()), Ok(shown), "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_told_by_its_part() {
        let (long, id) = ("a".repeat(256), "A".repeat(64));
        for (text, why) in [
            ("", BadImage::Length),
            (":v1", BadImage::Length),
            (&long, BadImage::Length),
            ("Nginx", BadImage::UpperCase),
            ("team/App", BadImage::UpperCase),
            ("git.example.org/", BadImage::Repository),
            ("git.example.org//a", BadImage::Repository),
            ("a/-b", BadImage::Repository),
            ("a/b-", BadImage::Repository),
            ("a..b", BadImage::Repository),
            ("a___b", BadImage::Repository),
            ("a b", BadImage::Repository),
            ("a/é", BadImage::Repository),
            ("a$(id)", BadImage::Repository),
            ("https://git.example.org/a", BadImage::Registry),
            ("git.example.org:0/a", BadImage::Registry),
            ("git.example.org:99999/a", BadImage::Registry),
            ("-x.example.org/a", BadImage::Registry),
            ("[nonsense]:5/a", BadImage::Registry),
            ("a:", BadImage::Tag),
            ("a:-v", BadImage::Tag),
            ("a:v 1", BadImage::Tag),
            ("a@sha256:abc", BadImage::Digest),
            ("a@md5:d41d8cd98f00b204e9800998ecf8427e", BadImage::Digest),
            (&format!("a@sha256:{id}"), BadImage::Digest),
        ] {
            assert_eq!(ImageName::parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn a_pinned_name_has_a_digest_in_place_of_its_tag() {
        let digest = Digest::parse(&format!("sha256:{}", "0".repeat(64))).unwrap();
        let name = ImageName::parse("team/app:v1").unwrap();
        assert_eq!(name.pinned(&digest), format!("docker.io/team/app@{digest}"));
    }
}
