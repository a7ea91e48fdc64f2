//! What a release does or waits for, in one sentence.

use super::{Kind, Phase, State};
use crate::domain::gate::Answer;
use crate::domain::names::Person;
use crate::domain::notice::Notice;

impl State {
    /// Returns what the release does or waits for.
    pub fn headline(&self) -> Notice {
        self.headline_of(self.phase)
    }

    /// Returns what the release would say in `phase`.
    pub fn headline_of(&self, phase: Phase) -> Notice {
        let tag = self.opening.tag.name();
        let environment = &self.opening.environment;
        let base = |id: &str| Notice::new(id).with("tag", tag).with("environment", environment);
        let ended = |id: &str| match &self.ended_by {
            Some((by, reason)) => base(id).with("by", by).with("reason", reason),
            None => base(id).with("by", "?").with("reason", ""),
        };
        let goes_back = self.back.is_none() && self.opening.kind == Kind::Forward && phase.may_go_back();
        if let Some(asked) = self.back_asked.as_ref().filter(|_| goes_back) {
            return base("head-back-asked")
                .with("by", asked.by.as_ref().map_or("?", Person::as_str))
                .with("reason", &asked.reason);
        }
        match phase {
            Phase::Waiting => self.waits_for(),
            Phase::Deploying => base("head-deploying"),
            Phase::Smoke => base("head-smoke"),
            Phase::Watching => {
                let until = self.watch.as_ref().map(|watch| watch.until.to_string()).unwrap_or_default();
                base("head-watching").with("until_at", until)
            }
            Phase::Announcing => base("head-announcing"),
            Phase::Complete if self.unwatched() => base("head-complete-unwatched"),
            Phase::Complete if self.unproven.is_empty() => base("head-complete"),
            Phase::Complete => base("head-complete-unproven").with("signals", self.unproven.join(", ")),
            Phase::Refused => {
                let ids: Vec<&str> = self.findings.iter().map(|finding| finding.id.as_str()).collect();
                base("head-refused").with("ids", ids.join(", "))
            }
            Phase::Denied => ended("head-denied"),
            Phase::Withdrawn => ended("head-withdrawn"),
            Phase::Superseded => {
                base("head-superseded").with("by", self.superseded_by.as_deref().unwrap_or("?"))
            }
            Phase::RollingBack => base("head-rolling-back"),
            Phase::RolledBack if self.touched() => base("head-rolled-back"),
            Phase::RolledBack => base("head-not-deployed"),
            Phase::Stuck => base("head-stuck"),
        }
    }

    /// Returns whether the watch had no signal to look at; nothing is called well that nobody looked at.
    pub fn unwatched(&self) -> bool {
        self.watch.as_ref().is_some_and(|watch| watch.looks.is_empty())
    }

    /// Returns the reason of the first gate that is not good.
    fn waits_for(&self) -> Notice {
        match self.answer.as_ref().and_then(Answer::closed) {
            Some(gate) => gate.reason.clone(),
            None => Notice::new("head-opened")
                .with("tag", self.opening.tag.name())
                .with("environment", &self.opening.environment),
        }
    }
}
