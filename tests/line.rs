//! The line to the host is cut in the middle of a step: the truth is found again, and nothing runs twice.
//!
//! Real daemon, real sshd; what a step does is held back by a named pipe, and each step writes down that it ran.
#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]

#[path = "world/namespace.rs"]
mod namespace;
#[path = "world/sshd.rs"]
mod sshd;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sshd::{Sshd, run};
use tagwarden::config::Address;
use tagwarden::demo::{Ground, Version, World};
use tagwarden::domain::release::Phase;
use tempfile::TempDir;

/// The longest a call to a host that is silent takes, twice, and a busy machine's margin.
const PATIENCE: Duration = Duration::from_secs(120);
const STEPS: [&str; 4] = ["one", "two", "three", "four"];

struct Scene {
    world: World,
    sshd: Sshd,
    folder: TempDir,
}

impl Scene {
    async fn open() -> Self {
        Self::open_on(Sshd::start("")).await
    }

    async fn open_on(sshd: Sshd) -> Self {
        let _ = tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).with_test_writer().try_init();
        // Short, because the path of a control socket must be.
        let folder = tempfile::Builder::new().prefix("tw").tempdir().unwrap();
        let start = "2026-11-25T10:00:00+01:00".parse().unwrap();
        let hook = Path::new(env!("CARGO_BIN_EXE_tagwarden-hook"));
        let text = |ground: &Ground, address: SocketAddr| configuration(ground, address, &sshd);
        let world = World::open_with(folder.path(), start, hook, text).await.unwrap();
        let scene = Self { world, sshd, folder };
        run(Command::new("mkfifo").arg(scene.path("go")));
        let step = format!(
            "#!/bin/sh\necho \"$1 begins\" >>{done}\n[ ! -e {hold}-$1 ] || read -r line <{go}\necho \"$1 ends\" >>{done}\n",
            done = scene.path("done").display(),
            hold = scene.path("hold").display(),
            go = scene.path("go").display(),
        );
        fs::write(scene.path("step.sh"), step).unwrap();
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Has a step wait in its middle until [`Scene::go_on`].
    fn hold(&self, step: &str) {
        fs::write(self.path(&format!("hold-{step}")), "").unwrap();
    }

    fn go_on(&self) {
        fs::write(self.path("go"), "go\n").unwrap();
    }

    async fn push(&self) {
        let said = self.world.release(Version::good("1.1.0")).await.unwrap();
        assert!(said.ok, "{}", said.text);
    }

    /// What ran on the host, in order.
    fn done(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("done")).unwrap_or_default();
        text.lines().map(ToOwned::to_owned).collect()
    }

    async fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < PATIENCE, "{what} did not come; the host did {:?}", self.done());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the release watches; demands that each step ran once, whole and in order.
    async fn all_ran_once(&self) {
        let began = Instant::now();
        while let Err(error) = self.world.reaches("v1.1.0", Phase::Watching).await {
            let view = self.world.view("v1.1.0").await.unwrap();
            assert!(began.elapsed() < PATIENCE, "{error}: {view:#?}");
        }
        let expected: Vec<String> =
            STEPS.iter().flat_map(|step| [format!("{step} begins"), format!("{step} ends")]).collect();
        assert_eq!(self.done(), expected);
        let view = self.world.view("v1.1.0").await.unwrap().unwrap();
        assert!(view.steps.iter().all(|step| step.state == "done"), "{:#?}", view.steps);
    }

    /// The local ends of all connections to the host.
    fn masters(&self) -> Vec<String> {
        let ours = self.folder.path().to_str().unwrap().to_owned();
        processes(|line| line.starts_with("ssh") && line.contains(&ours))
    }

    /// Kills the local ends of all connections to the host; returns how many there were.
    fn cut(&self) -> usize {
        let ssh = self.masters();
        signal("-KILL", &ssh);
        ssh.len()
    }
}

/// The processes whose command line is so.
fn processes(is: impl Fn(&str) -> bool) -> Vec<String> {
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    pids.filter(|pid| pid.bytes().all(|b| b.is_ascii_digit()))
        .filter(|pid| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            is(&String::from_utf8_lossy(&line))
        })
        .collect()
}

fn signal(signal: &str, processes: &[String]) {
    // One that ended by itself in between is no failure.
    let _ = Command::new("kill").arg(signal).args(processes).output().unwrap();
}

