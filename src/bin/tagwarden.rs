//! The daemon and the terminal commands: calls the library and exits.

fn main() {}
