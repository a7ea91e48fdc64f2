//! What do the project's containers say: do they run, are they healthy, did one restart since the last look?
//!
//! Two short scripts: [`list`] names the containers by their project label, [`inspect`] reads them; [`judge`] compares
//! what it finds with what it remembers. A container that is replaced gets a new id and starts afresh; one that
//! restarts keeps its id, and its restart count or start time gives it away even when it runs again at the next look.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::evidence;
use crate::domain::plan::{Output, Script};
use crate::domain::watch::{Answer, Look};

/// What was seen at the last look; empty before the first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Memory {
    /// There was a look before: what is new since then is younger than it.
    #[serde(default)]
    looked: bool,
    containers: BTreeMap<String, Seen>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    name: String,
    restarts: u64,
    started_at: String,
}

/// Returns the script that names the containers of a compose project, one id a line.
pub fn list(project: &str) -> Script {
    let label = format!("label=com.docker.compose.project={project}");
    script([&["docker", "ps", "--all", "--no-trunc", "--quiet", "--filter", &label]].map(owned).to_vec())
}

/// Returns the ids that the output of [`list`] names.
pub fn ids(output: &Output) -> Vec<String> {
    let id = |line: &&str| line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit());
    output.stdout.lines().map(str::trim).filter(id).map(ToOwned::to_owned).collect()
}

/// Returns the script that reads these containers; with no ids there is nothing to run and none is returned.
pub fn inspect(ids: &[String]) -> Option<Script> {
    let mut command = owned(&["docker", "inspect", "--type", "container"]);
    command.extend(ids.iter().cloned());
    (!ids.is_empty()).then(|| script(vec![command]))
}

pub(super) fn script(commands: Vec<Vec<String>>) -> Script {
    Script { commands, ..Script::default() }
}

