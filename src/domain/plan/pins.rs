//! What the images of a release are pinned to: read from the compose files, held by a compose file of our own.
//!
//! The gate finds the digest of every image; from then on no step of the deployment uses a tag, so that one that is
//! moved in the registry changes nothing. After the deployment what runs is compared with what was pinned.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::domain::image::ImageName;
use crate::domain::notice::Notice;
use crate::domain::plan::judge::{Container, Image, ONE_OFF, SERVICE, is_image_id, not_made, whole};
use crate::domain::plan::resolved::{not_read, unset_or_failed};
use crate::domain::plan::texts::sections;
use crate::domain::plan::{Facts, Output};

/// Why a service has no pin: it stands under `skip`.
pub const SKIPPED: &str = "skip";
/// Why a service has no pin: its image is built.
pub const BUILT: &str = "build";

/// The longest piece of an image's name that is shown, in characters.
const LONGEST_WRITTEN: usize = 200;

/// The images of a release by service, pinned, and the services that have none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pins {
    images: BTreeMap<String, String>,
    left_out: BTreeSet<String>,
}

/// What the compose files of a release need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// The image of each service that is looked for.
    pub images: BTreeMap<String, ImageName>,
    /// The other services, and why.
    pub left_out: BTreeMap<String, &'static str>,
    /// By service how its image is written in the files, before anything is filled in: only this may be shown, because
    /// what is filled in may be a secret of the host.
    pub written: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Project {
    #[serde(default)]
    services: BTreeMap<String, Service>,
}

#[derive(Deserialize)]
struct Service {
    image: Option<String>,
    build: Option<serde_json::Value>,
}

/// Reads from the output of `docker compose config --format json` which images are needed; the same with
/// `--no-interpolate` may stand behind it.
///
/// # Errors
/// Says what is wrong with the files.
pub fn needed(output: &Output, skip: &[String]) -> Result<Needed, Notice> {
    unset_or_failed(output)?;
    let mut projects = serde_json::Deserializer::from_str(&output.stdout).into_iter::<Project>();
    let project = projects.next().and_then(Result::ok).ok_or_else(|| not_read(output))?;
    let written = projects.next().and_then(Result::ok).map(written).unwrap_or_default();
    if project.services.is_empty() {
        return Err(Notice::new("TW-D013"));
    }
    let mut needed = Needed { images: BTreeMap::new(), left_out: BTreeMap::new(), written };
    for (name, service) in project.services {
        if !is_service(&name) {
            return Err(not_read(output));
        }
        if skip.contains(&name) {
            needed.left_out.insert(name, SKIPPED);
        } else if service.build.is_some() {
            needed.left_out.insert(name, BUILT);
        } else {
            let Some(image) = service.image.filter(|image| !image.is_empty()) else {
                return Err(Notice::new("TW-D012").with("service", name));
            };
            let parsed = ImageName::parse(&image).map_err(|_| {
                let shown = needed.written.get(&name).map_or("", String::as_str);
                Notice::new("TW-D016").with("service", &name).with("image", shown)
            })?;
            needed.images.insert(name, parsed);
        }
    }
    Ok(needed)
}

fn written(project: Project) -> BTreeMap<String, String> {
    let short = |image: String| image.chars().take(LONGEST_WRITTEN).collect();
    let services = project.services.into_iter().filter(|(name, _)| is_service(name));
    services.filter_map(|(name, service)| Some((name, short(service.image?)))).collect()
}

impl Pins {
    /// Returns the pins that the facts of the gate tell: by service a pinned image, or why it has none.
    pub fn of(facts: &Facts) -> Self {
        let mut pins = Self::default();
        for (service, value) in facts.iter().filter(|(service, _)| is_service(service)) {
            if is_pinned(value) {
                pins.images.insert(service.clone(), value.clone());
            } else if [SKIPPED, BUILT].contains(&value.as_str()) {
                pins.left_out.insert(service.clone());
            }
        }
        pins
    }

