//! Tables below `[repository.environment.gates]`, as meant.

mod alerts;
mod backup;
mod checks;
mod command;
mod http;
mod image;
mod prometheus;
mod signoff;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::config::Secret;
use crate::config::gates::{Gate, GateSource};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::notice::Notice;

use super::Findings;
use super::text::{self, hours, seconds};

pub use checks::after;
pub use signoff::signoff;

/// The names that gates have by themselves; no gate of the file may be called so.
const TAKEN: &[&str] = &[
    "tag",
    "environment",
    "host",
    "hold",
    "approval",
    "calendar",
    "signoff",
    "ci",
    "e2e",
    "backup",
    "image",
];

/// What the gates of an environment may refer to.
pub struct Around<'a> {
    /// The names of its hosts.
    pub hosts: Vec<&'a str>,
    /// How it is deployed; `None` = that is not a recipe.
    pub recipe: Option<raw::Recipe>,
}

/// Returns the automatic gates, in the order in which people think of them.
pub fn gates(
    raw: &raw::Gates,
    around: &Around<'_>,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<Vec<Gate>> {
    let ci = optional(&raw.ci, &at.key("ci"), found, checks::ci);
    let e2e = optional(&raw.e2e, &at.key("e2e"), found, checks::e2e);
    let backup = optional(&raw.backup, &at.key("backup"), found, |raw, at, found| {
        backup::backup(raw, around, at, found)
    });
    let image =
        optional(&raw.image, &at.key("image"), found, |raw, at, found| image::image(raw, around, at, found));
    let http = found.each(&raw.http, &at.key("http"), http::http);
    let command = found
        .each(&raw.command, &at.key("command"), |raw, at, found| command::command(raw, around, at, found));
    let prometheus = found.each(&raw.prometheus, &at.key("prometheus"), prometheus::prometheus);
    let alerts = found.each(&raw.alerts, &at.key("alerts"), alerts::alerts);
    unique(raw, at, found);
    let one_each = ci?.into_iter().chain(e2e?).chain(backup?).chain(image?);
    Some(one_each.chain(http?).chain(command?).chain(prometheus?).chain(alerts?).collect())
}

/// Returns the gate of a table that may be written once; an environment without it is right too.
fn optional<'f, T>(
    raw: &Option<T>,
    at: &Path,
    found: &mut Findings<'f>,
    convert: impl FnOnce(&T, &Path, &mut Findings<'f>) -> Option<Gate>,
) -> Option<Option<Gate>> {
    match raw {
        Some(raw) => convert(raw, at, found).map(Some),
        None => Some(None),
    }
}

/// Returns a gate with a name of its own.
fn named(
    name: &str,
    max_age: &str,
    source: Option<GateSource>,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<Gate> {
    let name = text::word(name, &at.key("name"), found);
    if let Some(name) = name.as_deref().filter(|name| TAKEN.contains(name)) {
        return found.refuse(&at.key("name"), Notice::new("TW-C090").with("value", name));
    }
    let max_age = self::max_age(max_age, at, found);
    Some(Gate { name: name?, max_age: max_age?, source: source? })
}

/// Returns the address of a server.
fn server(url: &str, at: &Path, found: &mut Findings<'_>) -> Option<String> {
    text::url(url, &at.key("url"), found)
}

/// Returns the token of a server, when one is named.
fn token(
    raw: Option<&raw::SecretReference>,
    url: &str,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<Option<Secret>> {
    let Some(reference) = raw else { return Some(None) };
    if text::is_overheard(url) {
        found.warn(&at.key("url"), Notice::new("TW-C065"));
    }
    found.secret(reference, &at.key("token")).map(Some)
}

/// Returns how old what a gate saw may be: long enough for a look, short enough to prove something.
fn max_age(text: &str, at: &Path, found: &mut Findings<'_>) -> Option<Duration> {
    text::length(text, seconds(1)..=hours(24 * 366), &at.key("max_age"), found)
}

/// Reports a host that the environment does not have.
fn host(name: Option<&str>, around: &Around<'_>, at: &Path, found: &mut Findings<'_>) -> Option<()> {
    match name {
        Some(name) if !around.hosts.contains(&name) => {
            let known = around.hosts.join(", ");
            found.refuse(&at.key("host"), Notice::new("TW-C091").with("value", name).with("known", known))
        }
        Some(_) | None => Some(()),
    }
}

/// Reports every name that two gates of an environment share: evidence and overrides are kept by name.
fn unique(raw: &raw::Gates, at: &Path, found: &mut Findings<'_>) {
    let mut seen = BTreeSet::new();
    let names = (raw.http.iter().map(|gate| &gate.name).enumerate().map(|one| ("http", one)))
        .chain(raw.command.iter().map(|gate| &gate.name).enumerate().map(|one| ("command", one)))
        .chain(raw.prometheus.iter().map(|gate| &gate.name).enumerate().map(|one| ("prometheus", one)))
        .chain(raw.alerts.iter().map(|gate| &gate.name).enumerate().map(|one| ("alerts", one)));
    for (kind, (index, name)) in names {
        if !name.is_empty() && !seen.insert(name.clone()) {
            found.report(&at.key(kind).index(index).key("name"), Notice::new("TW-C027").with("value", name));
        }
    }
}
