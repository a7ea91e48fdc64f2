//! Has this person asked exactly this before, under the same idempotency key?
//!
//! Answers are kept for a day and in memory: after a restart of the daemon the machine's table is the second line of
//! defence, which lets no act happen twice.
//!
//! Races: (a) the same request comes twice at once: the second is told to ask again in a moment; (b) the handler
//! panics: its claim is dropped, and the key is free again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Answers that are kept at most; the oldest goes first.
const MOST: usize = 10_000;
/// The longest key.
const LONGEST: usize = 200;

/// Who asked under which key.
type Name = (String, String);

#[derive(Debug)]
struct Kept {
    digest: [u8; 32],
    at: Timestamp,
    answer: Option<(StatusCode, Value)>,
}

/// What was asked under idempotency keys.
#[derive(Debug, Default)]
pub struct Once(Mutex<HashMap<Name, Kept>>);

/// What a key says about a request.
#[derive(Debug)]
pub enum Met {
    /// It is new: do it, then [`Claim::keep`] the answer.
    New(Claim),
    /// It was answered: this is the answer.
    Before(StatusCode, Value),
    /// It is being worked on.
    Working,
    /// Something else was asked under the key.
    Other,
}

/// The right to answer under a key; when it is dropped without an answer, the key is free again.
#[derive(Debug)]
pub struct Claim {
    once: Arc<Once>,
    name: Option<Name>,
}

/// Returns whether a text can be a key.
pub fn is_key(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}

impl Once {
    fn lock(&self) -> MutexGuard<'_, HashMap<Name, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks up what `person` asked under `key`, and claims it when it is new.
    pub fn meet(self: &Arc<Self>, person: &str, key: &str, path: &str, body: &[u8], now: Timestamp) -> Met {
        let name = (person.to_ascii_lowercase(), key.to_owned());
        let mut hasher = Sha256::new();
        hasher.update((path.len() as u64).to_be_bytes());
        hasher.update(path);
        hasher.update(body);
        let digest: [u8; 32] = hasher.finalize().into();
        let mut kept = self.lock();
        kept.retain(|_, kept| kept.answer.is_none() || now.duration_since(kept.at) < KEPT);
        match kept.get(&name) {
            Some(before) if before.digest != digest => return Met::Other,
            Some(Kept { answer: Some((status, value)), .. }) => return Met::Before(*status, value.clone()),
            Some(Kept { answer: None, .. }) => return Met::Working,
            None => {}
        }
        if kept.len() >= MOST
            && let Some(oldest) = kept.iter().min_by_key(|(_, kept)| kept.at).map(|(name, _)| name.clone())
        {
            kept.remove(&oldest);
        }
        kept.insert(name.clone(), Kept { digest, at: now, answer: None });
        Met::New(Claim { once: Arc::clone(self), name: Some(name) })
    }
}

impl Claim {
    /// Keeps the answer for whoever asks the same again.
    pub fn keep(mut self, status: StatusCode, value: &Value) {
        if let Some(name) = self.name.take()
            && let Some(kept) = self.once.lock().get_mut(&name)
        {
            kept.answer = Some((status, value.clone()));
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(name) = self.name.take() {
            self.once.lock().remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(n: i64) -> Timestamp {
        Timestamp::from_second(n).unwrap()
    }

    #[test]
    fn the_same_request_is_answered_once_and_another_one_is_refused() {
        let once = Arc::new(Once::default());
        let meet =
            |who: &str, path: &str, body: &str, at| once.meet(who, "k", path, body.as_bytes(), second(at));
        let Met::New(claim) = meet("ada", "/a", "{}", 0) else { panic!("new") };
        assert!(matches!(meet("ada", "/a", "{}", 1), Met::Working));
        claim.keep(StatusCode::OK, &Value::Bool(true));
        assert!(matches!(meet("Ada", "/a", "{}", 2), Met::Before(StatusCode::OK, Value::Bool(true))));
        assert!(matches!(meet("ada", "/b", "{}", 3), Met::Other));
        assert!(matches!(meet("ada", "/a", "{ }", 3), Met::Other));
        assert!(matches!(meet("eve", "/a", "{}", 3), Met::New(_)), "keys belong to a person");
        assert!(matches!(meet("ada", "/a", "{}", 24 * 3600), Met::New(_)), "a day is over");
    }

    #[test]
    fn a_claim_without_an_answer_sets_the_key_free() {
        let once = Arc::new(Once::default());
        drop(once.meet("ada", "k", "/a", b"", second(0)));
        assert!(matches!(once.meet("ada", "k", "/b", b"", second(1)), Met::New(_)));
    }

    #[test]
    fn the_table_does_not_grow_without_end() {
        let once = Arc::new(Once::default());
        for n in 0..i64::try_from(MOST).unwrap() + 3 {
            if let Met::New(claim) = once.meet("ada", &n.to_string(), "/a", b"", second(n / 1000)) {
                claim.keep(StatusCode::OK, &Value::Null);
            }
        }
        assert_eq!(once.lock().len(), MOST);
        for (key, good) in [("a b", true), ("", false), ("é", false), ("\n", false)] {
            assert_eq!(is_key(key), good, "{key:?}");
        }
    }
}
