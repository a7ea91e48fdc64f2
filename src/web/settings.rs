//! How the windows are set up: addresses, secrets, language, and every limit in one place, so that tests can shorten
//! them.

use std::time::Duration;

use crate::clock::Clock;
use crate::config::{Secret, Server};
use crate::messages::Language;

/// What the windows need to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address that people use, without a trailing slash.
    pub public_url: String,
    /// The language for those who ask for none.
    pub language: Language,
    /// The secrets of which a webhook must have used one.
    pub webhook_secrets: Vec<Secret>,
    /// What ages on pages are reckoned from, and how long failed tries are remembered by.
    pub clock: Clock,
    /// How much of everything a client may have.
    pub limits: Limits,
}

/// How long and how much.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The longest that a request's head may take; also how long an idle connection is kept.
    pub head: Duration,
    /// The longest that a request's body may take.
    pub body: Duration,
    /// The longest that a client may leave an answer unread.
    pub unread: Duration,
    /// The largest webhook, in bytes.
    pub webhook_bytes: usize,
    /// The largest form or API request, in bytes.
    pub form_bytes: usize,
    /// Connections at the same time, per listening address.
    pub connections: usize,
    /// Connections at the same time from one address.
    pub connections_per_address: usize,
    /// How long new connections are still taken after the stop, while the page says "not ready".
    pub linger: Duration,
    /// How long the stop waits for requests that have begun.
    pub farewell: Duration,
    /// The time between two signs of life on a silent event stream.
    pub heartbeat: Duration,
    /// The time between two looks at a log that is being followed.
    pub log_every: Duration,
    /// Failed tries (token or signature) within [`Limits::try_window`] after which an address has to wait.
    pub tries: u32,
    /// How long a failed try counts.
    pub try_window: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Forgejo gives a delivery five seconds in all; an honest head arrives in one packet.
            head: Duration::from_secs(5),
            // A megabyte at one megabit per second takes eight.
            body: Duration::from_secs(10),
            unread: Duration::from_secs(30),
            // The largest push payload (15 commits with their file lists) that Forgejo sent in practice is far below.
            webhook_bytes: 1 << 20,
            // Reasons are sentences; a thousand times that is no form of ours.
            form_bytes: 64 << 10,
            // With one file descriptor each this stays below half of the usual soft limit of 1,024.
            connections: 400,
            // A reverse proxy is one address, so one address gets most of the room; idle ones give way anyway.
            connections_per_address: 300,
            // Measured as enough for a proxy to see "not ready" and for a started handshake to end.
            linger: Duration::from_millis(100),
            // systemd kills after ninety seconds; people lose patience after ten.
            farewell: Duration::from_secs(8),
            // Proxies cut streams that are silent for thirty or sixty seconds.
            heartbeat: Duration::from_secs(15),
            log_every: Duration::from_secs(1),
            // A person who mistypes needs fewer, and a token cannot be guessed in any number.
            tries: 20,
            try_window: Duration::from_secs(60),
        }
    }
}

impl Settings {
    /// Returns the settings that the configuration means, with the usual limits.
    pub fn new(server: &Server, webhook_secrets: Vec<Secret>, clock: Clock) -> Self {
        Self {
            public_url: server.public_url.clone(),
            language: server.language,
            webhook_secrets,
            clock,
            limits: Limits::default(),
        }
    }

    /// Returns whether people reach the pages over TLS.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Returns scheme and authority of the public address, as a browser writes them into `Origin`.
    pub fn origin(&self) -> &str {
        let after_scheme = self.public_url.find("://").map_or(0, |at| at + 3);
        let end =
            self.public_url[after_scheme..].find('/').map_or(self.public_url.len(), |at| after_scheme + at);
        &self.public_url[..end]
    }
}
