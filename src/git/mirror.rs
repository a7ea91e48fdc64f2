//! The daemon's own copy of a repository: branches and tags exactly as the forge has them.
//!
//! Races: (a) the forge changes while it is fetched: the next fetch sees it; (b) the daemon is killed in the middle of
//! a fetch: git leaves whole refs or old ones; a lock file that it left is removed before the next fetch, because one
//! daemon alone works on the mirror; (c) the same rollback tag is pushed twice: the object is the same to the bit, and
//! pushing it again changes nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use git2::{ObjectType, Oid, Repository, Signature};
use jiff::Timestamp;

use super::{GitError, command};
use crate::config::Secret;
use crate::domain::names::ObjectId;

/// The longest that a fetch or a push may take: the first fetch of a large repository over a slow line.
const LIMIT: Duration = Duration::from_secs(300);
/// The largest file that is read from a commit, in bytes.
pub const LARGEST_FILE: usize = 4 << 20;

/// A mirror; cheap to clone.
#[derive(Debug, Clone)]
pub struct Mirror(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    url: String,
    token: Option<Secret>,
}

/// A tag as it stands in the mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorTag {
    /// The name without `refs/tags/`, any bytes.
    pub name: Vec<u8>,
    /// What the ref points at.
    pub object: ObjectId,
    /// The commit behind it, if there is one.
    pub commit: Option<ObjectId>,
}

impl MirrorTag {
    /// Returns the full ref name; bytes that are no UTF-8 are shown as such.
    pub fn full_ref(&self) -> String {
        format!("refs/tags/{}", String::from_utf8_lossy(&self.name))
    }
}

impl Mirror {
    /// Returns the mirror of `url` in `folder`; `token` is sent to that address alone. Nothing is touched yet.
    pub fn new(folder: PathBuf, url: String, token: Option<Secret>) -> Self {
        Self(Arc::new(Inner { folder, url, token }))
    }

