//! What is known of a release: the fold of its events.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::ground::{Approval, Hold, Override, Signature, Tick};
use super::{Direction, Event, Kind, Opening, Outcome, Phase, Verdict};
use crate::domain::gate::{Answer, Evidence};
use crate::domain::names::{HostName, ObjectId, Person};
use crate::domain::notice::Notice;
use crate::domain::plan::{Act, Facts, Plan, Step};
use crate::domain::watch::Look;

/// Everything that is known of a release.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What it is.
    pub opening: Opening,
    /// Where it stands.
    pub phase: Phase,
    /// When its tag was first seen.
    pub opened_at: Timestamp,
    /// When something last happened to it.
    pub changed_at: Timestamp,
    /// The rules that its tag breaks.
    pub findings: Vec<Notice>,
    /// What the gates said last.
    pub answer: Option<Answer>,
    /// What the automatic gates saw last, by gate.
    pub evidence: BTreeMap<String, Evidence>,
    /// What people found when they tried the items of the checklist, by item.
    pub ticks: BTreeMap<String, Tick>,
    /// Who signed for the checklist.
    pub signed: Option<Signature>,
    /// The closed gates that people let it pass; the newest per gate.
    pub overrides: Vec<Override>,
    /// Who approved it; the newest per person.
    pub approvals: Vec<Approval>,
    /// The approvals that count no more because what was approved has changed: whose, when, and what changed.
    pub voided: Vec<(Person, Timestamp, Notice)>,
    /// The number of its issue on the forge.
    pub issue: Option<u64>,
    /// Who stopped it.
    pub hold: Option<Hold>,
    /// Who ended it, and why: denied, withdrawn.
    pub ended_by: Option<(Person, String)>,
    /// The tag of the newer release that contains it.
    pub superseded_by: Option<String>,
    /// When the deployment began, and its plan.
    pub plan: Option<Plan>,
    /// The number under which hosts are asked on the way forward.
    pub fence: u64,
    /// Signals that were bad before the deployment and are not held against it.
    pub baseline: Vec<String>,
    /// Every try of every step, in order.
    pub runs: Vec<StepRun>,
    /// What steps found out, by host.
    pub facts: BTreeMap<HostName, Facts>,
    /// The watch.
    pub watch: Option<Course>,
    /// Required signals that said too little.
    pub unproven: Vec<String>,
    /// Who asked for the way back: person, reason, pushed tag.
    pub back_asked: Option<BackAsked>,
    /// The way back.
    pub back: Option<Back>,
    /// Whether the rollback tag is on the forge.
    pub back_tag_seen: bool,
    /// Why it is stuck.
    pub stuck: Option<Notice>,
}

/// A request for the way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackAsked {
    /// Who asked; `None` = the forge did not say who pushed the tag.
    pub by: Option<Person>,
    /// Why.
    pub reason: String,
    /// The tag that asked.
    pub tag: Option<String>,
}

/// One try of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRun {
    /// Its place in the plan of its direction.
    pub index: usize,
    /// Which try this is, from 1 on.
    pub attempt: u32,
    /// Forward or back.
    pub direction: Direction,
    /// The key under which the host knows it.
    pub key: String,
    /// When it was about to be done.
    pub started_at: Timestamp,
    /// When its outcome was known, and the outcome.
    pub ended: Option<(Timestamp, Outcome)>,
    /// A named person let it be tried once more.
    pub forgiven: bool,
}

/// The watch.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// When it began.
    pub since: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// Whether it was extended already.
    pub extended: bool,
    /// All looks, in order.
    pub looks: Vec<Look>,
}

/// The way back.
#[derive(Debug, Clone, PartialEq)]
pub struct Back {
    /// Why.
    pub why: Notice,
    /// Since when.
    pub at: Timestamp,
    /// What is done.
    pub plan: Plan,
    /// The commit that runs again; `None` = nothing ran before, or it is not known.
    pub before: Option<ObjectId>,
    /// The number under which hosts are asked.
    pub fence: u64,
}

