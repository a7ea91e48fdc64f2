//! Asking on the page: plain forms that work without script, bound to what was seen, and sent by nobody else.

use tagwarden::domain::journal::Channel;
use tagwarden::domain::names::ObjectId;
use tagwarden::engine::Demand;

use crate::world::{Browser, world};

/// Returns the bodies of all forms on a page.
fn forms(page: &str) -> Vec<&str> {
    page.split("<form").skip(1).map(|form| form.split("</form>").next().unwrap()).collect()
}

async fn approve(browser: &mut Browser<'_>, page: &crate::world::Answer) -> crate::world::Answer {
    let fields: Vec<String> = ["csrf", "binding", "object", "commit"]
        .iter()
        .map(|name| format!("{name}={}", page.field(name)))
        .collect();
    browser.post("/releases/14/approve", &fields.join("&")).await
}

#[tokio::test]
async fn an_approver_on_a_phone_approves_what_the_page_shows() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    let page = ada.get("/releases/14").await;
    assert!(page.body.contains("Approve v1.5.0") && page.body.contains("waits for approval (0 of 1)"));
    assert!(page.body.contains("next slot") && page.body.contains("Mon 30 Nov, 07:00"));
    assert!(page.body.contains("can be given by team:school/release, user:second"));
    assert!(page.body.contains("3 minutes ago"), "the age of the evidence");
    let answer = approve(&mut ada, &page).await;
    assert_eq!((answer.status, answer.one("location")), (303, "/releases/14"));
    let done = (14, "ada".to_owned(), Channel::Web, Demand::Approve { binding: "5d0c".repeat(16) });
    assert_eq!(world.house.known().acts, [done]);
    assert!(ada.get("/releases/14").await.body.contains("Approved. The release goes on"));
    assert!(!ada.get("/releases/14").await.body.contains("Approved. The release goes on"), "said once");
    world.close().await;
}

#[tokio::test]
async fn nobody_approves_what_they_were_not_shown() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    let page = ada.get("/releases/14").await;
    let other = "c0ffee0123".repeat(4);
    {
        let mut known = world.house.known();
        let view = known.views.get_mut(&14).unwrap();
        view.commit = ObjectId::parse(&other).unwrap();
        view.binding = "77".repeat(32);
    }
    let answer = approve(&mut ada, &page).await;
    assert_eq!(answer.status, 409);
    assert!(
        answer.body.contains("v1.5.0 is not what you were shown; nothing was approved"),
        "{}",
        answer.body
    );
    assert!(answer.body.contains(&format!("you were shown <code>{}</code>", page.field("commit"))));
    assert!(answer.body.contains(&format!("now it is <code>{other}</code>")));
    assert!(!answer.body.contains("you were shown <code>3f9a"), "what did not change is not listed");
    assert!(world.house.known().acts.is_empty());
    assert_eq!(answer.field("binding"), "77".repeat(32), "the page holds what is true now");
    world.house.known().views.get_mut(&14).unwrap().binding = "88".repeat(32);
    let again = approve(&mut ada, &answer).await;
    assert!(again.body.contains("The hosts or the way of deploying changed"), "{}", again.body);
    world.close().await;
}

#[tokio::test]
async fn a_reason_is_needed_where_one_belongs_and_is_kept_when_it_is_refused() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    let csrf = ada.csrf().await;
    let answer = ada.post("/releases/14/deny", &format!("csrf={csrf}&reason=++")).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("`reason` is missing."), "{}", answer.body);
    let answer = ada.post("/releases/14/deny", &format!("csrf={csrf}&reason={}", "x".repeat(501))).await;
    assert_eq!(answer.status, 400);
    assert!(world.house.known().acts.is_empty());
    let answer = ada.post("/releases/14/deny", &format!("csrf={csrf}&reason=+too+late+")).await;
    assert_eq!(answer.status, 303);
    let done = (14, "ada".to_owned(), Channel::Web, Demand::Deny { reason: "too late".to_owned() });
    assert_eq!(world.house.known().acts, [done]);
    let mut eve = world.person("eve", false).await;
    let csrf = eve.csrf().await;
    let answer = eve.post("/releases/14/hold", &format!("csrf={csrf}&reason=wait+for+Ana")).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("wait for Ana</textarea>"), "what was typed is not lost");
    world.close().await;
}

