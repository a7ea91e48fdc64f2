//! The use case of the door: read lines, gather facts, judge, ask the daemon, speak.
//!
//! It runs in the path of every push, as the forge's own user, also for people without any right and for pushes that
//! the forge refuses afterwards: it looks and speaks, and changes nothing. A push without tags costs neither a
//! configuration nor a repository. Whatever cannot be judged is refused, with other words than what breaks a rule.
//!
//! Races: (a) the branch update of the same push fails afterwards: the daemon judges again from the forge; (b) the
//! daemon is away or slow: it is waited for no longer than a limit, and said so; (c) the judgement itself hangs (a
//! dead disk): another thread watches the clock, refuses after [`DEADLINE`] and ends the process; who is first of the
//! two has the last word.

mod ask;
mod lines;
mod speak;
mod surroundings;
mod transaction;

use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::config::{self, Config, Repository};
use crate::control::{Ask, ForecastTag};
use crate::domain::language::Language;
use crate::domain::names;
use crate::domain::notice::Notice;
use crate::domain::tag_policy::{self, Judged, Policy};
use crate::git::{self, GitError, Objects, Update};

pub use speak::Spoken;
pub use surroundings::{Surroundings, repository_of};

/// All is well.
pub const PASS: u8 = 0;
/// A rule is broken.
pub const REFUSED: u8 = 1;
/// It could not be judged, so it is refused.
pub const UNJUDGED: u8 = 3;

/// How long all of it may take; what is not judged by then is refused.
const DEADLINE: Duration = Duration::from_secs(8);
/// What each ref adds to that: with ten thousand tags git itself needs seconds, and nobody waits for a refusal then.
const DEADLINE_PER_REF: Duration = Duration::from_millis(10);
/// The most that is read from the push, in bytes: some hundred thousand refs.
const MOST_INPUT: u64 = 64 << 20;
/// The most sentences of the daemon that are passed on: one per tag and environment would bury the others.
const MOST_NEXT: usize = 20;

/// Runs as one of git's hooks: arguments, standard input, environment, standard error; returns the exit status.
///
/// Without arguments it is pre-receive, with `reference-transaction STATE` the other one; `--version` only names it.
pub fn main() -> u8 {
    let mut words = std::env::args().skip(1);
    let judge = match words.next().as_deref() {
        Some("--version") => {
            println!("tagwarden-hook {}", env!("CARGO_PKG_VERSION"));
            return PASS;
        }
        Some("reference-transaction") => {
            if !transaction::concerns_us(words.next().as_deref()) {
                return PASS;
            }
            transaction::judge_input
        }
        Some(_) | None => judge_input,
    };
    let mut input = Vec::new();
    let read = io::stdin().lock().take(MOST_INPUT).read_to_end(&mut input);
    let (spoken, status) = match read {
        Ok(length) if (length as u64) < MOST_INPUT => {
            if !lines::concerns_us(&input) {
                return PASS;
            }
            judge_within_deadline(&input, &Surroundings::from_environment(), judge)
        }
        Ok(_) => cannot(Language::default(), Notice::new("TW-H002")),
        Err(error) => cannot(Language::default(), Notice::new("TW-H003").with("why", error)),
    };
    say(&spoken);
    status
}

/// Judges while another thread watches the clock; what takes too long is refused there, and the process ends.
///
/// The judgement has the first thread: memory is dearer in every other one.
fn judge_within_deadline(
    input: &[u8],
    surroundings: &Surroundings,
    judge: fn(&[u8], &Surroundings) -> (Spoken, u8),
) -> (Spoken, u8) {
    let language = surroundings.language;
    let refs = u32::try_from(input.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX);
    let deadline = DEADLINE.saturating_add(DEADLINE_PER_REF.saturating_mul(refs));
    let late = move || cannot(language, Notice::new("TW-H004").with("seconds", deadline.as_secs()));
    let (judged, awaited) = mpsc::channel::<Infallible>();
    let last_word = Arc::new(AtomicBool::new(false));
    let watched = Arc::clone(&last_word);
    thread::spawn(move || {
        let over = awaited.recv_timeout(deadline) == Err(RecvTimeoutError::Timeout);
        if over && !watched.swap(true, Ordering::AcqRel) {
            let (spoken, status) = late();
            say(&spoken);
            process::exit(i32::from(status));
        }
    });
    let verdict = panic::catch_unwind(AssertUnwindSafe(|| judge(input, surroundings)));
    if last_word.swap(true, Ordering::AcqRel) {
        // The clock was first; the process ends at any moment.
        loop {
            thread::park();
        }
    }
    drop(judged);
    verdict.unwrap_or_else(|_| late())
}

/// Speaks to whoever pushes; nobody may be listening any more, and the exit status says the same.
fn say(spoken: &Spoken) {
    let _ = io::stderr().lock().write_all(spoken.text().as_bytes());
}

fn cannot(language: Language, notice: Notice) -> (Spoken, u8) {
    let mut spoken = Spoken::new(language);
    spoken.refuse(&notice);
    (spoken, UNJUDGED)
}

/// What is to be judged, and by which configuration; the other side is a final answer.
fn guarded<'c>(
    loaded: &'c Result<Config, config::Problems>,
    surroundings: &Surroundings,
) -> Result<(&'c Config, &'c Repository), (Spoken, u8)> {
    let config = loaded.as_ref().map_err(|problems| {
        let notice = Notice::new("TW-H001")
            .with("path", surroundings.config.display())
            .with("count", problems.list.len());
        cannot(surroundings.language, notice)
    })?;
    let repository = surroundings.repository.as_ref().and_then(|name| config.repository(name));
    repository
        .map(|repository| (config, repository))
        .ok_or_else(|| (Spoken::new(config.server.language), PASS))
}

