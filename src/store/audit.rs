//! Is what is kept what was written? The whole record, or only its end.
//!
//! The lines are read on one thread and hashed on another: each costs about half of the time.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::OptionalExtension;

use super::checkpoints::KeptCheckpoint;
use super::journal::JournalRow;
use super::{Reading, StoreError};
use crate::domain::audit::{Fault, Walk};
use crate::domain::checkpoint::{Checkpoint, Note};
use crate::domain::journal::{Broken, Link};
use crate::domain::names::ReleaseId;
use crate::seal::PublicKey;

/// Lines that are handed over together: enough that handing over costs nothing, few enough to stay small.
const TOGETHER: usize = 2048;
/// Batches that may wait to be hashed.
const WAITING: usize = 4;

/// A record that was found whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// The number of entries.
    pub entries: u64,
    /// The hash of the last one.
    pub last: Link,
    /// The number of checkpoints.
    pub checkpoints: u64,
    /// How many entries the newest checkpoint vouches for.
    pub covered: u64,
    /// The key that signs now, as the journal names it.
    pub key: Option<String>,
}

/// What is wrong at the end of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Torn {
    /// Journal or checkpoints.
    Record(Fault),
    /// A release is listed as something that the journal does not tell.
    Listed(ReleaseId),
}

/// What is needed to say that checkpoints are ours.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trust<'a> {
    /// Keys that somebody wrote down; empty = those that the journal itself names.
    pub keys: &'a [PublicKey],
    /// Checkpoints that were kept elsewhere.
    pub outside: &'a [Note],
}

impl Reading<'_> {
    /// Returns whether the record is whole, from the first entry to the last.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn audit(&self, trust: Trust<'_>) -> Result<Result<Audited, Fault>, StoreError> {
        let kept = self.checkpoints()?;
        let notes: Vec<Option<Note>> = kept.iter().map(KeptCheckpoint::parsed).collect();
        let ours = notes.iter().flatten().map(|note| (note.checkpoint.clone(), false));
        let outside = trust.outside.iter().map(|note| (note.checkpoint.clone(), true));
        let walk = Walk::new((0, Link::START), None, ours.chain(outside).collect());
        let walk = match self.walk(walk)? {
            Ok(walk) => walk,
            Err(broken) => return Ok(Err(broken.into())),
        };
        Ok(judged(walk, &kept, &notes, trust))
    }

    /// Returns whether the end of the record is whole: what was written since the newest checkpoint, and the releases
    /// that are at work or are told of there. Falls back to the whole record when that checkpoint is not of this key.
    ///
    /// # Errors
    /// The rows could not be read.
    pub fn audit_end(&self, own: &PublicKey) -> Result<Result<(), Torn>, StoreError> {
        let newest = self.newest_checkpoint()?;
        let note = newest.as_ref().and_then(KeptCheckpoint::parsed).filter(|note| own.signed(note));
        let Some(note) = note else {
            let whole = self.audit(Trust::default())?;
            return Ok(match whole {
                Ok(_) => self.listed_as_told(0)?,
                Err(fault) => Err(Torn::Record(fault)),
            });
        };
        let Checkpoint { size, link, .. } = note.checkpoint;
        // The walk begins one line before, so that the checkpoint itself is met on the way.
        let before = match self.journal_row(size)? {
            Some(Ok(row)) => (size - 1, row.before),
            Some(Err(broken)) => return Ok(Err(Torn::Record(broken.into()))),
            None => {
                let last = self.journal_last()?;
                let checkpoint = Box::new(note.checkpoint);
                return Ok(Err(Torn::Record(Fault::Cut { checkpoint, last, outside: false })));
            }
        };
        let key = Some(own.to_string());
        let walk = Walk::new(before, key, vec![(Checkpoint { size, link, ..note.checkpoint }, false)]);
        let ended = match self.walk(walk)? {
            Ok(walk) => walk.finish(),
            Err(broken) => Err(broken.into()),
        };
        match ended {
            Ok(_) => self.listed_as_told(size),
            Err(fault) => Ok(Err(Torn::Record(fault))),
        }
    }

    /// Returns the place of the last line, whatever stands in it.
    fn journal_last(&self) -> Result<u64, StoreError> {
        Ok(self.0.query_row("SELECT coalesce(max(seq), 0) FROM journal", [], |row| row.get(0))?)
    }

    /// Compares the list of releases with what the journal tells: those at work, and those told of after `after`.
    fn listed_as_told(&self, after: u64) -> Result<Result<(), Torn>, StoreError> {
        if let Some(lost) = self.unlisted()? {
            return Ok(Err(Torn::Listed(lost)));
        }
        for id in self.of_interest(after)? {
            let listed = self.release_record(id)?;
            let told = self.state_of(id)?;
            let same = match (listed, told) {
                (Some(listed), Some(told)) => listed.is_of(&told),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            if !same {
                return Ok(Err(Torn::Listed(id)));
            }
        }
        Ok(Ok(()))
    }

    /// Returns a release that the journal opened and the list does not hold, if there is one.
    fn unlisted(&self) -> Result<Option<ReleaseId>, StoreError> {
        let found = self
            .0
            .prepare_cached(
                "SELECT release FROM journal WHERE kind = 'opened'
                 AND NOT EXISTS (SELECT 1 FROM releases WHERE id = release) LIMIT 1",
            )?
            .query_row([], |row| row.get(0).map(ReleaseId))
            .optional()?;
        Ok(found)
    }

    /// Returns the releases that are at work, and those that the journal tells of after `after`.
    fn of_interest(&self, after: u64) -> Result<Vec<ReleaseId>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT id FROM releases WHERE at_rest = 0 UNION
             SELECT release FROM journal WHERE seq > ?1 AND release IS NOT NULL",
        )?;
        let rows = statement.query_map([after], |row| row.get(0).map(ReleaseId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Leads `walk` to the end of the journal.
    fn walk(&self, mut walk: Walk) -> Result<Result<Walk, Broken>, StoreError> {
        let from = walk.end().0 + 1;
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(WAITING);
            let hashed = scope.spawn(move || {
                let outcome = check(&mut walk, &receiver);
                outcome.map(|()| walk)
            });
            let read = self.read_lines(from, &sender);
            drop(sender);
            let walked = hashed.join().map_err(|_| StoreError::Unreadable("the check panicked".into()))?;
            // A fault in a line before the one that could not be read says more.
            match (walked, read) {
                (Err(broken), _) => Ok(Err(broken)),
                (Ok(walk), Ok(())) => Ok(Ok(walk)),
                (Ok(_), Err(error)) => Err(error),
            }
        })
    }

    /// Hands every line from place `from` on over; ends early when nobody wants them any more.
    fn read_lines(
        &self,
        from: u64,
        to: &SyncSender<Vec<Result<JournalRow, Broken>>>,
    ) -> Result<(), StoreError> {
        let mut batch = Vec::with_capacity(TOGETHER);
        let mut closed = false;
        self.each_kept_line(from, |line| {
            batch.push(line);
            if batch.len() == TOGETHER {
                closed = to.send(std::mem::replace(&mut batch, Vec::with_capacity(TOGETHER))).is_err();
            }
            !closed
        })?;
        if !closed && !batch.is_empty() {
            // Whoever does not listen any more has found something.
            let _ = to.send(batch);
        }
        Ok(())
    }
}

