//! What may happen to a release in which phase, and what of it must be remembered: written down by hand, a row an event.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tagwarden::domain::gate::Answer;
use tagwarden::domain::names::{EnvironmentName, ObjectId, Person, ReleaseId, RepositoryName};
use tagwarden::domain::notice::Notice;
use tagwarden::domain::plan::{Facts, Plan};
use tagwarden::domain::release::{
    Direction, Event, EventName, Kind, Opening, Outcome, Phase, Source, State, Verdict,
};
use tagwarden::domain::version::Tag;
use tagwarden::domain::watch::{self, Look};

/// How many releases a story has.
pub const RELEASES: usize = 3;

/// Who does things.
const PEOPLE: [&str; 3] = ["ada", "grace", "edsger"];

/// A release as the model sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub phase: Phase,
    pub noted: Noted,
}

/// What must be remembered of what happened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Noted {
    pub pusher: Option<&'static str>,
    pub approvers: BTreeSet<&'static str>,
    pub signed_by: Option<&'static str>,
    pub overridden: BTreeSet<String>,
    pub issue: Option<u64>,
    pub held_by: Option<&'static str>,
    pub back_asked: bool,
    pub going_back: bool,
    pub back_tag_seen: bool,
    pub steps: usize,
    pub looks: usize,
    pub extended: bool,
}

impl Default for Model {
    fn default() -> Self {
        Self { phase: Phase::Waiting, noted: Noted::default() }
    }
}

impl Model {
    /// Lets the event of a rule happen; returns whether it may.
    pub fn take(&mut self, rule: &Rule, shape: u8) -> bool {
        let Some(leads) = rule.leads(self.phase) else { return false };
        (rule.note)(&mut self.noted, shape);
        self.phase = match leads {
            "" => self.phase,
            // How a person leads out decides where to.
            "?" if verdict(shape) == Verdict::BroughtBack => Phase::RolledBack,
            "?" if self.noted.going_back => Phase::RollingBack,
            "?" => Phase::Deploying,
            name => Phase::named(name).unwrap(),
        };
        true
    }

    /// Returns what the store remembers otherwise than the model, if anything.
    pub fn difference(&self, state: &State) -> Option<String> {
        let login = |person: &Person| PEOPLE.into_iter().find(|name| *name == person.as_str()).unwrap();
        let kept = Self {
            phase: state.phase,
            noted: Noted {
                pusher: state.opening.pusher.as_ref().map(login),
                approvers: state.approvals.iter().map(|approval| login(&approval.by)).collect(),
                signed_by: state.signed.as_ref().map(|signed| login(&signed.by)),
                overridden: state.overrides.iter().map(|one| one.gate.clone()).collect(),
                issue: state.issue,
                held_by: state.hold.as_ref().map(|hold| login(&hold.by)),
                back_asked: state.back_asked.is_some(),
                going_back: state.back.is_some(),
                back_tag_seen: state.back_tag_seen,
                steps: state.runs.len(),
                looks: state.watch.as_ref().map_or(0, |watch| watch.looks.len()),
                extended: state.watch.as_ref().is_some_and(|watch| watch.extended),
            },
        };
        (kept != *self).then(|| format!("the store has {kept:?}, the model {self:?}"))
    }
}

/// What the model knows of one event.
pub struct Rule {
    pub event: EventName,
    /// The phases in which it may happen, and behind `>` where it leads; without that the phase stays.
    pub lawful: &'static str,
    /// One of its shapes.
    pub make: fn(u8) -> Event,
    /// What must be remembered of it.
    pub note: fn(&mut Noted, u8),
}

impl Rule {
    /// Returns where the event leads from a phase; `""` = nowhere, `None` = it may not happen.
    pub fn leads(&self, phase: Phase) -> Option<&'static str> {
        let (from, to) = self.lawful.split_once('>').unwrap_or((self.lawful, ""));
        let here = from.split_whitespace().any(|name| name == phase.name() || name == "everywhere");
        here.then(|| to.trim())
    }
}

fn who(shape: u8) -> &'static str {
    PEOPLE[usize::from(shape) % PEOPLE.len()]
}

fn person(shape: u8) -> Person {
    Person::parse(who(shape)).unwrap()
}

/// The gate that a shape is about.
fn gate(shape: u8) -> String {
    ["ci", "e2e"][usize::from(shape) % 2].to_owned()
}

