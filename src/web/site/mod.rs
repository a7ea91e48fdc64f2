//! The addresses for people: who may open them, and what stands there.
//!
//! [`table::ROUTES`] is the only way in. Nothing behind it is reached without a session, and no form without its CSRF
//! value from our own pages: both are looked at here, before any handler.

mod ask;
mod calendar;
mod events;
mod look;
mod note;
mod sign_in;
mod table;

use std::sync::Arc;

use hyper::body::Bytes;
use hyper::{Method, StatusCode};
use warp::Filter;
use warp::filters::BoxedFilter;

use crate::domain::notice::Notice;
use crate::messages::Language;
use crate::web::assets;
use crate::web::body::Cut;
use crate::web::call::{Call, LANGUAGE_COOKIE, Windows, body, call};
use crate::web::encoding::Fields;
use crate::web::house::{House, Session};
use crate::web::identity;
use crate::web::reply::{self, Response};
use crate::web::template::Places;
use table::{Access, Route, Stand};

/// How long the chosen language is remembered, in seconds: a year.
const REMEMBERED: i64 = 365 * 24 * 3600;

/// A request of somebody who is signed in.
#[derive(Debug)]
struct Visit<H> {
    call: Call<H>,
    session: Arc<Session>,
    places: Places,
}

/// Returns the routes for people.
pub fn routes<H: House>(windows: &Arc<Windows<H>>) -> BoxedFilter<(Response,)> {
    let most = windows.settings.limits.form_bytes;
    let known = warp::path::full().and_then(async |path: warp::path::FullPath| {
        if table::at(path.as_str()).next().is_some() { Ok(()) } else { Err(warp::reject::not_found()) }
    });
    let known = known.untuple_one();
    let method = warp::method();
    method.and(known).and(call(windows)).and(body(windows, most)).then(answer::<H>).boxed()
}

async fn answer<H: House>(method: Method, call: Call<H>, body: Result<Bytes, Cut>) -> Response {
    let path = call.caller.path.clone();
    let Some((route, places)) = table::at(&path).find(|(route, _)| route.method == method) else {
        return not_by_this_method(&call, &path);
    };
    let form = if method == Method::POST {
        match call.whole(body, call.windows.settings.limits.form_bytes) {
            Ok(bytes) => Fields::parse(&bytes),
            Err(response) => return response,
        }
    } else {
        Fields::default()
    };
    let chosen = call.query.get("lang").and_then(Language::of);
    let https = call.windows.settings.is_https();
    let mut response = match route.access {
        Access::Open => open(call, route, &places, &form).await,
        Access::SignedIn => signed_in(call, route, places, &form).await,
    };
    if let Some(language) = chosen {
        let tag = crate::web::voice::Voice(language).tag();
        reply::set_cookie(&mut response, LANGUAGE_COOKIE, tag, REMEMBERED, https);
    }
    response
}

fn not_by_this_method<H: House>(call: &Call<H>, path: &str) -> Response {
    let methods: Vec<&str> = table::at(path).map(|(route, _)| route.method.as_str()).collect();
    let mut response = call.refuse(StatusCode::METHOD_NOT_ALLOWED, &Notice::new("TW-W006"));
    reply::allow(&mut response, &methods.join(", "));
    response
}

async fn open<H: House>(call: Call<H>, route: &Route, places: &Places, form: &Fields) -> Response {
    match route.stand {
        Stand::SignInForm => sign_in::form(&call),
        Stand::SignIn => sign_in::sign_in(&call, form).await,
        // Calendar programs have no session: they show a personal token with each request.
        Stand::CalendarFeed => calendar::feed(&call, places.word(0)).await,
        Stand::Asset => match assets::find(places.word(0), places.word(1)) {
            Some(asset) => {
                let known = call.headers.get(hyper::header::IF_NONE_MATCH);
                let known = known.is_some_and(|etag| etag.as_bytes() == asset.etag().as_bytes());
                reply::file(asset.text(), asset.kind(), &asset.etag(), known)
            }
            None => call.not_found(),
        },
        // Whatever is moved to the open side of the table by mistake is not shown.
        Stand::Home
        | Stand::Releases
        | Stand::ReleasesEvents
        | Stand::Release
        | Stand::ReleaseEvents
        | Stand::Step
        | Stand::StepText
        | Stand::StepEvents
        | Stand::Ask(_)
        | Stand::Calendar
        | Stand::HoldEnvironment
        | Stand::LiftEnvironment
        | Stand::SignOut => call.not_found(),
    }
}

async fn signed_in<H: House>(call: Call<H>, route: &Route, places: Places, form: &Fields) -> Response {
    let session = match identity::session(&call).await {
        Ok(Some(session)) => session,
        Ok(None) => return sign_in::wanted(&call, route, &places, form),
        Err(response) => return response,
    };
    if route.method == Method::POST
        && let Err(response) = identity::honest_form(&call, form, &session.csrf)
    {
        return response;
    }
    let visit = Visit { call, session, places };
    match route.stand {
        Stand::Home => reply::see_other("/releases"),
        Stand::Releases => look::releases(visit).await,
        Stand::ReleasesEvents => events::of_all(visit),
        Stand::Release => look::release(visit).await,
        Stand::ReleaseEvents => events::of_release(visit),
        Stand::Step => look::step(visit).await,
        Stand::StepText => look::step_text(visit).await,
        Stand::StepEvents => events::of_step(visit),
        Stand::Ask(act) => ask::ask(visit, act, form).await,
        Stand::Calendar => calendar::page(visit).await,
        Stand::HoldEnvironment => calendar::hold(visit, form).await,
        Stand::LiftEnvironment => calendar::lift(visit, form).await,
        Stand::SignOut => sign_in::sign_out(visit).await,
        Stand::CalendarFeed | Stand::SignInForm | Stand::SignIn | Stand::Asset => visit.call.not_found(),
    }
}
