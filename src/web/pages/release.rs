//! The page of one release: what it does, what it waits for, and what may be asked of it.

use maud::{Markup, html};

use crate::domain::notice::Notice;
use crate::engine::view::{JournalLine, ReleaseView};
use crate::messages::safe;
use crate::web::act_name::ActName;
use crate::web::pages::frame::Frame;
use crate::web::pages::log::LogTail;
use crate::web::pages::reader::Reader;
use crate::web::pages::{banner, checklist, forms, gates, journal, log, overrides, road, sign, steps, watch};

pub use banner::{Banner, Shown};

/// What the page holds.
#[derive(Debug)]
pub struct ReleasePage<'a> {
    /// The release.
    pub view: &'a ReleaseView,
    /// Its journal, oldest first.
    pub journal: &'a [JournalLine],
    /// Whether the whole journal is shown.
    pub all: bool,
    /// The end of the log that people want to see now.
    pub tail: Option<&'a LogTail>,
    /// What is said above everything.
    pub banner: Option<Banner>,
    /// A reason that was typed already.
    pub draft: Option<(ActName, &'a str)>,
}

/// Returns the page.
pub fn release(reader: &Reader<'_>, page: &ReleasePage<'_>) -> Markup {
    let row = &page.view.row;
    let title = format!("{} {} – {}", row.tag, row.environment, sign::phase_word(reader.voice, row.phase));
    let path = format!("/releases/{}", row.id);
    let seen = page.journal.last().map_or(0, |line| line.seq);
    let events = format!("{path}/events?after={seen}");
    let frame = Frame { events: Some(&events), ..Frame::of(reader, &title, &path) };
    frame.around(html! {
        @if let Some(banner) = &page.banner { (banner::banner(reader, banner, page.view)) }
        (head(reader, page.view))
        (road::road(reader, page.view, page.journal))
        (forms::forms(reader, page.view, page.draft))
        // What people look for stands first: the gates while it waits, afterwards what is done and seen.
        @if row.phase == "waiting" {
            (overrides::overrides(reader, page.view))
            (checklist::checklist(reader, page.view))
            (gates::gates(reader, page.view, page.draft))
            (work(reader, page))
        } @else {
            (work(reader, page))
            (overrides::overrides(reader, page.view))
            (gates::gates(reader, page.view, page.draft))
            (checklist::checklist(reader, page.view))
        }
        (facts(reader, page.view))
        (journal::journal(reader, page.journal, &path, page.all))
    })
}

fn work(reader: &Reader<'_>, page: &ReleasePage<'_>) -> Markup {
    html! {
        (watch::watch(reader, page.view))
        (steps::steps(reader, page.view))
        @if let Some(tail) = page.tail { (log::inline(reader, page.view, tail)) }
    }
}

fn head(reader: &Reader<'_>, view: &ReleaseView) -> Markup {
    let row = &view.row;
    html! {
        div.headline id="headline" data-live data-says=(reader.say(&row.headline)) {
            p.crumbs {
                a href="/releases" { (reader.text("page-releases")) } " / "
                (row.repository) " / " (row.environment)
            }
            div.head { h1 { (safe(&row.tag)) } (sign::phase(reader.voice, row.phase)) }
            p.says { (reader.say(&row.headline)) }
            p.facts {
                @if let Some(pusher) = &row.pusher {
                    span { (reader.voice.say(&Notice::new("page-pushed-by").with("who", pusher))) }
                }
                span { (reader.moment(row.opened_at)) " · " (reader.distance(row.opened_at)) }
                @if let Some(wake) = row.wake_at.filter(|wake| *wake > reader.now) {
                    span { (reader.text("page-next-look")) " " (reader.moment(wake)) }
                }
            }
        }
    }
}

fn facts(reader: &Reader<'_>, view: &ReleaseView) -> Markup {
    html! {
        section id="facts" aria-labelledby="facts-title" {
            h2 id="facts-title" { (reader.text("page-what")) }
            dl.card.pairs {
                dt { (reader.text("page-object")) } dd { code { (view.object) } }
                dt { (reader.text("page-commit")) } dd { code { (view.commit) } }
                dt { (reader.text("page-binding")) } dd { code { (safe(&view.binding)) } }
            }
            p.small { (reader.text("page-binding-hint")) }
        }
    }
}
