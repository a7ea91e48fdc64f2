//! The one place that makes replies: every status, header and error form that leaves the house.

use std::convert::Infallible;
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{self, HeaderName, HeaderValue};
use maud::Markup;
use serde::Serialize;
use serde_json::json;
use tokio::sync::mpsc::Receiver;
use tokio_stream::wrappers::ReceiverStream;
use warp::Reply;
use warp::sse::Event;

use crate::domain::notice::Notice;
use crate::messages::safe;
use crate::web::pages;
use crate::web::voice::Voice;

/// A reply on its way out.
pub type Response = warp::reply::Response;

/// Whom an answer is for, which decides the form of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A person with a browser.
    Person,
    /// A program that speaks the API.
    Program,
    /// The forge's list of deliveries, a probe: one line of text.
    Line,
}

impl Audience {
    /// Returns for whom the answers on this path are.
    pub fn of(path: &str) -> Self {
        if path == "/api" || path.starts_with("/api/") {
            Self::Program
        } else if path.starts_with("/webhooks/") || matches!(path, "/healthz" | "/readyz" | "/metrics") {
            Self::Line
        } else {
            Self::Person
        }
    }
}

/// Put into a response by the routes when none of them wanted the request; [`crate::web::service`] words it.
#[derive(Debug, Clone, Copy)]
pub struct Unwanted(pub StatusCode);

/// What every answer is dressed with.
const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// The header that carries a request's number.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

fn with_type(status: StatusCode, body: impl Into<String>, content_type: &'static str) -> Response {
    let mut response = Response::new(body.into().into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Returns one line of text.
pub fn line(status: StatusCode, text: &str) -> Response {
    with_type(status, format!("{text}\n"), "text/plain; charset=utf-8")
}

/// Returns a page.
pub fn page(status: StatusCode, markup: Markup) -> Response {
    with_type(status, markup.into_string(), "text/html; charset=utf-8")
}

/// Returns a feed for calendar programs.
pub fn calendar(text: String) -> Response {
    with_type(StatusCode::OK, text, "text/calendar; charset=utf-8")
}

/// Tells a calendar program that it may show a personal token as a password.
pub fn ask_for_password(response: &mut Response) {
    let how = HeaderValue::from_static("Basic realm=\"tagwarden\", charset=\"UTF-8\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
}

/// Returns figures in the OpenMetrics format, closed as it demands.
pub fn metrics(mut text: String) -> Response {
    if !text.ends_with("# EOF\n") {
        text.push_str("# EOF\n");
    }
    with_type(StatusCode::OK, text, "application/openmetrics-text; version=1.0.0; charset=utf-8")
}

/// Returns a value as JSON.
pub fn data(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => with_type(status, text, "application/json"),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            with_type(StatusCode::INTERNAL_SERVER_ERROR, "{}", "application/json")
        }
    }
}

/// Returns a text, piece by piece as it comes, to be saved under `name`, which must be plain ASCII without quotes.
pub fn download(pieces: Receiver<Result<String, Infallible>>, name: &str) -> Response {
    let mut response = warp::reply::stream(ReceiverStream::new(pieces)).into_response();
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    if let Ok(value) = HeaderValue::from_str(&format!("inline; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Returns bytes as they were kept, and where the next ones begin.
pub fn piece(bytes: Vec<u8>, next: u64) -> Response {
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert("tagwarden-next-offset", HeaderValue::from(next));
    response
}

/// Returns events as they come, with a sign of life in every silence of this length.
pub fn events(events: Receiver<Result<Event, Infallible>>, heartbeat: Duration) -> Response {
    let stream = warp::sse::keep_alive().interval(heartbeat).stream(ReceiverStream::new(events));
    warp::sse::reply(stream).into_response()
}

/// Names the methods that an address answers to.
pub fn allow(response: &mut Response, methods: &str) {
    if let Ok(value) = HeaderValue::from_str(methods) {
        response.headers_mut().insert(header::ALLOW, value);
    }
}

/// Returns 256 random bits as text; `None` when the system gives none.
pub fn random_value() -> Option<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok().map(|()| hex::encode(bytes))
}

/// Returns a redirect after a form, to a path of our own.
pub fn see_other(path: &str) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::SEE_OTHER;
    let target = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, target);
    response
}

/// Returns a file of the binary, kept by browsers until its address changes.
pub fn file(bytes: &'static str, content_type: &'static str, etag: &str, known: bool) -> Response {
    let mut response = with_type(StatusCode::OK, if known { "" } else { bytes }, content_type);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    if let Ok(value) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, value);
    }
    response
}

/// Sets a cookie that scripts cannot read and other sites cannot send.
pub fn set_cookie(response: &mut Response, name: &str, value: &str, seconds: i64, https: bool) {
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Returns a refusal in the form that its audience understands.
pub fn refusal(
    audience: Audience,
    voice: Voice,
    status: StatusCode,
    notice: &Notice,
    request: &str,
) -> Response {
    let mut response = match audience {
        Audience::Person => page(status, pages::refusal(voice, status, notice, request)),
        Audience::Program => problem(voice, status, notice, request),
        Audience::Line => line(status, &voice.say(notice)),
    };
    if status == StatusCode::UNAUTHORIZED && audience == Audience::Program {
        let bearer = HeaderValue::from_static("Bearer realm=\"tagwarden\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
    }
    response
}

/// Returns a problem document (RFC 9457).
fn problem(voice: Voice, status: StatusCode, notice: &Notice, request: &str) -> Response {
    let worded = voice.word(notice);
    let document = json!({
        "type": format!("urn:tagwarden:message:{}", safe(&notice.id)),
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": worded.what,
        "hint": worded.hint,
        "id": notice.id,
        "request": request,
    });
    let mut response = data(status, &document);
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    if let Ok(language) = HeaderValue::from_str(voice.tag()) {
        response.headers_mut().insert(header::CONTENT_LANGUAGE, language);
    }
    response
}

/// Asks the client to come back later.
pub fn retry_after(response: &mut Response, seconds: u64) {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
}

/// Tells the client that the connection ends with this answer, as it must when a body was left unread.
pub fn close(response: &mut Response) {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
}

/// Dresses an answer with what all of them carry.
pub fn dress(response: &mut Response, request: &str) {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) || headers.contains_key(header::SET_COOKIE) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.append(header::VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    if let Ok(value) = HeaderValue::from_str(request) {
        headers.insert(REQUEST_ID, value);
    }
}

/// Returns the number under which a request is known in logs and answers, drawn at random.
pub fn request_number() -> String {
    let mut bytes = [0; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => hex::encode(bytes),
        Err(_) => "unnumbered".to_owned(),
    }
}
