//! What an inspection's output means: facts for the later steps, or why the deployment must not go on.
//!
//! The output comes from a host and is believed only as far as it has the expected shape; what becomes part of a later
//! command is checked against a strict grammar first.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::names::ObjectId;
use crate::domain::notice::Notice;
use crate::domain::plan::texts::sections;
use crate::domain::plan::{
    FACT_COMMIT_BEFORE, FACT_HEAD_BEFORE, FACT_KEEP, FACT_LOCK, FACT_SERVICES_BEFORE, FACT_TAG_BEFORE,
    FACT_VERSION_BEFORE, Facts, Inspection, Output, Recipe, Spec, pins, resolved, settled,
};
use crate::domain::version::Tag;

/// The longest piece of a host's words that is shown.
const LONGEST_SAID: usize = 600;
/// Label that compose puts on the containers of `docker compose run`.
pub(super) const ONE_OFF: &str = "com.docker.compose.oneoff";
/// Label that compose puts on every container: the service.
pub(super) const SERVICE: &str = "com.docker.compose.service";

/// Judges what an inspection printed; `facts` is what is known of the host so far.
///
/// # Errors
/// Says why the deployment must not go on.
pub fn judge(inspection: Inspection, output: &Output, facts: &Facts, spec: &Spec) -> Result<Facts, Notice> {
    match inspection {
        Inspection::Preflight => preflight(output),
        Inspection::Snapshot => snapshot(output, spec),
        Inspection::Resolve => resolved::judge(output),
        Inspection::Settled => settled::judge(output, facts),
        Inspection::Pinned => pins::judge(output),
    }
}

/// Returns what a host said, short enough to be shown.
pub(super) fn said(text: &str) -> String {
    let text = text.trim();
    let short: String = text.chars().take(LONGEST_SAID).collect();
    if short.len() < text.len() { format!("{short} …") } else { short }
}

/// Returns the notice for an inspection that could not be made.
pub(super) fn not_made(what: &str, output: &Output) -> Notice {
    // What a host prints besides its errors may be a container's environment.
    let words = said(&output.stderr);
    let words = if words.is_empty() { "—".to_owned() } else { words };
    Notice::new("TW-D001").with("what", what).with("status", output.status).with("said", words)
}

/// Returns whether the output is whole, up to its last part.
pub(super) fn whole(found: &[(&str, Vec<&str>)]) -> bool {
    found.last().is_some_and(|(name, _)| *name == "end")
}

fn preflight(output: &Output) -> Result<Facts, Notice> {
    let found = sections(&output.stdout);
    let missing: Vec<&str> = found.iter().filter_map(|(name, _)| name.strip_prefix("missing ")).collect();
    if !missing.is_empty() {
        return Err(Notice::new("TW-D002").with("missing", missing.join(", ")));
    }
    for (name, lines) in &found {
        let told = said(&lines.join("\n"));
        match *name {
            "engine" => return Err(Notice::new("TW-D003").with("said", told)),
            "no clone" => return Err(Notice::new("TW-D004").with("said", told)),
            "dirty" => return Err(Notice::new("TW-D005").with("changes", told)),
            "submodules" => return Err(Notice::new("TW-D006")),
            "lfs" => return Err(Notice::new("TW-D007")),
            _ => {}
        }
    }
    if output.status == 0 && whole(&found) { Ok(Facts::new()) } else { Err(not_made("check", output)) }
}

/// An image on a host.
#[derive(Deserialize)]
pub(super) struct Image {
    pub id: String,
    pub digests: Option<Vec<String>>,
}

/// A container on a host.
#[derive(Deserialize)]
pub(super) struct Container {
    pub image: String,
    status: String,
    labels: Option<BTreeMap<String, String>>,
}

impl Container {
    pub fn label(&self, name: &str) -> &str {
        self.labels.as_ref().and_then(|labels| labels.get(name)).map_or("", String::as_str)
    }
}

