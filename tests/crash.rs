//! The real daemon is killed after every journal write of the road, forward and back, and started again: the end is
//! the same, and each step ran once on its host.
//!
//! The failpoint `journal-written` stands behind the commit of every journal entry. It freezes the one thread that
//! writes, so that SIGKILL from outside meets the daemon at exactly that place.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use tagwarden::clock::Clock;
use tagwarden::demo::{Ground, Rules, Version};
use tagwarden::domain::language::Language;
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// No road has so many journal writes; reaching it means that the end was not recognised.
const MOST_WRITES: u64 = 80;

/// Which road is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Road {
    Forward,
    Back,
}

impl Road {
    /// The version that is pushed, and the phase that it ends in.
    fn goal(self) -> (Version<'static>, &'static str) {
        match self {
            Self::Forward => (Version::good("1.2.0"), "complete"),
            Self::Back => (Version { health: "broken", ..Version::good("1.2.0") }, "rolled_back"),
        }
    }
}

/// A ground on which daemons come and go.
struct Battlefield {
    ground: Ground,
    folder: TempDir,
    address: SocketAddr,
}

impl Battlefield {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hook = Path::new(env!("CARGO_BIN_EXE_tagwarden-hook"));
        let ground = Ground::lay(folder.path(), Clock::machine(), hook).await.unwrap();
        let rules = Rules {
            language: Language::En,
            approvals: 0,
            closed: String::new(),
            watch: "duration = \"2s\"\nevery = \"500ms\"".to_owned(),
            further: String::new(),
        };
        let address = free_address();
        ground.configure(address, &rules).unwrap();
        Self { ground, folder, address }
    }

    /// Starts a daemon; with a number it freezes behind that journal write, counted from its start.
    fn daemon(&self, freeze_at: Option<u64>) -> Daemon {
        let log = File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagwarden"));
        command
            .args(["serve", "--config"])
            .arg(self.ground.config())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .env_remove("FAILPOINTS");
        if let Some(number) = freeze_at {
            let before = number - 1;
            let skip = if before > 0 { format!("{before}*off->") } else { String::new() };
            command.env("FAILPOINTS", format!("journal-written={skip}pause"));
        }
        Daemon(command.spawn().unwrap())
    }

    fn read<T>(&self, sql: &str, tag: &str) -> Option<T>
    where
        T: rusqlite::types::FromSql,
    {
        let file = self.folder.path().join("state/tagwarden.db");
        let store = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        let found: rusqlite::Result<Option<T>> = store.query_row(sql, [tag], |row| row.get(0)).optional();
        found.ok().flatten()
    }

    fn journal(&self) -> u64 {
        self.read("SELECT count(*) FROM journal WHERE ?1 != ''", "all").unwrap_or(0)
    }

    fn phase(&self, tag: &str) -> Option<String> {
        self.read("SELECT phase FROM releases WHERE tag = ?1", tag)
    }

    fn adopted(&self) -> bool {
        self.journal() >= 2
    }

    #[track_caller]
    fn wait_for(&self, what: &str, holds: impl Fn() -> bool) {
        let patience = Instant::now() + Duration::from_secs(60);
        while !holds() {
            if Instant::now() > patience {
                let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                panic!("waited in vain for {what}; the daemons said:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn release(&self, version: &Version<'_>) {
        let said = self.ground.release(version).unwrap();
        assert!(said.ok, "{}", said.text);
    }
}

fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A running daemon.
struct Daemon(Child);

impl Daemon {
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    fn stop(mut self) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It has ended already where a test got to its end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Everything that must be the same however often the daemon was killed.
#[derive(Debug, PartialEq)]
struct End {
    phase: String,
    done: Vec<String>,
    events: Vec<String>,
    releases: Vec<(String, bool)>,
    last_status: String,
    rollback_tag: bool,
}

impl Battlefield {
    fn end(&self) -> End {
        let ground = &self.ground;
        let must = |words: &[&str]| ground.git("ada", words).unwrap();
        let commit = must(&["rev-parse", "v1.2.0^{commit}"]).text.trim().to_owned();
        let bare = ground.bare();
        let bare = bare.to_str().unwrap();
        let back = must(&["-C", bare, "rev-parse", "--verify", "refs/tags/v1.2.0-rollback^{commit}"]);
        let before = must(&["rev-parse", "v1.1.0^{commit}"]).text;
        let events: String = self
            .read(
                "SELECT group_concat(kind, ' ') FROM (SELECT kind FROM journal
                 WHERE release = (SELECT id FROM releases WHERE tag = ?1) ORDER BY seq)",
                "v1.2.0",
            )
            .unwrap_or_default();
        End {
            phase: self.phase("v1.2.0").unwrap_or_default(),
            done: ground
                .done()
                .into_iter()
                .map(|line| line.replace(&commit, "C").replace(before.trim(), "B"))
                .collect(),
            // How often was looked, and who the forge said it was, depends on the time.
            events: events
                .split(' ')
                .filter(|event| !matches!(*event, "looked" | "pusher_named" | "asked" | "rollback_tag_seen"))
                .map(ToOwned::to_owned)
                .collect(),
            releases: ground.forge.releases().into_iter().map(|r| (r.tag, r.prerelease)).collect(),
            last_status: ground.forge.statuses(&commit).pop().map(|status| status.state).unwrap_or_default(),
            rollback_tag: back.ok && back.text == before,
        }
    }

    fn told(&self) -> bool {
        self.read::<u64>("SELECT count(*) FROM outbox WHERE state = 'due' AND ?1 != ''", "all") == Some(0)
    }
}

/// Goes the road on a thread that may wait: a worker that waits would keep what it has just woken from running.
fn gone(road: Road, kill_at: Option<u64>) -> JoinHandle<(End, bool)> {
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(go(road, kill_at)))
}

/// Goes the road; with a number the daemon is killed behind that journal write. Returns the end, and whether there was
/// such a write.
async fn go(road: Road, kill_at: Option<u64>) -> (End, bool) {
    let field = Battlefield::new().await;
    let first = field.daemon(None);
    field.wait_for("the first look", || field.adopted());
    field.release(&Version::good("1.1.0"));
    field.wait_for("v1.1.0", || field.phase("v1.1.0").as_deref() == Some("complete"));
    first.stop();
    let (version, goal) = road.goal();
    field.release(&version);

    let base = field.journal();
    let mut killed = false;
    if let Some(number) = kill_at {
        let daemon = field.daemon(Some(number));
        field.wait_for("the place to be killed at", || {
            field.journal() >= base + number
                || (field.phase("v1.2.0").as_deref() == Some(goal) && field.told())
        });
        killed = field.journal() >= base + number;
        daemon.kill();
    }
    let last = field.daemon(None);
    // A signal that comes before the daemon listens for signals ends it all the same, but not in order.
    field.wait_for("the last daemon", || TcpStream::connect(field.address).is_ok());
    field.wait_for(goal, || field.phase("v1.2.0").as_deref() == Some(goal) && field.told());
    last.stop();
    let store = tagwarden::store::Store::open(&field.folder.path().join("state")).unwrap();
    store.read_now(|r| r.audit(tagwarden::store::Trust::default())).unwrap().expect("the journal is whole");
    (field.end(), killed)
}

/// Kills behind every write of a road, two daemons at a time.
async fn everywhere(road: Road) {
    let (expected, _) = gone(road, None).await.unwrap();
    println!("{road:?} ends as {expected:#?}");
    assert_eq!(expected.phase, road.goal().1);
    for first in (1..MOST_WRITES).step_by(2) {
        let pair = [first, first + 1].map(|number| gone(road, Some(number)));
        let mut over = false;
        for (number, one) in (first..).zip(pair) {
            let (end, killed) = one.await.unwrap();
            assert_eq!(end, expected, "killed behind journal write {number} ({road:?})");
            over |= !killed;
        }
        if over {
            println!("{road:?}: killed behind each of about {first} journal writes");
            return;
        }
    }
    panic!("the road has no end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_behind_every_journal_write_of_the_way_forward() {
    everywhere(Road::Forward).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_behind_every_journal_write_of_the_way_back() {
    everywhere(Road::Back).await;
}
