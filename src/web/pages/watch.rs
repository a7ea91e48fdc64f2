//! The watch of a release: how long it lasts, and what each signal said last.

use maud::{Markup, html};

use crate::domain::notice::Notice;
use crate::engine::view::ReleaseView;
use crate::messages::safe;
use crate::web::pages::reader::Reader;
use crate::web::pages::sign;

/// Returns the section, or nothing while there is no watch.
pub fn watch(reader: &Reader<'_>, view: &ReleaseView) -> Markup {
    let Some(watch) = &view.watch else { return html! { section id="watch" data-live hidden {} } };
    let (length, passed) =
        (watch.since.duration_until(watch.until).as_secs(), watch.since.duration_until(reader.now));
    html! {
        section id="watch" data-live aria-labelledby="watch-title" {
            h2 id="watch-title" { (reader.text("page-watch")) }
            div.card {
                p {
                    (reader.moment(watch.since)) " – " (reader.moment(watch.until)) " · "
                    (reader.voice.say(&Notice::new("page-looks").with("count", watch.taken)))
                }
                @if view.row.phase == "watching" {
                    progress max=(length.max(1)) value=(passed.as_secs().clamp(0, length.max(0)))
                        aria-label=(reader.text("page-watch-progress")) {}
                    p.small { (reader.text("page-ends")) " " (reader.distance(watch.until)) }
                }
                ul.looks {
                    @for look in &watch.looks {
                        li {
                            div.head { strong { (safe(&look.signal)) } (sign::look(reader.voice, look.answer)) }
                            p.evidence { (safe(&look.evidence)) }
                            p.facts { span { (reader.precise(look.at)) " · " (reader.distance(look.at)) } }
                        }
                    }
                }
            }
        }
    }
}
