//! Stories about announcements: what a chat is sent, and what is made of its answer.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

#[path = "world/chat.rs"]
mod chat;

use std::time::Duration;

use tagwarden::config::{Channel, ChannelKind, Secret};
use tagwarden::domain::gravity::Gravity;
use tagwarden::messages::{Language, say};
use tagwarden::notify::{Arrival, Link, Message, NotifyError, Receipt, Weight, client, send};

use chat::{Chat, Says};

const SECRET_PATH: &str = "/services/canary0123/canary4567";

fn message() -> Message {
    Message {
        weight: Weight::Good,
        what: "school/bridge v1.4.0".to_owned(),
        place: "production".to_owned(),
        result: "complete".to_owned(),
        who: Some("ada".to_owned()),
        details: vec!["Watched for 30 minutes.".to_owned()],
        link: Some(Link { label: "Open".to_owned(), url: "https://release.example.org/r/1".to_owned() }),
    }
}

fn channel(kind: ChannelKind, url: &str) -> Channel {
    Channel { name: "team".to_owned(), kind, url: Secret::new(url) }
}

async fn tell(kind: ChannelKind, chat: &Chat) -> Result<Receipt, NotifyError> {
    send(&channel(kind, &chat.url(SECRET_PATH)), &message(), &client().unwrap()).await
}

#[tokio::test]
async fn slack_has_posted_when_it_says_ok() {
    let chat = Chat::always(200, "ok").await;
    let receipt = tell(ChannelKind::Slack, &chat).await.unwrap();
    assert_eq!(receipt, Receipt { arrival: Arrival::Posted, status: 200, answer: "ok".to_owned() });
    let [heard] = &chat.wait_for(1).await[..] else { panic!("one request") };
    assert_eq!((heard.method.as_str(), heard.path.as_str()), ("POST", SECRET_PATH));
    assert_eq!(heard.one("content-type"), "application/json");
    assert_eq!(heard.json()["text"], "✓ school/bridge v1.4.0 · production · complete · ada");
}

#[tokio::test]
async fn teams_has_accepted_and_no_more() {
    let chat = Chat::always(202, "").await;
    assert_eq!(tell(ChannelKind::Teams, &chat).await.unwrap().arrival, Arrival::Accepted);
    let heard = chat.heard().pop().unwrap().json();
    assert!(heard["attachments"][0]["contentUrl"].is_null());
    assert_eq!(heard["attachments"][0]["content"]["version"], "1.4");
}

#[tokio::test]
async fn an_answer_is_taken_for_what_it_proves() {
    let rows = [
        (Says::plain(429, "slow down"), Gravity::Transient, "TW-N003"),
        (Says::plain(500, ""), Gravity::Transient, "TW-N003"),
        (Says::plain(503, ""), Gravity::Transient, "TW-N003"),
        (Says::plain(400, "invalid_blocks"), Gravity::Permanent, "TW-N004"),
        (Says::plain(404, "no_service"), Gravity::Permanent, "TW-N004"),
        (Says::plain(410, "channel_is_archived"), Gravity::Permanent, "TW-N004"),
        (Says::HangUp, Gravity::Unknown, "TW-N002"),
        (Says::Cut, Gravity::Unknown, "TW-N002"),
    ];
    for kind in [ChannelKind::Slack, ChannelKind::Teams] {
        for (says, gravity, id) in &rows {
            let chat = Chat::in_turn(vec![says.clone()]).await;
            let error = tell(kind, &chat).await.unwrap_err();
            assert_eq!((error.gravity(), error.id()), (*gravity, *id), "{kind:?} {says:?}");
            assert_eq!(chat.heard().len(), 1, "a message is sent once: {says:?}");
        }
    }
    let page = Chat::always(200, "<html>welcome</html>").await;
    assert_eq!(tell(ChannelKind::Slack, &page).await.unwrap_err().gravity(), Gravity::Permanent);
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_handed_on_and_capped() {
    for (value, expected) in [("30", Some(30)), ("999999", Some(3600)), ("soon", None)] {
        let headers = vec![("Retry-After".to_owned(), value.to_owned())];
        let chat = Chat::in_turn(vec![Says::Answer(429, headers, String::new())]).await;
        let error = tell(ChannelKind::Slack, &chat).await.unwrap_err();
        assert_eq!(error.retry_after(), expected.map(Duration::from_secs), "{value}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Chat::always(200, "ok").await;
    let headers = vec![("Location".to_owned(), elsewhere.url("/"))];
    let chat = Chat::in_turn(vec![Says::Answer(307, headers, String::new())]).await;
    assert_eq!(tell(ChannelKind::Slack, &chat).await.unwrap_err().gravity(), Gravity::Permanent);
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn the_secret_address_stands_in_no_error() {
    let mut errors = Vec::new();
    for says in
        [Says::plain(404, &format!("no route {SECRET_PATH}")), Says::Cut, Says::HangUp, Says::plain(500, "")]
    {
        let chat = Chat::in_turn(vec![says]).await;
        errors.push(tell(ChannelKind::Slack, &chat).await.unwrap_err());
    }
    let closed = Chat::always(200, "ok").await;
    let url = closed.url(SECRET_PATH);
    drop(closed);
    for url in [&*url, "canary4567", "file:///canary4567", "http://", "ftp://canary4567/x"] {
        let channel = channel(ChannelKind::Teams, url);
        assert!(!format!("{channel:?}").contains("canary"));
        errors.push(send(&channel, &message(), &client().unwrap()).await.unwrap_err());
    }
    assert_eq!((errors[4].gravity(), errors[5].gravity()), (Gravity::Transient, Gravity::Permanent));
    for error in errors {
        let mut text = format!("{error} {error:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text.push_str(&format!(" {cause} {cause:?}"));
            source = cause.source();
        }
        for language in [Language::En, Language::Fr] {
            let said = say(language, &error.notice());
            assert!(!said.contains('{') && !said.starts_with("TW-"), "{said}");
            text.push_str(&said);
        }
        assert!(!text.contains("canary"), "{text}");
    }
}
