//! A small Forgejo, as far as git is concerned: one bare repository, hooks in the layout of either version, and a
//! clone to push from.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Where Forgejo runs hooks from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Up to v15: a wrapper and a folder in each repository.
    PerRepository,
    /// From v16 on: a central folder, by `core.hooksPath`; the repository's own folder runs behind it.
    Central,
}

pub const LAYOUTS: [Layout; 2] = [Layout::PerRepository, Layout::Central];

/// What the wrapper of either version does: hands the lines to every executable, and ends with the first failure.
const WRAPPER: &str = r#"#!/bin/bash
lines=$(cat)
here=$(dirname "$0")
first=0
run() {
  for script in "$1"/*; do
    [ -f "$script" ] && [ -x "$script" ] || continue
    [ "$2" = "$(basename "$script")" ] && continue
    printf '%s\n' "$lines" | "$script"
    code=$?
    [ "$first" = 0 ] && first=$code
  done
}
run "$here/pre-receive.d" ""
[ "$(realpath "$here")" = "$(realpath "$GIT_DIR/hooks" 2>/dev/null)" ] || run "$GIT_DIR/hooks/pre-receive.d" gitea
exit "$first"
"#;

/// What somebody saw who pushed.
#[derive(Debug)]
pub struct Pushed {
    pub passed: bool,
    /// Everything on standard error, with `remote: ` taken away.
    pub said: String,
}

impl Pushed {
    pub fn of(output: &Output) -> Self {
        let text = String::from_utf8_lossy(&output.stderr);
        let lines = text.lines().map(|line| line.strip_prefix("remote: ").unwrap_or(line).trim_end());
        Self { passed: output.status.success(), said: lines.map(|line| format!("{line}\n")).collect() }
    }

    /// Returns the ids of the refusals, in order.
    pub fn ids(&self) -> Vec<String> {
        let whole = self.said.replace("\n  ", " ");
        let errors = whole.lines().filter(|line| line.starts_with("error: ") && line.contains("TW-"));
        errors
            .map(|line| line[line.rfind("TW-").unwrap()..].trim_end_matches([')', '.']).to_owned())
            .collect()
    }

    #[track_caller]
    pub fn accepted(&self) -> &Self {
        assert!(self.passed, "refused: {}", self.said);
        self
    }

    /// Refused by exactly these rules, each with a hint.
    #[track_caller]
    pub fn refused(&self, ids: &[&str]) -> &Self {
        assert!(!self.passed, "accepted: {}", self.said);
        assert_eq!(self.ids(), ids, "{}", self.said);
        assert!(self.said.matches("hint: ").count() >= ids.len(), "{}", self.said);
        let ours = ["error: ", "hint: ", "tagwarden: ", "warning: ", "  "];
        for line in self.said.lines().filter(|line| ours.iter().any(|ours| line.starts_with(ours))) {
            assert!(line.chars().count() <= 200, "{line}");
        }
        self
    }

    #[track_caller]
    pub fn says(&self, part: &str) -> &Self {
        assert!(self.said.contains(part), "`{part}` is not in: {}", self.said);
        self
    }

    #[track_caller]
    pub fn keeps_silent_about(&self, part: &str) -> &Self {
        assert!(!self.said.contains(part), "`{part}` is in: {}", self.said);
        self
    }
}

/// The world of one test.
pub struct Forge {
    folder: TempDir,
    layout: Layout,
    settings: Vec<String>,
    server: Vec<String>,
    language: &'static str,
    released: Vec<String>,
}

impl Forge {
    /// Returns a forge with a hook, and a clone with a commit on main that is not pushed yet.
    pub fn empty(layout: Layout) -> Self {
        let forge = Self::unguarded(layout);
        forge.install();
        forge.clone_with_a_commit();
        forge
    }

    /// Returns a forge with `school/bridge` at v1.0.0, pushed through the hook.
    pub fn at_1_0_0(layout: Layout) -> Self {
        let mut forge = Self::empty(layout);
        forge.prepare("1.0.0");
        forge.tag("v1.0.0");
        forge.push(&["main", "v1.0.0"]).accepted();
        forge
    }

    /// Returns the usual world: v1.0.0 is out, the layout is that of v15.
    pub fn usual() -> Self {
        Self::at_1_0_0(Layout::PerRepository)
    }

    /// Returns a forge without our hook, with no clone.
    pub fn unguarded(layout: Layout) -> Self {
        Self::with_init(layout, &[])
    }

    /// Returns a forge whose repository is made with more words for `git init`.
    pub fn with_init(layout: Layout, init: &[&str]) -> Self {
        let forge = Self {
            folder: tempfile::tempdir().unwrap(),
            layout,
            settings: Vec::new(),
            server: Vec::new(),
            language: "en",
            released: Vec::new(),
        };
        let bare = forge.bare();
        std::fs::create_dir_all(&bare).unwrap();
        std::fs::create_dir_all(forge.home()).unwrap();
        std::fs::create_dir_all(forge.temporary()).unwrap();
        forge.run(
            Path::new("."),
            &[&["init", "-q", "--bare", "-b", "main"], init, &[bare.to_str().unwrap()]].concat(),
        );
        let hooks = forge.hooks();
        std::fs::create_dir_all(hooks.join("pre-receive.d")).unwrap();
        script(&hooks.join("pre-receive"), WRAPPER);
        // Forgejo's own check, which lets everything pass here.
        script(&hooks.join("pre-receive.d/gitea"), "#!/bin/bash\ncat >/dev/null\n");
        let settings = match layout {
            Layout::PerRepository => String::new(),
            Layout::Central => {
                format!("[core]\n\thooksPath = {}\n[transfer]\n\tfsckObjects = true\n", hooks.display())
            }
        };
        std::fs::write(forge.home().join(".gitconfig"), settings).unwrap();
        forge.write_server();
        forge.write_config();
        forge
    }

    /// Puts our hook in place, as the administrator does.
    pub fn install(&self) {
        let place = match self.layout {
            Layout::PerRepository => vec![self.bare().to_str().unwrap().to_owned()],
            Layout::Central => vec!["--all".to_owned(), self.home().to_str().unwrap().to_owned()],
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagwarden"));
        command
            .args(["hook", "install"])
            .args(place)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// Makes the clone, with one commit on main.
    pub fn clone_with_a_commit(&self) {
        let format = self.run(&self.bare(), &["rev-parse", "--show-object-format"]);
        let work = self.work();
        let words = ["init", "-q", "-b", "main", "--object-format", &format, work.to_str().unwrap()];
        self.run(Path::new("."), &words);
        self.git(&["remote", "add", "origin", self.bare().to_str().unwrap()]);
        self.commit("chore: begin");
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn bare(&self) -> PathBuf {
        self.folder().join("repos/school/bridge.git")
    }

    pub fn work(&self) -> PathBuf {
        self.folder().join("work")
    }

    /// What `[git] HOME_PATH` names.
    pub fn home(&self) -> PathBuf {
        self.folder().join("home")
    }

    /// The folder of the hooks that git itself calls.
    pub fn hooks(&self) -> PathBuf {
        match self.layout {
            Layout::PerRepository => self.bare().join("hooks"),
            Layout::Central => self.home().join("hooks"),
        }
    }

    /// The temporary folder of the forge's programs.
    pub fn temporary(&self) -> PathBuf {
        self.folder().join("temporary")
    }

    pub fn config(&self) -> PathBuf {
        self.folder().join("tagwarden.toml")
    }

    pub fn socket(&self) -> PathBuf {
        self.folder().join("control.sock")
    }

    /// The program that a push starts on the forge's side.
    pub fn receive_pack(&self) -> PathBuf {
        self.folder().join("receive-pack")
    }

    /// Sets a key of the repository's table, as a line of TOML.
    pub fn set(&mut self, line: &str) -> &mut Self {
        let key = |text: &str| text.split('=').next().unwrap_or_default().trim().to_owned();
        self.settings.retain(|old| key(old) != key(line));
        self.settings.push(line.to_owned());
        self.write_config();
        self
    }

    /// Takes a key of the repository's table away.
    pub fn unset(&mut self, key: &str) -> &mut Self {
        self.settings.retain(|old| old.split('=').next().unwrap_or_default().trim() != key);
        self.write_config();
        self
    }

    /// Sets what is said in which language.
    pub fn speak(&mut self, language: &'static str) -> &mut Self {
        self.language = language;
        self.write_config();
        self
    }

    /// Sets a variable of the forge's environment; `NAME=` alone empties it.
    pub fn server(&mut self, assignment: &str) -> &mut Self {
        self.server.push(assignment.to_owned());
        self.write_server();
        self
    }

    pub fn write_config(&self) {
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://release.example.org\"\nstate_dir = \"{state}\"\n\
             control_socket = \"{socket}\"\nlanguage = \"{language}\"\n\
             [forge]\nurl = \"https://git.example.org\"\ntoken = {{ env = \"NONE\" }}\nwebhook_secrets = [{{ env = \"NONE\" }}]\n\
             [[repository]]\nname = \"school/bridge\"\n{settings}\n",
            state = self.folder().join("state").display(),
            socket = self.socket().display(),
            language = self.language,
            settings = self.settings.join("\n"),
        );
        std::fs::write(self.config(), text).unwrap();
    }

    fn write_server(&self) {
        let mut lines = vec![
            "#!/bin/sh".to_owned(),
            format!("exec env -i PATH='{}' HOME='{}' \\", std::env::var("PATH").unwrap(), self.home().display()),
            format!(
                "  TAGWARDEN_CONFIG='{}' TMPDIR='{}' \\",
                self.config().display(),
                self.temporary().display()
            ),
            "  GITEA_REPO_ID=1 GITEA_REPO_NAME=bridge GITEA_REPO_USER_NAME=school GITEA_REPO_IS_WIKI=false \\".to_owned(),
            "  GITEA_PUSHER_ID=2 GITEA_PUSHER_NAME=ada GITEA_ROOT_URL=https://git.example.org/ GIT_NO_REPLACE_OBJECTS=1 \\".to_owned(),
        ];
        lines.extend(self.server.iter().map(|assignment| format!("  '{assignment}' \\")));
        lines.push("  git receive-pack \"$@\"\n".to_owned());
        script(&self.receive_pack(), &lines.join("\n"));
    }

    /// Runs git in the clone; it must succeed.
    #[track_caller]
    pub fn git(&self, words: &[&str]) -> String {
        self.run(&self.work(), words)
    }

    #[track_caller]
    pub fn run(&self, folder: &Path, words: &[&str]) -> String {
        let output = self.command(folder, words).output().unwrap();
        assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Returns git as the person at the clone has it.
    pub fn command(&self, folder: &Path, words: &[&str]) -> Command {
        let mut git = Command::new("git");
        git.args(words).current_dir(folder).stdin(Stdio::null()).env_clear();
        git.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.folder());
        git.env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C.UTF-8");
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "Ada").env(format!("GIT_{role}_EMAIL"), "ada@example.org");
        }
        git
    }

    /// Makes an empty commit on the branch that is checked out, and returns its id.
    pub fn commit(&self, subject: &str) -> String {
        self.git(&["commit", "-q", "--allow-empty", "-m", subject]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Commits a changelog with a dated section for one more version.
    pub fn prepare(&mut self, version: &str) -> String {
        self.released.insert(0, version.to_owned());
        let sections: Vec<String> = self
            .released
            .iter()
            .map(|version| format!("## [{version}] - 2026-11-24\n\n### Added\n\n- What {version} brings.\n"))
            .collect();
        self.write_changelog(&format!("# Changelog\n\n## [Unreleased]\n\n{}", sections.join("\n")))
    }

    pub fn write_changelog(&self, text: &str) -> String {
        std::fs::write(self.work().join("CHANGELOG.md"), text).unwrap();
        self.git(&["add", "CHANGELOG.md"]);
        self.commit("docs(changelog): edit")
    }

    /// Makes an annotated tag at the commit that is checked out.
    pub fn tag(&self, name: &str) {
        self.git(&["tag", "-a", name, "-m", &format!("Release {name}")]);
    }

    /// Prepares, commits and tags a version in one go.
    pub fn release(&mut self, version: &str) {
        self.prepare(version);
        self.tag(&format!("v{version}"));
    }

    /// Pushes refspecs to the forge.
    pub fn push(&self, specs: &[&str]) -> Pushed {
        let receive = format!("--receive-pack={}", self.receive_pack().display());
        let words = [&["push", &receive, "origin"], specs].concat();
        Pushed::of(&self.command(&self.work(), &words).output().unwrap())
    }

    /// Returns what a ref of the forge points at.
    pub fn at_forge(&self, full: &str) -> Option<String> {
        let output = self.command(&self.bare(), &["rev-parse", "--verify", "-q", full]).output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// Writes an executable script.
pub fn script(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}
