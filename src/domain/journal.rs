//! What happened, in order: the entries of the journal and the hash chain that binds them.
//!
//! An entry is never changed or removed. Each carries the hash of the one before it, so that a change, a swap, an
//! insertion or a deletion anywhere breaks every later hash. The bytes that are hashed are canonical JSON
//! (RFC 8785 for the shapes that occur here: no floating point, ASCII keys).

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::names::{Person, ReleaseId};
use crate::domain::notice::Notice;
use crate::domain::release::Event;

/// Stands before everything that is hashed, so that no other use of SHA-256 can produce an entry.
const DOMAIN: &[u8] = b"tagwarden journal v1\n";

/// The hash of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Link([u8; 32]);

impl Link {
    /// What the first entry carries as the hash before it.
    pub const START: Link = Link([0; 32]);

    /// Returns the hash with these bytes, when there are 32 of them.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({self})")
    }
}

/// The window through which something was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The daemon itself.
    Daemon,
    /// The web pages.
    Web,
    /// The API.
    Api,
    /// The terminal, through the control socket.
    Cli,
    /// A pushed tag.
    Push,
    /// A comment in the release's issue.
    Comment,
}

impl Channel {
    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Daemon => "daemon",
            Self::Web => "web",
            Self::Api => "api",
            Self::Cli => "cli",
            Self::Push => "push",
            Self::Comment => "comment",
        }
    }
}

/// When, by whom and through which window something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// When it was written down.
    pub at: Timestamp,
    /// Who caused it; `None` = the daemon itself.
    pub actor: Option<Person>,
    /// Through which window.
    pub channel: Channel,
}

impl Stamp {
    /// Returns the stamp of something that the daemon did by itself at `at`.
    pub fn daemon(at: Timestamp) -> Self {
        Self { at, actor: None, channel: Channel::Daemon }
    }
}

/// What an entry tells: something about a release, or about the house.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Fact {
    /// Something happened to a release.
    Release {
        /// Which one.
        release: ReleaseId,
        /// What happened.
        #[serde(flatten)]
        event: Event,
    },
    /// Something happened to the house.
    House {
        /// What happened.
        what: HouseEvent,
    },
}

/// What can happen to the house.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum HouseEvent {
    /// The daemon started on this state folder.
    Opened {
        /// The version of the program.
        version: String,
        /// The key that signs the checkpoints from here on, as it is handed out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        checkpoint_key: Option<String>,
    },
    /// A repository was looked at for the first time; the tags it had are history, not releases.
    Adopted {
        /// Its full name.
        repository: String,
        /// The number of tags that it had.
        tags: usize,
    },
    /// A tag does not point where it pointed before.
    TagMoved {
        /// The repository.
        repository: String,
        /// The tag.
        tag: String,
        /// Where it pointed.
        before: String,
        /// Where it points; `None` = it is gone.
        after: Option<String>,
    },
    /// A stop was put on an environment or on everything.
    Held {
        /// What is stopped: `*`, or `repository environment`.
        scope: String,
        /// Why.
        reason: String,
    },
    /// A stop was taken away.
    Lifted {
        /// What was stopped.
        scope: String,
    },
    /// A personal token was made.
    TokenMade {
        /// For whom.
        name: String,
    },
    /// A person's tokens were revoked.
    TokenRevoked {
        /// Whose.
        name: String,
    },
    /// Something that people must see and that belongs to no release.
    Noted {
        /// What.
        notice: Notice,
    },
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place, from 1 on, without gaps.
    pub seq: u64,
    /// When, by whom, through which window.
    pub stamp: Stamp,
    /// What happened.
    pub fact: Fact,
    /// The canonical bytes of `stamp` and `fact`, as they were hashed.
    pub body: String,
    /// The hash of the entry before.
    pub before: Link,
    /// The hash of this entry.
    pub link: Link,
}

/// The shape in which an entry is written and hashed.
#[derive(Serialize, Deserialize)]
struct Body {
    v: u8,
    seq: u64,
    #[serde(flatten)]
    stamp: Stamp,
    fact: Fact,
}

