//! A ground on which real daemons come and go: forge, chat, calendar feed, operator's scripts, and what all of these saw.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use tagwarden::clock::Clock;
use tagwarden::demo::forge::{Fate, IssueSeen, StatusSeen};
use tagwarden::demo::{Ground, Rules, Version, listen_here};
use tagwarden::domain::language::Language;
use tempfile::TempDir;
use tokio::runtime::Handle;

use crate::chat::{Chat, Says};

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(90);
/// The pause between two looks at a condition.
const LOOK: Duration = Duration::from_millis(10);

/// Which road is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Road {
    Forward,
    Back,
}

impl Road {
    /// What the application of the version says of itself, and the phase that the release ends in.
    pub fn goal(self) -> (&'static str, &'static str) {
        match self {
            Self::Forward => ("ok", "complete"),
            Self::Back => ("broken", "rolled_back"),
        }
    }
}

/// The ground, with v1.1.0 in production; every story on it releases the next version.
pub struct Field {
    pub ground: Ground,
    pub chat: Chat,
    pub address: SocketAddr,
    folder: TempDir,
    next: AtomicU64,
    plain: [OnceLock<End>; 2],
}

impl Field {
    /// Lays the ground and brings v1.1.0 into production.
    pub fn lay(runtime: &Handle) -> Self {
        let field = runtime.block_on(Self::bare("duration = \"1s\"\nevery = \"250ms\""));
        let first = field.start(field.daemon());
        field.wait_for("the first look", || field.journal() >= 2);
        field.push(&field.next_version(), "ok");
        field.wait_for("v1.1.0", || field.at_goal("v1.1.0", "complete"));
        first.kill();
        field
    }

    /// Lays the ground with nothing released but v1.0.0, and no daemon.
    pub async fn bare(watch: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hook = Path::new(env!("CARGO_BIN_EXE_tagwarden-hook"));
        let ground = Ground::lay(folder.path(), Clock::machine(), hook).await.unwrap();
        let fetched = AtomicU64::new(0);
        let chat = Chat::with(move |heard| match heard.path.as_str() {
            // Another text every time, so that each is kept anew; the lesson was long ago.
            "/feed" => Says::plain(
                200,
                &format!(
                    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{}\r\nDTSTART:20200101T080000Z\r\n\
                     DTEND:20200101T100000Z\r\nSUMMARY:Algebra\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
                    fetched.fetch_add(1, Ordering::Relaxed)
                ),
            ),
            _ => Says::plain(200, "ok"),
        })
        .await;
        std::fs::write(folder.path().join("chat"), chat.url("/chat")).unwrap();
        let further = format!(
            "[[notify]]\nkind = \"slack\"\nurl = {{ file = \"{{root}}/chat\" }}\n\
             [[calendar.feed]]\nname = \"courses\"\nurl = \"{}\"\nallow_private = true\n\
             [repository.issue]\nenabled = true\n\
             [[repository.environment.gates.http]]\nname = \"front\"\nurl = \"{{app}}/\"\n",
            chat.url("/feed")
        );
        let rules = Rules {
            language: Language::En,
            approvals: 0,
            closed: String::new(),
            watch: watch.to_owned(),
            further,
        };
        let address = free_address();
        let text = ground.configuration(address, &rules);
        let text = text.replacen("[forge]\n", "[forge]\nreconcile_every = \"1s\"\n", 1);
        // An application that is broken is broken at once.
        let text = text.replacen("limit = \"3s\"", "limit = \"1s\"", 1);
        ground.configure_as(address, &text).unwrap();
        Self {
            ground,
            chat,
            address,
            folder,
            next: AtomicU64::new(1),
            plain: [OnceLock::new(), OnceLock::new()],
        }
    }

