//! The same for programs: JSON under `/api/v1`, with a personal token on every request.
//!
//! [`operations::OPERATIONS`] is the only way in, and nothing behind it is reached without a token's owner. No cookie
//! is looked at, so no other site can make a browser act here.

mod describe;
mod once;
mod operations;

pub use once::Once;

use std::sync::Arc;

use hyper::body::Bytes;
use hyper::{Method, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use warp::Filter;
use warp::filters::BoxedFilter;

use crate::domain::journal::Channel;
use crate::domain::names::{EnvironmentName, Person, ReleaseId, RepositoryName};
use crate::domain::notice::Notice;
use crate::web::act_name::{ActName, Written};
use crate::web::body::Cut;
use crate::web::call::{Call, Windows, body, call};
use crate::web::house::{House, Refused, RefusedStatus, ReleaseFilter};
use crate::web::identity;
use crate::web::reply::{self, Response};
use crate::web::template::{Places, fit};
use once::{Met, is_key};
use operations::{Asked, OPERATIONS, Operation};

/// Releases on one page when no limit is asked for.
const USUAL: usize = 50;
/// Releases on one page at most.
const MOST: usize = 200;

/// Returns the operations at this path, whatever their method.
fn at(path: &str) -> impl Iterator<Item = (&'static Operation, Places)> {
    OPERATIONS.iter().filter_map(move |operation| Some((operation, fit(operation.template, path)?)))
}

/// Returns the routes for programs.
pub fn routes<H: House>(windows: &Arc<Windows<H>>) -> BoxedFilter<(Response,)> {
    let most = windows.settings.limits.form_bytes;
    let known = warp::path::full().and_then(async |path: warp::path::FullPath| {
        if at(path.as_str()).next().is_some() { Ok(()) } else { Err(warp::reject::not_found()) }
    });
    let known = known.untuple_one();
    let method = warp::method();
    method.and(known).and(call(windows)).and(body(windows, most)).then(answer::<H>).boxed()
}

async fn answer<H: House>(method: Method, call: Call<H>, body: Result<Bytes, Cut>) -> Response {
    let path = call.caller.path.clone();
    let Some((operation, places)) = at(&path).find(|(operation, _)| operation.method == method) else {
        let methods: Vec<&str> = at(&path).map(|(operation, _)| operation.method.as_str()).collect();
        let mut response = call.refuse(StatusCode::METHOD_NOT_ALLOWED, &Notice::new("TW-W006"));
        reply::allow(&mut response, &methods.join(", "));
        return response;
    };
    let person = match identity::bearer(&call).await {
        Ok(person) => person,
        Err(response) => return response,
    };
    let answered = match operation.asked {
        Asked::Description => {
            Ok(reply::data(StatusCode::OK, &describe::document(&call.windows.settings.public_url)))
        }
        Asked::Releases => releases(&call).await,
        Asked::Release => release(&call, &places).await,
        Asked::Journal => journal(&call, &places).await,
        Asked::Explain => explain(&call, &places).await,
        Asked::StepLog => step_log(&call, &places).await,
        Asked::Act(act) => match call.whole(body, call.windows.settings.limits.form_bytes) {
            Ok(body) => perform(&call, person, &places, act, &body).await,
            Err(response) => Err(response),
        },
    };
    answered.unwrap_or_else(|response| response)
}

/// Returns a value of the query string, or the refusal of one that cannot be read.
fn query<H: House, T: std::str::FromStr>(call: &Call<H>, name: &str) -> Result<Option<T>, Response>
where
    T::Err: std::fmt::Display,
{
    let Some(text) = call.query.get(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|error: T::Err| bad_value(call, name, &error.to_string()))
}

fn bad_value<H: House>(call: &Call<H>, name: &str, why: &str) -> Response {
    call.refuse(StatusCode::BAD_REQUEST, &Notice::new("TW-W013").with("name", name).with("why", why))
}

fn gone<H: House>(call: &Call<H>, id: ReleaseId) -> Response {
    call.refuse(StatusCode::NOT_FOUND, &Notice::new("TW-E002").with("release", id))
}

async fn releases<H: House>(call: &Call<H>) -> Result<Response, Response> {
    let named = |name: &str| call.query.get(name).map(ToOwned::to_owned);
    let repository = named("repository").map(|text| RepositoryName::parse(&text)).transpose();
    let environment = named("environment").map(|text| EnvironmentName::parse(&text)).transpose();
    let limit = query::<H, usize>(call, "limit")?.unwrap_or(USUAL).clamp(1, MOST);
    let under_way = query(call, "under_way")?.unwrap_or(false);
    let filter = ReleaseFilter {
        repository: repository.map_err(|error| bad_value(call, "repository", &error.to_string()))?,
        environment: environment.map_err(|error| bad_value(call, "environment", &error.to_string()))?,
        under_way,
        limit: limit + 1,
        before: query(call, "before")?.map(ReleaseId),
    };
    let mut rows = call.windows.house.releases(filter).await.map_err(|trouble| call.trouble(&trouble))?;
    let more = rows.len() > limit && !under_way;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    Ok(reply::data(StatusCode::OK, &json!({ "releases": rows, "next_before": next })))
}

async fn release<H: House>(call: &Call<H>, places: &Places) -> Result<Response, Response> {
    let id = places.release();
    match call.windows.house.release(id).await {
        Ok(Some(view)) => Ok(reply::data(StatusCode::OK, &view)),
        Ok(None) => Err(gone(call, id)),
        Err(trouble) => Err(call.trouble(&trouble)),
    }
}

async fn journal<H: House>(call: &Call<H>, places: &Places) -> Result<Response, Response> {
    let id = places.release();
    let after = query(call, "after")?.unwrap_or(0);
    let house = &call.windows.house;
    if house.release(id).await.map_err(|trouble| call.trouble(&trouble))?.is_none() {
        return Err(gone(call, id));
    }
    let lines = house.journal(id, after).await.map_err(|trouble| call.trouble(&trouble))?;
    Ok(reply::data(StatusCode::OK, &json!({ "lines": lines })))
}

async fn explain<H: House>(call: &Call<H>, places: &Places) -> Result<Response, Response> {
    let id = places.release();
    let at = query::<H, Timestamp>(call, "at")?.unwrap_or_else(|| call.windows.settings.clock.now());
    match call.windows.house.explain(id, at).await {
        Ok(Some(answer)) => Ok(reply::data(StatusCode::OK, &answer)),
        Ok(None) => Err(gone(call, id)),
        Err(trouble) => Err(call.trouble(&trouble)),
    }
}

async fn step_log<H: House>(call: &Call<H>, places: &Places) -> Result<Response, Response> {
    let offset = query(call, "offset")?.unwrap_or(0);
    match call.windows.house.step_log(places.release(), places.word(0), offset).await {
        Ok(Some(piece)) => Ok(reply::piece(piece.bytes, piece.next)),
        Ok(None) => Err(call.not_found()),
        Err(trouble) => Err(call.trouble(&trouble)),
    }
}

/// What stands in the body of an act.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActBody {
    binding: Option<String>,
    reason: Option<String>,
    item: Option<String>,
    good: Option<bool>,
    note: Option<String>,
    gate: Option<String>,
    #[serde(rename = "for")]
    lasting: Option<String>,
    #[serde(default)]
    drill: bool,
    asked: Option<String>,
}

