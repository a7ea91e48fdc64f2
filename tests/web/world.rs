//! The windows on loopback before a fake house, and a plain client that shows every byte.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tagwarden::clock::{Clock, Hand};
use tagwarden::config::Secret;
use tagwarden::messages::Language;
use tagwarden::web::{House, Limits, Listeners, Settings, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::fake::FakeHouse;
use crate::samples;

/// The longest that a test waits for anything.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Windows that are open.
pub struct World<H> {
    pub house: Arc<H>,
    pub address: std::net::SocketAddr,
    stop: CancellationToken,
    serving: Option<tokio::task::JoinHandle<()>>,
}

pub fn settings(clock: Clock) -> Settings {
    Settings {
        public_url: "http://127.0.0.1:8787".to_owned(),
        language: Language::En,
        webhook_secrets: vec![Secret::new("a-secret-of-twenty-four-bytes".to_owned())],
        clock,
        limits: Limits {
            linger: Duration::from_millis(1),
            heartbeat: Duration::from_millis(50),
            log_every: Duration::from_millis(5),
            tries: 5,
            ..Limits::default()
        },
    }
}

/// Opens windows before any house.
pub async fn open<H: House>(house: Arc<H>, settings: Settings) -> World<H> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let listeners = Listeners { pages: vec![listener], webhooks: Vec::new() };
    let serving = tokio::spawn(serve(listeners, Arc::clone(&house), settings, stop.clone()));
    World { house, address, stop, serving: Some(serving) }
}

/// Opens windows before a fake house with a release in every state, on a Friday evening.
pub async fn world() -> (World<FakeHouse>, Hand) {
    world_with(|_| {}).await
}

pub async fn world_with(change: impl FnOnce(&mut Settings)) -> (World<FakeHouse>, Hand) {
    let (clock, hand) = Clock::movable(samples::friday_evening());
    let house = Arc::new(FakeHouse::new(clock.clone()));
    for (view, journal) in [
        samples::waiting(),
        samples::deploying(),
        samples::watching(),
        samples::rolled_back(),
        samples::complete(),
        samples::stuck(),
    ] {
        house.add(view, journal);
    }
    let log = b"Pulling web\nweb pulled\n".to_vec();
    house.known().logs.insert((13, "13.do.2-pull.1".to_owned()), log);
    let mut settings = settings(clock);
    change(&mut settings);
    (open(house, settings).await, hand)
}

impl<H> World<H> {
    /// Closes the windows and waits until everybody has left.
    pub async fn close(mut self) {
        self.stop.cancel();
        let serving = self.serving.take().unwrap();
        tokio::time::timeout(PATIENCE, serving).await.expect("the windows close in time").unwrap();
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sends a request as it stands and returns the whole answer.
    pub async fn raw(&self, request: &str) -> Answer {
        let talk = async {
            let mut stream = TcpStream::connect(self.address).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await.unwrap();
            Answer::read(&bytes)
        };
        tokio::time::timeout(PATIENCE, talk).await.expect("an answer in time")
    }

    /// Asks for something with these headers.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if method == "POST" {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        self.raw(&format!("{request}\r\n{body}")).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    /// Opens an event stream and returns what comes on it.
    pub async fn listen(&self, path: &str, headers: &[(&str, &str)]) -> Events {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{request}\r\n").as_bytes()).await.unwrap();
        let mut events = Events { stream, read: String::new(), at: 0 };
        tokio::time::timeout(PATIENCE, events.opened()).await.expect("a stream in time");
        events
    }
}

impl World<FakeHouse> {
    /// Signs a person in the way a browser does, and returns them.
    pub async fn person(&self, name: &str, may: bool) -> Browser<'_> {
        let token = self.house.token(name, may);
        let mut browser = Browser { world: self, cookies: Vec::new() };
        browser.get("/releases").await;
        let answer = browser.sign_in(&token, "/releases", "").await;
        assert_eq!((answer.status, answer.one("location")), (303, "/releases"), "{}", answer.body);
        browser
    }

