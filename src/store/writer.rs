//! The one thread that writes.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::{Reading, Sealing, StoreError};
use crate::points;

/// The most writes that share one commit; more would only make the first of them wait longer.
const BATCH: usize = 256;

/// What a writing closure gets: the writing connection inside a savepoint.
pub struct Writing<'a> {
    pub(super) connection: &'a Connection,
    pub(super) journalled: &'a Cell<u64>,
    pub(super) sealing: Option<&'a Arc<Sealing>>,
}

impl<'a> Writing<'a> {
    /// Returns the same view for questions.
    pub fn reading(&self) -> Reading<'a> {
        Reading(self.connection)
    }
}

type Answer = Box<dyn FnOnce(Result<(), String>) + Send>;
type Run = Box<dyn FnOnce(&Writing<'_>) -> (bool, Answer) + Send>;

/// One queued write.
pub struct Job(Run);

impl Job {
    /// Wraps `change`, whose outcome goes to `answer` once the commit is known.
    pub fn new<T, E>(
        change: impl FnOnce(&Writing<'_>) -> Result<T, E> + Send + 'static,
        answer: oneshot::Sender<Result<T, E>>,
    ) -> Self
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        Self(Box::new(move |writing| {
            let outcome = change(writing);
            let keep = outcome.is_ok();
            let tell: Answer = Box::new(move |committed| {
                let told = match committed {
                    Ok(()) => outcome,
                    Err(why) => Err(E::from(StoreError::Commit(why))),
                };
                // Nobody may be listening any more; the write stands all the same.
                let _ = answer.send(told);
            });
            (keep, tell)
        }))
    }
}

/// Starts the writing thread.
pub fn start(
    connection: Connection,
    jobs: mpsc::UnboundedReceiver<Job>,
    broken: Arc<AtomicBool>,
    sealing: Option<Arc<Sealing>>,
) -> Result<(), StoreError> {
    let attend = move || serve(connection, jobs, &broken, sealing.as_ref());
    std::thread::Builder::new().name("store".into()).spawn(attend)?;
    Ok(())
}

fn serve(
    mut connection: Connection,
    mut jobs: mpsc::UnboundedReceiver<Job>,
    broken: &AtomicBool,
    sealing: Option<&Arc<Sealing>>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.blocking_recv_many(&mut batch, BATCH) > 0 {
        let journalled = Cell::new(0);
        let (answers, committed) = if broken.load(Ordering::Acquire) {
            (Vec::new(), Err("an earlier write failed".to_owned()))
        } else {
            run_batch(&mut connection, batch.drain(..), &journalled, sealing)
        };
        if committed.is_err() {
            broken.store(true, Ordering::Release);
        }
        // Jobs that never ran are dropped here; their callers hear `Closed`.
        batch.clear();
        for _ in 0..journalled.get() {
            fail::fail_point!("journal-written");
        }
        for answer in answers {
            answer(committed.clone());
        }
    }
}

fn run_batch(
    connection: &mut Connection,
    jobs: impl Iterator<Item = Job>,
    journalled: &Cell<u64>,
    sealing: Option<&Arc<Sealing>>,
) -> (Vec<Answer>, Result<(), String>) {
    let mut answers = Vec::new();
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => return (answers, Err(error.to_string())),
    };
    for job in jobs {
        if let Err(error) =
            run_job(&Writing { connection: &transaction, journalled, sealing }, job, &mut answers)
        {
            return (answers, Err(error.to_string()));
        }
    }
    (answers, commit(transaction))
}

/// Runs one write in a savepoint, which takes everything back that a failed one did.
fn run_job(writing: &Writing<'_>, job: Job, answers: &mut Vec<Answer>) -> Result<(), rusqlite::Error> {
    // Cached: for a webhook, reading these words anew would cost as much as writing its row.
    let say = |words: &str| writing.connection.prepare_cached(words)?.execute([]).map(|_| ());
    say("SAVEPOINT job")?;
    let before = writing.journalled.get();
    let (keep, answer) = (job.0)(writing);
    answers.push(answer);
    if !keep {
        say("ROLLBACK TO job")?;
        writing.journalled.set(before);
    }
    say("RELEASE job")
}

fn commit(transaction: Transaction<'_>) -> Result<(), String> {
    fail::fail_point!("store-commit", |why| Err(why.unwrap_or_default()));
    points::before("commit").map_err(|error| error.to_string())?;
    transaction.commit().map_err(|error| error.to_string())?;
    points::after("commit").map_err(|error| error.to_string())
}