pub(super) fn owned<const N: usize>(words: &[&str; N]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Judges the output of [`inspect`], or `None` when [`list`] named no container.
///
/// The memory returned is for the next look; when the source could not be asked it is the old one.
pub fn judge(signal: &str, at: Timestamp, output: Option<&Output>, memory: &Memory) -> (Look, Memory) {
    let look = |answer, text: &str| Look { signal: signal.to_owned(), at, answer, evidence: evidence(text) };
    let containers = match output.map(read).unwrap_or(Ok(Vec::new())) {
        Ok(containers) => containers,
        Err(why) => return (look(Answer::Error, &why), memory.clone()),
    };
    let mut findings: Vec<String> = containers.iter().filter_map(|one| trouble(one, memory)).collect();
    let still = |seen: &Seen| containers.iter().any(|one| one.name() == seen.name);
    let gone = memory.containers.values().filter(|seen| !still(seen));
    findings.extend(gone.map(|seen| format!("{} is gone", seen.name)));
    if !findings.is_empty() {
        return (look(Answer::Bad, &findings.join("; ")), remember(&containers, memory));
    }
    if containers.is_empty() {
        let looked = Memory { looked: true, ..memory.clone() };
        return (look(Answer::NoData, "docker knows no container of this project"), looked);
    }
    let all: Vec<String> = containers.iter().map(Container::in_words).collect();
    (look(Answer::Ok, &all.join("; ")), remember(&containers, memory))
}

/// A missing container stays in memory by name, so that it is still missing at the next look.
fn remember(containers: &[Container], before: &Memory) -> Memory {
    let present = containers.iter().map(|one| {
        let seen = Seen {
            name: one.name().to_owned(),
            restarts: one.restart_count,
            started_at: one.state.started_at.clone(),
        };
        (one.id.clone(), seen)
    });
    let missing =
        before.containers.iter().filter(|(_, seen)| !containers.iter().any(|one| one.name() == seen.name));
    Memory {
        looked: true,
        containers: missing.map(|(id, seen)| (id.clone(), seen.clone())).chain(present).collect(),
    }
}

fn read(output: &Output) -> Result<Vec<Container>, String> {
    if output.status != 0 {
        return Err(format!("docker inspect ended with {}: {}", output.status, output.stderr.trim()));
    }
    let all: Vec<Container> = serde_json::from_str(&output.stdout)
        .map_err(|error| format!("docker inspect printed something else than expected: {error}"))?;
    Ok(all.into_iter().filter(|one| !one.is_one_off()).collect())
}

/// Returns what is wrong with a container, if anything.
fn trouble(one: &Container, memory: &Memory) -> Option<String> {
    let name = one.name();
    let state = &one.state;
    let before = memory.containers.get(&one.id);
    if state.oom_killed {
        return Some(format!("{name} was killed for want of memory"));
    }
    match state.status.as_str() {
        "running" => {}
        // A job that ran once and ended well, such as a migration.
        "exited" if state.exit_code == 0 && one.runs_once() => return None,
        "exited" => return Some(format!("{name} exited with {}", state.exit_code)),
        other => return Some(format!("{name} is {other}")),
    }
    if state.health.as_ref().is_some_and(|health| health.status == "unhealthy") {
        return Some(format!("{name} is unhealthy"));
    }
    let Some(before) = before else {
        let unsteady = memory.looked && one.restart_count > 0;
        return unsteady
            .then(|| format!("{name} is new and was restarted by docker ({} times)", one.restart_count));
    };
    if one.restart_count > before.restarts {
        let times = one.restart_count - before.restarts;
        return Some(format!("{name} was restarted by docker since the last look ({times} more)"));
    }
    (state.started_at != before.started_at)
        .then(|| format!("{name} was started again at {}", state.started_at))
}

/// What `docker inspect` prints of a container, as far as it matters here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Container {
    id: String,
    name: String,
    #[serde(default)]
    restart_count: u64,
    state: State,
    #[serde(default)]
    config: Settings,
    #[serde(default)]
    host_config: HostSettings,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    status: String,
    #[serde(default, rename = "OOMKilled")]
    oom_killed: bool,
    #[serde(default)]
    exit_code: i64,
    #[serde(default)]
    started_at: String,
    health: Option<Health>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Health {
    status: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct HostSettings {
    restart_policy: RestartPolicy,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RestartPolicy {
    name: String,
}

impl Container {
    fn name(&self) -> &str {
        self.name.trim_start_matches('/')
    }

    /// Returns whether somebody's `docker compose run` made it: it is no part of what was deployed.
    fn is_one_off(&self) -> bool {
        let label = self.config.labels.as_ref().and_then(|all| all.get("com.docker.compose.oneoff"));
        label.is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    fn runs_once(&self) -> bool {
        matches!(self.host_config.restart_policy.name.as_str(), "" | "no" | "on-failure")
    }

    fn in_words(&self) -> String {
        match &self.state.health {
            Some(health) => format!("{} {}, {}", self.name(), self.state.status, health.status),
            None => format!("{} {}", self.name(), self.state.status),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, id: u8, state: &str, more: &str) -> String {
        let id = format!("{id:064x}");
        format!(r#"{{"Id":"{id}","Name":"/{name}","State":{{{state}}}{more}}}"#)
    }

    fn running(name: &str, id: u8, started: &str, restarts: u8) -> String {
        let state = format!(r#""Status":"running","StartedAt":"{started}","Health":{{"Status":"healthy"}}"#);
        one(name, id, &state, &format!(r#","RestartCount":{restarts}"#))
    }

    fn output(containers: &[String]) -> Output {
        Output { status: 0, stdout: format!("[{}]", containers.join(",")), stderr: String::new() }
    }

    fn at() -> Timestamp {
        "2026-11-25T09:00:00Z".parse().unwrap()
    }

    #[track_caller]
    fn says(containers: &[String], memory: &Memory, answer: Answer, text: &str) -> Memory {
        let (look, memory) = judge("containers", at(), Some(&output(containers)), memory);
        assert_eq!((look.answer, look.evidence.as_str()), (answer, text));
        memory
    }

    #[test]
    fn a_state_that_is_not_running_is_bad_unless_the_job_was_done() {
        let no_memory = Memory::default();
        let once = r#","HostConfig":{"RestartPolicy":{"Name":"no"}}"#;
        let always = r#","HostConfig":{"RestartPolicy":{"Name":"unless-stopped"}}"#;
        for (state, more, answer, text) in [
            (r#""Status":"running""#, "", Answer::Ok, "app running"),
            (r#""Status":"running","Health":{"Status":"starting"}"#, "", Answer::Ok, "app running, starting"),
            (r#""Status":"running","Health":{"Status":"unhealthy"}"#, "", Answer::Bad, "app is unhealthy"),
            (r#""Status":"restarting""#, "", Answer::Bad, "app is restarting"),
            (r#""Status":"exited","ExitCode":3"#, once, Answer::Bad, "app exited with 3"),
            (r#""Status":"exited","ExitCode":0"#, once, Answer::Ok, "app exited"),
            (r#""Status":"exited","ExitCode":0"#, always, Answer::Bad, "app exited with 0"),
            (
                r#""Status":"exited","ExitCode":137,"OOMKilled":true"#,
                always,
                Answer::Bad,
                "app was killed for want of memory",
            ),
        ] {
            says(&[one("app", 1, state, more)], &no_memory, answer, text);
        }
    }

    #[test]
    fn a_restart_between_two_looks_is_seen_once() {
        let memory =
            says(&[running("app", 1, "a", 0)], &Memory::default(), Answer::Ok, "app running, healthy");
        let again = running("app", 1, "b", 1);
        let memory = says(
            std::slice::from_ref(&again),
            &memory,
            Answer::Bad,
            "app was restarted by docker since the last look (1 more)",
        );
        let memory = says(&[again], &memory, Answer::Ok, "app running, healthy");
        says(&[running("app", 1, "c", 1)], &memory, Answer::Bad, "app was started again at c");
    }

    #[test]
    fn a_replaced_container_starts_afresh_and_a_missing_one_stays_missing() {
        let memory =
            says(&[running("app", 1, "a", 5)], &Memory::default(), Answer::Ok, "app running, healthy");
        let memory = says(&[running("app", 2, "b", 0)], &memory, Answer::Ok, "app running, healthy");
        let unsteady = [running("app", 3, "b", 2)];
        says(&unsteady, &memory, Answer::Bad, "app is new and was restarted by docker (2 times)");
        says(&unsteady, &Memory::default(), Answer::Ok, "app running, healthy");
        let (_, nothing) = judge("containers", at(), None, &Memory::default());
        says(&unsteady, &nothing, Answer::Bad, "app is new and was restarted by docker (2 times)");
        for _ in 0..2 {
            let (look, _) = judge("containers", at(), None, &memory);
            assert_eq!((look.answer, look.evidence.as_str()), (Answer::Bad, "app is gone"));
        }
        let other = [running("db", 3, "a", 0)];
        let memory = says(&other, &memory, Answer::Bad, "app is gone");
        says(&other, &memory, Answer::Bad, "app is gone");
    }

    #[test]
    fn what_docker_cannot_say_is_no_verdict() {
        let (look, _) = judge("containers", at(), None, &Memory::default());
        assert_eq!(look.answer, Answer::NoData);
        let failed =
            Output { status: 1, stdout: "[]".to_owned(), stderr: "No such container: x\n".to_owned() };
        let memory =
            says(&[running("app", 1, "a", 0)], &Memory::default(), Answer::Ok, "app running, healthy");
        let (look, kept) = judge("containers", at(), Some(&failed), &memory);
        assert_eq!(look.answer, Answer::Error);
        assert_eq!(look.evidence, "docker inspect ended with 1: No such container: x");
        assert_eq!(kept, memory);
        let garbled = Output { status: 0, stdout: "{".to_owned(), stderr: String::new() };
        assert_eq!(judge("containers", at(), Some(&garbled), &memory).0.answer, Answer::Error);
    }

    #[test]
    fn one_off_containers_do_not_count() {
        let labels = r#","Config":{"Labels":{"com.docker.compose.oneoff":"True"}}"#;
        let one_off = one("app-run-1", 9, r#""Status":"exited","ExitCode":1"#, labels);
        says(&[running("app", 1, "a", 0), one_off], &Memory::default(), Answer::Ok, "app running, healthy");
    }

    #[test]
    fn only_ids_come_out_of_the_list() {
        let id = "a".repeat(64);
        let output = Output { status: 0, stdout: format!("{id}\n--help\n\nabc\n"), stderr: String::new() };
        assert_eq!(ids(&output), std::slice::from_ref(&id));
        assert_eq!(inspect(&[]), None);
        let commands = inspect(std::slice::from_ref(&id)).unwrap().commands;
        assert_eq!(commands, [["docker", "inspect", "--type", "container", &id]]);
        let filter = "label=com.docker.compose.project=bridge";
        let expected = ["docker", "ps", "--all", "--no-trunc", "--quiet", "--filter", filter];
        assert_eq!(list("bridge").commands, [expected]);
    }

    #[test]
    fn the_memory_survives_a_restart_of_the_daemon() {
        let memory =
            says(&[running("app", 1, "a", 0)], &Memory::default(), Answer::Ok, "app running, healthy");
        let kept: Memory = serde_json::from_str(&serde_json::to_string(&memory).unwrap()).unwrap();
        assert_eq!(kept, memory);
    }
}
