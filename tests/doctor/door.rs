//! What is found about the hooks, in the real folders of both layouts.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::patient::{Patient, of};

/// What the hooks of this place look like to the doctor.
fn hooks(patient: &Patient, folders: &[&Path]) -> Vec<String> {
    let mut words = vec!["--skip", "forge", "--skip", "host"];
    for folder in folders {
        words.extend(["--hooks", folder.to_str().unwrap()]);
    }
    of(&patient.asked(&words).1, "hook")
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn up_to_v15_every_repository_must_have_both_hooks_of_this_version() {
    let patient = Patient::lie_down().await;
    let bare = patient.0.ground.bare();
    let root = bare.parent().unwrap().parent().unwrap();
    // The door of the small forge is a script of its own.
    assert_eq!(hooks(&patient, &[&bare]), ["warning TW-Q064", "error TW-Q062"]);
    patient.0.run(&["hook", "install", bare.to_str().unwrap()]).good();
    assert_eq!(hooks(&patient, &[&bare]), ["ok doctor-hook"]);
    assert_eq!(hooks(&patient, &[root]), ["ok doctor-hook"]);
    let (push, click) =
        (bare.join("hooks/pre-receive.d/zz-tagwarden"), bare.join("hooks/reference-transaction"));
    mode(&push, 0o644);
    assert_eq!(hooks(&patient, &[&bare]), ["error TW-Q063"]);
    mode(&push, 0o755);
    fs::remove_file(&click).unwrap();
    assert_eq!(hooks(&patient, &[&bare]), ["error TW-Q062"]);
    patient.0.run(&["hook", "install", bare.to_str().unwrap()]).good();
    let script = fs::read_to_string(&push).unwrap();
    fs::write(&push, script.replace("exit 3", "exit 0")).unwrap();
    assert_eq!(hooks(&patient, &[&bare]), ["warning TW-Q064"]);
    // The right script, but the program behind it lets everything pass.
    let program = patient.file("tagwarden-hook");
    fs::write(&program, "#!/bin/sh\necho tagwarden-hook 0.0.9\nexit 0\n").unwrap();
    mode(&program, 0o755);
    let line = script.lines().find(|line| line.starts_with("installed=")).unwrap();
    let with = |program: &Path| script.replace(line, &format!("installed='{}'", program.display()));
    fs::write(&push, with(&program)).unwrap();
    assert_eq!(hooks(&patient, &[&bare]), ["error TW-H012", "warning TW-Q091"]);
    fs::remove_file(&program).unwrap();
    if !["/usr/bin/tagwarden-hook", "/usr/local/bin/tagwarden-hook"]
        .iter()
        .any(|path| Path::new(path).exists())
    {
        assert_eq!(hooks(&patient, &[&bare]), ["error TW-H012", "error TW-Q090"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn from_v16_on_the_central_folder_counts_and_a_second_hook_is_one_too_many() {
    let patient = Patient::lie_down().await;
    let bare = patient.0.ground.bare();
    let root = bare.parent().unwrap().parent().unwrap();
    let home = patient.file("home");
    fs::create_dir_all(home.join("hooks/pre-receive.d")).unwrap();
    fs::write(home.join(".gitconfig"), "").unwrap();
    fs::remove_file(bare.join("hooks/pre-receive.d/zz-tagwarden")).unwrap();
    assert_eq!(hooks(&patient, &[&home]), ["error TW-Q062", "error TW-Q062"]);
    patient.0.run(&["hook", "install", "--all", home.to_str().unwrap()]).good();
    assert_eq!(hooks(&patient, &[&home]), ["ok doctor-hook"]);
    assert_eq!(hooks(&patient, &[&home, root]), ["ok doctor-hook"]);
    patient.0.run(&["hook", "install", bare.to_str().unwrap()]).good();
    assert_eq!(hooks(&patient, &[&home, root]), ["ok doctor-hook", "warning TW-Q065"]);
    // Without the central one: the repository of a v16 has no wrapper of the forge's own.
    fs::remove_file(bare.join("hooks/pre-receive")).unwrap();
    fs::remove_file(bare.join("hooks/reference-transaction")).unwrap();
    assert_eq!(hooks(&patient, &[root]), ["warning TW-Q066"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_folder_that_is_none_is_an_error_and_a_repository_elsewhere_is_not_known() {
    let patient = Patient::lie_down().await;
    assert_eq!(hooks(&patient, &[Path::new("/nonexistent")]), ["error TW-Q061"]);
    let other = patient.file("others/school/other.git");
    fs::create_dir_all(other.join("objects")).unwrap();
    fs::write(other.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    assert_eq!(hooks(&patient, &[&patient.file("others")]), ["unknown TW-Q068"]);
}