    /// Returns the folder, a bare repository.
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Makes branches and tags here exactly what they are on the forge.
    ///
    /// # Errors
    /// The forge cannot be reached, or the folder cannot be used.
    pub fn fetch(&self) -> Result<(), GitError> {
        self.prepare()?;
        let mut git = self.git();
        // Nobody else works on the mirror: what git tidies up is done before the fetch ends.
        git.args(["-c", "gc.autoDetach=false", "-c", "maintenance.autoDetach=false"]);
        git.args(["fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--end-of-options"])
            .arg(&self.0.url)
            .args(["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]);
        command::run(git, "fetch", LIMIT).map(|_| ())
    }

    /// Returns every tag.
    ///
    /// # Errors
    /// The mirror cannot be read.
    pub fn list_tags(&self) -> Result<Vec<MirrorTag>, GitError> {
        let repository = self.open()?;
        let mut tags = Vec::new();
        for reference in repository.references_glob("refs/tags/*")? {
            let reference = reference?;
            let Some(target) = reference.target() else { continue };
            let name = reference.name_bytes().strip_prefix(b"refs/tags/").unwrap_or_default().to_vec();
            let commit =
                reference.peel(ObjectType::Commit).ok().map(|commit| object_id(commit.id())).transpose()?;
            tags.push(MirrorTag { name, object: object_id(target)?, commit });
        }
        Ok(tags)
    }

    /// Returns a regular file at a commit; `None` when there is none, or it is larger than [`LARGEST_FILE`].
    ///
    /// # Errors
    /// The mirror cannot be read.
    pub fn read_file(&self, commit: &ObjectId, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let repository = self.open()?;
        let tree = repository.find_commit(oid(commit)?)?.tree()?;
        let Ok(entry) = tree.get_path(Path::new(path)) else { return Ok(None) };
        // A link or a folder is not the file that people mean.
        if !matches!(entry.filemode(), 0o100_644 | 0o100_755) {
            return Ok(None);
        }
        let blob = repository.find_blob(entry.id())?;
        Ok((blob.size() <= LARGEST_FILE).then(|| blob.content().to_vec()))
    }

    /// Returns whether `descendant` is `ancestor` or contains it.
    ///
    /// # Errors
    /// One of them is not in the mirror.
    pub fn is_ancestor(&self, ancestor: &ObjectId, descendant: &ObjectId) -> Result<bool, GitError> {
        if ancestor == descendant {
            return Ok(true);
        }
        let repository = self.open()?;
        Ok(repository.graph_descendant_of(oid(descendant)?, oid(ancestor)?)?)
    }

    /// Makes the annotated tag `name` on `commit` and pushes it; the same call makes the same object again.
    ///
    /// # Errors
    /// The forge refuses it, cannot be reached, or has another tag of that name.
    pub fn push_tag(
        &self,
        name: &str,
        commit: &ObjectId,
        message: &str,
        at: Timestamp,
    ) -> Result<ObjectId, GitError> {
        let object = {
            let repository = self.open()?;
            let target = repository.find_object(oid(commit)?, Some(ObjectType::Commit))?;
            let tagger =
                Signature::new("tagwarden", "tagwarden@localhost", &git2::Time::new(at.as_second(), 0))?;
            object_id(repository.tag_annotation_create(name, &target, &tagger, message)?)?
        };
        let full = format!("refs/tags/{name}");
        let mut git = self.git();
        git.args(["push", "--quiet", "--end-of-options"]).arg(&self.0.url).arg(format!("{object}:{full}"));
        match command::run(git, "push", LIMIT) {
            Ok(_) => Ok(object),
            Err(GitError::Failed { said, .. }) if said.contains("already exists") => {
                Err(GitError::TagExists(name.to_owned()))
            }
            Err(GitError::Failed { said, .. }) if said.contains("rejected") || said.contains("declined") => {
                Err(GitError::Refused { said })
            }
            Err(error) => Err(error),
        }
    }

    /// Opens the mirror for reading.
    pub(super) fn open(&self) -> Result<Repository, GitError> {
        Ok(Repository::open_bare(&self.0.folder)?)
    }

    fn git(&self) -> std::process::Command {
        let mut git = command::git(&self.0.folder);
        if let Some(token) = &self.0.token {
            command::authorise(&mut git, &self.0.url, token);
        }
        git
    }

    fn prepare(&self) -> Result<(), GitError> {
        let folder = &self.0.folder;
        let unusable = |source| GitError::Folder { path: folder.clone(), source };
        if !folder.join("HEAD").exists() {
            std::fs::create_dir_all(folder).map_err(unusable)?;
            let mut git = command::git(folder);
            git.args(["init", "--quiet", "--bare", "."]);
            command::run(git, "init", LIMIT)?;
        }
        remove_locks(folder).map_err(unusable)
    }
}

/// Removes every lock that a killed git left: one on a single ref would keep all of them from being fetched.
fn remove_locks(folder: &Path) -> std::io::Result<()> {
    let mut open = vec![folder.to_owned()];
    while let Some(inside) = open.pop() {
        for entry in std::fs::read_dir(&inside)? {
            let entry = entry?;
            let name = entry.file_name();
            let loose_objects = name.len() == 2 && inside.ends_with("objects");
            if entry.file_type()?.is_dir() {
                if !loose_objects {
                    open.push(entry.path());
                }
            } else if Path::new(&name).extension().is_some_and(|extension| extension == "lock") {
                match std::fs::remove_file(entry.path()) {
                    Ok(()) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
    Ok(())
}

/// Returns the id that libgit2 gave, as ours.
pub(super) fn object_id(id: Oid) -> Result<ObjectId, GitError> {
    ObjectId::parse(&id.to_string()).map_err(|error| GitError::Odd(error.to_string()))
}

/// Returns our id, as libgit2's.
pub(super) fn oid(id: &ObjectId) -> Result<Oid, GitError> {
    Ok(Oid::from_str(id.as_str())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn run(folder: &Path, args: &[&str]) {
        let mut git = command::git(folder);
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "Ada").env(format!("GIT_{role}_EMAIL"), "ada@example.org");
        }
        assert!(git.args(args).status().unwrap().success(), "{args:?}");
    }

    fn forge() -> (tempfile::TempDir, Mirror) {
        let world = tempfile::tempdir().unwrap();
        let forge = world.path().join("forge.git");
        std::fs::create_dir(&forge).unwrap();
        run(&forge, &["init", "-q", "--bare", "-b", "main"]);
        let work = world.path().join("work");
        assert!(
            Command::new("git").args(["init", "-q", "-b", "main"]).arg(&work).status().unwrap().success()
        );
        run(&work, &["commit", "-q", "--allow-empty", "-m", "feat: first"]);
        run(&work, &["tag", "-am", "Release v1.0.0", "v1.0.0"]);
        run(&work, &["push", "-q", forge.to_str().unwrap(), "main", "v1.0.0"]);
        let mirror = Mirror::new(world.path().join("mirror.git"), forge.to_string_lossy().into_owned(), None);
        (world, mirror)
    }

    #[test]
    fn a_mirror_has_what_the_forge_has_and_no_more() {
        let (world, mirror) = forge();
        mirror.fetch().unwrap();
        let tags = mirror.list_tags().unwrap();
        assert_eq!(tags.len(), 1);
        assert_eq!(tags[0].full_ref(), "refs/tags/v1.0.0");
        assert_ne!(
            Some(&tags[0].object),
            tags[0].commit.as_ref(),
            "an annotated tag is an object of its own"
        );
        run(&world.path().join("forge.git"), &["tag", "-d", "v1.0.0"]);
        mirror.fetch().unwrap();
        assert!(mirror.list_tags().unwrap().is_empty());
    }

    #[test]
    fn locks_that_a_killed_git_left_keep_nothing_from_being_fetched() {
        let (world, mirror) = forge();
        mirror.fetch().unwrap();
        let work = world.path().join("work");
        run(&work, &["commit", "-q", "--allow-empty", "-m", "fix: more"]);
        run(&work, &["tag", "-am", "Release v1.0.1", "v1.0.1"]);
        run(&work, &["push", "-q", world.path().join("forge.git").to_str().unwrap(), "main", "v1.0.1"]);
        for lock in ["HEAD.lock", "packed-refs.lock", "refs/heads/main.lock", "refs/tags/v1.0.1.lock"] {
            std::fs::write(mirror.folder().join(lock), "").unwrap();
        }
        std::fs::write(mirror.folder().join("objects/maintenance.lock"), "").unwrap();
        mirror.fetch().unwrap();
        assert_eq!(mirror.list_tags().unwrap().len(), 2);
        assert!(!mirror.folder().join("objects/maintenance.lock").exists());
    }

    #[test]
    fn the_same_rollback_tag_may_be_pushed_twice_and_another_one_may_not() {
        let (_world, mirror) = forge();
        mirror.fetch().unwrap();
        let commit = mirror.list_tags().unwrap()[0].commit.clone().unwrap();
        let push =
            |message: &str| mirror.push_tag("v1.1.0-rollback", &commit, message, Timestamp::UNIX_EPOCH);
        let first = push("back").unwrap();
        assert_eq!(push("back").unwrap(), first);
        assert!(matches!(push("something else"), Err(GitError::TagExists(_) | GitError::Refused { .. })));
    }

    #[test]
    fn a_forge_that_is_away_is_an_error_that_may_pass() {
        let world = tempfile::tempdir().unwrap();
        let gone = world.path().join("gone.git").to_string_lossy().into_owned();
        let error = Mirror::new(world.path().join("mirror.git"), gone, None).fetch().unwrap_err();
        assert!(!error.is_permanent(), "{error}");
    }
}
