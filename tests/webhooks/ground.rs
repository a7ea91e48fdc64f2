//! A daemon in this process with a forge of its own, whose webhooks the test writes by hand or lets the forge send.

use std::fs;
use std::future::Future;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tagwarden::clock::{Clock, Hand, Stopwatch};
use tagwarden::config;
use tagwarden::daemon::{Daemon, DaemonError};
use tagwarden::demo::configuration;
use tagwarden::demo::forge::FakeForge;
use tagwarden::domain::names::ReleaseId;
use tagwarden::engine::view::ReleaseRow;
use tagwarden::engine::{Engine, Filter};
use tagwarden::store::FILE;
use tagwarden::web::Listeners;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::traffic;
use crate::wire::{Answer, Post, ask};

/// The repository of the recorded deliveries; its number on the small forge is 1 as well.
pub const BRIDGE: &str = "school/bridge";
/// A Wednesday morning.
const START: &str = "2026-11-25T09:00:00Z";
/// The longest that a condition is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is guarded: names and the tables of their environments.
pub struct Setting {
    pub repositories: Vec<(String, String)>,
    /// Further keys of the table `[server]`.
    pub server: String,
}

impl Setting {
    /// One repository whose releases wait for an approval that nobody gives.
    pub fn waiting() -> Self {
        let environment = environment("production", "approvals = 1\napprovers = [\"user:grace\"]", "true");
        Self { repositories: vec![(BRIDGE.to_owned(), environment)], server: String::new() }
    }
}

/// Returns the tables of an environment that is deployed by one command on this machine, in a folder of its own.
pub fn environment(name: &str, keys: &str, command: &str) -> String {
    format!(
        r#"[[repository.environment]]
name = "{name}"
release_managers = ["user:ada"]
{keys}
[[repository.environment.host]]
name = "here"
address = "local"
directory = "PLACE"
[repository.environment.deploy]
recipe = "script"
[[repository.environment.deploy.step]]
name = "switch"
run = ["{command}", "{{tag}}"]
[repository.environment.healthcheck]
run = ["true"]
limit = "5s"
[repository.environment.watch]
duration = "1m"
every = "10s"
"#
    )
}

/// A running daemon with its forge.
pub struct House {
    pub forge: FakeForge,
    pub address: SocketAddr,
    pub engine: Engine,
    pub hand: Hand,
    folder: TempDir,
    stop: CancellationToken,
    serving: JoinHandle<Result<(), DaemonError>>,
}

impl House {
    /// Lays out every repository with v0.9.0, opens the daemon and waits until it has looked at all of them.
    pub async fn open(setting: &Setting) -> Self {
        Self::open_in(tempfile::tempdir().unwrap(), setting).await
    }

