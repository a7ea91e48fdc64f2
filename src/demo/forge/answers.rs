//! What does the forge answer to a call? The calls that we use, with the traps that were recorded.

mod actions;
mod contents;
mod issues;
mod people;
mod releases;
mod settings;
mod statuses;
mod tags;

use warp::http::Method;

use crate::demo::forge::Shared;
use crate::demo::forge::api::Call;
use crate::demo::forge::courier::Job;
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::shapes;
use crate::demo::forge::world::{Right, World};

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
    if let Some(refused) = settings::out_of_scope(world, call, &path) {
        return refused;
    }
    match (&call.method, path.as_slice()) {
        (&Method::GET, ["version"]) => Reply::json(200, &object! { "version": world.version.as_str() }),
        (&Method::GET, ["user"]) => Reply::json(200, &shapes::account(world, &call.user.login)),
        (&Method::GET, ["orgs", organisation, "teams"]) => people::teams(world, organisation),
        (&Method::GET, ["teams", id, "members"]) => people::members(world, id),
        (&Method::GET, ["teams", id, "members", person]) => people::member(world, id, person),
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
        (&Method::GET, ["tags"]) => quiet(tags::tags(world, at)),
        (&Method::GET, ["tags", name @ ..]) => quiet(tags::tag(world, at, &name.join("/"))),
        (&Method::GET, ["branches", name @ ..]) => quiet(settings::branch(world, at, &name.join("/"))),
        (&Method::GET, ["hooks"]) => quiet(settings::hooks(world, at)),
        (&Method::GET, ["tag_protections"]) => quiet(settings::protections(world, at)),
        (&Method::POST, ["tag_protections"]) => quiet(settings::protect(shared, world, at)),
        (&Method::POST, ["tags"]) => tags::make_tag(shared, world, at),
        (&Method::DELETE, ["tags", name @ ..]) => tags::delete_tag(world, at, &name.join("/")),
        (&Method::POST, ["statuses", commit]) => quiet(statuses::post_status(shared, world, at, commit)),
        (&Method::GET, ["commits", commit, "status"]) => quiet(statuses::combined(world, at, commit)),
        (&Method::GET, ["commits", commit, "statuses"]) => quiet(statuses::statuses(world, at, commit)),
        (_, ["actions", rest @ ..]) => quiet(actions::answer(shared, world, at, rest)),
        (&Method::GET, ["releases"]) => quiet(releases::releases(world, at)),
        (&Method::POST, ["releases"]) => releases::make_release(shared, world, at),
        (&Method::GET, ["releases", "tags", name @ ..]) => {
            quiet(releases::release_of(world, at, &name.join("/")))
        }
        (&Method::PATCH, ["releases", id]) => releases::change_release(world, at, id),
        (&Method::GET, ["collaborators", person, "permission"]) => {
            quiet(people::permission(world, at, person))
        }
        (&Method::GET, ["contents", path @ ..]) => quiet(contents::file(world, at, &path.join("/"))),
        (&Method::POST, ["contents", path @ ..]) if at.right >= Right::Write => {
            quiet(contents::write(world, at, &path.join("/"), true))
        }
        (&Method::PUT, ["contents", path @ ..]) if at.right >= Right::Write => {
            quiet(contents::write(world, at, &path.join("/"), false))
        }
        (&Method::GET, ["labels"]) => quiet(issues::labels(world, at)),
        (_, ["issues", rest @ ..]) => issues::issues(shared, world, at, rest),
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
