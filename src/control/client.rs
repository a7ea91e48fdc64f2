//! The blocking client: one request, its answers, and a limit on every wait.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::{Answer, LONGEST_LINE, Request};
use crate::domain::notice::Notice;

/// Why the daemon could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// There is no daemon behind the socket, or we may not connect to it.
    #[error("the daemon cannot be reached at `{}`", path.display())]
    Away {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It did not answer in time, or the line was cut.
    #[error("the daemon did not answer")]
    Cut(#[source] io::Error),
    /// It answered something else than this version understands.
    #[error("the daemon's answer cannot be understood")]
    Strange(#[source] serde_json::Error),
}

impl ControlError {
    /// Returns the id of the error, which never changes.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Away { .. } => "TW-X001",
            Self::Cut(_) => "TW-X002",
            Self::Strange(_) => "TW-X003",
        }
    }

    /// Returns what to tell people; the cause is the value `why`.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Away { path, source } => {
                Notice::new(self.id()).with("path", path.display()).with("why", source)
            }
            Self::Cut(source) => Notice::new(self.id()).with("why", source),
            Self::Strange(source) => Notice::new(self.id()).with("why", source),
        }
    }
}

/// A connection to the daemon.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    /// Connects; every later wait for a line takes at most `patience`, or for ever without one.
    ///
    /// # Errors
    /// There is no daemon, or we may not connect.
    pub fn connect(path: &Path, patience: Option<Duration>) -> Result<Self, ControlError> {
        let away = |source| ControlError::Away { path: path.to_owned(), source };
        let stream = UnixStream::connect(path).map_err(away)?;
        stream.set_read_timeout(patience).map_err(away)?;
        stream.set_write_timeout(patience).map_err(away)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Asks and returns the first answer.
    ///
    /// # Errors
    /// No whole answer came in time, or none that is understood.
    pub fn ask(&mut self, request: &Request) -> Result<Answer, ControlError> {
        self.send(request)?;
        self.receive()
    }

    /// Asks and hands over every line until the end, or until `each` returns `false`; returns the last answer.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub fn stream(
        &mut self,
        request: &Request,
        mut each: impl FnMut(Value) -> bool,
    ) -> Result<Answer, ControlError> {
        self.send(request)?;
        loop {
            match self.receive()? {
                Answer::Line { value } => {
                    if !each(value) {
                        return Ok(Answer::End);
                    }
                }
                last => return Ok(last),
            }
        }
    }

    fn send(&mut self, request: &Request) -> Result<(), ControlError> {
        let mut line = serde_json::to_vec(request).map_err(ControlError::Strange)?;
        line.push(b'\n');
        self.stream.get_mut().write_all(&line).map_err(ControlError::Cut)
    }

    fn receive(&mut self) -> Result<Answer, ControlError> {
        let mut line = Vec::new();
        let longest = LONGEST_LINE as u64;
        (&mut self.stream).take(longest).read_until(b'\n', &mut line).map_err(ControlError::Cut)?;
        if line.last() != Some(&b'\n') {
            let cut = io::Error::new(io::ErrorKind::UnexpectedEof, "the line ended early");
            return Err(ControlError::Cut(cut));
        }
        serde_json::from_slice(&line).map_err(ControlError::Strange)
    }
}
