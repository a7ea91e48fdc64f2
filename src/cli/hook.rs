//! `tagwarden hook`: puts the hooks in place, proves that they guard, and is the hook.

mod check;
mod install;
mod protect;

pub use check::prove;
pub use install::{Standing, program_of, standing};

use std::path::{Path, PathBuf};

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::config;
use crate::domain::names::RepositoryName;
use crate::domain::notice::Notice;
use crate::hook;

/// What may be typed after `hook`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden hook install /var/lib/forgejo/data/forgejo-repositories/school/bridge.git
  tagwarden hook install --all /var/lib/forgejo/data/home
  tagwarden hook install --protect
  tagwarden hook check /var/lib/forgejo/data/forgejo-repositories/school/bridge.git")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Put the hooks into a repository, or with --all where they guard every repository
    #[command(before_help = "Examples:
  tagwarden hook install /var/lib/forgejo/data/forgejo-repositories/school/bridge.git
  tagwarden hook install --all /var/lib/forgejo/data/home
  tagwarden hook install --all /var/lib/forgejo/data/forgejo-repositories
  tagwarden hook install --protect")]
    Install {
        #[command(flatten)]
        place: Where,
        /// Protect the version tags of every configured repository on the forge, for where no hook can be installed
        #[arg(long)]
        protect: bool,
    },
    /// Prove with throw-away pushes that the installed hooks refuse bad tags and let branches pass
    #[command(before_help = "Example:
  tagwarden hook check /var/lib/forgejo/data/forgejo-repositories/school/bridge.git")]
    Check(Where),
    /// Be git's pre-receive hook
    #[command(
        hide = true,
        before_help = "Example:
  exec tagwarden hook pre-receive"
    )]
    PreReceive,
}

#[derive(Debug, clap::Args)]
struct Where {
    /// A bare repository; with --all the folder that `[git] HOME_PATH` names (v16 and later), or the one that holds all
    /// repositories (up to v15)
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// For all repositories; from v16 on for new ones too
    #[arg(long)]
    all: bool,
}

/// Does what was asked.
///
/// # Errors
/// The folder cannot be used, the hook does not guard, or the forge does not protect the tags.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    match &args.what {
        What::Install { place, protect } => {
            if place.path.is_some() || !protect {
                install::install(&places(place)?, terminal)?;
            }
            if *protect { protect::protect(terminal) } else { Ok(Exit::Ok) }
        }
        What::Check(place) => check::check(&places(place)?, terminal),
        What::PreReceive => std::process::exit(i32::from(hook::main())),
    }
}

/// Where hooks are run from.
#[derive(Debug, Clone)]
pub struct Place {
    /// The folder of the hooks.
    pub hooks: PathBuf,
    /// What was named on the command line, for hints.
    pub named: String,
    /// The repository that they belong to; `None` = all of them.
    pub repository: Option<RepositoryName>,
    /// Whether it was named by itself, and not found below a folder.
    by_itself: bool,
    /// Whether git runs `reference-transaction` from here: from v16 on it does so from the central folder alone.
    pub sees_everything: bool,
}

/// Returns the places from which the forge runs hooks in a folder, whichever kind of folder it is; none when it is
/// none.
pub fn places_at(path: &Path) -> Vec<Place> {
    let place = Where { path: Some(path.to_owned()), all: !is_bare(path) };
    places(&place).unwrap_or_default()
}

/// Returns why the hooks of this place would let every tag pass, or refuse every one, whatever they can do: they judge
/// by the configuration alone.
fn unheeded(place: &Place, terminal: &Terminal) -> Option<Notice> {
    let about = |id: &str| Notice::new(id).with("config", terminal.config.display());
    match (config::load_for_hook(&terminal.config), &place.repository) {
        (Err(problems), _) => Some(about("TW-H017").with("count", problems.list.len())),
        (Ok(config), Some(name)) if config.repository(name).is_none() => {
            Some(about("TW-H018").with("repository", name))
        }
        (Ok(_), _) => None,
    }
}

/// Returns the folders from which the forge runs hooks.
fn places(place: &Where) -> Result<Vec<Place>, Failure> {
    let Some(path) = place.path.as_deref() else {
        return Err(Failure::new(Exit::Usage, Notice::new("TW-H016")));
    };
    let nothing = || Failure::new(Exit::NotFound, Notice::new("TW-H010").with("path", path.display()));
    let of = |repository: &Path| {
        let hooks = repository.join("hooks");
        let name = repository.canonicalize().ok().and_then(|folder| hook::repository_of(&folder));
        // Up to v15 every repository has the forge's own script there.
        let sees_everything = hooks.join("pre-receive").is_file();
        let named = repository.display().to_string();
        Place { hooks, named, repository: name, by_itself: !place.all, sees_everything }
    };
    match (place.all, is_bare(path)) {
        (false, true) => Ok(vec![of(path)]),
        (true, false) if path.join("hooks").is_dir() || path.join(".gitconfig").is_file() => {
            let named = format!("--all {}", path.display());
            let hooks = path.join("hooks");
            Ok(vec![Place { hooks, named, repository: None, by_itself: false, sees_everything: true }])
        }
        (true, false) => {
            let found: Vec<Place> = repositories(path).iter().map(|repository| of(repository)).collect();
            if found.is_empty() { Err(nothing()) } else { Ok(found) }
        }
        (false, false) | (true, true) => Err(nothing()),
    }
}

fn is_bare(path: &Path) -> bool {
    path.join("HEAD").is_file() && path.join("objects").is_dir()
}

/// Returns the repositories below `root`, as Forgejo keeps them: `owner/name.git`; wikis have no releases.
fn repositories(root: &Path) -> Vec<PathBuf> {
    let inside = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<PathBuf>>()
    };
    let ours = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.ends_with(".git") && !name.ends_with(".wiki.git") && is_bare(path)
    };
    let mut found: Vec<PathBuf> = inside(root).iter().flat_map(|owner| inside(owner)).filter(ours).collect();
    found.sort();
    found
}
