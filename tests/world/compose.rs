//! An application on Docker Compose: a registry on loopback, an image per version, a repository, and its clone on a host.
//!
//! Ports are free ones, names hold the process and a number, and all that was started goes away by its id at the end.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long anything here may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(40);

const BASE: &str = r#"
COPY busybox /bin/busybox
COPY run.sh /run.sh
ENTRYPOINT ["/bin/busybox","sh","/run.sh"]
"#;
/// Answers `/version`, `/healthz` and `/orders`, and says or breaks what the version is made for.
const PROGRAM: &str = r#"/bin/busybox --install -s /bin
echo "$APP_VERSION starts"
case $FAULT in
  crash) sleep 0.3; echo "cannot open the database"; exit 9 ;;
  once) echo "migrated"; exit 0 ;;
  once-failing) echo "cannot migrate"; exit 3 ;;
esac
mkdir -p /www
echo "$APP_VERSION" >/www/version; echo "ok" >/www/healthz; echo "[]" >/www/orders
case $FAULT in unhealthy) rm /www/healthz ;; no-orders) rm /www/orders ;; esac
# What is written into /say is printed.
( while :; do [ -e /say ] && mv /say /said && cat /said; sleep 0.1; done ) &
exec httpd -f -p 8080 -h /www
"#;
const HEALTH: &str = "HEALTHCHECK --interval=1s --timeout=1s --retries=2 --start-period=2s \
    CMD [\"/bin/busybox\",\"wget\",\"-q\",\"-O\",\"-\",\"http://127.0.0.1:8080/healthz\"]";

/// What is wrong with a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
pub enum Fault {
    None,
    /// Its health check fails.
    Unhealthy,
    /// It has no health check and ends soon after each start.
    Crash,
    /// It is healthy, and one page is missing.
    NoOrders,
    /// It ends well at once, as a job does.
    Once,
    /// It ends badly at once.
    OnceFailing,
}

impl Fault {
    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Unhealthy => "unhealthy",
            Self::Crash => "crash",
            Self::NoOrders => "no-orders",
            Self::Once => "once",
            Self::OnceFailing => "once-failing",
        }
    }

    fn has_health(self) -> bool {
        matches!(self, Self::None | Self::Unhealthy | Self::NoOrders)
    }
}

/// A process that is ended when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Registry, repository, clone, and everything that the engine holds for them.
pub struct App {
    pub folder: TempDir,
    /// The compose project.
    pub project: String,
    /// The port on which the application answers.
    pub port: u16,
    /// The image's name without its tag.
    pub image: String,
    base: String,
    images: Mutex<Vec<String>>,
    registry: Option<Running>,
}

#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
impl App {
    /// An application whose repository holds the compose files in one commit on `main`, cloned to the host's directory.
    pub fn new() -> Self {
        let app = Self::images();
        app.make_repository();
        app
    }

