//! The clock jumps: an hour back, an hour forward, ten years forward. Nothing is deployed twice, time that nobody saw is
//! no healthy watch, and what has expired does not count.

use std::time::Duration;

use tagwarden::demo::Rules;
use tagwarden::domain::gate::Standing;
use tagwarden::domain::release::Phase;
use tagwarden::engine::Demand;
use tagwarden::store::{OutboxRow, OutboxState};

use crate::gates::READY;
use crate::scene::{FRIDAY_EVENING, MONDAY, Scene, WEDNESDAY, at, rules, scene, with_approval};

const HOUR: Duration = Duration::from_secs(3600);
/// A Wednesday morning ten years after the others.
const TEN_YEARS_LATER: &str = "2036-11-26T10:00:00+01:00";

impl Scene {
    fn jump_back(&self) {
        self.hand.set(self.now().checked_sub(HOUR).unwrap());
    }

    /// Lets the daemon see where the clock stands now: it answers a push only after it has looked.
    async fn look_around(&self) {
        self.must(&["commit", "--quiet", "--allow-empty", "-m", "docs: a word"]).await;
        self.must(&["push", "--quiet", "origin", "main"]).await;
        self.ground.forge.sync().await;
        tokio::time::timeout(Duration::from_millis(300), std::future::pending::<()>()).await.unwrap_err();
    }

    fn deployed(&self, version: &str) -> usize {
        self.ground.done().iter().filter(|line| **line == format!("fetch v{version}")).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_release_starts_once_whatever_the_clock_does_before_and_after() {
    let scene = scene(FRIDAY_EVENING, &rules()).await;
    scene.push("1.1.0").await;
    scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    for jump in [-1, 1, 1] {
        if jump < 0 {
            scene.jump_back()
        } else {
            scene.hand.advance(HOUR)
        }
        scene.look_around().await;
        scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
        assert_eq!(scene.ground.done().len(), 0, "the weekend has not ended");
    }
    scene.hand.set(at(MONDAY));
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.jump_back();
    scene.look_around().await;
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.hand.advance(HOUR);
    scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    assert_eq!(scene.deployed("1.1.0"), 1);
    assert_eq!(scene.opened().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_over_which_the_clock_jumped_is_begun_anew() {
    for jump in ["2026-11-25T11:05:00+01:00", TEN_YEARS_LATER] {
        let scene = scene(WEDNESDAY, &rules()).await;
        scene.push("1.1.0").await;
        let view = scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
        scene.hand.set(at(jump));
        let events = scene
            .until("the watch to go on", |_| async {
                let events = scene.events(view.row.id).await;
                Ok(events.iter().any(|event| event == "watch_extended").then_some(events))
            })
            .await
            .unwrap();
        assert!(!events.iter().any(|event| event == "watch_passed"), "{events:?}");
        let view = scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
        let looks = view.watch.unwrap().taken;
        assert!(looks >= 6, "half an hour was watched after the jump to {jump}, with {looks} looks");
        assert_eq!(scene.deployed("1.1.0"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_leaves_production_watched() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.complete("1.1.0").await;
    scene.push("1.2.0").await;
    let view = scene.reaches("v1.2.0", Phase::Watching).await.unwrap();
    scene.jump_back();
    scene
        .until("the watch to begin anew", |_| async {
            let events = scene.events(view.row.id).await;
            Ok(events.iter().any(|event| event == "watch_restarted").then_some(()))
        })
        .await
        .unwrap();
    scene.ground.fall_ill("1.2.0").unwrap();
    scene.watch_until("v1.2.0", Phase::RolledBack).await.unwrap();
    let ahead = view.row.opened_at;
    assert!(scene.now() < ahead, "nobody waited until the clock had come so far again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_to_be_told_is_told_although_the_clock_was_set_back() {
    let scene = scene(FRIDAY_EVENING, &rules()).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    let (id, commit) = (view.row.id, view.commit.as_str());
    scene.ground.forge.be_down(true);
    scene.demand(id, "ada", Demand::Hold { reason: "wait for me".to_owned() }).await.unwrap();
    scene
        .until("the status to be tried", |world| async move {
            let rows = world.engine().store().read(move |r| r.outbox_of(id)).await.unwrap();
            let tried = |row: &OutboxRow| row.state == OutboxState::Due && row.answer.is_some();
            Ok(rows.iter().any(tried).then_some(()))
        })
        .await
        .unwrap();
    scene.jump_back();
    scene.ground.forge.be_down(false);
    scene
        .until("the status to be told", |world| async move {
            let statuses = world.ground.forge.statuses(commit);
            Ok(statuses.last().is_some_and(|status| status.description.contains("wait for me")).then_some(()))
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_that_comes_twice_deploys_nothing_twice_and_refuses_nothing_new() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.complete("1.1.0").await;
    scene.jump_back();
    scene.jump_back();
    scene.look_around().await;
    assert_eq!(scene.deployed("1.1.0"), 1);
    // The number under which hosts are asked grows all the same, or they would refuse an older daemon.
    scene.complete("1.2.0").await;
    assert_eq!(scene.deployed("1.2.0"), 1);
    assert_eq!(scene.ground.forge.releases().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_years_later_no_approval_counts() {
    let scene = scene(FRIDAY_EVENING, &with_approval()).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.approve(&view, "grace").await.unwrap();
    scene.hand.set(at(TEN_YEARS_LATER));
    scene.look_around().await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    assert_eq!(scene.ground.done().len(), 0, "an approval of 2026 opens nothing in 2036");
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    assert_eq!(scene.deployed("1.1.0"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_turned_bad_after_the_clock_went_back_a_minute_opens_nothing() {
    let scene = scene(WEDNESDAY, &Rules { further: READY.to_owned(), ..with_approval() }).await;
    let ready = scene.ground.root().join("ready");
    std::fs::write(&ready, "").unwrap();
    scene.push("1.1.0").await;
    let stands = |standing: Standing| {
        scene.until("the gate to say so", move |world| async move {
            let view = world.view("v1.1.0").await?.filter(|view| {
                view.gates.iter().any(|gate| gate.gate == "ready" && gate.standing == standing)
            });
            Ok(view)
        })
    };
    let view = stands(Standing::Good).await.unwrap();
    std::fs::remove_file(&ready).unwrap();
    scene.hand.set(scene.now().checked_sub(Duration::from_secs(60)).unwrap());
    scene.approve(&view, "grace").await.unwrap();
    stands(Standing::Bad).await.unwrap();
    assert_eq!((scene.deployed("1.1.0"), scene.ground.done().len()), (0, 0));
    std::fs::write(&ready, "").unwrap();
    scene.watched_in_time("v1.1.0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_was_looked_at_by_a_clock_ten_years_ahead_is_looked_at_again() {
    let scene = scene(WEDNESDAY, &Rules { further: READY.to_owned(), ..rules() }).await;
    scene.hand.set(at(TEN_YEARS_LATER));
    scene.push("1.1.0").await;
    scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene
        .until("a look in ten years", |world| async move {
            let view = world.view("v1.1.0").await?.unwrap();
            Ok(view
                .gates
                .iter()
                .any(|gate| gate.gate == "ready" && gate.seen_at >= at(TEN_YEARS_LATER))
                .then_some(()))
        })
        .await
        .unwrap();
    std::fs::write(scene.ground.root().join("ready"), "").unwrap();
    scene.hand.set(at(WEDNESDAY));
    scene.watched_in_time("v1.1.0").await;
    assert_eq!(scene.deployed("1.1.0"), 1);
}
