//! The daemon is killed again and again at any moment while people go on releasing: nothing is lost, nothing doubled.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use crate::field::{Field, Road, twice};
use crate::figures::show;
use crate::seed::Chance;

/// So many grounds are used at the same time.
const FIELDS: u64 = 4;
/// So often is killed in all, unless `TAGWARDEN_KILLS` says otherwise.
const KILLS: u64 = 1_000;
/// How long a daemon lives after it answers, in milliseconds.
const LIFE: (u64, u64) = (20, 300);
/// After about so many kills somebody releases.
const RELEASE_EVERY: u64 = 12;
/// The longest that a start may take until the daemon answers.
const RECOVERY: Duration = Duration::from_secs(5);

/// What was seen on one ground.
#[derive(Debug, Default)]
struct Figures {
    kills: u64,
    pushed: Vec<(String, Road)>,
    acknowledged: usize,
    releases: u64,
    lost: Vec<String>,
    doubled: Vec<String>,
    unknown: u64,
    recovery: Vec<Duration>,
}

impl Figures {
    fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.pushed.extend(other.pushed);
        self.acknowledged += other.acknowledged;
        self.releases += other.releases;
        self.lost.extend(other.lost);
        self.doubled.extend(other.doubled);
        self.unknown += other.unknown;
        self.recovery.extend(other.recovery);
    }

    /// Returns the recovery time that so many per cent of the starts did not exceed.
    fn within(&self, percent: usize) -> Duration {
        let mut all = self.recovery.clone();
        all.sort_unstable();
        all[(all.len() * percent / 100).min(all.len() - 1)]
    }
}

/// Kills a daemon after the other, releases in between, and looks at what all sides saw.
fn hunt(runtime: &Handle, mut chance: Chance, kills: u64) -> Figures {
    let field = Field::lay(runtime);
    let mut figures = Figures::default();
    for _ in 0..kills {
        let push = chance.between(0, RELEASE_EVERY) == 0;
        let begun = Instant::now();
        let mut daemon = field.start(field.daemon());
        assert!(field.ready(&mut daemon), "{}", field.log());
        figures.recovery.push(begun.elapsed());
        let life = Duration::from_millis(chance.between(LIFE.0, LIFE.1));
        if push {
            let road = if chance.between(0, 4) == 0 { Road::Back } else { Road::Forward };
            let version = field.next_version();
            figures.pushed.push((version.clone(), road));
            std::thread::scope(|scope| {
                scope.spawn(|| field.push(&version, road.goal().0));
                // The forge tells of the push a moment after it.
                std::thread::sleep(life + Duration::from_millis(250));
                daemon.kill();
            });
        } else {
            std::thread::sleep(life);
            daemon.kill();
        }
        figures.kills += 1;
    }
    let mut last = field.start(field.daemon());
    assert!(field.ready(&mut last), "{}", field.log());
    let pushed = figures.pushed.len() as u64;
    field.wait_for("everything to come to rest", || {
        // What contained a version that was taken back is held by the house until a person lets it go on.
        let at_work = field.read::<u64>(
            "SELECT count(*) FROM releases WHERE at_rest = 0 AND coalesce((SELECT kind FROM journal
             WHERE release = releases.id AND kind IN ('held', 'lifted') ORDER BY seq DESC LIMIT 1), '') != ?1",
            "held",
        );
        let known = field.read::<u64>("SELECT count(*) FROM releases WHERE tag NOT LIKE ?1", "v1.1.0");
        at_work == Some(0) && known >= Some(pushed) && field.told()
    });
    last.stop();
    field.verify();
    look(&field, &mut figures);
    figures
}

/// Looks for what was lost and what was doubled.
fn look(field: &Field, figures: &mut Figures) {
    for (version, road) in figures.pushed.clone() {
        let tag = format!("v{version}");
        let end = field.end(&version);
        figures.releases += end.opened;
        figures.acknowledged += field.acknowledged(&format!("refs/tags/{tag}"));
        if end.opened != 1 {
            figures.lost.push(format!("{tag} has {} releases", end.opened));
        }
        let held = end.phase == "waiting" && end.events.iter().any(|event| event == "held");
        let fine = held
            || match road {
                Road::Forward => ["complete", "superseded"].contains(&end.phase.as_str()),
                Road::Back => ["rolled_back", "superseded"].contains(&end.phase.as_str()),
            };
        if !fine {
            figures.lost.push(format!("{tag} ends as {}", end.phase));
        }
        figures.doubled.extend(doubled(field, &version, &end.done, end.releases));
        figures.unknown += field.given_up(&tag);
    }
}

/// Returns what of a version happened twice.
fn doubled(field: &Field, version: &str, done: &[String], releases: usize) -> Vec<String> {
    let tag = format!("v{version}");
    // The way back of the next version tries this one again, and may do so for each of several.
    let steps = done.iter().filter(|line| !line.starts_with("smoke")).cloned().collect();
    let mut found = twice(steps);
    if releases > 1 {
        found.push(format!("{releases} releases of {tag} on the forge"));
    }
    let said = field.said(version);
    for words in ["is in production", "is being taken back", "was taken back from"] {
        let told = said.iter().filter(|text| text.contains(words) && !text.contains("second time")).count();
        if told > 1 {
            found.push(format!("{told} announcements that {tag} {words}"));
        }
    }
    let posts = field.statuses(version).len() as u64;
    let begun: u64 = field
        .read(
            "SELECT count(*) FROM outbox WHERE lane = 'status' AND attempts > 0
             AND release = (SELECT id FROM releases WHERE tag = ?1)",
            &tag,
        )
        .unwrap_or(0);
    if posts > begun {
        found.push(format!("{posts} statuses of {tag} for {begun} that were sent"));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "tier 6: minutes of both cores"]
async fn a_thousand_kills_lose_nothing_and_double_nothing() {
    let _alone = super::ALONE.lock().await;
    let runtime = Handle::current();
    let given = std::env::var("TAGWARDEN_KILLS").ok().and_then(|kills| kills.parse().ok());
    let kills: u64 = given.unwrap_or(KILLS);
    let begun = Instant::now();
    let mut chance = Chance::new();
    let figures = tokio::task::spawn_blocking(move || {
        let all = Mutex::new(Figures::default());
        std::thread::scope(|scope| {
            for _ in 0..FIELDS {
                let (chance, all, runtime) = (chance.branch(), &all, &runtime);
                scope.spawn(move || {
                    let seen = hunt(runtime, chance, kills.div_ceil(FIELDS));
                    all.lock().unwrap().add(seen);
                });
            }
        });
        all.into_inner().unwrap()
    })
    .await
    .unwrap();
    let worst = figures.recovery.iter().max().copied().unwrap_or_default();
    show(&format!(
        "{} kills in {:.0?}; {} tags pushed, {} webhooks acknowledged, {} releases; lost {}, doubled {}, \
         of unknown fate {}; recovery p50 {:.0?}, p99 {:.0?}, max {worst:.0?}",
        figures.kills,
        begun.elapsed(),
        figures.pushed.len(),
        figures.acknowledged,
        figures.releases,
        figures.lost.len(),
        figures.doubled.len(),
        figures.unknown,
        figures.within(50),
        figures.within(99),
    ));
    assert_eq!((figures.lost, figures.doubled), (Vec::new(), Vec::new()));
    assert!(worst < RECOVERY, "a start took {worst:?}");
    assert!(figures.releases >= kills / RELEASE_EVERY / 2, "people released on the way");
}
