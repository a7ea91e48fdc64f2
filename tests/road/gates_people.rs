//! Human gates: the checklist, overrides by two people, and approvals that end.

use std::time::Duration;

use tagwarden::demo::Rules;
use tagwarden::domain::journal::Channel;
use tagwarden::domain::release::{Phase, State};
use tagwarden::engine::view::ReleaseView;
use tagwarden::engine::{Demand, RefusedAct};

use crate::scene::{FRIDAY_EVENING, MONDAY, Scene, WEDNESDAY, at, person, rules, scene, with_approval};

const CHECKLIST: &str = r#"
[repository.environment.gates.signoff]
by = ["user:ada", "user:tess"]
max_age = "48h"
[[repository.environment.gates.signoff.item]]
name = "login"
text = "Log in as a teacher."
[[repository.environment.gates.signoff.item]]
name = "share"
text = "Create a page and share it."
"#;

fn with_checklist(rules: Rules) -> Rules {
    Rules { further: CHECKLIST.to_owned(), ..rules }
}

fn tick(item: &str, good: bool, note: Option<&str>) -> Demand {
    Demand::Tick { item: item.to_owned(), good, note: note.map(ToOwned::to_owned) }
}

fn sign() -> Demand {
    Demand::SignOff { note: None }
}

fn pass(gate: &str, hours: u64) -> Demand {
    let (gate, reason) = (gate.to_owned(), "marks cannot be entered".to_owned());
    Demand::Override { gate, reason, lasting: Duration::from_secs(hours * 3600), drill: false }
}

fn drill(gate: &str) -> Demand {
    let (gate, reason) = (gate.to_owned(), "the yearly drill".to_owned());
    Demand::Override { gate, reason, lasting: Duration::from_secs(3600), drill: true }
}

fn confirm(gate: &str, asked: &str) -> Demand {
    Demand::ConfirmOverride { gate: gate.to_owned(), asked: asked.to_owned() }
}

fn hold() -> Demand {
    Demand::Hold { reason: "wait for Tess".to_owned() }
}

/// Returns the id of a refusal, behind its kind.
#[track_caller]
fn refusal(result: Result<State, RefusedAct>) -> (&'static str, String) {
    match result.unwrap_err() {
        RefusedAct::NotAllowed(notice) => ("not allowed", notice.id),
        RefusedAct::NotFound(notice) => ("not found", notice.id),
        RefusedAct::Conflict(notice) => ("conflict", notice.id),
        RefusedAct::Unavailable(notice) => ("unavailable", notice.id),
    }
}

impl Scene {
    /// Pushes a version and waits until it waits for `headline`.
    async fn waits_for(&self, version: &str, headline: &str) -> ReleaseView {
        self.push(version).await;
        self.says(&format!("v{version}"), headline).await
    }

    async fn says(&self, tag: &str, headline: &str) -> ReleaseView {
        self.until(&format!("{tag} to say {headline}"), |world| async move {
            Ok(world.view(tag).await?.filter(|view| view.row.headline.id == headline))
        })
        .await
        .unwrap()
    }

    async fn ends_approval(&self, tag: &str) -> ReleaseView {
        self.until(&format!("an approval of {tag} to end"), |world| async move {
            Ok(world.view(tag).await?.filter(|view| !view.voided.is_empty()))
        })
        .await
        .unwrap()
    }

    async fn demand_by(
        &self,
        view: &ReleaseView,
        who: &str,
        channel: Channel,
        demand: Demand,
    ) -> Result<State, RefusedAct> {
        self.engine().demand(view.row.id, &person(who), channel, demand).await
    }

    async fn asks(&self, view: &ReleaseView, who: &str, demand: Demand) -> Result<State, RefusedAct> {
        self.demand_by(view, who, Channel::Web, demand).await
    }

