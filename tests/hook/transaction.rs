//! The other door: tags made, moved and deleted in the forge's pages or through its API.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use crate::forge::{Forge, LAYOUTS, Layout, Pushed};

impl Forge {
    /// Runs git on the forge as a click in a page does: in the repository, without a word about who or what.
    pub fn click(&self, words: &[&str]) -> Pushed {
        self.click_as(words, &[])
    }

    pub fn click_as(&self, words: &[&str], more: &[(&str, &str)]) -> Pushed {
        let mut git = Command::new("git");
        git.args(words).current_dir(self.bare()).env_clear();
        git.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.home()).env("GIT_DIR", ".");
        git.env("TAGWARDEN_CONFIG", self.config()).envs(more.iter().copied());
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "Ada").env(format!("GIT_{role}_EMAIL"), "ada@example.org");
        }
        Pushed::of(&git.output().unwrap())
    }
}

#[test]
fn a_lawful_tag_by_click_passes_and_an_unlawful_one_is_not_there_afterwards() {
    for layout in LAYOUTS {
        let mut forge = Forge::at_1_0_0(layout);
        forge.prepare("1.0.1");
        forge.push(&["main"]).accepted();
        // A release on a new tag makes a lightweight one.
        forge.click(&["tag", "v1.0.1", "main"]).refused(&["TW-T020"]);
        assert_eq!(forge.at_forge("refs/tags/v1.0.1"), None, "{layout:?}");
        forge.click(&["tag", "-a", "-m", "x", "v1.7.0", "main"]).refused(&["TW-T012"]);
        forge.click(&["tag", "-a", "-m", "x", "v1.x", "main"]).refused(&["TW-T010"]);
        forge.click(&["tag", "-a", "-m", "Release v1.0.1", "v1.0.1", "main"]).accepted();
        forge.click(&["tag", "nightly", "main"]).accepted();
        forge.click(&["tag", "v1.0.1-rollback", "v1.0.0^{}"]).accepted();
    }
}

#[test]
fn a_click_neither_moves_nor_deletes_a_release_tag() {
    for layout in LAYOUTS {
        let forge = Forge::at_1_0_0(layout);
        let before = forge.at_forge("refs/tags/v1.0.0").unwrap();
        // Here the old id is zero although the tag stands.
        forge.click(&["tag", "-d", "v1.0.0"]).refused(&["TW-T031"]);
        forge.click(&["tag", "-f", "-a", "-m", "x", "v1.0.0", "main"]).refused(&["TW-T030"]);
        forge.click(&["update-ref", "-d", "refs/tags/v1.0.0"]).refused(&["TW-T031"]);
        forge.click(&["update-ref", "refs/tags/v1.0.0", "main"]).refused(&["TW-T030"]);
        // Packed, or both, it is the same.
        for pack in [&["pack-refs", "--all", "--no-prune"][..], &["pack-refs", "--all"]] {
            forge.click(pack).accepted();
            forge.click(&["tag", "-d", "v1.0.0"]).refused(&["TW-T031"]);
            forge.click(&["update-ref", "-d", "refs/tags/v1.0.0", &before]).refused(&["TW-T031"]);
        }
        assert_eq!(forge.at_forge("refs/tags/v1.0.0"), Some(before), "{layout:?}");
    }
}

#[test]
fn branches_pulls_packing_and_scratch_copies_pass_without_a_configuration() {
    for layout in LAYOUTS {
        let forge = Forge::at_1_0_0(layout);
        std::fs::remove_file(forge.config()).unwrap();
        forge.click(&["branch", "other", "main"]).accepted();
        forge.click(&["symbolic-ref", "HEAD", "refs/heads/other"]).accepted();
        forge.click(&["update-ref", "refs/pull/1/head", "main"]).accepted();
        forge.click(&["update-ref", "-d", "refs/pull/1/head"]).accepted();
        forge.click(&["branch", "-D", "other"]).accepted();
        forge.click(&["pack-refs", "--all"]).accepted();
        assert!(
            !forge.bare().join("refs/tags/v1.0.0").exists() && forge.at_forge("refs/tags/v1.0.0").is_some()
        );
        forge.click(&["gc", "-q"]).accepted();
        // What the forge makes for an edit in the page: a copy with all tags, under a name that is no repository's.
        let scratch = forge.folder().join("tmp/local-repo/upload.git856734892");
        std::fs::create_dir_all(scratch.parent().unwrap()).unwrap();
        let (from, to) = (forge.bare(), scratch.to_str().unwrap().to_owned());
        forge.click(&["clone", "-q", "--bare", from.to_str().unwrap(), &to]).accepted();
        let again = forge.click(&[
            "--git-dir",
            &to,
            "fetch",
            "-q",
            from.to_str().unwrap(),
            "+refs/tags/*:refs/tags/*",
        ]);
        again.accepted();
        // Without a configuration a tag cannot be judged.
        forge.click(&["tag", "v1.0.1", "main"]).refused(&["TW-H001"]);
    }
}

