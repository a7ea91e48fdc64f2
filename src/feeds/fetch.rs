//! Fetches a feed from its server.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, StatusCode, Url};

use super::FeedError;
use super::address::is_public;
use crate::config::Secret;
use crate::domain::calendar::feed::LARGEST;

/// The longest that a connection may take to be made.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// The longest that all of it may take: ten megabytes over a slow line.
const TOTAL_LIMIT: Duration = Duration::from_secs(60);
/// The most redirects that are followed; calendars that move answer with one or two.
const MOST_REDIRECTS: usize = 5;
/// The longest mark that is kept; longer ones are not sent back.
const LONGEST_MARK: usize = 1024;

/// What a server calls the copy that it sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// A copy.
    New {
        /// All of it.
        bytes: Vec<u8>,
        /// What it is called.
        marks: Marks,
    },
    /// The copy with these marks is still good.
    Same,
}

/// Fetches the feed at `url`; `marks` are those of the copy that is there already.
///
/// # Errors
/// What hinders it; the copy that is there stays good until it is too old.
pub async fn fetch(
    url: &str,
    login: Option<&(String, Secret)>,
    allow_private: bool,
    marks: &Marks,
) -> Result<Fetched, FeedError> {
    let url = Url::parse(url).map_err(|_| FeedError::Unusable)?;
    if !allow_private && literal(&url).is_some_and(|address| !is_public(address)) {
        return Err(FeedError::Private);
    }
    let mut request = client(allow_private)?.get(url);
    if let Some((user, password)) = login {
        request = request.basic_auth(user, Some(password.reveal()));
    }
    for (name, mark) in [(IF_NONE_MATCH, &marks.etag), (IF_MODIFIED_SINCE, &marks.last_modified)] {
        if let Some(mark) = mark {
            request = request.header(name, mark);
        }
    }
    let mut response = request.send().await.map_err(told)?;
    let known = *marks != Marks::default();
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if known => return Ok(Fetched::Same),
        status if status.is_redirection() => return Err(FeedError::Redirected),
        status => return Err(FeedError::Answered(status.as_u16())),
    }
    let marks = Marks {
        etag: mark(response.headers(), &ETAG),
        last_modified: mark(response.headers(), &LAST_MODIFIED),
    };
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(told)? {
        if bytes.len() + chunk.len() > LARGEST {
            return Err(FeedError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Fetched::New { bytes, marks })
}

fn mark(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= LONGEST_MARK).then(|| value.to_owned())
}

fn client(allow_private: bool) -> Result<Client, FeedError> {
    let builder = Client::builder()
        .user_agent(concat!("tagwarden/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_LIMIT)
        .timeout(TOTAL_LIMIT)
        .redirect(Policy::custom(same_host))
        // Behind a proxy nobody could tell where a name leads.
        .no_proxy()
        .pool_max_idle_per_host(0)
        .dns_resolver(PublicOnly { allow_private });
    builder.build().map_err(FeedError::Unreached)
}

/// Follows a redirect on the same host that does not give up TLS; every other one is the end, and an error.
fn same_host(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let from = attempt.previous().first();
    let same = from.is_some_and(|from| {
        let next = attempt.url();
        from.host_str() == next.host_str() && (next.scheme() == "https" || from.scheme() == next.scheme())
    });
    if same && attempt.previous().len() <= MOST_REDIRECTS { attempt.follow() } else { attempt.stop() }
}

/// Returns the address that stands in a URL instead of a name: no resolver is asked for it.
fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Returns what went wrong; a name with private addresses only is told apart.
fn told(error: reqwest::Error) -> FeedError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(one) = cause {
        if one.is::<OnlyPrivate>() {
            return FeedError::Private;
        }
        cause = one.source();
    }
    FeedError::Unreached(error.without_url())
}

/// The machine's own name service, without the addresses that may not be used.
struct PublicOnly {
    allow_private: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("the name has private addresses only")]
struct OnlyPrivate;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let usable: Vec<_> = found.filter(|found| allow_private || is_public(found.ip())).collect();
            if usable.is_empty() {
                return Err(OnlyPrivate.into());
            }
            Ok(Box::new(usable.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
