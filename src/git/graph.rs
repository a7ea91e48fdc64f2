//! Who is whose ancestor? Commits are read once and kept by number.
//!
//! Two ways of asking. *Near*: a walk from both commits at once, newest first, that ends where the two histories have
//! met; it costs what lies between them. *Far*: all that a head reaches, for those who ask about thousands of commits.
//! No walk trusts commit dates with more than its speed: wrong ones make it longer, never wrong.

use std::collections::{BinaryHeap, HashMap, HashSet};

use super::GitError;
use super::id::Id;
use super::objects::{ObjectKind, Objects, Raw};

/// The number of a commit in a [`Graph`].
pub type Number = u32;

/// The commits that were asked about so far.
pub struct Graph<'o> {
    objects: &'o Objects,
    numbers: HashMap<Id, Number>,
    nodes: Vec<Node>,
}

struct Node {
    id: Id,
    read: bool,
    time: i64,
    parents: Box<[Number]>,
}

/// On the first commit's side.
const ONE: u8 = 1;
/// On the second commit's side.
const TWO: u8 = 2;
/// Below a commit that both sides share.
const BELOW: u8 = 4;
/// Found as shared.
const FOUND: u8 = 8;

impl<'o> Graph<'o> {
    /// Returns a graph that has read nothing yet.
    pub fn new(objects: &'o Objects) -> Self {
        Self { objects, numbers: HashMap::new(), nodes: Vec::new() }
    }

    /// Returns the number of a commit.
    pub fn number(&mut self, id: Id) -> Number {
        let next = self.nodes.len() as Number;
        let number = *self.numbers.entry(id).or_insert(next);
        if number == next {
            self.nodes.push(Node { id, read: false, time: 0, parents: Box::default() });
        }
        number
    }

    /// Returns the id of a commit.
    pub fn id(&self, number: Number) -> Id {
        self.nodes[number as usize].id
    }

    /// Returns the parents of a commit.
    ///
    /// # Errors
    /// It cannot be read, or is no commit.
    pub fn parents(&mut self, number: Number) -> Result<Vec<Number>, GitError> {
        self.load(number)?;
        Ok(self.nodes[number as usize].parents.to_vec())
    }

    /// Returns when a commit was made, by its own words, in seconds since 1970.
    ///
    /// # Errors
    /// As [`Graph::parents`].
    pub fn time(&mut self, number: Number) -> Result<i64, GitError> {
        self.load(number)?;
        Ok(self.nodes[number as usize].time)
    }

    fn load(&mut self, number: Number) -> Result<(), GitError> {
        if self.nodes[number as usize].read {
            return Ok(());
        }
        let id = self.nodes[number as usize].id;
        let bytes = match self.objects.commit_or_other(id)? {
            Raw::Whole(ObjectKind::Commit, bytes) => bytes,
            Raw::Whole(..) | Raw::Large(_) => return Err(GitError::Odd(format!("{id} is no commit"))),
            Raw::Missing => return Err(GitError::Odd(format!("the commit {id} is missing"))),
        };
        let (parents, time) =
            parse(&bytes).ok_or_else(|| GitError::Odd(format!("the commit {id} cannot be understood")))?;
        let parents = parents.into_iter().map(|parent| self.number(parent)).collect();
        let node = &mut self.nodes[number as usize];
        (node.parents, node.time, node.read) = (parents, time, true);
        Ok(())
    }

    /// Returns whether `commit` is `head` or one of its ancestors; costs what lies between them.
    ///
    /// # Errors
    /// A commit cannot be read.
    pub fn contains(&mut self, head: Number, commit: Number) -> Result<bool, GitError> {
        Ok(head == commit || self.shared(head, commit)?.contains(&commit))
    }

    /// Returns the newest commits that both reach: where one left the other.
    ///
    /// # Errors
    /// A commit cannot be read.
    pub fn merge_bases(&mut self, one: Number, two: Number) -> Result<Vec<Number>, GitError> {
        if one == two {
            return Ok(vec![one]);
        }
        let shared = self.shared(one, two)?;
        self.newest(shared)
    }

