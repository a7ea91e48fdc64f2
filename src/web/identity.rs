//! Who asks? Programs show a personal token with each request; people exchange theirs for a session.
//!
//! Both fail closed: what cannot be read now is nobody. Every form of a session carries its CSRF value, and the browser
//! must say that the form came from our own pages.
//!
//! An address from which too much was tried is put off, but a token that is good is never: behind a reverse proxy all
//! people share one address, and nobody may lock the others out.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, HOST, HeaderMap, ORIGIN};
use subtle::ConstantTimeEq;

use crate::domain::names::Person;
use crate::domain::notice::Notice;
use crate::web::call::Call;
use crate::web::encoding::{Fields, cookie};
use crate::web::house::{House, Session};
use crate::web::reply::{self, Response};
use crate::web::settings::Settings;

/// The cookie of a session.
pub const SESSION_COOKIE: &str = "tagwarden_session";
/// The longest token or cookie that is looked at.
const LONGEST_SECRET: usize = 256;

/// Returns the owner of the token in `Authorization: Bearer …`, or the refusal.
pub async fn bearer<H: House>(call: &Call<H>) -> Result<Person, Response> {
    let now = call.windows.settings.clock.now();
    let peer = call.caller.peer;
    let value = call.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        if scheme.eq_ignore_ascii_case("bearer") {
            Some(token.trim().to_owned())
        } else {
            basic(scheme, token)
        }
    });
    let Some(token) = token.as_deref().filter(|token| is_plausible(token)) else {
        return Err(
            put_off(call).unwrap_or_else(|| call.refuse(StatusCode::UNAUTHORIZED, &Notice::new("TW-W007")))
        );
    };
    match call.windows.house.person_of_bearer(token).await {
        Ok(Some(person)) => {
            call.windows.tries.succeeded(peer, now);
            Ok(person)
        }
        Ok(None) => {
            let put_off = put_off(call);
            call.windows.tries.failed(peer, now);
            Err(put_off.unwrap_or_else(|| call.refuse(StatusCode::UNAUTHORIZED, &Notice::new("TW-W008"))))
        }
        Err(trouble) => Err(call.trouble(&trouble)),
    }
}

/// Returns the password of `Basic` credentials: calendar programs can show a token in no other way.
fn basic(scheme: &str, credentials: &str) -> Option<String> {
    if !scheme.eq_ignore_ascii_case("basic") || credentials.len() > 2 * LONGEST_SECRET {
        return None;
    }
    let decoded = STANDARD.decode(credentials.trim()).ok()?;
    String::from_utf8(decoded).ok()?.split_once(':').map(|(_, password)| password.to_owned())
}

/// Returns the answer "too many tries" to one that failed, when its address has to wait.
pub fn put_off<H: House>(call: &Call<H>) -> Option<Response> {
    let seconds = call.windows.tries.wait(call.caller.peer, call.windows.settings.clock.now())?;
    let notice = Notice::new("TW-W012").with("seconds", seconds);
    let mut response = call.refuse(StatusCode::TOO_MANY_REQUESTS, &notice);
    reply::retry_after(&mut response, seconds);
    Some(response)
}

/// Returns whether a text can be a token or a cookie's value at all.
pub fn is_plausible(secret: &str) -> bool {
    (8..=LONGEST_SECRET).contains(&secret.len()) && secret.bytes().all(|b| b.is_ascii_graphic())
}

/// Returns the caller's session while it lasts, or the answer to a read that failed.
pub async fn session<H: House>(call: &Call<H>) -> Result<Option<Arc<Session>>, Response> {
    let Some(secret) = cookie(&call.headers, SESSION_COOKIE).filter(|secret| is_plausible(secret)) else {
        return Ok(None);
    };
    match call.windows.house.session(secret).await {
        Ok(session) => {
            let now = call.windows.settings.clock.now();
            Ok(session.filter(|session| session.expires > now).map(Arc::new))
        }
        Err(trouble) => Err(call.trouble(&trouble)),
    }
}

