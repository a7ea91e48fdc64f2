//! Pushes as a whole: several refs at once, quarantine, and what passes without a look.

use std::time::{Duration, Instant};

use crate::forge::{Forge, LAYOUTS, Layout};

#[test]
fn objects_are_judged_in_quarantine_and_a_refused_push_leaves_none() {
    let mut forge = Forge::usual();
    forge.release("1.3.0");
    let object = forge.git(&["rev-parse", "v1.3.0"]);
    forge.push(&["main", "v1.3.0"]).refused(&["TW-T012"]);
    let kept = forge.command(&forge.bare(), &["cat-file", "-e", &object]).output().unwrap();
    assert!(!kept.status.success(), "the object of a refused tag was kept");
    assert_eq!(
        forge.run(&forge.bare(), &["for-each-ref", "--format=%(refname)"]),
        "refs/heads/main\nrefs/tags/v1.0.0"
    );
}

#[test]
fn several_tags_are_judged_together_whatever_their_order() {
    for order in
        [["v1.0.1", "v1.0.2", "v1.1.0"], ["v1.1.0", "v1.0.2", "v1.0.1"], ["v1.0.2", "v1.1.0", "v1.0.1"]]
    {
        let mut forge = Forge::usual();
        for version in ["1.0.1", "1.0.2", "1.1.0"] {
            forge.release(version);
        }
        // The client sorts what it pushes; the hand-made one does not.
        let specs: Vec<String> = order.iter().map(|name| format!("refs/tags/{name}")).collect();
        forge.send(&["refs/heads/main", &specs[0], &specs[1], &specs[2]]).accepted();
        forge.commit("fix: next");
    }
}

#[test]
fn a_rollback_and_the_release_that_it_takes_back_may_come_together() {
    let mut forge = Forge::usual();
    forge.release("1.1.0");
    forge.git(&["tag", "v1.1.0-rollback", "v1.0.0^{}"]);
    forge.push(&["main", "v1.1.0", "v1.1.0-rollback"]).accepted().says("v1.1.0, v1.1.0-rollback accepted.");
}

#[test]
fn all_refusals_are_listed_and_the_fine_refs_are_named() {
    let mut forge = Forge::usual();
    forge.release("1.0.1");
    forge.tag("v1.7.0");
    forge.git(&["tag", "v1.x"]);
    forge.git(&["tag", "nightly"]);
    let pushed = forge.push(&["main", "v1.0.1", "v1.7.0", "v1.x", "nightly", ":refs/tags/v1.0.0"]);
    assert!(!pushed.passed);
    let mut ids = pushed.ids();
    ids.sort_unstable();
    assert_eq!(ids, ["TW-T010", "TW-T012", "TW-T031"], "{}", pushed.said);
    pushed.says("refs/heads/main, refs/tags/nightly, refs/tags/v1.0.1");
}

#[test]
fn an_atomic_push_and_a_plain_one_are_judged_alike() {
    let mut forge = Forge::usual();
    forge.release("1.0.1");
    forge.push(&["--atomic", "main", "v1.0.1"]).accepted();
}

#[test]
fn branches_pass_without_a_configuration_and_tags_do_not() {
    for layout in LAYOUTS {
        let mut forge = Forge::at_1_0_0(layout);
        std::fs::remove_file(forge.config()).unwrap();
        forge.commit("feat: more");
        forge.push(&["main", "main:feature/x"]).accepted().keeps_silent_about("tagwarden");
        forge.push(&[":feature/x"]).accepted();
        forge.release("1.0.1");
        forge.push(&["main", "v1.0.1"]).refused(&["TW-H001"]).says("tagwarden config check");
        std::fs::write(forge.config(), "[server]\nlanguage = \"de\"\n").unwrap();
        forge.push(&["v1.0.1"]).refused(&["TW-H001"]);
    }
}

#[test]
fn wikis_and_repositories_that_nobody_guards_are_skipped() {
    let mut forge = Forge::usual();
    forge.tag("v7");
    forge.server("GITEA_REPO_IS_WIKI=true");
    forge.push(&["v7"]).accepted();
    forge.tag("v8");
    forge.server("GITEA_REPO_IS_WIKI=false").server("GITEA_REPO_NAME=other");
    forge.push(&["v8"]).accepted();
    forge.tag("v9");
    // Forgejo does not tell large letters from small ones.
    forge.server("GITEA_REPO_NAME=Bridge").server("GITEA_REPO_USER_NAME=School");
    forge.push(&["v9"]).refused(&["TW-T005"]);
}

#[test]
fn a_push_with_hundreds_of_tags_is_judged_as_a_whole() {
    let mut forge = Forge::usual();
    forge.set("changelog = \"\"");
    let mut specs = vec!["main".to_owned()];
    for patch in 1..=300 {
        forge.git(&["tag", "-a", &format!("v1.0.{patch}"), "-m", "many"]);
        specs.push(format!("v1.0.{patch}"));
    }
    let specs: Vec<&str> = specs.iter().map(String::as_str).collect();
    let began = Instant::now();
    forge.push(&specs).accepted();
    assert!(began.elapsed() < Duration::from_secs(20));
    forge.tag("v1.0.302");
    forge.push(&["v1.0.302"]).refused(&["TW-T012"]);
}

#[test]
fn refs_of_other_kinds_pass() {
    let forge = Forge::at_1_0_0(Layout::Central);
    forge.push(&["main:refs/pull/1/head", "main:refs/for/main/topic", "main:refs/notes/x"]).accepted();
    let head = forge.git(&["rev-parse", "HEAD"]);
    let replaced = format!("main:refs/replace/{head}");
    forge.push(&[&replaced]).refused(&["TW-T033"]);
}
