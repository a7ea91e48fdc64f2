//! The API as programs meet it: tokens, problem documents, idempotency, and a description that is true.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tagwarden::domain::journal::Channel;
use tagwarden::engine::Demand;

use crate::fake::FakeHouse;
use crate::world::{Answer, World, world};

async fn ask(
    world: &World<FakeHouse>,
    token: &str,
    method: &str,
    path: &str,
    more: &[(&str, &str)],
    body: &str,
) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = more.to_vec();
    headers.push(("authorization", &bearer));
    world.ask(method, path, &headers, body).await
}

fn is_problem(answer: &Answer, status: u16, id: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.one("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!((problem["status"].as_u64(), problem["id"].as_str()), (Some(status.into()), Some(id)));
    for field in ["type", "title", "detail", "request"] {
        assert!(problem[field].is_string(), "{field}: {problem}");
    }
}

#[tokio::test]
async fn nothing_is_told_or_done_without_a_token() {
    let (world, _hand) = world().await;
    let token = world.house.token("ada", true);
    let document = ask(&world, &token, "GET", "/api/v1/openapi.json", &[], "").await.json();
    let ada = world.person("ada", true).await;
    let cookie = ada.cookie_line();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let path = path.replace("{id}", "13").replace("{key}", "13.do.2-pull.1");
        for method in operations.as_object().unwrap().keys() {
            let method = method.to_uppercase();
            let body = r#"{"reason":"x"}"#;
            for (headers, id) in [
                (vec![], "TW-W007"),
                (vec![("cookie", cookie.as_str())], "TW-W007"),
                (vec![("authorization", "Basic YWRhOmFkYQ==")], "TW-W007"),
                (vec![("authorization", "Bearer twp_unknown-unknown")], "TW-W008"),
            ] {
                let answer = world.ask(&method, &path, &headers, body).await;
                is_problem(&answer, 401, id);
                assert!(answer.one("www-authenticate").starts_with("Bearer"), "{path}");
                assert!(!answer.body.contains("v1.4.3"));
            }
        }
    }
    assert!(world.house.known().acts.is_empty());
    world.close().await;
}

#[tokio::test]
async fn every_described_operation_exists_and_answers_as_described() {
    let (world, _hand) = world().await;
    let token = world.house.token("ada", true);
    let document = ask(&world, &token, "GET", "/api/v1/openapi.json", &[], "").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut named = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            assert!(
                named.insert(operation["operationId"].as_str().unwrap().to_owned()),
                "a name stands twice"
            );
            let asked = path.replace("{id}", "13").replace("{key}", "13.do.2-pull.1");
            let body = match operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                .as_str()
            {
                Some("#/components/schemas/Approval") => json!({ "binding": "5d0c".repeat(16) }).to_string(),
                Some("#/components/schemas/Reasoned") => json!({ "reason": "because" }).to_string(),
                Some("#/components/schemas/Tick") => json!({ "item": "login", "good": true }).to_string(),
                Some("#/components/schemas/Confirmation") => {
                    json!({ "gate": "calendar", "asked": "5d0c5d0c5d0c5d0c" }).to_string()
                }
                Some("#/components/schemas/GateNamed") => json!({ "gate": "calendar" }).to_string(),
                Some("#/components/schemas/Override") => {
                    json!({ "gate": "calendar", "reason": "exams", "for": "2h" }).to_string()
                }
                Some(_) | None => String::new(),
            };
            let answer = ask(&world, &token, &method.to_uppercase(), &asked, &[], &body).await;
            assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
            let content = operation["responses"]["200"]["content"].as_object().unwrap();
            let (kind, media) = content.iter().next().unwrap();
            assert!(answer.one("content-type").starts_with(kind.as_str()), "{path}");
            if kind == "application/json" {
                fits(&document, &media["schema"], &answer.json(), path);
            }
        }
    }
    assert_eq!(named.len(), 19);
    world.close().await;
}

/// Fails when a value has a field that its schema does not describe, or lacks one that it promises.
fn fits(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let target =
            document.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is missing"));
        return fits(document, target, value, &format!("{place} {name}"));
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        if !value.is_null() {
            fits(document, &choices[0], value, place);
        }
        return;
    }
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{place}: {value} is not among {values:?}");
    }
    match schema["type"].as_str() {
        Some("array") => {
            for item in value.as_array().unwrap_or_else(|| panic!("{place}: {value} is no list")) {
                fits(document, &schema["items"], item, place);
            }
        }
        Some("object") => {
            let Some(described) = schema["properties"].as_object() else { return };
            let found = value.as_object().unwrap_or_else(|| panic!("{place}: {value} is no object"));
            for name in schema["required"].as_array().into_iter().flatten() {
                assert!(
                    found.contains_key(name.as_str().unwrap()),
                    "{place}: {name} is promised and missing"
                );
            }
            for (name, value) in found {
                let schema =
                    described.get(name).unwrap_or_else(|| panic!("{place}: {name} is not described"));
                fits(document, schema, value, &format!("{place}.{name}"));
            }
        }
        Some("string") => assert!(value.is_string(), "{place}: {value}"),
        Some("integer") => assert!(value.is_u64(), "{place}: {value}"),
        Some("boolean") => assert!(value.is_boolean(), "{place}: {value}"),
        other => panic!("{place}: a schema of type {other:?}"),
    }
}