impl ActBody {
    fn written(&self) -> Written<'_> {
        Written {
            binding: self.binding.as_deref(),
            reason: self.reason.as_deref(),
            item: self.item.as_deref(),
            good: self.good,
            note: self.note.as_deref(),
            gate: self.gate.as_deref(),
            lasting: self.lasting.as_deref(),
            drill: self.drill,
            asked: self.asked.as_deref(),
        }
    }
}

async fn perform<H: House>(
    call: &Call<H>,
    person: Person,
    places: &Places,
    name: ActName,
    body: &[u8],
) -> Result<Response, Response> {
    let text: ActBody = match body {
        b"" => ActBody::default(),
        body => serde_json::from_slice(body).map_err(|error| bad_value(call, "body", &error.to_string()))?,
    };
    let act = name.with(&text.written()).map_err(|notice| call.refuse(StatusCode::BAD_REQUEST, &notice))?;
    let claim = match key(call)? {
        None => None,
        Some(key) => {
            let now = call.windows.settings.clock.now();
            match call.windows.once.meet(person.as_str(), key, &call.caller.path, body, now) {
                Met::New(claim) => Some(claim),
                Met::Before(status, value) => return Ok(told(call, status, &value)),
                Met::Working => {
                    let mut response = call.refuse(StatusCode::CONFLICT, &Notice::new("TW-W017"));
                    reply::retry_after(&mut response, 1);
                    return Err(response);
                }
                Met::Other => {
                    return Err(call.refuse(StatusCode::UNPROCESSABLE_ENTITY, &Notice::new("TW-W015")));
                }
            }
        }
    };
    let id = places.release();
    tracing::info!(request = %call.caller.request, release = id.0, %person, act = name.name(), "asked by the API");
    let (status, value) = match call.windows.house.act(id, person, Channel::Api, act).await {
        Ok(view) => (StatusCode::OK, json!(view)),
        Err(Refused { status, notice }) => (refused(status), json!(notice)),
    };
    // What could not be written down may be asked again under the same key.
    if let Some(claim) = claim.filter(|_| status != StatusCode::SERVICE_UNAVAILABLE) {
        claim.keep(status, &value);
    }
    Ok(told(call, status, &value))
}

/// Returns the answer that is kept: a release, or the notice of a refusal.
fn told<H: House>(call: &Call<H>, status: StatusCode, value: &Value) -> Response {
    if status == StatusCode::OK {
        return reply::data(status, value);
    }
    match serde_json::from_value::<Notice>(value.clone()) {
        Ok(notice) => call.refuse(status, &notice),
        Err(_) => call.refuse(status, &Notice::new("TW-W011")),
    }
}

/// Returns the idempotency key that was sent, if any.
fn key<H: House>(call: &Call<H>) -> Result<Option<&str>, Response> {
    let mut sent = call.headers.get_all("idempotency-key").iter();
    match (sent.next(), sent.next()) {
        (None, _) => Ok(None),
        (Some(key), None) => match key.to_str().ok().filter(|key| is_key(key)) {
            Some(key) => Ok(Some(key)),
            None => Err(bad_value(call, "Idempotency-Key", "1 to 200 visible ASCII characters")),
        },
        (Some(_), Some(_)) => Err(bad_value(call, "Idempotency-Key", "it stands twice")),
    }
}

/// Returns the HTTP status of a refusal.
pub fn refused(status: RefusedStatus) -> StatusCode {
    match status {
        RefusedStatus::NotAllowed => StatusCode::FORBIDDEN,
        RefusedStatus::NotFound => StatusCode::NOT_FOUND,
        RefusedStatus::Conflict => StatusCode::CONFLICT,
        RefusedStatus::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}
