//! A secret appears nowhere: in no log however talkative, no answer, no page, no figure, no journal, no file.
//!
//! A process of its own, because it listens to every log line of the process.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

#[allow(dead_code, reason = "other test crates use the rest")]
#[path = "webhooks/ground.rs"]
mod ground;
#[path = "world/traffic.rs"]
mod traffic;
#[allow(dead_code, reason = "other test crates use the rest")]
#[path = "webhooks/wire.rs"]
mod wire;

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ground::{House, Setting};
use tagwarden::domain::names::Person;
use tracing_subscriber::fmt::MakeWriter;
use wire::{Answer, Post};

/// Stands in a body that is rightly signed, where people write what they like.
const IN_A_BODY: &str = "canary-7f3a-in-a-commit-message";

/// Everything that is logged.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<u8>>>);

impl Ear {
    fn heard(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Ear {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = path.symlink_metadata().unwrap().file_type();
        if kind.is_dir() {
            files(&path, found);
        } else if kind.is_file() {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

async fn get(house: &House, path: &str, more: &str) -> Answer {
    house.ask(format!("GET {path} HTTP/1.1\r\nHost: x\r\n{more}Connection: close\r\n\r\n").as_bytes()).await
}

/// Says how an answer reads to whoever gets it.
fn read_out(answer: &Answer) -> String {
    format!("{:?} {}", answer.headers, answer.body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_appears_nowhere() {
    let ear = Ear::default();
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(ear.clone()).json().init();
    let setting = Setting::waiting();
    let house = House::open(&setting).await;
    let token = std::fs::read_to_string(house.folder().join("token")).unwrap();
    let personal = house.engine.new_token(&Person::parse("grace").unwrap()).await.unwrap();
    let mut said = Vec::new();

    // Good, forged, doubled, odd; with the canary where people write.
    let tagged = house.release("1.0.0");
    let mut post = Post::push(&tagged);
    let text = String::from_utf8(post.body.clone()).unwrap();
    post.body = text.replacen("\"message\": \"", &format!("\"message\": \"{IN_A_BODY} "), 1).into_bytes();
    assert!(String::from_utf8_lossy(&post.body).contains(IN_A_BODY));
    for bytes in [post.bytes(), post.again(2).bytes(), post.signed(&[b"00"]), post.signed(&[])] {
        said.push(read_out(&house.ask(&bytes).await));
    }
    let forged = format!("{} {}", traffic::SECRET, token);
    said.push(read_out(&house.ask(&post.signed(&[forged.as_bytes()])).await));
    said.push(read_out(&house.ask(&Post::new("push", format!("{{\"ref\": \"{IN_A_BODY}\"")).bytes()).await));
    house.settled().await;
    house.reaches("v1.0.0", "waiting").await;

    // The forge is away, refuses the token, and comes back.
    house.forge.be_down(true);
    house.hand.advance(Duration::from_secs(301));
    tokio::time::sleep(Duration::from_millis(300)).await;
    house.forge.be_down(false);
    house.forge.fail_next_calls(401, 3);
    house.hand.advance(Duration::from_secs(301));
    let next = house.release("1.1.0");
    house.deliver(&Post::push(&next)).await;
    house.reaches("v1.1.0", "waiting").await;

    // Everything that can be looked at, by strangers and by the owner of a token.
    let bearer = format!("Authorization: Bearer {personal}\r\nCookie: tagwarden_session={personal}\r\n");
    let paths = [
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/releases/1",
        "/releases/2",
        "/api/v1/releases",
        "/api/v1/releases/1",
        "/nowhere",
    ];
    for path in paths {
        said.push(read_out(&get(&house, path, "").await));
        said.push(read_out(&get(&house, path, &bearer).await));
    }
    for row in house.rows().await {
        said.push(serde_json::to_string(&house.engine.view(row.id).await.unwrap().unwrap()).unwrap());
        said.push(serde_json::to_string(&house.engine.lines(row.id, 0).await.unwrap()).unwrap());
    }
    said.push(format!("{:?}", house.engine.config()));
    let journal = house
        .database()
        .prepare("SELECT body FROM journal")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<Vec<String>, _>>()
        .unwrap();
    said.extend(journal);
    let folder = house.close().await;

    let mut kept = Vec::new();
    files(&folder.path().join("state"), &mut kept);
    assert!(kept.iter().any(|(name, _)| name.ends_with("tagwarden.db")), "the files were not found");
    let heard = ear.heard();
    assert!(heard.contains("a webhook came in"), "nothing was heard");
    for (what, secret) in
        [("webhook secret", traffic::SECRET), ("forge token", &token), ("personal token", &personal)]
    {
        let line = heard.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "the {what} was logged");
        assert!(!said.iter().any(|text| text.contains(secret)), "the {what} was told");
        for (name, bytes) in &kept {
            let found = bytes.windows(secret.len()).any(|piece| piece == secret.as_bytes());
            assert!(!found, "the {what} stands in {name}");
        }
    }
    assert_eq!(heard.lines().find(|line| line.contains(IN_A_BODY)), None, "a body was logged");
    assert!(!said.iter().any(|text| text.contains(IN_A_BODY)), "a body was told");
}
