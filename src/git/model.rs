//! A throw-away picture of the remote: its refs over the clone's objects, so that the door's own rules can be asked
//! before anything is made or pushed.
//!
//! It is a bare repository in a private folder that borrows the clone's objects and vanishes with the value. What is
//! tried in it (a tag that may never exist) leaves nothing behind in the clone.
//!
//! Races: (a) killed in the middle: a folder of a few kilobytes stays among the temporary files; (b) the clone is
//! repacked meanwhile: git keeps objects that are in use for two weeks.

use std::fs::{self, DirBuilder};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Reference, Repository, Signature};
use jiff::Timestamp;

use super::clone::{Clone, Refs};
use super::mirror::{LARGEST_FILE, object_id, oid};
use super::{GitError, Objects, Standpoint, Update, facts};
use crate::domain::names::ObjectId;
use crate::domain::tag_policy::{Judged, Policy};

/// The picture.
pub struct Model {
    folder: PathBuf,
    pub(super) repository: Repository,
    /// The refs of the remote whose objects the clone does not have, by full name.
    pub lacking: Vec<String>,
}

impl Model {
    /// Makes a picture in which `refs` are all refs.
    ///
    /// # Errors
    /// The temporary folder cannot be used, or the clone's objects cannot be read.
    pub fn new(clone: &Clone, refs: &Refs) -> Result<Self, GitError> {
        if clone.format != "sha1" {
            return Err(GitError::Unsupported("SHA-256 object ids"));
        }
        let folder = private_folder()?;
        lay_out(&folder, &clone.objects)
            .map_err(|source| GitError::Folder { path: folder.clone(), source })?;
        let repository = Repository::open_bare(&folder)?;
        let mut model = Self { folder, repository, lacking: Vec::new() };
        model.write_refs(refs)?;
        Ok(model)
    }

    fn write_refs(&mut self, refs: &Refs) -> Result<(), GitError> {
        let heads = refs.heads.iter().map(|(name, id)| (format!("refs/heads/{name}"), id));
        let tags = refs.tags.iter().map(|(name, id)| (format!("refs/tags/{name}"), id));
        let mut all: Vec<(String, &ObjectId)> =
            heads.chain(tags).filter(|(name, _)| Reference::is_valid_name(name)).collect();
        all.sort();
        let odb = self.repository.odb()?;
        let mut packed = String::new();
        let mut lacking = Vec::new();
        for (name, id) in all {
            if odb.exists(oid(id)?) {
                packed.push_str(&format!("{id} {name}\n"));
            } else {
                lacking.push(name);
            }
        }
        let path = self.folder.join("packed-refs");
        fs::write(&path, packed).map_err(|source| GitError::Folder { path, source })?;
        self.lacking = lacking;
        Ok(())
    }

    /// Writes a text into the picture's folder, for git to read, and returns where it stands.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn keep(&self, name: &str, text: &str) -> Result<PathBuf, GitError> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(|source| GitError::Folder { path: path.clone(), source })?;
        Ok(path)
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns where a commit lies.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn standpoint(&self, commit: &ObjectId, policy: &Policy) -> Result<Standpoint, GitError> {
        facts::standpoint(&Objects::bare(&self.folder)?, commit, policy)
    }

    /// Returns where each of these commits lies.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn standpoints(&self, commits: &[ObjectId], policy: &Policy) -> Result<Vec<Standpoint>, GitError> {
        facts::standpoints(&Objects::bare(&self.folder)?, commits, policy)
    }

    /// Judges a push as the door would.
    ///
    /// # Errors
    /// Something cannot be read; nothing is known then.
    pub fn judge(&self, updates: &[Update], policy: &Policy) -> Result<Vec<Judged>, GitError> {
        facts::judge_push(&Objects::bare(&self.folder)?, updates, policy)
    }

    /// Makes the annotated tag object that git would make, but for its signature; it stays in the picture.
    ///
    /// # Errors
    /// The object cannot be written.
    pub fn try_tag(
        &self,
        name: &str,
        commit: &ObjectId,
        message: &str,
        at: Timestamp,
    ) -> Result<ObjectId, GitError> {
        let target = self.repository.find_object(oid(commit)?, Some(ObjectType::Commit))?;
        let tagger = Signature::new("tagger", "tagger@localhost", &git2::Time::new(at.as_second(), 0))?;
        object_id(self.repository.tag_annotation_create(name, &target, &tagger, message)?)
    }

    /// Returns whether `descendant` is `ancestor` or contains it.
    ///
    /// # Errors
    /// One of them is not there.
    pub fn is_ancestor(&self, ancestor: &ObjectId, descendant: &ObjectId) -> Result<bool, GitError> {
        let (ancestor, descendant) = (oid(ancestor)?, oid(descendant)?);
        Ok(ancestor == descendant || self.repository.graph_descendant_of(descendant, ancestor)?)
    }

    /// Returns the commit that a tag object, or a commit, leads to.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn commit_of(&self, object: &ObjectId) -> Result<Option<ObjectId>, GitError> {
        let object = self.repository.find_object(oid(object)?, None)?;
        match object.peel(ObjectType::Commit) {
            Ok(commit) => object_id(commit.id()).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// Returns when a tag object was made, in seconds; `None` when it does not say, as a lightweight tag.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn made_at(&self, object: &ObjectId) -> Result<Option<i64>, GitError> {
        let object = self.repository.find_object(oid(object)?, None)?;
        Ok(object.as_tag().and_then(|tag| tag.tagger().map(|tagger| tagger.when().seconds())))
    }

    /// Returns a regular file at a commit; `None` when there is none, or it is too large.
    ///
    /// # Errors
    /// The commit cannot be read.
    pub fn file(&self, commit: &ObjectId, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        self.file_at(oid(commit)?, path)
    }

    pub(super) fn file_at(&self, commit: Oid, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let tree = self.repository.find_commit(commit)?.tree()?;
        let Ok(entry) = tree.get_path(Path::new(path)) else { return Ok(None) };
        if !matches!(entry.filemode(), 0o100_644 | 0o100_755) {
            return Ok(None);
        }
        let blob = self.repository.find_blob(entry.id())?;
        Ok((blob.size() <= LARGEST_FILE).then(|| blob.content().to_vec()))
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // What cannot be removed is cleaned up with the other temporary files.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Makes a folder that nobody else can enter, under a name that nobody can guess.
fn private_folder() -> Result<PathBuf, GitError> {
    let mut random = [0_u8; 12];
    getrandom::fill(&mut random).map_err(|error| GitError::Odd(format!("no random numbers: {error}")))?;
    let path = std::env::temp_dir().join(format!("tagwarden-{}", hex::encode(random)));
    DirBuilder::new()
        .mode(0o700)
        .create(&path)
        .map_err(|source| GitError::Folder { path: path.clone(), source })?;
    Ok(path)
}

fn lay_out(folder: &Path, objects: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder.join("objects/info"))?;
    fs::create_dir_all(folder.join("refs"))?;
    fs::write(folder.join("HEAD"), "ref: refs/heads/tagwarden-nothing\n")?;
    fs::write(folder.join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n")?;
    let mut alternates = objects.as_os_str().as_bytes().to_vec();
    alternates.push(b'\n');
    fs::write(folder.join("objects/info/alternates"), alternates)
}
