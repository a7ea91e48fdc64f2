//! What the team's chats hear.

use tagwarden::demo::{Rules, Version};
use tagwarden::domain::release::Phase;
use tagwarden::engine::Demand;
use tagwarden::store::OutboxState;

use crate::chat::{Chat, Says};
use crate::scene::{WEDNESDAY, rules, scene, with_approval};

fn with_chats(rules: Rules, slack: &Chat, teams: &Chat, folder: &std::path::Path) -> Rules {
    let mut further = rules.further;
    for (kind, chat) in [("slack", slack), ("teams", teams)] {
        let file = folder.join(kind);
        std::fs::write(&file, chat.url("/hook")).unwrap();
        further += &format!("[[notify]]\nkind = \"{kind}\"\nurl = {{ file = \"{}\" }}\n", file.display());
    }
    Rules { further, ..rules }
}

fn texts(chat: &Chat) -> Vec<String> {
    chat.heard().iter().map(|heard| String::from_utf8_lossy(&heard.body).into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_and_teams_hear_of_what_waits_of_what_is_there_and_of_what_went_back() {
    let (slack, teams) = (Chat::always(200, "ok").await, Chat::always(202, "").await);
    let folder = tempfile::tempdir().unwrap();
    let scene = scene(WEDNESDAY, &with_chats(with_approval(), &slack, &teams, folder.path())).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    scene.push_version(Version { smoke: "smoky", ..Version::good("1.2.0") }).await;
    let view = scene.reaches("v1.2.0", Phase::Waiting).await.unwrap();
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.2.0", Phase::RolledBack).await.unwrap();
    for chat in [&slack, &teams] {
        scene
            .until("the news of the way back", |_| async {
                Ok(texts(chat).iter().any(|text| text.contains("v1.2.0 was taken back")).then_some(()))
            })
            .await
            .unwrap();
        let said = texts(chat);
        let count = |words: &str| said.iter().filter(|text| text.contains(words)).count();
        assert_eq!(count("v1.1.0 for production waits for approval"), 1, "{said:#?}");
        assert_eq!(count("v1.1.0 is in production"), 1, "{said:#?}");
        assert_eq!(count("v1.2.0 is being taken back"), 1, "{said:#?}");
        assert_eq!(count("v1.2.0 was taken back"), 1, "{said:#?}");
        assert!(said.iter().all(|text| text.contains("/releases/")), "each leads to its page: {said:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_refuses_everything_holds_nobody_up() {
    let (slack, teams) = (Chat::always(404, "no_service").await, Chat::always(500, "").await);
    let folder = tempfile::tempdir().unwrap();
    let scene = scene(WEDNESDAY, &with_chats(rules(), &slack, &teams, folder.path())).await;
    scene.complete("1.1.0").await;
    assert!(!slack.heard().is_empty() && !teams.heard().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_never_answers_keeps_no_status_waiting() {
    let silent = Chat::with(|_| Says::Silence).await;
    let teams = Chat::always(202, "").await;
    let folder = tempfile::tempdir().unwrap();
    let scene = scene(WEDNESDAY, &with_chats(with_approval(), &silent, &teams, folder.path())).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    // The chat has been told of the approval that is missing and keeps its sender waiting from here on.
    silent.wait_for(1).await;
    scene
        .demand(view.row.id, "grace", Demand::Deny { reason: "not before the exams".to_owned() })
        .await
        .unwrap();
    scene.status_is(view.commit.as_str(), "failure").await;
    assert_eq!(
        silent.heard().len(),
        1,
        "the silent chat was not asked a second time before the status arrived"
    );
    let id = view.row.id;
    let rows = scene.engine().store().read(move |r| r.outbox_of(id)).await.unwrap();
    let chat = rows.iter().find(|row| row.lane.starts_with("chat:slack")).unwrap();
    assert_eq!(
        (chat.state, chat.attempts, chat.is_open()),
        (OutboxState::Due, 1, true),
        "it is still under way"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn news_that_cannot_be_put_together_are_tried_again_later_and_show_why() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    scene.settled().await;
    // The changelog cannot be read: the mirror is gone, and a file stands in its place.
    let mirrors = scene.ground.root().join("state/mirrors");
    let aside = scene.ground.root().join("state/mirrors-aside");
    std::fs::rename(&mirrors, &aside).unwrap();
    std::fs::write(&mirrors, "").unwrap();
    // What cannot be told yet keeps the release from nothing: the row has an answer, and is tried again.
    scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    let id = view.row.id;
    let release_row = || async {
        let rows = scene.engine().store().read(move |r| r.outbox_of(id)).await.unwrap();
        rows.into_iter().find(|row| row.lane == "release").unwrap()
    };
    let row = release_row().await;
    assert_eq!(row.state, OutboxState::Due);
    assert!(row.due_at > scene.now(), "{row:?}");
    assert!(row.answer.as_deref().is_some_and(|why| why.contains("the mirror failed")), "{row:?}");
    assert!(scene.ground.forge.releases().is_empty());
    std::fs::remove_file(&mirrors).unwrap();
    std::fs::rename(&aside, &mirrors).unwrap();
    scene.hand.advance(std::time::Duration::from_secs(900));
    scene
        .until("the release on the forge", |world| async move {
            Ok((!world.ground.forge.releases().is_empty()).then_some(()))
        })
        .await
        .unwrap();
}
