//! The client of the API, against recorded answers and against a forge that misbehaves.

use std::fs;
use std::time::Duration;

use serde_json::Value;
use tagwarden::config::Secret;
use tagwarden::domain::checks::Run;
use tagwarden::domain::gravity::Gravity;
use tagwarden::domain::names::{ObjectId, Person, RepositoryName};
use tagwarden::forgejo::{CommitStatus, Forge, ForgeError, Permission, ReleaseNotes, StatusState};
use tagwarden::messages::{Language, say};

use crate::chat::{Chat, Heard, Says};
use crate::traffic::{VERSIONS, folder};

const TOKEN: &str = "canary-token-0123456789abcdef01234567";
const TAG_OBJECT: &str = "bffd29835c9535bed3f4daaa41247d6c75e08fa3";
const COMMIT: &str = "102a6d2ba29a14994628e6f7291fb8de358843fe";

fn bridge() -> RepositoryName {
    RepositoryName::parse("school/bridge").unwrap()
}

fn person(login: &str) -> Person {
    Person::parse(login).unwrap()
}

fn forge(chat: &Chat) -> Forge {
    Forge::new(&chat.url(""), &Secret::new(TOKEN)).unwrap()
}

/// A recorded exchange: method, path without query, answer.
pub fn recorded(version: &str, name: &str) -> (String, String, Says) {
    let text = fs::read_to_string(folder(version).join("api").join(format!("{name}.json"))).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    let path = json["request"]["path"].as_str().unwrap().split('?').next().unwrap().to_owned();
    let answer = &json["response"];
    let headers = answer["headers"].as_object().unwrap();
    let headers =
        headers.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    let body = if answer["json"].is_null() { String::new() } else { answer["json"].to_string() };
    let status = u16::try_from(answer["status"].as_u64().unwrap()).unwrap();
    (json["request"]["method"].as_str().unwrap().to_owned(), path, Says::Answer(status, headers, body))
}

/// A forge that answers with these recorded exchanges; the further pages of a list are empty.
pub async fn recorded_forge(version: &str, names: &[&str]) -> Chat {
    let exchanges: Vec<_> = names.iter().map(|name| recorded(version, name)).collect();
    Chat::with(move |heard| {
        let path = heard.path.strip_prefix("/api/v1").unwrap_or(&heard.path);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        if query.contains("page=") && !query.ends_with("page=1") {
            return Says::plain(200, "[]");
        }
        let fitting = exchanges.iter().find(|(method, at, _)| *method == heard.method && at == path);
        fitting.map_or_else(|| Says::plain(500, "not recorded"), |(_, _, says)| says.clone())
    })
    .await
}

fn release_notes() -> ReleaseNotes {
    ReleaseNotes {
        tag: "v1.0.0".to_owned(),
        object: ObjectId::parse(TAG_OBJECT).unwrap(),
        title: "v1.0.0".to_owned(),
        notes: "notes".to_owned(),
        prerelease: false,
    }
}

#[tokio::test]
async fn recorded_answers_about_a_repository_and_its_tags_are_understood() {
    for version in VERSIONS {
        let names = ["version", "repo", "tag-list", "tag-get", "tag-get-lightweight", "tag-404"];
        let chat = recorded_forge(version, &names).await;
        let forge = forge(&chat);
        assert_eq!(format!("forgejo-{}", forge.version().await.unwrap().split('-').next().unwrap()), version);
        let repository = forge.repository(&bridge()).await.unwrap().unwrap();
        assert_eq!((repository.id, repository.default_branch.as_str()), (1, "main"));
        assert!(repository.permissions.push);
        let tag = forge.tag(&bridge(), "v1.0.0").await.unwrap().unwrap();
        assert_ne!(tag.object, tag.commit);
        let lightweight = forge.tag(&bridge(), "v1.0.0-rollback").await.unwrap().unwrap();
        assert_eq!(lightweight.object, lightweight.commit);
        assert_eq!(lightweight.commit, tag.commit);
        assert_eq!(forge.tag(&bridge(), "v9.9.9").await.unwrap(), None);
        let names: Vec<String> =
            forge.tags(&bridge()).await.unwrap().into_iter().map(|tag| tag.name).collect();
        assert_eq!(names, ["v2.0.0", "v2.1.0"]);
        let pages = chat.heard().iter().filter(|heard| heard.path.contains("/tags?")).count();
        assert_eq!(pages, 2, "the total promised more, so the next page was asked for");
        assert!(chat.heard().iter().all(|heard| heard.one("authorization") == format!("token {TOKEN}")));
    }
}

