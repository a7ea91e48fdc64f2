//! What the windows ask of the house behind them: one narrow trait, so that pages and API are tested against a fake.
//!
//! Contract: every method may be called at any time from many tasks. A future returned here is awaited to its end even
//! when the client has gone, so a method may commit without fearing to be dropped half-way. `Trouble` means "could not
//! be read now"; it is never used for "does not exist".

use std::future::Future;
use std::net::IpAddr;

use hyper::body::Bytes;
use jiff::Timestamp;
use tokio::sync::broadcast;

use crate::domain::gate::Answer;
use crate::domain::journal::Channel;
use crate::domain::names::{EnvironmentName, Person, ReleaseId, RepositoryName};
use crate::domain::notice::Notice;
use crate::engine::Demand;
use crate::engine::view::{EnvironmentView, JournalLine, ReleaseRow, ReleaseView};

/// A webhook whose signature is good; nothing of it has been read yet.
#[derive(Debug, Clone)]
pub struct RawDelivery {
    /// The coarse event's name, from an unsigned header: a hint for reading, never for deciding; empty when no one
    /// header names it.
    pub event: String,
    /// The forge's number of the delivery, from an unsigned header: for logs only.
    pub delivery: String,
    /// Who was at the other end of the connection.
    pub peer: IpAddr,
    /// The exact bytes that were signed.
    pub body: Bytes,
    /// Which of the configured secrets matched, counted from 0.
    pub secret: usize,
}

/// The answer to a delivery that was stored, or that means nothing to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// One sentence for the forge's list of deliveries.
    pub sentence: Notice,
}

/// Why a delivery was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// It is signed, but it is no payload that we can read.
    #[error("the delivery cannot be read ({})", .0.id)]
    Malformed(Notice),
    /// It could not be stored durably; the forge has to be told that it is not accepted.
    #[error("the delivery could not be stored ({})", .0.id)]
    StoreFailed(Notice),
}

/// Something could not be read now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be read now ({})", .0.id)]
pub struct Trouble(pub Notice);

/// Which releases a list holds; newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReleaseFilter {
    /// Only those of this environment.
    pub environment: Option<EnvironmentName>,
    /// Only those of this repository.
    pub repository: Option<RepositoryName>,
    /// Only those that are not at rest; these are never cut into pages.
    pub under_way: bool,
    /// At most so many.
    pub limit: usize,
    /// Only those with a smaller number.
    pub before: Option<ReleaseId>,
}

/// A stop on an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Why.
    pub reason: String,
    /// Until when; `None` = until it is lifted.
    pub until: Option<Timestamp>,
}

/// Why something asked by a person was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused ({})", .notice.id)]
pub struct Refused {
    /// The kind of refusal.
    pub status: RefusedStatus,
    /// The reason, for people.
    pub notice: Notice,
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedStatus {
    /// This person may not.
    NotAllowed,
    /// There is no such release.
    NotFound,
    /// Not in the state that it is in, or not what was seen.
    Conflict,
    /// It could not be written down now; nothing has happened.
    Unavailable,
}

/// Somebody who is signed in on the pages.
#[derive(Debug, Clone)]
pub struct Session {
    /// The value of the cookie, 256 random bits as text.
    pub secret: String,
    /// Who it is.
    pub person: Person,
    /// The value that every form carries.
    pub csrf: String,
    /// Until when.
    pub expires: Timestamp,
}

/// A piece of a step's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPiece {
    /// The bytes from the asked offset, as many as are handed out at once; empty at the end.
    pub bytes: Vec<u8>,
    /// The offset of the next piece.
    pub next: u64,
}

/// A result of reading.
pub type Read<T> = Result<T, Trouble>;

/// The house behind the windows.
pub trait House: Send + Sync + 'static {
    /// Stores a delivery; returns only once it is durable (or means nothing to us).
    fn deliver(&self, delivery: RawDelivery) -> impl Future<Output = Result<Receipt, DeliveryError>> + Send;

    /// Returns releases, newest first.
    fn releases(&self, filter: ReleaseFilter) -> impl Future<Output = Read<Vec<ReleaseRow>>> + Send;
    /// Returns one release, or `None` when there is none with this number.
    fn release(&self, id: ReleaseId) -> impl Future<Output = Read<Option<ReleaseView>>> + Send;
    /// Returns the release's journal lines after the sequence number `after`, oldest first.
    fn journal(&self, id: ReleaseId, after: u64) -> impl Future<Output = Read<Vec<JournalLine>>> + Send;
    /// Answers "may it deploy at this instant, and if not, what is missing?".
    fn explain(&self, id: ReleaseId, at: Timestamp) -> impl Future<Output = Read<Option<Answer>>> + Send;
    /// Returns the log of a step from `offset` on, or `None` when there is no such step.
    fn step_log(
        &self,
        id: ReleaseId,
        key: &str,
        offset: u64,
    ) -> impl Future<Output = Read<Option<LogPiece>>> + Send;

    /// Does what a person asks through a window. The right is checked here, at this moment.
    fn act(
        &self,
        id: ReleaseId,
        who: Person,
        channel: Channel,
        demand: Demand,
    ) -> impl Future<Output = Result<ReleaseView, Refused>> + Send;

    /// Returns every environment with its calendars, its newest releases and its stops.
    fn environments(&self) -> impl Future<Output = Read<Vec<EnvironmentView>>> + Send;
    /// Puts a stop on an environment, or takes it away with `None`. The right is checked here, at this moment.
    fn hold(
        &self,
        scope: &str,
        who: Person,
        stop: Option<Stop>,
    ) -> impl Future<Output = Result<(), Refused>> + Send;

    /// Returns what tells of every change: the release and the journal's newest sequence number.
    fn changes(&self) -> broadcast::Receiver<(ReleaseId, u64)>;

    /// Opens a session for the owner of a personal token; `None` when the token is not known.
    fn sign_in(&self, token: &str) -> impl Future<Output = Read<Option<Session>>> + Send;
    /// Returns the session of a cookie's value while it lasts.
    fn session(&self, secret: &str) -> impl Future<Output = Read<Option<Session>>> + Send;
    /// Ends a session.
    fn sign_out(&self, secret: &str) -> impl Future<Output = ()> + Send;
    /// Returns the owner of a personal token.
    fn person_of_bearer(&self, token: &str) -> impl Future<Output = Read<Option<Person>>> + Send;

    /// Returns what keeps the house from working, if anything.
    fn ready(&self) -> impl Future<Output = Result<(), Vec<Notice>>> + Send;
    /// Returns the figures in the OpenMetrics text format.
    fn metrics(&self) -> impl Future<Output = String> + Send;
}
