//! What stands in a calendar feed now? From its server or from a file; what it means is not known here.
//!
//! A server is asked over HTTPS, with the marks of the last copy so that it can say that nothing changed. Redirects are
//! followed on the same host only, and neither the host nor a name that points there may lead into a private network,
//! unless the configuration allows it: else whoever writes the feed's address could look around behind the wall.
//!
//! Races: (a) a file is replaced while it is read: it is read in one go, and whoever replaces it renames; a file that
//! is written in place may be read half, which the missing end of the calendar shows; (b) a name that points to a
//! public address when it is checked and to a private one when it is used: the checked addresses are those used.

mod address;
mod error;
mod fetch;
mod file;

pub use error::FeedError;
pub use fetch::{Fetched, Marks, fetch};
pub use file::{Found, read_file};
