//! Is the daemon alive, is it ready, and what do its figures say?
//!
//! `/healthz` and `/readyz` tell a stranger nothing but the state. `/metrics` is for callers on this machine that did
//! not come through a proxy, and for holders of a personal token.

use std::sync::Arc;

use hyper::StatusCode;
use hyper::header::HeaderMap;
use warp::Filter;
use warp::filters::BoxedFilter;

use crate::domain::notice::Notice;
use crate::web::call::{Call, Windows, call};
use crate::web::house::House;
use crate::web::identity;
use crate::web::reply::{self, Response};

/// Headers that a reverse proxy adds.
const PROXIED: &[&str] = &["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/// Returns the routes of the probes.
pub fn routes<H: House>(windows: &Arc<Windows<H>>) -> BoxedFilter<(Response,)> {
    let alive = warp::path!("healthz").and(warp::get()).map(|| reply::line(StatusCode::OK, "alive"));
    let ready = warp::path!("readyz").and(warp::get()).and(call(windows)).then(ready::<H>);
    let metrics = warp::path!("metrics").and(warp::get()).and(call(windows)).then(metrics::<H>);
    alive.or(ready).unify().or(metrics).unify().boxed()
}

async fn ready<H: House>(call: Call<H>) -> Response {
    if call.windows.stopping.is_cancelled() {
        return reply::line(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match call.windows.house.ready().await {
        Ok(()) => reply::line(StatusCode::OK, "ready"),
        Err(notices) => {
            for notice in &notices {
                tracing::warn!(id = %notice.id, "not ready");
            }
            let ids: Vec<&str> = notices.iter().map(|notice| notice.id.as_str()).collect();
            reply::line(StatusCode::SERVICE_UNAVAILABLE, format!("not ready {}", ids.join(" ")).trim_end())
        }
    }
}

async fn metrics<H: House>(call: Call<H>) -> Response {
    if is_from_here(&call) {
        return reply::metrics(call.windows.house.metrics().await);
    }
    match identity::bearer(&call).await {
        Ok(_) => reply::metrics(call.windows.house.metrics().await),
        Err(_) => call.refuse(StatusCode::UNAUTHORIZED, &Notice::new("TW-W007")),
    }
}

fn is_from_here<H>(call: &Call<H>) -> bool {
    let proxied = |headers: &HeaderMap| PROXIED.iter().any(|name| headers.contains_key(*name));
    call.caller.peer.to_canonical().is_loopback() && !proxied(&call.headers)
}
