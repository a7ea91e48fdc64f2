//! What is odd about the calendars and their feeds? The same that `config check` tells.

use super::case::Case;
use super::finding::{Check, Finding};
use crate::cli::config::odd_calendars;
use crate::domain::notice::Notice;

/// Looks at every calendar with all its feeds.
pub fn check(case: &Case) -> Vec<Finding> {
    let mut config = case.config.clone();
    let odd = odd_calendars(&mut config, case.now, &case.terminal);
    if odd.is_empty() {
        let count = case.config.calendars.len();
        let id = if count == 0 { "doctor-no-calendar" } else { "doctor-calendars" };
        return vec![Check::Calendars.ok("", Notice::new(id).with("count", count))];
    }
    odd.into_iter().map(|notice| Check::Calendars.warning("", notice)).collect()
}
