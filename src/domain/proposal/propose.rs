//! The proposal itself: which version is next, which rule and which commit or line force it, and what else may come.

use std::collections::BTreeSet;

use super::changelog::Pending;
use super::level::{BelowOne, Effect, Level, effect};
use super::reverts::cancelled;
use super::{Commit, Group};
use crate::domain::notice::Notice;
use crate::domain::tag_policy::{Known, PlaceFact, may_follow};

/// Everything that a proposal is made from.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Where the commit lies.
    pub place: &'a PlaceFact,
    /// The last release on the way to it.
    pub base: Option<&'a semver::Version>,
    /// The lowest release that sits later on main.
    pub later_on_main: Option<&'a semver::Version>,
    /// Every version that has a tag.
    pub known: &'a Known,
    /// The commits since the last release, newest first.
    pub commits: &'a [Commit],
    /// What the changelog holds; `None` = there is none, or it is not looked at.
    pub pending: Option<&'a Pending>,
    /// What a breaking change does below 1.0.0.
    pub below_one: BelowOne,
    /// What stands before the version in a tag.
    pub prefix: &'a str,
    /// The branch that releases come from.
    pub main: &'a str,
}

/// What should come next, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The version; `None` when nothing can or need be released.
    pub next: Option<semver::Version>,
    /// How far that is from the last release.
    pub bump: Option<Level>,
    /// What forces it.
    pub because: Vec<Because>,
    /// The version of each level, and whether it may come here.
    pub candidates: Vec<Candidate>,
    /// The rules that were followed, to be said aloud.
    pub rules: Vec<Notice>,
    /// What should be looked at before anybody tags.
    pub warnings: Vec<Notice>,
    /// What each commit asks for, in the order of the commits.
    pub effects: Vec<Effect>,
    /// The newest pre-release of the proposed version.
    pub series: Option<semver::Version>,
}

/// What forces the version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// A commit.
    Commit {
        /// Its place among the commits.
        place: usize,
        /// The line that marks it as breaking.
        mark: Option<String>,
    },
    /// A line of the changelog.
    Changelog {
        /// The line.
        line: usize,
        /// What stands there.
        text: String,
    },
}

/// A version that one could think of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// How far it is from the last release.
    pub level: Level,
    /// The version.
    pub version: semver::Version,
    /// Whether the rules let it come at this place.
    pub allowed: bool,
}

/// Proposes the next version.
pub fn propose(asking: &Asking<'_>) -> Proposal {
    let gone = cancelled(asking.commits);
    let effects = effects(asking.commits, &gone);
    let zero = semver::Version::new(0, 0, 0);
    let from = asking.base.unwrap_or(&zero);
    let allowed = may_follow(asking.place, asking.base, asking.known);
    let blocked = asking.later_on_main.is_some() && *asking.place == PlaceFact::Main;
    let candidates: Vec<Candidate> = [Level::Patch, Level::Minor, Level::Major]
        .into_iter()
        .filter_map(|level| Some((level, level.after(from)?)))
        .map(|(level, version)| {
            let allowed = !blocked && allowed.contains(&version);
            Candidate { level, version, allowed }
        })
        .collect();
    let (wanted, because) = wanted(asking, from, &effects);
    let next = if asking.commits.is_empty() { None } else { choose(asking, &candidates, wanted) };
    let bump = next.as_ref().and_then(|next| Level::between(from, next));
    let series = next.as_ref().and_then(|next| newest_of_series(next, asking.known));
    let rules = rules(asking, wanted);
    let warnings = warnings(asking, &effects, from, wanted, next.as_ref());
    // A first release is proposed by convention, not because a commit forces it.
    let because = if next.is_none() || asking.base.is_none() { Vec::new() } else { because };
    Proposal { next, bump, because, candidates, rules, warnings, effects, series }
}

fn effects(commits: &[Commit], gone: &BTreeSet<usize>) -> Vec<Effect> {
    let taken_back = Effect { group: Group::TakenBack, level: None, notable: false };
    commits
        .iter()
        .enumerate()
        .map(|(place, commit)| if gone.contains(&place) { taken_back } else { effect(&commit.message) })
        .collect()
}

