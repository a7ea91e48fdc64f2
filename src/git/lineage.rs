//! Where does a commit lie, and which releases are below it and beside it?
//!
//! A few tags are answered by short walks around each. For many, everything that main reaches is read once, and what
//! was learnt is kept: no question walks the whole history again. Both ways give the same answers (a test compares
//! them on made-up histories).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;

use semver::Version;

use super::GitError;
use super::graph::{Graph, Number};
use super::id::Id;
use super::objects::Objects;
use crate::domain::tag_policy::PlaceFact;

/// So many releases above the nearest one are asked about one by one; with more, one walk costs less.
const FEW_RELEASES: usize = 8;

/// The history of a repository as it will be, and the releases in it.
pub struct Lineage<'o> {
    graph: Graph<'o>,
    main: Option<Number>,
    hotfix: Vec<(String, Number)>,
    /// The stable versions on each commit that has some.
    stable: HashMap<Number, Vec<Version>>,
    /// Where each stable version sits.
    places: BTreeMap<Version, Number>,
    /// The releases of main that no other release of main is above of.
    latest: Option<Vec<Number>>,
    survey: Option<Survey>,
}

/// What was learnt about everything.
#[derive(Default)]
struct Survey {
    on_main: HashSet<Number>,
    /// What each hotfix branch reaches that main does not.
    beside: HashMap<Number, HashSet<Number>>,
    /// The highest stable version on a commit or below it.
    base: HashMap<Number, Option<Version>>,
    children: HashMap<Number, Vec<Number>>,
    /// For one release: whether a commit contains it.
    above: (Option<Number>, HashMap<Number, bool>),
}

