//! What people see: the frame of every page, and one file per page.

mod frame;

pub use frame::refusal;
