//! The page of calendars, the feed for calendar programs, and the stops that people put on environments.

use std::time::Duration;

use jiff::tz::TimeZone;
use tagwarden::domain::calendar::{Calendar, WeekTime, Window};
use tagwarden::domain::names::{EnvironmentName, RepositoryName};
use tagwarden::engine::view::{EnvironmentView, HoldView};

use crate::samples;
use crate::world::world;

/// An environment that is closed at weekends, seen on a Friday evening, with a release that waits for Monday.
fn production() -> EnvironmentView {
    let week = |text: &str| WeekTime::parse(text).unwrap();
    let weekend = Window::weekly("weekend", week("Fri 16:00"), week("Mon 07:00")).unwrap();
    let mut waiting = samples::waiting().0.row;
    waiting.wake_at = Some("2026-11-30T06:00:00Z".parse().unwrap());
    EnvironmentView {
        repository: RepositoryName::parse("school/bridge").unwrap(),
        environment: EnvironmentName::parse("production").unwrap(),
        time_zone: "Europe/Paris".to_owned(),
        calendars: vec![Calendar {
            name: "school".to_owned(),
            zone: TimeZone::get("Europe/Paris").unwrap(),
            closed: vec![weekend],
            open: Vec::new(),
            freezes: Vec::new(),
            feeds: Vec::new(),
        }],
        room: Duration::from_secs(45 * 60),
        releases: vec![waiting],
        holds: Vec::new(),
    }
}

#[tokio::test]
async fn the_page_says_whether_it_may_change_now_and_draws_the_weeks() {
    let (world, _hand) = world().await;
    world.house.known().environments.push(production());
    let mut ada = world.person("ada", true).await;
    let page = ada.get("/calendar").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Closed now; the next slot opens Monday 30 November 2026, 07:00 (+01:00)."));
    assert!(page.body.contains("<svg") && page.body.contains("weekend"), "{}", page.body);
    assert!(page.body.contains("v1.5.0"), "the waiting release stands in its slot");
    let page = ada.get("/calendar?lang=fr").await;
    assert!(
        page.body.contains("prochain créneau : lundi 30 novembre 2026 à 07:00 (+01:00)"),
        "{}",
        page.body
    );
    world.close().await;
}

#[tokio::test]
async fn a_stop_with_an_end_is_put_on_by_those_who_may_and_taken_away_again() {
    let (world, _hand) = world().await;
    world.house.known().environments.push(production());
    let mut ada = world.person("ada", true).await;
    let csrf = ada.csrf().await;
    let scope = "scope=school%2Fbridge+production";
    let form = format!("csrf={csrf}&{scope}&reason=exams&until=2026-12-04T18:00");
    let answer = ada.post("/calendar/hold", &form).await;
    assert_eq!((answer.status, answer.one("location")), (303, "/calendar"));
    {
        let known = world.house.known();
        let (scope, person, stop) = known.stops.last().unwrap();
        let stop = stop.as_ref().unwrap();
        assert_eq!((scope.as_str(), person.as_str()), ("school/bridge production", "ada"));
        assert_eq!(
            stop.until,
            Some("2026-12-04T17:00:00Z".parse().unwrap()),
            "by the clocks of the environment"
        );
    }
    for bad in ["reason=&until=", "reason=exams&until=soon", "reason=exams&until=2020-01-01T00:00"] {
        let answer = ada.post("/calendar/hold", &format!("csrf={csrf}&{scope}&{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    assert_eq!(ada.post("/calendar/hold", &format!("csrf=x&{scope}&reason=exams")).await.status, 403);
    assert_eq!(ada.post("/calendar/lift", &format!("csrf={csrf}&{scope}")).await.status, 303);
    assert_eq!(world.house.known().stops.last().unwrap().2, None);

    let mut eve = world.person("eve", false).await;
    let csrf = eve.csrf().await;
    let answer = eve.post("/calendar/hold", &format!("csrf={csrf}&{scope}&reason=fun")).await;
    assert_eq!(answer.status, 403);
    assert_eq!(world.house.known().stops.len(), 2);
    world.close().await;
}

#[tokio::test]
async fn a_stop_shows_who_why_and_until_when_and_hostile_reasons_stay_text() {
    let (world, _hand) = world().await;
    let mut environment = production();
    environment.holds.push(HoldView {
        scope: "school/bridge production".to_owned(),
        person: "ada".to_owned(),
        reason: "<img onerror=x> exams".to_owned(),
        at: samples::friday_evening(),
        until: None,
    });
    world.house.known().environments.push(environment);
    let mut ada = world.person("ada", true).await;
    let page = ada.get("/calendar").await;
    assert!(page.body.contains("ada holds it: &lt;img onerror=x&gt; exams"), "{}", page.body);
    assert!(page.body.contains("action=\"/calendar/lift\""));
    world.close().await;
}

#[tokio::test]
async fn a_calendar_program_reads_the_feed_with_a_token_as_its_password() {
    let (world, _hand) = world().await;
    world.house.known().environments.push(production());
    let path = "/calendar/production.ics";
    let stranger = world.get(path).await;
    assert_eq!(stranger.status, 401);
    assert!(stranger.one("www-authenticate").starts_with("Basic "));
    assert!(!stranger.body.contains("v1.5.0"));
    let token = world.house.token("ada", false);
    let basic = |token: &str| {
        use base64::Engine as _;
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("ada:{token}")))
    };
    assert_eq!(
        world.ask("GET", path, &[("authorization", &basic("twp_wrong-0123456789abcdef"))], "").await.status,
        401
    );
    for how in [basic(&token), format!("Bearer {token}")] {
        let feed = world.ask("GET", path, &[("authorization", &how)], "").await;
        assert_eq!(feed.status, 200, "{}", feed.body);
        assert!(feed.one("content-type").starts_with("text/calendar"));
        assert!(feed.body.starts_with("BEGIN:VCALENDAR\r\n") && feed.body.ends_with("END:VCALENDAR\r\n"));
        assert!(feed.body.contains("v1.5.0") && feed.body.contains("/releases/"), "{}", feed.body);
    }
    let other = format!("{path}?repository=school/other");
    assert_eq!(world.ask("GET", &other, &[("authorization", &basic(&token))], "").await.status, 404);
    assert_eq!(
        world.ask("GET", "/calendar/production", &[("authorization", &basic(&token))], "").await.status,
        404
    );
    world.close().await;
}
