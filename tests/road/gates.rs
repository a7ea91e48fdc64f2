//! Automatic gates: what they hold, what opens them, and what they leave behind.

use std::time::Duration;

use tagwarden::demo::{Rules, World};
use tagwarden::domain::gate::{GateReading, Standing};
use tagwarden::domain::release::Phase;
use tagwarden::engine::Demand;
use tagwarden::engine::view::ReleaseView;

use crate::scene::{Scene, WEDNESDAY, rules, scene};

/// A gate that is good as long as the file `ready` stands beside the configuration.
pub const READY: &str = r#"
[[repository.environment.gates.command]]
name = "ready"
run = ["test", "-e", "{root}/ready"]
"#;

fn with(gates: &str) -> Rules {
    Rules { further: gates.to_owned(), ..rules() }
}

fn gate<'v>(view: &'v ReleaseView, name: &str) -> &'v GateReading {
    view.gates.iter().find(|gate| gate.gate == name).unwrap()
}

impl Scene {
    /// Moves the clock on until a gate of the release says `standing`: what it asks lives in another time.
    pub async fn gate_becomes(&self, tag: &str, name: &str, standing: Standing) -> ReleaseView {
        self.until(&format!("{name} of {tag} to become {standing:?}"), |world| async move {
            world.hand.advance(Duration::from_secs(6));
            let view = world.view(tag).await?;
            Ok(view
                .filter(|view| view.gates.iter().any(|gate| gate.gate == name && gate.standing == standing)))
        })
        .await
        .unwrap()
    }

