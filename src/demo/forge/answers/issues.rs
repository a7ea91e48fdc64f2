//! What does the forge answer when an issue or a comment is written?

use serde_json::Value;

use crate::demo::forge::Shared;
use crate::demo::forge::answers::{At, Reply, not_found};
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::shapes;
use crate::demo::forge::world::{IssueSeen, World};

pub fn open_issue(shared: &Shared, world: &mut World, at: &At<'_>) -> Reply {
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

pub fn comment(shared: &Shared, world: &mut World, at: &At<'_>, number: &str) -> Reply {
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