    /// Returns whether nothing was looked at.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty() && self.left_out.is_empty()
    }

    /// Returns the compose file that pins every service.
    pub(super) fn compose_file(&self) -> String {
        if self.images.is_empty() {
            return "services: {}\n".to_owned();
        }
        let one =
            |(service, image): (&String, &String)| format!("  \"{service}\":\n    image: \"{image}\"\n");
        format!("services:\n{}", self.images.iter().map(one).collect::<String>())
    }

    /// Returns the list that is held against what is found on a host, a service a line.
    pub(super) fn list(&self) -> String {
        let pinned = self.images.iter().map(|(service, image)| format!("{service} {image}\n"));
        pinned.chain(self.left_out.iter().map(|service| format!("{service} -\n"))).collect()
    }

    /// Reads such a list.
    pub(super) fn listed(lines: &[&str]) -> Self {
        let mut pins = Self::default();
        for (service, image) in lines.iter().filter_map(|line| line.split_once(' ')) {
            match image {
                "-" => drop(pins.left_out.insert(service.to_owned())),
                image => drop(pins.images.insert(service.to_owned(), image.to_owned())),
            }
        }
        pins
    }

    /// Demands of a service of the resolved files that it has the image that it is pinned to.
    pub(super) fn check(&self, service: &str, image: &str) -> Result<(), Notice> {
        match self.images.get(service) {
            Some(pinned) if pinned == image => Ok(()),
            Some(_) => Err(Notice::new("TW-D017").with("service", service)),
            None if self.left_out.contains(service) => Ok(()),
            None => Err(Notice::new("TW-D017").with("service", service)),
        }
    }
}

/// Judges whether the containers run what was pinned.
pub(super) fn judge(output: &Output) -> Result<Facts, Notice> {
    let found = sections(&output.stdout);
    let part = |wanted: &str| {
        found.iter().find(|(name, _)| *name == wanted).map(|(_, lines)| lines.as_slice()).unwrap_or_default()
    };
    if output.status != 0 || !whole(&found) {
        return Err(not_made("pinned", output));
    }
    let pins = Pins::listed(part("pins"));
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in part("images").iter().filter(|line| !line.is_empty()) {
        let image: Image = serde_json::from_str(line).map_err(|_| not_made("pinned", output))?;
        known.insert(image.id, image.digests.unwrap_or_default());
    }
    for line in part("containers").iter().filter(|line| !line.is_empty()) {
        let one: Container = serde_json::from_str(line).map_err(|_| not_made("pinned", output))?;
        let service = one.label(SERVICE);
        let Some(pinned) =
            pins.images.get(service).filter(|_| !one.label(ONE_OFF).eq_ignore_ascii_case("true"))
        else {
            continue;
        };
        let wanted = digest_of(pinned);
        let digests = known.get(&one.image).map(Vec::as_slice).unwrap_or_default();
        if !digests.iter().any(|digest| digest_of(digest) == wanted) {
            let runs = digests.first().unwrap_or(&one.image);
            return Err(Notice::new("TW-D018")
                .with("service", service)
                .with("image", runs)
                .with("pinned", pinned));
        }
    }
    Ok(Facts::new())
}

/// Returns what stands behind the last `@`.
fn digest_of(name: &str) -> &str {
    name.rsplit_once('@').map_or("", |(_, digest)| digest)
}

/// Returns whether a text is an image with a digest that may stand in a compose file of ours.
pub fn is_pinned(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-/:[]".contains(&b);
    text.split_once("@sha256:").is_some_and(|(name, id)| {
        is_image_id(id) && !name.is_empty() && !name.starts_with('-') && name.bytes().all(plain)
    })
}

