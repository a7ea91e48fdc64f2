//! Answers the local socket: the hook's question, and the commands of the terminal.
//!
//! Who may connect is the socket's mode (owner and group). Reading needs nothing more; acting needs a personal token,
//! and what only the machine's administrator may do needs the user id of root or of the daemon.
//!
//! Races: (a) a socket that a killed daemon left behind is removed before binding; the lock on the state folder makes
//! sure that no living daemon owns it; (b) a client that goes away in the middle: what it asked for is done all the
//! same, or not begun.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::control::{Answer, Ask, ForecastTag, LONGEST_LINE, Request, Status, VERSION};
use crate::domain::journal::Channel;
use crate::domain::names::{ObjectId, Person, ReleaseId, RepositoryName};
use crate::domain::notice::Notice;
use crate::domain::version::Tag;
use crate::engine::{Demand, Engine, EngineError, Filter, RefusedAct};

/// The most connections that are answered at once.
const CROWD: usize = 64;
/// How long a client may take for its request.
const PATIENCE: Duration = Duration::from_secs(5);

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
    let crowd = std::sync::Arc::new(Semaphore::new(CROWD));
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
        let Ok(place) = std::sync::Arc::clone(&crowd).acquire_owned().await else { return };
        let (engine, stop) = (engine.clone(), stop.clone());
        tokio::spawn(async move {
            let _place = place;
            tokio::select! {
                done = attend(stream, engine) => {
                    if let Err(error) = done {
                        tracing::debug!("a client of the control socket went away: {error}");
                    }
                }
                () = stop.cancelled() => {}
            }
        });
    }
}

struct Client {
    write: OwnedWriteHalf,
    admin: bool,
}

impl Client {
    async fn say(&mut self, answer: &Answer) -> io::Result<()> {
        let mut line = serde_json::to_vec(answer).map_err(io::Error::from)?;
        line.push(b'\n');
        self.write.write_all(&line).await
    }
}

async fn attend(stream: UnixStream, engine: Engine) -> io::Result<()> {
    let peer = stream.peer_cred()?.uid();
    let (read, write) = stream.into_split();
    // The owner of the state folder is who the daemon runs as.
    let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(&engine.config().server.state_dir)?);
    let mut client = Client { write, admin: peer == 0 || peer == owner };
    let line = match tokio::time::timeout(PATIENCE, read_line(read)).await {
        Ok(line) => line?,
        Err(_) => return Ok(()),
    };
    let request: Request = match serde_json::from_slice(&line) {
        Ok(request) => request,
        Err(error) => {
            let notice = Notice::new("TW-X010").with("why", error);
            return client.say(&Answer::Refused { status: Status::Usage, notice }).await;
        }
    };
    if request.v != VERSION {
        let notice = Notice::new("TW-X011").with("theirs", request.v).with("ours", VERSION);
        return client.say(&Answer::Refused { status: Status::Usage, notice }).await;
    }
    match request.ask {
        Ask::Forecast { repository, repository_id: _, pusher, tags } => {
            let answer = forecast(&engine, &repository, pusher.as_deref(), &tags).await;
            client.say(&answer.unwrap_or_else(refused)).await
        }
        Ask::Call { token, verb, args } if verb == "follow" => {
            follow(&engine, &args, &mut client, token).await
        }
        Ask::Call { token, verb, args } => {
            let answer = call(&engine, client.admin, token.as_deref(), &verb, &args).await;
            client.say(&answer.unwrap_or_else(refused)).await
        }
    }
}

async fn read_line(read: OwnedReadHalf) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let limit = LONGEST_LINE as u64;
    let mut reader = BufReader::new(tokio::io::AsyncReadExt::take(read, limit));
    reader.read_until(b'\n', &mut line).await?;
    Ok(line)
}

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

fn ok(value: Value) -> Said {
    Ok(Answer::Ok { value })
}

