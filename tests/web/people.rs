//! The checklist and the overrides on the page: forms that work without script, marks that nobody overlooks.

use std::time::Duration;

use jiff::SignedDuration;
use tagwarden::domain::gate::GateReading;
use tagwarden::domain::names::Person;
use tagwarden::domain::notice::Notice;
use tagwarden::engine::Demand;
use tagwarden::engine::view::{
    ChecklistView, ItemView, OverrideView, ReleaseView, SignatureView, TickView, VoidView,
};

use crate::samples::{friday_evening, minutes};
use crate::world::world;

fn person(login: &str) -> Person {
    Person::parse(login).unwrap()
}

fn item(name: &str, tick: Option<(bool, &str)>) -> ItemView {
    ItemView {
        name: name.to_owned(),
        text: format!("Try {name}."),
        tick: tick.map(|(good, note)| TickView {
            by: person("tess"),
            at: friday_evening() - minutes(5),
            good,
            note: Some(note.to_owned()),
        }),
    }
}

fn passed(gate: &str, state: &'static str, second: Option<&str>) -> OverrideView {
    OverrideView {
        gate: gate.to_owned(),
        state,
        by: person("ada"),
        at: friday_evening() - minutes(5),
        reason: "marks <img onerror>".to_owned(),
        until: friday_evening() + SignedDuration::from_hours(1),
        drill: state == "drilled",
        confirmed_by: second.map(person),
        asked: "5d0c5d0c5d0c5d0c".to_owned(),
    }
}

/// The release waits for its checklist, and somebody asked that it may pass the calendar.
fn with_people(view: &mut ReleaseView) {
    view.checklist = Some(ChecklistView {
        items: vec![item("login", Some((true, "as a teacher"))), item("share", Some((false, "issue 41")))],
        who: vec!["user:tess".to_owned()],
        signed: None,
    });
    view.overrides = vec![passed("calendar", "asked", None)];
    view.voided = vec![VoidView {
        person: person("grace"),
        at: friday_evening() - minutes(2),
        why: Notice::new("approval-void-evidence")
            .with("by", "grace")
            .with("tag", "v1.5.0")
            .with("gate", "ci"),
    }];
    view.actions.extend(["tick", "override", "confirm-override", "end-override"]);
}

fn between<'p>(page: &'p str, from: &str, to: &str) -> &'p str {
    page.split(from).nth(1).unwrap_or_else(|| panic!("{from} is not there")).split(to).next().unwrap()
}

