//! What comes in from outside: webhooks, and what people ask of a release or of an environment.
//!
//! Every door (pages, API, terminal) ends in [`Engine::demand`]; it looks up the person's right at that moment and
//! hands the event to the machine, which alone decides whether it is lawful now.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::{Environment, Who};
use crate::domain::gate::zoned;
use crate::domain::journal::{Channel, Fact, HouseEvent, Stamp};
use crate::domain::names::{Person, ReleaseId, RepositoryName};
use crate::domain::notice::Notice;
use crate::domain::release::{Event, Kind, Phase, State, Verdict};
use crate::engine::{Engine, EngineError, Place};
use crate::forgejo::ForgeError;
use crate::forgejo::payload::{self, Hint};
use crate::store::{HoldRow, NewDelivery, StoreError, Stored};

/// What a person asks of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// Approve exactly what `binding` stands for.
    Approve {
        /// The digest of what the person saw.
        binding: String,
    },
    /// Say no.
    Deny {
        /// Why.
        reason: String,
    },
    /// Take it off the road.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// Stop it.
    Hold {
        /// Why.
        reason: String,
    },
    /// Let it go on.
    Lift,
    /// Bring back what ran before.
    Rollback {
        /// Why.
        reason: String,
    },
    /// It is stuck: try the failed step of the way back once more.
    Retry {
        /// Why.
        reason: String,
    },
    /// It is stuck: what ran before was brought back by hand.
    BroughtBack {
        /// Why, and how.
        reason: String,
    },
}

impl Demand {
    /// Whether it stops or takes back, and must therefore work while the forge cannot say who is in which team.
    fn makes_safe(&self) -> bool {
        match self {
            Self::Hold { .. } | Self::Rollback { .. } | Self::Retry { .. } | Self::BroughtBack { .. } => true,
            Self::Approve { .. } | Self::Deny { .. } | Self::Withdraw { .. } | Self::Lift => false,
        }
    }
}

/// Why what a person asked was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusedAct {
    /// They may not.
    NotAllowed(Notice),
    /// There is no such thing.
    NotFound(Notice),
    /// Not in the state that it is in.
    Conflict(Notice),
    /// It cannot be known or written down now; nothing has happened.
    Unavailable(Notice),
}

/// What to answer to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// One sentence for the forge's list of deliveries.
    pub sentence: Notice,
}

impl From<EngineError> for RefusedAct {
    fn from(error: EngineError) -> Self {
        let notice = error.notice();
        match error {
            EngineError::Overtaken { .. } => Self::Conflict(notice),
            EngineError::Unknown(_) => Self::NotFound(notice),
            EngineError::Store(_)
            | EngineError::Forge(_)
            | EngineError::Git(_)
            | EngineError::NoRepository(_)
            | EngineError::Task(_) => Self::Unavailable(notice),
        }
    }
}

impl Engine {
    /// Keeps a webhook whose signature was verified, and returns once it is durable.
    ///
    /// # Errors
    /// It could not be kept; the forge must hear so.
    pub async fn deliver(&self, event: &str, uuid: &str, body: &[u8]) -> Result<Receipt, EngineError> {
        let hint = payload::read(Some(event).filter(|event| !event.is_empty()), body);
        let guarded = hint.repository().and_then(|found| self.guarded(&found.name, found.id));
        if let Some(guarded) = guarded {
            guarded.hear(event, self.0.clock.now());
        }
        let (Some(key), Some(guarded)) = (hint.key(), guarded) else {
            let unguarded = hint.key().is_some();
            let sentence = match hint.repository() {
                Some(found) if unguarded => Notice::new("delivery-unguarded").with("repository", &found.name),
                Some(_) | None => hint.answer(),
            };
            return Ok(Receipt { sentence });
        };
        let (object, pusher) = match &hint {
            Hint::TagPushed(seen) | Hint::TagCreated(seen) => {
                (Some(seen.object.to_string()), seen.pusher.as_ref())
            }
            Hint::TagDeleted { was, pusher, .. } => (was.as_ref().map(ToString::to_string), pusher.as_ref()),
            Hint::BranchMoved { .. } | Hint::TestDelivery { .. } | Hint::Ignored { .. } => (None, None),
        };
        let delivery = NewDelivery {
            received_at: self.0.clock.now(),
            uuid: uuid.chars().take(64).collect(),
            event: event.chars().take(64).collect(),
            content_key: key.to_string(),
            repository: hint.repository().map(|found| found.name.to_string()),
            repository_id: Some(key.repository_id),
            ref_name: Some(key.reference.clone()),
            object,
            pusher: pusher.map(|pusher| pusher.login.to_string()),
            body: body.to_vec(),
            outcome: None,
        };
        let stored = self.0.store.write(move |w| w.put_delivery(&delivery)).await?;
        guarded.nudge.notify_one();
        Ok(Receipt {
            sentence: match stored {
                Stored::New => hint.answer(),
                Stored::Again { times } => Notice::new("delivery-again").with("times", times),
            },
        })
    }

