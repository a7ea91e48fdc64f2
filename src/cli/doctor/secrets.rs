//! Can each secret be read, by nobody else, and is it fresh?
//!
//! Neither a secret nor the name of a credential or variable is told: people write the secret where its name belongs.

use std::io::ErrorKind;
use std::path::Path;

use jiff::SignedDuration;

use super::case::Case;
use super::finding::{Check, Finding};
use crate::config::{self, Problem, SecretSeen, Unreadable};
use crate::domain::notice::Notice;

/// The age after which a secret should be replaced: a year, as most rules about them say.
const OLD: SignedDuration = SignedDuration::from_hours(24 * 365);

/// Looks at every secret that the configuration points to.
pub fn check(case: &Case) -> Vec<Finding> {
    let problems = config::check(&case.terminal.config, true).err().map(|problems| problems.list);
    let problems = problems.unwrap_or_default();
    case.secrets.iter().map(|secret| judge(secret, &problems, case)).collect()
}

fn judge(secret: &SecretSeen, problems: &[Problem], case: &Case) -> Finding {
    let place = &secret.place;
    let unfit = problems.iter().find(|problem| problem.path.is_in(place)).map(|problem| &problem.notice);
    let path = secret.file.as_deref().unwrap_or(Path::new("")).display().to_string();
    match (&secret.outcome, unfit) {
        (Err(Unreadable::NoCredentials), _) => Check::Secrets.unknown(place, Notice::new("TW-Q007")),
        (Err(Unreadable::File(error)), _) if error.kind() == ErrorKind::PermissionDenied => {
            Check::Secrets.unknown(place, Notice::new("TW-Q008"))
        }
        (Err(_) | Ok(_), Some(notice)) => Check::Secrets.error(place, notice.clone()),
        (Err(why), None) => Check::Secrets.error(place, Notice::new("TW-C018").with("why", why)),
        (Ok(_), None) if secret.exposed => {
            Check::Secrets.warning(place, Notice::new("TW-Q005").with("path", path))
        }
        (Ok(_), None) => match secret.written_at.map(|at| case.now.duration_since(at)) {
            Some(age) if age > OLD => {
                let days = age.as_hours() / 24;
                Check::Secrets.warning(place, Notice::new("TW-Q006").with("days", days).with("path", path))
            }
            Some(_) | None => Check::Secrets.ok(place, Notice::new("doctor-secret")),
        },
    }
}
