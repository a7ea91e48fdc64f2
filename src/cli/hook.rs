//! `tagwarden hook`: puts the pre-receive hook in place, proves that it guards, and is the hook.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;
use crate::hook;

/// The script as it is shipped.
const SCRIPT: &str = include_str!("../../hooks/pre-receive");
/// Its name among the forge's hooks: behind the forge's own, which is named `gitea`.
const NAME: &str = "zz-tagwarden";

/// What may be typed after `hook`.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:
  tagwarden hook install /var/lib/forgejo/data/forgejo-repositories/school/bridge.git
  tagwarden hook install --all /var/lib/forgejo/data/home
  tagwarden hook check /var/lib/forgejo/data/forgejo-repositories/school/bridge.git")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Put the hook into a repository, or with --all into the forge's central folder (v16 and later)
    #[command(before_help = "Examples:
  tagwarden hook install /var/lib/forgejo/data/forgejo-repositories/school/bridge.git
  tagwarden hook install --all /var/lib/forgejo/data/home")]
    Install(Where),
    /// Prove with a throw-away push that the installed hook refuses a bad tag and lets a branch pass
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
    /// A bare repository, or with --all the folder that [git] HOME_PATH names
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// For all repositories, new ones too
    #[arg(long)]
    all: bool,
}

/// Does what was asked.
///
/// # Errors
/// The folder cannot be used, or the hook does not guard.
pub fn run(args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    match &args.what {
        What::Install(place) => install(place, terminal),
        What::Check(place) => check(place, terminal),
        What::PreReceive => std::process::exit(i32::from(hook::main())),
    }
}

/// Returns the folder from which the forge runs hooks.
fn folder(place: &Where) -> Result<PathBuf, Failure> {
    let bare = place.path.join("HEAD").is_file() && place.path.join("objects").is_dir();
    if place.all == bare || !place.path.is_dir() {
        return Err(Failure::new(Exit::NotFound, Notice::new("TW-H010").with("path", place.path.display())));
    }
    Ok(place.path.join("hooks").join("pre-receive.d"))
}

fn install(place: &Where, terminal: &Terminal) -> Result<Exit, Failure> {
    let folder = folder(place)?;
    let path = folder.join(NAME);
    let unwritable = |error: std::io::Error| {
        Failure::caused(Exit::NotAllowed, Notice::new("TW-H011").with("path", path.display()), &error)
    };
    fs::create_dir_all(&folder).map_err(unwritable)?;
    let beside = folder.join(format!(".{NAME}-new"));
    fs::write(&beside, SCRIPT).map_err(unwritable)?;
    fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).map_err(unwritable)?;
    fs::rename(&beside, &path).map_err(unwritable)?;
    let mode = fs::metadata(&path).map_err(unwritable)?.permissions().mode();
    if mode & 0o111 == 0 {
        return Err(not_guarding(&path, "it cannot be made executable there"));
    }
    terminal.answer(&Notice::new("hook-installed").with("path", path.display()))?;
    Ok(Exit::Ok)
}

fn not_guarding(path: &Path, why: &str) -> Failure {
    Failure::new(Exit::Failed, Notice::new("TW-H012").with("path", path.display()).with("why", why))
}

fn check(place: &Where, terminal: &Terminal) -> Result<Exit, Failure> {
    let path = folder(place)?.join(NAME);
    let fail = |why: &str| not_guarding(&path, why);
    let mode = fs::metadata(&path).map_err(|_| fail("it is not there"))?.permissions().mode();
    if mode & 0o111 == 0 {
        return Err(fail("it is not executable"));
    }
    let world = Sandbox::new().map_err(|error| fail(&error.to_string()))?;
    let branch = world.push(&path, "HEAD:refs/heads/main").map_err(|error| fail(&error.to_string()))?;
    if !branch.0 {
        return Err(fail(&format!("it refuses a branch: {}", branch.1)));
    }
    let tag = world.push(&path, "HEAD:refs/tags/v1.x").map_err(|error| fail(&error.to_string()))?;
    if tag.0 {
        return Err(fail("it lets a bad tag pass"));
    }
    if !tag.1.contains("TW-T010") {
        return Err(fail(&format!("it refuses for another reason: {}", tag.1)));
    }
    terminal.answer(&Notice::new("hook-guards").with("path", path.display()))?;
    Ok(Exit::Ok)
}

/// A repository of no importance to push to, removed when dropped.
struct Sandbox {
    root: PathBuf,
}

impl Sandbox {
    fn new() -> std::io::Result<Self> {
        let root = std::env::temp_dir().join(format!("tagwarden-hook-check-{}", std::process::id()));
        fs::create_dir(&root)?;
        let sandbox = Self { root };
        sandbox.git(&["init", "--quiet", "--bare", "forge.git"])?;
        sandbox.git(&["init", "--quiet", "work"])?;
        let author = ["-c", "user.name=tagwarden", "-c", "user.email=tagwarden@localhost"];
        let commit = ["-C", "work", "commit", "--quiet", "--allow-empty", "-m", "test"];
        sandbox.git(&[&author[..], &commit[..]].concat())?;
        // The hook judges by a configuration that guards the sandbox; the machine's own one stays out of it.
        let state = sandbox.root.join("state");
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1\"\nstate_dir = \"{}\"\n\
             [forge]\nurl = \"http://127.0.0.1\"\ntoken = {{ env = \"NONE\" }}\nwebhook_secrets = [{{ env = \"NONE\" }}]\n\
             [[repository]]\nname = \"tagwarden/check\"\nmain = \"main\"\nchangelog = \"\"\n",
            state.display()
        );
        fs::File::create(sandbox.root.join("tagwarden.toml"))?.write_all(text.as_bytes())?;
        Ok(sandbox)
    }

    fn git(&self, args: &[&str]) -> std::io::Result<()> {
        let status = Command::new("git")
            .args(args)
            .current_dir(&self.root)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .status()?;
        if status.success() {
            Ok(())
        } else {
            Err(std::io::Error::other(format!("git {} failed", args.join(" "))))
        }
    }

    /// Pushes with `hook` as the repository's pre-receive; returns whether it passed, and what was said.
    fn push(&self, hook: &Path, refspec: &str) -> std::io::Result<(bool, String)> {
        let place = self.root.join("forge.git/hooks/pre-receive");
        fs::create_dir_all(self.root.join("forge.git/hooks"))?;
        let hook = fs::canonicalize(hook)?;
        if !place.exists() {
            std::os::unix::fs::symlink(hook, &place)?;
        }
        let done = Command::new("git")
            .args(["push", "--quiet", "../forge.git", refspec])
            .current_dir(self.root.join("work"))
            .env("TAGWARDEN_CONFIG", self.root.join("tagwarden.toml"))
            .env("GITEA_REPO_USER_NAME", "tagwarden")
            .env("GITEA_REPO_NAME", "check")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stdin(Stdio::null())
            .output()?;
        Ok((done.status.success(), String::from_utf8_lossy(&done.stderr).trim().replace('\n', "; ")))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // What is left in the temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.root);
    }
}
