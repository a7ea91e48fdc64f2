//! The forge's server: who asks, and which call is it?

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;
use warp::Filter;
use warp::http::{HeaderMap, Method, Response, StatusCode};
use warp::hyper::body::Bytes;

use crate::demo::forge::Shared;
use crate::demo::forge::answers::{self, Reply};
use crate::demo::forge::page;
use crate::demo::forge::world::{RequestSeen, User, World};

/// A call, taken apart.
pub struct Call {
    pub method: Method,
    /// The segments below `api/v1`, decoded.
    pub path: Vec<String>,
    /// The query as it came.
    pub query: String,
    pub body: Value,
    /// Who asks.
    pub user: User,
}

impl Call {
    /// Returns a text of the body, empty when it is missing.
    pub fn text(&self, key: &str) -> &str {
        self.body.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns a value of the query, as it was written.
    pub fn value(&self, key: &str) -> Option<&str> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Returns a number of the query.
    pub fn number(&self, key: &str) -> Option<usize> {
        self.value(key)?.parse().ok()
    }

    /// Returns a word of the query, decoded.
    pub fn word(&self, key: &str) -> Option<String> {
        self.value(key).map(decoded)
    }
}

/// Serves until the task is ended.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    let routes = warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::body::bytes())
        .then(move |method, path: warp::path::FullPath, query: String, headers: HeaderMap, body: Bytes| {
            let shared = Arc::clone(&shared);
            async move { answer(&shared, method, path.as_str(), query, &headers, &body) }
        });
    warp::serve(routes).incoming(listener).run().await;
}

fn answer(
    shared: &Shared,
    method: Method,
    path: &str,
    query: String,
    headers: &HeaderMap,
    body: &[u8],
) -> Response<Vec<u8>> {
    let shown = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let asked = method.to_string();
    let mut world = shared.world();
    let user = caller(&world, headers).cloned();
    let person = user.as_ref().map(|user| user.login.clone());
    let reply = match (spoilt(&mut world), user) {
        (Some(status), _) => Reply::plain(status, "no answer today"),
        (None, _) if method == Method::GET && !path.starts_with("/api/") => page::page(&world),
        (None, None) if path == "/api/healthz" => Reply::plain(200, "{\"status\": \"pass\"}"),
        (None, None) => Reply::error(401, "token is required", &world.base),
        (None, Some(user)) => {
            let path = path.strip_prefix("/api/v1/").unwrap_or_default().split('/').map(decoded).collect();
            let body = serde_json::from_slice(body).unwrap_or(Value::Null);
            let writes = method != Method::GET;
            let call = Call { method, path, query, body, user };
            let reply = answers::answer(shared, &mut world, &call);
            if writes && world.lose_answers > 0 {
                world.lose_answers -= 1;
                Reply::plain(502, "the answer was lost")
            } else {
                reply
            }
        }
    };
    let now = shared.clock.now();
    world.requests.push(RequestSeen { method: asked, path: shown, person, status: reply.status });
    drop(world);
    response(reply, now)
}

/// Returns the status that a test ordered instead of an answer.
fn spoilt(world: &mut World) -> Option<u16> {
    if world.down {
        return Some(503);
    }
    let (status, left) = world.fail_next;
    (left > 0).then(|| {
        world.fail_next = (status, left - 1);
        status
    })
}

fn caller<'a>(world: &'a World, headers: &HeaderMap) -> Option<&'a User> {
    let value = headers.get("authorization")?.to_str().ok()?;
    let token = value.strip_prefix("token ").or_else(|| value.strip_prefix("Bearer "))?;
    world.users.iter().find(|user| user.token == token && !user.organisation)
}

/// Returns the answer as it goes over the line, dated by the forge's own clock.
fn response(reply: Reply, now: Timestamp) -> Response<Vec<u8>> {
    let mut response = Response::new(reply.body.into_bytes());
    let date = jiff::fmt::strtime::format("%a, %d %b %Y %H:%M:%S GMT", now);
    if let Some(date) = date.ok().and_then(|date| date.parse().ok()) {
        response.headers_mut().insert("date", date);
    }
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Returns a path segment with its `%` escapes decoded; a broken escape stays as it is.
fn decoded(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let mut value = [0_u8];
        match escape.map(|digits| hex::decode_to_slice(digits, &mut value)) {
            Some(Ok(())) => {
                out.push(value[0]);
                at += 3;
            }
            Some(Err(_)) | None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_decoded_and_broken_escapes_stay() {
        for (segment, expected) in [
            ("v1.0.0%2Bb", "v1.0.0+b"),
            ("a%2Fb", "a/b"),
            ("v1+b", "v1+b"),
            ("%", "%"),
            ("%zz", "%zz"),
            ("%4", "%4"),
        ] {
            assert_eq!(decoded(segment), expected);
        }
    }
}
