//! Events in, decisions by the rules, effects through the adapters.
//!
//! The engine is a set of loops around one store. `intake` turns webhooks and its own looks at the forge into
//! releases; for every environment one `drive` loop asks the rules what is next and does it; `outbox` tells the world.
//! None of them keeps anything in memory that matters: each reads the truth, does one thing, writes down what came of
//! it, and may be killed between any two of these.
//!
//! Races: (a) two loops want the same environment: each environment has exactly one driver, and the state folder has
//! one daemon; (b) an event arrives while the driver decides: the machine's table is asked again inside the
//! transaction, so what has become unlawful is refused there; (c) a nudge comes while a loop works: it is remembered
//! and the loop turns once more; (d) the daemon is killed between the intention and the act: the host is asked by the
//! step's key; between the act and the outcome: the same.

mod act;
mod arrivals;
mod ask;
mod behind;
mod checkpoints;
mod comments;
mod deliver;
mod door;
mod drive;
mod environments;
mod error;
mod feeds;
mod find;
mod forecast;
mod gates;
mod guarded;
mod intake;
mod issue;
mod judge;
mod looks;
mod outbox;
mod people;
mod place;
mod record;
mod rollback;
mod show;
mod start;
mod steps;
mod tell;
pub mod view;

pub use act::{Demand, RefusedAct};
pub use checkpoints::lanes as checkpoint_lanes;
pub use deliver::Receipt;
pub use error::{EngineError, chain};
pub use find::{Found, Meaning};
pub use forecast::Foreseen;
pub use people::{SignIn, new_secret};
pub use place::Place;
pub use show::Filter;
pub use start::Parts;

use std::sync::Arc;

use tokio::sync::{Notify, OnceCell, Semaphore, broadcast};

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::names::ReleaseId;
use crate::forgejo;
use crate::store::Store;

/// The engine; cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

pub(crate) struct Inner {
    config: Arc<Config>,
    store: Store,
    clock: Clock,
    forge: forgejo::Forge,
    http: reqwest::Client,
    repositories: Vec<guarded::Guarded>,
    places: Vec<Arc<Place>>,
    feeds: feeds::Feeds,
    outbox: Notify,
    /// The account under which this house works on the forge, once it was asked for.
    account: OnceCell<forgejo::Author>,
    /// Places for fetches that run at the same time.
    fetches: Semaphore,
    changes: broadcast::Sender<(ReleaseId, u64)>,
}

impl Engine {
    /// Returns the store, for windows that only look.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Returns the clock of the house.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Returns the configuration.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Returns what tells of every change: the release and the place in the journal.
    pub fn changes(&self) -> broadcast::Receiver<(ReleaseId, u64)> {
        self.0.changes.subscribe()
    }

    /// Returns every environment that releases go to.
    pub fn places(&self) -> &[Arc<Place>] {
        &self.0.places
    }
}
