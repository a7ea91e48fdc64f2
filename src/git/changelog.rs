//! What does the changelog at a commit say of a version?
//!
//! Thousands of tags often share one text, so every text is parsed once.

use std::collections::{BTreeMap, HashMap};

use super::GitError;
use super::graph::tree_of;
use super::id::Id;
use super::mirror::LARGEST_FILE;
use super::objects::{ObjectKind, Objects, Raw};
use crate::domain::changelog::Changelog;
use crate::domain::tag_policy::ChangelogFact;

/// The most bytes of one folder that are read; a folder of a hundred thousand files has a tenth.
const LARGEST_FOLDER: usize = 64 << 20;
/// The most texts that are remembered.
const MOST_TEXTS: usize = 64;

/// The changelogs of a repository, at any commit.
pub struct Changelogs<'o> {
    objects: &'o Objects,
    path: Option<&'o str>,
    /// For each text: how many sections a version has, and whether the first has a date.
    texts: HashMap<Id, BTreeMap<semver::Version, (usize, bool)>>,
    /// For each folder: the file that the path leads to.
    folders: HashMap<Id, Option<Id>>,
}

impl<'o> Changelogs<'o> {
    /// Returns the changelogs at `path`; `None` switches all looks off.
    pub fn new(objects: &'o Objects, path: Option<&'o str>) -> Self {
        Self { objects, path, texts: HashMap::new(), folders: HashMap::new() }
    }

    /// Returns what the changelog at a commit says of a version.
    ///
    /// # Errors
    /// The commit or the file cannot be read, or the file is too large.
    pub fn look(&mut self, commit: Id, version: &semver::Version) -> Result<ChangelogFact, GitError> {
        let Some(path) = self.path else { return Ok(ChangelogFact::Off) };
        let Some(file) = self.find(commit, path)? else { return Ok(ChangelogFact::Missing) };
        if !self.texts.contains_key(&file) {
            let bytes = match self.objects.read(file, LARGEST_FILE)? {
                Raw::Whole(ObjectKind::Blob, bytes) => bytes,
                Raw::Large(_) => {
                    return Err(GitError::Odd(format!("`{path}` is larger than {LARGEST_FILE} bytes")));
                }
                Raw::Whole(..) | Raw::Missing => {
                    return Err(GitError::Odd(format!("`{path}` at {commit} is missing")));
                }
            };
            if self.texts.len() >= MOST_TEXTS {
                self.texts.clear();
            }
            self.texts.insert(file, sections(&Changelog::parse(&bytes)));
        }
        let found = self.texts.get(&file).and_then(|sections| sections.get(version));
        Ok(match found {
            None => ChangelogFact::NoSection,
            Some((1, true)) => ChangelogFact::Good,
            Some((1, false)) => ChangelogFact::Undated,
            Some(_) => ChangelogFact::Twice,
        })
    }

    /// Returns the regular file at the path; a link or a folder is not the file that people mean.
    fn find(&mut self, commit: Id, path: &str) -> Result<Option<Id>, GitError> {
        let odd = |what: &str| GitError::Odd(format!("{what} of {commit} cannot be read"));
        let Raw::Whole(ObjectKind::Commit, bytes) = self.objects.commit_or_other(commit)? else {
            return Err(odd("the commit"));
        };
        let root = tree_of(&bytes).ok_or_else(|| odd("the tree"))?;
        if let Some(found) = self.folders.get(&root) {
            return Ok(*found);
        }
        let mut at = root;
        let mut parts = path.split('/').peekable();
        let mut found = None;
        while let Some(part) = parts.next() {
            let Raw::Whole(ObjectKind::Tree, bytes) = self.objects.read(at, LARGEST_FOLDER)? else {
                return Err(odd("a folder"));
            };
            let entry = entry(&bytes, part.as_bytes(), root.as_bytes().len());
            match (entry, parts.peek().is_some()) {
                (Some((b"40000", id)), true) => at = id,
                (Some((b"100644" | b"100755" | b"100664", id)), false) => found = Some(id),
                (Some(_) | None, _) => break,
            }
        }
        self.folders.insert(root, found);
        Ok(found)
    }
}

fn sections(changelog: &Changelog) -> BTreeMap<semver::Version, (usize, bool)> {
    let mut found = BTreeMap::new();
    for section in changelog.sections() {
        if let Some(version) = &section.version {
            found.entry(version.clone()).or_insert((0, section.date.is_some())).0 += 1;
        }
    }
    found
}

/// Returns mode and id of an entry of a tree: `mode name\0id`, one behind the other.
fn entry<'b>(mut tree: &'b [u8], name: &[u8], id_length: usize) -> Option<(&'b [u8], Id)> {
    loop {
        let space = tree.iter().position(|byte| *byte == b' ')?;
        let end = space + tree[space..].iter().position(|byte| *byte == 0)?;
        let id = tree.get(end + 1..end + 1 + id_length)?;
        if &tree[space + 1..end] == name {
            return Some((&tree[..space], Id::from_bytes(id)?));
        }
        tree = &tree[end + 1 + id_length..];
    }
}