#[tokio::test]
async fn recorded_answers_about_people_are_understood() {
    for version in VERSIONS {
        let names = [
            "org-teams",
            "team-member-yes",
            "team-member-no",
            "permission-ada",
            "permission-eve",
            "user-self",
        ];
        let chat = recorded_forge(version, &names).await;
        let forge = forge(&chat);
        assert!(forge.team("school", "Release").await.unwrap().is_some(), "names are compared without case");
        assert!(forge.is_in_team("school", "release", &person("grace")).await.unwrap());
        assert!(!forge.is_in_team("school", "release", &person("eve")).await.unwrap());
        assert!(!forge.is_in_team("school", "nobody", &person("grace")).await.unwrap());
        assert_eq!(forge.permission(&bridge(), &person("ada")).await.unwrap(), Permission::Write);
        assert_eq!(forge.permission(&bridge(), &person("eve")).await.unwrap(), Permission::Read);
        assert_eq!(forge.own_login().await.unwrap(), person("ada"));
        let refusing = recorded_forge(version, &["permission-ada-as-grace"]).await;
        let error = self::forge(&refusing).permission(&bridge(), &person("ada")).await.unwrap_err();
        assert!(
            matches!(&error, ForgeError::Refused { status: 403, message, .. } if message.contains("Only admins"))
        );
    }
}

#[tokio::test]
async fn a_recorded_stranger_sees_no_repository_and_may_post_no_status() {
    for version in VERSIONS {
        let stranger = recorded_forge(version, &["repo-as-stranger", "status-eve"]).await;
        let forge = forge(&stranger);
        assert_eq!(forge.repository(&bridge()).await.unwrap(), None);
        let (_, path, _) = recorded(version, "status-eve");
        let commit = ObjectId::parse(path.rsplit('/').next().unwrap()).unwrap();
        let error = forge.post_status(&bridge(), &commit, &status("x")).await.unwrap_err();
        assert_eq!((error.id(), error.gravity()), ("TW-F015", Gravity::Permanent));
    }
}

fn status(description: &str) -> CommitStatus {
    CommitStatus {
        state: StatusState::Pending,
        context: "tagwarden/production".to_owned(),
        description: description.to_owned(),
        target_url: "https://release.example.org/r/1".to_owned(),
    }
}

#[tokio::test]
async fn a_status_is_posted_once_with_a_description_that_fits() {
    let chat = recorded_forge(VERSIONS[1], &["status-post-pending"]).await;
    let (_, path, _) = recorded(VERSIONS[1], "status-post-pending");
    let commit = ObjectId::parse(path.rsplit('/').next().unwrap()).unwrap();
    forge(&chat).post_status(&bridge(), &commit, &status(&"é".repeat(400))).await.unwrap();
    let [heard] = &chat.heard()[..] else { panic!("one request") };
    let body = heard.json();
    assert_eq!((&body["state"], &body["context"]), (&"pending".into(), &"tagwarden/production".into()));
    assert_eq!(body["description"].as_str().unwrap().chars().count(), 255);
}

fn written(chat: &Chat) -> Vec<String> {
    let writes = chat.heard().into_iter().filter(|heard: &Heard| heard.method != "GET");
    writes.map(|heard| format!("{} {}", heard.method, heard.path)).collect()
}

#[tokio::test]
async fn a_release_is_published_with_one_post_and_brought_to_its_text_when_it_stands_there() {
    for version in VERSIONS {
        let chat = recorded_forge(version, &["tag-get", "release-create"]).await;
        let mut notes = release_notes();
        notes.object = forge(&chat).tag(&bridge(), "v1.0.0").await.unwrap().unwrap().object;
        let published = forge(&chat).publish_release(&bridge(), &notes).await.unwrap();
        assert_eq!((published.tag_name.as_str(), published.draft), ("v1.0.0", false));
        assert_eq!(written(&chat), ["POST /api/v1/repos/school/bridge/releases"]);

        let names = ["tag-get", "release-create-again-409", "release-by-tag", "release-patch"];
        let again = recorded_forge(version, &names).await;
        forge(&again).publish_release(&bridge(), &notes).await.unwrap();
        assert_eq!(written(&again), ["POST /api/v1/repos/school/bridge/releases"], "nothing to change");

        let changed = ReleaseNotes { notes: "better notes".to_owned(), ..notes };
        let published = forge(&again).publish_release(&bridge(), &changed).await.unwrap();
        assert_eq!(published.body, "better notes");
        assert_eq!(
            written(&again)[1..],
            ["POST /api/v1/repos/school/bridge/releases", "PATCH /api/v1/repos/school/bridge/releases/1"]
        );
    }
}

