//! Everything there is to see from a commit: where it lies, what happened since the last release, what comes next.

use crate::cli::author::{Desk, git_failed};
use crate::cli::exit::Failure;
use crate::domain::changelog::{Changelog, Problem, slipped_in};
use crate::domain::names::ObjectId;
use crate::domain::notice::Notice;
use crate::domain::proposal::{Asking, Commit, Comparison, Pending, Proposal, compare, pending, propose};
use crate::domain::tag_policy::{PlaceFact, may_follow};
use crate::domain::version::{Tag, TagKind};
use crate::git::history::{Lacking, lacking_hotfixes, since_release};
use crate::git::model::Model;
use crate::git::{GitError, Standpoint};

/// The most hotfix branches whose next version is worked out; a repository with more keeps dead ones.
const MOST_BRANCHES: usize = 20;

/// The most names of branches and tags in one sentence.
const MOST_NAMES: usize = 5;

/// What there is to see.
pub struct Sight {
    /// The commit that would be tagged.
    pub head: ObjectId,
    /// The branch that is not pushed yet and is counted as if it were.
    pub unpushed: Option<String>,
    /// Where the commit lies.
    pub standpoint: Standpoint,
    /// The commits since the last release.
    pub commits: Vec<Commit>,
    /// The changelog at the commit; `None` = there is none, or it is not looked at.
    pub changelog: Option<Changelog>,
    /// What it holds for the coming release.
    pub pending: Option<Pending>,
    /// What comes next.
    pub proposal: Proposal,
    /// The changelog held against the commits.
    pub comparison: Option<Comparison>,
    /// The entries that slipped into released sections.
    pub slipped: Vec<Problem>,
    /// The shipped hotfixes that the commit lacks.
    pub lacking: Vec<Lacking>,
    /// The hotfix branches and what may come on each.
    pub lines: Vec<Line>,
    /// What should be looked at: of the proposal, of the clone, of the remote.
    pub warnings: Vec<Notice>,
}

/// A hotfix branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name.
    pub branch: String,
    /// The release that it is based on.
    pub base: Option<semver::Version>,
    /// The version that may come next there.
    pub next: Option<semver::Version>,
    /// Whether it leaves main at a release, as a hotfix branch must.
    pub lawful: bool,
}

impl Desk {
    /// Looks from `head` at everything.
    ///
    /// # Errors
    /// The history or the changelog cannot be read.
    pub fn look(&self, head: &ObjectId) -> Result<Sight, Failure> {
        let unpushed = self.unpushed(head)?;
        let mut refs = self.refs.clone();
        if let Some(branch) = &unpushed {
            refs.heads.insert(branch.clone(), head.clone());
        }
        let model = self.model(&refs)?;
        self.seen(head, unpushed, &model).map_err(|error| git_failed(&error))
    }

    fn seen(&self, head: &ObjectId, unpushed: Option<String>, model: &Model) -> Result<Sight, GitError> {
        let policy = &self.rules.policy;
        let mut standpoint = model.standpoint(head, policy)?;
        standpoint.known.extend(self.used_elsewhere(model));
        let path = policy.changelog.as_deref();
        let commits = since_release(model, head, &standpoint, path)?;
        let file = path.map(|path| model.file(head, path)).transpose()?.flatten();
        let changelog = file.map(|bytes| Changelog::parse(&bytes));
        let base = standpoint.base.as_ref();
        let pending = changelog.as_ref().map(|changelog| pending(changelog, &standpoint.known, base));
        let proposal = propose(&Asking {
            place: &standpoint.place,
            base,
            later_on_main: standpoint.later_on_main.as_ref(),
            known: &standpoint.known,
            commits: &commits,
            pending: pending.as_ref(),
            below_one: self.rules.below_one,
            prefix: &policy.tag_prefix,
            main: &policy.main,
        });
        let mut sight = Sight {
            head: head.clone(),
            comparison: pending.as_ref().map(|pending| compare(&commits, pending)),
            slipped: self.slipped(model, &standpoint, changelog.as_ref())?,
            lacking: lacking_hotfixes(model, head, &policy.main, &standpoint, path)?,
            lines: self.lines(model)?,
            warnings: proposal.warnings.clone(),
            unpushed,
            standpoint,
            commits,
            changelog,
            pending,
            proposal,
        };
        let more = self.more_warnings(model, &sight)?;
        sight.warnings.extend(more);
        Ok(sight)
    }

    /// Returns what the clone, its remote and the shipped hotfixes warn about.
    fn more_warnings(&self, model: &Model, sight: &Sight) -> Result<Vec<Notice>, GitError> {
        let policy = &self.rules.policy;
        let mut warnings = self.remote_warnings(model, sight)?;
        warnings.extend(self.changelog_warning(sight)?);
        warnings.extend(sight.lacking.iter().map(|one| {
            let commits: Vec<&str> = one.commits.iter().map(|(id, _)| id.short()).collect();
            Notice::new("TW-V040")
                .with("tag", format!("{}{}", policy.tag_prefix, one.version))
                .with("commits", commits.join(" "))
                .with("main", &policy.main)
        }));
        warnings.extend(sight.slipped.iter().map(|problem| problem.notice.clone()));
        Ok(warnings)
    }

