//! The way forward: from a push to complete, waiting where it has to.

use std::time::Duration;

use tagwarden::demo::Version;
use tagwarden::domain::release::Phase;

use crate::scene::{FRIDAY_EVENING, MONDAY, WEDNESDAY, at, rules, scene};

#[tokio::test(flavor = "multi_thread")]
async fn a_good_release_goes_all_the_way() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let said = scene.push("1.1.0").await;
    for line in ["v1.1.0 accepted", "v1.1.0 goes to production as soon as", "follow it at http://127.0.0.1:"]
    {
        assert!(said.contains(line), "{said}");
    }
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    let view = scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();

    let commit = view.commit.as_str();
    assert_eq!(scene.ground.done(), ["fetch v1.1.0", &format!("switch {commit}"), "smoke 1.1.0"]);
    assert_eq!(scene.running(), commit);
    assert_eq!(
        scene.events(view.row.id).await.iter().filter(|name| *name != "looked").collect::<Vec<_>>(),
        [
            "opened",
            "started",
            "step_started",
            "step_ended",
            "step_started",
            "step_ended",
            "step_started",
            "step_ended",
            "deploy_proven",
            "step_started",
            "step_ended",
            "step_started",
            "step_ended",
            "watch_started",
            "watch_passed",
            "completed"
        ]
    );
    assert!(view.watch.unwrap().taken >= 5, "about every five minutes, however the minutes passed");
    let [release] = &scene.ground.forge.releases()[..] else { panic!("one release on the forge") };
    assert_eq!((release.tag.as_str(), release.draft), ("v1.1.0", false));
    assert_eq!(release.body, "### Changed\n\n- The bridge learns 1.1.0.");
    let statuses = scene.statuses(commit);
    assert!(statuses[0].starts_with("pending: "), "{statuses:?}");
    assert!(statuses.last().unwrap().starts_with("success: "), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn friday_evening_tag_waits_for_monday() {
    let scene = scene(FRIDAY_EVENING, &rules()).await;
    let said = scene.push("1.1.0").await;
    assert!(said.contains("weekend") && said.contains("Mon"), "the push says why and until when: {said}");
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene
        .until("the stored wake time", |world| async move {
            Ok(world.view("v1.1.0").await?.filter(|view| view.row.wake_at == Some(at(MONDAY))))
        })
        .await
        .unwrap();
    scene
        .until("a status that says why", |world| {
            let commit = view.commit.to_string();
            async move {
                let last = world.ground.forge.statuses(&commit).pop();
                let says = |status: &tagwarden::demo::forge::StatusSeen| {
                    status.state == "pending" && status.description.contains("weekend")
                };
                Ok(last.filter(says))
            }
        })
        .await
        .unwrap();

    scene.hand.set(at("2026-11-30T06:59:59+01:00"));
    assert_eq!(scene.view("v1.1.0").await.unwrap().unwrap().row.phase, "waiting");
    assert_eq!(scene.ground.done(), Vec::<String>::new());
    scene.hand.set(at(MONDAY));
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_that_is_too_short_is_not_used() {
    let scene = scene("2026-11-27T15:30:00+01:00", &rules()).await;
    let said = scene.push("1.1.0").await;
    assert!(said.contains("Mon"), "{said}");
    scene.hand.set(at("2026-11-27T15:59:00+01:00"));
    scene
        .until("the next opening to be waited for", |world| async move {
            Ok(world.view("v1.1.0").await?.filter(|view| view.row.wake_at == Some(at(MONDAY))))
        })
        .await
        .unwrap();
    assert_eq!(scene.ground.done(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_has_begun_is_not_cut_by_the_closing_calendar() {
    let scene = scene("2026-11-27T15:10:00+01:00", &rules()).await;
    scene.push("1.1.0").await;
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.hand.set(at("2026-11-27T16:30:00+01:00"));
    scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_newest_of_those_that_wait_leaves() {
    let scene = scene(FRIDAY_EVENING, &rules()).await;
    scene.push("1.1.0").await;
    scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.push("1.1.1").await;
    let old = scene.reaches("v1.1.0", Phase::Superseded).await.unwrap();
    assert!(scene.status_is(old.commit.as_str(), "error").await.contains("v1.1.1"));
    scene.hand.set(at(MONDAY));
    scene.reaches("v1.1.1", Phase::Watching).await.unwrap();
    let fetched: Vec<String> =
        scene.ground.done().into_iter().filter(|line| line.starts_with("fetch")).collect();
    assert_eq!(fetched, ["fetch v1.1.1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_releases_of_one_environment_never_run_at_once() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.push("1.1.0").await;
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.push("1.2.0").await;
    let view = scene
        .until("the environment to be named as busy", |world| async move {
            let view = world.view("v1.2.0").await?;
            Ok(view.filter(|view| view.row.headline.id == "gate-environment-busy"))
        })
        .await
        .unwrap();
    assert_eq!(view.row.phase, "waiting");
    scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    scene.reaches("v1.2.0", Phase::Watching).await.unwrap();
    scene.watch_until("v1.2.0", Phase::Complete).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_whose_webhooks_were_lost_is_found() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.ground.forge.lose_next_webhooks(3);
    scene.push("1.1.0").await;
    scene.ground.forge.sync().await;
    assert_eq!(scene.opened().await, 0);
    scene.hand.advance(Duration::from_secs(301));
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_was_pushed_while_the_daemon_was_down_is_found_at_its_start() {
    let mut scene = scene(WEDNESDAY, &rules()).await;
    scene.world.close().await.unwrap();
    let said = scene.world.release(Version::good("1.1.0")).await.unwrap();
    assert!(said.ok && said.text.contains("v1.1.0 accepted"), "{}", said.text);
    assert!(said.text.contains("the daemon"), "the push says that the daemon did not answer: {}", said.text);
    scene.ground.forge.sync().await;
    scene.world.restart().await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_come_twice_open_one_release() {
    let scene = scene(WEDNESDAY, &rules()).await;
    for _ in 0..3 {
        scene.ground.forge.double_next_webhook();
    }
    scene.push("1.1.0").await;
    scene.settled().await;
    let deliveries = scene.ground.forge.deliveries().len();
    scene.ground.forge.redeliver(deliveries - 1);
    scene.settled().await;
    assert_eq!(scene.opened().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_goes_on_after_each_restart() {
    let mut scene = scene(FRIDAY_EVENING, &rules()).await;
    scene.push("1.1.0").await;
    scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.world.restart().await.unwrap();
    scene.hand.set(at(MONDAY));
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.world.restart().await.unwrap();
    let view = scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    assert_eq!(scene.ground.done().len(), 3, "{:?}", scene.ground.done());
    let events = scene.events(view.row.id).await;
    assert_eq!(events.iter().filter(|name| *name == "started").count(), 1, "{events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_that_is_down_gets_the_news_when_it_is_back() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.push("1.1.0").await;
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.ground.forge.be_down(true);
    let view = scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    assert_eq!(scene.ground.forge.releases().len(), 0);
    scene.ground.forge.be_down(false);
    scene
        .until("the release and the status on the forge", |world| {
            let commit = view.commit.to_string();
            async move {
                world.hand.advance(Duration::from_secs(30));
                let status = world.ground.forge.statuses(&commit).pop();
                let told = status.is_some_and(|status| status.state == "success");
                Ok((told && world.ground.forge.releases().len() == 1).then_some(()))
            }
        })
        .await
        .unwrap();
}
