//! The gate that is good when a Prometheus query keeps to its limits.

use std::collections::BTreeMap;

use super::{ASK_LIMIT_MS, Sight};
use crate::config::{Limits, Secret};
use crate::domain::gate::Standing;
use crate::domain::notice::Notice;
use crate::domain::plan::Ask;
use crate::engine::Engine;
use crate::signals::prometheus::{self, Sample, Unread};
use crate::signals::{self, http};

impl Engine {
    /// Sends the query once.
    pub(super) async fn ask_prometheus(
        &self,
        url: &str,
        query: &str,
        token: Option<&Secret>,
    ) -> Result<Vec<Sample>, Unread> {
        let url = prometheus::query_url(url);
        let ask = Ask { url, status: 200, contains: None, latency_ms: ASK_LIMIT_MS };
        let form = [("query", query), ("timeout", "8s")];
        let extras = http::Extras { token: token.map(Secret::reveal), form: &form };
        let page = http::read(&self.0.http, &ask, &extras).await.map_err(Unread::Failed)?;
        prometheus::samples(&page)
    }
}

/// Returns what an answer says: one series that breaks a limit is enough, and no data is not good data.
pub(super) fn judge(
    answer: Result<Vec<Sample>, Unread>,
    url: &str,
    limits: &Limits,
    empty_is_good: bool,
) -> Sight {
    let source = signals::evidence(url);
    let samples = match answer {
        Ok(samples) => samples,
        Err(why) => return Sight::new(Standing::Unknown, unread(&why, &source), source),
    };
    if samples.is_empty() {
        let (standing, id) = match empty_is_good {
            true => (Standing::Good, "gate-prometheus-empty-good"),
            false => (Standing::Unknown, "gate-prometheus-empty"),
        };
        return Sight::new(standing, Notice::new(id), source);
    }
    let unlimited = limits.above.is_none() && limits.below.is_none();
    let breaks = |sample: &&Sample| unlimited || !limits.hold(sample.value);
    let facts: BTreeMap<String, String> =
        samples.iter().take(20).map(|one| (signals::evidence(&one.series), one.value.to_string())).collect();
    let sight = |standing, reason: Notice| Sight {
        facts: facts.clone(),
        ..Sight::new(standing, reason.with("limits", written(limits)), source.clone())
    };
    match samples.iter().find(breaks) {
        Some(broken) if broken.value.is_nan() => sight(Standing::Unknown, Notice::new("gate-prometheus-nan")),
        Some(broken) => {
            let series = if broken.series.is_empty() { "value" } else { &broken.series };
            sight(Standing::Bad, Notice::new("gate-prometheus-bad").with("series", signals::evidence(series)))
        }
        None => sight(Standing::Good, Notice::new("gate-prometheus-good")),
    }
}

/// What an answer does not tell, or only in part, is unknown, whatever series are in it.
fn unread(why: &Unread, source: &str) -> Notice {
    match why {
        Unread::Failed(why) => {
            Notice::new("gate-unreached").with("what", source).with("why", signals::evidence(why))
        }
        Unread::Partial => Notice::new("gate-prometheus-partial").with("what", source),
        Unread::Warned(why) => {
            Notice::new("gate-prometheus-warned").with("what", source).with("why", signals::evidence(why))
        }
    }
}

fn written(limits: &Limits) -> String {
    let above = limits.above.as_ref().map(|least| format!("≥ {least}"));
    let below = limits.below.as_ref().map(|most| format!("≤ {most}"));
    above.into_iter().chain(below).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limits;

    #[test]
    fn one_series_outside_the_limits_is_bad_and_no_number_is_unknown() {
        let limits = Limits::parse(Some("0"), Some("0.5")).unwrap();
        let none = Limits { above: None, below: None };
        let sample = |value| Sample { series: "errors".to_owned(), value };
        for (values, limits, empty_is_good, standing) in [
            (vec![0.0, 0.5], &limits, false, Standing::Good),
            (vec![0.1, 0.6], &limits, false, Standing::Bad),
            (vec![-0.1], &limits, false, Standing::Bad),
            (vec![f64::INFINITY], &limits, false, Standing::Bad),
            (vec![f64::NAN], &limits, false, Standing::Unknown),
            (vec![], &limits, false, Standing::Unknown),
            (vec![], &none, true, Standing::Good),
            (vec![1.0], &none, true, Standing::Bad),
        ] {
            let samples = values.iter().copied().map(sample).collect();
            assert_eq!(
                judge(Ok(samples), "http://p", limits, empty_is_good).standing,
                standing,
                "{values:?}"
            );
        }
        for (why, id) in [
            (Unread::Failed("down".to_owned()), "gate-unreached"),
            (Unread::Partial, "gate-prometheus-partial"),
            (Unread::Warned("a store is gone".to_owned()), "gate-prometheus-warned"),
        ] {
            let sight = judge(Err(why), "http://p", &limits, true);
            assert_eq!((sight.standing, sight.reason.id.as_str()), (Standing::Unknown, id));
        }
    }
}
