//! The tag that takes a release back: which release runs, and what runs again.
//!
//! Which release runs is read from the tags alone: the newest of them, by the time at which it was made, says it. A
//! lightweight rollback tag has no time of its own and counts as made right after the release that it takes back. The
//! person sees both names before anything is made, and may name them.

use std::collections::BTreeSet;

use super::Make;
use super::draft::{Draft, parsed};
use crate::cli::author::{Desk, git_failed};
use crate::cli::exit::{Exit, Failure};
use crate::domain::names::ObjectId;
use crate::domain::notice::Notice;
use crate::domain::version::{Tag, TagKind, core};
use crate::git::model::Model;

/// A release that the remote and the clone have.
struct Release {
    version: semver::Version,
    commit: ObjectId,
    made: i64,
}

/// A tag that took a release back.
struct Back {
    taken_back: semver::Version,
    commit: ObjectId,
    made: Option<i64>,
}

/// Works out the tag that takes a release back.
pub(super) fn rollback(make: &Make, desk: &Desk) -> Result<Draft, Failure> {
    let prefix = &desk.rules.policy.tag_prefix;
    let model = desk.model(&desk.refs)?;
    let (releases, backs) = tags(desk, &model)?;
    let taken_back: BTreeSet<&semver::Version> = backs.iter().map(|back| &back.taken_back).collect();
    let running = match &make.version {
        Some(typed) => core(parsed(typed.strip_suffix("-rollback").unwrap_or(typed), prefix)?.version()),
        None => {
            running(&releases, &backs).ok_or_else(|| Failure::new(Exit::NotFound, Notice::new("TW-V038")))?
        }
    };
    let named = format!("{prefix}{running}");
    let target = match &make.to {
        Some(typed) => {
            let version = parsed(typed, prefix)?.version().clone();
            releases.iter().find(|release| release.version == version)
        }
        None => before(&releases, &running, &model, &taken_back)?,
    };
    let Some(target) = target else {
        return Err(Failure::new(Exit::NotFound, Notice::new("TW-V039").with("tag", named)));
    };
    let tag = parsed(&format!("{named}-rollback"), prefix)?;
    let again = format!("{prefix}{}", target.version);
    let message = format!("Take back {named}: {again} runs again\n");
    Ok(Draft {
        tag,
        commit: target.commit.clone(),
        message,
        place: again,
        branch: None,
        warnings: Vec::new(),
    })
}

/// Returns the releases and the tags that took one back, as far as the remote has them and the clone can read them.
fn tags(desk: &Desk, model: &Model) -> Result<(Vec<Release>, Vec<Back>), Failure> {
    let (mut releases, mut backs) = (Vec::new(), Vec::new());
    for (name, object) in &desk.refs.tags {
        let Ok(tag) = Tag::parse(name.as_bytes(), &desk.rules.policy.tag_prefix) else { continue };
        if model.lacking.contains(&tag.full_ref()) {
            continue;
        }
        let Some(commit) = model.commit_of(object).map_err(|error| git_failed(&error))? else { continue };
        let made = model.made_at(object).map_err(|error| git_failed(&error))?;
        match tag.kind() {
            TagKind::Release => releases.push(Release {
                version: tag.version().clone(),
                commit,
                made: made.unwrap_or_default(),
            }),
            TagKind::Rollback => backs.push(Back { taken_back: core(tag.version()), commit, made }),
            TagKind::Prerelease => {}
        }
    }
    releases.sort_by(|a, b| a.version.cmp(&b.version));
    Ok((releases, backs))
}

/// Returns the release that the newest tag lets run.
fn running(releases: &[Release], backs: &[Back]) -> Option<semver::Version> {
    let forward = releases.iter().map(|release| (release.made, false, &release.version, &release.version));
    let back = backs.iter().filter_map(|back| {
        let taken = releases.iter().find(|release| release.version == back.taken_back)?;
        let again = releases
            .iter()
            .rev()
            .find(|release| release.commit == back.commit && release.version < back.taken_back)?;
        Some((back.made.unwrap_or(taken.made).max(taken.made), true, &taken.version, &again.version))
    });
    forward.chain(back).max().map(|(_, _, _, runs)| runs.clone())
}

/// Returns the newest release below `running` that is behind it and was not itself taken back.
fn before<'a>(
    releases: &'a [Release],
    running: &semver::Version,
    model: &Model,
    taken_back: &BTreeSet<&semver::Version>,
) -> Result<Option<&'a Release>, Failure> {
    let Some(own) = releases.iter().find(|release| release.version == *running) else { return Ok(None) };
    for release in releases.iter().rev() {
        let older = release.version < *running && !taken_back.contains(&release.version);
        if older && model.is_ancestor(&release.commit, &own.commit).map_err(|error| git_failed(&error))? {
            return Ok(Some(release));
        }
    }
    Ok(None)
}
