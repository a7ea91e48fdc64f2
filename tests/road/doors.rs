//! Ways around the gates that must not exist, and ways back that must not be blocked.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use tagwarden::demo::Rules;
use tagwarden::domain::release::Phase;
use tagwarden::engine::view::ReleaseView;
use tagwarden::engine::{Demand, Filter, RefusedAct};

use crate::scene::{FRIDAY_EVENING, MONDAY, Scene, WEDNESDAY, at, rules, scene, with_approval};

/// A second environment, in which a version fails whose name stands in the file `staging-ill`.
const STAGING: &str = r#"
[[repository.environment]]
name = "staging"
approvals = 0
[[repository.environment.host]]
name = "stage-1"
address = "local"
directory = "{root}/work"
[repository.environment.deploy]
recipe = "script"
[[repository.environment.deploy.step]]
name = "install"
run = ["grep", "--invert-match", "--quiet", "{version}", "{root}/staging-ill"]
undo = ["true"]
[repository.environment.healthcheck]
run = ["true"]
[repository.environment.watch]
duration = "1m"
every = "10s"
[[repository.environment.watch.signal]]
kind = "http"
name = "none"
url = "http://127.0.0.1:9/"
required = false
"#;

async fn in_environment(scene: &Scene, tag: &str, environment: &str) -> Option<ReleaseView> {
    let filter = Filter { environment: Some(environment.to_owned()), limit: 50, ..Filter::default() };
    let rows = scene.engine().rows(filter).await.unwrap();
    let row = rows.into_iter().find(|row| row.tag == tag)?;
    scene.engine().view(row.id).await.unwrap()
}

