//! The terminal commands as their users meet them: exit codes, both languages, and streams that close early.

#![expect(clippy::unwrap_used, reason = "what a test cannot prepare fails it, as it should")]

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Returns the command in an empty environment, as in a fresh login with a plain locale.
fn tagwarden(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tagwarden"));
    command.args(words).env_clear().current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn run(words: &[&str]) -> Output {
    tagwarden(words).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[track_caller]
fn says(words: &[&str], code: i32, out: &str, err: &str) {
    let output = run(words);
    let told = (output.status.code(), stdout(&output), stderr(&output));
    assert_eq!(told, (Some(code), out, err), "{words:?}");
}

#[test]
fn the_help_page_shows_examples_before_the_grammar() {
    let output = run(&["--help"]);
    let help = stdout(&output);
    let (examples, usage) = (help.find("Examples:").unwrap(), help.find("Usage:").unwrap());
    assert!(examples < usage, "{help}");
    for command in ["config", "completions", "man"] {
        assert!(
            help.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))),
            "{command}\n{help}"
        );
    }
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_is_no_command_exits_2_and_gets_a_suggestion() {
    says(
        &["complecions"],
        2,
        "",
        "error: There is no command `complecions` (TW-U003).\nhint: did you mean: completions\n",
    );
    says(
        &["config", "check", "--jsn"],
        2,
        "",
        "error: The option `--jsn` is not known here (TW-U005).\nhint: did you mean: --json\n",
    );
    says(
        &["zzzzzz", "--lang", "fr"],
        2,
        "",
        "error: La commande `zzzzzz` n'existe pas (TW-U002).\nhint: pour voir les commandes : tagwarden --help\n",
    );
    assert_eq!(run(&[]).status.code(), Some(2));
}

#[test]
fn hostile_words_cannot_paint_the_terminal() {
    let output = run(&["\u{1b}[2J\u{202e}"]);
    let told = stderr(&output);
    assert!(told.contains("\\u{1b}[2J\\u{202e}"), "{told:?}");
    assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}'), "{told:?}");
}

#[test]
fn the_language_is_the_option_then_the_environment() {
    for (lang, variables, french) in [
        (None, vec![], false),
        (None, vec![("LANG", "fr_FR.UTF-8")], true),
        (None, vec![("LANG", "fr_FR.UTF-8"), ("LC_MESSAGES", "en_GB.UTF-8")], false),
        (None, vec![("LANG", "en_GB.UTF-8"), ("LC_ALL", "fr_CA")], true),
        (None, vec![("LANG", "fr_FR.UTF-8"), ("LC_ALL", "")], true),
        (None, vec![("LANG", "de_DE.UTF-8")], false),
        (Some("en"), vec![("LC_ALL", "fr_FR.UTF-8")], false),
        (Some("fr"), vec![("LC_ALL", "C.UTF-8")], true),
    ] {
        let mut command =
            tagwarden(&["config", "check", "--without-secrets", "--config", "config/tagwarden.toml"]);
        command.args(lang.map(|lang| format!("--lang={lang}"))).envs(variables.clone());
        let output = command.output().unwrap();
        let expected = if french {
            "config/tagwarden.toml est bon : 1 dépôt, 1 environnement, 1 calendrier, 1 canal.\n"
        } else {
            "config/tagwarden.toml is good: 1 repository, 1 environment, 1 calendar, 1 channel.\n"
        };
        assert_eq!(stdout(&output), expected, "{lang:?} {variables:?} {}", stderr(&output));
    }
}

#[test]
fn colour_is_only_used_when_asked_for_off_a_terminal() {
    let plain = run(&["config", "check", "--config", "/nowhere"]);
    assert_eq!(
        stderr(&plain),
        "error: /nowhere: the file cannot be read: No such file or directory (os error 2) (TW-C001)\n\
         hint: name another file with --config FILE or TAGWARDEN_CONFIG=FILE\n"
    );
    let coloured = run(&["config", "check", "--config", "/nowhere", "--color", "always"]);
    assert!(stderr(&coloured).starts_with("\u{1b}[1;31merror:\u{1b}[0m /nowhere"), "{:?}", stderr(&coloured));
    assert_eq!((plain.status.code(), coloured.status.code()), (Some(1), Some(1)));
}

#[test]
fn the_configuration_comes_from_the_option_then_the_environment_then_the_default() {
    let from_environment =
        |words: &[&str]| tagwarden(words).env("TAGWARDEN_CONFIG", "/from-env").output().unwrap();
    assert!(stderr(&from_environment(&["config", "check"])).starts_with("error: /from-env: "));
    assert!(stderr(&from_environment(&["config", "check", "--config", "/opt"])).starts_with("error: /opt: "));
    assert!(stderr(&run(&["config", "check"])).starts_with("error: /etc/tagwarden/tagwarden.toml: "));
}

