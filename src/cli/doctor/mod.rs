//! `tagwarden doctor`: what is wrong with this house, and which command or page mends it?
//!
//! One file per check. All of them run at the same time, each with a limit, so that the whole ends soon even when
//! nothing answers. Nothing is changed anywhere: what a check tries out, it tries in a folder of its own.

mod calendars;
mod case;
mod clock;
mod configuration;
mod daemon;
mod database;
mod disk;
mod finding;
mod forge;
mod hooks;
mod host;
mod protection;
mod report;
mod repository;
mod secrets;
mod service;
mod webhook;

use std::path::PathBuf;
use std::sync::Arc;

use case::{Case, LIMIT, endless};
use finding::{Check, Finding};

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::clock::Clock;
use crate::domain::notice::Notice;

/// What may be typed after `doctor`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "Examples:
  sudo -u tagwarden tagwarden doctor
  tagwarden doctor --quiet
  tagwarden doctor --hooks /var/lib/forgejo/data/home
  tagwarden doctor --skip hook --skip service --json | jq '.checks[] | select(.state != \"ok\")'

Run it as the daemon's account: only that one has the daemon's secrets and keys.",
    after_help = "Exit codes: 0 all is well · 1 there are warnings, or something could not be learnt · 2 there are errors"
)]
pub struct Args {
    /// Where the forge runs hooks from: a bare repository, the folder of all of them, or Forgejo's HOME_PATH
    #[arg(long, value_name = "PATH")]
    hooks: Vec<PathBuf>,
    /// Leave a check out
    #[arg(long, value_name = "CHECK")]
    skip: Vec<Check>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Looks at everything and tells.
///
/// # Errors
/// Standard output cannot be written, or nothing can be started.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::caused(Exit::Failed, Notice::new("TW-U026"), &error))?;
    let mut findings = runtime.block_on(examine(args, terminal));
    // What hangs is left behind: nobody waits for it any more.
    runtime.shutdown_background();
    // Within a check they stay as they came.
    findings.sort_by_key(|finding| finding.check);
    report::tell(&findings, args.json, terminal)
}

async fn examine(args: &Args, terminal: &Terminal) -> Vec<Finding> {
    let now = Clock::machine().now();
    let (mut findings, read) = configuration::read(&terminal.config);
    if args.skip.contains(&Check::Configuration) {
        findings.clear();
    }
    let Some((config, secrets)) = read else {
        findings.push(database::sqlite());
        findings.push(configuration::nothing_else());
        return findings;
    };
    let terminal = terminal.clone();
    let case = Case { config, secrets, terminal, hooks: args.hooks.clone(), skip: args.skip.clone(), now };
    let case = Arc::new(case);
    let (secrets, calendars, database, space, service, hooks, hosts, forge) = tokio::join!(
        apart(Check::Secrets, &case, secrets::check),
        apart(Check::Calendars, &case, calendars::check),
        apart(Check::Database, &case, database::check),
        apart(Check::Space, &case, disk::check),
        service::check(&case),
        hooks::check(&case),
        host::check(&case),
        daemon_and_forge(&case),
    );
    for found in [secrets, calendars, database, space, service, hooks, hosts, forge] {
        findings.extend(found);
    }
    findings
}

/// Runs a check that blocks on a thread of its own.
async fn apart(check: Check, case: &Arc<Case>, work: fn(&Case) -> Vec<Finding>) -> Vec<Finding> {
    if !case.wants(check) {
        return Vec::new();
    }
    let own = Arc::clone(case);
    match tokio::time::timeout(LIMIT, tokio::task::spawn_blocking(move || work(&own))).await {
        Ok(Ok(findings)) => findings,
        // It hangs, or it broke; what it would have found is not known either way.
        Ok(Err(_)) | Err(_) => vec![endless(check, "")],
    }
}

/// Asks the daemon and the forge at the same time, and then what needs an answer of both.
async fn daemon_and_forge(case: &Arc<Case>) -> Vec<Finding> {
    let (daemon, forge) = tokio::join!(daemon::ask(case), forge::greet(case));
    let mut findings = daemon.findings;
    findings.extend(forge.findings);
    match forge.forge {
        Some(forge) => findings.extend(repository::check(case, &forge, daemon.about.as_ref()).await),
        None => findings.extend(forge::untold(case, &findings)),
    }
    findings
}
