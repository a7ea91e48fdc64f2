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
        .env("TAGWARDEN_CONFIG", forge.config())
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
fn check_fails_when_the_configuration_leaves_the_repository_unguarded() {
    for layout in LAYOUTS {
        let forge = Forge::unguarded(layout);
        forge.install();
        let lawful = std::fs::read_to_string(forge.config()).unwrap();
        std::fs::write(forge.config(), lawful.replace("school/bridge", "school/other")).unwrap();
        let checked = hook(&forge, layout, "check");
        // The central hook stands for all repositories, whichever they are.
        let (code, says) = match layout {
            Layout::PerRepository => (Some(1), "TW-H018"),
            Layout::Central => (Some(0), "guards"),
        };
        assert_eq!(checked.status.code(), code, "{}", text(&checked));
        assert!(text(&checked).contains(says), "{}", text(&checked));
        std::fs::write(forge.config(), "[server]\n").unwrap();
        let checked = hook(&forge, layout, "check");
        assert_eq!(checked.status.code(), Some(1), "{}", text(&checked));
        assert!(text(&checked).contains("TW-H017"), "{}", text(&checked));
        let installed = hook(&forge, layout, "install");
        assert!(installed.status.success() && text(&installed).contains("TW-H017"), "{}", text(&installed));
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
    command.env("TAGWARDEN_CONFIG", forge.config());
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

/// A forge that answers in turn and hands out what it was asked.
fn forge_api(answers: Vec<(u16, &'static str)>) -> (String, std::sync::mpsc::Receiver<(String, String)>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (asked, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for (status, body) in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = std::io::BufReader::new(&stream);
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                std::io::BufRead::read_line(&mut reader, &mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
                if head.is_empty() {
                    head = line.trim().to_owned();
                }
            }
            let mut sent = vec![0; length];
            std::io::Read::read_exact(&mut reader, &mut sent).unwrap();
            let answer = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            std::io::Write::write_all(&mut &stream, answer.as_bytes()).unwrap();
            let _ = asked.send((head, String::from_utf8(sent).unwrap()));
        }
    });
    (url, heard)
}

#[test]
fn protect_makes_the_forges_own_rule_once_and_leaves_another_one_alone() {
    for (known, made) in [("[]", true), (r#"[{"id": 1, "name_pattern": "v*"}]"#, false)] {
        let forge = Forge::unguarded(Layout::PerRepository);
        let answers =
            vec![(200, r#"{"login": "robot"}"#), (200, known), (201, r#"{"id": 1, "name_pattern": "v*"}"#)];
        let (url, heard) = forge_api(answers);
        let config = std::fs::read_to_string(forge.config()).unwrap();
        let config = config
            .replace("https://git.example.org", &url)
            .replace("{ env = \"NONE\" }", "{ env = \"SECRET\" }");
        let environment = "[[repository.environment]]\nname = \"production\"\nrelease_managers = [\"team:school/release\", \"user:ada\"]\n\
            approvals = 0\n[[repository.environment.host]]\nname = \"one\"\naddress = \"local\"\ndirectory = \"/srv/bridge\"\n\
            [repository.environment.deploy]\nrecipe = \"compose\"\nproject = \"bridge\"\n\
            [repository.environment.healthcheck]\nurl = \"http://127.0.0.1:9/health\"\n";
        std::fs::write(forge.config(), format!("{config}{environment}")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagwarden"));
        command.args(["--config", forge.config().to_str().unwrap(), "hook", "install", "--protect"]);
        command.env_clear().env("SECRET", "s".repeat(40));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
        let wait = std::time::Duration::from_secs(10);
        assert!(heard.recv_timeout(wait).unwrap().0.starts_with("GET /api/v1/user "));
        let path = "/api/v1/repos/school/bridge/tag_protections ";
        assert!(heard.recv_timeout(wait).unwrap().0.starts_with(&format!("GET {path}")));
        if made {
            let (head, body) = heard.recv_timeout(wait).unwrap();
            assert!(head.starts_with(&format!("POST {path}")), "{head}");
            let body: serde_json::Value = serde_json::from_str(&body).unwrap();
            let rule = serde_json::json!({
                "name_pattern": "v*", "whitelist_usernames": ["ada", "robot"], "whitelist_teams": ["release"],
            });
            assert_eq!(body, rule);
            assert!(text(&output).contains("v* of school/bridge is protected now"), "{}", text(&output));
        } else {
            assert!(text(&output).contains("protected already"), "{}", text(&output));
        }
    }
}

#[test]
fn all_repositories_of_an_older_forge_are_guarded_one_by_one_and_wikis_are_not() {
    let forge = Forge::unguarded(Layout::PerRepository);
    let root = forge.folder().join("repos");
    let other = root.join("lab/other.git");
    std::fs::create_dir_all(other.parent().unwrap()).unwrap();
    let wiki = root.join("school/bridge.wiki.git");
    for repository in [&other, &wiki] {
        forge.run(forge.folder(), &["init", "-q", "--bare", repository.to_str().unwrap()]);
        std::fs::create_dir_all(repository.join("hooks")).unwrap();
        script(&repository.join("hooks/pre-receive"), "#!/bin/sh\n");
    }
    let all = ["--all", root.to_str().unwrap()];
    let output = tagwarden(&forge, &[&["hook", "install"][..], &all].concat());
    assert!(output.status.success(), "{}", text(&output));
    for guarded in [&forge.bare(), &other] {
        assert!(guarded.join("hooks/pre-receive.d/zz-tagwarden").is_file());
        assert!(guarded.join("hooks/reference-transaction").is_file());
    }
    assert!(!wiki.join("hooks/pre-receive.d").exists() && !wiki.join("hooks/reference-transaction").exists());
    let checked = tagwarden(&forge, &[&["hook", "check"][..], &all].concat());
    assert!(checked.status.success(), "{}", text(&checked));
    // One repository that nobody guards any more is found.
    std::fs::remove_file(other.join("hooks/reference-transaction")).unwrap();
    let checked = tagwarden(&forge, &[&["hook", "check"][..], &all].concat());
    assert_eq!(checked.status.code(), Some(1), "{}", text(&checked));
    assert!(text(&checked).contains("lab/other.git"), "{}", text(&checked));
}

#[test]
fn check_finds_a_second_hook_that_does_not_guard() {
    for layout in LAYOUTS {
        let forge = Forge::unguarded(layout);
        forge.install();
        let path = forge.hooks().join("reference-transaction");
        for (body, why) in [
            ("#!/bin/sh\nexit 0\n", "it lets a bad tag pass"),
            ("#!/bin/sh\nexit 1\n", "it refuses a branch"),
            (
                "#!/bin/sh\n[ \"$1\" = prepared ] && grep refs/tags && { echo TW-T010 >&2; exit 1; }\nexit 0\n",
                "what a push was judged for",
            ),
        ] {
            script(&path, body);
            let checked = hook(&forge, layout, "check");
            assert_eq!(checked.status.code(), Some(1), "{}", text(&checked));
            assert!(text(&checked).contains(why), "{}", text(&checked));
        }
    }
}
