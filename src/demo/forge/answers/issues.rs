//! What does the forge answer about issues, their comments and the reactions to those?

use serde_json::Value;

use crate::demo::forge::Shared;
use crate::demo::forge::answers::{At, Reply, not_found, page};
use crate::demo::forge::courier::Job;
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::shapes;
use crate::demo::forge::threads::{self, shape};
use crate::demo::forge::world::{CommentSeen, IssueSeen, Right, World};

type Done = (Reply, Vec<Job>);

/// Answers what lies below `issues`.
pub fn issues(shared: &Shared, world: &mut World, at: &At<'_>, rest: &[&str]) -> Done {
    let quiet = |reply| (reply, Vec::new());
    match (at.call.method.as_str(), rest) {
        ("GET", []) => quiet(list(world, at)),
        ("POST", []) => quiet(open(shared, world, at)),
        ("GET", ["comments"]) => quiet(comments(world, at, None)),
        ("GET", ["comments", id]) => quiet(comment(world, at, id)),
        ("PATCH", ["comments", id]) => edit(shared, world, at, id),
        ("DELETE", ["comments", id]) => delete(shared, world, at, id),
        ("GET", ["comments", id, "reactions"]) => quiet(reactions(world, at, id)),
        ("POST", ["comments", id, "reactions"]) => quiet(react(world, at, id)),
        ("GET", [number]) => quiet(one(world, at, number)),
        ("PATCH", [number]) => quiet(change(shared, world, at, number)),
        ("GET", [number, "comments"]) => quiet(comments(world, at, Some(number))),
        ("POST", [number, "comments"]) => say(shared, world, at, number),
        _ => quiet(not_found(world)),
    }
}

/// Answers with the repository's labels.
pub fn labels(world: &World, at: &At<'_>) -> Reply {
    let mine = world.labels.iter().filter(|(_, repository, _)| *repository == at.full_name);
    let shown = |(id, _, name): &(u64, String, String)| object! { "id": *id, "name": name.as_str() };
    page(world, at.call, mine.map(shown).collect())
}

fn place(world: &World, at: &At<'_>, number: &str) -> Option<usize> {
    let mine = |issue: &IssueSeen| issue.repository == at.full_name && issue.number.to_string() == number;
    world.issues.iter().position(mine)
}

fn list(world: &World, at: &At<'_>) -> Reply {
    let (all, by) = (at.call.word("state").is_some_and(|state| state == "all"), at.call.word("created_by"));
    let mine = world.issues.iter().rev().filter(|issue| {
        issue.repository == at.full_name
            && (all || issue.state == "open")
            && by.as_ref().is_none_or(|by| issue.author.eq_ignore_ascii_case(by))
    });
    page(world, at.call, mine.map(|issue| shape::issue(world, issue)).collect())
}

fn open(shared: &Shared, world: &mut World, at: &At<'_>) -> Reply {
    let asked = at.call.body.get("labels").and_then(Value::as_array).cloned().unwrap_or_default();
    let named = world.labels.iter().filter(|(id, _, _)| asked.contains(&Value::from(*id)));
    let labels = named.map(|(_, _, name)| name.clone()).collect();
    let (login, said) = (at.call.user.login.as_str(), (at.call.text("title"), at.call.text("body")));
    let place = threads::open(world, &at.full_name, login, said, labels, shared.clock.now());
    Reply::json(201, &shape::issue(world, &world.issues[place]))
}

fn one(world: &World, at: &At<'_>, number: &str) -> Reply {
    match place(world, at, number) {
        Some(place) => Reply::json(200, &shape::issue(world, &world.issues[place])),
        None => not_found(world),
    }
}

/// Only its author and who may write can change an issue; the answer to a change is 201, as recorded.
fn change(shared: &Shared, world: &mut World, at: &At<'_>, number: &str) -> Reply {
    let Some(place) = place(world, at, number) else { return not_found(world) };
    if at.right < Right::Write && world.issues[place].author != at.call.user.login {
        return Reply::error(403, "Forbidden", &world.base);
    }
    let issue = &mut world.issues[place];
    for (key, field) in [("title", &mut issue.title), ("body", &mut issue.body), ("state", &mut issue.state)]
    {
        if let Some(text) = at.call.body.get(key).and_then(Value::as_str) {
            text.clone_into(field);
        }
    }
    issue.updated = shared.clock.now();
    issue.edits += 1;
    Reply::json(201, &shape::issue(world, &world.issues[place]))
}

