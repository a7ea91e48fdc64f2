//! The folders of a world on one machine: forge, a person's clone, production, operator's scripts, configuration.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::clock::Clock;
use crate::demo::app::App;
use crate::demo::configuration::{self, Rules};
use crate::demo::forge::FakeForge;

/// The guarded repository's full name.
pub const REPOSITORY: &str = "school/bridge";
/// The secret of the webhook; whoever listens on loopback may know it.
pub const SECRET: &str = "a secret for a forge that lives for a minute";
/// What the operator has on the production machine, by name.
const HOST: [(&str, &str); 4] = [
    ("fetch", include_str!("host/fetch.sh")),
    ("switch", include_str!("host/switch.sh")),
    ("is-on", include_str!("host/is-on.sh")),
    ("switch-back", include_str!("host/switch-back.sh")),
];
const SMOKE: &str = include_str!("host/smoke-test.sh");
const HOOK: &str = include_str!("../../hooks/pre-receive");

/// What git said, and whether it was content.
#[derive(Debug, Clone)]
pub struct GitSaid {
    /// Whether it ended with status 0.
    pub ok: bool,
    /// Both outputs.
    pub text: String,
}

/// A version of the application, as a person writes it.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// `1.4.2`.
    pub version: &'a str,
    /// What its health check will say; `ok` = well.
    pub health: &'a str,
    /// What its smoke test finds; `fine` = well.
    pub smoke: &'a str,
}

impl<'a> Version<'a> {
    /// Returns a version that is well.
    pub fn good(version: &'a str) -> Self {
        Self { version, health: "ok", smoke: "fine" }
    }
}

/// The folders, and what serves them.
#[derive(Debug)]
pub struct Ground {
    root: PathBuf,
    /// The forge.
    pub forge: FakeForge,
    /// The application in production.
    pub app: App,
    hook: PathBuf,
}

impl Ground {
    /// Lays everything out below `root`: the repository with version 1.0.0 tagged and running.
    ///
    /// # Errors
    /// A folder cannot be made, or git is missing.
    pub async fn lay(root: &Path, clock: Clock, hook: &Path) -> io::Result<Self> {
        let forge = FakeForge::start(&root.join("forge"), clock).await?;
        let token = forge.add_user("tagwarden");
        for person in ["ada", "grace"] {
            forge.add_user(person);
        }
        forge.add_team("school", "release", &["grace"]);
        forge.add_team("school", "machines", &["tagwarden"]);
        let bare = forge.add_repository(REPOSITORY)?;
        let production = root.join("production");
        let app = App::start(&production).await?;
        let ground = Self { root: root.to_owned(), forge, app, hook: hook.to_owned() };
        fs::write(ground.root.join("token"), token)?;
        fs::write(ground.root.join("secret"), SECRET)?;
        for name in ["token", "secret"] {
            fs::set_permissions(ground.root.join(name), fs::Permissions::from_mode(0o600))?;
        }
        let ground = tokio::task::spawn_blocking(move || ground.populate(&bare)).await??;
        ground.forge.sync().await;
        Ok(ground)
    }

    fn populate(self, bare: &Path) -> io::Result<Self> {
        let bare_name = bare.to_string_lossy().into_owned();
        fs::create_dir_all(self.host())?;
        for (name, text) in HOST {
            write_program(&self.host().join(name), text)?;
        }
        fs::create_dir_all(self.work())?;
        self.must(&["init", "--quiet", "--initial-branch=main"])?;
        self.must(&["remote", "add", "origin", &bare_name])?;
        fs::write(self.work().join("CHANGELOG.md"), "# Changelog\n\n## [Unreleased]\n")?;
        self.write_version(&Version::good("1.0.0"))?;
        self.must(&["push", "--quiet", "origin", "main"])?;
        self.tag("v1.0.0")?;
        self.must(&["push", "--quiet", "origin", "v1.0.0"])?;
        let production = self.production().to_string_lossy().into_owned();
        self.must(&["clone", "--quiet", &bare_name, &production])?;
        // From now on the door is guarded.
        write_program(&self.root.join("pre-receive"), HOOK)?;
        write_program(&bare.join("hooks/pre-receive.d/zz-tagwarden"), &self.door())?;
        Ok(self)
    }

    /// Returns the script at the forge's door: it says what Forgejo says to its hooks, also to a push of the daemon.
    fn door(&self) -> String {
        let quoted = |path: &Path| format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"));
        format!(
            "#!/bin/sh\nexport GITEA_REPO_USER_NAME=school GITEA_REPO_NAME=bridge\nexport TAGWARDEN_CONFIG={} TAGWARDEN_HOOK={}\nexec {}\n",
            quoted(&self.config()),
            quoted(&self.hook),
            quoted(&self.root.join("pre-receive")),
        )
    }

    /// Returns the folder that everything is in.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the clone of the person who releases.
    pub fn work(&self) -> PathBuf {
        self.root.join("work")
    }

    /// Returns the folder from which the application runs.
    pub fn production(&self) -> PathBuf {
        self.root.join("production")
    }

