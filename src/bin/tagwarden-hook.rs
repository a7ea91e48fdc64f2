//! The pre-receive hook: calls the library and exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    tagwarden::hook::main().into()
}