/// Returns the most that is asked for, and who asks for it: commits first, the changelog when it asks for more.
fn wanted(asking: &Asking<'_>, from: &semver::Version, effects: &[Effect]) -> (Level, Vec<Because>) {
    let commits = effects.iter().filter_map(|effect| effect.level).max();
    let by_commits = |level: Level| -> Vec<Because> {
        let forcing = effects.iter().enumerate().filter(|(_, effect)| effect.level == Some(level));
        forcing
            .map(|(place, _)| Because::Commit { place, mark: asking.commits[place].message.breaking.clone() })
            .collect()
    };
    let (changelog, lines) = by_changelog(asking, from);
    match (commits, changelog) {
        (Some(commits), Some(changelog)) if changelog > commits => (changelog, lines),
        (Some(commits), _) => (commits, by_commits(commits)),
        (None, Some(changelog)) => (changelog, lines),
        (None, None) => (Level::Patch, Vec::new()),
    }
}

/// Returns the most that the changelog asks for, and its lines: entries and sections that were made ready.
fn by_changelog(asking: &Asking<'_>, from: &semver::Version) -> (Option<Level>, Vec<Because>) {
    let Some(pending) = asking.pending else { return (None, Vec::new()) };
    let entries = pending.level();
    // Below 1.0.0 a section says what the rule made of a break, so it is compared as such.
    let ready = pending
        .ready
        .iter()
        .filter_map(|(version, line)| Some((Level::between(from, version)?, version, line)));
    let ready: Vec<_> = ready.collect();
    let most_ready = ready.iter().map(|(level, ..)| *level).max();
    let level = entries.as_ref().map(|(level, _)| *level).max(most_ready);
    let mut lines = Vec::new();
    if let Some((most, entries)) = entries
        && Some(most) == level
    {
        lines.extend(
            entries.iter().map(|entry| Because::Changelog { line: entry.line, text: entry.text.clone() }),
        );
    }
    if lines.is_empty() {
        let forcing = ready.iter().filter(|(of, ..)| Some(*of) == level);
        lines.extend(
            forcing
                .map(|(_, version, line)| Because::Changelog { line: **line, text: format!("[{version}]") }),
        );
    }
    (level, lines)
}

/// Returns what a level means below 1.0.0.
fn adjusted(asking: &Asking<'_>, level: Level) -> Level {
    let below = asking.base.is_some_and(|base| base.major == 0);
    match (level, asking.below_one) {
        (Level::Major, BelowOne::Minor) if below => Level::Minor,
        (Level::Patch | Level::Minor | Level::Major, BelowOne::Minor | BelowOne::Major) => level,
    }
}

fn choose(asking: &Asking<'_>, candidates: &[Candidate], wanted: Level) -> Option<semver::Version> {
    let open = |candidate: &&Candidate| candidate.allowed;
    let ready = asking.pending.and_then(|pending| pending.ready.first()).map(|(version, _)| version);
    if asking.base.is_none() {
        let ready = candidates.iter().filter(open).find(|candidate| Some(&candidate.version) == ready);
        let usual = candidates.iter().filter(open).find(|candidate| candidate.level == Level::Minor);
        return ready.or(usual).or(candidates.iter().find(open)).map(|candidate| candidate.version.clone());
    }
    let least = match asking.place {
        PlaceFact::Hotfix { .. } | PlaceFact::LooseHotfix { .. } => Level::Patch,
        PlaceFact::Main | PlaceFact::Nowhere => adjusted(asking, wanted),
    };
    // A section that was made ready for more than is needed is a decision.
    let decided = candidates
        .iter()
        .filter(open)
        .find(|candidate| Some(&candidate.version) == ready && candidate.level > least);
    let fitting = candidates.iter().filter(open).find(|candidate| candidate.level >= least);
    decided.or(fitting).map(|candidate| candidate.version.clone())
}

fn newest_of_series(next: &semver::Version, known: &Known) -> Option<semver::Version> {
    let same = |other: &&semver::Version| {
        !other.pre.is_empty()
            && (other.major, other.minor, other.patch) == (next.major, next.minor, next.patch)
    };
    known.iter().filter(same).max_by(|a, b| a.cmp_precedence(b)).cloned()
}

