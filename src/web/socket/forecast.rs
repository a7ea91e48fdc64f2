//! Answers the hook: what will happen to the tags that are being pushed?

use crate::control::{Answer, ForecastPlace, ForecastTag, Status};
use crate::domain::names::{ObjectId, Person, RepositoryName};
use crate::domain::notice::Notice;
use crate::domain::version::Tag;
use crate::engine::Engine;
use crate::web::socket::{Said, failed};

/// Returns what will happen to `tags`.
pub(super) async fn forecast(
    engine: &Engine,
    repository: &str,
    pusher: Option<&str>,
    tags: &[ForecastTag],
) -> Said {
    let usage = |why: String| (Status::Usage, Notice::new("TW-X010").with("why", why));
    let name = RepositoryName::parse(repository).map_err(|error| usage(error.to_string()))?;
    let prefix =
        engine.config().repository(&name).map_or_else(|| "v".to_owned(), |found| found.tag_prefix.clone());
    let mut parsed = Vec::new();
    for tag in tags {
        let object = ObjectId::parse(&tag.object).map_err(|error| usage(error.to_string()))?;
        let tag = Tag::parse(tag.name.as_bytes(), &prefix).map_err(|notice| (Status::Usage, notice))?;
        parsed.push((tag, object));
    }
    let pusher = pusher.and_then(|login| Person::parse(login).ok());
    let told = engine.forecast(&name, pusher, &parsed).await.map_err(failed)?;
    let places =
        told.places.into_iter().map(|(environment, answer)| ForecastPlace { environment, answer }).collect();
    Ok(Answer::Forecast { known: told.known, next: told.next, link: told.link, places })
}
