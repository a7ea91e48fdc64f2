//! Do hooks of this version guard every repository on the forge's machine, each once?

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::case::{Case, LIMIT, endless};
use super::finding::{Check, Finding};
use super::service;
use crate::cli::hook::{Place, Standing, places_at, program_of, prove, standing};
use crate::config::Repository;
use crate::domain::notice::Notice;

/// Where Forgejo keeps git's home and the repositories, when nobody has moved them.
const USUAL: &[&str] = &[
    "/var/lib/forgejo/data/home",
    "/var/lib/forgejo/data/forgejo-repositories",
    "/var/lib/forgejo/repositories",
    "/var/lib/gitea/data/home",
    "/var/lib/gitea/data/gitea-repositories",
    "/var/lib/gitea/repositories",
];
/// The timer that guards new repositories of a forge up to v15.
const TIMER: &str = "tagwarden-hooks.timer";

/// Looks at the hooks of every guarded repository, as far as the forge's folders are on this machine.
pub async fn check(case: &Arc<Case>) -> Vec<Finding> {
    if !case.wants(Check::Hook) {
        return Vec::new();
    }
    let own = Arc::clone(case);
    let looked = tokio::task::spawn_blocking(move || look(&own));
    let Ok(Ok(seen)) = tokio::time::timeout(LIMIT, looked).await else {
        return vec![endless(Check::Hook, "")];
    };
    let mut findings = seen.findings;
    if let Some(program) = &seen.program {
        findings.extend(version(program).await);
    }
    if seen.needs_timer && service::systemd_runs() {
        findings.push(timer().await);
    }
    findings
}

/// What was seen on the disk.
struct Seen {
    findings: Vec<Finding>,
    /// The program that the hooks run; `None` when there are no hooks of ours.
    program: Option<Program>,
    /// Whether new repositories are guarded by nobody but the timer.
    needs_timer: bool,
}

/// The program behind a hook.
struct Program {
    hook: PathBuf,
    path: Option<PathBuf>,
}

fn look(case: &Case) -> Seen {
    let mut seen = Seen { findings: Vec::new(), program: None, needs_timer: false };
    let named = !case.hooks.is_empty();
    let folders: Vec<PathBuf> =
        if named { case.hooks.clone() } else { USUAL.iter().map(PathBuf::from).collect() };
    let mut places: Vec<Place> = Vec::new();
    for folder in &folders {
        let found = places_at(folder);
        if found.is_empty() && named {
            let notice = Notice::new("TW-Q061").with("path", folder.display());
            seen.findings.push(Check::Hook.error(folder.display(), notice));
        }
        places.extend(found);
    }
    if places.is_empty() {
        if !named {
            seen.findings.push(Check::Hook.unknown("", Notice::new("TW-Q060")));
        }
        return seen;
    }
    let central: Vec<&Place> = places.iter().filter(|place| place.repository.is_none()).collect();
    let mut proven = false;
    for repository in &case.config.repositories {
        let own = places.iter().find(|place| is_of(place, repository));
        let (findings, good) = of_repository(repository, own, central.first().copied());
        // One trial is enough: the others are the same file.
        if let Some(place) = good.filter(|_| !proven) {
            proven = true;
            let hook = standing(place).into_iter().map(|(path, _)| path).next().unwrap_or_default();
            seen.program = Some(Program { path: program_of(&hook), hook });
            if let Err(notice) = prove(place) {
                seen.findings.push(Check::Hook.error(&repository.name, notice));
                continue;
            }
        }
        seen.findings.extend(findings);
        seen.needs_timer |= central.is_empty() && own.is_some_and(|own| own.sees_everything);
    }
    seen
}

fn is_of(place: &Place, repository: &Repository) -> bool {
    place.repository.as_ref().is_some_and(|name| name.same_as(&repository.name))
}

/// Returns what is to be said about a repository's hooks, and the place that guards it, if any.
fn of_repository<'a>(
    repository: &Repository,
    own: Option<&'a Place>,
    central: Option<&'a Place>,
) -> (Vec<Finding>, Option<&'a Place>) {
    let name = &repository.name;
    // The central folder guards everything; what stands in the repository besides runs a second time.
    if let Some(central) = central {
        let (mut findings, good) = of_place(repository, central);
        let twice = own.map(standing).into_iter().flatten();
        let twice = twice.filter(|(_, standing)| matches!(standing, Standing::Ours | Standing::Other));
        findings.extend(
            twice
                .filter(|(path, _)| path.parent().is_some_and(|folder| folder.ends_with("pre-receive.d")))
                .map(|(path, _)| {
                    Check::Hook.warning(name, Notice::new("TW-Q065").with("path", path.display()))
                }),
        );
        return (findings, good.then_some(central));
    }
    let Some(own) = own else {
        return (vec![Check::Hook.unknown(name, Notice::new("TW-Q068"))], None);
    };
    let (mut findings, good) = of_place(repository, own);
    if good && !own.sees_everything {
        findings = vec![Check::Hook.warning(name, Notice::new("TW-Q066"))];
    }
    (findings, good.then_some(own))
}

/// Returns what is to be said about the hooks of a place, and whether they are all right.
fn of_place(repository: &Repository, place: &Place) -> (Vec<Finding>, bool) {
    let name = &repository.name;
    let about =
        |id: &str, path: &Path| Notice::new(id).with("path", path.display()).with("named", &place.named);
    let mut findings = Vec::new();
    for (path, standing) in standing(place) {
        match standing {
            Standing::Ours => {}
            Standing::NotExecutable => findings.push(Check::Hook.error(name, about("TW-Q063", &path))),
            Standing::Other => findings.push(Check::Hook.warning(name, about("TW-Q064", &path))),
            Standing::Missing => findings.push(Check::Hook.error(name, about("TW-Q062", &path))),
            Standing::Hidden => findings.push(Check::Hook.unknown(name, about("TW-Q067", &path))),
        }
    }
    let good = findings.is_empty();
    if good {
        findings.push(Check::Hook.ok(name, Notice::new("doctor-hook").with("path", place.hooks.display())));
    }
    (findings, good)
}

/// Compares the version of the hooks' program with ours.
async fn version(program: &Program) -> Option<Finding> {
    let own = env!("CARGO_PKG_VERSION");
    let Some(path) = &program.path else {
        let notice = Notice::new("TW-Q090").with("path", program.hook.display());
        return Some(Check::Hook.error("", notice));
    };
    let said = service::ask(&path.to_string_lossy(), &["--version"]).await.unwrap_or_default();
    let theirs = said.trim().strip_prefix("tagwarden-hook ").unwrap_or("?");
    let notice = Notice::new("TW-Q091").with("path", path.display()).with("theirs", theirs).with("ours", own);
    (theirs != own).then(|| Check::Hook.warning("", notice))
}

async fn timer() -> Finding {
    let said = service::ask("systemctl", &["is-active", TIMER]).await;
    match said.as_deref().map(str::trim) {
        Some("active") => Check::Hook.ok(TIMER, Notice::new("doctor-timer")),
        Some(_) => Check::Hook.warning(TIMER, Notice::new("TW-Q092")),
        None => Check::Hook.unknown(TIMER, Notice::new("TW-Q089")),
    }
}
