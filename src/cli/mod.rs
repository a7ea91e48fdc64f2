//! The terminal: one file per command, the only map from errors to exit codes.
//!
//! A command is a file with `Args` (what may be typed, examples first) and `run(args, terminal)`; it is listed once
//! in [`Command`] and once in [`run`]. Help, manual pages and completions all come from that one list.

mod approve;
mod ask;
mod audit;
mod author;
mod backup;
mod calendar;
mod changelog;
mod completions;
mod config;
mod decide;
mod demo;
mod deny;
mod doctor;
mod exit;
mod explain;
mod feeds;
mod hold;
mod hook;
mod identity;
mod lift;
mod log;
mod man;
mod overriding;
mod plan;
mod restore;
mod retry;
mod rollback;
mod seen;
mod serve;
mod show;
mod signoff;
mod status;
mod table;
mod tag;
mod terminal;
mod token;
mod usage;
mod withdraw;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

pub use exit::{Exit, Failure};
pub use terminal::{Colour, Terminal};

use crate::messages::Language;

/// The order of a help page: what it is, examples, then the grammar.
const HELP: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// Everything that may be typed.
#[derive(Debug, Parser)]
#[command(
    name = "tagwarden",
    version,
    about = "Stands between a pushed version tag on Forgejo and production: judges, waits, deploys, watches, rolls back.",
    before_help = "Examples:\n  tagwarden config check         is the configuration good?\n  tagwarden status               what is under way?\n  tagwarden explain v1.4.2       why does it wait?\n  tagwarden log v1.4.2 --follow  what happens to it, live",
    after_help = "Exit codes: 0 ok · 1 failed · 2 usage · 3 not allowed · 4 not found · 5 waiting, closed or timed out · 6 conflict · 75 try again",
    disable_help_subcommand = false,
    propagate_version = true,
    subcommand_required = true
)]
struct Typed {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What may be said with every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
struct Global {
    /// The configuration file
    #[arg(
        long,
        global = true,
        env = "TAGWARDEN_CONFIG",
        value_name = "FILE",
        default_value = crate::config::DEFAULT_PATH,
        hide_env_values = true
    )]
    config: PathBuf,
    /// The language of answers; by default that of LC_ALL, LC_MESSAGES or LANG
    #[arg(long, global = true, value_name = "LANGUAGE")]
    lang: Option<Spoken>,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Colour,
    /// Say nothing but answers and errors
    #[arg(long, short, global = true)]
    quiet: bool,
}

/// The languages that we speak, as typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Spoken {
    /// English
    En,
    /// French
    Fr,
}

impl From<Spoken> for Language {
    fn from(spoken: Spoken) -> Self {
        match spoken {
            Spoken::En => Self::En,
            Spoken::Fr => Self::Fr,
        }
    }
}

/// The commands, in the order in which `--help` lists them.
#[derive(Debug, Subcommand)]
enum Command {
    /// Be the daemon, until a signal ends it
    Serve(serve::Args),
    /// Show the main job on this machine with nothing set up
    Demo(demo::Args),
    /// What is wrong with this house, and what mends it?
    Doctor(doctor::Args),
    /// What is under way?
    Status(status::Args),
    /// Show one release with its gates, approvals, steps and watch
    Show(show::Args),
    /// What happened to a release, and what its steps printed
    Log(log::Args),
    /// May it go, now or at another instant, and if not, what is missing?
    Explain(explain::Args),
    /// Show the checklist of a release, tick its items, sign for all of them
    Signoff(signoff::Args),
    /// Say yes to a release
    Approve(approve::Args),
    /// Say no to a release
    Deny(deny::Args),
    /// Stop a release, an environment or everything before it starts
    Hold(hold::Args),
    /// Take a stop away
    Lift(lift::Args),
    /// Let one release pass one closed gate, with a second person
    Override(overriding::Args),
    /// Take a waiting release off the road
    Withdraw(withdraw::Args),
    /// Bring back what ran before
    Rollback(rollback::Args),
    /// Lead a stuck release out
    Retry(retry::Args),
    /// Make, list and revoke personal tokens
    Token(token::Args),
    /// Is the record whole, and what does it say?
    Audit(audit::Args),
    /// Copy everything that is kept, while the daemon runs
    Backup(backup::Args),
    /// Put a copy back, while the daemon is stopped
    Restore(restore::Args),
    /// May it change now, and if not, when?
    Calendar(calendar::Args),
    /// Check, show and release the changelog
    Changelog(changelog::Args),
    /// Check and show the configuration
    Config(config::Args),
    /// Put the hook in place, and prove that it guards
    Hook(hook::Args),
    /// What comes next, and why?
    Plan(plan::Args),
    /// Make and push the tag of a release
    Tag(tag::Args),
    /// Print completions for a shell
    Completions(completions::Args),
    /// Print or write the manual pages
    Man(man::Args),
}

