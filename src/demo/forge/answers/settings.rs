//! What does the forge answer about the settings of a repository, and about the limits of a token?

use serde_json::Value;
use warp::http::Method;

use crate::demo::forge::Shared;
use crate::demo::forge::answers::{At, Reply, not_found, page};
use crate::demo::forge::api::Call;
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::shapes;
use crate::demo::forge::world::{Protection, Right, World};

/// Returns the refusal for a token that is limited to other things.
pub fn out_of_scope(world: &World, call: &Call, path: &[&str]) -> Option<Reply> {
    let scopes = call.user.scopes.as_ref()?;
    let category = match path {
        ["user", ..] => "user",
        ["orgs" | "teams", ..] => "organization",
        ["repos", _, _, "issues", ..] => "issue",
        ["repos", ..] => "repository",
        _ => return None,
    };
    let (reading, writing) = (format!("read:{category}"), format!("write:{category}"));
    let reads = call.method == Method::GET;
    if scopes.contains(&writing) || reads && scopes.contains(&reading) {
        return None;
    }
    let needed = if reads { reading } else { writing };
    let message = format!("token does not have at least one of required scope(s): [{needed}]");
    Some(Reply::error(403, &message, &world.base))
}

pub fn branch(world: &World, at: &At<'_>, name: &str) -> Reply {
    match world.repositories[at.place].known.get(&format!("refs/heads/{name}")) {
        Some(id) => Reply::json(
            200,
            &object! { "name": name, "commit": object! { "id": id.as_str() }, "protected": false },
        ),
        None => not_found(world),
    }
}

/// What only an administrator of the repository may see or change.
fn admins_only(world: &World, at: &At<'_>) -> Option<Reply> {
    let refused = || {
        Reply::error(
            403,
            "user should be an owner or a collaborator with admin write of a repository",
            &world.base,
        )
    };
    (at.right < Right::Admin).then(refused)
}

pub fn hooks(world: &World, at: &At<'_>) -> Reply {
    if let Some(refused) = admins_only(world, at) {
        return refused;
    }
    let shape = |hook: &crate::demo::forge::world::Hook| {
        object! {
            "id": hook.id,
            "type": hook.kind.as_str(),
            "branch_filter": "",
            "url": hook.url.as_str(),
            "config": object! { "content_type": hook.content_type.as_str(), "url": hook.url.as_str() },
            "events": hook.events.clone(),
            "authorization_header": "",
            "content_type": hook.content_type.as_str(),
            "metadata": Value::Null,
            "active": hook.active,
        }
    };
    page(world, at.call, world.repositories[at.place].hooks.iter().map(shape).collect())
}

pub fn protections(world: &World, at: &At<'_>) -> Reply {
    if let Some(refused) = admins_only(world, at) {
        return refused;
    }
    let rules = &world.repositories[at.place].protections;
    let shapes: Vec<Json> = rules.iter().enumerate().map(|(place, rule)| shape(place, rule)).collect();
    Reply::json(200, &Json::from(shapes))
}

pub fn protect(shared: &Shared, world: &mut World, at: &At<'_>) -> Reply {
    if let Some(refused) = admins_only(world, at) {
        return refused;
    }
    let names = |key: &str| -> Vec<String> {
        let list = at.call.body.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        list.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    };
    let rule = Protection {
        pattern: at.call.text("name_pattern").to_owned(),
        users: names("whitelist_usernames"),
        teams: names("whitelist_teams"),
        at: shared.clock.now(),
    };
    if rule.pattern.is_empty() {
        return Reply::error(422, "[NamePattern]: Required", &world.base);
    }
    let rules = &mut world.repositories[at.place].protections;
    let reply = Reply::json(201, &shape(rules.len(), &rule));
    rules.push(rule);
    reply
}

fn shape(place: usize, rule: &Protection) -> Json {
    object! {
        "id": place as u64 + 1,
        "name_pattern": rule.pattern.as_str(),
        "whitelist_usernames": rule.users.clone(),
        "whitelist_teams": rule.teams.clone(),
        "created_at": shapes::instant(rule.at),
        "updated_at": shapes::instant(rule.at),
    }
}
