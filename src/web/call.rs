//! One request as the handlers see it: who calls, from where, in which language, with which fields.

use std::net::IpAddr;
use std::sync::Arc;

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, HeaderMap};
use tokio_util::sync::CancellationToken;
use warp::{Filter, Rejection};

use crate::domain::notice::Notice;
use crate::web::api::Once;
use crate::web::body::{self, Cut};
use crate::web::crowd::Ticket;
use crate::web::encoding::{Fields, cookie};
use crate::web::house::{House, Trouble};
use crate::web::reply::{self, Audience, Response};
use crate::web::settings::Settings;
use crate::web::tries::Tries;
use crate::web::voice::Voice;

/// The cookie that remembers the chosen language.
pub const LANGUAGE_COOKIE: &str = "tagwarden_lang";

/// What all handlers share.
#[derive(Debug)]
pub struct Windows<H> {
    /// The house behind the windows.
    pub house: Arc<H>,
    /// How the windows are set up.
    pub settings: Settings,
    /// Failed tries, by address.
    pub tries: Tries,
    /// What programs asked under idempotency keys.
    pub once: Arc<Once>,
    /// Is cancelled when the daemon is asked to stop: it is not ready any more.
    pub stopping: CancellationToken,
    /// Is cancelled when event streams have to end.
    pub closing: CancellationToken,
}

/// What the connection knows about a request; travels in its extensions.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The address at the other end.
    pub peer: IpAddr,
    /// The request's number.
    pub request: String,
    /// The path, undecoded.
    pub path: String,
    /// The connection's place.
    pub ticket: Arc<Ticket>,
}

/// One request.
#[derive(Debug)]
pub struct Call<H> {
    /// What all handlers share.
    pub windows: Arc<Windows<H>>,
    /// Who calls.
    pub caller: Caller,
    /// The request's headers.
    pub headers: HeaderMap,
    /// The fields of the query string.
    pub query: Fields,
    /// How the caller is spoken to.
    pub voice: Voice,
}

impl<H: House> Call<H> {
    /// Returns a refusal in the form that fits the path.
    pub fn refuse(&self, status: StatusCode, notice: &Notice) -> Response {
        reply::refusal(Audience::of(&self.caller.path), self.voice, status, notice, &self.caller.request)
    }

    /// Returns the answer to "there is no such thing".
    pub fn not_found(&self) -> Response {
        self.refuse(StatusCode::NOT_FOUND, &Notice::new("TW-W005"))
    }

    /// Returns the answer to something that could not be read now.
    pub fn trouble(&self, trouble: &Trouble) -> Response {
        tracing::warn!(request = %self.caller.request, id = %trouble.0.id, "an answer could not be read");
        self.refuse(StatusCode::SERVICE_UNAVAILABLE, &trouble.0)
    }

    /// Returns the body, or the answer to a body that was cut off.
    pub fn whole(&self, body: Result<Bytes, Cut>, most: usize) -> Result<Bytes, Response> {
        self.caller.ticket.busy();
        let (status, notice) = match body {
            Ok(bytes) => return Ok(bytes),
            Err(Cut::TooLarge) => {
                (StatusCode::PAYLOAD_TOO_LARGE, Notice::new("TW-W002").with("limit", most / 1024))
            }
            Err(Cut::TooSlow) => {
                let limit = self.windows.settings.limits.body.as_secs();
                (StatusCode::REQUEST_TIMEOUT, Notice::new("TW-W003").with("seconds", limit))
            }
            Err(Cut::Broken) => (StatusCode::BAD_REQUEST, Notice::new("TW-W004")),
        };
        let mut response = self.refuse(status, &notice);
        reply::close(&mut response);
        Err(response)
    }
}

/// Extracts the [`Call`] of a request.
pub fn call<H: House>(
    windows: &Arc<Windows<H>>,
) -> impl Filter<Extract = (Call<H>,), Error = Rejection> + Clone + use<H> {
    let windows = Arc::clone(windows);
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::ext::get::<Caller>().and(warp::header::headers_cloned()).and(query).map(
        move |caller: Caller, headers: HeaderMap, query: String| {
            let query = Fields::parse(query.as_bytes());
            let remembered = cookie(&headers, LANGUAGE_COOKIE);
            let voice = Voice::of(query.get("lang"), remembered, &headers, windows.settings.language);
            Call { windows: Arc::clone(&windows), caller, headers, query, voice }
        },
    )
}

/// Extracts the body, at most `most` bytes of it and in time; never rejects.
pub fn body<H: House>(
    windows: &Arc<Windows<H>>,
    most: usize,
) -> impl Filter<Extract = (Result<Bytes, Cut>,), Error = Rejection> + Clone + use<H> {
    let within = windows.settings.limits.body;
    warp::header::headers_cloned().and(warp::body::stream()).then(move |headers: HeaderMap, stream| {
        let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        body::read(stream, length, most, within)
    })
}
