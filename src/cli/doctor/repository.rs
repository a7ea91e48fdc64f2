//! What does the forge tell about each guarded repository: the token's rights, the main branch, webhook, protection?

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::case::Case;
use super::daemon::About;
use super::finding::{Check, Finding};
use super::{protection, webhook};
use crate::config;
use crate::domain::names::Person;
use crate::domain::notice::Notice;
use crate::forgejo::{Forge, ForgeError};
use crate::store::Arrival;

/// The longest that all repositories together may take, after the forge has answered once.
const LIMIT: Duration = Duration::from_secs(4);
/// How many repositories are asked about at once.
const AT_ONCE: usize = 8;

/// What is asked about one repository.
pub struct Asked {
    /// The whole case.
    pub case: Arc<Case>,
    /// The forge.
    pub forge: Forge,
    /// The token's account.
    pub login: Person,
    /// The repository.
    pub repository: config::Repository,
    /// What the daemon says about webhooks; `None` when it says nothing.
    pub arrivals: Option<Vec<Arrival>>,
}

impl Asked {
    /// Returns the address of the repository's page `place` on the forge.
    pub fn page(&self, place: &str) -> String {
        format!("{}/{}/{place}", self.case.config.forge.url, self.repository.name)
    }

    /// Returns that only an administrator may ask this, or why else it could not be learnt.
    pub fn untold(&self, check: Check, error: &ForgeError, page: &str) -> Finding {
        let notice = match error {
            ForgeError::Refused { status: 401 | 403 | 404, .. } => Notice::new("TW-Q045")
                .with("login", &self.login)
                .with("page", self.page(page))
                .with("members", self.page("settings/collaboration")),
            ForgeError::Refused { .. }
            | ForgeError::Unusable { .. }
            | ForgeError::Unreachable { .. }
            | ForgeError::Cut { .. }
            | ForgeError::Busy { .. }
            | ForgeError::Unreadable { .. }
            | ForgeError::TagMissing { .. }
            | ForgeError::TagMoved { .. } => error.notice(),
        };
        check.unknown(&self.repository.name, notice)
    }
}

/// Asks about the token's account and every repository.
pub async fn check(case: &Arc<Case>, forge: &Forge, about: Option<&About>) -> Vec<Finding> {
    let applications = format!("{}/user/settings/applications", case.config.forge.url);
    let login = match tokio::time::timeout(LIMIT, forge.own_login()).await {
        Ok(Ok(login)) => login,
        Ok(Err(ForgeError::Refused { status: 401, .. })) => {
            return alone(case, Check::Token.error("", Notice::new("TW-Q040").with("page", applications)));
        }
        Ok(Err(ForgeError::Refused { status: 403, .. })) => {
            let notice = Notice::new("TW-Q041").with("page", applications).with("scope", "read:user");
            return alone(case, Check::Token.error("", notice));
        }
        Ok(Err(error)) => return alone(case, Check::Token.unknown("", error.notice())),
        Err(_) => return alone(case, late(Check::Token, "")),
    };
    let (mut asked, places) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for (number, repository) in case.config.repositories.iter().enumerate() {
        let one = Asked {
            case: Arc::clone(case),
            forge: forge.clone(),
            login: login.clone(),
            repository: repository.clone(),
            arrivals: about.map(|about| about.arrivals.clone()),
        };
        let places = Arc::clone(&places);
        asked.spawn(async move {
            let name = one.repository.name.to_string();
            let found = tokio::time::timeout(LIMIT, async {
                let _place = places.acquire().await;
                all_about(&one).await
            });
            (number, found.await.unwrap_or_else(|_| vec![late(Check::Token, &name)]))
        });
    }
    let mut found = asked.join_all().await;
    found.sort_by_key(|(number, _)| *number);
    let findings = found.into_iter().flat_map(|(_, findings)| findings);
    findings.filter(|finding| case.wants(finding.check)).collect()
}

fn alone(case: &Case, finding: Finding) -> Vec<Finding> {
    if case.wants(finding.check) { vec![finding] } else { Vec::new() }
}

fn late(check: Check, about: &str) -> Finding {
    check.unknown(about, Notice::new("TW-Q002").with("seconds", LIMIT.as_secs()))
}

async fn all_about(asked: &Asked) -> Vec<Finding> {
    let (token, branch, webhook, protection) =
        tokio::join!(rights(asked), branch(asked), webhook::check(asked), protection::check(asked));
    match token {
        Ok(token) => vec![token, branch, webhook, protection],
        // What follows from a repository that cannot be seen is no news of its own.
        Err(unseen) => vec![unseen],
    }
}

/// Returns what the token may do, or that it may not even see the repository.
async fn rights(asked: &Asked) -> Result<Finding, Finding> {
    let name = &asked.repository.name;
    let notice = |id: &str| {
        Notice::new(id)
            .with("login", &asked.login)
            .with("repository", name)
            .with("members", asked.page("settings/collaboration"))
            .with("page", format!("{}/user/settings/applications", asked.case.config.forge.url))
    };
    let seen = match asked.forge.repository(name).await {
        Ok(Some(seen)) => seen,
        Ok(None) => return Err(Check::Token.error(name, notice("TW-Q042"))),
        Err(ForgeError::Refused { status: 403, .. }) => {
            return Err(Check::Token.error(name, notice("TW-Q041").with("scope", "write:repository")));
        }
        Err(error) => return Err(Check::Token.unknown(name, error.notice())),
    };
    if !seen.permissions.push {
        return Ok(Check::Token.error(name, notice("TW-Q043")));
    }
    Ok(match asked.forge.may_post_statuses(name).await {
        Ok(true) => Check::Token.ok(name, notice("doctor-token")),
        Ok(false) => Check::Token.error(name, notice("TW-Q041").with("scope", "write:repository")),
        Err(error) => Check::Token.unknown(name, error.notice()),
    })
}

async fn branch(asked: &Asked) -> Finding {
    let (name, main) = (&asked.repository.name, &asked.repository.main);
    let notice = |id: &str| Notice::new(id).with("branch", main).with("page", asked.page("branches"));
    match asked.forge.has_branch(name, main).await {
        Ok(true) => Check::Branch.ok(name, notice("doctor-branch")),
        Ok(false) => Check::Branch.error(name, notice("TW-Q046")),
        Err(error) => asked.untold(Check::Branch, &error, "branches"),
    }
}
