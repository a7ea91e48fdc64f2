//! Tables `[repository.environment.gates.ci]` and `….e2e]`, as meant.

use std::time::Duration;

use crate::config::convert::Findings;
use crate::config::gates::{Gate, GateSource};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::checks::{ContextPattern, OWN_CONTEXTS};
use crate::domain::names::EnvironmentName;
use crate::domain::notice::Notice;

use super::max_age;

/// The longest context that a forge keeps.
const LONGEST_CONTEXT: usize = 255;

/// Returns the gate on the checks of the commit.
pub fn ci(raw: &raw::gates::Ci, at: &Path, found: &mut Findings<'_>) -> Option<Gate> {
    let workflows = found.each(&raw.workflows, &at.key("workflows"), workflow);
    let contexts = found.each(&raw.contexts, &at.key("contexts"), context);
    let max_age: Option<Duration> = max_age(&raw.max_age, at, found);
    let source = GateSource::Ci { workflows: workflows?, contexts: contexts? };
    Some(Gate { name: "ci".to_owned(), max_age: max_age?, source })
}

/// Returns the gate on the workflow that tries the whole application.
pub fn e2e(raw: &raw::gates::E2e, at: &Path, found: &mut Findings<'_>) -> Option<Gate> {
    let workflow = workflow(&raw.workflow, &at.key("workflow"), found);
    let after = match &raw.after {
        Some(name) => EnvironmentName::parse(name)
            .ok()
            .map(Some)
            .or_else(|| found.refuse(&at.key("after"), Notice::new("TW-C035").with("value", name))),
        None => Some(None),
    };
    let max_age = max_age(&raw.max_age, at, found);
    let source = GateSource::E2e { workflow: workflow?, after: after?, dispatch: raw.dispatch };
    Some(Gate { name: "e2e".to_owned(), max_age: max_age?, source })
}

/// Returns the name of a workflow's file: without its folder, as the forge's record has it.
fn workflow(raw: &String, at: &Path, found: &mut Findings<'_>) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let named = raw.strip_suffix(".yml").or_else(|| raw.strip_suffix(".yaml"));
    if named.is_some_and(|name| !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)) {
        return Some(raw.clone());
    }
    found.refuse(at, Notice::new("TW-C100").with("value", raw))
}

fn context(raw: &String, at: &Path, found: &mut Findings<'_>) -> Option<ContextPattern> {
    if raw.starts_with(OWN_CONTEXTS) {
        return found.refuse(at, Notice::new("TW-C101").with("value", raw));
    }
    if raw.is_empty() || raw.len() > LONGEST_CONTEXT || raw.chars().any(char::is_control) {
        return found.refuse(at, Notice::new("TW-C102").with("longest", LONGEST_CONTEXT));
    }
    Some(ContextPattern::new(raw))
}

/// Reports gates that wait for a deployment to an environment that the repository does not have, or to their own.
pub fn after(raw: &raw::Config, found: &mut Findings<'_>) {
    for (r, repository) in raw.repository.iter().enumerate() {
        let place = Path::root().key("repository").index(r).key("environment");
        for (e, environment) in repository.environment.iter().enumerate() {
            let Some(after) = environment.gates.e2e.as_ref().and_then(|gate| gate.after.as_ref()) else {
                continue;
            };
            let others: Vec<&str> = (repository.environment.iter().map(|other| other.name.as_str()))
                .filter(|name| *name != environment.name)
                .collect();
            let at = place.index(e).key("gates").key("e2e").key("after");
            if !others.contains(&after.as_str()) && found.clean(&at) {
                let known = if others.is_empty() { "-".to_owned() } else { others.join(", ") };
                found.report(&at, Notice::new("TW-C103").with("value", after).with("known", known));
            }
        }
    }
}
