//! The pre-receive use case: read lines, gather facts, judge, ask the daemon, speak.
//!
//! It runs in the path of every push, as the forge's own user, also for people without any right and for pushes that
//! the forge refuses afterwards: it looks and speaks, and changes nothing. A push without tags costs neither a
//! configuration nor a repository. Whatever cannot be judged is refused, with other words than what breaks a rule.
//!
//! Races: (a) the branch update of the same push fails afterwards: the daemon judges again from the forge; (b) the
//! daemon is away or slow: it is waited for no longer than [`DAEMON`], and said so; (c) the judgement itself hangs (a
//! dead disk): a thread does it, and is left behind after [`DEADLINE`], refusing.

mod lines;
mod speak;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::config::{self, Config, Repository};
use crate::control::{Answer, Ask, Client, ForecastTag, Request, VERSION};
use crate::domain::language::Language;
use crate::domain::names::{ObjectId, RepositoryName};
use crate::domain::notice::Notice;
use crate::domain::tag_policy::{self, Judged, Policy};
use crate::git::{self, GitError, Update};

pub use speak::Spoken;

/// All is well.
pub const PASS: u8 = 0;
/// A rule is broken.
pub const REFUSED: u8 = 1;
/// It could not be judged, so it is refused.
pub const UNJUDGED: u8 = 3;

/// How long the daemon is waited for: the pusher's answer is due in the same second, and it is only about what is next.
const DAEMON: Duration = Duration::from_secs(2);
/// How long all of it may take; what is not judged by then is refused.
const DEADLINE: Duration = Duration::from_secs(8);
/// The most that is read from the push, in bytes: some hundred thousand refs.
const MOST_INPUT: u64 = 64 << 20;

/// What the hook knows of its surroundings.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The configuration file.
    pub config: PathBuf,
    /// The repository's owner and name, as the forge says them.
    pub repository: Option<RepositoryName>,
    /// The repository's number.
    pub repository_id: Option<u64>,
    /// Who pushes.
    pub pusher: Option<String>,
    /// Whether it is a wiki, which has no releases.
    pub wiki: bool,
    /// The language when no configuration says another.
    pub language: Language,
}

impl Surroundings {
    /// Reads what Forgejo puts into the environment of its hooks.
    pub fn from_environment() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let owner = variable("GITEA_REPO_USER_NAME");
        let name = variable("GITEA_REPO_NAME");
        let full = owner.zip(name).map(|(owner, name)| format!("{owner}/{name}"));
        Self {
            config: variable("TAGWARDEN_CONFIG").unwrap_or_else(|| config::DEFAULT_PATH.to_owned()).into(),
            repository: full.and_then(|full| RepositoryName::parse(&full).ok()),
            repository_id: variable("GITEA_REPO_ID").and_then(|id| id.parse().ok()),
            pusher: variable("GITEA_PUSHER_NAME"),
            wiki: variable("GITEA_REPO_IS_WIKI").is_some_and(|value| value == "true"),
            language: Language::default(),
        }
    }
}

/// Runs as git's pre-receive hook: standard input, environment, standard error; returns the exit status.
pub fn main() -> u8 {
    let mut input = Vec::new();
    let read = io::stdin().lock().take(MOST_INPUT).read_to_end(&mut input);
    let surroundings = Surroundings::from_environment();
    let (spoken, status) = match read {
        Ok(length) if (length as u64) < MOST_INPUT => {
            if !lines::concerns_us(&input) {
                return PASS;
            }
            judge_within_deadline(input, surroundings)
        }
        Ok(_) => cannot(surroundings.language, Notice::new("TW-H002")),
        Err(error) => cannot(surroundings.language, Notice::new("TW-H003").with("why", error)),
    };
    // Nobody may be listening any more; the exit status says the same.
    let _ = io::stderr().lock().write_all(spoken.text().as_bytes());
    status
}

/// Judges beside a clock, and refuses when the judgement takes too long or ends without a word.
fn judge_within_deadline(input: Vec<u8>, surroundings: Surroundings) -> (Spoken, u8) {
    let language = surroundings.language;
    let (told, verdict) = mpsc::channel();
    // The end of the process ends a judgement that hangs; nobody waits for the thread.
    thread::spawn(move || told.send(judge_input(&input, &surroundings)));
    verdict
        .recv_timeout(DEADLINE)
        .unwrap_or_else(|_| cannot(language, Notice::new("TW-H004").with("seconds", DEADLINE.as_secs())))
}

fn cannot(language: Language, notice: Notice) -> (Spoken, u8) {
    let mut spoken = Spoken::new(language);
    spoken.refuse(&notice);
    (spoken, UNJUDGED)
}

