//! Tables `healthcheck`, `smoke` and `watch` of an environment, as meant.

use std::time::Duration;

use crate::config::checked::{Check, HttpCheck, Signal, SignalSource, Smoke, Watch};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::notice::Notice;

use super::text::{self, hours, minutes, seconds};
use super::{Findings, top};

/// The shortest stretch between two looks; less would load the application more than its users do.
const SHORTEST_EVERY: Duration = Duration::from_millis(100);
/// The longest wait for one answer; what takes longer is down for whoever waits.
const LONGEST_LATENCY: Duration = minutes(2);
/// The shortest limit for an answer.
const SHORTEST_LATENCY: Duration = Duration::from_millis(10);

/// The keys of an HTTP request, from whichever table.
pub struct Request<'a> {
    /// The address.
    pub url: &'a str,
    /// The expected status.
    pub status: i64,
    /// A text that the answer must contain.
    pub contains: &'a Option<String>,
    /// The longest that the answer may take.
    pub latency: &'a str,
}

/// Returns the request that a table describes.
pub fn request(
    raw: &Request<'_>,
    limit: Option<Duration>,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<HttpCheck> {
    let url = if !text::is_http(raw.url) {
        found.refuse(&at.key("url"), Notice::new("TW-C025"))
    } else {
        text::url(raw.url, &at.key("url"), found).map(|_| raw.url.to_owned())
    };
    let status = u16::try_from(raw.status).ok().filter(|status| (100..=599).contains(status)).or_else(|| {
        let notice = Notice::new("TW-C038").with("value", raw.status).with("least", 100).with("most", 599);
        found.refuse(&at.key("status"), notice)
    });
    let latency = text::length(raw.latency, SHORTEST_LATENCY..=LONGEST_LATENCY, &at.key("latency"), found);
    let (latency, contains) = (latency?, raw.contains.clone());
    Some(HttpCheck { url: url?, status: status?, contains, latency, limit: limit.unwrap_or(latency) })
}

/// Returns table `[repository.environment.healthcheck]`.
pub fn healthcheck(raw: &raw::Healthcheck, at: &Path, found: &mut Findings<'_>) -> Option<Check> {
    let limit = text::length(&raw.limit, seconds(1)..=hours(1), &at.key("limit"), found);
    match (&raw.url, &raw.run) {
        (Some(url), None) => {
            let status = raw.status.unwrap_or(200);
            let latency = raw.latency.as_deref().unwrap_or_default();
            let raw = Request { url, status, contains: &raw.contains, latency };
            request(&raw, Some(limit?), at, found).map(Check::Http)
        }
        (None, Some(run)) => {
            for (key, written) in [
                ("status", raw.status.is_some()),
                ("contains", raw.contains.is_some()),
                ("latency", raw.latency.is_some()),
            ] {
                if written {
                    found.report(&at.key(key), Notice::new("TW-C034").with("belongs", "url"));
                }
            }
            let run = text::command(run, &at.key("run"), found);
            Some(Check::Command { run: run?, limit: limit? })
        }
        (Some(_), Some(_)) | (None, None) => {
            if found.clean(at) {
                found.refuse(at, Notice::new("TW-C055"))
            } else {
                None
            }
        }
    }
}

/// Returns table `[repository.environment.smoke]`.
pub fn smoke(raw: &raw::Smoke, at: &Path, found: &mut Findings<'_>) -> Option<Smoke> {
    let script = match &raw.script {
        Some(words) => text::command(words, &at.key("script"), found).map(Some),
        None => Some(None),
    };
    let url = match &raw.url {
        Some(url) => text::url(url, &at.key("url"), found).map(Some),
        None => Some(None),
    };
    let limit = text::length(&raw.limit, seconds(1)..=hours(6), &at.key("limit"), found);
    let endpoints = found.each(&raw.endpoint, &at.key("endpoint"), |raw, at, found| {
        let raw =
            Request { url: &raw.url, status: raw.status, contains: &raw.contains, latency: &raw.latency };
        request(&raw, None, at, found)
    });
    Some(Smoke { script: script?, url: url?, limit: limit?, endpoints: endpoints? })
}

/// Returns table `[repository.environment.watch]`.
pub fn watch(raw: &raw::Watch, recipe: raw::Recipe, at: &Path, found: &mut Findings<'_>) -> Option<Watch> {
    let duration = text::length(&raw.duration, seconds(1)..=hours(24), &at.key("duration"), found);
    let every = text::length(&raw.every, SHORTEST_EVERY..=hours(1), &at.key("every"), found);
    let signals = found.each(&raw.signal, &at.key("signal"), |raw, at, found| signal(raw, recipe, at, found));
    let names = raw.signal.iter().map(|signal| signal.name.clone().unwrap_or_default());
    found.distinct(&at.key("signal"), "name", names);
    let (duration, every, signals) = (duration?, every?, signals?);
    if every > duration {
        let notice = Notice::new("TW-C056").with("every", &raw.every).with("duration", &raw.duration);
        return found.refuse(&at.key("every"), notice);
    }
    for (index, signal) in signals.iter().enumerate() {
        let needed = every.saturating_mul(signal.fail_after);
        if signal.required && !signal.dry_run && needed > duration {
            let notice =
                Notice::new("TW-C057").with("looks", signal.fail_after).with("duration", &raw.duration);
            found.report(&at.key("signal").index(index).key("fail_after"), notice);
        }
    }
    Some(Watch { duration, every, signals })
}

fn signal(raw: &raw::Signal, recipe: raw::Recipe, at: &Path, found: &mut Findings<'_>) -> Option<Signal> {
    let name = text::word(raw.name.as_deref().unwrap_or_default(), &at.key("name"), found);
    let fail_after =
        u32::try_from(raw.fail_after).ok().filter(|count| (1..=1000).contains(count)).or_else(|| {
            let notice =
                Notice::new("TW-C038").with("value", raw.fail_after).with("least", 1).with("most", 1000);
            found.refuse(&at.key("fail_after"), notice)
        });
    let kind = at.key("kind");
    let source = match raw.kind {
        _ if !found.clean(&kind) => None,
        raw::SignalKind::Http => http(raw, at, found),
        raw::SignalKind::Container => {
            foreign_keys(raw, &[], at, found);
            needs_compose(recipe, &kind, found).map(|()| SignalSource::Container)
        }
        raw::SignalKind::Log => log(raw, recipe, at, found),
        raw::SignalKind::Prometheus => top::later("kind = \"prometheus\"", &kind, found),
        raw::SignalKind::Uptimerobot => top::later("kind = \"uptimerobot\"", &kind, found),
        raw::SignalKind::Grafana => top::later("kind = \"grafana\"", &kind, found),
        raw::SignalKind::Activity => top::later("kind = \"activity\"", &kind, found),
    };
    let (required, dry_run) = (raw.required, raw.dry_run);
    Some(Signal { name: name?, source: source?, required, fail_after: fail_after?, dry_run })
}

fn http(raw: &raw::Signal, at: &Path, found: &mut Findings<'_>) -> Option<SignalSource> {
    foreign_keys(raw, &["url", "status", "contains", "latency"], at, found);
    let Some(url) = &raw.url else {
        return found.refuse(&at.key("url"), Notice::new("TW-C006"));
    };
    let status = raw.status.unwrap_or(200);
    let latency = raw.latency.as_deref().unwrap_or_default();
    let raw = Request { url, status, contains: &raw.contains, latency };
    request(&raw, None, at, found).map(SignalSource::Http)
}

fn log(raw: &raw::Signal, recipe: raw::Recipe, at: &Path, found: &mut Findings<'_>) -> Option<SignalSource> {
    foreign_keys(raw, &["fatal"], at, found);
    needs_compose(recipe, &at.key("kind"), found)?;
    let fatal = raw.fatal.clone().unwrap_or_default();
    // An empty text stands in every line and would fail every watch.
    if fatal.is_empty() || fatal.iter().any(String::is_empty) {
        return if found.clean(&at.key("fatal")) {
            found.refuse(&at.key("fatal"), Notice::new("TW-C009"))
        } else {
            None
        };
    }
    Some(SignalSource::Log { fatal })
}

fn needs_compose(recipe: raw::Recipe, at: &Path, found: &mut Findings<'_>) -> Option<()> {
    match recipe {
        raw::Recipe::Compose => Some(()),
        raw::Recipe::Script => {
            found.refuse(at, Notice::new("TW-C034").with("belongs", "recipe = \"compose\""))
        }
    }
}

/// Reports the keys of another kind of signal.
fn foreign_keys(raw: &raw::Signal, own: &[&str], at: &Path, found: &mut Findings<'_>) {
    for (key, written, belongs) in [
        ("url", raw.url.is_some(), "kind = \"http\""),
        ("status", raw.status.is_some(), "kind = \"http\""),
        ("contains", raw.contains.is_some(), "kind = \"http\""),
        ("latency", raw.latency.is_some(), "kind = \"http\""),
        ("fatal", raw.fatal.is_some(), "kind = \"log\""),
    ] {
        if written && !own.contains(&key) {
            found.report(&at.key(key), Notice::new("TW-C034").with("belongs", belongs));
        }
    }
}