    /// Returns what waits at a gate of a release for a second person, as the windows name it.
    async fn asked_at(&self, view: &ReleaseView, gate: &str) -> String {
        let view = self.engine().view(view.row.id).await.unwrap().unwrap();
        view.overrides
            .iter()
            .find(|passed| passed.gate == gate)
            .map(|passed| passed.asked.clone())
            .unwrap_or_default()
    }

    /// Looks at what waits at a gate, and confirms it.
    async fn confirms(&self, view: &ReleaseView, who: &str, gate: &str) -> Result<State, RefusedAct> {
        let asked = self.asked_at(view, gate).await;
        self.asks(view, who, confirm(gate, &asked)).await
    }

    fn nothing_ran(&self) {
        assert_eq!(self.ground.done(), Vec::<String>::new());
    }
}

fn conflict(id: &str) -> (&'static str, String) {
    ("conflict", id.to_owned())
}

fn not_allowed(id: &str) -> (&'static str, String) {
    ("not allowed", id.to_owned())
}

fn not_found(id: &str) -> (&'static str, String) {
    ("not found", id.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_under_an_open_item_and_the_pusher_may_sign_in_the_end() {
    let scene = scene(WEDNESDAY, &with_checklist(rules())).await;
    let view = scene.waits_for("1.1.0", "gate-signoff-open").await;
    assert_eq!(view.checklist.as_ref().unwrap().items.len(), 2);
    assert!(view.actions.contains(&"tick") && !view.actions.contains(&"sign-off"), "{:?}", view.actions);
    for who in ["grace", "stranger"] {
        assert_eq!(refusal(scene.asks(&view, who, tick("login", true, None)).await), not_allowed("TW-P001"));
        assert_eq!(refusal(scene.asks(&view, who, sign()).await), not_allowed("TW-P001"));
    }
    assert_eq!(refusal(scene.asks(&view, "ada", sign()).await), conflict("TW-P023"));
    assert_eq!(refusal(scene.asks(&view, "ada", tick("hours", true, None)).await), not_found("TW-P022"));
    assert_eq!(
        refusal(scene.asks(&view, "tess", tick("login", false, Some(" "))).await),
        conflict("TW-P024")
    );
    // Whoever holds a token of Tess's may tick for her: only overrides want more.
    scene.demand_by(&view, "tess", Channel::Api, tick("login", true, Some("as a teacher"))).await.unwrap();
    scene.asks(&view, "tess", tick("share", false, Some("issue 41"))).await.unwrap();
    let faulty = scene.says("v1.1.0", "gate-signoff-faulty").await;
    assert_eq!(faulty.row.headline.values["note"], "issue 41");
    assert_eq!(refusal(scene.asks(&view, "ada", sign()).await), conflict("TW-P023"));
    scene.asks(&view, "tess", tick("share", true, None)).await.unwrap();
    scene.says("v1.1.0", "gate-signoff-unsigned").await;
    scene.nothing_ran();
    scene.asks(&view, "ada", sign()).await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    let view = scene.view("v1.1.0").await.unwrap().unwrap();
    assert_eq!(refusal(scene.asks(&view, "ada", tick("login", true, None)).await), conflict("TW-E001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_nothing_to_tick_where_there_is_no_checklist() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    let view = scene.waits_for("1.1.0", "gate-approval-missing").await;
    assert_eq!(refusal(scene.asks(&view, "ada", tick("login", true, None)).await), conflict("TW-P021"));
    assert_eq!(refusal(scene.asks(&view, "ada", sign()).await), conflict("TW-P021"));
    assert!(!view.actions.contains(&"tick"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_grows_old_over_a_weekend() {
    let scene = scene(FRIDAY_EVENING, &with_checklist(rules())).await;
    let view = scene.waits_for("1.1.0", "gate-signoff-open").await;
    for item in ["login", "share"] {
        scene.asks(&view, "tess", tick(item, true, None)).await.unwrap();
    }
    scene.asks(&view, "tess", sign()).await.unwrap();
    scene.says("v1.1.0", "gate-calendar-closed").await;
    scene.hand.set(at(MONDAY));
    scene.says("v1.1.0", "gate-signoff-old").await;
    scene.nothing_ran();
    scene.asks(&view, "ada", sign()).await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_anew_or_found_faulty_ends_the_approval_that_rested_on_it() {
    let scene = scene(FRIDAY_EVENING, &with_checklist(with_approval())).await;
    let view = scene.waits_for("1.1.0", "gate-signoff-open").await;
    for item in ["login", "share"] {
        scene.asks(&view, "tess", tick(item, true, None)).await.unwrap();
    }
    scene.asks(&view, "tess", sign()).await.unwrap();
    let view = scene.says("v1.1.0", "gate-approval-missing").await;
    scene.approve(&view, "grace").await.unwrap();
    scene.asks(&view, "tess", tick("login", false, Some("the teacher is locked out"))).await.unwrap();
    let voided = scene.ends_approval("v1.1.0").await;
    assert_eq!(voided.voided[0].person.to_string(), "grace");
    assert_eq!(voided.voided[0].why.id, "approval-void-evidence");
    assert_eq!(voided.approvals.len(), 0);
    // Nobody approves what was on the page before the fault was found.
    scene.hand.advance(Duration::from_secs(60));
    scene.asks(&view, "tess", tick("login", true, None)).await.unwrap();
    scene.asks(&view, "tess", sign()).await.unwrap();
    assert_eq!(refusal(scene.approve(&view, "grace").await), conflict("TW-P002"));
    let view = scene.says("v1.1.0", "gate-approval-missing").await;
    scene.approve(&view, "grace").await.unwrap();
    scene.says("v1.1.0", "gate-calendar-closed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_let_one_release_pass_the_closed_calendar_and_no_other() {
    let scene = scene(FRIDAY_EVENING, &rules()).await;
    let view = scene.waits_for("1.1.0", "gate-calendar-closed").await;
    assert!(view.actions.contains(&"override"), "{:?}", view.actions);
    for channel in [Channel::Api, Channel::Push] {
        let refused = scene.demand_by(&view, "ada", channel, pass("calendar", 2)).await;
        assert_eq!(refusal(refused), not_allowed("TW-P029"));
    }
    assert_eq!(refusal(scene.asks(&view, "eve", pass("calendar", 2)).await), not_allowed("TW-P001"));
    assert_eq!(refusal(scene.confirms(&view, "grace", "calendar").await), not_found("TW-P031"));
    scene.asks(&view, "ada", pass("calendar", 2)).await.unwrap();
    for own in ["ada", "ADA"] {
        assert_eq!(refusal(scene.confirms(&view, own, "calendar").await).0, "not allowed");
    }
    assert_eq!(refusal(scene.confirms(&view, "eve", "calendar").await), not_allowed("TW-P001"));
    let seen = scene.asked_at(&view, "calendar").await;
    let by_token = scene.demand_by(&view, "grace", Channel::Api, confirm("calendar", &seen)).await;
    assert_eq!(refusal(by_token), not_allowed("TW-P029"));
    let asked = scene.view("v1.1.0").await.unwrap().unwrap();
    assert_eq!((asked.overrides[0].state, asked.row.phase), ("asked", "waiting"));
    scene.nothing_ran();
    scene.demand_by(&view, "grace", Channel::Comment, confirm("calendar", &seen)).await.unwrap();
    let view = scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    let calendar = view.gates.iter().find(|gate| gate.gate == "calendar").unwrap();
    assert!(calendar.overridden && calendar.reason.id == "gate-overridden", "{calendar:?}");
    scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    // The calendar stays closed for all others.
    scene.waits_for("1.2.0", "gate-calendar-closed").await;
    assert_eq!(scene.running(), view.commit.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_beats_an_override_and_one_that_is_over_opens_nothing() {
    let scene = scene(FRIDAY_EVENING, &rules()).await;
    let view = scene.waits_for("1.1.0", "gate-calendar-closed").await;
    scene.asks(&view, "ada", hold()).await.unwrap();
    scene.asks(&view, "ada", pass("calendar", 1)).await.unwrap();
    scene.confirms(&view, "grace", "calendar").await.unwrap();
    assert_eq!(refusal(scene.confirms(&view, "linus", "calendar").await), not_allowed("TW-P001"));
    scene.says("v1.1.0", "gate-hold-held").await;
    scene.hand.advance(Duration::from_secs(3600));
    scene.asks(&view, "ada", Demand::Lift).await.unwrap();
    let view = scene.says("v1.1.0", "gate-calendar-closed").await;
    assert_eq!(view.overrides[0].state, "over");
    assert_eq!(refusal(scene.confirms(&view, "grace", "calendar").await), not_found("TW-P031"));
    scene.settled().await;
    scene.nothing_ran();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_override_that_was_taken_back_opens_nothing() {
    let scene = scene(FRIDAY_EVENING, &rules()).await;
    let view = scene.waits_for("1.1.0", "gate-calendar-closed").await;
    let end = || Demand::EndOverride { gate: "calendar".to_owned() };
    assert_eq!(refusal(scene.asks(&view, "ada", end()).await), not_found("TW-P034"));
    scene.asks(&view, "ada", pass("calendar", 2)).await.unwrap();
    assert_eq!(refusal(scene.asks(&view, "eve", end()).await), not_allowed("TW-P001"));
    // What makes safe is heard from a token, too.
    scene.demand_by(&view, "grace", Channel::Api, end()).await.unwrap();
    assert_eq!(refusal(scene.confirms(&view, "grace", "calendar").await), not_found("TW-P031"));
    scene.settled().await;
    scene.nothing_ran();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_unknown_or_no_matter_of_people_is_not_overridden() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    let view = scene.waits_for("1.1.0", "gate-approval-missing").await;
    for (gate, refused) in [
        ("tag", conflict("TW-P026")),
        ("environment", conflict("TW-P026")),
        ("hold", conflict("TW-P026")),
        ("approval", conflict("TW-P026")),
        ("calendar", conflict("TW-P027")),
        ("moon", not_found("TW-P025")),
        ("", not_found("TW-P025")),
    ] {
        assert_eq!(refusal(scene.asks(&view, "ada", pass(gate, 1)).await), refused, "{gate}");
    }
    for hours in [0, 25] {
        assert_eq!(refusal(scene.asks(&view, "ada", pass("calendar", hours)).await), conflict("TW-P028"));
    }
    assert_eq!(scene.view("v1.1.0").await.unwrap().unwrap().overrides.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_confirms_another_override_than_the_one_that_they_saw() {
    let scene = scene(FRIDAY_EVENING, &rules()).await;
    let view = scene.waits_for("1.1.0", "gate-calendar-closed").await;
    scene.asks(&view, "ada", pass("calendar", 1)).await.unwrap();
    let seen = scene.asked_at(&view, "calendar").await;
    scene.hand.advance(Duration::from_secs(1));
    scene.asks(&view, "ada", pass("calendar", 24)).await.unwrap();
    for unseen in [seen.as_str(), ""] {
        let refused = scene.asks(&view, "grace", confirm("calendar", unseen)).await;
        assert_eq!(refusal(refused), conflict("TW-P037"));
    }
    scene.settled().await;
    scene.nothing_ran();
    scene.confirms(&view, "grace", "calendar").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_that_waits_does_not_silently_become_real() {
    let scene = scene(FRIDAY_EVENING, &rules()).await;
    let view = scene.waits_for("1.1.0", "gate-calendar-closed").await;
    scene.asks(&view, "ada", drill("calendar")).await.unwrap();
    let seen = scene.asked_at(&view, "calendar").await;
    assert_eq!(refusal(scene.asks(&view, "ada", pass("calendar", 1)).await), conflict("TW-P038"));
    scene.asks(&view, "ada", Demand::EndOverride { gate: "calendar".to_owned() }).await.unwrap();
    scene.asks(&view, "ada", pass("calendar", 1)).await.unwrap();
    assert_eq!(refusal(scene.asks(&view, "ada", drill("calendar")).await), conflict("TW-P035"));
    let refused = scene.asks(&view, "grace", confirm("calendar", &seen)).await;
    assert_eq!(refusal(refused), conflict("TW-P037"));
    scene.settled().await;
    scene.nothing_ran();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_proves_the_way_and_opens_nothing() {
    let scene = scene(FRIDAY_EVENING, &rules()).await;
    let view = scene.waits_for("1.1.0", "gate-calendar-closed").await;
    scene.asks(&view, "ada", drill("calendar")).await.unwrap();
    assert_eq!(refusal(scene.confirms(&view, "ada", "calendar").await), not_allowed("TW-P030"));
    scene.confirms(&view, "grace", "calendar").await.unwrap();
    assert_eq!(refusal(scene.confirms(&view, "grace", "calendar").await), conflict("TW-P032"));
    let drilled = scene.view("v1.1.0").await.unwrap().unwrap();
    assert_eq!(drilled.overrides[0].state, "drilled");
    scene.settled().await;
    let answer = scene.engine().explain(view.row.id, scene.now()).await.unwrap().unwrap();
    assert!(!answer.may_deploy && answer.gates.iter().all(|gate| !gate.overridden));
    scene.nothing_ran();
    // A real one takes its place, and no drill ends that one.
    scene.asks(&view, "ada", pass("calendar", 1)).await.unwrap();
    assert_eq!(refusal(scene.asks(&view, "ada", drill("calendar")).await), conflict("TW-P035"));
    scene.confirms(&view, "grace", "calendar").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn both_who_let_it_pass_must_have_the_right_when_it_is_confirmed_and_when_it_starts() {
    let scene = scene(FRIDAY_EVENING, &rules()).await;
    let view = scene.waits_for("1.1.0", "gate-calendar-closed").await;
    scene.asks(&view, "grace", pass("calendar", 6)).await.unwrap();
    scene.ground.forge.add_team("school", "release", &["linus"]);
    assert_eq!(refusal(scene.confirms(&view, "ada", "calendar").await), conflict("TW-P033"));
    scene.asks(&view, "ada", hold()).await.unwrap();
    scene.asks(&view, "ada", pass("calendar", 6)).await.unwrap();
    scene.confirms(&view, "linus", "calendar").await.unwrap();
    scene.ground.forge.add_team("school", "release", &["grace"]);
    scene.asks(&view, "ada", Demand::Lift).await.unwrap();
    scene.says("v1.1.0", "gate-calendar-closed").await;
    scene.settled().await;
    scene.nothing_ran();
    // Nobody knows who is in the team: the gate stays closed.
    scene.ground.forge.add_team("school", "release", &["linus"]);
    scene.ground.forge.be_down(true);
    let answer = scene.engine().explain(view.row.id, scene.now()).await.unwrap().unwrap();
    assert!(!answer.may_deploy);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_superseded_release_is_not_approved_and_says_what_took_its_place() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    let view = scene.waits_for("1.1.0", "gate-approval-missing").await;
    scene.push("1.2.0").await;
    scene.reaches("v1.1.0", Phase::Superseded).await.unwrap();
    let refused = scene.approve(&view, "grace").await.unwrap_err();
    let RefusedAct::Conflict(notice) = refused else { panic!("{refused:?}") };
    assert_eq!((notice.id.as_str(), notice.values["by"].as_str()), ("TW-P020", "v1.2.0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_ends_when_its_slot_is_missed_and_its_giver_is_told() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    let view = scene.waits_for("1.1.0", "gate-approval-missing").await;
    scene.asks(&view, "ada", hold()).await.unwrap();
    scene.approve(&view, "grace").await.unwrap();
    let view = scene.view("v1.1.0").await.unwrap().unwrap();
    // 72 hours reach into the weekend; the slot ends before.
    assert_eq!(view.approvals[0].expires_at, at("2026-11-27T16:00:00+01:00"));
    scene.hand.set(at("2026-11-27T16:00:00+01:00"));
    let view = scene.ends_approval("v1.1.0").await;
    assert_eq!(view.voided[0].why.id, "approval-void-expired");
    scene.asks(&view, "ada", Demand::Lift).await.unwrap();
    scene.hand.set(at(MONDAY));
    scene.says("v1.1.0", "gate-approval-missing").await;
    scene.nothing_ran();
}

#[tokio::test(flavor = "multi_thread")]
async fn approved_now_it_goes_in_the_next_slot_with_nobody_there() {
    let scene = scene(FRIDAY_EVENING, &with_approval()).await;
    let view = scene.waits_for("1.1.0", "gate-approval-missing").await;
    scene.approve(&view, "grace").await.unwrap();
    scene.says("v1.1.0", "gate-calendar-closed").await;
    scene.hand.set(at(MONDAY));
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_approvals_are_two_people() {
    let scene = scene(WEDNESDAY, &Rules { approvals: 2, ..rules() }).await;
    scene.ground.forge.add_team("school", "release", &["grace", "Grace", "linus"]);
    let view = scene.waits_for("1.1.0", "gate-approval-missing").await;
    for who in ["grace", "Grace"] {
        scene.approve(&view, who).await.unwrap();
    }
    scene.settled().await;
    let half = scene.says("v1.1.0", "gate-approval-missing").await;
    assert_eq!(half.approvals.len(), 1);
    scene.nothing_ran();
    scene.approve(&view, "linus").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn other_rules_for_the_gates_end_an_approval() {
    let mut scene = scene(FRIDAY_EVENING, &with_approval()).await;
    let view = scene.waits_for("1.1.0", "gate-approval-missing").await;
    scene.approve(&view, "grace").await.unwrap();
    scene.world.close().await.unwrap();
    let text = std::fs::read_to_string(scene.ground.config()).unwrap();
    std::fs::write(scene.ground.config(), format!("{text}\n{CHECKLIST}")).unwrap();
    scene.world.restart().await.unwrap();
    let view = scene.ends_approval("v1.1.0").await;
    assert_eq!(view.voided[0].why.id, "approval-void-target");
    scene.nothing_ran();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_contains_a_release_that_failed_is_held_until_a_person_lets_it_go_on() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.complete("1.1.0").await;
    scene.push("1.2.0").await;
    let failed = scene.reaches("v1.2.0", Phase::Watching).await.unwrap();
    let next = scene.waits_for("1.3.0", "gate-environment-busy").await;
    scene.asks(&failed, "ada", Demand::Rollback { reason: "it is slow".to_owned() }).await.unwrap();
    scene.reaches("v1.2.0", Phase::RolledBack).await.unwrap();
    let held = scene.says("v1.3.0", "gate-hold-held").await;
    assert_eq!(held.row.headline.values["by"], "tagwarden");
    assert!(held.row.headline.values["reason"].contains("v1.2.0 was taken back"), "{:?}", held.row.headline);
    scene.hand.advance(Duration::from_secs(24 * 3600));
    scene.settled().await;
    assert_eq!(scene.view("v1.3.0").await.unwrap().unwrap().row.phase, "waiting");
    assert_eq!(scene.view("v1.2.0").await.unwrap().unwrap().row.phase, "rolled_back");
    assert_eq!(refusal(scene.asks(&next, "eve", Demand::Lift).await), not_allowed("TW-P001"));
    scene.asks(&next, "ada", Demand::Lift).await.unwrap();
    scene.reaches("v1.3.0", Phase::Watching).await.unwrap();
}
