//! Who acts, and why: the personal token and the reason that an act carries.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;

/// The variable that may hold the token.
const VARIABLE: &str = "TAGWARDEN_TOKEN";

/// Whose hand it is.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Who acts")]
pub struct Identity {
    /// The file with your personal token; else TAGWARDEN_TOKEN, or ~/.config/tagwarden/token
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl Identity {
    /// Returns the person's token: from the named file, the environment, or the usual place.
    ///
    /// # Errors
    /// The named file cannot be read, or there is no token anywhere.
    pub fn token(&self, terminal: &Terminal) -> Result<String, Failure> {
        if let Some(path) = &self.token_file {
            return read(path, terminal).map_err(|error| unreadable(path, &error));
        }
        if let Ok(token) = std::env::var(VARIABLE)
            && !token.trim().is_empty()
        {
            return Ok(token.trim().to_owned());
        }
        let missing = || Failure::new(Exit::NotAllowed, Notice::new("TW-P011"));
        let path = usual_place().ok_or_else(missing)?;
        match read(&path, terminal) {
            Ok(token) if token.is_empty() => Err(missing()),
            Ok(token) => Ok(token),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing()),
            Err(error) => Err(unreadable(&path, &error)),
        }
    }
}

fn read(path: &Path, terminal: &Terminal) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    // Regular files alone: what a shell hands over with <(…) belongs to nobody else.
    let about = fs::metadata(path)?;
    if about.is_file() && about.mode() & 0o077 != 0 {
        terminal.warn(&Notice::new("TW-U031").with("path", path.display()));
    }
    Ok(text.trim().to_owned())
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::caused(Exit::NotAllowed, Notice::new("TW-U030").with("path", path.display()), error)
}

/// Returns where a person keeps the token, by the XDG rules.
fn usual_place() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")))?;
    Some(folder.join("tagwarden").join("token"))
}

/// Why something is done.
#[derive(Debug, clap::Args)]
pub struct Reason {
    /// Why; people read it later. Asked for on a terminal when left out
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Reason {
    /// Returns the reason, asking the person for it when none was typed and there is a terminal to ask on.
    ///
    /// # Errors
    /// There is none.
    pub fn text(&self, terminal: &Terminal) -> Result<String, Failure> {
        let typed = match &self.reason {
            Some(reason) => reason.clone(),
            None if io::stdin().is_terminal() && io::stderr().is_terminal() => prompt(terminal)?,
            None => String::new(),
        };
        let reason = typed.trim();
        if reason.is_empty() {
            return Err(Failure::new(Exit::Usage, Notice::new("TW-X015")));
        }
        Ok(reason.to_owned())
    }
}

fn prompt(terminal: &Terminal) -> Result<String, Failure> {
    let mut error = io::stderr().lock();
    write!(error, "{} ", terminal.say(&Notice::new("term-ask-reason"))).and_then(|()| error.flush())?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line)
}