fn comments(world: &World, at: &At<'_>, number: Option<&&str>) -> Reply {
    let since: Option<jiff::Timestamp> = at.call.word("since").and_then(|since| since.parse().ok());
    let mine = world.issues.iter().filter(|issue| {
        issue.repository == at.full_name && number.is_none_or(|number| issue.number.to_string() == **number)
    });
    let shown = mine.flat_map(|issue| issue.comments.iter().map(move |comment| (issue, comment)));
    let shown = shown.filter(|(_, comment)| since.is_none_or(|since| comment.updated >= since));
    let mut shown: Vec<(&IssueSeen, &CommentSeen)> = shown.collect();
    shown.sort_by_key(|(_, comment)| comment.id);
    page(world, at.call, shown.iter().map(|(issue, comment)| shape::comment(world, issue, comment)).collect())
}

fn comment(world: &World, at: &At<'_>, id: &str) -> Reply {
    match threads::find(world, &at.full_name, id) {
        Some((issue, comment)) => {
            let (issue, comment) = (&world.issues[issue], &world.issues[issue].comments[comment]);
            Reply::json(200, &shape::comment(world, issue, comment))
        }
        None => not_found(world),
    }
}

fn say(shared: &Shared, world: &mut World, at: &At<'_>, number: &str) -> Done {
    let Some(place) = place(world, at, number) else { return (not_found(world), Vec::new()) };
    let now = shared.clock.now();
    let (text, login) = (at.call.text("body").to_owned(), at.call.user.login.clone());
    let (comment, jobs) = threads::say(world, place, &login, &text, now);
    (Reply::json(201, &shape::comment(world, &world.issues[place], &comment)), jobs)
}

fn edit(shared: &Shared, world: &mut World, at: &At<'_>, id: &str) -> Done {
    let Some(found) = threads::find(world, &at.full_name, id) else {
        return (not_found(world), Vec::new());
    };
    let login = at.call.user.login.clone();
    if at.right < Right::Write && world.issues[found.0].comments[found.1].author != login {
        return (Reply::error(403, "Forbidden", &world.base), Vec::new());
    }
    let text = at.call.text("body").to_owned();
    let jobs = threads::edit(world, found, &login, &text, shared.clock.now());
    let issue = &world.issues[found.0];
    (Reply::json(200, &shape::comment(world, issue, &issue.comments[found.1])), jobs)
}

fn delete(shared: &Shared, world: &mut World, at: &At<'_>, id: &str) -> Done {
    let Some(found) = threads::find(world, &at.full_name, id) else {
        return (not_found(world), Vec::new());
    };
    let login = at.call.user.login.clone();
    if at.right < Right::Write && world.issues[found.0].comments[found.1].author != login {
        return (Reply::error(403, "Forbidden", &world.base), Vec::new());
    }
    let jobs = threads::delete(world, found, &login, shared.clock.now());
    (Reply::nothing(204), jobs)
}

fn reactions(world: &World, at: &At<'_>, id: &str) -> Reply {
    let Some((issue, comment)) = threads::find(world, &at.full_name, id) else { return not_found(world) };
    let comment = &world.issues[issue].comments[comment];
    let shown = comment.reactions.iter().map(|(login, content)| reaction(world, login, content, comment));
    page(world, at.call, shown.collect())
}

/// The same reaction of the same person is there once, however often it is posted.
fn react(world: &mut World, at: &At<'_>, id: &str) -> Reply {
    let Some((issue, comment)) = threads::find(world, &at.full_name, id) else { return not_found(world) };
    let content = at.call.text("content").to_owned();
    if !["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"].contains(&content.as_str()) {
        return Reply::error(403, &format!("'{content}' is not an allowed reaction"), &world.base);
    }
    let mine = (at.call.user.login.clone(), content);
    let known = world.issues[issue].comments[comment].reactions.contains(&mine);
    if !known {
        world.issues[issue].comments[comment].reactions.push(mine.clone());
    }
    let shown = reaction(world, &mine.0, &mine.1, &world.issues[issue].comments[comment]);
    Reply::json(if known { 200 } else { 201 }, &shown)
}

fn reaction(world: &World, login: &str, content: &str, comment: &CommentSeen) -> Json {
    object! {
        "user": shapes::account(world, login),
        "content": content,
        "created_at": shapes::instant(comment.at),
    }
}
