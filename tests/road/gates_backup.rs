//! The gate *backup*: what counts as a fresh one, and how one is taken on the spot.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use jiff::Timestamp;
use tagwarden::demo::Rules;
use tagwarden::domain::gate::{GateReading, Standing};
use tagwarden::domain::release::Phase;
use tagwarden::engine::view::ReleaseView;

use crate::scene::{Scene, WEDNESDAY, at, rules, scene};

/// How often the clock is moved while something is waited for.
const MOST_MOVES: usize = 40;
/// A program that takes a backup: notes that it ran, and does what the file `will` says.
const TAKE: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo run >>taken
case $(cat will) in
  well) cp now newest ;;
  badly) echo "opening the repository"; echo "the disk is full" >&2; exit 7 ;;
  idle) ;;
  slowly) while [ ! -e go ]; do sleep 0.05; done; cp now newest ;;
esac
"#;

fn with(gates: &str) -> Rules {
    Rules { further: format!("[repository.environment.gates.backup]\n{gates}"), ..rules() }
}

/// The newest backup is dated as the file `newest` says; `take` makes one.
fn taking() -> Rules {
    with(
        "kind = \"command\"\nrun = [\"cat\", \"{root}/newest\"]\non_stale = \"take\"\ntake = [\"{root}/take\"]\n",
    )
}

fn reading(view: &ReleaseView) -> &GateReading {
    view.gates.iter().find(|gate| gate.gate == "backup").unwrap()
}

fn program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

impl Scene {
    fn root(&self) -> PathBuf {
        self.ground.root().to_owned()
    }

    /// Writes a file of the ground.
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// A file that is dated.
    fn dated(&self, name: &str, text: &str, time: &str) {
        let path = self.file(name, text);
        let open = File::options().write(true).open(path).unwrap();
        let seconds = u64::try_from(at(time).as_second()).unwrap();
        open.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }

    /// The program that takes a backup, and what it will do.
    fn taker(&self, will: &str) {
        program(&self.root().join("take"), TAKE);
        self.file("will", will);
    }

    fn taken(&self) -> usize {
        fs::read_to_string(self.root().join("taken")).unwrap_or_default().lines().count()
    }

    async fn backup_view(&self, tag: &str, id: &str) -> Option<ReleaseView> {
        let view = self.view(tag).await.unwrap()?;
        view.gates.iter().any(|gate| gate.gate == "backup" && gate.reason.id == id).then_some(view)
    }

