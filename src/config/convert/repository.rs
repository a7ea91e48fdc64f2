//! Table `[[repository]]`, as meant.

use crate::config::checked::{Repository, Signed};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::names::RepositoryName;
use crate::domain::notice::Notice;
use crate::domain::proposal::BelowOne;

use super::text;
use super::{Findings, environment, top};

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
    let signed = signed(raw, at, found);
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
        signed: signed?,
        breaking_below_one: match raw.breaking_below_one {
            raw::BelowOne::Minor => BelowOne::Minor,
            raw::BelowOne::Major => BelowOne::Major,
        },
        environments: environments?,
    })
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

fn signed(raw: &raw::Repository, at: &Path, found: &mut Findings<'_>) -> Option<Signed> {
    match raw.signed {
        raw::Signed::Required => top::later("signed = \"required\"", &at.key("signed"), found),
        raw::Signed::Optional if raw.allowed_signers.is_some() => {
            let notice = Notice::new("TW-C034").with("belongs", "signed = \"required\"");
            found.refuse(&at.key("allowed_signers"), notice)
        }
        raw::Signed::Optional => Some(Signed::Optional),
    }
}
