//! What is not on the disk is not acknowledged: a commit that fails is 503 for the forge, and the daemon starts anew.
//!
//! A process of its own, because the point at which the commit fails is one for the whole process.

#![cfg(feature = "failpoints")]
#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

#[allow(dead_code, reason = "other test crates use the rest")]
#[path = "webhooks/ground.rs"]
mod ground;
#[path = "world/traffic.rs"]
mod traffic;
#[allow(dead_code, reason = "other test crates use the rest")]
#[path = "webhooks/wire.rs"]
mod wire;

use std::time::Duration;

use fail::FailScenario;
use ground::{House, Setting, database};
use tagwarden::clock::Stopwatch;
use tagwarden::daemon::DaemonError;
use tokio::task::JoinSet;
use wire::{Post, ask};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_cannot_be_committed_is_never_acknowledged() {
    let scenario = FailScenario::setup();
    let house = House::open(&Setting::waiting()).await;
    let tagged = house.release("1.0.0");
    let before = house.count("SELECT count(*) FROM deliveries");
    fail::cfg("store-commit", "return(the disk is full)").unwrap();
    let mut asked = JoinSet::new();
    for number in 0..20 {
        let post = if number % 2 == 0 { Post::push(&tagged) } else { Post::create(&tagged) };
        let (address, request) = (house.address, post.again(number).bytes());
        asked.spawn(async move { ask(address, &request).await });
    }
    for answer in asked.join_all().await {
        assert_eq!(answer.status, 503, "{answer:?}");
    }
    let (ended, folder) = house.ended().await;
    assert!(matches!(ended, Err(DaemonError::StoreBroken)), "{ended:?}");
    let kept: u64 =
        database(folder.path()).query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, before);
    scenario.teardown();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_somebody_else_keeps_locked_is_told_to_the_forge_before_it_gives_up() {
    let scenario = FailScenario::setup();
    let house = House::open(&Setting::waiting()).await;
    let post = Post::push(&house.release("1.0.0"));
    let file = house.folder().join("state").join(tagwarden::store::FILE);
    let other = rusqlite::Connection::open(file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = Stopwatch::start();
    assert_eq!(house.ask(&post.bytes()).await.status, 503);
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}: the forge waits for five seconds",
        begun.elapsed()
    );
    other.execute_batch("ROLLBACK").unwrap();
    scenario.teardown();
}
