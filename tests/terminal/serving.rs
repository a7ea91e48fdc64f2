//! The daemon as a process: how it starts, from which sockets, how it ends, and what it says when it cannot.

use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

use crate::house::{House, ended, rules, said};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_ends_in_order_at_the_first_signal_and_is_missed_afterwards() {
    let mut house = House::open(&rules("")).await;
    assert_eq!(house.stop().code(), Some(0));
    let log = house.log();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.last().unwrap()["message"], "stopped in order", "{log}");
    let away = house.run(&["status"]);
    away.refused(75, "TW-X001");
    assert!(away.err.contains("hint: start it with: systemctl start tagwarden\n"), "{away:#?}");
    let french = house.run(&["show", "1", "--lang", "fr"]);
    french.refused(75, "TW-X001");
    assert!(french.err.contains("démarrez-le avec : systemctl start tagwarden"), "{french:#?}");
    house.start();
    house.run(&["status"]).good();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_daemon_per_state_folder() {
    let house = House::open(&rules("")).await;
    house.run(&["serve"]).refused(6, "TW-U020");
    house.run(&["status"]).good();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_wrong_at_the_start_is_said_at_once_with_what_to_do() {
    let house = House::lay(&rules("")).await;
    house.run(&["serve", "--log", "tagwarden=loud"]).refused(2, "TW-U006");
    let taken = std::net::TcpListener::bind(house.address).unwrap();
    let refused = house.run(&["serve"]);
    refused.refused(1, "TW-U024");
    assert!(refused.err.contains(&house.address.to_string()), "{refused:#?}");
    drop(taken);

    let config = house.ground.config();
    let good = std::fs::read_to_string(&config).unwrap();
    std::fs::remove_file(house.folder.path().join("token")).unwrap();
    std::fs::write(&config, good.replace("recipe = \"script\"", "recipe = \"magic\"")).unwrap();
    let refused = house.run(&["serve"]);
    assert_eq!(refused.code, Some(1));
    assert_eq!(refused.err.matches("error: ").count(), 2, "both problems at once: {refused:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_listens_on_the_sockets_that_systemd_hands_over() {
    let house = House::lay(&rules("")).await;
    // Two sockets, neither at the address of the configuration: only the handed ones can answer.
    let (pages, webhooks) = (
        std::net::TcpListener::bind("127.0.0.1:0").unwrap(),
        std::net::TcpListener::bind("127.0.0.1:0").unwrap(),
    );
    let (at_pages, at_webhooks) = (pages.local_addr().unwrap(), webhooks.local_addr().unwrap());
    let occupied = std::net::TcpListener::bind(house.address).unwrap();
    let serve = house.command(&["serve"]);
    let handing = "LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=pages:webhooks exec \"$0\" serve 3<&0 4<&1";
    let mut daemon = Command::new("sh")
        .args(["-c", handing, env!("CARGO_BIN_EXE_tagwarden")])
        .envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .stdin(Stdio::from(OwnedFd::from(pages)))
        .stdout(Stdio::from(OwnedFd::from(webhooks)))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let fetch = |at: std::net::SocketAddr, path: &str| {
        use std::io::{Read, Write};
        let Ok(mut stream) = std::net::TcpStream::connect(at) else { return String::new() };
        write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    };
    // The kernel keeps the first connection until the daemon is there: no waiting is needed.
    assert!(fetch(at_pages, "/healthz").starts_with("HTTP/1.1 200"));
    assert!(fetch(at_webhooks, "/").starts_with("HTTP/1.1 404"), "pages are not for the webhooks' port");
    drop(occupied);
    assert!(Command::new("kill").arg(daemon.id().to_string()).status().unwrap().success());
    daemon.stdin.take();
    let (code, err) = ended(daemon);
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("another address than the configuration names"), "{err}");
}

#[cfg(feature = "failpoints")]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_named_point_stops_the_real_daemon() {
    let mut house = House::lay(&rules("")).await;
    let stopped = said(house.command(&["serve"]).env("FAILPOINTS", "journal-written=panic"));
    assert_eq!(stopped.code, Some(1), "{stopped:#?}");
    assert!(stopped.err.contains("failpoint journal-written panic"), "{stopped:#?}");
    // What was written before is there, and the next start goes on from it.
    house.start();
    house.run(&["audit", "verify"]).good();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_suits_its_reader() {
    let house = House::lay(&rules("")).await;
    for (words, variable, starts) in [
        (&["serve", "--log-format", "plain"][..], None, " INFO "),
        (&["serve"], Some(("JOURNAL_STREAM", "8:1")), " INFO "),
        (&["serve", "--log-format", "text"], None, "20"),
        (&["serve"], None, "{\"timestamp\":"),
    ] {
        let mut command = house.command(words);
        command.envs(variable).stderr(Stdio::piped());
        let daemon = command.spawn().unwrap();
        house.until("the daemon to answer", |house| house.run(&["status"]).code == Some(0));
        assert!(Command::new("kill").arg(daemon.id().to_string()).status().unwrap().success());
        let (code, err) = ended(daemon);
        assert_eq!(code, Some(0), "{err}");
        assert!(err.starts_with(starts), "{words:?}: {err}");
    }
}
