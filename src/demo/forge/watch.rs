//! What was pushed since the last look?

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use crate::demo::forge::courier::Job;
use crate::demo::forge::refs;
use crate::demo::forge::shapes;
use crate::demo::forge::world::{Repository, World};
use crate::demo::forge::{ReleaseSeen, Shared};

/// How closely is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Only what the post-receive scripts wrote.
    Pushes,
    /// Also the refs; a difference counts when the comparison before saw it too.
    Twice,
    /// Also the refs; a difference counts at once.
    Everything,
}

/// A line of a post-receive script.
struct Change {
    new: String,
    reference: String,
    person: String,
}

/// Notices what was pushed and hands the webhooks to the courier.
pub fn look(shared: &Shared, look: Look) {
    let mut world = shared.world();
    let jobs: Vec<Job> =
        (0..world.repositories.len()).flat_map(|place| look_into(&mut world, place, look)).collect();
    // Under the lock, so that two looks cannot swap the order of what they found.
    shared.post(jobs);
}

fn look_into(world: &mut World, place: usize, look: Look) -> Vec<Job> {
    let mut jobs = Vec::new();
    for change in noted(&mut world.repositories[place]) {
        jobs.extend(apply(world, place, &change));
    }
    if look != Look::Pushes {
        for change in unexplained(world, place, look == Look::Everything) {
            jobs.extend(apply(world, place, &change));
        }
    }
    jobs
}

/// Returns the whole lines that the script wrote since the last look.
fn noted(repository: &mut Repository) -> Vec<Change> {
    let Ok(mut file) = File::open(repository.path.join("forge-pushes")) else { return Vec::new() };
    let mut text = String::new();
    let read = file.seek(SeekFrom::Start(repository.read_to)).and_then(|_| file.read_to_string(&mut text));
    if read.is_err() {
        return Vec::new();
    }
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    repository.read_to += whole as u64;
    text[..whole].lines().filter_map(parse).collect()
}

fn parse(line: &str) -> Option<Change> {
    let mut words = line.splitn(4, ' ');
    let (_old, new, reference, person) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(Change { new: new.to_owned(), reference: reference.to_owned(), person: person.to_owned() })
}

/// Returns the differences between the refs and what is known of them.
fn unexplained(world: &mut World, place: usize, at_once: bool) -> Vec<Change> {
    let repository = &mut world.repositories[place];
    let Ok(current) = refs::all(&repository.path) else { return Vec::new() };
    let names: BTreeSet<&String> = current.keys().chain(repository.known.keys()).collect();
    let different = names.into_iter().filter(|name| current.get(*name) != repository.known.get(*name));
    let different: Vec<(String, String)> = different
        .map(|name| (name.clone(), current.get(name).cloned().unwrap_or_else(|| "0".repeat(40))))
        .collect();
    let sure: Vec<Change> = different
        .iter()
        .filter(|(name, new)| at_once || repository.suspected.get(name) == Some(new))
        .map(|(name, new)| Change { new: new.clone(), reference: name.clone(), person: String::new() })
        .collect();
    repository.suspected = different.into_iter().collect();
    sure
}

/// Takes a change over into what is known; returns its webhooks, none when it is known already.
fn apply(world: &mut World, place: usize, change: &Change) -> Vec<Job> {
    let repository = &mut world.repositories[place];
    let old = repository.known.get(&change.reference).cloned();
    let new = (!change.new.bytes().all(|b| b == b'0')).then(|| change.new.clone());
    if old == new {
        return Vec::new();
    }
    match &new {
        Some(new) => repository.known.insert(change.reference.clone(), new.clone()),
        None => repository.known.remove(&change.reference),
    };
    let full_name = repository.full_name();
    if let Some(tag) = change.reference.strip_prefix("refs/tags/") {
        // A release follows its tag: gone, it is a draft; back, it is public.
        let of_tag = |release: &&mut ReleaseSeen| release.repository == full_name && release.tag == tag;
        world.releases.iter_mut().filter(of_tag).for_each(|release| release.draft = new.is_none());
    }
    let known = world.user(&change.person).is_some();
    let person = if known { change.person.clone() } else { world.default_pusher.clone() };
    shapes::ref_changed(world, place, &change.reference, old.as_deref(), new.as_deref(), &person)
}
