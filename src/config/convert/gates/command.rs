//! Table `[[repository.environment.gates.command]]`, as meant.

use crate::config::convert::Findings;
use crate::config::convert::text::{self, hours, seconds};
use crate::config::gates::{Gate, GateSource};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::names::HostName;
use crate::domain::notice::Notice;

use super::{Around, host, named};

/// Returns one gate.
pub fn command(
    raw: &raw::gates::Command,
    around: &Around<'_>,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<Gate> {
    let run = text::command(&raw.run, &at.key("run"), found);
    let known = host(raw.host.as_deref(), around, at, found);
    let exit = i32::try_from(raw.exit).ok().filter(|exit| (0..=255).contains(exit)).or_else(|| {
        let notice = Notice::new("TW-C038").with("value", raw.exit).with("least", 0).with("most", 255);
        found.refuse(&at.key("exit"), notice)
    });
    let limit = text::length(&raw.limit, seconds(1)..=hours(1), &at.key("limit"), found);
    let source = match (run, known, exit, limit) {
        (Some(run), Some(()), Some(exit), Some(limit)) => {
            let host = raw.host.as_deref().and_then(|name| HostName::parse(name).ok());
            Some(GateSource::Command { host, run, exit, limit })
        }
        (Some(_) | None, Some(()) | None, Some(_) | None, Some(_) | None) => None,
    };
    named(&raw.name, &raw.max_age, source, at, found)
}
