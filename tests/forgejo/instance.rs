//! A Forgejo that lives as long as a test: SQLite, people with tokens, one guarded repository, the daemon beside it.
//!
//! Forgejo refuses to run as root, so as root everything of it (and the daemon) runs as `nobody`.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tagwarden::config::Secret;
use tagwarden::demo::configuration;
use tagwarden::domain::names::{ObjectId, RepositoryName};
use tagwarden::forgejo::Forge;
use tempfile::TempDir;

const NOBODY: u32 = 65534;
const SECRET: &str = "a secret for a forge that lives for a minute";
const PEOPLE: [&str; 4] = ["ada", "tagwarden", "grace", "eve"];
/// A cold start with its migrations took 20 s on a busy machine of two cores.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where the hook is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Into the repository: both versions run it there.
    PerRepository,
    /// Into the folder for all repositories, from v16 on.
    Central,
}

pub struct Instance {
    folder: TempDir,
    http: reqwest::Client,
    port: u16,
    ssh_port: u16,
    tokens: Vec<(&'static str, String)>,
    children: Vec<Child>,
    pub version: u32,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn is_root() -> bool {
    let said = Command::new("id").arg("-u").output().unwrap();
    said.stdout.starts_with(b"0")
}

#[track_caller]
fn must(command: &mut Command) -> String {
    let said = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{command:?}: {text}");
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}

impl Instance {
    /// Starts the instance with the repository `school/bridge`, whose hook stands in `layout`, and the daemon.
    pub async fn start(layout: Layout) -> Option<Self> {
        Self::start_with(layout, 0, "").await
    }

    /// The same, with so many approvals by `grace`, and further tables of the repository.
    pub async fn start_with(layout: Layout, approvals: u32, further: &str) -> Option<Self> {
        let binary = std::env::var_os("FORGEJO_BIN").expect("FORGEJO_BIN names Forgejo's binary");
        let folder = tempfile::tempdir().unwrap();
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let (port, ssh_port) = (free_port(), free_port());
        let mut instance =
            Self { folder, http, port, ssh_port, tokens: Vec::new(), children: Vec::new(), version: 0 };
        fs::set_permissions(instance.root(), fs::Permissions::from_mode(0o755)).unwrap();
        let programs = [
            binary.as_ref(),
            Path::new(env!("CARGO_BIN_EXE_tagwarden")),
            Path::new(env!("CARGO_BIN_EXE_tagwarden-hook")),
        ];
        for (name, program) in ["forgejo", "tagwarden", "tagwarden-hook"].iter().zip(programs) {
            fs::copy(program, instance.root().join(name)).unwrap();
        }
        instance.write_ini();
        instance.populate();
        let web = instance.forgejo(&["web"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        instance.children.push(web);
        instance
            .until("Forgejo to be up", async |it| {
                it.http.get(it.url("/api/healthz")).send().await.is_ok_and(|a| a.status().is_success())
            })
            .await;
        let version =
            instance.ask("GET", "ada", "version", None).await.1["version"].as_str().unwrap().to_owned();
        instance.version = version.split('.').next().unwrap().parse().unwrap();
        if layout == Layout::Central && instance.version < 16 {
            return None;
        }
        instance.make_repository().await;
        instance.install(layout, approvals, further);
        instance.first_push();
        instance.serve().await;
        Some(instance)
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn token(&self, person: &str) -> &str {
        self.tokens.iter().find(|(name, _)| *name == person).map(|(_, token)| token.as_str()).unwrap()
    }

    pub fn bare(&self) -> PathBuf {
        self.root().join("repositories/school/bridge.git")
    }

    pub fn clone(&self) -> PathBuf {
        self.root().join("clone")
    }

    /// A program of ours or of Forgejo's, as the user of the service.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.root().join(name));
        command.env_clear().current_dir(self.root()).stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.root()).env("USER", user());
        // The hooks inherit the service's environment.
        command.env("TAGWARDEN_CONFIG", self.root().join("tagwarden.toml"));
        command.env("TAGWARDEN_HOOK", self.root().join("tagwarden-hook"));
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    fn forgejo(&self, words: &[&str]) -> Command {
        let mut command = self.program("forgejo");
        command.arg("--config").arg(self.root().join("app.ini")).args(words);
        command
    }

    /// Returns what the doctor finds, each with its check and state, of a forge whose hooks are there.
    pub fn doctor(&self, hooks: &str) -> Vec<(String, String)> {
        // Ends with 1: nothing is watched here, and the tags are protected by nobody.
        let said = self.program("tagwarden").args(["doctor", "--json", "--hooks", hooks]).output().unwrap();
        let found: Value = serde_json::from_slice(&said.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&said.stderr)));
        let word = |check: &Value, key: &str| check[key].as_str().unwrap().to_owned();
        let checks = found["checks"].as_array().unwrap().iter();
        checks.map(|check| (word(check, "check"), word(check, "state"))).collect()
    }

    pub fn tagwarden(&self, words: &[&str]) -> String {
        must(self.program("tagwarden").args(words))
    }

    /// Lets the user of the service own everything that was made so far.
    fn hand_over(&self) {
        if is_root() {
            let owner = format!("{NOBODY}:{NOBODY}");
            must(Command::new("chown").args(["-R", &owner]).arg(self.root()));
        }
    }

    fn write_ini(&self) {
        let (root, port, ssh_port, user) = (self.root().display(), self.port, self.ssh_port, user());
        let ini = format!(
            "RUN_MODE = prod\nRUN_USER = {user}\nWORK_PATH = {root}\n\
             [server]\nHTTP_ADDR = 127.0.0.1\nHTTP_PORT = {port}\nDOMAIN = 127.0.0.1\nROOT_URL = http://127.0.0.1:{port}/\n\
             START_SSH_SERVER = true\nSSH_DOMAIN = 127.0.0.1\nSSH_LISTEN_HOST = 127.0.0.1\nSSH_PORT = {ssh_port}\n\
             SSH_LISTEN_PORT = {ssh_port}\nOFFLINE_MODE = true\nAPP_DATA_PATH = {root}/data\n\
             [database]\nDB_TYPE = sqlite3\nPATH = {root}/forgejo.db\n\
             [repository]\nROOT = {root}/repositories\n[git]\nHOME_PATH = {root}/home\n\
             [security]\nINSTALL_LOCK = true\n[webhook]\nALLOWED_HOST_LIST = loopback\n\
             [queue]\nTYPE = immediate\n[actions]\nENABLED = true\n[log]\nMODE = file\nROOT_PATH = {root}/log\n"
        );
        fs::write(self.root().join("app.ini"), ini).unwrap();
        self.hand_over();
    }

    /// Migrates, and makes people with tokens: with SQLite that comes before the service runs.
    fn populate(&mut self) {
        must(&mut self.forgejo(&["migrate"]));
        for person in PEOPLE {
            let mail = format!("{person}@example.org");
            let mut words =
                vec!["admin", "user", "create", "--username", person, "--password", "a-long-Passw0rd"];
            words.extend(["--email", &mail, "--must-change-password=false"]);
            if ["ada", "tagwarden"].contains(&person) {
                words.push("--admin");
            }
            must(&mut self.forgejo(&words));
            let words = [
                "admin",
                "user",
                "generate-access-token",
                "-u",
                person,
                "-t",
                "test",
                "--scopes",
                "all",
                "--raw",
            ];
            let said = must(&mut self.forgejo(&words));
            self.tokens.push((person, said.lines().last().unwrap().trim().to_owned()));
        }
    }

    /// Asks the API; returns status and answer.
    pub async fn ask(&self, method: &str, who: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, self.url(&format!("/api/v1/{path}")));
        request = request.header("Authorization", format!("token {}", self.token(who)));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn make_repository(&self) {
        let done = async |method: &str, path: &str, body: Value| {
            let (status, answer) = self.ask(method, "ada", path, Some(body)).await;
            assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        };
        done("POST", "orgs", json!({ "username": "school" })).await;
        done(
            "POST",
            "orgs/school/repos",
            json!({ "name": "bridge", "private": true, "default_branch": "main" }),
        )
        .await;
        for (person, permission) in [("grace", "write"), ("eve", "read"), ("tagwarden", "admin")] {
            let path = format!("repos/school/bridge/collaborators/{person}");
            done("PUT", &path, json!({ "permission": permission })).await;
        }
        let key = self.root().join("key");
        must(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key));
        let public = fs::read_to_string(key.with_extension("pub")).unwrap();
        done("POST", "user/keys", json!({ "title": "test", "key": public.trim() })).await;
    }

    /// Writes the configuration and puts the hook where this layout has it.
    fn install(&self, layout: Layout, approvals: u32, further: &str) {
        for (name, text) in [("token", self.token("tagwarden")), ("secret", SECRET)] {
            fs::write(self.root().join(name), text).unwrap();
            fs::set_permissions(self.root().join(name), fs::Permissions::from_mode(0o600)).unwrap();
        }
        fs::create_dir_all(self.root().join("app")).unwrap();
        let text = written(self.root(), &self.url(""), free_port(), approvals) + further;
        fs::write(self.root().join("tagwarden.toml"), text).unwrap();
        for name in ["token", "secret", "app", "tagwarden.toml"] {
            if is_root() {
                chown(self.root().join(name), Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        let (bare, home) =
            (self.bare().display().to_string(), self.root().join("home").display().to_string());
        match layout {
            Layout::PerRepository => self.tagwarden(&["hook", "install", &bare]),
            Layout::Central => self.tagwarden(&["hook", "install", "--all", &home]),
        };
    }

    fn first_push(&self) {
        fs::create_dir(self.clone()).unwrap();
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        let http = format!("http://ada:{}@127.0.0.1:{}/school/bridge.git", self.token("ada"), self.port);
        self.git(&["remote", "add", "origin", &http]);
        self.git(&[
            "remote",
            "add",
            "ssh",
            &format!("ssh://{}@127.0.0.1:{}/school/bridge.git", user(), self.ssh_port),
        ]);
        let workflows = self.clone().join(".forgejo/workflows");
        fs::create_dir_all(&workflows).unwrap();
        let workflow = "on: [push, workflow_dispatch]\njobs:\n  test:\n    runs-on: docker\n    steps:\n      - run: 'true'\n";
        fs::write(workflows.join("ci.yml"), workflow).unwrap();
        fs::write(self.clone().join("CHANGELOG.md"), "# Changelog\n\n## [Unreleased]\n").unwrap();
        self.version_is("1.0.0");
        self.git(&["push", "--quiet", "origin", "main"]);
    }

    /// Writes a version with its changelog section, commits and tags it.
    pub fn version_is(&self, version: &str) {
        let path = self.clone().join("CHANGELOG.md");
        let section = format!(
            "## [Unreleased]\n\n## [{version}] - 2026-11-25\n\n### Changed\n\n- The bridge learns {version}.\n"
        );
        let text = fs::read_to_string(&path).unwrap().replacen("## [Unreleased]\n", &section, 1);
        fs::write(&path, text).unwrap();
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "-m", &format!("feat: the bridge learns {version}")]);
        self.git(&["tag", "-a", &format!("v{version}"), "-m", &format!("Release v{version}")]);
    }

    /// Runs git as ada; it must be content.
    #[track_caller]
    pub fn git(&self, words: &[&str]) -> String {
        let (ok, text) = self.try_git(words);
        assert!(ok, "git {words:?}: {text}");
        text
    }

    /// Runs git as ada; returns whether it was content, and all that it said.
    pub fn try_git(&self, words: &[&str]) -> (bool, String) {
        let key = self.root().join("key");
        let ssh = format!(
            "ssh -i {} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
            key.display()
        );
        let said = Command::new("git")
            .args(words)
            .current_dir(self.clone())
            .envs([
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
                ("GIT_CONFIG_NOSYSTEM", "1"),
                ("GIT_TERMINAL_PROMPT", "0"),
            ])
            .envs([
                ("GIT_AUTHOR_NAME", "Ada"),
                ("GIT_AUTHOR_EMAIL", "ada@example.org"),
                ("LC_ALL", "C.UTF-8"),
            ])
            .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org")])
            .env("GIT_SSH_COMMAND", ssh)
            .env("NO_PROXY", "127.0.0.1")
            .output()
            .unwrap();
        let text =
            format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
        (said.status.success(), text.trim().to_owned())
    }

    pub fn commit(&self) -> ObjectId {
        ObjectId::parse(&self.git(&["rev-parse", "HEAD"])).unwrap()
    }

    /// Starts the daemon, points the webhook to it, and waits until it knows the repository.
    async fn serve(&mut self) {
        let text = fs::read_to_string(self.root().join("tagwarden.toml")).unwrap();
        let listen = text
            .lines()
            .find_map(|line| line.strip_prefix("listen = "))
            .unwrap()
            .trim_matches('"')
            .to_owned();
        let hook = json!({
            "type": "forgejo", "active": true, "events": ["push", "create", "delete", "release", "issue_comment"],
            "config": { "url": format!("http://{listen}/webhooks/forgejo"), "content_type": "json", "secret": SECRET },
        });
        let (status, answer) = self.ask("POST", "ada", "repos/school/bridge/hooks", Some(hook)).await;
        assert_eq!(status, 201, "{answer}");
        let log = fs::File::create(self.root().join("daemon.log")).unwrap();
        let daemon =
            self.program("tagwarden").arg("serve").stdout(Stdio::null()).stderr(log).spawn().unwrap();
        self.children.push(daemon);
        self.until("the daemon's first look", async |it| it.tagwarden_knows()).await;
    }

    fn tagwarden_knows(&self) -> bool {
        let store = self.root().join("state/tagwarden.db");
        let Ok(db) = rusqlite::Connection::open_with_flags(store, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
        else {
            return false;
        };
        db.query_row("SELECT count(*) FROM repositories", [], |row| row.get::<_, i64>(0)).is_ok_and(|n| n > 0)
    }

    /// How many webhooks the daemon has taken.
    pub fn deliveries(&self) -> i64 {
        let store = self.root().join("state/tagwarden.db");
        let db =
            rusqlite::Connection::open_with_flags(store, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        db.query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0)).unwrap()
    }

    /// Our client with the rights of a person.
    pub fn client(&self, person: &str) -> Forge {
        Forge::new(&self.url(""), &Secret::new(self.token(person))).unwrap()
    }

    /// Waits until something holds; what the daemon said is shown when it does not.
    pub async fn until(&self, what: &str, holds: impl AsyncFn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds(self).await {
            if Instant::now() > end {
                let log = fs::read_to_string(self.root().join("daemon.log")).unwrap_or_default();
                panic!("waited in vain for {what}; the daemon said:\n{log}");
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        for child in &mut self.children {
            // Already gone is as good.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub fn bridge() -> RepositoryName {
    RepositoryName::parse("school/bridge").unwrap()
}

fn user() -> String {
    if is_root() { "nobody".to_owned() } else { must(Command::new("id").arg("-un")) }
}

fn written(root: &Path, forge: &str, port: u16, approvals: u32) -> String {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let house = configuration::house(root, forge, address, "");
    let root = root.display();
    format!(
        r#"{house}
[[repository]]
name = "school/bridge"
[[repository.environment]]
name = "production"
release_managers = ["user:ada"]
approvers = ["user:grace"]
approvals = {approvals}
[[repository.environment.host]]
name = "here"
address = "local"
directory = "{root}/app"
[repository.environment.deploy]
recipe = "script"
[[repository.environment.deploy.step]]
name = "copy"
run = ["touch", "deployed-{{tag}}"]
probe = ["test", "-e", "deployed-{{tag}}"]
undo = ["rm", "-f", "deployed-{{tag}}"]
[repository.environment.healthcheck]
run = ["true"]
[repository.environment.watch]
duration = "2s"
every = "500ms"
"#
    )
}