#[tokio::test]
async fn no_release_is_published_for_a_tag_that_is_missing_or_was_moved() {
    let missing = recorded_forge(VERSIONS[1], &["tag-404", "release-create"]).await;
    let notes = ReleaseNotes { tag: "v9.9.9".to_owned(), ..release_notes() };
    let error = forge(&missing).publish_release(&bridge(), &notes).await.unwrap_err();
    assert!(matches!(error, ForgeError::TagMissing { .. }), "{error:?}");
    assert!(written(&missing).is_empty());

    let moved = recorded_forge(VERSIONS[1], &["tag-get", "release-create"]).await;
    let notes = ReleaseNotes { object: ObjectId::parse(COMMIT).unwrap(), ..release_notes() };
    let error = forge(&moved).publish_release(&bridge(), &notes).await.unwrap_err();
    assert!(matches!(error, ForgeError::TagMoved { .. }), "{error:?}");
    assert!(written(&moved).is_empty());
}

#[tokio::test]
async fn a_tag_that_moves_while_its_release_is_published_is_reported() {
    let (_, _, good) = recorded(VERSIONS[1], "tag-get");
    let (_, _, other) = recorded(VERSIONS[1], "tag-get-lightweight");
    let (_, _, made) = recorded(VERSIONS[1], "release-create");
    let chat = Chat::in_turn(vec![good, made, other]).await;
    let error = forge(&chat).publish_release(&bridge(), &release_notes()).await.unwrap_err();
    assert!(matches!(error, ForgeError::TagMoved { .. }), "{error:?}");
}

#[tokio::test]
async fn a_question_is_repeated_after_a_hiccup_and_a_write_is_not() {
    let (_, _, version) = recorded(VERSIONS[1], "version");
    let mut stories = tokio::task::JoinSet::new();
    for hiccup in [Says::plain(503, ""), Says::plain(429, ""), Says::HangUp, Says::Cut] {
        let version = version.clone();
        stories.spawn(async move {
            let chat = Chat::in_turn(vec![hiccup.clone(), hiccup, version]).await;
            assert_eq!(forge(&chat).version().await.unwrap(), "16.0.0");
            assert_eq!(chat.heard().len(), 3);
        });
    }
    stories.join_all().await;
    let commit = ObjectId::parse(COMMIT).unwrap();
    let rows = [
        (Says::plain(503, ""), Gravity::Transient),
        (Says::plain(429, ""), Gravity::Transient),
        (Says::HangUp, Gravity::Unknown),
        (Says::plain(422, "{\"message\": \"no\"}"), Gravity::Permanent),
    ];
    for (says, gravity) in rows {
        let chat = Chat::in_turn(vec![says.clone()]).await;
        let error = forge(&chat).post_status(&bridge(), &commit, &status("x")).await.unwrap_err();
        assert_eq!((error.gravity(), chat.heard().len()), (gravity, 1), "{says:?}");
    }
}

#[tokio::test]
async fn a_forge_that_asks_for_much_patience_is_left_to_the_caller() {
    let busy = Says::Answer(429, vec![("Retry-After".to_owned(), "120".to_owned())], String::new());
    let chat = Chat::in_turn(vec![busy]).await;
    let error = forge(&chat).version().await.unwrap_err();
    assert_eq!((error.retry_after(), chat.heard().len()), (Some(Duration::from_secs(120)), 1));
}

#[tokio::test]
async fn answers_that_are_too_large_or_nonsense_or_lead_elsewhere_are_refused() {
    let large = format!("{{\"version\": \"{}\"}}", "x".repeat(9 * 1024 * 1024));
    let elsewhere =
        Says::Answer(302, vec![("Location".to_owned(), "http://127.0.0.1:1/".to_owned())], String::new());
    for says in [Says::plain(200, &large), Says::plain(200, "<html>"), Says::plain(200, "[]"), elsewhere] {
        let chat = Chat::in_turn(vec![says]).await;
        let error = forge(&chat).version().await.unwrap_err();
        assert_eq!((error.id(), error.gravity()), ("TW-F016", Gravity::Permanent), "{error}");
        assert_eq!(chat.heard().len(), 1);
    }
}

