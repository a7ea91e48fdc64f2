//! A handler that panics is one answer with 500, and nobody else notices.

use std::future::pending;
use std::sync::Arc;

use jiff::Timestamp;
use tagwarden::clock::Clock;
use tagwarden::config::Secret;
use tagwarden::domain::gate;
use tagwarden::domain::journal::Channel;
use tagwarden::domain::names::{Person, ReleaseId};
use tagwarden::domain::notice::Notice;
use tagwarden::engine::Demand;
use tagwarden::engine::view::{EnvironmentView, JournalLine, ReleaseRow, ReleaseView};
use tagwarden::messages::Language;
use tagwarden::web::{
    self, DeliveryError, House, Limits, Listeners, LogPiece, RawDelivery, Read, Receipt, Refused,
    ReleaseFilter, Session, Settings, Trouble,
};
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::traffic::SECRET;
use crate::wire::{Post, ask};

/// Panics when it is told of a panic, has a full disk when it is told of one, and takes everything else.
struct Fragile;

fn nothing<T>() -> Read<T> {
    Err(Trouble(Notice::new("TW-S003")))
}

impl House for Fragile {
    async fn deliver(&self, delivery: RawDelivery) -> Result<Receipt, DeliveryError> {
        match &*delivery.body {
            b"panic" => panic!("as asked"),
            b"full" => {
                Err(DeliveryError::StoreFailed(Notice::new("TW-S002").with("why", "the disk is full")))
            }
            b"odd" => Err(DeliveryError::Malformed(Notice::new("TW-F003"))),
            b"slow" => pending().await,
            _ => Ok(Receipt { sentence: Notice::new("delivery-nothing-new") }),
        }
    }
    async fn releases(&self, _: ReleaseFilter) -> Read<Vec<ReleaseRow>> {
        nothing()
    }
    async fn release(&self, _: ReleaseId) -> Read<Option<ReleaseView>> {
        nothing()
    }
    async fn journal(&self, _: ReleaseId, _: u64) -> Read<Vec<JournalLine>> {
        nothing()
    }
    async fn explain(&self, _: ReleaseId, _: Timestamp) -> Read<Option<gate::Answer>> {
        nothing()
    }
    async fn step_log(&self, _: ReleaseId, _: &str, _: u64) -> Read<Option<LogPiece>> {
        nothing()
    }
    async fn environments(&self) -> Read<Vec<EnvironmentView>> {
        nothing()
    }
    async fn hold(&self, _: &str, _: Person, _: Option<web::Stop>) -> Result<(), Refused> {
        Err(Refused { status: web::RefusedStatus::Unavailable, notice: Notice::new("TW-S003") })
    }
    async fn act(&self, _: ReleaseId, _: Person, _: Channel, _: Demand) -> Result<ReleaseView, Refused> {
        Err(Refused { status: web::RefusedStatus::Unavailable, notice: Notice::new("TW-S003") })
    }
    fn changes(&self) -> broadcast::Receiver<(ReleaseId, u64)> {
        broadcast::channel(1).1
    }
    async fn sign_in(&self, _: &str) -> Read<Option<Session>> {
        nothing()
    }
    async fn session(&self, _: &str) -> Read<Option<Session>> {
        nothing()
    }
    async fn sign_out(&self, _: &str) {}
    async fn person_of_bearer(&self, _: &str) -> Read<Option<Person>> {
        nothing()
    }
    async fn ready(&self) -> Result<(), Vec<Notice>> {
        Ok(())
    }
    async fn metrics(&self) -> String {
        "# EOF\n".to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_panics_answers_500_and_the_next_request_is_served() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings {
        public_url: format!("http://{address}"),
        language: Language::En,
        webhook_secrets: vec![Secret::new(SECRET)],
        clock: Clock::machine(),
        limits: Limits::default(),
    };
    let stop = CancellationToken::new();
    let listeners = Listeners { pages: vec![listener], webhooks: Vec::new() };
    let serving = tokio::spawn(web::serve(listeners, Arc::new(Fragile), settings, stop.clone()));
    for round in 0..10 {
        let panicked = ask(address, &Post::new("push", "panic").bytes()).await;
        assert_eq!(panicked.status, 500, "round {round}: {panicked:?}");
        assert_eq!(panicked.body, "Something went wrong in tagwarden itself.\n");
        let full = ask(address, &Post::new("push", "full").bytes()).await;
        assert_eq!(full.status, 503, "{full:?}");
        assert_eq!(ask(address, &Post::new("push", "odd").bytes()).await.status, 400);
        assert_eq!(ask(address, &Post::new("push", "well").bytes()).await.status, 200);
    }
    stop.cancel();
    serving.await.unwrap();
}

/// Returns what a stop does with a request that is under way and does not end by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_hangs_does_not_keep_the_daemon_from_stopping() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let farewell = std::time::Duration::from_millis(300);
    let settings = Settings {
        public_url: format!("http://{address}"),
        language: Language::En,
        webhook_secrets: vec![Secret::new(SECRET)],
        clock: Clock::machine(),
        limits: Limits { farewell, ..Limits::default() },
    };
    let stop = CancellationToken::new();
    let listeners = Listeners { pages: vec![listener], webhooks: Vec::new() };
    let serving = tokio::spawn(web::serve(listeners, Arc::new(Fragile), settings, stop.clone()));
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, &Post::new("push", "slow").bytes()).await.unwrap();
    assert_eq!(ask(address, &Post::new("push", "well").bytes()).await.status, 200);
    stop.cancel();
    tokio::time::timeout(std::time::Duration::from_secs(5), serving).await.expect("it stops").unwrap();
    assert!(crate::wire::read_answer(&mut stream).await.is_none(), "the hanging request got no answer");
}
