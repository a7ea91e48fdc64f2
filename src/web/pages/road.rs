//! The phases of a release as a road: where it has been, where it is, what is still to come.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::domain::release::Phase;
use crate::engine::view::{JournalLine, ReleaseView};
use crate::web::pages::reader::Reader;
use crate::web::pages::sign;

/// The way forward, and the event that leads onto each part of it.
const FORWARD: [(Phase, &str); 6] = [
    (Phase::Waiting, "opened"),
    (Phase::Deploying, "started"),
    (Phase::Smoke, "deploy_proven"),
    (Phase::Watching, "watch_started"),
    (Phase::Announcing, "watch_passed"),
    (Phase::Complete, "completed"),
];

/// One stop.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stop {
    phase: &'static str,
    kind: Kind,
    since: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passed,
    /// It came no further.
    Broken,
    Here,
    Ahead,
}

/// Returns the stops of a release.
fn stops(view: &ReleaseView, journal: &[JournalLine]) -> Vec<Stop> {
    let first = |kind: &str| journal.iter().find(|line| line.kind == kind).map(|line| line.at);
    let here = Phase::named(view.row.phase);
    let mut stops: Vec<Stop> = Vec::new();
    for (phase, event) in FORWARD {
        let since = if phase == Phase::Waiting { Some(view.row.opened_at) } else { first(event) };
        let kind = match (here == Some(phase), since) {
            (true, _) => Kind::Here,
            (false, Some(_)) => Kind::Passed,
            (false, None) => Kind::Ahead,
        };
        stops.push(Stop { phase: phase.name(), kind, since });
    }
    if let Some(at) = stops.iter().position(|stop| stop.kind == Kind::Here) {
        // What lies before the present phase was passed, even when the journal is not shown from its beginning.
        for stop in &mut stops[..at] {
            stop.kind = Kind::Passed;
        }
        return stops;
    }
    stops.retain(|stop| stop.kind == Kind::Passed);
    if matches!(here, Some(Phase::RollingBack | Phase::RolledBack | Phase::Stuck))
        && let Some(last) = stops.last_mut().filter(|stop| stop.phase != Phase::Complete.name())
    {
        last.kind = Kind::Broken;
    }
    let aside = Stop { phase: view.row.phase, kind: Kind::Here, since: Some(view.row.changed_at) };
    match here {
        Some(Phase::RollingBack) => {
            stops.push(Stop { since: first("rollback_started"), ..aside });
            stops.push(Stop { phase: Phase::RolledBack.name(), kind: Kind::Ahead, since: None });
        }
        Some(Phase::RolledBack | Phase::Stuck) => {
            if let Some(at) = first("rollback_started") {
                let kind = if here == Some(Phase::Stuck) { Kind::Broken } else { Kind::Passed };
                let back = Stop { phase: Phase::RollingBack.name(), kind, since: Some(at) };
                stops.push(back);
            }
            stops.push(aside);
        }
        Some(_) | None => stops.push(aside),
    }
    stops
}

/// Returns the road.
pub fn road(reader: &Reader<'_>, view: &ReleaseView, journal: &[JournalLine]) -> Markup {
    html! {
        ol.road id="road" data-live aria-label=(reader.text("page-road")) {
            @for stop in stops(view, journal) {
                @let (mood, sign) = sign::of_phase(stop.phase);
                @let (class, sign, said) = match stop.kind {
                    Kind::Passed => ("passed", "✓", "page-stop-passed"),
                    Kind::Broken => ("broken", "✗", "page-stop-broken"),
                    Kind::Here => (mood.class(), sign, "page-stop-here"),
                    Kind::Ahead => ("ahead", "○", "page-stop-ahead"),
                };
                li class={ "stop " (class) } aria-current=[(stop.kind == Kind::Here).then_some("step")] {
                    span.sign aria-hidden="true" { (sign) }
                    span.name {
                        (sign::phase_word(reader.voice, stop.phase))
                        span.hidden { " (" (reader.text(said)) ")" }
                    }
                    @if let Some(at) = stop.since { span.at { (reader.moment(at)) } }
                }
            }
        }
    }
}