#[tokio::test]
async fn hostile_names_stay_in_their_segment_of_the_path() {
    let chat = Chat::always(404, "{}").await;
    for (tag, path) in [
        ("v1/../../admin", "/tags/v1%2F..%2F..%2Fadmin"),
        ("v1?x=y#z", "/tags/v1%3Fx=y%23z"),
        ("v1%2e", "/tags/v1%252e"),
        ("v1 <b>", "/tags/v1%20%3Cb%3E"),
        ("..", "/tags"),
    ] {
        let _ = forge(&chat).tag(&bridge(), tag).await;
        let heard = chat.heard().pop().unwrap();
        assert_eq!(heard.path, format!("/api/v1/repos/school/bridge{path}"), "{tag}");
    }
}

#[tokio::test]
async fn no_error_shows_the_token_or_the_address() {
    let chat = Chat::in_turn(vec![Says::plain(401, "{\"message\": \"token is required\"}")]).await;
    let mut errors = vec![forge(&chat).version().await.unwrap_err()];
    let gone = forge(&chat);
    let address = chat.address.to_string();
    drop(chat);
    errors.push(gone.version().await.unwrap_err());
    assert_eq!((errors[1].id(), errors[1].gravity()), ("TW-F011", Gravity::Transient));
    errors.push(Forge::new("https://x:secretword@forge.example", &Secret::new(TOKEN)).unwrap_err());
    errors.push(Forge::new("https://forge.example", &Secret::new(format!("{TOKEN}\n"))).unwrap_err());
    for error in errors {
        let mut text = format!("{error} {error:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text.push_str(&format!(" {cause} {cause:?}"));
            source = cause.source();
        }
        for language in [Language::En, Language::Fr] {
            let said = say(language, &error.notice());
            assert!(!said.contains('{') && !said.starts_with("TW-"), "{said}");
            text.push_str(&said);
        }
        assert!(!text.contains("canary") && !text.contains("secretword"), "{text}");
        assert!(!text.contains(&format!("http://{address}")), "{text}");
    }
    assert!(!format!("{gone:?}").contains("canary"));
}

#[tokio::test]
async fn a_status_stands_only_as_the_newest_of_its_context() {
    let chat = recorded_forge(VERSIONS[1], &["status-list"]).await;
    let (_, path, _) = recorded(VERSIONS[1], "status-list");
    let commit = ObjectId::parse(path.split('/').nth(5).unwrap()).unwrap();
    let first = CommitStatus {
        context: "tagwarden/pending".to_owned(),
        target_url: "http://127.0.0.1:8787/r/1".to_owned(),
        ..status("waiting until Mon 07:00")
    };
    let newest = CommitStatus {
        state: StatusState::Success,
        description: "deployed".to_owned(),
        target_url: String::new(),
        ..first.clone()
    };
    let unheard = CommitStatus { context: "tagwarden/production".to_owned(), ..newest.clone() };
    for (asked, stands) in [(first, false), (newest, true), (unheard, false)] {
        assert_eq!(forge(&chat).has_status(&bridge(), &commit, &asked).await.unwrap(), stands, "{asked:?}");
    }
}
fn commit_of(version: &str, name: &str) -> ObjectId {
    let (_, path, _) = recorded(version, name);
    ObjectId::parse(path.rsplit('/').nth(1).unwrap()).unwrap()
}

/// The commit whose runs were asked for.
fn commit_of_runs(version: &str) -> ObjectId {
    commit_of(version, "actions-statuses")
}

#[tokio::test]
async fn recorded_runs_are_told_apart_by_the_ref_that_started_them() {
    for version in VERSIONS {
        let chat = recorded_forge(version, &["actions-runs-by-sha"]).await;
        let commit = commit_of_runs(version);
        let runs = forge(&chat).runs(&bridge(), &commit).await.unwrap().unwrap();
        let told: Vec<_> = runs
            .iter()
            .map(|run: &Run| (run.id, run.workflow.as_str(), run.reference.as_str(), run.state.as_str()))
            .collect();
        assert_eq!(
            told,
            [(2, "ci.yml", "refs/tags/v2.2.0", "waiting"), (1, "ci.yml", "refs/heads/main", "waiting")]
        );
        assert!(runs.iter().all(|run| run.commit == commit && run.event == "push"));
        assert!(runs.iter().all(|run| run.started.is_none() && run.ended.is_none()), "1970 is no time");
        assert!(runs[0].link.ends_with("/school/bridge/actions/runs/2"));
        let [heard] = &chat.heard()[..] else { panic!("one page holds both") };
        assert!(heard.path.contains(&format!("head_sha={commit}")), "{}", heard.path);
        // The forge may list what it likes: another commit's runs are none of this one's.
        let other = ObjectId::parse(&"e".repeat(40)).unwrap();
        let chat = recorded_forge(version, &["actions-runs-by-sha"]).await;
        assert_eq!(forge(&chat).runs(&bridge(), &other).await.unwrap(), Some(Vec::new()));
        let none = recorded_forge(version, &["actions-runs-none"]).await;
        assert_eq!(forge(&none).runs(&bridge(), &commit).await.unwrap(), Some(Vec::new()));
    }
}