async fn reaches_in(scene: &Scene, tag: &str, environment: &str, phase: Phase) -> ReleaseView {
    scene
        .until(&format!("{tag} in {environment} to be {}", phase.name()), |world| async move {
            world.hand.advance(std::time::Duration::from_millis(200));
            let view = in_environment(scene, tag, environment).await;
            Ok(view.filter(|view| view.row.phase == phase.name()))
        })
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_in_one_environment_is_deployed_to_no_other() {
    let rules = Rules { further: STAGING.to_owned(), ..with_approval() };
    let scene = scene(WEDNESDAY, &rules).await;
    std::fs::write(scene.ground.root().join("staging-ill"), "1.2.0\n").unwrap();
    scene.push("1.1.0").await;
    reaches_in(&scene, "v1.1.0", "staging", Phase::Complete).await;
    scene.push("1.2.0").await;
    reaches_in(&scene, "v1.2.0", "staging", Phase::RolledBack).await;
    scene
        .until("the rollback tag", |_| async { Ok(scene.on_forge("refs/tags/v1.2.0-rollback").await) })
        .await
        .unwrap();
    // A version that was taken back anywhere goes nowhere, and its tag deploys nothing.
    let ended = reaches_in(&scene, "v1.2.0", "production", Phase::Refused).await;
    // The commit carries a failure of staging already; the one of production may still be under way.
    scene
        .until("production's status", |world| {
            let statuses = world.ground.forge.statuses(ended.commit.as_str());
            let said = statuses.into_iter().any(|status| {
                status.context == "tagwarden/production"
                    && status.state == "failure"
                    && status.description.contains("TW-E013")
            });
            async move { Ok(said.then_some(())) }
        })
        .await
        .unwrap();
    scene.settled().await;
    assert_eq!(scene.ground.done(), Vec::<String>::new(), "production was never touched");
    assert!(in_environment(&scene, "v1.2.0-rollback", "production").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_tag_brings_no_code_that_was_never_complete_there() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.complete("1.1.0").await;
    let running = scene.running();
    let ada = crate::scene::person("ada");
    let channel = tagwarden::domain::journal::Channel::Cli;
    scene.engine().hold_scope("*", &ada, channel, "audit", None).await.unwrap();
    scene.push("1.2.0").await;
    let view = scene.reaches("v1.2.0", Phase::Waiting).await.unwrap();
    scene.demand(view.row.id, "grace", Demand::Deny { reason: "no".to_owned() }).await.unwrap();
    scene.push("1.3.0").await;
    scene.reaches("v1.3.0", Phase::Waiting).await.unwrap();
    scene.must(&["tag", "v1.3.0-rollback", "v1.2.0^{commit}"]).await;
    scene.must(&["push", "origin", "v1.3.0-rollback"]).await;
    scene.reaches("v1.3.0", Phase::Refused).await.unwrap();
    scene.must(&["tag", "v1.2.0-rollback", "v1.1.0^{commit}"]).await;
    let said = scene.must(&["push", "origin", "v1.2.0-rollback"]).await;
    assert!(said.contains("asks nothing of production"), "{said}");
    scene.settled().await;
    assert_eq!(scene.running(), running);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_tag_on_a_commit_that_was_complete_there_brings_that_one_back() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let first = scene.complete("1.1.0").await.commit.to_string();
    scene.complete("1.2.0").await;
    scene.complete("1.3.0").await;
    scene.must(&["tag", "v1.3.0-rollback", "v1.1.0^{commit}"]).await;
    scene.must(&["push", "origin", "v1.3.0-rollback"]).await;
    scene.reaches("v1.3.0-rollback", Phase::Watching).await.unwrap();
    let back = scene.watch_until("v1.3.0-rollback", Phase::Complete).await.unwrap();
    assert_eq!(scene.running(), first);
    // It has no way back of its own, and blocks nobody.
    assert_eq!(back.actions, Vec::<&str>::new());
    let refused =
        scene.demand(back.row.id, "ada", Demand::Rollback { reason: "x".to_owned() }).await.unwrap_err();
    assert!(matches!(&refused, RefusedAct::Conflict(notice) if notice.id == "TW-P008"), "{refused:?}");
    scene.complete("1.4.0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_newer_release_is_at_work_only_that_one_is_taken_back() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let first = scene.complete("1.1.0").await;
    scene.push("1.2.0").await;
    let second = scene.reaches("v1.2.0", Phase::Watching).await.unwrap();
    let rollback = || Demand::Rollback { reason: "it is slow".to_owned() };
    let refused = scene.demand(first.row.id, "ada", rollback()).await.unwrap_err();
    assert!(matches!(&refused, RefusedAct::Conflict(notice) if notice.id == "TW-P007"), "{refused:?}");
    scene.demand(second.row.id, "ada", rollback()).await.unwrap();
    scene.reaches("v1.2.0", Phase::RolledBack).await.unwrap();
    assert_eq!(scene.running(), first.commit.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_ends_when_what_would_be_done_changes() {
    let mut scene = scene(FRIDAY_EVENING, &with_approval()).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.approve(&view, "grace").await.unwrap();
    scene.world.close().await.unwrap();
    let text = std::fs::read_to_string(scene.ground.config()).unwrap();
    std::fs::write(scene.ground.config(), text.replace("\"{tag}\"]", "\"{tag}\", \"--changed\"]")).unwrap();
    scene.world.restart().await.unwrap();
    scene.hand.set(at(MONDAY));
    let view = scene
        .until("the approval to be missing", |world| async move {
            let view = world.view("v1.1.0").await?;
            Ok(view.filter(|view| view.row.headline.id == "gate-approval-missing"))
        })
        .await
        .unwrap();
    assert_eq!((view.row.phase, view.approvals.len()), ("waiting", 0));
    assert_eq!(scene.ground.done(), Vec::<String>::new());
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

/// An address that answers only when it is told to.
fn held_back() -> (String, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let ((asked, is_asked), (go, may_go)) = (mpsc::channel(), mpsc::channel::<()>());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 1024]);
            let _ = asked.send(());
            // Told once, it answers everybody.
            let _ = may_go.recv();
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
        }
    });
    (url, is_asked, go)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_comes_while_the_signals_are_asked_still_stops_the_start() {
    let (url, is_asked, go) = held_back();
    let mut rules = rules();
    rules.watch += &format!(
        "\n[[repository.environment.watch.signal]]\nkind = \"http\"\nname = \"slow\"\nlatency = \"20s\"\nurl = \"{url}\""
    );
    let scene = scene(WEDNESDAY, &rules).await;
    scene.push("1.1.0").await;
    tokio::task::spawn_blocking(move || is_asked.recv().unwrap()).await.unwrap();
    let view = scene.view("v1.1.0").await.unwrap().unwrap();
    scene.demand(view.row.id, "ada", Demand::Hold { reason: "stop".to_owned() }).await.unwrap();
    drop(go);
    let view = scene
        .until("the hold to be what it waits for", |world| async move {
            let view = world.view("v1.1.0").await?;
            Ok(view.filter(|view| view.row.headline.id == "gate-hold-held"))
        })
        .await
        .unwrap();
    assert_eq!(scene.ground.done(), Vec::<String>::new());
    scene.demand(view.row.id, "ada", Demand::Lift).await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_remember_another_database_run_every_step_all_the_same() {
    let mut scene = scene(WEDNESDAY, &rules()).await;
    scene.complete("1.1.0").await;
    scene.world.close().await.unwrap();
    for name in ["tagwarden.db", "tagwarden.db-wal", "tagwarden.db-shm"] {
        let _ = std::fs::remove_file(scene.ground.root().join("state").join(name));
    }
    scene.hand.advance(std::time::Duration::from_secs(60));
    scene.world.restart().await.unwrap();
    let view = scene.complete("1.2.0").await;
    assert_eq!(view.row.id.0, 1, "the numbers begin anew");
    assert_eq!(scene.running(), view.commit.as_str());
}
