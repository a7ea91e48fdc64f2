//! Where every tag pointed when it was first seen, and what a new look at a repository's tags tells.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Reading, StoreError, Writing};

/// A tag as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTag {
    /// The full ref name.
    pub ref_name: String,
    /// What it pointed at.
    pub object: String,
    /// It was there before tagwarden came, so it is history and not a release.
    pub adopted: bool,
}

/// What a look found that was not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagNews {
    /// A tag that was never seen.
    New {
        /// The full ref name.
        ref_name: String,
        /// What it points at.
        object: String,
    },
    /// A tag that points elsewhere than before.
    Moved {
        /// The full ref name.
        ref_name: String,
        /// What it pointed at.
        before: String,
        /// What it points at.
        object: String,
    },
    /// A tag that is no longer there.
    Gone {
        /// The full ref name.
        ref_name: String,
        /// What it pointed at.
        before: String,
    },
}

impl Writing<'_> {
    /// Remembers that a repository was looked at for the first time, with the tags that are its history.
    ///
    /// # Errors
    /// The rows could not be written.
    pub fn adopt(
        &self,
        name: &str,
        repository_id: u64,
        tags: &[(String, String)],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO repositories (name, repository_id, adopted_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (name) DO UPDATE SET repository_id = ?2, adopted_at = ?3",
            params![name, repository_id, at.to_string()],
        )?;
        for (ref_name, object) in tags {
            self.remember_tag(repository_id, ref_name, object, true, at)?;
        }
        Ok(())
    }

    /// Remembers where a tag points.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn remember_tag(
        &self,
        repository_id: u64,
        ref_name: &str,
        object: &str,
        adopted: bool,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE tags SET gone_at = ?4 WHERE repository_id = ?1 AND ref_name = ?2 AND object <> ?3
                 AND gone_at IS NULL",
            )?
            .execute(params![repository_id, ref_name, object, at.to_string()])?;
        self.connection
            .prepare_cached(
                "INSERT INTO tags (repository_id, ref_name, object, seen_at, adopted) VALUES (?1,?2,?3,?4,?5)
                 ON CONFLICT DO UPDATE SET gone_at = NULL",
            )?
            .execute(params![repository_id, ref_name, object, at.to_string(), adopted])?;
        Ok(())
    }

    /// Remembers that a tag is no longer there.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn forget_tag(&self, repository_id: u64, ref_name: &str, at: Timestamp) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE tags SET gone_at = ?3 WHERE repository_id = ?1 AND ref_name = ?2 AND gone_at IS NULL",
            )?
            .execute(params![repository_id, ref_name, at.to_string()])?;
        Ok(())
    }
}

impl Reading<'_> {
    /// Returns the number under which a repository was adopted.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn adopted(&self, name: &str) -> Result<Option<u64>, StoreError> {
        Ok(self
            .0
            .prepare_cached("SELECT repository_id FROM repositories WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?)
    }

    /// Returns every object that was ever seen under a repository's tags, by ref name and object.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn known_tags(&self, repository_id: u64) -> Result<Vec<KnownTag>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT ref_name, object, adopted FROM tags WHERE repository_id = ?1 ORDER BY ref_name",
        )?;
        let rows = statement.query_map([repository_id], |row| {
            Ok(KnownTag { ref_name: row.get(0)?, object: row.get(1)?, adopted: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns what the tags `now` (ref name → object) tell against what is remembered.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn tag_news(
        &self,
        repository_id: u64,
        now: &BTreeMap<String, String>,
    ) -> Result<Vec<TagNews>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT ref_name, object FROM tags WHERE repository_id = ?1 AND gone_at IS NULL",
        )?;
        let rows = statement.query_map([repository_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let before: BTreeMap<String, String> = rows.collect::<Result<_, _>>()?;
        let mut news = Vec::new();
        for (ref_name, object) in now {
            match before.get(ref_name) {
                None => news.push(TagNews::New { ref_name: ref_name.clone(), object: object.clone() }),
                Some(old) if old != object => news.push(TagNews::Moved {
                    ref_name: ref_name.clone(),
                    before: old.clone(),
                    object: object.clone(),
                }),
                Some(_) => {}
            }
        }
        for (ref_name, old) in before {
            if !now.contains_key(&ref_name) {
                news.push(TagNews::Gone { ref_name, before: old });
            }
        }
        Ok(news)
    }
}
