//! What people may and may not: approve, deny, hold, withdraw.

use std::time::Duration;

use tagwarden::domain::gate::Standing;
use tagwarden::domain::journal::Channel;
use tagwarden::domain::release::Phase;
use tagwarden::engine::{Demand, RefusedAct};

use crate::scene::{FRIDAY_EVENING, MONDAY, WEDNESDAY, at, person, rules, scene, with_approval};

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

#[tokio::test(flavor = "multi_thread")]
async fn what_the_journal_cannot_take_does_not_happen() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let (engine, ada) = (scene.engine(), person("ada"));
    engine.hold_scope("*", &ada, Channel::Cli, "audit", None).await.unwrap();
    let token = engine.new_token(&ada).await.unwrap();
    let state = scene.ground.root().join("state").join(tagwarden::store::FILE);
    let file = rusqlite::Connection::open(state).unwrap();
    file.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'no room'); END",
    )
    .unwrap();
    assert!(engine.hold_scope("*", &ada, Channel::Cli, "exams", None).await.is_err());
    assert!(engine.lift_scope("*", &ada, Channel::Cli).await.is_err());
    assert!(engine.revoke_tokens(&ada).await.is_err());
    assert!(engine.new_token(&person("eve")).await.is_err());
    let holds = engine.store().read(|r| r.holds()).await.unwrap();
    assert_eq!(holds.iter().map(|hold| hold.reason.as_str()).collect::<Vec<_>>(), ["audit"]);
    assert_eq!(engine.tokens().await.unwrap().len(), 1);
    assert_eq!(engine.person_of_token(&token).await.unwrap(), Some(ada.clone()), "it was not revoked");
    file.execute_batch("DROP TRIGGER full").unwrap();
    engine.lift_scope("*", &ada, Channel::Cli).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_approve_any_more_when_it_starts_has_not_approved() {
    let scene = scene(FRIDAY_EVENING, &with_approval()).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.approve(&view, "grace").await.unwrap();
    let on_monday = || async {
        let answer = scene.engine().explain(view.row.id, at(MONDAY)).await.unwrap().unwrap();
        let gate = answer.gates.into_iter().find(|gate| gate.gate == "approval").unwrap();
        (answer.may_deploy, gate.standing)
    };
    assert_eq!(on_monday().await, (true, Standing::Good));
    scene.ground.forge.be_down(true);
    assert_eq!(on_monday().await, (false, Standing::Unknown), "nobody knows whether grace still may");
    scene.ground.forge.be_down(false);
    scene.ground.forge.add_team("school", "release", &["linus"]);
    assert_eq!(on_monday().await, (false, Standing::Bad));
    scene.hand.set(at(MONDAY));
    scene
        .until("the approval to be missing", |world| async move {
            let view = world.view("v1.1.0").await?;
            Ok(view.filter(|view| view.row.headline.id == "gate-approval-missing"))
        })
        .await
        .unwrap();
    assert_eq!(scene.ground.done(), Vec::<String>::new());
    scene.approve(&view, "linus").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_of_an_unknown_pusher_needs_one_approval_more() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    scene.ground.forge.add_team("school", "release", &["grace", "ada"]);
    scene.ground.forge.lose_next_webhooks(3);
    scene.push("1.1.0").await;
    scene.ground.forge.sync().await;
    scene.hand.advance(Duration::from_secs(301));
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    // She pushed it, and nobody can know.
    scene.approve(&view, "ada").await.unwrap();
    scene
        .until("the unknown pusher to be told of", |world| async move {
            let view = world.view("v1.1.0").await?;
            Ok(view.filter(|view| view.row.headline.id == "gate-approval-pusher-unknown"))
        })
        .await
        .unwrap();
    assert_eq!(scene.ground.done(), Vec::<String>::new());
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_only_in_a_team_stops_and_takes_back_while_the_forge_is_down() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.complete("1.1.0").await;
    let view = scene.complete("1.2.0").await;
    scene.ground.forge.be_down(true);
    let (engine, grace) = (scene.engine(), person("grace"));
    let rollback = || Demand::Rollback { reason: "it is slow".to_owned() };
    let refused = scene.demand(view.row.id, "eve", rollback()).await.unwrap_err();
    assert!(matches!(refused, RefusedAct::Unavailable(_)), "{refused:?}");
    engine.hold_scope("*", &grace, Channel::Cli, "it is slow", None).await.unwrap();
    let refused = engine.lift_scope("*", &grace, Channel::Cli).await.unwrap_err();
    assert!(
        matches!(refused, RefusedAct::Unavailable(_)),
        "what lets things go needs a sure answer: {refused:?}"
    );
    scene.demand(view.row.id, "grace", rollback()).await.unwrap();
    scene.reaches("v1.2.0", Phase::RolledBack).await.unwrap();
    let noted = engine.store().read(|r| {
        let mut noted = 0;
        r.each_journal_row(1, |row| {
            noted += usize::from(row.body.contains("right-remembered") && row.body.contains("grace"));
            Ok(())
        })?;
        Ok(noted)
    });
    assert_eq!(noted.await.unwrap(), 2, "the stop and the way back");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_seen_to_have_left_a_team_is_not_remembered() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.complete("1.1.0").await;
    let view = scene.complete("1.2.0").await;
    scene.ground.forge.add_team("school", "release", &["linus"]);
    let rollback = || Demand::Rollback { reason: "it is slow".to_owned() };
    let refused = scene.demand(view.row.id, "grace", rollback()).await.unwrap_err();
    assert!(matches!(refused, RefusedAct::NotAllowed(_)), "{refused:?}");
    scene.ground.forge.be_down(true);
    let refused = scene.demand(view.row.id, "grace", rollback()).await.unwrap_err();
    assert!(matches!(refused, RefusedAct::Unavailable(_)), "{refused:?}");
}
