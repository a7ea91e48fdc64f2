//! What will happen to a tag that is being pushed: told to the pusher, before the forge has even taken it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::config::Repository;
use crate::domain::gate::{Answer, GateReading, Standing, TagStanding, zoned};
use crate::domain::names::{ObjectId, Person, ReleaseId, RepositoryName};
use crate::domain::notice::Notice;
use crate::domain::release::{Kind, Opening, Source, State};
use crate::domain::version::{Tag, TagKind};
use crate::engine::find::Written;
use crate::engine::rollback::Asked;
use crate::engine::view::Forecast;
use crate::engine::{Engine, EngineError, Place};

impl Engine {
    /// Returns what will happen to these tags of a repository, in one sentence per tag and environment.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn forecast(
        &self,
        repository: &RepositoryName,
        pusher: Option<Person>,
        tags: &[(Tag, ObjectId)],
    ) -> Result<Forecast, EngineError> {
        let link = self.0.config.server.public_url.clone();
        let Some(guarded) = self.0.config.repository(repository) else {
            return Ok(Forecast { known: false, next: Vec::new(), link, places: Vec::new() });
        };
        let mut next = Vec::new();
        let mut places = Vec::new();
        for (tag, object) in tags {
            if guarded.environments.is_empty() {
                next.push(Notice::new("forecast-nowhere").with("tag", tag));
            }
            for place in self.0.places.iter().filter(|place| place.repository.name == guarded.name) {
                let (sentence, answer) =
                    self.forecast_at(place, guarded, pusher.clone(), tag, object).await?;
                next.push(sentence);
                places.extend(answer.map(|answer| (place.environment.name.clone(), answer)));
            }
        }
        Ok(Forecast { known: true, next, link, places })
    }

    async fn forecast_at(
        &self,
        place: &Place,
        guarded: &Repository,
        pusher: Option<Person>,
        tag: &Tag,
        object: &ObjectId,
    ) -> Result<(Notice, Option<Answer>), EngineError> {
        let about = |id: &str| Notice::new(id).with("tag", tag).with("environment", &place.environment.name);
        match tag.kind() {
            TagKind::Rollback => return Ok((self.forecast_back(place, tag).await?, None)),
            TagKind::Prerelease if !place.environment.prereleases => {
                return Ok((about("forecast-prerelease"), None));
            }
            TagKind::Prerelease | TagKind::Release => {}
        }
        let now = self.0.clock.now();
        let state = imagined(place, guarded, pusher, tag, object, now);
        let occupied = self.occupant(place, None).await?;
        let answer = self.ask(place, &state, TagStanding::Lawful, occupied.as_deref(), now).await?;
        let closed: Vec<&GateReading> =
            answer.gates.iter().filter(|gate| gate.standing != Standing::Good).collect();
        let by_evidence =
            |gate: &&GateReading| place.environment.gates.iter().any(|own| own.name == gate.gate);
        let sentence = match (closed.as_slice(), answer.next_slot) {
            ([], _) => about("forecast-at-once"),
            ([one], _) if !by_evidence(one) => one.reason.clone(),
            (some, slot) if some.iter().any(|gate| by_evidence(gate) || gate.gate == "signoff") => {
                let names: Vec<&str> = some.iter().map(|gate| gate.gate.as_str()).collect();
                match slot.filter(|slot| *slot > now) {
                    Some(slot) => about("forecast-gates-and-slot").with("slot_at", zoned(slot, &place.zone)),
                    None => about("forecast-gates"),
                }
                .with("gates", names.join(", "))
            }
            ([_, _, ..], Some(slot)) if slot > now => about("forecast-approval-and-slot")
                .with("slot_at", zoned(slot, &place.zone))
                .with("who", place.approvers().join(", ")),
            ([first, ..], _) => first.reason.clone(),
        };
        Ok((sentence, Some(answer)))
    }
}

/// What the gates would say of a tag that has not been pushed yet.
#[derive(Clone)]
pub struct Foreseen {
    /// The tag.
    pub tag: Tag,
    /// Where it would go.
    pub place: Arc<Place>,
    /// The answer.
    pub answer: Answer,
}

impl Foreseen {
    /// Returns the name that means this tag in this environment alone.
    pub fn name(&self) -> String {
        format!("{}@{}#{}", self.place.repository.name, self.tag, self.place.environment.name)
    }
}

impl Engine {
    /// Returns what the gates would say at `at` of a tag that is no release yet, for every environment that `text`
    /// (`v1.5.0`, `school/bridge@v1.5.0#production`) may mean; nothing when it is no tag that would go anywhere.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn foresee(&self, text: &str, at: Timestamp) -> Result<Vec<Foreseen>, EngineError> {
        let written = Written::parse(text);
        let mut foreseen = Vec::new();
        for place in &self.0.places {
            let environment = &place.environment;
            let meant = written
                .repository
                .is_none_or(|name| place.repository.name.as_str().eq_ignore_ascii_case(name))
                && written.environment.is_none_or(|name| environment.name.as_str() == name);
            let tag = Tag::parse(written.tag.as_bytes(), &place.repository.tag_prefix);
            let (true, Ok(tag)) = (meant, tag) else { continue };
            match tag.kind() {
                TagKind::Release => {}
                TagKind::Prerelease if environment.prereleases => {}
                TagKind::Prerelease | TagKind::Rollback => continue,
            }
            let state = imagined(place, &place.repository, None, &tag, &nothing(), at);
            let occupied = self.occupant(place, None).await?;
            let mut answer = self.ask(place, &state, TagStanding::Lawful, occupied.as_deref(), at).await?;
            // Whether it may go is asked of a lawful tag; that this one is lawful is more than anybody knows.
            for gate in answer.gates.iter_mut().filter(|gate| gate.gate == "tag") {
                (gate.standing, gate.reason) = (Standing::Unknown, Notice::new("gate-tag-unmade"));
            }
            foreseen.push(Foreseen { tag, place: Arc::clone(place), answer });
        }
        Ok(foreseen)
    }
}

/// Returns git's id for "no object": what a tag points at that nobody has made.
fn nothing() -> ObjectId {
    ObjectId::parse(&"0".repeat(40)).expect("forty zeros are an object id")
}

impl Engine {
    /// Returns what a rollback tag does to an environment.
    async fn forecast_back(&self, place: &Place, tag: &Tag) -> Result<Notice, EngineError> {
        let about = |id: &str| Notice::new(id).with("tag", tag).with("environment", &place.environment.name);
        let repository_id = place.repository_id().unwrap_or(0);
        Ok(match self.asked_by_rollback(place, repository_id, tag, None).await? {
            Asked::TakeBack(_) | Asked::Deploy | Asked::Recorded(_) => about("forecast-rollback"),
            Asked::End(state) => Notice::new("TW-E013").with("tag", state.opening.tag.name()).with("by", tag),
            Asked::Nothing(why) => why,
        })
    }
}

/// Returns the release that the tag would open.
fn imagined(
    place: &Place,
    guarded: &Repository,
    pusher: Option<Person>,
    tag: &Tag,
    object: &ObjectId,
    now: Timestamp,
) -> State {
    let opening = Opening {
        id: ReleaseId(0),
        repository: guarded.name.clone(),
        repository_id: place.repository_id().unwrap_or(0),
        environment: place.environment.name.clone(),
        tag: tag.clone(),
        object: object.clone(),
        commit: object.clone(),
        pusher,
        source: Source::Webhook,
        kind: Kind::Forward,
        target: place.target(),
    };
    State::opened(opening, now)
}
