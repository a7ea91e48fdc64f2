//! Takes from the hook what it refused outside a push.

use serde_json::json;

use crate::control::{Answer, ForecastTag, Status};
use crate::domain::names::{ObjectId, RepositoryName};
use crate::domain::notice::Notice;
use crate::domain::version::Tag;
use crate::engine::Engine;
use crate::web::socket::{Said, failed};

/// Writes down that `tag` was refused, and says so at its commit.
pub(super) async fn tag_refused(
    engine: &Engine,
    repository: &str,
    tag: &ForecastTag,
    why: &[Notice],
) -> Said {
    let usage = |why: String| (Status::Usage, Notice::new("TW-X010").with("why", why));
    let name = RepositoryName::parse(repository).map_err(|error| usage(error.to_string()))?;
    let prefix =
        engine.config().repository(&name).map_or_else(|| "v".to_owned(), |found| found.tag_prefix.clone());
    let parsed = Tag::parse(tag.name.as_bytes(), &prefix).map_err(|notice| (Status::Usage, notice))?;
    // Only the door's own words are passed on to the commit.
    if why.iter().any(|reason| !reason.id.starts_with("TW-T")) {
        return Err(usage("a reason is none of the door's".to_owned()));
    }
    let commit = ObjectId::parse(&tag.commit).ok();
    let known = engine.tag_refused(&name, &parsed, commit, why).await.map_err(failed)?;
    Ok(Answer::Ok { value: json!({ "known": known }) })
}
