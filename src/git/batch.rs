//! Reads a repository through `git cat-file --batch`: one child that answers any number of questions.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use super::objects::{ObjectKind, Pointer, Raw};
use super::{GitError, command, id::Id};

/// The longest that listing refs may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The child, and how it was started.
pub struct Batch {
    child: RefCell<Talk>,
    new: Box<dyn Fn() -> Command>,
}

struct Talk {
    process: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Drop for Talk {
    fn drop(&mut self) {
        // It ends by itself when its input does; nobody needs to wait for that, but a zombie would be left.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Batch {
    /// Reads the repository that a hook runs in, quarantine included.
    pub fn from_environment() -> Result<Self, GitError> {
        Self::start(Box::new(|| command::git_in_hook(Path::new("."))))
    }

    /// Reads a bare repository.
    pub fn bare(folder: &Path) -> Result<Self, GitError> {
        let folder = folder.to_owned();
        Self::start(Box::new(move || {
            let mut git = command::git(&folder);
            git.arg("--git-dir=.");
            git
        }))
    }

    fn start(new: Box<dyn Fn() -> Command>) -> Result<Self, GitError> {
        // What git itself cannot open is found here, and not in the middle of a judgement.
        let mut probe = new();
        probe.args(["rev-parse", "--show-object-format"]);
        command::run(probe, "rev-parse", LIMIT)?;
        let mut git = new();
        git.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = git.spawn().map_err(GitError::Run)?;
        let gone = || GitError::Run(io::Error::other("no pipe to the child"));
        let ask = process.stdin.take().ok_or_else(gone)?;
        let answer = BufReader::new(process.stdout.take().ok_or_else(gone)?);
        Ok(Self { child: RefCell::new(Talk { process, ask, answer }), new })
    }

    /// Returns an object, unless it has more than `most` bytes.
    pub fn read(&self, id: Id, most: usize) -> Result<Raw, GitError> {
        let mut talk = self.child.borrow_mut();
        writeln!(talk.ask, "{id}").map_err(GitError::Run)?;
        let mut head = Vec::new();
        talk.answer.read_until(b'\n', &mut head).map_err(GitError::Run)?;
        let words: Vec<&[u8]> = head.trim_ascii_end().split(|byte| *byte == b' ').collect();
        let (kind, size) = match words.as_slice() {
            [_, b"missing"] => return Ok(Raw::Missing),
            [_, kind, size] => (
                ObjectKind::named(kind),
                std::str::from_utf8(size).ok().and_then(|size| size.parse::<u64>().ok()),
            ),
            _ => (None, None),
        };
        let (Some(kind), Some(size)) = (kind, size) else {
            return Err(GitError::Failed { what: "cat-file", said: crate::domain::names::shown(&head) });
        };
        // The line feed behind the object belongs to the answer.
        let mut rest = (&mut talk.answer).take(size + 1);
        if usize::try_from(size).is_ok_and(|size| size <= most) {
            let mut bytes = Vec::new();
            rest.read_to_end(&mut bytes).map_err(GitError::Run)?;
            if bytes.pop() != Some(b'\n') || bytes.len() as u64 != size {
                return Err(GitError::Failed { what: "cat-file", said: "it ended early".to_owned() });
            }
            return Ok(Raw::Whole(kind, bytes));
        }
        io::copy(&mut rest, &mut io::sink()).map_err(GitError::Run)?;
        Ok(Raw::Large(kind))
    }

    /// Returns the refs below a folder.
    pub fn refs(&self, folder: &'static str) -> Result<Vec<Pointer>, GitError> {
        let mut git = (self.new)();
        git.args(["for-each-ref", "--format=%(objectname) %(refname)", folder]);
        let listed = command::run(git, "for-each-ref", LIMIT)?;
        let lines = listed.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines
            .map(|line| {
                let space = line.iter().position(|byte| *byte == b' ').unwrap_or(0);
                let target = Id::from_hex(&line[..space]);
                let name = line[space..].trim_ascii_start().to_vec();
                target.map(|target| Pointer { name, target, peeled: None }).ok_or_else(|| GitError::Failed {
                    what: "for-each-ref",
                    said: crate::domain::names::shown(line),
                })
            })
            .collect()
    }
}
