//! A person's clone: what stands in it, what its remote has, and how a tag gets from one to the other.
//!
//! Everything here runs the program `git` with the person's own configuration, hooks and keys, because it is their
//! clone; names of refs and remotes go to it as arguments, never through a shell.
//!
//! Races: (a) the remote changes between the look and the push: the push is atomic and judged by the remote's own
//! hook; (b) the line is cut during the push: the outcome is unknown, and a look at the remote tells.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::{GitError, command};
use crate::domain::names::ObjectId;

/// How long a look at the clone may take: a large one on a slow disk.
const LOOK: Duration = Duration::from_secs(60);
/// How long a look at the remote may take, with an agent asking for a touch or a passphrase.
const ASK: Duration = Duration::from_secs(60);
/// How long a push may take, its hooks included.
const PUSH: Duration = Duration::from_secs(600);

/// A clone on this machine.
#[derive(Debug, Clone)]
pub struct Clone {
    folder: PathBuf,
    /// Where its objects lie.
    pub objects: PathBuf,
    /// Whether its history is cut off.
    pub shallow: bool,
    /// The kind of its ids, such as `sha1`.
    pub format: String,
}

/// Branches and tags, by short name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refs {
    /// The branches.
    pub heads: BTreeMap<String, ObjectId>,
    /// The tags; names that are no text are left out, since no release has one.
    pub tags: BTreeMap<String, ObjectId>,
}

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// What is known about it.
    pub outcome: PushOutcome,
    /// What git and the server said, line by line.
    pub said: Vec<String>,
}

/// What is known about a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushOutcome {
    /// The remote has taken everything.
    Taken,
    /// The remote has taken nothing, and said so.
    Refused,
    /// Nobody can tell.
    Unknown,
}

impl Clone {
    /// Returns the clone that `folder` belongs to.
    ///
    /// # Errors
    /// There is none, or git cannot be run.
    pub fn open(folder: &Path) -> Result<Self, GitError> {
        let mut git = command::personal(folder);
        git.args(["rev-parse", "--path-format=absolute", "--git-path", "objects", "--is-shallow-repository"])
            .arg("--show-object-format");
        let printed = command::run(git, "rev-parse", LOOK)?;
        let text = String::from_utf8_lossy(&printed);
        let mut lines = text.lines();
        let mut next = || lines.next().unwrap_or_default().to_owned();
        let objects = PathBuf::from(next());
        Ok(Self { folder: folder.to_owned(), objects, shallow: next() == "true", format: next() })
    }

    fn git(&self) -> Command {
        command::personal(&self.folder)
    }

    fn look(&self, what: &'static str, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let mut git = self.git();
        git.args(arguments);
        command::run(git, what, LOOK)
    }

    /// Returns the one line that git prints; `None` when it fails, which is how it says that there is no such thing.
    fn line(&self, what: &'static str, arguments: &[&str]) -> Result<Option<String>, GitError> {
        match self.look(what, arguments) {
            Ok(printed) => {
                let text = String::from_utf8_lossy(&printed).trim_end().to_owned();
                Ok(Some(text).filter(|text| !text.is_empty()))
            }
            Err(GitError::Failed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the commit that `revision` names.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn commit(&self, revision: &str) -> Result<Option<ObjectId>, GitError> {
        let peeled = format!("{revision}^{{commit}}");
        let found =
            self.line("rev-parse", &["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled])?;
        // The option itself is echoed by some versions of git.
        Ok(found.and_then(|text| ObjectId::parse(text.lines().last().unwrap_or_default()).ok()))
    }

    /// Returns the branch that is checked out.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn branch(&self) -> Result<Option<String>, GitError> {
        self.line("symbolic-ref", &["symbolic-ref", "--quiet", "--short", "HEAD"])
    }

    /// Returns the remote that is meant when nobody names one: the branch's own, `origin`, or the only one.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn usual_remote(&self) -> Result<Option<String>, GitError> {
        if let Some(branch) = self.branch()? {
            let key = format!("branch.{branch}.remote");
            // A dot stands for the clone itself.
            if let Some(own) = self.line("config", &["config", "--get", &key])?.filter(|own| own != ".") {
                return Ok(Some(own));
            }
        }
        let all = self.line("remote", &["remote"])?.unwrap_or_default();
        let all: Vec<&str> = all.lines().collect();
        Ok(match all.as_slice() {
            [only] => Some((*only).to_owned()),
            _ => all.contains(&"origin").then(|| "origin".to_owned()),
        })
    }

    /// Returns the address of a remote; what is no remote's name is an address itself.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn address(&self, remote: &str) -> Result<String, GitError> {
        Ok(self.line("remote", &["remote", "get-url", "--", remote])?.unwrap_or_else(|| remote.to_owned()))
    }

    /// Returns the branch that a remote calls its main one, as far as the clone knows.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn main_of(&self, remote: &str) -> Result<Option<String>, GitError> {
        let head = format!("refs/remotes/{remote}/HEAD");
        let target = self.line("symbolic-ref", &["symbolic-ref", "--quiet", &head])?;
        let prefix = format!("refs/remotes/{remote}/");
        Ok(target.and_then(|full| full.strip_prefix(&prefix).map(ToOwned::to_owned)))
    }

    /// Returns the clone's own branches and tags.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn own_refs(&self) -> Result<Refs, GitError> {
        let format = "--format=%(objectname) %(refname)";
        let printed = self.look("for-each-ref", &["for-each-ref", format, "refs/heads", "refs/tags"])?;
        Ok(read_refs(&printed, b' ', "refs/heads/"))
    }

