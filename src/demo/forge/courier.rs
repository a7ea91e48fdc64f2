//! How does a webhook leave the forge? One at a time, once, within five seconds, and never again.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use sha1::{Digest, Sha1};
use tokio::sync::mpsc;

use crate::config::Secret;
use crate::demo::forge::Shared;
use crate::demo::forge::world::Hook;
use crate::forgejo::signature;

/// How long a receiver may take for the whole exchange, as Forgejo's `DELIVER_TIMEOUT`.
const LIMIT: Duration = Duration::from_secs(5);
/// The most of an answer that is kept.
const LONGEST_ANSWER: usize = 2000;
/// The block of SHA-1, to which a key is filled up.
const SHA1_BLOCK: usize = 64;

/// A webhook that is to be sent.
#[derive(Debug)]
pub struct Job {
    url: String,
    secret: String,
    repository: String,
    event: &'static str,
    body: String,
}

/// A webhook that was made, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its place in the list, for [`FakeForge::redeliver`](crate::demo::forge::FakeForge::redeliver).
    pub number: usize,
    /// The repository's full name.
    pub repository: String,
    /// `push`, `create`, `delete` or `release`.
    pub event: &'static str,
    /// Where it was sent.
    pub url: String,
    /// The headers, as they were sent.
    pub headers: Vec<(String, String)>,
    /// The signed bytes.
    pub body: String,
    /// What became of it.
    pub fate: Fate,
    secret: String,
}

/// What became of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The receiver answered, well or badly.
    Answered {
        /// The status.
        status: u16,
        /// The beginning of the body, as the list of deliveries shows it.
        text: String,
    },
    /// No connection, or no whole answer in time.
    Failed,
    /// It was lost on purpose and never sent.
    Lost,
}

impl Job {
    pub fn new(hook: &Hook, repository: &str, event: &'static str, body: String) -> Self {
        let (url, secret) = (hook.url.clone(), hook.secret.clone());
        Self { url, secret, repository: repository.to_owned(), event, body }
    }

    /// Returns the same webhook, to be sent once more.
    pub fn again(delivery: &Delivery) -> Self {
        Self {
            url: delivery.url.clone(),
            secret: delivery.secret.clone(),
            repository: delivery.repository.clone(),
            event: delivery.event,
            body: delivery.body.clone(),
        }
    }
}

/// Sends what comes, in order, until nobody can bring anything any more.
pub async fn carry(mut jobs: mpsc::UnboundedReceiver<Job>, shared: Arc<Shared>) {
    // Redirects are followed, as Forgejo does; a proxy of the environment does not see loopback.
    let http = reqwest::Client::builder().no_proxy().timeout(LIMIT).build();
    let Ok(http) = http else { return };
    while let Some(job) = jobs.recv().await {
        let (lost, doubled) = orders(&shared);
        if lost {
            record(&shared, &job, headers(job.event, &job.secret, &job.body), Fate::Lost);
        } else {
            for _ in 0..=usize::from(doubled) {
                let headers = headers(job.event, &job.secret, &job.body);
                let fate = deliver(&http, &job, &headers).await;
                record(&shared, &job, headers, fate);
            }
        }
        shared.pending.send_modify(|count| *count -= 1);
    }
}

/// Returns whether the next webhook is to be lost, or to be sent twice.
fn orders(shared: &Shared) -> (bool, bool) {
    let mut world = shared.world();
    if world.lose > 0 {
        world.lose -= 1;
        return (true, false);
    }
    let doubled = world.double > 0;
    world.double -= usize::from(doubled);
    (false, doubled)
}

fn record(shared: &Shared, job: &Job, headers: Vec<(String, String)>, fate: Fate) {
    let mut world = shared.world();
    let number = world.deliveries.len();
    world.deliveries.push(Delivery {
        number,
        repository: job.repository.clone(),
        event: job.event,
        url: job.url.clone(),
        headers,
        body: job.body.clone(),
        fate,
        secret: job.secret.clone(),
    });
}

async fn deliver(http: &reqwest::Client, job: &Job, headers: &[(String, String)]) -> Fate {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
            return Fate::Failed;
        };
        map.append(name, value);
    }
    let answer = http.post(&job.url).headers(map).body(job.body.clone()).send().await;
    let Ok(answer) = answer else { return Fate::Failed };
    let status = answer.status().as_u16();
    match answer.text().await {
        Ok(text) => Fate::Answered { status, text: text.chars().take(LONGEST_ANSWER).collect() },
        Err(_) => Fate::Failed,
    }
}

/// Returns the headers of a delivery of this body, with a new number: all families, as they were recorded.
pub fn headers(event: &str, secret: &str, body: &str) -> Vec<(String, String)> {
    let number = delivery_number();
    let sha256 = signature::sign(&Secret::new(secret), body.as_bytes());
    let mut all = vec![
        ("User-Agent".to_owned(), "Go-http-client/1.1".to_owned()),
        ("Content-Type".to_owned(), "application/json".to_owned()),
    ];
    for family in ["Forgejo", "GitHub", "Gitea", "Gogs"] {
        all.push((format!("X-{family}-Delivery"), number.clone()));
        all.push((format!("X-{family}-Event"), event.to_owned()));
        all.push((format!("X-{family}-Event-Type"), event.to_owned()));
        if family != "GitHub" {
            all.push((format!("X-{family}-Signature"), sha256.clone()));
        }
    }
    all.push((
        "X-Hub-Signature".to_owned(),
        format!("sha1={}", hmac_sha1(secret.as_bytes(), body.as_bytes())),
    ));
    all.push(("X-Hub-Signature-256".to_owned(), format!("sha256={sha256}")));
    all.push(("Accept-Encoding".to_owned(), "gzip".to_owned()));
    all
}

/// Returns a random number in the form of a UUID, version 4.
fn delivery_number() -> String {
    let mut bytes = [0_u8; 16];
    // Without randomness all numbers are alike, which no receiver may mind.
    let _ = getrandom::fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex::encode(bytes);
    [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
}

/// HMAC with the SHA-1 that warp brings along (its digest is a version older than that of the crate `hmac`); only
/// for the header that old receivers know.
fn hmac_sha1(key: &[u8], body: &[u8]) -> String {
    let mut block = [0_u8; SHA1_BLOCK];
    if key.len() > SHA1_BLOCK {
        block[..20].copy_from_slice(&Sha1::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha1::new().chain_update(block.map(|b| b ^ 0x36)).chain_update(body).finalize();
    hex::encode(Sha1::new().chain_update(block.map(|b| b ^ 0x5c)).chain_update(inner).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_signature_is_that_of_rfc_2202() {
        let rows: [(&[u8], &[u8], &str); 3] = [
            (&[0x0b; 20], b"Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
            (b"Jefe", b"what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (
                &[0xaa; 80],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "aa4ae5e15272d00e95705637ce8a3b55ed402112",
            ),
        ];
        for (key, body, expected) in rows {
            assert_eq!(hmac_sha1(key, body), expected);
        }
    }
}
