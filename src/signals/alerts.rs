//! Which alerts does an Alertmanager know that fire now, neither silenced nor inhibited?
//!
//! Grafana's own alerting speaks the same language (Alertmanager API v2). There a rule without data fires as
//! `DatasourceNoData`, one that cannot be evaluated as `DatasourceError`: both say that nothing is known.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::http::Page;

/// Alerts by which Grafana says that it does not know.
const BLIND: [&str; 2] = ["DatasourceNoData", "DatasourceError"];

/// An alert that fires.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Alert {
    labels: BTreeMap<String, String>,
}

impl Alert {
    /// Returns its name.
    pub fn name(&self) -> &str {
        self.labels.get("rulename").or_else(|| self.labels.get("alertname")).map_or("?", String::as_str)
    }

    /// Returns whether it only says that its source is not known.
    pub fn is_blind(&self) -> bool {
        self.labels.get("alertname").is_some_and(|name| BLIND.contains(&name.as_str()))
    }

    /// Returns whether it counts: one of these severities (none given = any), and all of these labels.
    pub fn counts(&self, severities: &[String], labels: &BTreeMap<String, String>) -> bool {
        let severe = severities.is_empty()
            || self.labels.get("severity").is_some_and(|severity| severities.contains(severity));
        severe && labels.iter().all(|(name, value)| self.labels.get(name) == Some(value))
    }
}

/// Returns the address that lists what fires; `grafana` = the Alertmanager inside Grafana.
pub fn list_url(server: &str, grafana: bool) -> String {
    let inside = if grafana { "/api/alertmanager/grafana" } else { "" };
    let server = server.trim_end_matches('/');
    format!("{server}{inside}/api/v2/alerts?active=true&silenced=false&inhibited=false&unprocessed=false")
}

/// Returns the alerts of an answer.
///
/// # Errors
/// Why there are none: this is no answer of an Alertmanager.
pub fn alerts(page: &Page) -> Result<Vec<Alert>, String> {
    if page.status != 200 {
        return Err(format!("answered {}", page.status));
    }
    if !page.whole {
        return Err("the answer is larger than 1 MiB".to_owned());
    }
    serde_json::from_slice(&page.body).map_err(|_| "the answer is no list of alerts".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_counts_by_its_severity_and_labels() {
        let body = br#"[
            {"labels":{"alertname":"Down","severity":"critical","job":"bridge"},"status":{"state":"active"}},
            {"labels":{"alertname":"DatasourceNoData","rulename":"Errors","severity":"critical"}}]"#;
        let read = alerts(&Page { status: 200, body: body.to_vec(), whole: true }).unwrap();
        let labels = |job: &str| BTreeMap::from([("job".to_owned(), job.to_owned())]);
        assert_eq!((read[0].name(), read[0].is_blind()), ("Down", false));
        assert_eq!((read[1].name(), read[1].is_blind()), ("Errors", true));
        assert!(read[0].counts(&[], &BTreeMap::new()));
        assert!(read[0].counts(&["critical".to_owned()], &labels("bridge")));
        assert!(!read[0].counts(&["crit".to_owned()], &labels("bridge")));
        assert!(!read[0].counts(&[], &labels("bri")));
        assert!(!read[1].counts(&[], &labels("bridge")));
    }

    #[test]
    fn what_is_no_list_of_alerts_says_nothing() {
        for (status, body, whole) in
            [(404, "[]", true), (200, "{}", true), (200, "[]", false), (200, "[{\"labels\":3}]", true)]
        {
            assert!(
                alerts(&Page { status, body: body.as_bytes().to_vec(), whole }).is_err(),
                "{status} {body}"
            );
        }
    }
}