fn check(walk: &mut Walk, lines: &Receiver<Vec<Result<JournalRow, Broken>>>) -> Result<(), Broken> {
    for batch in lines {
        for line in batch {
            walk.take(&line?.line())?;
        }
    }
    Ok(())
}

/// Judges the checkpoints after the lines were found in order.
fn judged(
    walk: Walk,
    kept: &[KeptCheckpoint],
    notes: &[Option<Note>],
    trust: Trust<'_>,
) -> Result<Audited, Fault> {
    let key = |size: u64| walk.key_at(size).and_then(|text| PublicKey::parse(text).ok());
    let signed = |note: &Note| match trust.keys {
        [] => key(note.checkpoint.size).is_some_and(|key| key.signed(note)),
        keys => keys.iter().any(|key| key.signed(note)),
    };
    for (place, (checkpoint, note)) in kept.iter().zip(notes).enumerate() {
        let expected = place as u64 + 1;
        if checkpoint.number != expected {
            return Err(Fault::Missing(expected));
        }
        match note {
            None => return Err(Fault::Unreadable(expected)),
            Some(note) if !signed(note) => return Err(Fault::Foreign(expected)),
            Some(_) => {}
        }
    }
    if let Some(foreign) = trust.outside.iter().find(|note| !signed(note)) {
        return Err(Fault::ForeignOutside(foreign.checkpoint.number));
    }
    let now = key(walk.end().0).map(|key| key.to_string());
    let (entries, last) = walk.finish()?;
    let covered = kept.last().map_or(0, |checkpoint| checkpoint.size);
    Ok(Audited { entries, last, checkpoints: kept.len() as u64, covered, key: now })
}
