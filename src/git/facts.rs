//! Gathers the facts about tags from a repository, and lets the rules judge them.
//!
//! The hook and the daemon come through here, so that both judge alike: the hook with the pushed objects still in
//! quarantine, the daemon with its mirror. History is walked only as far as the last release: a walk stops at every
//! commit that carries a stable tag.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use git2::{ErrorCode, ObjectType, Oid, Repository};

use super::GitError;
use super::mirror::{LARGEST_FILE, Mirror, MirrorTag, object_id, oid};
use crate::domain::changelog::Changelog;
use crate::domain::names::ObjectId;
use crate::domain::notice::Notice;
use crate::domain::tag_policy::{
    ChangelogFact, Judged, Known, ObjectFact, PlaceFact, Policy, TagFacts, judge, name,
};
use crate::domain::version::{Tag, TagKind};

/// One ref that a push wants to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The full ref name, any bytes.
    pub name: Vec<u8>,
    /// What it is to point at; `None` = it is to be deleted.
    pub new: Option<ObjectId>,
}

/// From so many tags on, one walk over main costs less than a question per tag.
const MANY_TAGS: usize = 16;

/// Returns the repository that a hook runs in, with what is being pushed.
///
/// # Errors
/// It cannot be opened, or uses something that cannot be read.
pub fn open_quarantine() -> Result<Repository, GitError> {
    Repository::open_from_env().map_err(|error| unsupported(error, Path::new(".")))
}

/// Names what makes a repository unreadable, when that is why it cannot be opened.
fn unsupported(error: git2::Error, folder: &Path) -> GitError {
    let config = std::fs::read_to_string(folder.join("config")).unwrap_or_default().to_ascii_lowercase();
    if config.contains("objectformat = sha256") || config.contains("objectformat=sha256") {
        return GitError::Unsupported("SHA-256 object ids");
    }
    if config.contains("refstorage = reftable") || config.contains("refstorage=reftable") {
        return GitError::Unsupported("reftable");
    }
    GitError::Read(error)
}

/// Judges every tag of a push together, in rising order, each seeing the lawful ones before it; refs that are no tags
/// of ours are left out.
///
/// # Errors
/// The repository cannot be read; nothing is known then.
pub fn judge_push(
    repository: &Repository,
    updates: &[Update],
    policy: &Policy,
) -> Result<Vec<Judged>, GitError> {
    let tags: Vec<(Tag, Option<ObjectId>)> = updates
        .iter()
        .filter_map(|update| {
            let short = update.name.strip_prefix(b"refs/tags/")?;
            Some((name(short, policy)?.ok()?, update.new.clone()))
        })
        .collect();
    let pushed: BTreeSet<&str> = tags.iter().map(|(tag, _)| tag.name()).collect();
    let mut scene = Scene::new(repository, policy, updates, &|name| pushed.contains(name), tags.len())?;
    scene.judge_all(tags, true)
}

/// Judges a tag that stands in the mirror as if it were being pushed now; the tags in `unseen` (itself among them)
/// count as not being there yet.
///
/// # Errors
/// The mirror cannot be read.
pub fn judge_mirror(
    mirror: &Mirror,
    tag: &MirrorTag,
    policy: &Policy,
    unseen: &BTreeSet<Vec<u8>>,
) -> Result<Vec<Notice>, GitError> {
    let Some(Ok(parsed)) = name(&tag.name, policy) else { return Ok(Vec::new()) };
    let repository = mirror.open().map_err(|error| match error {
        GitError::Read(error) => unsupported(error, mirror.folder()),
        other => other,
    })?;
    let hidden = |name: &str| name == parsed.name() || unseen.contains(name.as_bytes());
    let mut scene = Scene::new(&repository, policy, &[], &hidden, 1)?;
    let judged = scene.judge_all(vec![(parsed.clone(), Some(tag.object.clone()))], false)?;
    Ok(judged.into_iter().flat_map(|judged| judged.findings).collect())
}

