//! A host over SSH: one connection for all who ask, pinned to the host's key, made anew after every doubt.
//!
//! Everything that OpenSSH would look up by itself (its configuration, other known hosts) is switched off. A refused
//! login or a changed key ends the tries for ten minutes, because servers lock out whoever keeps failing; any other
//! failure rests one second, doubling up to a minute.
//!
//! Races: the connection dies while others use it: each of them gets *unknown*, the first to notice drops it, and the
//! next who asks makes a new one under the same lock, so that never two are made at once.

use std::fs;
use std::io::Write;
use std::num::NonZeroUsize;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use openssh::{ControlPersist, Error as SshError, KnownHosts, Session, SessionBuilder, Stdio};
use tokio::sync::{Mutex, Semaphore};

use crate::remote::RemoteError;
use crate::remote::answer::Said;
use crate::remote::local::talk;

/// ssh notices a dead line after three of these.
const KEEPALIVE: Duration = Duration::from_secs(15);
/// The limit that ssh itself keeps; ours around it is longer so that its words can be read.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);
const OUR_CONNECT_LIMIT: Duration = Duration::from_secs(20);
/// sshd allows ten at once on a connection; log readers of other programs count too.
const AT_ONCE: usize = 6;
/// A socket's path may have 90 bytes, and 29 are added to the folder.
const LONGEST_FOLDER: usize = 61;
/// How long ssh keeps an idle connection whose daemon was killed.
const IDLE: NonZeroUsize = NonZeroUsize::new(600).expect("600 is not 0");
const LONGEST_REST: Duration = Duration::from_secs(60);
const REST_AFTER_REFUSAL: Duration = Duration::from_secs(600);

/// Where and as whom.
#[derive(Debug)]
pub(super) struct Login {
    pub user: String,
    pub host: String,
    pub port: u16,
    pub host_key: String,
    pub identity: Option<PathBuf>,
}

/// The connection to one host.
#[derive(Debug)]
pub(super) struct Ssh {
    login: Login,
    runtime: PathBuf,
    label: String,
    line: Mutex<Line>,
    slots: Semaphore,
}

#[derive(Debug, Default)]
struct Line {
    session: Option<Arc<Session>>,
    failures: u32,
    /// Why no new connection is tried for a while.
    resting: Option<RemoteError>,
}

impl Ssh {
    pub(super) fn new(login: Login, runtime: PathBuf, label: String) -> Self {
        Self { login, runtime, label, line: Mutex::default(), slots: Semaphore::new(AT_ONCE) }
    }

    /// Runs the boot command there, hands it the data and returns what it says.
    pub(super) async fn call(
        self: &Arc<Self>,
        boot: &str,
        data: Vec<u8>,
        limit: Duration,
    ) -> Result<Said, RemoteError> {
        // Waiting for a slot or a connection asks nothing of the host.
        let waited = tokio::time::timeout(limit + OUR_CONNECT_LIMIT, async {
            let slot = self.slots.acquire().await;
            (slot, self.session().await)
        });
        let busy = |_| RemoteError::Unreachable { why: format!("busy for {} s", limit.as_secs()) };
        let (_slot, session) = waited.await.map_err(busy)?;
        let session = session?;
        let asked = tokio::time::timeout(limit, speak(&session, boot, &data)).await;
        let why = match asked {
            Ok(Ok(said)) if said.out.is_empty() && said.err.is_empty() => "the connection broke".to_owned(),
            Ok(Ok(said)) => return Ok(said),
            Ok(Err(why)) => why,
            Err(_) => format!("no answer within {} s", limit.as_secs()),
        };
        self.doubt(session).await;
        Err(RemoteError::Unfinished { why })
    }

    /// Drops a connection that failed, unless somebody else has replaced it already.
    async fn doubt(&self, doubtful: Arc<Session>) {
        let mut line = self.line.lock().await;
        if line.session.as_ref().is_some_and(|session| Arc::ptr_eq(session, &doubtful)) {
            line.session = None;
        }
        drop(line);
        // Dropping the last one speaks to the local ssh, which may hang.
        tokio::task::spawn_blocking(move || drop(doubtful));
    }

    async fn session(self: &Arc<Self>) -> Result<Arc<Session>, RemoteError> {
        let mut line = self.line.lock().await;
        if let Some(session) = &line.session {
            // The local ssh may be gone: asking it costs nothing and is not asking the host.
            if session.check().await.is_ok() {
                return Ok(Arc::clone(session));
            }
            line.session = None;
        }
        if let Some(error) = &line.resting {
            return Err(error.again());
        }
        match self.connect().await {
            Ok(session) => {
                let session = Arc::new(session);
                line.failures = 0;
                line.session = Some(Arc::clone(&session));
                Ok(session)
            }
            Err(error) => {
                line.failures += 1;
                line.resting = Some(error.again());
                self.rest(rest(&error, line.failures));
                Err(error)
            }
        }
    }