    /// Does what a person asks of a release.
    ///
    /// # Errors
    /// Says whether they may not, it is not there, it is too late, or it cannot be known now.
    pub async fn demand(
        &self,
        id: ReleaseId,
        who: &Person,
        channel: Channel,
        demand: Demand,
    ) -> Result<State, RefusedAct> {
        let state = self.state(id).await?.ok_or(EngineError::Unknown(id))?;
        let place = self.place_of(&state).ok_or_else(|| {
            RefusedAct::Conflict(Notice::new("TW-P004").with("environment", &state.opening.environment))
        })?;
        self.require_right(who, &place.environment, &demand).await?;
        if matches!(demand, Demand::Rollback { .. }) {
            self.require_that_it_runs(&state, &place).await?;
        }
        let event = self.event_of(&state, &place, who, demand)?;
        let stamp = Stamp { at: self.0.clock.now(), actor: Some(who.clone()), channel };
        Ok(self.record_as(id, event, stamp).await?)
    }

    /// Puts a stop on an environment (`repository environment`) or on everything (`*`).
    ///
    /// # Errors
    /// As [`Engine::demand`].
    pub async fn hold_scope(
        &self,
        scope: &str,
        who: &Person,
        channel: Channel,
        reason: &str,
        until: Option<Timestamp>,
    ) -> Result<(), RefusedAct> {
        let demand = Demand::Hold { reason: reason.to_owned() };
        self.require_right_on(who, scope, &demand).await?;
        let at = self.0.clock.now();
        let hold = HoldRow {
            scope: scope.to_owned(),
            person: who.to_string(),
            reason: reason.to_owned(),
            at,
            until,
        };
        let stamp = Stamp { at, actor: Some(who.clone()), channel };
        let held = HouseEvent::Held { scope: scope.to_owned(), reason: reason.to_owned() };
        self.note_with(held, stamp, move |w| w.put_hold(&hold)).await?;
        self.nudge_all();
        Ok(())
    }

    /// Takes a stop away.
    ///
    /// # Errors
    /// As [`Engine::demand`]; there is no such stop.
    pub async fn lift_scope(&self, scope: &str, who: &Person, channel: Channel) -> Result<(), RefusedAct> {
        self.require_right_on(who, scope, &Demand::Lift).await?;
        let stamp = Stamp { at: self.0.clock.now(), actor: Some(who.clone()), channel };
        let lifted = scope.to_owned();
        let was_held = self.0.store.write(move |w| -> Result<bool, StoreError> {
            let was_held = w.lift_hold(&lifted)?;
            if was_held {
                w.append(&stamp, Fact::House { what: HouseEvent::Lifted { scope: lifted } })?;
            }
            Ok(was_held)
        });
        if !was_held.await.map_err(EngineError::from)? {
            return Err(RefusedAct::NotFound(Notice::new("TW-P005").with("scope", scope.replace(' ', "#"))));
        }
        self.nudge_all();
        Ok(())
    }

    /// Only what runs can be taken back: a complete release that a later one has followed, or is about to, does not.
    async fn require_that_it_runs(&self, state: &State, place: &Place) -> Result<(), RefusedAct> {
        let about = |id: &str| {
            Notice::new(id)
                .with("tag", state.opening.tag.name())
                .with("environment", &state.opening.environment)
        };
        if state.opening.kind == Kind::Back {
            return Err(RefusedAct::Conflict(about("TW-P008")));
        }
        if state.phase != Phase::Complete {
            return Ok(());
        }
        let running = match self.occupant(place, Some(state.opening.id)).await? {
            Some(tag) => Some(tag),
            None => self
                .complete_in(state)
                .await?
                .filter(|running| running.opening.id != state.opening.id)
                .map(|running| running.opening.tag.to_string()),
        };
        match running {
            Some(running) => Err(RefusedAct::Conflict(about("TW-P007").with("running", running))),
            None => Ok(()),
        }
    }

    fn nudge_all(&self) {
        for place in &self.0.places {
            place.nudge.notify_one();
        }
    }