#[tokio::test]
async fn a_list_comes_in_pages_and_can_be_cut_down() {
    let (world, _hand) = world().await;
    let token = world.house.token("ci", false);
    let ids = |answer: &Answer| -> Vec<u64> {
        answer.json()["releases"].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect()
    };
    let first = ask(&world, &token, "GET", "/api/v1/releases?limit=4", &[], "").await;
    assert_eq!((ids(&first), &first.json()["next_before"]), (vec![14, 13, 12, 11], &json!(11)));
    let rest = ask(&world, &token, "GET", "/api/v1/releases?limit=4&before=11", &[], "").await;
    assert_eq!((ids(&rest), &rest.json()["next_before"]), (vec![10, 9], &Value::Null));
    let under_way = ask(&world, &token, "GET", "/api/v1/releases?under_way=true", &[], "").await;
    assert_eq!(ids(&under_way), [14, 13, 12, 9]);
    let staging = ask(&world, &token, "GET", "/api/v1/releases?environment=staging", &[], "").await;
    assert_eq!(ids(&staging), [9]);
    for bad in ["limit=x", "before=-1", "environment=a/b", "repository=x", "under_way=perhaps"] {
        let answer = ask(&world, &token, "GET", &format!("/api/v1/releases?{bad}"), &[], "").await;
        is_problem(&answer, 400, "TW-W013");
    }
    is_problem(
        &ask(&world, &token, "GET", "/api/v1/releases/14/explain?at=soon", &[], "").await,
        400,
        "TW-W013",
    );
    is_problem(&ask(&world, &token, "GET", "/api/v1/releases/999/journal", &[], "").await, 404, "TW-E002");
    is_problem(&ask(&world, &token, "GET", "/api/v1/nothing", &[], "").await, 404, "TW-W005");
    is_problem(&ask(&world, &token, "POST", "/api/v1/releases", &[], "").await, 405, "TW-W006");
    world.close().await;
}

#[tokio::test]
async fn a_log_is_read_piece_by_piece() {
    let (world, _hand) = world().await;
    let token = world.house.token("ci", false);
    let (mut text, mut offset) = (String::new(), "0".to_owned());
    loop {
        let path = format!("/api/v1/releases/13/steps/13.do.2-pull.1/log?offset={offset}");
        let piece = ask(&world, &token, "GET", &path, &[], "").await;
        if piece.body.is_empty() {
            break;
        }
        text.push_str(&piece.body);
        offset = piece.one("tagwarden-next-offset").to_owned();
    }
    assert_eq!((text.as_str(), offset.as_str()), ("Pulling web\nweb pulled\n", "23"));
    world.close().await;
}

#[tokio::test]
async fn the_same_request_under_the_same_key_is_done_once() {
    let (world, _hand) = world().await;
    let (ada, grace) = (world.house.token("ada", true), world.house.token("grace", true));
    let key = [("idempotency-key", "run 4711")];
    let (path, body) = ("/api/v1/releases/14/deny", r#"{"reason":"too late"}"#);
    let first = ask(&world, &ada, "POST", path, &key, body).await;
    let second = ask(&world, &ada, "POST", path, &key, body).await;
    assert_eq!((first.status, &first.body), (200, &second.body));
    let denied =
        |who: &str| (14, who.to_owned(), Channel::Api, Demand::Deny { reason: "too late".to_owned() });
    assert_eq!(world.house.known().acts, [denied("ada")]);
    is_problem(&ask(&world, &ada, "POST", "/api/v1/releases/14/hold", &key, body).await, 422, "TW-W015");
    assert_eq!(ask(&world, &grace, "POST", path, &key, body).await.status, 200, "keys belong to a person");
    assert_eq!(world.house.known().acts, [denied("ada"), denied("grace")]);
    for bad in ["", "é", &"x".repeat(201)] {
        is_problem(&ask(&world, &ada, "POST", path, &[("idempotency-key", bad)], body).await, 400, "TW-W013");
    }
    world.close().await;
}

#[tokio::test]
async fn a_refusal_is_kept_under_its_key_but_a_failure_is_not() {
    let (world, _hand) = world().await;
    let (eve, ada) = (world.house.token("eve", false), world.house.token("ada", true));
    let key = [("idempotency-key", "k")];
    let (path, body) = ("/api/v1/releases/14/deny", r#"{"reason":"x"}"#);
    is_problem(&ask(&world, &eve, "POST", path, &key, body).await, 403, "TW-P001");
    world.house.known().may.push("eve".to_owned());
    is_problem(&ask(&world, &eve, "POST", path, &key, body).await, 403, "TW-P001");
    let stale = json!({ "binding": "00" }).to_string();
    is_problem(&ask(&world, &ada, "POST", "/api/v1/releases/14/approve", &[], &stale).await, 409, "TW-P002");
    assert!(world.house.known().acts.is_empty());
    for (body, id) in
        [("{", "TW-W013"), (r#"{"reason":""}"#, "TW-W014"), ("", "TW-W014"), (r#"{"raison":"x"}"#, "TW-W013")]
    {
        is_problem(&ask(&world, &ada, "POST", path, &[], body).await, 400, id);
    }
    let large = format!("{{\"reason\":\"{}\"}}", "x".repeat(70_000));
    is_problem(&ask(&world, &ada, "POST", path, &[], &large).await, 413, "TW-W002");
    world.close().await;
}
