//! Every rule of the door, broken by a real push and kept by another.

use crate::forge::{Forge, LAYOUTS};

#[test]
fn the_first_release_and_its_successors_pass_in_both_layouts() {
    for layout in LAYOUTS {
        let mut forge = Forge::at_1_0_0(layout);
        for version in ["1.0.1", "1.1.0", "2.0.0"] {
            forge.release(version);
            let tag = format!("v{version}");
            forge.push(&["main", &tag]).accepted().says(&format!("{tag} accepted."));
            assert!(forge.at_forge(&format!("refs/tags/{tag}")).is_some(), "{layout:?}");
        }
    }
}

#[test]
fn a_refused_tag_is_not_there_afterwards_in_both_layouts() {
    for layout in LAYOUTS {
        let mut forge = Forge::at_1_0_0(layout);
        forge.release("1.3.0");
        forge.push(&["main", "v1.3.0"]).refused(&["TW-T012"]).says("allowed next: v1.0.1, v1.1.0, v2.0.0");
        assert_eq!(forge.at_forge("refs/tags/v1.3.0"), None, "{layout:?}");
        assert_ne!(
            forge.at_forge("refs/heads/main").unwrap(),
            forge.git(&["rev-parse", "HEAD"]),
            "{layout:?}"
        );
    }
}

#[test]
fn names_that_are_meant_as_versions_are_strict() {
    let mut forge = Forge::usual();
    forge.prepare("1.0.1");
    let main = "main";
    for (name, id) in [
        ("1.0.1", "TW-T003"),
        ("V1.0.1", "TW-T004"),
        ("v1.0", "TW-T005"),
        ("v1.0.1.0", "TW-T005"),
        ("v1.00.1", "TW-T006"),
        ("v1.0.99999999999999999999", "TW-T008"),
        ("v1.0.1-rollback.2", "TW-T009"),
        ("v1.0.1-Rollback", "TW-T009"),
        ("v1.x", "TW-T010"),
        ("v1.0.1-01", "TW-T010"),
        ("v1.0.1/x", "TW-T010"),
        ("v1.0.1+build.5", "TW-T011"),
        ("v１.0.1", "TW-T001"),
    ] {
        forge.tag(name);
        let spec = format!("refs/tags/{name}");
        forge.push(&[main, &spec]).refused(&[id]);
        forge.git(&["tag", "-d", name]);
    }
    let long = format!("v1.0.1-{}", "a".repeat(130));
    forge.tag(&long);
    forge.push(&[main, &long]).refused(&["TW-T002"]);
}

#[test]
fn other_tags_are_none_of_our_business() {
    let forge = Forge::usual();
    forge.git(&["tag", "nightly"]);
    forge.push(&["nightly"]).accepted().keeps_silent_about("tagwarden");
    forge.git(&["tag", "-f", "nightly", "HEAD~1"]);
    forge.push(&["-f", "nightly"]).accepted();
    forge.push(&[":refs/tags/nightly"]).accepted();
}

#[test]
fn a_release_is_annotated_and_says_its_own_name() {
    let mut forge = Forge::usual();
    forge.prepare("1.0.1");
    forge.git(&["tag", "v1.0.1"]);
    forge.push(&["main", "v1.0.1"]).refused(&["TW-T020"]).says("git tag -d v1.0.1 && git tag -a v1.0.1");
    forge.git(&["tag", "-d", "v1.0.1"]);
    // An older tag object replayed under a new name.
    let old = forge.git(&["rev-parse", "v1.0.0"]);
    forge.git(&["update-ref", "refs/tags/v1.0.1", &old]);
    forge.push(&["main", "v1.0.1"]).says("TW-T021").says("inside it is named v1.0.0");
}

