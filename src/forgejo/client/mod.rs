//! What does Forgejo answer to a question of ours?
//!
//! One file per subject beside this one; here is what all of them share: the address, the token, limits, retries.
//!
//! Races: (a) a request that is cut may have taken effect: only questions (GET) are repeated here, because
//! even a PUT names the version that it expects, and every write is made so that its caller may repeat it; (b) a list that changes while its pages are
//! read can lose or double an entry: doubled ones are folded, a lost one is found by the next look; (c) a forge that
//! limits our rate asks all of us to wait: nobody asks it anything before that time is over.

mod actions;
mod contents;
mod error;
mod instance;
mod issues;
mod people;
mod protections;
mod releases;
mod rights;
mod statuses;
mod tags;
mod webhooks;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LINK, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use actions::Started;
pub use error::ForgeError;
pub use instance::{Greeting, Support};
pub use issues::{Author, Comment, Issue, Reaction};
pub use people::{Permission, Team};
pub use protections::{Protected, TagProtection};
pub use releases::{Published, ReleaseNotes};
pub use statuses::{CommitStatus, StatusState};
pub use tags::Tag;
pub use webhooks::Webhook;

use crate::clock::Stopwatch;
use crate::config::Secret;
use crate::domain::names::RepositoryName;

/// The longest that a connection may take to be made; a forge in the same house answers within milliseconds.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// The longest that a whole exchange may take; Forgejo gives its own webhooks half of it.
const TOTAL_LIMIT: Duration = Duration::from_secs(10);
/// The largest answer that is read, far above fifty releases with long notes.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;
/// How often a question is asked before its error is returned: three tries bridge a restart of a proxy.
const TRIES: u32 = 3;
/// The pause before the second try; it doubles, and a random part of the same length is added.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The status with which a rate is limited.
const LIMITED: u16 = 429;
/// The longest pause that is spent here; who asks for more is tried again by the caller.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// The longest that a forge may keep us away at once by limiting our rate; a wrong header must not silence us for days.
const LONGEST_SILENCE: Duration = Duration::from_secs(600);
/// The entries asked for per page: the most that Forgejo gives.
const PAGE_SIZE: usize = 50;
/// The most pages that are read: twenty thousand tags are more than any repository of ours will have.
const MOST_PAGES: usize = 400;

/// A Forgejo instance, as the account of the token sees it.
#[derive(Debug, Clone)]
pub struct Forge {
    base: Url,
    http: reqwest::Client,
    /// Since when, and for how long, the forge wants to hear nothing from us.
    silence: Arc<Mutex<Option<(Stopwatch, Duration)>>>,
}

/// A repository, as the forge describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Repository {
    /// Its number; it outlives renames.
    pub id: u64,
    /// Its full name as the forge writes it today.
    pub full_name: String,
    /// The default branch.
    pub default_branch: String,
    /// Whether nothing was ever pushed.
    #[serde(default)]
    pub empty: bool,
    /// What the token's account may do.
    #[serde(default)]
    pub permissions: Rights,
}

/// What the token's account may do in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Rights {
    /// Change its settings.
    pub admin: bool,
    /// Push, post statuses, publish releases.
    pub push: bool,
    /// Read.
    pub pull: bool,
}

/// A request that is not yet sent.
struct Ask<'a> {
    /// What it is called in messages.
    call: &'static str,
    method: Method,
    /// The path below `api/v1`, one item per segment; each is encoded.
    path: &'a [&'a str],
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
}

