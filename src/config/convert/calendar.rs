//! Table `[[calendar]]`, as meant.

use jiff::tz::TimeZone;

use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::calendar::Calendar;
use crate::domain::notice::Notice;

use super::{Findings, top};

/// Returns one table `[[calendar]]`.
pub fn calendar(raw: &raw::Calendar, at: &Path, found: &mut Findings<'_>) -> Option<Calendar> {
    for index in 0..raw.feed.len() {
        let _: Option<()> = top::later("[[calendar.feed]]", &at.key("feed").index(index), found);
    }
    let zone = zone(&raw.time_zone, &at.key("time_zone"), found);
    Some(Calendar { name: raw.name.clone(), zone: zone? })
}

fn zone(name: &str, at: &Path, found: &mut Findings<'_>) -> Option<TimeZone> {
    TimeZone::get(name).ok().or_else(|| found.refuse(at, Notice::new("TW-C058").with("value", name)))
}