impl<'o> Lineage<'o> {
    /// Returns the history with these heads; `many` says that thousands of questions will come.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn new(
        objects: &'o Objects,
        main: Option<Id>,
        hotfix: Vec<(String, Id)>,
        many: bool,
    ) -> Result<Self, GitError> {
        let mut graph = Graph::new(objects);
        let main = main.map(|id| graph.number(id));
        let hotfix = hotfix.into_iter().map(|(branch, id)| (branch, graph.number(id))).collect();
        let survey = match (many, main) {
            (false, _) => None,
            (true, None) => Some(Survey::default()),
            (true, Some(main)) => Some(Survey { on_main: graph.all(main)?, ..Survey::default() }),
        };
        Ok(Self {
            graph,
            main,
            hotfix,
            stable: HashMap::new(),
            places: BTreeMap::new(),
            latest: None,
            survey,
        })
    }

    /// Adds a stable version; one that is judged lawful on main comes after all others there.
    pub fn remember(&mut self, version: &Version, commit: Id, lawful_on_main: bool) {
        let commit = self.graph.number(commit);
        self.stable.entry(commit).or_default().push(version.clone());
        self.places.insert(version.clone(), commit);
        self.latest = lawful_on_main.then(|| vec![commit]).or_else(|| self.latest.take());
        let Some(survey) = &mut self.survey else { return };
        let mut rising = vec![commit];
        while let Some(commit) = rising.pop() {
            let Some(base) = survey.base.get_mut(&commit) else { continue };
            if base.as_ref().is_none_or(|base| base < version) {
                *base = Some(version.clone());
                rising.extend(survey.children.get(&commit).into_iter().flatten());
            }
        }
    }

    /// Returns the stable versions on a commit.
    pub fn at(&mut self, commit: Id) -> Vec<Version> {
        let commit = self.graph.number(commit);
        self.stable.get(&commit).cloned().unwrap_or_default()
    }

    /// Returns every stable version and its commit.
    pub fn releases(&self) -> Vec<(Version, Id)> {
        self.places.iter().map(|(version, at)| (version.clone(), self.graph.id(*at))).collect()
    }

    /// Returns when a commit was made, by its own words.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn time(&mut self, commit: Id) -> Result<i64, GitError> {
        let commit = self.graph.number(commit);
        self.graph.time(commit)
    }

    /// Returns where a commit lies.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn place(&mut self, commit: Id) -> Result<PlaceFact, GitError> {
        let commit = self.graph.number(commit);
        if let Some(main) = self.main
            && self.is_on_main(main, commit)?
        {
            return Ok(PlaceFact::Main);
        }
        let mut loose = None;
        for (branch, head) in self.hotfix.clone() {
            if !self.is_beside(head, commit)? {
                continue;
            }
            let leaves = self.leaves_main(commit)?;
            if !leaves.is_empty() && leaves.iter().all(|at| self.stable.contains_key(at)) {
                return Ok(PlaceFact::Hotfix { branch });
            }
            loose = Some(PlaceFact::LooseHotfix { branch });
        }
        Ok(loose.unwrap_or(PlaceFact::Nowhere))
    }

    fn is_on_main(&mut self, main: Number, commit: Number) -> Result<bool, GitError> {
        match &self.survey {
            Some(survey) => Ok(survey.on_main.contains(&commit)),
            None => self.graph.contains(main, commit),
        }
    }

    /// Returns whether a hotfix branch holds a commit that is not on main.
    fn is_beside(&mut self, head: Number, commit: Number) -> Result<bool, GitError> {
        let Some(survey) = &mut self.survey else { return self.graph.contains(head, commit) };
        if !survey.beside.contains_key(&head) {
            let (beside, _) = self.graph.reach(head, &mut |commit| survey.on_main.contains(&commit))?;
            survey.beside.insert(head, beside);
        }
        Ok(survey.beside.get(&head).is_some_and(|beside| beside.contains(&commit)))
    }

    /// Returns the commits of main at which the line of a commit leaves it.
    fn leaves_main(&mut self, commit: Number) -> Result<Vec<Number>, GitError> {
        let Some(main) = self.main else { return Ok(Vec::new()) };
        let Some(survey) = &self.survey else { return self.graph.merge_bases(main, commit) };
        let (_, edge) = self.graph.reach(commit, &mut |commit| survey.on_main.contains(&commit))?;
        self.graph.newest(edge)
    }

    /// Returns the highest stable version on a commit or its ancestors.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn base(&mut self, commit: Id) -> Result<Option<Version>, GitError> {
        let commit = self.graph.number(commit);
        if self.survey.is_some() {
            return self.surveyed_base(commit);
        }
        let (_, nearest) = self.graph.reach(commit, &mut |commit| self.stable.contains_key(&commit))?;
        let near = nearest.iter().flat_map(|at| &self.stable[at]).max().cloned();
        // A lower release may sit above a higher one, where versions were once given in another order.
        let from = near.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let above: Vec<(Version, Number)> = self
            .places
            .range((from, Bound::Unbounded))
            .rev()
            .map(|(version, at)| (version.clone(), *at))
            .collect();
        if above.is_empty() || near.is_none() {
            return Ok(near);
        }
        if above.len() > FEW_RELEASES {
            let all = self.graph.all(commit)?;
            return Ok(above
                .into_iter()
                .find(|(_, at)| all.contains(at))
                .map(|(version, _)| version)
                .or(near));
        }
        for (version, at) in above {
            if self.graph.contains(commit, at)? {
                return Ok(Some(version));
            }
        }
        Ok(near)
    }

    fn surveyed_base(&mut self, commit: Number) -> Result<Option<Version>, GitError> {
        let Some(survey) = &mut self.survey else { return Ok(None) };
        // Parents first, without recursion: histories are deeper than stacks.
        let mut open = vec![commit];
        while let Some(&commit) = open.last() {
            if survey.base.contains_key(&commit) {
                open.pop();
                continue;
            }
            let parents = self.graph.parents(commit)?;
            let unknown: Vec<Number> =
                parents.iter().copied().filter(|parent| !survey.base.contains_key(parent)).collect();
            if !unknown.is_empty() {
                open.extend(unknown);
                continue;
            }
            let own = self.stable.get(&commit).into_iter().flatten();
            let below = parents.iter().filter_map(|parent| survey.base[parent].as_ref());
            let best = own.chain(below).max().cloned();
            parents.iter().for_each(|parent| survey.children.entry(*parent).or_default().push(commit));
            survey.base.insert(commit, best);
            open.pop();
        }
        Ok(survey.base.get(&commit).cloned().flatten())
    }

    /// Returns the lowest of main's latest releases that a commit of main does not contain.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn later_on_main(&mut self, commit: Id) -> Result<Option<Version>, GitError> {
        let commit = self.graph.number(commit);
        let Some(main) = self.main else { return Ok(None) };
        let latest = match self.latest.take() {
            Some(latest) => latest,
            None => {
                let (_, edge) = self.graph.reach(main, &mut |commit| self.stable.contains_key(&commit))?;
                edge
            }
        };
        let mut lowest: Option<Version> = None;
        for &release in &latest {
            if !self.is_above(commit, release)? {
                let version = self.stable.get(&release).into_iter().flatten().min().cloned();
                lowest = [lowest, version].into_iter().flatten().min();
            }
        }
        self.latest = Some(latest);
        Ok(lowest)
    }

    /// Returns whether a commit contains a release.
    fn is_above(&mut self, commit: Number, release: Number) -> Result<bool, GitError> {
        let Some(survey) = &mut self.survey else { return self.graph.contains(commit, release) };
        if survey.above.0 != Some(release) {
            survey.above = (Some(release), HashMap::from([(release, true)]));
        }
        let known = &mut survey.above.1;
        let mut open = vec![commit];
        while let Some(&commit) = open.last() {
            if known.contains_key(&commit) {
                open.pop();
                continue;
            }
            let parents = self.graph.parents(commit)?;
            if parents.iter().any(|parent| known.get(parent) == Some(&true)) {
                known.insert(commit, true);
            } else if let Some(parent) = parents.iter().find(|parent| !known.contains_key(parent)) {
                open.push(*parent);
                continue;
            } else {
                known.insert(commit, false);
            }
            open.pop();
        }
        Ok(known[&commit])
    }

    /// Returns the releases above `base` and below `version` that a commit does not contain: fixes that it would take
    /// back silently. Nothing when many tags are asked about.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn lacking(
        &mut self,
        commit: Id,
        base: &Version,
        version: &Version,
    ) -> Result<Vec<Version>, GitError> {
        if self.survey.is_some() || base >= version {
            return Ok(Vec::new());
        }
        let commit = self.graph.number(commit);
        let between = (Bound::Excluded(base), Bound::Excluded(version));
        let releases: Vec<(Version, Number)> = self
            .places
            .range::<Version, _>(between)
            .rev()
            .take(FEW_RELEASES)
            .map(|(version, at)| (version.clone(), *at))
            .collect();
        let mut lacking = Vec::new();
        for (version, at) in releases {
            if !self.graph.contains(commit, at)? {
                lacking.push(version);
            }
        }
        lacking.reverse();
        Ok(lacking)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::process::Command;

    /// Makes a history: each commit has up to two of the earlier ones as parents. Returns the commits, oldest first.
    fn history(folder: &std::path::Path, shape: &[(usize, Option<usize>, i64)]) -> Vec<Id> {
        let repository = git2::Repository::init_bare(folder).unwrap();
        let tree = repository.find_tree(repository.treebuilder(None).unwrap().write().unwrap()).unwrap();
        let mut commits: Vec<git2::Oid> = Vec::new();
        for (n, (first, second, time)) in shape.iter().enumerate() {
            let who = git2::Signature::new("Ada", "ada@example.org", &git2::Time::new(*time, 0)).unwrap();
            let mut parents: Vec<git2::Oid> = Vec::new();
            if n > 0 {
                parents.push(commits[first % n]);
                parents.extend(second.map(|second| commits[second % n]));
                parents.dedup();
            }
            let found: Vec<git2::Commit> =
                parents.iter().map(|id| repository.find_commit(*id).unwrap()).collect();
            let refs: Vec<&git2::Commit> = found.iter().collect();
            commits.push(repository.commit(None, &who, &who, &format!("{n}"), &tree, &refs).unwrap());
        }
        commits.into_iter().map(Id::from).collect()
    }

    fn is_ancestor(folder: &std::path::Path, ancestor: Id, head: Id) -> bool {
        let status = Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(["merge-base", "--is-ancestor", &ancestor.to_string(), &head.to_string()])
            .status();
        status.unwrap().success()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn short_walks_and_the_survey_give_the_same_answers_and_git_agrees(
            shape in prop::collection::vec((0usize..6, prop::option::of(0usize..40), 0i64..50), 4..24),
            near in any::<bool>(),
            tags in prop::collection::vec((any::<prop::sample::Index>(), 0u64..3, 0u64..3, 0u64..3), 0..8),
            heads in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        ) {
            // Mostly lines: the first number counts back from the newest, so that histories are deep as well as wide.
            let shape: Vec<_> = shape.iter().enumerate().map(|(n, (back, second, time))| {
                let time = if near { n as i64 } else { *time };
                (n.saturating_sub(1 + back / 3), *second, time)
            }).collect();
            let folder = tempfile::tempdir().unwrap();
            let commits = history(folder.path(), &shape);
            let objects = Objects::bare(folder.path()).unwrap();
            let (main, fix) = (commits[heads.0.index(commits.len())], commits[heads.1.index(commits.len())]);
            let lineage = |many| {
                let mut lineage =
                    Lineage::new(&objects, Some(main), vec![("hotfix/x".into(), fix)], many).unwrap();
                let mut used = std::collections::BTreeSet::new();
                for (at, major, minor, patch) in &tags {
                    let version = Version::new(*major, *minor, *patch);
                    if used.insert(version.clone()) {
                        lineage.remember(&version, commits[at.index(commits.len())], false);
                    }
                }
                lineage
            };
            let (mut short, mut survey) = (lineage(false), lineage(true));
            for &commit in &commits {
                let base = short.base(commit).unwrap();
                prop_assert_eq!(&base, &survey.base(commit).unwrap());
                let places: Vec<_> = short.places.iter().map(|(version, at)| (version.clone(), *at)).collect();
                let ids: HashMap<Number, Id> = commits.iter().map(|id| (short.graph.number(*id), *id)).collect();
                let expected = places.iter().rev().find(|(_, at)| is_ancestor(folder.path(), ids[at], commit));
                prop_assert_eq!(&base, &expected.map(|(version, _)| version.clone()));
                let place = short.place(commit).unwrap();
                prop_assert_eq!(&place, &survey.place(commit).unwrap());
                let on_main = is_ancestor(folder.path(), commit, main);
                prop_assert_eq!(place == PlaceFact::Main, on_main);
                prop_assert_eq!(place == PlaceFact::Nowhere, !on_main && !is_ancestor(folder.path(), commit, fix));
                if on_main {
                    let later = short.later_on_main(commit).unwrap();
                    prop_assert_eq!(&later, &survey.later_on_main(commit).unwrap());
                    let beyond = places.iter().any(|(_, at)| {
                        is_ancestor(folder.path(), ids[at], main) && !is_ancestor(folder.path(), ids[at], commit)
                    });
                    prop_assert_eq!(later.is_some(), beyond);
                }
            }
        }
    }
}
