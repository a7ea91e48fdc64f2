//! Is the configuration readable and lawful, and what in it may surprise?

use std::path::Path;

use super::finding::{Check, Finding};
use crate::config::{self, Config, Problem, SecretSeen};
use crate::domain::notice::Notice;

/// Returns what is found, and what the other checks need when the file is good.
pub fn read(path: &Path) -> (Vec<Finding>, Option<(Config, Vec<SecretSeen>)>) {
    let about = |problem: &Problem| {
        let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
        let place = problem.path.to_string();
        format!("{}{line}{}{place}", path.display(), if place.is_empty() { "" } else { ": " })
    };
    let read = config::check(path, false).and_then(|good| Ok((good, config::secrets(path)?)));
    match read {
        Ok(((config, warnings), secrets)) => {
            let mut findings =
                vec![Check::Configuration.ok(path.display(), Notice::new("doctor-configuration"))];
            let warned = warnings.iter();
            findings.extend(warned.map(|one| Check::Configuration.warning(about(one), one.notice.clone())));
            (findings, Some((config, secrets)))
        }
        Err(problems) => {
            let told = problems.list.iter();
            (told.map(|one| Check::Configuration.error(about(one), one.notice.clone())).collect(), None)
        }
    }
}

/// Returns that nothing else can be looked at without a configuration.
pub fn nothing_else() -> Finding {
    Check::Daemon.unknown("", Notice::new("TW-Q001"))
}