/// Judges the lines that git hands to a pre-receive hook, in the repository of the environment.
pub fn judge_input(input: &[u8], surroundings: &Surroundings) -> (Spoken, u8) {
    if surroundings.wiki || !lines::concerns_us(input) {
        return (Spoken::new(surroundings.language), PASS);
    }
    let config = match config::load_for_hook(&surroundings.config) {
        Ok(config) => config,
        Err(problems) => {
            let notice = Notice::new("TW-H001")
                .with("path", surroundings.config.display())
                .with("count", problems.list.len());
            return cannot(surroundings.language, notice);
        }
    };
    let language = config.server.language;
    let Some(repository) = surroundings.repository.as_ref().and_then(|name| config.repository(name)) else {
        return (Spoken::new(language), PASS);
    };
    match judge(input, repository) {
        Ok(verdict) => tell(verdict, &config, repository, surroundings),
        Err(error) => cannot(language, Notice::new(error.id()).with("why", chain(&error))),
    }
}

/// What the rules say of a push.
struct Verdict {
    judged: Vec<Judged>,
    /// What is refused without being a tag of ours: bad names, doubles, replacement refs.
    others: Vec<Notice>,
    /// The refs of the push that no rule forbids.
    fine: Vec<String>,
}

fn judge(input: &[u8], repository: &Repository) -> Result<Verdict, GitError> {
    let policy = Policy {
        main: repository.main.clone(),
        hotfix_branches: repository.hotfix_branches.clone(),
        tag_prefix: repository.tag_prefix.clone(),
        changelog: repository.changelog.clone(),
    };
    let lines = lines::parse(input);
    let mut others = Vec::new();
    if lines.malformed {
        others.push(Notice::new("TW-H005"));
    }
    for name in &lines.doubled {
        others.push(Notice::new("TW-T032").with("tag", String::from_utf8_lossy(name)));
    }
    let mut fine = Vec::new();
    let updates: Vec<Update> = lines.updates;
    for update in &updates {
        let shown = String::from_utf8_lossy(&update.name).into_owned();
        if update.name.starts_with(b"refs/replace/") {
            others.push(Notice::new("TW-T033").with("tag", &shown));
            continue;
        }
        match update.name.strip_prefix(b"refs/tags/").map(|short| tag_policy::name(short, &policy)) {
            Some(Some(Err(notice))) if update.new.is_some() => others.push(notice),
            // Whoever deletes a tag that was never one of ours may.
            Some(Some(Err(_)) | None) | None => fine.push(shown),
            Some(Some(Ok(_))) => {}
        }
    }
    let opened = git::open_quarantine()?;
    let judged = git::judge_push(&opened, &updates, &policy)?;
    fine.extend(judged.iter().filter(|one| one.findings.is_empty()).map(|one| one.tag.full_ref()));
    Ok(Verdict { judged, others, fine })
}

fn tell(
    verdict: Verdict,
    config: &Config,
    repository: &Repository,
    surroundings: &Surroundings,
) -> (Spoken, u8) {
    let mut spoken = Spoken::new(config.server.language);
    let refused: Vec<&Notice> =
        verdict.others.iter().chain(verdict.judged.iter().flat_map(|judged| &judged.findings)).collect();
    if !refused.is_empty() {
        refused.iter().for_each(|notice| spoken.refuse(notice));
        if !verdict.fine.is_empty() {
            spoken.say(&Notice::new("hook-fine").with("refs", verdict.fine.join(", ")));
        }
        return (spoken, REFUSED);
    }
    let tags: Vec<ForecastTag> = verdict.judged.iter().filter_map(pushed_tag).collect();
    if tags.is_empty() {
        return (spoken, PASS);
    }
    let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).collect();
    spoken.say(&Notice::new("hook-accepted").with("tags", names.join(", ")));
    let ask = Ask::Forecast {
        repository: repository.name.to_string(),
        repository_id: surroundings.repository_id,
        pusher: surroundings.pusher.clone(),
        tags,
    };
    match forecast(&config.server.control_socket, ask) {
        Some((next, link)) => {
            next.iter().for_each(|notice| spoken.say(notice));
            spoken.say(&Notice::new("hook-follow").with("link", link));
        }
        None => {
            spoken.say(&Notice::new("hook-daemon-away"));
            spoken.say(&Notice::new("hook-follow").with("link", &config.server.public_url));
        }
    }
    (spoken, PASS)
}

fn pushed_tag(judged: &Judged) -> Option<ForecastTag> {
    let object: &ObjectId = judged.new.as_ref()?;
    Some(ForecastTag { name: judged.tag.to_string(), object: object.to_string(), commit: String::new() })
}

/// Returns what the daemon says will happen next; `None` when it does not say so in time.
fn forecast(socket: &Path, ask: Ask) -> Option<(Vec<Notice>, String)> {
    let mut client = Client::connect(socket, Some(DAEMON)).ok()?;
    match client.ask(&Request { v: VERSION, ask }).ok()? {
        Answer::Forecast { next, link, known: _, places: _ } => Some((next, link)),
        Answer::Ok { .. } | Answer::Line { .. } | Answer::End | Answer::Refused { .. } => None,
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
