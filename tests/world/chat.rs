//! A server on loopback that writes down what it is sent and answers as told: a chat, a receiver of webhooks, or a
//! recorded forge; also one that breaks off, stays silent or talks nonsense.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The longest that a test waits for a request before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request, byte for byte.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
pub struct Heard {
    pub method: String,
    pub path: String,
    /// Names as they were written.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
impl Heard {
    /// All values of a header.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str()).collect()
    }

    /// The one value of a header.
    #[track_caller]
    pub fn one(&self, name: &str) -> &str {
        let all = self.all(name);
        assert_eq!(all.len(), 1, "{name}: {all:?}");
        all[0]
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}

/// What is answered.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
pub enum Says {
    /// Status, further headers, body.
    Answer(u16, Vec<(String, String)>, String),
    /// Promises more of a body than it sends, and hangs up.
    Cut,
    /// Hangs up without a word.
    HangUp,
    /// Reads the request and never answers.
    Silence,
}

impl Says {
    pub fn plain(status: u16, body: &str) -> Self {
        Self::Answer(status, Vec::new(), body.to_owned())
    }
}

type Handler = dyn Fn(&Heard) -> Says + Send + Sync;

/// The server; it ends when it is dropped.
pub struct Chat {
    pub address: SocketAddr,
    heard: Arc<watch::Sender<Vec<Heard>>>,
    task: JoinHandle<()>,
}

#[allow(dead_code, reason = "each test crate that includes this file uses another part of it")]
impl Chat {
    /// A server that answers everything alike.
    pub async fn always(status: u16, body: &str) -> Self {
        let says = Says::plain(status, body);
        Self::with(move |_| says.clone()).await
    }

    /// A server that answers with these in turn, and with the last one for ever.
    pub async fn in_turn(answers: Vec<Says>) -> Self {
        let answers = Mutex::new(VecDeque::from(answers));
        Self::with(move |_| {
            let mut answers = answers.lock().unwrap();
            if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() }
        })
        .await
    }

    /// A server that answers what `handler` says.
    pub async fn with(handler: impl Fn(&Heard) -> Says + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(watch::Sender::new(Vec::new()));
        let (kept, handler): (_, Arc<Handler>) = (Arc::clone(&heard), Arc::new(handler));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&kept), Arc::clone(&handler)));
            }
        });
        Self { address, heard, task }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Everything so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.borrow().clone()
    }

    /// Waits until at least `count` requests came, and returns all of them.
    pub async fn wait_for(&self, count: usize) -> Vec<Heard> {
        let mut heard = self.heard.subscribe();
        let enough = heard.wait_for(|heard| heard.len() >= count);
        let Ok(enough) = tokio::time::timeout(PATIENCE, enough).await else {
            panic!("{} requests instead of {count}", self.heard().len());
        };
        enough.expect("the server holds the other end").clone()
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, kept: Arc<watch::Sender<Vec<Heard>>>, handler: Arc<Handler>) {
    let Some(heard) = read(&mut stream).await else { return };
    let says = handler(&heard);
    kept.send_modify(|all| all.push(heard));
    match says {
        Says::Answer(status, headers, body) => {
            let mut text =
                format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
            for (name, value) in headers {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            let _ = stream.write_all(format!("{text}\r\n{body}").as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Says::Cut => {
            let _ = stream.write_all(b"HTTP/1.1 200 Said\r\nContent-Length: 1000\r\n\r\n{\"half\"").await;
            let _ = stream.shutdown().await;
        }
        Says::HangUp => {}
        Says::Silence => std::future::pending().await,
    }
}

async fn read(stream: &mut TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Heard { method, path, headers, body })
}