fn verdict(shape: u8) -> Verdict {
    if shape.is_multiple_of(2) { Verdict::Retry } else { Verdict::BroughtBack }
}

fn direction(shape: u8) -> Direction {
    if shape.is_multiple_of(2) { Direction::Do } else { Direction::Undo }
}

fn outcome(shape: u8) -> Outcome {
    if shape.is_multiple_of(2) { Outcome::Done } else { Outcome::Failed { why: Notice::new("TW-D021") } }
}

/// An instant that a shape stands for.
fn instant(shape: u8) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + i64::from(shape)).unwrap()
}

fn answer(shape: u8) -> Answer {
    Answer { at: instant(shape), may_deploy: shape.is_multiple_of(2), gates: Vec::new(), next_slot: None }
}

fn reason(shape: u8) -> String {
    format!("because of {shape} \u{202e}<b>'\"\\")
}

fn look(shape: u8) -> Look {
    Look { signal: "front".into(), at: instant(shape), answer: watch::Answer::Ok, evidence: reason(shape) }
}

fn nothing(_: &mut Noted, _: u8) {}

/// What opens a release of the story.
pub fn opening(release: usize) -> Opening {
    Opening {
        id: ReleaseId(0),
        repository: RepositoryName::parse("school/bridge").unwrap(),
        repository_id: 7,
        environment: EnvironmentName::parse("production").unwrap(),
        tag: Tag::parse(format!("v1.{release}.0").as_bytes(), "v").unwrap(),
        object: ObjectId::parse(&"a".repeat(40)).unwrap(),
        commit: ObjectId::parse(&"b".repeat(40)).unwrap(),
        pusher: None,
        source: Source::Webhook,
        kind: Kind::Forward,
        target: "t".into(),
    }
}

