//! Fifty tags in a second: none is lost, and an environment has one deployment at a time.

use std::collections::BTreeMap;
use std::time::Duration;

use tagwarden::clock::Stopwatch;
use tagwarden::domain::journal::Fact;
use tagwarden::domain::release::{Event, Phase};
use tagwarden::store::{JournalRow, StoreError};
use tokio::task::JoinSet;

use crate::alone;
use crate::ground::{BRIDGE, House, Setting, environment};
use crate::wire::{Post, ask};

const REPOSITORIES: usize = 50;

/// Fails when two releases had one environment at the same time, as the journal tells; returns how many had it.
fn assert_one_at_a_time(house: &House) -> usize {
    let mut entries = Vec::new();
    house
        .engine
        .store()
        .read_now(|r| {
            r.each_journal_row(1, |row: JournalRow| {
                entries.push(row.entry().map_err(|broken| StoreError::Unreadable(format!("{broken:?}"))));
                Ok(())
            })
        })
        .unwrap();
    let mut places = BTreeMap::new();
    let mut holders: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut began = 0;
    for entry in entries {
        let Fact::Release { release, event } = entry.unwrap().fact else { continue };
        if let Event::Opened { opening } = &event {
            places.insert(release.0, (opening.repository.to_string(), opening.environment.to_string()));
            continue;
        }
        let place = places[&release.0].clone();
        match event {
            Event::Started { .. } => {
                began += 1;
                let other = holders.insert(place.clone(), release.0);
                assert_eq!(other, None, "{place:?}: {} started before {other:?} had ended", release.0);
            }
            Event::Completed | Event::RolledBack => {
                assert_eq!(holders.remove(&place), Some(release.0), "{place:?}");
            }
            _ => {}
        }
    }
    began
}

fn script_places() -> Setting {
    let free = environment("production", "approvals = 0", "true");
    let repositories = (0..REPOSITORIES).map(|n| (format!("school/bridge-{n}"), free.clone())).collect();
    Setting { repositories, server: String::new() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_tags_in_fifty_repositories_within_a_second_are_all_deployed() {
    let _alone = alone().await;
    let setting = script_places();
    let house = House::open_quick(&setting).await;
    let tagged = house.write("1.0.0");
    for (name, _) in &setting.repositories {
        house.push(name, &["v1.0.0"]);
    }
    let begun = Stopwatch::start();
    let mut asked = JoinSet::new();
    for (n, (name, _)) in setting.repositories.iter().enumerate() {
        for post in [Post::push(&tagged), Post::create(&tagged)] {
            let body = String::from_utf8(post.body).unwrap();
            let id = format!("\"id\": {},", n + 1);
            let body = body.replacen(
                "\"repository\": {\n    \"id\": 1,",
                &format!("\"repository\": {{\n    {id}"),
                1,
            );
            let post = Post::new(&post.event, body.replace(BRIDGE, name));
            let address = house.address;
            asked.spawn(async move { ask(address, &post.bytes()).await });
        }
    }
    let answers = asked.join_all().await;
    let took = begun.elapsed();
    println!("a hundred deliveries were answered after {took:?}");
    assert!(answers.iter().all(|answer| answer.body.contains("was noted")), "{answers:?}");
    assert!(took < Duration::from_secs(1), "a hundred deliveries were answered after {took:?}");
    house
        .until("fifty releases", async |house| (house.rows().await.len() == REPOSITORIES).then_some(()))
        .await;
    finish(&house, REPOSITORIES).await;
    println!("all were complete after {:?}", begun.elapsed());
    assert_eq!(assert_one_at_a_time(&house), REPOSITORIES);
    house.close().await;
}

/// Lets the time of the watches pass until so many releases are complete.
async fn finish(house: &House, complete: usize) {
    house
        .until("every release to be complete", async |house| {
            let rows = house.rows().await;
            if rows.iter().any(|row| row.phase == Phase::Watching.name()) {
                house.hand.advance(Duration::from_secs(10));
            }
            let done = rows.iter().filter(|row| row.phase == Phase::Complete.name()).count();
            (done == complete).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn releases_that_race_for_one_environment_go_one_after_the_other() {
    let _alone = alone().await;
    // Each commits something of its own on a hotfix branch or main, so that none contains the other.
    let log = tempfile::tempdir().unwrap();
    let step = log.path().join("step");
    let text = format!(
        "#!/bin/sh\nmkdir {0}/busy || echo \"$1 met another\" >>{0}/collisions\nsleep 0.2\nrmdir {0}/busy\necho \"$1\" >>{0}/done\n",
        log.path().display()
    );
    std::fs::write(&step, text).unwrap();
    std::os::unix::fs::PermissionsExt::set_mode(&mut std::fs::metadata(&step).unwrap().permissions(), 0o755);
    std::fs::set_permissions(&step, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let place = environment("production", "approvals = 0", &step.to_string_lossy());
    let setting = Setting { repositories: vec![(BRIDGE.to_owned(), place)], server: String::new() };
    let house = House::open(&setting).await;
    house.connect(&setting);
    let mut versions = Vec::new();
    for n in 1..=5 {
        let tagged = house.release(&format!("1.{}.0", n - 1));
        house.deliver(&Post::push(&tagged)).await;
        house.deliver(&Post::create(&tagged)).await;
        versions.push(tagged.tag);
    }
    house
        .until("all to be over", async |house| {
            let rows = house.rows().await;
            if rows.iter().any(|row| row.phase == Phase::Watching.name()) {
                house.hand.advance(Duration::from_secs(10));
            }
            let over = rows.iter().filter(|row| Phase::named(row.phase).unwrap().is_over()).count();
            (over == versions.len()).then_some(())
        })
        .await;
    let began = assert_one_at_a_time(&house);
    let done = std::fs::read_to_string(log.path().join("done")).unwrap();
    assert_eq!(done.lines().count(), began, "each that started ran its step once: {done}");
    assert!(!log.path().join("collisions").exists());
    assert_eq!(house.releases().await.last().unwrap(), &("v1.4.0".to_owned(), "complete"));
    house.close().await;
}
