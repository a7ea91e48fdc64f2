//! Table `[audit]`, as meant.

use crate::config::checked::{Audit, AuditFile};
use crate::config::problem::Path;
use crate::config::{raw, shape};
use crate::domain::names::RepositoryName;
use crate::domain::notice::Notice;

use super::Findings;
use super::text;

/// Returns table `[audit]`.
pub fn audit(raw: &raw::Config, at: &Path, found: &mut Findings<'_>) -> Option<Audit> {
    let key = match &raw.audit.key {
        Some(reference) => found.secret(reference, &at.key("key")).map(Some),
        None => Some(None),
    };
    let outside = match &raw.audit.outside {
        Some(outside) => self::outside(outside, &raw.notify, &at.key("outside"), found),
        None => Some((None, None)),
    };
    let (file, notify) = outside?;
    Some(Audit { key: key?, file, notify })
}

fn outside(
    raw: &raw::Outside,
    channels: &[raw::Channel],
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<(Option<AuditFile>, Option<String>)> {
    if raw.repository.is_none() && raw.notify.is_none() {
        return found.refuse(at, Notice::new("TW-C095"));
    }
    let file = match &raw.repository {
        Some(repository) => file(repository, raw, at, found).map(Some),
        None => Some(None),
    };
    let notify = match &raw.notify {
        Some(name) => channel(name, channels, &at.key("notify"), found).map(Some),
        None => Some(None),
    };
    Some((file?, notify?))
}

fn file(repository: &str, raw: &raw::Outside, at: &Path, found: &mut Findings<'_>) -> Option<AuditFile> {
    let name = RepositoryName::parse(repository)
        .ok()
        .or_else(|| found.refuse(&at.key("repository"), Notice::new("TW-C031").with("value", repository)));
    let branch = match text::is_branch(&raw.branch, false) {
        true => Some(raw.branch.clone()),
        false => found.refuse(&at.key("branch"), Notice::new("TW-C032").with("value", &raw.branch)),
    };
    let path = text::relative(&raw.path, &at.key("path"), found);
    Some(AuditFile { repository: name?, branch: branch?, path: path? })
}

fn channel(name: &str, channels: &[raw::Channel], at: &Path, found: &mut Findings<'_>) -> Option<String> {
    let names: Vec<&str> = channels.iter().filter_map(|channel| channel.name.as_deref()).collect();
    if names.contains(&name) {
        return Some(name.to_owned());
    }
    let notice = match shape::nearest(name, &names) {
        Some(near) => Notice::new("TW-C096").with("near", near),
        None => Notice::new("TW-C097"),
    };
    found.refuse(at, notice.with("value", name))
}