/// Where a commit lies and which versions stand around it, as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standpoint {
    /// Where it lies.
    pub place: PlaceFact,
    /// The highest stable version on the commit or its ancestors.
    pub base: Option<semver::Version>,
    /// The lowest stable version that sits later on main.
    pub later_on_main: Option<semver::Version>,
    /// Every version that has a tag, pre-releases included.
    pub known: Known,
    /// The commits that carry stable versions.
    pub stable: BTreeMap<ObjectId, Vec<semver::Version>>,
}

/// Returns where a commit lies, for those who ask before there is a tag.
///
/// # Errors
/// The repository cannot be read.
pub fn standpoint(
    repository: &Repository,
    commit: &ObjectId,
    policy: &Policy,
) -> Result<Standpoint, GitError> {
    let scene = Scene::new(repository, policy, &[], &|_| false, 1)?;
    let at = oid(commit)?;
    let place = scene.place(at)?;
    let later_on_main = if place == PlaceFact::Main { scene.later_on_main(at)? } else { None };
    let base = scene.base(at)?;
    let stable = scene
        .stable
        .iter()
        .map(|(commit, versions)| Ok((object_id(*commit)?, versions.clone())))
        .collect::<Result<_, GitError>>()?;
    Ok(Standpoint { place, base, later_on_main, known: scene.known, stable })
}

/// A repository as it will be once the push is done.
struct Scene<'r> {
    repository: &'r Repository,
    policy: &'r Policy,
    main: Option<Oid>,
    hotfix: Vec<(String, Oid)>,
    known: Known,
    stable: BTreeMap<Oid, Vec<semver::Version>>,
    many: bool,
    on_main: OnceCell<HashSet<Oid>>,
}

impl<'r> Scene<'r> {
    fn new(
        repository: &'r Repository,
        policy: &'r Policy,
        updates: &[Update],
        hidden: &dyn Fn(&str) -> bool,
        tags: usize,
    ) -> Result<Self, GitError> {
        let mut scene = Self {
            repository,
            policy,
            main: main_after(repository, policy, updates)?,
            hotfix: hotfix_after(repository, policy, updates)?,
            known: Known::new(),
            stable: BTreeMap::new(),
            many: tags >= MANY_TAGS,
            on_main: OnceCell::new(),
        };
        for reference in repository.references_glob("refs/tags/*")? {
            let reference = reference?;
            let short = reference.name_bytes().strip_prefix(b"refs/tags/").unwrap_or_default().to_vec();
            let Ok(tag) = Tag::parse(&short, &policy.tag_prefix) else { continue };
            if hidden(tag.name()) {
                continue;
            }
            if let Ok(commit) = reference.peel(ObjectType::Commit) {
                scene.remember(&tag, commit.id());
            }
        }
        Ok(scene)
    }

    fn remember(&mut self, tag: &Tag, commit: Oid) {
        match tag.kind() {
            TagKind::Rollback => {}
            TagKind::Prerelease => {
                self.known.insert(tag.version().clone());
            }
            TagKind::Release => {
                self.known.insert(tag.version().clone());
                self.stable.entry(commit).or_default().push(tag.version().clone());
            }
        }
    }

    fn judge_all(
        &mut self,
        mut tags: Vec<(Tag, Option<ObjectId>)>,
        pushed: bool,
    ) -> Result<Vec<Judged>, GitError> {
        // Rollbacks last: what they take back may be in the same push.
        tags.sort_by(|(a, _), (b, _)| {
            let back = |tag: &Tag| tag.kind() == TagKind::Rollback;
            back(a).cmp(&back(b)).then_with(|| a.version().cmp(b.version()))
        });
        let mut all = Vec::new();
        for (tag, new) in tags {
            let (facts, commit) = self.facts(&tag, new.clone(), pushed)?;
            let findings = judge(&facts, &self.known, self.policy);
            if let (true, Some(commit)) = (findings.is_empty(), commit) {
                self.remember(&tag, commit);
            }
            all.push(Judged { tag, new, findings });
        }
        Ok(all)
    }

