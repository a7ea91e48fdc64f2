//! `tagwarden demo`: the main job on this machine with nothing set up, in four stories with real pushes.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::demo::{Narrator, Played, WorldError, play};
use crate::domain::notice::Notice;
use crate::engine::chain;
use crate::messages::when;

/// What may be typed after `demo`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden demo
  tagwarden demo --keep     and click through the pages afterwards")]
pub struct Args {
    /// Leave everything running afterwards, to click and to push
    #[arg(long)]
    keep: bool,
}

/// Plays the stories.
///
/// # Errors
/// This machine does not allow it, or a story did not end as it should.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    let place = Place::new().map_err(|error| unplayable(&WorldError::Ground(error)))?;
    let hook = hook(&place.0).map_err(|error| unplayable(&WorldError::Ground(error)))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| unplayable(&WorldError::Ground(error)))?;
    runtime.block_on(async {
        let mut teller = Teller { terminal, heard: Ok(()) };
        let played = play(&place.0, &hook, terminal.language, &mut teller)
            .await
            .map_err(|error| unplayable(&error))?;
        teller.heard?;
        finish(args.keep, played, terminal).await
    })
}

async fn finish(keep: bool, mut played: Played, terminal: &Terminal) -> Result<Exit, Failure> {
    if keep {
        let work = played.world.ground.work();
        terminal.answer(&Notice::new("demo-keep").with("token", &played.token))?;
        terminal.answer(&Notice::new("demo-keep-hint").with("folder", work.display()))?;
        let mut second = tokio::time::interval(Duration::from_secs(1));
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
            .map_err(|error| unplayable(&WorldError::Ground(error)))?;
        loop {
            tokio::select! {
                _ = second.tick() => played.world.hand.advance(Duration::from_secs(1)),
                _ = tokio::signal::ctrl_c() => break,
                _ = terminate.recv() => break,
            }
        }
    }
    played.world.close().await.map_err(|error| unplayable(&error))?;
    terminal.answer(&Notice::new("demo-next"))?;
    Ok(Exit::Ok)
}

fn unplayable(error: &WorldError) -> Failure {
    Failure::new(Exit::Failed, Notice::new("TW-U040").with("why", chain(error)))
}

/// A folder for this one play, removed when dropped.
struct Place(PathBuf);

impl Place {
    fn new() -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("tagwarden-demo-{}", std::process::id()));
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What is left in the temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns the program at the door: the one beside this program, or this program itself.
fn hook(place: &Path) -> std::io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let beside = own.with_file_name("tagwarden-hook");
    if beside.is_file() {
        return Ok(beside);
    }
    let script = place.join("tagwarden-hook");
    let quoted = own.to_string_lossy().replace('\'', r"'\''");
    fs::write(&script, format!("#!/bin/sh\nexec '{quoted}' hook pre-receive\n"))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    Ok(script)
}

/// Tells the stories on the terminal.
struct Teller<'a> {
    terminal: &'a Terminal,
    heard: Result<(), Failure>,
}

impl Teller<'_> {
    fn print(&mut self, text: &str) {
        if self.heard.is_ok() {
            self.heard = self.terminal.print(text);
        }
    }

    fn styled(&self, style: &str, text: &str) -> String {
        if self.terminal.colours(&std::io::stdout()) {
            format!("\u{1b}[{style}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

impl Narrator for Teller<'_> {
    fn title(&mut self, title: &Notice) {
        let line = self.styled("1", &self.terminal.say(title));
        self.print(&format!("\n{line}"));
    }

    fn says(&mut self, sentence: &Notice) {
        let line = self.terminal.say(sentence);
        self.print(&line);
    }

    fn typed(&mut self, command: &str) {
        let line = self.styled("1;36", &format!("$ {command}"));
        self.print(&line);
    }

    fn heard(&mut self, text: &str) {
        let text = crate::messages::printed(text);
        self.print(&format!("  {text}"));
    }

    fn happened(&mut self, at: Timestamp, what: &Notice) {
        let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
        let time = when::short(self.terminal.language, at, &zone);
        let line = self.terminal.say(what);
        self.print(&format!("  {}  {line}", self.styled("2", &time)));
    }
}
