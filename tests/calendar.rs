//! Calendars against a second, slow and obvious answer, against Python's, and against bytes that mean nothing.

#![expect(clippy::unwrap_used, reason = "what a test cannot prepare fails it, as it should")]

#[path = "calendar/hostile.rs"]
mod hostile;
#[path = "calendar/python.rs"]
mod python;
#[path = "calendar/show.rs"]
mod show;
#[path = "calendar/slow.rs"]
mod slow;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Zones whose clocks do odd things: a negative summer time, one around Ramadan, half an hour, a day left out.
const ZONES: [&str; 10] = [
    "Europe/Paris",
    "Europe/Dublin",
    "Africa/Cairo",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Africa/Casablanca",
];

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}