    /// Returns the versions that the remote has and of which the clone knows nothing but the name.
    fn used_elsewhere(&self, model: &Model) -> Vec<semver::Version> {
        let names = model.lacking.iter().filter_map(|full| full.strip_prefix("refs/tags/"));
        names
            .filter_map(|name| Tag::parse(name.as_bytes(), &self.rules.policy.tag_prefix).ok())
            .filter(|tag| tag.kind() != TagKind::Rollback)
            .map(|tag| tag.version().clone())
            .collect()
    }

    fn slipped(
        &self,
        model: &Model,
        standpoint: &Standpoint,
        now: Option<&Changelog>,
    ) -> Result<Vec<Problem>, GitError> {
        let (Some(now), Some(base), Some(path)) = (now, &standpoint.base, &self.rules.policy.changelog)
        else {
            return Ok(Vec::new());
        };
        let at =
            standpoint.stable.iter().find(|(_, versions)| versions.contains(base)).map(|(commit, _)| commit);
        let Some(at) = at else { return Ok(Vec::new()) };
        let before = model.file(at, path)?;
        Ok(before.map(|bytes| slipped_in(&Changelog::parse(&bytes), now)).unwrap_or_default())
    }

    fn lines(&self, model: &Model) -> Result<Vec<Line>, GitError> {
        let policy = &self.rules.policy;
        let branches = self.refs.heads.iter().filter(|(branch, _)| policy.is_hotfix(branch));
        let here = |branch: &str| !model.lacking.contains(&format!("refs/heads/{branch}"));
        let (names, tips): (Vec<&String>, Vec<ObjectId>) = branches
            .take(MOST_BRANCHES)
            .filter(|(branch, _)| here(branch))
            .map(|(branch, tip)| (branch, tip.clone()))
            .unzip();
        let mut lines = Vec::new();
        for (branch, standpoint) in names.into_iter().zip(model.standpoints(&tips, policy)?) {
            // A branch that main has taken in is no line of its own any more.
            let (place, lawful) = match &standpoint.place {
                PlaceFact::Main => continue,
                PlaceFact::Hotfix { .. } => (standpoint.place.clone(), true),
                PlaceFact::LooseHotfix { .. } | PlaceFact::Nowhere => (standpoint.place.clone(), false),
            };
            let next = may_follow(&place, standpoint.base.as_ref(), &standpoint.known).into_iter().next();
            let next = next.filter(|_| lawful);
            lines.push(Line { branch: branch.clone(), base: standpoint.base, next, lawful });
        }
        Ok(lines)
    }

    fn remote_warnings(&self, model: &Model, sight: &Sight) -> Result<Vec<Notice>, GitError> {
        let policy = &self.rules.policy;
        let about = |id: &str| Notice::new(id).with("remote", self.remote_name());
        let mut warnings = Vec::new();
        if !model.lacking.is_empty() {
            let short = |full: &String| full.splitn(3, '/').nth(2).unwrap_or_default().to_owned();
            let names: Vec<String> = model.lacking.iter().take(MOST_NAMES).map(short).collect();
            warnings.push(about("TW-V030").with("refs", names.join(", ")).with("count", model.lacking.len()));
        }
        if let Some(branch) = &sight.unpushed {
            warnings.push(about("TW-V041").with("branch", branch));
        }
        for name in self.own.tags.keys().filter(|name| !self.refs.tags.contains_key(*name)) {
            if Tag::parse(name.as_bytes(), &policy.tag_prefix).is_ok() {
                warnings.push(about("TW-V042").with("tag", name));
            }
        }
        let standpoint = &sight.standpoint;
        let main = self.refs.heads.get(&policy.main);
        let on_main = standpoint.place == PlaceFact::Main && sight.unpushed.is_none();
        if let Some(main) = main.filter(|main| on_main && **main != sight.head)
            && standpoint.later_on_main.is_none()
            && model.is_ancestor(&sight.head, main)?
        {
            warnings.push(about("TW-V043").with("main", &policy.main));
        }
        Ok(warnings)
    }

    /// Returns whether the file that counts is missing, or is not the one in the work tree.
    fn changelog_warning(&self, sight: &Sight) -> Result<Option<Notice>, GitError> {
        let Some(path) = &self.rules.policy.changelog else { return Ok(None) };
        if sight.changelog.is_none() {
            return Ok(Some(Notice::new("TW-V044").with("path", path)));
        }
        let checked_out = self.clone.commit("HEAD")?.as_ref() == Some(&sight.head);
        // A bare repository has no work tree that could differ.
        let clean = !checked_out || self.clone.is_clean(path).unwrap_or(true);
        Ok((!clean).then(|| Notice::new("TW-V045").with("path", path)))
    }
}
