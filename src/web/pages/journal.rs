//! The journal of a release, newest first.

use maud::{Markup, html};

use crate::domain::notice::Notice;
use crate::engine::view::JournalLine;
use crate::web::pages::reader::Reader;

/// Lines that are shown when the whole was not asked for.
const SHOWN: usize = 40;

/// Returns the section.
pub fn journal(reader: &Reader<'_>, lines: &[JournalLine], path: &str, all: bool) -> Markup {
    // The looks of a watch would bury everything else; the newest of them stand in its own section.
    let telling = lines.iter().rev().filter(|line| all || line.kind != "looked");
    let shown: Vec<&JournalLine> = telling.take(if all { lines.len() } else { SHOWN }).collect();
    html! {
        section id="journal" data-live aria-labelledby="journal-title" {
            h2 id="journal-title" { (reader.text("page-journal")) }
            ol.card.journal reversed {
                @for line in &shown {
                    li value=(line.seq) {
                        span.at { (reader.moment(line.at)) }
                        span.what { (reader.say(&line.text)) }
                        @if let Some(actor) = &line.actor { span.actor { (actor) } }
                    }
                }
            }
            @if shown.len() < lines.len() {
                p {
                    a.button href={ (path) "?journal=all" } {
                        (reader.voice.say(&Notice::new("page-journal-all").with("count", lines.len())))
                    }
                }
            }
        }
    }
}
