//! What stands outside when something was approved or deployed, when an answer is lost, and when somebody set us back.

use std::time::Duration;

use tagwarden::demo::{REPOSITORY, Rules};
use tagwarden::domain::checkpoint::Note;
use tagwarden::domain::names::ReleaseId;
use tagwarden::domain::release::Phase;
use tagwarden::store::{Kept, OutboxState, Trust};

use crate::chat::Chat;
use crate::scene::{Scene, WEDNESDAY, rules, scene, with_approval};

fn with_file(rules: Rules) -> Rules {
    let outside =
        format!("[audit]\noutside = {{ repository = \"{REPOSITORY}\", path = \"records/checkpoint\" }}\n");
    Rules { further: rules.further + &outside, ..rules }
}

fn outside(scene: &Scene) -> Vec<Note> {
    scene.ground.forge.files().iter().map(|file| Note::parse(&file.text).unwrap()).collect()
}

async fn newest(scene: &Scene) -> Note {
    Note::parse(&scene.engine().newest_checkpoint().await.unwrap().unwrap()).unwrap()
}

/// Waits until the newest checkpoint stands outside.
async fn witnessed(scene: &Scene) -> Note {
    scene
        .until("the newest checkpoint to stand outside", |_| async {
            let newest = newest(scene).await;
            Ok(outside(scene).last().is_some_and(|last| *last == newest).then_some(newest))
        })
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_approved_and_deployed_stands_outside_and_the_journal_holds_it() {
    let scene = scene(WEDNESDAY, &with_file(with_approval())).await;
    let at_start = witnessed(&scene).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    let deployed = witnessed(&scene).await;
    assert!(deployed.checkpoint.number >= at_start.checkpoint.number + 2, "approval and deployment");
    let notes = outside(&scene);
    assert!(notes.is_sorted_by_key(|note| note.checkpoint.size), "{notes:?}");
    let audit = scene.engine().store().read(move |r| r.audit(Trust { keys: &[], outside: &notes })).await;
    assert_eq!(audit.unwrap().unwrap().covered, deployed.checkpoint.size);
    let file = scene.ground.forge.files().pop().unwrap();
    assert_eq!((file.path.as_str(), file.branch.as_str()), ("records/checkpoint", "main"));
    assert!(file.message.starts_with("Checkpoint "), "{file:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_five_minutes_in_which_something_was_added_end_with_a_checkpoint_and_others_do_not() {
    let scene = scene(WEDNESDAY, &with_file(rules())).await;
    let at_start = witnessed(&scene).await.checkpoint;
    scene.settled().await;
    // Nothing is deployed, so nothing seals by itself: only the clock does.
    scene.engine().new_token(&crate::scene::person("grace")).await.unwrap();
    let added = scene.engine().store().read(|r| r.journal_end()).await.unwrap().0;
    assert!(added > at_start.size);
    scene.hand.advance(Duration::from_secs(301));
    let later = scene
        .until("a checkpoint of what was added", |_| async {
            let last = outside(&scene).pop().map(|note| note.checkpoint);
            Ok(last.filter(|last| last.size >= added))
        })
        .await
        .unwrap();
    scene.hand.advance(Duration::from_secs(301));
    scene.hand.advance(Duration::from_secs(301));
    scene.engine().store().write(|_| Ok::<_, tagwarden::store::StoreError>(())).await.unwrap();
    assert_eq!(newest(&scene).await.checkpoint, later, "an idle house makes none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_whose_answer_was_lost_is_not_written_twice() {
    let scene = scene(WEDNESDAY, &with_file(with_approval())).await;
    witnessed(&scene).await;
    let before = outside(&scene).len();
    scene.engine().new_token(&crate::scene::person("grace")).await.unwrap();
    scene.ground.forge.lose_next_answers(1);
    scene.hand.advance(Duration::from_secs(301));
    scene
        .until("the row to be settled", |world| async {
            // The pause after a lost answer is the house's, and its clock has to be moved.
            scene.hand.advance(Duration::from_secs(2));
            let rows = world.engine().store().read(|r| r.outbox_of(ReleaseId(0))).await.unwrap();
            Ok(rows.last().filter(|row| row.state == OutboxState::Sent && row.attempts > 1).map(|_| ()))
        })
        .await
        .unwrap();
    assert_eq!(outside(&scene).len(), before + 1, "{:#?}", scene.ground.forge.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_saw_more_than_the_journal_tells_is_not_overwritten() {
    let mut scene = scene(WEDNESDAY, &with_file(with_approval())).await;
    witnessed(&scene).await;
    let database = scene.ground.root().join("state").join(tagwarden::store::FILE);
    scene.world.close().await.unwrap();
    let earlier = scene.ground.root().join("earlier.db");
    Kept::open(&database).unwrap().copy(&earlier).unwrap();
    scene.world.restart().await.unwrap();
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    let witness = witnessed(&scene).await;
    scene.world.close().await.unwrap();
    for log in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{log}", database.display()));
    }
    // Under a new inode: whatever the house before still holds open is not this file.
    std::fs::remove_file(&database).unwrap();
    std::fs::copy(&earlier, &database).unwrap();
    let count = outside(&scene).len();
    scene.world.restart().await.unwrap();
    scene
        .until("the row to be given up", |world| async {
            scene.hand.advance(Duration::from_secs(5));
            let rows = world.engine().store().read(|r| r.outbox_of(ReleaseId(0))).await.unwrap();
            let given_up = rows.into_iter().find(|row| row.state == OutboxState::GivenUp);
            Ok(given_up.and_then(|row| row.answer).filter(|answer| answer.contains("set back")))
        })
        .await
        .unwrap();
    assert_eq!(outside(&scene)[..count].last().unwrap().checkpoint.size, witness.checkpoint.size.max(1));
    let notes = vec![witness];
    let audit = scene.engine().store().read(move |r| r.audit(Trust { keys: &[], outside: &notes })).await;
    assert!(audit.unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_hears_the_whole_checkpoint() {
    let chat = Chat::always(200, "ok").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    std::fs::write(&file, chat.url("/hook")).unwrap();
    let further = format!(
        "[[notify]]\nkind = \"slack\"\nname = \"records\"\nurl = {{ file = \"{}\" }}\n[audit]\noutside = {{ notify = \"records\" }}\n",
        file.display()
    );
    let scene = scene(WEDNESDAY, &Rules { further, ..rules() }).await;
    let note = newest(&scene).await;
    let told = scene
        .until("the channel to hear", |_| async {
            let told = chat.heard().iter().find_map(|heard| {
                let body: serde_json::Value = serde_json::from_slice(&heard.body).unwrap();
                Some(body["blocks"][1]["text"]["text"].as_str()?.to_owned())
            });
            Ok(told)
        })
        .await
        .unwrap();
    assert_eq!(
        Note::parse_all(&told),
        Some(vec![note]),
        "what was heard can be handed to `audit verify --against`"
    );
}
