//! The daemon and the terminal commands: calls the library and exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    tagwarden::cli::main()
}
