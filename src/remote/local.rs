//! This machine as a host: the same texts as over SSH, run by a shell here.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::process::Command;

use crate::remote::RemoteError;
use crate::remote::answer::{Said, keep};

/// What of the daemon's surroundings a command gets to see; its secrets are not among them.
const KEPT: &[&str] =
    &["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "XDG_RUNTIME_DIR", "DOCKER_HOST", "SSH_AUTH_SOCK"];

/// This machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Local;

impl Local {
    /// Runs the boot command, hands it the data and returns what it says.
    pub(super) async fn call(self, boot: &str, data: Vec<u8>, limit: Duration) -> Result<Said, RemoteError> {
        let kept = KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut child = Command::new("sh")
            .args(["-c", boot])
            .env_clear()
            .envs(kept)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C at the daemon's terminal is not meant for what it runs.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| RemoteError::Unreachable { why: format!("no shell: {error}") })?;
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(RemoteError::Unfinished { why: "no streams".to_owned() });
        };
        let talk = async {
            let said = talk(input, output, errors, &data).await;
            let _ = child.wait().await;
            said
        };
        tokio::time::timeout(limit, talk)
            .await
            .map_err(|_| RemoteError::Unfinished { why: format!("no answer within {} s", limit.as_secs()) })
    }
}

/// Writes the data and reads both streams to their ends, all at once so that neither side waits for the other.
pub(super) async fn talk(
    mut input: impl AsyncWrite + Unpin,
    output: impl AsyncRead + Unpin,
    errors: impl AsyncRead + Unpin,
    data: &[u8],
) -> Said {
    let write = async {
        // Who does not listen to the end answers all the same, or the missing answer tells.
        let _ = input.write_all(data).await;
        let _ = input.shutdown().await;
        drop(input);
    };
    let (out, err, ()) = tokio::join!(read(output), read(errors), write);
    Said { out, err }
}

async fn read(mut stream: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut piece = vec![0; 32 * 1024];
    while let Ok(length @ 1..) = stream.read(&mut piece).await {
        keep(&mut kept, &piece[..length]);
    }
    kept
}