#[tokio::test]
async fn an_item_is_ticked_with_a_form_of_its_own() {
    let (world, _hand) = world().await;
    with_people(world.house.known().views.get_mut(&14).unwrap());
    let mut tess = world.person("tess", true).await;
    let page = tess.get("/releases/14").await.body;
    let list = between(&page, "id=\"checklist\"", "</section>");
    for word in ["Try login.", "as a teacher", "issue 41", "faulty", "Nobody has signed yet; user:tess may."]
    {
        assert!(list.contains(word), "{word}: {list}");
    }
    assert_eq!(list.matches("<form").count(), 2, "a form per item, and no signature under a faulty one");
    assert_eq!(list.matches("name=\"found\" value=\"good\"").count(), 2);
    let csrf = tess.csrf().await;
    let body = format!("csrf={csrf}&item=share&found=good&note=+mended+");
    assert_eq!(tess.post("/releases/14/tick", &body).await.status, 303);
    let faulty = format!("csrf={csrf}&item=login&found=faulty&note=issue+42");
    assert_eq!(tess.post("/releases/14/tick", &faulty).await.status, 303);
    let tick = |item: &str, good, note: &str| Demand::Tick {
        item: item.to_owned(),
        good,
        note: Some(note.to_owned()),
    };
    let acts: Vec<Demand> = world.house.known().acts.iter().map(|(_, _, _, act)| act.clone()).collect();
    assert_eq!(acts, [tick("share", true, "mended"), tick("login", false, "issue 42")]);
    for bad in ["item=share", "item=share&found=perhaps", "found=good", "item=share&found=good&found=faulty"]
    {
        let answer = tess.post("/releases/14/tick", &format!("csrf={csrf}&{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    assert_eq!(tess.post("/releases/14/tick", "item=share&found=good").await.status, 403, "no CSRF value");
    world.close().await;
}

#[tokio::test]
async fn the_signature_is_offered_when_no_item_is_open() {
    let (world, _hand) = world().await;
    let view = |signed| {
        let mut known = world.house.known();
        let view = known.views.get_mut(&14).unwrap();
        view.checklist = Some(ChecklistView {
            items: vec![item("login", Some((true, "fine")))],
            who: vec!["user:tess".to_owned()],
            signed,
        });
        view.actions = vec!["approve", "deny", "tick", "sign-off"];
    };
    view(None);
    let mut tess = world.person("tess", true).await;
    let page = tess.get("/releases/14").await.body;
    assert!(page.contains("Sign for v1.5.0"), "{page}");
    let csrf = tess.csrf().await;
    let signed = tess.post("/releases/14/sign-off", &format!("csrf={csrf}&note=all+fine")).await;
    assert_eq!((signed.status, signed.one("location")), (303, "/releases/14"));
    let act = world.house.known().acts[0].3.clone();
    assert_eq!(act, Demand::SignOff { note: Some("all fine".to_owned()) });
    view(Some(SignatureView {
        by: person("tess"),
        at: friday_evening(),
        good_until: friday_evening() + SignedDuration::from_hours(48),
        note: Some("all fine".to_owned()),
    }));
    let page = tess.get("/releases/14").await.body;
    assert!(page.contains("tess signed for all of it.") && page.contains("Sun 29 Nov, 17:30"), "{page}");
    world.close().await;
}

#[tokio::test]
async fn an_override_is_asked_at_its_gate_and_confirmed_and_taken_back_where_it_is_shown() {
    let (world, _hand) = world().await;
    with_people(world.house.known().views.get_mut(&14).unwrap());
    let mut grace = world.person("grace", true).await;
    let page = grace.get("/releases/14").await.body;
    let gates = between(&page, "id=\"gates\"", "</section>");
    assert_eq!(gates.matches("action=\"/releases/14/override\"").count(), 1, "only at the closed calendar");
    assert!(
        gates.contains("The approval of v1.5.0 by grace counts no more: the evidence of ci has changed.")
    );
    let shown = between(&page, "id=\"overrides\"", "</section>");
    for word in
        ["waits for a second person", "asked by ada", "marks &lt;img onerror&gt;", "Confirm as second person"]
    {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let csrf = grace.csrf().await;
    let asked = format!("csrf={csrf}&gate=calendar&reason=exams&for=2h&drill=yes");
    assert_eq!(grace.post("/releases/14/override", &asked).await.status, 303);
    assert_eq!(
        grace.post("/releases/14/confirm-override", &format!("csrf={csrf}&gate=calendar")).await.status,
        400,
        "nobody confirms what they were not shown"
    );
    assert!(shown.contains("name=\"asked\" value=\"5d0c5d0c5d0c5d0c\""), "{shown}");
    let seen = format!("csrf={csrf}&gate=calendar&asked=5d0c5d0c5d0c5d0c");
    assert_eq!(grace.post("/releases/14/confirm-override", &seen).await.status, 303);
    assert_eq!(
        grace.post("/releases/14/end-override", &format!("csrf={csrf}&gate=calendar")).await.status,
        303
    );
    let acts: Vec<Demand> = world.house.known().acts.iter().map(|(_, _, _, act)| act.clone()).collect();
    let gate = || "calendar".to_owned();
    assert_eq!(
        acts,
        [
            Demand::Override {
                gate: gate(),
                reason: "exams".to_owned(),
                lasting: Duration::from_secs(7200),
                drill: true
            },
            Demand::ConfirmOverride { gate: gate(), asked: "5d0c5d0c5d0c5d0c".to_owned() },
            Demand::EndOverride { gate: gate() },
        ]
    );
    for bad in ["gate=calendar&reason=exams", "gate=calendar&reason=+&for=2h", "reason=exams&for=2h"] {
        let answer = grace.post("/releases/14/override", &format!("csrf={csrf}&{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    let unclear = format!("csrf={csrf}&gate=calendar&reason=exam+week&for=soon");
    let kept = grace.post("/releases/14/override", &unclear).await;
    assert!(kept.body.contains("exam week</textarea>"), "what was typed is not lost");
    world.close().await;
}

#[tokio::test]
async fn what_is_passed_by_override_is_marked_and_evidence_shows_where_it_comes_from() {
    let (world, _hand) = world().await;
    {
        let mut known = world.house.known();
        let view = known.views.get_mut(&13).unwrap();
        view.overrides =
            vec![passed("calendar", "counts", Some("grace")), passed("backup", "drilled", Some("grace"))];
        view.gates[4] = GateReading {
            overridden: true,
            good_until: Some(friday_evening() + SignedDuration::from_hours(1)),
            reason: Notice::new("gate-overridden")
                .with("by", "ada")
                .with("second", "grace")
                .with("gate", "calendar")
                .with("reason", "marks")
                .with("until_at", "2026-11-27T18:30:00+01:00[Europe/Paris]"),
            ..view.gates[4].clone()
        };
        view.gates[0].source = Some("GET https://git.example.org/api".to_owned());
        view.gates[0].link = Some("https://git.example.org/runs/7".to_owned());
        view.gates[1].link = Some("javascript:alert(1)".to_owned());
    }
    let mut ada = world.person("ada", true).await;
    let page = ada.get("/releases/13").await.body;
    let gates = between(&page, "id=\"gates\"", "</section>");
    for word in [
        "passed by override",
        "ada and grace let it pass calendar",
        "href=\"https://git.example.org/runs/7\" rel=\"noreferrer noopener\"",
        "GET https://git.example.org/api",
        "counts until",
    ] {
        assert!(gates.contains(word), "{word}: {gates}");
    }
    assert!(!page.contains("javascript:"), "an address that is none of the web is no link");
    let shown = between(&page, "id=\"overrides\"", "</section>");
    for word in ["in force", "confirmed by grace", "drill done, nothing was opened"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    assert!(!shown.contains("<form"), "there is nothing to ask of a release that left its gates behind");
    world.close().await;
}