    /// The number of the next version.
    pub fn next_version(&self) -> String {
        format!("1.{}.0", self.next.fetch_add(1, Ordering::Relaxed))
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.root().join("log")).unwrap_or_default()
    }

    /// What a daemon is started with.
    pub fn daemon(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagwarden"));
        self.serving(&mut command);
        command
    }

    /// A daemon under strace with these words; its children are left alone.
    pub fn traced(&self, words: &[&str], output: &Path) -> Command {
        let mut command = Command::new("strace");
        command.args(["-f", "--seccomp-bpf", "-b", "execve", "-qq", "-o"]).arg(output).args(words);
        command.arg(env!("CARGO_BIN_EXE_tagwarden"));
        self.serving(&mut command);
        command
    }

    fn serving(&self, command: &mut Command) {
        command.args(["serve", "--config"]).arg(self.ground.config()).env_remove("FAILPOINTS");
    }

    /// Starts a daemon, whose words end up in the log.
    pub fn start(&self, mut command: Command) -> Daemon {
        let log = File::options().create(true).append(true).open(self.root().join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Daemon { child: command.spawn().unwrap(), ended: None }
    }

    /// Returns whether a daemon answers.
    pub fn answers(&self) -> bool {
        TcpStream::connect(self.address).is_ok()
    }

    /// Waits until the daemon answers or has ended; returns whether it answers.
    pub fn ready(&self, daemon: &mut Daemon) -> bool {
        let patience = Instant::now() + PATIENCE;
        while Instant::now() < patience {
            if daemon.has_ended() {
                return false;
            }
            if self.answers() {
                return true;
            }
            std::thread::sleep(LOOK / 5);
        }
        self.give_up("the daemon to answer")
    }

    /// Runs `sql`, which asks for one value with one parameter, on the daemon's store.
    pub fn read<T: rusqlite::types::FromSql>(&self, sql: &str, value: &str) -> Option<T> {
        let file = self.root().join("state/tagwarden.db");
        let store = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        let found: rusqlite::Result<Option<T>> = store.query_row(sql, [value], |row| row.get(0)).optional();
        found.ok().flatten()
    }

    pub fn journal(&self) -> u64 {
        self.read("SELECT count(*) FROM journal WHERE ?1 != ''", "all").unwrap_or(0)
    }

    pub fn phase(&self, tag: &str) -> Option<String> {
        self.read("SELECT phase FROM releases WHERE tag = ?1", tag)
    }

    /// Returns whether a release is where it should end, and everybody was told.
    pub fn at_goal(&self, tag: &str, goal: &str) -> bool {
        self.phase(tag).as_deref() == Some(goal) && self.told()
    }

    pub fn told(&self) -> bool {
        self.read::<u64>("SELECT count(*) FROM outbox WHERE state = 'due' AND ?1 != ''", "all") == Some(0)
    }

    #[track_caller]
    pub fn wait_for(&self, what: &str, holds: impl Fn() -> bool) {
        let patience = Instant::now() + PATIENCE;
        while !holds() {
            if Instant::now() > patience {
                self.give_up(what);
            }
            std::thread::sleep(LOOK);
        }
    }

    #[track_caller]
    pub fn give_up(&self, what: &str) -> ! {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        panic!(
            "waited in vain for {what}; the daemons said:\n{}",
            lines[lines.len().saturating_sub(60)..].join("\n")
        )
    }

    /// Pushes a version whose application is as well as `health` says.
    pub fn push(&self, version: &str, health: &str) {
        let said = self.ground.release(&Version { health, ..Version::good(version) }).unwrap();
        assert!(said.ok, "{}", said.text);
    }

    /// Goes a road to its end: the first daemon is started with `first`, and whenever one has ended, a plain one
    /// follows. Returns the tag and what happened.
    pub fn travel(&self, road: Road, first: Command) -> Journey {
        self.travel_until(road, first, "")
    }

    /// The same; at the end the daemon is given a moment to say `last` too.
    pub fn travel_until(&self, road: Road, first: Command, last: &str) -> Journey {
        let version = self.next_version();
        let tag = format!("v{version}");
        let (health, goal) = road.goal();
        let before = self.log().len();
        let mut daemons = vec![self.start(first)];
        let mut ends = Vec::new();
        while !self.ready(daemons.last_mut().unwrap()) {
            ends.push(daemons.last().unwrap().ended);
            daemons.push(self.start(self.daemon()));
        }
        self.push(&version, health);
        let patience = Instant::now() + PATIENCE;
        while !self.at_goal(&tag, goal) {
            if daemons.last_mut().unwrap().has_ended() {
                ends.push(daemons.last().unwrap().ended);
                assert!(ends.len() < 5, "daemons end one after the other:\n{}", &self.log()[before..]);
                daemons.push(self.start(self.daemon()));
            }
            if Instant::now() > patience {
                self.give_up(&format!("{tag} to be {goal}, not {:?}", self.phase(&tag)));
            }
            std::thread::sleep(LOOK);
        }
        let patience = Instant::now() + Duration::from_secs(2);
        while !self.log()[before..].contains(last) && Instant::now() < patience {
            std::thread::sleep(LOOK);
        }
        if !last.is_empty() {
            // Whether it ends by what it says there is seen a moment later.
            std::thread::sleep(10 * LOOK);
        }
        let mut daemon = daemons.pop().unwrap();
        if daemon.has_ended() {
            ends.push(daemon.ended);
        }
        daemon.kill();
        Journey { version, ends, log: self.log()[before..].to_owned() }
    }

    /// Returns what all sides saw of a version, with its names taken out so that versions can be compared.
    pub fn end(&self, version: &str) -> End {
        let ground = &self.ground;
        let tag = format!("v{version}");
        let git = |words: &[&str]| ground.git("ada", words).unwrap();
        let commit = git(&["rev-parse", &format!("{tag}^{{commit}}")]).text.trim().to_owned();
        let bare = ground.bare();
        let bare = bare.to_str().unwrap();
        let back = format!("refs/tags/{tag}-rollback");
        let mine = |line: &str| line.contains(&commit) || line.ends_with(&tag) || line.ends_with(version);
        let plain = |text: &str| text.replace(&commit, "C").replace(version, "V");
        let events: String = self
            .read(
                "SELECT group_concat(kind, ' ') FROM (SELECT kind FROM journal
                 WHERE release = (SELECT id FROM releases WHERE tag = ?1) ORDER BY seq)",
                &tag,
            )
            .unwrap_or_default();
        let statuses = ground.forge.statuses(&commit);
        End {
            phase: self.phase(&tag).unwrap_or_default(),
            opened: self.read("SELECT count(*) FROM releases WHERE tag = ?1", &tag).unwrap_or(0),
            done: ground.done().into_iter().filter(|line| mine(line)).map(|line| plain(&line)).collect(),
            // How often was looked, and who the forge said it was, depends on the time.
            events: events
                .split(' ')
                .filter(|event| {
                    !matches!(
                        *event,
                        "looked"
                            | "pusher_named"
                            | "asked"
                            | "seen"
                            | "issue_opened"
                            | "rollback_tag_seen"
                            | "watch_extended"
                            | "watch_restarted"
                    )
                })
                .map(ToOwned::to_owned)
                .collect(),
            issues: self.issues(version).iter().map(|issue| issue.state.clone()).collect(),
            releases: ground.forge.releases().iter().filter(|one| one.tag == tag).count(),
            last_status: statuses.last().map(|status| status.state.clone()).unwrap_or_default(),
            rollback_tag: git(&["-C", bare, "rev-parse", "--verify", &back]).ok,
        }
    }

    /// Returns everything that the far side saw twice of a version although it happened once.
    pub fn doubled(&self, version: &str) -> Vec<String> {
        let statuses = self.statuses(version);
        let mut all: Vec<String> =
            statuses.iter().map(|s| format!("status {} {}", s.state, s.description)).collect();
        all.extend(self.said(version).into_iter().map(|text| format!("chat {text}")));
        for issue in self.issues(version) {
            all.push(format!("issue {}", issue.title));
            all.extend(issue.comments.into_iter().map(|comment| format!("comment {}", comment.body)));
        }
        twice(all)
    }

    /// Returns the issues of a version.
    fn issues(&self, version: &str) -> Vec<IssueSeen> {
        let about = format!("v{version} ");
        let mut issues = self.ground.forge.issues();
        issues.retain(|issue| format!("{} ", issue.title).contains(&about));
        issues
    }

    /// Returns what the chat heard of a version.
    pub fn said(&self, version: &str) -> Vec<String> {
        let about = format!("v{version} ");
        let heard = self.chat.heard();
        let texts = heard.iter().filter(|heard| heard.path == "/chat");
        texts
            .map(|heard| String::from_utf8_lossy(&heard.body).into_owned())
            .filter(|text| text.contains(&about))
            .collect()
    }

    /// Returns how many messages about a tag were given up because nobody knows whether they arrived.
    pub fn given_up(&self, tag: &str) -> u64 {
        self.read(
            "SELECT count(*) FROM outbox WHERE state = 'given_up' AND lane LIKE 'chat:%'
             AND release = (SELECT id FROM releases WHERE tag = ?1)",
            tag,
        )
        .unwrap_or(0)
    }

    /// The journal must be whole; no daemon may run.
    pub fn verify(&self) {
        let store = tagwarden::store::Store::open(&self.root().join("state")).unwrap();
        store
            .read_now(|r| r.audit(tagwarden::store::Trust::default()))
            .unwrap()
            .expect("the journal is whole");
    }

    /// Returns the statuses of a version's commit.
    pub fn statuses(&self, version: &str) -> Vec<StatusSeen> {
        let commit = self.ground.git("ada", &["rev-parse", &format!("v{version}^{{commit}}")]).unwrap();
        self.ground.forge.statuses(commit.text.trim())
    }

    /// Returns how many webhooks about a ref were acknowledged.
    pub fn acknowledged(&self, name: &str) -> usize {
        let tag = name.strip_prefix("refs/tags/").unwrap_or(name);
        let about = [format!("\"ref\":\"{name}\""), format!("\"ref\":\"{tag}\"")];
        let plain = |body: &str| body.replace("\": \"", "\":\"");
        let deliveries = self.ground.forge.deliveries();
        let taken =
            deliveries.iter().filter(|one| matches!(one.fate, Fate::Answered { status: 200..=299, .. }));
        taken.filter(|one| about.iter().any(|words| plain(&one.body).contains(words))).count()
    }

    /// Returns how a road ends on which nothing happens; it is gone once.
    pub fn plain_end(&self, road: Road) -> End {
        let known = self.plain[road as usize].get_or_init(|| {
            let plain = self.travel(road, self.daemon());
            assert!(plain.ends.is_empty());
            assert_eq!(self.doubled(&plain.version), [""; 0], "nothing happened");
            self.end(&plain.version)
        });
        known.clone()
    }
}

