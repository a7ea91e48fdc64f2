//! How grave is an adapter's error: is it worth another try, or is nothing known?
//!
//! Decisions use this and never the text of an error.

/// The gravity of an error that an adapter returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// It had no effect and may go away by itself: try again later.
    Transient,
    /// It is not known whether it had an effect: look first, or repeat only what may be done twice.
    Unknown,
    /// It had no effect and will not go away by itself: a person must change something.
    Permanent,
}
