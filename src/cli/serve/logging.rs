//! Where the daemon's log goes: standard error, in the form that suits who reads it.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;

/// The forms of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Form {
    /// Text on a terminal, plain under systemd, JSON otherwise.
    #[default]
    Auto,
    /// Lines for people, with the time.
    Text,
    /// Lines for people without the time, which systemd's journal adds.
    Plain,
    /// One JSON document per line.
    Json,
}

impl Form {
    fn settled(self) -> Self {
        match self {
            Self::Auto if io::stderr().is_terminal() => Self::Text,
            Self::Auto if std::env::var_os("JOURNAL_STREAM").is_some() => Self::Plain,
            Self::Auto => Self::Json,
            Self::Text | Self::Plain | Self::Json => self,
        }
    }
}

/// Starts logging what `filter` lets through.
///
/// # Errors
/// The filter cannot be understood.
pub fn start(filter: &str, form: Form, terminal: &Terminal) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        let notice = Notice::new("TW-U006").with("argument", "--log").with("value", filter);
        Failure::new(Exit::Usage, notice.with("why", error))
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(terminal.colours(&io::stderr()));
    // Only a second start in one process fails here, and then the first goes on.
    let _ = match form.settled() {
        Form::Auto | Form::Text => lines.try_init(),
        Form::Plain => lines.without_time().with_target(false).try_init(),
        // The list of spans would say the innermost one, which is nearly always the only one, a second time.
        Form::Json => lines.json().flatten_event(true).with_span_list(false).try_init(),
    };
    Ok(())
}
