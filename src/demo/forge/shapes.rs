//! Which webhooks follow a change, in which order, and what their bodies look like: as they were recorded.
//!
//! Not recorded, and therefore guessed: the deletion of a branch sends `delete` alone.

use jiff::Timestamp;
use serde_json::Value;

use crate::demo::forge::courier::Job;
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::refs::{self, CommitFacts};
use crate::demo::forge::world::{Hook, ReleaseSeen, Repository, User, World};

const ZERO: &str = "0000000000000000000000000000000000000000";

/// Returns the webhooks for a ref that went from `old` to `new`; `None` is "not there". The repository's `empty`
/// and the like are those of now.
pub fn ref_changed(
    world: &World,
    place: usize,
    reference: &str,
    old: Option<&str>,
    new: Option<&str>,
    person: &str,
) -> Vec<Job> {
    let repository = &world.repositories[place];
    let tag = reference.starts_with("refs/tags/");
    if new.is_some_and(|new| refs::commit_facts(&repository.path, new).is_err()) {
        // What leads to no readable commit sends nothing at all.
        return Vec::new();
    }
    // A tag that was moved looks like a new one: `before` is zeros.
    let before = if tag && new.is_some() { None } else { old };
    let push = || ("push", push(world, repository, reference, before, new, person));
    let create = || ("create", create(world, repository, reference, new.unwrap_or(ZERO), person));
    let delete = || ("delete", delete(world, repository, reference, person));
    let bodies = match (tag, old, new) {
        (true, _, Some(_)) => vec![push(), create()],
        (true, _, None) => vec![push(), delete()],
        (false, None, Some(_)) => vec![create(), push()],
        (false, Some(_), Some(_)) => vec![push()],
        (false, _, None) => vec![delete()],
    };
    jobs(repository, bodies)
}

/// Returns the webhook for something that happened to a release.
pub fn release_changed(world: &World, release: &ReleaseSeen, action: &'static str, person: &str) -> Vec<Job> {
    let Some(place) = world.place_of(&release.repository) else { return Vec::new() };
    let repository = &world.repositories[place];
    let body = object! {
        "action": action,
        "release": self::release(world, release),
        "repository": self::repository(world, repository, true),
        "sender": account(world, person),
    };
    jobs(repository, vec![("release", body)])
}

/// Returns the webhook that the button for a test sends: a push of the default branch that changes nothing.
pub fn test_delivery(world: &World, place: usize, person: &str) -> Vec<Job> {
    let repository = &world.repositories[place];
    let main = repository.known.get("refs/heads/main").map_or(ZERO, String::as_str);
    jobs(
        repository,
        vec![("push", push(world, repository, "refs/heads/main", Some(main), Some(main), person))],
    )
}

/// Returns these bodies as webhooks to every receiver of a repository.
pub fn jobs(repository: &Repository, bodies: Vec<(&'static str, Json)>) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (event, body) in bodies {
        let told = |hook: &&Hook| hook.active && hook.events.iter().any(|known| known == event);
        for hook in repository.hooks.iter().filter(told) {
            jobs.push(Job::new(hook, &repository.full_name(), event, body.indented()));
        }
    }
    jobs
}

fn push(
    world: &World,
    repository: &Repository,
    reference: &str,
    old: Option<&str>,
    new: Option<&str>,
    person: &str,
) -> Json {
    let (before, after) = (old.unwrap_or(ZERO), new.unwrap_or(ZERO));
    let tag = reference.starts_with("refs/tags/");
    let page = format!("{}/{}", world.base, repository.full_name());
    let compared = new.is_some() && (tag || old.is_some());
    let compare_url =
        if compared { format!("{page}/compare/{before}...{after}") } else { format!("{}/", world.base) };
    let (commits, total) = match new {
        Some(new) if !tag => refs::brought(&repository.path, old, new).unwrap_or_default(),
        Some(_) | None => (Vec::new(), 0),
    };
    let head = new.and_then(|new| refs::commit_facts(&repository.path, new).ok());
    object! {
        "ref": reference,
        "before": before,
        "after": after,
        "compare_url": compare_url,
        "commits": commits.iter().map(|facts| commit(world, &page, facts)).collect::<Vec<Json>>(),
        "total_commits": total,
        "head_commit": head.map_or(Json::Plain(Value::Null), |facts| commit(world, &page, &facts)),
        "repository": self::repository(world, repository, true),
        "pusher": account(world, person),
        "sender": account(world, person),
    }
}

