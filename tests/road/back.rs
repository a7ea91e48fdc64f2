//! The way back: taken by itself, asked for by people, never stopped, and stuck only in the open.

use tagwarden::demo::Version;
use tagwarden::domain::release::Phase;
use tagwarden::engine::{Demand, RefusedAct};

use crate::scene::{FRIDAY_EVENING, Scene, WEDNESDAY, at, rules, scene, with_approval};

/// Version 1.1.0 is complete; returns its commit.
async fn on_1_1_0(scene: &Scene) -> String {
    scene.complete("1.1.0").await.commit.to_string()
}

async fn tag_leads_to(scene: &Scene, tag: &str, commit: &str) {
    let name = format!("refs/tags/{tag}^{{commit}}");
    let found = scene
        .until("the rollback tag", |_| {
            let name = name.clone();
            async move { Ok(scene.on_forge(&name).await) }
        })
        .await
        .unwrap();
    assert_eq!(found, commit);
}

async fn went_back_to(scene: &Scene, tag: &str, commit: &str) {
    let view = scene.reaches(tag, Phase::RolledBack).await.unwrap();
    assert_eq!(scene.running(), commit);
    tag_leads_to(scene, &format!("{tag}-rollback"), commit).await;
    scene.status_is(view.commit.as_str(), "failure").await;
    // Its own tag comes back as a webhook and starts nothing.
    let before = scene.opened().await;
    scene.settled().await;
    assert_eq!(scene.opened().await, before);
    let events = scene.events(view.row.id).await;
    assert_eq!(events.iter().filter(|name| *name == "rollback_started").count(), 1, "{events:?}");
    let done = scene.ground.done();
    let backs = done.iter().filter(|line| *line == &format!("switch-back {}", view.commit));
    assert_eq!(backs.count(), 1, "{done:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_never_gets_healthy_goes_back_by_itself() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let before = on_1_1_0(&scene).await;
    scene.push_version(Version { health: "broken", ..Version::good("1.2.0") }).await;
    went_back_to(&scene, "v1.2.0", &before).await;
    assert_eq!(scene.ground.forge.releases().len(), 1, "what never was complete is not published");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_whose_smoke_test_fails_goes_back_by_itself() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let before = on_1_1_0(&scene).await;
    scene.push_version(Version { smoke: "smoky", ..Version::good("1.2.0") }).await;
    went_back_to(&scene, "v1.2.0", &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_falls_ill_in_the_watch_goes_back_by_itself() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let before = on_1_1_0(&scene).await;
    scene.push("1.2.0").await;
    scene.reaches("v1.2.0", Phase::Watching).await.unwrap();
    scene.ground.fall_ill("1.2.0").unwrap();
    scene.watch_until("v1.2.0", Phase::RolledBack).await.unwrap();
    went_back_to(&scene, "v1.2.0", &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_takes_a_complete_release_back_on_a_friday_evening() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let before = on_1_1_0(&scene).await;
    let view = scene.complete("1.2.0").await;
    scene.hand.set(at(FRIDAY_EVENING));
    let reason = "the hours of May are gone".to_owned();
    scene.demand(view.row.id, "grace", Demand::Rollback { reason }).await.unwrap();
    went_back_to(&scene, "v1.2.0", &before).await;
    let [_, release] = &scene.ground.forge.releases()[..] else { panic!("two releases on the forge") };
    scene
        .until("the release on the forge to be marked", |world| async move {
            let releases = world.ground.forge.releases();
            Ok(releases[1].prerelease.then_some(()))
        })
        .await
        .unwrap();
    assert_eq!(release.tag, "v1.2.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lightweight_rollback_tag_in_haste_does_the_same_with_everything_closed() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let before = on_1_1_0(&scene).await;
    scene.complete("1.2.0").await;
    scene.hand.set(at(FRIDAY_EVENING));
    scene
        .engine()
        .hold_scope(
            "*",
            &crate::scene::person("ada"),
            tagwarden::domain::journal::Channel::Cli,
            "audit",
            None,
        )
        .await
        .unwrap();
    scene.must(&["tag", "v1.2.0-rollback", "v1.1.0^{commit}"]).await;
    let said = scene.must(&["push", "origin", "v1.2.0-rollback"]).await;
    assert!(said.contains("goes back"), "{said}");
    went_back_to(&scene, "v1.2.0", &before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_tag_during_the_watch_stops_the_watch() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    let first = scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    scene.push("1.2.0").await;
    let view = scene.reaches("v1.2.0", Phase::Waiting).await.unwrap();
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.2.0", Phase::Watching).await.unwrap();
    scene.must(&["tag", "v1.2.0-rollback", "v1.1.0^{commit}"]).await;
    scene.must(&["push", "origin", "v1.2.0-rollback"]).await;
    went_back_to(&scene, "v1.2.0", first.commit.as_str()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_works_while_the_forge_is_down() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let before = on_1_1_0(&scene).await;
    let view = scene.complete("1.2.0").await;
    scene.ground.forge.be_down(true);
    let reason = "it is slow".to_owned();
    scene.demand(view.row.id, "ada", Demand::Rollback { reason }).await.unwrap();
    scene.reaches("v1.2.0", Phase::RolledBack).await.unwrap();
    assert_eq!(scene.running(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_that_fails_is_stuck_until_a_named_person_leads_it_out() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let before = on_1_1_0(&scene).await;
    let view = scene.complete("1.2.0").await;
    let note = scene.ground.host().join(format!("before-{}", view.commit));
    std::fs::rename(&note, note.with_extension("away")).unwrap();
    let rollback = || Demand::Rollback { reason: "it is slow".to_owned() };
    scene.demand(view.row.id, "ada", rollback()).await.unwrap();
    scene.reaches("v1.2.0", Phase::Stuck).await.unwrap();
    scene.status_is(view.commit.as_str(), "error").await;
    assert_eq!(
        scene.on_forge("refs/tags/v1.2.0-rollback").await,
        None,
        "nothing is claimed that is not true"
    );

    // What is stuck keeps its environment.
    scene.push("1.3.0").await;
    scene.reaches("v1.3.0", Phase::Waiting).await.unwrap();
    assert!(scene.demand(view.row.id, "ada", rollback()).await.is_err());

    std::fs::rename(note.with_extension("away"), &note).unwrap();
    let reason = "the note is back".to_owned();
    let refused = scene.demand(view.row.id, "eve", Demand::Retry { reason: reason.clone() }).await;
    assert!(refused.is_err(), "not by somebody without the right");
    scene.demand(view.row.id, "ada", Demand::Retry { reason }).await.unwrap();
    scene.reaches("v1.2.0", Phase::RolledBack).await.unwrap();
    tag_leads_to(&scene, "v1.2.0-rollback", &before).await;
    // It contains what failed: somebody has to let it go on.
    let held = scene
        .until("v1.3.0 to be held", |world| async move {
            Ok(world.view("v1.3.0").await?.filter(|view| view.row.headline.id == "gate-hold-held"))
        })
        .await
        .unwrap();
    scene.demand(held.row.id, "ada", Demand::Lift).await.unwrap();
    scene.reaches("v1.3.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_brought_back_by_hand_is_said_to_be_so() {
    let scene = scene(WEDNESDAY, &rules()).await;
    on_1_1_0(&scene).await;
    let view = scene.complete("1.2.0").await;
    std::fs::remove_file(scene.ground.host().join(format!("before-{}", view.commit))).unwrap();
    scene.demand(view.row.id, "ada", Demand::Rollback { reason: "slow".to_owned() }).await.unwrap();
    scene.reaches("v1.2.0", Phase::Stuck).await.unwrap();
    let reason = "I checked 1.1.0 out by hand".to_owned();
    scene.demand(view.row.id, "ada", Demand::BroughtBack { reason }).await.unwrap();
    scene.reaches("v1.2.0", Phase::RolledBack).await.unwrap();
    let lines = scene.engine().lines(view.row.id, 0).await.unwrap();
    let led = lines.iter().find(|line| line.kind == "led_out").unwrap();
    assert_eq!(led.actor.as_ref().unwrap().as_str(), "ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn release_after_release_is_taken_back_and_never_one_that_no_longer_runs() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let first = on_1_1_0(&scene).await;
    let second = scene.complete("1.2.0").await;
    let third = scene.complete("1.3.0").await;
    let rollback = || Demand::Rollback { reason: "it is slow".to_owned() };
    let refused = scene.demand(second.row.id, "ada", rollback()).await.unwrap_err();
    assert!(matches!(&refused, RefusedAct::Conflict(notice) if notice.id == "TW-P007"), "{refused:?}");

    scene.demand(third.row.id, "ada", rollback()).await.unwrap();
    went_back_to(&scene, "v1.3.0", second.commit.as_str()).await;
    // The hosts have seen a later number than that of the second release's own deployment.
    scene.demand(second.row.id, "ada", rollback()).await.unwrap();
    went_back_to(&scene, "v1.2.0", &first).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_goes_although_the_clock_stepped_back() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let first = on_1_1_0(&scene).await;
    let second = scene.complete("1.2.0").await;
    scene.hand.set(at("2026-11-25T06:00:00+01:00"));
    scene.demand(second.row.id, "ada", Demand::Rollback { reason: "slow".to_owned() }).await.unwrap();
    went_back_to(&scene, "v1.2.0", &first).await;
}
