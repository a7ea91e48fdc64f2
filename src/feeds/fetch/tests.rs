//! Fetching from servers on this machine that answer well, badly, and on purpose wrong.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use super::*;

/// Answers one connection after the other with these bytes, and hands on what was asked.
fn serve(answers: Vec<String>) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/courses.ics?key=abc", listener.local_addr().unwrap());
    let (sender, asked) = mpsc::channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut part = [0; 4096];
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                let count = stream.read(&mut part).unwrap();
                request.extend_from_slice(&part[..count]);
            }
            sender.send(String::from_utf8(request).unwrap()).unwrap();
            // Whoever has heard enough hangs up.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (url, asked)
}

fn answer(head: &str, body: &str) -> String {
    format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

async fn get(url: &str, marks: &Marks) -> Result<Fetched, FeedError> {
    fetch(url, Some(&("ana".into(), Secret::new("secret"))), true, marks).await
}

#[tokio::test]
async fn a_copy_comes_with_its_marks_and_is_not_fetched_again_while_it_is_good() {
    let first = answer("200 OK\r\netag: \"1\"\r\nlast-modified: Tue, 24 Nov 2026 08:00:00 GMT", "BEGIN");
    let (url, asked) = serve(vec![first, answer("304 Not Modified", "")]);
    let marks =
        Marks { etag: Some("\"1\"".into()), last_modified: Some("Tue, 24 Nov 2026 08:00:00 GMT".into()) };
    let fetched = get(&url, &Marks::default()).await.unwrap();
    assert_eq!(fetched, Fetched::New { bytes: b"BEGIN".to_vec(), marks: marks.clone() });
    let request = asked.recv().unwrap();
    assert!(request.contains("authorization: Basic YW5hOnNlY3JldA=="), "{request}");
    assert!(!request.contains("if-"), "{request}");
    assert_eq!(get(&url, &marks).await.unwrap(), Fetched::Same);
    let request = asked.recv().unwrap();
    assert!(
        request.contains("if-none-match: \"1\"") && request.contains("if-modified-since: Tue, 24"),
        "{request}"
    );
}

#[tokio::test]
async fn a_redirect_is_followed_on_the_same_host_only() {
    let there = answer("302 Found\r\nlocation: /new.ics", "");
    let (url, _asked) = serve(vec![there, answer("200 OK", "BEGIN")]);
    assert!(matches!(get(&url, &Marks::default()).await, Ok(Fetched::New { .. })));
    let elsewhere = answer("302 Found\r\nlocation: http://localhost:1/new.ics", "");
    let (url, _asked) = serve(vec![elsewhere]);
    assert!(matches!(get(&url, &Marks::default()).await, Err(FeedError::Redirected)));
    let around = vec![answer("302 Found\r\nlocation: /again.ics", ""); 10];
    let (url, _asked) = serve(around);
    assert!(matches!(get(&url, &Marks::default()).await, Err(FeedError::Redirected)));
}

#[tokio::test]
async fn errors_short_answers_and_endless_ones_are_told_apart() {
    for (answers, expected) in [
        (answer("503 Down", ""), "TW-K051"),
        (answer("404 Not Found", ""), "TW-K051"),
        // 304 to somebody who has nothing is no answer.
        (answer("304 Not Modified", ""), "TW-K052"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nBEGIN".into(), "TW-K050"),
        ("nonsense\r\n\r\n".into(), "TW-K050"),
        (format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(LARGEST + 1)), "TW-K054"),
    ] {
        let (url, _asked) = serve(vec![answers]);
        let error = get(&url, &Marks::default()).await.unwrap_err();
        assert_eq!(error.id(), expected);
        assert!(!format!("{error:?}").contains("abc"), "{error:?}");
    }
}

#[tokio::test]
async fn private_addresses_are_not_asked_unless_allowed() {
    for url in [
        "http://127.0.0.1:1/a.ics",
        "http://[::1]:1/a.ics",
        "http://localhost:1/a.ics",
        "http://169.254.169.254/",
    ] {
        let error = fetch(url, None, false, &Marks::default()).await.unwrap_err();
        assert!(matches!(error, FeedError::Private), "{url}: {error:?}");
    }
    assert!(matches!(fetch("no address", None, true, &Marks::default()).await, Err(FeedError::Unusable)));
}
