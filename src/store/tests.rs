//! What the store promises, on a real file.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    Advanced, FILE, KeptFeed, NewDelivery, NewOutbox, OutboxState, Store, StoreError, Stored, Trust,
    kept_feed,
};
use crate::domain::audit::Fault;
use crate::domain::journal::{Broken, Stamp};
use crate::domain::names::{EnvironmentName, ObjectId, Person, ReleaseId, RepositoryName};
use crate::domain::release::{Effect, Event, Kind, Opening, Phase, Source, State};
use crate::domain::version::Tag;

fn opening(tag: &str) -> Opening {
    Opening {
        id: ReleaseId(0),
        repository: RepositoryName::parse("school/bridge").unwrap(),
        repository_id: 7,
        environment: EnvironmentName::parse("production").unwrap(),
        tag: Tag::parse(tag.as_bytes(), "v").unwrap(),
        object: ObjectId::parse(&"a".repeat(40)).unwrap(),
        commit: ObjectId::parse(&"b".repeat(40)).unwrap(),
        pusher: None,
        source: Source::Webhook,
        kind: Kind::Forward,
        target: "t".into(),
    }
}

fn stamp() -> Stamp {
    Stamp::daemon(Timestamp::UNIX_EPOCH)
}

fn chatty(_: &State, effect: &Effect) -> Vec<NewOutbox> {
    match effect {
        Effect::Status { .. } => vec![NewOutbox { lane: "status".into(), payload: "{}".into() }],
        _ => Vec::new(),
    }
}

async fn open(store: &Store, tag: &'static str) -> Result<State, ReleaseId> {
    store.write(move |w| w.open_release(opening(tag), &stamp(), &chatty)).await.unwrap()
}

async fn advance(store: &Store, id: ReleaseId, event: Event) -> Advanced {
    store.write(move |w| w.advance(id, &event, &stamp(), &chatty)).await.unwrap()
}

fn withdrawn() -> Event {
    Event::Withdrawn { by: Person::parse("ada").unwrap(), reason: "later".into() }
}

#[tokio::test]
async fn a_tag_object_opens_one_release_per_environment_however_often_it_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let first = open(&store, "v1.0.0").await.unwrap();
    assert_eq!(open(&store, "v1.0.0").await, Err(first.opening.id));
    assert!(open(&store, "v1.0.1").await.is_ok());
}

#[tokio::test]
async fn event_state_and_outbox_are_written_together_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let id = open(&store, "v1.0.0").await.unwrap().opening.id;
    assert!(matches!(advance(&store, id, withdrawn()).await, Advanced::Done { .. }));
    assert!(matches!(advance(&store, id, withdrawn()).await, Advanced::Illegal(_)));
    let failed: Result<(), StoreError> = store
        .write(move |w| {
            assert!(w.open_release(opening("v9.0.0"), &stamp(), &chatty)?.is_ok());
            Err(StoreError::Closed)
        })
        .await;
    assert!(failed.is_err());
    let (state, rows, all) = store
        .read(move |r| {
            Ok((r.state_of(id)?, r.outbox_of(id)?.len(), r.list_releases(None, None, None, 10)?.len()))
        })
        .await
        .unwrap();
    assert_eq!(state.unwrap().phase, Phase::Withdrawn);
    assert_eq!((rows, all), (2, 1));
}

