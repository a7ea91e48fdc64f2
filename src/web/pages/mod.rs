//! What people see: the frame of every page, one file per page, and one per part of the page of a release.
//!
//! Everything foreign is filled in as text, which escapes it for HTML, and goes through `safe`, which writes out what
//! would move the text around it. Whatever may change while the page is open carries `data-live` and an `id`: the
//! script replaces just that, and the page works without it.

mod banner;
mod calendar;
mod calendar_feed;
mod calendars;
mod checklist;
mod forms;
mod frame;
mod gates;
mod journal;
mod list;
mod log;
mod overrides;
mod reader;
mod release;
mod road;
mod sign;
mod sign_in;
mod steps;
mod watch;

pub use calendar_feed::{FeedOut, Planned, feed_out};
pub use calendars::{CalendarPage, calendars};
pub use frame::refusal;
pub use list::{ListPage, list};
pub use log::{LogTail, StepPage, step};
pub use reader::Reader;
pub use release::{Banner, ReleasePage, Shown, release};
pub use sign_in::{SignInPage, sign_in};
