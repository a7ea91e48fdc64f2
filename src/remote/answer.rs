//! Reads what a host answered: everything between the marker line and the end line, and nothing else.
//!
//! What a login's profile prints stands before the marker. Without the end line the answer is not finished, whatever
//! the exit status of the connection says.

use crate::domain::plan::Output;
use crate::remote::{EnvironmentLock, RemoteError, StepState};

/// How many bytes of each stream are kept.
pub(super) const MOST: usize = 1 << 20;
/// More than the longest end line.
const TAIL: usize = 64;
const MARKER: &[u8] = b"tagwarden-answer ";
const END: &[u8] = b"\ntagwarden-end ";

/// What came over the two streams, its middle left out when it was too long.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub out: Vec<u8>,
    pub err: Vec<u8>,
}

/// Adds bytes to a stream and leaves out its middle when it gets too long; the head and the end line stay.
pub(super) fn keep(stream: &mut Vec<u8>, bytes: &[u8]) {
    stream.extend_from_slice(bytes);
    if stream.len() > 2 * MOST {
        let end = stream.len() - TAIL;
        stream.drain(MOST + TAIL..end);
    }
}

/// A whole answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// The words of the marker line.
    head: Vec<String>,
    pub body: Vec<u8>,
    status: i32,
    err: Vec<u8>,
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// It is not finished, or says that the host cannot do what was asked.
    pub(super) fn read(said: Said) -> Result<Self, RemoteError> {
        let unfinished = || {
            let words = String::from_utf8_lossy(&said.err);
            let words: String = words.trim().chars().take(400).collect();
            let why = if words.is_empty() { "the end is missing".to_owned() } else { words };
            RemoteError::Unfinished { why }
        };
        let start = marker(&said.out).ok_or_else(unfinished)?;
        let rest = &said.out[start + MARKER.len()..];
        let line = rest.iter().position(|byte| *byte == b'\n').ok_or_else(unfinished)?;
        let head = String::from_utf8_lossy(&rest[..line]).into_owned();
        let rest = &rest[line..];
        let end = rest.windows(END.len()).rposition(|window| window == END).ok_or_else(unfinished)?;
        let status: Vec<u8> =
            rest[end + END.len()..].iter().copied().take_while(|byte| *byte != b'\n').collect();
        let status = String::from_utf8_lossy(&status).trim().parse().map_err(|_| unfinished())?;
        // An empty body shares its line end with the end line.
        let body = rest.get(1..end).unwrap_or_default().to_vec();
        let err = match marker(&said.err) {
            Some(at) => {
                let rest = &said.err[at..];
                rest.iter()
                    .position(|byte| *byte == b'\n')
                    .map_or(Vec::new(), |line| rest[line + 1..].to_vec())
            }
            None => said.err,
        };
        let head: Vec<String> = head.split_whitespace().map(ToOwned::to_owned).collect();
        if head.first().is_some_and(|word| word == "incapable") {
            return Err(RemoteError::Incapable { why: String::from_utf8_lossy(&body).trim().to_owned() });
        }
        Ok(Self { head, body, status, err })
    }

    fn words(&self) -> Vec<&str> {
        self.head.iter().map(String::as_str).collect()
    }

    fn unexpected(&self) -> RemoteError {
        RemoteError::Incapable { why: format!("it answers `{}`", self.head.join(" ").escape_debug()) }
    }

    /// Returns the answer when it is of this kind.
    pub(super) fn expect(self, kind: &str) -> Result<Self, RemoteError> {
        if self.words() == [kind] { Ok(self) } else { Err(self.unexpected()) }
    }

    /// Returns what a look printed.
    pub(super) fn output(self) -> Result<Output, RemoteError> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(MOST)]).into_owned();
        Ok(Output { status: self.status, stdout: text(&self.body), stderr: text(&self.err) })
    }

    /// Returns the state of a step that this answer tells.
    pub(super) fn state(&self) -> Result<StepState, RemoteError> {
        let number = |text: &str| text.parse::<i64>().map_err(|_| self.unexpected());
        match self.words().as_slice() {
            ["absent"] => Ok(StepState::Absent),
            ["starting"] => Ok(StepState::Starting),
            ["running"] => Ok(StepState::Running),
            ["finished", status] => {
                let status = i32::try_from(number(status)?).map_err(|_| self.unexpected())?;
                Ok(StepState::Finished { status })
            }
            ["lost", "same-boot"] => Ok(StepState::Lost { rebooted: false }),
            ["lost", "other-boot"] => Ok(StepState::Lost { rebooted: true }),
            ["refused", token] => {
                let token = u64::try_from(number(token)?).map_err(|_| self.unexpected())?;
                Ok(StepState::Refused { token })
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Returns who has taken the environment.
    pub(super) fn holder(&self) -> Result<Option<EnvironmentLock>, RemoteError> {
        match self.words().as_slice() {
            ["free"] => Ok(None),
            ["held"] => serde_json::from_slice(&self.body).map(Some).map_err(|_| self.unexpected()),
            _ => Err(self.unexpected()),
        }
    }
}

/// Returns where the marker stands: at the start of a line.
fn marker(stream: &[u8]) -> Option<usize> {
    let at_line_start = |at: &usize| *at == 0 || stream[*at - 1] == b'\n';
    (0..stream.len()).filter(at_line_start).find(|at| stream[*at..].starts_with(MARKER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(out: &str) -> Result<Answer, RemoteError> {
        Answer::read(Said { out: out.as_bytes().to_vec(), err: Vec::new() })
    }

    #[test]
    fn only_what_stands_between_marker_and_end_counts() {
        for (out, state) in [
            ("tagwarden-answer running\n\ntagwarden-end 0\n", StepState::Running),
            (
                "Welcome!\nlast login\ntagwarden-answer finished 3 \n\ntagwarden-end 0\n",
                StepState::Finished { status: 3 },
            ),
            (
                "x tagwarden-answer absent\ntagwarden-answer lost other-boot\n\ntagwarden-end 0\nbye",
                StepState::Lost { rebooted: true },
            ),
            ("tagwarden-answer refused 7\n\ntagwarden-end 0\n", StepState::Refused { token: 7 }),
        ] {
            assert_eq!(read(out).unwrap().state().unwrap(), state, "{out}");
        }
    }

    #[test]
    fn an_answer_that_was_cut_anywhere_is_not_finished() {
        let whole = "hello\ntagwarden-answer look\nsome text\ntagwarden-end 12\n";
        for length in 0..whole.len() - 3 {
            let error = read(&whole[..length]).unwrap_err();
            assert!(matches!(error, RemoteError::Unfinished { .. }), "{length}: {error}");
        }
        assert_eq!(read(whole).unwrap().output().unwrap().status, 12);
    }

    #[test]
    fn the_body_is_kept_byte_for_byte() {
        for body in ["", "a", "a\n", "\n", "\n\n", "\ntagwarden-end 9\nmore"] {
            let answer = read(&format!("tagwarden-answer log\n{body}\ntagwarden-end 0\n")).unwrap();
            assert_eq!(String::from_utf8(answer.body).unwrap(), body);
        }
    }

    #[test]
    fn too_long_an_answer_keeps_its_head_and_its_end() {
        let mut stream = Vec::new();
        keep(&mut stream, b"tagwarden-answer look\n");
        for _ in 0..80 {
            keep(&mut stream, &[b'x'; 100_000]);
            assert!(stream.len() <= 2 * MOST + 100_000);
        }
        keep(&mut stream, b"\ntagwarden-end 4\n");
        let output = Answer::read(Said { out: stream, err: Vec::new() }).unwrap().output().unwrap();
        assert_eq!((output.status, output.stdout.len()), (4, MOST));
    }
}
