//! What does the forge answer about its Actions: runs, jobs, and starting a workflow?

use warp::http::Method;

use crate::demo::forge::Shared;
use crate::demo::forge::answers::{At, PAGE, Reply, not_found};
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::refs;
use crate::demo::forge::runs::{RunSeen, run_shape, task_shape};
use crate::demo::forge::world::{Right, World};

pub fn answer(shared: &Shared, world: &mut World, at: &At<'_>, rest: &[&str]) -> Reply {
    match (&at.call.method, rest) {
        // An instance from before the record of runs does not know this address at all.
        (&Method::GET, ["runs", ..]) if world.old_actions => Reply::plain(404, "404 page not found\n"),
        (&Method::GET, ["runs"]) => runs(world, at),
        (&Method::GET, ["runs", id]) => run(world, at, id),
        (&Method::GET, ["tasks"]) => tasks(world, at),
        (&Method::POST, ["workflows", file, "dispatches"]) => dispatch(shared, world, at, file),
        _ => not_found(world),
    }
}

fn of_repository<'a>(world: &'a World, at: &At<'_>) -> impl Iterator<Item = &'a RunSeen> + use<'a> {
    let name = at.full_name.clone();
    world.runs.iter().rev().filter(move |run| run.repository == name)
}

/// One page of a list that tells its total in the body; there are no headers about it.
fn listed(at: &At<'_>, all: Vec<Json>) -> Reply {
    let limit = at.call.number("limit").unwrap_or(PAGE.0).clamp(1, PAGE.1);
    let number = at.call.number("page").unwrap_or(1).max(1);
    let total = all.len();
    let entries: Vec<Json> = all.into_iter().skip((number - 1) * limit).take(limit).collect();
    Reply::json(200, &object! { "workflow_runs": entries, "total_count": total })
}

fn runs(world: &World, at: &At<'_>) -> Reply {
    let commit = at.call.value("head_sha");
    let mine = of_repository(world, at).filter(|run| commit.is_none_or(|commit| run.commit == commit));
    listed(at, mine.map(|run| run_shape(world, at.place, run)).collect())
}

fn run(world: &World, at: &At<'_>, id: &str) -> Reply {
    match of_repository(world, at).find(|run| run.id.to_string() == id) {
        Some(run) => Reply::json(200, &run_shape(world, at.place, run)),
        None => not_found(world),
    }
}

/// Only jobs that a runner took are listed; those that wait are not.
fn tasks(world: &World, at: &At<'_>) -> Reply {
    let taken = of_repository(world, at).filter(|run| !matches!(run.state.as_str(), "waiting" | "blocked"));
    listed(at, taken.map(|run| task_shape(world, run)).collect())
}

fn dispatch(shared: &Shared, world: &mut World, at: &At<'_>, file: &str) -> Reply {
    if at.right < Right::Write {
        return not_found(world);
    }
    let reference = at.call.text("ref").to_owned();
    let path = world.repositories[at.place].path.clone();
    let full = [reference.clone(), format!("refs/tags/{reference}"), format!("refs/heads/{reference}")]
        .into_iter()
        .find(|name| name.starts_with("refs/") && refs::commit_of(&path, name).is_ok());
    let Some(full) = full else { return not_found(world) };
    // The recorded instances' source answers a missing workflow with an error of its own.
    let Some(commit) =
        refs::commit_of(&path, &full).ok().filter(|commit| refs::has_workflow(&path, commit, file))
    else {
        return Reply::error(500, "", &world.base);
    };
    let now = shared.clock.now();
    let run =
        world.add_run(&at.full_name, (file, &full, &commit, "workflow_dispatch"), &at.call.user.login, now);
    if at.call.body.get("return_run_info").and_then(serde_json::Value::as_bool) == Some(true) {
        Reply::json(201, &object! { "id": run, "run_number": run, "jobs": vec!["test"] })
    } else {
        Reply::nothing(204)
    }
}