/// Judges the lines that git hands to a pre-receive hook, in the repository of the environment.
pub fn judge_input(input: &[u8], surroundings: &Surroundings) -> (Spoken, u8) {
    if surroundings.wiki || !lines::concerns_us(input) {
        return (Spoken::new(surroundings.language), PASS);
    }
    let loaded = config::load_for_hook(&surroundings.config);
    let (config, repository) = match guarded(&loaded, surroundings) {
        Ok(guarded) => guarded,
        Err(answer) => return answer,
    };
    match judge(input, repository) {
        Ok(verdict) => tell(verdict, config, repository, surroundings),
        Err(error) => cannot(config.server.language, error_notice(&error)),
    }
}

fn error_notice(error: &GitError) -> Notice {
    Notice::new(error.id()).with("why", chain(error))
}

/// What the rules say of a push.
struct Verdict {
    judged: Vec<Judged>,
    /// What is refused without being a tag of ours: bad names, doubles, replacement refs.
    others: Vec<Notice>,
    /// The refs of the push that no rule forbids.
    fine: Vec<String>,
}

impl Verdict {
    fn refusals(&self) -> Vec<&Notice> {
        self.others.iter().chain(self.judged.iter().flat_map(|judged| &judged.findings)).collect()
    }
}

fn judge(input: &[u8], repository: &Repository) -> Result<Verdict, GitError> {
    let policy = git::policy(repository);
    let lines = lines::parse(input);
    let mut others = Vec::new();
    if lines.malformed {
        others.push(Notice::new("TW-H005"));
    }
    others.extend(lines.doubled.iter().map(|name| Notice::new("TW-T032").with("tag", names::shown(name))));
    let mut fine = Vec::new();
    for update in &lines.updates {
        match stranger(update, &policy) {
            Stranger::Fine => fine.push(names::shown(&update.name)),
            Stranger::Refused(notice) => others.push(notice),
            Stranger::Ours => {}
        }
    }
    let objects = Objects::from_environment()?;
    let judged = git::judge_push(&objects, &lines.updates, &policy)?;
    fine.extend(judged.iter().filter(|one| one.findings.is_empty()).map(|one| one.tag.full_ref()));
    Ok(Verdict { judged, others, fine })
}

/// What becomes of a ref by its name alone.
enum Stranger {
    /// No rule forbids it.
    Fine,
    /// A rule forbids it.
    Refused(Notice),
    /// It is a tag that has to be judged.
    Ours,
}

fn stranger(update: &Update, policy: &Policy) -> Stranger {
    let full = &update.name;
    if full.starts_with(b"refs/replace/") {
        return Stranger::Refused(Notice::new("TW-T033").with("tag", names::shown(full)));
    }
    let Some(short) = full.strip_prefix(b"refs/tags/") else { return Stranger::Fine };
    match tag_policy::name(short, policy) {
        Some(Ok(_)) => Stranger::Ours,
        // Whoever deletes a tag that was never one of ours may.
        Some(Err(_)) | None if update.new.is_none() => Stranger::Fine,
        Some(Err(notice)) => Stranger::Refused(notice),
        None if policy.other_tags => Stranger::Fine,
        None => Stranger::Refused(Notice::new("TW-T016").with("tag", names::shown(short))),
    }
}

fn tell(
    verdict: Verdict,
    config: &Config,
    repository: &Repository,
    surroundings: &Surroundings,
) -> (Spoken, u8) {
    let mut spoken = Spoken::new(config.server.language);
    let refused = verdict.refusals();
    if !refused.is_empty() {
        refused.iter().for_each(|notice| spoken.refuse(notice));
        spoken.list(&Notice::new("hook-fine"), &verdict.fine);
        return (spoken, REFUSED);
    }
    let tags: Vec<ForecastTag> = verdict.judged.iter().filter_map(pushed_tag).collect();
    if tags.is_empty() {
        return (spoken, PASS);
    }
    spoken.list(&Notice::new("hook-accepted"), &tags.iter().map(|tag| tag.name.clone()).collect::<Vec<_>>());
    verdict.judged.iter().flat_map(|judged| &judged.warnings).for_each(|notice| spoken.warn(notice));
    let ask = Ask::Forecast {
        repository: repository.name.to_string(),
        repository_id: surroundings.repository_id,
        pusher: surroundings.pusher.clone(),
        tags,
    };
    match ask::forecast(&config.server.control_socket, ask) {
        Some(forecast) => {
            forecast.next.iter().take(MOST_NEXT).for_each(|notice| spoken.say(notice));
            spoken.say(&Notice::new("hook-follow").with("link", forecast.link));
        }
        None => {
            spoken.say(&Notice::new("hook-daemon-away"));
            spoken.say(&Notice::new("hook-follow").with("link", &config.server.public_url));
        }
    }
    (spoken, PASS)
}

fn pushed_tag(judged: &Judged) -> Option<ForecastTag> {
    let (object, commit) = (judged.new.as_ref()?, judged.commit.as_ref()?);
    Some(ForecastTag { name: judged.tag.to_string(), object: object.to_string(), commit: commit.to_string() })
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
