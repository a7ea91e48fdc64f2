//! Asking: a form becomes an act, and the answer a page.

use hyper::StatusCode;

use crate::domain::journal::Channel;
use crate::web::act_name::{ActName, LONGEST_REASON, Written};
use crate::web::api;
use crate::web::encoding::Fields;
use crate::web::house::{House, Refused, RefusedStatus};
use crate::web::pages::{Banner, Shown};
use crate::web::reply::{self, Response};
use crate::web::site::note::Note;
use crate::web::site::{Visit, look};

/// Does what the form asks, and leads back to the release.
pub async fn ask<H: House>(visit: Visit<H>, name: ActName, form: &Fields) -> Response {
    let (call, id) = (&visit.call, visit.places.release());
    let typed: String = form.get("reason").unwrap_or_default().chars().take(LONGEST_REASON).collect();
    let draft = (!typed.is_empty()).then_some((name, typed.as_str()));
    let act = match name.with(&written(form)) {
        Ok(act) => act,
        Err(notice) => {
            let banner = Banner::Refused { notice, shown: None };
            return look::show(&visit, StatusCode::BAD_REQUEST, Some(banner), draft).await;
        }
    };
    tracing::info!(
        request = %call.caller.request, release = id.0, person = %visit.session.person, act = name.name(),
        "asked on the page"
    );
    let person = visit.session.person.clone();
    match call.windows.house.act(id, person, Channel::Web, act).await {
        Ok(_) => {
            let mut response = reply::see_other(&format!("/releases/{id}"));
            Note { release: id, act: name, typed: None }.leave(call, &mut response);
            response
        }
        Err(Refused { status: RefusedStatus::NotFound, notice }) => {
            call.refuse(StatusCode::NOT_FOUND, &notice)
        }
        Err(Refused { status: kind, notice }) => {
            let shown = (name == ActName::Approve && kind == RefusedStatus::Conflict).then(|| shown(form));
            let banner = Banner::Refused { notice, shown };
            look::show(&visit, api::refused(kind), Some(banner), draft).await
        }
    }
}

/// Returns what the form says; a tick's two buttons say what was found.
fn written(form: &Fields) -> Written<'_> {
    Written {
        binding: form.get("binding"),
        reason: form.get("reason"),
        item: form.get("item"),
        good: match form.get("found") {
            Some("good") => Some(true),
            Some("faulty") => Some(false),
            Some(_) | None => None,
        },
        note: form.get("note"),
        gate: form.get("gate"),
        lasting: form.get("for"),
        drill: form.get("drill") == Some("yes"),
        asked: form.get("asked"),
    }
}

/// Returns what the form says was on the page when it was sent.
fn shown(form: &Fields) -> Shown {
    let text = |name| form.get(name).unwrap_or_default().to_owned();
    Shown { object: text("object"), commit: text("commit"), binding: text("binding") }
}
