//! What happened since the last release, and which shipped hotfixes a commit lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use git2::{Oid, Sort};
use jiff::Timestamp;

use super::mirror::{object_id, oid};
use super::model::Model;
use super::{GitError, Standpoint, command};
use crate::domain::changelog::Changelog;
use crate::domain::names::ObjectId;
use crate::domain::proposal::Commit;
use crate::domain::proposal::message;
use crate::domain::tag_policy::PlaceFact;

/// How long the comparison of one hotfix with main may take.
const COMPARE: Duration = Duration::from_secs(30);
/// The most hotfix lines that are compared; older ones have been looked at by every plan before this one.
const MOST_LINES: usize = 30;

/// Returns the commits of `head` that are in no stable release, newest first, each with the entries that it added to
/// the changelog.
///
/// # Errors
/// The history cannot be read.
pub fn since_release(
    model: &Model,
    head: &ObjectId,
    standpoint: &Standpoint,
    changelog: Option<&str>,
) -> Result<Vec<Commit>, GitError> {
    let mut walk = model.repository.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
    walk.push(oid(head)?)?;
    for released in standpoint.stable.keys() {
        walk.hide(oid(released)?)?;
    }
    walk.map(|id| commit(model, id?, changelog)).collect()
}

fn commit(model: &Model, id: Oid, changelog: Option<&str>) -> Result<Commit, GitError> {
    let found = model.repository.find_commit(id)?;
    let text = String::from_utf8_lossy(found.message_bytes()).into_owned();
    let (subject, body) = text.split_once('\n').unwrap_or((&text, ""));
    let parents: Vec<Oid> = found.parent_ids().collect();
    let entries = match changelog {
        Some(path) => added_entries(model, id, &parents, path)?,
        None => Vec::new(),
    };
    Ok(Commit {
        id: object_id(id)?,
        author: String::from_utf8_lossy(found.author().name_bytes()).into_owned(),
        at: Timestamp::from_second(found.author().when().seconds()).ok(),
        subject: subject.trim().to_owned(),
        body: body.trim().to_owned(),
        message: message::read(&text, parents.len() > 1),
        parents: parents.into_iter().map(object_id).collect::<Result<_, _>>()?,
        entries,
    })
}

/// Returns the entries that a commit's changelog has and none of its parents' has.
fn added_entries(model: &Model, id: Oid, parents: &[Oid], path: &str) -> Result<Vec<String>, GitError> {
    let blob = |commit: Oid| -> Result<Option<Oid>, GitError> {
        let tree = model.repository.find_commit(commit)?.tree()?;
        Ok(tree.get_path(Path::new(path)).ok().map(|entry| entry.id()))
    };
    let own = blob(id)?;
    let before = parents.iter().map(|parent| blob(*parent)).collect::<Result<Vec<_>, _>>()?;
    if own.is_none() || before.contains(&own) {
        return Ok(Vec::new());
    }
    let texts = |commit: Oid| -> Result<BTreeSet<String>, GitError> {
        let bytes = model.file_at(commit, path)?.unwrap_or_default();
        let changelog = Changelog::parse(&bytes);
        let sections = changelog.unreleased().into_iter().chain(changelog.sections());
        Ok(sections.flat_map(|section| section.entries.iter().map(|entry| entry.text.clone())).collect())
    };
    let mut added = texts(id)?;
    for parent in parents {
        for known in texts(*parent)? {
            added.remove(&known);
        }
    }
    Ok(added.into_iter().collect())
}

/// A shipped hotfix that a commit lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// Its version.
    pub version: semver::Version,
    /// The commits without a counterpart, newest first, each with its subject.
    pub commits: Vec<(ObjectId, String)>,
}