fn run(command: Command, terminal: &Terminal) -> Result<Exit, Failure> {
    match command {
        Command::Serve(args) => serve::run(&args, terminal),
        Command::Demo(args) => demo::run(&args, terminal),
        Command::Doctor(args) => doctor::run(&args, terminal),
        Command::Status(args) => status::run(&args, terminal),
        Command::Show(args) => show::run(&args, terminal),
        Command::Log(args) => log::run(&args, terminal),
        Command::Explain(args) => explain::run(&args, terminal),
        Command::Signoff(args) => signoff::run(&args, terminal),
        Command::Approve(args) => approve::run(&args, terminal),
        Command::Deny(args) => deny::run(&args, terminal),
        Command::Hold(args) => hold::run(&args, terminal),
        Command::Lift(args) => lift::run(&args, terminal),
        Command::Override(args) => overriding::run(&args, terminal),
        Command::Withdraw(args) => withdraw::run(&args, terminal),
        Command::Rollback(args) => rollback::run(&args, terminal),
        Command::Retry(args) => retry::run(&args, terminal),
        Command::Token(args) => token::run(&args, terminal),
        Command::Audit(args) => audit::run(&args, terminal),
        Command::Backup(args) => backup::run(&args, terminal),
        Command::Restore(args) => restore::run(&args, terminal),
        Command::Calendar(args) => calendar::run(&args, terminal),
        Command::Changelog(args) => changelog::run(&args, terminal),
        Command::Config(args) => config::run(&args, terminal),
        Command::Hook(args) => hook::run(&args, terminal),
        Command::Plan(args) => plan::run(&args, terminal),
        Command::Tag(args) => tag::run(&args, terminal),
        Command::Completions(args) => completions::run(&args, terminal),
        Command::Man(args) => man::run(&args, terminal),
    }
}

/// Does what was typed and returns the exit code.
pub fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let spoken = usage::language(&words);
    let typed = command().try_get_matches_from(words).and_then(|matches| Typed::from_arg_matches(&matches));
    let typed = match typed {
        Ok(typed) => typed,
        Err(refused) => return usage::answer(&refused, spoken).into(),
    };
    let global = typed.global;
    let language = global.lang.map_or(spoken, Language::from);
    let terminal = Terminal::new(global.config, language, global.color, global.quiet);
    match run(typed.command, &terminal) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            terminal.complain(&failure);
            failure.exit().into()
        }
    }
}

/// Returns the whole grammar, with examples first on every page.
fn command() -> clap::Command {
    examples_first(Typed::command())
}

fn examples_first(command: clap::Command) -> clap::Command {
    command.help_template(HELP).mut_subcommands(examples_first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(command: &clap::Command, look: &mut impl FnMut(&clap::Command)) {
        look(command);
        for inner in command.get_subcommands() {
            walk(inner, look);
        }
    }

    #[test]
    fn the_grammar_holds_together() {
        command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does_and_shows_an_example() {
        walk(&command(), &mut |command| {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name} does not say what it does");
            let groups = command.get_subcommands().next().is_some();
            assert!(groups || command.get_before_help().is_some(), "{name} has no example");
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{name}: {} has no help", argument.get_id());
            }
        });
    }
}
