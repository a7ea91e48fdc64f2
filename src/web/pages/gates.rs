//! The gates of a release: what each says and why, how old its evidence is, who can open it and when it opens itself.

use maud::{Markup, html};

use crate::domain::gate::{GateReading, Standing};
use crate::domain::notice::Notice;
use crate::engine::view::ReleaseView;
use crate::messages::safe;
use crate::web::pages::reader::Reader;
use crate::web::pages::sign;

/// Returns the section, or nothing when the gates were not asked yet.
pub fn gates(reader: &Reader<'_>, view: &ReleaseView) -> Markup {
    html! {
        section id="gates" data-live aria-labelledby="gates-title" {
            h2 id="gates-title" { (reader.text("page-gates")) }
            @if view.gates.is_empty() { p.lead { (reader.text("page-gates-not-asked")) } }
            ul.card.gates {
                @for gate in &view.gates { (one(reader, gate, view)) }
            }
        }
    }
}

fn one(reader: &Reader<'_>, gate: &GateReading, view: &ReleaseView) -> Markup {
    html! {
        li {
            div.head { strong { (name(reader, &gate.gate)) } (sign::standing(reader.voice, gate.standing)) }
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
            }
        }
    }
}

/// Returns the gate's name; one that this version does not know is shown as it is.
fn name(reader: &Reader<'_>, gate: &str) -> String {
    match gate {
        "tag" | "environment" | "hold" | "approval" | "calendar" | "host" => {
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
    }
}
