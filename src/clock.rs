//! The one place that knows the time: the machine's clock, or one that a test or the demo moves.
//!
//! Everything else takes an instant as an argument or asks a [`Clock`]. Sleeping also goes through here, so that a
//! moved clock wakes those who wait for an instant.
//!
//! Races: (a) the clock is moved between reading it and starting to wait: the waiter subscribes before it reads;
//! (b) the machine's clock steps or the machine was suspended: a waiter never sleeps longer than [`LONGEST_NAP`]
//! before it reads the clock again.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;

/// The longest stretch for which a waiter trusts a timer before it looks at the clock again.
///
/// Ten seconds bounds how late a release can leave after a clock step or a suspend, at no measurable cost.
const LONGEST_NAP: Duration = Duration::from_secs(10);

/// A source of the present instant.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    Machine,
    Moved(watch::Receiver<Timestamp>),
}

/// The hand that moves a clock made by [`Clock::movable`].
#[derive(Debug)]
pub struct Hand(watch::Sender<Timestamp>);

impl Clock {
    /// Returns the machine's clock.
    pub fn machine() -> Self {
        Self(Source::Machine)
    }

    /// Returns a clock that stands at `start`, and the hand that moves it.
    pub fn movable(start: Timestamp) -> (Self, Hand) {
        let (sender, receiver) = watch::channel(start);
        (Self(Source::Moved(receiver)), Hand(sender))
    }

    /// Returns the present instant.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::Machine => Timestamp::now(),
            Source::Moved(receiver) => *receiver.borrow(),
        }
    }

    /// Returns once the clock shows `instant` or later.
    pub async fn sleep_until(&self, instant: Timestamp) {
        match &self.0 {
            Source::Machine => loop {
                let left = Timestamp::now().duration_until(instant);
                match Duration::try_from(left) {
                    Ok(left) if !left.is_zero() => tokio::time::sleep(left.min(LONGEST_NAP)).await,
                    Ok(_) | Err(_) => return,
                }
            },
            Source::Moved(receiver) => {
                let mut receiver = receiver.clone();
                if receiver.wait_for(|now| *now >= instant).await.is_err() {
                    // The hand is gone, so the clock will never get there.
                    std::future::pending::<()>().await;
                }
            }
        }
    }

    /// Returns once the clock shows an instant more than `slack` before `began`: it was ahead and was set back.
    pub async fn falls_behind(&self, began: Timestamp, slack: Duration) {
        let least = began.checked_sub(slack).unwrap_or(Timestamp::MIN);
        match &self.0 {
            Source::Machine => {
                while Timestamp::now() >= least {
                    tokio::time::sleep(LONGEST_NAP).await;
                }
            }
            Source::Moved(receiver) => {
                let mut receiver = receiver.clone();
                if receiver.wait_for(|now| *now < least).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }

    /// Returns after `length` on this clock or on the machine's stopwatch, whichever is sooner.
    ///
    /// For what is looked at again from time to time: a clock that is set back must not leave it alone for that long.
    pub async fn pause(&self, length: Duration) {
        tokio::select! {
            () = self.sleep(length) => {}
            () = tokio::time::sleep(length) => {}
        }
    }

    /// Returns after `length` on this clock.
    pub async fn sleep(&self, length: Duration) {
        let end = self.now().checked_add(length).unwrap_or(Timestamp::MAX);
        self.sleep_until(end).await;
    }
}

impl Hand {
    /// Moves the clock to `instant`.
    pub fn set(&self, instant: Timestamp) {
        self.0.send_replace(instant);
    }

    /// Moves the clock forward by `length`.
    pub fn advance(&self, length: Duration) {
        self.0.send_modify(|now| *now = now.checked_add(length).unwrap_or(Timestamp::MAX));
    }
}

/// Measures how long something takes in this process, whatever a clock shows.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Returns the time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