    /// Returns the folder with the operator's scripts; `done` in it has a line for each that ran.
    pub fn host(&self) -> PathBuf {
        self.root.join("host")
    }

    /// Returns the configuration file.
    pub fn config(&self) -> PathBuf {
        self.root.join("tagwarden.toml")
    }

    /// Returns the bare repository on the forge.
    pub fn bare(&self) -> PathBuf {
        self.root.join("forge").join(format!("{REPOSITORY}.git"))
    }

    /// Returns the configuration of a team with these rules, for a daemon that listens on `address`.
    pub fn configuration(&self, address: SocketAddr, rules: &Rules) -> String {
        configuration::of_a_team(self, address, rules)
    }

    /// Returns the tables with which the configuration of any team begins here, for a daemon that listens on `address`.
    pub fn beginning(&self, address: SocketAddr) -> String {
        let house = configuration::house(&self.root, &self.forge.url(), address, "");
        format!("{house}\n{}", configuration::repository(REPOSITORY, &self.bare()))
    }

    /// Writes the configuration for a daemon that listens on `address`, and points the forge's webhook there.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn configure(&self, address: SocketAddr, rules: &Rules) -> io::Result<()> {
        self.configure_as(address, &self.configuration(address, rules))
    }

    /// Writes this configuration, and points the forge's webhook to `address`, where its daemon will listen.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn configure_as(&self, address: SocketAddr, text: &str) -> io::Result<()> {
        self.forge.add_webhook(REPOSITORY, &format!("http://{address}/webhooks/forgejo"), SECRET)?;
        let beside = self.root.join("tagwarden.toml.new");
        fs::write(&beside, text)?;
        fs::rename(beside, self.config())
    }

    /// Runs git in the clone as `person`, with the hook of this ground at the door.
    ///
    /// # Errors
    /// Git cannot be started.
    pub fn git(&self, person: &str, words: &[&str]) -> io::Result<GitSaid> {
        let mail = format!("{person}@example.org");
        let said = Command::new("git")
            .args(words)
            .current_dir(self.work())
            .env("HOME", &self.root)
            .env("LC_ALL", "C.UTF-8")
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
            .env("GIT_TERMINAL_PROMPT", "0")
            .envs([("GIT_AUTHOR_NAME", person), ("GIT_COMMITTER_NAME", person)])
            .envs([("GIT_AUTHOR_EMAIL", &mail), ("GIT_COMMITTER_EMAIL", &mail)])
            .env("GITEA_PUSHER_NAME", person)
            .output()?;
        let text =
            format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
        Ok(GitSaid { ok: said.status.success(), text })
    }

    fn must(&self, words: &[&str]) -> io::Result<String> {
        let said = self.git("ada", words)?;
        if said.ok { Ok(said.text) } else { Err(io::Error::other(format!("git {words:?}: {}", said.text))) }
    }

    /// Writes a version with its changelog section and commits it on the branch that is checked out.
    ///
    /// # Errors
    /// A file cannot be written, or git does not commit.
    pub fn write_version(&self, version: &Version<'_>) -> io::Result<String> {
        let work = self.work();
        fs::create_dir_all(work.join("scripts"))?;
        write_program(&work.join("scripts/smoke-test.sh"), SMOKE)?;
        let number = version.version;
        for (name, text) in [("version", number), ("health", version.health), ("smoke", version.smoke)] {
            fs::write(work.join(name), format!("{text}\n"))?;
        }
        let changelog = fs::read_to_string(work.join("CHANGELOG.md"))?;
        let section = format!(
            "## [Unreleased]\n\n## [{number}] - 2026-11-25\n\n### Changed\n\n- The bridge learns {number}.\n"
        );
        fs::write(work.join("CHANGELOG.md"), changelog.replacen("## [Unreleased]\n", &section, 1))?;
        self.must(&["add", "."])?;
        self.must(&["commit", "--quiet", "-m", &format!("feat: the bridge learns {number}")])?;
        Ok(self.must(&["rev-parse", "HEAD"])?.trim().to_owned())
    }

    /// Makes an annotated tag on the newest commit.
    ///
    /// # Errors
    /// Git does not make it.
    pub fn tag(&self, name: &str) -> io::Result<()> {
        self.must(&["tag", "-a", name, "-m", &format!("Release {name}")]).map(|_| ())
    }

    /// Writes a version, tags it and pushes both as ada; returns what the push said.
    ///
    /// # Errors
    /// Something before the push fails.
    pub fn release(&self, version: &Version<'_>) -> io::Result<GitSaid> {
        self.write_version(version)?;
        let name = format!("v{}", version.version);
        self.tag(&name)?;
        self.git("ada", &["push", "--quiet", "--atomic", "origin", "main", &name])
    }

    /// Lets a version fall ill that was well when it was deployed; `""` = none.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn fall_ill(&self, version: &str) -> io::Result<()> {
        fs::write(self.root.join("fault"), version)
    }

    /// Returns what the operator's scripts did, a line each.
    pub fn done(&self) -> Vec<String> {
        let text = fs::read_to_string(self.host().join("done")).unwrap_or_default();
        text.lines().map(ToOwned::to_owned).collect()
    }
}

fn write_program(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}