    /// As [`House::open`], in memory where the machine has a place for that: for tests that measure the door's time,
    /// and not that of a disk which others use as well.
    pub async fn open_quick(setting: &Setting) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self::open_in(folder.unwrap(), setting).await
    }

    async fn open_in(folder: TempDir, setting: &Setting) -> Self {
        // Shown when a test fails.
        let _ = tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).with_test_writer().try_init();
        let (clock, hand) = Clock::movable(START.parse().unwrap());
        let forge = FakeForge::start(&folder.path().join("forge"), clock.clone()).await.unwrap();
        let token = forge.add_user("tagwarden");
        forge.add_user("ada");
        forge.add_team("school", "machines", &["tagwarden"]);
        secret_file(&folder.path().join("token"), &token);
        secret_file(&folder.path().join("secret"), traffic::SECRET);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = folder.path().join("tagwarden.toml");
        fs::write(&config, written(folder.path(), &forge.url(), address, setting)).unwrap();
        lay(folder.path(), &forge, setting);
        let daemon = Daemon::build(config::load(&config).unwrap(), clock).await.unwrap();
        let engine = daemon.engine().clone();
        let stop = CancellationToken::new();
        let listeners = Listeners { pages: vec![listener], webhooks: Vec::new() };
        let serving = tokio::spawn(daemon.serve(listeners, stop.clone()));
        let house = Self { forge, address, engine, hand, folder, stop, serving };
        let all = setting.repositories.len() as u64;
        house
            .until("the first look at every repository", async |house| {
                (house.count("SELECT count(*) FROM repositories") == all).then_some(())
            })
            .await;
        house
    }

    /// Lets the forge send its webhooks here, for every repository.
    pub fn connect(&self, setting: &Setting) {
        for (name, _) in &setting.repositories {
            let url = format!("http://{}/webhooks/forgejo", self.address);
            self.forge.add_webhook(name, &url, traffic::SECRET).unwrap();
        }
    }

    /// Stops the daemon in order, which must not have failed, and returns what is left on the disk.
    pub async fn close(self) -> TempDir {
        self.stop.cancel();
        self.serving.await.unwrap().unwrap();
        self.folder
    }

    /// Waits until the daemon has ended by itself, and returns how, with what is left on the disk.
    pub async fn ended(self) -> (Result<(), DaemonError>, TempDir) {
        (tokio::time::timeout(PATIENCE, self.serving).await.expect("it ends").unwrap(), self.folder)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of a repository on the forge.
    pub fn bare(&self, repository: &str) -> PathBuf {
        bare(self.folder.path(), repository)
    }

    /// Runs git in the clone from which all repositories were pushed.
    #[track_caller]
    pub fn git(&self, words: &[&str]) -> String {
        git(&self.folder.path().join("work"), words)
    }

    /// Commits a version and tags it; nothing is pushed.
    #[track_caller]
    pub fn write(&self, version: &str) -> Tagged {
        write_version(&self.folder.path().join("work"), version);
        self.tagged(&format!("v{version}"))
    }

    /// The ids of a tag in the clone.
    #[track_caller]
    pub fn tagged(&self, tag: &str) -> Tagged {
        let id = |what: &str| self.git(&["rev-parse", what]);
        Tagged { tag: tag.to_owned(), object: id(tag), commit: id(&format!("{tag}^{{commit}}")) }
    }

    /// Pushes main and some tags as they stand in the clone, also over what is there.
    #[track_caller]
    pub fn push(&self, repository: &str, tags: &[&str]) {
        let bare = self.bare(repository).to_string_lossy().into_owned();
        let mut words = vec!["push", "--quiet", "--force", &bare, "main"];
        words.extend(tags);
        self.git(&words);
    }

    /// Commits, tags and pushes a version of the one repository, without a webhook.
    #[track_caller]
    pub fn release(&self, version: &str) -> Tagged {
        let tagged = self.write(version);
        self.push(BRIDGE, &[&tagged.tag]);
        tagged
    }

    /// Sends a request and returns the answer.
    pub async fn ask(&self, request: &[u8]) -> Answer {
        ask(self.address, request).await
    }

    /// Sends a delivery, which must be taken, and returns the sentence.
    #[track_caller]
    pub fn deliver(&self, post: &Post) -> impl Future<Output = String> + use<'_> {
        let request = post.bytes();
        async move {
            let answer = self.ask(&request).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            answer.body.trim_end().to_owned()
        }
    }

    /// Waits until every delivery that was kept has led to something.
    pub async fn settled(&self) {
        self.until("every delivery to be dealt with", async |house| {
            (house.count("SELECT count(*) FROM deliveries WHERE outcome IS NULL") == 0).then_some(())
        })
        .await;
    }

    /// Waits until a release of a tag is in a phase.
    pub async fn reaches(&self, tag: &str, phase: &str) -> ReleaseRow {
        self.until(&format!("{tag} to be {phase}"), async |house| {
            let rows = house.rows().await;
            rows.into_iter().rev().find(|row| row.tag == tag).filter(|row| row.phase == phase)
        })
        .await
    }

    /// All releases, oldest first.
    pub async fn rows(&self) -> Vec<ReleaseRow> {
        let filter =
            Filter { repository: None, environment: None, before: None, under_way: false, limit: 1000 };
        let mut rows = self.engine.rows(filter).await.unwrap();
        rows.reverse();
        rows
    }

    /// Tag and phase of all releases, oldest first.
    pub async fn releases(&self) -> Vec<(String, &'static str)> {
        self.rows().await.into_iter().map(|row| (row.tag, row.phase)).collect()
    }

    /// Who pushed the tag of a release, as far as the daemon knows.
    pub async fn pusher(&self, release: ReleaseId) -> Option<String> {
        let view = self.engine.view(release).await.unwrap().unwrap();
        view.row.pusher.map(|person| person.to_string())
    }

    /// Reads one number from the store's file, as any other program may.
    pub fn count(&self, sql: &str) -> u64 {
        self.database().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Opens the store's file for reading.
    pub fn database(&self) -> Connection {
        database(self.folder.path())
    }

    /// The number of rows of every table that a request could touch.
    pub fn row_counts(&self) -> Vec<u64> {
        let tables = ["journal", "releases", "deliveries", "outbox", "tags", "tokens", "sessions", "holds"];
        tables.iter().map(|table| self.count(&format!("SELECT count(*) FROM {table}"))).collect()
    }

    /// Waits until `look` finds something.
    pub async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut(&Self) -> Option<T>) -> T {
        let waited = Stopwatch::start();
        loop {
            if let Some(found) = look(self).await {
                return found;
            }
            assert!(waited.elapsed() < PATIENCE, "waited in vain for: {what}; {:?}", self.releases().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A tag in the clone.
#[derive(Debug, Clone)]
pub struct Tagged {
    pub tag: String,
    pub object: String,
    pub commit: String,
}

/// Opens the store below a folder for reading.
pub fn database(root: &Path) -> Connection {
    let file = root.join("state").join(FILE);
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

fn secret_file(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn bare(root: &Path, repository: &str) -> PathBuf {
    root.join("forge").join(format!("{repository}.git"))
}

fn lay(root: &Path, forge: &FakeForge, setting: &Setting) {
    let work = root.join("work");
    fs::create_dir(&work).unwrap();
    git(&work, &["init", "--quiet", "--initial-branch=main"]);
    fs::write(work.join("CHANGELOG.md"), "# Changelog\n\n## [Unreleased]\n").unwrap();
    write_version(&work, "0.9.0");
    for (name, _) in &setting.repositories {
        let bare = forge.add_repository(name).unwrap().to_string_lossy().into_owned();
        git(&work, &["push", "--quiet", &bare, "main", "v0.9.0"]);
    }
}

fn write_version(work: &Path, version: &str) {
    let changelog = fs::read_to_string(work.join("CHANGELOG.md")).unwrap();
    let section =
        format!("## [Unreleased]\n\n## [{version}] - 2026-11-25\n\n### Changed\n\n- It learns {version}.\n");
    fs::write(work.join("CHANGELOG.md"), changelog.replacen("## [Unreleased]\n", &section, 1)).unwrap();
    git(work, &["add", "."]);
    git(work, &["commit", "--quiet", "-m", &format!("feat: it learns {version}")]);
    git(work, &["tag", "-a", &format!("v{version}"), "-m", &format!("Release v{version}")]);
}

#[track_caller]
fn git(folder: &Path, words: &[&str]) -> String {
    let said = Command::new("git")
        .args(words)
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
        .envs([("GIT_AUTHOR_NAME", "ada"), ("GIT_COMMITTER_NAME", "ada")])
        .envs([("GIT_AUTHOR_EMAIL", "ada@example.org"), ("GIT_COMMITTER_EMAIL", "ada@example.org")])
        .env("GITEA_PUSHER_NAME", "ada")
        .output()
        .unwrap();
    assert!(said.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

fn written(root: &Path, forge: &str, address: SocketAddr, setting: &Setting) -> String {
    let mut text = configuration::house(root, forge, address, &setting.server);
    for (name, environments) in &setting.repositories {
        let bare = bare(root, name);
        let place = root.join("places").join(name);
        fs::create_dir_all(&place).unwrap();
        let environments = environments.replace("PLACE", &place.to_string_lossy());
        text.push_str(&format!("\n{}\n{environments}", configuration::repository(name, &bare)));
    }
    text
}