#[test]
fn a_release_points_straight_at_a_commit() {
    let mut forge = Forge::usual();
    forge.prepare("1.0.1");
    forge.tag("inner");
    for target in ["inner", "HEAD^{tree}", "HEAD:CHANGELOG.md"] {
        forge.git(&["tag", "-f", "-a", "v1.0.1", target, "-m", "Release v1.0.1"]);
        forge.push(&["main", "v1.0.1"]).refused(&["TW-T022"]);
    }
    for target in ["HEAD^{tree}", "HEAD:CHANGELOG.md"] {
        forge.git(&["tag", "-f", "v1.0.1", target]);
        forge.push(&["main", "v1.0.1"]).refused(&["TW-T022"]);
    }
    forge.git(&["tag", "v1.0.0-rollback", "HEAD^{tree}"]);
    forge.push(&["v1.0.0-rollback"]).says("TW-T022");
}

#[test]
fn a_release_lies_on_main_as_it_will_be() {
    let mut forge = Forge::usual();
    forge.release("1.0.1");
    forge.push(&["v1.0.1"]).refused(&["TW-T023"]).says("git push --atomic origin main v1.0.1");
    forge.push(&["main", "v1.0.1"]).accepted();
    forge.git(&["switch", "-q", "-c", "feature/login"]);
    forge.release("1.1.0");
    forge.push(&["feature/login", "v1.1.0"]).refused(&["TW-T023"]);
}

#[test]
fn a_main_that_is_not_moved_forward_by_the_push_does_not_count() {
    let mut forge = Forge::usual();
    forge.git(&["switch", "-q", "--orphan", "other"]);
    forge.commit("feat: another history");
    forge.prepare("1.0.1");
    forge.tag("v1.0.1");
    forge.push(&["+other:main", "v1.0.1"]).refused(&["TW-T023"]);
}

#[test]
fn a_hotfix_line_continues_its_own_numbers() {
    let mut forge = Forge::usual();
    forge.release("2.0.0");
    forge.push(&["main", "v2.0.0"]).accepted();
    forge.git(&["switch", "-q", "-c", "hotfix/login", "v1.0.0"]);
    forge.release("1.0.1");
    forge.push(&["v1.0.1"]).refused(&["TW-T023"]);
    forge.push(&["hotfix/login", "v1.0.1"]).accepted();
    forge.release("1.0.2");
    forge.push(&["hotfix/login", "v1.0.2"]).accepted();
    forge.release("1.1.0");
    forge.push(&["hotfix/login", "v1.1.0"]).refused(&["TW-T019"]).says("only v1.0.3 may follow v1.0.2");
}

#[test]
fn a_hotfix_branch_starts_at_a_release() {
    let mut forge = Forge::usual();
    forge.commit("feat: half of something");
    forge.push(&["main"]).accepted();
    forge.git(&["switch", "-q", "-c", "hotfix/late"]);
    forge.release("1.0.1");
    forge.push(&["hotfix/late", "v1.0.1"]).refused(&["TW-T024"]);
}

#[test]
fn a_release_does_not_slip_in_below_a_later_one() {
    let mut forge = Forge::usual();
    let early = forge.prepare("1.0.1");
    forge.release("1.1.0");
    forge.push(&["main", "v1.1.0"]).accepted();
    forge.git(&["tag", "-a", "v1.0.1", &early, "-m", "Release v1.0.1"]);
    forge.push(&["v1.0.1"]).refused(&["TW-T018"]).says("v1.1.0 sits later on main");
}

#[test]
fn pre_releases_rise_within_their_series() {
    let mut forge = Forge::usual();
    for name in ["v1.1.0-rc.2", "v2.0.0-alpha", "v1.1.0-rc.10"] {
        forge.commit("feat: more");
        forge.tag(name);
        forge.push(&["main", name]).accepted();
    }
    forge.tag("v1.1.0-rc.9");
    forge.push(&["v1.1.0-rc.9"]).refused(&["TW-T015"]).says("does not rank above v1.1.0-rc.10");
    forge.tag("v1.2.0-rc.1");
    forge.push(&["v1.2.0-rc.1"]).refused(&["TW-T012"]);
    forge.release("1.1.0");
    forge.push(&["main", "v1.1.0"]).accepted();
    forge.commit("fix: late");
    forge.tag("v1.1.0-rc.11");
    forge.push(&["main", "v1.1.0-rc.11"]).refused(&["TW-T012"]);
}

