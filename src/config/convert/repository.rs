//! Table `[[repository]]`, as meant.

use crate::config::checked::{Issue, Repository, Signed};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::names::RepositoryName;
use crate::domain::notice::Notice;
use crate::domain::proposal::BelowOne;

use super::text;
use super::{Findings, environment};

/// The longest name of a label that Forgejo keeps.
const LONGEST_LABEL: usize = 50;

/// Returns one table `[[repository]]`.
pub fn repository(raw: &raw::Repository, at: &Path, found: &mut Findings<'_>) -> Option<Repository> {
    let name = RepositoryName::parse(&raw.name)
        .ok()
        .or_else(|| found.refuse(&at.key("name"), Notice::new("TW-C031").with("value", &raw.name)));
    let clone_url = match &raw.clone_url {
        Some(url) => text::clone_url(url, &at.key("clone_url"), found).map(Some),
        None => Some(None),
    };
    let main = branch(&raw.main, false, &at.key("main"), found);
    let hotfix_branches =
        found.each(&raw.hotfix_branches, &at.key("hotfix_branches"), |pattern, at, found| {
            branch(pattern, true, at, found)
        });
    let tag_prefix = prefix(&raw.tag_prefix, &at.key("tag_prefix"), found);
    let changelog = match raw.changelog.as_str() {
        "" => Some(None),
        path => text::relative(path, &at.key("changelog"), found).map(Some),
    };
    let first_version = first_version(raw.first_version.as_deref(), &at.key("first_version"), found);
    let signed = signed(raw, at, found);
    let issue = issue(&raw.issue, &at.key("issue"), found);
    let place = at.key("environment");
    let environments = found.each(&raw.environment, &place, environment::environment);
    found.distinct(&place, "name", raw.environment.iter().map(|environment| environment.name.clone()));
    Some(Repository {
        name: name?,
        clone_url: clone_url?,
        main: main?,
        hotfix_branches: hotfix_branches?,
        tag_prefix: tag_prefix?,
        changelog: changelog?,
        other_tags: match raw.other_tags {
            raw::OtherTags::Pass => true,
            raw::OtherTags::Refuse => false,
        },
        first_version: first_version?,
        signed: signed?,
        breaking_below_one: match raw.breaking_below_one {
            raw::BelowOne::Minor => BelowOne::Minor,
            raw::BelowOne::Major => BelowOne::Major,
        },
        issue: issue?,
        environments: environments?,
    })
}

/// Returns what the issue of a release is like, when there is to be one.
fn issue(raw: &raw::Issue, at: &Path, found: &mut Findings<'_>) -> Option<Option<Issue>> {
    let labels = found.each(&raw.labels, &at.key("labels"), |label, at, found| {
        let plain = !label.trim().is_empty()
            && label.chars().count() <= LONGEST_LABEL
            && !label.chars().any(char::is_control);
        if plain {
            return Some(label.clone());
        }
        found.refuse(at, Notice::new("TW-C105").with("value", label).with("longest", LONGEST_LABEL))
    });
    let issue = Issue { labels: labels?, mention: raw.mention };
    Some(raw.enabled.then_some(issue))
}

fn branch(text: &str, pattern: bool, at: &Path, found: &mut Findings<'_>) -> Option<String> {
    if text::is_branch(text, pattern) {
        return Some(text.to_owned());
    }
    found.refuse(at, Notice::new("TW-C032").with("value", text))
}

fn prefix(text: &str, at: &Path, found: &mut Findings<'_>) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/' | b'-' | b'@');
    // What git refuses as a tag would make every tag impossible; the digit 1 stands for the version behind it.
    if text.len() > 40 || !text.bytes().all(plain) || !text::is_branch(&format!("{text}1"), false) {
        return found.refuse(at, Notice::new("TW-C033").with("value", text));
    }
    Some(text.to_owned())
}

fn first_version(text: Option<&str>, at: &Path, found: &mut Findings<'_>) -> Option<Option<semver::Version>> {
    let Some(text) = text else { return Some(None) };
    match semver::Version::parse(text) {
        Ok(version) if version.pre.is_empty() && version.build.is_empty() => Some(Some(version)),
        Ok(_) | Err(_) => found.refuse(at, Notice::new("TW-C080").with("value", text)),
    }
}

fn signed(raw: &raw::Repository, at: &Path, found: &mut Findings<'_>) -> Option<Signed> {
    let files = [
        ("allowed_signers", &raw.allowed_signers),
        ("revoked_signers", &raw.revoked_signers),
        ("openpgp_home", &raw.openpgp_home),
    ];
    match raw.signed {
        raw::Signed::Required => {
            let [allowed_signers, revoked_signers, openpgp_home] = files.map(|(key, file)| match file {
                Some(file) => text::absolute(file, &at.key(key), found).map(Some),
                None => Some(None),
            });
            if raw.allowed_signers.is_none() && raw.openpgp_home.is_none() {
                return found.refuse(&at.key("signed"), Notice::new("TW-C081"));
            }
            Some(Signed::Required {
                allowed_signers: allowed_signers?,
                revoked_signers: revoked_signers?,
                openpgp_home: openpgp_home?,
            })
        }
        raw::Signed::Optional => {
            let mut idle = files.iter().filter(|(_, file)| file.is_some()).peekable();
            if idle.peek().is_none() {
                return Some(Signed::Optional);
            }
            for (key, _) in idle {
                found.report(&at.key(key), Notice::new("TW-C034").with("belongs", "signed = \"required\""));
            }
            None
        }
    }
}
