//! Where may a test stop the daemon, let it panic, or let it fail? Before and after each durable write and each effect.
//!
//! Every place has a point on either side, named `PLACE-before` and `PLACE-after`. A test names one in `FAILPOINTS`
//! with what happens there: `panic`, `return(abort)`, which ends the process at once, or `return(error)`. Without the
//! feature `failpoints` nothing of this is in the program.

use std::io;

/// Every place, in the order of the road: what the daemon writes down (events by their names), and what it does outside.
pub const PLACES: [&str; 40] = [
    // The start, and every commit.
    "store-open",
    "recover",
    "commit",
    "house",
    // From the forge to a release.
    "delivery",
    "repository",
    "mirror",
    "tag-remembered",
    "delivery-settled",
    "feed",
    "feed-kept",
    "opened",
    "seen",
    // The deployment.
    "host-take",
    "started",
    "step_started",
    "host-start",
    "host-follow",
    "step-log",
    "host-look",
    "address",
    "step_ended",
    "deploy_proven",
    "watch_started",
    "signal",
    "looked",
    "watch_passed",
    "completed",
    "host-give-back",
    // The way back.
    "rollback_started",
    "rolled_back",
    // What is told.
    "outbox-begun",
    "status",
    "publish",
    "take-back",
    "rollback-tag",
    "chat",
    "issue",
    "issue-note",
    "outbox-settled",
];

/// Passes the point before a place.
///
/// # Errors
/// A test asked for it.
pub fn before(place: &str) -> io::Result<()> {
    pass(place, "before")
}

/// Passes the point after a place: what was done there is done.
///
/// # Errors
/// A test asked for it.
pub fn after(place: &str) -> io::Result<()> {
    pass(place, "after")
}

#[cfg(feature = "failpoints")]
fn pass(place: &str, side: &str) -> io::Result<()> {
    let point = format!("{place}-{side}");
    fail::fail_point!(point.as_str(), |what| {
        tracing::warn!(point, what, "as a test asked");
        if what.as_deref() == Some("abort") {
            std::process::abort();
        }
        Err(io::Error::other(format!("the point {point} fails, as a test asked")))
    });
    Ok(())
}

#[cfg(not(feature = "failpoints"))]
#[inline]
fn pass(_: &str, _: &str) -> io::Result<()> {
    Ok(())
}
