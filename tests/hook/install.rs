//! `tagwarden hook install` and `hook check`, with the real folders of both layouts.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use crate::forge::{Forge, LAYOUTS, Layout, script};

fn tagwarden(forge: &Forge, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tagwarden"));
    command
        .args(words)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", forge.folder());
    command.output().unwrap()
}

fn place(forge: &Forge, layout: Layout) -> Vec<String> {
    match layout {
        Layout::PerRepository => vec![forge.bare().display().to_string()],
        Layout::Central => vec!["--all".to_owned(), forge.home().display().to_string()],
    }
}

fn hook(forge: &Forge, layout: Layout, verb: &str) -> Output {
    let place = place(forge, layout);
    let mut words = vec!["hook", verb];
    words.extend(place.iter().map(String::as_str));
    tagwarden(forge, &words)
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn install_puts_an_executable_behind_the_forges_own_check_and_leaves_that_alone() {
    for layout in LAYOUTS {
        let forge = Forge::unguarded(layout);
        let folder = forge.hooks().join("pre-receive.d");
        let before = std::fs::read(folder.join("gitea")).unwrap();
        let installed = hook(&forge, layout, "install");
        assert!(installed.status.success(), "{}", text(&installed));
        let mode = std::fs::metadata(folder.join("zz-tagwarden")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755, "{layout:?}");
        assert_eq!(std::fs::read(folder.join("gitea")).unwrap(), before);
        // A second time changes nothing, and nothing half-written is left beside it.
        assert!(hook(&forge, layout, "install").status.success());
        let names: Vec<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }
}

#[test]
fn install_mends_a_lost_execute_bit_and_an_edited_script() {
    for layout in LAYOUTS {
        let forge = Forge::unguarded(layout);
        forge.install();
        let path = forge.hooks().join("pre-receive.d/zz-tagwarden");
        std::fs::write(&path, "#!/bin/sh\nexit 0\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let checked = hook(&forge, layout, "check");
        assert_eq!(checked.status.code(), Some(1));
        assert!(
            text(&checked).contains("TW-H012") && text(&checked).contains("not executable"),
            "{}",
            text(&checked)
        );
        forge.install();
        let checked = hook(&forge, layout, "check");
        assert!(checked.status.success(), "{}", text(&checked));
    }
}

#[test]
fn check_proves_by_a_push_that_the_hook_guards() {
    for layout in LAYOUTS {
        let forge = Forge::unguarded(layout);
        let checked = hook(&forge, layout, "check");
        assert_eq!(checked.status.code(), Some(1), "{}", text(&checked));
        assert!(text(&checked).contains("tagwarden hook install"), "{}", text(&checked));
        forge.install();
        let checked = hook(&forge, layout, "check");
        assert!(checked.status.success(), "{}", text(&checked));
        assert!(text(&checked).contains("a bad tag was refused and a branch passed"), "{}", text(&checked));
        let path = forge.hooks().join("pre-receive.d/zz-tagwarden");
        for (body, why) in [
            ("#!/bin/sh\nexit 0\n", "it lets a bad tag pass"),
            ("#!/bin/sh\nexit 1\n", "it refuses a branch"),
        ] {
            script(&path, body);
            let checked = hook(&forge, layout, "check");
            assert_eq!(checked.status.code(), Some(1));
            assert!(text(&checked).contains(why), "{}", text(&checked));
        }
    }
}

#[test]
fn check_leaves_nothing_in_the_temporary_folder() {
    let forge = Forge::empty(Layout::PerRepository);
    let temporary = forge.folder().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tagwarden"));
    command.args(["hook", "check", forge.bare().to_str().unwrap()]).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap()).env("TMPDIR", &temporary);
    assert!(command.output().unwrap().status.success());
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
}

#[test]
fn install_says_what_is_no_place_for_a_hook() {
    let forge = Forge::unguarded(Layout::PerRepository);
    for words in [
        &["hook", "install", "/nonexistent"][..],
        &["hook", "install", forge.home().to_str().unwrap()],
        &["hook", "install", "--all", forge.bare().to_str().unwrap()],
    ] {
        let output = tagwarden(&forge, words);
        assert_eq!(output.status.code(), Some(4), "{}", text(&output));
        assert!(text(&output).contains("TW-H010"), "{}", text(&output));
    }
}
