//! Signing in and out: tokens, cookies, ways back, and those who try too often.

use crate::world::{world, world_with};

#[tokio::test]
async fn a_token_signs_in_and_the_cookie_is_for_the_browser_alone() {
    let (world, _hand) =
        world_with(|settings| settings.public_url = "https://release.example.org".to_owned()).await;
    let token = world.house.token("ada", true);
    let mut ada = world.stranger();
    ada.get("/releases/14").await;
    let csrf = ada.cookie("tagwarden_form").unwrap().to_owned();
    let body = format!("csrf={csrf}&token={token}&next=/releases/14");
    let answer = ada.post_from("/sign-in", &body, "https://release.example.org").await;
    assert_eq!((answer.status, answer.one("location")), (303, "/releases/14"));
    let cookies = answer.all("set-cookie");
    let session = cookies.iter().find(|line| line.starts_with("tagwarden_session=")).unwrap();
    assert!(session.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure"), "{session}");
    assert!(!session.contains(&token), "the token itself is not kept in the browser");
    assert_eq!(answer.one("cache-control"), "no-store");
    assert_eq!(ada.get("/releases/14").await.status, 200);
    world.close().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server_too() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    let csrf = ada.csrf().await;
    let old = ada.cookie_line();
    let answer = ada.post("/sign-out", &format!("csrf={csrf}")).await;
    assert_eq!((answer.status, answer.one("location")), (303, "/sign-in"));
    assert_eq!(ada.cookie("tagwarden_session"), None);
    assert_eq!(world.ask("GET", "/releases", &[("cookie", &old)], "").await.status, 401);
    assert_eq!(ada.get("/sign-in").await.status, 200);
    world.close().await;
}

#[tokio::test]
async fn a_wrong_token_is_said_to_be_unknown_and_the_way_back_is_kept() {
    let (world, _hand) = world().await;
    let mut eve = world.stranger();
    assert_eq!(eve.get("/releases/14").await.field("next"), "/releases/14");
    for token in ["twp_wrong-wrong-wrong", "", "x", &"y".repeat(300), "twp_%0d%0aset-cookie:a=b"] {
        let answer = eve.sign_in(token, "/releases/14", "").await;
        if answer.status == 429 {
            break;
        }
        assert_eq!(answer.status, 401, "{token}");
        assert!(answer.body.contains("This token is not known."), "{token}");
        assert_eq!(answer.field("next"), "/releases/14");
        assert_eq!(eve.cookie("tagwarden_session"), None);
    }
    world.close().await;
}

#[tokio::test]
async fn nobody_is_led_to_another_site_after_signing_in() {
    let (world, _hand) = world().await;
    let token = world.house.token("ada", true);
    for next in [
        "//evil.example",
        "https://evil.example/releases",
        "/%5Cevil.example",
        "%5C%5Cevil.example",
        "/releases/14%0d%0alocation:%20//evil.example",
        "/releases/14/deny",
        "/releases/14?x=1",
        "/sign-out",
        "/RELEASES",
        "",
    ] {
        let mut ada = world.stranger();
        ada.get("/sign-in").await;
        let answer = ada.sign_in(&token, next, "").await;
        assert_eq!((answer.status, answer.one("location")), (303, "/releases"), "{next}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_sign_in_form_from_elsewhere_signs_nobody_in() {
    let (world, _hand) = world().await;
    let token = world.house.token("eve", true);
    let mut ada = world.stranger();
    ada.get("/sign-in").await;
    let csrf = ada.cookie("tagwarden_form").unwrap().to_owned();
    let good = format!("csrf={csrf}&token={token}");
    assert_eq!(ada.post_from("/sign-in", &good, "https://evil.example").await.status, 403);
    assert_eq!(ada.post("/sign-in", &format!("csrf=other-other-other&token={token}")).await.status, 403);
    assert_eq!(ada.post("/sign-in", &format!("token={token}")).await.status, 403);
    let mut without_cookies = world.stranger();
    let answer = without_cookies.post("/sign-in", &good).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("allow cookies"), "{}", answer.body);
    assert_eq!(ada.cookie("tagwarden_session"), None);
    world.close().await;
}

#[tokio::test]
async fn whoever_guesses_too_often_is_put_off_for_a_minute_and_locks_nobody_out() {
    let (world, hand) = world().await;
    let token = world.house.token("ada", true);
    let mut eve = world.stranger();
    eve.get("/sign-in").await;
    for _ in 0..5 {
        assert_eq!(eve.sign_in("twp_guess-guess-guess", "/releases", "").await.status, 401);
    }
    let guess = "twp_guess-guess-guess";
    let answer = eve.sign_in(guess, "/releases", "").await;
    assert_eq!((answer.status, answer.one("retry-after")), (429, "60"));
    let program = async |token: &str| {
        let bearer = format!("Bearer {token}");
        world.ask("GET", "/api/v1/releases", &[("authorization", &bearer)], "").await.status
    };
    assert_eq!(program(guess).await, 429);
    // Behind a proxy everybody comes from this address: whoever has a good token goes in all the same.
    assert_eq!(program(&token).await, 200);
    hand.set(crate::world::at("2026-11-27T16:31:00Z"));
    assert_eq!(program(guess).await, 401);
    assert_eq!(eve.sign_in(&token, "/releases", "").await.status, 303);
    world.close().await;
}

#[tokio::test]
async fn a_sign_in_that_ran_out_keeps_the_reason_that_was_typed() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    let csrf = ada.csrf().await;
    world.house.known().sessions.clear();
    let reason = "zu früh: 'Kurse' laufen <b>noch</b> & sonst 🚀";
    let encoded = "zu+fr%C3%BCh:+%27Kurse%27+laufen+%3Cb%3Enoch%3C/b%3E+%26+sonst+%F0%9F%9A%80";
    let answer = ada.post("/releases/14/deny", &format!("csrf={csrf}&reason={encoded}")).await;
    assert_eq!(answer.status, 401);
    assert!(answer.body.contains("Your sign-in had run out"), "{}", answer.body);
    assert_eq!((answer.field("act"), answer.field("next")), ("deny".to_owned(), "/releases/14".to_owned()));
    assert!(answer.field("reason").contains("&lt;b&gt;noch"), "{}", answer.field("reason"));

    let token = world.house.token("ada", true);
    let answer = ada.sign_in(&token, "/releases/14", &format!("&act=deny&reason={encoded}")).await;
    assert_eq!(answer.one("location"), "/releases/14");
    let page = ada.get("/releases/14").await;
    assert!(page.body.contains("Nothing was sent yet."), "{}", page.body);
    let escaped = reason.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    assert!(page.body.contains(&escaped), "{}", page.body);
    assert!(page.body.contains("id=\"ask-deny\" open"), "the form stands open");
    assert!(world.house.known().acts.is_empty(), "nothing was done");
    assert!(
        !ada.get("/releases/13").await.body.contains("Nothing was sent yet."),
        "it belongs to one release"
    );
    let csrf = page.field("csrf");
    assert_eq!(ada.post("/releases/14/deny", &format!("csrf={csrf}&reason={encoded}")).await.status, 303);
    assert!(!ada.get("/releases/14").await.body.contains("Nothing was sent yet."));
    world.close().await;
}

#[tokio::test]
async fn a_link_from_a_chat_leads_to_the_page_although_the_browser_kept_the_cookie() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    let cross = ("sec-fetch-site", "cross-site");
    let first = world.ask("GET", "/releases/14", &[cross], "").await;
    assert!(first.body.contains("http-equiv=\"refresh\" content=\"0\""), "the page asks once more by itself");
    let second = ada.get_with("/releases/14", &[("sec-fetch-site", "same-origin")]).await;
    assert_eq!(second.status, 200);
    for headers in [
        vec![("sec-fetch-site", "same-origin")],
        vec![],
        vec![cross, ("cookie", "tagwarden_session=gone-gone-gone")],
    ] {
        let answer = world.ask("GET", "/releases/14", &headers, "").await;
        assert!(!answer.body.contains("http-equiv"), "no page asks for ever: {headers:?}");
    }
    world.close().await;
}

#[tokio::test]
async fn everybody_is_spoken_to_in_their_language() {
    let (world, _hand) = world().await;
    let french = world.ask("GET", "/releases", &[("accept-language", "fr-FR, en;q=0.5")], "").await;
    assert!(french.body.contains("<html lang=\"fr\">") && french.body.contains("Jeton personnel"));
    let mut ada = world.person("ada", true).await;
    let page = ada.get("/releases/14?lang=fr").await;
    assert!(page.body.contains("<title>v1.5.0 production – En attente · tagwarden</title>"), "{}", page.body);
    let page = ada.get("/releases/12").await;
    assert!(
        page.body.contains("<title>v2.0.0 production – Surveillance · tagwarden</title>"),
        "it is remembered"
    );
    assert!(page.body.contains("vendredi 27 novembre 2026 à 17:48 (+01:00)"), "in the zone of the calendar");
    assert!(ada.get("/releases/12?lang=en").await.body.contains("Friday 27 November 2026, 17:48 (+01:00)"));
    world.close().await;
}