/// All rules.
#[rustfmt::skip]
pub const RULES: &[Rule] = {
    use Event as V;
    use EventName as E;
    &[
        Rule { event: E::Opened, lawful: "", make: |_| V::Opened { opening: opening(0) }, note: nothing },
        Rule { event: E::PusherNamed, lawful: "everywhere", make: |n| V::PusherNamed { pusher: person(n) }, note: |k, n| k.pusher = Some(who(n)) },
        Rule { event: E::Refused, lawful: "waiting > refused", make: |_| V::Refused { findings: vec![Notice::new("TW-E010")] }, note: nothing },
        Rule { event: E::Asked, lawful: "waiting", make: |n| V::Asked { answer: answer(n) }, note: nothing },
        Rule { event: E::Approved, lawful: "waiting", make: |n| V::Approved { by: person(n), binding: "b".into(), expires_at: instant(n), seen: BTreeMap::new() }, note: |k, n| { k.approvers.insert(who(n)); } },
        Rule { event: E::ApprovalVoided, lawful: "waiting", make: |n| V::ApprovalVoided { by: person(n), why: Notice::new("TW-E010") }, note: |k, n| { k.approvers.remove(who(n)); } },
        Rule { event: E::Seen, lawful: "waiting", make: |_| V::Seen { evidence: Vec::new() }, note: nothing },
        Rule { event: E::Ticked, lawful: "waiting", make: |n| V::Ticked { item: format!("i{}", n % 3), by: person(n), good: n.is_multiple_of(2), note: Some(reason(n)) }, note: |k, n| k.signed_by = k.signed_by.filter(|_| n.is_multiple_of(2)) },
        Rule { event: E::SignedOff, lawful: "waiting", make: |n| V::SignedOff { by: person(n), checklist: reason(n), note: None }, note: |k, n| k.signed_by = Some(who(n)) },
        Rule { event: E::OverrideAsked, lawful: "waiting", make: |n| V::OverrideAsked { by: person(n), gate: gate(n), reason: reason(n), until: instant(n), drill: n.is_multiple_of(2) }, note: |k, n| { k.overridden.insert(gate(n)); } },
        Rule { event: E::OverrideConfirmed, lawful: "waiting", make: |n| V::OverrideConfirmed { by: person(n), gate: gate(n), drill: n.is_multiple_of(2) }, note: nothing },
        Rule { event: E::OverrideEnded, lawful: "waiting", make: |n| V::OverrideEnded { by: person(n), gate: gate(n) }, note: |k, n| { k.overridden.remove(&gate(n)); } },
        Rule { event: E::IssueOpened, lawful: "everywhere", make: |n| V::IssueOpened { number: u64::from(n) }, note: |k, n| k.issue = Some(u64::from(n)) },
        Rule { event: E::Denied, lawful: "waiting > denied", make: |n| V::Denied { by: person(n), reason: reason(n) }, note: nothing },
        Rule { event: E::Withdrawn, lawful: "waiting > withdrawn", make: |n| V::Withdrawn { by: person(n), reason: reason(n) }, note: nothing },
        Rule { event: E::Superseded, lawful: "waiting > superseded", make: |n| V::Superseded { by: ReleaseId(u64::from(n)), tag: "v9.0.0".into() }, note: nothing },
        Rule { event: E::Held, lawful: "waiting", make: |n| V::Held { by: person(n), reason: reason(n) }, note: |k, n| k.held_by = Some(who(n)) },
        Rule { event: E::Lifted, lawful: "waiting", make: |n| V::Lifted { by: person(n) }, note: |k, _| k.held_by = None },
        Rule { event: E::Started, lawful: "waiting > deploying", make: |n| V::Started { answer: answer(n), plan: Plan::default(), baseline: Vec::new(), fence: u64::from(n) }, note: nothing },
        Rule { event: E::StepStarted, lawful: "deploying smoke rolling_back", make: |n| V::StepStarted { index: usize::from(n), attempt: 1, direction: direction(n), key: format!("k{n}") }, note: |k, _| k.steps += 1 },
        Rule { event: E::StepEnded, lawful: "deploying smoke rolling_back", make: |n| V::StepEnded { key: format!("k{n}"), outcome: outcome(n), facts: Facts::new() }, note: nothing },
        Rule { event: E::DeployProven, lawful: "deploying > smoke", make: |_| V::DeployProven, note: nothing },
        Rule { event: E::WatchStarted, lawful: "smoke > watching", make: |n| V::WatchStarted { until: instant(n) }, note: |k, _| (k.looks, k.extended) = (0, false) },
        Rule { event: E::Looked, lawful: "watching", make: |n| V::Looked { looks: vec![look(n); usize::from(n % 3)] }, note: |k, n| k.looks += usize::from(n % 3) },
        Rule { event: E::WatchExtended, lawful: "watching", make: |n| V::WatchExtended { until: instant(n) }, note: |k, _| k.extended = true },
        Rule { event: E::WatchRestarted, lawful: "watching", make: |n| V::WatchRestarted { until: instant(n) }, note: |k, _| (k.looks, k.extended) = (0, false) },
        Rule { event: E::WatchPassed, lawful: "watching > announcing", make: |_| V::WatchPassed { unproven: Vec::new() }, note: nothing },
        Rule { event: E::Completed, lawful: "announcing > complete", make: |_| V::Completed, note: nothing },
        Rule { event: E::RollbackAsked, lawful: "deploying smoke watching announcing complete rolling_back", make: |n| V::RollbackAsked { by: Some(person(n)), reason: reason(n), tag: n.is_multiple_of(2).then(|| "v1.0.0-rollback".into()) }, note: |k, n| { k.back_asked = true; k.back_tag_seen |= n.is_multiple_of(2); } },
        Rule { event: E::RollbackStarted, lawful: "deploying smoke watching announcing complete > rolling_back", make: |n| V::RollbackStarted { why: Notice::new("TW-D020"), plan: Plan::default(), before: None, fence: u64::from(n) }, note: |k, _| k.going_back = true },
        Rule { event: E::RolledBack, lawful: "rolling_back > rolled_back", make: |_| V::RolledBack, note: nothing },
        Rule { event: E::RollbackTagSeen, lawful: "deploying smoke watching announcing complete rolling_back rolled_back stuck", make: |_| V::RollbackTagSeen { tag: "v1.0.0-rollback".into() }, note: |k, _| k.back_tag_seen = true },
        Rule { event: E::GotStuck, lawful: "deploying smoke watching rolling_back > stuck", make: |_| V::GotStuck { why: Notice::new("TW-D022") }, note: nothing },
        Rule { event: E::LedOut, lawful: "stuck > ?", make: |n| V::LedOut { by: person(n), reason: reason(n), verdict: verdict(n) }, note: nothing },
    ]
};
