//! What does the forge answer about a file of a branch, and when does it refuse to replace it?
//!
//! Files that were written through the API are kept beside the repository; what was pushed is not read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha1::{Digest, Sha1};

use crate::demo::forge::answers::{At, Reply, not_found};
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::world::{FileSeen, World};

pub fn file(world: &World, at: &At<'_>, path: &str) -> Reply {
    let branch = at.call.query.split('&').find_map(|pair| pair.strip_prefix("ref=")).unwrap_or("main");
    match standing(world, at, branch, path) {
        None => not_found(world),
        Some(file) => Reply::json(200, &shape(file)),
    }
}

pub fn write(world: &mut World, at: &At<'_>, path: &str, new: bool) -> Reply {
    let branch = Some(at.call.text("branch")).filter(|branch| !branch.is_empty()).unwrap_or("main");
    let bytes = BASE64.decode(at.call.text("content"));
    let Some(text) = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Reply::error(422, "content is not base64", &world.base);
    };
    let before = standing(world, at, branch, path).map(|file| blob(&file.text));
    if new && before.is_some() {
        return Reply::error(422, "repository file already exists", &world.base);
    }
    if !new && before.is_none() {
        return not_found(world);
    }
    if !new && before.as_deref() != Some(at.call.text("sha")) {
        return Reply::error(409, "sha does not match", &world.base);
    }
    let file = FileSeen {
        repository: at.full_name.clone(),
        branch: branch.to_owned(),
        path: path.to_owned(),
        text,
        message: at.call.text("message").to_owned(),
    };
    let reply = Reply::json(if new { 201 } else { 200 }, &object! { "content": shape(&file) });
    world.files.push(file);
    reply
}

fn standing<'a>(world: &'a World, at: &At<'_>, branch: &str, path: &str) -> Option<&'a FileSeen> {
    let mine =
        |file: &&FileSeen| file.repository == at.full_name && file.branch == branch && file.path == path;
    world.files.iter().rev().find(mine)
}

fn shape(file: &FileSeen) -> Json {
    object! {
        "path": file.path.as_str(),
        "sha": blob(&file.text),
        "type": "file",
        "encoding": "base64",
        "content": BASE64.encode(&file.text),
    }
}

/// Returns the id that git gives this text.
fn blob(text: &str) -> String {
    let mut hasher = Sha1::new();
    hasher.update(format!("blob {}\0", text.len()));
    hasher.update(text);
    hex::encode(hasher.finalize())
}
