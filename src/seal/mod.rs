//! Who signed this checkpoint? Ed25519 keys in the text forms of C2SP's signed notes, and signatures made with them.
//!
//! A key is one line of text. The public half, which is meant to be handed out, is `name+id+key`; the private half is
//! the same with `PRIVATE+KEY+` in front. Reading one that was cut or mistyped fails, because the id is a digest of the
//! rest.

mod file;

pub use file::{FILE, FileError, kept_or_made};

use std::fmt;

use aws_lc_rs::encoding::{AsBigEndian, Curve25519SeedBin};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::domain::checkpoint::{Checkpoint, Note, Signature};

/// The number of Ed25519 in signed notes.
const ALGORITHM: u8 = 1;
/// What a private key begins with.
const PRIVATE: &str = "PRIVATE+KEY+";

/// A key that signs; it prints as nothing.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

/// A key that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    bytes: [u8; 32],
}

/// Why a text is no key; no variant holds any part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// It has not the form.
    #[error("it is no key of a signed note")]
    Form,
    /// It was cut or mistyped.
    #[error("its parts do not belong together")]
    Digest,
    /// The machine gives no randomness, or the key cannot be used.
    #[error("no key can be made of it")]
    Unusable,
}

impl SigningKey {
    /// Makes a new key with this name.
    ///
    /// # Errors
    /// The name cannot be that of a key, or the machine gives no randomness.
    pub fn make(name: &str) -> Result<Self, NoKey> {
        let pair = Ed25519KeyPair::generate().map_err(|_| NoKey::Unusable)?;
        Self::of(name, pair)
    }

    /// Returns the key that stands in `text`.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, NoKey> {
        let (name, id, seed) = parts(text.strip_prefix(PRIVATE).ok_or(NoKey::Form)?)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| NoKey::Unusable)?;
        let key = Self::of(name, pair)?;
        if key.public.id() == id { Ok(key) } else { Err(NoKey::Digest) }
    }

    fn of(name: &str, pair: Ed25519KeyPair) -> Result<Self, NoKey> {
        let bytes = pair.public_key().as_ref().try_into().map_err(|_| NoKey::Unusable)?;
        // A name stands in a line between blanks and plus signs.
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'+') {
            return Err(NoKey::Form);
        }
        Ok(Self { pair, public: PublicKey { name: name.to_owned(), bytes } })
    }

    /// Returns the private key as text, for the one place where it is kept.
    ///
    /// # Errors
    /// The key does not give itself away.
    pub fn reveal(&self) -> Result<String, NoKey> {
        let seed = self.pair.seed().map_err(|_| NoKey::Unusable)?;
        let seed: Curve25519SeedBin<'_> = seed.as_be_bytes().map_err(|_| NoKey::Unusable)?;
        let bytes: Vec<u8> = std::iter::once(ALGORITHM).chain(seed.as_ref().iter().copied()).collect();
        let PublicKey { name, .. } = &self.public;
        Ok(format!("{PRIVATE}{name}+{}+{}", hex::encode(self.public.id()), BASE64.encode(bytes)))
    }

    /// Returns the public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Returns the checkpoint, signed.
    pub fn sign(&self, checkpoint: Checkpoint) -> Note {
        let text = checkpoint.text();
        let bytes = self.pair.sign(text.as_bytes()).as_ref().to_vec();
        let signature = Signature { name: self.public.name.clone(), key: self.public.id(), bytes };
        Note { checkpoint, text, signatures: vec![signature] }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, …)", self.public)
    }
}

impl PublicKey {
    /// Returns the key that stands in `text`.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, NoKey> {
        let (name, id, bytes) = parts(text)?;
        let key = Self { name: name.to_owned(), bytes };
        if key.id() == id { Ok(key) } else { Err(NoKey::Digest) }
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether this key signed the note.
    pub fn signed(&self, note: &Note) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, &self.bytes);
        let ours = |signature: &&Signature| signature.name == self.name && signature.key == self.id();
        let good = |signature: &Signature| key.verify(note.text.as_bytes(), &signature.bytes).is_ok();
        note.signatures.iter().filter(ours).any(good)
    }

    fn id(&self) -> [u8; 4] {
        let mut hasher = Sha256::new();
        hasher.update(&self.name);
        hasher.update([b'\n', ALGORITHM]);
        hasher.update(self.bytes);
        let digest: [u8; 32] = hasher.finalize().into();
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Vec<u8> = std::iter::once(ALGORITHM).chain(self.bytes).collect();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), BASE64.encode(bytes))
    }
}

/// Takes `name+id+key` apart.
fn parts(text: &str) -> Result<(&str, [u8; 4], [u8; 32]), NoKey> {
    let (name, rest) = text.split_once('+').ok_or(NoKey::Form)?;
    // The base64 of the key may hold plus signs itself.
    let (id, key) = rest.split_once('+').ok_or(NoKey::Form)?;
    let mut four = [0_u8; 4];
    hex::decode_to_slice(id, &mut four).map_err(|_| NoKey::Form)?;
    let bytes = BASE64.decode(key).map_err(|_| NoKey::Form)?;
    match bytes.split_first() {
        Some((&ALGORITHM, key)) if !name.is_empty() => {
            Ok((name, four, key.try_into().map_err(|_| NoKey::Form)?))
        }
        Some(_) | None => Err(NoKey::Form),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::journal::Link;

    fn checkpoint(size: u64) -> Checkpoint {
        let (origin, link) = ("release.example.org/journal".to_owned(), Link::START);
        Checkpoint { origin, number: 1, size, link, at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn the_example_key_of_the_go_library_is_read_and_written_back() {
        // From the documentation of golang.org/x/mod/sumdb/note.
        let public = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let private = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
        let key = SigningKey::parse(private).unwrap();
        assert_eq!(key.public().to_string(), public);
        assert_eq!(PublicKey::parse(public), Ok(key.public().clone()));
        assert_eq!(key.reveal().unwrap(), private);
    }

    #[test]
    fn only_what_was_signed_with_the_key_is_signed_by_it() {
        let (ours, other) = (SigningKey::make("a.example/journal"), SigningKey::make("a.example/journal"));
        let (ours, other) = (ours.unwrap(), other.unwrap());
        let note = ours.sign(checkpoint(4));
        assert!(ours.public().signed(&note) && !other.public().signed(&note));
        let read = Note::parse(&note.written()).unwrap();
        assert!(ours.public().signed(&read));
        let changed = Note::parse(&note.written().replace("\n4\n", "\n5\n")).unwrap();
        assert!(!ours.public().signed(&changed));
        // Another key under the id of ours.
        let mut forged = other.sign(checkpoint(4));
        forged.signatures[0].key = ours.public().id();
        assert!(!ours.public().signed(&forged));
    }

    #[test]
    fn what_is_no_key_is_refused_without_a_word_of_it() {
        let key = SigningKey::make("a.example/journal").unwrap();
        let private = key.reveal().unwrap();
        assert!(!format!("{key:?}").contains(&private[PRIVATE.len()..]));
        assert_eq!(SigningKey::parse("").unwrap_err(), NoKey::Form);
        assert_eq!(SigningKey::parse(&key.public().to_string()).unwrap_err(), NoKey::Form);
        assert_eq!(SigningKey::parse(&private.replace("a.example", "b.example")).unwrap_err(), NoKey::Digest);
        assert_eq!(PublicKey::parse(&private), Err(NoKey::Form));
        assert_eq!(SigningKey::make("two words").unwrap_err(), NoKey::Form);
        assert_eq!(SigningKey::make("a+b").unwrap_err(), NoKey::Form);
    }
}
