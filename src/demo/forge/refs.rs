//! What stands in a bare repository of the small forge, and how it is made and changed without a push.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use git2::{Commit, DiffOptions, Oid, Repository, RepositoryInitOptions, Signature, Sort, Time};
use jiff::Timestamp;

/// The most commits that a push names, as Forgejo's.
const MOST_COMMITS: usize = 15;

/// The scripts of a real instance's hook folders, as far as they matter here: name, text.
const HOOKS: [(&str, &str); 6] = [
    ("pre-receive", include_str!("hooks/each.sh")),
    ("pre-receive.d/gitea", include_str!("hooks/fine.sh")),
    ("update", include_str!("hooks/fine.sh")),
    ("update.d/gitea", include_str!("hooks/fine.sh")),
    ("post-receive", include_str!("hooks/each.sh")),
    ("post-receive.d/gitea", include_str!("hooks/noted.sh")),
];

/// A tag that was made.
pub struct Made {
    /// What the ref points at.
    pub object: String,
    /// The commit behind it.
    pub commit: String,
}

/// A tag as the API shows it.
pub struct TagFacts {
    pub name: String,
    pub object: String,
    pub commit: String,
    pub message: String,
    /// Seconds since the epoch.
    pub created: i64,
}

/// A commit as a payload shows it.
pub struct CommitFacts {
    pub id: String,
    pub message: String,
    pub author: (String, String),
    pub committer: (String, String),
    pub seconds: i64,
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub modified: Vec<String>,
}

/// Makes an empty bare repository with branch `main` and the hook folders.
pub fn init(path: &Path) -> io::Result<()> {
    let mut options = RepositoryInitOptions::new();
    options.bare(true).mkpath(true).external_template(false).initial_head("main");
    let repository = Repository::init_opts(path, &options).map_err(io::Error::other)?;
    let mut config = repository.config().map_err(io::Error::other)?;
    config.set_bool("receive.advertisePushOptions", true).map_err(io::Error::other)?;
    for (name, text) in HOOKS {
        let file = path.join("hooks").join(name);
        fs::create_dir_all(file.parent().unwrap_or(path))?;
        fs::write(&file, text)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// Returns every branch and tag with what it points at.
pub fn all(path: &Path) -> io::Result<BTreeMap<String, String>> {
    let read = || -> Result<BTreeMap<String, String>, git2::Error> {
        let repository = Repository::open_bare(path)?;
        let mut found = BTreeMap::new();
        for reference in repository.references()? {
            let reference = reference?;
            let Ok(name) = reference.name() else { continue };
            let ours = name.starts_with("refs/heads/") || name.starts_with("refs/tags/");
            if let (true, Some(id)) = (ours, reference.target()) {
                found.insert(name.to_owned(), id.to_string());
            }
        }
        Ok(found)
    };
    read().map_err(io::Error::other)
}

/// Returns the commit that a ref or an id leads to.
pub fn commit_of(path: &Path, name: &str) -> io::Result<String> {
    let read = || -> Result<String, git2::Error> {
        let repository = Repository::open_bare(path)?;
        Ok(repository.revparse_single(name)?.peel_to_commit()?.id().to_string())
    };
    read().map_err(io::Error::other)
}

/// Returns whether a commit has this workflow file.
pub fn has_workflow(path: &Path, commit: &str, file: &str) -> bool {
    let read = || -> Result<(), git2::Error> {
        let repository = Repository::open_bare(path)?;
        let tree = repository.find_commit(Oid::from_str(commit)?)?.tree()?;
        tree.get_path(&Path::new(".forgejo/workflows").join(file)).map(|_| ())
    };
    read().is_ok()
}

/// Returns all tags, the newest first as the API has them.
pub fn tags(path: &Path) -> io::Result<Vec<TagFacts>> {
    let names = all(path)?;
    let names = names.keys().filter_map(|name| name.strip_prefix("refs/tags/"));
    let mut tags: Vec<TagFacts> = names.filter_map(|name| tag(path, name).ok()).collect();
    tags.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| b.name.cmp(&a.name)));
    Ok(tags)
}

