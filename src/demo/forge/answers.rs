//! What does the forge answer to a call? The calls that we use, with the traps that were recorded.

use serde_json::Value;
use warp::http::Method;

use crate::demo::forge::Shared;
use crate::demo::forge::api::Call;
use crate::demo::forge::courier::Job;
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::refs::{self, TagFacts};
use crate::demo::forge::shapes;
use crate::demo::forge::world::{IssueSeen, ReleaseSeen, Right, StatusSeen, Team, World};

/// The answer to a call.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// What people are told who may not know, and what is told of what is not there.
const NOT_FOUND: &str = "The target couldn't be found.";
/// The entries of a page when none are asked for, and the most that are given.
const PAGE: (usize, usize) = (30, 50);

impl Reply {
    pub fn plain(status: u16, text: &str) -> Self {
        Self { status, headers: vec![("content-type", "text/plain".to_owned())], body: text.to_owned() }
    }

    pub fn error(status: u16, message: &str, base: &str) -> Self {
        Self::json(status, &object! { "message": message, "url": format!("{base}/api/swagger") })
    }

    fn json(status: u16, body: &Json) -> Self {
        let headers = vec![("content-type", "application/json;charset=utf-8".to_owned())];
        Self { status, headers, body: body.line() }
    }

    fn nothing(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }
}

/// A call about one repository.
struct At<'a> {
    place: usize,
    full_name: String,
    right: Right,
    call: &'a Call,
}

/// Answers a call and does what it asks.
pub fn answer(shared: &Shared, world: &mut World, call: &Call) -> Reply {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match (&call.method, path.as_slice()) {
        (&Method::GET, ["version"]) => Reply::json(200, &object! { "version": "16.0.0" }),
        (&Method::GET, ["user"]) => Reply::json(200, &shapes::account(world, &call.user.login)),
        (&Method::GET, ["orgs", organisation, "teams"]) => teams(world, organisation),
        (&Method::GET, ["teams", id, "members", person]) => member(world, id, person),
        (_, ["repos", owner, name, rest @ ..]) => {
            let full_name = format!("{owner}/{name}");
            let Some(place) = world.place_of(&full_name) else { return not_found(world) };
            let right = world.right(&call.user, &world.repositories[place]);
            let at = At { place, full_name: world.repositories[place].full_name(), right, call };
            if right == Right::None {
                return not_found(world);
            }
            let (reply, jobs) = in_repository(shared, world, &at, rest);
            shared.post(jobs);
            reply
        }
        _ => not_found(world),
    }
}

fn in_repository(shared: &Shared, world: &mut World, at: &At<'_>, rest: &[&str]) -> (Reply, Vec<Job>) {
    let quiet = |reply| (reply, Vec::new());
    match (&at.call.method, rest) {
        (&Method::GET, []) => quiet(repository(world, at)),
        (&Method::GET, ["tags"]) => quiet(tags(world, at)),
        (&Method::GET, ["tags", name @ ..]) => quiet(tag(world, at, &name.join("/"))),
        (&Method::POST, ["tags"]) => make_tag(shared, world, at),
        (&Method::DELETE, ["tags", name @ ..]) => delete_tag(world, at, &name.join("/")),
        (&Method::POST, ["statuses", commit]) => quiet(post_status(shared, world, at, commit)),
        (&Method::GET, ["commits", commit, "status"]) => quiet(combined(world, at, commit)),
        (&Method::GET, ["commits", commit, "statuses"]) => quiet(statuses(world, at, commit)),
        (&Method::GET, ["releases"]) => quiet(releases(world, at)),
        (&Method::POST, ["releases"]) => make_release(shared, world, at),
        (&Method::GET, ["releases", "tags", name @ ..]) => quiet(release_of(world, at, &name.join("/"))),
        (&Method::PATCH, ["releases", id]) => change_release(world, at, id),
        (&Method::GET, ["collaborators", person, "permission"]) => quiet(permission(world, at, person)),
        (&Method::POST, ["issues"]) => quiet(open_issue(shared, world, at)),
        (&Method::POST, ["issues", number, "comments"]) => quiet(comment(shared, world, at, number)),
        _ => quiet(not_found(world)),
    }
}

