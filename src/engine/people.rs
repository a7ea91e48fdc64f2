//! Who people are and what they may: personal tokens, sign-ins, rights from the configuration and the forge's teams.
//!
//! Secrets are 256 random bits; only their hashes are kept, so a stolen database signs nobody in. A right is looked up
//! at the moment at which it is used; what the forge said last is remembered, because a stop and the way back must
//! work while it is away.

use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::config::Who;
use crate::domain::journal::{Channel, HouseEvent, Stamp};
use crate::domain::names::Person;
use crate::domain::release::State;
use crate::engine::{Engine, EngineError, Place, chain};
use crate::store::{SessionRow, StoreError, TokenRow};

/// How long a sign-in on the pages counts: a working day, so that nobody is signed out in the middle of a watch.
const SIGN_IN: Duration = Duration::from_secs(12 * 3600);

/// Stands before every personal token, so that people and scanners recognise one.
const TOKEN_PREFIX: &str = "twp_";

/// Somebody who is signed in on the pages.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The value of the cookie.
    pub secret: String,
    /// Who it is.
    pub person: Person,
    /// What every form carries.
    pub csrf: String,
    /// Until when.
    pub expires: Timestamp,
}

/// Returns 256 random bits as text.
///
/// # Errors
/// The operating system gave no random bytes.
pub fn new_secret() -> Result<String, StoreError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Io(std::io::Error::other(error.to_string())))?;
    Ok(hex::encode(bytes))
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

impl Engine {
    /// Makes a personal token and returns it; it cannot be shown again.
    ///
    /// # Errors
    /// It could not be kept.
    pub async fn new_token(&self, person: &Person) -> Result<String, EngineError> {
        let token = format!("{TOKEN_PREFIX}{}", new_secret()?);
        let (kept, name, at) = (hash(&token), person.to_string(), self.0.clock.now());
        let stamp = Stamp { at, actor: None, channel: Channel::Cli };
        let made = HouseEvent::TokenMade { name: name.clone() };
        self.note_with(made, stamp, move |w| w.put_token(&kept, &name, at)).await?;
        Ok(token)
    }

    /// Revokes all tokens and sign-ins of a person, and returns how many tokens that were.
    ///
    /// # Errors
    /// It could not be written down.
    pub async fn revoke_tokens(&self, person: &Person) -> Result<usize, EngineError> {
        let (name, at) = (person.to_string(), self.0.clock.now());
        let stamp = Stamp { at, actor: None, channel: Channel::Cli };
        let revoked = HouseEvent::TokenRevoked { name: name.clone() };
        self.note_with(revoked, stamp, move |w| w.revoke_tokens(&name, at)).await
    }