#[tokio::test]
async fn a_form_from_another_site_or_of_another_session_is_not_heard() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    let mut grace = world.person("grace", true).await;
    let (own, other) = (ada.csrf().await, grace.csrf().await);
    let good = format!("csrf={own}&reason=x");
    for (body, origin) in [
        (good.as_str(), "https://evil.example"),
        (&good, "null"),
        (&good, "http://127.0.0.1:1"),
        (&format!("csrf={other}&reason=x"), &world.origin()),
        ("reason=x", &world.origin()),
        (&format!("csrf={own}&csrf={own}&reason=x"), &world.origin()),
    ] {
        let answer = ada.post_from("/releases/14/deny", body, origin).await;
        assert_eq!(answer.status, 403, "{body} {origin}");
        assert!(answer.body.contains("nothing was done"), "{}", answer.body);
    }
    assert_eq!(ada.post_from("/sign-out", &good, "https://evil.example").await.status, 403);
    assert!(world.house.known().acts.is_empty());
    assert_eq!(ada.post("/releases/14/deny", &good).await.status, 303);
    world.close().await;
}

#[tokio::test]
async fn every_form_carries_its_value_and_offers_only_what_is_lawful_now() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    for (id, acts) in [
        (14, vec!["approve", "deny", "hold", "withdraw"]),
        (13, vec!["rollback"]),
        (11, vec![]),
        (9, vec!["retry", "brought-back"]),
    ] {
        let page = ada.get(&format!("/releases/{id}")).await;
        let mut offered = Vec::new();
        for form in forms(&page.body) {
            assert!(
                form.contains("method=\"post\"") && form.contains("name=\"csrf\" value=\"csrf-value-"),
                "{form}"
            );
            assert!(form.contains("type=\"submit\""), "it can be sent without script: {form}");
            let action = form.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
            if let Some(act) = action.strip_prefix(&format!("/releases/{id}/")) {
                offered.push(act.to_owned());
            }
        }
        assert_eq!(offered, acts, "{id}");
    }
    world.close().await;
}

#[tokio::test]
async fn pages_are_whole_without_script_and_nothing_foreign_may_run_on_them() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    for path in [
        "/releases",
        "/releases/14",
        "/releases/12",
        "/releases/13/steps/13.do.2-pull.1",
        "/sign-in",
        "/nothing",
    ] {
        let page = ada.get(path).await;
        let policy = page.one("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.one("x-content-type-options"), "nosniff");
        assert_eq!(page.body.matches("<script").count(), 1, "{path}: one script, from a file");
        assert!(page.body.contains("<script src=\"/assets/"), "{path}");
        assert!(!page.body.contains(" style=") && !page.body.contains("<style"), "{path}");
        for handler in [" onclick", " onload", " onerror", " onsubmit", "javascript:"] {
            assert!(!page.body.contains(handler), "{path}: {handler}");
        }
        assert!(page.body.contains("<html lang=\"en\">") && page.body.contains("id=\"content\""), "{path}");
        assert_eq!(page.body.matches("<h1").count(), 1, "{path}");
    }
    let page = ada.get("/releases").await;
    for part in page.body.split("\"/assets/").skip(1) {
        let path = format!("/assets/{}", part.split('"').next().unwrap());
        let asset = world.get(&path).await;
        assert_eq!(asset.status, 200, "{path}");
        assert!(!asset.body.is_empty(), "{path}");
        assert!(asset.one("cache-control").contains("immutable"));
        let known = world.ask("GET", &path, &[("if-none-match", asset.one("etag"))], "").await;
        assert_eq!((known.status, known.body.as_str()), (304, ""));
    }
    world.close().await;
}

#[tokio::test]
async fn a_release_shows_its_road_with_signs_and_words() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    let page = ada.get("/releases/12").await.body;
    let road = page.split("<ol class=\"road\"").nth(1).unwrap().split("</ol>").next().unwrap();
    let stops: Vec<&str> = road.split("<li").skip(1).collect();
    assert_eq!(stops.len(), 6);
    for stop in &stops[..3] {
        assert!(stop.contains("✓") && stop.contains("(passed)"), "{stop}");
    }
    assert!(stops[3].contains("aria-current=\"step\"") && stops[3].contains("Watching"));
    assert!(stops[4].contains("○") && stops[4].contains("(still to come)"));
    for word in ["looks taken: 36", "200 in 41 ms (limit 1 s)", "no data", "exit status 0", "prod-1"] {
        assert!(page.contains(word), "{word}");
    }
    let back = ada.get("/releases/11").await.body;
    let stuck = ada.get("/releases/9").await.body;
    assert_eq!(
        stuck.matches("(came no further)").count(),
        2,
        "neither the way there nor the way back was passed"
    );
    for word in ["came no further", "Rolled back", "The way back", "the step up ended with status 1"] {
        assert!(back.contains(word), "{word}: {back}");
    }
    world.close().await;
}
