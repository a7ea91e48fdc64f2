//! The clock of the real daemon jumps under it: in the middle of a watch, by an hour or ten years.

use std::path::{Path, PathBuf};
use std::process::Command;

use tokio::runtime::Handle;

use crate::field::{Field, Road};

/// Where Debian keeps the library, below the name of the architecture.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

fn library() -> PathBuf {
    let places = std::fs::read_dir("/usr/lib").unwrap();
    let found = places.filter_map(|entry| Some(entry.ok()?.path().join(LIBRARY))).find(|path| path.exists());
    found.expect("tests/install installs libfaketime")
}

/// Lets the clock of the daemon stand so far from the true one.
fn jump(clock: &Path, to: &str) {
    let new = clock.with_extension("new");
    std::fs::write(&new, to).unwrap();
    std::fs::rename(new, clock).unwrap();
}

/// A daemon whose clock stands where the file says.
fn faked(field: &Field, clock: &Path) -> Command {
    let mut command = field.daemon();
    command
        .env("LD_PRELOAD", library())
        .env("FAKETIME_TIMESTAMP_FILE", clock)
        .env("FAKETIME_NO_CACHE", "1")
        // Without it no timer of the daemon would ever fire.
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    command
}

fn count(field: &Field, tag: &str, kind: &str) -> u64 {
    let sql = format!(
        "SELECT count(*) FROM journal WHERE kind = '{kind}' AND release = (SELECT id FROM releases WHERE tag = ?1)"
    );
    field.read(&sql, tag).unwrap_or(0)
}

/// Releases a version, lets the clock jump in the middle of its watch, and goes to the end.
fn release(field: &Field, clock: &Path, to: &str, noticed_as: &str) {
    let version = field.next_version();
    let tag = format!("v{version}");
    field.push(&version, Road::Forward.goal().0);
    field.wait_for("the watch", || count(field, &tag, "looked") > 0);
    jump(clock, to);
    let looks = count(field, &tag, "looked");
    field.wait_for("the jump to be noticed", || count(field, &tag, noticed_as) > 0);
    field.wait_for("the end", || field.at_goal(&tag, "complete"));
    assert!(count(field, &tag, "looked") >= looks + 2, "what nobody saw is no healthy watch");
    let end = field.end(&version);
    assert_eq!(end.done, ["fetch vV", "switch C", "smoke V"], "{to}");
    assert_eq!((end.opened, end.releases), (1, 1), "{to}");
    assert_eq!(field.doubled(&version), [""; 0], "{to}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "tier 6: needs libfaketime"]
async fn a_jump_of_the_machines_clock_deploys_nothing_twice_and_is_no_watch() {
    let _alone = super::ALONE.lock().await;
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let field = runtime.block_on(Field::bare("duration = \"4s\"\nevery = \"1s\""));
        let clock = field.root().join("clock");
        jump(&clock, "+0");
        let mut daemon = field.start(faked(&field, &clock));
        assert!(field.ready(&mut daemon), "{}", field.log());
        field.wait_for("the first look", || field.journal() >= 2);
        release(&field, &clock, "+3600", "watch_extended");
        release(&field, &clock, "+0", "watch_restarted");
        release(&field, &clock, "-3600", "watch_restarted");
        release(&field, &clock, "+10y", "watch_extended");
        daemon.stop();
        field.verify();
    })
    .await
    .unwrap();
}