#[test]
fn a_check_answers_in_json_with_places_and_ids() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("c.toml");
    std::fs::write(&file, "[server]\npublic_ulr = \"https://a.example\"\n").unwrap();
    let file = file.to_str().unwrap();
    let output = run(&["config", "check", "--json", "--config", file]);
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        answer,
        serde_json::json!({
            "file": file,
            "good": false,
            "problems": [
                {"id": "TW-C006", "path": "forge", "line": null, "message": "this key is missing",
                 "hint": "see the commented sample: config/tagwarden.toml"},
                {"id": "TW-C003", "path": "server.public_ulr", "line": 2,
                 "message": "this key does not exist here", "hint": "did you mean: public_url"},
            ],
            "warnings": [],
        })
    );
    assert_eq!((output.status.code(), stderr(&output)), (Some(1), ""));
}

#[test]
fn a_secret_that_everybody_can_read_is_warned_about() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (token, webhook) = (write("token", "abc", 0o644), write("webhook", &"s".repeat(24), 0o640));
    let text = format!(
        "[server]\npublic_url = \"https://a.example\"\n[forge]\nurl = \"https://b.example\"\n\
         token = {{ file = \"{token}\" }}\nwebhook_secrets = [ {{ file = \"{webhook}\" }} ]\n"
    );
    let file = write("c.toml", &text, 0o644);
    says(
        &["config", "check", "--config", &file],
        0,
        &format!("{file} is good: 0 repositories, 0 environments, 0 calendars, 0 channels.\n"),
        &format!(
            "warning: {file}:5: forge.token: everybody on this machine can read the file of this secret (TW-C062)\n\
             hint: take that right away with: chmod o-r FILE\n"
        ),
    );
    says(&["config", "check", "--quiet", "--config", &file], 0, "", "");
}

#[test]
fn a_freeze_that_is_over_is_warned_about() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("c.toml");
    let text = std::fs::read_to_string("config/tagwarden.toml").unwrap();
    let text =
        text.replace("2026-12-01T08:00", "2020-12-01T08:00").replace("2026-12-02T12:00", "2020-12-02T12:00");
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let output = run(&["config", "check", "--without-secrets", "--config", file]);
    let expected =
        format!("warning: {file}: calendar: calendar school: the freeze hours deadline is over (TW-K001)\n");
    assert!(stderr(&output).starts_with(&expected), "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_shown_configuration_is_a_configuration_that_means_the_same() {
    let folder = TempDir::new().unwrap();
    let shown = run(&["config", "show", "--config", "config/tagwarden.toml"]);
    let file = folder.path().join("shown.toml");
    std::fs::write(&file, &shown.stdout).unwrap();
    let again = run(&["config", "show", "--config", file.to_str().unwrap()]);
    assert_eq!(stdout(&shown), stdout(&again));
    assert!(stdout(&shown).contains("credential = \"forgejo-token\""), "{}", stdout(&shown));
    let json = run(&["config", "show", "--json", "--config", "config/tagwarden.toml"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let toml: toml::Table = stdout(&shown).parse().unwrap();
    assert_eq!(json, serde_json::to_value(toml).unwrap());
    assert_eq!(json["repository"][0]["clone_url"], "https://git.example.org/school/bridge.git");
}

#[test]
fn a_reader_that_goes_away_ends_the_command_quietly() {
    for words in [&["config", "schema"][..], &["man"], &["completions", "bash"], &["--help"]] {
        let mut child = tagwarden(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""), "{words:?}");
    }
}

#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = tagwarden(&["config", "schema"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).starts_with("error: The answer could not be written: "), "{}", stderr(&output));
}

#[test]
fn completions_know_every_command_in_every_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let output = run(&["completions", shell]);
        for word in ["completions", "config", "schema", "without-secrets"] {
            assert!(stdout(&output).contains(word), "{shell} does not know {word}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = TempDir::new().unwrap();
    let output = run(&["man", "--quiet", "--dir", folder.path().to_str().unwrap()]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    for page in ["tagwarden.1", "tagwarden-config.1", "tagwarden-config-check.1", "tagwarden-man.1"] {
        let text = std::fs::read_to_string(folder.path().join(page)).unwrap_or_default();
        assert!(text.contains(".SH SYNOPSIS"), "{page}: {text}");
    }
    let one = run(&["man", "config", "check"]);
    assert!(stdout(&one).contains("without\\-secrets"), "{}", stdout(&one));
    says(
        &["man", "nonsense"],
        4,
        "",
        "error: There is no manual page for `nonsense` (TW-U013).\nhint: list the commands with: tagwarden --help\n",
    );
}

#[test]
fn a_page_that_cannot_be_written_is_a_failure() {
    let output = run(&["man", "--dir", Path::new(env!("CARGO_BIN_EXE_tagwarden")).to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("TW-U014"), "{}", stderr(&output));
}