    /// Waits until a gate of the release says `standing`.
    async fn gate_says(&self, tag: &str, name: &str, standing: Standing) -> ReleaseView {
        self.until(&format!("{name} of {tag} to be {standing:?}"), |world| async move {
            let view = world.view(tag).await?;
            Ok(view
                .filter(|view| view.gates.iter().any(|gate| gate.gate == name && gate.standing == standing)))
        })
        .await
        .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_gate_holds_the_release_and_lets_it_go_when_it_opens() {
    let scene = scene(WEDNESDAY, &with(READY)).await;
    let said = scene.push("1.1.0").await;
    assert!(said.contains("ready"), "the push names the gate: {said}");
    let view = scene.gate_says("v1.1.0", "ready", Standing::Bad).await;
    assert_eq!(view.row.phase, "waiting");
    assert_eq!(gate(&view, "ready").reason.id, "gate-command-bad");
    std::fs::write(scene.ground.root().join("ready"), "").unwrap();
    scene.hand.advance(Duration::from_secs(10));
    let view = scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    assert_eq!(gate(&view, "ready").standing, Standing::Good);
    let events = scene.events(view.row.id).await;
    let seen: Vec<usize> = (0..events.len()).filter(|place| events[*place] == "seen").collect();
    assert_eq!(seen.len(), 2, "one entry per news: {events:?}");
    assert!(seen[1] < events.iter().position(|name| name == "started").unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_closed_again_is_noticed_right_before_the_deployment() {
    let mut rules = with(READY);
    rules.closed = "{ name = \"morning\", from = \"Wed 00:00\", to = \"Wed 12:00\" }".to_owned();
    let scene = scene(WEDNESDAY, &rules).await;
    std::fs::write(scene.ground.root().join("ready"), "").unwrap();
    scene.push("1.1.0").await;
    scene.gate_says("v1.1.0", "ready", Standing::Good).await;
    // Nobody looks between the last good look and noon but the guard itself.
    scene.hand.advance(Duration::from_secs(2 * 3600 - 30));
    scene.settled().await;
    std::fs::remove_file(scene.ground.root().join("ready")).unwrap();
    scene.hand.advance(Duration::from_secs(60));
    let view = scene.gate_says("v1.1.0", "ready", Standing::Bad).await;
    assert_eq!(view.row.phase, "waiting");
    assert!(!scene.events(view.row.id).await.contains(&"started".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_the_wanted_value_opens_the_gate() {
    let gates = r#"
[[repository.environment.gates.http]]
name = "front"
url = "{app}/health"
status = 200
[[repository.environment.gates.http]]
name = "nobody"
url = "http://127.0.0.1:9/"
"#;
    let scene = scene(WEDNESDAY, &with(gates)).await;
    scene.push("1.1.0").await;
    let view = scene.gate_says("v1.1.0", "front", Standing::Good).await;
    let view = if gate(&view, "nobody").reason.id == "gate-evidence-none" {
        scene.gate_says("v1.1.0", "nobody", Standing::Unknown).await
    } else {
        view
    };
    assert_eq!(view.row.phase, "waiting");
    assert_eq!(gate(&view, "nobody").standing, Standing::Unknown, "no answer is no bad answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_passes_every_gate() {
    let scene = scene(WEDNESDAY, &with(READY)).await;
    std::fs::write(scene.ground.root().join("ready"), "").unwrap();
    scene.complete("1.1.0").await;
    std::fs::remove_file(scene.ground.root().join("ready")).unwrap();
    scene.must(&["tag", "v1.1.0-rollback", "v1.0.0^{commit}"]).await;
    scene.must(&["push", "origin", "v1.1.0-rollback"]).await;
    scene.reaches("v1.1.0", Phase::RolledBack).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_does_not_wait_for_a_slow_gate_of_the_next_release() {
    let gates = r#"
[[repository.environment.gates.command]]
name = "ready"
run = ["sh", "-c", "while [ -e {root}/slow ]; do touch {root}/looking; sleep 0.1; done"]
limit = "10m"
"#;
    let scene = scene(WEDNESDAY, &Rules { approvals: 1, ..with(gates) }).await;
    scene.push("1.1.0").await;
    let view = scene.gate_says("v1.1.0", "ready", Standing::Good).await;
    scene.approve(&view, "grace").await.unwrap();
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    let old = scene.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    scene.push("1.2.0").await;
    let view = scene.gate_says("v1.2.0", "ready", Standing::Good).await;
    std::fs::write(scene.ground.root().join("slow"), "").unwrap();
    scene.approve(&view, "grace").await.unwrap();
    let looking = scene.ground.root().join("looking");
    scene.until("the last look", async |_| Ok(looking.exists().then_some(()))).await.unwrap();
    let rollback = Demand::Rollback { reason: "pupils see each other's marks".to_owned() };
    scene.demand(old.row.id, "grace", rollback).await.unwrap();
    scene.reaches("v1.1.0", Phase::RolledBack).await.unwrap();
    std::fs::remove_file(scene.ground.root().join("slow")).unwrap();
    scene.settled().await;
    assert!(!scene.events(view.row.id).await.contains(&"started".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_words_it_differently_at_every_look_floods_nobody() {
    let gates = r#"
[[repository.environment.gates.command]]
name = "disk"
run = ["sh", "-c", "echo x >> {root}/looks; wc -l < {root}/looks; exit 1"]
"#;
    let scene = scene(WEDNESDAY, &with(gates)).await;
    scene.push("1.1.0").await;
    scene.gate_says("v1.1.0", "disk", Standing::Bad).await;
    let looks =
        |world: &World| std::fs::read_to_string(world.ground.root().join("looks")).unwrap().lines().count();
    let start = scene.now();
    scene
        .until("an hour and a half of looks", |world| async move {
            world.hand.advance(Duration::from_secs(20));
            let long = world.now() > start + Duration::from_secs(90 * 60);
            Ok((long && looks(world) >= 25).then_some(()))
        })
        .await
        .unwrap();
    // A look that the move of the clock meets in its middle has older words, so there may have to be another quarter.
    let polls = std::cell::Cell::new(0_u32);
    let polls = &polls;
    let view = scene
        .until("the newest words", |world| async move {
            if polls.replace(polls.get() + 1).is_multiple_of(300) {
                world.hand.advance(Duration::from_secs(16 * 60));
            }
            let view = world.view("v1.1.0").await?.unwrap();
            let said = gate(&view, "disk").reason.values.get("said").cloned().unwrap_or_default();
            Ok((said.trim() == looks(world).to_string()).then_some(view))
        })
        .await
        .unwrap();
    let events = scene.events(view.row.id).await;
    let count = |name: &str| events.iter().filter(|event| *event == name).count();
    let quarters = usize::try_from(scene.now().duration_since(start).as_mins() / 15).unwrap();
    assert!(
        (2..=quarters + 1).contains(&count("seen")),
        "new words are written down every quarter of an hour: {events:?}"
    );
    assert!(count("asked") <= quarters + 2, "{events:?}");
    let told = scene.ground.forge.statuses(view.commit.as_str());
    assert!(told.len() <= 3, "nobody is told of other words: {told:#?}");
}
