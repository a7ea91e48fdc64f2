//! Clients that send or read too slowly: they are cut off in time, and keep nobody else waiting.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use tagwarden::clock::Stopwatch;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::alone;
use crate::ground::{House, Setting};
use crate::wire::Post;

/// How long an honest client may have to wait.
const SOON: Duration = Duration::from_secs(1);
/// How much later than promised a cut may come on a busy machine.
const GRACE: Duration = Duration::from_secs(2);

/// Thousand connections have two ends in this process; a login shell often allows 1,024 files.
fn allow_many_files() {
    let me = std::process::id().to_string();
    let raised = Command::new("prlimit").args(["--pid", &me, "--nofile=8192:"]).status().unwrap();
    assert!(raised.success(), "the limit of open files cannot be raised to 8192");
}

/// What a slow client does.
#[derive(Debug, Clone, Copy)]
enum Manner {
    HalfAHead,
    HalfABody,
    NeverReads,
}

/// Connects and behaves badly until it is cut off; connects again after a pause. `n` spreads them out, so that they
/// are a crowd and not a wave.
async fn be_slow(to: SocketAddr, manner: Manner, post: Post, n: u64) {
    let whole = post.bytes();
    let head = whole.len() - post.body.len();
    let mut pause = Duration::from_millis(3 * n);
    loop {
        tokio::time::sleep(pause).await;
        pause = Duration::from_millis(2000 + 2 * n);
        let Ok(mut stream) = TcpStream::connect(to).await else { continue };
        match manner {
            Manner::HalfAHead => {
                let _ = stream.write_all(&whole[..head / 2]).await;
            }
            Manner::HalfABody => {
                let _ = stream.write_all(&whole[..head + post.body.len() / 2]).await;
            }
            Manner::NeverReads => {
                let page = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200);
                while stream.write_all(&page).await.is_ok() {}
                continue;
            }
        }
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_slow_clients_do_not_keep_a_good_one_waiting() {
    let _alone = alone().await;
    allow_many_files();
    let house = House::open_quick(&Setting::waiting()).await;
    let post = Post::push(&house.release("1.0.0"));
    let mut slow = JoinSet::new();
    for n in 0..1000 {
        let manner = [Manner::HalfAHead, Manner::HalfABody, Manner::NeverReads][n % 3];
        // Few may write without end, or the machine is busy with that alone.
        let manner = if n >= 30 && matches!(manner, Manner::NeverReads) { Manner::HalfABody } else { manner };
        slow.spawn(be_slow(house.address, manner, post.clone(), n as u64));
    }
    let mut longest = Duration::ZERO;
    let begun = Stopwatch::start();
    let mut number = 0;
    // Longer than a head may take, so that every kind of cut happens while the good one asks.
    while begun.elapsed() < Duration::from_secs(6) {
        number += 1;
        let asked = Stopwatch::start();
        house.deliver(&post.again(number)).await;
        longest = longest.max(asked.elapsed());
        assert!(longest < SOON, "request {number} took {longest:?}");
    }
    println!("{number} answers, the slowest after {longest:?}");
    assert!(number > 20);
    slow.shutdown().await;
    house.settled().await;
    assert_eq!(house.rows().await.len(), 1);
    house.close().await;
}

/// What it is, what it begins with, what follows bit by bit, when it is cut off, and with which words.
type Trickle = (&'static str, Vec<u8>, &'static [u8], Duration, &'static str);

/// Sends `piece` again and again until the other end closes, and returns after how long that was and what was said.
async fn trickle(to: SocketAddr, begin: Vec<u8>, piece: &'static [u8]) -> (Duration, String) {
    let stream = TcpStream::connect(to).await.unwrap();
    let begun = Stopwatch::start();
    let (mut read, mut write) = stream.into_split();
    let _ = write.write_all(&begin).await;
    let sending = tokio::spawn(async move {
        while !piece.is_empty() && write.write_all(piece).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // Kept open: it is the other end that has to end it.
        std::future::pending::<()>().await;
    });
    let mut said = Vec::new();
    let _ = read.read_to_end(&mut said).await;
    sending.abort();
    (begun.elapsed(), String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_is_cut_off_after_five_seconds_and_a_body_after_ten() {
    let house = House::open_quick(&Setting::waiting()).await;
    let (head, body) = (Duration::from_secs(5), Duration::from_secs(10));
    let post = b"POST /webhooks/forgejo HTTP/1.1\r\nHost: x\r\n".to_vec();
    let declared = [&post[..], b"Content-Length: 100000\r\n\r\n{"].concat();
    let pieces = [&post[..], b"Transfer-Encoding: chunked\r\n\r\n"].concat();
    let answered = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".to_vec();
    let rows: [Trickle; 7] = [
        ("nothing at all", Vec::new(), b"", head, ""),
        ("half a head", post.clone(), b"", head, ""),
        ("a head bit by bit", post, b"X: y\r\n", head, ""),
        ("kept open after an answer", answered, b"", head, "HTTP/1.1 200"),
        ("half a body", declared.clone(), b"", body, "HTTP/1.1 408"),
        ("a body bit by bit", declared, b" ", body, "HTTP/1.1 408"),
        ("pieces without end", pieces, b"1\r\n \r\n", body, "HTTP/1.1 408"),
    ];
    let mut asked = JoinSet::new();
    for (name, begin, piece, limit, said) in rows {
        let address = house.address;
        asked.spawn(async move { (name, trickle(address, begin, piece).await, limit, said) });
    }
    while let Some(done) = asked.join_next().await {
        let (name, (after, told), limit, said) = done.unwrap();
        println!("{name}: {after:?}");
        assert!(
            after + Duration::from_millis(50) >= limit && after < limit + GRACE,
            "{name}: {after:?} {told}"
        );
        assert!(told.starts_with(said) && told.is_empty() == said.is_empty(), "{name}: {told}");
    }
    house.close().await;
}