    /// Lets the next connection be tried after a while.
    fn rest(self: &Arc<Self>, length: Duration) {
        let this = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(length).await;
            if let Some(this) = this.upgrade() {
                this.line.lock().await.resting = None;
            }
        });
    }

    async fn connect(&self) -> Result<Session, RemoteError> {
        let folder = control_folder(&self.runtime)?;
        let config = self.write_config().map_err(|error| folder_error(&self.runtime, &error))?;
        let mut builder = SessionBuilder::default();
        builder
            .user(self.login.user.clone())
            .port(self.login.port)
            .known_hosts_check(KnownHosts::Strict)
            .connect_timeout(CONNECT_LIMIT)
            .server_alive_interval(KEEPALIVE)
            .control_directory(&folder)
            .control_persist(ControlPersist::IdleFor(IDLE))
            .config_file(config);
        if let Some(identity) = &self.login.identity {
            builder.keyfile(identity);
        }
        match tokio::time::timeout(OUR_CONNECT_LIMIT, builder.connect_mux(&self.login.host)).await {
            Ok(Ok(session)) => Ok(session),
            Ok(Err(error)) => Err(read(&error)),
            Err(_) => {
                let why = format!("no connection within {} s", OUR_CONNECT_LIMIT.as_secs());
                Err(RemoteError::Unreachable { why })
            }
        }
    }

    /// Writes the pinned key and the configuration that switches everything else off; returns the latter's path.
    fn write_config(&self) -> std::io::Result<PathBuf> {
        let Login { host, port, host_key, .. } = &self.login;
        let known = self.runtime.join(format!("known-hosts.{}", self.label));
        let name = if *port == 22 { host.clone() } else { format!("[{host}]:{port}") };
        write(&known, &format!("{name} {host_key}\n"))?;
        let shown = known.to_string_lossy().replace('%', "%%");
        if shown.contains(['"', '\n']) {
            return Err(std::io::Error::other("a quote or line end in its path"));
        }
        let config = self.runtime.join(format!("ssh-config.{}", self.label));
        let text = format!(
            "UserKnownHostsFile \"{shown}\"\nGlobalKnownHostsFile /dev/null\nUpdateHostKeys no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nForwardAgent no\n\
             ClearAllForwardings yes\nPermitLocalCommand no\nServerAliveCountMax 3\n"
        );
        write(&config, &text)?;
        Ok(config)
    }
}

async fn speak(session: &Session, boot: &str, data: &[u8]) -> Result<Said, String> {
    let mut command = session.raw_command(boot);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().await.map_err(|error| chain(&error))?;
    let streams = (child.stdin().take(), child.stdout().take(), child.stderr().take());
    let (Some(input), Some(output), Some(errors)) = streams else { return Err("no streams".to_owned()) };
    Ok(talk(input, output, errors, data).await)
}

fn rest(error: &RemoteError, failures: u32) -> Duration {
    match error {
        RemoteError::NotLetIn { .. } | RemoteError::OtherKey { .. } => REST_AFTER_REFUSAL,
        RemoteError::Unreachable { .. }
        | RemoteError::Unfinished { .. }
        | RemoteError::Incapable { .. }
        | RemoteError::NotCarried { .. }
        | RemoteError::ControlFolder { .. } => {
            let whole = Duration::from_secs(1 << failures.saturating_sub(1).min(6)).min(LONGEST_REST);
            let mut byte = [0];
            // Without chance all rest equally long, which is no harm.
            let _ = getrandom::fill(&mut byte);
            whole.mul_f64(0.75 + f64::from(byte[0]) / 1024.0)
        }
    }
}

/// Tells what OpenSSH said; there is no other way to learn why it made no connection than its words.
fn read(error: &SshError) -> RemoteError {
    let why = chain(error);
    let says = |words: &[&str]| words.iter().any(|word| why.contains(word));
    if says(&["Host key verification failed", "HOST IDENTIFICATION HAS CHANGED", "host key is known for"]) {
        RemoteError::OtherKey { why }
    } else if says(&["Permission denied (", "Too many authentication failures"]) {
        RemoteError::NotLetIn { why }
    } else {
        RemoteError::Unreachable { why }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text.chars().take(1200).collect()
}

fn folder_error(folder: &Path, error: &std::io::Error) -> RemoteError {
    RemoteError::ControlFolder { why: format!("{}: {error}", folder.display()) }
}

/// Returns the folder for control sockets, made if need be, for us alone.
fn control_folder(runtime: &Path) -> Result<PathBuf, RemoteError> {
    let folder = runtime.join("ssh");
    let length = folder.as_os_str().len();
    if length > LONGEST_FOLDER {
        let why =
            format!("{} has {length} bytes, and at most {LONGEST_FOLDER} are possible", folder.display());
        return Err(RemoteError::ControlFolder { why });
    }
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.and_then(|()| fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)))
        .map_err(|error| folder_error(&folder, &error))?;
    Ok(folder)
}

/// Writes a file for us alone, whole or not at all.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let fresh = path.with_added_extension(format!("{}.new", COUNT.fetch_add(1, Ordering::Relaxed)));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(text.as_bytes())?;
    drop(file);
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_folder_that_is_too_long_is_refused_with_both_numbers() {
        let top = tempfile::tempdir_in("/tmp").unwrap();
        let pad = LONGEST_FOLDER - top.path().as_os_str().len() - "//ssh".len();
        let fits = control_folder(&top.path().join("a".repeat(pad))).unwrap();
        assert_eq!(fits.as_os_str().len(), LONGEST_FOLDER);
        assert_eq!(fs::metadata(&fits).unwrap().permissions().mode() & 0o777, 0o700);
        let error = control_folder(&top.path().join("a".repeat(pad + 1))).unwrap_err().to_string();
        assert!(error.contains("62 bytes") && error.contains("at most 61"), "{error}");
    }

    #[test]
    fn rests_grow_up_to_a_minute_and_a_refusal_rests_ten() {
        let cut = RemoteError::Unreachable { why: String::new() };
        for (failures, whole) in [(1, 1.0), (2, 2.0), (4, 8.0), (7, 60.0), (80, 60.0)] {
            let rest = rest(&cut, failures).as_secs_f64();
            assert!(rest >= whole * 0.75 && rest <= whole, "{failures}: {rest}");
        }
        assert_eq!(rest(&RemoteError::OtherKey { why: String::new() }, 1), REST_AFTER_REFUSAL);
    }
}
