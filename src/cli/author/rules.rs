//! Which repository of the configuration a clone belongs to, and the rules that follow.
//!
//! A developer's machine often has no configuration at all: then the usual rules hold, and that is said.

use std::path::Path;

use jiff::tz::TimeZone;

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::config::{self, Config, DEFAULT_PATH, Repository, Signed};
use crate::domain::names::RepositoryName;
use crate::domain::notice::Notice;
use crate::domain::proposal::BelowOne;
use crate::domain::tag_policy::Policy;
use crate::git::clone::Clone as GitClone;

/// The rules of a clone's repository.
#[derive(Debug, Clone)]
pub struct Rules {
    /// What is asked of its tags.
    pub policy: Policy,
    /// What a breaking change does below 1.0.0.
    pub below_one: BelowOne,
    /// Whether tags must be signed.
    pub signed: bool,
    /// The configuration, when there is one.
    pub config: Option<Config>,
    /// The repository in it.
    pub repository: Option<Repository>,
    /// What should be known about how they were found.
    pub note: Option<Notice>,
}

impl Rules {
    /// Finds the rules for a clone with this remote.
    ///
    /// # Errors
    /// The configuration is not good, or has no repository of the named name.
    pub fn find(
        clone: &GitClone,
        remote: Option<&str>,
        named: Option<&str>,
        terminal: &Terminal,
    ) -> Result<Self, Failure> {
        let config = configuration(terminal)?;
        let address = match remote {
            Some(remote) => Some(clone.address(remote).map_err(|error| super::git_failed(&error))?),
            None => None,
        };
        let repository = match (&config, named) {
            (Some(config), Some(name)) => Some(by_name(config, name)?),
            (None, Some(name)) => return Err(unknown(name)),
            (Some(config), None) => address.as_deref().and_then(|address| by_address(config, address)),
            (None, None) => None,
        };
        if let Some(repository) = repository {
            return Ok(Self::of(repository.clone(), config.clone()));
        }
        let known = match remote {
            Some(remote) => clone.main_of(remote).map_err(|error| super::git_failed(&error))?,
            None => None,
        };
        let main = known.unwrap_or_else(|| "main".to_owned());
        let note = config.is_some().then(|| Notice::new("TW-V026").with("main", &main));
        Ok(Self { config, note, ..Self::usual(main) })
    }

    fn of(repository: Repository, config: Option<Config>) -> Self {
        Self {
            policy: Policy {
                main: repository.main.clone(),
                hotfix_branches: repository.hotfix_branches.clone(),
                tag_prefix: repository.tag_prefix.clone(),
                changelog: repository.changelog.clone(),
                other_tags: repository.other_tags,
                first_version: repository.first_version.clone(),
                // What is judged here is a draft that nobody has signed yet.
                signers: None,
            },
            below_one: repository.breaking_below_one,
            signed: match repository.signed {
                Signed::Optional => false,
                Signed::Required { .. } => true,
            },
            config,
            repository: Some(repository),
            note: None,
        }
    }

    /// Returns what holds when nothing is configured.
    fn usual(main: String) -> Self {
        Self {
            policy: Policy {
                main,
                hotfix_branches: vec!["hotfix/*".to_owned()],
                tag_prefix: "v".to_owned(),
                changelog: Some("CHANGELOG.md".to_owned()),
                other_tags: true,
                first_version: None,
                signers: None,
            },
            below_one: BelowOne::Minor,
            signed: false,
            config: None,
            repository: None,
            note: None,
        }
    }

    /// Returns the zone in which the repository's people read dates: that of its first calendar.
    pub fn zone(&self) -> Option<TimeZone> {
        let config = self.config.as_ref()?;
        let own = self.repository.iter().flat_map(|repository| &repository.environments);
        let named =
            own.flat_map(|environment| &environment.calendars).find_map(|name| config.calendars.get(name));
        named.or_else(|| config.calendars.values().next()).map(|calendar| calendar.zone.clone())
    }
}

/// Returns the configuration; `None` when nobody named one and there is none in the usual place.
///
/// # Errors
/// It is there, or was named, and is not good.
pub fn configuration(terminal: &Terminal) -> Result<Option<Config>, Failure> {
    if terminal.config == Path::new(DEFAULT_PATH) && !terminal.config.exists() {
        return Ok(None);
    }
    config::load_without_secrets(&terminal.config)
        .map(Some)
        .map_err(|problems| crate::cli::config::refused(&problems, terminal))
}

fn unknown(name: &str) -> Failure {
    Failure::new(Exit::NotFound, Notice::new("TW-V027").with("name", name))
}

fn by_name<'a>(config: &'a Config, name: &str) -> Result<&'a Repository, Failure> {
    let parsed = RepositoryName::parse(name).map_err(|_| unknown(name))?;
    config.repository(&parsed).ok_or_else(|| unknown(name))
}

/// Returns the repository that an address names: by its whole address, by owner and name, or (a fork, a copy) by a
/// name that only one repository has.
fn by_address<'a>(config: &'a Config, address: &str) -> Option<&'a Repository> {
    let plain = without_login(address);
    let plain = plain.trim_end_matches('/').trim_end_matches(".git");
    let all = &config.repositories;
    let whole = |repository: &&Repository| {
        let own = repository.clone_url.as_deref().map(without_login);
        own.is_some_and(|own| own.trim_end_matches('/').trim_end_matches(".git") == plain)
    };
    if let Some(found) = all.iter().find(whole) {
        return Some(found);
    }
    let mut parts = plain.rsplit(['/', ':']);
    let name = parts.next()?;
    if let Some(owner) = parts.next() {
        let full = format!("{owner}/{name}");
        if let Some(found) = all.iter().find(|one| one.name.as_str().eq_ignore_ascii_case(&full)) {
            return Some(found);
        }
    }
    let mut alike = all.iter().filter(|one| one.name.name().eq_ignore_ascii_case(name));
    let first = alike.next()?;
    alike.next().is_none().then_some(first)
}

/// Returns an address without the login and password that may stand in it.
pub fn without_login(address: &str) -> String {
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let host_end = rest.find('/').unwrap_or(rest.len());
            let host = rest[..host_end].rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{}", &rest[host_end..])
        }
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_login;

    #[test]
    fn no_password_of_an_address_is_ever_shown() {
        for (address, shown) in [
            (
                "https://ada:secret@git.example.org/school/bridge.git",
                "https://git.example.org/school/bridge.git",
            ),
            ("https://a@b@git.example.org", "https://git.example.org"),
            ("https://git.example.org/a@b", "https://git.example.org/a@b"),
            ("git@git.example.org:school/bridge.git", "git@git.example.org:school/bridge.git"),
            ("origin", "origin"),
        ] {
            assert_eq!(without_login(address), shown);
        }
    }
}
