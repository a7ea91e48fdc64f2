//! Text from outside in every field: it is shown as text, and nothing of it acts.

use tagwarden::domain::names::ReleaseId;
use tagwarden::domain::notice::Notice;
use tagwarden::domain::watch::Look;

use crate::samples;
use crate::world::world;

const HOSTILE: &str = "</pre><img src=x onerror=alert(1)>\u{1b}[2J\u{202e}\"'&<script>alert(2)</script>";

fn harmless(what: &str, body: &str) {
    for bad in ["<img src=x", "<script>", "onerror=alert(1)>", "\u{1b}", "\u{202e}"] {
        let around = body.find(bad).map(|at| body[..at].chars().rev().take(120).collect::<Vec<_>>());
        let around = around.map(|before| before.into_iter().rev().collect::<String>());
        assert_eq!(around, None, "{what} holds {bad:?}");
    }
}

#[tokio::test]
async fn hostile_text_in_every_field_is_only_text() {
    let (world, _hand) = world().await;
    let (mut view, mut journal) = samples::watching();
    view.row.id = ReleaseId(66);
    view.row.tag = HOSTILE.to_owned();
    view.row.phase = HOSTILE;
    view.row.headline = Notice::new("head-denied")
        .with("tag", HOSTILE)
        .with("environment", HOSTILE)
        .with("by", HOSTILE)
        .with("reason", HOSTILE);
    view.row.time_zone = HOSTILE.to_owned();
    view.actions = vec!["approve", "deny", HOSTILE];
    for gate in &mut view.gates {
        gate.gate = HOSTILE.to_owned();
        gate.who = vec![HOSTILE.to_owned()];
        gate.standing = tagwarden::domain::gate::Standing::Bad;
        gate.reason = Notice::new(HOSTILE).with(HOSTILE, HOSTILE);
    }
    for step in &mut view.steps {
        step.name = HOSTILE.to_owned();
        step.state = HOSTILE;
        step.outcome = Some(Notice::new("TW-D021").with("step", HOSTILE).with("status", HOSTILE));
    }
    view.steps[0].key = "66.do.0".to_owned();
    view.steps[0].state = "failed";
    if let Some(watch) = &mut view.watch {
        watch.looks = vec![Look {
            signal: HOSTILE.to_owned(),
            at: samples::friday_evening(),
            answer: tagwarden::domain::watch::Answer::Bad,
            evidence: HOSTILE.to_owned(),
        }];
    }
    for line in &mut journal {
        line.kind = HOSTILE.to_owned();
        line.text = Notice::new("event-denied").with("by", HOSTILE).with("reason", HOSTILE);
    }
    world.house.add(view, journal);
    world
        .house
        .known()
        .logs
        .insert((66, "66.do.0".to_owned()), format!("{HOSTILE}\r\nnext\u{7}\n").into_bytes());

    let mut ada = world.person("ada", true).await;
    for path in ["/releases", "/releases/66", "/releases/66?lang=fr", "/releases/66/steps/66.do.0"] {
        let page = ada.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        assert!(page.body.contains("&lt;img src=x onerror=alert(1)"), "{path} shows it as text");
        harmless(path, &page.body);
    }
    let text = ada.get("/releases/66/steps/66.do.0/log.txt").await;
    assert_eq!(text.one("content-type"), "text/plain; charset=utf-8");
    assert!(text.body.contains("\\u{1b}[2J") && text.body.ends_with("next\\u{7}\n"), "{}", text.body);
    let mut events =
        world.listen("/releases/66/steps/66.do.0/events", &[("cookie", &ada.cookie_line())]).await;
    let mut shown = String::new();
    loop {
        let (name, _, data) = events.next().await.unwrap();
        if name == "end" {
            break;
        }
        let value: serde_json::Value = serde_json::from_str(&data).unwrap();
        shown.push_str(value["text"].as_str().unwrap());
    }
    assert_eq!(shown, text.body, "the stream brings the same text");
    world.close().await;
}

#[tokio::test]
async fn hostile_addresses_and_fields_are_answered_and_never_echoed_raw() {
    let (world, _hand) = world().await;
    let mut ada = world.person("ada", true).await;
    let encoded = "%3C/title%3E%3Cscript%3Ealert(2)%3C/script%3E%1b";
    for path in [
        format!("/releases?environment={encoded}"),
        format!("/releases?repository={encoded}&before={encoded}"),
        format!("/releases/14?lang={encoded}&journal={encoded}"),
        format!("/{encoded}"),
        format!("/releases/14/steps/{encoded}"),
        format!("/assets/{encoded}/{encoded}"),
        "/releases/14/../../etc/passwd".to_owned(),
    ] {
        let page = ada.get(&path).await;
        assert!(page.status < 500, "{path}: {}", page.status);
        harmless(&path, &page.body);
    }
    let csrf = ada.csrf().await;
    let page = ada
        .post(
            "/releases/14/approve",
            &format!("csrf={csrf}&binding={encoded}&object={encoded}&commit={encoded}"),
        )
        .await;
    assert_eq!(page.status, 409);
    harmless("the refusal", &page.body);
    world.close().await;
}
