//! The pre-receive hook: calls the library and exits.

fn main() {}