fn create(world: &World, repository: &Repository, reference: &str, id: &str, person: &str) -> Json {
    object! {
        "sha": id,
        "ref": reference,
        "ref_type": kind(reference),
        "repository": self::repository(world, repository, false),
        "sender": account(world, person),
    }
}

fn delete(world: &World, repository: &Repository, reference: &str, person: &str) -> Json {
    object! {
        "ref": reference,
        "ref_type": kind(reference),
        "pusher_type": "user",
        "repository": self::repository(world, repository, false),
        "sender": account(world, person),
    }
}

fn kind(reference: &str) -> &'static str {
    if reference.starts_with("refs/tags/") { "tag" } else { "branch" }
}

fn commit(world: &World, page: &str, facts: &CommitFacts) -> Json {
    let by = |(name, email): &(String, String)| {
        let username = world.users.iter().find(|user| user.login.eq_ignore_ascii_case(name));
        object! {
            "name": name.as_str(),
            "email": email.as_str(),
            "username": username.map_or("", |user| user.login.as_str()),
        }
    };
    object! {
        "id": facts.id.as_str(),
        "message": facts.message.as_str(),
        "url": format!("{page}/commit/{}", facts.id),
        "author": by(&facts.author),
        "committer": by(&facts.committer),
        "verification": Value::Null,
        "timestamp": seconds(facts.seconds),
        "added": facts.added.clone(),
        "removed": facts.removed.clone(),
        "modified": facts.modified.clone(),
    }
}

/// Returns an instant as the forge writes it: whole seconds.
pub fn instant(at: Timestamp) -> String {
    seconds(at.as_second())
}