async fn forecast(engine: &Engine, repository: &str, pusher: Option<&str>, tags: &[ForecastTag]) -> Said {
    let usage = |why: String| (Status::Usage, Notice::new("TW-X010").with("why", why));
    let name = RepositoryName::parse(repository).map_err(|error| usage(error.to_string()))?;
    let prefix =
        engine.config().repository(&name).map_or_else(|| "v".to_owned(), |found| found.tag_prefix.clone());
    let mut parsed = Vec::new();
    for tag in tags {
        let object = ObjectId::parse(&tag.object).map_err(|error| usage(error.to_string()))?;
        let tag = Tag::parse(tag.name.as_bytes(), &prefix).map_err(|notice| (Status::Usage, notice))?;
        parsed.push((tag, object));
    }
    let pusher = pusher.and_then(|login| Person::parse(login).ok());
    let told = engine.forecast(&name, pusher, &parsed).await.map_err(failed)?;
    Ok(Answer::Forecast { known: told.known, next: told.next, link: told.link })
}

async fn call(engine: &Engine, admin: bool, token: Option<&str>, verb: &str, args: &Value) -> Said {
    match verb {
        "status" => {
            let filter = Filter {
                repository: text(args, "repository"),
                environment: text(args, "environment"),
                before: None,
                limit: args["limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(50),
            };
            let rows = engine.rows(filter).await.map_err(failed)?;
            let troubles = engine.troubles();
            ok(json!({ "releases": rows, "troubles": troubles }))
        }
        "show" => {
            let id = meant(engine, args).await?;
            let view = engine.view(id).await.map_err(failed)?.ok_or_else(|| unknown(args))?;
            ok(json!(view))
        }
        "log" => {
            let id = meant(engine, args).await?;
            ok(json!(engine.lines(id, 0).await.map_err(failed)?))
        }
        "explain" => explain(engine, args).await,
        "approve" | "deny" | "withdraw" | "rollback" | "retry" | "brought-back" => {
            let who = person(engine, token).await?;
            let id = meant(engine, args).await?;
            let demand = demand(engine, id, verb, args).await?;
            engine.demand(id, &who, Channel::Cli, demand).await.map_err(of_act)?;
            ok(json!(engine.view(id).await.map_err(failed)?))
        }
        "hold" | "lift" => hold_or_lift(engine, token, verb, args).await,
        "token-new" | "token-list" | "token-revoke" if !admin => {
            Err((Status::NotAllowed, Notice::new("TW-P010")))
        }
        "token-new" => {
            let token = engine.new_token(&named(args)?).await.map_err(failed)?;
            ok(json!({ "token": token }))
        }
        "token-list" => {
            let tokens: Vec<Value> = engine
                .tokens()
                .await
                .map_err(failed)?
                .into_iter()
                .map(
                    |row| json!({ "name": row.person, "made_at": row.made_at, "revoked_at": row.revoked_at }),
                )
                .collect();
            ok(json!(tokens))
        }
        "token-revoke" => {
            let revoked = engine.revoke_tokens(&named(args)?).await.map_err(failed)?;
            ok(json!({ "revoked": revoked }))
        }
        _ => Err((Status::Usage, Notice::new("TW-X012").with("verb", verb))),
    }
}

fn text(args: &Value, name: &str) -> Option<String> {
    args[name].as_str().map(ToOwned::to_owned)
}

fn unknown(args: &Value) -> (Status, Notice) {
    let release = text(args, "release").unwrap_or_default();
    (Status::NotFound, Notice::new("TW-E002").with("release", release))
}

async fn meant(engine: &Engine, args: &Value) -> Result<ReleaseId, (Status, Notice)> {
    let release = text(args, "release").unwrap_or_default();
    engine.find(&release).await.map_err(failed)?.ok_or_else(|| unknown(args))
}

fn named(args: &Value) -> Result<Person, (Status, Notice)> {
    Person::parse(&text(args, "name").unwrap_or_default())
        .map_err(|error| (Status::Usage, Notice::new("TW-X010").with("why", error)))
}

async fn person(engine: &Engine, token: Option<&str>) -> Result<Person, (Status, Notice)> {
    let Some(token) = token else { return Err((Status::NotAllowed, Notice::new("TW-P011"))) };
    let found = engine.person_of_token(token).await.map_err(failed)?;
    found.ok_or_else(|| (Status::NotAllowed, Notice::new("TW-P012")))
}

async fn explain(engine: &Engine, args: &Value) -> Said {
    let id = meant(engine, args).await?;
    let at = match text(args, "at") {
        None => engine.now(),
        Some(at) => {
            at.parse::<Timestamp>().map_err(|_| (Status::Usage, Notice::new("TW-K011").with("value", at)))?
        }
    };
    let answer = engine.explain(id, at).await.map_err(failed)?.ok_or_else(|| unknown(args))?;
    ok(json!(answer))
}

async fn demand(
    engine: &Engine,
    id: ReleaseId,
    verb: &str,
    args: &Value,
) -> Result<Demand, (Status, Notice)> {
    let reason = text(args, "reason").unwrap_or_default();
    Ok(match verb {
        "approve" => {
            // The terminal may name what was looked at; without it, what stands there now is meant.
            let shown = match text(args, "binding") {
                Some(binding) => binding,
                None => engine.view(id).await.map_err(failed)?.ok_or_else(|| unknown(args))?.binding,
            };
            Demand::Approve { binding: shown }
        }
        "deny" => Demand::Deny { reason },
        "withdraw" => Demand::Withdraw { reason },
        "rollback" => Demand::Rollback { reason },
        "brought-back" => Demand::BroughtBack { reason },
        _ => Demand::Retry { reason },
    })
}

async fn hold_or_lift(engine: &Engine, token: Option<&str>, verb: &str, args: &Value) -> Said {
    let who = person(engine, token).await?;
    let reason = text(args, "reason").unwrap_or_default();
    if let Some(scope) = text(args, "scope") {
        let done = match verb {
            "hold" => engine.hold_scope(&scope, &who, Channel::Cli, &reason, None).await,
            _ => engine.lift_scope(&scope, &who, Channel::Cli).await,
        };
        done.map_err(of_act)?;
        return ok(json!({ "scope": scope }));
    }
    let id = meant(engine, args).await?;
    let demand = if verb == "hold" { Demand::Hold { reason } } else { Demand::Lift };
    engine.demand(id, &who, Channel::Cli, demand).await.map_err(of_act)?;
    ok(json!(engine.view(id).await.map_err(failed)?))
}

/// Sends the journal of a release and what its steps print, as they come, until it is over.
async fn follow(
    engine: &Engine,
    args: &Value,
    client: &mut Client,
    _token: Option<String>,
) -> io::Result<()> {
    let id = match meant(engine, args).await {
        Ok(id) => id,
        Err(refusal) => return client.say(&refused(refusal)).await,
    };
    let mut changes = engine.changes();
    let mut seen = 0;
    let mut printed: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    loop {
        let (lines, view) = match (engine.lines(id, seen).await, engine.view(id).await) {
            (Ok(lines), Ok(Some(view))) => (lines, view),
            (Err(error), _) | (_, Err(error)) => return client.say(&refused(failed(error))).await,
            (Ok(_), Ok(None)) => return client.say(&refused(unknown(args))).await,
        };
        for step in view.steps.iter().filter(|step| !step.key.is_empty()) {
            let from = printed.entry(step.key.clone()).or_default();
            if let Ok(Some((bytes, next))) = engine.step_log(id, &step.key, *from).await
                && !bytes.is_empty()
            {
                *from = next;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                client.say(&Answer::Line { value: json!({ "step": step.key, "text": text }) }).await?;
            }
        }
        for line in lines {
            seen = seen.max(line.seq);
            client.say(&Answer::Line { value: json!({ "line": line }) }).await?;
        }
        let over = matches!(
            view.row.phase,
            "complete" | "refused" | "denied" | "withdrawn" | "superseded" | "rolled_back" | "stuck"
        );
        if over {
            return client.say(&Answer::Ok { value: json!({ "phase": view.row.phase }) }).await;
        }
        // A change may have been missed while we wrote; a look every second finds it.
        let _ = tokio::time::timeout(Duration::from_secs(1), changes.recv()).await;
    }
}
