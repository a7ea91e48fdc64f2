//! `tagwarden completions`: prints what a shell needs to complete commands and options.

use clap_complete::Shell;

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;

/// What may be typed after `completions`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden completions bash > /etc/bash_completion.d/tagwarden
  tagwarden completions zsh > \"${fpath[1]}/_tagwarden\"
  tagwarden completions fish > ~/.config/fish/completions/tagwarden.fish")]
pub struct Args {
    /// The shell
    #[arg(value_parser = clap::builder::EnumValueParser::<Shell>::new())]
    shell: Shell,
}

/// Prints the completions.
///
/// # Errors
/// Standard output cannot be written.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::cli::command(), "tagwarden", &mut script);
    terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}
