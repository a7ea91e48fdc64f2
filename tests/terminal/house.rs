//! A house with a real daemon process: what is pushed on its ground is guarded, and every command can be typed.

use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tagwarden::clock::Clock;
use tagwarden::demo::{Ground, REPOSITORY, Rules, Version};
use tagwarden::store::{FILE, Kept};
use tempfile::TempDir;

/// The longest that a test waits for anything before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A second environment of the same repository, to which nothing goes without an approval.
pub const STAGING: &str = r#"
[[repository.environment]]
name = "staging"
release_managers = ["user:ada"]
approvers = ["user:ada"]
approvals = 1
self_approval = true
[[repository.environment.host]]
name = "stage-1"
address = "local"
directory = "/srv/nowhere"
[repository.environment.deploy]
recipe = "script"
[[repository.environment.deploy.step]]
name = "nothing"
run = ["true"]
[repository.environment.healthcheck]
run = ["true"]
"#;

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks the exit code and that the error names this id.
    #[track_caller]
    pub fn refused(&self, code: i32, id: &str) {
        assert!(self.code == Some(code) && self.err.contains(id), "expected {code} {id}: {self:#?}");
    }

    #[track_caller]
    pub fn good(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }
}

/// Forge, application, folders and a daemon.
pub struct House {
    pub ground: Ground,
    pub folder: TempDir,
    pub address: SocketAddr,
    daemon: Option<Child>,
}

pub fn rules(further: &str) -> Rules {
    Rules {
        language: tagwarden::domain::language::Language::En,
        approvals: 1,
        closed: String::new(),
        watch: "duration = \"4s\"\nevery = \"1s\"".to_owned(),
        further: further.to_owned(),
    }
}

impl House {
    /// Lays the ground without a daemon.
    pub async fn lay(rules: &Rules) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hook = PathBuf::from(env!("CARGO_BIN_EXE_tagwarden-hook"));
        let ground = Ground::lay(folder.path(), Clock::machine(), &hook).await.unwrap();
        // Given back at once, so that the daemon can have it: the kernel hands out others before this one again.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        ground.configure(address, rules).unwrap();
        Self { ground, folder, address, daemon: None }
    }

    /// Lays the ground and starts the daemon.
    pub async fn open(rules: &Rules) -> Self {
        let mut house = Self::lay(rules).await;
        house.start();
        house
    }

    /// Starts the daemon and waits until it has looked at the forge once.
    pub fn start(&mut self) {
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        let mut daemon = self.command(&["serve"]).stderr(log).spawn().unwrap();
        self.until("the daemon to answer, or to end", |house| {
            daemon.try_wait().unwrap().is_some() || house.run(&["status"]).code == Some(0)
        });
        assert!(daemon.try_wait().unwrap().is_none(), "it does not start:\n{}", self.log());
        self.daemon = Some(daemon);
        self.until("the first look at the forge", |house| {
            let Ok(mut kept) = Kept::open(&house.database()) else { return false };
            kept.read(|reading| reading.adopted(REPOSITORY)).is_ok_and(|found| found.is_some())
        });
    }

    /// Sends the daemon a signal.
    pub fn signal(&self, name: &str) {
        let id = self.daemon.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Ends the daemon in order and returns how it ended.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.daemon.take().unwrap().wait().unwrap()
    }

    /// Returns what the daemon has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("state").join(FILE)
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("state/control.sock")
    }

    /// Returns a command in an empty environment, with the configuration of this house.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagwarden"));
        command
            .args(words)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("TZ", "UTC")
            .env("HOME", self.folder.path())
            .env("TAGWARDEN_CONFIG", self.ground.config())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, words: &[&str]) -> Said {
        said(&mut self.command(words))
    }

    /// Types a command as a person with a token.
    pub fn run_as(&self, token: &str, words: &[&str]) -> Said {
        said(self.command(words).env("TAGWARDEN_TOKEN", token))
    }

    /// Returns a new token of a person.
    pub fn token(&self, name: &str) -> String {
        self.run(&["token", "new", name]).good().out.trim().to_owned()
    }

    /// Pushes a version and waits until it stands in front of its gates; returns its number.
    pub async fn push(&self, version: &str) -> u64 {
        self.push_version(&Version::good(version)).await
    }

    pub async fn push_version(&self, version: &Version<'_>) -> u64 {
        self.push_version_until(version, "gate-approval-missing").await
    }

    /// Pushes a version and waits until it waits for `headline`; returns its number.
    pub async fn push_until(&self, version: &str, headline: &str) -> u64 {
        self.push_version_until(&Version::good(version), headline).await
    }

    async fn push_version_until(&self, version: &Version<'_>, headline: &str) -> u64 {
        let said = self.ground.release(version).unwrap();
        assert!(said.ok, "{}", said.text);
        self.ground.forge.sync().await;
        let tag = format!("v{}", version.version);
        let mut number = 0;
        self.until(&format!("{tag} to say {headline}"), |house| {
            let status = house.run(&["status", "--json", "--environment", "production"]).json();
            let rows = status["releases"].as_array().unwrap().clone();
            let row = rows.into_iter().find(|row| row["tag"] == tag.as_str());
            number = row.as_ref().and_then(|row| row["id"].as_u64()).unwrap_or_default();
            row.is_some_and(|row| row["headline"]["id"] == headline)
        });
        number
    }

    /// Waits until a release is in a phase.
    pub fn reaches(&self, release: u64, phase: &str) -> Value {
        let mut shown = Value::Null;
        self.until(&format!("release {release} to be {phase}"), |house| {
            shown = house.run(&["show", &release.to_string(), "--json"]).json();
            shown["phase"] == phase
        });
        shown
    }

    #[track_caller]
    pub fn until(&self, what: &str, mut look: impl FnMut(&Self) -> bool) {
        let began = Instant::now();
        while !look(self) {
            if began.elapsed() > PATIENCE {
                panic!("waited in vain for {what}; the daemon's log:\n{}", self.log());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

pub fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Waits for a child that must end by itself, and returns what it said on standard error.
pub fn ended(mut child: Child) -> (Option<i32>, String) {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut err = String::new();
    if let Some(mut stream) = child.stderr.take() {
        stream.read_to_string(&mut err).unwrap();
    }
    (child.wait().unwrap().code(), err)
}
