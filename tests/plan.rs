//! The plan as the person who releases meets it: real histories, every trap, and nothing that is asked is made.

#![expect(clippy::unwrap_used, reason = "what a test cannot prepare fails it, as it should")]

#[path = "world/clone.rs"]
mod clone;
#[path = "world/socket.rs"]
mod socket;

use clone::{Ground, changelog, warned};
use serde_json::{Value, json};

/// Returns what comes next and why, in one line.
fn verdict(plan: &Value) -> String {
    let because: Vec<&str> =
        plan["because"].as_array().unwrap().iter().map(|one| one["subject"].as_str().unwrap()).collect();
    let word = |key: &str| plan[key].as_str().unwrap_or("-").to_owned();
    format!("{} {} {} [{}]", word("last"), word("next"), word("bump"), because.join("; "))
}

fn subjects(plan: &Value, group: &str) -> Vec<String> {
    let all = plan["commits"].as_array().unwrap().iter();
    all.filter(|one| one["group"] == group).map(|one| one["subject"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_commits_decide_by_mark_and_footer_and_prose_decides_nothing() {
    for (messages, expected) in [
        (vec!["fix: a"], "v1.0.0 v1.0.1 patch [fix: a]"),
        (vec!["fix: a", "feat: b"], "v1.0.0 v1.1.0 minor [feat: b]"),
        (vec!["fix!: a"], "v1.0.0 v2.0.0 major [fix!: a]"),
        (vec!["chore(api)!: a"], "v1.0.0 v2.0.0 major [chore(api)!: a]"),
        (vec!["fix: a\n\nWhy.\n\nBREAKING CHANGE: b\nRefs: #1"], "v1.0.0 v2.0.0 major [fix: a]"),
        (
            vec!["fix: a\n\nThis is no BREAKING CHANGE: it\nonly looks like one."],
            "v1.0.0 v1.0.1 patch [fix: a]",
        ),
        (
            vec!["fix: explain BREAKING CHANGE: footers"],
            "v1.0.0 v1.0.1 patch [fix: explain BREAKING CHANGE: footers]",
        ),
        (vec!["Update the page"], "v1.0.0 v1.0.1 patch []"),
        (vec!["docs: a", "test: b"], "v1.0.0 v1.0.1 patch []"),
        (vec!["perf(db): a", "feat: b", "FEAT: c"], "v1.0.0 v1.1.0 minor [FEAT: c; feat: b]"),
        (vec![], "v1.0.0 - - []"),
    ] {
        let ground = Ground::released();
        for message in &messages {
            ground.commit(message);
        }
        ground.push(&["main"]);
        assert_eq!(verdict(&ground.plan(&[])), expected, "{messages:?}");
    }
}

#[test]
fn the_forcing_line_is_quoted_and_a_doubtful_one_is_told() {
    let ground = Ground::released();
    ground.commit("fix: a\n\nBREAKING CHANGE: the answer is a list");
    ground.commit("fix: b\n\nBREAKING CHANGE: none");
    ground.push(&["main"]);
    let plan = ground.plan(&[]);
    assert_eq!(plan["because"][0]["mark"], "BREAKING CHANGE: the answer is a list");
    assert!(warned(&plan).contains(&"TW-V012"), "{plan:#}");
}

#[test]
fn what_was_taken_back_before_any_release_forces_nothing() {
    let ground = Ground::released();
    let break_it = ground.commit("feat!: drop the page");
    ground.commit("fix: a");
    ground.commit(&format!("Revert \"feat!: drop the page\"\n\nThis reverts commit {break_it}."));
    ground.push(&["main"]);
    let plan = ground.plan(&[]);
    assert_eq!(verdict(&plan), "v1.0.0 v1.0.1 patch [fix: a]");
    assert_eq!(subjects(&plan, "taken_back"), ["Revert \"feat!: drop the page\"", "feat!: drop the page"]);
}

#[test]
fn a_revert_that_was_reverted_lets_the_first_commit_count_again() {
    let ground = Ground::released();
    let first = ground.commit("feat: a page");
    let revert = ground.commit(&format!("Revert \"feat: a page\"\n\nThis reverts commit {first}."));
    ground.commit(&format!("Revert \"Revert \"feat: a page\"\"\n\nThis reverts commit {revert}."));
    ground.push(&["main"]);
    assert_eq!(verdict(&ground.plan(&[])), "v1.0.0 v1.1.0 minor [feat: a page]");
}

#[test]
fn a_revert_of_something_released_is_a_change_of_its_own() {
    let ground = Ground::released();
    let first = ground.git(&["rev-parse", "HEAD"]);
    ground.commit(&format!("Revert \"feat: first\"\n\nThis reverts commit {first}."));
    ground.push(&["main"]);
    assert_eq!(verdict(&ground.plan(&[])), "v1.0.0 v1.0.1 patch [Revert \"feat: first\"]");
}

#[test]
fn a_reverted_merge_takes_everything_along_that_it_brought() {
    let ground = Ground::released();
    let before = ground.commit("fix: a");
    ground.git(&["switch", "-q", "-c", "topic", "HEAD~1"]);
    ground.commit("feat: b");
    ground.commit("feat!: c");
    ground.git(&["switch", "-q", "main"]);
    let merge = ground.merge("topic", "Merge branch 'topic'");
    ground.commit(&format!(
        "Revert \"Merge branch 'topic'\"\n\nThis reverts commit {merge}, reversing\nchanges made to {before}."
    ));
    ground.push(&["main"]);
    let plan = ground.plan(&[]);
    assert_eq!(verdict(&plan), "v1.0.0 v1.0.1 patch [fix: a]");
    assert_eq!(subjects(&plan, "taken_back").len(), 4);
}

#[test]
fn merges_are_shown_and_force_nothing_and_what_they_bring_does() {
    let ground = Ground::released();
    ground.git(&["switch", "-q", "-c", "topic"]);
    ground.commit("feat: b");
    ground.git(&["switch", "-q", "main"]);
    ground.merge("topic", "Merge pull request 'feat!: not mine to say' (#3) from topic into main");
    ground.push(&["main"]);
    let plan = ground.plan(&[]);
    assert_eq!(verdict(&plan), "v1.0.0 v1.1.0 minor [feat: b]");
    assert_eq!(subjects(&plan, "merges").len(), 1);
}

#[test]
fn the_base_is_the_highest_stable_tag_behind_the_commit_and_no_other() {
    let ground = Ground::released();
    ground.commit("feat: b");
    ground.tag("v1.1.0-rc.1");
    ground.tag("v0.9.0-rollback");
    ground.tag("nightly");
    ground.git(&["switch", "-q", "-c", "elsewhere", "v1.0.0"]);
    ground.commit("feat!: c");
    ground.tag("v7.0.0");
    ground.git(&["switch", "-q", "main"]);
    ground.push(&["--all"]);
    ground.push(&["--tags"]);
    let plan = ground.plan(&[]);
    assert_eq!(verdict(&plan), "v1.0.0 v1.1.0 minor [feat: b]");
    assert_eq!(plan["series"], "v1.1.0-rc.1");
}

#[test]
fn a_first_release_says_its_rule_and_follows_a_section_that_is_ready() {
    let ground = Ground::new();
    ground.commit("feat!: everything");
    ground.push(&["main"]);
    let plan = ground.plan(&[]);
    assert_eq!(verdict(&plan), "- v0.1.0 minor []");
    assert_eq!(plan["rules"][0]["id"], "plan-rule-first");
    ground.write("CHANGELOG.md", &changelog("", &[("1.0.0", "### Added\n\n- Everything.\n")]));
    ground.commit("docs(changelog): release v1.0.0");
    ground.push(&["main"]);
    assert_eq!(verdict(&ground.plan(&[])), "- v1.0.0 major []");
}

#[test]
fn below_one_a_break_does_what_the_configuration_says_and_the_plan_says_so() {
    let ground = Ground::new();
    ground.commit("feat: first");
    ground.tag("v0.4.2");
    ground.commit("feat!: other");
    ground.push(&["main", "v0.4.2"]);
    for (key, next, rule) in [
        ("", "v0.5.0", "plan-rule-below-one-minor"),
        ("breaking_below_one = \"minor\"", "v0.5.0", "plan-rule-below-one-minor"),
        ("breaking_below_one = \"major\"", "v1.0.0", "plan-rule-below-one-major"),
    ] {
        ground.configure("", key);
        let plan = ground.plan(&[]);
        assert_eq!(plan["next"], next, "{key}");
        assert!(plan["rules"].as_array().unwrap().iter().any(|one| one["id"] == rule), "{key}: {plan:#}");
    }
}

#[test]
fn a_hotfix_line_takes_the_next_patch_alone() {
    let ground = Ground::released();
    ground.git(&["switch", "-q", "-c", "hotfix/login"]);
    ground.commit("fix: login");
    ground.git(&["switch", "-q", "main"]);
    ground.commit("feat: b");
    ground.tag("v1.1.0");
    ground.push(&["main", "hotfix/login", "v1.1.0"]);
    let plan = ground.plan(&["hotfix/login"]);
    assert_eq!(verdict(&plan), "v1.0.0 v1.0.1 patch [fix: login]");
    assert_eq!((plan["place"].as_str(), plan["branch"].as_str()), (Some("hotfix"), Some("hotfix/login")));
    let line = json!([{ "branch": "hotfix/login", "base": "v1.0.0", "next": "v1.0.1" }]);
    assert_eq!(ground.plan(&[])["hotfix_lines"], line);
    ground.git(&["switch", "-q", "hotfix/login"]);
    ground.commit("feat: too much for a hotfix");
    ground.push(&["hotfix/login"]);
    let plan = ground.plan(&[]);
    assert_eq!(plan["next"], "v1.0.1");
    assert!(warned(&plan).contains(&"TW-V003"), "{plan:#}");
}

#[test]
fn a_branch_that_leaves_main_between_two_releases_is_no_hotfix_line() {
    let ground = Ground::released();
    ground.commit("fix: a");
    ground.git(&["switch", "-q", "-c", "hotfix/late"]);
    ground.commit("fix: b");
    ground.push(&["main", "hotfix/late"]);
    assert!(warned(&ground.plan(&[])).contains(&"TW-V002"));
}

#[test]
fn a_shipped_hotfix_that_main_lacks_is_named_until_it_is_there() {
    let ground = Ground::released();
    ground.git(&["switch", "-q", "-c", "hotfix/login"]);
    let fix = ground.commit("fix: login");
    ground.write("CHANGELOG.md", &changelog("", &[("1.0.1", "### Fixed\n\n- Login.\n")]));
    ground.commit_as_it_is("docs(changelog): release v1.0.1");
    ground.tag("v1.0.1");
    ground.git(&["switch", "-q", "main"]);
    ground.commit("feat: b");
    ground.push(&["--all"]);
    ground.push(&["--tags"]);
    let plan = ground.plan(&[]);
    assert_eq!(plan["next"], "v1.1.0");
    let lacking = json!([{ "tag": "v1.0.1", "commits": [{ "commit": fix, "subject": "fix: login" }] }]);
    assert_eq!(plan["lacking_hotfixes"], lacking);
    // The changelog of a line is its own business; the repair alone has to come over.
    ground.git(&["cherry-pick", &fix]);
    ground.push(&["main"]);
    assert_eq!(ground.plan(&[])["lacking_hotfixes"], json!([]));
}

#[test]
fn a_hotfix_that_was_picked_with_changes_or_merged_is_there() {
    for merged in [true, false] {
        let ground = Ground::released();
        ground.git(&["switch", "-q", "-c", "hotfix/login"]);
        let fix = ground.commit("fix: login");
        ground.tag("v1.0.1");
        ground.git(&["switch", "-q", "main"]);
        ground.commit("feat: b");
        if merged {
            ground.merge("hotfix/login", "Merge branch 'hotfix/login'");
        } else {
            ground.commit(&format!("fix: login in another way\n\n(cherry picked from commit {fix})"));
        }
        ground.push(&["--all"]);
        ground.push(&["--tags"]);
        let plan = ground.plan(&[]);
        assert_eq!(plan["lacking_hotfixes"], json!([]), "merged: {merged}");
        assert_eq!(plan["last"], if merged { "v1.0.1" } else { "v1.0.0" });
    }
}

#[test]
fn a_number_that_a_hotfix_has_used_is_not_proposed_again() {
    let ground = Ground::released();
    ground.git(&["switch", "-q", "-c", "hotfix/login"]);
    ground.commit("fix: login");
    ground.tag("v1.0.1");
    ground.git(&["switch", "-q", "main"]);
    ground.commit("fix: b");
    ground.push(&["--all"]);
    ground.push(&["--tags"]);
    let plan = ground.plan(&[]);
    assert_eq!((plan["next"].as_str(), plan["bump"].as_str()), (Some("v1.1.0"), Some("minor")));
    assert!(warned(&plan).contains(&"TW-V005"), "{plan:#}");
}

#[test]
fn a_commit_below_a_later_release_of_main_cannot_be_released() {
    let ground = Ground::released();
    let old = ground.commit("fix: a");
    ground.commit("feat: b");
    ground.tag("v1.1.0");
    ground.push(&["main", "v1.1.0"]);
    let plan = ground.plan(&[&old]);
    assert_eq!(plan["next"], Value::Null);
    assert!(warned(&plan).contains(&"TW-V004"), "{plan:#}");
}

#[test]
fn numbers_end_where_they_end_and_never_wrap_around() {
    let ground = Ground::new();
    ground.commit("feat: first");
    ground.tag("v18446744073709551615.0.0");
    ground.commit("feat!: more");
    ground.push(&["main", "--tags"]);
    let plan = ground.plan(&[]);
    assert_eq!(plan["next"], Value::Null);
    let tags: Vec<&str> =
        plan["candidates"].as_array().unwrap().iter().map(|one| one["tag"].as_str().unwrap()).collect();
    assert_eq!(tags, ["v18446744073709551615.0.1", "v18446744073709551615.1.0"]);
}

#[test]
fn changelog_and_commits_are_held_against_each_other() {
    for (entries, commit, next, ids) in [
        ("### Fixed\n\n- A page for hours.\n", "feat: a page for hours", "v1.1.0", vec!["TW-V010"]),
        ("### Added\n\n- A page for hours.\n", "fix: a page for hours", "v1.1.0", vec!["TW-V010"]),
        ("### Added\n\n- A page for hours.\n", "feat: a page for hours", "v1.1.0", vec![]),
        ("### Changed\n\n- **BREAKING** Other hours.\n", "fix: other hours", "v2.0.0", vec!["TW-V010"]),
        ("### Removed\n\n- The page for hours.\n", "feat: no page for hours", "v1.1.0", vec!["TW-V013"]),
        ("### Fixed\n\n- Breaking news show again.\n", "fix: breaking news", "v1.0.1", vec![]),
        ("", "feat: a page for hours", "v1.1.0", vec!["TW-V011"]),
        ("", "chore: tidy", "v1.0.1", vec![]),
    ] {
        let ground = Ground::released();
        ground.write("CHANGELOG.md", &changelog(entries, &[("1.0.0", "### Added\n\n- The first thing.\n")]));
        ground.commit(commit);
        ground.push(&["main"]);
        let plan = ground.plan(&[]);
        assert_eq!((plan["next"].as_str(), warned(&plan)), (Some(next), ids), "{entries} {commit}");
    }
}

#[test]
fn when_the_changelog_forces_the_version_its_line_is_the_reason() {
    let ground = Ground::released();
    let entries = "### Changed\n\n- **BREAKING** Hours are numbers.\n";
    ground.write("CHANGELOG.md", &changelog(entries, &[("1.0.0", "### Added\n\n- The first thing.\n")]));
    ground.commit("fix: hours are numbers");
    ground.push(&["main"]);
    let because = &ground.plan(&[])["because"][0];
    assert_eq!((because["line"].as_u64(), because["commit"].clone()), (Some(7), Value::Null));
    assert_eq!(because["subject"], "**BREAKING** Hours are numbers.");
}

#[test]
fn entries_without_commits_and_commits_without_entries_are_both_named() {
    let ground = Ground::released();
    let entries = "### Added\n\n- A page for hours.\n- Nobody did this one.\n- See issue #77.\n";
    ground.write("CHANGELOG.md", &changelog(entries, &[("1.0.0", "### Added\n\n- The first thing.\n")]));
    ground.commit_as_it_is("docs: changelog");
    ground.commit("feat(web): page for hours");
    ground.commit("fix: rounding of sums");
    ground.commit("fix: something else (#77)");
    ground.commit("Tidy up");
    ground.push(&["main"]);
    let found = &ground.plan(&[])["changelog"];
    let named = |key: &str, field: &str| -> Vec<String> {
        found[key].as_array().unwrap().iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(named("missing", "subject"), ["fix: rounding of sums"]);
    assert_eq!(named("unclear", "subject"), ["Tidy up"]);
    assert_eq!(named("unknown", "text"), ["Nobody did this one."]);
    assert_eq!(named("misfiled", "expected"), ["Fixed"], "#77 is a repair that stands under Added");
}

#[test]
fn an_entry_that_came_with_the_merge_of_a_branch_covers_the_whole_branch() {
    let ground = Ground::released();
    ground.git(&["switch", "-q", "-c", "topic"]);
    ground.commit("feat: timesheets");
    ground.commit("feat: their totals");
    let entries = "### Added\n\n- Everything about working time.\n";
    ground.write("CHANGELOG.md", &changelog(entries, &[("1.0.0", "### Added\n\n- The first thing.\n")]));
    ground.commit_as_it_is("docs: changelog");
    ground.git(&["switch", "-q", "main"]);
    ground.merge("topic", "Merge branch 'topic'");
    ground.push(&["main"]);
    let found = &ground.plan(&[])["changelog"];
    assert_eq!((&found["missing"], &found["unknown"]), (&json!([]), &json!([])), "{found:#}");
}

#[test]
fn an_entry_that_slipped_into_a_released_section_is_found() {
    let ground = Ground::released();
    let body = "### Added\n\n- The first thing.\n- A late thing.\n";
    ground.write("CHANGELOG.md", &changelog("", &[("1.0.0", body)]));
    ground.commit("feat: a late thing");
    ground.push(&["main"]);
    assert_eq!(warned(&ground.plan(&[])), ["TW-V011", "TW-L010"]);
}

#[test]
fn what_only_the_remote_has_counts_and_what_only_the_clone_has_does_not() {
    let ground = Ground::released();
    ground.commit("fix: a");
    ground.push(&["main"]);
    // Somebody else released v1.0.1 from another clone; this one has never fetched it.
    let other = ground.path("other");
    ground.git(&["clone", "-q", &ground.remote(), other.to_str().unwrap()]);
    let there = other.to_str().unwrap();
    ground.git(&["-C", there, "commit", "-q", "--allow-empty", "-m", "fix: elsewhere"]);
    ground.git(&["-C", there, "tag", "-am", "Release v1.0.1", "v1.0.1"]);
    ground.git(&["-C", there, "push", "-q", "origin", "v1.0.1"]);
    ground.tag("v3.0.0");
    let plan = ground.plan(&[]);
    assert_eq!((plan["last"].as_str(), plan["next"].as_str()), (Some("v1.0.0"), Some("v1.1.0")));
    for id in ["TW-V005", "TW-V030", "TW-V042"] {
        assert!(warned(&plan).contains(&id), "{id}: {plan:#}");
    }
    // The clone alone knows of no v1.0.1, and believes in its own v3.0.0.
    assert_eq!(ground.plan(&["--offline"])["last"], "v3.0.0");
}

#[test]
fn a_remote_that_is_away_is_told_and_the_clone_believed() {
    let ground = Ground::released();
    ground.commit("fix: a");
    ground.push(&["main"]);
    ground.git(&["remote", "set-url", "origin", "/nowhere/school/bridge.git"]);
    let plan = ground.plan(&[]);
    assert_eq!(plan["next"], "v1.0.1");
    assert_eq!(warned(&plan)[0], "TW-V025");
    let named = ground.plan(&["--remote", &ground.remote()]);
    assert_eq!((named["next"].as_str(), warned(&named).contains(&"TW-V025")), (Some("v1.0.1"), false));
}

#[test]
fn what_is_not_pushed_yet_counts_as_if_it_were_and_a_topic_branch_does_not() {
    let ground = Ground::released();
    ground.commit("feat: b");
    let plan = ground.plan(&[]);
    assert_eq!((plan["place"].as_str(), plan["unpushed"].as_bool()), (Some("main"), Some(true)));
    assert!(warned(&plan).contains(&"TW-V041"));
    ground.git(&["switch", "-q", "-c", "topic"]);
    ground.commit("feat: c");
    let plan = ground.plan(&[]);
    assert_eq!((plan["place"].as_str(), plan["next"].as_str()), (Some("nowhere"), Some("v1.1.0")));
    assert!(warned(&plan).contains(&"TW-V001"));
}

#[test]
fn gates_and_slot_come_from_the_configuration_when_there_is_no_daemon() {
    let ground = Ground::released();
    ground.commit("fix: a");
    ground.push(&["main"]);
    let frozen = "[[calendar]]\nname = \"school\"\ntime_zone = \"Europe/Paris\"\n[[calendar.freeze]]\nname = \"audit\"\nfrom = \"2020-01-01T00:00\"\n";
    ground.configure(frozen, PRODUCTION);
    let plan = ground.plan(&[]);
    assert_eq!((plan["daemon"].as_bool(), &plan["next_slot"]), (Some(false), &Value::Null));
    let gate = |name: &str| {
        let found = plan["gates"].as_array().unwrap().iter().find(|gate| gate["gate"] == name);
        found.map(|gate| gate["standing"].as_str().unwrap().to_owned())
    };
    assert_eq!(gate("calendar").as_deref(), Some("bad"));
    assert_eq!(gate("approval").as_deref(), Some("bad"));
    assert_eq!(gate("hold").as_deref(), Some("unknown"), "only the daemon knows");
    assert_eq!(gate("tag"), None, "there is no tag yet");
    let open = "[[calendar]]\nname = \"school\"\ntime_zone = \"Europe/Paris\"\n";
    ground.configure(open, PRODUCTION);
    let slot = ground.plan(&[])["next_slot"].as_str().unwrap().to_owned();
    assert!(slot.ends_with("+01:00") || slot.ends_with("+02:00"), "{slot}");
}

const PRODUCTION: &str = "[[repository.environment]]\nname = \"production\"\ncalendars = [\"school\"]\napprovers = [\"user:ana\"]\nrelease_managers = [\"user:ana\"]\n[[repository.environment.host]]\nname = \"prod-1\"\naddress = \"local\"\ndirectory = \"/srv/bridge\"\n[repository.environment.deploy]\nrecipe = \"compose\"\nproject = \"bridge\"\n";

#[test]
fn the_daemon_is_asked_first_and_its_answer_is_what_counts() {
    let ground = Ground::released();
    ground.commit("fix: a");
    ground.push(&["main"]);
    ground.configure("[[calendar]]\nname = \"school\"\ntime_zone = \"Europe/Paris\"\n", PRODUCTION);
    let answer = json!({
        "kind": "forecast", "known": true, "link": "https://release.example.org",
        "next": [{ "id": "forecast-at-once", "values": { "tag": "v1.0.1", "environment": "production" } }],
        "places": [{ "environment": "production", "answer": {
            "at": "2026-11-27T15:30:00Z", "may_deploy": false, "next_slot": "2026-11-30T06:00:00Z",
            "gates": [{ "gate": "hold", "standing": "bad", "seen_at": "2026-11-27T15:30:00Z", "who": ["ana"],
                "opens_at": null, "reason": { "id": "gate-hold-held", "values": { "by": "ana", "reason": "fair" } } }],
        } }],
    });
    let daemon = socket::answering(&ground.path("state"), vec![vec![answer]]);
    let plan = ground.plan(&[]);
    assert_eq!(
        (plan["daemon"].as_bool(), plan["next_slot"].as_str()),
        (Some(true), Some("2026-11-30T07:00:00+01:00"))
    );
    assert_eq!(plan["gates"][0]["reason"]["message"], "ana holds it: fair");
    let asked = daemon.asked();
    assert_eq!(asked[0]["ask"]["tags"][0]["name"], "v1.0.1");
    assert_eq!(asked[0]["ask"]["repository"], "school/bridge");
}

#[test]
fn a_daemon_that_hangs_up_or_talks_nonsense_is_told_and_the_calendars_answer() {
    for line in [vec![], vec![json!({ "kind": "something new" })], vec![json!({ "kind": "end" })]] {
        let ground = Ground::released();
        ground.commit("fix: a");
        ground.push(&["main"]);
        ground.configure("[[calendar]]\nname = \"school\"\ntime_zone = \"Europe/Paris\"\n", PRODUCTION);
        let _daemon = socket::answering(&ground.path("state"), vec![line]);
        let plan = ground.plan(&[]);
        assert_eq!(plan["daemon"], false);
        assert!(plan["next_slot"].is_string());
    }
}

#[test]
fn hostile_subjects_and_authors_paint_nothing_and_call_nobody() {
    let ground = Ground::released();
    ground.git(&["config", "user.name", "x"]);
    ground.commit("feat: \u{1b}[2J`@ana` \u{202e}<img src=x>");
    ground.push(&["main"]);
    for arguments in [&["plan"][..], &["plan", "--markdown"], &["plan", "--lang", "fr"]] {
        let said = ground.run(arguments);
        let all = format!("{}{}", said.out, said.err);
        assert!(!all.contains('\u{1b}') && !all.contains('\u{202e}'), "{all:?}");
        assert!(all.contains("\\u{1b}[2J"), "{all:?}");
    }
    let issue = ground.run(&["plan", "--markdown"]).out;
    assert!(issue.contains("``feat: \\u{1b}[2J`@ana` \\u{202e}<img src=x>``"), "{issue}");
}

#[test]
fn what_cannot_be_planned_in_says_why_and_what_to_do() {
    let ground = Ground::released();
    let bare = ground.path("empty");
    std::fs::create_dir(&bare).unwrap();
    let said = ground.run(&["plan", "--repo", bare.to_str().unwrap()]);
    assert_eq!(said.code, Some(4));
    assert!(said.err.contains("(TW-V020)") && said.err.contains("hint: name it with --repo"), "{}", said.err);
    let shallow = ground.path("shallow");
    ground.commit("fix: a");
    ground.push(&["main"]);
    ground.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        &format!("file://{}", ground.remote()),
        shallow.to_str().unwrap(),
    ]);
    let said = ground.run(&["plan", "--repo", shallow.to_str().unwrap()]);
    assert!(said.err.contains("git fetch --unshallow --tags"), "{}", said.err);
    assert_eq!(ground.run(&["plan", "no-such-branch"]).code, Some(4));
    assert_eq!(ground.run(&["plan", "--remote", "--upload-pack=touch x"]).code, Some(2));
    let sha256 = ground.path("sha256");
    ground.git(&["init", "-q", "--object-format=sha256", sha256.to_str().unwrap()]);
    ground.git(&["-C", sha256.to_str().unwrap(), "commit", "-q", "--allow-empty", "-m", "feat: a"]);
    let said = ground.run(&["plan", "--repo", sha256.to_str().unwrap()]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("SHA-256"), "{}", said.err);
}

#[test]
fn the_plan_leaves_nothing_behind() {
    let ground = Ground::released();
    ground.commit("feat: b");
    let state = || {
        (
            ground.git(&["for-each-ref"]),
            ground.git(&["count-objects", "-v"]),
            ground.git(&["status", "--short"]),
        )
    };
    let before = state();
    ground.plan(&[]);
    assert_eq!(state(), before);
    let left: Vec<String> = std::fs::read_dir(ground.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("tagwarden-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn it_works_from_a_bare_repository_a_work_tree_and_a_folder_below() {
    let ground = Ground::released();
    ground.commit("feat: b");
    ground.push(&["main"]);
    let tree = ground.path("tree");
    ground.git(&["worktree", "add", "-q", "--detach", tree.to_str().unwrap()]);
    let below = ground.work().join("below");
    std::fs::create_dir(&below).unwrap();
    for folder in [tree.to_str().unwrap(), below.to_str().unwrap(), &ground.remote()] {
        assert_eq!(ground.plan(&["--repo", folder])["next"], "v1.1.0", "{folder}");
    }
}

#[test]
fn replacement_refs_cannot_bend_the_history() {
    let ground = Ground::released();
    let fix = ground.commit("fix: a");
    ground.git(&["switch", "-q", "-c", "evil", "HEAD~1"]);
    let evil = ground.commit("feat!: a");
    ground.git(&["switch", "-q", "main"]);
    ground.push(&["main"]);
    ground.git(&["replace", &fix, &evil]);
    assert_eq!(verdict(&ground.plan(&[])), "v1.0.0 v1.0.1 patch [fix: a]");
}

#[test]
fn the_whole_plan_reads_well_in_both_languages() {
    let ground = Ground::released();
    let entries = "### Added\n\n- A page for hours.\n";
    ground.write("CHANGELOG.md", &changelog(entries, &[("1.0.0", "### Added\n\n- The first thing.\n")]));
    let page = ground.commit("feat: page for hours");
    let tidy = ground.commit("docs: tidy");
    ground.push(&["main"]);
    let (page, tidy) = (&page[..10], &tidy[..10]);
    let said = ground.run(&["plan"]);
    assert_eq!(
        said.out,
        format!(
            "v1.1.0 is next, a minor after v1.0.0.\n\
             \x20 Base: v1.0.0, the highest stable tag behind this commit; the next version is exactly one step away.\n\
             Because of\n  {page} feat: page for hours (Ada)\n\
             Commits since then: 2\n  New\n    {page} feat: page for hours (Ada)\n  Behind the scenes\n    {tidy} docs: tidy (Ada)\n\
             Allowed here: v1.0.1 (patch), v1.1.0 (minor), v2.0.0 (major)\n\
             CHANGELOG.md: 1 entries for the coming release\n\
             From here:\n  tagwarden changelog release 1.1.0\n  tagwarden tag v1.1.0 --with-branch\n"
        )
    );
    assert_eq!(said.err, "");
    let french = ground.run(&["plan", "--lang", "fr"]).out;
    assert!(french.starts_with("La suite est v1.1.0, un niveau minor après v1.0.0.\n"), "{french}");
    assert!(french.contains("\nCommits depuis : 2\n  Nouveautés\n"), "{french}");
}
