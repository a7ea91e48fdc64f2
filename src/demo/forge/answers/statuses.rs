//! What does the forge answer about the statuses of a commit?

use serde_json::Value;

use crate::demo::forge::Shared;
use crate::demo::forge::answers::{At, PAGE, Reply, not_found, page};
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::refs;
use crate::demo::forge::shapes;
use crate::demo::forge::world::{StatusSeen, World};

pub fn post_status(shared: &Shared, world: &mut World, at: &At<'_>, commit: &str) -> Reply {
    if !at.call.body.is_object() {
        // What cannot be read as a status is refused before the commit is looked for, and after the rights.
        return Reply::error(422, "[]: json: cannot unmarshal", &world.base);
    }
    let states = ["pending", "success", "error", "failure", "warning", "skipped"];
    let state = at.call.text("state");
    let known = refs::commit_facts(&world.repositories[at.place].path, commit).is_ok_and(|c| c.id == commit);
    if !known {
        return not_found(world);
    }
    if !states.contains(&state) {
        return Reply::error(422, "unknown state", &world.base);
    }
    let status = StatusSeen {
        id: world.statuses.len() as u64 + 1,
        repository: at.full_name.clone(),
        commit: commit.to_owned(),
        state: state.to_owned(),
        context: at.call.text("context").to_owned(),
        description: at.call.text("description").to_owned(),
        target_url: at.call.text("target_url").to_owned(),
        creator: at.call.user.login.clone(),
        at: shared.clock.now(),
    };
    let reply = Reply::json(201, &status_shape(world, &status));
    world.statuses.push(status);
    reply
}

pub fn status_shape(world: &World, status: &StatusSeen) -> Json {
    let creator = match status.creator.as_str() {
        "" => Json::Plain(Value::Null),
        person => shapes::account(world, person),
    };
    object! {
        "id": status.id,
        "status": status.state.as_str(),
        "target_url": status.target_url.as_str(),
        "description": status.description.as_str(),
        "url": format!("{}/api/v1/repos/{}/statuses/{}", world.base, status.repository, status.commit),
        "context": status.context.as_str(),
        "creator": creator,
        "created_at": shapes::instant(status.at),
        "updated_at": shapes::instant(status.at),
    }
}

/// Returns the statuses of a commit, the newest first.
pub fn of_commit<'a>(world: &'a World, at: &At<'_>, commit: &str) -> Vec<&'a StatusSeen> {
    let mine = |status: &&StatusSeen| status.repository == at.full_name && status.commit == commit;
    world.statuses.iter().rev().filter(mine).collect()
}

pub fn statuses(world: &World, at: &At<'_>, commit: &str) -> Reply {
    let all = of_commit(world, at, commit);
    page(world, at.call, all.iter().map(|status| status_shape(world, status)).collect())
}

/// The combined status, of the current page only; nothing found is an empty state with status 200, not an error.
pub fn combined(world: &World, at: &At<'_>, commit: &str) -> Reply {
    let mut newest: Vec<&StatusSeen> = Vec::new();
    for status in of_commit(world, at, commit) {
        if !newest.iter().any(|seen| seen.context == status.context) {
            newest.push(status);
        }
    }
    if newest.is_empty() {
        let null = || Json::Plain(Value::Null);
        let nothing = object! {
            "state": "", "sha": "", "total_count": 0, "statuses": null(), "repository": null(), "commit_url": "",
            "url": "",
        };
        return Reply::json(200, &nothing);
    }
    let (total, limit) = (newest.len(), at.call.number("limit").unwrap_or(PAGE.0).clamp(1, PAGE.1));
    newest.truncate(limit);
    // In this order the recorded instances let one state hide the others.
    let worst = ["failure", "error", "warning", "pending", "success", "skipped"];
    let state = worst.iter().find(|state| newest.iter().any(|status| status.state == **state));
    let api = format!("{}/api/v1/repos/{}/commits/{commit}", world.base, at.full_name);
    let body = object! {
        "state": state.copied().unwrap_or_default(),
        "sha": commit,
        "total_count": newest.len(),
        "statuses": newest.iter().map(|status| status_shape(world, status)).collect::<Vec<Json>>(),
        "repository": shapes::repository(world, &world.repositories[at.place], false),
        "commit_url": api.as_str(),
        "url": format!("{api}/status"),
    };
    let mut reply = Reply::json(200, &body);
    reply.headers.push(("x-total-count", total.to_string()));
    reply
}
