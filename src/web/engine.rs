//! The engine behind the windows.

use jiff::Timestamp;
use tokio::sync::broadcast;

use crate::domain::gate::Answer;
use crate::domain::journal::Channel;
use crate::domain::names::{Person, ReleaseId};
use crate::domain::notice::Notice;
use crate::engine::view::{EnvironmentView, JournalLine, ReleaseRow, ReleaseView};
use crate::engine::{Demand, Engine, EngineError, Filter, RefusedAct, SignIn};
use crate::web::house::{
    DeliveryError, House, LogPiece, RawDelivery, Read, Receipt, Refused, RefusedStatus, ReleaseFilter,
    Session, Stop, Trouble,
};

/// The largest piece of a log that is handed out at once.
const PIECE: usize = 256 << 10;

fn trouble(error: EngineError) -> Trouble {
    tracing::warn!(id = error.id(), "a window could not be served");
    Trouble(error.notice())
}

impl House for Engine {
    async fn deliver(&self, delivery: RawDelivery) -> Result<Receipt, DeliveryError> {
        match Engine::deliver(self, &delivery.event, &delivery.delivery, &delivery.body).await {
            Ok(receipt) => Ok(Receipt { sentence: receipt.sentence }),
            Err(error) => Err(DeliveryError::StoreFailed(error.notice())),
        }
    }

    async fn releases(&self, filter: ReleaseFilter) -> Read<Vec<ReleaseRow>> {
        let filter = Filter {
            repository: filter.repository.map(String::from),
            environment: filter.environment.map(String::from),
            before: filter.before,
            under_way: filter.under_way,
            limit: filter.limit,
        };
        self.rows(filter).await.map_err(trouble)
    }

    async fn release(&self, id: ReleaseId) -> Read<Option<ReleaseView>> {
        self.view(id).await.map_err(trouble)
    }

    async fn journal(&self, id: ReleaseId, after: u64) -> Read<Vec<JournalLine>> {
        self.lines(id, after).await.map_err(trouble)
    }

    async fn explain(&self, id: ReleaseId, at: Timestamp) -> Read<Option<Answer>> {
        Engine::explain(self, id, at).await.map_err(trouble)
    }

    async fn step_log(&self, id: ReleaseId, key: &str, offset: u64) -> Read<Option<LogPiece>> {
        let found = Engine::step_log(self, id, key, offset).await.map_err(trouble)?;
        Ok(found.map(|(mut bytes, next)| {
            let beyond = bytes.len().saturating_sub(PIECE);
            bytes.truncate(PIECE);
            LogPiece { bytes, next: next - beyond as u64 }
        }))
    }

    async fn act(
        &self,
        id: ReleaseId,
        who: Person,
        channel: Channel,
        demand: Demand,
    ) -> Result<ReleaseView, Refused> {
        self.demand(id, &who, channel, demand).await.map_err(refused)?;
        let gone = || Refused {
            status: RefusedStatus::NotFound,
            notice: Notice::new("TW-E002").with("release", id),
        };
        self.view(id).await.map_err(|error| refused(error.into()))?.ok_or_else(gone)
    }

    async fn environments(&self) -> Read<Vec<EnvironmentView>> {
        Engine::environments(self).await.map_err(trouble)
    }

    async fn hold(&self, scope: &str, who: Person, stop: Option<Stop>) -> Result<(), Refused> {
        match stop {
            Some(stop) => self.hold_scope(scope, &who, Channel::Web, &stop.reason, stop.until).await,
            None => self.lift_scope(scope, &who, Channel::Web).await,
        }
        .map_err(refused)
    }

    fn changes(&self) -> broadcast::Receiver<(ReleaseId, u64)> {
        Engine::changes(self)
    }

    async fn sign_in(&self, token: &str) -> Read<Option<Session>> {
        Ok(Engine::sign_in(self, token).await.map_err(trouble)?.map(session))
    }

    async fn session(&self, secret: &str) -> Read<Option<Session>> {
        Ok(Engine::session(self, secret).await.map_err(trouble)?.map(session))
    }

    async fn sign_out(&self, secret: &str) {
        if let Err(error) = Engine::sign_out(self, secret).await {
            tracing::warn!(id = error.id(), "a sign-in could not be ended");
        }
    }

    async fn person_of_bearer(&self, token: &str) -> Read<Option<Person>> {
        self.person_of_token(token).await.map_err(trouble)
    }

    async fn ready(&self) -> Result<(), Vec<Notice>> {
        let troubles = self.troubles();
        if troubles.is_empty() { Ok(()) } else { Err(troubles) }
    }

    async fn metrics(&self) -> String {
        Engine::metrics(self).await.unwrap_or_else(|_| "# EOF\n".to_owned())
    }
}

fn session(found: SignIn) -> Session {
    Session { secret: found.secret, person: found.person, csrf: found.csrf, expires: found.expires }
}

fn refused(act: RefusedAct) -> Refused {
    let (status, notice) = match act {
        RefusedAct::NotAllowed(notice) => (RefusedStatus::NotAllowed, notice),
        RefusedAct::NotFound(notice) => (RefusedStatus::NotFound, notice),
        RefusedAct::Conflict(notice) => (RefusedStatus::Conflict, notice),
        RefusedAct::Unavailable(notice) => (RefusedStatus::Unavailable, notice),
    };
    Refused { status, notice }
}