#[test]
fn a_first_release_follows_an_imaginary_zero() {
    let mut forge = Forge::empty(LAYOUTS[0]);
    forge.release("3.1.0");
    forge.push(&["main", "v3.1.0"]).refused(&["TW-T017"]).says("v0.0.1, v0.1.0, v1.0.0");
    forge.release("0.1.0");
    forge.push(&["main", "v0.1.0"]).accepted();
}

#[test]
fn numbers_reach_as_far_as_they_can_be_counted() {
    let mut forge = Forge::usual();
    let most = u64::MAX;
    // An old tag from before the hook, put there by hand.
    forge.prepare("1.0.1");
    forge.tag(&format!("v{most}.0.{most}"));
    let work = forge.work();
    let from = work.to_str().unwrap();
    let quietly =
        ["-c", "core.hooksPath=/dev/null", "fetch", "-q", from, "main:main", "refs/tags/*:refs/tags/*"];
    forge.run(&forge.bare(), &quietly);
    let beyond = format!("v{most}.1.0");
    forge.prepare(&format!("{most}.1.0"));
    forge.tag("v1.0.1");
    forge.push(&["main", "v1.0.1"]).refused(&["TW-T012"]).says(&format!("allowed next: {beyond};"));
    forge.tag(&beyond);
    forge.push(&["main", &beyond]).accepted();
}

#[test]
fn a_release_tag_never_moves_and_is_never_deleted() {
    let mut forge = Forge::usual();
    let old = forge.git(&["rev-parse", "v1.0.0"]);
    forge.commit("fix: one more thing");
    forge.git(&["tag", "-f", "-a", "v1.0.0", "-m", "Release v1.0.0"]);
    forge.push(&["main", "+refs/tags/v1.0.0"]).refused(&["TW-T030"]);
    forge.git(&["update-ref", "refs/tags/v1.0.0", &old]);
    forge.push(&[":refs/tags/v1.0.0"]).refused(&["TW-T031"]).says("tagwarden tag --rollback v1.0.0");
    forge.tag("v1.0.1-rc.1");
    forge.push(&["main", "v1.0.1-rc.1"]).accepted();
    forge.push(&[":refs/tags/v1.0.1-rc.1"]).refused(&["TW-T046"]);
    forge.release("1.0.1");
    forge.push(&["main", "v1.0.1"]).accepted();
    forge.git(&["tag", "v1.0.1-rollback", "v1.0.0^{}"]);
    forge.push(&["v1.0.1-rollback"]).accepted();
    forge.push(&[":refs/tags/v1.0.1-rollback"]).refused(&["TW-T046"]);
}

#[test]
fn a_tag_that_came_past_the_rules_leads_nobody_and_may_be_taken_away() {
    let mut forge = Forge::usual();
    forge.commit("feat: half done");
    let from = forge.work();
    forge.git(&["tag", "v9.0.0"]);
    forge.git(&["tag", "v9.1.0-rc.1"]);
    forge.git(&["tag", "-a", "v9.2.0", "-m", "Release v9.2.0"]);
    let inside = forge.git(&["rev-parse", "v9.2.0"]);
    forge.git(&["update-ref", "refs/tags/v9.3.0", &inside]);
    forge.git(&["tag", "-d", "v9.2.0"]);
    let past = ["-c", "core.hooksPath=/dev/null", "fetch", "-q", "--no-tags", from.to_str().unwrap()];
    forge.run(&forge.bare(), &[&past[..], &["main:main", "refs/tags/v9.*:refs/tags/v9.*"]].concat());
    forge.release("1.0.1");
    forge.push(&["main", "v1.0.1"]).accepted();
    for stray in ["v9.0.0", "v9.1.0-rc.1", "v9.3.0"] {
        forge.push(&[&format!("+v1.0.1^{{}}:refs/tags/{stray}")]).refused(&["TW-T030"]);
        forge.push(&[&format!(":refs/tags/{stray}")]).accepted();
    }
    forge.push(&[":refs/tags/v1.0.1"]).refused(&["TW-T031"]);
}

