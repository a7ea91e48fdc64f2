//! Bells: a webhook that comes again, a timer, a restart. None of them starts what the gates hold, in no phase.

use std::path::Path;
use std::time::Duration;

use tagwarden::demo::{Rules, Version, World};
use tagwarden::domain::journal::Channel;
use tagwarden::domain::language::Language;
use tagwarden::domain::names::Person;
use tagwarden::domain::release::Phase;
use tagwarden::engine::{Demand, Filter};

/// A Wednesday morning in Paris.
const START: &str = "2026-11-25T10:00:00+01:00";

struct House {
    world: World,
    _folder: tempfile::TempDir,
}

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rules = Rules {
            language: Language::En,
            approvals: 0,
            closed: "{ name = \"weekend\", from = \"Fri 16:00\", to = \"Mon 07:00\" }".to_owned(),
            watch: "duration = \"5m\"\nevery = \"1m\"".to_owned(),
            further: String::new(),
        };
        let hook = Path::new(env!("CARGO_BIN_EXE_tagwarden-hook"));
        let world = World::open(folder.path(), START.parse().unwrap(), hook, &rules).await.unwrap();
        Self { world, _folder: folder }
    }

    async fn push(&self, version: Version<'_>) {
        let said = self.world.release(version).await.unwrap();
        assert!(said.ok, "{}", said.text);
    }

    async fn ask(&self, tag: &str, demand: Demand) {
        let view = self.world.view(tag).await.unwrap().unwrap();
        let grace = Person::parse("grace").unwrap();
        self.world.engine().demand(view.row.id, &grace, Channel::Web, demand).await.unwrap();
    }

    /// Every release with its phase, and how often each of them was begun.
    async fn standing(&self) -> Vec<(String, &'static str, usize)> {
        let filter = Filter { limit: 100, ..Filter::default() };
        let mut standing = Vec::new();
        for row in self.world.engine().rows(filter).await.unwrap() {
            let lines = self.world.engine().lines(row.id, 0).await.unwrap();
            let begun = lines.iter().filter(|line| line.kind == "started").count();
            standing.push((row.tag, row.phase, begun));
        }
        standing
    }

    /// Waits until everything that came was dealt with.
    async fn settled(&self) {
        self.world.ground.forge.sync().await;
        self.world
            .until("every delivery to be settled", |world| async move {
                let name = tagwarden::demo::REPOSITORY.to_owned();
                let id = world.engine().store().read(move |r| r.adopted(&name)).await.unwrap().unwrap();
                let left = world.engine().store().read(move |r| r.pending_deliveries(id)).await.unwrap();
                Ok(left.is_empty().then_some(()))
            })
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_bell_starts_what_is_over_or_what_the_gates_hold() {
    let mut house = House::open().await;
    house.push(Version::good("1.1.0")).await;
    house.world.reaches("v1.1.0", Phase::Watching).await.unwrap();
    house.world.watch_until("v1.1.0", Phase::Complete).await.unwrap();
    house.push(Version { version: "1.2.0", health: "ok", smoke: "broken" }).await;
    house.world.reaches("v1.2.0", Phase::RolledBack).await.unwrap();
    let (grace, reason) = (Person::parse("grace").unwrap(), || "the table".to_owned());
    house.world.engine().hold_scope("*", &grace, Channel::Cli, "the table", None).await.unwrap();
    house.push(Version::good("1.3.0")).await;
    house.world.reaches("v1.3.0", Phase::Waiting).await.unwrap();
    house.ask("v1.3.0", Demand::Deny { reason: reason() }).await;
    house.push(Version::good("1.4.0")).await;
    house.world.reaches("v1.4.0", Phase::Waiting).await.unwrap();
    house.ask("v1.4.0", Demand::Withdraw { reason: reason() }).await;
    house.push(Version::good("1.5.0")).await;
    house.world.reaches("v1.5.0", Phase::Waiting).await.unwrap();
    house.push(Version::good("1.6.0")).await;
    house.world.reaches("v1.5.0", Phase::Superseded).await.unwrap();
    house.world.reaches("v1.6.0", Phase::Waiting).await.unwrap();
    house.settled().await;
    let before = house.standing().await;
    let phases: Vec<&str> = before.iter().map(|(_, phase, _)| *phase).collect();
    assert_eq!(phases, ["waiting", "superseded", "withdrawn", "denied", "rolled_back", "complete"]);
    // The webhook comes again.
    for number in 0..house.world.ground.forge.deliveries().len() {
        house.world.ground.forge.redeliver(number);
    }
    house.settled().await;
    assert_eq!(house.standing().await, before, "after the webhooks came again");
    // Timers: the look at the forge, the look at the gates, the next slot.
    for hours in [1, 24, 96] {
        house.world.hand.advance(Duration::from_secs(hours * 3600));
        house.settled().await;
        assert_eq!(house.standing().await, before, "after {hours} hours");
    }
    house.world.restart().await.unwrap();
    house.settled().await;
    assert_eq!(house.standing().await, before, "after a restart");
    // What waits goes once the hold is lifted; nothing else does.
    house.world.engine().lift_scope("*", &grace, Channel::Cli).await.unwrap();
    house.world.reaches("v1.6.0", Phase::Watching).await.unwrap();
    let after = house.standing().await;
    assert_eq!(after[1..], before[1..]);
    assert_eq!((after[0].1, after[0].2), ("watching", 1));
}