impl State {
    /// Returns the state of a release that was just opened.
    pub fn opened(opening: Opening, at: Timestamp) -> Self {
        Self {
            opening,
            phase: Phase::Waiting,
            opened_at: at,
            changed_at: at,
            findings: Vec::new(),
            answer: None,
            evidence: BTreeMap::new(),
            ticks: BTreeMap::new(),
            signed: None,
            overrides: Vec::new(),
            approvals: Vec::new(),
            voided: Vec::new(),
            issue: None,
            hold: None,
            ended_by: None,
            superseded_by: None,
            plan: None,
            fence: 0,
            baseline: Vec::new(),
            runs: Vec::new(),
            facts: BTreeMap::new(),
            watch: None,
            unproven: Vec::new(),
            back_asked: None,
            back: None,
            back_tag_seen: false,
            stuck: None,
        }
    }

    /// Returns the plan of a direction.
    pub fn plan_of(&self, direction: Direction) -> Option<&Plan> {
        match direction {
            Direction::Do => self.plan.as_ref(),
            Direction::Undo => self.back.as_ref().map(|back| &back.plan),
        }
    }

    /// Returns the number under which hosts are asked in a direction.
    pub fn fence_of(&self, direction: Direction) -> u64 {
        match direction {
            Direction::Do => self.fence,
            Direction::Undo => self.back.as_ref().map_or(self.fence, |back| back.fence),
        }
    }

    /// Returns the step that a run belongs to.
    pub fn step_of(&self, run: &StepRun) -> Option<&Step> {
        self.plan_of(run.direction).and_then(|plan| plan.steps.get(run.index))
    }

    /// Returns the newest try of a step.
    pub fn newest_run(&self, direction: Direction, index: usize) -> Option<&StepRun> {
        self.runs.iter().rev().find(|run| run.direction == direction && run.index == index)
    }

