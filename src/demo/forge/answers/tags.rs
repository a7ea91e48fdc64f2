//! What does the forge answer about tags, and how are they made and deleted without a push?

use crate::demo::forge::Shared;
use crate::demo::forge::answers::releases::new_release;
use crate::demo::forge::answers::{At, Reply, not_found, not_there, page};
use crate::demo::forge::courier::Job;
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::refs::{self, TagFacts};
use crate::demo::forge::shapes;
use crate::demo::forge::world::World;

pub fn tag_shape(world: &World, at: &At<'_>, tag: &TagFacts) -> Json {
    let page = format!("{}/{}/archive/{}", world.base, at.full_name, tag.name);
    let api = format!("{}/api/v1/repos/{}/git/commits/{}", world.base, at.full_name, tag.object);
    object! {
        "name": tag.name.as_str(),
        "message": tag.message.as_str(),
        "id": tag.object.as_str(),
        "commit": object! { "url": api, "sha": tag.commit.as_str(), "created": shapes::seconds(tag.created) },
        "zipball_url": format!("{page}.zip"),
        "tarball_url": format!("{page}.tar.gz"),
        "archive_download_count": object! { "zip": 0, "tar_gz": 0 },
    }
}

pub fn tags(world: &World, at: &At<'_>) -> Reply {
    match refs::tags(&world.repositories[at.place].path) {
        Ok(tags) => page(world, at.call, tags.iter().map(|tag| tag_shape(world, at, tag)).collect()),
        Err(error) => Reply::error(500, &error.to_string(), &world.base),
    }
}

pub fn tag(world: &World, at: &At<'_>, name: &str) -> Reply {
    match refs::tag(&world.repositories[at.place].path, name) {
        Ok(tag) => Reply::json(200, &tag_shape(world, at, &tag)),
        Err(_) => not_there(world, name),
    }
}

pub fn make_tag(shared: &Shared, world: &mut World, at: &At<'_>) -> (Reply, Vec<Job>) {
    let name = at.call.text("tag_name");
    if refs::tag(&world.repositories[at.place].path, name).is_ok() {
        return (Reply::error(409, "tag already exists", &world.base), Vec::new());
    }
    let message = Some(at.call.text("message")).filter(|message| !message.is_empty());
    let target = target(at.call.text("target"));
    let now = shared.clock.now();
    match world.make_tag(&at.full_name, name, target, message, &at.call.user.login, now) {
        Ok((_, jobs)) => (Reply { status: 201, ..tag(world, at, name) }, jobs),
        Err(_) => (Reply::error(404, &format!("target \"{target}\" not found"), &world.base), Vec::new()),
    }
}

/// An empty target means the default branch: the newest code.
pub fn target(asked: &str) -> &str {
    if asked.is_empty() { "main" } else { asked }
}

pub fn delete_tag(world: &mut World, at: &At<'_>, name: &str) -> (Reply, Vec<Job>) {
    if refs::tag(&world.repositories[at.place].path, name).is_err() {
        return (not_found(world), Vec::new());
    }
    if world.releases.iter().any(|release| release.repository == at.full_name && release.tag == name) {
        return (Reply::error(409, "a tag attached to a release cannot be deleted", &world.base), Vec::new());
    }
    let login = at.call.user.login.as_str();
    match world.delete_tag(at.place, name, login) {
        Ok(mut jobs) => {
            // The row behind a plain tag is a release to Forgejo, and it says so.
            let row = new_release(world, at, name, world.started);
            jobs.extend(shapes::release_changed(world, &row, "deleted", login));
            (Reply::nothing(204), jobs)
        }
        Err(error) => (Reply::error(500, &error.to_string(), &world.base), Vec::new()),
    }
}
