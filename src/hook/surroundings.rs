//! What a hook knows of where it runs: the repository, the pusher, the configuration.

use std::path::{Path, PathBuf};

use crate::config;
use crate::domain::language::Language;
use crate::domain::names::RepositoryName;

/// What the hook knows of its surroundings.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The configuration file.
    pub config: PathBuf,
    /// The repository's owner and name, as the forge says them or as its folder is named.
    pub repository: Option<RepositoryName>,
    /// The repository's number.
    pub repository_id: Option<u64>,
    /// Who pushes.
    pub pusher: Option<String>,
    /// Whether it is a wiki, which has no releases.
    pub wiki: bool,
    /// The language when no configuration says another.
    pub language: Language,
}

impl Surroundings {
    /// Reads what Forgejo puts into the environment of its hooks.
    pub fn from_environment() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let owner = variable("GITEA_REPO_USER_NAME");
        let name = variable("GITEA_REPO_NAME");
        let full = owner.zip(name).map(|(owner, name)| format!("{owner}/{name}"));
        let said = full.and_then(|full| RepositoryName::parse(&full).ok());
        Self {
            config: variable("TAGWARDEN_CONFIG").unwrap_or_else(|| config::DEFAULT_PATH.to_owned()).into(),
            repository: said.or_else(repository_here),
            repository_id: variable("GITEA_REPO_ID").and_then(|id| id.parse().ok()),
            pusher: variable("GITEA_PUSHER_NAME"),
            wiki: variable("GITEA_REPO_IS_WIKI").is_some_and(|value| value == "true"),
            language: Language::default(),
        }
    }
}

/// Returns the repository that the working folder belongs to: changes by page or API come without any variable.
fn repository_here() -> Option<RepositoryName> {
    let folder = std::env::var_os("GIT_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    repository_of(&folder.canonicalize().ok()?)
}

/// Returns the repository of a folder such as `…/school/bridge.git`.
pub fn repository_of(folder: &Path) -> Option<RepositoryName> {
    let name = folder.file_name()?.to_str()?.strip_suffix(".git")?;
    let owner = folder.parent()?.file_name()?.to_str()?;
    RepositoryName::parse(&format!("{owner}/{name}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_known_by_its_folder_and_a_scratch_copy_is_not_taken_for_it() {
        let name = |folder: &str| repository_of(Path::new(folder)).map(|name| name.to_string());
        assert_eq!(name("/data/repositories/school/bridge.git").as_deref(), Some("school/bridge"));
        for other in ["/data/tmp/local-repo/upload.git856734892", "/home/ada/bridge/.git", "/", "/bridge.git"]
        {
            assert_eq!(name(other), None, "{other}");
        }
    }
}
