//! Releases: opened, advanced event by event, found again.
//!
//! [`Writing::advance`] is the only way in which a release changes. In one transaction it folds the release's events,
//! asks the machine, appends the event and writes what is to be told into the outbox.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{NewOutbox, Reading, StoreError, Writing};
use crate::domain::journal::{Fact, Stamp};
use crate::domain::names::{ObjectId, Person, ReleaseId};
use crate::domain::notice::Notice;
use crate::domain::release::{self, Effect, Event, Illegal, Opening, Phase, State};

/// A release as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseRecord {
    /// Its number.
    pub id: ReleaseId,
    /// Its repository's full name when it was opened.
    pub repository: String,
    /// Its repository's number.
    pub repository_id: u64,
    /// Where it goes.
    pub environment: String,
    /// Its tag's name.
    pub tag: String,
    /// What the tag points at.
    pub object: String,
    /// Its phase.
    pub phase: Phase,
    /// What it does or waits for.
    pub headline: Notice,
    /// When its tag was first seen.
    pub opened_at: Timestamp,
    /// When something last happened to it.
    pub changed_at: Timestamp,
    /// When it will be looked at again by itself.
    pub wake_at: Option<Timestamp>,
    /// Whether it asks for nothing any more.
    pub at_rest: bool,
}

impl ReleaseRecord {
    /// Returns whether the list says what the journal tells; the wording of the headline does not count.
    pub(super) fn is_of(&self, state: &State) -> bool {
        let opening = &state.opening;
        self.repository == opening.repository.as_str()
            && self.repository_id == opening.repository_id
            && self.environment == opening.environment.as_str()
            && self.tag == opening.tag.name()
            && self.object == opening.object.as_str()
            && self.phase == state.phase
            && self.at_rest == state.at_rest()
            && self.opened_at == state.opened_at
            && self.changed_at == state.changed_at
    }
}

/// What became of an event.
#[derive(Debug)]
pub enum Advanced {
    /// It was written down.
    Done {
        /// The state after it.
        state: Box<State>,
        /// Its place in the journal.
        seq: u64,
    },
    /// It cannot happen in the release's phase; nothing was written.
    Illegal(Illegal),
    /// There is no such release.
    Unknown,
}

/// Turns an effect into what the outbox keeps, one row per receiver.
pub type Expand<'a> = dyn Fn(&State, &Effect) -> Vec<NewOutbox> + 'a;

impl Writing<'_> {
    /// Opens a release for `opening`, whose number is given here; returns the state, or the number of the release
    /// that the same tag object already opened in that environment.
    ///
    /// # Errors
    /// The rows could not be written.
    pub fn open_release(
        &self,
        mut opening: Opening,
        stamp: &Stamp,
        expand: &Expand<'_>,
    ) -> Result<Result<State, ReleaseId>, StoreError> {
        let known = self.reading().release_of(
            opening.repository_id,
            opening.environment.as_str(),
            opening.tag.name(),
            &opening.object,
        )?;
        if let Some(id) = known {
            return Ok(Err(id));
        }
        let last: u64 =
            self.connection.query_row("SELECT coalesce(max(id), 0) FROM releases", [], |row| row.get(0))?;
        opening.id = ReleaseId(last + 1);
        let state = State::opened(opening.clone(), stamp.at);
        let event = Event::Opened { opening };
        let seq = self.append(stamp, Fact::Release { release: state.opening.id, event: event.clone() })?;
        self.insert_record(&state)?;
        self.tell(&state, &release::effects(&state, &event), seq, stamp.at, expand)?;
        Ok(Ok(state))
    }

    /// Lets `event` happen to a release.
    ///
    /// # Errors
    /// The rows could not be read or written; nothing happened.
    pub fn advance(
        &self,
        id: ReleaseId,
        event: &Event,
        stamp: &Stamp,
        expand: &Expand<'_>,
    ) -> Result<Advanced, StoreError> {
        let Some(state) = self.reading().state_of(id)? else { return Ok(Advanced::Unknown) };
        let (next, effects) = match release::step(&state, event, stamp.at) {
            Ok(stepped) => stepped,
            Err(illegal) => return Ok(Advanced::Illegal(illegal)),
        };
        let seq = self.append(stamp, Fact::Release { release: id, event: event.clone() })?;
        self.update_record(&next)?;
        self.tell(&next, &effects, seq, stamp.at, expand)?;
        Ok(Advanced::Done { state: Box::new(next), seq })
    }

    /// Remembers when a release will be looked at again by itself.
    ///
    /// # Errors
    /// The row could not be written.
    pub fn set_wake(&self, id: ReleaseId, at: Option<Timestamp>) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE releases SET wake_at = ?2 WHERE id = ?1")?
            .execute(params![id.0, at.map(|at| at.to_string())])?;
        Ok(())
    }

    fn tell(
        &self,
        state: &State,
        effects: &[Effect],
        seq: u64,
        at: Timestamp,
        expand: &Expand<'_>,
    ) -> Result<(), StoreError> {
        for effect in effects {
            for row in expand(state, effect) {
                self.put_outbox(state.opening.id, seq, &row, at)?;
            }
        }
        Ok(())
    }

    pub(super) fn insert_record(&self, state: &State) -> Result<(), StoreError> {
        let opening = &state.opening;
        self.connection
            .prepare_cached(
                "INSERT INTO releases (id, repository, repository_id, environment, tag, object, phase, headline,
                 at_rest, opened_at, changed_at) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
            )?
            .execute(params![
                opening.id.0,
                opening.repository.as_str(),
                opening.repository_id,
                opening.environment.as_str(),
                opening.tag.name(),
                opening.object.as_str(),
                state.phase.name(),
                headline(state)?,
                state.at_rest(),
                state.opened_at.to_string(),
                state.changed_at.to_string(),
            ])?;
        Ok(())
    }

    fn update_record(&self, state: &State) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE releases SET phase = ?2, headline = ?3, at_rest = ?4, changed_at = ?5,
                 wake_at = CASE WHEN ?2 = 'waiting' THEN wake_at END WHERE id = ?1",
            )?
            .execute(params![
                state.opening.id.0,
                state.phase.name(),
                headline(state)?,
                state.at_rest(),
                state.changed_at.to_string(),
            ])?;
        Ok(())
    }
}

