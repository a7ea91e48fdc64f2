//! When environments may change: the page, the feed for calendar programs, and the stops that people put on one.

use hyper::StatusCode;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::domain::calendar::Calendar;
use crate::domain::notice::Notice;
use crate::engine::view::{EnvironmentView, ReleaseRow};
use crate::web::act_name::LONGEST_REASON;
use crate::web::call::Call;
use crate::web::encoding::Fields;
use crate::web::house::{House, Stop};
use crate::web::identity;
use crate::web::pages::{self, CalendarPage, FeedOut, Planned};
use crate::web::reply::{self, Response};
use crate::web::site::Visit;

/// Returns the page.
pub async fn page<H: House>(visit: Visit<H>) -> Response {
    show(&visit, StatusCode::OK, None).await
}

async fn show<H: House>(visit: &Visit<H>, status: StatusCode, refused: Option<&Notice>) -> Response {
    match visit.call.windows.house.environments().await {
        Ok(environments) => {
            let page = CalendarPage { environments: &environments, refused };
            reply::page(status, pages::calendars(&visit.reader("UTC"), &page))
        }
        Err(trouble) => visit.call.trouble(&trouble),
    }
}

/// Puts a stop on an environment.
pub async fn hold<H: House>(visit: Visit<H>, form: &Fields) -> Response {
    let reason: String = form.get("reason").unwrap_or_default().chars().take(LONGEST_REASON).collect();
    if reason.trim().is_empty() {
        return show(&visit, StatusCode::BAD_REQUEST, Some(&Notice::new("TW-W014").with("name", "reason")))
            .await;
    }
    let until = match until(&visit, form).await {
        Ok(until) => until,
        Err(notice) => return show(&visit, StatusCode::BAD_REQUEST, Some(&notice)).await,
    };
    done(&visit, form, Some(Stop { reason, until })).await
}

/// Takes the stop on an environment away.
pub async fn lift<H: House>(visit: Visit<H>, form: &Fields) -> Response {
    done(&visit, form, None).await
}

async fn done<H: House>(visit: &Visit<H>, form: &Fields, stop: Option<Stop>) -> Response {
    let scope = form.get("scope").unwrap_or_default();
    match visit.call.windows.house.hold(scope, visit.session.person.clone(), stop).await {
        Ok(()) => reply::see_other("/calendar"),
        Err(refused) => show(visit, crate::web::api::refused(refused.status), Some(&refused.notice)).await,
    }
}

/// Returns the instant that the form names, by the clocks of the environment; nothing named = until it is lifted.
async fn until<H: House>(visit: &Visit<H>, form: &Fields) -> Result<Option<Timestamp>, Notice> {
    let text = form.get("until").unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    let bad = || Notice::new("TW-K011").with("value", text);
    let wall: DateTime = text.parse().map_err(|_| bad())?;
    let environments = visit.call.windows.house.environments().await.map_err(|trouble| trouble.0)?;
    let named = environments.iter().find(|one| Some(one.scope().as_str()) == form.get("scope"));
    let zone = named.and_then(|one| TimeZone::get(&one.time_zone).ok()).unwrap_or(TimeZone::UTC);
    let until = zone.to_ambiguous_timestamp(wall).compatible().map_err(|_| bad())?;
    if until <= visit.call.windows.settings.clock.now() { Err(bad()) } else { Ok(Some(until)) }
}

/// Returns the feed of the environment whose name stands before `.ics`, for whoever shows a personal token.
pub async fn feed<H: House>(call: &Call<H>, file: &str) -> Response {
    if !matches!(identity::session(call).await, Ok(Some(_)))
        && let Err(mut refused) = identity::bearer(call).await
    {
        reply::ask_for_password(&mut refused);
        return refused;
    }
    let environments = match call.windows.house.environments().await {
        Ok(environments) => environments,
        Err(trouble) => return call.trouble(&trouble),
    };
    let repository = call.query.get("repository");
    let name = file.strip_suffix(".ics");
    let meant = environments.iter().find(|one| {
        Some(one.environment.as_str()) == name
            && repository.is_none_or(|wanted| one.repository.as_str() == wanted)
    });
    let Some(environment) = meant else { return call.not_found() };
    let calendars: Vec<&Calendar> = environment.calendars.iter().collect();
    let link = |row: &ReleaseRow| format!("{}/releases/{}", call.windows.settings.public_url, row.id);
    let releases: Vec<Planned> =
        environment.releases.iter().map(|row| planned(row, environment, link(row))).collect();
    let out = FeedOut {
        environment: environment.environment.as_str(),
        calendars: &calendars,
        room: environment.room,
        releases: &releases,
        now: call.windows.settings.clock.now(),
    };
    reply::calendar(pages::feed_out(call.voice, &out))
}

fn planned(row: &ReleaseRow, environment: &EnvironmentView, link: String) -> Planned {
    let waits = row.phase == "waiting";
    let from = row.wake_at.filter(|_| waits).unwrap_or(row.opened_at);
    let room = jiff::SignedDuration::try_from(environment.room).unwrap_or(jiff::SignedDuration::ZERO);
    let to = if waits { from.saturating_add(room).unwrap_or(from) } else { row.changed_at.max(from) };
    Planned { id: row.id.0, tag: row.tag.clone(), from, to, waits, link }
}
