//! The id of an object in the form in which it is computed with: bytes, of either hash.

use std::fmt;

use git2::Oid;

use super::GitError;
use crate::domain::names::ObjectId;

/// An object id of 20 or 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    bytes: [u8; 32],
    length: u8,
}

impl Id {
    /// Returns the id with these bytes; `None` when no hash has so many.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        let length = u8::try_from(raw.len()).ok().filter(|length| matches!(length, 20 | 32))?;
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self { bytes, length })
    }

    /// Returns the id with these hexadecimal digits.
    pub fn from_hex(digits: &[u8]) -> Option<Self> {
        if !digits.len().is_multiple_of(2) || digits.len() > 64 {
            return None;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let pair = |pair: &[u8]| Some(digit(pair[0])? * 16 + digit(pair[1])?);
        Self::from_bytes(&digits.chunks(2).map(pair).collect::<Option<Vec<u8>>>()?)
    }

    /// Returns the raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Returns the id as libgit2's.
    pub fn oid(&self) -> Result<Oid, GitError> {
        Ok(Oid::from_bytes(self.as_bytes())?)
    }

    /// Returns the id as text.
    pub fn object_id(&self) -> Result<ObjectId, GitError> {
        ObjectId::parse(&self.to_string()).map_err(|error| GitError::Odd(error.to_string()))
    }
}

impl From<Oid> for Id {
    fn from(oid: Oid) -> Self {
        // What libgit2 opens has ids of twenty bytes.
        let mut bytes = [0; 32];
        let raw = &oid.as_bytes()[..20];
        bytes[..20].copy_from_slice(raw);
        Self { bytes, length: 20 }
    }
}

impl TryFrom<&ObjectId> for Id {
    type Error = GitError;
    fn try_from(id: &ObjectId) -> Result<Self, GitError> {
        Self::from_hex(id.as_str().as_bytes()).ok_or_else(|| GitError::Odd(format!("`{id}` is no object id")))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