fn headline(state: &State) -> Result<String, StoreError> {
    serde_json::to_string(&state.headline()).map_err(|error| StoreError::Unreadable(error.to_string()))
}

const COLUMNS: &str = "id, repository, repository_id, environment, tag, object, phase, headline, opened_at, changed_at, wake_at, at_rest";

impl Reading<'_> {
    /// Returns the fold of a release's events.
    ///
    /// # Errors
    /// The rows could not be read, or are not events of this machine.
    pub fn state_of(&self, id: ReleaseId) -> Result<Option<State>, StoreError> {
        let entries = self.journal_of(id, 0)?;
        let events = entries.iter().filter_map(|entry| match &entry.fact {
            Fact::Release { event, .. } => Some((event, entry.stamp.at)),
            Fact::House { .. } => None,
        });
        release::fold(events).map_err(|illegal| StoreError::Unreadable(format!("release {id}: {illegal}")))
    }

    /// Returns the number of the release that this tag object opened in this environment.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn release_of(
        &self,
        repository_id: u64,
        environment: &str,
        tag: &str,
        object: &ObjectId,
    ) -> Result<Option<ReleaseId>, StoreError> {
        let found = self
            .0
            .prepare_cached(
                "SELECT id FROM releases WHERE repository_id = ?1 AND environment = ?2 AND tag = ?3 AND object = ?4",
            )?
            .query_row(params![repository_id, environment, tag, object.as_str()], |row| row.get(0))
            .optional()?;
        Ok(found.map(ReleaseId))
    }

    /// Returns the releases of one environment that are not at rest, oldest first.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn at_work(&self, repository_id: u64, environment: &str) -> Result<Vec<ReleaseId>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT id FROM releases WHERE at_rest = 0 AND repository_id = ?1 AND environment = ?2 ORDER BY id",
        )?;
        let rows =
            statement.query_map(params![repository_id, environment], |row| row.get(0).map(ReleaseId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the releases of a tag name, newest first.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn releases_of_tag(&self, repository_id: u64, tag: &str) -> Result<Vec<ReleaseRecord>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM releases WHERE repository_id = ?1 AND tag = ?2 ORDER BY id DESC");
        self.records(&sql, params![repository_id, tag])
    }

    /// Returns the newest release of an environment in this phase.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn newest_in(
        &self,
        repository_id: u64,
        environment: &str,
        phase: Phase,
    ) -> Result<Option<ReleaseId>, StoreError> {
        let found = self
            .0
            .prepare_cached(
                "SELECT id FROM releases WHERE repository_id = ?1 AND environment = ?2 AND phase = ?3
                 ORDER BY changed_at DESC, id DESC LIMIT 1",
            )?
            .query_row(params![repository_id, environment, phase.name()], |row| row.get(0))
            .optional()?;
        Ok(found.map(ReleaseId))
    }

    /// Returns every release of an environment that was complete at some time, oldest first; of `commit` alone when
    /// one is given.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn completed_ever(
        &self,
        repository_id: u64,
        environment: &str,
        commit: Option<&ObjectId>,
    ) -> Result<Vec<ReleaseId>, StoreError> {
        // Read from the journal by two small indexes: a way back is in haste, whatever has gone before.
        let mut statement = self.0.prepare_cached(
            "SELECT id FROM releases WHERE repository_id = ?1 AND environment = ?2
             AND EXISTS (SELECT 1 FROM journal WHERE release = releases.id AND kind = 'completed')
             AND (?3 IS NULL OR EXISTS (SELECT 1 FROM journal WHERE release = releases.id AND kind = 'opened'
                                        AND body ->> '$.fact.opening.commit' = ?3)) ORDER BY id",
        )?;
        let commit = commit.map(ObjectId::as_str);
        let rows = statement
            .query_map(params![repository_id, environment, commit], |row| row.get(0).map(ReleaseId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the release of an environment that was completed last and not taken back, other than `but`.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn completed_before(
        &self,
        repository_id: u64,
        environment: &str,
        but: ReleaseId,
    ) -> Result<Option<ReleaseId>, StoreError> {
        let found = self
            .0
            .prepare_cached(
                "SELECT id FROM releases WHERE repository_id = ?1 AND environment = ?2 AND phase = 'complete'
                 AND id != ?3 ORDER BY changed_at DESC, id DESC LIMIT 1",
            )?
            .query_row(params![repository_id, environment, but.0], |row| row.get(0))
            .optional()?;
        Ok(found.map(ReleaseId))
    }

    /// Returns up to `limit` releases with numbers below `before`, newest first.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn list_releases(
        &self,
        repository: Option<&str>,
        environment: Option<&str>,
        before: Option<ReleaseId>,
        limit: usize,
    ) -> Result<Vec<ReleaseRecord>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM releases WHERE (?1 IS NULL OR repository = ?1 COLLATE NOCASE)
             AND (?2 IS NULL OR environment = ?2) AND (?3 IS NULL OR id < ?3) ORDER BY id DESC LIMIT ?4"
        );
        self.records(&sql, params![repository, environment, before.map(|id| id.0), limit])
    }

    /// Returns the releases that are not at rest, newest first; empty filters mean all.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn releases_at_work(
        &self,
        repository: Option<&str>,
        environment: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ReleaseRecord>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM releases WHERE at_rest = 0 AND (?1 IS NULL OR repository = ?1 COLLATE NOCASE)
             AND (?2 IS NULL OR environment = ?2) ORDER BY id DESC LIMIT ?3"
        );
        self.records(&sql, params![repository, environment, limit])
    }

    /// Returns who pushed a release's tag, as the newest of its events that tells it.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn pusher_of_release(&self, id: ReleaseId) -> Result<Option<Person>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT coalesce(body ->> '$.fact.pusher', body ->> '$.fact.opening.pusher') FROM journal
             WHERE release = ?1 AND kind IN ('opened', 'pusher_named') ORDER BY seq DESC LIMIT 1",
        )?;
        let told: Option<Option<String>> = statement.query_row([id.0], |row| row.get(0)).optional()?;
        Ok(told.flatten().and_then(|login| Person::parse(&login).ok()))
    }

    /// Returns the release with this number.
    ///
    /// # Errors
    /// The row could not be read.
    pub fn release_record(&self, id: ReleaseId) -> Result<Option<ReleaseRecord>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM releases WHERE id = ?1");
        Ok(self.records(&sql, params![id.0])?.into_iter().next())
    }

    /// Returns how many releases are in each phase.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn count_by_phase(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT phase, count(*) FROM releases GROUP BY phase ORDER BY phase")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn records(&self, sql: &str, values: impl rusqlite::Params) -> Result<Vec<ReleaseRecord>, StoreError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(values)?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            records.push(record(row)?);
        }
        Ok(records)
    }
}

fn record(row: &Row<'_>) -> Result<ReleaseRecord, StoreError> {
    let phase: String = row.get(6)?;
    let headline: String = row.get(7)?;
    let wake_at: Option<String> = row.get(10)?;
    Ok(ReleaseRecord {
        id: ReleaseId(row.get(0)?),
        repository: row.get(1)?,
        repository_id: row.get(2)?,
        environment: row.get(3)?,
        tag: row.get(4)?,
        object: row.get(5)?,
        phase: Phase::named(&phase).ok_or_else(|| StoreError::Unreadable(format!("phase `{phase}`")))?,
        headline: serde_json::from_str(&headline).map_err(|e| StoreError::Unreadable(e.to_string()))?,
        opened_at: instant(&row.get::<_, String>(8)?)?,
        changed_at: instant(&row.get::<_, String>(9)?)?,
        wake_at: wake_at.as_deref().map(instant).transpose()?,
        at_rest: row.get(11)?,
    })
}

/// Returns the instant that stands in a column.
pub(super) fn instant(text: &str) -> Result<Timestamp, StoreError> {
    text.parse().map_err(|_| StoreError::Unreadable(format!("instant `{text}`")))
}
