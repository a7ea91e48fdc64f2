//! The plan that brings a version to an environment.
//!
//! All steps of a host up to its health check stand before the next host's; the smoke tests stand at the end and run
//! once, from the first host.

use std::collections::BTreeMap;

use crate::domain::plan::compose::{self, Compose};
use crate::domain::plan::spec::Running;
use crate::domain::plan::texts;
use crate::domain::plan::{
    Act, Health, Plan, Recipe, Script, ScriptStep, Spec, SpecHost, Stage, Step, Target,
};

/// Returns the plan that brings `target` to the environment.
pub fn forward(target: &Target, spec: &Spec) -> Plan {
    let running = target.running();
    let mut steps = Vec::new();
    for host in &spec.hosts {
        match &spec.recipe {
            Recipe::Compose { files, project, pull_limit, settle } => {
                let compose = Compose { files, project, pull_limit: *pull_limit, settle: *settle };
                steps.extend(compose::forward(&compose, target, host, spec));
            }
            Recipe::Script { steps: own } => {
                steps.extend(own.iter().map(|step| of_own(step, &running, host, spec)));
            }
        }
        steps.extend(health("", host, &running, spec));
    }
    if let Some(first) = spec.hosts.first() {
        steps.extend(smoke("", first, &running, spec));
    }
    Plan { steps }
}

fn of_own(own: &ScriptStep, running: &Running<'_>, host: &SpecHost, spec: &Spec) -> Step {
    let script = |words: &Vec<String>| Script {
        directory: Some(host.directory.clone()),
        env: running.env(spec),
        files: BTreeMap::new(),
        commands: vec![running.command(words)],
    };
    // What is taken back is no longer what runs, so an undo is told the release in its arguments alone.
    let undo = |words: &Vec<String>| Script { env: Running::default().env(spec), ..script(words) };
    Step {
        name: own.name.clone(),
        host: host.name.clone(),
        stage: Stage::Deploy,
        act: Act::Run { script: script(&own.run) },
        probe: own.probe.as_ref().map(script),
        undo: own.undo.as_ref().map(|words| Act::Run { script: undo(words) }),
        limit: own.limit,
        retries: 0,
    }
}

/// Returns the health check of a host, if there is one; `before` stands before the step's name.
pub(super) fn health(before: &str, host: &SpecHost, running: &Running<'_>, spec: &Spec) -> Option<Step> {
    let (act, limit) = match spec.health.as_ref()? {
        Health::Http { ask, limit } => (Act::Ask { ask: ask.clone() }, *limit),
        Health::Command { run, limit } => {
            let mut words = vec!["sh".to_owned(), "{step}/until.sh".to_owned()];
            words.extend(run.iter().cloned());
            let script = Script {
                directory: Some(host.directory.clone()),
                env: running.env(spec),
                files: texts::files(&[texts::UNTIL]),
                commands: vec![words],
            };
            (Act::Run { script }, *limit)
        }
    };
    Some(plain(format!("{before}health"), host, Stage::Deploy, act, limit))
}

/// Returns the smoke tests; `before` stands before the steps' names.
pub(super) fn smoke(before: &str, host: &SpecHost, running: &Running<'_>, spec: &Spec) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(words) = &spec.smoke.script {
        let mut env = running.env(spec);
        if let Some(url) = &spec.smoke.url {
            env.insert("PROD_URL".to_owned(), url.clone());
        }
        let script = Script {
            directory: Some(host.directory.clone()),
            env,
            files: BTreeMap::new(),
            commands: vec![words.clone()],
        };
        let name = format!("{before}smoke-script");
        steps.push(plain(name, host, Stage::Smoke, Act::Run { script }, spec.smoke.limit));
    }
    for (n, ask) in spec.smoke.endpoints.iter().enumerate() {
        // Long enough for one answer that is as slow as it may be, and for two tries after a short hiccup.
        let limit = 3 + ask.latency_ms.div_ceil(1000);
        let name = format!("{before}endpoint-{}", n + 1);
        steps.push(plain(name, host, Stage::Smoke, Act::Ask { ask: ask.clone() }, limit));
    }
    steps
}

/// Returns a step without probe, undo and retries.
pub(super) fn plain(name: String, host: &SpecHost, stage: Stage, act: Act, limit: u64) -> Step {
    Step { name, host: host.name.clone(), stage, act, probe: None, undo: None, limit, retries: 0 }
}