/// An answer, read whole.
struct Answer {
    call: &'static str,
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

/// One page of a list.
struct Page<T> {
    entries: Vec<T>,
    /// How many entries all pages have together, when the forge says so.
    total: Option<u64>,
}

impl Forge {
    /// Returns a client for the instance at `url`, with the rights of `token`.
    ///
    /// # Errors
    /// Says which part of the address or of the token cannot be used.
    pub fn new(url: &str, token: &Secret) -> Result<Self, ForgeError> {
        let unusable = |why| ForgeError::Unusable { why };
        let base = Url::parse(url).map_err(|_| unusable("the address is no address"))?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(unusable("the address does not start with http:// or https://"));
        }
        if !base.username().is_empty() || base.password().is_some() || base.query().is_some() {
            return Err(unusable("the address holds a login or a query"));
        }
        let mut value = HeaderValue::from_str(&format!("token {}", token.reveal()))
            .map_err(|_| unusable("the token holds characters that a header cannot carry"))?;
        value.set_sensitive(true);
        let mut builder = reqwest::Client::builder()
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, value)]))
            .user_agent(concat!("tagwarden/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_LIMIT)
            .timeout(TOTAL_LIMIT);
        if matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            // A proxy of the environment cannot reach this machine's own loopback.
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|_| unusable("the system's TLS roots cannot be read"))?;
        Ok(Self { base, http, silence: Arc::default() })
    }

    /// Returns the repository, or `None` when there is none or the account may not know of it.
    ///
    /// # Errors
    /// As every call: see [`ForgeError`].
    pub async fn repository(&self, name: &RepositoryName) -> Result<Option<Repository>, ForgeError> {
        found(self.get("repository", &["repos", name.owner(), name.name()]).await)
    }

    async fn get<T: DeserializeOwned>(&self, call: &'static str, path: &[&str]) -> Result<T, ForgeError> {
        self.ask(Ask { call, method: Method::GET, path, query: Vec::new(), body: None }).await?.json()
    }

    /// Returns all entries of a list, page by page.
    async fn list<T: DeserializeOwned>(
        &self,
        call: &'static str,
        path: &[&str],
    ) -> Result<Vec<T>, ForgeError> {
        self.list_of(call, path, &[]).await
    }

    /// Returns all entries of a list that fit `wanted`, page by page.
    async fn list_of<T: DeserializeOwned>(
        &self,
        call: &'static str,
        path: &[&str],
        wanted: &[(&'static str, String)],
    ) -> Result<Vec<T>, ForgeError> {
        self.pages(call, path, wanted, usize::MAX, |answer| {
            // A list that was never filled is written as `null`.
            let entries = answer.json::<Option<Vec<T>>>()?.unwrap_or_default();
            Ok(Page { entries, total: answer.number_in("x-total-count") })
        })
        .await
    }

    /// Returns the entries of up to `most` pages; more than [`MOST_PAGES`] are an error.
    async fn pages<T>(
        &self,
        call: &'static str,
        path: &[&str],
        filter: &[(&'static str, String)],
        most: usize,
        page_of: impl Fn(&Answer) -> Result<Page<T>, ForgeError>,
    ) -> Result<Vec<T>, ForgeError> {
        let mut all = Vec::new();
        for page in 1..=MOST_PAGES {
            let mut query = filter.to_vec();
            query.extend([("limit", PAGE_SIZE.to_string()), ("page", page.to_string())]);
            let answer = self.ask(Ask { call, method: Method::GET, path, query, body: None }).await?;
            let Page { entries, total } = page_of(&answer)?;
            let empty = entries.is_empty();
            all.extend(entries);
            // The instance may cap a page below what was asked, so a short page proves nothing; totals and links do.
            let whole = total.is_some_and(|total| all.len() as u64 >= total);
            if empty || whole || page >= most || (total.is_none() && answer.is_last()) {
                return Ok(all);
            }
        }
        Err(ForgeError::Unreadable { call, why: "the list has too many pages", source: None })
    }

    async fn send(
        &self,
        call: &'static str,
        method: Method,
        path: &[&str],
        body: Value,
    ) -> Result<Answer, ForgeError> {
        self.ask(Ask { call, method, path, query: Vec::new(), body: Some(body) }).await
    }

    /// Asks; a question is repeated after a transient error, a write never.
    async fn ask(&self, ask: Ask<'_>) -> Result<Answer, ForgeError> {
        let tries = if ask.method.is_safe() { TRIES } else { 1 };
        let mut pause = FIRST_PAUSE;
        for _ in 1..tries {
            match self.ask_once(&ask).await {
                Err(error) if worth_another_try(&error) => {
                    let wait = error.retry_after().unwrap_or(pause + jitter(pause));
                    if wait > LONGEST_PAUSE {
                        return Err(error);
                    }
                    // The machine's timer, not the house's clock: this is about a line, not about a calendar.
                    tokio::time::sleep(wait).await;
                    pause *= 2;
                }
                other => return other,
            }
        }
        self.ask_once(&ask).await
    }

    async fn ask_once(&self, ask: &Ask<'_>) -> Result<Answer, ForgeError> {
        let call = ask.call;
        if let Some(left) = self.silence_left() {
            return Err(ForgeError::Busy { call, status: LIMITED, retry_after: Some(left) });
        }
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1"]).extend(ask.path);
        }
        let mut request = self.http.request(ask.method.clone(), url);
        if !ask.query.is_empty() {
            request = request.query(&ask.query);
        }
        if let Some(body) = &ask.body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| sort(call, error))?;
        let status = response.status();
        let headers = response.headers().clone();
        let bytes = read_capped(call, response).await?;
        let checked = Answer { call, status, headers, bytes }.checked();
        if let Err(ForgeError::Busy { status: LIMITED, retry_after: Some(wait), .. }) = &checked {
            self.be_silent_for(*wait);
        }
        checked
    }

    /// Returns how long the forge still wants to hear nothing.
    fn silence_left(&self) -> Option<Duration> {
        let (since, wait) = (*self.silence.lock().ok()?)?;
        wait.checked_sub(since.elapsed()).filter(|left| !left.is_zero())
    }

    fn be_silent_for(&self, wait: Duration) {
        if let Ok(mut silence) = self.silence.lock() {
            *silence = Some((Stopwatch::start(), wait.min(LONGEST_SILENCE)));
        }
    }
}

impl Answer {
    /// Returns the answer when its status says yes.
    fn checked(self) -> Result<Self, ForgeError> {
        let (call, status) = (self.call, self.status.as_u16());
        if self.status.is_success() {
            return Ok(self);
        }
        if self.status.is_redirection() {
            return Err(ForgeError::Unreadable { call, why: "it leads to another address", source: None });
        }
        if self.status.is_server_error() || status == LIMITED || status == 408 {
            let wait = self.number_in(RETRY_AFTER.as_str()).map(Duration::from_secs);
            return Err(ForgeError::Busy { call, status, retry_after: wait });
        }
        Err(ForgeError::Refused { call, status, message: self.message() })
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T, ForgeError> {
        serde_json::from_slice(&self.bytes).map_err(|source| ForgeError::Unreadable {
            call: self.call,
            why: "it has another shape",
            source: Some(source),
        })
    }

    fn is_empty(&self) -> bool {
        self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    /// Returns whether the answer names other pages, and no next one.
    fn is_last(&self) -> bool {
        let links = self.headers.get(LINK).and_then(|links| links.to_str().ok());
        links.is_some_and(|links| !links.contains("rel=\"next\""))
    }

    fn number_in(&self, header: &str) -> Option<u64> {
        self.headers.get(header)?.to_str().ok()?.trim().parse().ok()
    }

    /// Returns the forge's own words about a refusal, cut to what a person reads.
    fn message(&self) -> String {
        let parsed: Option<Value> = serde_json::from_slice(&self.bytes).ok();
        let message = parsed.as_ref().and_then(|json| json.get("message")?.as_str()).unwrap_or_default();
        message.chars().take(200).collect()
    }
}

/// Turns "there is no such thing" into `None`.
fn found<T>(answer: Result<T, ForgeError>) -> Result<Option<T>, ForgeError> {
    match answer {
        Ok(thing) => Ok(Some(thing)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn worth_another_try(error: &ForgeError) -> bool {
    match error {
        ForgeError::Unreachable { .. } | ForgeError::Busy { .. } | ForgeError::Cut { .. } => true,
        ForgeError::Unusable { .. }
        | ForgeError::Refused { .. }
        | ForgeError::Unreadable { .. }
        | ForgeError::TagMissing { .. }
        | ForgeError::TagMoved { .. } => false,
    }
}

fn sort(call: &'static str, error: reqwest::Error) -> ForgeError {
    let connect = error.is_connect();
    let source = error.without_url();
    if connect { ForgeError::Unreachable { call, source } } else { ForgeError::Cut { call, source } }
}

async fn read_capped(call: &'static str, mut response: Response) -> Result<Vec<u8>, ForgeError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| sort(call, error))? {
        if bytes.len() + chunk.len() > LARGEST_ANSWER {
            return Err(ForgeError::Unreadable { call, why: "it is too large", source: None });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Returns a random length below `most`, so that many clients do not come back at the same instant.
fn jitter(most: Duration) -> Duration {
    let mut byte = [0_u8];
    // Without randomness there is no jitter, which is merely less polite.
    let share = if getrandom::fill(&mut byte).is_ok() { f64::from(byte[0]) / 256.0 } else { 0.0 };
    most.mul_f64(share)
}
