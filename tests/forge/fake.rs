//! The small forge of the demo does what the recorded instances did.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tagwarden::clock::Clock;
use tagwarden::config::Secret;
use tagwarden::demo::forge::{FakeForge, Fate};
use tagwarden::domain::gravity::Gravity;
use tagwarden::domain::names::{ObjectId, Person, RepositoryName};
use tagwarden::forgejo::payload::{Hint, read};
use tagwarden::forgejo::signature::verify;
use tagwarden::forgejo::{CommitStatus, Forge, ForgeError, Permission, ReleaseNotes, StatusState};

use crate::chat::{Chat, Heard, Says};
use crate::traffic::{Recorded, SECRET, VERSIONS, delivery, folder};

/// A forge with one repository, a clone of it, and a receiver of its webhooks.
struct World {
    forge: FakeForge,
    receiver: Chat,
    bare: PathBuf,
    clone: PathBuf,
    api: Forge,
    _folder: tempfile::TempDir,
}

fn bridge() -> RepositoryName {
    RepositoryName::parse("school/bridge").unwrap()
}

async fn world() -> World {
    world_with(Chat::always(202, "noted").await).await
}

async fn world_with(receiver: Chat) -> World {
    let folder = tempfile::tempdir().unwrap();
    let forge = FakeForge::start(&folder.path().join("forge"), Clock::machine()).await.unwrap();
    let token = forge.add_user("ada");
    forge.add_user("eve");
    forge.add_team("school", "release", &["ada", "grace"]);
    let bare = forge.add_repository("school/bridge").unwrap();
    forge.add_webhook("school/bridge", &receiver.url("/webhooks/forgejo"), SECRET).unwrap();
    let clone = folder.path().join("clone");
    let api = Forge::new(&forge.url(), &Secret::new(token)).unwrap();
    let world = World { forge, receiver, bare, clone, api, _folder: folder };
    std::fs::create_dir(&world.clone).unwrap();
    world.git(&["init", "--quiet", "--initial-branch=main"]);
    world.git(&["remote", "add", "origin", world.bare.to_str().unwrap()]);
    world.commit("feat: first");
    world
}

impl World {
    #[track_caller]
    fn git(&self, words: &[&str]) -> String {
        let (ok, out) = self.try_git("ada", words);
        assert!(ok, "git {words:?}: {out}");
        out
    }

    fn try_git(&self, person: &str, words: &[&str]) -> (bool, String) {
        let out = Command::new("git")
            .args(words)
            .current_dir(&self.clone)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GITEA_PUSHER_NAME", person)
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
            .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org")])
            .output()
            .unwrap();
        let text =
            format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        (out.status.success(), text.trim().to_owned())
    }

    fn commit(&self, subject: &str) {
        std::fs::write(self.clone.join("CHANGELOG.md"), subject).unwrap();
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "-m", subject]);
    }

    fn id(&self, name: &str) -> String {
        self.git(&["rev-parse", name])
    }

    /// Pushes, waits for the webhooks and returns those that this push made.
    async fn push(&self, what: &[&str]) -> Vec<Heard> {
        let before = self.receiver.heard().len();
        self.git(&[&["push", "--quiet", "origin"], what].concat());
        self.forge.sync().await;
        self.receiver.heard().split_off(before)
    }
}

fn told(all: &[Heard]) -> Vec<String> {
    let tell = |heard: &Heard| {
        let json = heard.json();
        let reference = json["ref"].as_str().or(json["release"]["tag_name"].as_str()).unwrap_or_default();
        format!("{} {reference}", heard.one("X-Forgejo-Event"))
    };
    all.iter().map(tell).collect()
}

fn hint(heard: &Heard) -> Hint {
    read(Some(heard.one("X-Forgejo-Event")), &heard.body)
}

