//! How a command asks the daemon over the local socket, and what its refusals mean for the exit code.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::config;
use crate::control::{Answer, Ask, Client, ControlError, Request, Status, VERSION};
use crate::domain::notice::Notice;

/// How long a command waits for an answer: an act may have to ask the forge about a team, which may take half of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks and returns what there is to see.
///
/// # Errors
/// The daemon cannot be reached, or it refuses.
pub fn ask(terminal: &Terminal, token: Option<String>, verb: &str, args: Value) -> Result<Value, Failure> {
    let mut client =
        Client::connect(&socket(terminal)?, Some(PATIENCE)).map_err(|error| unreachable(&error))?;
    let answer = client.ask(&request(token, verb, args)).map_err(|error| unreachable(&error))?;
    told(answer)
}

/// Asks, hands over line after line as they come, and returns what there is to see at the end.
///
/// # Errors
/// As [`ask`]; or what `each` failed with.
pub fn stream(
    terminal: &Terminal,
    verb: &str,
    args: Value,
    mut each: impl FnMut(Value) -> Result<(), Failure>,
) -> Result<Value, Failure> {
    let mut client = Client::connect(&socket(terminal)?, None).map_err(|error| unreachable(&error))?;
    let mut failed = None;
    let last = client.stream(&request(None, verb, args), |line| match each(line) {
        Ok(()) => true,
        Err(failure) => {
            failed = Some(failure);
            false
        }
    });
    if let Some(failure) = failed {
        return Err(failure);
    }
    told(last.map_err(|error| unreachable(&error))?)
}

/// Returns an answer as what a command expects of it.
///
/// # Errors
/// It has another shape.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|error| unreachable(&ControlError::Strange(error)))
}

fn socket(terminal: &Terminal) -> Result<PathBuf, Failure> {
    let config = config::load_without_secrets(&terminal.config)
        .map_err(|problems| super::config::refused(&problems, terminal))?;
    Ok(config.server.control_socket)
}

fn request(token: Option<String>, verb: &str, args: Value) -> Request {
    Request { v: VERSION, ask: Ask::Call { token, verb: verb.to_owned(), args } }
}

fn unreachable(error: &ControlError) -> Failure {
    match error {
        ControlError::Away { path, source } if source.kind() == io::ErrorKind::PermissionDenied => {
            Failure::new(Exit::NotAllowed, Notice::new("TW-X004").with("path", path.display()))
        }
        ControlError::Away { .. } | ControlError::Cut(_) => Failure::new(Exit::TryAgain, error.notice()),
        ControlError::Strange(_) => Failure::new(Exit::Failed, error.notice()),
    }
}

fn told(answer: Answer) -> Result<Value, Failure> {
    match answer {
        Answer::Ok { value } => Ok(value),
        Answer::End => Ok(Value::Null),
        Answer::Refused { status, notice } => Err(Failure::new(exit(status), notice)),
        Answer::Forecast { .. } | Answer::Line { .. } => {
            Err(Failure::new(Exit::Failed, Notice::new("TW-X003").with("why", "another answer was expected")))
        }
    }
}

fn exit(status: Status) -> Exit {
    match status {
        Status::NotAllowed => Exit::NotAllowed,
        Status::NotFound => Exit::NotFound,
        Status::Conflict => Exit::Conflict,
        Status::Waiting => Exit::Waiting,
        Status::TryAgain => Exit::TryAgain,
        Status::Usage => Exit::Usage,
        Status::Failed => Exit::Failed,
    }
}