/// Returns the newest release of every line that shipped something that `head` lacks, in rising order.
///
/// A commit that was picked over counts as being there: by its change, or because the copy names it.
///
/// # Errors
/// The history cannot be read.
pub fn lacking_hotfixes(
    model: &Model,
    head: &ObjectId,
    main: &str,
    standpoint: &Standpoint,
    changelog: Option<&str>,
) -> Result<Vec<Lacking>, GitError> {
    if standpoint.place != PlaceFact::Main {
        return Ok(Vec::new());
    }
    let mut beside = beside(model, head, main, standpoint)?;
    beside.sort();
    let mut covered = BTreeSet::new();
    let (mut lacking, mut tips) = (Vec::new(), Vec::new());
    for (version, commit) in beside.into_iter().rev().take(MOST_LINES) {
        if covered.contains(&commit) {
            continue;
        }
        // The walk ends where the line meets main, so it is as short as the line.
        let mut walk = model.repository.revwalk()?;
        walk.push(commit)?;
        walk.hide(oid(head)?)?;
        for id in walk {
            covered.insert(id?);
        }
        let commits = without_counterpart(model, head, &object_id(commit)?, changelog)?;
        if !commits.is_empty() {
            lacking.push(Lacking { version, commits });
            tips.push(commit);
        }
    }
    let picked = picked(model, head, tips)?;
    for line in &mut lacking {
        line.commits.retain(|(id, _)| !picked.contains(id.as_str()));
    }
    lacking.retain(|line| !line.commits.is_empty());
    lacking.reverse();
    Ok(lacking)
}

/// Returns the releases that neither stand behind `head` nor later on main.
fn beside(
    model: &Model,
    head: &ObjectId,
    main: &str,
    standpoint: &Standpoint,
) -> Result<Vec<(semver::Version, Oid)>, GitError> {
    let mut beside = BTreeMap::new();
    for (commit, versions) in &standpoint.stable {
        if let Some(version) = versions.iter().max() {
            beside.insert(oid(commit)?, version.clone());
        }
    }
    // One walk for all of them: a question per tag would cost a walk each.
    let mut walk = model.repository.revwalk()?;
    walk.push(oid(head)?)?;
    for id in walk {
        beside.remove(&id?);
        if beside.is_empty() {
            return Ok(Vec::new());
        }
    }
    if let Ok(tip) = model.repository.refname_to_id(&format!("refs/heads/{main}")) {
        let mut later = model.repository.revwalk()?;
        later.push(tip)?;
        later.hide(oid(head)?)?;
        for id in later {
            beside.remove(&id?);
        }
    }
    Ok(beside.into_iter().map(|(commit, version)| (version, commit)).collect())
}

/// Returns the ids that the commits of `head` since the first of these hotfixes left it name as their source:
/// `cherry picked from …`. One walk serves all of them.
fn picked(model: &Model, head: &ObjectId, hotfixes: Vec<Oid>) -> Result<BTreeSet<String>, GitError> {
    if hotfixes.is_empty() {
        return Ok(BTreeSet::new());
    }
    let head = oid(head)?;
    let mut walk = model.repository.revwalk()?;
    walk.push(head)?;
    let all: Vec<Oid> = [head].into_iter().chain(hotfixes).collect();
    if let Ok(left) = model.repository.merge_base_octopus(&all) {
        walk.hide(left)?;
    }
    let mut ids = BTreeSet::new();
    for id in walk {
        let found = model.repository.find_commit(id?)?;
        let text = String::from_utf8_lossy(found.message_bytes()).into_owned();
        for part in text.split("(cherry picked from commit ").skip(1) {
            ids.insert(part.chars().take_while(char::is_ascii_hexdigit).collect());
        }
    }
    Ok(ids)
}

/// Returns the commits of a hotfix whose change `head` does not have; the changelog is not compared, because every
/// line writes its own.
fn without_counterpart(
    model: &Model,
    head: &ObjectId,
    hotfix: &ObjectId,
    changelog: Option<&str>,
) -> Result<Vec<(ObjectId, String)>, GitError> {
    let mut git = command::git(model.folder());
    git.args(["log", "--cherry-pick", "--right-only", "--no-merges", "--format=%H %s"])
        .arg(format!("{head}...{hotfix}"))
        .args(["--", ":(top)"]);
    if let Some(path) = changelog {
        git.arg(format!(":(top,exclude,literal){path}"));
    }
    let printed = command::run(git, "log", COMPARE)?;
    let text = String::from_utf8_lossy(&printed);
    let one = |line: &str| {
        let (id, subject) = line.split_once(' ').unwrap_or((line, ""));
        ObjectId::parse(id).ok().map(|id| (id, subject.to_owned()))
    };
    Ok(text.lines().filter_map(one).collect())
}
