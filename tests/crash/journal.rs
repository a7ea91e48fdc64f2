//! The daemon is killed after every journal write of the road, forward and back.
//!
//! The failpoint `journal-written` stands behind the commit of every journal entry. It freezes the one thread that
//! writes, so that SIGKILL from outside meets the daemon at exactly that place.

use tokio::runtime::Handle;

use crate::field::{Field, Road};

/// No road has so many journal writes; reaching it means that the end was not recognised.
const MOST_WRITES: u64 = 80;

/// Goes the road; the daemon is killed behind that journal write. Returns the version, and whether there was such a write.
fn go(field: &Field, road: Road, kill_at: u64) -> (String, bool) {
    let version = field.next_version();
    let tag = format!("v{version}");
    let (health, goal) = road.goal();
    let base = field.journal();
    field.push(&version, health);
    let before = kill_at - 1;
    let skip = if before > 0 { format!("{before}*off->") } else { String::new() };
    let mut frozen = field.daemon();
    frozen.env("FAILPOINTS", format!("journal-written={skip}pause"));
    let frozen = field.start(frozen);
    field.wait_for("the place to be killed at", || {
        field.journal() >= base + kill_at || field.at_goal(&tag, goal)
    });
    let killed = field.journal() >= base + kill_at;
    frozen.kill();
    let mut last = field.start(field.daemon());
    // A signal that comes before the daemon listens for signals ends it all the same, but not in order.
    assert!(field.ready(&mut last), "{}", field.log());
    field.wait_for(goal, || field.at_goal(&tag, goal));
    last.stop();
    (version, killed)
}

/// Kills behind every write of a road.
fn everywhere(road: Road, runtime: &Handle) {
    let field = Field::lay(runtime);
    let plain = field.travel(road, field.daemon());
    let expected = field.end(&plain.version);
    println!("{road:?} ends as {expected:#?}");
    assert_eq!(expected.phase, road.goal().1);
    for number in 1..MOST_WRITES {
        let (version, killed) = go(&field, road, number);
        assert_eq!(field.end(&version), expected, "killed behind journal write {number} ({road:?})");
        assert_eq!(field.doubled(&version), [""; 0], "killed behind journal write {number} ({road:?})");
        if !killed {
            println!("{road:?}: killed behind each of {} journal writes", number - 1);
            field.verify();
            return;
        }
    }
    panic!("the road has no end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_behind_every_journal_write_of_the_way_forward() {
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || everywhere(Road::Forward, &runtime)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_behind_every_journal_write_of_the_way_back() {
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || everywhere(Road::Back, &runtime)).await.unwrap();
}