fn snapshot(output: &Output, spec: &Spec) -> Result<Facts, Notice> {
    let found = sections(&output.stdout);
    let part = |wanted: &str| {
        found.iter().find(|(name, _)| *name == wanted).map(|(_, lines)| lines.as_slice()).unwrap_or_default()
    };
    if output.status != 0 || !whole(&found) {
        return Err(not_made("snapshot", output));
    }
    let head = part("head").first().and_then(|line| ObjectId::parse(line).ok());
    let head = head.ok_or_else(|| not_made("snapshot", output))?;
    let mut containers = Vec::new();
    for line in part("containers").iter().filter(|line| !line.is_empty()) {
        let one: Container = serde_json::from_str(line).map_err(|_| not_made("snapshot", output))?;
        if !one.label(ONE_OFF).eq_ignore_ascii_case("true") {
            containers.push(one);
        }
    }
    // A running container stands for its service before one that has ended.
    containers.sort_by_key(|one| one.status != "running");
    let mut facts: Facts = [(FACT_HEAD_BEFORE.to_owned(), head.to_string())].into();
    facts.extend(images(&containers, &digests(part("images")), part("services"), spec));
    if containers.iter().any(|one| one.status == "running") {
        facts.insert(FACT_COMMIT_BEFORE.to_owned(), head.to_string());
        if let Some(tag) = highest(part("tags")) {
            facts.insert(FACT_VERSION_BEFORE.to_owned(), tag.version().to_string());
            facts.insert(FACT_TAG_BEFORE.to_owned(), tag.name().to_owned());
        }
    }
    Ok(facts)
}

/// Returns the tag of the highest version among these; rollback tags, which stand on the same commit, do not count.
fn highest(tags: &[&str]) -> Option<Tag> {
    let version_tag = |name: &&str| {
        let prefix = name.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/'));
        let tag = if plain { Tag::parse(name.as_bytes(), prefix).ok() } else { None };
        tag.filter(|tag| tag.taken_back().is_none())
    };
    tags.iter().filter_map(version_tag).max_by(|a, b| a.version().cmp(b.version()))
}

/// Returns by image id the digest under which a registry knows it; an image that was built on the host has none.
fn digests(lines: &[&str]) -> BTreeMap<String, String> {
    let known = lines.iter().filter_map(|line| serde_json::from_str::<Image>(line).ok());
    let digest = |image: Image| {
        Some((image.id, image.digests.unwrap_or_default().into_iter().find(|name| is_digest(name))?))
    };
    known.filter_map(digest).collect()
}

/// Returns the facts that pin every service to the image that it runs with.
fn images(
    containers: &[Container],
    digests: &BTreeMap<String, String>,
    known: &[&str],
    spec: &Spec,
) -> Facts {
    let project = match &spec.recipe {
        Recipe::Compose { project, .. } => project.as_str(),
        Recipe::Script { .. } => "",
    };
    let mut services: BTreeMap<&str, String> = BTreeMap::new();
    let mut keep = String::new();
    for one in containers {
        let service = one.label(SERVICE);
        let Some(id) = one.image.strip_prefix("sha256:").filter(|id| is_image_id(id)) else { continue };
        if !is_service(service) || services.contains_key(service) {
            continue;
        }
        let name = format!("{project}-keep:{}-{service}", &id[..12]);
        let digest = digests.get(&one.image).map_or("", String::as_str);
        keep.push_str(&format!("sha256:{id} {name} {digest}\n"));
        services.insert(service, name);
    }
    let mut lock = String::from("services:\n");
    let mut pinned = 0;
    // A container of a service that the files do not know must not become a service of theirs.
    for (service, name) in services.iter().filter(|(name, _)| known.is_empty() || known.contains(name)) {
        lock.push_str(&format!("  \"{service}\":\n    image: \"{name}\"\n    pull_policy: never\n"));
        pinned += 1;
    }
    if pinned == 0 {
        lock = String::from("services: {}\n");
    }
    let names: String = services.keys().map(|name| format!("{name}\n")).collect();
    [(FACT_KEEP, keep), (FACT_LOCK, lock), (FACT_SERVICES_BEFORE, names)]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}

pub(super) fn is_image_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn is_digest(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/' | b':');
    text.split_once("@sha256:").is_some_and(|(name, id)| {
        is_image_id(id) && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.bytes().all(plain)
    })
}

fn is_service(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}
