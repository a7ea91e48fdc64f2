//! A house written by hand: it knows what a test puts into it, and writes down what it is asked.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard};

use jiff::{SignedDuration, Timestamp};
use tagwarden::clock::Clock;
use tagwarden::domain::gate::Answer;
use tagwarden::domain::journal::Channel;
use tagwarden::domain::names::{Person, ReleaseId};
use tagwarden::domain::notice::Notice;
use tagwarden::engine::Demand;
use tagwarden::engine::view::{EnvironmentView, JournalLine, ReleaseRow, ReleaseView};
use tagwarden::web::{
    DeliveryError, House, LogPiece, RawDelivery, Read, Receipt, Refused, RefusedStatus, ReleaseFilter,
    Session, Stop, Trouble,
};
use tokio::sync::broadcast;

/// What the house knows.
#[derive(Default)]
pub struct Known {
    pub views: BTreeMap<u64, ReleaseView>,
    pub journal: BTreeMap<u64, Vec<JournalLine>>,
    pub logs: HashMap<(u64, String), Vec<u8>>,
    pub tokens: HashMap<String, Person>,
    pub sessions: HashMap<String, Session>,
    /// Who may act; everybody else is refused.
    pub may: Vec<String>,
    /// What was done: release, person, window, act.
    pub acts: Vec<(u64, String, Channel, Demand)>,
    pub environments: Vec<EnvironmentView>,
    /// What was stopped or lifted: scope, person, stop.
    pub stops: Vec<(String, String, Option<Stop>)>,
    /// Nothing can be read or written.
    pub broken: bool,
}

pub struct FakeHouse {
    pub clock: Clock,
    known: Mutex<Known>,
    changes: broadcast::Sender<(ReleaseId, u64)>,
}

impl FakeHouse {
    pub fn new(clock: Clock) -> Self {
        Self { clock, known: Mutex::default(), changes: broadcast::channel(16).0 }
    }

    pub fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap()
    }

    pub fn add(&self, view: ReleaseView, journal: Vec<JournalLine>) {
        let mut known = self.known();
        known.journal.insert(view.row.id.0, journal);
        known.views.insert(view.row.id.0, view);
    }

    /// Gives a person a token.
    pub fn token(&self, person: &str, may: bool) -> String {
        let token = format!("twp_{person}-0123456789abcdef");
        let mut known = self.known();
        known.tokens.insert(token.clone(), Person::parse(person).unwrap());
        if may {
            known.may.push(person.to_owned());
        }
        token
    }

    /// Adds a line to a release's journal and tells of it.
    pub fn happens(&self, id: u64, kind: &str) -> u64 {
        let seq = {
            let mut known = self.known();
            let seq = known.journal.values().flatten().map(|line| line.seq).max().unwrap_or(0) + 1;
            let line = JournalLine {
                seq,
                at: self.clock.now(),
                actor: None,
                kind: kind.to_owned(),
                step: None,
                text: Notice::new("event-deploy-proven"),
            };
            known.journal.entry(id).or_default().push(line);
            seq
        };
        let _ = self.changes.send((ReleaseId(id), seq));
        seq
    }

    fn readable(&self) -> Read<MutexGuard<'_, Known>> {
        let known = self.known();
        if known.broken { Err(Trouble(Notice::new("TW-S001").with("why", "broken"))) } else { Ok(known) }
    }
}

impl House for FakeHouse {
    async fn deliver(&self, _: RawDelivery) -> Result<Receipt, DeliveryError> {
        Ok(Receipt { sentence: Notice::new("delivery-opened") })
    }

    async fn releases(&self, filter: ReleaseFilter) -> Read<Vec<ReleaseRow>> {
        let known = self.readable()?;
        let over = ["complete", "refused", "denied", "withdrawn", "superseded", "rolled_back"];
        let rows = known.views.values().rev().map(|view| view.row.clone()).filter(|row| {
            filter.environment.as_ref().is_none_or(|name| *name == row.environment)
                && filter.repository.as_ref().is_none_or(|name| *name == row.repository)
                && filter.before.is_none_or(|before| row.id < before)
                && !(filter.under_way && over.contains(&row.phase))
        });
        Ok(rows.take(filter.limit).collect())
    }

