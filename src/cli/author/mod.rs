//! The desk of the person who releases: their clone, its remote, the rules of the repository, all facts gathered.
//!
//! `plan`, `tag` and `changelog release` sit at it. The remote is asked, not the clone's memory of it, because a
//! version number that is used there is used for good.

pub mod outlook;
pub mod rules;
pub mod sight;

use std::path::{Path, PathBuf};

use crate::cli::exit::{Exit, Failure};
use crate::domain::names::ObjectId;
use crate::domain::notice::Notice;
use crate::git::GitError;
use crate::git::clone::{Clone as GitClone, Refs};
use crate::git::model::Model;
use rules::Rules;

use super::terminal::Terminal;

/// Where to look.
#[derive(Debug, Clone, clap::Args)]
pub struct Where {
    /// The clone; the current folder when left out
    #[arg(long, value_name = "DIR")]
    pub repo: Option<PathBuf>,
    /// The remote that counts: its name or its address; the branch's own or `origin` when left out
    #[arg(long, value_name = "NAME|URL")]
    pub remote: Option<String>,
    /// The repository of the configuration, when the remote's address does not tell
    #[arg(long, value_name = "OWNER/NAME")]
    pub repository: Option<String>,
    /// Do not ask the remote: believe what the clone last saw of it
    #[arg(long)]
    pub offline: bool,
}

/// A clone with its remote and its rules.
pub struct Desk {
    /// The clone.
    pub clone: GitClone,
    /// The remote, by name or address; `None` = the clone has none.
    pub remote: Option<String>,
    /// What the remote has.
    pub refs: Refs,
    /// What the clone has itself.
    pub own: Refs,
    /// The branch that is checked out.
    pub branch: Option<String>,
    /// The rules.
    pub rules: Rules,
    /// What should be known about all that.
    pub notes: Vec<Notice>,
}

impl Desk {
    /// Looks at the clone and asks its remote.
    ///
    /// # Errors
    /// There is no clone, its history is cut off, or the configuration is not good.
    pub fn open(place: &Where, terminal: &Terminal) -> Result<Self, Failure> {
        let folder = place.repo.clone().unwrap_or_else(|| PathBuf::from("."));
        let clone = GitClone::open(&folder).map_err(|error| match error {
            GitError::Failed { .. } => {
                Failure::caused(Exit::NotFound, Notice::new("TW-V020").with("path", folder.display()), &error)
            }
            other => git_failed(&other),
        })?;
        if clone.shallow {
            return Err(Failure::new(Exit::Failed, Notice::new("TW-V021")));
        }
        let remote = match &place.remote {
            Some(name) if name.starts_with('-') || !is_remote(&clone, name)? => {
                return Err(Failure::new(Exit::Usage, Notice::new("TW-V022").with("remote", name)));
            }
            Some(named) => Some(named.clone()),
            None => clone.usual_remote().map_err(|error| git_failed(&error))?,
        };
        let rules = Rules::find(&clone, remote.as_deref(), place.repository.as_deref(), terminal)?;
        let mut notes: Vec<Notice> = rules.note.iter().cloned().collect();
        let own = clone.own_refs().map_err(|error| git_failed(&error))?;
        let refs = remote_refs(&clone, remote.as_deref(), place.offline, &own, &mut notes)?;
        let branch = clone.branch().map_err(|error| git_failed(&error))?;
        Ok(Self { clone, remote, refs, own, branch, rules, notes })
    }

    /// Returns the commit that a revision names.
    ///
    /// # Errors
    /// There is no such commit.
    pub fn commit(&self, revision: &str) -> Result<ObjectId, Failure> {
        let found = self.clone.commit(revision).map_err(|error| git_failed(&error))?;
        found.ok_or_else(|| Failure::new(Exit::NotFound, Notice::new("TW-V023").with("revision", revision)))
    }

    /// Returns the branch whose tip `head` is here, when the remote does not have it yet and could take it as it is.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn unpushed(&self, head: &ObjectId) -> Result<Option<String>, Failure> {
        let Some(branch) = self.branch.as_ref().filter(|branch| self.own.heads.get(*branch) == Some(head))
        else {
            return Ok(None);
        };
        let policy = &self.rules.policy;
        if *branch != policy.main && !policy.is_hotfix(branch) {
            return Ok(None);
        }
        match self.refs.heads.get(branch) {
            Some(there) if there == head => Ok(None),
            Some(there) => {
                let model = self.model(&self.refs)?;
                // What the clone does not have cannot be an ancestor of what it has.
                let behind = model.is_ancestor(there, head).unwrap_or(false);
                Ok(behind.then(|| branch.clone()))
            }
            None => Ok(Some(branch.clone())),
        }
    }

    /// Returns the picture of a remote that has these refs.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn model(&self, refs: &Refs) -> Result<Model, Failure> {
        Model::new(&self.clone, refs).map_err(|error| git_failed(&error))
    }

    /// Returns how the remote is called in a command line.
    pub fn remote_name(&self) -> &str {
        self.remote.as_deref().unwrap_or("origin")
    }
}

/// Returns whether a remote has this name, or the name can be an address.
fn is_remote(clone: &GitClone, name: &str) -> Result<bool, Failure> {
    let address = name.contains(['/', ':']) || Path::new(name).exists();
    Ok(address || clone.address(name).map_err(|error| git_failed(&error))? != name)
}

fn remote_refs(
    clone: &GitClone,
    remote: Option<&str>,
    offline: bool,
    own: &Refs,
    notes: &mut Vec<Notice>,
) -> Result<Refs, Failure> {
    let Some(remote) = remote else {
        notes.push(Notice::new("TW-V024"));
        return Ok(own.clone());
    };
    if !offline {
        match clone.ask_refs(remote) {
            Ok(refs) => return Ok(refs),
            Err(error) => {
                let why = error.to_string();
                notes.push(
                    Notice::new("TW-V025").with("remote", rules::without_login(remote)).with("why", why),
                );
            }
        }
    }
    clone.seen_refs(remote).map_err(|error| git_failed(&error))
}

/// Says why git could not help.
pub fn git_failed(error: &GitError) -> Failure {
    Failure::caused(Exit::Failed, Notice::new(error.id()), error)
}
