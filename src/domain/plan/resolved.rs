//! What the resolved compose files say: which images are needed, and how long may `up` wait?
//!
//! A limit below a health check's own grace would take good releases back. Where the files name no health check the
//! image may bring one along that cannot be seen yet: then five minutes stand in, which costs nothing when all is well,
//! because `up` returns as soon as every service is healthy or one is not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::domain::notice::Notice;
use crate::domain::plan::judge::said;
use crate::domain::plan::pins::Pins;
use crate::domain::plan::texts::SECTION;
use crate::domain::plan::{FACT_IMAGES, FACT_UP_LIMIT, Facts, Output};

/// What is added to the longest grace, in seconds: creating and starting the containers takes time too.
const MARGIN: u64 = 30;
/// The wait when a service names no health check, in seconds.
const UNSEEN: u64 = 270;
/// Docker's own values where a health check leaves them out: 30 s between two looks, 3 failures.
const INTERVAL: u64 = 30;
const RETRIES: u64 = 3;

#[derive(Deserialize)]
struct Project {
    #[serde(default)]
    services: BTreeMap<String, Service>,
}

#[derive(Deserialize)]
struct Service {
    image: Option<String>,
    healthcheck: Option<HealthCheck>,
}

#[derive(Deserialize)]
struct HealthCheck {
    interval: Option<String>,
    start_period: Option<String>,
    retries: Option<u64>,
    #[serde(default)]
    disable: bool,
}

/// Refuses files that cannot be resolved, and those with variables that nobody has set.
pub(super) fn unset_or_failed(output: &Output) -> Result<(), Notice> {
    if output.status != 0 {
        return Err(Notice::new("TW-D010").with("said", said(&output.stderr)));
    }
    let unset = unset(&output.stderr);
    if !unset.is_empty() {
        return Err(Notice::new("TW-D011").with("names", unset.into_iter().collect::<Vec<_>>().join(", ")));
    }
    Ok(())
}

/// Returns the notice for resolved files that are none; it quotes nothing of them, because they hold the secrets of `.env`.
pub(super) fn not_read(output: &Output) -> Notice {
    Notice::new("TW-D024").with("bytes", output.stdout.len())
}

/// Returns the pins that stand before the configuration, if any do, and the configuration.
fn parts(stdout: &str) -> (Option<Pins>, &str) {
    let mark = format!("{SECTION}config\n");
    match stdout.strip_prefix(&format!("{SECTION}pins\n")).and_then(|rest| rest.split_once(&mark)) {
        Some((pins, json)) => (Some(Pins::listed(&pins.lines().collect::<Vec<_>>())), json),
        None => (None, stdout),
    }
}

/// Judges the output of `docker compose config --format json`, perhaps with the release's pins before it.
pub(super) fn judge(output: &Output) -> Result<Facts, Notice> {
    unset_or_failed(output)?;
    let (pins, json) = parts(&output.stdout);
    let project: Project = serde_json::from_str(json).map_err(|_| not_read(output))?;
    if project.services.is_empty() {
        return Err(Notice::new("TW-D013"));
    }
    let mut images = BTreeSet::new();
    let mut wait = 0;
    for (name, service) in &project.services {
        let Some(image) = service.image.as_deref().filter(|image| !image.is_empty()) else {
            return Err(Notice::new("TW-D012").with("service", name));
        };
        if let Some(pins) = &pins {
            pins.check(name, image)?;
        }
        images.insert(image.to_owned());
        wait = wait.max(grace(service.healthcheck.as_ref()));
    }
    let images: Vec<String> = images.into_iter().collect();
    Ok([(FACT_UP_LIMIT, (wait + MARGIN).to_string()), (FACT_IMAGES, images.join("\n"))]
        .map(|(name, value)| (name.to_owned(), value))
        .into())
}

/// Returns the longest that a service may take until it counts as healthy, in seconds.
fn grace(check: Option<&HealthCheck>) -> u64 {
    let Some(check) = check.filter(|check| !check.disable) else { return UNSEEN };
    let seconds = |text: &Option<String>| text.as_deref().and_then(seconds);
    let interval = seconds(&check.interval).unwrap_or(INTERVAL);
    seconds(&check.start_period).unwrap_or(0) + interval * check.retries.unwrap_or(RETRIES)
}