/// Returns whether the browser says that a form came from our own pages.
///
/// Browsers send `Origin` with every form; one that does not (or a program) must at least not say "cross-site", and
/// still needs the CSRF value. Behind plain HTTP the name that people typed may differ from the configured one
/// (`localhost`, `127.0.0.1`), so the request's own `Host` counts as well; over TLS only the configured one does.
pub fn is_from_our_pages(headers: &HeaderMap, settings: &Settings) -> bool {
    let text =
        |name| headers.get(name).map(|value: &hyper::header::HeaderValue| value.to_str().unwrap_or("?"));
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next().map(|value| value.to_str().unwrap_or("?")), origins.next()) {
        (Some(_), Some(_)) => false,
        (Some(origin), None) => {
            origin == settings.origin()
                || !settings.is_https()
                    && headers
                        .get(HOST)
                        .and_then(|host| host.to_str().ok())
                        .is_some_and(|host| origin.strip_prefix("http://") == Some(host))
        }
        (None, _) => matches!(text("sec-fetch-site"), None | Some("same-origin" | "none")),
    }
}

/// Returns whether the form carries the CSRF value `expected`, compared in constant time.
pub fn carries(form: &Fields, expected: &str) -> bool {
    let claimed = form.get("csrf").unwrap_or_default();
    !expected.is_empty() && bool::from(claimed.as_bytes().ct_eq(expected.as_bytes()))
}

/// Returns the refusal of a form that another site sent, or that belongs to no session of ours.
pub fn honest_form<H: House>(call: &Call<H>, form: &Fields, expected: &str) -> Result<(), Response> {
    if !is_from_our_pages(&call.headers, &call.windows.settings) {
        return Err(call.refuse(StatusCode::FORBIDDEN, &Notice::new("TW-W010")));
    }
    if !carries(form, expected) {
        return Err(call.refuse(StatusCode::FORBIDDEN, &Notice::new("TW-W009")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::messages::Language;
    use crate::web::settings::Limits;

    fn settings(public_url: &str) -> Settings {
        Settings {
            public_url: public_url.to_owned(),
            language: Language::En,
            webhook_secrets: Vec::new(),
            clock: Clock::machine(),
            limits: Limits::default(),
        }
    }

    #[test]
    fn only_our_own_pages_may_send_forms() {
        let tls = "https://release.example.org";
        let plain = "http://127.0.0.1:8787";
        for (public, headers, expected) in [
            (tls, vec![("origin", "https://release.example.org")], true),
            (tls, vec![("origin", "https://release.example.org.evil.example")], false),
            (tls, vec![("origin", "http://release.example.org"), ("host", "release.example.org")], false),
            (tls, vec![("origin", "null")], false),
            (tls, vec![("origin", "https://evil.example"), ("host", "release.example.org")], false),
            (tls, vec![], true),
            (tls, vec![("sec-fetch-site", "cross-site")], false),
            (tls, vec![("sec-fetch-site", "same-site")], false),
            (tls, vec![("sec-fetch-site", "same-origin")], true),
            (plain, vec![("origin", "http://localhost:8787"), ("host", "localhost:8787")], true),
            (plain, vec![("origin", "http://localhost:8787"), ("host", "localhost:8788")], false),
            (plain, vec![("origin", plain), ("origin", plain)], false),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in &headers {
                map.append(*name, value.parse().unwrap());
            }
            assert_eq!(is_from_our_pages(&map, &settings(public)), expected, "{public} {headers:?}");
        }
    }

    #[test]
    fn a_form_must_carry_the_whole_csrf_value() {
        for (form, expected, good) in [
            ("csrf=abc", "abc", true),
            ("csrf=ab", "abc", false),
            ("csrf=abd", "abc", false),
            ("csrf=abc&csrf=abc", "abc", false),
            ("", "abc", false),
            ("csrf=", "", false),
        ] {
            assert_eq!(carries(&Fields::parse(form.as_bytes()), expected), good, "{form}");
        }
    }
}