fn configuration(ground: &Ground, address: SocketAddr, sshd: &Sshd) -> String {
    let root = ground.root().display();
    let Address::Ssh { user, host, port, host_key, identity } = sshd.host().address else {
        panic!("over SSH")
    };
    let steps: String = STEPS
        .iter()
        .map(|name| {
            format!(
                "[[repository.environment.deploy.step]]\nname = \"{name}\"\nrun = [\"sh\", \"{root}/step.sh\", \"{name}\"]\n"
            )
        })
        .collect();
    format!(
        r#"{beginning}[[repository.environment]]
name = "production"
release_managers = ["user:ada"]
approvals = 0
[[repository.environment.host]]
name = "prod-1"
address = "{user}@{host}:{port}"
host_key = "{host_key}"
identity = "{identity}"
directory = "{root}/production"
state = "{state}"
[repository.environment.deploy]
recipe = "script"
{steps}
[repository.environment.watch]
[[repository.environment.watch.signal]]
kind = "http"
url = "{app}/health"
"#,
        beginning = ground.beginning(address),
        identity = identity.unwrap().display(),
        state = sshd.steps().display(),
        app = ground.app.url(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connection_is_killed_in_the_middle_of_a_step_and_the_step_goes_on() {
    let scene = Scene::open().await;
    scene.hold("two");
    scene.push().await;
    scene.until("the second step", || scene.done().last().is_some_and(|line| line == "two begins")).await;
    assert!(scene.cut() > 0, "there was no connection to cut");
    scene.go_on();
    scene.all_ran_once().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connection_is_killed_as_each_step_begins() {
    let scene = Scene::open().await;
    scene.push().await;
    let mut cuts = 0;
    for step in STEPS {
        // As soon as the intention stands in the journal: before, while or after the host is told.
        let began = Instant::now();
        loop {
            let view = scene.world.view("v1.1.0").await.unwrap();
            let begun = view
                .is_some_and(|view| view.steps.iter().any(|one| one.name == step && one.state != "planned"));
            if begun {
                break;
            }
            assert!(began.elapsed() < PATIENCE, "{step} does not begin; the host did {:?}", scene.done());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        cuts += scene.cut();
    }
    assert!(cuts >= 2, "only {cuts} connections were cut");
    scene.all_ran_once().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_stops_answering_in_the_middle_of_a_step_and_is_asked_anew() {
    let scene = Scene::open().await;
    scene.hold("three");
    scene.push().await;
    scene.until("the third step", || scene.done().last().is_some_and(|line| line == "three begins")).await;
    // Whoever serves the connection sleeps; nothing is closed, and nothing is answered any more.
    let silent = scene.sshd.connections();
    assert!(!silent.is_empty(), "there was no connection to silence");
    signal("-STOP", &silent);
    scene.go_on();
    scene.all_ran_once().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_away_for_a_while_is_waited_for() {
    let mut scene = Scene::open().await;
    scene.hold("one");
    scene.push().await;
    scene.until("the first step", || scene.done().last().is_some_and(|line| line == "one begins")).await;
    scene.sshd.away();
    scene.go_on();
    scene
        .until("the end of the first step", || scene.done().last().is_some_and(|line| line == "one ends"))
        .await;
    let view = scene.world.view("v1.1.0").await.unwrap().unwrap();
    assert_eq!(view.row.phase, "deploying", "what is not known is no failure");
    scene.sshd.back();
    scene.all_ran_once().await;
}

mod tier3 {
    use super::{Scene, Sshd};
    use crate::namespace::Namespace;

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 3: network namespaces"]
    async fn packets_are_dropped_in_the_middle_of_a_step_and_the_truth_is_found_when_they_pass_again() {
        let network = Namespace::new();
        let scene = Scene::open_on(Sshd::start_in(&network.address, network.enter())).await;
        scene.hold("two");
        scene.push().await;
        scene.until("the second step", || scene.done().last().is_some_and(|line| line == "two begins")).await;
        network.silence(true);
        scene.go_on();
        scene
            .until("the end of the step", || scene.done().last().is_some_and(|line| line == "two ends"))
            .await;
        scene.until("the daemon to give the connection up", || scene.masters().is_empty()).await;
        let view = scene.world.view("v1.1.0").await.unwrap().unwrap();
        assert_eq!(view.row.phase, "deploying", "what is not known is no failure");
        network.silence(false);
        scene.all_ran_once().await;
    }
}
