//! What is said in the issues of the small forge, by whom, and which webhooks follow: as they were recorded.

use jiff::Timestamp;

use crate::demo::forge::courier::Job;
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::shapes;
use crate::demo::forge::world::{CommentSeen, IssueSeen, World};

/// Returns the places of a comment: of its issue, and in it.
pub fn find(world: &World, repository: &str, id: &str) -> Option<(usize, usize)> {
    world.issues.iter().enumerate().filter(|(_, issue)| issue.repository == repository).find_map(
        |(place, issue)| {
            let comment = issue.comments.iter().position(|comment| comment.id.to_string() == id)?;
            Some((place, comment))
        },
    )
}

/// Opens an issue; returns its place.
pub fn open(
    world: &mut World,
    repository: &str,
    person: &str,
    (title, body): (&str, &str),
    labels: Vec<String>,
    now: Timestamp,
) -> usize {
    let number = world.issues.iter().filter(|issue| issue.repository == repository).count() as u64 + 1;
    world.issues.push(IssueSeen {
        number,
        repository: repository.to_owned(),
        title: title.to_owned(),
        body: body.to_owned(),
        author: person.to_owned(),
        state: "open".to_owned(),
        labels,
        comments: Vec::new(),
        at: now,
        updated: now,
        edits: 0,
    });
    world.issues.len() - 1
}

/// Writes a comment.
pub fn say(
    world: &mut World,
    issue: usize,
    person: &str,
    text: &str,
    now: Timestamp,
) -> (CommentSeen, Vec<Job>) {
    world.last_comment += 1;
    let comment = CommentSeen {
        id: world.last_comment,
        author: person.to_owned(),
        body: text.to_owned(),
        reactions: Vec::new(),
        at: now,
        updated: now,
    };
    // The issue in the payload does not count its new comment yet.
    let jobs = webhook(world, &world.issues[issue], &comment, "created", None, person);
    world.issues[issue].comments.push(comment.clone());
    world.issues[issue].updated = now;
    (comment, jobs)
}

/// Changes a comment; whoever may write can change those of others.
pub fn edit(
    world: &mut World,
    (issue, comment): (usize, usize),
    person: &str,
    text: &str,
    now: Timestamp,
) -> Vec<Job> {
    let seen = &mut world.issues[issue].comments[comment];
    let before = std::mem::replace(&mut seen.body, text.to_owned());
    seen.updated = now;
    let seen = seen.clone();
    webhook(world, &world.issues[issue], &seen, "edited", Some(&before), person)
}

/// Takes a comment away.
pub fn delete(world: &mut World, (issue, comment): (usize, usize), person: &str, now: Timestamp) -> Vec<Job> {
    let gone = world.issues[issue].comments.remove(comment);
    world.issues[issue].updated = now;
    webhook(world, &world.issues[issue], &gone, "deleted", None, person)
}

fn webhook(
    world: &World,
    issue: &IssueSeen,
    comment: &CommentSeen,
    action: &'static str,
    before: Option<&str>,
    person: &str,
) -> Vec<Job> {
    let Some(place) = world.place_of(&issue.repository) else { return Vec::new() };
    let repository = &world.repositories[place];
    let mut body = object! {
        "action": action,
        "issue": shape::issue(world, issue),
        "comment": shape::comment(world, issue, comment),
    };
    if let Some(before) = before {
        body = body.with("changes", object! { "body": object! { "from": before } });
    }
    let rights = object! { "admin": false, "push": true, "pull": true };
    let body = body
        .with("repository", shapes::repository_with(world, repository, rights))
        .with("sender", shapes::account(world, person))
        .with("is_pull", false);
    shapes::jobs(repository, vec![("issue_comment", body)])
}

/// What issues and comments look like in payloads and answers.
pub mod shape {
    use serde_json::Value;

    use super::{CommentSeen, IssueSeen, Json, World, object, shapes};

    /// Returns an issue.
    pub fn issue(world: &World, issue: &IssueSeen) -> Json {
        let null = || Json::Plain(Value::Null);
        let (number, full_name) = (issue.number, issue.repository.as_str());
        let labels = issue.labels.iter().map(|name| {
            let id = world.labels.iter().find(|(_, _, known)| known == name).map_or(0, |(id, _, _)| *id);
            object! { "id": id, "name": name.as_str() }
        });
        let closed =
            if issue.state == "closed" { Json::from(shapes::instant(issue.updated)) } else { null() };
        let (owner, name) = full_name.split_once('/').unwrap_or_default();
        let place = world.place_of(full_name).map_or(0, |place| world.repositories[place].id);
        object! {
            "id": number,
            "url": format!("{}/api/v1/repos/{full_name}/issues/{number}", world.base),
            "html_url": format!("{}/{full_name}/issues/{number}", world.base),
            "number": number,
            "user": shapes::account(world, &issue.author),
            "original_author": "",
            "original_author_id": 0,
            "title": issue.title.as_str(),
            "body": issue.body.as_str(),
            "ref": "",
            "assets": Vec::<Json>::new(),
            "labels": labels.collect::<Vec<Json>>(),
            "milestone": null(),
            "assignee": null(),
            "assignees": null(),
            "state": issue.state.as_str(),
            "is_locked": false,
            "comments": issue.comments.len(),
            "created_at": shapes::instant(issue.at),
            "updated_at": shapes::instant(issue.updated),
            "closed_at": closed,
            "due_date": null(),
            "pull_request": null(),
            "repository": object! {
                "id": place,
                "name": name,
                "owner": owner,
                "full_name": full_name,
            },
            "pin_order": 0,
        }
    }

    /// Returns a comment.
    pub fn comment(world: &World, issue: &IssueSeen, comment: &CommentSeen) -> Json {
        let page = format!("{}/{}/issues/{}", world.base, issue.repository, issue.number);
        object! {
            "id": comment.id,
            "html_url": format!("{page}#issuecomment-{}", comment.id),
            "pull_request_url": "",
            "issue_url": page,
            "user": shapes::account(world, &comment.author),
            "original_author": "",
            "original_author_id": 0,
            "body": comment.body.as_str(),
            "assets": Vec::<Json>::new(),
            "created_at": shapes::instant(comment.at),
            "updated_at": shapes::instant(comment.updated),
        }
    }
}