#[tokio::test]
async fn a_newer_status_takes_the_place_of_one_that_is_being_retried() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let id = open(&store, "v1.0.0").await.unwrap().opening.id;
    let first = store.read(move |r| r.outbox_of(id)).await.unwrap().remove(0).id;
    let settle = |state| {
        let late = Timestamp::UNIX_EPOCH + std::time::Duration::from_secs(900);
        store.write(move |w| w.settle_outbox(first, state, late, Some("503"), Timestamp::UNIX_EPOCH))
    };
    let written: Result<(), StoreError> = settle(OutboxState::Due).await;
    written.unwrap();
    advance(&store, id, withdrawn()).await;
    let states = || async {
        let rows = store.read(move |r| r.outbox_of(id)).await.unwrap();
        rows.iter().map(|row| row.state).collect::<Vec<_>>()
    };
    assert_eq!(states().await, [OutboxState::Overtaken, OutboxState::Due]);
    let heads = store.read(|r| r.outbox_heads()).await.unwrap();
    assert_eq!((heads.len(), heads[0].attempts, heads[0].due_at), (1, 0, Timestamp::UNIX_EPOCH));
    // It was under way when it was overtaken: a failure does not bring it back, an arrival is what it is.
    settle(OutboxState::Due).await.unwrap();
    assert_eq!(states().await, [OutboxState::Overtaken, OutboxState::Due]);
    settle(OutboxState::Sent).await.unwrap();
    assert_eq!(states().await, [OutboxState::Sent, OutboxState::Due]);
}

#[tokio::test]
async fn a_row_that_was_begun_and_never_settled_is_known_as_such_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (id, row) = {
        let store = Store::open(folder.path()).unwrap();
        let id = open(&store, "v1.0.0").await.unwrap().opening.id;
        let row = store.read(|r| r.outbox_heads()).await.unwrap().remove(0);
        assert!(!row.is_open(), "nobody has tried");
        let begun: Result<(), StoreError> =
            store.write(move |w| w.begin_outbox(row.id, Timestamp::UNIX_EPOCH)).await;
        begun.unwrap();
        (id, row.id)
    };
    let store = Store::open(folder.path()).unwrap();
    let head = store.read(|r| r.outbox_heads()).await.unwrap().remove(0);
    assert_eq!((head.release, head.attempts, head.is_open()), (id, 1, true));
    let settled: Result<(), StoreError> = store
        .write(move |w| {
            w.settle_outbox(row, OutboxState::Due, Timestamp::UNIX_EPOCH, Some("503"), Timestamp::UNIX_EPOCH)
        })
        .await;
    settled.unwrap();
    assert!(
        !store.read(|r| r.outbox_heads()).await.unwrap().remove(0).is_open(),
        "it is known not to have arrived"
    );
}

#[tokio::test]
async fn a_store_that_is_opened_again_tells_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let before = {
        let store = Store::open(folder.path()).unwrap();
        let id = open(&store, "v1.0.0").await.unwrap().opening.id;
        advance(&store, id, withdrawn()).await;
        store.read(move |r| r.state_of(id)).await.unwrap()
    };
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.read(|r| r.state_of(ReleaseId(1))).await.unwrap(), before);
    assert_eq!(store.read(|r| r.audit(Trust::default())).await.unwrap().unwrap().entries, 2);
}

#[tokio::test]
async fn the_same_news_is_kept_once_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let delivery = NewDelivery {
        received_at: Timestamp::UNIX_EPOCH,
        uuid: "u".into(),
        event: "push".into(),
        content_key: "7 push refs/tags/v1.0.0 a".into(),
        repository: None,
        repository_id: Some(7),
        ref_name: None,
        object: None,
        pusher: None,
        body: b"{}".to_vec(),
        outcome: None,
    };
    let put = |delivery: NewDelivery| store.write(move |w| w.put_delivery(&delivery));
    assert_eq!(put(delivery.clone()).await.unwrap(), Stored::New);
    assert_eq!(put(delivery).await.unwrap(), Stored::Again { times: 2 });
    assert_eq!(store.read(|r| r.pending_deliveries(7)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_changed_or_removed_journal_row_is_found() {
    let folder = tempfile::tempdir().unwrap();
    {
        let store = Store::open(folder.path()).unwrap();
        for tag in ["v1.0.0", "v1.0.1", "v1.0.2"] {
            open(&store, tag).await.unwrap();
        }
    }
    let tamper = |sql: &str| {
        let db = Connection::open(folder.path().join(FILE)).unwrap();
        assert!(db.execute(sql, []).is_err(), "the triggers stand in the way of an accident");
        db.execute_batch("DROP TRIGGER journal_is_never_changed; DROP TRIGGER journal_is_never_cut").unwrap();
        db.execute(sql, []).unwrap();
    };
    tamper("UPDATE journal SET body = replace(body, 'v1.0.1', 'v6.6.6') WHERE seq = 2");
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(
        store.read(|r| r.audit(Trust::default())).await.unwrap().unwrap_err(),
        Fault::Line(Broken::Hash(2))
    );
    drop(store);
    let db = Connection::open(folder.path().join(FILE)).unwrap();
    db.execute("DELETE FROM journal WHERE seq = 1", []).unwrap();
    let store = Store::open(folder.path()).unwrap();
    let found = store.read(|r| r.audit(Trust::default())).await.unwrap().unwrap_err();
    assert_eq!(found, Fault::Line(Broken::Gap { expected: 1, found: 2 }));
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    Connection::open(folder.path().join(FILE)).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Newer { found: 99, .. })));
}

