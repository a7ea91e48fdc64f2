//! Table `[repository.environment.deploy]`, as meant.

use std::time::Duration;

use crate::config::checked::{Deploy, Migrations, Recipe, ScriptStep};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::notice::Notice;

use super::text::{self, hours, minutes, seconds};
use super::{Findings, top};

/// Returns table `[repository.environment.deploy]`.
pub fn deploy(raw: &raw::Deploy, at: &Path, found: &mut Findings<'_>) -> Option<Deploy> {
    let recipe = match raw.recipe {
        // A recipe that is not one was reported; what belongs to which cannot be told then.
        _ if !found.clean(&at.key("recipe")) => None,
        raw::Recipe::Compose => compose(raw, at, found),
        raw::Recipe::Script => script(raw, at, found),
    };
    let mut env_good = true;
    for (name, value) in &raw.env {
        let place = at.key("env").key(name);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || name.as_bytes()[0].is_ascii_digit() || !name.bytes().all(plain) {
            found.report(&place, Notice::new("TW-C053"));
            env_good = false;
        } else if value.contains('\0') || !text::template(value, &place, found) {
            env_good = false;
        }
    }
    let migrations = match raw.migrations {
        raw::Migrations::None => Some(Migrations::None),
        raw::Migrations::Compatible => Some(Migrations::Compatible),
        raw::Migrations::Breaking => top::later("migrations = \"breaking\"", &at.key("migrations"), found),
    };
    let env = env_good.then(|| raw.env.clone());
    Some(Deploy { recipe: recipe?, env: env?, migrations: migrations? })
}

fn compose(raw: &raw::Deploy, at: &Path, found: &mut Findings<'_>) -> Option<Recipe> {
    if !raw.step.is_empty() {
        found.report(&at.key("step"), Notice::new("TW-C034").with("belongs", "recipe = \"script\""));
    }
    let place = at.key("compose_files");
    let written = raw.compose_files.as_deref().unwrap_or_default();
    let files = found.each(written, &place, |file, at, found| text::relative(file, at, found));
    if written.is_empty() && found.clean(&place) {
        found.report(&place, Notice::new("TW-C009"));
    }
    let project = match &raw.project {
        Some(name) => text::word(name, &at.key("project"), found),
        None => found.refuse(&at.key("project"), Notice::new("TW-C054")),
    };
    let pull_limit = optional(&raw.pull_limit, seconds(1)..=hours(6), &at.key("pull_limit"), found);
    let settle = optional(&raw.settle, Duration::ZERO..=minutes(5), &at.key("settle"), found);
    Some(Recipe::Compose { files: files?, project: project?, pull_limit: pull_limit?, settle: settle? })
}

/// Returns a length whose default was filled in before.
fn optional(
    text: &Option<String>,
    range: std::ops::RangeInclusive<Duration>,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<Duration> {
    text::length(text.as_deref().unwrap_or_default(), range, at, found)
}

fn script(raw: &raw::Deploy, at: &Path, found: &mut Findings<'_>) -> Option<Recipe> {
    for (key, written) in [
        ("compose_files", raw.compose_files.is_some()),
        ("project", raw.project.is_some()),
        ("pull_limit", raw.pull_limit.is_some()),
        ("settle", raw.settle.is_some()),
    ] {
        if written {
            found.report(&at.key(key), Notice::new("TW-C034").with("belongs", "recipe = \"compose\""));
        }
    }
    let place = at.key("step");
    let steps = found.each(&raw.step, &place, step);
    if raw.step.is_empty() && found.clean(&place) {
        found.report(&place, Notice::new("TW-C009"));
    }
    found.distinct(&place, "name", raw.step.iter().map(|step| step.name.clone()));
    Some(Recipe::Script { steps: steps? })
}

fn step(raw: &raw::Step, at: &Path, found: &mut Findings<'_>) -> Option<ScriptStep> {
    let name = match raw.name.contains('_') {
        true => found.refuse(&at.key("name"), Notice::new("TW-C044").with("value", &raw.name)),
        false => text::word(&raw.name, &at.key("name"), found),
    };
    let run = text::command(&raw.run, &at.key("run"), found);
    let mut maybe = |words: &Option<Vec<String>>, key: &str| match words {
        Some(words) => text::command(words, &at.key(key), found).map(Some),
        None => Some(None),
    };
    let (probe, undo) = (maybe(&raw.probe, "probe"), maybe(&raw.undo, "undo"));
    let limit = text::length(&raw.limit, seconds(1)..=hours(24), &at.key("limit"), found);
    Some(ScriptStep { name: name?, run: run?, probe: probe?, undo: undo?, limit: limit? })
}
