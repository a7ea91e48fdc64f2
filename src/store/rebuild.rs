//! The list of releases made anew from the journal, for the day on which the two do not agree.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, params};

use super::audit::Trust;
use super::writer::Writing;
use super::{FILE, Reading, StoreError, schema};
use crate::domain::audit::Fault;
use crate::domain::journal::{Fact, Stamp};
use crate::domain::names::ReleaseId;

/// Makes the list of releases in the state folder anew, appends `fact` to the journal, and returns how many differed.
///
/// The caller holds the lock on the folder.
///
/// # Errors
/// The database cannot be used, or the record is not whole; then nothing was changed.
pub fn rebuild(folder: &Path, stamp: &Stamp, fact: Fact) -> Result<Result<u64, Fault>, StoreError> {
    let mut connection = Connection::open(folder.join(FILE))?;
    schema::prepare(&mut connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if let Err(fault) = Reading(&transaction).audit(Trust::default())? {
        return Ok(Err(fault));
    }
    let journalled = std::cell::Cell::new(0);
    let writing = Writing { connection: &transaction, journalled: &journalled, sealing: None };
    let differed = writing.relist()?;
    writing.append(stamp, fact)?;
    transaction.commit()?;
    Ok(Ok(differed))
}

impl Writing<'_> {
    /// Makes every row anew that is not what the journal tells, and returns how many there were.
    fn relist(&self) -> Result<u64, StoreError> {
        let reading = self.reading();
        let mut differed = 0;
        for id in reading.ever_listed()? {
            let told = reading.state_of(id)?;
            let listed = reading.release_record(id);
            let same = match (&listed, &told) {
                (Ok(Some(listed)), Some(told)) => listed.is_of(told),
                (Ok(None), None) => true,
                // A row that cannot even be read is made anew as well.
                (Ok(Some(_)), None) | (Ok(None), Some(_)) | (Err(_), _) => false,
            };
            if same {
                continue;
            }
            differed += 1;
            self.connection.execute("DELETE FROM releases WHERE id = ?1", params![id.0])?;
            if let Some(told) = &told {
                self.insert_record(told)?;
            }
        }
        Ok(differed)
    }
}

impl Reading<'_> {
    /// Returns every release that the journal tells of or the list holds.
    fn ever_listed(&self) -> Result<Vec<ReleaseId>, StoreError> {
        let mut statement = self.0.prepare(
            "SELECT DISTINCT release FROM journal WHERE release IS NOT NULL UNION SELECT id FROM releases",
        )?;
        let rows = statement.query_map([], |row| row.get(0).map(ReleaseId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