    /// An application without a repository: somebody else has that.
    pub fn images() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let project = format!("twrig-{}-{n}", std::process::id());
        let folder = tempfile::tempdir().unwrap();
        let registry_port = free_port();
        let app = Self {
            port: free_port(),
            image: format!("127.0.0.1:{registry_port}/team/{project}"),
            base: format!("{project}-base"),
            project,
            images: Mutex::default(),
            registry: Some(start_registry(folder.path(), registry_port)),
            folder,
        };
        app.build_base();
        app
    }

    fn build_base(&self) {
        let context = self.folder.path().join("image");
        fs::create_dir(&context).unwrap();
        fs::copy("/bin/busybox", context.join("busybox")).unwrap();
        fs::write(context.join("run.sh"), PROGRAM).unwrap();
        // No layer is shared with another application, whose end would take it away.
        let text = format!("FROM scratch\nLABEL project={}{BASE}", self.project);
        fs::write(context.join("Dockerfile"), text).unwrap();
        run(Command::new("docker").args(["build", "-q", "-t", &self.base]).arg(&context));
        self.images.lock().unwrap().push(self.base.clone());
    }

    fn make_repository(&self) {
        let (origin, work) = (self.origin(), self.work());
        run(Command::new("git").args(["init", "-q", "--bare", "-b", "main"]).arg(&origin));
        run(Command::new("git").args(["init", "-q", "-b", "main"]).arg(&work));
        self.git(&["remote", "add", "origin", origin.to_str().unwrap()]);
        self.commit("the application", &self.files(""));
        run(Command::new("git").args(["clone", "-q"]).arg(&origin).arg(self.site()));
    }

    /// The compose files; `more` stands below the service `app` in the first.
    pub fn files(&self, more: &str) -> BTreeMap<String, String> {
        let (image, port) = (&self.image, self.port);
        let app = format!(
            "services:\n  app:\n    image: {image}:${{APP_TAG:?APP_TAG}}\n    restart: unless-stopped\n    init: true\n{more}"
        );
        let prod = format!("services:\n  app:\n    ports: [\"127.0.0.1:{port}:8080\"]\n");
        [("compose.yml".to_owned(), app), ("compose.prod.yml".to_owned(), prod)].into()
    }

    pub fn origin(&self) -> PathBuf {
        self.folder.path().join("origin.git")
    }

    /// Where the author works.
    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// The clone on the host.
    pub fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// Runs git where the author works.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        git_in(&self.work(), arguments)
    }

    /// Writes these files, commits and pushes `main`; returns the commit.
    pub fn commit(&self, message: &str, files: &BTreeMap<String, String>) -> String {
        for (name, text) in files {
            let path = self.work().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["push", "-q", "origin", "HEAD:main"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Builds and pushes the image of a version.
    pub fn publish(&self, tag: &str, fault: Fault) {
        self.publish_as(tag, tag, fault);
    }

    /// Builds and pushes the image of a version that says it is `version`.
    pub fn publish_as(&self, tag: &str, version: &str, fault: Fault) {
        let name = format!("{}:{tag}", self.image);
        let health = if fault.has_health() { HEALTH } else { "HEALTHCHECK NONE" };
        let text =
            format!("FROM {}\nENV APP_VERSION={version} FAULT={}\n{health}\n", self.base, fault.word());
        let mut build = Command::new("docker")
            .args(["build", "-q", "-t", &name, "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        build.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let built = build.wait_with_output().unwrap();
        assert!(built.status.success(), "{name}: {}", String::from_utf8_lossy(&built.stderr));
        run(Command::new("docker").args(["push", "-q", &name]));
        self.images.lock().unwrap().push(name.clone());
        // The host has to pull it.
        run(Command::new("docker").args(["rmi", &name]));
    }

    /// The digest under which the registry knows the image of a tag now.
    pub fn digest(&self, tag: &str) -> String {
        let (registry, repository) = self.image.split_once('/').unwrap();
        let accept = "Accept: application/vnd.docker.distribution.manifest.v2+json";
        let url = format!("http://{registry}/v2/{repository}/manifests/{tag}");
        let said = Command::new("curl").args(["-fsSI", "-H", accept, &url]).output().unwrap();
        let head = String::from_utf8(said.stdout).unwrap().to_ascii_lowercase();
        let digest = head.lines().find_map(|line| line.strip_prefix("docker-content-digest: "));
        digest.unwrap_or_else(|| panic!("{head}")).trim().to_owned()
    }

    /// Commits, makes an annotated tag and pushes both; returns the ids of the tag object and of the commit.
    pub fn tag(&self, tag: &str) -> (String, String) {
        let commit = self.commit(&format!("ready for {tag}"), &BTreeMap::new());
        self.git(&["tag", "-a", "-m", &format!("Release {tag}"), tag]);
        self.git(&["push", "-q", "origin", &format!("refs/tags/{tag}")]);
        (self.git(&["rev-parse", &format!("refs/tags/{tag}")]), commit)
    }

    /// Publishes the image and tags.
    pub fn release(&self, tag: &str, fault: Fault) -> (String, String) {
        self.publish(tag, fault);
        self.tag(tag)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What the application answers, or nothing when it does not.
    pub fn answers(&self, path: &str) -> Option<String> {
        get(self.port, path)
    }

    /// The version that answers.
    pub fn version(&self) -> Option<String> {
        self.answers("/version").map(|text| text.trim().to_owned())
    }

    /// The ids of all containers of the project, stopped ones too.
    pub fn containers(&self) -> Vec<String> {
        let filter = format!("label=com.docker.compose.project={}", self.project);
        lines(&docker(&["ps", "-aq", "--no-trunc", "--filter", &filter]))
    }

    /// The container of a service.
    pub fn container(&self, service: &str) -> String {
        let project = format!("label=com.docker.compose.project={}", self.project);
        let service = format!("label=com.docker.compose.service={service}");
        docker(&["ps", "-aq", "--no-trunc", "--filter", &project, "--filter", &service])
    }

    /// Has the application print a line.
    pub fn say(&self, line: &str) {
        let write = format!("echo '{line}' >/new; mv /new /say");
        docker(&["exec", &self.container("app"), "/bin/sh", "-c", &write]);
    }

    /// Ends the application's process inside its container, so that the engine starts it anew.
    pub fn crash(&self) {
        docker(&["exec", &self.container("app"), "/bin/sh", "-c", "kill -9 $(pidof httpd)"]);
    }

    /// Ends the registry.
    pub fn end_registry(&mut self) {
        self.registry = None;
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let quiet = |arguments: &[&str]| {
            let done = Command::new("docker").args(arguments).stderr(Stdio::null()).output();
            done.map(|done| lines(&String::from_utf8_lossy(&done.stdout))).unwrap_or_default()
        };
        let label = format!("label=com.docker.compose.project={}", self.project);
        let gone = |first: &[&str], ids: Vec<String>| {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            if !ids.is_empty() {
                quiet(&[first, &ids].concat());
            }
        };
        gone(&["rm", "-f", "-v"], quiet(&["ps", "-aq", "--no-trunc", "--filter", &label]));
        gone(&["network", "rm"], quiet(&["network", "ls", "-q", "--filter", &label]));
        let names = [format!("{}*", self.image), format!("{}-*", self.project)];
        let mut images: Vec<String> = names
            .iter()
            .flat_map(|name| quiet(&["images", "-q", "--no-trunc", "--filter", &format!("reference={name}")]))
            .collect();
        images.sort_unstable();
        images.dedup();
        gone(&["rmi", "-f"], images);
        let left = std::mem::take(&mut *self.images.lock().unwrap());
        gone(&["rmi", "-f"], left);
    }
}

/// Runs git in a folder, free of the machine's settings.
#[track_caller]
pub fn git_in(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", "Ana"), ("GIT_AUTHOR_EMAIL", "ana@example.org")])
        .envs([("GIT_COMMITTER_NAME", "Ana"), ("GIT_COMMITTER_EMAIL", "ana@example.org")])
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Runs docker and returns what it prints.
#[track_caller]
pub fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().unwrap();
    assert!(output.status.success(), "docker {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect()
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn start_registry(folder: &Path, port: u16) -> Running {
    let config = folder.join("registry.yml");
    let store = folder.join("registry");
    let text = format!(
        "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}, delete: {{enabled: true}}}}\n\
         http: {{addr: \"127.0.0.1:{port}\"}}\n",
        store.display()
    );
    fs::write(&config, text).unwrap();
    let log = fs::File::create(folder.join("registry.log")).unwrap();
    let child = Command::new("docker-registry")
        .arg("serve")
        .arg(config)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let registry = Running(child);
    let began = Instant::now();
    while get(port, "/v2/").is_none() {
        assert!(began.elapsed() < PATIENCE, "the registry does not answer");
        std::thread::yield_now();
    }
    registry
}

/// The body of a page that answers with 200.
fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.split(' ').nth(1).filter(|status| *status == "200")?;
    Some(body.to_owned())
}