    /// Returns a browser without any cookie.
    pub fn stranger(&self) -> Browser<'_> {
        Browser { world: self, cookies: Vec::new() }
    }
}

/// A browser without script: it keeps cookies and sends forms.
pub struct Browser<'a> {
    world: &'a World<FakeHouse>,
    pub cookies: Vec<(String, String)>,
}

impl Browser<'_> {
    pub fn cookie_line(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    async fn ask(&mut self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Answer {
        let cookies = self.cookie_line();
        let mut headers = more.to_vec();
        if !cookies.is_empty() {
            headers.push(("cookie", cookies.as_str()));
        }
        let answer = self.world.ask(method, path, &headers, body).await;
        for line in answer.all("set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(n, _)| n != name);
            if !line.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    pub async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, headers, "").await
    }

    /// Sends a form from our own pages.
    pub async fn post(&mut self, path: &str, body: &str) -> Answer {
        let origin = self.world.origin();
        self.post_from(path, body, &origin).await
    }

    pub async fn post_from(&mut self, path: &str, body: &str, origin: &str) -> Answer {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.ask("POST", path, &[("origin", origin), kind], body).await
    }

    pub async fn sign_in(&mut self, token: &str, next: &str, more: &str) -> Answer {
        let csrf = self.cookie("tagwarden_form").unwrap_or_default().to_owned();
        self.post("/sign-in", &format!("csrf={csrf}&token={token}&next={next}{more}")).await
    }

    /// The value that forms of this session carry, as a page shows it.
    pub async fn csrf(&mut self) -> String {
        self.get("/releases").await.field("csrf")
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if chunked { unchunk(body) } else { body.to_owned() };
        Self { status, headers, body }
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect()
    }

    #[track_caller]
    pub fn one(&self, name: &str) -> &str {
        let all = self.all(name);
        assert_eq!(all.len(), 1, "{name}: {all:?}");
        all[0]
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The value of the first hidden field with this name.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.body.split_once(&start).unwrap_or_else(|| panic!("no {name} in {}", self.body));
        rest.split('"').next().unwrap().to_owned()
    }
}

fn unchunk(mut rest: &str) -> String {
    let mut out = String::new();
    while let Some((size, more)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        out.push_str(&more[..size]);
        rest = more[size..].trim_start_matches("\r\n");
    }
    out
}

/// An event stream.
pub struct Events {
    stream: TcpStream,
    read: String,
    at: usize,
}

impl Events {
    /// Returns once the server has sent its first words, so that whatever happens now is heard.
    async fn opened(&mut self) {
        while !self.read.contains("\n\n") {
            let mut bytes = [0; 4096];
            let n = self.stream.read(&mut bytes).await.unwrap();
            self.read.push_str(&String::from_utf8_lossy(&bytes[..n]));
            assert!(n > 0 && self.read.starts_with("HTTP/1.1 200 "), "{}", self.read);
        }
    }

    /// Returns the next event as (name, id, data), or `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<(String, String, String)> {
        tokio::time::timeout(PATIENCE, self.next_in_time()).await.expect("an event in time")
    }

    async fn next_in_time(&mut self) -> Option<(String, String, String)> {
        loop {
            while let Some(end) = self.read[self.at..].find("\n\n") {
                let block = self.read[self.at..self.at + end].to_owned();
                self.at += end + 2;
                let field = |name: &str| {
                    let lines = block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
                    lines.map(|value| value.trim_start().to_owned()).collect::<Vec<_>>().join("\n")
                };
                if !field("event").is_empty() {
                    return Some((field("event"), field("id"), field("data")));
                }
            }
            if self.read.ends_with("\r\n0\r\n\r\n") {
                return None;
            }
            let mut bytes = [0; 4096];
            match self.stream.read(&mut bytes).await {
                Ok(0) | Err(_) => return None,
                Ok(n) => self.read.push_str(&String::from_utf8_lossy(&bytes[..n])),
            }
        }
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
