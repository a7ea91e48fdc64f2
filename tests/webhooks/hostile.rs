//! Too large, oddly framed, deeply nested, from elsewhere, of no kind that is known: answered, and nothing happens.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::ground::{BRIDGE, House, Setting};
use crate::wire::{Post, read_answer, request};

/// The largest body that is read.
const MOST: usize = 1 << 20;

async fn house() -> House {
    House::open(&Setting::waiting()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_the_largest_size_is_read_and_a_byte_more_is_not() {
    let house = house().await;
    let at_most = Post::new("push", " ".repeat(MOST));
    assert_eq!(house.ask(&at_most.bytes()).await.status, 200);
    assert_eq!(house.ask(&at_most.chunked(70_000)).await.status, 200);
    let more = Post::new("push", " ".repeat(MOST + 1));
    for bytes in [more.bytes(), more.chunked(70_000), Post::new("push", " ".repeat(4 * MOST)).chunked(9000)] {
        let answer = house.ask(&bytes).await;
        assert_eq!((answer.status, answer.header("connection")), (413, "close"));
        assert_eq!(answer.body, "The request is too large: at most 1024 KiB are read.\n");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gigabyte_that_is_only_declared_is_refused_at_once() {
    let house = house().await;
    // The last one is beyond what the parser of heads takes for a length.
    let rows = [("1073741824", 413), ("9223372036854775807", 413), ("18446744073709551615", 431)];
    for (length, status) in rows {
        let mut stream = TcpStream::connect(house.address).await.unwrap();
        stream.write_all(&request(&[("Content-Length", length.as_bytes())], b"{")).await.unwrap();
        let answer = read_answer(&mut stream).await.expect("an answer");
        assert_eq!(answer.status, status, "{answer:?}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gigabyte_in_pieces_is_cut_off_long_before_its_end() {
    let house = house().await;
    let stream = TcpStream::connect(house.address).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    write.write_all(&request(&[("Transfer-Encoding", b"chunked")], b"")).await.unwrap();
    let sent = tokio::spawn(async move {
        let piece = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
        let mut sent = 0_u64;
        while sent < 1 << 30 && write.write_all(&piece).await.is_ok() {
            sent += 0x10000;
        }
        sent
    });
    let mut answer = Vec::new();
    // The connection may be reset under an answer that nobody waits for; what counts is that it ends.
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut read, &mut answer).await;
    let sent = sent.await.unwrap();
    assert!(sent < 64 << 20, "{sent} bytes were taken");
    assert!(
        answer.is_empty() || answer.starts_with(b"HTTP/1.1 413"),
        "{:?}",
        String::from_utf8_lossy(&answer)
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_of_undeclared_length_is_as_good_as_any() {
    let house = house().await;
    let post = Post::push(&house.release("1.0.0"));
    for piece in [1, 7, 100_000] {
        let answer = house.ask(&post.chunked(piece)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    house.settled().await;
    assert_eq!(house.releases().await, [("v1.0.0".to_owned(), "waiting")]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_framing_is_refused_and_never_read_in_two_ways() {
    let house = house().await;
    let post = Post::push(&house.release("1.0.0"));
    let signature = post.signature();
    let length = post.body.len().to_string();
    let signed = |more: &[(&str, &[u8])]| {
        let mut headers: Vec<(&str, &[u8])> = vec![("X-Forgejo-Event", b"push")];
        headers.push(("X-Forgejo-Signature", signature.as_bytes()));
        headers.extend(more);
        request(&headers, &post.body)
    };
    let before = house.row_counts();
    let rows: [(&str, Vec<u8>, &[u16]); 6] = [
        ("neither length nor pieces", signed(&[]), &[401]),
        ("two lengths", signed(&[("Content-Length", length.as_bytes()), ("Content-Length", b"1")]), &[400]),
        ("no number", signed(&[("Content-Length", b"many")]), &[400]),
        ("a negative length", signed(&[("Content-Length", b"-1")]), &[400]),
        (
            "length and pieces",
            signed(&[("Content-Length", length.as_bytes()), ("Transfer-Encoding", b"chunked")]),
            &[400],
        ),
        ("an unknown coding", signed(&[("Transfer-Encoding", b"gzip")]), &[400]),
    ];
    for (name, bytes, statuses) in rows {
        let answer = house.ask(&bytes).await;
        assert!(statuses.contains(&answer.status), "{name}: {answer:?}");
    }
    assert_eq!(house.row_counts(), before);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_nobody_can_mean_are_ignored_with_a_reason() {
    let house = house().await;
    let tagged = house.release("1.0.0");
    let good = String::from_utf8(Post::push(&tagged).body).unwrap();
    let with = |more: &str| good.replacen('{', &format!("{{{more},"), 1);
    let bodies = [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "{".to_owned(),
        format!("{{\"ref\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000)),
        with(&format!("\"deep\":{}{}", "[".repeat(10_000), "]".repeat(10_000))),
        "{\"a\":".repeat(100_000),
        with("\"ref\":\"refs/tags/v6.6.6\""),
        with("\"repository\":{\"id\":1,\"full_name\":\"school/bridge\"}"),
        good.replacen("\"id\": 1,", "\"id\": 1e400,", 1),
        good.replacen("\"id\": 1,", "\"id\": -1,", 1),
        good.replacen("\"id\": 1,", "\"id\": \"1\",", 1),
        good.replace(&tagged.object, "main"),
        good.replace(&format!("\"{}\"", tagged.object), "null"),
    ];
    for body in bodies {
        let said = house.deliver(&Post::new("push", body.clone())).await;
        let start: String = body.chars().take(60).collect();
        assert!(said.starts_with("Ignored: the "), "{start}: {said}");
    }
    assert_eq!(house.count("SELECT count(*) FROM deliveries"), 0);
    // What is odd beside the few certain fields is nobody's business.
    let said = house.deliver(&Post::new("push", with("\"total_commits\":1e400,\"pusher\":7"))).await;
    assert!(said.starts_with("Ignored: the "), "`pusher` stands there twice: {said}");
    let said = house.deliver(&Post::new("push", with("\"weight\":1e400,\"commits_url\":null"))).await;
    assert_eq!(said, format!("Tag v1.0.0 of {BRIDGE} was noted."));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_another_forge_that_is_rightly_signed_is_ignored() {
    let house = house().await;
    let zeros = "0".repeat(40);
    let ones = "1".repeat(40);
    let github = format!(
        r#"{{"ref":"refs/tags/v1.0.0","before":"{zeros}","after":"{ones}","created":true,"forced":false,
        "repository":{{"id":186853002,"node_id":"MDEwOl","full_name":"school/bridge","private":false}},
        "pusher":{{"name":"ada","email":"ada@example.org"}},"head_commit":{{"id":"{ones}"}}}}"#
    );
    let gitlab = format!(
        r#"{{"object_kind":"tag_push","event_name":"tag_push","before":"{zeros}","after":"{ones}",
        "ref":"refs/tags/v1.0.0","project_id":1,"project":{{"id":1,"path_with_namespace":"school/bridge"}},
        "repository":{{"name":"bridge","url":"ssh://git@example.org/bridge.git"}}}}"#
    );
    let bitbucket = r#"{"repository":{"full_name":"school/bridge","uuid":"{1}"},"push":{"changes":[]}}"#;
    let said = house.deliver(&Post::new("push", github.clone())).await;
    assert_eq!(said, "Ignored: school/bridge is not guarded here.", "the number is another repository's");
    for body in [gitlab, bitbucket.to_owned()] {
        let said = house.deliver(&Post::new("push", body)).await;
        assert!(said.starts_with("Ignored: "), "{said}");
    }
    // GitHub's own header names say nothing here.
    let post = Post::new("push", github);
    let signature = format!("sha256={}", post.signature());
    let length = post.body.len().to_string();
    let headers: [(&str, &[u8]); 3] = [
        ("Content-Length", length.as_bytes()),
        ("X-GitHub-Event", b"push"),
        ("X-Hub-Signature-256", signature.as_bytes()),
    ];
    assert_eq!(house.ask(&request(&headers, &post.body)).await.status, 401);
    assert_eq!(house.count("SELECT count(*) FROM deliveries"), 0);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_event_of_ours_is_ignored_with_its_reason() {
    let house = house().await;
    let tagged = house.release("1.0.0");
    let body = Post::push(&tagged).body;
    let rows = [
        ("wiki", "Ignored: events of the kind “wiki” are not needed here."),
        ("create", "Ignored: the header says “create”, but the body does not look like that."),
        ("delete", "Ignored: the header says “delete”, but the body does not look like that."),
        ("", "Ignored: the delivery does not name its event in exactly one header X-Forgejo-Event."),
        (
            "<b>push</b>",
            "Ignored: the delivery does not name its event in exactly one header X-Forgejo-Event.",
        ),
    ];
    for (event, sentence) in rows {
        assert_eq!(house.deliver(&Post::new(event, body.clone())).await, sentence, "{event}");
    }
    let twice = String::from_utf8(Post::new("push", body).bytes()).unwrap();
    let twice =
        twice.replacen("X-Forgejo-Event: push\r\n", "X-Forgejo-Event: push\r\nX-Forgejo-Event: push\r\n", 1);
    assert_eq!(house.ask(twice.as_bytes()).await.body.trim_end(), rows[3].1);
    assert_eq!(house.count("SELECT count(*) FROM deliveries"), 0);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_delivery_arrives_and_opens_nothing() {
    let setting = Setting::waiting();
    let house = House::open(&setting).await;
    house.forge.add_user("ada");
    house.connect(&setting);
    house.forge.sync().await;
    let before = house.row_counts();
    house.forge.send_test_delivery(BRIDGE).unwrap();
    house.forge.all_sent().await;
    let deliveries = house.forge.deliveries();
    let told = format!("{:?}", deliveries.last().unwrap().fate);
    assert!(
        told.contains("The test delivery for school/bridge arrived and its signature is right."),
        "{told}"
    );
    assert_eq!(house.row_counts(), before);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repository_that_is_not_guarded_is_named_and_leaves_no_row() {
    let house = house().await;
    let body = String::from_utf8(Post::push(&house.release("1.0.0")).body).unwrap();
    let other = body.replacen("\"id\": 1,", "\"id\": 2,", 1).replace("school/bridge", "school/ferry");
    let said = house.deliver(&Post::new("push", other)).await;
    assert_eq!(said, "Ignored: school/ferry is not guarded here.");
    assert_eq!(house.count("SELECT count(*) FROM deliveries"), 0);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_methods_and_paths_are_refused_in_one_line() {
    let house = house().await;
    for (line, status) in [
        ("GET /webhooks/forgejo", 405),
        ("PUT /webhooks/forgejo", 405),
        ("POST /webhooks/forgejo/", 401),
        ("POST /webhooks/../webhooks/forgejo", 404),
        ("POST /webhooks/gitea", 404),
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        let answer = house.ask(request.as_bytes()).await;
        assert_eq!(answer.status, status, "{line}: {answer:?}");
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8", "{line}");
    }
    house.close().await;
}
