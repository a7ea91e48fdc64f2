//! The checklist of a release: each item with what people found, a form per item, and the signature under all of it.

use maud::{Markup, html};

use crate::domain::notice::Notice;
use crate::engine::view::{ChecklistView, ItemView, ReleaseView};
use crate::messages::safe;
use crate::web::act_name::{ActName, LONGEST_REASON};
use crate::web::pages::reader::Reader;
use crate::web::pages::sign::{self, Mood};

/// Returns the section, or nothing when the environment has no checklist.
pub fn checklist(reader: &Reader<'_>, view: &ReleaseView) -> Markup {
    let Some(list) = &view.checklist else { return html! {} };
    let may = |act: ActName| view.actions.contains(&act.name());
    html! {
        section id="checklist" data-live aria-labelledby="checklist-title" {
            h2 id="checklist-title" { (reader.text("page-checklist")) }
            ol.card.items {
                @for (place, item) in list.items.iter().enumerate() {
                    li {
                        (found(reader, item))
                        @if may(ActName::Tick) { (tick(reader, view, item, place)) }
                    }
                }
                li { (signature(reader, list)) @if may(ActName::SignOff) { (sign_off(reader, view)) } }
            }
        }
    }
}

fn found(reader: &Reader<'_>, item: &ItemView) -> Markup {
    let (mood, mark, word) = match &item.tick {
        None => (Mood::Wait, "○", "page-item-open"),
        Some(tick) if tick.good => (Mood::Good, "✓", "page-item-good"),
        Some(_) => (Mood::Bad, "✗", "page-item-faulty"),
    };
    html! {
        div.head { strong { (safe(&item.name)) } (sign::chip(mood, mark, &reader.text(word))) }
        p { (safe(&item.text)) }
        @if let Some(tick) = &item.tick {
            p.facts {
                span { (tick.by) }
                span { (reader.moment(tick.at)) " · " (reader.distance(tick.at)) }
                @if let Some(note) = &tick.note { span { (safe(note)) } }
            }
        }
    }
}

fn tick(reader: &Reader<'_>, view: &ReleaseView, item: &ItemView, place: usize) -> Markup {
    let field = format!("note-{place}");
    html! {
        form.tick method="post" action={ "/releases/" (view.row.id) "/" (ActName::Tick.name()) } {
            input type="hidden" name="csrf" value=(reader.csrf);
            input type="hidden" name="item" value=(item.name);
            label for=(field) { (reader.text("page-note")) " " span.hidden { (safe(&item.name)) } }
            input id=(field) type="text" name="note" maxlength=(LONGEST_REASON) autocomplete="off";
            div.pair {
                button type="submit" name="found" value="good" { (reader.text("page-item-is-good")) }
                button.grave type="submit" name="found" value="faulty" { (reader.text("page-item-is-faulty")) }
            }
        }
    }
}

fn signature(reader: &Reader<'_>, list: &ChecklistView) -> Markup {
    html! {
        @match &list.signed {
            Some(signed) => {
                p { (reader.voice.say(&Notice::new("page-signed-by").with("who", &signed.by))) }
                p.facts {
                    span { (reader.moment(signed.at)) " · " (reader.distance(signed.at)) }
                    span { (reader.text("page-counts-until")) " " (reader.moment(signed.good_until)) }
                    @if let Some(note) = &signed.note { span { (safe(note)) } }
                }
            }
            None => p { (reader.voice.say(&Notice::new("page-unsigned").with("who", list.who.join(", ")))) },
        }
    }
}

fn sign_off(reader: &Reader<'_>, view: &ReleaseView) -> Markup {
    html! {
        form.tick method="post" action={ "/releases/" (view.row.id) "/" (ActName::SignOff.name()) } {
            input type="hidden" name="csrf" value=(reader.csrf);
            label for="note-sign" { (reader.text("page-note")) }
            input id="note-sign" type="text" name="note" maxlength=(LONGEST_REASON) autocomplete="off";
            button.go type="submit" {
                (reader.voice.say(&Notice::new("page-sign").with("tag", &view.row.tag)))
            }
        }
    }
}