#[tokio::test]
async fn recorded_statuses_are_read_whole_and_those_of_actions_are_known_by_having_no_author() {
    for version in VERSIONS {
        let chat = recorded_forge(version, &["actions-statuses", "status-list"]).await;
        let of_actions = forge(&chat).statuses(&bridge(), &commit_of_runs(version)).await.unwrap();
        let [status] = &of_actions[..] else { panic!("one status") };
        assert_eq!((status.context.as_str(), status.state.as_str()), ("/ test (push)", "pending"));
        assert!(status.by_actions);
        let posted = forge(&chat).statuses(&bridge(), &commit_of(version, "status-list")).await.unwrap();
        assert_eq!(posted.len(), 7);
        assert!(posted.iter().all(|status| !status.by_actions));
        let newest = posted.iter().filter(|status| status.context == "tagwarden/pending");
        assert_eq!(newest.max_by_key(|status| status.id).unwrap().state, "success");
    }
}

/// A forge whose list of runs has these pages; everything else is not there.
async fn paged_runs(pages: Vec<String>) -> Chat {
    Chat::with(move |heard| {
        let query = heard.path.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
        let page: usize = query.rsplit("page=").next().unwrap().parse().unwrap();
        Says::plain(
            200,
            pages.get(page - 1).map_or("{\"workflow_runs\": null, \"total_count\": 3}", |p| p.as_str()),
        )
    })
    .await
}

fn run_json(id: u64) -> String {
    format!(
        r#"{{"id": {id}, "workflow_id": "ci.yml", "prettyref": "main", "commit_sha": "{COMMIT}", "event": "push",
            "trigger_event": "push", "event_payload": "no JSON", "status": "success", "created": "2026-11-24T08:43:00Z",
            "started": "2026-11-24T08:44:00+01:00", "stopped": null}}"#
    )
}

#[tokio::test]
async fn all_pages_of_runs_are_read_and_a_run_that_slid_to_the_next_page_counts_once() {
    let page = |ids: &[u64]| {
        let runs: Vec<String> = ids.iter().map(|id| run_json(*id)).collect();
        format!("{{\"workflow_runs\": [{}], \"total_count\": 5}}", runs.join(","))
    };
    let chat = paged_runs(vec![page(&[4, 3]), page(&[3, 2]), page(&[1])]).await;
    let commit = ObjectId::parse(COMMIT).unwrap();
    let runs = forge(&chat).runs(&bridge(), &commit).await.unwrap().unwrap();
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [4, 3, 2, 1]);
    assert_eq!((runs[0].reference.as_str(), chat.heard().len()), ("main", 3));
}

#[tokio::test]
async fn a_list_without_a_total_ends_where_its_links_end() {
    let (_, _, tags) = recorded(VERSIONS[1], "tag-list");
    let Says::Answer(_, _, body) = tags else { panic!() };
    let link = |links: &str| Says::Answer(200, vec![("Link".to_owned(), links.to_owned())], body.clone());
    let chat = Chat::in_turn(vec![
        link("<http://x/?page=2>; rel=\"next\",<http://x/?page=2>; rel=\"last\""),
        link("<http://x/?page=1>; rel=\"first\",<http://x/?page=1>; rel=\"prev\""),
        Says::plain(500, "asked too often"),
    ])
    .await;
    assert_eq!(forge(&chat).tags(&bridge()).await.unwrap().len(), 2);
    assert_eq!(chat.heard().len(), 2);
}

