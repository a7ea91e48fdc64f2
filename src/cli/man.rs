//! `tagwarden man`: prints one manual page, or writes all of them into a folder.

use std::path::{Path, PathBuf};

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;

/// What may be typed after `man`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden man | man -l -                              read the main page
  tagwarden man config check | man -l -                 read the page of a command
  tagwarden man --dir /usr/local/share/man/man1         write all pages")]
pub struct Args {
    /// The command whose page is printed; without one the main page
    #[arg(value_name = "COMMAND", num_args = 0..)]
    command: Vec<String>,
    /// Write every page into this folder instead
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

/// Prints or writes manual pages.
///
/// # Errors
/// There is no such command, or a page cannot be written.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut root = crate::cli::command().disable_help_subcommand(true);
    root.build();
    if let Some(folder) = &args.dir {
        return write_all(&root, folder, terminal);
    }
    let mut found = &root;
    for word in &args.command {
        found = found.find_subcommand(word).ok_or_else(|| {
            Failure::new(Exit::NotFound, Notice::new("TW-U013").with("typed", args.command.join(" ")))
        })?;
    }
    terminal.print(&page(found)?)?;
    Ok(Exit::Ok)
}

fn page(command: &clap::Command) -> Result<String, Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn write_all(command: &clap::Command, folder: &Path, terminal: &Terminal) -> Result<Exit, Failure> {
    let unwritable = |path: &Path, error: &std::io::Error| {
        let notice = Notice::new("TW-U014").with("path", path.display());
        Failure::caused(Exit::Failed, notice, error)
    };
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let mut waiting = vec![command];
    while let Some(command) = waiting.pop() {
        let name = command.get_display_name().unwrap_or(command.get_name()).replace(' ', "-");
        let path = folder.join(format!("{name}.1"));
        std::fs::write(&path, page(command)?).map_err(|error| unwritable(&path, &error))?;
        terminal.tell(&Notice::new("terminal-written").with("path", path.display()));
        waiting.extend(command.get_subcommands().filter(|inner| !inner.is_hide_set()));
    }
    Ok(Exit::Ok)
}
