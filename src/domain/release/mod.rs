//! The release machine: events folded into a state by one total table.
