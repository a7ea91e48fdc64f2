//! Can each host be reached with its pinned key, and does it have what a deployment needs?

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::case::{Case, LIMIT};
use super::finding::{Check, Finding};
use crate::config::{Address, Host, Recipe};
use crate::domain::notice::Notice;
use crate::domain::plan::{Output, Script};
use crate::remote::{self, Folders, RemoteError};

/// The longest that the commands there may take, once there is a connection.
const LOOK: Duration = Duration::from_secs(5);
/// What `cd` ends with where it cannot.
const NO_FOLDER: i32 = 125;
/// What commands end with that took too long.
const TOO_LONG: i32 = 124;

/// Asks every host of every environment, all at once.
pub async fn check(case: &Arc<Case>) -> Vec<Finding> {
    if !case.wants(Check::Host) {
        return Vec::new();
    }
    let Ok(folder) = Scratch::new() else {
        return vec![Check::Host.unknown("", Notice::new("TW-Q079"))];
    };
    let (mut asked, mut number) = (JoinSet::new(), 0_usize);
    for repository in &case.config.repositories {
        for environment in &repository.environments {
            for host in &environment.hosts {
                let about = format!("{} ({} {})", host.name, repository.name, environment.name);
                let folders = Folders { runtime: folder.0.clone(), state: folder.0.clone() };
                let scope = format!("{number}");
                let opened = remote::Host::open(host, &scope, &folders);
                let host = host.clone();
                let compose = matches!(environment.deploy.recipe, Recipe::Compose { .. });
                asked.spawn(async move {
                    let script = script(&host, compose);
                    let look = opened.look(&script, LOOK);
                    let found = match tokio::time::timeout(LIMIT, look).await {
                        Ok(answer) => judge(&about, &host, compose, answer),
                        Err(_) => {
                            let notice = address(Notice::new("TW-Q070"), &host);
                            Check::Host.error(&about, notice.with("why", format!("{} s", LIMIT.as_secs())))
                        }
                    };
                    (number, found)
                });
                number += 1;
            }
        }
    }
    let mut found = asked.join_all().await;
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, finding)| finding).collect()
}

/// Returns what is looked at there: each command prints one line, and the first that fails ends it.
fn script(host: &Host, compose: bool) -> Script {
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<String>>();
    let mut commands = vec![words(&["true"])];
    if compose {
        commands = vec![
            words(&["git", "--version"]),
            words(&["git", "rev-parse", "--is-inside-work-tree"]),
            words(&["docker", "compose", "version", "--short"]),
            words(&["docker", "version", "--format", "{{.Server.Version}}"]),
        ];
    }
    Script { directory: Some(host.directory.clone()), commands, ..Script::default() }
}

fn judge(about: &str, host: &Host, compose: bool, answer: Result<Output, RemoteError>) -> Finding {
    let notice = |id: &str| address(Notice::new(id), host).with("directory", &host.directory);
    let output = match answer {
        Ok(output) => output,
        Err(error) => return refused(about, &error, notice),
    };
    let lines: Vec<&str> = output.stdout.lines().map(str::trim).collect();
    let late = format!("{} s", LOOK.as_secs());
    let said = output.stderr.lines().last().unwrap_or_default().trim();
    let why = if output.status == TOO_LONG { &late } else { said };
    let bad = |id: &str| Check::Host.error(about, notice(id).with("why", why));
    if output.status == NO_FOLDER && lines.is_empty() {
        return bad("TW-Q076");
    }
    if !compose {
        return Check::Host.ok(about, notice("doctor-host-reached"));
    }
    match (output.status, lines.as_slice()) {
        (0, [git, _, version, engine, ..]) => {
            let version = version.trim_start_matches('v');
            if version
                .split('.')
                .next()
                .and_then(|major| major.parse::<u32>().ok())
                .is_none_or(|major| major < 2)
            {
                return bad("TW-Q078");
            }
            let git = git.trim_start_matches("git version ");
            let found = notice("doctor-host").with("git", git).with("compose", version);
            Check::Host.ok(about, found.with("engine", engine))
        }
        (_, []) => bad("TW-Q075"),
        (_, [_]) => bad("TW-Q077"),
        (_, [_, _]) => bad("TW-Q078"),
        (_, [..]) => bad("TW-Q074"),
    }
}

fn refused(about: &str, error: &RemoteError, notice: impl Fn(&str) -> Notice) -> Finding {
    match error {
        RemoteError::Unreachable { why } => Check::Host.error(about, notice("TW-Q070").with("why", why)),
        RemoteError::NotLetIn { why } => Check::Host.error(about, notice("TW-Q071").with("why", why)),
        RemoteError::OtherKey { .. } => Check::Host.error(about, notice("TW-Q072")),
        RemoteError::Unfinished { why } => Check::Host.unknown(about, notice("TW-Q073").with("why", why)),
        RemoteError::Incapable { why }
        | RemoteError::NotCarried { why }
        | RemoteError::ControlFolder { why } => Check::Host.error(about, notice("TW-Q069").with("why", why)),
    }
}

/// Adds what a person types to get there.
fn address(notice: Notice, host: &Host) -> Notice {
    match &host.address {
        Address::Local => notice.with("login", "local").with("host", "localhost").with("port", 22),
        Address::Ssh { user, host, port, .. } => {
            notice.with("login", user).with("host", host).with("port", port)
        }
    }
}

/// A folder for connections, short enough for sockets, which is taken away at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        let wanted = std::env::temp_dir();
        let top = if wanted.as_os_str().len() > 24 { Path::new("/tmp") } else { &wanted };
        let folder = top.join(format!("tw-doctor-{}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in the temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
