//! Proves with throw-away pushes that the installed hooks guard.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Place, install, unheeded};
use crate::cli::exit::{Exit, Failure};
use crate::cli::terminal::Terminal;
use crate::domain::notice::Notice;

/// The repository of the sandbox, named as a forge names it.
const FORGE: &str = "tagwarden/check.git";
/// A tag that no rule lets pass, and the rule.
const BAD_TAG: (&str, &str) = ("v1.x", "TW-T010");

/// Checks the configuration and the hooks of each place; the first that does not guard is told.
pub fn check(places: &[Place], terminal: &Terminal) -> Result<Exit, Failure> {
    for place in places {
        match unheeded(place, terminal) {
            // Below a folder there may be repositories that nobody means to guard.
            Some(notice) if notice.id == "TW-H018" && !place.by_itself => {
                terminal.warn(&notice);
            }
            Some(notice) => return Err(Failure::new(Exit::Failed, notice)),
            None => {}
        }
        for path in install::hooks(place) {
            try_out(&path, place).map_err(|notice| Failure::new(Exit::Failed, notice))?;
            terminal.answer(&Notice::new("hook-guards").with("path", path.display()))?;
        }
    }
    Ok(Exit::Ok)
}

/// Proves that the hooks of a place guard.
///
/// # Errors
/// Says which of them does not, and why.
pub fn prove(place: &Place) -> Result<(), Notice> {
    install::hooks(place).iter().try_for_each(|path| try_out(path, place))
}

fn try_out(path: &Path, place: &Place) -> Result<(), Notice> {
    let prove = if path.ends_with(install::TRANSACTION) { Sandbox::clicks } else { Sandbox::pushes };
    let fail = |why: &str| {
        let notice = Notice::new("TW-H012").with("path", path.display()).with("named", &place.named);
        notice.with("why", why)
    };
    let mode = fs::metadata(path).map_err(|_| fail("it is not there"))?.permissions().mode();
    if mode & 0o111 == 0 {
        return Err(fail("it is not executable"));
    }
    let path = fs::canonicalize(path).map_err(|error| fail(&error.to_string()))?;
    let sandbox = Sandbox::new().map_err(|error| fail(&error.to_string()))?;
    prove(&sandbox, &path).map_err(|why| fail(&why))
}

/// A repository of no importance, removed when dropped.
struct Sandbox {
    root: PathBuf,
}

impl Sandbox {
    fn new() -> std::io::Result<Self> {
        let root = std::env::temp_dir().join(format!("tagwarden-hook-check-{}", std::process::id()));
        fs::create_dir(&root)?;
        let sandbox = Self { root };
        fs::create_dir(sandbox.root.join("tagwarden"))?;
        sandbox.prepare(&["init", "--quiet", "--bare", FORGE])?;
        sandbox.prepare(&["init", "--quiet", "work"])?;
        let author = ["-c", "user.name=tagwarden", "-c", "user.email=tagwarden@localhost"];
        sandbox.prepare(
            &[&author[..], &["-C", "work", "commit", "--quiet", "--allow-empty", "-m", "test"]].concat(),
        )?;
        sandbox.prepare(&[
            "-C",
            "work",
            "push",
            "--quiet",
            &format!("../{FORGE}"),
            "HEAD:refs/heads/main",
        ])?;
        // The hook judges by a configuration that guards the sandbox; the machine's own one stays out of it.
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1\"\nstate_dir = \"{}\"\n\
             [forge]\nurl = \"http://127.0.0.1\"\ntoken = {{ env = \"NONE\" }}\nwebhook_secrets = [{{ env = \"NONE\" }}]\n\
             [[repository]]\nname = \"tagwarden/check\"\nmain = \"main\"\nchangelog = \"\"\n",
            sandbox.root.join("state").display()
        );
        fs::File::create(sandbox.root.join("tagwarden.toml"))?.write_all(text.as_bytes())?;
        Ok(sandbox)
    }

    fn prepare(&self, words: &[&str]) -> std::io::Result<()> {
        let (done, said) = self.git(words, &[])?;
        if done { Ok(()) } else { Err(std::io::Error::other(format!("git {}: {said}", words.join(" ")))) }
    }

    /// Runs git in the sandbox; returns whether it was content, and what it said.
    fn git(&self, words: &[&str], more: &[(&str, &str)]) -> std::io::Result<(bool, String)> {
        let mut git = Command::new("git");
        git.args(words)
            .current_dir(&self.root)
            .env("TAGWARDEN_CONFIG", self.root.join("tagwarden.toml"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GITEA_PUSHER_ID")
            .envs(more.iter().copied())
            .stdin(Stdio::null());
        let done = git.output()?;
        let said = String::from_utf8_lossy(&done.stderr);
        let lines: Vec<&str> =
            said.lines().map(|line| line.trim_start_matches("remote: ").trim_end()).collect();
        Ok((done.status.success(), lines.join("; ")))
    }

    /// Makes `hook` the sandbox's hook of this name.
    fn put(&self, hook: &Path, name: &str) -> Result<(), String> {
        let place = self.root.join(FORGE).join("hooks");
        fs::create_dir_all(&place)
            .and_then(|()| symlink(hook, place.join(name)))
            .map_err(|error| error.to_string())
    }

    fn pushes(&self, hook: &Path) -> Result<(), String> {
        self.put(hook, "pre-receive")?;
        let forge =
            [("GITEA_REPO_USER_NAME", "tagwarden"), ("GITEA_REPO_NAME", "check"), ("GITEA_PUSHER_ID", "1")];
        let push = |to: &str| {
            let words = ["-C", "work", "push", "--quiet", &format!("../{FORGE}"), &format!("HEAD:{to}")];
            self.git(&words, &forge).map_err(|error| error.to_string())
        };
        passes(push("refs/heads/other")?)?;
        refuses(push(&format!("refs/tags/{}", BAD_TAG.0))?)
    }

    fn clicks(&self, hook: &Path) -> Result<(), String> {
        self.put(hook, "reference-transaction")?;
        let make = |what: &[&str], more: &[(&str, &str)]| {
            let words = [&["-C", FORGE][..], what].concat();
            self.git(&words, more).map_err(|error| error.to_string())
        };
        passes(make(&["branch", "other", "main"], &[])?)?;
        refuses(make(&["tag", BAD_TAG.0, "main"], &[])?)?;
        // Of a pusher it must let everything pass: they were judged, and would hang.
        let (passed, said) = make(&["tag", BAD_TAG.0, "main"], &[("GITEA_PUSHER_ID", "1")])?;
        if passed { Ok(()) } else { Err(format!("it refuses what a push was judged for: {said}")) }
    }
}

fn passes((passed, said): (bool, String)) -> Result<(), String> {
    if passed { Ok(()) } else { Err(format!("it refuses a branch: {said}")) }
}

fn refuses((passed, said): (bool, String)) -> Result<(), String> {
    match (passed, said.contains(BAD_TAG.1)) {
        (true, _) => Err("it lets a bad tag pass".to_owned()),
        (false, false) => Err(format!("it refuses for another reason: {said}")),
        (false, true) => Ok(()),
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // What is left in the temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.root);
    }
}
