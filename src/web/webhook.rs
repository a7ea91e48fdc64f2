//! Is this really the forge, and what do we answer it?
//!
//! Order: size and time limits, then the signature over the raw bytes, and only then anybody looks into them. Whoever
//! cannot sign learns one and the same thing from every answer.
//!
//! An address from which too much was forged has to wait, but the forge may be behind the same proxy: what is as small
//! as the news of a tag is still tried for its signature, and taken when that is good. So nobody locks out the forge.

use std::sync::Arc;

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use warp::Filter;
use warp::filters::BoxedFilter;

use crate::domain::notice::Notice;
use crate::forgejo::signature;
use crate::web::body::Cut;
use crate::web::call::{Call, Windows, body, call};
use crate::web::house::{DeliveryError, House, RawDelivery};
use crate::web::reply::{self, Response};

/// The largest body whose signature is tried although its address has to wait: ten times the news of a tag.
const SMALL: usize = 64 << 10;

/// Returns the route of webhooks.
pub fn routes<H: House>(windows: &Arc<Windows<H>>) -> BoxedFilter<(Response,)> {
    let most = windows.settings.limits.webhook_bytes;
    warp::path!("webhooks" / "forgejo")
        .and(warp::post())
        .and(call(windows))
        .and(body(windows, most))
        .then(receive::<H>)
        .boxed()
}

async fn receive<H: House>(call: Call<H>, body: Result<Bytes, Cut>) -> Response {
    let settings = &call.windows.settings;
    let body = match call.whole(body, settings.limits.webhook_bytes) {
        Ok(body) => body,
        Err(response) => return response,
    };
    let peer = call.caller.peer;
    let now = settings.clock.now();
    let has_to_wait = call.windows.tries.wait(peer, now);
    if let Some(seconds) = has_to_wait.filter(|_| body.len() > SMALL) {
        return later(&call, seconds);
    }
    let signatures: Vec<&[u8]> =
        call.headers.get_all("x-forgejo-signature").iter().map(|value| value.as_bytes()).collect();
    let Ok(secret) = signature::verify(&settings.webhook_secrets, &signatures, &body) else {
        call.windows.tries.failed(peer, now);
        if let Some(seconds) = has_to_wait {
            return later(&call, seconds);
        }
        tracing::warn!(request = %call.caller.request, %peer, bytes = body.len(), "a webhook is not signed by us");
        return call.refuse(StatusCode::UNAUTHORIZED, &Notice::new("TW-W001"));
    };
    call.windows.tries.succeeded(peer, now);
    let event = hint(&call.headers, "x-forgejo-event");
    let delivery = hint(&call.headers, "x-forgejo-delivery");
    tracing::info!(request = %call.caller.request, %delivery, %event, secret, bytes = body.len(), "a webhook came in");
    let outcome = call.windows.house.deliver(RawDelivery { event, delivery, peer, body, secret }).await;
    match outcome {
        Ok(receipt) => reply::line(StatusCode::OK, &call.voice.say(&receipt.sentence)),
        Err(DeliveryError::Malformed(notice)) => call.refuse(StatusCode::BAD_REQUEST, &notice),
        Err(DeliveryError::StoreFailed(notice)) => {
            tracing::error!(request = %call.caller.request, id = %notice.id, "a webhook could not be stored");
            call.refuse(StatusCode::SERVICE_UNAVAILABLE, &notice)
        }
    }
}

fn later<H: House>(call: &Call<H>, seconds: u64) -> Response {
    let notice = Notice::new("TW-W012").with("seconds", seconds);
    let mut response = call.refuse(StatusCode::TOO_MANY_REQUESTS, &notice);
    reply::retry_after(&mut response, seconds);
    response
}

/// Returns an unsigned header as a short word; what is no plain word, or stands there twice, is nothing.
fn hint(headers: &HeaderMap, name: &str) -> String {
    let plain = |text: &&str| {
        text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    let mut all = headers.get_all(name).iter();
    let (Some(one), None) = (all.next(), all.next()) else { return String::new() };
    one.to_str().ok().filter(plain).unwrap_or_default().to_owned()
}
