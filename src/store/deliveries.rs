//! Webhooks as they came: kept before they are answered, folded by what they say.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::releases::instant;
use super::{Reading, StoreError, Writing};
use crate::domain::notice::Notice;

/// A webhook that is to be kept.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// When it came.
    pub received_at: Timestamp,
    /// The sender's id of it; not signed, so only for people.
    pub uuid: String,
    /// The event's name; not signed either.
    pub event: String,
    /// What it says, as a key: the same news has the same key however often it comes.
    pub content_key: String,
    /// The repository's full name.
    pub repository: Option<String>,
    /// The repository's number.
    pub repository_id: Option<u64>,
    /// The full ref name.
    pub ref_name: Option<String>,
    /// The object that the ref points at.
    pub object: Option<String>,
    /// Who pushed.
    pub pusher: Option<String>,
    /// The exact bytes.
    pub body: Vec<u8>,
    /// The outcome, when it is clear already that there is nothing to do.
    pub outcome: Option<DeliveryOutcome>,
}

/// What a kept webhook led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryOutcome {
    /// In words.
    pub notice: Notice,
    /// The numbers of the releases.
    #[serde(default)]
    pub releases: Vec<u64>,
}

/// Whether a webhook was news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It said something that no earlier one had said.
    New,
    /// The same was said before; this is at least the second time.
    Again {
        /// How often it has come by now.
        times: u64,
    },
}

/// A kept webhook that has not led to anything yet.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its row.
    pub id: u64,
    /// The full ref name.
    pub ref_name: Option<String>,
    /// The object that the ref points at.
    pub object: Option<String>,
    /// Who pushed.
    pub pusher: Option<String>,
}

/// The newest webhook of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The repository's full name.
    pub repository: String,
    /// The event's name, as the sender named it.
    pub event: String,
    /// When it came.
    pub received_at: Timestamp,
}

/// The number of finished deliveries that are kept for people to look at.
const KEPT: u64 = 10_000;

impl Writing<'_> {
    /// Keeps a webhook.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn put_delivery(&self, delivery: &NewDelivery) -> Result<Stored, StoreError> {
        let times: u64 = self
            .connection
            .prepare_cached(
                "INSERT INTO deliveries (received_at, uuid, event, content_key, repository, repository_id, ref_name,
                 object, pusher, body, outcome) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)
                 ON CONFLICT (content_key) DO UPDATE SET times = times + 1 RETURNING times",
            )?
            .query_row(
                params![
                    delivery.received_at.to_string(),
                    delivery.uuid,
                    delivery.event,
                    delivery.content_key,
                    delivery.repository,
                    delivery.repository_id,
                    delivery.ref_name,
                    delivery.object,
                    delivery.pusher,
                    delivery.body,
                    delivery.outcome.as_ref().map(outcome_text).transpose()?,
                ],
                |row| row.get(0),
            )?;
        Ok(if times > 1 { Stored::Again { times } } else { Stored::New })
    }

    /// Remembers what webhooks led to, and makes room.
    ///
    /// # Errors
    /// A row could not be written.
    pub fn settle_deliveries(&self, settled: &[(u64, DeliveryOutcome)]) -> Result<(), StoreError> {
        let mut update =
            self.connection.prepare_cached("UPDATE deliveries SET outcome = ?2 WHERE id = ?1")?;
        for (id, outcome) in settled {
            update.execute(params![id, outcome_text(outcome)?])?;
        }
        // Only what has been dealt with, and only what is far behind. Nobody waits for an answer here.
        self.connection
            .prepare_cached(
                "DELETE FROM deliveries WHERE outcome IS NOT NULL AND id <= (SELECT max(id) FROM deliveries) - ?1",
            )?
            .execute([KEPT])?;
        Ok(())
    }
}

fn outcome_text(outcome: &DeliveryOutcome) -> Result<String, StoreError> {
    serde_json::to_string(outcome).map_err(|error| StoreError::Unreadable(error.to_string()))
}

impl Reading<'_> {
    /// Returns the webhooks of a repository that have not led to anything yet, oldest first.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn pending_deliveries(&self, repository_id: u64) -> Result<Vec<Delivery>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT id, ref_name, object, pusher FROM deliveries
             WHERE outcome IS NULL AND repository_id = ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([repository_id], |row| {
            Ok(Delivery { id: row.get(0)?, ref_name: row.get(1)?, object: row.get(2)?, pusher: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns who pushed this object under this ref, as the newest webhook named them.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn pusher_of(
        &self,
        repository_id: u64,
        ref_name: &str,
        object: &str,
    ) -> Result<Option<String>, StoreError> {
        Ok(self
            .0
            .prepare_cached(
                "SELECT pusher FROM deliveries WHERE repository_id = ?1 AND ref_name = ?2 AND object = ?3
                 AND pusher IS NOT NULL ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![repository_id, ref_name, object], |row| row.get(0))
            .optional()?)
    }

    /// Returns the number of kept webhooks and of those that are still to be dealt with.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn count_deliveries(&self) -> Result<(u64, u64), StoreError> {
        Ok(self.0.query_row(
            "SELECT count(*), coalesce(sum(outcome IS NULL), 0) FROM deliveries",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?)
    }

    /// Returns the newest webhook of every repository that ever sent one; one that was sent again counts as the first.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn arrivals(&self) -> Result<Vec<Arrival>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT repository, event, received_at FROM deliveries
             WHERE id IN (SELECT max(id) FROM deliveries WHERE repository IS NOT NULL GROUP BY repository)",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
        let mut arrivals = Vec::new();
        for row in rows {
            let (repository, event, at) = row?;
            arrivals.push(Arrival { repository, event, received_at: instant(&at)? });
        }
        Ok(arrivals)
    }
}
