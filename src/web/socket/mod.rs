//! Answers the local socket: the hook's question, and the commands of the terminal.
//!
//! Who may connect is the socket's mode (owner and group). Reading needs nothing more; acting needs a personal token,
//! and what only the machine's administrator may do needs the user id of root or of the daemon.
//!
//! Races: (a) a socket that a killed daemon left behind is removed before binding; the lock on the state folder makes
//! sure that no living daemon owns it; (b) a client that goes away in the middle: what it asked for is done all the
//! same, or not begun; one that follows a log and goes away is noticed at once, and its place is free again; (c) many
//! followers: they have places of their own, so that a push never finds the socket busy with them.

mod calls;
mod follow;
mod forecast;
mod refused;

use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::control::{Answer, Ask, LONGEST_LINE, Request, Status, VERSION};
use crate::domain::notice::Notice;
use crate::engine::{Engine, EngineError, RefusedAct};

/// The most connections that are answered at once.
const CROWD: usize = 64;
/// The most of them that follow a log; the rest is left to pushes and commands.
const FOLLOWERS: usize = 32;
/// How long a client may take for its request.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a client may leave an answer unread.
const UNREAD: Duration = Duration::from_secs(30);

/// Makes the socket.
///
/// # Errors
/// The folder cannot be used.
pub fn bind(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
    Ok(listener)
}

/// Answers until `stop`.
pub async fn serve(listener: UnixListener, engine: Engine, stop: CancellationToken) {
    let crowd = Arc::new(Semaphore::new(CROWD));
    let followers = Arc::new(Semaphore::new(FOLLOWERS));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: a pause lets others finish.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&crowd).acquire_owned().await else { return };
        let (engine, stop, followers) = (engine.clone(), stop.clone(), Arc::clone(&followers));
        tokio::spawn(async move {
            let _place = place;
            tokio::select! {
                done = attend(stream, engine, &followers) => {
                    if let Err(error) = done {
                        tracing::debug!("a client of the control socket went away: {error}");
                    }
                }
                () = stop.cancelled() => {}
            }
        });
    }
}

/// Somebody at the other end.
struct Client {
    read: BufReader<OwnedReadHalf>,
    write: OwnedWriteHalf,
    admin: bool,
}

impl Client {
    async fn say(&mut self, answer: &Answer) -> io::Result<()> {
        let mut line = serde_json::to_vec(answer).map_err(io::Error::from)?;
        line.push(b'\n');
        match tokio::time::timeout(UNREAD, self.write.write_all(&line)).await {
            Ok(written) => written,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// Returns once the client has gone away; what it still sends is not read as a request.
    async fn gone(&mut self) {
        let mut ignored = [0; 256];
        while let Ok(1..) = self.read.read(&mut ignored).await {}
    }
}

async fn attend(stream: UnixStream, engine: Engine, followers: &Semaphore) -> io::Result<()> {
    let peer = stream.peer_cred()?.uid();
    let (read, write) = stream.into_split();
    // The owner of the state folder is who the daemon runs as.
    let owner = std::fs::metadata(&engine.config().server.state_dir)?.uid();
    let admin = peer == 0 || peer == owner;
    let mut client = Client { read: BufReader::new(read), write, admin };
    let line = match tokio::time::timeout(PATIENCE, read_line(&mut client.read)).await {
        Ok(line) => line?,
        Err(_) => return Ok(()),
    };
    let request = match understood(&line) {
        Ok(request) => request,
        Err(notice) => return client.say(&refused((Status::Usage, notice))).await,
    };
    let answer = match request.ask {
        Ask::Forecast { repository, repository_id: _, pusher, tags } => {
            forecast::forecast(&engine, &repository, pusher.as_deref(), &tags).await
        }
        Ask::TagRefused { repository, tag, why } => {
            refused::tag_refused(&engine, &repository, &tag, &why).await
        }
        Ask::Call { token: _, verb, args } if verb == "log" => {
            return follow::until_now(&engine, &args, &mut client).await;
        }
        Ask::Call { token: _, verb, args } if verb == "follow" => match followers.try_acquire() {
            Ok(_place) => return follow::to_the_end(&engine, &args, &mut client).await,
            Err(_) => Err((Status::TryAgain, Notice::new("TW-X013").with("most", FOLLOWERS))),
        },
        Ask::Call { token, verb, args } => {
            calls::call(&engine, client.admin, token.as_deref(), &verb, &args).await
        }
    };
    client.say(&answer.unwrap_or_else(refused)).await
}

/// Returns the request in `line`, or what cannot be understood about it.
fn understood(line: &[u8]) -> Result<Request, Notice> {
    if line.len() >= LONGEST_LINE && line.last() != Some(&b'\n') {
        return Err(Notice::new("TW-X014").with("largest", LONGEST_LINE >> 20));
    }
    // The version first: a request of another version may have any other shape.
    #[derive(serde::Deserialize)]
    struct Versioned {
        v: u32,
    }
    let strange = |error: serde_json::Error| Notice::new("TW-X010").with("why", error);
    let theirs = serde_json::from_slice::<Versioned>(line).map_err(strange)?.v;
    if theirs != VERSION {
        return Err(Notice::new("TW-X011").with("theirs", theirs).with("ours", VERSION));
    }
    serde_json::from_slice(line).map_err(strange)
}

async fn read_line(read: &mut BufReader<OwnedReadHalf>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    read.take(LONGEST_LINE as u64).read_until(b'\n', &mut line).await?;
    Ok(line)
}

/// An answer, or what kind of refusal it is and why.
type Said = Result<Answer, (Status, Notice)>;

fn refused((status, notice): (Status, Notice)) -> Answer {
    Answer::Refused { status, notice }
}

fn failed(error: EngineError) -> (Status, Notice) {
    (Status::TryAgain, error.notice())
}

fn of_act(act: RefusedAct) -> (Status, Notice) {
    match act {
        RefusedAct::NotAllowed(notice) => (Status::NotAllowed, notice),
        RefusedAct::NotFound(notice) => (Status::NotFound, notice),
        RefusedAct::Conflict(notice) => (Status::Conflict, notice),
        RefusedAct::Unavailable(notice) => (Status::TryAgain, notice),
    }
}
