//! Runs the program `git`, with an environment of its own and a limit.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::GitError;
use crate::config::Secret;

/// The longest that git may say on standard error and have it kept.
const MOST_SAID: u64 = 64 << 10;

/// Returns a `git` that knows nothing of this machine's configuration and never asks anybody anything.
pub(super) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).env_clear();
    for name in ["PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
        .env("HOME", "/nonexistent")
        .env("LC_ALL", "C.UTF-8")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes");
    command
}

/// Returns a `git` for the repository that a hook runs in, with what is being pushed.
pub(super) fn git_in_hook(folder: &Path) -> Command {
    let mut command = git(folder);
    for name in ["GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"]
    {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Hands a token to git for addresses under `url`, through the environment: a command line can be read by everybody.
pub(super) fn authorise(command: &mut Command, url: &str, token: &Secret) {
    command
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", format!("http.{url}.extraHeader"))
        .env("GIT_CONFIG_VALUE_0", format!("Authorization: token {}", token.reveal()));
}

/// Returns a `git` in a person's clone, with that person's configuration, hooks and keys; its messages are in English.
pub(super) fn personal(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .env("LC_ALL", "C.UTF-8")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_OPTIONAL_LOCKS", "0");
    // Where a person sits, git may ask for a password; anywhere else it would wait for ever.
    if !std::io::stdin().is_terminal() {
        command.env("GIT_TERMINAL_PROMPT", "0");
    }
    command
}

/// How a command ended by itself.
pub(super) struct Ended {
    /// Whether it says that all went well.
    pub success: bool,
    /// What it printed.
    pub printed: Vec<u8>,
    /// What it said on standard error.
    pub said: Vec<u8>,
}

/// Runs a command to its end, or ends it after `limit`; returns what it printed.
pub(super) fn run(command: Command, what: &'static str, limit: Duration) -> Result<Vec<u8>, GitError> {
    let ended = finish(command, what, limit)?;
    if ended.success {
        return Ok(ended.printed);
    }
    Err(GitError::Failed { what, said: one_line(&ended.said) })
}

/// Runs a command to its end, or ends it after `limit`.
pub(super) fn finish(mut command: Command, what: &'static str, limit: Duration) -> Result<Ended, GitError> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(GitError::Run)?;
    let out = drain(child.stdout.take());
    let err = drain(child.stderr.take().map(|pipe| pipe.take(MOST_SAID)));
    // Waiting with a limit: a thread that ends the child when nobody calls it off.
    let (done, called_off) = mpsc::channel::<()>();
    let id = child.id();
    let guard = thread::spawn(move || match called_off.recv_timeout(limit) {
        Err(mpsc::RecvTimeoutError::Timeout) => {
            let ended = Command::new("kill").arg("-KILL").arg(id.to_string()).status();
            ended.is_ok()
        }
        Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => false,
    });
    let status = child.wait().map_err(GitError::Run);
    drop(done);
    let too_slow = guard.join().unwrap_or(false);
    let printed = out.join().unwrap_or_default();
    let said = err.join().unwrap_or_default();
    let success = status?.success();
    if too_slow && !success {
        return Err(GitError::Slow { what, seconds: limit.as_secs() });
    }
    Ok(Ended { success, printed, said })
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What could be read before an error is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn one_line(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("; ")
}
