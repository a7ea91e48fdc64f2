//! Table `[[repository.environment]]`, as meant.

use std::collections::BTreeSet;

use crate::config::checked::{Environment, Who};
use crate::config::problem::Path;
use crate::config::{raw, shape};
use crate::domain::names::{EnvironmentName, Person};
use crate::domain::notice::Notice;

use super::gates::{self, Around};
use super::text::{self, hours, minutes, seconds};
use super::{Findings, deploy, host, watch};

/// The most approvals that can be asked for; nobody finds more people for a release than that.
const MOST_APPROVALS: i64 = 20;

/// Returns one table `[[repository.environment]]`.
pub fn environment(raw: &raw::Environment, at: &Path, found: &mut Findings<'_>) -> Option<Environment> {
    let name = EnvironmentName::parse(&raw.name)
        .ok()
        .or_else(|| found.refuse(&at.key("name"), Notice::new("TW-C035").with("value", &raw.name)));
    let release_managers = found.each(&raw.release_managers, &at.key("release_managers"), who);
    let approvers = found.each(&raw.approvers, &at.key("approvers"), who);
    let approvals = approvals(raw, approvers.as_deref(), at, found);
    let expires =
        length_of(&raw.approval_expires, minutes(1)..=hours(24 * 90), at, "approval_expires", found);
    let max_duration = length_of(&raw.max_duration, seconds(10)..=hours(24), at, "max_duration", found);
    let recipe = found.clean(&at.key("deploy").key("recipe")).then_some(raw.deploy.recipe);
    let around = Around { hosts: raw.host.iter().map(|host| host.name.as_str()).collect(), recipe };
    let gates = gates::gates(&raw.gates, &around, &at.key("gates"), found);
    let signoff = match &raw.gates.signoff {
        Some(raw) => {
            gates::signoff(raw, release_managers.as_deref(), &at.key("gates").key("signoff"), found).map(Some)
        }
        None => Some(None),
    };
    let hosts = found.each(&raw.host, &at.key("host"), host::host);
    if raw.host.is_empty() && found.clean(&at.key("host")) {
        found.report(&at.key("host"), Notice::new("TW-C009"));
    }
    found.distinct(&at.key("host"), "name", raw.host.iter().map(|host| host.name.clone()));
    let deploy = deploy::deploy(&raw.deploy, &at.key("deploy"), found);
    let healthcheck = match &raw.healthcheck {
        Some(check) => watch::healthcheck(check, &at.key("healthcheck"), found).map(Some),
        None => Some(None),
    };
    if raw.healthcheck.is_none() {
        found.warn(at, Notice::new("TW-C064"));
    }
    if raw.watch.signal.is_empty() && found.clean(&at.key("watch")) {
        found.warn(&at.key("watch"), Notice::new("TW-C063"));
    }
    if healthcheck.is_none() {
        found.mute_if_derived(at.key("watch").key("signal"));
    }
    let smoke = watch::smoke(&raw.smoke, &at.key("smoke"), found);
    let watch = watch::watch(&raw.watch, raw.deploy.recipe, &at.key("watch"), found);
    if let (Some(max), Some(watch)) = (max_duration, &watch)
        && max <= watch.duration
    {
        let notice =
            Notice::new("TW-C036").with("value", &raw.max_duration).with("watch", &raw.watch.duration);
        found.report(&at.key("max_duration"), notice);
    }
    Some(Environment {
        name: name?,
        calendars: raw.calendars.clone(),
        release_managers: release_managers?,
        approvers: approvers?,
        approvals: approvals?,
        self_approval: raw.self_approval,
        approval_expires: expires?,
        max_duration: max_duration?,
        prereleases: raw.prereleases,
        gates: gates?,
        signoff: signoff?,
        hosts: hosts?,
        deploy: deploy?,
        healthcheck: healthcheck?,
        smoke: smoke?,
        watch: watch?,
    })
}

fn length_of(
    text: &str,
    range: std::ops::RangeInclusive<std::time::Duration>,
    at: &Path,
    key: &str,
    found: &mut Findings<'_>,
) -> Option<std::time::Duration> {
    text::length(text, range, &at.key(key), found)
}

/// Returns who may do something.
pub fn who(raw: &String, at: &Path, found: &mut Findings<'_>) -> Option<Who> {
    let parsed = match raw.split_once(':') {
        Some(("user", login)) => Person::parse(login).ok().map(Who::User),
        Some(("team", full)) => full.split_once('/').and_then(|(organisation, team)| {
            let good = |word: &str| Person::parse(word).is_ok();
            let team_good = !team.is_empty() && team.len() <= 100 && !team.contains(['/', ':']);
            (good(organisation) && team_good && !team.chars().any(char::is_control))
                .then(|| Who::Team { organisation: organisation.to_owned(), team: team.to_owned() })
        }),
        Some(_) | None => None,
    };
    parsed.or_else(|| found.refuse(at, Notice::new("TW-C037").with("value", raw)))
}

fn approvals(
    raw: &raw::Environment,
    approvers: Option<&[Who]>,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<u32> {
    let place = at.key("approvals");
    if !(0..=MOST_APPROVALS).contains(&raw.approvals) {
        let notice =
            Notice::new("TW-C038").with("value", raw.approvals).with("least", 0).with("most", MOST_APPROVALS);
        return found.refuse(&place, notice);
    }
    let needed = u32::try_from(raw.approvals).ok()?;
    let Some(approvers) = approvers.filter(|_| found.clean(&at.key("approvers"))) else {
        return Some(needed);
    };
    let mut people = BTreeSet::new();
    for who in approvers {
        match who {
            Who::User(person) => people.insert(person.as_str().to_ascii_lowercase()),
            // How many people a team has, only the forge knows.
            Who::Team { .. } => return Some(needed),
        };
    }
    if (people.len() as u64) < u64::from(needed) {
        let notice = Notice::new("TW-C039").with("needed", needed).with("named", people.len());
        return found.refuse(&place, notice);
    }
    Some(needed)
}

/// Reports environments that name a calendar that is not there.
pub fn references(raw: &raw::Config, found: &mut Findings<'_>) {
    let root = Path::root();
    let names: Vec<&str> = raw.calendar.iter().map(|calendar| calendar.name.as_str()).collect();
    if !found.clean(&root.key("calendar")) && names.is_empty() {
        return;
    }
    for (r, repository) in raw.repository.iter().enumerate() {
        for (e, environment) in repository.environment.iter().enumerate() {
            let place = root.key("repository").index(r).key("environment").index(e).key("calendars");
            for (c, calendar) in environment.calendars.iter().enumerate() {
                if names.contains(&calendar.as_str()) {
                    continue;
                }
                let notice = match shape::nearest(calendar, &names) {
                    Some(near) => Notice::new("TW-C046").with("near", near),
                    None => Notice::new("TW-C047"),
                };
                found.report(&place.index(c), notice.with("value", calendar));
            }
        }
    }
}
