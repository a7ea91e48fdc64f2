//! Signing in with a personal token, and out again.
//!
//! Who comes without a session to a page that exists sees this form at that very address, and is back there once
//! signed in. A reason that was typed when the session ran out travels through the form and is offered again.
//!
//! A link in a chat leads here although one is signed in, because browsers keep `SameSite=Strict` cookies from the
//! first request that another site causes. Such a request says so, and is answered with a page that asks again by
//! itself; the second request is our own and carries the cookie.

use hyper::{Method, StatusCode};

use crate::domain::notice::Notice;
use crate::web::act_name::{ActName, LONGEST_REASON};
use crate::web::call::Call;
use crate::web::encoding::{Fields, cookie};
use crate::web::house::House;
use crate::web::identity::{self, SESSION_COOKIE};
use crate::web::pages::{self, SignInPage};
use crate::web::reply::{self, Response};
use crate::web::site::Visit;
use crate::web::site::note::Note;
use crate::web::site::table::{self, Route, Stand};
use crate::web::template::Places;

/// The cookie that belongs to a sign-in form: what it holds stands in the form as well.
const FORM_COOKIE: &str = "tagwarden_form";
/// How long a sign-in form may be left open, in seconds.
const FORM_KEPT: i64 = 3600;

/// Returns the form itself.
pub fn form<H: House>(call: &Call<H>) -> Response {
    show(call, StatusCode::OK, SignInPage { next: "/releases", ..SignInPage::default() })
}

/// Returns the form in place of a page that wants a session.
pub fn wanted<H: House>(call: &Call<H>, route: &Route, places: &Places, form: &Fields) -> Response {
    let page = format!("/releases/{}", places.release());
    let (next, draft) = match route.stand {
        Stand::Ask(act) => (page.as_str(), Some((act, form.get("reason").unwrap_or_default()))),
        Stand::Calendar | Stand::CalendarFeed | Stand::HoldEnvironment | Stand::LiftEnvironment => {
            ("/calendar", None)
        }
        Stand::StepText | Stand::StepEvents | Stand::ReleaseEvents => (page.as_str(), None),
        Stand::Home
        | Stand::Releases
        | Stand::ReleasesEvents
        | Stand::Release
        | Stand::Step
        | Stand::SignInForm
        | Stand::SignIn
        | Stand::SignOut
        | Stand::Asset => (table::local(&call.caller.path).unwrap_or("/releases"), None),
    };
    let cross_site = call.headers.get("sec-fetch-site").is_some_and(|site| site.as_bytes() == b"cross-site");
    let again = route.method == Method::GET && cross_site && cookie(&call.headers, SESSION_COOKIE).is_none();
    show(call, StatusCode::UNAUTHORIZED, SignInPage { next, draft, again, ..SignInPage::default() })
}

fn show<H: House>(call: &Call<H>, status: StatusCode, page: SignInPage<'_>) -> Response {
    let known = cookie(&call.headers, FORM_COOKIE).filter(|value| identity::is_plausible(value));
    let value = known.map_or_else(reply::random_value, |value| Some(value.to_owned()));
    let Some(value) = value else {
        return call.refuse(StatusCode::SERVICE_UNAVAILABLE, &Notice::new("TW-W011"));
    };
    let mut response = reply::page(status, pages::sign_in(call.voice, &SignInPage { csrf: &value, ..page }));
    reply::set_cookie(&mut response, FORM_COOKIE, &value, FORM_KEPT, call.windows.settings.is_https());
    response
}

/// Signs the owner of a token in.
pub async fn sign_in<H: House>(call: &Call<H>, form: &Fields) -> Response {
    let expected = cookie(&call.headers, FORM_COOKIE).unwrap_or_default();
    let next = form.get("next").and_then(table::local).unwrap_or("/releases");
    let typed: String = form.get("reason").unwrap_or_default().chars().take(LONGEST_REASON).collect();
    let act = form.get("act").and_then(ActName::named);
    let draft = act.map(|act| (act, typed.as_str()));
    let again = |status, id: &str| {
        let problem = Notice::new(id);
        show(call, status, SignInPage { next, draft, problem: Some(&problem), ..SignInPage::default() })
    };
    if !identity::is_from_our_pages(&call.headers, &call.windows.settings) {
        return call.refuse(StatusCode::FORBIDDEN, &Notice::new("TW-W010"));
    }
    if !identity::carries(form, expected) {
        return again(StatusCode::FORBIDDEN, "TW-W019");
    }
    let (now, peer) = (call.windows.settings.clock.now(), call.caller.peer);
    let token = form.filled("token").filter(|token| identity::is_plausible(token));
    let session = match token {
        None => None,
        Some(token) => match call.windows.house.sign_in(token).await {
            Ok(session) => session,
            Err(trouble) => return call.trouble(&trouble),
        },
    };
    let Some(session) = session else {
        let put_off = identity::put_off(call);
        call.windows.tries.failed(peer, now);
        return put_off.unwrap_or_else(|| again(StatusCode::UNAUTHORIZED, "TW-W008"));
    };
    call.windows.tries.succeeded(peer, now);
    tracing::info!(request = %call.caller.request, person = %session.person, "signed in");
    let https = call.windows.settings.is_https();
    let seconds = session.expires.duration_since(now).as_secs().max(0);
    let mut response = reply::see_other(next);
    reply::set_cookie(&mut response, SESSION_COOKIE, &session.secret, seconds, https);
    reply::set_cookie(&mut response, FORM_COOKIE, "", 0, https);
    let release = table::at(next).find_map(|(_, places)| places.id);
    if let (Some(act), Some(release)) = (act, release) {
        Note { release, act, typed: Some(typed) }.leave(call, &mut response);
    }
    response
}

/// Ends the session.
pub async fn sign_out<H: House>(visit: Visit<H>) -> Response {
    visit.call.windows.house.sign_out(&visit.session.secret).await;
    let mut response = reply::see_other("/sign-in");
    reply::set_cookie(&mut response, SESSION_COOKIE, "", 0, visit.call.windows.settings.is_https());
    response
}
