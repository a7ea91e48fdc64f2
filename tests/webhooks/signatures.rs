//! Whoever cannot sign is told one and the same thing, changes nothing, and is slowed down; who can sign never is.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tagwarden::config::Secret;
use tagwarden::forgejo::signature::sign;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpSocket;

use crate::ground::{BRIDGE, House, Setting};
use crate::wire::{Answer, Post, read_answer};

/// Asks from another address of this machine.
async fn ask_from(from: [u8; 4], to: SocketAddr, request: &[u8]) -> Answer {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(IpAddr::from(from), 0)).unwrap();
    let mut stream = socket.connect(to).await.unwrap();
    stream.write_all(request).await.unwrap();
    read_answer(&mut stream).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_wrong_with_a_signature_the_answer_is_the_same() {
    let house = House::open(&Setting::waiting()).await;
    let post = Post::push(&house.release("1.0.0"));
    let good = post.signature();
    let foreign = sign(&Secret::new("somebody-elses-secret-0123456789"), &post.body);
    let empty_key = sign(&Secret::new(""), &post.body);
    let upper = good.to_ascii_uppercase();
    let prefixed = format!("sha256={good}");
    let long = format!("{good}00");
    let mut last = good.clone().into_bytes();
    last[63] = if last[63] == b'0' { b'1' } else { b'0' };
    let good = good.as_bytes();
    let rows: [(&str, Vec<&[u8]>); 13] = [
        ("missing", vec![]),
        ("empty", vec![b""]),
        ("wrong", vec![foreign.as_bytes()]),
        ("of an empty secret", vec![empty_key.as_bytes()]),
        ("all but the last digit", vec![&last]),
        ("twice", vec![good, good]),
        ("good and empty", vec![good, b""]),
        ("upper case", vec![upper.as_bytes()]),
        ("with a prefix", vec![prefixed.as_bytes()]),
        ("short", vec![&good[..62]]),
        ("long", vec![long.as_bytes()]),
        ("not ASCII", vec!["é".as_bytes()]),
        ("not UTF-8", vec![b"\xff\xfe"]),
    ];
    let before = house.row_counts();
    for (name, signatures) in rows {
        let answer = house.ask(&post.signed(&signatures)).await;
        let told = (answer.status, answer.body.as_str());
        assert_eq!(told, (401, "The signature is missing or wrong.\n"), "{name}");
    }
    // The same answer before anybody looks at what it says.
    for unread in [Post::new("wiki", "{}"), Post::new("push", "["), Post::new("", "")] {
        assert_eq!(house.ask(&unread.signed(&[b"00"])).await.status, 401);
    }
    assert_eq!(house.row_counts(), before);
    house.deliver(&post).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_forges_again_and_again_has_to_wait_and_others_do_not() {
    let house = House::open(&Setting::waiting()).await;
    let post = Post::push(&house.release("1.0.0"));
    let forged = post.signed(&[b"00"]);
    let stranger = [127, 0, 0, 9];
    let mut statuses = Vec::new();
    for _ in 0..25 {
        statuses.push(ask_from(stranger, house.address, &forged).await.status);
    }
    assert_eq!(statuses[..20], [401; 20]);
    assert_eq!(statuses[20..], [429; 5]);
    let told = ask_from(stranger, house.address, &forged).await;
    let seconds: u64 = told.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{told:?}");
    assert_eq!(told.body, format!("Too many tries failed from this address; try again in {seconds} s.\n"));
    // The forge at an address of its own, the forge behind the same proxy as the stranger, and the stranger later.
    assert_eq!(house.ask(&forged).await.status, 401);
    assert_eq!(house.ask(&post.bytes()).await.status, 200);
    assert_eq!(ask_from(stranger, house.address, &post.bytes()).await.status, 200);
    house.hand.advance(Duration::from_secs(61));
    assert_eq!(ask_from([127, 0, 0, 10], house.address, &forged).await.status, 401);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_body_from_an_address_that_has_to_wait_is_not_even_looked_at() {
    let house = House::open(&Setting::waiting()).await;
    let large = Post::new("push", "x".repeat(100 << 10));
    for _ in 0..20 {
        house.ask(&large.signed(&[b"00"])).await;
    }
    assert_eq!(house.ask(&large.bytes()).await.status, 429);
    let small = Post::new("wiki", "{}");
    assert_eq!(house.ask(&small.bytes()).await.status, 200);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_language_of_the_answer_is_the_one_that_was_configured() {
    let setting = Setting { server: "language = \"fr\"".to_owned(), ..Setting::waiting() };
    let house = House::open(&setting).await;
    let said = house.deliver(&Post::push(&house.release("1.0.0"))).await;
    assert_eq!(said, format!("L’étiquette v1.0.0 de {BRIDGE} a été notée."));
    house.close().await;
}