/// Returns what stands more than once in a list.
pub fn twice(all: Vec<String>) -> Vec<String> {
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for one in all {
        *counted.entry(one).or_default() += 1;
    }
    counted
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(one, count)| format!("{count} × {one}"))
        .collect()
}

pub fn free_address() -> SocketAddr {
    listen_here().unwrap().local_addr().unwrap()
}

/// What happened on a road.
pub struct Journey {
    pub version: String,
    /// How each daemon ended that did not live to the end.
    pub ends: Vec<Option<ExitStatus>>,
    /// What the daemons said.
    pub log: String,
}

/// Everything that must be the same whatever happened to the daemon.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    pub phase: String,
    pub opened: u64,
    pub done: Vec<String>,
    pub events: Vec<String>,
    pub issues: Vec<String>,
    pub releases: usize,
    pub last_status: String,
    pub rollback_tag: bool,
}

/// A running daemon, or a program that runs it.
pub struct Daemon {
    child: Child,
    ended: Option<ExitStatus>,
}

impl Daemon {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn has_ended(&mut self) -> bool {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().unwrap();
        }
        self.ended.is_some()
    }

    /// Ends it with SIGKILL.
    pub fn kill(mut self) {
        self.end();
    }

    /// Ends it in order.
    pub fn stop(mut self) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }

    fn end(&mut self) {
        // Who traces the daemon would let it live on.
        let id = self.child.id();
        let traced = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        let is_tracer =
            std::fs::read_to_string(format!("/proc/{id}/comm")).is_ok_and(|name| name.trim() == "strace");
        if is_tracer && !traced.trim().is_empty() {
            let _ = Command::new("kill").arg("-KILL").args(traced.split_whitespace()).status();
        } else {
            // It has ended already where a test got to its end.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.end();
    }
}
