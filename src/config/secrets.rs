//! Which secrets does a configuration point to, and how does each of them stand?

use std::path::{Path as FilePath, PathBuf};

use jiff::Timestamp;
use serde_json::Value;

use crate::config::load;
use crate::config::problem::{Path, Problems};
use crate::config::raw;
use crate::config::schema;
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

/// Returns every secret that the configuration in `path` points to, table by table.
///
/// # Errors
/// Everything that is wrong with the file; secrets that cannot be read are not.
pub fn secrets(path: &FilePath) -> Result<Vec<SecretSeen>, Problems> {
    let raw = load::written(path)?;
    let mut references = Vec::new();
    // The types are the one source of what may be written, so whatever they hold can be read as JSON.
    if let Ok(value) = serde_json::to_value(&raw) {
        gather(&value, &schema::stored(), &Path::root(), &mut references);
    }
    Ok(references.iter().filter_map(|(place, reference)| seen(place.clone(), reference)).collect())
}

/// Gathers every reference to a secret: the schema knows where one may stand.
fn gather(value: &Value, schema: &Value, at: &Path, into: &mut Vec<(Path, raw::SecretReference)>) {
    if schema.get("x-secret").is_some() {
        into.extend(serde_json::from_value(value.clone()).ok().map(|reference| (at.clone(), reference)));
        return;
    }
    match value {
        Value::Object(table) => {
            for (key, value) in table {
                let inner = schema.get("properties").and_then(|known| known.get(key));
                if let Some(inner) = inner.or_else(|| schema.get("additionalProperties")) {
                    gather(value, inner, &at.key(key), into);
                }
            }
        }
        Value::Array(items) => {
            let inner = schema.get("items").unwrap_or(&Value::Null);
            for (index, item) in items.iter().enumerate() {
                gather(item, inner, &at.index(index), into);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_is_found_wherever_it_may_stand_and_nothing_that_merely_looks_like_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tagwarden.toml");
        let sample = include_str!("../../config/tagwarden.toml");
        let feed = "[[calendar.feed]]\nname = \"courses\"\nurl = \"https://example.org/courses.ics\"\n\
                    user = \"tagwarden\"\npassword = { credential = \"courses-password\" }\n";
        let text = sample
            .replace("env = { APP_VERSION = \"{version}\" }", "env = { file = \"/etc/app.env\" }")
            .replacen("[[repository]]\n", &format!("{feed}[[repository]]\n"), 1);
        std::fs::write(&path, text).unwrap();
        let found: Vec<String> = secrets(&path).unwrap().iter().map(|one| one.place.to_string()).collect();
        for place in
            ["calendar[0].feed[0].password", "forge.token", "forge.webhook_secrets[0]", "notify[0].url"]
        {
            assert!(found.iter().any(|found| found == place), "{place}: {found:?}");
        }
        assert!(!found.iter().any(|found| found.contains("deploy")), "{found:?}");
    }
}
