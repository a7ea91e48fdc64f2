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
            // More than a team and its forge ever need; fewer where few files may be open, see `within`.
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

impl Limits {
    /// Returns these limits for a process that may open so many files: two listening addresses take two thirds of them
    /// at most, and the rest is for the store, for git and for the hosts.
    #[must_use]
    pub fn within(mut self, files: usize) -> Self {
        self.connections = self.connections.min(files / 3).max(1);
        self.connections_per_address = self.connections_per_address.min(self.connections * 3 / 4).max(1);
        self
    }
}

/// Returns how many files this process may have open; what the kernel does not tell counts as no limit.
fn files_allowed() -> usize {
    std::fs::read_to_string("/proc/self/limits").ok().and_then(|text| soft_limit(&text)).unwrap_or(usize::MAX)
}

fn soft_limit(text: &str) -> Option<usize> {
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

impl Settings {
    /// Returns the settings that the configuration means, with the usual limits.
    pub fn new(server: &Server, webhook_secrets: Vec<Secret>, clock: Clock) -> Self {
        Self {
            public_url: server.public_url.clone(),
            language: server.language,
            webhook_secrets,
            clock,
            limits: Limits::default().within(files_allowed()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_files_mean_few_connections_and_many_mean_no_more_than_usual() {
        let places = |files| {
            let limits = Limits::default().within(files);
            (limits.connections, limits.connections_per_address)
        };
        assert_eq!(places(usize::MAX), (400, 300));
        assert_eq!(places(1024), (341, 255));
        assert_eq!(places(128), (42, 31));
        assert_eq!(places(1), (1, 1));
    }

    #[test]
    fn the_limit_is_read_as_the_kernel_writes_it() {
        let text = "Limit                     Soft Limit           Hard Limit           Units     \n\
                    Max open files            1024                 524288               files     \n";
        assert_eq!(soft_limit(text), Some(1024));
        assert_eq!(
            soft_limit("Max open files            unlimited            unlimited            files"),
            None
        );
        assert_eq!(soft_limit(""), None);
        assert!(files_allowed() > 2);
    }
}
