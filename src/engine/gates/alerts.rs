//! The gate that is good when no alert is firing.

use std::collections::BTreeMap;

use super::{ASK_LIMIT_MS, Sight};
use crate::config::Secret;
use crate::domain::gate::Standing;
use crate::domain::notice::Notice;
use crate::domain::plan::Ask;
use crate::engine::Engine;
use crate::signals::alerts::{self, Alert};
use crate::signals::{self, http};

/// How many alerts are named; the first tell enough.
const NAMED: usize = 5;

impl Engine {
    /// Asks once which alerts fire.
    pub(super) async fn ask_alerts(
        &self,
        url: &str,
        grafana: bool,
        token: Option<&Secret>,
    ) -> Result<Vec<Alert>, String> {
        let url = alerts::list_url(url, grafana);
        let ask = Ask { url, status: 200, contains: None, latency_ms: ASK_LIMIT_MS };
        let extras = http::Extras { token: token.map(Secret::reveal), form: &[] };
        alerts::alerts(&http::read(&self.0.http, &ask, &extras).await?)
    }
}

/// Returns what an answer says.
pub(super) fn judge(
    answer: Result<Vec<Alert>, String>,
    url: &str,
    severity: &[String],
    labels: &BTreeMap<String, String>,
) -> Sight {
    let source = signals::evidence(url);
    let all = match answer {
        Ok(all) => all,
        Err(why) => {
            let reason = Notice::new("gate-unreached").with("what", &source);
            return Sight::new(Standing::Unknown, reason.with("why", signals::evidence(&why)), source);
        }
    };
    let (blind, firing): (Vec<&Alert>, Vec<&Alert>) =
        all.iter().filter(|alert| alert.counts(severity, labels)).partition(|alert| alert.is_blind());
    match (firing.is_empty(), blind.is_empty()) {
        (false, _) => {
            let reason = Notice::new("gate-alerts-firing").with("alerts", names(&firing));
            Sight::new(Standing::Bad, reason, source)
        }
        (true, false) => {
            let reason = Notice::new("gate-alerts-blind").with("alerts", names(&blind));
            Sight::new(Standing::Unknown, reason, source)
        }
        (true, true) => Sight::new(Standing::Good, Notice::new("gate-alerts-none"), source),
    }
}

/// Returns the names of some alerts, sorted, so that another order is no news.
fn names(alerts: &[&Alert]) -> String {
    let mut names: Vec<&str> = alerts.iter().map(|alert| alert.name()).collect();
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let named = signals::evidence(&names.join(", "));
    if more == 0 { named } else { format!("{named} (+{more})") }
}