    /// Returns what the clone last saw of a remote's branches, and its own tags.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn seen_refs(&self, remote: &str) -> Result<Refs, GitError> {
        let format = "--format=%(objectname) %(refname)";
        let under = format!("refs/remotes/{remote}/");
        let printed = self.look("for-each-ref", &["for-each-ref", format, &under, "refs/tags"])?;
        let mut refs = read_refs(&printed, b' ', &under);
        refs.heads.remove("HEAD");
        Ok(refs)
    }

    /// Asks a remote for its branches and tags.
    ///
    /// # Errors
    /// It cannot be reached.
    pub fn ask_refs(&self, remote: &str) -> Result<Refs, GitError> {
        let mut git = self.git();
        git.args(["ls-remote", "--quiet", "--heads", "--tags", "--refs", "--"]).arg(remote);
        Ok(read_refs(&command::run(git, "ls-remote", ASK)?, b'\t', "refs/heads/"))
    }

    /// Returns whether a file of the work tree is as it is committed.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn is_clean(&self, path: &str) -> Result<bool, GitError> {
        let top = format!(":(top){path}");
        let status = self.line("status", &["status", "--porcelain", "--untracked-files=no", "--", &top])?;
        Ok(status.is_none())
    }

    /// Returns what a tag of the clone points at.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn tag_object(&self, name: &str) -> Result<Option<ObjectId>, GitError> {
        let full = format!("refs/tags/{name}");
        let found = self.line("show-ref", &["show-ref", "--verify", "--hash", "--", &full])?;
        Ok(found.and_then(|text| ObjectId::parse(&text).ok()))
    }

    /// Returns the bytes of a tag object; `None` when it is none.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn tag_bytes(&self, object: &ObjectId) -> Result<Option<Vec<u8>>, GitError> {
        match self.look("cat-file", &["cat-file", "tag", object.as_str()]) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(GitError::Failed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns whether the person has configured git to sign tags.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn signs_tags(&self) -> Result<bool, GitError> {
        for key in ["tag.gpgSign", "tag.forceSignAnnotated"] {
            let value = self.line("config", &["config", "--type=bool", "--get", key])?;
            if value.as_deref() == Some("true") {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Makes an annotated tag, signed when `sign` or the configuration says so.
    ///
    /// # Errors
    /// git refuses, or cannot sign.
    pub fn make_tag(
        &self,
        name: &str,
        commit: &ObjectId,
        message: &Path,
        sign: bool,
    ) -> Result<(), GitError> {
        let mut git = self.git();
        git.args(["tag", if sign { "--sign" } else { "--annotate" }]);
        // A line of the changelog that begins with `#` is a heading and no comment.
        git.args(["--cleanup=verbatim", "--file"]).arg(message).arg("--").arg(name).arg(commit.as_str());
        command::run(git, "tag", PUSH).map(|_| ())
    }

    /// Removes a tag that points at `object`, and no other.
    ///
    /// # Errors
    /// git refuses.
    pub fn drop_tag(&self, name: &str, object: &ObjectId) -> Result<(), GitError> {
        let full = format!("refs/tags/{name}");
        self.look("update-ref", &["update-ref", "--no-deref", "-d", &full, object.as_str()]).map(|_| ())
    }

    /// Pushes refs to a remote, all or none.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn push(&self, remote: &str, refs: &[String]) -> Result<Pushed, GitError> {
        let mut git = self.git();
        git.args(["push", "--atomic", "--porcelain", "--no-follow-tags", "--"]).arg(remote).args(refs);
        let ended = match command::finish(git, "push", PUSH) {
            Ok(ended) => ended,
            Err(GitError::Slow { .. }) => {
                return Ok(Pushed { outcome: PushOutcome::Unknown, said: Vec::new() });
            }
            Err(error) => return Err(error),
        };
        let report = String::from_utf8_lossy(&ended.printed);
        let outcome = if ended.success { PushOutcome::Taken } else { refused_or_unknown(&report) };
        let said = String::from_utf8_lossy(&ended.said);
        // Progress lines overwrite each other; only the last of them is worth keeping.
        let line = |line: &str| {
            line.rsplit('\r').find(|part| !part.is_empty()).unwrap_or_default().trim_end().to_owned()
        };
        let said = said.split('\n').map(line).filter(|line| !line.is_empty()).collect();
        Ok(Pushed { outcome, said })
    }
}

/// Reads git's report about each ref: a refusal is one only when the other side, or git itself, has said so.
fn refused_or_unknown(report: &str) -> PushOutcome {
    let verdicts: Vec<&str> = report.lines().filter(|line| line.starts_with('!')).collect();
    let unsure = verdicts.iter().any(|line| line.contains("[remote failure]"));
    if verdicts.is_empty() || unsure { PushOutcome::Unknown } else { PushOutcome::Refused }
}

/// Reads lines of `id SEPARATOR full-name`.
fn read_refs(printed: &[u8], separator: u8, heads: &str) -> Refs {
    let mut refs = Refs::default();
    for line in printed.split(|byte| *byte == b'\n') {
        let mut fields = line.splitn(2, |byte| *byte == separator);
        let (Some(id), Some(name)) = (fields.next(), fields.next()) else { continue };
        let (Ok(id), Ok(name)) = (std::str::from_utf8(id), std::str::from_utf8(name)) else { continue };
        let Ok(id) = ObjectId::parse(id) else { continue };
        if let Some(short) = name.strip_prefix("refs/tags/") {
            refs.tags.insert(short.to_owned(), id);
        } else if let Some(short) = name.strip_prefix(heads) {
            refs.heads.insert(short.to_owned(), id);
        }
    }
    refs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_is_refused_only_when_somebody_said_so() {
        for (report, outcome) in [
            (
                "!\trefs/tags/v1:refs/tags/v1\t[remote rejected] (pre-receive hook declined)\n",
                PushOutcome::Refused,
            ),
            ("!\trefs/tags/v1:refs/tags/v1\t[rejected] (already exists)\nDone\n", PushOutcome::Refused),
            (
                "!\trefs/tags/v1:refs/tags/v1\t[remote failure] (remote failed to report status)\n",
                PushOutcome::Unknown,
            ),
            ("", PushOutcome::Unknown),
        ] {
            assert_eq!(refused_or_unknown(report), outcome, "{report}");
        }
    }

    #[test]
    fn refs_are_read_by_their_full_names_and_odd_ones_are_left_out() {
        let a = "a".repeat(40);
        let text = format!("{a}\trefs/heads/main\n{a}\trefs/tags/v1 0\n{a}\trefs/pull/1\nnonsense\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(a.as_bytes());
        bytes.extend_from_slice(b"\trefs/tags/\xff\n");
        let refs = read_refs(&bytes, b'\t', "refs/heads/");
        assert_eq!(refs.heads.keys().collect::<Vec<_>>(), ["main"]);
        assert_eq!(refs.tags.keys().collect::<Vec<_>>(), ["v1 0"]);
    }
}
