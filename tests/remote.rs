//! Steps on hosts: they run detached from every connection, once, and their state is always the truth.
//!
//! Real sshd, real shells; what a step does is held back by named pipes, never by time.

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test, as it should")]

#[path = "remote/ground.rs"]
mod ground;
#[path = "world/sshd.rs"]
mod sshd;

use std::fs;
use std::time::{Duration, Instant};

use ground::{Ground, commands, key, sh, until};
use jiff::Timestamp;
use sshd::{FrozenLine, Sshd};
use tagwarden::config::Address;
use tagwarden::domain::names::ReleaseId;
use tagwarden::domain::plan::Script;
use tagwarden::remote::{EnvironmentLock, Gravity, RemoteError, StepState};

const LONG: Duration = Duration::from_secs(120);

/// Every way to a host that the tests know: this machine, and SSH with each shell.
fn grounds() -> Vec<Ground> {
    let shells = ["/bin/dash", "/bin/bash", "/bin/busybox"];
    let mut grounds = vec![Ground::local()];
    grounds.extend(shells.map(|shell| Ground::ssh(Sshd::with_shell(shell))));
    grounds
}

/// Whether a step that is being ended has this status; no moment before may look like a lost step.
#[track_caller]
fn ended(state: StepState, with: i32) -> bool {
    match state {
        StepState::Starting | StepState::Running => false,
        other => {
            assert_eq!(other, StepState::Finished { status: with });
            true
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_runs_to_its_end_whatever_the_shell_and_keeps_status_and_log() {
    for ground in grounds() {
        let host = ground.host();
        let step = key("r1-s0-say-1-do");
        assert_eq!(host.status(&step).await.unwrap(), StepState::Absent, "{}", ground.name);
        let script = Script {
            env: [("WHO".to_owned(), "it's $me".to_owned())].into(),
            files: [("say.sh".to_owned(), "read -r line <\"$1\"\necho \"$WHO $line\"\nexit 7\n".to_owned())]
                .into(),
            ..commands(&[&["sh", "{step}/say.sh", &ground.pipe("go")]])
        };
        let state = host.start(&step, 1, &script, LONG).await.unwrap();
        assert!(matches!(state, StepState::Starting | StepState::Running), "{}: {state:?}", ground.name);
        until(|| async { host.status(&step).await.unwrap() == StepState::Running }).await;
        ground.write("go", "been let go");
        until(|| async { host.status(&step).await.unwrap() == StepState::Finished { status: 7 } }).await;
        assert_eq!(host.log(&step, 0).await.unwrap().bytes, b"it's $me been let go\n", "{}", ground.name);
        let again = host.start(&step, 1, &script, LONG).await.unwrap();
        assert_eq!(again, StepState::Finished { status: 7 }, "{}", ground.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_starts_at_once_run_it_once() {
    for ground in grounds() {
        let step = key("r1-s0-once-1-do");
        let file = ground.path("ran");
        let script = sh(&format!("echo ran >>{file}; read -r line <{}", ground.pipe("go")));
        let starts = (0..8).map(|_| {
            let (host, step, script) = (ground.host(), step.clone(), script.clone());
            tokio::spawn(async move { host.start(&step, 1, &script, LONG).await })
        });
        for start in starts.collect::<Vec<_>>() {
            let state = start.await.unwrap().unwrap();
            assert!(matches!(state, StepState::Starting | StepState::Running), "{}: {state:?}", ground.name);
        }
        ground.write("go", "");
        let host = ground.host();
        until(|| async { host.status(&step).await.unwrap() == StepState::Finished { status: 0 } }).await;
        assert_eq!(fs::read_to_string(&file).unwrap(), "ran\n", "{}", ground.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_connection_does_not_end_the_step() {
    let ground = Ground::ssh(Sshd::start(""));
    let host = ground.host();
    let step = key("r1-s0-wait-1-do");
    let script = sh(&format!("echo before; read -r line <{}; echo after; exit 5", ground.pipe("go")));
    host.start(&step, 1, &script, LONG).await.unwrap();
    until(|| async { host.status(&step).await.unwrap() == StepState::Running }).await;
    assert!(ground.kill_ssh() > 0, "there was no connection to kill");
    until(|| async { matches!(host.status(&step).await, Ok(StepState::Running)) }).await;
    ground.write("go", "");
    until(|| async { matches!(host.status(&step).await, Ok(StepState::Finished { status: 5 })) }).await;
    assert_eq!(host.log(&step, 0).await.unwrap().bytes, b"before\nafter\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_step_is_lost_and_never_called_finished() {
    for ground in grounds() {
        let host = ground.host();
        let step = key("r1-s0-killed-1-do");
        let script = sh(&format!("echo ready; read -r line <{}", ground.pipe("go")));
        host.start(&step, 1, &script, LONG).await.unwrap();
        until(|| async { ground.says(&step, "ready\n") }).await;
        assert_eq!(host.status(&step).await.unwrap(), StepState::Running, "{}", ground.name);
        ground.kill_session(&step);
        until(|| async { host.status(&step).await.unwrap() == StepState::Lost { rebooted: false } }).await;
        fs::write(ground.step(&step).join("boot"), "another boot\n").unwrap();
        assert_eq!(host.status(&step).await.unwrap(), StepState::Lost { rebooted: true }, "{}", ground.name);
        assert_eq!(host.cancel(&step).await.unwrap(), StepState::Lost { rebooted: true }, "{}", ground.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_whose_worker_was_killed_runs_as_long_as_its_child_does() {
    let ground = Ground::local();
    let host = ground.host();
    let step = key("r1-s0-orphan-1-do");
    let script = sh(&format!("echo ready; read -r line <{}", ground.pipe("go")));
    host.start(&step, 1, &script, LONG).await.unwrap();
    until(|| async { ground.says(&step, "ready\n") }).await;
    ground.kill_leader(&step);
    assert_eq!(host.status(&step).await.unwrap(), StepState::Running);
    ground.write("go", "");
    until(|| async { host.status(&step).await.unwrap() == StepState::Lost { rebooted: false } }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_line_is_noticed_in_time_and_the_step_is_found_again() {
    let sshd = Sshd::start("");
    let line = FrozenLine::to(sshd.port).await;
    let mut ground = Ground::ssh(sshd);
    ground.through(line.port);
    let host = ground.host();
    let step = key("r1-s0-far-1-do");
    host.start(&step, 1, &sh(&format!("read -r line <{}; exit 3", ground.pipe("go"))), LONG).await.unwrap();
    line.freeze(true);
    let asked = Instant::now();
    let error = host.look(&commands(&[&["true"]]), Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(error.gravity(), Gravity::Unknown, "{error}");
    assert!(asked.elapsed() < Duration::from_secs(20), "it took {:?}", asked.elapsed());
    line.freeze(false);
    until(|| async { matches!(host.status(&step).await, Ok(StepState::Running)) }).await;
    ground.write("go", "");
    until(|| async { matches!(host.status(&step).await, Ok(StepState::Finished { status: 3 })) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_is_kept_on_the_host_and_takes_children_along() {
    for ground in grounds() {
        let host = ground.host();
        let step = key("r1-s0-slow-1-do");
        let script = sh("sleep 1000 & sleep 1000; echo never");
        host.start(&step, 1, &script, Duration::from_secs(1)).await.unwrap();
        until(|| async { ended(host.status(&step).await.unwrap(), 124) }).await;
        assert_eq!(ground.session_size(&step), 0, "{}", ground.name);
        let log = String::from_utf8(host.log(&step, 0).await.unwrap().bytes).unwrap();
        assert!(log.contains("limit of 1 s") && !log.contains("never"), "{}: {log}", ground.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_step_is_over_only_when_nothing_is_left_of_it() {
    for ground in grounds() {
        let host = ground.host();
        let step = key("r1-s0-stop-1-do");
        assert_eq!(host.cancel(&step).await.unwrap(), StepState::Absent, "{}", ground.name);
        host.start(&step, 1, &sh("sleep 1000 & sleep 1000"), LONG).await.unwrap();
        until(|| async { ground.session_size(&step) >= 4 }).await;
        let cancel = {
            let (host, step) = (host.clone(), step.clone());
            tokio::spawn(async move { host.cancel(&step).await })
        };
        until(|| async { ended(host.status(&step).await.unwrap(), 130) }).await;
        assert_eq!(cancel.await.unwrap().unwrap(), StepState::Finished { status: 130 }, "{}", ground.name);
        assert_eq!(ground.session_size(&step), 0, "{}", ground.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_has_seen_a_newer_release_refuses_an_older_one() {
    for ground in grounds() {
        let host = ground.host();
        let nothing = commands(&[&["true"]]);
        let done = StepState::Finished { status: 0 };
        host.start(&key("r9-a"), 9, &nothing, LONG).await.unwrap();
        until(|| async { host.status(&key("r9-a")).await.unwrap() == done }).await;
        let old = host.start(&key("r8-a"), 8, &nothing, LONG).await.unwrap();
        assert_eq!(old, StepState::Refused { token: 9 }, "{}", ground.name);
        assert_eq!(host.status(&key("r8-a")).await.unwrap(), StepState::Absent, "{}", ground.name);
        host.start(&key("r9-b"), 9, &nothing, LONG).await.unwrap();
        until(|| async { host.status(&key("r9-b")).await.unwrap() == done }).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_belongs_to_one_release_until_it_gives_it_back() {
    for ground in grounds() {
        let host = ground.host();
        let lock = |release: u64, who: &str| EnvironmentLock {
            release: ReleaseId(release),
            who: who.to_owned(),
            since: Timestamp::from_second(1_700_000_000).unwrap(),
            why: "school/bridge v1.2.3 – it's \"urgent\"\n".to_owned(),
        };
        assert_eq!(host.holder().await.unwrap(), None, "{}", ground.name);
        host.give_back(ReleaseId(1)).await.unwrap();
        assert_eq!(host.take(&lock(1, "ada")).await.unwrap(), None, "{}", ground.name);
        assert_eq!(host.take(&lock(1, "ada")).await.unwrap(), None, "{}", ground.name);
        assert_eq!(host.take(&lock(2, "eve")).await.unwrap(), Some(lock(1, "ada")), "{}", ground.name);
        host.give_back(ReleaseId(2)).await.unwrap();
        assert_eq!(host.holder().await.unwrap(), Some(lock(1, "ada")), "{}", ground.name);
        host.give_back(ReleaseId(1)).await.unwrap();
        assert_eq!(host.take(&lock(2, "eve")).await.unwrap(), None, "{}", ground.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_read_in_parts_byte_for_byte() {
    for ground in grounds() {
        let host = ground.host();
        let step = key("r1-s0-log-1-do");
        let file = ground.path("bytes");
        let bytes: Vec<u8> = (0..600_000_u32).map(|n| (n * 7 % 256) as u8).collect();
        fs::write(&file, &bytes).unwrap();
        assert_eq!(host.log(&step, 0).await.unwrap().bytes, b"", "{}", ground.name);
        host.start(&step, 1, &commands(&[&["cat", &file]]), LONG).await.unwrap();
        until(|| async { host.status(&step).await.unwrap() == StepState::Finished { status: 0 } }).await;
        let (mut read, mut from, mut parts) = (Vec::new(), 0, 0);
        loop {
            let part = host.log(&step, from).await.unwrap();
            if part.bytes.is_empty() {
                assert_eq!(part.next, from, "{}", ground.name);
                break;
            }
            read.extend(part.bytes);
            from = part.next;
            parts += 1;
        }
        assert!(read == bytes && parts == 3, "{}: {} bytes in {parts} parts", ground.name, read.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_a_step_hears_its_words_and_its_end() {
    for ground in grounds() {
        let host = ground.host();
        let step = key("r1-s0-follow-1-do");
        let absent = host.follow(&step, 0, LONG).await.unwrap();
        assert_eq!((absent.0, absent.1.bytes), (StepState::Absent, Vec::new()), "{}", ground.name);
        let script = sh(&format!("echo ready; read -r line <{}; echo bye; exit 4", ground.pipe("go")));
        host.start(&step, 1, &script, LONG).await.unwrap();
        until(|| async { ground.says(&step, "ready\n") }).await;
        let (state, said) = host.follow(&step, 0, Duration::from_secs(1)).await.unwrap();
        assert_eq!((state, said.bytes.as_slice()), (StepState::Running, &b"ready\n"[..]), "{}", ground.name);
        let waits = {
            let (host, step) = (host.clone(), step.clone());
            tokio::spawn(async move { host.follow(&step, said.next, Duration::from_secs(25)).await })
        };
        ground.write("go", "");
        let (state, said) = waits.await.unwrap().unwrap();
        let ended = (StepState::Finished { status: 4 }, &b"bye\n"[..]);
        assert_eq!((state, said.bytes.as_slice()), ended, "{}", ground.name);
        let again = host.follow(&step, said.next, LONG).await.unwrap();
        assert_eq!(
            (again.0, again.1.bytes),
            (StepState::Finished { status: 4 }, Vec::new()),
            "{}",
            ground.name
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_tells_status_and_both_streams_and_is_ended_at_its_limit() {
    for ground in grounds() {
        let host = ground.host();
        let looked = host.look(&sh("echo out; echo err >&2; printf end; exit 127"), LONG).await.unwrap();
        let found = (looked.status, looked.stdout.as_str(), looked.stderr.as_str());
        assert_eq!(found, (127, "out\nend", "err\n"), "{}", ground.name);
        let much = host.look(&sh("head -c 5000000 /dev/zero | tr '\\0' x; exit 3"), LONG).await.unwrap();
        assert_eq!((much.status, much.stdout.len()), (3, 1 << 20), "{}", ground.name);
        let slow = host.look(&sh("echo begun; exec sleep 1000"), Duration::from_secs(1)).await.unwrap();
        assert!(slow.status == 124, "{}: {slow:?}", ground.name);
        assert_eq!(slow.stdout, "begun\n", "{}", ground.name);
        let looks = ground.place().join("looks");
        assert_eq!(fs::read_dir(looks).unwrap().count(), 0, "{}", ground.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_ends_at_once_leaves_no_watchman_behind() {
    let ground = Ground::local();
    let host = ground.host();
    // A limit that no other test has: what watches over it is a `sleep` of that length.
    let limit = Duration::from_secs(5003);
    for _ in 0..60 {
        host.look(&sh("true"), limit).await.unwrap();
    }
    let left = || std::process::Command::new("pgrep").args(["-fc", "^sleep 5003"]).output().unwrap().stdout;
    until(|| async { left() == b"0\n" }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_profile_prints_is_no_answer() {
    let noisy = "ForceCommand echo Welcome; echo warning >&2; echo tagwarden-answerless; eval \"$SSH_ORIGINAL_COMMAND\"";
    let ground = Ground::ssh(Sshd::start(noisy));
    let host = ground.host();
    let looked = host.look(&sh("echo out; echo err >&2"), LONG).await.unwrap();
    assert_eq!((looked.stdout.as_str(), looked.stderr.as_str()), ("out\n", "err\n"));
    assert_eq!(host.status(&key("r1-a")).await.unwrap(), StepState::Absent);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_key_or_a_refused_login_ends_the_tries_at_once() {
    let sshd = Sshd::start("");
    let other = sshd::key(&sshd.folder.path().join("otherkey.pub"));
    let stranger = sshd.folder.path().join("stranger");
    let mut ground = Ground::ssh(sshd);
    ground.change(|address| {
        if let Address::Ssh { host_key, .. } = address {
            *host_key = other;
        }
    });
    let host = ground.host();
    for _ in 0..3 {
        let error = host.status(&key("r1-a")).await.unwrap_err();
        assert!(matches!(error, RemoteError::OtherKey { .. }), "{error}");
        assert_eq!(error.gravity(), Gravity::Permanent);
        assert!(error.to_string().contains("SHA256:"), "{error}");
    }
    let right = sshd::key(&ground.sshd().folder.path().join("hostkey.pub"));
    ground.change(|address| {
        if let Address::Ssh { host_key, identity, .. } = address {
            *host_key = right;
            *identity = Some(stranger);
        }
    });
    let host = ground.host();
    for _ in 0..3 {
        let error = host.status(&key("r1-a")).await.unwrap_err();
        assert!(matches!(error, RemoteError::NotLetIn { .. }), "{error}");
        assert_eq!(error.gravity(), Gravity::Permanent);
    }
    let tries = ground.sshd().log().matches("Connection from").count();
    // One is the test's own, made to see whether the server listens.
    assert_eq!(tries, 3, "{}", ground.sshd().log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_there_is_a_passing_trouble() {
    let sshd = Sshd::start("");
    let mut ground = Ground::ssh(sshd);
    // Nothing listens on port 1.
    ground.through(1);
    let error = ground.host().status(&key("r1-a")).await.unwrap_err();
    assert!(matches!(error, RemoteError::Unreachable { .. }), "{error}");
    assert_eq!(error.gravity(), Gravity::Transient);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_made_is_told_and_nothing_runs() {
    for mut ground in grounds() {
        ground.keep_steps_in("/dev/null/steps");
        let host = ground.host();
        let file = ground.path("ran");
        let error = host.start(&key("r1-a"), 1, &sh(&format!("touch {file}")), LONG).await.unwrap_err();
        assert!(matches!(error, RemoteError::Incapable { .. }), "{}: {error}", ground.name);
        assert_eq!(error.gravity(), Gravity::Permanent);
        assert!(!fs::exists(&file).unwrap(), "{}", ground.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twelve_questions_at_once_are_all_answered() {
    let ground = Ground::ssh(Sshd::start("MaxSessions 6"));
    let host = ground.host();
    let asked: Vec<_> = (0..12)
        .map(|n| {
            let host = host.clone();
            tokio::spawn(async move { host.look(&commands(&[&["echo", &n.to_string()]]), LONG).await })
        })
        .collect();
    for (n, asked) in asked.into_iter().enumerate() {
        assert_eq!(asked.await.unwrap().unwrap().stdout, format!("{n}\n"));
    }
}
