//! The steps of the compose recipe on one host, forward and back.
//!
//! The order matters: what runs is written down before anything is touched; everything that can fail without harm
//! (fetch, resolve, pull) stands before the one step with a gap, `up`. A tag's name is never checked out and never
//! pulled anew at `up`: a branch may be named like the tag, and an image's tag may be moved.

use std::collections::BTreeMap;

use crate::domain::plan::forward::plain;
use crate::domain::plan::spec::Running;
use crate::domain::plan::texts::{self, File};
use crate::domain::plan::{
    Act, FACT_IMAGES, FACT_KEEP, FACT_LOCK, FACT_SERVICES_BEFORE, FACT_UP_LIMIT, Facts, Inspection, Script,
    Spec, SpecHost, Stage, Step, Target,
};

/// Longest for a short look: the engine of a busy host may need a while to answer.
const LOOK: u64 = 60;
/// Longest for a fetch of one tag.
const FETCH: u64 = 300;
/// Longest for `up` as a whole, whatever limit the health checks give: nothing that is well takes longer.
const UP: u64 = 3600;
/// How long `up` waits on the way back when the forward limit is not known.
const BACK_WAIT: &str = "300";
/// Longest for taking everything down.
const DOWN: u64 = 300;

/// The recipe's own settings.
pub(super) struct Compose<'a> {
    pub files: &'a [String],
    pub project: &'a str,
    pub pull_limit: u64,
    pub settle: u64,
}

impl Compose<'_> {
    /// Returns the options that say which project is meant.
    fn options(&self) -> Vec<String> {
        let mut words = words(&["-p", self.project]);
        for file in self.files {
            words.extend([String::from("-f"), file.clone()]);
        }
        words
    }

    fn docker(&self, more: &[&str]) -> Vec<String> {
        [words(&["docker", "compose"]), self.options(), words(more)].concat()
    }

    /// Returns the command that runs a fixed text with these arguments and the options behind.
    fn told(&self, file: File, arguments: &[&str]) -> Vec<String> {
        [fixed(file, arguments), self.options()].concat()
    }

    fn up(&self, limit: &str) -> Vec<String> {
        self.told(texts::UP, &[limit, self.project])
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn fixed(file: File, arguments: &[&str]) -> Vec<String> {
    let mut command = vec!["sh".to_owned(), format!("{{step}}/{}", file.0)];
    command.extend(words(arguments));
    command
}

/// What all scripts of one host share.
struct Ground<'a> {
    host: &'a SpecHost,
    env: BTreeMap<String, String>,
    /// Files that every script brings along.
    files: BTreeMap<String, String>,
}

/// The compose file of ours that pins the images, and the list that is held against what is found.
const PINS: (&str, &str) = ("pins.yml", "pins");

impl Ground<'_> {
    fn script(&self, files: &[File], commands: Vec<Vec<String>>) -> Script {
        let mut files = texts::files(files);
        files.extend(self.files.clone());
        Script { directory: Some(self.host.directory.clone()), env: self.env.clone(), files, commands }
    }

    fn inspect(
        &self,
        name: &str,
        inspection: Inspection,
        files: &[File],
        command: Vec<String>,
        limit: u64,
    ) -> Step {
        let act = Act::Inspect { inspection, script: self.script(files, vec![command]) };
        plain(name.to_owned(), self.host, Stage::Deploy, act, limit)
    }

    fn run(&self, name: &str, script: Script, probe: Option<Script>, limit: u64, retries: u32) -> Step {
        let step = plain(name.to_owned(), self.host, Stage::Deploy, Act::Run { script }, limit);
        Step { probe, retries, ..step }
    }
}

/// Returns the steps that bring the target to a host, up to and without its health check.
///
/// A pinned release is named by digests from the moment that its files are there: the last compose file is one of ours.
pub(super) fn forward(compose: &Compose<'_>, target: &Target, host: &SpecHost, spec: &Spec) -> Vec<Step> {
    let bare = Ground { host, env: target.running().env(spec), files: BTreeMap::new() };
    let mut files = compose.files.to_vec();
    let pinned = !target.pins.is_empty();
    if pinned {
        files.push(format!("{{step}}/{}", PINS.0));
    }
    let own = [(PINS.0.to_owned(), target.pins.compose_file()), (PINS.1.to_owned(), target.pins.list())];
    let ground = Ground { host, env: bare.env.clone(), files: own.into_iter().filter(|_| pinned).collect() };
    let mut steps = secured(compose, target, &bare);
    steps.extend(brought(&Compose { files: &files, ..*compose }, pinned, &ground));
    steps
}

/// Returns the steps up to the commit's files: what runs is written down, the commit is checked out.
fn secured(compose: &Compose<'_>, target: &Target, ground: &Ground<'_>) -> Vec<Step> {
    let commit = target.commit.as_str();
    let refspec = format!("+refs/tags/{0}:refs/tags/{0}", target.tag);
    let fetch = ground.script(
        &[texts::VERIFY],
        vec![
            words(&["git", "fetch", "--no-tags", "--no-recurse-submodules", "origin", &refspec]),
            fixed(texts::VERIFY, &[&target.tag, target.object.as_str(), commit]),
            words(&["git", "-c", "advice.detachedHead=false", "checkout", "--detach", commit]),
        ],
    );
    vec![
        ground.inspect("check", Inspection::Preflight, &[texts::CHECK], fixed(texts::CHECK, &[]), LOOK),
        ground.inspect(
            "snapshot",
            Inspection::Snapshot,
            &[texts::SNAPSHOT],
            compose.told(texts::SNAPSHOT, &[compose.project]),
            LOOK,
        ),
        ground.run(
            "fetch",
            fetch,
            Some(ground.script(&[texts::AT], vec![fixed(texts::AT, &[commit])])),
            FETCH,
            2,
        ),
    ]
}

