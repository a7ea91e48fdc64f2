//! The scene: the demo's forge, door and daemon, and production on Docker Compose behind a real sshd.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tagwarden::config::Address;
use tagwarden::demo::{GitSaid, Ground, Version, World, WorldError};
use tagwarden::domain::release::Phase;
use tagwarden::engine::view::ReleaseView;
use tempfile::TempDir;

use crate::compose::{App, Fault, docker};
use crate::sshd::Sshd;

/// A Wednesday morning.
const START: &str = "2026-11-25T10:00:00+01:00";
/// How long a busy machine may take for a deployment and its way back.
const PATIENCE: Duration = Duration::from_secs(150);
/// Between two looks of the watch.
const EVERY: Duration = Duration::from_secs(300);
const SMOKE: &str = "#!/bin/sh\n[ \"$(curl -fsS \"$PROD_URL/version\")\" = \"v$TAGWARDEN_VERSION\" ]\n";

pub struct Scene {
    pub world: World,
    pub app: App,
    _sshd: Sshd,
    _folder: TempDir,
}

impl Scene {
    pub async fn open() -> Self {
        Self::open_with(0, "").await
    }

    /// With so many approvals, and with further tables of the environment; `{root}` in them is the ground's folder and
    /// `{registry}` the host of the registry.
    pub async fn open_with(approvals: u32, further: &str) -> Self {
        let _ = tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).with_test_writer().try_init();
        let folder = tempfile::Builder::new().prefix("tw").tempdir().unwrap();
        let (app, sshd) = (App::images(), Sshd::start(""));
        let hook = Path::new(env!("CARGO_BIN_EXE_tagwarden-hook"));
        let text = |ground: &Ground, address: std::net::SocketAddr| {
            let further = further.replace("{root}", &ground.root().to_string_lossy());
            let further = further.replace("{registry}", app.image.split('/').next().unwrap());
            let text = configuration(ground, address, &app, &sshd);
            text.replace(
                "approvals = 0\n",
                &format!("approvals = {approvals}\napprovers = [\"team:school/release\"]\n"),
            ) + &further
        };
        let world = World::open_with(folder.path(), START.parse().unwrap(), hook, text).await.unwrap();
        fs::write(world.ground.work().join("smoke.sh"), SMOKE).unwrap();
        let scene = Self { world, app, _sshd: sshd, _folder: folder };
        scene.write_files("");
        scene
    }

    /// Writes the compose files of the next version; `more` stands below the service `app`.
    pub fn write_files(&self, more: &str) {
        for (name, text) in self.app.files(more) {
            fs::write(self.world.ground.work().join(name), text).unwrap();
        }
    }

    /// Writes a version, tags it and pushes both.
    pub async fn push(&self, version: &str) -> GitSaid {
        let said = self.world.release(Version::good(version)).await.unwrap();
        assert!(said.ok, "{}", said.text);
        said
    }

    /// Publishes the image of a version and releases it.
    pub async fn release(&self, version: &str, fault: Fault) {
        self.app.publish(&format!("v{version}"), fault);
        self.push(version).await;
    }

    /// Brings a good version to production; returns its commit.
    pub async fn complete(&self, version: &str) -> String {
        self.release(version, Fault::None).await;
        let tag = format!("v{version}");
        self.gets_to(&tag, Phase::Watching).await;
        self.watched(&tag, Phase::Complete).await.commit.to_string()
    }

    pub async fn view(&self, tag: &str) -> Option<ReleaseView> {
        self.world.view(tag).await.unwrap()
    }

    /// Waits until a release is in a phase; the clock stands still.
    pub async fn gets_to(&self, tag: &str, phase: Phase) -> ReleaseView {
        let began = Instant::now();
        loop {
            match self.world.reaches(tag, phase).await {
                Ok(view) => return view,
                Err(WorldError::InVain(what)) if began.elapsed() > PATIENCE => {
                    panic!("{what}; it is {:#?}", self.view(tag).await)
                }
                Err(WorldError::InVain(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Waits until a release was looked at once in its watch.
    pub async fn watching(&self, tag: &str) {
        self.gets_to(tag, Phase::Watching).await;
        let looked = |view: ReleaseView| (view.watch.is_some_and(|watch| watch.taken > 0)).then_some(());
        let look = self
            .world
            .until("the first look", |world| async move { Ok(world.view(tag).await?.and_then(looked)) });
        look.await.unwrap();
    }

    /// Lets the watch go on, one look after the other, until a release is in a phase.
    pub async fn watched(&self, tag: &str, phase: Phase) -> ReleaseView {
        let (began, mut taken) = (Instant::now(), 0);
        loop {
            let view = self.view(tag).await.unwrap();
            if view.row.phase == phase.name() {
                return view;
            }
            assert!(began.elapsed() < PATIENCE, "{tag} does not get {}: {view:#?}", phase.name());
            let looks = view.watch.as_ref().map_or(0, |watch| watch.taken);
            if view.row.phase == Phase::Watching.name() && looks > taken {
                taken = looks;
                self.world.hand.advance(EVERY);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Demands that a version was taken back, to that commit and its containers, with its tag pushed.
    pub async fn went_back(&self, version: &str, commit: &str) {
        let tag = format!("v{version}");
        let view = self.gets_to(&tag, Phase::RolledBack).await;
        assert_eq!(self.app.version().as_deref(), Some("v1.1.0"));
        let head = fs::read_to_string(self.world.ground.production().join(".git/HEAD")).unwrap();
        assert_eq!(head.trim(), commit);
        let name = format!("refs/tags/{tag}-rollback^{{commit}}");
        let found = self
            .world
            .until("the rollback tag", |_| {
                let name = name.clone();
                async move { Ok(self.on_forge(&name).await) }
            })
            .await
            .unwrap();
        assert_eq!(found, commit);
        self.world
            .until("the status", |_| async {
                Ok((self.last_status(view.commit.as_str()) == "failure").then_some(()))
            })
            .await
            .unwrap();
    }

    /// The step of the way forward that failed.
    pub async fn failed_step(&self, tag: &str) -> String {
        let view = self.view(tag).await.unwrap();
        let failed = view.steps.iter().find(|step| step.direction == "do" && step.state == "failed");
        failed.unwrap_or_else(|| panic!("{view:#?}")).name.clone()
    }

    /// Why a release was taken back.
    pub async fn why_back(&self, tag: &str) -> String {
        let id = self.view(tag).await.unwrap().row.id;
        let lines = self.world.engine().lines(id, 0).await.unwrap();
        let line = lines.iter().find(|line| line.kind == "rollback_started").unwrap();
        format!("{:?}", line.text)
    }

    pub async fn on_forge(&self, name: &str) -> Option<String> {
        let bare = self.world.ground.bare();
        let words = ["-C", bare.to_str().unwrap(), "rev-parse", "--verify", name];
        let said = self.world.git("ada", &words).await.unwrap();
        said.ok.then(|| said.text.trim().to_owned())
    }

    /// The state of a commit's newest status.
    pub fn last_status(&self, commit: &str) -> String {
        self.world.ground.forge.statuses(commit).pop().map(|status| status.state).unwrap_or_default()
    }

    /// Has the application print a line, and waits until a look of the next second can see it.
    pub async fn say(&self, line: &str) {
        self.app.say(line);
        let container = self.app.container("app");
        let word = line.split(' ').next().unwrap();
        self.until("the line in the log", || docker(&["logs", &container]).contains(word)).await;
        let second = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let seen = second();
        self.until("the next second", || second() > seen + 1).await;
    }

    /// Ends the application's process and waits until the engine has started it anew.
    pub async fn crash(&self) {
        let container = self.app.container("app");
        // The count alone rises before the engine says that the container restarts.
        let started = || docker(&["inspect", "-f", "{{.State.StartedAt}} {{.State.Status}}", &container]);
        let before = started();
        self.app.crash();
        self.until("a restart", || {
            let now = started();
            now != before && now.ends_with(" running")
        })
        .await;
    }

    async fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < PATIENCE, "{what} did not come");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn configuration(ground: &Ground, address: std::net::SocketAddr, app: &App, sshd: &Sshd) -> String {
    let root = ground.root().display();
    let host = sshd.host();
    let Address::Ssh { user, port, host_key, identity, .. } = host.address else { panic!("it is over SSH") };
    let identity = identity.unwrap();
    format!(
        r#"{beginning}[[repository.environment]]
name = "production"
release_managers = ["user:ada"]
approvals = 0
[[repository.environment.host]]
name = "prod-1"
address = "{user}@127.0.0.1:{port}"
host_key = "{host_key}"
identity = "{identity}"
directory = "{root}/production"
state = "{steps}"
[repository.environment.deploy]
recipe = "compose"
compose_files = ["compose.yml", "compose.prod.yml"]
project = "{project}"
settle = "1s"
env = {{ APP_TAG = "{{tag}}" }}
[repository.environment.healthcheck]
url = "{url}/healthz"
limit = "10s"
[repository.environment.smoke]
script = ["sh", "smoke.sh"]
url = "{url}"
[[repository.environment.smoke.endpoint]]
url = "{url}/orders"
contains = "["
[repository.environment.watch]
duration = "15m"
every = "5m"
[[repository.environment.watch.signal]]
kind = "http"
url = "{url}/healthz"
[[repository.environment.watch.signal]]
kind = "container"
fail_after = 1
[[repository.environment.watch.signal]]
kind = "log"
fatal = ["FATAL:"]
fail_after = 1
"#,
        beginning = ground.beginning(address),
        identity = identity.display(),
        steps = sshd.steps().display(),
        project = app.project,
        url = app.url(""),
    )
}