fn rules(asking: &Asking<'_>, wanted: Level) -> Vec<Notice> {
    let tag = |version: &semver::Version| format!("{}{version}", asking.prefix);
    let mut rules = Vec::new();
    match (asking.base, asking.place) {
        (None, _) => rules.push(Notice::new("plan-rule-first").with("prefix", asking.prefix)),
        (Some(base), PlaceFact::Hotfix { branch } | PlaceFact::LooseHotfix { branch }) => {
            rules.push(Notice::new("plan-rule-hotfix").with("branch", branch).with("base", tag(base)));
        }
        (Some(base), PlaceFact::Main | PlaceFact::Nowhere) => {
            rules.push(Notice::new("plan-rule-main").with("base", tag(base)));
            if base.major == 0 {
                let id = match asking.below_one {
                    BelowOne::Minor => "plan-rule-below-one-minor",
                    BelowOne::Major => "plan-rule-below-one-major",
                };
                rules.push(Notice::new(id));
            }
        }
    }
    let bumps = asking.commits.iter().any(|commit| effect(&commit.message).level.is_some());
    if wanted == Level::Patch && !bumps && !asking.commits.is_empty() && asking.base.is_some() {
        rules.push(Notice::new("plan-rule-nothing-forces"));
    }
    rules
}

fn warnings(
    asking: &Asking<'_>,
    effects: &[Effect],
    from: &semver::Version,
    wanted: Level,
    next: Option<&semver::Version>,
) -> Vec<Notice> {
    let mut warnings = place_warnings(asking, wanted);
    let taken = adjusted(asking, wanted).after(from).filter(|version| asking.known.contains(version));
    if let (Some(taken), Some(next), PlaceFact::Main) = (taken, next, asking.place) {
        let tag = |version: &semver::Version| format!("{}{version}", asking.prefix);
        warnings.push(Notice::new("TW-V005").with("taken", tag(&taken)).with("next", tag(next)));
    }
    for (commit, effect) in asking.commits.iter().zip(effects) {
        if let (Some(line), false) = (&commit.message.doubtful, effect.group == Group::TakenBack) {
            warnings.push(Notice::new("TW-V012").with("commit", commit.id.short()).with("line", line));
        }
    }
    let Some(pending) = asking.pending else { return warnings };
    warnings.extend(changelog_warnings(asking, pending, effects, from));
    warnings
}

fn place_warnings(asking: &Asking<'_>, wanted: Level) -> Vec<Notice> {
    let mut warnings = Vec::new();
    match asking.place {
        PlaceFact::Nowhere => warnings.push(Notice::new("TW-V001").with("main", asking.main)),
        PlaceFact::LooseHotfix { branch } => {
            warnings.push(Notice::new("TW-V002").with("branch", branch).with("main", asking.main));
        }
        PlaceFact::Hotfix { branch } if wanted > Level::Patch => {
            warnings.push(Notice::new("TW-V003").with("branch", branch).with("level", wanted.name()));
        }
        PlaceFact::Main | PlaceFact::Hotfix { .. } => {}
    }
    if let (Some(later), PlaceFact::Main) = (asking.later_on_main, asking.place) {
        let later = format!("{}{later}", asking.prefix);
        warnings.push(Notice::new("TW-V004").with("later", later).with("main", asking.main));
    }
    warnings
}

fn changelog_warnings(
    asking: &Asking<'_>,
    pending: &Pending,
    effects: &[Effect],
    from: &semver::Version,
) -> Vec<Notice> {
    let mut warnings = Vec::new();
    let commits = effects.iter().filter_map(|effect| effect.level).max();
    let (changelog, lines) = by_changelog(asking, from);
    let commit_level = adjusted(asking, commits.unwrap_or(Level::Patch));
    let changelog_level = changelog.map(|level| adjusted(asking, level));
    if !asking.commits.is_empty() && !pending.has_content && effects.iter().any(|effect| effect.notable) {
        warnings.push(Notice::new("TW-V011"));
    } else if let Some(changelog) = changelog_level
        && changelog != commit_level
        && !asking.commits.is_empty()
        && asking.base.is_some()
    {
        let line = lines.iter().find_map(|because| match because {
            Because::Changelog { line, .. } => Some(*line),
            Because::Commit { .. } => None,
        });
        warnings.push(
            Notice::new("TW-V010")
                .with("commits", commit_level.name())
                .with("changelog", changelog.name())
                .with("line", line.unwrap_or_default()),
        );
    }
    for entry in pending.removals() {
        warnings.push(Notice::new("TW-V013").with("line", entry.line).with("entry", &entry.text));
    }
    if let Some((version, line)) = &pending.out_of_order {
        warnings.push(Notice::new("TW-V014").with("version", version).with("line", line));
    }
    if pending.ready.len() > 1 {
        let all: Vec<String> = pending.ready.iter().map(|(version, _)| version.to_string()).collect();
        warnings.push(Notice::new("TW-V015").with("versions", all.join(", ")));
    }
    warnings
}