/// Returns the names of variables that compose replaced by nothing.
fn unset(stderr: &str) -> BTreeSet<&str> {
    let name = |line: &'_ str| -> Option<(usize, usize)> {
        let end = line.find(" variable is not set")?;
        let start = line[..end].rfind(['"', '\\', ' ']).map(|at| at + 1);
        let quoted = line[..end].trim_end_matches(['"', '\\']);
        let start = quoted.rfind(['"', '\\', ' ']).map(|at| at + 1).or(start)?;
        Some((start, quoted.len()))
    };
    stderr.lines().filter_map(|line| name(line).map(|(start, end)| &line[start..end])).collect()
}

/// Returns a length as Go prints it (`1m30s`, `1.5s`, `500ms`), in seconds, rounded up.
fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        total += number * unit;
        rest = &rest[end..];
    }
    // Longer than a day is no grace that anyone meant.
    (!text.is_empty() && total <= 86_400.0).then(|| total.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(status: i32, stdout: &str, stderr: &str) -> Output {
        Output { status, stdout: stdout.to_owned(), stderr: stderr.to_owned() }
    }

    #[test]
    fn lengths_as_go_prints_them() {
        for (text, expected) in [
            ("1s", Some(1)),
            ("1m30s", Some(90)),
            ("1h0m0s", Some(3600)),
            ("1.5s", Some(2)),
            ("500ms", Some(1)),
            ("", None),
            ("5", None),
            ("soon", None),
            ("1e9h", None),
            ("99999h", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn the_wait_covers_the_slowest_health_check_and_the_unseen_ones() {
        let service = |check: &str| format!(r#"{{"services":{{"app":{{"image":"a:1"{check}}}}}}}"#);
        for (check, expected) in [
            (r#","healthcheck":{"interval":"1s","retries":5,"start_period":"5s"}"#, "40"),
            (r#","healthcheck":{"interval":"1m0s","retries":10}"#, "630"),
            (r#","healthcheck":{"test":["CMD","true"]}"#, "120"),
            (r#","healthcheck":{"disable":true}"#, "300"),
            ("", "300"),
        ] {
            let facts = judge(&output(0, &service(check), "")).unwrap();
            assert_eq!(facts[FACT_UP_LIMIT], expected, "{check}");
            assert_eq!(facts[FACT_IMAGES], "a:1");
        }
    }

    #[test]
    fn a_service_that_is_not_pinned_is_refused_when_the_release_is() {
        let image = format!("a@sha256:{}", "0".repeat(64));
        let text = |list: &str, image: &str| {
            format!(
                "--tagwarden: pins\n{list}--tagwarden: config\n{{\"services\":{{\"app\":{{\"image\":\"{image}\"}}}}}}\n"
            )
        };
        let facts = judge(&output(0, &text(&format!("app {image}\n"), &image), "")).unwrap();
        assert_eq!(facts[FACT_IMAGES], image);
        assert!(judge(&output(0, &text("app -\n", "a:1"), "")).is_ok(), "it was left out knowingly");
        for list in [format!("app {image}\n"), format!("other {image}\n"), String::new()] {
            assert_eq!(judge(&output(0, &text(&list, "a:1"), "")).unwrap_err().id, "TW-D017", "{list}");
        }
    }

    #[test]
    fn what_must_not_be_started_is_refused() {
        let good = r#"{"services":{"app":{"image":"a:1"}}}"#;
        let warning = r#"time="2026-01-01T00:00:00Z" level=warning msg="The \"APP_TAG\" variable is not set. Defaulting to a blank string.""#;
        let plain = r#"WARN[0000] The "APP_TAG" variable is not set. Defaulting to a blank string."#;
        for (output, id, value) in [
            (output(15, "", "required variable APP_TAG is missing a value"), "TW-D010", "said"),
            (output(0, good, warning), "TW-D011", "names"),
            (output(0, good, plain), "TW-D011", "names"),
            (output(0, r#"{"services":{"app":{"build":{}}}}"#, ""), "TW-D012", "service"),
            (output(0, "{}", ""), "TW-D013", ""),
            (output(0, "not json", ""), "TW-D024", "bytes"),
        ] {
            let notice = judge(&output).unwrap_err();
            assert_eq!(notice.id, id, "{output:?}");
            if id == "TW-D011" {
                assert_eq!(notice.values["names"], "APP_TAG");
            }
            assert!(value.is_empty() || notice.values.contains_key(value), "{notice:?}");
        }
    }
}