    /// Returns all personal tokens, without their secrets.
    ///
    /// # Errors
    /// They could not be read.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, EngineError> {
        Ok(self.0.store.read(|r| r.tokens()).await?)
    }

    /// Returns whose token this is.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn person_of_token(&self, token: &str) -> Result<Option<Person>, EngineError> {
        if !token.starts_with(TOKEN_PREFIX) {
            return Ok(None);
        }
        let kept = hash(token);
        let found = self.0.store.read(move |r| r.person_of_token(&kept)).await?;
        Ok(found.and_then(|name| Person::parse(&name).ok()))
    }

    /// Signs the owner of a token in.
    ///
    /// # Errors
    /// The sign-in could not be kept.
    pub async fn sign_in(&self, token: &str) -> Result<Option<SignIn>, EngineError> {
        let Some(person) = self.person_of_token(token).await? else { return Ok(None) };
        let (secret, csrf, at) = (new_secret()?, new_secret()?, self.0.clock.now());
        let expires = at.checked_add(SIGN_IN).unwrap_or(Timestamp::MAX);
        let row = SessionRow { person: person.to_string(), csrf: csrf.clone(), expires_at: expires };
        let kept = hash(&secret);
        self.0.store.write(move |w| w.put_session(&kept, &row, at)).await?;
        Ok(Some(SignIn { secret, person, csrf, expires }))
    }

    /// Returns the sign-in of a cookie's value while it lasts.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn session(&self, secret: &str) -> Result<Option<SignIn>, EngineError> {
        let (kept, at) = (hash(secret), self.0.clock.now());
        let Some(row) = self.0.store.read(move |r| r.session(&kept, at)).await? else { return Ok(None) };
        let Ok(person) = Person::parse(&row.person) else { return Ok(None) };
        Ok(Some(SignIn { secret: secret.to_owned(), person, csrf: row.csrf, expires: row.expires_at }))
    }

    /// Ends a sign-in.
    ///
    /// # Errors
    /// It could not be written down.
    pub async fn sign_out(&self, secret: &str) -> Result<(), EngineError> {
        let kept = hash(secret);
        Ok(self.0.store.write(move |w| w.end_session(&kept)).await?)
    }

    /// Returns whether `person` is one of `who`; teams are looked up on the forge now, and the answers remembered.
    ///
    /// # Errors
    /// The forge could not be asked about a team, and no other entry names the person.
    pub(super) async fn is_one_of(&self, person: &Person, who: &[Who]) -> Result<bool, EngineError> {
        let named = who.iter().any(|who| match who {
            Who::User(user) => user.same_as(person),
            Who::Team { .. } => false,
        });
        if named {
            return Ok(true);
        }
        for (organisation, team) in teams(who) {
            let member = self.0.forge.is_in_team(&organisation, &team, person).await?;
            let (name, at) = (person.to_string(), self.0.clock.now());
            let remembered =
                self.0.store.write(move |w| w.remember_member((&organisation, &team), &name, member, at));
            remembered.await.map_err(EngineError::from)?;
            if member {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns in which team of `who` a person was when the forge was asked last, and when that was.
    pub(super) async fn was_one_of(
        &self,
        person: &Person,
        who: &[Who],
    ) -> Result<Option<(Who, Timestamp)>, EngineError> {
        for (organisation, team) in teams(who) {
            let (name, asked) = (person.to_string(), (organisation.clone(), team.clone()));
            let seen = self.0.store.read(move |r| r.seen_in_team((&asked.0, &asked.1), &name)).await?;
            if let Some(at) = seen {
                return Ok(Some((Who::Team { organisation, team }, at)));
            }
        }
        Ok(None)
    }

    /// Learns who is in the teams of an environment, so that whoever may take a release back is known before it
    /// starts, should the forge be away by then; what cannot be learnt now leaves the memory as it is.
    pub(super) async fn learn_teams(&self, place: &Place) {
        let environment = &place.environment;
        let who: Vec<Who> =
            environment.approvers.iter().chain(&environment.release_managers).cloned().collect();
        for (organisation, team) in teams(&who) {
            let learnt = match self.0.forge.members(&organisation, &team).await {
                Ok(people) => {
                    let people: Vec<String> = people.iter().map(ToString::to_string).collect();
                    let at = self.0.clock.now();
                    let kept =
                        self.0.store.write(move |w| w.remember_team((&organisation, &team), &people, at));
                    kept.await.map_err(EngineError::from)
                }
                Err(error) => Err(error.into()),
            };
            if let Err(error) = learnt {
                tracing::warn!(
                    place = place.scope(),
                    id = error.id(),
                    "members not learnt: {}",
                    chain(&error)
                );
            }
        }
    }

    /// Returns `state` with the approvals and overrides of those only who may give them today.
    ///
    /// # Errors
    /// The forge could not be asked about a team.
    pub(super) async fn with_people_of_today(
        &self,
        place: &Place,
        state: &State,
    ) -> Result<State, EngineError> {
        let mut approvals = Vec::new();
        for approval in &state.approvals {
            if self.is_one_of(&approval.by, &place.environment.approvers).await? {
                approvals.push(approval.clone());
            }
        }
        let deciders: Vec<Who> =
            place.environment.approvers.iter().chain(&place.environment.release_managers).cloned().collect();
        let mut overrides = Vec::new();
        for passed in &state.overrides {
            let mut both = std::iter::once(&passed.by).chain(&passed.confirmed_by);
            let still = loop {
                match both.next() {
                    None => break true,
                    Some(person) if self.is_one_of(person, &deciders).await? => {}
                    Some(_) => break false,
                }
            };
            if still {
                overrides.push(passed.clone());
            }
        }
        Ok(State { approvals, overrides, ..state.clone() })
    }
}

/// Returns the organisations and teams among `who`.
fn teams(who: &[Who]) -> Vec<(String, String)> {
    who.iter()
        .filter_map(|who| match who {
            Who::User(_) => None,
            Who::Team { organisation, team } => Some((organisation.clone(), team.clone())),
        })
        .collect()
}
