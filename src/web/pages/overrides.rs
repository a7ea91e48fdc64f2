//! Overrides on the page of a release: who lets it pass what, why, until when; and the forms to ask, confirm, take back.

use maud::{Markup, html};

use crate::domain::notice::Notice;
use crate::engine::view::{OverrideView, ReleaseView};
use crate::messages::safe;
use crate::web::act_name::{ActName, LONGEST_REASON};
use crate::web::pages::reader::Reader;
use crate::web::pages::sign::{self, Mood};

/// How long an override may be asked for on the page: short first, for that is what is asked for by a thumb.
const LENGTHS: [&str; 5] = ["1h", "2h", "4h", "8h", "24h"];

/// Returns the section with every override that people asked for, or nothing when nobody did.
pub fn overrides(reader: &Reader<'_>, view: &ReleaseView) -> Markup {
    html! {
        section id="overrides" data-live hidden[view.overrides.is_empty()] aria-labelledby="overrides-title" {
            h2 id="overrides-title" { (reader.text("page-overrides")) }
            ul.card {
                @for (place, passed) in view.overrides.iter().enumerate() { li { (one(reader, view, passed, place)) } }
            }
        }
    }
}

fn one(reader: &Reader<'_>, view: &ReleaseView, passed: &OverrideView, place: usize) -> Markup {
    let (mood, mark, word) = match passed.state {
        "counts" => (Mood::Bad, "!", "page-override-counts"),
        "asked" => (Mood::Wait, "…", "page-override-asked"),
        "drilled" => (Mood::Calm, "✓", "page-override-drilled"),
        _ => (Mood::Calm, "–", "page-override-over"),
    };
    let open = |act: ActName| passed.state != "over" && view.actions.contains(&act.name());
    html! {
        div.head { strong { (safe(&passed.gate)) } (sign::chip(mood, mark, &reader.text(word))) }
        p { (safe(&passed.reason)) }
        p.facts {
            span { (reader.voice.say(&Notice::new("page-override-by").with("who", &passed.by))) }
            @if let Some(second) = &passed.confirmed_by {
                span { (reader.voice.say(&Notice::new("page-override-second").with("who", second))) }
            }
            span { (reader.text("page-counts-until")) " " (reader.moment(passed.until)) }
            @if passed.drill { span { (reader.text("page-override-drill")) } }
        }
        @if passed.state == "asked" && open(ActName::ConfirmOverride) {
            (of_gate(reader, view, ActName::ConfirmOverride, passed, place))
        }
        @if open(ActName::EndOverride) { (of_gate(reader, view, ActName::EndOverride, passed, place)) }
    }
}

fn of_gate(
    reader: &Reader<'_>,
    view: &ReleaseView,
    act: ActName,
    passed: &OverrideView,
    place: usize,
) -> Markup {
    html! {
        form.tick method="post" id={ (act.name()) "-" (place) } action={ "/releases/" (view.row.id) "/" (act.name()) } {
            input type="hidden" name="csrf" value=(reader.csrf);
            input type="hidden" name="gate" value=(passed.gate);
            @if act == ActName::ConfirmOverride { input type="hidden" name="asked" value=(passed.asked); }
            button class=[(act == ActName::ConfirmOverride).then_some("grave")] type="submit" {
                (reader.text(&format!("page-ask-{}", act.name())))
            }
        }
    }
}

/// Returns the form that asks for an override of one closed gate.
pub fn ask(reader: &Reader<'_>, view: &ReleaseView, gate: &str, place: usize, typed: Option<&str>) -> Markup {
    let (reason, lasting) = (format!("override-reason-{place}"), format!("override-for-{place}"));
    html! {
        details.ask.small-ask id={ "ask-override-" (place) } {
            summary.button { (reader.text("page-ask-override")) }
            form.card method="post" action={ "/releases/" (view.row.id) "/" (ActName::Override.name()) } {
                input type="hidden" name="csrf" value=(reader.csrf);
                input type="hidden" name="gate" value=(gate);
                p { (reader.text("page-hint-override")) }
                label for=(reason) { (reader.text("page-reason")) }
                textarea id=(reason) name="reason" required maxlength=(LONGEST_REASON) rows="3" {
                    (typed.unwrap_or_default())
                }
                label for=(lasting) { (reader.text("page-override-for")) }
                select id=(lasting) name="for" {
                    @for length in LENGTHS { option value=(length) selected[length == "2h"] { (length) } }
                }
                label.check { input type="checkbox" name="drill" value="yes"; " " (reader.text("page-override-only-drill")) }
                button.grave type="submit" { (reader.text("page-ask-override")) }
            }
        }
    }
}
