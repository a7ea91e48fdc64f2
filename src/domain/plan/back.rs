//! The plan that brings back what ran before: reverse order of hosts, only what was begun.
//!
//! A step that only looked has nothing to take back. A host whose containers were not touched yet gets its files back
//! and nothing else, because starting its containers anew would be an outage for nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::names::HostName;
use crate::domain::plan::compose::{self, Begun, Compose};
use crate::domain::plan::forward::{health, plain, smoke};
use crate::domain::plan::spec::Running;
use crate::domain::plan::{
    Act, FACT_COMMIT_BEFORE, FACT_TAG_BEFORE, FACT_VERSION_BEFORE, Facts, Plan, Recipe, Spec, SpecHost, Step,
};

/// Returns the plan that brings back what ran before, from the steps of `plan` that were begun (by index).
pub fn way_back(plan: &Plan, begun: &[usize], facts: &BTreeMap<HostName, Facts>, spec: &Spec) -> Plan {
    let begun: BTreeSet<usize> = begun.iter().copied().collect();
    let touched: Vec<&Step> = begun
        .iter()
        .filter_map(|n| plan.steps.get(*n))
        .filter(|step| matches!(step.act, Act::Run { .. }))
        .collect();
    let none = Facts::new();
    let mut steps = Vec::new();
    let mut verify = false;
    let mut before = Running::default();
    for host in spec.hosts.iter().rev() {
        let here: Vec<&Step> = touched.iter().copied().filter(|step| step.host == host.name).collect();
        if here.is_empty() {
            continue;
        }
        let facts = facts.get(&host.name).unwrap_or(&none);
        before = ran_before(facts);
        let again = match &spec.recipe {
            Recipe::Compose { files, project, pull_limit, settle } => {
                let compose = Compose { files, project, pull_limit: *pull_limit, settle: *settle };
                let up = here.iter().find(|step| step.name == "up");
                let env = up.and_then(|step| env_of(&step.act)).cloned().unwrap_or_default();
                let begun = Begun { up: up.is_some(), facts, env };
                let again = begun.up && before.commit.is_some();
                steps.extend(compose::back(&compose, begun, &before, host, spec));
                again
            }
            Recipe::Script { .. } => {
                steps.extend(here.iter().rev().filter_map(|step| undone(step, host)));
                true
            }
        };
        if again {
            steps.extend(health("back-", host, &before, spec));
        }
        verify |= again;
    }
    if let (true, Some(first)) = (verify, spec.hosts.first()) {
        let there = facts.get(&first.name).map_or(before, ran_before);
        steps.extend(smoke("back-", first, &there, spec));
    }
    Plan { steps }
}

fn ran_before(facts: &Facts) -> Running<'_> {
    let fact = |name: &str| facts.get(name).map(String::as_str);
    Running {
        tag: fact(FACT_TAG_BEFORE),
        version: fact(FACT_VERSION_BEFORE),
        commit: fact(FACT_COMMIT_BEFORE),
    }
}

fn env_of(act: &Act) -> Option<&BTreeMap<String, String>> {
    match act {
        Act::Run { script } | Act::Inspect { script, .. } => Some(&script.env),
        Act::Ask { .. } => None,
    }
}

fn undone(step: &Step, host: &SpecHost) -> Option<Step> {
    let act = step.undo.clone()?;
    Some(plain(format!("back-{}", step.name), host, step.stage, act, step.limit))
}