fn is_service(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn output(stdout: &str) -> Output {
        Output { status: 0, stdout: stdout.to_owned(), stderr: String::new() }
    }

    #[test]
    fn every_image_is_needed_but_what_is_built_or_skipped() {
        let text = r#"{"services":{"app":{"image":"git.example.org/a/app:v1"},"db":{"image":"postgres"},
            "own":{"image":"own:v1","build":{"context":"."}},"worker":{"image":"w:v1"}}}"#;
        let found = needed(&output(text), &["worker".to_owned()]).unwrap();
        let names: Vec<String> =
            found.images.iter().map(|(service, name)| format!("{service} {name}")).collect();
        assert_eq!(names, ["app git.example.org/a/app:v1", "db docker.io/library/postgres:latest"]);
        assert_eq!(found.left_out, [("own".to_owned(), BUILT), ("worker".to_owned(), SKIPPED)].into());
        for (text, id) in [
            ("{}", "TW-D013"),
            ("no", "TW-D024"),
            (r#"{"services":{"app":{}}}"#, "TW-D012"),
            (r#"{"services":{"app":{"image":"Nginx"}}}"#, "TW-D016"),
            (r#"{"services":{"a\"b":{"image":"nginx"}}}"#, "TW-D024"),
        ] {
            assert_eq!(needed(&output(text), &[]).unwrap_err().id, id, "{text}");
        }
    }

    #[test]
    fn nothing_that_was_filled_in_is_shown_whatever_is_refused() {
        let long = "a".repeat(101);
        let with = |service: &str, image: &str| {
            let body = format!(r#"{{"image":"{image}","environment":{{"PASSWORD":"hunter2"}}}}"#);
            format!(r#"{{"services":{{"{service}":{body}}}}}"#)
        };
        for (text, id) in [
            (with(&long, "nginx"), "TW-D024"),
            (with("app", "nginx")[..60].to_owned(), "TW-D024"),
            (with("app", "evil.example/A:hunter2"), "TW-D016"),
        ] {
            let notice = needed(&output(&text), &[]).unwrap_err();
            assert_eq!(notice.id, id, "{text}");
            assert!(!format!("{notice:?}").contains("hunter2"), "{notice:?}");
        }
        let both = with("app", "evil.example/A:hunter2") + &with("app", "evil.example/A:${PASSWORD}");
        let notice = needed(&output(&both), &[]).unwrap_err();
        assert_eq!(notice.values["image"], "evil.example/A:${PASSWORD}");
    }

    #[test]
    fn only_what_is_pinned_gets_into_the_compose_file() {
        let facts: Facts = [
            ("app", format!("git.example.org/a/app@sha256:{ID}")),
            ("worker", SKIPPED.to_owned()),
            ("tag", "git.example.org/a/app:v1".to_owned()),
            ("evil", format!("a\"\n    privileged: true #@sha256:{ID}")),
            ("e\nvil", format!("a@sha256:{ID}")),
        ]
        .map(|(service, value)| (service.to_owned(), value))
        .into();
        let pins = Pins::of(&facts);
        let image = format!("git.example.org/a/app@sha256:{ID}");
        assert_eq!(pins.compose_file(), format!("services:\n  \"app\":\n    image: \"{image}\"\n"));
        let list = pins.list();
        assert_eq!(list, format!("app {image}\nworker -\n"));
        assert_eq!(Pins::listed(&list.lines().collect::<Vec<_>>()), pins);
        assert!(pins.check("app", &image).is_ok() && pins.check("worker", "any:1").is_ok());
        assert_eq!(pins.check("app", "git.example.org/a/app:v1").unwrap_err().id, "TW-D017");
        assert_eq!(pins.check("new", "git.example.org/a/new:v1").unwrap_err().id, "TW-D017");
        assert_eq!(Pins::of(&[("a".to_owned(), BUILT.to_owned())].into()).compose_file(), "services: {}\n");
    }

    #[test]
    fn a_container_with_another_image_than_the_pinned_one_is_a_failed_deployment() {
        let other = ID.replace('0', "f");
        let text = |digests: &str, more: &str| {
            format!(
                "--tagwarden: pins\napp 127.0.0.1:5000/a/app@sha256:{ID}\nworker -\n--tagwarden: containers\n\
                 {{\"image\":\"sha256:1\",\"status\":\"running\",\"labels\":{{\"{SERVICE}\":\"app\"{more}}}}}\n\
                 {{\"image\":\"sha256:2\",\"status\":\"running\",\"labels\":{{\"{SERVICE}\":\"worker\"}}}}\n\
                 --tagwarden: images\n{{\"id\":\"sha256:1\",\"digests\":{digests}}}\n--tagwarden: end\n"
            )
        };
        let same = format!("[\"elsewhere/app@sha256:{other}\",\"127.0.0.1:5000/a/app@sha256:{ID}\"]");
        assert_eq!(judge(&output(&text(&same, ""))), Ok(Facts::new()));
        for digests in
            [format!("[\"127.0.0.1:5000/a/app@sha256:{other}\"]"), "[]".to_owned(), "null".to_owned()]
        {
            assert_eq!(judge(&output(&text(&digests, ""))).unwrap_err().id, "TW-D018", "{digests}");
            let job = format!(",\"{ONE_OFF}\":\"True\"");
            assert!(judge(&output(&text(&digests, &job))).is_ok(), "a job by hand is none of ours");
        }
        let cut = text(&same, "").replace("--tagwarden: end\n", "");
        assert_eq!(judge(&output(&cut)).unwrap_err().id, "TW-D001");
    }
}
