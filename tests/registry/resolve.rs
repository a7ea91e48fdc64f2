//! The script that resolves: what it leaves behind, where it writes, and when it does nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const COMPOSE: &str = r#"#!/bin/sh
echo called >>"$CALLS"
[ -z "$HANG" ] || { echo begun >"$HANG"; sleep 60; }
case "$*" in *--no-interpolate*) [ -z "$FAIL" ] || exit 0; echo '{"written":1}'; exit 0 ;; esac
[ -z "$FAIL" ] || { echo "$FAIL" >&2; exit 15; }
echo '{"filled":1}'
"#;

/// A clone with one commit, the folder of looks, and a `docker` that counts its calls.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scene = Self { folder };
        for name in ["clone", "bin", "looks", "looks/one", "outside"] {
            fs::create_dir(scene.at(name)).unwrap();
        }
        fs::write(scene.at("bin/docker"), COMPOSE).unwrap();
        fs::set_permissions(scene.at("bin/docker"), std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        fs::write(scene.at("clone/compose.yml"), "services: {}\n").unwrap();
        scene.git(&["init", "-q"]);
        scene
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn git(&self, words: &[&str]) -> String {
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let done = Command::new("git").current_dir(self.at("clone")).args(who).args(words).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "one"]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn command(&self, known: &str, commit: &str) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/gates/image/resolve.sh");
        let path = format!("{}:{}", self.at("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("sh");
        command.arg(script).arg(self.at("looks/one")).args([known, "v1", commit, "-f", "compose.yml"]);
        command.current_dir(self.at("clone")).env("PATH", path).env("CALLS", self.at("calls"));
        command
    }

    fn resolve(&self, known: &str, commit: &str) -> Output {
        self.command(known, commit).output().unwrap()
    }

    fn calls(&self) -> usize {
        fs::read_to_string(self.at("calls")).unwrap_or_default().lines().count()
    }

    fn nothing_is_left(&self) {
        assert_eq!(fs::read_dir(self.at("looks/one")).unwrap().count(), 0);
    }
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stdout).lines().map(ToOwned::to_owned).collect()
}

#[test]
fn what_is_known_is_resolved_again_only_when_settings_change() {
    let scene = Scene::new();
    let commit = scene.commit();
    fs::write(scene.at("clone/.env"), "A=1\n").unwrap();
    let first = lines(&scene.resolve("-", &commit));
    assert_eq!(first[1..], [r#"{"filled":1}"#, r#"{"written":1}"#]);
    assert_eq!(scene.calls(), 2);
    assert_eq!(lines(&scene.resolve(&first[0], &commit)), first[..1], "nothing was resolved");
    assert_eq!(scene.calls(), 2);
    fs::write(scene.at("clone/.env"), "A=22\n").unwrap();
    let again = lines(&scene.resolve(&first[0], &commit));
    assert_ne!(again[0], first[0]);
    assert_eq!((again.len(), scene.calls()), (3, 4));
    scene.nothing_is_left();
}

#[test]
fn a_link_of_the_commit_is_never_gone_through() {
    let scene = Scene::new();
    std::os::unix::fs::symlink(scene.at("outside"), scene.at("clone/more")).unwrap();
    let commit = scene.commit();
    scene.git(&["rm", "-q", "more"]);
    scene.git(&["commit", "-q", "-m", "two"]);
    // On the host, which stands at the second commit, it is a folder.
    fs::create_dir(scene.at("clone/more")).unwrap();
    fs::write(scene.at("clone/.gitignore"), "").unwrap();
    fs::write(scene.at("clone/more/kept"), "").unwrap();
    scene.git(&["add", "more/kept"]);
    fs::write(scene.at("clone/more/settings.env"), "A=b\n").unwrap();
    let output = scene.resolve("-", &commit);
    assert_eq!(output.status.code(), Some(94), "{output:?}");
    assert_eq!(fs::read_dir(scene.at("outside")).unwrap().count(), 0, "nothing was written elsewhere");
    assert_eq!(scene.calls(), 0);
    scene.nothing_is_left();
}

#[test]
fn a_look_that_is_killed_leaves_nothing_behind() {
    let scene = Scene::new();
    let commit = scene.commit();
    let begun = scene.at("begun");
    let mut command = scene.command("-", &commit);
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.env("HANG", &begun).stdout(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while !begun.exists() {
        assert!(Instant::now() < deadline, "it did not begin");
        std::thread::yield_now();
    }
    assert!(scene.at("looks/one/tree/compose.yml").exists());
    let group = format!("-{}", child.id());
    assert!(Command::new("kill").args(["-s", "TERM", "--", &group]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    scene.nothing_is_left();
}

#[test]
fn what_compose_says_with_values_filled_in_is_not_repeated() {
    let scene = Scene::new();
    let commit = scene.commit();
    for (said, shown) in [
        ("Invalid hostPort: hunter2", None),
        (
            "error while interpolating services.a.image: required variable APP is missing a value: hunter2",
            Some("required variable APP is missing a value\n"),
        ),
    ] {
        let output = scene.command("-", &commit).env("FAIL", said).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(15), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
        assert!(shown.is_none_or(|shown| told.contains(shown)), "{told}");
    }
    scene.nothing_is_left();
}
