//! Gathers the facts about tags from a repository, and lets the rules judge them.
//!
//! The hook and the daemon come through here, so that both judge alike: the hook with the pushed objects still in
//! quarantine, the daemon with its mirror.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::GitError;
use super::changelog::Changelogs;
use super::id::Id;
use super::lineage::Lineage;
use super::mirror::{Mirror, MirrorTag};
use super::objects::{ObjectKind, Objects, Pointer, Raw};
use super::signature::{self, Signed};
use crate::config::{self, Repository};
use crate::domain::names::{self, ObjectId};
use crate::domain::notice::Notice;
use crate::domain::tag_policy::{
    ChangelogFact, Judged, Known, Names, ObjectFact, PlaceFact, Policy, SignatureFact, Signers, TagFacts,
    TagObject, judge, name, warnings,
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

/// From so many tags on, one walk over all of main costs less than a walk around each.
const MANY_TAGS: usize = 16;
/// The largest tag object that is read, in bytes: a changelog section and a signature need a hundredth of it.
const LARGEST_TAG: usize = 1 << 20;
/// How many tags may stand one on another when the commit behind a tag is looked for.
const DEEPEST: usize = 8;

/// Returns what a repository asks of its tags.
pub fn policy(repository: &Repository) -> Policy {
    let signers = match &repository.signed {
        config::Signed::Optional => None,
        config::Signed::Required { allowed_signers, revoked_signers, openpgp_home } => Some(Signers {
            ssh: allowed_signers.clone(),
            revoked: revoked_signers.clone(),
            openpgp: openpgp_home.clone(),
        }),
    };
    Policy {
        main: repository.main.clone(),
        hotfix_branches: repository.hotfix_branches.clone(),
        tag_prefix: repository.tag_prefix.clone(),
        changelog: repository.changelog.clone(),
        other_tags: repository.other_tags,
        first_version: repository.first_version.clone(),
        signers,
    }
}

/// Judges every tag of a push together, in rising order, each seeing the lawful ones before it; refs that are no tags
/// of ours are left out.
///
/// # Errors
/// The repository cannot be read; nothing is known then.
pub fn judge_push(objects: &Objects, updates: &[Update], policy: &Policy) -> Result<Vec<Judged>, GitError> {
    let tags: Vec<(Tag, Option<ObjectId>)> = updates
        .iter()
        .filter_map(|update| {
            let short = update.name.strip_prefix(b"refs/tags/")?;
            Some((name(short, policy)?.ok()?, update.new.clone()))
        })
        .collect();
    let mut scene = Scene::new(objects, policy, updates, &|_| false, tags.len(), None)?;
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
    let parsed = match name(&tag.name, policy) {
        Some(Ok(parsed)) => parsed,
        Some(Err(notice)) => return Ok(vec![notice]),
        None => return Ok(Vec::new()),
    };
    let objects = Objects::bare(mirror.folder())?;
    let hidden = |name: &[u8]| name == parsed.name().as_bytes() || unseen.contains(name);
    let mut scene = Scene::new(&objects, policy, &[], &hidden, 1, Some(mirror.folder()))?;
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
    /// The lowest of the latest stable versions on main that the commit does not contain.
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
pub fn standpoint(objects: &Objects, commit: &ObjectId, policy: &Policy) -> Result<Standpoint, GitError> {
    Scene::new(objects, policy, &[], &|_| false, 1, None)?.standpoint(commit)
}

/// Returns where each of these commits lies; the history is read once for all of them.
///
/// # Errors
/// The repository cannot be read.
pub fn standpoints(
    objects: &Objects,
    commits: &[ObjectId],
    policy: &Policy,
) -> Result<Vec<Standpoint>, GitError> {
    let mut scene = Scene::new(objects, policy, &[], &|_| false, commits.len(), None)?;
    commits.iter().map(|commit| scene.standpoint(commit)).collect()
}

/// A repository as it will be once the push is done.
struct Scene<'o> {
    objects: &'o Objects,
    policy: &'o Policy,
    /// The repository's folder; `None` in a hook, where the environment knows.
    folder: Option<&'o Path>,
    lineage: Lineage<'o>,
    changelogs: Changelogs<'o>,
    known: Known,
    standing: HashMap<Vec<u8>, Id>,
    /// The names of standing tags that no rule would have let pass as objects, above everything that one did.
    strays: BTreeSet<Vec<u8>>,
    names: Names,
}

/// A version's tag that stands in the repository.
struct Standing {
    tag: Tag,
    target: Id,
    /// The commit behind it, if there is one.
    commit: Option<Id>,
}

/// What a ref is to point at.
struct Target {
    object: ObjectFact,
    commit: Option<Id>,
    tag: Option<(Vec<u8>, TagObject)>,
}

impl<'o> Scene<'o> {
    fn new(
        objects: &'o Objects,
        policy: &'o Policy,
        updates: &[Update],
        hidden: &dyn Fn(&[u8]) -> bool,
        tags: usize,
        folder: Option<&'o Path>,
    ) -> Result<Self, GitError> {
        let heads = objects.refs("refs/heads")?;
        let main = main_after(objects, &heads, policy, updates)?;
        let hotfix = hotfix_after(&heads, policy, updates)?;
        let mut scene = Self {
            objects,
            policy,
            folder,
            lineage: Lineage::new(objects, main, hotfix, tags >= MANY_TAGS)?,
            changelogs: Changelogs::new(objects, policy.changelog.as_deref()),
            known: Known::new(),
            standing: HashMap::new(),
            strays: BTreeSet::new(),
            names: Names::new(),
        };
        let mut versions = Vec::new();
        for pointer in objects.refs("refs/tags")? {
            let short = pointer.name.strip_prefix(b"refs/tags/").unwrap_or_default();
            if hidden(short) {
                continue;
            }
            scene.names.insert(short.to_ascii_lowercase(), short.to_vec());
            if let Ok(tag) = Tag::parse(short, &policy.tag_prefix)
                && tag.kind() != TagKind::Rollback
            {
                let commit = scene.peel(&pointer)?;
                versions.push(Standing { tag, target: pointer.target, commit });
            }
            scene.standing.insert(short.to_vec(), pointer.target);
        }
        scene.remember_standing(versions)?;
        Ok(scene)
    }

    /// Remembers the versions that stand in the repository, but for what came past the rules above the highest release
    /// that keeps them: it is refused by the daemon, and nothing has to follow it.
    ///
    /// What is below that release stands from a time before the rules and counts; without such a release all of it does.
    fn remember_standing(&mut self, mut versions: Vec<Standing>) -> Result<(), GitError> {
        versions.sort_by(|a, b| b.tag.version().cmp(a.tag.version()));
        let mut ruled = false;
        for one in &versions {
            let object = self.target(one.target)?.object;
            if !matches!(object, ObjectFact::Annotated { inside } if inside == one.tag.name()) {
                self.strays.insert(one.tag.name().as_bytes().to_vec());
            } else if one.tag.kind() == TagKind::Release {
                ruled = true;
                break;
            }
        }
        for one in versions.into_iter().rev() {
            if let Some(commit) =
                one.commit.filter(|_| !(ruled && self.strays.contains(one.tag.name().as_bytes())))
            {
                self.remember(&one.tag, commit, false);
            }
        }
        Ok(())
    }

    /// Returns the commit behind a tag that stands in the repository, if there is one.
    fn peel(&self, pointer: &Pointer) -> Result<Option<Id>, GitError> {
        if let Some(peeled) = pointer.peeled {
            return Ok(Some(peeled));
        }
        let mut id = pointer.target;
        for _ in 0..DEEPEST {
            match self.objects.read(id, LARGEST_TAG)? {
                Raw::Whole(ObjectKind::Tag, bytes) => match TagObject::parse(&bytes).map(|tag| tag.target) {
                    Some(target) => id = Id::from_hex(target.as_bytes()).unwrap_or(id),
                    None => return Ok(None),
                },
                Raw::Whole(ObjectKind::Commit, _) | Raw::Large(ObjectKind::Commit) => return Ok(Some(id)),
                Raw::Whole(..) | Raw::Large(_) | Raw::Missing => return Ok(None),
            }
        }
        Ok(None)
    }

    fn standpoint(&mut self, commit: &ObjectId) -> Result<Standpoint, GitError> {
        let at = Id::try_from(commit)?;
        let place = self.lineage.place(at)?;
        let later_on_main = if place == PlaceFact::Main { self.lineage.later_on_main(at)? } else { None };
        let base = self.lineage.base(at)?;
        let mut stable: BTreeMap<ObjectId, Vec<semver::Version>> = BTreeMap::new();
        for (version, commit) in self.lineage.releases() {
            stable.entry(commit.object_id()?).or_default().push(version);
        }
        Ok(Standpoint { place, base, later_on_main, known: self.known.clone(), stable })
    }

    fn remember(&mut self, tag: &Tag, commit: Id, lawful_on_main: bool) {
        match tag.kind() {
            TagKind::Rollback => {}
            TagKind::Prerelease => {
                self.known.insert(tag.version().clone());
            }
            TagKind::Release => {
                self.known.insert(tag.version().clone());
                self.lineage.remember(tag.version(), commit, lawful_on_main);
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
            let lawful = findings.is_empty();
            // Only what this push makes: what stands there already is remembered, and what is deleted never is.
            if let (true, None, Some(commit)) = (lawful, &facts.old, commit) {
                self.remember(&tag, commit, facts.place == PlaceFact::Main);
                self.names.insert(tag.name().as_bytes().to_ascii_lowercase(), tag.name().as_bytes().to_vec());
            }
            let warnings = if lawful { warnings(&facts, self.policy) } else { Vec::new() };
            let commit = commit.map(|commit| commit.object_id()).transpose()?;
            all.push(Judged { tag, new, commit, findings, warnings });
        }
        Ok(all)
    }

    fn facts(
        &mut self,
        tag: &Tag,
        new: Option<ObjectId>,
        pushed: bool,
    ) -> Result<(TagFacts, Option<Id>), GitError> {
        let standing = self.standing.get(tag.name().as_bytes()).filter(|_| pushed);
        let old = standing.map(|id| id.object_id()).transpose()?;
        let target = match &new {
            None => Target { object: ObjectFact::Nothing, commit: None, tag: None },
            Some(new) => self.target(Id::try_from(new)?)?,
        };
        let twin = self.names.get(&tag.name().as_bytes().to_ascii_lowercase());
        let twin =
            twin.filter(|twin| twin.as_slice() != tag.name().as_bytes()).map(|twin| names::shown(twin));
        let mut facts = TagFacts {
            tag: tag.clone(),
            stray: self.strays.contains(tag.name().as_bytes()),
            old,
            new,
            object: target.object.clone(),
            signature: SignatureFact::NotAsked,
            twin,
            place: PlaceFact::Nowhere,
            base: None,
            later_on_main: None,
            lacking: Vec::new(),
            at_commit: Vec::new(),
            changelog: ChangelogFact::Off,
        };
        let (Some(commit), None) = (target.commit, &facts.old) else { return Ok((facts, target.commit)) };
        facts.at_commit = self.lineage.at(commit);
        facts.signature = self.signature(&facts, &target, commit)?;
        if tag.kind() == TagKind::Rollback {
            return Ok((facts, Some(commit)));
        }
        facts.place = self.lineage.place(commit)?;
        facts.base = self.lineage.base(commit)?;
        // What a pre-release holds still stands under Unreleased.
        if tag.kind() == TagKind::Release {
            facts.changelog = self.changelogs.look(commit, tag.version())?;
        }
        if facts.place == PlaceFact::Main {
            facts.later_on_main = self.lineage.later_on_main(commit)?;
            if let Some(base) = &facts.base {
                facts.lacking = self.lineage.lacking(commit, base, tag.version())?;
            }
        }
        Ok((facts, Some(commit)))
    }

    fn target(&self, id: Id) -> Result<Target, GitError> {
        let of = |object| Ok(Target { object, commit: None, tag: None });
        let (kind, bytes) = match self.objects.read(id, LARGEST_TAG)? {
            Raw::Missing => return Err(GitError::Odd(format!("the object {id} is missing"))),
            Raw::Large(ObjectKind::Tag) => return of(ObjectFact::Large { most: LARGEST_TAG }),
            Raw::Large(kind) => (kind, Vec::new()),
            Raw::Whole(kind, bytes) => (kind, bytes),
        };
        match kind {
            ObjectKind::Commit => Ok(Target { object: ObjectFact::Commit, commit: Some(id), tag: None }),
            ObjectKind::Tree | ObjectKind::Blob => of(ObjectFact::Other { kind: kind.name().to_owned() }),
            ObjectKind::Tag => {
                let Some(tag) = TagObject::parse(&bytes) else { return of(ObjectFact::Malformed) };
                let behind = Id::from_hex(tag.target.as_bytes());
                match (tag.kind.as_str(), behind) {
                    ("commit", Some(commit)) => {
                        let object = ObjectFact::Annotated { inside: names::shown(&tag.name) };
                        Ok(Target { object, commit: Some(commit), tag: Some((bytes, tag)) })
                    }
                    ("tag" | "tree" | "blob", Some(_)) => of(ObjectFact::Indirect { target: tag.kind }),
                    _ => of(ObjectFact::Malformed),
                }
            }
        }
    }

    fn signature(
        &mut self,
        facts: &TagFacts,
        target: &Target,
        commit: Id,
    ) -> Result<SignatureFact, GitError> {
        let Some(signers) = &self.policy.signers else { return Ok(SignatureFact::NotAsked) };
        let (Some((bytes, tag)), Some(new)) = (&target.tag, &facts.new) else {
            return Ok(SignatureFact::None);
        };
        let committed_at = self.lineage.time(commit)?;
        let signed = Signed { id: Id::try_from(new)?, bytes, tag, committed_at };
        signature::look(&signed, signers, self.folder)
    }
}

/// Returns the head of main once the push is done; a push that does not fast-forward it does not count.
fn main_after(
    objects: &Objects,
    heads: &[Pointer],
    policy: &Policy,
    updates: &[Update],
) -> Result<Option<Id>, GitError> {
    let full = format!("refs/heads/{}", policy.main).into_bytes();
    let standing = heads.iter().find(|head| head.name == full).map(|head| head.target);
    let pushed = updates.iter().find(|update| update.name == full).and_then(|update| update.new.as_ref());
    let Some(pushed) = pushed else { return Ok(standing) };
    let pushed = Id::try_from(pushed)?;
    let Some(old) = standing else { return Ok(Some(pushed)) };
    let mut graph = super::graph::Graph::new(objects);
    let (head, commit) = (graph.number(pushed), graph.number(old));
    Ok(Some(if graph.contains(head, commit)? { pushed } else { old }))
}

/// Returns the heads of the hotfix branches once the push is done.
fn hotfix_after(
    heads: &[Pointer],
    policy: &Policy,
    updates: &[Update],
) -> Result<Vec<(String, Id)>, GitError> {
    let branch = |full: &[u8]| {
        let short = std::str::from_utf8(full.strip_prefix(b"refs/heads/")?).ok()?;
        policy.is_hotfix(short).then(|| short.to_owned())
    };
    let mut after: BTreeMap<String, Id> =
        heads.iter().filter_map(|head| Some((branch(&head.name)?, head.target))).collect();
    for update in updates {
        let Some(branch) = branch(&update.name) else { continue };
        match &update.new {
            Some(new) => after.insert(branch, Id::try_from(new)?),
            None => after.remove(&branch),
        };
    }
    Ok(after.into_iter().collect())
}
