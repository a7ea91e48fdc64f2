//! Table `[[repository.environment.gates.http]]`, as meant.

use crate::config::convert::Findings;
use crate::config::convert::watch::{Request, request};
use crate::config::gates::{Gate, GateSource};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::notice::Notice;

use super::{named, token};

/// Returns one gate.
pub fn http(raw: &raw::gates::Http, at: &Path, found: &mut Findings<'_>) -> Option<Gate> {
    let question =
        Request { url: &raw.url, status: raw.status, contains: &raw.contains, latency: &raw.latency };
    let check = request(&question, None, at, found);
    let value = value(raw, at, found);
    let token = token(raw.token.as_ref(), &raw.url, at, found);
    let source = match (check, value, token) {
        (Some(check), Some(value), Some(token)) => Some(GateSource::Http { check, value, token }),
        (Some(_) | None, Some(_) | None, Some(_) | None) => None,
    };
    named(&raw.name, &raw.max_age, source, at, found)
}

/// Returns the pointer and what must stand there; both are written, or none.
fn value(raw: &raw::gates::Http, at: &Path, found: &mut Findings<'_>) -> Option<Option<(String, String)>> {
    match (&raw.pointer, &raw.equals) {
        (None, None) => Some(None),
        (Some(pointer), Some(equals)) if pointer.is_empty() || pointer.starts_with('/') => {
            Some(Some((pointer.clone(), equals.clone())))
        }
        (Some(_), Some(_)) => found.refuse(&at.key("pointer"), Notice::new("TW-C092")),
        (Some(_), None) => found.refuse(&at.key("equals"), Notice::new("TW-C006")),
        (None, Some(_)) => found.refuse(&at.key("pointer"), Notice::new("TW-C006")),
    }
}