#[tokio::test]
async fn lists_name_the_pusher_as_soon_as_the_forge_does_and_leave_out_what_is_at_rest() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let first = open(&store, "v1.0.0").await.unwrap().opening.id;
    let second = open(&store, "v1.0.1").await.unwrap().opening.id;
    assert_eq!(store.read(move |r| r.pusher_of_release(first)).await.unwrap(), None);
    let ada = Person::parse("ada").unwrap();
    advance(&store, first, Event::PusherNamed { pusher: ada.clone() }).await;
    assert_eq!(store.read(move |r| r.pusher_of_release(first)).await.unwrap(), Some(ada));
    assert!(matches!(advance(&store, second, withdrawn()).await, Advanced::Done { .. }));
    let under_way =
        store.read(|r| r.releases_at_work(Some("School/Bridge"), Some("production"), 10)).await.unwrap();
    assert_eq!(under_way.iter().map(|record| record.id).collect::<Vec<_>>(), [first]);
    assert!(store.read(|r| r.releases_at_work(None, Some("staging"), 10)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_store_of_version_1_with_its_data_learns_to_keep_feeds() {
    let folder = tempfile::tempdir().unwrap();
    {
        let db = Connection::open(folder.path().join(FILE)).unwrap();
        db.execute_batch(include_str!("migrations/001.sql")).unwrap();
        db.execute_batch(
            "INSERT INTO holds (scope, person, reason, at) VALUES ('*', 'ada', 'exams', '2026-11-25T09:00:00Z');
             PRAGMA user_version = 1",
        )
        .unwrap();
    }
    assert_eq!(kept_feed(folder.path(), "school", "courses", "d").unwrap(), None);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.read(|r| r.holds()).await.unwrap().len(), 1);
    let kept = KeptFeed {
        source: "d".into(),
        body: b"BEGIN".to_vec(),
        etag: Some("\"1\"".into()),
        last_modified: None,
        good_at: Timestamp::UNIX_EPOCH,
    };
    let put = kept.clone();
    let written = store.write(move |w| w.put_feed("school", "courses", &put)).await;
    written.unwrap_or_else(|error: StoreError| panic!("{error}"));
    let later: Timestamp = "2026-11-25T09:00:00Z".parse().unwrap();
    let written = store.write(move |w| w.feed_is_good("school", "courses", later)).await;
    written.unwrap_or_else(|error: StoreError| panic!("{error}"));
    let expected = KeptFeed { good_at: later, ..kept };
    // Seen by others while it is open, and only as a copy from the same place.
    assert_eq!(kept_feed(folder.path(), "school", "courses", "d").unwrap(), Some(expected.clone()));
    assert_eq!(store.read(|r| r.feed("school", "courses", "d")).await.unwrap(), Some(expected));
    assert_eq!(store.read(|r| r.feed("school", "courses", "elsewhere")).await.unwrap(), None);
    assert_eq!(kept_feed(&folder.path().join("none"), "school", "courses", "d").unwrap(), None);
}