#[test]
fn lightweight_tags_from_before_the_rules_are_still_followed_and_stay() {
    let mut forge = Forge::empty(LAYOUTS[0]);
    forge.commit("feat: before the rules");
    let from = forge.work();
    forge.git(&["tag", "v1.4.7"]);
    let past = ["-c", "core.hooksPath=/dev/null", "fetch", "-q", "--no-tags", from.to_str().unwrap()];
    forge.run(&forge.bare(), &[&past[..], &["main:main", "refs/tags/v1.4.7:refs/tags/v1.4.7"]].concat());
    forge.tag("v1.0.0");
    forge.push(&["v1.0.0"]).refused(&["TW-T012"]);
    forge.release("1.4.8");
    forge.push(&["main", "v1.4.8"]).accepted();
    forge.push(&[":refs/tags/v1.4.7"]).refused(&["TW-T031"]);
}

#[test]
fn a_rollback_takes_back_a_release_to_an_earlier_one() {
    let mut forge = Forge::usual();
    forge.release("1.1.0");
    forge.push(&["main", "v1.1.0"]).accepted();
    let to = |name: &str, commit: &str| {
        forge.git(&["tag", "-f", name, commit]);
        forge.push(&[name])
    };
    to("v1.2.0-rollback", "v1.0.0^{}").refused(&["TW-T050"]);
    to("v1.1.0-rollback", "v1.1.0^{}").refused(&["TW-T051"]);
    to("v1.1.0-rollback", "v1.0.0~1").refused(&["TW-T051"]);
    to("v1.1.0-rollback", "v1.0.0^{}").accepted();
    // Annotated is as good; the number taken back stays used, and numbering goes on as if nothing had been.
    forge.release("1.1.1");
    forge.push(&["main", "v1.1.1"]).accepted();
    forge.git(&["tag", "-a", "v1.1.1-rollback", "-m", "back", "v1.0.0^{}"]);
    forge.push(&["v1.1.1-rollback"]).accepted();
    forge.release("1.1.2");
    forge.push(&["main", "v1.1.2"]).accepted();
}

#[test]
fn the_changelog_at_the_tagged_commit_has_a_dated_section() {
    let mut forge = Forge::usual();
    for (text, id) in [
        ("# Changelog\n\n## [Unreleased]\n\n- x\n", "TW-T041"),
        ("# Changelog\n\n## [1.0.1]\n\n- x\n", "TW-T042"),
        ("# Changelog\n\n## [1.0.1] - 2026-11-24\n\n- x\n\n## [1.0.1] - 2026-11-24\n\n- y\n", "TW-T043"),
    ] {
        forge.write_changelog(text);
        forge.git(&["tag", "-f", "-a", "v1.0.1", "-m", "Release v1.0.1"]);
        forge.push(&["main", "v1.0.1"]).refused(&[id]);
    }
    forge.git(&["rm", "-q", "CHANGELOG.md"]);
    forge.commit("docs: no changelog");
    forge.git(&["tag", "-f", "-a", "v1.0.1", "-m", "Release v1.0.1"]);
    forge.push(&["main", "v1.0.1"]).refused(&["TW-T040"]);
    // A later commit does not help the tagged one, and a link is not the file.
    std::os::unix::fs::symlink("README", forge.work().join("CHANGELOG.md")).unwrap();
    forge.git(&["add", "CHANGELOG.md"]);
    forge.commit("docs: a link");
    forge.prepare("1.0.1");
    forge.git(&["tag", "-f", "-a", "v1.0.1", "HEAD~1", "-m", "Release v1.0.1"]);
    forge.push(&["main", "v1.0.1"]).refused(&["TW-T040"]);
    forge.set("changelog = \"\"");
    forge.push(&["main", "v1.0.1"]).accepted();
}

#[test]
fn refusals_are_in_the_language_of_the_configuration() {
    let mut forge = Forge::usual();
    forge.speak("fr");
    forge.release("1.3.0");
    forge.push(&["main", "v1.3.0"]).refused(&["TW-T012"]).says(
        "error: v1.3.0 est refusé : il ne suit pas v1.0.0 (règle version-successor, TW-T012).\n\
         hint: suivants possibles : v1.0.1, v1.1.0, v2.0.0 ; recréez le tag avec : git tag -a v1.0.1\n",
    );
}
