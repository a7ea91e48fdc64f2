//! A real sshd on loopback with its own keys, and a line to it that can be frozen.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tagwarden::config::{Address, Host};
use tagwarden::domain::names::HostName;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// A server that runs until it is dropped; one may log in as the user who runs the tests, with a home of its own, so
/// that no profile of that user is read.
pub struct Sshd {
    pub port: u16,
    /// Where it listens.
    address: String,
    /// What its command begins with.
    enter: Vec<String>,
    pub folder: TempDir,
    #[allow(dead_code, reason = "held until the server is dropped")]
    child: Option<Stopped>,
    #[allow(dead_code, reason = "held until the server is dropped")]
    bin: Option<TempDir>,
}

/// A process that is ended when this is dropped.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        // A server for each connection lives on otherwise, and with it the client's end, which keeps our output open.
        let connections = children(self.0.id());
        let _ = self.0.kill();
        let _ = self.0.wait();
        let mut kill = Command::new("kill");
        let _ = kill
            .arg("-KILL")
            .args(connections.iter().map(ToString::to_string))
            .stderr(Stdio::null())
            .status();
    }
}

fn serve(folder: &Path, address: (&str, u16), enter: &[String]) -> Stopped {
    let log = folder.join("sshd.log");
    let words = [enter, &["/usr/sbin/sshd".to_owned()]].concat();
    let mut sshd = Command::new(&words[0]);
    sshd.args(&words[1..])
        .arg("-D")
        .arg("-f")
        .arg(folder.join("sshd_config"))
        .arg("-E")
        .arg(&log)
        .stdin(Stdio::null());
    let mut child = Stopped(sshd.spawn().unwrap());
    let patience = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(address).is_err() {
        assert!(child.0.try_wait().unwrap().is_none(), "{:?}", fs::read_to_string(&log));
        assert!(Instant::now() < patience, "sshd does not listen");
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

/// The children of a process, and theirs.
fn children(of: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let lists = fs::read_dir(format!("/proc/{of}/task")).into_iter().flatten().flatten();
    for list in lists {
        let text = fs::read_to_string(list.path().join("children")).unwrap_or_default();
        for child in text.split_whitespace().filter_map(|pid| pid.parse().ok()) {
            found.push(child);
            found.extend(children(child));
        }
    }
    found
}

#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
impl Sshd {
    /// Starts a server with further lines of configuration.
    pub fn start(more: &str) -> Self {
        Self::start_with("", more, "127.0.0.1", Vec::new())
    }

    /// Starts a server that listens on this address, in a place that a command enters with these words.
    pub fn start_in(address: &str, enter: Vec<String>) -> Self {
        Self::start_with("", "", address, enter)
    }

    /// Starts a server with further variables for whoever logs in.
    fn start_with(variables: &str, more: &str, address: &str, enter: Vec<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        for key in ["hostkey", "otherkey", "client", "stranger"] {
            let file = at.join(key);
            run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(file));
        }
        fs::copy(at.join("client.pub"), at.join("authorized_keys")).unwrap();
        // Only root needs it, and only root can make it.
        let _ = fs::create_dir_all("/run/sshd");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let top = at.display();
        let config = format!(
            "Port {port}\nListenAddress {address}\nHostKey {top}/hostkey\nPidFile none\n\
             AuthorizedKeysFile {top}/authorized_keys\nStrictModes no\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nUsePAM no\nPermitRootLogin prohibit-password\nMaxSessions 10\n\
             MaxStartups 100\nLogLevel VERBOSE\nSetEnv HOME={top} {variables}\n{more}\n"
        );
        fs::write(at.join("sshd_config"), config).unwrap();
        let child = Some(serve(at, (address, port), &enter));
        Self { port, address: address.to_owned(), enter, folder, child, bin: None }
    }

    /// Ends the server with all its connections.
    pub fn away(&mut self) {
        self.child = None;
    }

    /// Starts it again.
    pub fn back(&mut self) {
        self.child = Some(serve(self.folder.path(), (&self.address, self.port), &self.enter));
    }

    /// The processes that serve connections.
    pub fn connections(&self) -> Vec<String> {
        let children = self.child.as_ref().map(|child| children(child.0.id())).unwrap_or_default();
        let serves = |pid: &u32| {
            fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim().starts_with("sshd"))
        };
        children.iter().filter(|pid| serves(pid)).map(ToString::to_string).collect()
    }

    /// Starts a server whose commands find this program as `sh`.
    pub fn with_shell(shell: &str) -> Self {
        let bin = tempfile::tempdir().unwrap();
        symlink(shell, bin.path().join("sh")).unwrap();
        let path = format!("PATH={}:/usr/sbin:/usr/bin:/sbin:/bin", bin.path().display());
        Self { bin: Some(bin), ..Self::start_with(&path, "", "127.0.0.1", Vec::new()) }
    }

    /// Starts a server whose commands find the programs of this folder first.
    pub fn with_programs(folder: &Path) -> Self {
        let path = format!("PATH={}:/usr/sbin:/usr/bin:/sbin:/bin", folder.display());
        Self::start_with(&path, "", "127.0.0.1", Vec::new())
    }

    /// The server as a host of the configuration; its steps stand in a folder of the server's.
    pub fn host(&self) -> Host {
        Host {
            name: HostName::parse("h1").unwrap(),
            address: Address::Ssh {
                user: me(),
                host: self.address.clone(),
                port: self.port,
                host_key: key(&self.folder.path().join("hostkey.pub")),
                identity: Some(self.folder.path().join("client")),
            },
            directory: self.folder.path().to_str().unwrap().to_owned(),
            state: Some(self.steps().to_str().unwrap().to_owned()),
        }
    }

    /// The folder of the steps on the host.
    pub fn steps(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// What the server wrote down.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("sshd.log")).unwrap()
    }
}

/// The first two words of a public key.
pub fn key(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// The user who runs the tests.
pub fn me() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A line to a port that can be frozen: nothing is forwarded any more and nothing is closed.
#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
pub struct FrozenLine {
    pub port: u16,
    frozen: tokio::sync::watch::Sender<bool>,
    task: JoinHandle<()>,
}

#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
impl FrozenLine {
    pub async fn to(port: u16) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (frozen, watched) = tokio::sync::watch::channel(false);
        let task = tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut watched = watched.clone();
                tokio::spawn(async move {
                    let Ok(mut far) = tokio::net::TcpStream::connect(("127.0.0.1", port)).await else {
                        return;
                    };
                    let told = async { watched.wait_for(|frozen| *frozen).await.is_ok() };
                    let frozen = tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => false,
                        told = told => told,
                    };
                    // Once frozen a connection stays so: both ends are held and never served again.
                    if frozen {
                        std::future::pending::<()>().await;
                    }
                });
            }
        });
        Self { port: own, frozen, task }
    }

    /// Freezes every connection that there is; with `false`, new ones work again.
    pub fn freeze(&self, frozen: bool) {
        self.frozen.send_replace(frozen);
    }
}

impl Drop for FrozenLine {
    fn drop(&mut self) {
        self.task.abort();
    }
}