    async fn require_right(
        &self,
        who: &Person,
        environment: &Environment,
        demand: &Demand,
    ) -> Result<(), RefusedAct> {
        let mut may: Vec<Who> = environment.approvers.clone();
        match demand {
            Demand::Approve { .. } | Demand::Deny { .. } => {}
            Demand::Withdraw { .. }
            | Demand::Hold { .. }
            | Demand::Lift
            | Demand::Rollback { .. }
            | Demand::Retry { .. }
            | Demand::BroughtBack { .. } => may.extend(environment.release_managers.iter().cloned()),
        }
        let allowed = match self.is_one_of(who, &may).await {
            Err(EngineError::Forge(unasked)) if demand.makes_safe() => {
                self.require_remembered(who, &may, unasked).await?;
                true
            }
            known => known?,
        };
        if allowed {
            return Ok(());
        }
        let names: Vec<String> = may.iter().map(Who::to_string).collect();
        let notice = Notice::new("TW-P001")
            .with("who", who)
            .with("environment", &environment.name)
            .with("may", names.join(", "));
        Err(RefusedAct::NotAllowed(notice))
    }

    /// The forge is away: who was in a team at the last look counts as being in it, and the journal says so.
    async fn require_remembered(
        &self,
        who: &Person,
        may: &[Who],
        unasked: ForgeError,
    ) -> Result<(), EngineError> {
        let Some((team, seen_at)) = self.was_one_of(who, may).await? else {
            return Err(unasked.into());
        };
        let notice = Notice::new("right-remembered")
            .with("who", who)
            .with("team", team)
            .with("seen_at", zoned(seen_at, &TimeZone::UTC));
        self.note(HouseEvent::Noted { notice }, Stamp::daemon(self.0.clock.now())).await
    }

    async fn require_right_on(&self, who: &Person, scope: &str, demand: &Demand) -> Result<(), RefusedAct> {
        let named: Vec<&Place> = self
            .0
            .places
            .iter()
            .map(AsRef::as_ref)
            .filter(|place: &&Place| scope == "*" || place.scope() == scope)
            .collect();
        if named.is_empty() {
            return Err(RefusedAct::NotFound(Notice::new("TW-P006").with("scope", scope.replace(' ', "#"))));
        }
        for place in named {
            self.require_right(who, &place.environment, demand).await?;
        }
        Ok(())
    }

    fn event_of(
        &self,
        state: &State,
        place: &Place,
        who: &Person,
        demand: Demand,
    ) -> Result<Event, RefusedAct> {
        let by = who.clone();
        Ok(match demand {
            Demand::Approve { binding } => {
                if binding != state.binding(&place.target()) {
                    let notice = Notice::new("TW-P002").with("tag", state.opening.tag.name());
                    return Err(RefusedAct::Conflict(notice));
                }
                let own = state.opening.pusher.as_ref().is_some_and(|pusher| pusher.same_as(who));
                if own && !place.environment.self_approval {
                    let notice = Notice::new("TW-P003").with("environment", &place.environment.name);
                    return Err(RefusedAct::NotAllowed(notice));
                }
                let length = place.environment.approval_expires;
                let expires_at = self.0.clock.now().checked_add(length).unwrap_or(Timestamp::MAX);
                Event::Approved {
                    by,
                    binding: state.identity(&place.target()),
                    expires_at,
                    seen: state.proofs(),
                }
            }
            Demand::Deny { reason } => Event::Denied { by, reason },
            Demand::Withdraw { reason } => Event::Withdrawn { by, reason },
            Demand::Hold { reason } => Event::Held { by, reason },
            Demand::Lift => Event::Lifted { by },
            Demand::Rollback { reason } => Event::RollbackAsked { by: Some(by), reason, tag: None },
            Demand::Retry { reason } => Event::LedOut { by, reason, verdict: Verdict::Retry },
            Demand::BroughtBack { reason } => Event::LedOut { by, reason, verdict: Verdict::BroughtBack },
        })
    }
}

/// Returns what may be asked of a release in this state.
pub fn possible(state: &State) -> Vec<&'static str> {
    match state.phase {
        Phase::Waiting if state.hold.is_some() => vec!["approve", "deny", "withdraw", "lift"],
        Phase::Waiting => vec!["approve", "deny", "withdraw", "hold"],
        Phase::Deploying | Phase::Smoke | Phase::Watching | Phase::Announcing | Phase::Complete
            if state.back_asked.is_none() && state.opening.kind == Kind::Forward =>
        {
            vec!["rollback"]
        }
        Phase::Stuck => vec!["retry", "brought-back"],
        Phase::Deploying
        | Phase::Smoke
        | Phase::Watching
        | Phase::Announcing
        | Phase::Complete
        | Phase::Refused
        | Phase::Denied
        | Phase::Withdrawn
        | Phase::Superseded
        | Phase::RollingBack
        | Phase::RolledBack => Vec::new(),
    }
}

impl Engine {
    /// Returns the guarded repository that a delivery speaks of.
    fn guarded(&self, name: &RepositoryName, id: u64) -> Option<&super::guarded::Guarded> {
        self.0.repositories.iter().find(|guarded| guarded.is(name, id))
    }
}
