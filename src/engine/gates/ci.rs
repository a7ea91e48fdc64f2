//! The gate that is good when the forge's checks of the tag's commit are green.

use super::Sight;
use crate::domain::checks::{self, Asked, ContextPattern, Verdict};
use crate::domain::gate::Standing;
use crate::domain::notice::Notice;
use crate::domain::release::State;
use crate::engine::Engine;
use crate::engine::error::chain;
use crate::forgejo::ForgeError;
use crate::signals;

impl Engine {
    /// Asks the forge for the runs and statuses of the commit, as far as they are required.
    pub(super) async fn look_at_checks(
        &self,
        state: &State,
        workflows: &[String],
        contexts: &[ContextPattern],
    ) -> Sight {
        let everything = workflows.is_empty() && contexts.is_empty();
        let (repository, commit) = (&state.opening.repository, &state.opening.commit);
        let forge = &self.0.forge;
        let runs = async {
            if workflows.is_empty() && !everything {
                return Ok(None);
            }
            forge.runs(repository, commit).await
        };
        let statuses = async {
            if contexts.is_empty() && !everything {
                return Ok(Vec::new());
            }
            forge.statuses(repository, commit).await
        };
        let source = source(state);
        match futures_util::future::try_join(runs, statuses).await {
            Ok((runs, statuses)) => {
                let asked = Asked { workflows, contexts };
                self.sight_of(checks::ci(asked, commit, runs.as_deref(), &statuses), source)
            }
            Err(error) => unreached(&error, source),
        }
    }

    /// Returns a verdict as what a gate saw; an approval is bound to the very runs.
    pub(super) fn sight_of(&self, verdict: Verdict, source: String) -> Sight {
        let Verdict { standing, reason, facts, dated, link } = verdict;
        let link = link.and_then(|link| page(&link, &self.0.config.forge.url));
        Sight { facts, binds: true, dated, link, ..Sight::new(standing, reason, source) }
    }
}

/// Returns where the checks of a release were found.
pub(super) fn source(state: &State) -> String {
    format!("{} {}", state.opening.repository, state.opening.commit.short())
}

/// Returns the sight of a forge that could not be asked.
pub(super) fn unreached(error: &ForgeError, source: String) -> Sight {
    let reason =
        Notice::new("gate-unreached").with("what", "Forgejo").with("why", signals::evidence(&chain(error)));
    Sight::new(Standing::Unknown, reason, source)
}

/// Returns a page that may be shown as a link: somebody who may post statuses chose it, and Forgejo's own are relative.
fn page(link: &str, forge: &str) -> Option<String> {
    if link.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    if link.starts_with('/') && !link.starts_with("//") {
        return Some(format!("{forge}{link}"));
    }
    ["https://", "http://"].iter().any(|scheme| link.starts_with(scheme)).then(|| link.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_web_are_linked() {
        let forge = "https://git.example.org";
        for (link, expected) in [
            ("https://ci.example.org/1", Some("https://ci.example.org/1")),
            ("/school/bridge/actions/runs/1", Some("https://git.example.org/school/bridge/actions/runs/1")),
            ("//evil.example", None),
            ("javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("https://a b", None),
            ("", None),
        ] {
            assert_eq!(page(link, forge).as_deref(), expected, "{link}");
        }
    }
}
