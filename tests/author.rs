//! Making a release from a clone: every refusal before the tag exists, the push whole or not at all, and what is left
//! when something is cut off in the middle.

#![expect(clippy::unwrap_used, reason = "what a test cannot prepare fails it, as it should")]

#[path = "world/clone.rs"]
mod clone;
#[path = "world/socket.rs"]
mod socket;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use clone::{Ground, changelog, warned};
use jiff::tz::TimeZone;
use serde_json::json;

const FIRST: (&str, &str) = ("1.0.0", "### Added\n\n- The first thing.\n");

/// Returns a project whose next release, v1.1.0, has its section; main is on the remote when `pushed`.
fn ready(pushed: bool) -> Ground {
    let ground = Ground::released();
    let section = ("1.1.0", "### Added\n\n- A page for hours.\n");
    ground.write("CHANGELOG.md", &changelog("", &[section, FIRST]));
    ground.commit("feat: page for hours");
    if pushed {
        ground.push(&["main"]);
    }
    ground
}

fn tags_here(ground: &Ground) -> String {
    ground.git(&["tag", "--list"]).replace('\n', " ")
}

fn tags_there(ground: &Ground) -> String {
    ground.there(&["tag", "--list"]).replace('\n', " ")
}

#[test]
fn a_release_is_tagged_with_its_section_and_pushed() {
    let ground = ready(true);
    let head = ground.git(&["rev-parse", "HEAD"]);
    let said = ground.run(&["tag", "--yes"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(
        said.out,
        format!(
            "v1.1.0 on {} (main), to origin:\n    Release v1.1.0\n\n    ### Added\n\n    - A page for hours.\n\
             All rules of the door hold.\nv1.1.0 is made here.\norigin has taken v1.1.0.\n",
            &head[..10]
        )
    );
    let object = ground.there(&["cat-file", "tag", "v1.1.0"]);
    assert!(object.starts_with(&format!("object {head}\ntype commit\ntag v1.1.0\ntagger Ada ")), "{object}");
    assert!(object.ends_with("\n\nRelease v1.1.0\n\n### Added\n\n- A page for hours."), "{object}");
}

#[test]
fn main_and_tag_go_together_or_not_at_all() {
    let ground = ready(false);
    let said = ground.run(&["tag", "--yes"]);
    assert_eq!(said.code, Some(1));
    assert_eq!(
        said.err,
        "error: v1.1.0 is refused: its commit is neither on main nor on a hotfix branch (rule branch, TW-T023).\n\
         hint: main is not pushed yet; add --with-branch to push both together.\n"
    );
    ground.hook(Path::new(&ground.remote()), "update", "case $1 in refs/tags/*) exit 1;; esac");
    let before = ground.there(&["rev-parse", "main"]);
    assert_eq!(ground.run(&["tag", "--yes", "--with-branch"]).code, Some(1));
    assert_eq!((ground.there(&["rev-parse", "main"]), tags_there(&ground)), (before, "v1.0.0".to_owned()));
    assert_eq!(tags_here(&ground), "v1.0.0", "what the remote refuses does not stay");
    std::fs::remove_file(Path::new(&ground.remote()).join("hooks/update")).unwrap();
    assert_eq!(ground.run(&["tag", "--yes", "--with-branch"]).code, Some(0));
    assert_eq!(ground.there(&["rev-parse", "main"]), ground.git(&["rev-parse", "HEAD"]));
    assert_eq!(tags_there(&ground), "v1.0.0 v1.1.0");
}

#[test]
fn whatever_the_door_would_refuse_is_said_before_the_tag_exists() {
    let ground = ready(true);
    for (arguments, code, ids) in [
        (&["v1.2.0"][..], 1, &["TW-T012"][..]),
        (&["1.0.0"], 1, &["TW-T030"]),
        (&["v1.0.1"], 1, &["TW-T041"]),
        (&["v1.x"], 2, &["TW-T010"]),
        (&["V1.1.0"], 2, &["TW-T004"]),
        (&["v1.1.0+build"], 2, &["TW-T011"]),
        (&["v1.1.0-Rollback"], 2, &["TW-T009"]),
        (&["v1.1.0", "--commit", "v1.0.0"], 1, &["TW-T041"]),
        (&["--commit", "nothing"], 4, &["TW-V023"]),
        (&["v9.0.0-rollback", "--rollback"], 4, &["TW-V039"]),
        (&["--rollback", "--to", "v1.0.0"], 1, &["TW-T051"]),
    ] {
        let mut all = vec!["tag", "--yes"];
        all.extend(arguments);
        let said = ground.run(&all);
        assert_eq!(said.code, Some(code), "{arguments:?}: {}{}", said.out, said.err);
        for id in ids {
            assert!(said.err.contains(id), "{arguments:?}: {}", said.err);
        }
        assert!(said.err.contains("\nhint: "), "{arguments:?}: {}", said.err);
        assert_eq!(tags_here(&ground), "v1.0.0", "{arguments:?}");
        assert_eq!(
            ground.git(&["fsck", "--unreachable", "--no-reflogs"]),
            "",
            "{arguments:?}: nothing is left over"
        );
    }
    let french = ground.run(&["tag", "v1.2.0", "--yes", "--lang", "fr"]).err;
    assert!(french.contains("v1.2.0 est refusé : il ne suit pas v1.0.0"), "{french}");
}

#[test]
fn all_refusals_are_said_at_once_even_for_what_is_not_pushed() {
    let ground = Ground::released();
    ground.commit("feat: page for hours");
    let said = ground.run(&["tag", "v1.3.0", "--yes"]);
    for id in ["TW-T023", "TW-T012"] {
        assert!(said.err.contains(id), "{id}: {}", said.err);
    }
}

#[test]
fn a_pre_release_carries_what_is_not_released_yet() {
    let ground = Ground::released();
    ground.write("CHANGELOG.md", &changelog("### Added\n\n- A page.\n", &[FIRST]));
    ground.commit("feat: page");
    ground.push(&["main"]);
    assert_eq!(ground.run(&["tag", "v1.1.0-rc.1", "--yes"]).code, Some(0));
    let object = ground.there(&["cat-file", "tag", "v1.1.0-rc.1"]);
    assert!(object.ends_with("Release v1.1.0-rc.1\n\n### Added\n\n- A page."), "{object}");
}

#[test]
fn a_dry_run_shows_everything_and_makes_nothing() {
    let ground = ready(false);
    let before = (ground.git(&["count-objects"]), ground.git(&["for-each-ref"]));
    let said = ground.run(&["tag", "--dry-run", "--with-branch"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("main is pushed together with it, all or nothing.\n"), "{}", said.out);
    assert!(said.out.ends_with("Nothing was made.\n"), "{}", said.out);
    assert_eq!((ground.git(&["count-objects"]), ground.git(&["for-each-ref"])), before);
}

#[test]
fn silence_is_no_yes() {
    let ground = ready(true);
    let said = ground.run(&["tag"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.ends_with("hint: add --yes, or look first with --dry-run\n"), "{}", said.err);
    assert_eq!(tags_here(&ground), "v1.0.0");
}

/// Runs the program on a terminal of its own, and types `answer` into it.
fn at_a_terminal(ground: &Ground, arguments: &str, answer: &str) -> (Option<i32>, String) {
    let line = format!("{} {arguments}", env!("CARGO_BIN_EXE_tagwarden"));
    let mut command = ground.program(&[]);
    let environment: Vec<_> =
        command.get_envs().map(|(name, value)| (name.to_owned(), value.unwrap().to_owned())).collect();
    command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]).env_clear().envs(environment);
    command.current_dir(ground.work()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_person_is_asked_after_everything_was_shown_and_only_a_yes_is_one() {
    let ground = ready(true);
    for no in ["n\n", "\n", "\u{4}"] {
        let (code, said) = at_a_terminal(&ground, "tag", no);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("- A page for hours.") && said.contains("Make and push it? [y/N]"), "{said}");
        assert!(said.contains("Nothing was made."), "{said}");
        assert_eq!((tags_here(&ground), tags_there(&ground)), ("v1.0.0".to_owned(), "v1.0.0".to_owned()));
    }
    let (code, said) = at_a_terminal(&ground, "tag --lang fr", "oui\n");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("Le créer et le pousser ? [o/N]") && said.contains("origin a pris v1.1.0."),
        "{said}"
    );
}

#[test]
fn the_servers_words_are_shown_whole_and_harmless() {
    let ground = ready(true);
    let long = "x".repeat(300);
    let script = format!("printf 'error: no \\033[2J {long} end\\nhint: do that\\n' >&2; exit 1");
    ground.hook(Path::new(&ground.remote()), "pre-receive", &script);
    let said = ground.run(&["tag", "--yes", "--quiet"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains(&format!("remote: error: no  {long} end")), "{}", said.err);
    assert!(said.err.contains("remote: hint: do that"), "{}", said.err);
    assert!(
        said.err.contains("origin has refused; the tag was removed here again (TW-V036)"),
        "{}",
        said.err
    );
    assert!(!said.err.contains('\u{1b}'));
    assert_eq!(tags_here(&ground), "v1.0.0");
}

#[test]
fn the_real_door_takes_what_the_tag_command_made() {
    let ground = ready(false);
    ground.configure("", "");
    let config = ground.path("tagwarden.toml");
    let hook = format!(
        "export TAGWARDEN_CONFIG='{}' GITEA_REPO_USER_NAME=school GITEA_REPO_NAME=bridge GITEA_REPO_ID=1 GITEA_PUSHER_NAME=ada\nexec '{}'",
        config.display(),
        env!("CARGO_BIN_EXE_tagwarden-hook")
    );
    ground.hook(Path::new(&ground.remote()), "pre-receive", &hook);
    let said = ground.run(&["tag", "--yes", "--with-branch"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("v1.1.0 accepted."), "{}", said.err);
}

#[test]
fn a_second_run_says_that_it_is_done_and_one_that_was_cut_off_goes_on() {
    let ground = ready(true);
    // The first run was ended between making the tag and pushing it.
    assert_eq!(ground.run(&["tag", "--yes", "--no-push"]).code, Some(0));
    assert_eq!((tags_here(&ground), tags_there(&ground)), ("v1.0.0 v1.1.0".to_owned(), "v1.0.0".to_owned()));
    let object = ground.git(&["rev-parse", "v1.1.0"]);
    let again = ground.run(&["tag", "v1.1.0", "--yes"]);
    assert!(again.out.contains("v1.1.0 is here already, as it should be.\n"), "{}{}", again.out, again.err);
    assert_eq!(ground.there(&["rev-parse", "v1.1.0"]), object);
    let done = ground.run(&["tag", "v1.1.0", "--yes"]);
    assert_eq!((done.code, done.out.as_str()), (Some(0), "origin has v1.1.0 already, as it should be.\n"));
}

#[test]
fn a_tag_that_stands_here_and_points_elsewhere_or_is_lightweight_is_not_pushed() {
    let ground = ready(true);
    ground.git(&["tag", "-am", "x", "v1.1.0", "v1.0.0^{}"]);
    let said = ground.run(&["tag", "v1.1.0", "--yes"]);
    assert_eq!(said.code, Some(6));
    assert!(said.err.contains("TW-V031") && said.err.contains("git tag -d v1.1.0"), "{}", said.err);
    ground.git(&["tag", "-d", "v1.1.0"]);
    ground.git(&["tag", "v1.1.0"]);
    let said = ground.run(&["tag", "v1.1.0", "--yes"]);
    assert!(said.err.contains("TW-T020"), "{}", said.err);
    assert_eq!(tags_there(&ground), "v1.0.0");
}

#[test]
fn what_the_clone_has_never_fetched_is_fetched_first() {
    let ground = ready(true);
    let other = ground.path("other");
    let there = other.to_str().unwrap();
    ground.git(&["clone", "-q", &ground.remote(), there]);
    ground.git(&["-C", there, "commit", "-q", "--allow-empty", "-m", "fix: elsewhere"]);
    ground.git(&["-C", there, "push", "-q", "origin", "main"]);
    let said = ground.run(&["tag", "--yes"]);
    assert_eq!(said.code, Some(6), "{}", said.out);
    assert!(said.err.contains("hint: fetch them with: git fetch --tags origin"), "{}", said.err);
    ground.git(&["fetch", "-q", "--tags", "origin"]);
    assert_eq!(ground.run(&["tag", "--yes"]).code, Some(0), "an older commit of main may be released");
}

/// The remote's git dies in the middle of the push, before or after it has taken the refs.
fn cut_off(ground: &Ground, after: bool) {
    let script = match after {
        true => "[ \"$1\" = committed ] && kill -9 $PPID; exit 0",
        false => "kill -9 $PPID",
    };
    ground.hook(
        Path::new(&ground.remote()),
        if after { "reference-transaction" } else { "pre-receive" },
        script,
    );
}

#[test]
fn a_push_of_which_nobody_knows_is_looked_after_and_never_guessed() {
    let ground = ready(true);
    cut_off(&ground, true);
    let said = ground.run(&["tag", "--yes"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.ends_with("origin has taken v1.1.0.\n"), "{}", said.out);
    let ground = ready(true);
    cut_off(&ground, false);
    let said = ground.run(&["tag", "--yes"]);
    assert_eq!(said.code, Some(75), "{}", said.err);
    assert!(said.err.contains("whether origin has taken v1.1.0 is unknown (TW-V037)"), "{}", said.err);
    assert_eq!(tags_here(&ground), "v1.0.0 v1.1.0", "it stays: it may have arrived");
    std::fs::remove_file(Path::new(&ground.remote()).join("hooks/pre-receive")).unwrap();
    assert_eq!(ground.run(&["tag", "v1.1.0", "--yes"]).code, Some(0));
    assert_eq!(tags_there(&ground), "v1.0.0 v1.1.0");
}

#[test]
fn the_tag_is_signed_when_git_is_configured_so_and_none_stays_when_it_cannot_be() {
    let ground = ready(true);
    let key = ground.path("key");
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status().unwrap();
    assert!(made.success());
    ground.git(&["config", "gpg.format", "ssh"]);
    ground.git(&["config", "tag.gpgSign", "true"]);
    ground.git(&["config", "user.signingKey", "/nowhere/key"]);
    let said = ground.run(&["tag", "--yes"]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.err.contains("TW-V035") && said.err.contains("hint: when it is about signing"),
        "{}",
        said.err
    );
    assert_eq!(tags_here(&ground), "v1.0.0");
    ground.git(&["config", "user.signingKey", key.to_str().unwrap()]);
    assert_eq!(ground.run(&["tag", "--yes"]).code, Some(0));
    assert!(ground.there(&["cat-file", "tag", "v1.1.0"]).contains("-----BEGIN SSH SIGNATURE-----"));
}

#[test]
fn a_hook_of_the_clone_that_refuses_the_push_is_heard() {
    let ground = ready(true);
    ground.hook(&ground.work().join(".git"), "pre-push", "echo 'run the tests first' >&2; exit 1");
    let said = ground.run(&["tag", "--yes"]);
    assert_ne!(said.code, Some(0));
    assert!(said.err.contains("run the tests first"), "{}", said.err);
    assert_eq!(tags_there(&ground), "v1.0.0");
}

#[test]
fn a_release_that_runs_is_taken_back_to_the_one_before() {
    let ground = ready(true);
    assert_eq!(ground.run(&["tag", "--yes"]).code, Some(0));
    let said = ground.run(&["tag", "--rollback", "--yes"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(
        said.out.contains("(v1.0.0), to origin:\n    Take back v1.1.0: v1.0.0 runs again\n"),
        "{}",
        said.out
    );
    let commit = ground.there(&["rev-parse", "v1.1.0-rollback^{commit}"]);
    assert_eq!(commit, ground.git(&["rev-parse", "v1.0.0^{commit}"]));
    // v1.0.0 runs now, and nothing stands before it.
    assert!(ground.run(&["tag", "--rollback", "--dry-run"]).err.contains("TW-V039"));
    assert_eq!(ground.plan(&[])["last"], "v1.1.0", "the number that was taken back stays used");
}

#[test]
fn the_live_view_ends_with_the_release_and_says_how_it_ended() {
    for (phase, code) in [("complete", 0), ("rolled_back", 1), ("refused", 1)] {
        let ground = ready(true);
        ground.configure("", "");
        let row = json!({ "id": 7, "tag": "v1.1.0", "environment": "production" });
        let line = json!({ "line": { "seq": 1, "at": "2026-11-27T15:30:00Z", "actor": null, "kind": "opened",
            "text": { "id": "forecast-at-once", "values": { "tag": "v1.1.0\u{1b}", "environment": "production" } } } });
        let daemon = socket::answering(
            &ground.path("state"),
            vec![
                vec![json!({ "kind": "forecast", "known": true, "next": [], "link": "x" })],
                // The webhook is still on its way.
                vec![json!({ "kind": "ok", "value": { "releases": [] } })],
                vec![json!({ "kind": "ok", "value": { "releases": [row] } })],
                vec![
                    json!({ "kind": "line", "value": line }),
                    json!({ "kind": "line", "value": { "step": "pull", "text": "…" } }),
                    json!({ "kind": "ok", "value": { "phase": phase } }),
                ],
            ],
        );
        let said = ground.run(&["tag", "--yes", "--watch"]);
        assert_eq!(said.code, Some(code), "{phase}: {}{}", said.out, said.err);
        assert!(said.out.contains("Watching v1.1.0 for production.\n"), "{}", said.out);
        assert!(said.out.contains("v1.1.0\\u{1b} goes to production"), "{}", said.out);
        assert!(said.out.ends_with(&format!("production: {phase}\n")), "{}", said.out);
        assert_eq!(daemon.asked()[3]["ask"]["args"]["release"], "7");
    }
}

#[test]
fn without_a_daemon_the_tag_is_pushed_and_the_view_says_that_it_sees_nothing() {
    let ground = ready(true);
    ground.configure("", "");
    let said = ground.run(&["tag", "--yes", "--watch"]);
    assert_eq!(said.code, Some(75));
    assert_eq!(tags_there(&ground), "v1.0.0 v1.1.0");
    assert!(said.err.contains("the daemon cannot be reached from here"), "{}", said.err);
    assert!(said.out.contains("Follow it at https://release.example.org\n"), "{}", said.out);
}

#[test]
fn a_daemon_that_goes_away_in_the_middle_is_told_and_nothing_is_guessed() {
    let ground = ready(true);
    ground.configure("", "");
    let row = json!({ "id": 7, "tag": "v1.1.0", "environment": "production" });
    let _daemon = socket::answering(
        &ground.path("state"),
        vec![vec![], vec![json!({ "kind": "ok", "value": { "releases": [row] } })], vec![]],
    );
    let said = ground.run(&["tag", "--yes", "--watch"]);
    assert_eq!(said.code, Some(75), "{}{}", said.out, said.err);
    assert!(said.err.contains("TW-V047"), "{}", said.err);
}

/// Returns a project with something to release, nothing of it pushed.
fn unreleased() -> Ground {
    let ground = Ground::released();
    ground.write("CHANGELOG.md", &changelog("### Added\n\n- A page.\n", &[FIRST]));
    ground.commit("feat: page");
    ground
}

#[test]
fn the_changelog_is_committed_alone_whatever_else_is_staged() {
    let ground = unreleased();
    ground.write("staged", "x");
    ground.git(&["add", "staged"]);
    ground.write("file-1", "changed");
    let said = ground.run(&["changelog", "release", "1.1.0"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(
        ground.git(&["show", "--format=%s", "--name-only", "HEAD"]),
        "docs(changelog): release v1.1.0\n\nCHANGELOG.md"
    );
    assert_eq!(ground.git(&["status", "--short"]), " M file-1\nA  staged");
    let again = ground.run(&["changelog", "release", "1.1.0"]);
    assert!(again.out.starts_with("1.1.0 has its section in line 5 already"), "{}", again.out);
    assert_eq!(ground.git(&["rev-list", "--count", "v1.0.0..HEAD"]), "2");
}

#[test]
fn the_clones_hooks_may_refuse_the_commit_and_the_next_run_makes_it() {
    let ground = unreleased();
    ground.hook(&ground.work().join(".git"), "commit-msg", "echo 'no ticket named' >&2; exit 1");
    let said = ground.run(&["changelog", "release", "1.1.0"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("no ticket named"), "{}", said.err);
    assert!(ground.read("CHANGELOG.md").contains("## [1.1.0] - "));
    std::fs::remove_file(ground.work().join(".git/hooks/commit-msg")).unwrap();
    let said = ground.run(&["changelog", "release", "1.1.0"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(ground.git(&["log", "-1", "--format=%s"]), "docs(changelog): release v1.1.0");
    assert_eq!(ground.git(&["status", "--short"]), "");
}

#[test]
fn the_date_is_that_of_the_configured_zone() {
    for zone in ["Pacific/Kiritimati", "Etc/GMT+12"] {
        let ground = unreleased();
        let calendar = format!("[[calendar]]\nname = \"far\"\ntime_zone = \"{zone}\"\n");
        ground.configure(&calendar, "");
        let today = || TimeZone::get(zone).unwrap().to_datetime(jiff::Timestamp::now()).date();
        let before = today();
        assert_eq!(ground.run(&["changelog", "release", "1.1.0", "--no-commit"]).code, Some(0));
        // Midnight may pass meanwhile.
        let dates = [before, today()].map(|date| format!("## [1.1.0] - {date}\n"));
        let text = ground.read("CHANGELOG.md");
        assert!(dates.iter().any(|date| text.contains(date)), "{zone}: {text}");
    }
}

#[test]
fn killed_while_it_writes_the_old_file_stands_and_the_next_run_succeeds() {
    let ground = unreleased();
    let before = ground.read("CHANGELOG.md");
    // The kernel ends the program at the tenth byte that it writes into a file.
    let status = Command::new("prlimit")
        .args([
            "--fsize=10",
            env!("CARGO_BIN_EXE_tagwarden"),
            "changelog",
            "release",
            "1.1.0",
            "--date",
            "2026-11-24",
        ])
        .current_dir(ground.work())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success());
    assert_eq!(ground.read("CHANGELOG.md"), before);
    assert_eq!(ground.run(&["changelog", "release", "1.1.0", "--date", "2026-11-24"]).code, Some(0));
    assert!(ground.read("CHANGELOG.md").contains("## [1.1.0] - 2026-11-24\n"));
}

#[test]
fn line_endings_and_marks_survive_release_and_commit() {
    let ground = Ground::new();
    ground.git(&["config", "core.autocrlf", "false"]);
    let text =
        "\u{feff}# Changelog\r\n\r\n## [Unreleased]\r\n\r\n- a\r\n\r\n## [1.0.0] - 2026-01-15\r\n\r\n- b";
    ground.write("CHANGELOG.md", text);
    ground.commit("feat: first");
    assert_eq!(ground.run(&["changelog", "release", "1.1.0", "--date", "2026-11-24"]).code, Some(0));
    let expected = text.replace("## [Unreleased]\r\n", "## [Unreleased]\r\n\r\n## [1.1.0] - 2026-11-24\r\n");
    assert_eq!(ground.read("CHANGELOG.md"), expected);
    assert_eq!(ground.git(&["cat-file", "-p", "HEAD:CHANGELOG.md"]), expected);
}

#[test]
fn what_changed_in_a_released_section_is_found_against_the_last_tag() {
    let ground = Ground::released();
    let before = ground.path("before.md");
    std::fs::write(&before, ground.read("CHANGELOG.md")).unwrap();
    for (body, id) in [
        ("### Added\n\n- The first thing.\n- A late thing.\n", "TW-L010"),
        ("A late sentence.\n\n### Added\n\n- The first thing.\n", "TW-L020"),
        ("", ""),
    ] {
        let sections: &[(&str, &str)] = if id.is_empty() { &[] } else { &[("1.0.0", body)] };
        ground.write("CHANGELOG.md", &changelog("", sections));
        let said = ground.run(&["changelog", "check", "--base", before.to_str().unwrap()]);
        assert_eq!(said.code, Some(1), "{body}");
        assert!(said.out.contains(if id.is_empty() { "TW-L019" } else { id }), "{}", said.out);
    }
}

#[test]
fn from_commits_to_the_remote_in_three_commands() {
    let ground = unreleased();
    let plan = ground.plan(&[]);
    assert_eq!((plan["next"].as_str(), warned(&plan)), (Some("v1.1.0"), vec!["TW-V041"]));
    assert_eq!(ground.run(&["changelog", "release", "1.1.0"]).code, Some(0));
    let said = ground.run(&["tag", "--yes", "--with-branch"]);
    assert_eq!((said.code, said.err.contains("warning:")), (Some(0), false), "{}", said.err);
    assert_eq!(ground.plan(&[])["last"], "v1.1.0");
}