/// Returns the steps that bring the files' images up.
fn brought(compose: &Compose<'_>, pinned: bool, ground: &Ground<'_>) -> Vec<Step> {
    let list = format!("{{step}}/{}", PINS.1);
    let resolve = match pinned {
        true => ground.inspect(
            "resolve",
            Inspection::Resolve,
            &[texts::RESOLVE],
            compose.told(texts::RESOLVE, &[&list]),
            LOOK,
        ),
        false => {
            let command = compose.docker(&["config", "--format", "json"]);
            ground.inspect("resolve", Inspection::Resolve, &[], command, LOOK)
        }
    };
    // What the way back needs is secured while nothing is touched yet.
    let keep = fixed(texts::KEEP, &["{step}/keep"]);
    let mut pull = ground.script(&[texts::KEEP], vec![keep, compose.docker(&["pull", "--quiet"])]);
    pull.files.insert("keep".to_owned(), format!("{{{FACT_KEEP}}}"));
    let up = ground.script(&[texts::UP], vec![compose.up(&format!("{{{FACT_UP_LIMIT}}}"))]);
    let mut pulled = ground.script(&[texts::PULLED], vec![fixed(texts::PULLED, &["{step}/images"])]);
    pulled.files.insert("images".to_owned(), format!("{{{FACT_IMAGES}}}"));
    let applied = ground.script(&[texts::APPLIED], vec![compose.told(texts::APPLIED, &[compose.project])]);
    let mut steps = vec![
        resolve,
        ground.run("pull", pull, Some(pulled), compose.pull_limit, 1),
        ground.run("up", up, Some(applied), UP, 0),
        settled("settled", compose, ground),
    ];
    if pinned {
        let command = fixed(texts::PINNED, &[&list, compose.project]);
        steps.push(ground.inspect("pinned", Inspection::Pinned, &[texts::PINNED], command, LOOK));
    }
    steps
}

fn settled(name: &str, compose: &Compose<'_>, ground: &Ground<'_>) -> Step {
    let pause = compose.settle.to_string();
    let command = fixed(texts::SETTLED, &[compose.project, &pause]);
    ground.inspect(name, Inspection::Settled, &[texts::SETTLED], command, LOOK + 2 * compose.settle)
}

/// What a way back of one host starts from.
pub(super) struct Begun<'a> {
    /// The forward `up` was begun.
    pub up: bool,
    /// What was found on the host before.
    pub facts: &'a Facts,
    /// The variables that the forward `up` had.
    pub env: BTreeMap<String, String>,
}

/// Returns the steps that bring back what ran before on a host, without its health check.
pub(super) fn back(
    compose: &Compose<'_>,
    begun: Begun<'_>,
    running: &Running<'_>,
    host: &SpecHost,
    spec: &Spec,
) -> Vec<Step> {
    let ground = Ground { host, env: running.env(spec), files: BTreeMap::new() };
    let mut steps = Vec::new();
    if begun.up && running.commit.is_none() {
        // The files of the failed release are still checked out: they know best what to take down.
        let new = Ground { host, env: begun.env, files: BTreeMap::new() };
        let down = new.script(&[], vec![compose.docker(&["down"])]);
        let proof = new.script(&[texts::GONE], vec![fixed(texts::GONE, &[compose.project])]);
        steps.push(new.run("back-down", down, Some(proof), DOWN, 1));
    }
    if let Some(head) = begun.facts.get(super::FACT_HEAD_BEFORE) {
        let checkout = words(&["git", "-c", "advice.detachedHead=false", "checkout", "--detach", head]);
        let proof = ground.script(&[texts::AT], vec![fixed(texts::AT, &[head])]);
        steps.push(ground.run("back-fetch", ground.script(&[], vec![checkout]), Some(proof), FETCH, 2));
    }
    if begun.up && running.commit.is_some() {
        steps.push(back_up(compose, begun.facts, &running.unknown(spec), &ground));
        steps.push(settled("back-settled", compose, &ground));
    }
    steps
}

fn back_up(compose: &Compose<'_>, facts: &Facts, unknown: &[&str], ground: &Ground<'_>) -> Step {
    let fact = |name: &str| facts.get(name).cloned().unwrap_or_default();
    let mut files = compose.files.to_vec();
    files.push("{step}/lock.yml".to_owned());
    let locked = Compose { files: &files, ..*compose };
    let limit = facts.get(FACT_UP_LIMIT).map_or(BACK_WAIT, String::as_str);
    let extra = [
        ("lock.yml".to_owned(), fact(FACT_LOCK)),
        ("keep".to_owned(), fact(FACT_KEEP)),
        ("services".to_owned(), fact(FACT_SERVICES_BEFORE)),
    ];
    let names = unknown.join(" ");
    let as_before = |command: Vec<String>| match (unknown, compose.files.first()) {
        ([_, ..], Some(first)) => [fixed(texts::AS_BEFORE, &[&names, first]), command].concat(),
        _ => command,
    };
    let mut up = ground.script(
        &[texts::KEEP, texts::UP, texts::STRAYS, texts::AS_BEFORE],
        vec![
            fixed(texts::KEEP, &["{step}/keep"]),
            as_before(locked.up(limit)),
            as_before(locked.told(texts::STRAYS, &[compose.project, "{step}/services"])),
        ],
    );
    up.files.extend(extra.clone());
    let applied = as_before(locked.told(texts::APPLIED, &[compose.project]));
    let mut proof = ground.script(&[texts::APPLIED, texts::AS_BEFORE], vec![applied]);
    proof.files.extend(extra);
    ground.run("back-up", up, Some(proof), UP, 1)
}
