//! Words a message for one channel and sends it, one file per channel.
//!
//! When to speak, what to say and how often to try is the caller's business; here a message gets the channel's form
//! and limits, and the answer is taken for exactly what it proves: *posted*, merely *accepted*, or an error.
//!
//! Races: an answer that never comes whole says nothing about the message: the error is *unknown*, and a second try
//! may make the message appear twice; whether there is one is the caller's business.

mod error;
mod message;
mod slack;
mod teams;

use std::fmt;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, Url};

pub use error::NotifyError;
pub use message::{Link, Message, Weight};

use crate::config::{Channel, ChannelKind};
use crate::messages::safe;

/// The longest that a connection may take to be made.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// The longest that a whole exchange may take; chats answer within a second or are in trouble.
const TOTAL_LIMIT: Duration = Duration::from_secs(10);
/// The most of an answer that is read: chats answer with a word.
const LARGEST_ANSWER: usize = 64 * 1024;
/// The longest wait that a channel may ask for; more would be forgotten news.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// The shortest part of an address that counts as a secret when it comes back in an answer.
const SHORTEST_SECRET: usize = 6;

/// What the channel's answer proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The message stands in the channel.
    Posted,
    /// The channel took it and will try to post it; whether anybody sees it is not known.
    Accepted,
}

/// What is known after a message was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What the answer proves.
    pub arrival: Arrival,
    /// The status of the answer.
    pub status: u16,
    /// The channel's own words, safe to show.
    pub answer: String,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.arrival {
            Arrival::Posted => "posted",
            Arrival::Accepted => "accepted",
        };
        write!(f, "{word}: status {}", self.status)?;
        if self.answer.is_empty() { Ok(()) } else { write!(f, ", {}", self.answer) }
    }
}

/// Returns an HTTP client as this room needs it: with limits, and without following anybody elsewhere.
///
/// # Errors
/// When the system's TLS roots cannot be read.
pub fn client() -> Result<Client, reqwest::Error> {
    Client::builder()
        .user_agent(concat!("tagwarden/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_LIMIT)
        .timeout(TOTAL_LIMIT)
        .build()
}

/// Sends `message` to `channel`, once.
///
/// # Errors
/// Says by its gravity whether another try makes sense; no error shows the channel's address.
pub async fn send(channel: &Channel, message: &Message, http: &Client) -> Result<Receipt, NotifyError> {
    let name = channel.name.as_str();
    let address = Url::parse(channel.url.reveal())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| NotifyError::BadAddress { channel: name.to_owned() })?;
    let body = match channel.kind {
        ChannelKind::Slack => slack::body(message),
        ChannelKind::Teams => teams::body(message),
    };
    let request = http.post(address.clone()).header(CONTENT_TYPE, "application/json").timeout(TOTAL_LIMIT);
    let response = request.body(body).send().await.map_err(|error| NotifyError::sort(name, error))?;
    let status = response.status().as_u16();
    let retry_after = wait_asked_for(&response);
    let answer = read_capped(response).await.map_err(|error| NotifyError::sort(name, error))?;
    let said = safe(&redacted(answer.trim(), &address));
    if status == 429 || status == 408 || status >= 500 {
        return Err(NotifyError::Busy { channel: name.to_owned(), status, retry_after });
    }
    let arrival = match channel.kind {
        ChannelKind::Slack => slack::arrival(status, answer.trim()),
        ChannelKind::Teams => teams::arrival(status),
    };
    match arrival {
        Some(arrival) => Ok(Receipt { arrival, status, answer: said }),
        None => Err(NotifyError::Refused { channel: name.to_owned(), status, answer: said }),
    }
}

fn wait_asked_for(response: &Response) -> Option<Duration> {
    let seconds: u64 = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

async fn read_capped(mut response: Response) -> Result<String, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = LARGEST_ANSWER - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if bytes.len() == LARGEST_ANSWER {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns `text` without the parts of the address that are secret; an error page likes to repeat the path.
fn redacted(text: &str, address: &Url) -> String {
    let parts = address.path().split('/').chain(address.query().unwrap_or_default().split(['&', '=']));
    let mut parts: Vec<&str> = parts.filter(|part| part.len() >= SHORTEST_SECRET).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts.into_iter().fold(text.to_owned(), |text, part| text.replace(part, "…"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_repeats_the_address_is_shown_without_its_secret() {
        let address = Url::parse("https://chat.example/hooks/T0000/secretsecret?sig=anothersecret").unwrap();
        let shown = redacted("no route /hooks/T0000/secretsecret?sig=anothersecret", &address);
        assert_eq!(shown, "no route /hooks/T0000/…?sig=…");
    }
}