    fn facts(
        &self,
        tag: &Tag,
        new: Option<ObjectId>,
        pushed: bool,
    ) -> Result<(TagFacts, Option<Oid>), GitError> {
        let old = if pushed { self.standing(&tag.full_ref())? } else { None };
        let (object, commit) = match &new {
            None => (ObjectFact::Nothing, None),
            Some(new) => self.object(oid(new)?)?,
        };
        let mut facts = TagFacts {
            tag: tag.clone(),
            old,
            new,
            object,
            place: PlaceFact::Nowhere,
            base: None,
            later_on_main: None,
            at_commit: Vec::new(),
            changelog: ChangelogFact::Off,
        };
        let Some(commit) = commit else { return Ok((facts, None)) };
        facts.at_commit = self.stable.get(&commit).cloned().unwrap_or_default();
        if tag.kind() != TagKind::Rollback && facts.old.is_none() {
            facts.place = self.place(commit)?;
            facts.base = self.base(commit)?;
            facts.changelog = self.changelog(tag, commit)?;
            if facts.place == PlaceFact::Main {
                facts.later_on_main = self.later_on_main(commit)?;
            }
        }
        Ok((facts, Some(commit)))
    }

    /// Returns what a ref points at now, whatever the pusher claims.
    fn standing(&self, full: &str) -> Result<Option<ObjectId>, GitError> {
        match self.repository.refname_to_id(full) {
            Ok(id) => object_id(id).map(Some),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn object(&self, id: Oid) -> Result<(ObjectFact, Option<Oid>), GitError> {
        let object = self.repository.find_object(id, None)?;
        let kind = object.kind().map_or("object", |kind| kind.str()).to_owned();
        if object.kind() == Some(ObjectType::Commit) {
            return Ok((ObjectFact::Commit, Some(id)));
        }
        let Some(tag) = object.as_tag() else { return Ok((ObjectFact::Other { kind }, None)) };
        if tag.target_type() != Some(ObjectType::Commit) {
            let target = tag.target_type().map_or("object", |kind| kind.str()).to_owned();
            return Ok((ObjectFact::Indirect { target }, None));
        }
        let inside = String::from_utf8_lossy(tag.name_bytes()).into_owned();
        Ok((ObjectFact::Annotated { inside }, Some(tag.target_id())))
    }

    fn place(&self, commit: Oid) -> Result<PlaceFact, GitError> {
        if let Some(main) = self.main
            && self.is_on_main(main, commit)?
        {
            return Ok(PlaceFact::Main);
        }
        let mut loose = None;
        for (branch, head) in &self.hotfix {
            if !self.reaches(*head, commit)? {
                continue;
            }
            let leaves = match self.main {
                Some(main) => self.repository.merge_base(main, commit).ok(),
                None => None,
            };
            if leaves.is_some_and(|at| self.stable.contains_key(&at)) {
                return Ok(PlaceFact::Hotfix { branch: branch.clone() });
            }
            loose = Some(PlaceFact::LooseHotfix { branch: branch.clone() });
        }
        Ok(loose.unwrap_or(PlaceFact::Nowhere))
    }

    fn is_on_main(&self, main: Oid, commit: Oid) -> Result<bool, GitError> {
        if !self.many {
            return self.reaches(main, commit);
        }
        if self.on_main.get().is_none() {
            let mut walk = self.repository.revwalk()?;
            walk.push(main)?;
            let all = walk.collect::<Result<HashSet<Oid>, _>>()?;
            // Only this thread fills it, and only here.
            let _ = self.on_main.set(all);
        }
        Ok(self.on_main.get().is_some_and(|all| all.contains(&commit)))
    }

    /// Returns whether `commit` is `head` or one of its ancestors.
    fn reaches(&self, head: Oid, commit: Oid) -> Result<bool, GitError> {
        // A commit is no descendant of itself for libgit2.
        Ok(head == commit || self.repository.graph_descendant_of(head, commit)?)
    }

    /// Returns the highest stable version on the commit or its ancestors, walking no farther than the last release.
    fn base(&self, commit: Oid) -> Result<Option<semver::Version>, GitError> {
        let mut seen = HashSet::from([commit]);
        let mut next = vec![commit];
        let mut base: Option<semver::Version> = None;
        while let Some(id) = next.pop() {
            if let Some(versions) = self.stable.get(&id) {
                base = base.max(versions.iter().max().cloned());
                continue;
            }
            for parent in self.repository.find_commit(id)?.parent_ids() {
                if seen.insert(parent) {
                    next.push(parent);
                }
            }
        }
        Ok(base)
    }

    /// Returns the lowest stable version that sits on main and not on the commit or its ancestors.
    fn later_on_main(&self, commit: Oid) -> Result<Option<semver::Version>, GitError> {
        let Some(main) = self.main.filter(|main| *main != commit) else { return Ok(None) };
        let mut walk = self.repository.revwalk()?;
        walk.push(main)?;
        walk.hide(commit)?;
        let mut lowest: Option<semver::Version> = None;
        for id in walk {
            for version in self.stable.get(&id?).into_iter().flatten() {
                if lowest.as_ref().is_none_or(|known| version < known) {
                    lowest = Some(version.clone());
                }
            }
        }
        Ok(lowest)
    }

    fn changelog(&self, tag: &Tag, commit: Oid) -> Result<ChangelogFact, GitError> {
        let Some(path) = &self.policy.changelog else { return Ok(ChangelogFact::Off) };
        // What a pre-release holds still stands under Unreleased.
        if tag.kind() != TagKind::Release {
            return Ok(ChangelogFact::Off);
        }
        let tree = self.repository.find_commit(commit)?.tree()?;
        let Ok(entry) = tree.get_path(Path::new(path)) else { return Ok(ChangelogFact::Missing) };
        if !matches!(entry.filemode(), 0o100_644 | 0o100_755) {
            return Ok(ChangelogFact::Missing);
        }
        let blob = self.repository.find_blob(entry.id())?;
        if blob.size() > LARGEST_FILE {
            return Err(GitError::Odd(format!("`{path}` is larger than {LARGEST_FILE} bytes")));
        }
        let changelog = Changelog::parse(blob.content());
        Ok(match (changelog.count(tag.version()), changelog.section(tag.version())) {
            (0, _) | (_, None) => ChangelogFact::NoSection,
            (1, Some(section)) if section.date.is_some() => ChangelogFact::Good,
            (1, Some(_)) => ChangelogFact::Undated,
            (_, Some(_)) => ChangelogFact::Twice,
        })
    }
}

/// Returns the head of main once the push is done; a push that does not fast-forward it does not count.
fn main_after(repository: &Repository, policy: &Policy, updates: &[Update]) -> Result<Option<Oid>, GitError> {
    let full = format!("refs/heads/{}", policy.main);
    let standing = repository.refname_to_id(&full).ok();
    let pushed =
        updates.iter().find(|update| update.name == full.as_bytes()).and_then(|update| update.new.as_ref());
    let Some(pushed) = pushed else { return Ok(standing) };
    let pushed = oid(pushed)?;
    match standing {
        None => Ok(Some(pushed)),
        Some(old) if old == pushed || repository.graph_descendant_of(pushed, old)? => Ok(Some(pushed)),
        Some(old) => Ok(Some(old)),
    }
}

/// Returns the heads of the hotfix branches once the push is done.
fn hotfix_after(
    repository: &Repository,
    policy: &Policy,
    updates: &[Update],
) -> Result<Vec<(String, Oid)>, GitError> {
    let mut heads = BTreeMap::new();
    for reference in repository.references_glob("refs/heads/*")? {
        let reference = reference?;
        let (Ok(full), Some(target)) = (reference.name(), reference.target()) else { continue };
        let branch = full.strip_prefix("refs/heads/").unwrap_or(full);
        if policy.is_hotfix(branch) {
            heads.insert(branch.to_owned(), target);
        }
    }
    for update in updates {
        let Some(branch) =
            std::str::from_utf8(&update.name).ok().and_then(|full| full.strip_prefix("refs/heads/"))
        else {
            continue;
        };
        if !policy.is_hotfix(branch) {
            continue;
        }
        match &update.new {
            Some(new) => heads.insert(branch.to_owned(), oid(new)?),
            None => heads.remove(branch),
        };
    }
    Ok(heads.into_iter().collect())
}
