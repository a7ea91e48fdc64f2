//! Does the forge itself protect the version tags?

use super::finding::{Check, Finding};
use super::repository::Asked;
use crate::domain::notice::Notice;
use crate::domain::tag_policy::matches;

/// Looks at the protected tag rules of the repository.
pub async fn check(asked: &Asked) -> Finding {
    let name = &asked.repository.name;
    match asked.forge.protected_tags(name).await {
        Ok(patterns) => judge(name, &patterns, &asked.repository.tag_prefix),
        Err(error) => asked.untold(Check::Protection, &error, "settings/tags"),
    }
}

fn judge(name: impl std::fmt::Display, patterns: &[String], prefix: &str) -> Finding {
    // What the pattern must catch: a first version, and one with many figures.
    let versions = [format!("{prefix}0.0.1"), format!("{prefix}123.45.6-rc.1")];
    let catches = |pattern: &&String| versions.iter().all(|version| matches(pattern, version));
    let expression =
        |pattern: &&String| pattern.len() > 1 && pattern.starts_with('/') && pattern.ends_with('/');
    if let Some(pattern) = patterns.iter().find(catches) {
        return Check::Protection.ok(name, Notice::new("doctor-protection").with("pattern", pattern));
    }
    match patterns.iter().find(expression) {
        Some(pattern) => Check::Protection.unknown(name, Notice::new("TW-Q059").with("pattern", pattern)),
        None => Check::Protection.warning(name, Notice::new("TW-Q058").with("pattern", format!("{prefix}*"))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_rule_counts_when_it_catches_every_version() {
        for (patterns, state) in [
            (&["v*"][..], State::Ok),
            (&["*"], State::Ok),
            (&["nightly", "v*"], State::Ok),
            (&[], State::Warning),
            (&["v1.*"], State::Warning),
            (&["release-*"], State::Warning),
            (&["/^v[0-9]/"], State::Unknown),
            (&["/"], State::Warning),
        ] {
            let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
            assert_eq!(judge("a/b", &patterns, "v").state, state, "{patterns:?}");
        }
    }
}
