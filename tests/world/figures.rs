//! What a test measured, told where a run that passes shows it too.

use std::io::Write as _;

/// Writes a line past the capture of the test's output, which only a failure would bring to light.
pub fn show(line: &str) {
    std::io::stderr().write_all(format!("figures: {line}\n").as_bytes()).unwrap();
}
