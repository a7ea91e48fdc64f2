//! What a forge's checks say about a commit: runs of workflows, commit statuses, and the verdict over them.
//!
//! Only `success` is green. What is still to come is no answer yet; everything else (failed, cancelled, skipped,
//! neutral, stale, a word that nobody here knows) is not good.

mod ci;
mod e2e;
mod pattern;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::gate::Standing;
use super::names::ObjectId;
use super::notice::Notice;

pub use ci::{Asked, ci};
pub use e2e::{Trial, e2e};
pub use pattern::ContextPattern;

/// How contexts of our own begin; what we say ourselves proves nothing.
pub const OWN_CONTEXTS: &str = "tagwarden/";

/// One run of a workflow, from the forge's own record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number; a newer run has a higher one.
    pub id: u64,
    /// The workflow's file, such as `ci.yml`.
    pub workflow: String,
    /// The ref for which it ran, in full where the forge tells.
    pub reference: String,
    /// What started it: `push`, `workflow_dispatch`, ….
    pub event: String,
    /// The commit that it ran on.
    pub commit: ObjectId,
    /// The forge's word for its state.
    pub state: String,
    /// When it was made.
    pub created: Timestamp,
    /// When its first job began.
    pub started: Option<Timestamp>,
    /// When its last job ended.
    pub ended: Option<Timestamp>,
    /// Its page.
    pub link: String,
}

/// One status that was posted on a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its number; a newer status has a higher one.
    pub id: u64,
    /// What it is about.
    pub context: String,
    /// The forge's word for its state.
    pub state: String,
    /// When it was posted.
    pub at: Timestamp,
    /// Where to read more, as it was posted: anybody with the right to write chose it.
    pub link: String,
    /// Whether the forge's own Actions posted it, which nobody else can pretend.
    pub by_actions: bool,
}

/// What a word for a state means here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It went well.
    Green,
    /// It is not over.
    UnderWay,
    /// It is over, and did not go well.
    Red,
}

/// What checks say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub standing: Standing,
    /// Why, for people.
    pub reason: Notice,
    /// What was seen, by name.
    pub facts: BTreeMap<String, String>,
    /// When the oldest of the green checks ended.
    pub dated: Option<Timestamp>,
    /// The page of the check that the reason is about.
    pub link: Option<String>,
}

/// One run or status that counts.
struct Check {
    /// How people call it.
    what: String,
    /// The name of its fact.
    name: String,
    /// What was seen, in one line.
    fact: String,
    state: String,
    ended: Option<Timestamp>,
    link: String,
}

/// Returns what the forge's word for a state means.
pub fn outcome(word: &str) -> Outcome {
    match word {
        "success" => Outcome::Green,
        "unknown" | "waiting" | "running" | "blocked" | "pending" => Outcome::UnderWay,
        _ => Outcome::Red,
    }
}

impl Run {
    fn check(&self) -> Check {
        let short = ["refs/heads/", "refs/tags/"].iter().find_map(|start| self.reference.strip_prefix(start));
        let short = short.unwrap_or(&self.reference);
        let what = match self.event.as_str() {
            "push" => format!("{} ({short})", self.workflow),
            event => format!("{} ({short}, {event})", self.workflow),
        };
        let ended = self.ended.map_or_else(|| "-".to_owned(), |at| at.to_string());
        Check {
            what,
            name: format!("{} {} {}", self.workflow, self.reference, self.event),
            fact: format!("run {} {} {ended}", self.id, self.state),
            state: self.state.clone(),
            ended: self.ended,
            link: self.link.clone(),
        }
    }
}

impl Status {
    fn check(&self) -> Check {
        Check {
            what: self.context.clone(),
            name: self.context.clone(),
            fact: format!("status {} {}", self.id, self.state),
            state: self.state.clone(),
            ended: Some(self.at),
            link: self.link.clone(),
        }
    }
}

/// Returns what all of these say together: red before absent, absent before under way, and green only without any.
fn verdict(checks: &[Check], absent: &[String], commit: &ObjectId) -> Verdict {
    let of = |wanted: Outcome| checks.iter().filter(move |check| outcome(&check.state) == wanted);
    let told = |wanted: Outcome| {
        of(wanted).map(|check| format!("{}: {}", check.what, check.state)).collect::<Vec<_>>().join(", ")
    };
    let about = |id: &str, what: String| Notice::new(id).with("what", what).with("commit", commit.short());
    let first = |wanted: Outcome| of(wanted).next().map(|check| check.link.clone());
    let (standing, reason, link) = if of(Outcome::Red).next().is_some() {
        (Standing::Bad, about("gate-checks-red", told(Outcome::Red)), first(Outcome::Red))
    } else if !absent.is_empty() {
        (Standing::Bad, about("gate-checks-absent", absent.join(", ")), None)
    } else if of(Outcome::UnderWay).next().is_some() {
        (Standing::Unknown, about("gate-checks-under-way", told(Outcome::UnderWay)), first(Outcome::UnderWay))
    } else if checks.is_empty() {
        (Standing::Bad, about("gate-checks-none", String::new()), None)
    } else {
        let all: Vec<&str> = checks.iter().map(|check| check.what.as_str()).collect();
        (Standing::Good, about("gate-checks-green", all.join(", ")), first(Outcome::Green))
    };
    Verdict {
        standing,
        reason,
        facts: checks.iter().map(|check| (check.name.clone(), check.fact.clone())).collect(),
        dated: (standing == Standing::Good)
            .then(|| checks.iter().filter_map(|check| check.ended).min())
            .flatten(),
        link,
    }
}
