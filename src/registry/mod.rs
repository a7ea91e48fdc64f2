//! Does this image stand in its registry, and under which digest?
//!
//! Speaks the distribution protocol: HEAD of a manifest, GET where that is not answered in full, after what the
//! registry wants to see first (nothing, basic, bearer). A login is only ever sent to the registry that it was
//! configured for and to the realm that this one names, which must be HTTPS or the registry itself. A redirect is
//! followed without the login. Nobody is asked but the registries that are listed, the one of the forge and Docker Hub:
//! image names are written by whoever may push, and must lead the daemon nowhere else. A body that was read is compared with the digest that was claimed for it.

mod challenge;
mod login;
mod manifest;

pub use challenge::{Challenge, challenges};

use std::time::Duration;

use reqwest::Url;

use crate::config::Registry as Access;
use crate::domain::image::{Digest, HUB, ImageName};

/// Where Docker Hub answers; its name in images is another.
const HUB_HOST: &str = "registry-1.docker.io";
/// The longest that one image may take, logins and redirects included.
const LIMIT: Duration = Duration::from_secs(30);

/// What a registry says about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is there.
    Found(Digest),
    /// It is not.
    Absent,
    /// We may not see it; a registry that hides what is not there says the same.
    Denied {
        /// Whether a login was shown.
        login: bool,
    },
    /// It is not one that may be asked, and was not asked.
    Unlisted,
    /// What it hands out is not what it says, or not what was asked for.
    Wrong {
        /// What is wrong.
        why: String,
    },
    /// Nothing is known.
    Unknown {
        /// Why.
        why: String,
    },
}

/// What keeps a question from being answered.
#[derive(Debug)]
enum Trouble {
    /// Nobody listens there, or speaks another language.
    NoConnection(String),
    /// The answer that is the end of it.
    End(Answer),
}

impl Trouble {
    fn unknown(why: impl Into<String>) -> Self {
        Self::End(Answer::Unknown { why: why.into() })
    }
}

/// Asks registries.
#[derive(Debug)]
pub struct Registries<'a> {
    http: &'a reqwest::Client,
    access: &'a [Access],
    forge: Option<String>,
}

/// One registry, as it is asked.
struct Door<'a> {
    base: Url,
    access: Option<&'a Access>,
}

impl<'a> Registries<'a> {
    /// Asks with this client (which follows no redirects) the registries listed here and that of the forge at an address.
    pub fn new(http: &'a reqwest::Client, access: &'a [Access], forge: &str) -> Self {
        Self { http, access, forge: host_of(forge) }
    }

    /// Asks for an image.
    pub async fn find(&self, image: &ImageName) -> Answer {
        match tokio::time::timeout(LIMIT, self.find_anyhow(image)).await {
            Ok(answer) => answer,
            Err(_) => Answer::Unknown { why: format!("no answer within {} s", LIMIT.as_secs()) },
        }
    }

    fn is_listed(&self, registry: &str) -> bool {
        let mut listed = self.access.iter().map(|one| one.host.as_str()).chain(self.forge.as_deref());
        registry == HUB || listed.any(|host| host.eq_ignore_ascii_case(registry))
    }

    async fn find_anyhow(&self, image: &ImageName) -> Answer {
        if !self.is_listed(&image.registry) {
            return Answer::Unlisted;
        }
        let mut why = "its name is no address".to_owned();
        for door in self.doors(&image.registry) {
            match self.find_at(&door, image).await {
                Ok(digest) => return Answer::Found(digest),
                Err(Trouble::End(answer)) => return answer,
                Err(Trouble::NoConnection(reason)) => why = reason,
            }
        }
        Answer::Unknown { why }
    }

    /// Returns how a registry is reached: HTTPS, and where engines do so too (on this machine) plain HTTP after it.
    fn doors(&self, registry: &str) -> Vec<Door<'a>> {
        let access = self.access.iter().find(|one| one.host.eq_ignore_ascii_case(registry));
        let host = if registry == HUB { HUB_HOST } else { registry };
        let schemes: &[&str] = match access {
            Some(access) if access.plain_http => &["http"],
            Some(_) | None if is_here(registry) => &["https", "http"],
            Some(_) | None => &["https"],
        };
        let url = |scheme: &&str| Url::parse(&format!("{scheme}://{host}/")).ok();
        schemes.iter().filter_map(url).map(|base| Door { base, access }).collect()
    }
}

/// Returns the host of an address, with its port, as image names write it.
fn host_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// Returns whether a registry is on this machine.
fn is_here(registry: &str) -> bool {
    let host = match registry.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, _)) => host,
        None => registry.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Returns what is at the bottom of an error, without the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    if std::ptr::addr_eq(cause, error) { "the request failed".to_owned() } else { cause.to_string() }
}
