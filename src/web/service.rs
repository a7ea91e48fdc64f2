//! From a request on a connection to a dressed answer: numbering, the last refusals, panics.
//!
//! Every request is handled in a task of its own. So a panic becomes a 500 and hurts nobody else, and a client that
//! goes away cannot drop a handler in the middle of a commit.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::Service;
use hyper::{Method, Request, StatusCode};
use hyper_util::service::TowerToHyperService;
use tracing::Instrument;
use warp::filters::BoxedFilter;

use crate::domain::notice::Notice;
use crate::web::call::{Caller, Windows};
use crate::web::crowd::Ticket;
use crate::web::encoding::{Fields, cookie};
use crate::web::house::House;
use crate::web::reply::{self, Audience, Response, Unwanted};
use crate::web::voice::Voice;
use crate::web::{LANGUAGE_COOKIE, routes};

/// What answers requests behind one listening address.
#[derive(Clone)]
pub struct Answering {
    routes: BoxedFilter<(Response,)>,
    language: crate::messages::Language,
}

impl Answering {
    /// Returns what answers behind this front.
    pub fn new<H: House>(windows: &Arc<Windows<H>>, front: routes::Front) -> Self {
        Self { routes: routes::routes(windows, front), language: windows.settings.language }
    }

    /// Returns the dressed answer to one request.
    pub async fn answer(
        self,
        mut request: Request<Incoming>,
        peer: std::net::IpAddr,
        ticket: Arc<Ticket>,
    ) -> Result<hyper::Response<Leaving<impl Body<Data = hyper::body::Bytes, Error = warp::Error>>>, Infallible>
    {
        if request.body().is_end_stream() {
            ticket.busy();
        }
        let number = reply::request_number();
        let path = request.uri().path().to_owned();
        let audience = Audience::of(&path);
        let query = Fields::parse(request.uri().query().unwrap_or_default().as_bytes());
        let remembered = cookie(request.headers(), LANGUAGE_COOKIE);
        let voice = Voice::of(query.get("lang"), remembered, request.headers(), self.language);
        let refuse = |status, id| reply::refusal(audience, voice, status, &Notice::new(id), &number);

        let span = tracing::info_span!("request", number = %number, method = %request.method(), %peer);
        let mut response = if is_for_a_proxy(&request) {
            refuse(StatusCode::BAD_REQUEST, "TW-W016")
        } else {
            if request.method() == Method::HEAD {
                // hyper leaves out the body of an answer to HEAD by itself.
                *request.method_mut() = Method::GET;
            }
            let caller = Caller { peer, request: number.clone(), path, ticket: Arc::clone(&ticket) };
            request.extensions_mut().insert(caller);
            let service = TowerToHyperService::new(warp::service(self.routes));
            let handled = tokio::spawn(async move { service.call(request).await }.instrument(span));
            match handled.await {
                Ok(Ok(response)) => match response.extensions().get::<Unwanted>() {
                    None => response,
                    Some(Unwanted(status)) if *status == StatusCode::NOT_FOUND => refuse(*status, "TW-W005"),
                    Some(Unwanted(status)) if *status == StatusCode::METHOD_NOT_ALLOWED => {
                        refuse(*status, "TW-W006")
                    }
                    Some(Unwanted(status)) => refuse(*status, "TW-W004"),
                },
                Ok(Err(never)) => match never {},
                Err(ended) => {
                    // The other way to end early is that the whole process does.
                    if ended.is_panic() {
                        tracing::error!(number = %number, error = %ended, "a request made its handler panic");
                    }
                    refuse(StatusCode::INTERNAL_SERVER_ERROR, "TW-W011")
                }
            }
        };
        reply::dress(&mut response, &number);
        ticket.busy();
        Ok(response.map(|body| Leaving { body, ticket }))
    }
}

/// Returns whether a request is addressed to a proxy (`CONNECT`, or a target without a path): we are none.
fn is_for_a_proxy<B>(request: &Request<B>) -> bool {
    request.method() == Method::CONNECT || !request.uri().path().starts_with('/')
}

/// An answer's body on its way out; when it is gone, the connection is idle again.
#[derive(Debug)]
pub struct Leaving<B> {
    body: B,
    ticket: Arc<Ticket>,
}

impl<B: Body + Unpin> Body for Leaving<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for Leaving<B> {
    fn drop(&mut self) {
        self.ticket.idle();
    }
}
