//! What a release would meet if it came now: gates and next slot, from the daemon when it answers, else from the
//! configuration's calendars alone.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::author::Desk;
use crate::config::{Config, Environment, Repository, Signoff, Who};
use crate::control::{Answer as Told, Ask, Client, ForecastPlace, ForecastTag, Request, VERSION};
use crate::domain::calendar::Calendar;
use crate::domain::gate::{Answer, Asking, Standing, TagStanding, Wanted, answer};
use crate::domain::names::{EnvironmentName, ObjectId, ReleaseId};
use crate::domain::notice::Notice;
use crate::domain::release::{Kind, Opening, Source, State};
use crate::domain::version::Tag;

/// How long the daemon is waited for: the plan is useful without it.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a release would meet.
#[derive(Debug, Clone, Default)]
pub struct Outlook {
    /// Whether the daemon said it.
    pub daemon: bool,
    /// What each environment says, with the zone in which its people read times.
    pub places: Vec<(EnvironmentName, TimeZone, Answer)>,
    /// What happens next, in the daemon's sentences.
    pub next: Vec<Notice>,
    /// Where to follow it.
    pub link: Option<String>,
    /// Why the daemon did not say it.
    pub away: Option<Notice>,
}

impl Outlook {
    /// Returns the slot in which the last environment could begin; `None` when one of them has none, or there is none.
    pub fn next_slot(&self) -> Option<(Timestamp, &TimeZone)> {
        if self.places.iter().any(|(_, _, answer)| answer.next_slot.is_none()) {
            return None;
        }
        let slots = self.places.iter().filter_map(|(_, zone, answer)| Some((answer.next_slot?, zone)));
        slots.max_by_key(|(slot, _)| *slot)
    }
}

/// Returns what `tag` on `commit` would meet at `now`; nothing about the tag itself, which does not exist yet.
pub fn outlook(desk: &Desk, tag: &Tag, commit: &ObjectId, now: Timestamp) -> Outlook {
    let mut outlook = asked(desk, tag, commit, now);
    for (_, _, answer) in &mut outlook.places {
        answer.gates.retain(|gate| gate.gate != "tag");
    }
    outlook
}

fn asked(desk: &Desk, tag: &Tag, commit: &ObjectId, now: Timestamp) -> Outlook {
    let (Some(config), Some(repository)) = (&desk.rules.config, &desk.rules.repository) else {
        return Outlook::default();
    };
    let told = match ask(config, repository, tag, commit) {
        Ok(told) => told,
        Err(away) => return offline(config, repository, tag, commit, now, away),
    };
    let zoned = |place: ForecastPlace| {
        let environment = repository.environments.iter().find(|one| one.name == place.environment);
        let zone = environment.map_or(TimeZone::UTC, |environment| zone(config, environment));
        (place.environment, zone, place.answer)
    };
    let places = told.places.into_iter().map(zoned).collect();
    Outlook { daemon: true, places, next: told.next, link: Some(told.link), away: None }
}

struct Forecast {
    next: Vec<Notice>,
    link: String,
    places: Vec<ForecastPlace>,
}

fn ask(config: &Config, repository: &Repository, tag: &Tag, commit: &ObjectId) -> Result<Forecast, Notice> {
    let mut client =
        Client::connect(&config.server.control_socket, Some(PATIENCE)).map_err(|error| error.notice())?;
    let pushed =
        ForecastTag { name: tag.to_string(), object: commit.to_string(), commit: commit.to_string() };
    let ask = Ask::Forecast {
        repository: repository.name.to_string(),
        repository_id: None,
        pusher: None,
        tags: vec![pushed],
    };
    match client.ask(&Request { v: VERSION, ask }).map_err(|error| error.notice())? {
        Told::Forecast { known: _, next, link, places } => Ok(Forecast { next, link, places }),
        Told::Refused { status: _, notice } => Err(notice),
        Told::Ok { .. } | Told::Line { .. } | Told::End => {
            Err(Notice::new("TW-X003").with("why", "another answer than a forecast"))
        }
    }
}

/// Returns what can be said without the daemon: nothing about holds or about what is under way.
fn offline(
    config: &Config,
    repository: &Repository,
    tag: &Tag,
    commit: &ObjectId,
    now: Timestamp,
    away: Notice,
) -> Outlook {
    let places = repository
        .environments
        .iter()
        .map(|environment| {
            let mut said = at(config, repository, environment, tag, commit, now);
            for gate in &mut said.gates {
                match gate.gate.as_str() {
                    "environment" | "hold" | "signoff" => {
                        gate.standing = Standing::Unknown;
                        gate.reason = Notice::new("outlook-gate-unknown");
                    }
                    _ => {}
                }
            }
            said.may_deploy = false;
            (environment.name.clone(), zone(config, environment), said)
        })
        .collect();
    Outlook { places, away: Some(away), ..Outlook::default() }
}

fn at(
    config: &Config,
    repository: &Repository,
    environment: &Environment,
    tag: &Tag,
    commit: &ObjectId,
    now: Timestamp,
) -> Answer {
    let calendars: Vec<&Calendar> =
        environment.calendars.iter().filter_map(|name| config.calendars.get(name)).collect();
    let zone = zone(config, environment);
    let approvers: Vec<String> = environment.approvers.iter().map(Who::to_string).collect();
    let opening = Opening {
        id: ReleaseId(0),
        repository: repository.name.clone(),
        repository_id: 0,
        environment: environment.name.clone(),
        tag: tag.clone(),
        object: commit.clone(),
        commit: commit.clone(),
        pusher: None,
        source: Source::Webhook,
        kind: Kind::Forward,
        target: String::new(),
    };
    let wanted: Vec<Wanted<'_>> = environment.gates.iter().map(|gate| gate.wanted(None)).collect();
    let checklist = environment.signoff.as_ref().map(Signoff::checklist);
    let asking = Asking {
        target: "",
        state: &State::opened(opening, now),
        tag: TagStanding::Lawful,
        evidence: &wanted,
        checklist: checklist.as_ref(),
        calendars: &calendars,
        room: environment.max_duration,
        approvals: environment.approvals,
        self_approval: environment.self_approval,
        approvers: &approvers,
        approvers_unseen: None,
        holds: &[],
        occupied_by: None,
        zone: &zone,
    };
    answer(&asking, now)
}

fn zone(config: &Config, environment: &Environment) -> TimeZone {
    let first = environment.calendars.first().and_then(|name| config.calendars.get(name));
    first.map_or(TimeZone::UTC, |calendar| calendar.zone.clone())
}
