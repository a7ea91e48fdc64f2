//! Who wrote down first that they are about to do something that must not be done twice?
//!
//! A claim is the intention before an act on somebody else's machine: it is durable before the act, and only one of
//! many who want the same gets it. Whether the act took effect is not known here; who claims again after a while has
//! looked for its effect in vain.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{Reading, StoreError, Writing};

/// What stands before the names of claims in the house's small values.
const PREFIX: &str = "claim/";

/// An intention that was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// What it is for; another need is another claim.
    pub need: String,
    /// Which try this is, from 1 on.
    pub attempt: u32,
    /// When it was written down.
    pub at: Timestamp,
    /// Whether the other side said that it took effect.
    pub accepted: bool,
    /// Why it did not, or may not have, taken effect.
    pub trouble: Option<String>,
}

/// How often, and how soon after one another, the same need may be claimed.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The time in which an act whose fate is not known is looked for.
    pub between: Duration,
    /// The most tries.
    pub most: u32,
}

impl Writing<'_> {
    /// Claims the act `name` for `need` at `at`; returns the claim when it is the caller's to act on now.
    ///
    /// An accepted claim, one that is too young and one that was tried often enough is nobody's any more.
    ///
    /// # Errors
    /// The row could not be read or written.
    pub fn claim(
        &self,
        name: &str,
        need: &str,
        at: Timestamp,
        patience: Patience,
    ) -> Result<Option<Claim>, StoreError> {
        let attempt = match self.reading().claim(name)? {
            Some(known) if known.need == need => {
                let again = known.at.checked_add(patience.between).unwrap_or(Timestamp::MAX);
                if known.accepted || known.attempt >= patience.most || at < again {
                    return Ok(None);
                }
                known.attempt + 1
            }
            Some(_) | None => 1,
        };
        let claim = Claim { need: need.to_owned(), attempt, at, accepted: false, trouble: None };
        self.put_claim(name, &claim)?;
        Ok(Some(claim))
    }

    /// Writes down what came of a claim, unless another need or try has taken its place.
    ///
    /// # Errors
    /// The row could not be read or written.
    pub fn settle_claim(&self, name: &str, settled: &Claim) -> Result<(), StoreError> {
        let same = |known: &Claim| known.need == settled.need && known.attempt == settled.attempt;
        if self.reading().claim(name)?.as_ref().is_some_and(same) {
            self.put_claim(name, settled)
        } else {
            Ok(())
        }
    }

    fn put_claim(&self, name: &str, claim: &Claim) -> Result<(), StoreError> {
        let value =
            serde_json::to_string(claim).map_err(|error| StoreError::Unreadable(error.to_string()))?;
        self.connection
            .prepare_cached(
                "INSERT INTO house (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
            )?
            .execute(params![format!("{PREFIX}{name}"), value])?;
        Ok(())
    }
}

impl Reading<'_> {
    /// Returns the newest claim of this name.
    ///
    /// # Errors
    /// The row could not be read, or is none of this version's.
    pub fn claim(&self, name: &str) -> Result<Option<Claim>, StoreError> {
        let value: Option<String> = self
            .0
            .prepare_cached("SELECT value FROM house WHERE name = ?1")?
            .query_row(params![format!("{PREFIX}{name}")], |row| row.get(0))
            .optional()?;
        value
            .map(|value| {
                serde_json::from_str(&value).map_err(|error| StoreError::Unreadable(error.to_string()))
            })
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    const PATIENCE: Patience = Patience { between: Duration::from_secs(100), most: 2 };

    async fn claim(store: &Store, need: &'static str, second: i64) -> Option<Claim> {
        let claimed = store.write(move |w| w.claim("start/ci", need, at(second), PATIENCE)).await;
        claimed.unwrap_or_else(|error: StoreError| panic!("{error}"))
    }

    async fn settle(store: &Store, claim: Claim) {
        let settled = store.write(move |w| w.settle_claim("start/ci", &claim)).await;
        settled.unwrap_or_else(|error: StoreError| panic!("{error}"));
    }

    #[tokio::test]
    async fn one_need_is_claimed_once_also_after_a_restart_and_anew_only_after_patience() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(claim(&store, "after run 1", 0).await.unwrap().attempt, 1);
        assert_eq!(claim(&store, "after run 1", 0).await, None, "two gates at the same time");
        drop(store);
        // Killed between the claim and the act: the act is looked for first.
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(claim(&store, "after run 1", 99).await, None);
        let second = claim(&store, "after run 1", 100).await.unwrap();
        assert_eq!(second.attempt, 2);
        assert_eq!(claim(&store, "after run 1", 1000).await, None, "often enough");
        // Another need is another claim, and what came of the old one does not touch it.
        let other = claim(&store, "after run 2", 1000).await.unwrap();
        assert_eq!(other.attempt, 1);
        settle(&store, Claim { accepted: true, ..second }).await;
        assert_eq!(store.read(|r| r.claim("start/ci")).await.unwrap(), Some(other.clone()));
        settle(&store, Claim { accepted: true, ..other }).await;
        assert_eq!(claim(&store, "after run 2", 9000).await, None, "accepted is done");
    }
}