/// What is not there, or not for the one who asks; unlike other errors with an empty list of errors.
fn not_there(world: &World, message: &str) -> Reply {
    let url = format!("{}/api/swagger", world.base);
    Reply::json(404, &object! { "message": message, "url": url, "errors": Vec::<Json>::new() })
}

fn not_found(world: &World) -> Reply {
    not_there(world, NOT_FOUND)
}

/// Returns one page of a list, with the headers that tell of the others.
fn page(world: &World, call: &Call, all: Vec<Json>) -> Reply {
    let limit = call.number("limit").unwrap_or(PAGE.0).clamp(1, PAGE.1);
    let number = call.number("page").unwrap_or(1).max(1);
    let (total, last) = (all.len(), all.len().div_ceil(limit).max(1));
    let entries: Vec<Json> = all.into_iter().skip((number - 1) * limit).take(limit).collect();
    let mut reply = Reply::json(200, &Json::from(entries));
    reply.headers.push(("x-total-count", total.to_string()));
    let address =
        |to: usize| format!("{}/api/v1/{}?limit={limit}&page={to}", world.base, call.path.join("/"));
    if number < last {
        let link = format!("<{}>; rel=\"next\",<{}>; rel=\"last\"", address(number + 1), address(last));
        reply.headers.push(("link", link));
    }
    reply
}

fn repository(world: &World, at: &At<'_>) -> Reply {
    let repository = &world.repositories[at.place];
    let rights =
        object! { "admin": at.right == Right::Admin, "push": at.right >= Right::Write, "pull": true };
    Reply::json(200, &shapes::repository_with(world, repository, rights))
}

