//! The same windows before the real engine and its store: what is asked on a page stands in the journal.

use std::sync::Arc;

use jiff::Timestamp;
use tagwarden::domain::journal::Stamp;
use tagwarden::domain::names::{Person, ReleaseId};
use tagwarden::domain::release::Event;
use tagwarden::engine::Engine;

use crate::samples::friday_evening;
use crate::still::Still;
use crate::world::{World, open, settings};

struct Real {
    world: World<Engine>,
    still: Still,
    id: ReleaseId,
}

async fn real() -> Real {
    let still = Still::open(friday_evening(), "approvers = [\"user:ada\", \"user:grace\"]", "");
    let id = opened(&still).await;
    let world = open(Arc::new(still.engine.clone()), settings(still.clock.clone())).await;
    Real { world, still, id }
}

async fn opened(still: &Still) -> ReleaseId {
    let (opening, store) = (still.opening("v1.5.0", 7, None), still.engine.store());
    let stamp = Stamp::daemon(friday_evening());
    let named = stamp.clone();
    let state = store.write(move |w| w.open_release(opening, &stamp, &|_, _| Vec::new())).await;
    let id = state.unwrap().unwrap().opening.id;
    let event = Event::PusherNamed { pusher: Person::parse("ada").unwrap() };
    store.write(move |w| w.advance(id, &event, &named, &|_, _| Vec::new())).await.unwrap();
    id
}

impl Real {
    /// Signs a person in and returns the cookie and the value of its forms.
    async fn session(&self, person: &str) -> (String, String) {
        let token = self.still.engine.new_token(&Person::parse(person).unwrap()).await.unwrap();
        let form = self.world.get("/sign-in").await;
        let cookie = form.one("set-cookie").split(';').next().unwrap().to_owned();
        let body = format!("csrf={}&token={token}&next=/releases/{}", form.field("csrf"), self.id);
        let origin = self.world.origin();
        let headers = [("origin", origin.as_str()), ("cookie", cookie.as_str())];
        let answer = self.world.ask("POST", "/sign-in", &headers, &body).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let session = answer.all("set-cookie")[0].split(';').next().unwrap().to_owned();
        let page = self.world.ask("GET", "/releases", &[("cookie", &session)], "").await;
        (session, page.field("csrf"))
    }

    async fn post(&self, cookie: &str, act: &str, body: &str) -> crate::world::Answer {
        let origin = self.world.origin();
        let headers = [("origin", origin.as_str()), ("cookie", cookie)];
        self.world.ask("POST", &format!("/releases/{}/{act}", self.id), &headers, body).await
    }

    async fn kinds(&self) -> Vec<String> {
        self.still.engine.lines(self.id, 0).await.unwrap().into_iter().map(|line| line.kind).collect()
    }
}

#[tokio::test]
async fn an_approval_on_the_page_stands_in_the_journal_with_its_person_and_window() {
    let real = real().await;
    let (grace, csrf) = real.session("grace").await;
    let page = real.world.ask("GET", &format!("/releases/{}", real.id), &[("cookie", &grace)], "").await;
    assert!(page.body.contains("v1.5.0") && page.body.contains("pushed by ada"), "{}", page.body);
    let stale = real.post(&grace, "approve", &format!("csrf={csrf}&binding={}", "0".repeat(64))).await;
    assert_eq!(stale.status, 409);
    let answer =
        real.post(&grace, "approve", &format!("csrf={csrf}&binding={}", page.field("binding"))).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let state = real.still.engine.view(real.id).await.unwrap().unwrap();
    assert_eq!(state.approvals.iter().map(|vote| vote.channel.as_str()).collect::<Vec<_>>(), ["web"]);
    let id = real.id;
    let entries = real.still.engine.store().read(move |r| r.journal_of(id, 0)).await.unwrap();
    let last = &entries.last().unwrap().stamp;
    let said = (last.actor.as_ref().map(ToString::to_string), last.channel.name());
    assert_eq!(said, (Some("grace".to_owned()), "web"));
    real.world.close().await;
}

#[tokio::test]
async fn who_may_not_is_refused_by_the_engine_and_nothing_is_written() {
    let real = real().await;
    let (ada, csrf) = real.session("ada").await;
    let page = real.world.ask("GET", &format!("/releases/{}", real.id), &[("cookie", &ada)], "").await;
    let own = real.post(&ada, "approve", &format!("csrf={csrf}&binding={}", page.field("binding"))).await;
    assert_eq!(own.status, 403);
    assert!(own.body.contains("Nobody approves their own tag"), "{}", own.body);
    let (eve, csrf) = real.session("eve").await;
    assert_eq!(real.post(&eve, "deny", &format!("csrf={csrf}&reason=x")).await.status, 403);
    assert_eq!(real.post(&eve, "hold", &format!("csrf={csrf}&reason=x")).await.status, 403);
    assert_eq!(real.kinds().await, ["opened", "pusher_named"]);
    real.still.engine.revoke_tokens(&Person::parse("ada").unwrap()).await.unwrap();
    let gone = real.world.ask("GET", "/releases", &[("cookie", &ada)], "").await;
    assert_eq!(gone.status, 401, "a revoked token ends its sign-ins");
    real.world.close().await;
}

