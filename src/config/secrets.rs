//! Which secrets does a configuration point to, and how does each of them stand?

use std::path::{Path as FilePath, PathBuf};

use jiff::Timestamp;

use crate::config::load;
use crate::config::problem::{Path, Problems};
use crate::config::raw;
use crate::config::secret::{Reference, Secret, Unreadable};

/// A secret that the configuration points to.
#[derive(Debug)]
pub struct SecretSeen {
    /// Where the configuration points to it.
    pub place: Path,
    /// The file that holds it, when the configuration names one.
    pub file: Option<PathBuf>,
    /// Whether everybody on this machine may read that file.
    pub exposed: bool,
    /// When that file was written.
    pub written_at: Option<Timestamp>,
    /// What was read, or why not.
    pub outcome: Result<Secret, Unreadable>,
}

/// Returns every secret that the configuration in `path` points to, in the order in which they are written.
///
/// # Errors
/// Everything that is wrong with the file; secrets that cannot be read are not.
pub fn secrets(path: &FilePath) -> Result<Vec<SecretSeen>, Problems> {
    let raw = load::written(path)?;
    Ok(references(&raw).into_iter().filter_map(|(place, reference)| seen(place, reference)).collect())
}

fn references(raw: &raw::Config) -> Vec<(Path, &raw::SecretReference)> {
    let forge = Path::root().key("forge");
    let mut all = vec![(forge.key("token"), &raw.forge.token)];
    let webhooks = raw.forge.webhook_secrets.iter().enumerate();
    all.extend(webhooks.map(|(n, secret)| (forge.key("webhook_secrets").index(n), secret)));
    for (c, calendar) in raw.calendar.iter().enumerate() {
        let at = Path::root().key("calendar").index(c).key("feed");
        let passwords = calendar.feed.iter().enumerate();
        all.extend(
            passwords.filter_map(|(f, feed)| Some((at.index(f).key("password"), feed.password.as_ref()?))),
        );
    }
    let channels = raw.notify.iter().enumerate();
    all.extend(channels.map(|(n, channel)| (Path::root().key("notify").index(n).key("url"), &channel.url)));
    all
}

/// Returns how a secret stands; `None` when the reference points nowhere, which a good configuration never does.
fn seen(place: Path, raw: &raw::SecretReference) -> Option<SecretSeen> {
    let reference = match (&raw.credential, &raw.file, &raw.env) {
        (Some(name), None, None) => Reference::Credential(name.clone()),
        (None, Some(path), None) => Reference::File(PathBuf::from(path)),
        (None, None, Some(name)) => Reference::Env(name.clone()),
        (None, None, None) | (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            return None;
        }
    };
    let file = match &reference {
        Reference::File(path) => Some(path.clone()),
        // The copy that systemd hands over is as old as the daemon's start, and says nothing about the secret.
        Reference::Credential(_) | Reference::Env(_) => None,
    };
    let written = file.as_ref().and_then(|path| path.metadata().ok()?.modified().ok());
    Some(SecretSeen {
        place,
        exposed: reference.exposed(),
        written_at: written.and_then(|at| Timestamp::try_from(at).ok()),
        outcome: reference.read(),
        file,
    })
}
