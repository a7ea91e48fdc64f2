//! Stories of the whole road: a real push, a real hook, a real daemon, a host on this machine, a moved clock.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

use std::path::Path;

use jiff::Timestamp;
use tagwarden::demo::{Rules, Version, World};
use tagwarden::domain::names::Person;
use tagwarden::domain::release::Phase;
use tagwarden::engine::Demand;
use tempfile::TempDir;

/// A Wednesday morning in Paris.
const WEDNESDAY: &str = "2026-11-25T10:00:00+01:00";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rules() -> Rules {
    Rules {
        approvals: 0,
        closed: "{ name = \"weekend\", from = \"Fri 16:00\", to = \"Mon 07:00\" }".to_owned(),
        watch: "duration = \"30m\"\nevery = \"5m\"".to_owned(),
        further: String::new(),
    }
}

async fn world(start: &str, rules: &Rules) -> (World, TempDir) {
    // Shown when the test fails.
    let _ = tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).with_test_writer().try_init();
    let folder = tempfile::tempdir().unwrap();
    let hook = Path::new(env!("CARGO_BIN_EXE_tagwarden-hook"));
    let world = World::open(folder.path(), at(start), hook, rules).await.unwrap();
    (world, folder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_release_goes_all_the_way() {
    let (mut world, _folder) = world(WEDNESDAY, &rules()).await;
    let said = world.release(Version::good("1.1.0")).await.unwrap();
    assert!(said.ok, "{}", said.text);
    println!("{}", said.text);
    world.reaches("v1.1.0", Phase::Watching).await.unwrap();
    let view = world.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    println!("{}", serde_json::to_string_pretty(&view).unwrap());
    println!("{:?}", world.ground.done());
    println!("{:?}", world.ground.forge.statuses(view.commit.as_str()));
    println!("{:?}", world.ground.forge.releases());
    world.close().await.unwrap();
}
