//! Table `[[repository.environment.gates.alerts]]`, as meant.

use crate::config::convert::Findings;
use crate::config::gates::{Gate, GateSource};
use crate::config::problem::Path;
use crate::config::raw;

use super::{named, server, token};

/// Returns one gate.
pub fn alerts(raw: &raw::gates::Alerts, at: &Path, found: &mut Findings<'_>) -> Option<Gate> {
    let url = server(&raw.url, at, found);
    let token = token(raw.token.as_ref(), &raw.url, at, found);
    let grafana = match raw.kind {
        raw::gates::AlertsKind::Alertmanager => false,
        raw::gates::AlertsKind::Grafana => true,
    };
    let source = match (url, token) {
        (Some(url), Some(token)) => {
            let (severity, labels) = (raw.severity.clone(), raw.labels.clone());
            Some(GateSource::Alerts { url, grafana, severity, labels, token })
        }
        (Some(_) | None, Some(_) | None) => None,
    };
    named(&raw.name, &raw.max_age, source, at, found)
}
