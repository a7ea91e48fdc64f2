//! What the hook says of the daemon: there, away, silent, slow or talking nonsense.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::forge::Forge;

/// Answers one request in a thread and hands out what was asked.
fn daemon(
    forge: &Forge,
    answer: impl FnOnce(&mut dyn Write) + Send + 'static,
) -> mpsc::Receiver<serde_json::Value> {
    let listener = UnixListener::bind(forge.socket()).unwrap();
    let (asked, told) = mpsc::channel();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        // Nobody may want to know what was asked.
        let _ = asked.send(serde_json::from_str(&line).unwrap());
        let mut stream = &stream;
        answer(&mut stream);
    });
    told
}

#[test]
fn with_the_daemon_there_three_lines_say_what_happens_next() {
    let mut forge = Forge::usual();
    forge.release("1.0.1");
    let asked = daemon(&forge, |stream| {
        let line = r#"{"kind":"forecast","known":true,"next":[{"id":"forecast-at-once","values":{"tag":"v1.0.1","environment":"production"}}],"link":"https://release.example.org/releases/7"}"#;
        stream.write_all(format!("{line}\n").as_bytes()).unwrap();
    });
    let pushed = forge.push(&["main", "v1.0.1"]);
    let lines: Vec<&str> =
        pushed.accepted().said.lines().filter(|line| line.contains("tagwarden: ")).collect();
    assert_eq!(lines.len(), 3, "{}", pushed.said);
    assert_eq!(lines[0], "tagwarden: v1.0.1 accepted.");
    assert_eq!(lines[2], "tagwarden: follow it at https://release.example.org/releases/7");
    let request = asked.recv_timeout(Duration::from_secs(10)).unwrap();
    let ask = &request["ask"];
    assert_eq!(
        (&ask["kind"], &ask["repository"], &ask["repository_id"], &ask["pusher"]),
        (&"forecast".into(), &"school/bridge".into(), &1.into(), &"ada".into())
    );
    assert_eq!(ask["tags"][0]["name"], "v1.0.1");
    assert_eq!(ask["tags"][0]["object"], forge.git(&["rev-parse", "v1.0.1"]));
    assert_eq!(ask["tags"][0]["commit"], forge.git(&["rev-parse", "v1.0.1^{}"]));
}

#[test]
fn with_the_daemon_away_the_tag_is_judged_all_the_same_and_it_is_said_so() {
    let mut forge = Forge::usual();
    forge.release("1.0.1");
    forge.push(&["main", "v1.0.1"]).accepted().says(
        "tagwarden: v1.0.1 accepted.\n\
         tagwarden: the daemon does not answer; it will pick the tag up by itself when it is back.\n\
         tagwarden: follow it at https://release.example.org\n",
    );
    forge.release("1.7.0");
    forge.push(&["main", "v1.7.0"]).refused(&["TW-T012"]);
    // A socket that a killed daemon left behind.
    drop(UnixListener::bind(forge.socket()).unwrap());
    forge.git(&["reset", "-q", "--hard", "HEAD~1"]);
    forge.release("1.0.2");
    forge.push(&["main", "v1.0.2"]).accepted().says("the daemon does not answer");
}

#[test]
fn a_silent_or_dripping_daemon_is_waited_for_two_seconds() {
    for dripping in [false, true] {
        let mut forge = Forge::usual();
        forge.release("1.0.1");
        let (done, until_done) = mpsc::channel::<()>();
        daemon(&forge, move |stream| {
            // One byte at a time keeps every single wait short; the whole of it has a limit too.
            while until_done.recv_timeout(Duration::from_millis(200)) == Err(mpsc::RecvTimeoutError::Timeout)
            {
                if dripping && stream.write_all(b" ").is_err() {
                    break;
                }
            }
        });
        let began = Instant::now();
        forge.push(&["main", "v1.0.1"]).accepted().says("the daemon does not answer");
        let took = began.elapsed();
        assert!(took > Duration::from_millis(1900) && took < Duration::from_secs(7), "{took:?}");
        drop(done);
    }
}

#[test]
fn an_answer_that_cannot_be_understood_or_is_cut_counts_as_none() {
    for answer in [
        "nonsense\n",
        "{\"kind\":\"forecast\",\"known\":tr",
        "",
        "{\"kind\":\"refused\",\"status\":\"usage\",\"notice\":{\"id\":\"TW-X011\"}}\n",
    ] {
        let mut forge = Forge::usual();
        forge.release("1.0.1");
        daemon(&forge, move |stream| stream.write_all(answer.as_bytes()).unwrap());
        forge.push(&["main", "v1.0.1"]).accepted().says("the daemon does not answer");
    }
}

#[test]
fn what_the_daemon_says_is_escaped_like_everything_else() {
    let mut forge = Forge::usual();
    forge.release("1.0.1");
    daemon(&forge, |stream| {
        let line = r#"{"kind":"forecast","known":true,"next":[{"id":"forecast-at-once","values":{"tag":"v1\u001b[2J","environment":"a\nerror: b"}}],"link":"https://x/\u001b[31m"}"#;
        stream.write_all(format!("{line}\n").as_bytes()).unwrap();
    });
    let pushed = forge.push(&["main", "v1.0.1"]);
    pushed.accepted().keeps_silent_about("\u{1b}").says("\\u{1b}[2J");
    assert!(!pushed.said.lines().any(|line| line.starts_with("error: b")), "{}", pushed.said);
}
