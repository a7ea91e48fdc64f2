//! Asks the person at the terminal for a yes.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;

/// Returns whether the person says yes.
///
/// # Errors
/// Nobody is there: silence is no yes.
pub fn yes(question: &Notice, terminal: &Terminal) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::new(Exit::Usage, Notice::new("TW-V033")));
    }
    let mut error = io::stderr().lock();
    // A question that cannot be shown gets no answer, and no answer is a no.
    let _ = write!(error, "{}", terminal.say(question)).and_then(|()| error.flush());
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(is_yes(&line))
}

fn is_yes(line: &str) -> bool {
    matches!(line.trim().to_lowercase().as_str(), "y" | "yes" | "o" | "oui")
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn only_a_yes_is_a_yes() {
        for yes in ["y\n", "Yes\n", " o\n", "OUI"] {
            assert!(is_yes(yes), "{yes}");
        }
        for no in ["", "\n", "n\n", "yess\n", "v1.0.0\n"] {
            assert!(!is_yes(no), "{no}");
        }
    }
}