fn tag_shape(world: &World, at: &At<'_>, tag: &TagFacts) -> Json {
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

fn tags(world: &World, at: &At<'_>) -> Reply {
    match refs::tags(&world.repositories[at.place].path) {
        Ok(tags) => page(world, at.call, tags.iter().map(|tag| tag_shape(world, at, tag)).collect()),
        Err(error) => Reply::error(500, &error.to_string(), &world.base),
    }
}

fn tag(world: &World, at: &At<'_>, name: &str) -> Reply {
    match refs::tag(&world.repositories[at.place].path, name) {
        Ok(tag) => Reply::json(200, &tag_shape(world, at, &tag)),
        Err(_) => not_there(world, name),
    }
}

fn make_tag(shared: &Shared, world: &mut World, at: &At<'_>) -> (Reply, Vec<Job>) {
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
fn target(asked: &str) -> &str {
    if asked.is_empty() { "main" } else { asked }
}

fn delete_tag(world: &mut World, at: &At<'_>, name: &str) -> (Reply, Vec<Job>) {
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

fn post_status(shared: &Shared, world: &mut World, at: &At<'_>, commit: &str) -> Reply {
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

fn status_shape(world: &World, status: &StatusSeen) -> Json {
    object! {
        "id": status.id,
        "status": status.state.as_str(),
        "target_url": status.target_url.as_str(),
        "description": status.description.as_str(),
        "url": format!("{}/api/v1/repos/{}/statuses/{}", world.base, status.repository, status.commit),
        "context": status.context.as_str(),
        "creator": shapes::account(world, &status.creator),
        "created_at": shapes::instant(status.at),
        "updated_at": shapes::instant(status.at),
    }
}

/// Returns the statuses of a commit, the newest first.
fn of_commit<'a>(world: &'a World, at: &At<'_>, commit: &str) -> Vec<&'a StatusSeen> {
    let mine = |status: &&StatusSeen| status.repository == at.full_name && status.commit == commit;
    world.statuses.iter().rev().filter(mine).collect()
}

fn statuses(world: &World, at: &At<'_>, commit: &str) -> Reply {
    let all = of_commit(world, at, commit);
    page(world, at.call, all.iter().map(|status| status_shape(world, status)).collect())
}

/// The combined status, of the current page only; nothing found is an empty state with status 200, not an error.
fn combined(world: &World, at: &At<'_>, commit: &str) -> Reply {
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

fn releases(world: &World, at: &At<'_>) -> Reply {
    let mine = world.releases.iter().rev().filter(|release| release.repository == at.full_name);
    page(world, at.call, mine.map(|release| shapes::release(world, release)).collect())
}

fn release_of(world: &World, at: &At<'_>, tag: &str) -> Reply {
    let mine = |release: &&ReleaseSeen| release.repository == at.full_name && release.tag == tag;
    match world.releases.iter().find(mine) {
        Some(release) => Reply::json(200, &shapes::release(world, release)),
        None => not_found(world),
    }
}

fn new_release(world: &World, at: &At<'_>, tag: &str, now: jiff::Timestamp) -> ReleaseSeen {
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
fn make_release(shared: &Shared, world: &mut World, at: &At<'_>) -> (Reply, Vec<Job>) {
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
fn change_release(world: &mut World, at: &At<'_>, id: &str) -> (Reply, Vec<Job>) {
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

fn team_shape(team: &Team) -> Json {
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

fn teams(world: &World, organisation: &str) -> Reply {
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

fn member(world: &World, id: &str, person: &str) -> Reply {
    let team = world.teams.iter().find(|team| team.id.to_string() == id);
    let member =
        team.is_some_and(|team| team.members.iter().any(|member| member.eq_ignore_ascii_case(person)));
    if member { Reply::json(200, &shapes::account(world, person)) } else { not_found(world) }
}

fn permission(world: &World, at: &At<'_>, person: &str) -> Reply {
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

fn open_issue(shared: &Shared, world: &mut World, at: &At<'_>) -> Reply {
    let number = world.issues.iter().filter(|issue| issue.repository == at.full_name).count() as u64 + 1;
    world.issues.push(IssueSeen {
        number,
        repository: at.full_name.clone(),
        title: at.call.text("title").to_owned(),
        body: at.call.text("body").to_owned(),
        comments: Vec::new(),
    });
    let (null, now) = (|| Json::Plain(Value::Null), shapes::instant(shared.clock.now()));
    let repository = &world.repositories[at.place];
    let body = object! {
        "id": world.issues.len(),
        "url": format!("{}/api/v1/repos/{}/issues/{number}", world.base, at.full_name),
        "html_url": format!("{}/{}/issues/{number}", world.base, at.full_name),
        "number": number,
        "user": shapes::account(world, &at.call.user.login),
        "original_author": "",
        "original_author_id": 0,
        "title": at.call.text("title"),
        "body": at.call.text("body"),
        "ref": "",
        "assets": Vec::<Json>::new(),
        "labels": Vec::<Json>::new(),
        "milestone": null(),
        "assignee": null(),
        "assignees": null(),
        "state": "open",
        "is_locked": false,
        "comments": 0,
        "created_at": now.as_str(),
        "updated_at": now.as_str(),
        "closed_at": null(),
        "due_date": null(),
        "pull_request": null(),
        "repository": object! {
            "id": repository.id,
            "name": repository.name.as_str(),
            "owner": repository.owner.as_str(),
            "full_name": at.full_name.as_str(),
        },
        "pin_order": 0,
    };
    Reply::json(201, &body)
}

fn comment(shared: &Shared, world: &mut World, at: &At<'_>, number: &str) -> Reply {
    let text = at.call.text("body").to_owned();
    let mine =
        |issue: &&mut IssueSeen| issue.repository == at.full_name && issue.number.to_string() == number;
    let Some(issue) = world.issues.iter_mut().find(mine) else { return not_found(world) };
    issue.comments.push(text.clone());
    let id = issue.comments.len();
    let page = format!("{}/{}/issues/{number}", world.base, at.full_name);
    let now = shapes::instant(shared.clock.now());
    let body = object! {
        "id": id,
        "html_url": format!("{page}#issuecomment-{id}"),
        "pull_request_url": "",
        "issue_url": page,
        "user": shapes::account(world, &at.call.user.login),
        "original_author": "",
        "original_author_id": 0,
        "body": text,
        "assets": Vec::<Json>::new(),
        "created_at": now.as_str(),
        "updated_at": now.as_str(),
    };
    Reply::json(201, &body)
}
