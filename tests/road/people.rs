//! What people may and may not: approve, deny, hold, withdraw.

use std::time::Duration;

use tagwarden::domain::journal::Channel;
use tagwarden::domain::release::Phase;
use tagwarden::engine::{Demand, RefusedAct};

use crate::scene::{WEDNESDAY, person, rules, scene, with_approval};

#[tokio::test(flavor = "multi_thread")]
async fn a_release_waits_for_an_approver_and_for_nobody_else() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    let said = scene.push("1.1.0").await;
    assert!(said.contains("team:school/release"), "the push names who can approve: {said}");
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    for who in ["ada", "eve", "stranger"] {
        let refused = scene.approve(&view, who).await.unwrap_err();
        assert!(matches!(&refused, RefusedAct::NotAllowed(notice) if notice.id == "TW-P001"), "{refused:?}");
    }
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    let events = scene.events(view.row.id).await;
    let approved = events.iter().position(|name| name == "approved").unwrap();
    assert!(approved < events.iter().position(|name| name == "started").unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_what_they_were_not_shown() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    let demand = Demand::Approve { binding: "0".repeat(64) };
    let refused = scene.demand(view.row.id, "grace", demand).await.unwrap_err();
    assert!(matches!(&refused, RefusedAct::Conflict(notice) if notice.id == "TW-P002"), "{refused:?}");
    assert_eq!(scene.view("v1.1.0").await.unwrap().unwrap().approvals.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_their_own_tag() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    scene.ground.forge.add_team("school", "release", &["grace", "ada"]);
    scene.push("1.1.0").await;
    scene.settled().await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    let refused = scene.approve(&view, "ada").await.unwrap_err();
    assert!(matches!(&refused, RefusedAct::NotAllowed(notice) if notice.id == "TW-P003"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_nobody_used_expires() {
    let mut rules = with_approval();
    rules.closed = "{ name = \"audit\", from = \"Wed 00:00\", to = \"Sat 12:00\" }".to_owned();
    let scene = scene(WEDNESDAY, &rules).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.approve(&view, "grace").await.unwrap();
    scene.hand.advance(Duration::from_secs(73 * 3600));
    let view = scene
        .until("the approval to be missing", |world| async move {
            let view = world.view("v1.1.0").await?;
            Ok(view.filter(|view| view.row.headline.id == "gate-approval-missing"))
        })
        .await
        .unwrap();
    assert_eq!(view.row.phase, "waiting");
    assert_eq!(scene.ground.done(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_release_stays_denied() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    let reason = "not before the exams".to_owned();
    scene.demand(view.row.id, "grace", Demand::Deny { reason }).await.unwrap();
    assert!(scene.status_is(view.commit.as_str(), "failure").await.contains("not before the exams"));
    let refused = scene.approve(&view, "grace").await.unwrap_err();
    assert!(matches!(refused, RefusedAct::Conflict(_)), "{refused:?}");
    scene.settled().await;
    assert_eq!(scene.view("v1.1.0").await.unwrap().unwrap().row.phase, "denied");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_stops_what_is_new_until_it_is_lifted() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let ada = person("ada");
    scene.engine().hold_scope("*", &ada, Channel::Cli, "audit", None).await.unwrap();
    let said = scene.push("1.1.0").await;
    assert!(said.contains("ada") && said.contains("audit"), "{said}");
    scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.settled().await;
    assert_eq!(scene.ground.done(), Vec::<String>::new());
    let refused = scene.engine().lift_scope("*", &person("eve"), Channel::Cli).await;
    assert!(refused.is_err());
    scene.engine().lift_scope("*", &ada, Channel::Cli).await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_release_gives_way_to_the_next() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    let reason = "a typo on the first page".to_owned();
    scene.demand(view.row.id, "ada", Demand::Withdraw { reason }).await.unwrap();
    scene.reaches("v1.1.0", Phase::Withdrawn).await.unwrap();
    scene.push("1.1.1").await;
    let view = scene.reaches("v1.1.1", Phase::Waiting).await.unwrap();
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.1.1", Phase::Watching).await.unwrap();
}
