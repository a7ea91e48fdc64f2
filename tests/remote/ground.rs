//! Where the tests of hosts happen: a host with its folders, named pipes that hold steps back, and a killer's tools.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tagwarden::config::{self, Address};
use tagwarden::domain::names::HostName;
use tagwarden::domain::plan::Script;
use tagwarden::remote::{Folders, Host, StepKey};
use tempfile::TempDir;

use crate::sshd::{Sshd, run};

const SCOPE: &str = "school.bridge.production";

pub struct Ground {
    pub name: String,
    folder: TempDir,
    config: config::Host,
    sshd: Option<Sshd>,
}

impl Ground {
    pub fn local() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = config::Host {
            name: HostName::parse("h1").unwrap(),
            address: Address::Local,
            directory: "/".to_owned(),
            state: Some(folder.path().join("state").to_str().unwrap().to_owned()),
        };
        Self { name: "local".to_owned(), folder, config, sshd: None }
    }

    pub fn ssh(sshd: Sshd) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { name: format!("ssh, port {}", sshd.port), folder, config: sshd.host(), sshd: Some(sshd) }
    }

    pub fn sshd(&self) -> &Sshd {
        self.sshd.as_ref().unwrap()
    }

    /// The host, with connections of its own.
    pub fn host(&self) -> Host {
        let runtime = self.folder.path().join("run");
        let state = self.folder.path().join("state");
        Host::open(&self.config, SCOPE, &Folders { runtime, state })
    }

    pub fn change(&mut self, change: impl FnOnce(&mut Address)) {
        change(&mut self.config.address);
    }

    /// Reaches the host through another port.
    pub fn through(&mut self, other: u16) {
        self.change(|address| {
            if let Address::Ssh { port, .. } = address {
                *port = other;
            }
        });
    }

    pub fn keep_steps_in(&mut self, folder: &str) {
        self.config.state = Some(folder.to_owned());
    }

    /// The folder of the environment on the host.
    pub fn place(&self) -> PathBuf {
        Path::new(self.config.state.as_ref().unwrap()).join(SCOPE).join("h1")
    }

    pub fn step(&self, key: &StepKey) -> PathBuf {
        self.place().join("steps").join(key.as_str())
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Makes a named pipe: who reads from it waits until [`Ground::write`] writes.
    pub fn pipe(&self, name: &str) -> String {
        let path = self.path(name);
        run(Command::new("mkfifo").arg(&path));
        path
    }

    /// Writes one line into a named pipe as soon as somebody reads from it.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), format!("{text}\n")).unwrap();
    }

    fn session(&self, key: &StepKey) -> Option<String> {
        let text = fs::read_to_string(self.step(key).join("pgid")).ok()?;
        Some(text.trim().to_owned())
    }

    fn members(&self, key: &StepKey) -> Vec<String> {
        let Some(session) = self.session(key) else { return Vec::new() };
        processes()
            .into_iter()
            .filter(|pid| {
                let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
                let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
                fields.get(3) == Some(&session.as_str()) && fields[0] != "Z"
            })
            .collect()
    }

    /// How many processes the step has.
    pub fn session_size(&self, key: &StepKey) -> usize {
        self.members(key).len()
    }

    /// Whether the step's log is this. Who kills a step waits for its last words first: before them its shells still
    /// start each other, and one that is born between the look and the kill lives on.
    pub fn says(&self, key: &StepKey, words: &str) -> bool {
        fs::read_to_string(self.step(key).join("log")).is_ok_and(|log| log == words)
    }

    pub fn kill_session(&self, key: &StepKey) {
        run(Command::new("kill").arg("-KILL").args(self.members(key)));
    }

    pub fn kill_leader(&self, key: &StepKey) {
        run(Command::new("kill").arg("-KILL").arg(self.session(key).unwrap()));
    }

    /// Kills the local ends of all connections of this ground; returns how many there were.
    pub fn kill_ssh(&self) -> usize {
        let run_folder = self.path("run");
        let ours: Vec<String> = processes()
            .into_iter()
            .filter(|pid| {
                let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                let line = String::from_utf8_lossy(&line).into_owned();
                line.starts_with("ssh") && line.contains(&run_folder)
            })
            .collect();
        run(Command::new("kill").arg("-KILL").args(&ours));
        ours.len()
    }
}

fn processes() -> Vec<String> {
    let entries =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    entries.filter(|name| name.bytes().all(|b| b.is_ascii_digit())).collect()
}

pub fn key(text: &str) -> StepKey {
    StepKey::parse(text).unwrap()
}

pub fn commands(commands: &[&[&str]]) -> Script {
    let commands =
        commands.iter().map(|words| words.iter().map(|word| (*word).to_owned()).collect()).collect();
    Script { commands, ..Script::default() }
}

/// A shell text as a script.
pub fn sh(text: &str) -> Script {
    let files = [("text.sh".to_owned(), format!("{text}\n"))].into();
    Script { files, ..commands(&[&["sh", "{step}/text.sh"]]) }
}

/// Waits until a condition holds.
#[track_caller]
pub fn until<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let patience = Instant::now() + Duration::from_secs(40);
        while !holds().await {
            assert!(Instant::now() < patience, "waited too long at {caller}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
}