/// Returns seconds since the epoch as the forge writes them.
pub fn seconds(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// Returns an account as payloads and answers show it.
pub fn account(world: &World, login: &str) -> Json {
    match world.user(login) {
        Some(user) => user_shape(world, user),
        None => Json::Plain(Value::Null),
    }
}

fn user_shape(world: &World, user: &User) -> Json {
    let email = if user.organisation { String::new() } else { format!("{}@noreply.127.0.0.1", user.login) };
    object! {
        "id": user.id,
        "login": user.login.as_str(),
        "login_name": "",
        "source_id": 0,
        "full_name": "",
        "email": email,
        "avatar_url": format!("{}/avatars/{:032x}", world.base, user.id),
        "html_url": format!("{}/{}", world.base, user.login),
        "language": "",
        "is_admin": false,
        "last_login": "0001-01-01T00:00:00Z",
        "created": instant(user.created),
        "restricted": false,
        "active": false,
        "prohibit_login": false,
        "location": "",
        "pronouns": "",
        "website": "",
        "description": "",
        "visibility": if user.organisation { "private" } else { "public" },
        "followers_count": 0,
        "following_count": 0,
        "starred_repos_count": 0,
        "username": user.login.as_str(),
    }
}

/// Returns a repository as payloads show it; some events claim all rights, some none, and neither is a fact.
pub fn repository(world: &World, repository: &Repository, all_rights: bool) -> Json {
    repository_with(
        world,
        repository,
        object! { "admin": all_rights, "push": all_rights, "pull": all_rights },
    )
}

/// Returns a repository with these rights.
pub fn repository_with(world: &World, repository: &Repository, permissions: Json) -> Json {
    let full = repository.full_name();
    let page = format!("{}/{full}", world.base);
    let api = format!("{}/api/v1/repos/{full}", world.base);
    let ssh = format!("ssh://forgejo@127.0.0.1/{full}");
    let names = object! {
        "id": repository.id,
        "owner": account(world, &repository.owner),
        "name": repository.name.as_str(),
        "full_name": full.as_str(),
        "description": "",
        "empty": repository.known.is_empty(),
        "private": true,
        "fork": false,
        "template": false,
        "parent": Value::Null,
        "mirror": false,
        "size": 1,
        "language": "",
        "languages_url": format!("{api}/languages"),
        "html_url": page.as_str(),
        "url": api.as_str(),
        "link": "",
        "ssh_url": format!("{ssh}.git"),
        "clone_url": format!("{page}.git"),
        "original_url": "",
        "website": "",
    };
    let releases = world.releases.iter().filter(|release| release.repository == full).count();
    let counts = names
        .with("stars_count", 0)
        .with("forks_count", 0)
        .with("watchers_count", 3)
        .with("open_issues_count", 0)
        .with("open_pr_counter", 0)
        .with("release_counter", releases)
        .with("default_branch", "main")
        .with("archived", false)
        .with("created_at", instant(repository.created))
        .with("updated_at", instant(repository.created))
        .with("archived_at", "1970-01-01T00:00:00Z")
        .with("permissions", permissions);
    settings(counts, &page, &ssh)
}

/// Adds the settings of a repository, which never change here.
fn settings(names: Json, page: &str, ssh: &str) -> Json {
    let tracker = object! {
        "enable_time_tracker": true,
        "allow_only_contributors_to_track_time": true,
        "enable_issue_dependencies": true,
    };
    names
        .with("has_issues", true)
        .with("internal_tracker", tracker)
        .with("has_wiki", true)
        .with("has_wiki_contents", false)
        .with("wiki_branch", "main")
        .with("wiki_ssh_url", format!("{ssh}.wiki.git"))
        .with("wiki_clone_url", format!("{page}.wiki.git"))
        .with("globally_editable_wiki", false)
        .with("has_pull_requests", true)
        .with("has_projects", true)
        .with("has_releases", true)
        .with("has_packages", true)
        .with("has_actions", true)
        .with("ignore_whitespace_conflicts", false)
        .with("allow_merge_commits", true)
        .with("allow_rebase", true)
        .with("allow_rebase_explicit", true)
        .with("allow_squash_merge", true)
        .with("allow_fast_forward_only_merge", true)
        .with("allow_rebase_update", true)
        .with("default_delete_branch_after_merge", false)
        .with("default_merge_style", "merge")
        .with("default_allow_maintainer_edit", false)
        .with("default_update_style", "merge")
        .with("avatar_url", "")
        .with("internal", false)
        .with("mirror_interval", "")
        .with("object_format_name", "sha1")
        .with("mirror_updated", "0001-01-01T00:00:00Z")
        .with("repo_transfer", Value::Null)
        .with("topics", Vec::<Json>::new())
}

/// Returns a release as payloads and answers show it.
pub fn release(world: &World, release: &ReleaseSeen) -> Json {
    let page = format!("{}/{}", world.base, release.repository);
    let api = format!("{}/api/v1/repos/{}/releases/{}", world.base, release.repository, release.id);
    object! {
        "id": release.id,
        "tag_name": release.tag.as_str(),
        "target_commitish": release.target.as_str(),
        "name": release.name.as_str(),
        "body": release.body.as_str(),
        "url": api.as_str(),
        "html_url": format!("{page}/releases/tag/{}", release.tag),
        "tarball_url": format!("{page}/archive/{}.tar.gz", release.tag),
        "zipball_url": format!("{page}/archive/{}.zip", release.tag),
        "hide_archive_links": false,
        "upload_url": format!("{api}/assets"),
        "draft": release.draft,
        "prerelease": release.prerelease,
        "created_at": instant(release.at),
        "published_at": instant(release.at),
        "author": account(world, &release.author),
        "assets": Vec::<Json>::new(),
        "archive_download_count": object! { "zip": 0, "tar_gz": 0 },
    }
}