#[tokio::test]
async fn a_forge_without_a_record_of_runs_is_asked_for_its_jobs() {
    let commit = ObjectId::parse(COMMIT).unwrap();
    let job = |number: u64, sha: &str, status: &str| {
        format!(
            r#"{{"id": 1, "name": "test", "head_branch": "main", "head_sha": "{sha}", "run_number": {number},
                "event": "push", "display_title": "x", "status": "{status}", "workflow_id": "ci.yml", "url": "u",
                "created_at": "2026-11-24T08:43:00Z", "updated_at": "2026-11-24T08:45:00Z",
                "run_started_at": "2026-11-24T08:44:00Z"}}"#
        )
    };
    let status = |number: u64, state: &str, creator: &str| {
        format!(
            r#"{{"id": 1, "status": "{state}", "target_url": "/school/bridge/actions/runs/{number}/jobs/0",
                "context": "c", "creator": {creator}, "updated_at": "2026-11-24T08:45:00Z"}}"#
        )
    };
    let other = "e".repeat(40);
    for (jobs, statuses, expected) in [
        (vec![job(7, COMMIT, "success")], vec![status(7, "success", "null")], Some("success")),
        (vec![job(7, COMMIT, "success")], vec![status(7, "pending", "null")], Some("waiting")),
        (vec![job(7, COMMIT, "success")], vec![status(7, "success", r#"{"id": 2}"#)], Some("unknown")),
        (vec![job(7, COMMIT, "success")], vec![], Some("unknown")),
        (vec![job(7, COMMIT, "success"), job(7, COMMIT, "failure")], vec![], Some("failure")),
        (vec![job(7, COMMIT, "skipped")], vec![], Some("skipped")),
        (vec![job(7, &other, "success")], vec![], None),
    ] {
        let (jobs, statuses) = (jobs.join(","), statuses.join(","));
        let chat = Chat::with(move |heard| {
            match heard.path.split('?').next().unwrap().rsplit('/').next().unwrap() {
                "runs" => Says::plain(404, "404 page not found\n"),
                "tasks" => Says::plain(200, &format!("{{\"workflow_runs\": [{jobs}], \"total_count\": 1}}")),
                _ => Says::Answer(
                    200,
                    vec![("X-Total-Count".to_owned(), "1".to_owned())],
                    format!("[{statuses}]"),
                ),
            }
        })
        .await;
        let runs = forge(&chat).runs(&bridge(), &commit).await.unwrap().unwrap();
        assert_eq!(runs.first().map(|run| run.state.as_str()), expected);
    }
    let neither = Chat::always(404, "404 page not found\n").await;
    assert_eq!(forge(&neither).runs(&bridge(), &commit).await.unwrap(), None);
}

#[tokio::test]
async fn a_workflow_is_asked_for_once_whatever_becomes_of_the_question() {
    for version in VERSIONS {
        let chat = recorded_forge(version, &["actions-dispatch"]).await;
        assert_eq!(forge(&chat).dispatch(&bridge(), "ci.yml", "v1.0.0").await.unwrap(), None);
        let body = chat.heard()[0].json();
        assert_eq!((&body["ref"], &body["return_run_info"]), (&"refs/tags/v1.0.0".into(), &true.into()));
    }
    let told = Chat::always(201, r#"{"id": 17, "run_number": 3, "jobs": ["test"]}"#).await;
    assert_eq!(forge(&told).dispatch(&bridge(), "ci.yml", "v1.0.0").await.unwrap().unwrap().id, 17);
    for says in [Says::plain(503, ""), Says::HangUp, Says::Cut, Says::plain(404, "{}")] {
        let chat = Chat::in_turn(vec![says]).await;
        assert!(forge(&chat).dispatch(&bridge(), "ci.yml", "v1.0.0").await.is_err());
        assert_eq!(chat.heard().len(), 1);
    }
}

#[tokio::test]
async fn a_forge_that_limits_our_rate_is_left_alone_for_as_long_as_it_asks() {
    let busy = Says::Answer(429, vec![("Retry-After".to_owned(), "120".to_owned())], String::new());
    let chat = Chat::in_turn(vec![busy]).await;
    let forge = forge(&chat);
    let same = forge.clone();
    assert!(forge.version().await.is_err());
    let error = same.tags(&bridge()).await.unwrap_err();
    assert!(matches!(error, ForgeError::Busy { status: 429, .. }), "{error:?}");
    let left = error.retry_after().unwrap();
    assert!(left > Duration::from_secs(60) && left <= Duration::from_secs(120), "{left:?}");
    assert_eq!(chat.heard().len(), 1, "the second question was not even sent");
}