/// Why a line of the journal is not what was once written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The place is not the next one.
    #[error("entry {found} stands where entry {expected} belongs")]
    Gap {
        /// The place that was expected.
        expected: u64,
        /// The place that was found.
        found: u64,
    },
    /// The hash before is not that of the entry before.
    #[error("entry {0} does not continue the entry before it")]
    Chain(u64),
    /// The hash is not that of the bytes.
    #[error("entry {0} was changed after it was written")]
    Hash(u64),
    /// The bytes cannot be read.
    #[error("entry {0} cannot be read: {1}")]
    Unreadable(u64, String),
    /// It is filed under what it does not say.
    #[error("entry {0} is filed under another release, time or kind than it tells")]
    Label(u64),
}

/// Returns the hash of `body` after an entry with the hash `before`.
pub fn link(before: Link, body: &str) -> Link {
    let mut hasher = Sha256::new();
    hasher.update(DOMAIN);
    hasher.update(before.as_bytes());
    hasher.update(body.as_bytes());
    Link(hasher.finalize().into())
}

impl Entry {
    /// Returns the entry that follows place `after` with the hash `before`.
    pub fn next(after: u64, before: Link, stamp: Stamp, fact: Fact) -> Self {
        let seq = after + 1;
        let shape = Body { v: 1, seq, stamp, fact };
        // A value first: its keys come out sorted, which makes the text canonical.
        let value = serde_json::to_value(&shape).expect("journal shapes have string keys and no floats");
        let body = value.to_string();
        Self { seq, stamp: shape.stamp, fact: shape.fact, link: link(before, &body), body, before }
    }

    /// Returns the entry that stands in `body`, without looking at the chain.
    ///
    /// # Errors
    /// The bytes are not an entry that this version can read.
    pub fn read(seq: u64, body: &str, before: Link, own: Link) -> Result<Self, Broken> {
        let shape: Body = serde_json::from_str(body).map_err(|e| Broken::Unreadable(seq, e.to_string()))?;
        Ok(Self { seq, stamp: shape.stamp, fact: shape.fact, body: body.to_owned(), before, link: own })
    }

    /// Returns whether this entry is what follows place `after` with the hash `before`.
    ///
    /// # Errors
    /// Says what is wrong with the line.
    pub fn check(seq: u64, body: &str, before: Link, own: Link, after: (u64, Link)) -> Result<(), Broken> {
        if seq != after.0 + 1 {
            return Err(Broken::Gap { expected: after.0 + 1, found: seq });
        }
        if before != after.1 {
            return Err(Broken::Chain(seq));
        }
        if link(before, body) != own {
            return Err(Broken::Hash(seq));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(after: u64, before: Link, name: &str) -> Entry {
        let stamp = Stamp::daemon(Timestamp::UNIX_EPOCH);
        Entry::next(after, before, stamp, Fact::House { what: HouseEvent::TokenMade { name: name.into() } })
    }

    #[test]
    fn an_entry_reads_back_as_it_was_written() {
        let written = entry(0, Link::START, "ada");
        let read = Entry::read(1, &written.body, written.before, written.link).unwrap();
        assert_eq!(read, written);
    }

    #[test]
    fn every_change_to_an_entry_is_found() {
        let first = entry(0, Link::START, "ada");
        let second = entry(1, first.link, "grace");
        let whole = |body: &str, seq, before, own| Entry::check(seq, body, before, own, (1, first.link));
        assert_eq!(whole(&second.body, 2, second.before, second.link), Ok(()));
        let edited = second.body.replace("grace", "eve");
        assert_eq!(whole(&edited, 2, second.before, second.link), Err(Broken::Hash(2)));
        assert_eq!(whole(&edited, 2, second.before, link(Link::START, &edited)), Err(Broken::Hash(2)));
        assert_eq!(
            whole(&second.body, 3, second.before, second.link),
            Err(Broken::Gap { expected: 2, found: 3 })
        );
        assert_eq!(whole(&second.body, 2, Link::START, second.link), Err(Broken::Chain(2)));
    }

    #[test]
    fn the_hashed_text_has_its_keys_in_order() {
        let body = entry(0, Link::START, "ada").body;
        let keys: Vec<&str> = ["\"actor\"", "\"at\"", "\"channel\"", "\"fact\"", "\"seq\"", "\"v\""].to_vec();
        let places: Vec<usize> = keys.iter().map(|key| body.find(key).unwrap()).collect();
        assert!(places.is_sorted(), "{body}");
    }
}