/// Returns one tag; fails when there is none or when it leads to no commit.
pub fn tag(path: &Path, name: &str) -> io::Result<TagFacts> {
    let read = || -> Result<TagFacts, git2::Error> {
        let repository = Repository::open_bare(path)?;
        let reference = repository.find_reference(&format!("refs/tags/{name}"))?;
        let id = reference.resolve()?.target().unwrap_or(Oid::ZERO_SHA1);
        let object = repository.find_object(id, None)?;
        let commit = reference.peel_to_commit()?;
        let tag = object.as_tag();
        let message = match tag {
            Some(tag) => tag.message_bytes().map(lossy).unwrap_or_default(),
            None => lossy(commit.message_bytes()),
        };
        let made = tag.and_then(git2::Tag::tagger).map_or(commit.time(), |tagger| tagger.when());
        Ok(TagFacts {
            name: name.to_owned(),
            object: object.id().to_string(),
            commit: commit.id().to_string(),
            message: message.trim_end().to_owned(),
            created: made.seconds(),
        })
    };
    read().map_err(io::Error::other)
}

/// Makes a tag without any hook: annotated with a message, lightweight without.
pub fn make_tag(
    path: &Path,
    name: &str,
    target: &str,
    message: Option<&str>,
    person: &str,
    now: Timestamp,
) -> io::Result<Made> {
    let make = || -> Result<Made, git2::Error> {
        let repository = Repository::open_bare(path)?;
        let commit = repository.revparse_single(target)?.peel_to_commit()?;
        let object = match message {
            Some(message) => {
                let email = format!("{person}@example.org");
                let tagger = Signature::new(person, &email, &Time::new(now.as_second(), 0))?;
                repository.tag(name, commit.as_object(), &tagger, &format!("{message}\n"), false)?
            }
            None => repository.tag_lightweight(name, commit.as_object(), false)?,
        };
        Ok(Made { object: object.to_string(), commit: commit.id().to_string() })
    };
    make().map_err(io::Error::other)
}

/// Deletes a ref without any hook.
pub fn delete(path: &Path, reference: &str) -> io::Result<()> {
    let delete = || Repository::open_bare(path)?.find_reference(reference)?.delete();
    delete().map_err(io::Error::other)
}

/// Returns the commit that `id` leads to, with the files it changed.
pub fn commit_facts(path: &Path, id: &str) -> io::Result<CommitFacts> {
    let read = || -> Result<CommitFacts, git2::Error> {
        let repository = Repository::open_bare(path)?;
        let commit = repository.revparse_single(id)?.peel_to_commit()?;
        facts(&repository, &commit)
    };
    read().map_err(io::Error::other)
}

/// Returns the newest commits that a push brought to a branch, and how many it brought in all.
pub fn brought(path: &Path, before: Option<&str>, after: &str) -> io::Result<(Vec<CommitFacts>, usize)> {
    let read = || -> Result<(Vec<CommitFacts>, usize), git2::Error> {
        let repository = Repository::open_bare(path)?;
        let mut walk = repository.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL)?;
        walk.push(Oid::from_str(after)?)?;
        if let Some(before) = before.and_then(|before| Oid::from_str(before).ok()) {
            // A branch that was pushed by force may have left its old end behind.
            if repository.find_commit(before).is_ok() {
                walk.hide(before)?;
            }
        }
        let ids = walk.collect::<Result<Vec<Oid>, _>>()?;
        let newest = ids.iter().take(MOST_COMMITS);
        let newest = newest.map(|id| facts(&repository, &repository.find_commit(*id)?));
        Ok((newest.collect::<Result<Vec<_>, _>>()?, ids.len()))
    };
    read().map_err(io::Error::other)
}

fn facts(repository: &Repository, commit: &Commit<'_>) -> Result<CommitFacts, git2::Error> {
    let parent = commit.parent(0).ok().map(|parent| parent.tree()).transpose()?;
    let options = &mut DiffOptions::new();
    let diff = repository.diff_tree_to_tree(parent.as_ref(), Some(&commit.tree()?), Some(options))?;
    let (mut added, mut removed, mut modified) = (Vec::new(), Vec::new(), Vec::new());
    for delta in diff.deltas() {
        let path = delta.new_file().path().map(|path| path.to_string_lossy().into_owned());
        let list = match delta.status() {
            git2::Delta::Added => &mut added,
            git2::Delta::Deleted => &mut removed,
            _ => &mut modified,
        };
        list.extend(path);
    }
    let person = |by: Signature<'_>| (lossy(by.name_bytes()), lossy(by.email_bytes()));
    Ok(CommitFacts {
        id: commit.id().to_string(),
        message: lossy(commit.message_bytes()),
        author: person(commit.author()),
        committer: person(commit.committer()),
        seconds: commit.time().seconds(),
        added,
        removed,
        modified,
    })
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