/// The keys of a value, in their order, down to the leaves; a list counts by its first entry.
fn keys(value: &Value, path: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                into.push(format!("{path}.{key}"));
                keys(value, &format!("{path}.{key}"), into);
            }
        }
        Value::Array(items) => items.iter().take(1).for_each(|item| keys(item, &format!("{path}[]"), into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn shape_of(body: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    keys(&serde_json::from_slice(body).unwrap(), "", &mut all);
    all
}

/// Every line of an indented body up to its value: indentation, order and keys.
fn lines_of(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8(body.to_vec()).unwrap();
    text.lines().map(|line| line.split("\": ").next().unwrap().trim_end_matches(',').to_owned()).collect()
}

fn header_names(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.map(|name| name.to_ascii_lowercase()).collect();
    names.sort();
    names
}

#[track_caller]
fn assert_same_shape(heard: &Heard, recorded: &Recorded) {
    assert_eq!(shape_of(&heard.body), shape_of(&recorded.body), "{}", recorded.name);
    assert_eq!(heard.one("X-Forgejo-Event"), recorded.event());
    let ours = heard.headers.iter().map(|(name, _)| name.clone());
    // The client library asks for any answer; Forgejo says nothing about it.
    let ours = header_names(ours.filter(|name| !name.eq_ignore_ascii_case("accept")));
    let theirs = header_names(recorded.headers.iter().map(|(name, _)| name.clone()));
    assert_eq!(ours, theirs, "{}", recorded.name);
    let signature = heard.one("X-Forgejo-Signature");
    assert_eq!(verify(&[Secret::new(SECRET)], &[signature.as_bytes()], &heard.body), Ok(0));
    assert_eq!(heard.one("X-Hub-Signature-256"), format!("sha256={signature}"));
}

#[tokio::test]
async fn pushes_send_the_recorded_webhooks_in_the_recorded_order_and_shape() {
    let world = world().await;
    let first = world.push(&["main"]).await;
    assert_eq!(told(&first), ["create refs/heads/main", "push refs/heads/main"]);
    world.git(&["tag", "-a", "v1.0.0", "-m", "Release v1.0.0"]);
    let tag = world.push(&["v1.0.0"]).await;
    assert_eq!(told(&tag), ["push refs/tags/v1.0.0", "create refs/tags/v1.0.0"]);
    let gone = world.push(&[":refs/tags/v1.0.0"]).await;
    assert_eq!(told(&gone), ["push refs/tags/v1.0.0", "delete refs/tags/v1.0.0"]);
    for version in VERSIONS {
        assert_same_shape(&first[0], &delivery(version, "first-push-main-create"));
        assert_same_shape(&first[1], &delivery(version, "first-push-main-push"));
        assert_same_shape(&tag[0], &delivery(version, "annotated-tag-push"));
        assert_same_shape(&tag[1], &delivery(version, "annotated-tag-create"));
        assert_same_shape(&gone[0], &delivery(version, "deleted-tag-push"));
        assert_same_shape(&gone[1], &delivery(version, "deleted-tag-delete"));
    }
    let create = delivery(VERSIONS[1], "annotated-tag-create");
    assert_eq!(
        lines_of(&tag[1].body),
        lines_of(&create.body),
        "even the order of the keys and the indentation"
    );
    let Hint::TagPushed(seen) = hint(&tag[0]) else { panic!("{:?}", hint(&tag[0])) };
    assert_eq!(seen.object.as_str(), world.id("v1.0.0"), "the tag object");
    assert_eq!(seen.commit.unwrap().as_str(), world.id("main"));
    assert_eq!(seen.pusher.unwrap().login.as_str(), "ada");
}

#[tokio::test]
async fn several_refs_in_one_push_make_their_webhooks_one_after_the_other() {
    let world = world().await;
    for tag in ["v1.0.0", "v1.0.1", "v1.0.2"] {
        world.git(&["tag", "-a", tag, "-m", tag]);
    }
    world.push(&["main"]).await;
    world.commit("fix: second");
    let all = world.push(&["main", "v1.0.0", "v1.0.1", "v1.0.2"]).await;
    assert_eq!(
        told(&all),
        [
            "push refs/heads/main",
            "push refs/tags/v1.0.0",
            "create refs/tags/v1.0.0",
            "push refs/tags/v1.0.1",
            "create refs/tags/v1.0.1",
            "push refs/tags/v1.0.2",
            "create refs/tags/v1.0.2",
        ]
    );
    assert_eq!(all[0].json()["commits"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_moved_tag_looks_like_a_new_one() {
    let world = world().await;
    world.git(&["tag", "-a", "v1.0.0", "-m", "one"]);
    world.push(&["main", "v1.0.0"]).await;
    world.git(&["tag", "-f", "-a", "v1.0.0", "-m", "two"]);
    let moved = world.push(&["--force", "v1.0.0"]).await;
    assert_eq!(told(&moved), ["push refs/tags/v1.0.0", "create refs/tags/v1.0.0"]);
    assert_eq!(moved[0].json()["before"], "0".repeat(40));
}

#[tokio::test]
async fn a_tag_made_by_the_api_names_its_commit_and_meets_no_hook() {
    let world = world().await;
    world.push(&["main"]).await;
    let refuse = world.bare.join("hooks/pre-receive.d/zz-refuse");
    std::fs::write(&refuse, "#!/bin/sh\necho no tags today >&2\nexit 1\n").unwrap();
    std::os::unix::fs::symlink("/nowhere", world.bare.join("hooks/pre-receive.d/aa-broken")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&refuse, mode).unwrap();
    world.git(&["tag", "-a", "v1.0.0", "-m", "one"]);
    let (pushed, text) = world.try_git("ada", &["push", "origin", "v1.0.0"]);
    assert!(!pushed && text.contains("no tags today"), "{text}");
    let before = world.receiver.heard().len();
    let object = world.forge.make_tag_by_api("school/bridge", "v1.0.0", "main", Some("one"), "ada").unwrap();
    world.forge.sync().await;
    let made = world.receiver.heard().split_off(before);
    assert_eq!(told(&made), ["push refs/tags/v1.0.0", "create refs/tags/v1.0.0"]);
    let main = world.id("main");
    assert_ne!(object, main, "an annotated tag");
    assert_eq!((&made[0].json()["after"], &made[1].json()["sha"]), (&main.clone().into(), &main.into()));
}

#[tokio::test]
async fn whose_hand_it_was_stands_in_the_webhook() {
    let world = world().await;
    world.forge.default_pusher("tagwarden");
    for (person, tag, expected) in [("eve", "v1.0.0", "eve"), ("", "v1.0.1", "tagwarden")] {
        world.git(&["tag", tag]);
        assert!(world.try_git(person, &["push", "origin", tag]).0);
        world.forge.sync().await;
        let last = world.receiver.heard().pop().unwrap();
        assert_eq!(last.json()["sender"]["login"], expected);
    }
}

#[tokio::test]
async fn a_push_is_noticed_without_being_asked_also_when_no_hook_told_of_it() {
    let world = world().await;
    world.git(&["push", "--quiet", "origin", "main"]);
    world.receiver.wait_for(2).await;
    // What libgit2 pushes runs no hooks; a ref that is written directly is the same to the forge.
    let main = world.id("main");
    world.git(&["--git-dir", world.bare.to_str().unwrap(), "update-ref", "refs/tags/v1.0.0", &main]);
    let all = world.receiver.wait_for(4).await;
    assert_eq!(told(&all[2..]), ["push refs/tags/v1.0.0", "create refs/tags/v1.0.0"]);
    world.forge.sync().await;
    assert_eq!(world.receiver.heard().len(), 4, "each is sent once");
}

#[tokio::test]
async fn webhooks_are_sent_once_and_can_be_lost_doubled_and_sent_again() {
    let receiver =
        Chat::in_turn(vec![Says::plain(503, "later"), Says::HangUp, Says::plain(202, "noted")]).await;
    let world = world_with(receiver).await;
    world.push(&["main"]).await;
    let fates: Vec<Fate> = world.forge.deliveries().into_iter().map(|delivery| delivery.fate).collect();
    assert_eq!(fates, [Fate::Answered { status: 503, text: "later".to_owned() }, Fate::Failed]);
    world.forge.lose_next_webhook();
    world.forge.double_next_webhook();
    world.git(&["tag", "v1.0.0"]);
    let tag = world.push(&["v1.0.0"]).await;
    assert_eq!(told(&tag), ["create refs/tags/v1.0.0", "create refs/tags/v1.0.0"]);
    assert_ne!(tag[0].one("X-Forgejo-Delivery"), tag[1].one("X-Forgejo-Delivery"));
    let lost = world.forge.deliveries().into_iter().find(|delivery| delivery.fate == Fate::Lost).unwrap();
    world.forge.redeliver(lost.number);
    world.forge.all_sent().await;
    let again = world.receiver.heard().pop().unwrap();
    assert_eq!((again.body.as_slice(), again.one("X-Forgejo-Event")), (lost.body.as_bytes(), "push"));
}

#[tokio::test]
async fn the_client_sees_repository_tags_and_people() {
    let world = world().await;
    world.git(&["tag", "-a", "v1.0.0", "-m", "one"]);
    world.git(&["tag", "v1.0.0+build/1"]);
    for number in 0..60 {
        world.git(&["tag", &format!("v2.0.{number}")]);
    }
    world.push(&["main", "--tags"]).await;
    assert_eq!(world.api.version().await.unwrap(), "16.0.0");
    let repository = world.api.repository(&bridge()).await.unwrap().unwrap();
    assert_eq!((repository.id, repository.permissions.push), (1, true));
    let tags = world.api.tags(&bridge()).await.unwrap();
    assert_eq!(tags.len(), 62, "more than one page");
    let tag = world.api.tag(&bridge(), "v1.0.0").await.unwrap().unwrap();
    assert_eq!((tag.object.as_str(), tag.commit.as_str()), (&*world.id("v1.0.0"), &*world.id("main")));
    assert!(world.api.tag(&bridge(), "v1.0.0+build/1").await.unwrap().is_some());
    assert_eq!(world.api.tag(&bridge(), "v9.9.9").await.unwrap(), None);
    let person = |login| Person::parse(login).unwrap();
    assert!(world.api.is_in_team("school", "release", &person("grace")).await.unwrap());
    assert!(!world.api.is_in_team("school", "release", &person("eve")).await.unwrap());
    assert_eq!(world.api.own_login().await.unwrap(), person("ada"));
    assert_eq!(world.api.permission(&bridge(), &person("ada")).await.unwrap(), Permission::Write);
    let refused = world.api.permission(&bridge(), &person("grace")).await.unwrap_err();
    assert!(matches!(refused, ForgeError::Refused { status: 403, .. }), "{refused}");
    let eve = Forge::new(&world.forge.url(), &Secret::new(world.forge.add_user("eve"))).unwrap();
    assert_eq!(eve.repository(&bridge()).await.unwrap(), None, "a stranger sees nothing");
    let nobody = Forge::new(&world.forge.url(), &Secret::new("x")).unwrap();
    assert_eq!(nobody.version().await.unwrap_err().id(), "TW-F014");
}

#[tokio::test]
async fn the_client_posts_statuses_and_issues_and_the_forge_remembers() {
    let world = world().await;
    world.push(&["main"]).await;
    let commit = ObjectId::parse(&world.id("main")).unwrap();
    let status = CommitStatus {
        state: StatusState::Success,
        context: "tagwarden/production".to_owned(),
        description: "in production".to_owned(),
        target_url: "https://release.example.org/r/1".to_owned(),
    };
    world.api.post_status(&bridge(), &commit, &status).await.unwrap();
    let seen = world.forge.statuses(commit.as_str());
    assert_eq!(seen.len(), 1);
    assert_eq!((&*seen[0].state, &*seen[0].creator), ("success", "ada"));
    let unknown = ObjectId::parse(&"a".repeat(40)).unwrap();
    assert!(world.api.post_status(&bridge(), &unknown, &status).await.is_err());
    let issue = world.api.open_issue(&bridge(), "Release v1.0.0", "- [ ] log in", &[]).await.unwrap();
    world.api.write_comment(&bridge(), issue.number, "done").await.unwrap();
    assert_eq!(world.forge.issues()[0].comments[0].body, "done");
}

fn notes(world: &World, text: &str) -> ReleaseNotes {
    ReleaseNotes {
        tag: "v1.0.0".to_owned(),
        object: ObjectId::parse(&world.id("v1.0.0")).unwrap(),
        title: "v1.0.0".to_owned(),
        notes: text.to_owned(),
        prerelease: false,
    }
}

#[tokio::test]
async fn a_release_stands_once_however_often_it_is_published() {
    let world = world().await;
    world.git(&["tag", "-a", "v1.0.0", "-m", "one"]);
    world.push(&["main", "v1.0.0"]).await;
    let missing = ReleaseNotes { tag: "v2.0.0".to_owned(), ..notes(&world, "") };
    let missing = world.api.publish_release(&bridge(), &missing).await;
    assert!(matches!(missing, Err(ForgeError::TagMissing { .. })));
    assert!(world.forge.releases().is_empty());
    // The first answer is lost after the release was made; the caller tries again.
    world.forge.lose_next_answers(1);
    let lost = world.api.publish_release(&bridge(), &notes(&world, "notes")).await.unwrap_err();
    assert_eq!(lost.gravity(), Gravity::Transient);
    for text in ["notes", "better notes"] {
        world.api.publish_release(&bridge(), &notes(&world, text)).await.unwrap();
    }
    let [release] = &world.forge.releases()[..] else { panic!("one release") };
    assert_eq!((&*release.body, release.draft, release.prerelease), ("better notes", false, false));
    for _ in 0..2 {
        assert!(world.api.demote_release(&bridge(), "v1.0.0", "Rolled back.").await.unwrap());
    }
    let [release] = &world.forge.releases()[..] else { panic!("one release") };
    assert_eq!((&*release.body, release.prerelease), ("Rolled back.\n\nbetter notes", true));
    world.forge.all_sent().await;
    let last = world.receiver.heard().into_iter().filter(|heard| heard.one("X-Forgejo-Event") == "release");
    let last: Vec<Heard> = last.collect();
    assert_eq!(last[0].json()["action"], "published");
    assert_eq!(last.last().unwrap().json()["action"], "updated");
    for version in VERSIONS {
        assert_same_shape(&last[0], &delivery(version, "release-on-existing-tag-release"));
    }
}

#[tokio::test]
async fn a_release_for_a_missing_tag_makes_a_lightweight_one_on_the_newest_code() {
    let world = world().await;
    world.push(&["main"]).await;
    let before = world.receiver.heard().len();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let token = world.forge.add_user("ada");
    let url = format!("{}/api/v1/repos/school/bridge/releases", world.forge.url());
    let answer = http.post(url).header("Authorization", format!("token {token}"));
    let answer = answer.json(&serde_json::json!({ "tag_name": "v3.0.0" })).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    world.forge.all_sent().await;
    let made = world.receiver.heard().split_off(before);
    assert_eq!(told(&made), ["push refs/tags/v3.0.0", "create refs/tags/v3.0.0", "release v3.0.0"]);
    let tag = world.api.tag(&bridge(), "v3.0.0").await.unwrap().unwrap();
    assert_eq!(tag.object.as_str(), world.id("main"));
}

#[tokio::test]
async fn a_forge_that_is_down_is_transient_and_comes_back() {
    let world = world().await;
    world.push(&["main"]).await;
    world.forge.be_down(true);
    assert_eq!(world.api.version().await.unwrap_err().gravity(), Gravity::Transient);
    world.forge.be_down(false);
    world.forge.fail_next_calls(500, 2);
    assert_eq!(world.api.version().await.unwrap(), "16.0.0", "the third try");
    assert_eq!(world.forge.requests().len(), 6);
}

#[tokio::test]
async fn a_test_delivery_opens_nothing() {
    let world = world().await;
    world.push(&["main"]).await;
    world.forge.send_test_delivery("school/bridge").unwrap();
    world.forge.all_sent().await;
    assert!(matches!(hint(&world.receiver.heard().pop().unwrap()), Hint::TestDelivery { .. }));
}

#[tokio::test]
async fn a_silent_receiver_costs_five_seconds_and_the_next_webhook_still_comes() {
    let world = world_with(Chat::in_turn(vec![Says::Silence, Says::plain(202, "noted")]).await).await;
    world.push(&["main"]).await;
    let fates: Vec<Fate> = world.forge.deliveries().into_iter().map(|delivery| delivery.fate).collect();
    assert_eq!(fates, [Fate::Failed, Fate::Answered { status: 202, text: "noted".to_owned() }]);
}

/// Asks the small forge and compares status and shape of its answer with a recorded one.
async fn compare(world: &World, http: &reqwest::Client, token: &str, fixture: &str, path: &str, body: Value) {
    let file = |version| folder(version).join("api").join(format!("{fixture}.json"));
    let read = |version| -> Value { serde_json::from_slice(&std::fs::read(file(version)).unwrap()).unwrap() };
    let recorded: Vec<Value> = VERSIONS.iter().map(|version| read(version)).collect();
    let method = recorded[0]["request"]["method"].as_str().unwrap();
    let url = format!("{}/api/v1{path}", world.forge.url());
    let request =
        http.request(method.parse().unwrap(), url).header("Authorization", format!("token {token}"));
    let answer =
        if body.is_null() { request.send().await } else { request.json(&body).send().await }.unwrap();
    let status = u64::from(answer.status().as_u16());
    let paged = answer.headers().contains_key("x-total-count");
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let bytes = answer.bytes().await.unwrap();
    for recorded in recorded {
        let response = &recorded["response"];
        assert_eq!(response["status"], status, "{fixture}: {}", String::from_utf8_lossy(&bytes));
        assert_eq!(response["headers"]["X-Total-Count"].is_string(), paged, "{fixture}");
        assert_eq!(response["headers"]["Content-Type"].as_str(), kind.as_deref(), "{fixture}");
        if !response["json"].is_null() {
            let theirs = serde_json::to_vec(&response["json"]).unwrap();
            assert_eq!(shape_of(&bytes), shape_of(&theirs), "{fixture}");
        }
    }
}

#[tokio::test]
async fn the_small_forge_answers_with_the_recorded_statuses_and_shapes() {
    let world = world().await;
    world.git(&["tag", "-a", "v1.0.0", "-m", "one"]);
    world.git(&["tag", "v1.0.0-rollback"]);
    world.git(&["tag", "v1.0.1"]);
    world.push(&["main", "--tags"]).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let token = |login| world.forge.add_user(login);
    let (ada, eve, grace) = (token("ada"), token("eve"), token("grace"));
    world.forge.make_admin("root-admin");
    let root = token("root-admin");
    let main = world.id("main");
    let repo = "/repos/school/bridge";
    let commit = format!("{repo}/commits/{main}");
    let statuses = format!("{repo}/statuses/{main}");
    let status = |context: &str| serde_json::json!({ "state": "pending", "context": context });
    let release = |tag: &str| serde_json::json!({ "tag_name": tag, "name": tag, "body": "notes" });
    let nowhere = serde_json::json!({ "tag_name": "v7.0.0", "name": "x", "target_commitish": "nowhere" });
    let new_tag = serde_json::json!({ "tag_name": "v1.1.0", "target": main, "message": "one" });
    let issue = serde_json::json!({ "title": "x", "body": "y" });
    let reaction = serde_json::json!({ "content": "+1" });
    let none = Value::Null;
    let releases = format!("{repo}/releases");
    let rows: Vec<(&str, &str, String, Value)> = vec![
        (&ada, "version", "/version".to_owned(), none.clone()),
        (&ada, "user-self", "/user".to_owned(), none.clone()),
        (&ada, "repo", repo.to_owned(), none.clone()),
        (&eve, "repo-as-stranger", repo.to_owned(), none.clone()),
        (&ada, "tag-list", format!("{repo}/tags?limit=2&page=1"), none.clone()),
        (&ada, "tag-get", format!("{repo}/tags/v1.0.0"), none.clone()),
        (&ada, "tag-get-lightweight", format!("{repo}/tags/v1.0.0-rollback"), none.clone()),
        (&ada, "tag-404", format!("{repo}/tags/v9.9.9"), none.clone()),
        (&ada, "tag-create", format!("{repo}/tags"), new_tag),
        (&ada, "tag-delete", format!("{repo}/tags/v1.1.0"), none.clone()),
        (&ada, "status-empty", format!("{commit}/status"), none.clone()),
        (&ada, "status-by-tag-name", format!("{repo}/commits/v1.0.0/status"), none.clone()),
        (&ada, "status-post-pending", statuses.clone(), status("tagwarden/production")),
        (&ada, "status-post-pending", statuses.clone(), status("tagwarden/staging")),
        (&eve, "status-eve", statuses, status("x")),
        (&ada, "status-combined", format!("{commit}/status"), none.clone()),
        (&ada, "status-list", format!("{commit}/statuses?limit=1"), none.clone()),
        (&ada, "release-of-plain-tag-404", format!("{releases}/tags/v1.0.1"), none.clone()),
        (&ada, "release-create", releases.clone(), release("v1.0.0")),
        (&ada, "release-create-again-409", releases.clone(), release("v1.0.0")),
        (&ada, "release-by-tag", format!("{releases}/tags/v1.0.0"), none.clone()),
        (&ada, "release-patch", format!("{releases}/1"), serde_json::json!({ "body": "better notes" })),
        (&ada, "release-unknown-target", releases.clone(), nowhere),
        (&ada, "release-create-new-tag", releases.clone(), release("v1.2.0")),
        (&ada, "release-list", releases, none.clone()),
        (&ada, "org-teams", "/orgs/school/teams".to_owned(), none.clone()),
        (&ada, "team-member-yes", "/teams/2/members/grace".to_owned(), none.clone()),
        (&ada, "team-member-no", "/teams/2/members/eve".to_owned(), none.clone()),
        (&root, "permission-ada", format!("{repo}/collaborators/ada/permission"), none.clone()),
        (&grace, "permission-ada-as-grace", format!("{repo}/collaborators/ada/permission"), none),
        (&ada, "issue-create", format!("{repo}/issues"), issue.clone()),
        (&grace, "comment-create", format!("{repo}/issues/1/comments"), issue.clone()),
        (&ada, "comment-list", format!("{repo}/issues/1/comments"), Value::Null),
        (&ada, "comment-edit", format!("{repo}/issues/comments/1"), issue.clone()),
        (&ada, "comment-get-after-edit", format!("{repo}/issues/comments/1"), Value::Null),
        (&ada, "reaction-create", format!("{repo}/issues/comments/1/reactions"), reaction),
        (&ada, "reaction-list", format!("{repo}/issues/comments/1/reactions"), Value::Null),
        (&grace, "comment-delete", format!("{repo}/issues/comments/1"), Value::Null),
        (&ada, "issue-edit", format!("{repo}/issues/1"), issue),
    ];
    for (token, fixture, path, body) in rows {
        compare(&world, &http, token, fixture, &path, body).await;
    }
}

#[tokio::test]
async fn a_person_with_a_browser_sees_what_the_forge_was_told_and_nothing_runs() {
    let receiver = Chat::always(202, "Tag v1.0.0 was noted <b>here</b>.").await;
    let world = world_with(receiver).await;
    world.git(&["tag", "-a", "v1.0.0", "-m", "one"]);
    world.push(&["main", "v1.0.0"]).await;
    world.api.publish_release(&bridge(), &notes(&world, "<script>alert(1)</script>")).await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let release = world.api.release(&bridge(), "v1.0.0").await.unwrap().unwrap();
    let page = http.get(release.html_url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("school/bridge v1.0.0") && page.contains("&lt;script&gt;"), "{page}");
    assert!(page.contains("202: Tag v1.0.0 was noted &lt;b&gt;here&lt;/b&gt;."), "{page}");
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
}

#[tokio::test]
async fn fifty_repositories_get_their_tags_at_once_and_no_webhook_is_missing() {
    let world = world().await;
    let mut bares = Vec::new();
    for number in 0..50 {
        let name = format!("school/app-{number}");
        bares.push(world.forge.add_repository(&name).unwrap());
        world.forge.add_webhook(&name, &world.receiver.url("/webhooks/forgejo"), SECRET).unwrap();
    }
    world.git(&["tag", "-a", "v1.0.0", "-m", "one"]);
    let pushes: Vec<std::process::Child> = bares
        .iter()
        .map(|bare| {
            let mut git = Command::new("git");
            git.args(["push", "--quiet", bare.to_str().unwrap(), "v1.0.0"]).current_dir(&world.clone);
            git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GITEA_PUSHER_NAME", "eve").spawn().unwrap()
        })
        .collect();
    // Beside this thread, so that the receiver can answer in the meantime.
    let all_pushed = || pushes.into_iter().all(|mut push| push.wait().unwrap().success());
    assert!(tokio::task::spawn_blocking(all_pushed).await.unwrap());
    world.forge.sync().await;
    let mut keys: Vec<String> =
        world.receiver.heard().iter().map(|heard| hint(heard).key().unwrap().to_string()).collect();
    assert_eq!(keys.len(), 100);
    let answered =
        |delivery: &tagwarden::demo::forge::Delivery| matches!(delivery.fate, Fate::Answered { .. });
    assert!(world.forge.deliveries().iter().all(answered), "none ran into its time limit");
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 100, "push and create of fifty tags, each once");
}

#[tokio::test]
async fn runs_jobs_and_their_statuses_look_as_recorded() {
    let world = world().await;
    world.push(&["main"]).await;
    let commit = ObjectId::parse(&world.id("main")).unwrap();
    let first = world.forge.add_run("school/bridge", "ci.yml", "refs/heads/main", commit.as_str());
    world.forge.add_job_status(first, "/ test (push)", "pending");
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let token = world.forge.add_user("ada");
    let ask = async |path: &str| {
        let url = format!("{}/api/v1/repos/school/bridge/{path}", world.forge.url());
        let answer = http.get(url).header("Authorization", format!("token {token}")).send().await.unwrap();
        answer.bytes().await.unwrap()
    };
    for version in VERSIONS {
        let shape = |name: &str| {
            let text =
                std::fs::read_to_string(folder(version).join("api").join(format!("{name}.json"))).unwrap();
            let json: Value = serde_json::from_str(&text).unwrap();
            shape_of(json["response"]["json"].to_string().as_bytes())
        };
        let runs = ask(&format!("actions/runs?head_sha={commit}")).await;
        assert_eq!(shape_of(&runs), shape("actions-runs-by-sha"));
        assert_eq!(shape_of(&ask("actions/runs/1").await), shape("actions-run"));
        assert_eq!(
            shape_of(&ask("actions/tasks").await),
            shape("actions-tasks"),
            "none that waits is listed"
        );
        let statuses = ask(&format!("commits/{commit}/statuses")).await;
        assert_eq!(shape_of(&statuses), shape("actions-statuses"));
    }
    // The client reads them: a branch and a tag on one commit are two runs.
    let second = world.forge.add_run("school/bridge", "ci.yml", "refs/tags/v1.0.0", commit.as_str());
    world.forge.set_run(second, "running");
    world.forge.set_run(second, "success");
    let runs = world.api.runs(&bridge(), &commit).await.unwrap().unwrap();
    let told: Vec<_> = runs.iter().map(|run| (run.reference.as_str(), run.state.as_str())).collect();
    assert_eq!(told, [("refs/tags/v1.0.0", "success"), ("refs/heads/main", "waiting")]);
    assert!(runs[0].ended.is_some() && runs[1].ended.is_none());
    assert!(world.api.statuses(&bridge(), &commit).await.unwrap()[0].by_actions);
}

#[tokio::test]
async fn a_workflow_that_the_tagged_commit_has_can_be_started_on_its_tag() {
    let world = world().await;
    std::fs::create_dir_all(world.clone.join(".forgejo/workflows")).unwrap();
    std::fs::write(world.clone.join(".forgejo/workflows/e2e.yml"), "on: workflow_dispatch\n").unwrap();
    world.commit("ci: a trial");
    world.git(&["tag", "-a", "v1.0.0", "-m", "one"]);
    world.push(&["main", "v1.0.0"]).await;
    let started = world.api.dispatch(&bridge(), "e2e.yml", "v1.0.0").await.unwrap().unwrap();
    let [run] = &world.forge.runs()[..] else { panic!("one run") };
    assert_eq!((run.id, run.commit.as_str()), (started.id, world.id("main").as_str()));
    assert_eq!((run.event.as_str(), run.by.as_str()), ("workflow_dispatch", "ada"));
    assert!(world.api.dispatch(&bridge(), "other.yml", "v1.0.0").await.is_err());
    assert!(world.api.dispatch(&bridge(), "e2e.yml", "v9.9.9").await.is_err());
    assert_eq!(world.forge.runs().len(), 1);
}
