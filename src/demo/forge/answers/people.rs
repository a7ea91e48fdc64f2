//! What does the forge answer about teams and rights?

use serde_json::Value;

use crate::demo::forge::answers::{At, Reply, not_found};
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::shapes;
use crate::demo::forge::world::{Right, Team, World};

pub fn team_shape(team: &Team) -> Json {
    let owners = team.permission == "owner";
    let mut units = vec!["repo.code", "repo.issues", "repo.pulls", "repo.releases", "repo.actions"];
    if owners {
        units.extend(["repo.wiki", "repo.projects", "repo.packages", "repo.ext_issues", "repo.ext_wiki"]);
    }
    let map: serde_json::Map<String, Value> =
        units.iter().map(|unit| ((*unit).to_owned(), Value::from(team.permission))).collect();
    object! {
        "id": team.id,
        "name": team.name.as_str(),
        "description": "",
        "organization": Value::Null,
        "includes_all_repositories": true,
        "permission": team.permission,
        "units": units,
        "units_map": Value::Object(map),
        "can_create_org_repo": owners,
    }
}

pub fn teams(world: &World, organisation: &str) -> Reply {
    let mine: Vec<&Team> =
        world.teams.iter().filter(|team| team.organisation.eq_ignore_ascii_case(organisation)).collect();
    if mine.is_empty() {
        return not_found(world);
    }
    let mut reply =
        Reply::json(200, &Json::from(mine.iter().map(|team| team_shape(team)).collect::<Vec<Json>>()));
    reply.headers.push(("x-total-count", mine.len().to_string()));
    reply
}

pub fn members(world: &World, id: &str) -> Reply {
    let Some(team) = world.teams.iter().find(|team| team.id.to_string() == id) else {
        return not_found(world);
    };
    let accounts: Vec<Json> = team.members.iter().map(|member| shapes::account(world, member)).collect();
    let mut reply = Reply::json(200, &Json::from(accounts));
    reply.headers.push(("x-total-count", team.members.len().to_string()));
    reply
}

pub fn member(world: &World, id: &str, person: &str) -> Reply {
    let team = world.teams.iter().find(|team| team.id.to_string() == id);
    let member =
        team.is_some_and(|team| team.members.iter().any(|member| member.eq_ignore_ascii_case(person)));
    if member { Reply::json(200, &shapes::account(world, person)) } else { not_found(world) }
}

pub fn permission(world: &World, at: &At<'_>, person: &str) -> Reply {
    let own = person.eq_ignore_ascii_case(&at.call.user.login);
    if at.right < Right::Admin && !own {
        let message = "Only admins can query all permissions, repo admins can query all repo permissions, \
                       collaborators can query only their own";
        return Reply::error(403, message, &world.base);
    }
    let Some(user) = world.user(person) else { return not_found(world) };
    let word = match world.right(user, &world.repositories[at.place]) {
        Right::None => "none",
        Right::Write => "write",
        Right::Admin => "admin",
    };
    let user = shapes::account(world, person);
    Reply::json(200, &object! { "permission": word, "role_name": word, "user": user })
}
