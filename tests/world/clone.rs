//! A clone with its remote, and the program run in it: real git, an empty environment, a clock that ticks per commit.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The instant of the first commit; each later one is a minute younger.
const FIRST: u64 = 1_790_000_000;

/// What a command answered.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A bare remote `school/bridge.git` and a clone of it.
pub struct Ground {
    folder: TempDir,
    ticks: Cell<u64>,
}

#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
impl Ground {
    /// Returns a remote without commits and a clone of it, on main.
    pub fn new() -> Self {
        let ground = Self { folder: TempDir::new().unwrap(), ticks: Cell::new(0) };
        std::fs::create_dir_all(ground.path("school")).unwrap();
        std::fs::create_dir_all(ground.work()).unwrap();
        ground.git_in(ground.folder.path(), &["init", "-q", "--bare", "-b", "main", "school/bridge.git"]);
        ground.git(&["init", "-q", "-b", "main", "."]);
        ground.git(&["remote", "add", "origin", &ground.remote()]);
        ground
    }

    /// Returns a released project: v1.0.0 with its changelog is on the remote.
    pub fn released() -> Self {
        let ground = Self::new();
        ground.write("CHANGELOG.md", &changelog("", &[("1.0.0", "### Added\n\n- The first thing.\n")]));
        ground.commit("feat: first");
        ground.tag("v1.0.0");
        ground.push(&["main", "v1.0.0"]);
        ground
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn work(&self) -> PathBuf {
        self.path("work")
    }

    pub fn remote(&self) -> String {
        self.path("school/bridge.git").to_str().unwrap().to_owned()
    }

    fn environment(&self, command: &mut Command) {
        let at = format!("{} +0000", FIRST + 60 * self.ticks.get());
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.folder.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("TMPDIR", self.folder.path()).env("TZ", "UTC");
        for (role, name) in [("AUTHOR", "Ada"), ("COMMITTER", "Ada")] {
            command.env(format!("GIT_{role}_NAME"), name).env(format!("GIT_{role}_EMAIL"), "ada@example.org");
            command.env(format!("GIT_{role}_DATE"), &at);
        }
        let config = self.path("tagwarden.toml");
        if config.exists() {
            command.env("TAGWARDEN_CONFIG", config);
        }
    }

    fn git_in(&self, folder: &Path, arguments: &[&str]) -> Said {
        let mut git = Command::new("git");
        git.current_dir(folder).args(arguments).stdin(Stdio::null());
        self.environment(&mut git);
        git.output().unwrap().into()
    }

    /// Runs git in the clone and returns what it prints.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        let said = self.git_in(&self.work(), arguments);
        assert_eq!(said.code, Some(0), "git {arguments:?}: {}", said.err);
        said.out.trim_end().to_owned()
    }

    /// Runs git in the remote and returns what it prints.
    #[track_caller]
    pub fn there(&self, arguments: &[&str]) -> String {
        let said = self.git_in(Path::new(&self.remote()), arguments);
        assert_eq!(said.code, Some(0), "git {arguments:?}: {}", said.err);
        said.out.trim_end().to_owned()
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.work().join(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.work().join(name)).unwrap()
    }

    /// Commits everything, and a file of its own so that every commit changes something; returns the id.
    pub fn commit(&self, message: &str) -> String {
        let tick = self.ticks.get() + 1;
        self.ticks.set(tick);
        self.write(&format!("file-{tick}"), message);
        self.git(&["add", "--all"]);
        self.git(&["commit", "-q", "--cleanup=verbatim", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Commits everything that has changed, and nothing else.
    pub fn commit_as_it_is(&self, message: &str) -> String {
        self.ticks.set(self.ticks.get() + 1);
        self.git(&["add", "--all"]);
        self.git(&["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub fn merge(&self, branch: &str, message: &str) -> String {
        self.ticks.set(self.ticks.get() + 1);
        self.git(&["merge", "-q", "--no-ff", "-m", message, branch]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub fn tag(&self, name: &str) {
        self.ticks.set(self.ticks.get() + 1);
        self.git(&["tag", "-a", name, "-m", &format!("Release {name}")]);
    }

    pub fn push(&self, refs: &[&str]) {
        let mut arguments = vec!["push", "-q", "origin"];
        arguments.extend(refs);
        self.git(&arguments);
    }

    /// Puts a hook into a repository's folder.
    pub fn hook(&self, git_dir: &Path, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = git_dir.join("hooks").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Writes a configuration that guards `school/bridge`; `more` stands behind the repository's keys.
    pub fn configure(&self, calendar: &str, more: &str) {
        let state = self.path("state");
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://release.example.org\"\nstate_dir = \"{}\"\n\
             [forge]\nurl = \"https://git.example.org\"\ntoken = {{ env = \"T\" }}\nwebhook_secrets = [ {{ env = \"S\" }} ]\n\
             {calendar}\n[[repository]]\nname = \"school/bridge\"\n{more}\n",
            state.display()
        );
        std::fs::write(self.path("tagwarden.toml"), text).unwrap();
    }

    /// Returns the program, ready to run in the clone.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagwarden"));
        command.current_dir(self.work()).args(arguments).stdin(Stdio::null());
        self.environment(&mut command);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        self.program(arguments).output().unwrap().into()
    }

    /// Returns the plan as JSON.
    #[track_caller]
    pub fn plan(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["plan", "--json"];
        all.extend(arguments);
        let said = self.run(&all);
        assert_eq!(said.code, Some(0), "{}", said.err);
        serde_json::from_str(&said.out).unwrap()
    }
}

/// Returns a changelog with these unreleased lines and these released sections, newest first.
pub fn changelog(unreleased: &str, sections: &[(&str, &str)]) -> String {
    let mut text = format!("# Changelog\n\n## [Unreleased]\n\n{unreleased}");
    for (version, body) in sections {
        text.push_str(&format!("\n## [{version}] - 2026-01-15\n\n{body}"));
    }
    text
}

/// Returns the ids of the warnings of a plan.
#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
pub fn warned(plan: &Value) -> Vec<&str> {
    plan["warnings"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}
