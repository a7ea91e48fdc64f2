//! The gates of a release: what each says and why, how old its evidence is, who can open it and when it opens itself.

use maud::{Markup, html};

use crate::domain::gate::{GateReading, Standing, may_be_overridden};
use crate::domain::notice::Notice;
use crate::engine::view::ReleaseView;
use crate::messages::safe;
use crate::web::act_name::ActName;
use crate::web::pages::overrides;
use crate::web::pages::reader::Reader;
use crate::web::pages::sign::{self, Mood};

/// Returns the section, or nothing when the gates were not asked yet.
pub fn gates(reader: &Reader<'_>, view: &ReleaseView, draft: Option<(ActName, &str)>) -> Markup {
    let typed = draft.filter(|(act, _)| *act == ActName::Override).map(|(_, typed)| typed);
    html! {
        section id="gates" data-live aria-labelledby="gates-title" {
            h2 id="gates-title" { (reader.text("page-gates")) }
            @if view.gates.is_empty() { p.lead { (reader.text("page-gates-not-asked")) } }
            ul.card.gates {
                @for (place, gate) in view.gates.iter().enumerate() {
                    li {
                        (one(reader, gate, view))
                        @if may_pass(view, gate) { (overrides::ask(reader, view, &gate.gate, place, typed)) }
                    }
                }
            }
        }
    }
}

/// Returns whether people may let the release pass this gate now.
fn may_pass(view: &ReleaseView, gate: &GateReading) -> bool {
    view.actions.contains(&ActName::Override.name())
        && gate.standing != Standing::Good
        && may_be_overridden(&gate.gate)
}

fn one(reader: &Reader<'_>, gate: &GateReading, view: &ReleaseView) -> Markup {
    html! {
        div.head {
            strong { (name(reader, &gate.gate)) }
            @if gate.overridden {
                (sign::chip(Mood::Bad, "!", &reader.text("page-standing-overridden")))
            } @else {
                (sign::standing(reader.voice, gate.standing))
            }
        }
        p { (reader.say(&gate.reason)) }
        @if gate.gate == "approval" { (votes(reader, view)) }
        p.facts {
            @if gate.standing != Standing::Good && !gate.who.is_empty() {
                span { (reader.voice.say(&Notice::new("page-can-open").with("who", gate.who.join(", ")))) }
            }
            @if let Some(opens) = gate.opens_at.filter(|opens| *opens > reader.now) {
                span { (reader.text("page-opens")) " " (reader.moment(opens)) " · " (reader.distance(opens)) }
            }
            span { (reader.text("page-looked-at")) " " (reader.moment(gate.seen_at)) " · " (reader.distance(gate.seen_at)) }
            (evidence(reader, gate))
        }
    }
}

/// Returns until when the evidence is young enough, where it was found, and the page that shows it.
fn evidence(reader: &Reader<'_>, gate: &GateReading) -> Markup {
    // What a forge or a monitor gives as its page is shown as a link only when it is an address of the web.
    let link =
        gate.link.as_deref().filter(|link| link.starts_with("https://") || link.starts_with("http://"));
    html! {
        @if let Some(until) = gate.good_until.filter(|until| *until > reader.now) {
            span { (reader.text("page-counts-until")) " " (reader.moment(until)) }
        }
        @if let Some(source) = &gate.source { span { code { (safe(source)) } } }
        @if let Some(link) = link {
            a href=(link) rel="noreferrer noopener" { (reader.text("page-evidence")) }
        }
    }
}

/// Returns the gate's name; one that this version does not know is shown as it is.
fn name(reader: &Reader<'_>, gate: &str) -> String {
    match gate {
        "tag" | "environment" | "hold" | "approval" | "calendar" | "host" | "signoff" => {
            reader.text(&format!("page-gate-{gate}"))
        }
        other => safe(other),
    }
}

fn votes(reader: &Reader<'_>, view: &ReleaseView) -> Markup {
    html! {
        @for vote in &view.approvals {
            p.facts {
                span { "✓ " (vote.person) }
                span { (reader.moment(vote.at)) }
                @if vote.expires_at > reader.now {
                    span { (reader.text("page-counts-until")) " " (reader.moment(vote.expires_at)) }
                }
            }
        }
        @for void in &view.voided {
            p.facts {
                span { "✗ " (reader.say(&void.why)) }
                span { (reader.moment(void.at)) }
            }
        }
    }
}
