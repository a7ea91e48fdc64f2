//! Fills in what may be left out and follows from other keys; constant defaults stand in the raw types.

use crate::config::length;
use crate::config::raw::{Config, Deploy, Environment, Healthcheck, Recipe, Signal, SignalKind, Watch};

/// The longest that one answer may take unless the file says otherwise: what a patient person would wait.
const LATENCY: &str = "5s";
/// Bad looks in a row that make a signal failed: one is a hiccup, two may be a restart.
const FAIL_AFTER: i64 = 3;

/// Fills in what the conversion needs.
pub fn defaults(raw: &mut Config) {
    for environment in raw.repository.iter_mut().flat_map(|repository| &mut repository.environment) {
        deploy(&mut environment.deploy);
        if let Some(check) = &mut environment.healthcheck {
            healthcheck(check);
        }
        watch(environment);
    }
    for channel in &mut raw.notify {
        let kind = word(&channel.kind);
        channel.name.get_or_insert(kind);
    }
}

/// Fills in what is only said to people: the conversion knows it anyway.
pub fn shown(raw: &mut Config) {
    let socket = std::path::Path::new(&raw.server.state_dir).join("control.sock");
    raw.server.control_socket.get_or_insert_with(|| socket.display().to_string());
    let forge = raw.forge.url.trim_end_matches('/').to_owned();
    for repository in &mut raw.repository {
        let url = format!("{forge}/{}.git", repository.name);
        repository.clone_url.get_or_insert(url);
    }
}

fn deploy(deploy: &mut Deploy) {
    if deploy.recipe == Recipe::Compose {
        deploy.compose_files.get_or_insert_with(|| vec!["compose.yml".to_owned()]);
        deploy.pull_limit.get_or_insert_with(|| "15m".to_owned());
        deploy.settle.get_or_insert_with(|| "5s".to_owned());
    }
}

fn healthcheck(check: &mut Healthcheck) {
    if check.url.is_some() && check.run.is_none() {
        check.status.get_or_insert(200);
        check.latency.get_or_insert_with(|| LATENCY.to_owned());
    }
}

fn watch(environment: &mut Environment) {
    if environment.watch.signal.is_empty() {
        environment.watch.signal = obvious(environment);
    }
    for signal in &mut environment.watch.signal {
        let kind = word(&signal.kind);
        signal.name.get_or_insert(kind);
        if signal.kind == SignalKind::Http {
            signal.status.get_or_insert(200);
            signal.latency.get_or_insert_with(|| LATENCY.to_owned());
        }
    }
}

/// Returns the signals of an environment that names none: what its health check asks, and its containers.
fn obvious(environment: &Environment) -> Vec<Signal> {
    let fail_after = affordable(&environment.watch);
    let address = environment.healthcheck.as_ref().and_then(|check| {
        let url = check.url.clone()?;
        let (status, contains, latency) = (check.status, check.contains.clone(), check.latency.clone());
        let name = Some("healthcheck".to_owned());
        Some(Signal { name, url: Some(url), status, contains, latency, fail_after, ..Signal::default() })
    });
    let containers = (environment.deploy.recipe == Recipe::Compose).then(|| Signal {
        kind: SignalKind::Container,
        fail_after,
        ..Signal::default()
    });
    address.into_iter().chain(containers).collect()
}

/// Returns how many bad looks in a row fit into a short watch, at most the usual number.
fn affordable(watch: &Watch) -> i64 {
    match (length::parse(&watch.duration), length::parse(&watch.every)) {
        (Some(duration), Some(every)) if !every.is_zero() => {
            let looks = duration.as_millis() / every.as_millis().max(1);
            i64::try_from(looks).unwrap_or(FAIL_AFTER).clamp(1, FAIL_AFTER)
        }
        (Some(_) | None, Some(_) | None) => FAIL_AFTER,
    }
}

/// Returns the word that stands for a choice in the file.
fn word(choice: &impl serde::Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}
