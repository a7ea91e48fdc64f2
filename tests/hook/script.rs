//! The few lines of sh around the hook: when the program is missing or broken, branches pass and tags do not.

use std::os::unix::fs::PermissionsExt;

use crate::forge::{Forge, LAYOUTS, script};

/// Points the forge at a program that is not the hook, and pushes a branch and a tag.
fn with_program(prepare: impl Fn(&std::path::Path)) {
    for layout in LAYOUTS {
        let mut forge = Forge::at_1_0_0(layout);
        let program = forge.folder().join("broken-hook");
        prepare(&program);
        name_program(&forge, &program);
        forge.commit("feat: more");
        forge.push(&["main"]).accepted();
        forge.release("1.0.1");
        let pushed = forge.push(&["main", "v1.0.1"]);
        pushed.refused(&["TW-H006"]).says("/usr/bin/tagwarden-hook");
        assert_eq!(forge.at_forge("refs/tags/v1.0.1"), None);
    }
}

/// Writes another program into the installed script.
fn name_program(forge: &Forge, program: &std::path::Path) {
    let path = forge.hooks().join("pre-receive.d/zz-tagwarden");
    let text = std::fs::read_to_string(&path).unwrap();
    let named = text.replace(env!("CARGO_BIN_EXE_tagwarden-hook"), program.to_str().unwrap());
    assert_ne!(named, text);
    script(&path, &named);
}

#[test]
fn a_missing_program_refuses_tags_and_lets_branches_pass() {
    with_program(|_| {});
}

#[test]
fn a_program_without_the_execute_bit_counts_as_missing() {
    with_program(|path| {
        std::fs::copy(env!("CARGO_BIN_EXE_tagwarden-hook"), path).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    });
}

#[test]
fn an_empty_program_does_not_let_tags_pass() {
    with_program(|path| script(path, ""));
}

#[test]
fn a_program_that_was_cut_off_in_the_middle_does_not_let_tags_pass() {
    with_program(|path| {
        let whole = std::fs::read(env!("CARGO_BIN_EXE_tagwarden-hook")).unwrap();
        std::fs::write(path, &whole[..4096]).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    });
}

#[test]
fn a_program_for_another_machine_does_not_let_tags_pass() {
    with_program(|path| {
        let mut whole = std::fs::read(env!("CARGO_BIN_EXE_tagwarden-hook")).unwrap();
        // The machine's number in the header of the file.
        whole[18] = 0xf3;
        whole[19] = 0;
        std::fs::write(path, &whole).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    });
}

#[test]
fn a_program_whose_loader_is_missing_does_not_let_tags_pass() {
    with_program(|path| script(path, "#!/nonexistent/loader\n"));
}

#[test]
fn a_program_that_dies_refuses_everything_it_was_asked_about_with_a_clear_text() {
    let mut forge = Forge::usual();
    let program = forge.folder().join("dying-hook");
    script(&program, "#!/bin/sh\ncat >/dev/null\nkill -SEGV $$\n");
    name_program(&forge, &program);
    forge.release("1.0.1");
    forge.push(&["main", "v1.0.1"]).refused(&["TW-H006"]);
}
