//! Which commits of a stretch of history were taken back within it, and so force nothing.
//!
//! From newest to oldest: a revert that is still standing cancels what it names; a revert that was itself taken back
//! cancels nothing, so a revert of a revert lets the first commit count again.

use std::collections::{BTreeMap, BTreeSet};

use super::Commit;
use super::message::TakenBack;

/// Returns the places of the commits that were taken back, and of the reverts that did nothing else.
pub(super) fn cancelled(commits: &[Commit]) -> BTreeSet<usize> {
    let places: BTreeMap<&str, usize> =
        commits.iter().enumerate().map(|(place, commit)| (commit.id.as_str(), place)).collect();
    let mut gone = BTreeSet::new();
    for (place, commit) in commits.iter().enumerate() {
        if gone.contains(&place) {
            continue;
        }
        let mut inside = 0;
        for named in &commit.message.takes_back {
            let targets = targets(named, place, commits, &places);
            inside += usize::from(!targets.is_empty());
            gone.extend(targets);
        }
        // What it takes back was never released, so the two together change nothing.
        if inside > 0 && inside == commit.message.takes_back.len() {
            gone.insert(place);
        }
    }
    gone
}

/// Returns the places of what a revert names: a commit, or everything that a merge brought.
fn targets(
    named: &TakenBack,
    revert: usize,
    commits: &[Commit],
    places: &BTreeMap<&str, usize>,
) -> BTreeSet<usize> {
    let Some(target) = place_of(&named.id, places).filter(|target| *target != revert) else {
        return BTreeSet::new();
    };
    let mut targets = BTreeSet::from([target]);
    let parents = &commits[target].parents;
    if parents.len() < 2 {
        return targets;
    }
    let stays = named
        .but
        .as_ref()
        .and_then(|but| parents.iter().position(|parent| parent.as_str().starts_with(but.as_str())))
        .unwrap_or(0);
    let kept = reached(parents[stays].as_str(), commits, places);
    for (at, parent) in parents.iter().enumerate() {
        if at != stays {
            targets.extend(reached(parent.as_str(), commits, places).difference(&kept));
        }
    }
    targets
}

/// Returns the place of the one commit whose id begins like that.
fn place_of(id: &str, places: &BTreeMap<&str, usize>) -> Option<usize> {
    let mut found = places.range(id..).take_while(|(full, _)| full.starts_with(id));
    let first = found.next().map(|(_, place)| *place);
    if found.next().is_some() { None } else { first }
}

/// Returns the places of a commit and its ancestors, as far as they are in the stretch.
pub(super) fn reached(from: &str, commits: &[Commit], places: &BTreeMap<&str, usize>) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut next: Vec<usize> = places.get(from).copied().into_iter().collect();
    while let Some(place) = next.pop() {
        if seen.insert(place) {
            next.extend(commits[place].parents.iter().filter_map(|parent| places.get(parent.as_str())));
        }
    }
    seen
}
