//! Protects the version tags on the forge itself: what is left where no hook can be installed.
//!
//! The forge's rule knows people and patterns, nothing of versions; but it holds for pages and API too. The rule allows
//! the release managers and the daemon's own account, which pushes rollback tags.

use std::collections::BTreeSet;

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::config::{self, Config, Repository, Who};
use crate::domain::notice::Notice;
use crate::forgejo::{Forge, ForgeError, Protected, TagProtection};

/// Makes a protected tag rule for every configured repository that has none for its versions yet.
pub fn protect(terminal: &Terminal) -> Result<Exit, Failure> {
    let config = config::load(&terminal.config)
        .map_err(|problems| super::super::config::refused(&problems, terminal))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::caused(Exit::Failed, Notice::new("TW-H015"), &error))?;
    runtime.block_on(protect_all(&config, terminal))
}

async fn protect_all(config: &Config, terminal: &Terminal) -> Result<Exit, Failure> {
    let refused = |error: ForgeError| Failure::new(Exit::Failed, error.notice());
    let forge = Forge::new(&config.forge.url, &config.forge.token).map_err(refused)?;
    let own = forge.own_login().await.map_err(refused)?;
    for repository in &config.repositories {
        let mut rule = rule(repository);
        rule.users.insert(own.to_string());
        let id = match forge.protect_tags(&repository.name, &rule).await.map_err(refused)? {
            Protected::Now => "hook-protected",
            Protected::Already => "hook-protected-already",
        };
        let notice = Notice::new(id).with("repository", &repository.name).with("pattern", &rule.pattern);
        let who: Vec<&str> = rule.users.iter().chain(&rule.teams).map(String::as_str).collect();
        terminal.answer(&notice.with("who", who.join(", ")))?;
    }
    Ok(Exit::Ok)
}

/// Returns the rule for a repository: its versions belong to those who manage its releases.
fn rule(repository: &Repository) -> TagProtection {
    let (mut users, mut teams) = (BTreeSet::new(), BTreeSet::new());
    for who in repository.environments.iter().flat_map(|environment| &environment.release_managers) {
        match who {
            Who::User(person) => users.insert(person.to_string()),
            Who::Team { team, .. } => teams.insert(team.clone()),
        };
    }
    TagProtection { pattern: format!("{}*", repository.tag_prefix), users, teams }
}