#[test]
fn who_pushed_was_judged_by_pre_receive_and_passes() {
    for layout in LAYOUTS {
        let forge = Forge::at_1_0_0(layout);
        forge.click_as(&["tag", "v7.x", "main"], &[("GITEA_PUSHER_ID", "2")]).accepted();
    }
}

#[test]
fn only_the_prepared_state_is_judged() {
    let forge = Forge::at_1_0_0(Layout::PerRepository);
    let head = forge.at_forge("refs/heads/main").unwrap();
    let line = format!("{} {head} refs/tags/v9.x\n", "0".repeat(40));
    for (state, passes) in [("prepared", false), ("committed", true), ("aborted", true), ("preparing", true)]
    {
        let mut hook = Command::new(forge.hooks().join("reference-transaction"));
        hook.arg(state)
            .current_dir(forge.bare())
            .env_clear()
            .env("GIT_DIR", ".")
            .env("TAGWARDEN_CONFIG", forge.config());
        hook.env("PATH", std::env::var_os("PATH").unwrap());
        hook.stdin(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
        let mut running = hook.spawn().unwrap();
        // A state that is not looked at may not read either.
        let _ = running.stdin.take().unwrap().write_all(line.as_bytes());
        assert_eq!(running.wait().unwrap().success(), passes, "{state}");
    }
}

#[test]
fn the_daemon_is_told_what_was_refused_and_why() {
    let forge = Forge::usual();
    let listener = UnixListener::bind(forge.socket()).unwrap();
    let (told, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        (&stream).write_all(b"{\"kind\":\"ok\",\"value\":{\"known\":true}}\n").unwrap();
        told.send(serde_json::from_str::<serde_json::Value>(&line).unwrap()).unwrap();
    });
    forge.click(&["tag", "v1.0.1", "main"]).refused(&["TW-T020", "TW-T041"]);
    let ask = &heard.recv_timeout(Duration::from_secs(10)).unwrap()["ask"];
    assert_eq!((&ask["kind"], &ask["repository"]), (&"tag_refused".into(), &"school/bridge".into()));
    assert_eq!(ask["tag"]["name"], "v1.0.1");
    assert_eq!(ask["tag"]["commit"], forge.at_forge("refs/heads/main").unwrap());
    assert_eq!(ask["why"][0]["id"], "TW-T020");
}

#[test]
fn without_the_program_tags_by_click_are_refused_and_branches_pass() {
    for layout in LAYOUTS {
        let forge = Forge::at_1_0_0(layout);
        let path = forge.hooks().join("reference-transaction");
        let text = std::fs::read_to_string(&path).unwrap();
        let broken = text.replace(env!("CARGO_BIN_EXE_tagwarden-hook"), "/nonexistent/tagwarden-hook");
        assert_ne!(broken, text);
        crate::forge::script(&path, &broken);
        forge.click(&["tag", "v1.0.1", "main"]).says("TW-H006");
        assert_eq!(forge.at_forge("refs/tags/v1.0.1"), None);
        forge.click(&["branch", "other", "main"]).accepted();
    }
}

#[test]
fn somebody_elses_hook_is_not_taken_away() {
    let forge = Forge::unguarded(Layout::PerRepository);
    let path = forge.hooks().join("reference-transaction");
    crate::forge::script(&path, "#!/bin/sh\nexit 0\n");
    let mut install = Command::new(env!("CARGO_BIN_EXE_tagwarden"));
    let output = install.args(["hook", "install", forge.bare().to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("TW-H013"));
    assert_eq!(std::fs::read_to_string(path).unwrap(), "#!/bin/sh\nexit 0\n");
}