    /// Returns the places of the deployment's steps that were begun, in order and without doubles.
    pub fn begun(&self) -> Vec<usize> {
        let mut places: Vec<usize> =
            self.runs.iter().filter(|run| run.direction == Direction::Do).map(|run| run.index).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Returns whether a host was, or may have been, changed for it.
    pub fn touched(&self) -> bool {
        self.runs.iter().any(|run| {
            run.direction == Direction::Do
                && self.step_of(run).is_some_and(|step| match step.act {
                    Act::Run { .. } => true,
                    Act::Inspect { .. } | Act::Ask { .. } => false,
                })
        })
    }

    /// Returns whether it is over and nobody has asked for its way back.
    pub fn at_rest(&self) -> bool {
        match self.phase {
            // A way back has no way back of its own.
            Phase::Complete => self.back_asked.is_none() || self.opening.kind == Kind::Back,
            phase => phase.is_over(),
        }
    }

    /// Writes what `event` says into the state; the phase is the table's matter.
    pub(super) fn absorb(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Opened { .. } | Event::DeployProven | Event::Completed | Event::RolledBack => {}
            Event::PusherNamed { pusher } => self.opening.pusher = Some(pusher.clone()),
            Event::Refused { findings } => self.findings.clone_from(findings),
            Event::Seen { evidence } => self.see(evidence, at),
            Event::Ticked { item, by, good, note } => {
                self.tick(item, Tick { by: by.clone(), at, good: *good, note: note.clone() });
            }
            Event::SignedOff { by, checklist, note } => {
                let (by, checklist, note) = (by.clone(), checklist.clone(), note.clone());
                self.sign(Signature { by, at, checklist, note });
            }
            Event::OverrideAsked { by, gate, reason, until, drill } => {
                let (by, gate, reason) = (by.clone(), gate.clone(), reason.clone());
                let (until, drill) = (*until, *drill);
                self.ask_override(Override { gate, by, at, reason, until, drill, confirmed_by: None });
            }
            Event::OverrideConfirmed { by, gate, .. } => self.confirm_override(gate, by),
            Event::OverrideEnded { gate, .. } => self.end_override(gate),
            Event::Approved { by, binding, expires_at, seen } => {
                let (by, binding, seen) = (by.clone(), binding.clone(), seen.clone());
                self.approve(Approval { by, at, binding, expires_at: *expires_at, seen });
            }
            Event::ApprovalVoided { by, why } => self.void_approval(by, at, why),
            Event::Held { by, reason } => {
                self.hold = Some(Hold { by: by.clone(), reason: reason.clone(), at });
            }
            Event::Lifted { .. } => self.hold = None,
            Event::IssueOpened { number } => self.issue = Some(*number),
            Event::Asked { answer } => self.answer = Some(answer.clone()),
            Event::Denied { by, reason } | Event::Withdrawn { by, reason } => {
                self.ended_by = Some((by.clone(), reason.clone()));
            }
            Event::Superseded { tag, .. } => self.superseded_by = Some(tag.clone()),
            Event::Started { answer, plan, baseline, fence } => {
                self.fence = *fence;
                self.answer = Some(answer.clone());
                self.plan = Some(plan.clone());
                self.baseline.clone_from(baseline);
            }
            Event::StepStarted { index, attempt, direction, key } => self.runs.push(StepRun {
                index: *index,
                attempt: *attempt,
                direction: *direction,
                key: key.clone(),
                started_at: at,
                ended: None,
                forgiven: false,
            }),
            Event::StepEnded { key, outcome, facts } => self.end_step(key, outcome, facts, at),
            Event::WatchStarted { until } | Event::WatchRestarted { until } => {
                self.watch = Some(Course { since: at, until: *until, extended: false, looks: Vec::new() });
            }
            Event::Looked { looks } => {
                if let Some(watch) = &mut self.watch {
                    watch.looks.extend(looks.iter().cloned());
                }
            }
            Event::WatchExtended { until } => {
                if let Some(watch) = &mut self.watch {
                    watch.until = *until;
                    watch.extended = true;
                }
            }
            Event::WatchPassed { unproven } => self.unproven.clone_from(unproven),
            Event::RollbackAsked { by, reason, tag } => {
                self.back_asked =
                    Some(BackAsked { by: by.clone(), reason: reason.clone(), tag: tag.clone() });
                self.back_tag_seen |= tag.is_some();
            }
            Event::RollbackStarted { why, plan, before, fence } => {
                let (why, plan, before) = (why.clone(), plan.clone(), before.clone());
                self.back = Some(Back { why, at, plan, before, fence: *fence });
            }
            Event::RollbackTagSeen { .. } => self.back_tag_seen = true,
            Event::GotStuck { why } => self.stuck = Some(why.clone()),
            Event::LedOut { by, reason, verdict } => self.lead_out(by, reason, *verdict),
        }
    }

    /// Returns the phase that an event chooses by itself.
    pub(super) fn landing(&self, event: &Event) -> Phase {
        match event {
            Event::LedOut { verdict: Verdict::BroughtBack, .. } => Phase::RolledBack,
            Event::LedOut { verdict: Verdict::Retry, .. } if self.back.is_some() => Phase::RollingBack,
            Event::LedOut { verdict: Verdict::Retry, .. } => Phase::Deploying,
            _ => self.phase,
        }
    }

    fn end_step(&mut self, key: &str, outcome: &Outcome, facts: &Facts, at: Timestamp) {
        let Some(place) = self.runs.iter().rposition(|run| run.key == key) else { return };
        self.runs[place].ended = Some((at, outcome.clone()));
        let host = self.step_of(&self.runs[place]).map(|step| step.host.clone());
        if let Some(host) = host {
            self.facts.entry(host).or_default().extend(facts.clone());
        }
    }

    fn lead_out(&mut self, by: &Person, reason: &str, verdict: Verdict) {
        self.stuck = None;
        self.ended_by = Some((by.clone(), reason.to_owned()));
        if verdict == Verdict::Retry
            && let Some(run) = self.runs.last_mut()
        {
            run.forgiven = true;
        }
    }
}
