//! Which door opens for whom: nothing is shown to strangers, and every act asks for the right to it.

use crate::world::{Answer, world};

/// Every address of the pages that shows something.
const LOOKS: [&str; 9] = [
    "/calendar",
    "/",
    "/releases",
    "/releases/events",
    "/releases/14",
    "/releases/14/events",
    "/releases/13/steps/13.do.2-pull.1",
    "/releases/13/steps/13.do.2-pull.1/log.txt",
    "/releases/13/steps/13.do.2-pull.1/events",
];

const ACTS: [&str; 8] = ["approve", "deny", "withdraw", "hold", "lift", "rollback", "retry", "brought-back"];

fn tells_nothing(answer: &Answer) {
    for word in ["v1.5.0", "v1.4.3", "school/bridge", "prod-1", env!("CARGO_PKG_VERSION")] {
        assert!(!answer.body.contains(word), "a stranger is told {word}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_stranger_meets_the_sign_in_form_at_every_address() {
    let (world, _hand) = world().await;
    for path in LOOKS {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.body.contains("action=\"/sign-in\""), "{path}");
        tells_nothing(&answer);
    }
    for act in ACTS {
        let path = format!("/releases/14/{act}");
        let answer = world.ask("POST", &path, &[], "csrf=&reason=because&binding=x").await;
        assert_eq!(answer.status, 401, "{path}");
        tells_nothing(&answer);
    }
    assert_eq!(world.ask("POST", "/sign-out", &[], "").await.status, 401);
    assert!(world.house.known().acts.is_empty());
    world.close().await;
}

#[tokio::test]
async fn a_stranger_learns_from_probes_and_refusals_only_that_somebody_is_at_home() {
    let (world, _hand) = world().await;
    for (path, status, body) in [("/healthz", 200, "alive\n"), ("/readyz", 200, "ready\n")] {
        let answer = world.get(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, body));
    }
    for path in [
        "/nothing",
        "/releases/",
        "/releases/x",
        "/releases/014",
        "/api/v1",
        "/api/v1/nothing",
        "/assets/0/a",
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        tells_nothing(&answer);
    }
    let wrong_method = world.ask("POST", "/releases", &[], "").await;
    assert_eq!((wrong_method.status, wrong_method.one("allow")), (405, "GET"));
    assert_eq!(world.ask("DELETE", "/releases/14", &[], "").await.status, 405);
    assert_eq!(world.get("/releases/14/approve").await.status, 405, "looking never asks");
    assert_eq!(world.ask("POST", "/webhooks/forgejo", &[], "{}").await.status, 401);
    world.close().await;
}

#[tokio::test]
async fn whoever_is_signed_in_may_look_but_not_act() {
    let (world, _hand) = world().await;
    let mut eve = world.person("eve", false).await;
    let csrf = eve.csrf().await;
    assert_eq!(eve.get("/").await.one("location"), "/releases");
    let list = eve.get("/releases").await;
    assert!(list.body.contains("v1.5.0") && list.body.contains("eve"));
    let order = ["Under way", "v1.5.0", "v1.4.3", "v2.0.0", "v1.4.0", "Earlier", "v1.4.2", "v1.4.1"];
    let places: Vec<usize> = order.iter().map(|word| list.body.find(word).unwrap()).collect();
    assert!(places.is_sorted(), "what is under way stands first: {places:?}");
    for act in ACTS {
        let binding = "5d0c".repeat(16);
        let body = format!("csrf={csrf}&reason=because&binding={binding}");
        let answer = eve.post(&format!("/releases/14/{act}"), &body).await;
        assert_eq!(answer.status, 403, "{act}");
        assert!(answer.body.contains("eve may not do that on production"), "{act}: {}", answer.body);
    }
    assert!(world.house.known().acts.is_empty());
    world.close().await;
}

#[tokio::test]
async fn a_release_that_does_not_exist_is_not_found_through_any_door() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    let csrf = ada.csrf().await;
    for path in [
        "/releases/999",
        "/releases/999/steps/13.do.2-pull.1",
        "/releases/14/steps/13.do.2-pull.1",
        "/releases/14/steps/13.do.2-pull.1/log.txt",
    ] {
        assert_eq!(ada.get(path).await.status, 404, "{path}");
    }
    for act in ACTS {
        let body = format!("csrf={csrf}&reason=because&binding=x");
        assert_eq!(ada.post(&format!("/releases/999/{act}"), &body).await.status, 404, "{act}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_session_that_has_run_out_or_was_revoked_opens_nothing() {
    let (world, hand) = world().await;
    let mut ada = world.person("ada", true).await;
    assert_eq!(ada.get("/releases/14").await.status, 200);
    hand.set(crate::world::at("2026-11-28T04:30:00Z"));
    assert_eq!(ada.get("/releases/14").await.status, 401);
    let mut grace = world.person("grace", true).await;
    assert_eq!(grace.get("/releases/14").await.status, 200);
    world.house.known().sessions.clear();
    assert_eq!(grace.get("/releases/14").await.status, 401);
    world.close().await;
}

#[tokio::test]
async fn a_house_that_cannot_be_read_shows_nothing_and_does_nothing() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    let csrf = ada.csrf().await;
    world.house.known().broken = true;
    for path in ["/releases", "/releases/14"] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
        tells_nothing(&answer);
    }
    assert_eq!(ada.post("/releases/14/deny", &format!("csrf={csrf}&reason=x")).await.status, 503);
    world.house.known().broken = false;
    assert!(world.house.known().acts.is_empty());
    world.close().await;
}

#[tokio::test]
async fn figures_are_for_this_machine_and_for_holders_of_a_token() {
    let (world, _hand) = world().await;
    let token = world.house.token("prometheus", false);
    let bearer = format!("Bearer {token}");
    let here = world.get("/metrics").await;
    assert_eq!((here.status, here.body.as_str()), (200, "tagwarden_build_info 1\n# EOF\n"));
    let proxied = [("x-forwarded-for", "192.0.2.7")];
    assert_eq!(world.ask("GET", "/metrics", &proxied, "").await.status, 401);
    let known = [proxied[0], ("authorization", bearer.as_str())];
    assert_eq!(world.ask("GET", "/metrics", &known, "").await.status, 200);
    world.close().await;
}