#[tokio::test]
async fn a_release_is_held_lifted_and_denied_once_and_every_open_page_hears_of_it() {
    let real = real().await;
    let (grace, csrf) = real.session("grace").await;
    let path = format!("/releases/{}/events?after=2", real.id);
    let mut events = real.world.listen(&path, &[("cookie", &grace)]).await;
    for (act, body) in [("hold", "&reason=courses"), ("lift", ""), ("deny", "&reason=not+now")] {
        let answer = real.post(&grace, act, &format!("csrf={csrf}{body}")).await;
        assert_eq!(answer.status, 303, "{act}: {}", answer.body);
        let (_, _, data) = events.next().await.unwrap();
        assert!(data.contains(&format!("\"kind\":\"{}", &act[..3])) || act != "deny", "{data}");
    }
    let again = real.post(&grace, "deny", &format!("csrf={csrf}&reason=again")).await;
    assert_eq!(again.status, 409);
    assert!(again.body.contains("denied, so that is not possible any more"), "{}", again.body);
    assert_eq!(real.kinds().await, ["opened", "pusher_named", "held", "lifted", "denied"]);
    real.world.close().await;
}

#[tokio::test]
async fn a_program_asks_whether_it_may_go_now_and_on_monday() {
    let real = real().await;
    let token = real.still.engine.new_token(&Person::parse("ci").unwrap()).await.unwrap();
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let calendar = |answer: &serde_json::Value| {
        let gates = answer["gates"].as_array().unwrap();
        gates.iter().find(|gate| gate["gate"] == "calendar").unwrap()["standing"].clone()
    };
    let path = format!("/api/v1/releases/{}/explain", real.id);
    let now = real.world.ask("GET", &path, &headers, "").await.json();
    let slot: Timestamp = now["next_slot"].as_str().unwrap().parse().unwrap();
    assert_eq!((calendar(&now), slot), ("bad".into(), "2026-11-30T06:00:00Z".parse().unwrap()));
    let monday =
        real.world.ask("GET", &format!("{path}?at=2026-11-30T08:00:00%2B01:00"), &headers, "").await.json();
    assert_eq!((calendar(&monday), &monday["may_deploy"]), ("good".into(), &false.into()));
    let rows = real.world.ask("GET", "/api/v1/releases?under_way=true", &headers, "").await.json();
    assert_eq!(
        (&rows["releases"][0]["pusher"], &rows["releases"][0]["time_zone"]),
        (&"ada".into(), &"Europe/Paris".into())
    );
    real.world.close().await;
}

#[tokio::test]
async fn an_override_is_heard_from_the_page_and_never_from_a_token_alone() {
    let real = real().await;
    let asked = r#"{"gate":"calendar","reason":"exams","for":"2h"}"#;
    let api = async |person: &str, act: &str, body: &str| {
        let token = real.still.engine.new_token(&Person::parse(person).unwrap()).await.unwrap();
        let bearer = format!("Bearer {token}");
        let path = format!("/api/v1/releases/{}/{act}", real.id);
        real.world.ask("POST", &path, &[("authorization", bearer.as_str())], body).await
    };
    let refused = api("ada", "override", asked).await;
    assert_eq!((refused.status, refused.json()["id"].as_str()), (403, Some("TW-P029")));
    assert!(refused.body.contains("a token alone"), "{}", refused.body);
    let (ada, csrf) = real.session("ada").await;
    let form = format!("csrf={csrf}&gate=calendar&reason=exams&for=2h");
    assert_eq!(real.post(&ada, "override", &form).await.status, 303);
    let seen = real.still.engine.view(real.id).await.unwrap().unwrap().overrides[0].asked.clone();
    let own = real.post(&ada, "confirm-override", &format!("csrf={csrf}&gate=calendar&asked={seen}")).await;
    assert_eq!(own.status, 403);
    assert!(own.body.contains("Nobody confirms their own override"), "{}", own.body);
    let confirmed = format!(r#"{{"gate":"calendar","asked":"{seen}"}}"#);
    let by_token = api("grace", "confirm-override", &confirmed).await;
    assert_eq!((by_token.status, by_token.json()["id"].as_str()), (403, Some("TW-P029")));
    let (grace, csrf) = real.session("grace").await;
    // Ada asks for something else while Grace reads.
    let (ada, fresh) = real.session("ada").await;
    let other = format!("csrf={fresh}&gate=calendar&reason=holidays&for=24h");
    assert_eq!(real.post(&ada, "override", &other).await.status, 303);
    let body = format!("csrf={csrf}&gate=calendar&asked={seen}");
    let unseen = real.post(&grace, "confirm-override", &body).await;
    assert_eq!(unseen.status, 409);
    assert!(unseen.body.contains("is not the one that you saw"), "{}", unseen.body);
    let seen = real.still.engine.view(real.id).await.unwrap().unwrap().overrides[0].asked.clone();
    let body = format!("csrf={csrf}&gate=calendar&asked={seen}");
    assert_eq!(real.post(&grace, "confirm-override", &body).await.status, 303);
    let answer = real.still.engine.explain(real.id, friday_evening()).await.unwrap().unwrap();
    assert!(answer.gates.iter().any(|gate| gate.gate == "calendar" && gate.overridden), "{answer:?}");
    let seen = real.world.ask("GET", &format!("/releases/{}", real.id), &[("cookie", &grace)], "").await;
    assert!(seen.body.contains("in force") && seen.body.contains("confirmed by grace"), "{}", seen.body);
    assert_eq!(
        api("ada", "end-override", r#"{"gate":"calendar"}"#).await.status,
        200,
        "what makes safe is heard"
    );
    real.world.close().await;
}
