//! Reads objects and refs of a repository, quarantine included, by libgit2 or, where that cannot, by `git` itself.
//!
//! libgit2 reads neither SHA-256 repositories nor reftable. Those are read through `git cat-file --batch`: slower, but
//! by the same rules, because everything above this file sees bytes only. Replacement refs play no part either way.
//!
//! Races: (a) the repository is packed while it is read: both ways look again for what has moved; (b) the child ends
//! early: the next read finds the end of its output and says so.

use std::path::Path;

use git2::{ErrorCode, ObjectType, Repository};

use super::GitError;
use super::batch::Batch;
use super::id::Id;

/// A repository that can be read.
pub struct Objects(Way);

enum Way {
    Library(Repository),
    Program(Batch),
}

/// What kind of object an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// A blob.
    Blob,
    /// A tag object.
    Tag,
}

/// An object as it was read.
#[derive(Debug)]
pub enum Raw {
    /// There is no such object.
    Missing,
    /// It is larger than was asked for.
    Large(ObjectKind),
    /// All of it.
    Whole(ObjectKind, Vec<u8>),
}

/// A ref: its full name, and what it points at.
pub struct Pointer {
    /// The full name, any bytes.
    pub name: Vec<u8>,
    /// What it points at.
    pub target: Id,
    /// What is behind the tag object, when the repository has that written down.
    pub peeled: Option<Id>,
}

impl ObjectKind {
    /// Returns the kind with git's name for it.
    pub fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"commit" => Some(Self::Commit),
            b"tree" => Some(Self::Tree),
            b"blob" => Some(Self::Blob),
            b"tag" => Some(Self::Tag),
            _ => None,
        }
    }

    /// Returns git's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }
}

impl Objects {
    /// Opens the repository that a hook runs in, with what is being pushed.
    ///
    /// # Errors
    /// Neither way can read it; what it uses is named when that is why.
    pub fn from_environment() -> Result<Self, GitError> {
        Self::open(Repository::open_from_env(), Batch::from_environment, Path::new("."))
    }

    /// Opens a bare repository.
    ///
    /// # Errors
    /// As [`Objects::from_environment`].
    pub fn bare(folder: &Path) -> Result<Self, GitError> {
        Self::open(Repository::open_bare(folder), || Batch::bare(folder), folder)
    }

    fn open(
        opened: Result<Repository, git2::Error>,
        otherwise: impl FnOnce() -> Result<Batch, GitError>,
        folder: &Path,
    ) -> Result<Self, GitError> {
        let error = match opened {
            Ok(repository) => return Ok(Self(Way::Library(repository))),
            Err(error) => error,
        };
        if error.code() == ErrorCode::NotFound {
            return Err(GitError::Read(error));
        }
        match otherwise() {
            Ok(batch) => Ok(Self(Way::Program(batch))),
            Err(_) => Err(unsupported(error, folder)),
        }
    }

    /// Returns an object, unless it has more than `most` bytes.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn read(&self, id: Id, most: usize) -> Result<Raw, GitError> {
        match &self.0 {
            Way::Program(batch) => batch.read(id, most),
            Way::Library(repository) => {
                let (odb, oid) = (repository.odb()?, id.oid()?);
                match odb.read_header(oid) {
                    Ok((size, kind)) if size > most => Ok(Raw::Large(kind_of(kind)?)),
                    Ok(_) => self.commit_or_other(id),
                    Err(error) if error.code() == ErrorCode::NotFound => Ok(Raw::Missing),
                    Err(error) => Err(error.into()),
                }
            }
        }
    }

    /// Returns an object whatever its size: for walks, which read commits by the thousand.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn commit_or_other(&self, id: Id) -> Result<Raw, GitError> {
        match &self.0 {
            Way::Program(batch) => batch.read(id, usize::MAX),
            Way::Library(repository) => match repository.odb()?.read(id.oid()?) {
                Ok(object) => Ok(Raw::Whole(kind_of(object.kind())?, object.data().to_vec())),
                Err(error) if error.code() == ErrorCode::NotFound => Ok(Raw::Missing),
                Err(error) => Err(error.into()),
            },
        }
    }

    /// Returns the refs below a folder such as `refs/tags`.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn refs(&self, folder: &'static str) -> Result<Vec<Pointer>, GitError> {
        let repository = match &self.0 {
            Way::Program(batch) => return batch.refs(folder),
            Way::Library(repository) => repository,
        };
        let mut found = Vec::new();
        for reference in repository.references_glob(&format!("{folder}/*"))? {
            let reference = reference?;
            // A symbolic ref that leads nowhere is no ref.
            let Ok(resolved) = reference.resolve() else { continue };
            let Some(target) = resolved.target() else { continue };
            let peeled = resolved.target_peel().map(Id::from);
            found.push(Pointer { name: reference.name_bytes().to_vec(), target: target.into(), peeled });
        }
        Ok(found)
    }
}

fn kind_of(kind: ObjectType) -> Result<ObjectKind, GitError> {
    ObjectKind::named(kind.str().as_bytes())
        .ok_or_else(|| GitError::Odd(format!("an object is a {}", kind.str())))
}

/// Names what makes a repository unreadable, when that is why it cannot be opened.
fn unsupported(error: git2::Error, folder: &Path) -> GitError {
    let config = std::fs::read_to_string(folder.join("config")).unwrap_or_default().to_ascii_lowercase();
    let config: String = config.chars().filter(|character| *character != ' ').collect();
    if config.contains("refstorage=reftable") {
        return GitError::Unsupported("reftable");
    }
    if config.contains("objectformat=sha256") {
        return GitError::Unsupported("SHA-256 object ids");
    }
    GitError::Read(error)
}
