//! Requests as bytes on a connection, and what comes back: nothing in between makes a bad one good.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tagwarden::config::Secret;
use tagwarden::forgejo::signature::sign;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::ground::Tagged;
use crate::traffic::{self, Recorded, SECRET, VERSIONS};

/// The longest that an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// The value of a header, `""` when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }
}

/// Sends a request over a connection of its own and reads the answer.
pub async fn ask(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that has refused may close before everything was sent; its answer counts all the same.
    let _ = stream.write_all(request).await;
    read_answer(&mut stream).await.expect("an answer")
}

/// Reads one answer; `None` when the connection ends before its end.
pub async fn read_answer(stream: &mut TcpStream) -> Option<Answer> {
    tokio::time::timeout(PATIENCE, read(stream)).await.expect("an answer in time")
}

async fn read(stream: &mut TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = std::str::from_utf8(&bytes[..head_end]).unwrap().to_owned();
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut answer = Answer { status, headers, body: String::new() };
    let length: usize = answer.header("content-length").parse().unwrap_or(0);
    while bytes.len() < head_end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    answer.body = String::from_utf8(bytes[head_end..head_end + length].to_vec()).unwrap();
    Some(answer)
}

/// Returns the bytes of a request to the door, with these header lines and whatever body.
pub fn request(headers: &[(&str, &[u8])], body: &[u8]) -> Vec<u8> {
    let mut bytes = b"POST /webhooks/forgejo HTTP/1.1\r\nHost: 127.0.0.1\r\n".to_vec();
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

/// Returns the bytes of a recorded delivery, as it came.
pub fn replay(recorded: &Recorded) -> Vec<u8> {
    let headers: Vec<(&str, &[u8])> = recorded
        .headers
        .iter()
        .filter(|(name, _)| name != "Host")
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    request(&headers, &recorded.body)
}

/// A delivery that a test writes.
#[derive(Debug, Clone)]
pub struct Post {
    pub event: String,
    pub number: String,
    pub body: Vec<u8>,
}

impl Post {
    pub fn new(event: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            event: event.to_owned(),
            number: "00000000-0000-4000-8000-000000000001".into(),
            body: body.into(),
        }
    }

    /// A recorded delivery, told of another tag: every place that names ref, object or commit names the new one.
    pub fn retold(scene: &str, tagged: &Tagged) -> Self {
        let recorded = traffic::delivery(VERSIONS[1], scene);
        let mut text = String::from_utf8(recorded.body.clone()).unwrap();
        let told: Value = serde_json::from_str(&text).unwrap();
        let zeros = "0".repeat(40);
        let reference = told["ref"].as_str().unwrap();
        text = text.replace(&format!("\"{reference}\""), &format!("\"refs/tags/{}\"", tagged.tag));
        for (place, new) in [
            (&told["head_commit"]["id"], &tagged.commit),
            (&told["after"], &tagged.object),
            (&told["before"], &tagged.object),
            (&told["sha"], &tagged.object),
        ] {
            if let Some(old) = place.as_str().filter(|old| *old != zeros) {
                text = text.replace(old, new);
            }
        }
        Self::new(recorded.event(), text)
    }

    /// Event `push` of a new tag.
    pub fn push(tagged: &Tagged) -> Self {
        Self::retold("annotated-tag-push", tagged)
    }

    /// Event `create` of a new tag.
    pub fn create(tagged: &Tagged) -> Self {
        Self::retold("annotated-tag-create", tagged)
    }

    /// Event `delete` of a tag.
    pub fn delete(tagged: &Tagged) -> Self {
        Self::retold("deleted-tag-delete", tagged)
    }

    /// The same with another number, as the button "Redeliver" sends it.
    #[must_use]
    pub fn again(&self, number: usize) -> Self {
        Self { number: format!("00000000-0000-4000-8000-{number:012}"), ..self.clone() }
    }

    pub fn signature(&self) -> String {
        sign(&Secret::new(SECRET), &self.body)
    }

    /// The request, rightly signed.
    pub fn bytes(&self) -> Vec<u8> {
        self.signed(&[self.signature().as_bytes()])
    }

    /// The request with these signatures.
    pub fn signed(&self, signatures: &[&[u8]]) -> Vec<u8> {
        let length = self.body.len().to_string();
        let mut headers: Vec<(&str, &[u8])> = vec![
            ("Content-Type", b"application/json"),
            ("Content-Length", length.as_bytes()),
            ("X-Forgejo-Delivery", self.number.as_bytes()),
            ("X-Forgejo-Event", self.event.as_bytes()),
        ];
        headers.extend(signatures.iter().map(|signature| ("X-Forgejo-Signature", *signature)));
        request(&headers, &self.body)
    }

    /// The request in pieces of no declared length.
    pub fn chunked(&self, piece: usize) -> Vec<u8> {
        let signature = self.signature();
        let headers: [(&str, &[u8]); 3] = [
            ("Transfer-Encoding", b"chunked"),
            ("X-Forgejo-Event", self.event.as_bytes()),
            ("X-Forgejo-Signature", signature.as_bytes()),
        ];
        let mut bytes = request(&headers, b"");
        for part in self.body.chunks(piece) {
            bytes.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
            bytes.extend_from_slice(part);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        bytes
    }
}
