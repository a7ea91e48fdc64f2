//! Repositories that libgit2 cannot open, objects borrowed from others, and replacement refs: the same rules.

use crate::forge::{Forge, LAYOUTS, Layout};

#[test]
fn a_sha_256_repository_is_judged_by_the_same_rules() {
    let mut forge = Forge::with_init(Layout::PerRepository, &["--object-format=sha256"]);
    forge.install();
    forge.clone_with_a_commit();
    forge.prepare("1.0.0");
    forge.tag("v1.0.0");
    assert_eq!(forge.git(&["rev-parse", "v1.0.0"]).len(), 64);
    forge.push(&["main", "v1.0.0"]).accepted();
    forge.release("1.0.1");
    forge.push(&["v1.0.1"]).refused(&["TW-T023"]);
    forge.push(&["main", "v1.0.1"]).accepted();
    forge.release("1.3.0");
    forge.push(&["main", "v1.3.0"]).refused(&["TW-T012"]);
    forge.git(&["tag", "v1.1.0"]);
    forge.push(&["main", "v1.1.0"]).refused(&["TW-T020", "TW-T041"]);
    forge.push(&[":refs/tags/v1.0.0"]).refused(&["TW-T031"]);
    forge.git(&["tag", "-f", "-a", "v1.0.0", "-m", "moved"]);
    forge.push(&["main", "+refs/tags/v1.0.0"]).refused(&["TW-T030"]);
    forge.git(&["tag", "v1.0.1-rollback", &format!("{}^{{}}", forge.at_forge("refs/tags/v1.0.0").unwrap())]);
    forge.push(&["v1.0.1-rollback"]).accepted();
    forge.git(&["switch", "-q", "-c", "hotfix/x", "v1.0.1"]);
    forge.git(&["tag", "-d", "v1.3.0"]);
    forge.release("1.0.2");
    forge.push(&["hotfix/x", "v1.0.2"]).accepted();
    let pushed = forge.push(&["refs/tags/v1.1.0", "hotfix/x"]);
    assert!(!pushed.passed);
    forge.click(&["tag", "v1.0.3", "hotfix/x"]).says("TW-T020");
}

#[test]
fn a_format_that_nobody_here_can_read_is_refused_by_its_name_and_branches_pass() {
    let mut forge = Forge::usual();
    forge.release("1.0.1");
    let config = forge.bare().join("config");
    let text = std::fs::read_to_string(&config).unwrap();
    // What git itself writes there from version 2.45 on.
    let reftable = format!("{}\n[extensions]\n\trefstorage = reftable\n", text.replace("= 0", "= 1"));
    std::fs::write(&config, reftable).unwrap();
    let lines = format!("{} {} refs/tags/v1.0.1\n", forge.zero(), forge.git(&["rev-parse", "v1.0.1"]));
    let run = |lines: &str| {
        use std::io::Write;
        let mut hook = std::process::Command::new(env!("CARGO_BIN_EXE_tagwarden-hook"));
        hook.current_dir(forge.bare())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("GIT_DIR", ".");
        hook.env("TAGWARDEN_CONFIG", forge.config())
            .env("GITEA_REPO_NAME", "bridge")
            .env("GITEA_REPO_USER_NAME", "school");
        let mut running =
            hook.stdin(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        running.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let output = running.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, said) = run(&lines);
    assert_eq!(status, Some(3), "{said}");
    assert!(said.contains("TW-G002") && said.contains("reftable"), "{said}");
    assert_eq!(run(&lines.replace("refs/tags/v1.0.1", "refs/heads/x")).0, Some(0));
}

#[test]
fn replacement_refs_change_nothing() {
    let mut forge = Forge::usual();
    forge.git(&["switch", "-q", "-c", "feature/x"]);
    forge.release("1.0.1");
    forge.push(&["feature/x"]).accepted();
    let tip = forge.git(&["rev-parse", "HEAD"]);
    let main = forge.at_forge("refs/heads/main").unwrap();
    // Put there behind the hook's back: main's commit is replaced by one that has the feature among its parents.
    let graft = forge
        .run(&forge.bare(), &["commit-tree", "-p", &main, "-p", &tip, "-m", "x", &format!("{tip}^{{tree}}")]);
    forge.run(&forge.bare(), &["update-ref", &format!("refs/replace/{main}"), &graft]);
    forge.push(&["v1.0.1"]).refused(&["TW-T023"]);
}

#[test]
fn a_fork_that_borrows_its_objects_is_judged() {
    for layout in LAYOUTS {
        let mut forge = Forge::at_1_0_0(layout);
        forge.release("1.0.1");
        forge.push(&["main", "v1.0.1"]).accepted();
        // As the forge makes a fork: all objects lie in another repository.
        let pool = forge.folder().join("repos/school/pool.git");
        std::fs::rename(forge.bare().join("objects"), &pool).unwrap();
        let objects = forge.bare().join("objects");
        for folder in ["info", "pack"] {
            std::fs::create_dir_all(objects.join(folder)).unwrap();
        }
        std::fs::write(objects.join("info/alternates"), format!("{}\n", pool.display())).unwrap();
        forge.release("1.0.2");
        forge.push(&["v1.0.2"]).refused(&["TW-T023"]);
        forge.push(&["main", "v1.0.2"]).accepted();
        forge.release("1.7.0");
        forge.push(&["main", "v1.7.0"]).refused(&["TW-T012"]);
    }
}
