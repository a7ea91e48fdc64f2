//! What does the forge answer about releases, with the traps of making them?

use jiff::Timestamp;
use serde_json::Value;

use crate::demo::forge::Shared;
use crate::demo::forge::answers::tags::target;
use crate::demo::forge::answers::{At, Reply, not_found, page};
use crate::demo::forge::courier::Job;
use crate::demo::forge::refs;
use crate::demo::forge::shapes;
use crate::demo::forge::world::{ReleaseSeen, World};

pub fn releases(world: &World, at: &At<'_>) -> Reply {
    let mine = world.releases.iter().rev().filter(|release| release.repository == at.full_name);
    page(world, at.call, mine.map(|release| shapes::release(world, release)).collect())
}

pub fn release_of(world: &World, at: &At<'_>, tag: &str) -> Reply {
    let mine = |release: &&ReleaseSeen| release.repository == at.full_name && release.tag == tag;
    match world.releases.iter().find(mine) {
        Some(release) => Reply::json(200, &shapes::release(world, release)),
        None => not_found(world),
    }
}

pub fn new_release(world: &World, at: &At<'_>, tag: &str, now: Timestamp) -> ReleaseSeen {
    let named = at.call.text("name");
    ReleaseSeen {
        id: world.releases.len() as u64 + 1,
        repository: at.full_name.clone(),
        tag: tag.to_owned(),
        target: at.call.text("target_commitish").to_owned(),
        name: if named.is_empty() { tag.to_owned() } else { named.to_owned() },
        body: at.call.text("body").to_owned(),
        draft: at.call.body.get("draft").and_then(Value::as_bool).unwrap_or(false),
        prerelease: at.call.body.get("prerelease").and_then(Value::as_bool).unwrap_or(false),
        author: at.call.user.login.clone(),
        at: now,
    }
}

/// A second release for a tag is a conflict; a missing tag is made, lightweight, on the target or the newest code.
pub fn make_release(shared: &Shared, world: &mut World, at: &At<'_>) -> (Reply, Vec<Job>) {
    let tag = at.call.text("tag_name").to_owned();
    let login = at.call.user.login.as_str();
    if world.releases.iter().any(|release| release.repository == at.full_name && release.tag == tag) {
        return (Reply::error(409, "Release has no Tag", &world.base), Vec::new());
    }
    let now = shared.clock.now();
    let release = new_release(world, at, &tag, now);
    let mut jobs = Vec::new();
    let exists = refs::tag(&world.repositories[at.place].path, &tag).is_ok();
    if !exists && !release.draft {
        let target = target(&release.target).to_owned();
        match world.make_tag(&at.full_name, &tag, &target, None, login, now) {
            Ok((_, made)) => jobs = made,
            Err(_) => {
                let message = format!("target \"{target}\" not found: object does not exist");
                return (Reply::error(404, &message, &world.base), Vec::new());
            }
        }
    }
    world.releases.push(release.clone());
    if !release.draft {
        jobs.extend(shapes::release_changed(world, &release, "published", login));
    }
    (Reply::json(201, &shapes::release(world, &release)), jobs)
}

/// An empty text means "unchanged".
pub fn change_release(world: &mut World, at: &At<'_>, id: &str) -> (Reply, Vec<Job>) {
    let mine = |release: &ReleaseSeen| release.repository == at.full_name && release.id.to_string() == id;
    let Some(place) = world.releases.iter().position(mine) else { return (not_found(world), Vec::new()) };
    let release = &mut world.releases[place];
    for (key, field) in [("name", &mut release.name), ("body", &mut release.body)] {
        let text = at.call.text(key);
        if !text.is_empty() {
            text.clone_into(field);
        }
    }
    for (key, field) in [("draft", &mut release.draft), ("prerelease", &mut release.prerelease)] {
        if let Some(value) = at.call.body.get(key).and_then(Value::as_bool) {
            *field = value;
        }
    }
    let release = world.releases[place].clone();
    let jobs = if release.draft {
        Vec::new()
    } else {
        shapes::release_changed(world, &release, "updated", &at.call.user.login)
    };
    (Reply::json(200, &shapes::release(world, &release)), jobs)
}
