//! Does the forge answer, in a version that we know, and at our time?

use std::time::Duration;

use super::case::Case;
use super::clock;
use super::finding::{Check, Finding};
use crate::clock::Clock;
use crate::domain::notice::Notice;
use crate::forgejo::{Forge, ForgeError, Greeting, Support};

/// The longest that the first answer may take; what follows has the rest of the time.
const PATIENCE: Duration = Duration::from_secs(5);
/// What only the forge can tell.
const TOLD_BY_FORGE: [Check; 5] =
    [Check::Clock, Check::Token, Check::Branch, Check::Webhook, Check::Protection];

/// What was learnt.
pub struct Greeted {
    /// What it means.
    pub findings: Vec<Finding>,
    /// The forge, when it answers.
    pub forge: Option<Forge>,
}

/// Asks the forge who it is.
pub async fn greet(case: &Case) -> Greeted {
    let url = &case.config.forge.url;
    let alone = |finding| Greeted { findings: wanted(case, vec![finding]), forge: None };
    let Some(token) = case.token() else {
        return alone(Check::Forge.unknown(url, Notice::new("TW-Q023")));
    };
    let forge = match Forge::new(url, token) {
        Ok(forge) => forge,
        Err(error) => return alone(Check::Forge.error(url, error.notice())),
    };
    let before = Clock::machine().now();
    match tokio::time::timeout(PATIENCE, forge.greeting()).await {
        Ok(Ok(greeting)) => {
            let apart = clock::compare(greeting.at, before, Clock::machine().now());
            Greeted { findings: wanted(case, vec![version(url, &greeting), apart]), forge: Some(forge) }
        }
        // Whoever refuses a token is there; nothing more can be asked of it.
        Ok(Err(ForgeError::Refused { status: 401, .. })) => {
            let page = format!("{url}/user/settings/applications");
            alone(Check::Token.error("", Notice::new("TW-Q040").with("page", page)))
        }
        Ok(Err(error)) => {
            let said = case.terminal.say(&error.notice());
            let why = said.trim_end_matches('.');
            alone(Check::Forge.error(url, Notice::new("TW-Q024").with("url", url).with("why", why)))
        }
        Err(_) => {
            let notice = Notice::new("TW-Q028").with("url", url).with("seconds", PATIENCE.as_secs());
            alone(Check::Forge.error(url, notice))
        }
    }
}

fn version(url: &str, greeting: &Greeting) -> Finding {
    let notice = |id: &str| Notice::new(id).with("version", &greeting.version);
    match greeting.support() {
        Support::Full => Check::Forge.ok(url, notice("doctor-forge")),
        Support::Outdated => Check::Forge.warning(url, notice("TW-Q020")),
        Support::None => Check::Forge.error(url, notice("TW-Q021")),
    }
}

/// Returns what is not known, besides what was told already, because the forge could not be asked.
pub fn untold(case: &Case, told: &[Finding]) -> Vec<Finding> {
    let untold = TOLD_BY_FORGE.into_iter().filter(|check| !told.iter().any(|found| found.check == *check));
    wanted(case, untold.map(|check| check.unknown("", Notice::new("TW-Q022"))).collect())
}

fn wanted(case: &Case, findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().filter(|finding| case.wants(finding.check)).collect()
}
