//! Table `[[repository.environment.gates.prometheus]]`, as meant.

use crate::config::convert::Findings;
use crate::config::gates::{Gate, GateSource, Limits, Number};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::notice::Notice;

use super::{named, server, token};

/// Returns one gate.
pub fn prometheus(raw: &raw::gates::Prometheus, at: &Path, found: &mut Findings<'_>) -> Option<Gate> {
    let url = server(&raw.url, at, found);
    if raw.query.trim().is_empty() {
        found.report(&at.key("query"), Notice::new("TW-C006"));
    }
    let limits = limits(raw, at, found);
    let token = token(raw.token.as_ref(), &raw.url, at, found);
    let source = match (url, limits, token) {
        (Some(url), Some(limits), Some(token)) => {
            let (query, empty_is_good) = (raw.query.clone(), raw.empty_is_good);
            Some(GateSource::Prometheus { url, query, limits, empty_is_good, token })
        }
        (Some(_) | None, Some(_) | None, Some(_) | None) => None,
    };
    named(&raw.name, &raw.max_age, source, at, found)
}

fn limits(raw: &raw::gates::Prometheus, at: &Path, found: &mut Findings<'_>) -> Option<Limits> {
    let above = number(raw.above.as_deref(), &at.key("above"), found);
    let below = number(raw.below.as_deref(), &at.key("below"), found);
    let (above, below) = (above?, below?);
    match (&above, &below) {
        // A query that only finds faults needs no limit: any series is one.
        (None, None) if !raw.empty_is_good => found.refuse(at, Notice::new("TW-C125")),
        (Some(least), Some(most)) if least.value() > most.value() => {
            found.refuse(&at.key("above"), Notice::new("TW-C126"))
        }
        (Some(_) | None, Some(_) | None) => Some(Limits { above, below }),
    }
}

fn number(text: Option<&str>, at: &Path, found: &mut Findings<'_>) -> Option<Option<Number>> {
    match text.map(|text| (text, Number::parse(text))) {
        None => Some(None),
        Some((_, Some(number))) => Some(Some(number)),
        Some((text, None)) => found.refuse(at, Notice::new("TW-C124").with("value", text)),
    }
}