    /// Moves the clock by steps of six seconds until the gate tells this.
    async fn backup_tells(&self, tag: &str, id: &str) -> ReleaseView {
        for _ in 0..MOST_MOVES {
            for _ in 0..15 {
                if let Some(view) = self.backup_view(tag, id).await {
                    return view;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            self.file("now", &format!("{}\n", self.now()));
            self.hand.advance(Duration::from_secs(6));
        }
        panic!("{id} did not come: {:#?}", self.view(tag).await.unwrap().map(|view| view.gates));
    }

    /// The facts of the newest evidence in the journal.
    async fn backup_facts(&self, tag: &str) -> std::collections::BTreeMap<String, String> {
        let id = self.view(tag).await.unwrap().unwrap().row.id;
        let state = self.engine().store().read(move |r| r.state_of(id)).await.unwrap().unwrap();
        state.evidence["backup"].facts.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn yesterdays_backup_holds_the_release_until_there_is_todays() {
    let scene = scene(
        WEDNESDAY,
        &with("kind = \"command\"\nrun = [\"cat\", \"{root}/newest\"]\nmax_age = \"24h\"\n"),
    )
    .await;
    scene.file("newest", "2026-11-24T09:59:00+01:00\n");
    let said = scene.push("1.1.0").await;
    assert!(said.contains("backup"), "the push names the gate: {said}");
    let view = scene.backup_tells("v1.1.0", "gate-evidence-old").await;
    assert_eq!((reading(&view).standing, view.row.phase), (Standing::Bad, "waiting"));
    scene.file("newest", "2026-11-25T03:00:00+01:00\n");
    scene.hand.advance(Duration::from_secs(6));
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_from_tomorrow_is_no_backup() {
    let scene = scene(WEDNESDAY, &with("kind = \"command\"\nrun = [\"cat\", \"{root}/newest\"]\n")).await;
    scene.file("newest", "2026-11-26T03:00:00+01:00\n");
    scene.push("1.1.0").await;
    let view = scene.backup_tells("v1.1.0", "gate-evidence-future").await;
    assert_eq!((reading(&view).standing, view.row.phase), (Standing::Unknown, "waiting"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_file_must_have_its_size_and_its_checksum() {
    let gates = "kind = \"file\"\npath = \"{root}/back ups/*\"\nchecksum = \"sha256\"\nmin_size = 5\n";
    let scene = scene(WEDNESDAY, &with(gates)).await;
    scene.push("1.1.0").await;
    // The folder is not there: it may be a disk that is not mounted, so nothing is known.
    let view = scene.backup_tells("v1.1.0", "gate-backup-closed").await;
    assert_eq!(reading(&view).standing, Standing::Unknown);
    fs::create_dir(scene.root().join("back ups")).unwrap();
    scene.backup_tells("v1.1.0", "gate-backup-none").await;
    scene.dated("back ups/monday.tar", "all of it", "2026-11-23T03:00:00+01:00");
    scene.dated("back ups/today.tar", "all", "2026-11-25T03:00:00+01:00");
    scene.backup_tells("v1.1.0", "gate-backup-small").await;
    scene.dated("back ups/today.tar", "all of", "2026-11-25T03:00:00+01:00");
    scene.backup_tells("v1.1.0", "gate-backup-sum-missing").await;
    scene.file("back ups/today.tar.sha256", "this is no checksum\n");
    scene.backup_tells("v1.1.0", "gate-backup-sum-unreadable").await;
    let sum = "c0ffee00".repeat(8);
    scene.file("back ups/today.tar.sha256", &format!("{sum}  today.tar\n"));
    scene.backup_tells("v1.1.0", "gate-backup-sum-other").await;
    let said = Command::new("sha256sum")
        .arg("today.tar")
        .current_dir(scene.root().join("back ups"))
        .output()
        .unwrap();
    let sum = String::from_utf8(said.stdout).unwrap();
    scene.file("back ups/today.tar.sha256", &format!("{}  monday.tar\n{sum}", "0".repeat(64)));
    scene.hand.advance(Duration::from_secs(300));
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    let facts = scene.backup_facts("v1.1.0").await;
    assert_eq!((facts["size"].as_str(), &facts["checksum"]), ("6", &sum[..64].to_owned()));
    assert!(facts["path"].ends_with("back ups/today.tar"), "{facts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_backup_is_taken_once_when_nothing_else_is_missing() {
    let mut rules = taking();
    rules.further += "[[repository.environment.gates.command]]\nname = \"ready\"\nrun = [\"test\", \"-e\", \"{root}/ready\"]\n";
    let scene = scene(WEDNESDAY, &rules).await;
    scene.taker("well");
    scene.file("newest", "2026-11-20T03:00:00+01:00\n");
    scene.push("1.1.0").await;
    scene.backup_tells("v1.1.0", "gate-backup-later").await;
    scene.hand.advance(Duration::from_secs(120));
    scene.backup_tells("v1.1.0", "gate-backup-later").await;
    assert_eq!(scene.taken(), 0, "nothing is taken while it would only grow old");
    scene.file("ready", "");
    scene.backup_tells("v1.1.0", "gate-backup-good").await;
    scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    assert_eq!(scene.taken(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_fails_is_told_and_tried_again_later_and_later() {
    let scene = scene(WEDNESDAY, &taking()).await;
    scene.taker("badly");
    scene.file("newest", "2026-11-20T03:00:00+01:00\n");
    scene.push("1.1.0").await;
    let view = scene.backup_tells("v1.1.0", "gate-backup-take-failed").await;
    let why = &reading(&view).reason.values;
    assert_eq!(
        (why["status"].as_str(), why["said"].as_str(), why["again_for"].as_str()),
        ("7", "the disk is full", "300")
    );
    for _ in 0..9 {
        scene.hand.advance(Duration::from_secs(31));
        scene.settled().await;
    }
    assert_eq!(scene.taken(), 1, "not again and again");
    scene.file("will", "idle");
    let view = scene.backup_tells("v1.1.0", "gate-backup-take-idle").await;
    assert_eq!((scene.taken(), reading(&view).reason.values["again_for"].as_str()), (2, "600"));
    scene.file("will", "well");
    scene.file("now", &format!("{}\n", scene.now()));
    scene.hand.advance(Duration::from_secs(601));
    scene.reaches_moving("v1.1.0").await;
    assert_eq!(scene.taken(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_was_away_asks_how_the_backup_went_and_starts_no_second_one() {
    let mut scene = scene(WEDNESDAY, &taking()).await;
    scene.taker("slowly");
    scene.file("newest", "2026-11-20T03:00:00+01:00\n");
    scene.push("1.1.0").await;
    scene.backup_tells("v1.1.0", "gate-backup-taking").await;
    scene.until("the program to run", |_| async { Ok((scene.taken() == 1).then_some(())) }).await.unwrap();
    scene.world.restart().await.unwrap();
    scene.hand.advance(Duration::from_secs(31));
    scene.backup_tells("v1.1.0", "gate-backup-taking").await;
    assert_eq!(scene.taken(), 1);
    scene.file("now", &format!("{}\n", scene.now()));
    scene.file("go", "");
    scene.reaches_moving("v1.1.0").await;
    assert_eq!(scene.taken(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_backup_is_taken_on_the_host_none_is_begun() {
    let scene = scene(WEDNESDAY, &taking()).await;
    scene.taker("well");
    scene.file("newest", "2026-11-20T03:00:00+01:00\n");
    let lock = scene.root().join("state/hosts/school.bridge.production/prod-1/backup.lock");
    fs::create_dir_all(lock.parent().unwrap()).unwrap();
    let mut other = Command::new("flock")
        .arg(&lock)
        .args(["sh", "-c", "read line"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    scene.until("the lock", |_| async { Ok((!free(&lock)).then_some(())) }).await.unwrap();
    scene.push("1.1.0").await;
    scene.backup_tells("v1.1.0", "gate-backup-take-other").await;
    assert_eq!(scene.taken(), 0);
    drop(other.stdin.take());
    other.wait().unwrap();
    scene.reaches_moving("v1.1.0").await;
    assert_eq!(scene.taken(), 1);
}

/// Whether nobody holds a lock.
fn free(lock: &Path) -> bool {
    Command::new("flock").arg("--nonblock").arg(lock).arg("true").status().unwrap().success()
}

impl Scene {
    /// Moves the clock until a release is in its watch.
    async fn reaches_moving(&self, tag: &str) {
        for _ in 0..MOST_MOVES {
            for _ in 0..15 {
                let view = self.view(tag).await.unwrap().unwrap();
                if view.row.phase == Phase::Watching.name() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            self.file("now", &format!("{}\n", self.now()));
            self.hand.advance(Duration::from_secs(6));
        }
        panic!("{:#?}", self.view(tag).await.unwrap());
    }
}

mod tier2 {
    use super::*;

    fn run(command: &mut Command) {
        let said = command.output().unwrap();
        assert!(said.status.success(), "{command:?}: {}", String::from_utf8_lossy(&said.stderr));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: restic"]
    async fn the_newest_restic_snapshot_counts() {
        let gates = "kind = \"restic\"\nrun = [\"env\", \"RESTIC_PASSWORD_FILE={root}/password\", \"restic\", \"-r\", \"{root}/repository\", \"snapshots\", \"--json\"]\n";
        let scene = scene(WEDNESDAY, &with(gates)).await;
        let root = scene.root();
        scene.file("password", "x");
        let restic = |words: &[&str]| {
            run(Command::new("restic")
                .args(words)
                .env("RESTIC_PASSWORD", "x")
                .env("RESTIC_REPOSITORY", root.join("repository"))
                .current_dir(&root));
        };
        scene.push("1.1.0").await;
        let view = scene.backup_tells("v1.1.0", "gate-backup-unlisted").await;
        assert_eq!(
            reading(&view).standing,
            Standing::Unknown,
            "a repository that is not there may be a disk that is not mounted"
        );
        restic(&["init"]);
        scene.backup_tells("v1.1.0", "gate-backup-none").await;
        // The program takes its own zone; the instant in its list is the same everywhere.
        let time = |text: &str| {
            text.parse::<Timestamp>()
                .unwrap()
                .to_zoned_datetime(jiff::tz::TimeZone::system())
                .strftime("%Y-%m-%d %H:%M:%S")
                .to_string()
        };
        restic(&["backup", "password", "--time", &time("2026-11-23T03:00:00Z")]);
        scene.backup_tells("v1.1.0", "gate-evidence-old").await;
        restic(&["backup", "password", "--time", &time("2026-11-25T03:00:00Z")]);
        scene.hand.advance(Duration::from_secs(300));
        scene.reaches_moving("v1.1.0").await;
        let facts = scene.backup_facts("v1.1.0").await;
        assert_eq!(facts["snapshot"].len(), 64);
        assert!(facts["paths"].ends_with("/password"), "{facts:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: borg"]
    async fn the_newest_borg_archive_counts_in_its_own_zone() {
        let gates = "kind = \"borg\"\ntime_zone = \"America/New_York\"\nrun = [\"env\", \"BORG_PASSCOMMAND=cat {root}/password\", \"BORG_BASE_DIR={root}\", \"TZ=America/New_York\", \"borg\", \"list\", \"--json\", \"{root}/repository\"]\n";
        let scene = scene(WEDNESDAY, &with(gates)).await;
        let root = scene.root();
        scene.file("password", "x");
        let borg = |words: &[&str]| {
            run(Command::new("borg")
                .args(words)
                .env("BORG_PASSPHRASE", "x")
                .env("BORG_BASE_DIR", &root)
                .env("BORG_REPO", root.join("repository"))
                .env("TZ", "UTC")
                .current_dir(&root));
        };
        borg(&["init", "-e", "repokey"]);
        scene.push("1.1.0").await;
        scene.backup_tells("v1.1.0", "gate-backup-none").await;
        // 23 hours and a half ago; in another zone's reading it would be older or newer by hours.
        borg(&["create", "--timestamp", "2026-11-24T09:30:00", "::yesterday", "password"]);
        scene.hand.advance(Duration::from_secs(300));
        scene.reaches_moving("v1.1.0").await;
        let facts = scene.backup_facts("v1.1.0").await;
        assert_eq!((facts["archive"].as_str(), facts["id"].len()), ("yesterday", 64));
    }

    /// A server's dump in custom format.
    fn dump(folder: &Path) -> Vec<u8> {
        let text = r#"set -e
B=$(ls -d /usr/lib/postgresql/*/bin | tail -n1)
mkdir "$1/work"; cd "$1/work"; chmod 700 .
as=; if [ "$(id -u)" = 0 ]; then chown postgres .; as="runuser -u postgres --"; fi
$as "$B/initdb" -D pg -A trust -U app --no-sync -E UTF8 --locale=C.UTF-8
$as "$B/pg_ctl" -D pg -w -l log -o "-c listen_addresses='' -c unix_socket_directories=$PWD -c fsync=off" start
trap '$as "$B/pg_ctl" -D pg -m immediate stop' EXIT
export PGHOST=$PWD PGUSER=app
createdb app
psql -qc "create table hours(n int, t text); insert into hours select g, md5(g::text) from generate_series(1,300) g; create index on hours(n)" app
pg_dump -Fc -f "$1/work.dump" app
"#;
        run(Command::new("sh").args(["-c", text, "sh"]).arg(folder));
        fs::read(folder.join("work.dump")).unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: PostgreSQL"]
    async fn a_dump_is_read_to_its_end_and_every_cut_is_noticed() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let whole = dump(folder.path());
        let gates =
            "kind = \"postgres\"\npath = \"{root}/dumps/*.dump\"\ntime_zone = \"UTC\"\nmax_age = \"366d\"\n";
        let scene = scene(&Timestamp::now().to_string(), &with(gates)).await;
        let path = scene.root().join("dumps/a.dump");
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        scene.push("1.1.0").await;
        let view = scene.backup_tells("v1.1.0", "gate-backup-broken").await;
        assert_eq!(reading(&view).standing, Standing::Bad);
        // What the gate relies on: the list alone takes most cuts for whole dumps.
        let cut = folder.path().join("cut.dump");
        let mut listed = 0;
        for length in (1..whole.len()).rev().filter(|n| whole.len() - n < 40 || n % 97 == 0) {
            fs::write(&cut, &whole[..length]).unwrap();
            let reads = |word: &str| {
                Command::new("pg_restore").arg(word).arg(&cut).output().unwrap().status.success()
            };
            listed += usize::from(reads("--list"));
            assert!(!reads("--file=/dev/null"), "a dump of {} bytes was cut to {length}", whole.len());
        }
        assert!(listed > 0, "the list has become strict");
        fs::write(&path, &whole).unwrap();
        scene.hand.advance(Duration::from_secs(300));
        scene.reaches_moving("v1.1.0").await;
        let facts = scene.backup_facts("v1.1.0").await;
        assert_eq!((facts["size"].clone(), facts["checksum"].len()), (whole.len().to_string(), 64));
        assert!(facts.contains_key("begun"), "{facts:?}");
    }
}
