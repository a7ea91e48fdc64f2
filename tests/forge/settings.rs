//! Settings of a repository: protected tags, webhooks, branches; what we ask, what real instances answered, and that the
//! small forge does the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use tagwarden::clock::Clock;
use tagwarden::config::Secret;
use tagwarden::demo::forge::FakeForge;
use tagwarden::domain::names::RepositoryName;
use tagwarden::forgejo::{Forge, ForgeError, Protected, TagProtection};

use crate::chat::{Chat, Says};
use crate::client::{recorded, recorded_forge};
use crate::traffic::{VERSIONS, folder};

fn bridge() -> RepositoryName {
    RepositoryName::parse("school/bridge").unwrap()
}

fn forge(chat: &Chat) -> Forge {
    Forge::new(&chat.url(""), &Secret::new("canary-token-0123456789abcdef01234567")).unwrap()
}

/// The recorded exchange itself.
fn exchange(version: &str, name: &str) -> Value {
    let path = folder(version).join("api").join(format!("{name}.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// What kind of value stands behind each key.
fn kinds(value: &Value) -> BTreeMap<&str, &'static str> {
    let kind = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    value.as_object().unwrap().iter().map(|(key, value)| (key.as_str(), kind(value))).collect()
}

fn rule() -> TagProtection {
    let users = BTreeSet::from(["grace".to_owned()]);
    TagProtection { pattern: "v*".to_owned(), users, teams: BTreeSet::new() }
}

#[tokio::test]
async fn a_protected_tag_rule_is_asked_for_as_the_recorded_instances_took_it() {
    for version in VERSIONS {
        let chat = recorded_forge(version, &["tag-protections", "tag-protection-create"]).await;
        assert_eq!(forge(&chat).protect_tags(&bridge(), &rule()).await.unwrap(), Protected::Now);
        let heard = chat.heard();
        let asked: Vec<(&str, &str)> =
            heard.iter().map(|heard| (heard.method.as_str(), heard.path.as_str())).collect();
        let path = "/api/v1/repos/school/bridge/tag_protections";
        assert_eq!(asked, [("GET", path), ("POST", path)]);
        let recorded = exchange(version, "tag-protection-create");
        let sent = heard[1].json();
        // Every key that was recorded says the same; ours names the teams too, as the answer does.
        for (key, value) in recorded["request"]["body"].as_object().unwrap() {
            assert_eq!(&sent[key], value, "{key}");
        }
        let answer = &recorded["response"]["json"];
        for (key, kind) in kinds(&sent) {
            assert_eq!(kinds(answer).get(key), Some(&kind), "{key} is nothing that the forge knows");
        }
        assert_eq!(sent["whitelist_teams"], answer["whitelist_teams"]);
        // The rule that was made is found the next time, and left alone.
        let listed = format!("[{answer}]");
        let chat = Chat::with(move |heard| match heard.method.as_str() {
            "GET" => Says::plain(200, &listed),
            _ => Says::plain(500, "nothing is to be made"),
        })
        .await;
        assert_eq!(forge(&chat).protect_tags(&bridge(), &rule()).await.unwrap(), Protected::Already);
        assert_eq!(forge(&chat).protected_tags(&bridge()).await.unwrap(), ["v*"]);
    }
}

#[tokio::test]
async fn recorded_webhooks_and_branches_are_understood() {
    for version in VERSIONS {
        let chat = recorded_forge(version, &["hook-list", "branch-main"]).await;
        let forge = forge(&chat);
        let hooks = forge.webhooks(&bridge()).await.unwrap();
        let hook = &hooks[0];
        assert_eq!((hooks.len(), hook.id, hook.kind.as_str(), hook.active), (1, 1, "forgejo", true));
        assert_eq!(hook.config.url, "http://127.0.0.1:8787/webhooks/forgejo");
        assert_eq!(hook.config.content_type, "json");
        for event in ["push", "create", "delete"] {
            assert!(hook.events.iter().any(|told| told == event), "{event}");
        }
        assert!(forge.has_branch(&bridge(), "main").await.unwrap());
    }
}

#[tokio::test]
async fn only_a_clear_answer_counts_as_a_right() {
    for (status, may) in
        [(422, Some(true)), (400, Some(true)), (403, Some(false)), (401, None), (404, None), (409, None)]
    {
        let chat = Chat::always(status, "{}").await;
        let answer = forge(&chat).may_post_statuses(&bridge()).await;
        assert_eq!(answer.as_ref().ok().copied(), may, "{status}: {answer:?}");
        // What is offered can be no status: the forge would have to make one out of a list.
        assert_eq!(chat.heard()[0].body, b"[]");
    }
    // A stranger is told that there is nothing, which is no answer to this question.
    for version in VERSIONS {
        let (_, _, says) = recorded(version, "status-eve");
        let chat = Chat::with(move |_| says.clone()).await;
        let answer = forge(&chat).may_post_statuses(&bridge()).await;
        assert!(matches!(answer, Err(ForgeError::Refused { status: 404, .. })), "{answer:?}");
    }
}

#[tokio::test]
async fn the_date_of_an_answer_is_read_and_nonsense_is_none() {
    for (date, at) in
        [("Fri, 27 Nov 2026 16:00:05 GMT", Some("2026-11-27T16:00:05Z")), ("yesterday", None), ("", None)]
    {
        let headers = vec![("Date".to_owned(), date.to_owned())];
        let answer = Says::Answer(200, headers, r#"{"version":"16.0.0"}"#.to_owned());
        let chat = Chat::in_turn(vec![answer]).await;
        let greeting = forge(&chat).greeting().await.unwrap();
        assert_eq!(greeting.at, at.map(|at| at.parse().unwrap()), "{date}");
    }
}

#[tokio::test]
async fn the_small_forge_answers_in_the_recorded_form() {
    let folder = tempfile::tempdir().unwrap();
    let small = FakeForge::start(folder.path(), Clock::machine()).await.unwrap();
    let token = small.add_user("ada");
    small.make_admin("ada");
    small.add_repository("school/bridge").unwrap();
    small.add_webhook("school/bridge", "http://127.0.0.1:8787/webhooks/forgejo", "s").unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let call = |method: &str, path: &str, body: Option<Value>| {
        let url = format!("{}/api/v1/repos/school/bridge/{path}", small.url());
        let mut request =
            http.request(method.parse().unwrap(), url).header("Authorization", format!("token {token}"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        async move {
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        }
    };
    for version in VERSIONS {
        let recorded = exchange(version, "tag-protection-create");
        let sent = recorded["request"]["body"].clone();
        let (status, made) = call("POST", "tag_protections", Some(sent)).await;
        assert_eq!(u64::from(status), recorded["response"]["status"].as_u64().unwrap());
        assert_eq!(kinds(&made), kinds(&recorded["response"]["json"]));
        let (_, listed) = call("GET", "tag_protections", None).await;
        assert_eq!(kinds(&listed[0]), kinds(&made));
        let (_, hooks) = call("GET", "hooks", None).await;
        let recorded = &exchange(version, "hook-list")["response"]["json"][0];
        for (key, kind) in kinds(&hooks[0]) {
            assert_eq!(kinds(recorded).get(key), Some(&kind), "{key}");
        }
    }
}