    /// Returns those of `commits` that no other of them reaches.
    ///
    /// # Errors
    /// A commit cannot be read.
    pub fn newest(&mut self, commits: Vec<Number>) -> Result<Vec<Number>, GitError> {
        let mut newest = Vec::new();
        for &commit in &commits {
            let mut below = false;
            for &other in commits.iter().filter(|other| **other != commit) {
                below |= self.contains(other, commit)?;
            }
            if !below {
                newest.push(commit);
            }
        }
        Ok(newest)
    }

    /// Walks down from both, newest first, until everything that is left lies below what they share.
    fn shared(&mut self, one: Number, two: Number) -> Result<Vec<Number>, GitError> {
        let mut flags: HashMap<Number, u8> = HashMap::new();
        let mut queue: BinaryHeap<(i64, Number)> = BinaryHeap::new();
        // How many of the queue are not below something shared; a commit may stand in the queue more than once.
        let mut open = 0usize;
        for (start, side) in [(one, ONE), (two, TWO)] {
            flags.insert(start, side);
            queue.push((self.time(start)?, start));
            open += 1;
        }
        let mut waiting: HashMap<Number, u8> = HashMap::from([(one, ONE), (two, TWO)]);
        let mut found = Vec::new();
        while open > 0 {
            let Some((_, commit)) = queue.pop() else { break };
            let Some(queued) = waiting.remove(&commit) else { continue };
            open -= usize::from(queued & BELOW == 0);
            let mut here = flags[&commit];
            if here & (ONE | TWO) == ONE | TWO {
                if here & (FOUND | BELOW) == 0 {
                    flags.insert(commit, here | FOUND);
                    found.push(commit);
                }
                here |= BELOW;
            }
            let passed_on = here & (ONE | TWO | BELOW);
            for parent in self.parents(commit)? {
                let before = flags.get(&parent).copied().unwrap_or(0);
                let after = before | passed_on;
                if after == before {
                    continue;
                }
                flags.insert(parent, after);
                if let Some(old) = waiting.insert(parent, after) {
                    open -= usize::from(old & BELOW == 0);
                }
                open += usize::from(after & BELOW == 0);
                queue.push((self.time(parent)?, parent));
            }
        }
        found.retain(|commit| flags[commit] & BELOW == 0);
        Ok(found)
    }

    /// Returns everything that `head` reaches, itself included.
    ///
    /// # Errors
    /// A commit cannot be read.
    pub fn all(&mut self, head: Number) -> Result<HashSet<Number>, GitError> {
        self.reach(head, &mut |_| false).map(|(reached, _)| reached)
    }

    /// Walks down from `head` and stops at each commit for which `edge` says so; returns what was walked over, and
    /// the edge.
    ///
    /// # Errors
    /// A commit cannot be read.
    pub fn reach(
        &mut self,
        head: Number,
        edge: &mut dyn FnMut(Number) -> bool,
    ) -> Result<(HashSet<Number>, Vec<Number>), GitError> {
        let mut seen = HashSet::from([head]);
        let (mut walked, mut edges, mut next) = (HashSet::new(), Vec::new(), vec![head]);
        while let Some(commit) = next.pop() {
            if edge(commit) {
                edges.push(commit);
                continue;
            }
            walked.insert(commit);
            next.extend(self.parents(commit)?.into_iter().filter(|parent| seen.insert(*parent)));
        }
        Ok((walked, edges))
    }
}

/// Returns the parents and the committer's time that a commit's bytes name.
fn parse(bytes: &[u8]) -> Option<(Vec<Id>, i64)> {
    let mut parents = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Some(parent) = line.strip_prefix(b"parent ") {
            parents.push(Id::from_hex(parent)?);
        } else if let Some(committer) = line.strip_prefix(b"committer ") {
            let behind = committer.iter().rposition(|byte| *byte == b'>').map_or(0, |at| at + 1);
            let time = std::str::from_utf8(&committer[behind..]).ok();
            // A date that cannot be read makes walks longer, not wrong.
            let seconds = time.and_then(|text| text.split_ascii_whitespace().next()?.parse().ok());
            return Some((parents, seconds.unwrap_or(0)));
        } else if line.is_empty() {
            break;
        }
    }
    Some((parents, 0))
}

/// Returns the id of the tree that a commit's bytes name.
pub fn tree_of(bytes: &[u8]) -> Option<Id> {
    Id::from_hex(bytes.split(|byte| *byte == b'\n').next()?.strip_prefix(b"tree ")?)
}