    async fn release(&self, id: ReleaseId) -> Read<Option<ReleaseView>> {
        Ok(self.readable()?.views.get(&id.0).cloned())
    }

    async fn journal(&self, id: ReleaseId, after: u64) -> Read<Vec<JournalLine>> {
        let known = self.readable()?;
        let lines = known.journal.get(&id.0).into_iter().flatten();
        Ok(lines.filter(|line| line.seq > after).cloned().collect())
    }

    async fn explain(&self, id: ReleaseId, at: Timestamp) -> Read<Option<Answer>> {
        let known = self.readable()?;
        Ok(known.views.get(&id.0).map(|view| Answer {
            at,
            may_deploy: false,
            gates: view.gates.clone(),
            next_slot: None,
        }))
    }

    async fn step_log(&self, id: ReleaseId, key: &str, offset: u64) -> Read<Option<LogPiece>> {
        let known = self.readable()?;
        let Some(view) = known.views.get(&id.0) else { return Ok(None) };
        if !view.steps.iter().any(|step| step.key == key) {
            return Ok(None);
        }
        let log = known.logs.get(&(id.0, key.to_owned())).map_or(&[][..], Vec::as_slice);
        let from = usize::try_from(offset).unwrap().min(log.len());
        // Small pieces, so that whoever reads has to put them together.
        let to = (from + 7).min(log.len());
        Ok(Some(LogPiece { bytes: log[from..to].to_vec(), next: to as u64 }))
    }

    async fn act(
        &self,
        id: ReleaseId,
        who: Person,
        channel: Channel,
        act: Demand,
    ) -> Result<ReleaseView, Refused> {
        let refused = |status, notice| Err(Refused { status, notice });
        let mut known = match self.readable() {
            Ok(known) => known,
            Err(Trouble(notice)) => return refused(RefusedStatus::Unavailable, notice),
        };
        let Some(view) = known.views.get(&id.0).cloned() else {
            return refused(RefusedStatus::NotFound, Notice::new("TW-E002").with("release", id));
        };
        if !known.may.contains(&who.to_string()) {
            let notice =
                Notice::new("TW-P001").with("who", &who).with("environment", "production").with("may", "ada");
            return refused(RefusedStatus::NotAllowed, notice);
        }
        if matches!(&act, Demand::Approve { binding } if *binding != view.binding) {
            return refused(RefusedStatus::Conflict, Notice::new("TW-P002").with("tag", &view.row.tag));
        }
        known.acts.push((id.0, who.to_string(), channel, act));
        Ok(view)
    }

    async fn environments(&self) -> Read<Vec<EnvironmentView>> {
        Ok(self.readable()?.environments.clone())
    }

    async fn hold(&self, scope: &str, who: Person, stop: Option<Stop>) -> Result<(), Refused> {
        let mut known = self.known();
        if !known.may.contains(&who.to_string()) {
            let notice = Notice::new("TW-P001").with("who", &who);
            return Err(Refused { status: RefusedStatus::NotAllowed, notice });
        }
        known.stops.push((scope.to_owned(), who.to_string(), stop));
        Ok(())
    }

    fn changes(&self) -> broadcast::Receiver<(ReleaseId, u64)> {
        self.changes.subscribe()
    }

    async fn sign_in(&self, token: &str) -> Read<Option<Session>> {
        let mut known = self.readable()?;
        let Some(person) = known.tokens.get(token).cloned() else { return Ok(None) };
        let number = known.sessions.len();
        let session = Session {
            secret: format!("session-secret-{number}-{person}"),
            csrf: format!("csrf-value-{number}-{person}"),
            person,
            expires: self.clock.now() + SignedDuration::from_hours(12),
        };
        known.sessions.insert(session.secret.clone(), session.clone());
        Ok(Some(session))
    }

    async fn session(&self, secret: &str) -> Read<Option<Session>> {
        Ok(self.readable()?.sessions.get(secret).cloned())
    }

    async fn sign_out(&self, secret: &str) {
        self.known().sessions.remove(secret);
    }

    async fn person_of_bearer(&self, token: &str) -> Read<Option<Person>> {
        Ok(self.readable()?.tokens.get(token).cloned())
    }

    async fn ready(&self) -> Result<(), Vec<Notice>> {
        Ok(())
    }

    async fn metrics(&self) -> String {
        "tagwarden_build_info 1\n".to_owned()
    }
}
