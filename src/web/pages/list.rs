//! The page that lists releases: what is under way first, then what is over.

use maud::{Markup, html};

use crate::domain::names::ReleaseId;
use crate::domain::notice::Notice;
use crate::engine::view::ReleaseRow;
use crate::messages::safe;
use crate::web::encoding::encode;
use crate::web::house::ReleaseFilter;
use crate::web::pages::frame::Frame;
use crate::web::pages::reader::Reader;
use crate::web::pages::sign;

/// What the page holds.
#[derive(Debug)]
pub struct ListPage<'a> {
    /// What is under way, newest first.
    pub under_way: &'a [ReleaseRow],
    /// What is over, newest first.
    pub earlier: &'a [ReleaseRow],
    /// What the list was cut down to.
    pub filter: &'a ReleaseFilter,
    /// Where the next page begins, when there is one.
    pub older: Option<ReleaseId>,
}

/// Returns the page.
pub fn list(reader: &Reader<'_>, page: &ListPage<'_>) -> Markup {
    let count = page.under_way.len();
    let title = match count {
        0 => reader.text("page-releases"),
        _ => reader.voice.say(&Notice::new("page-releases-under-way").with("count", count)),
    };
    let narrowed = query(page.filter);
    let path = format!("/releases{}", narrowed.replacen('&', "?", 1));
    let frame = Frame { events: Some("/releases/events"), ..Frame::of(reader, &title, &path) };
    frame.around(html! {
        h1 { (reader.text("page-releases")) }
        (only(reader, page.filter))
        section id="under-way" data-live aria-labelledby="under-way-title" {
            h2 id="under-way-title" { (reader.text("page-under-way")) }
            @if page.filter.before.is_some() {
                p.lead { a href=(path) { (reader.text("page-newest")) } }
            } @else if page.under_way.is_empty() {
                p.lead { (reader.text("page-nothing-under-way")) }
            }
            (rows(reader, page.under_way))
        }
        section id="earlier" data-live aria-labelledby="earlier-title" {
            h2 id="earlier-title" { (reader.text("page-earlier")) }
            @if page.earlier.is_empty() { p.lead { (reader.text("page-nothing-earlier")) } }
            (rows(reader, page.earlier))
            @if let Some(before) = page.older {
                p { a.button href={ "/releases?before=" (before) (narrowed) } { (reader.text("page-older")) } }
            }
        }
    })
}

fn only(reader: &Reader<'_>, filter: &ReleaseFilter) -> Markup {
    let names: Vec<String> = [
        filter.repository.as_ref().map(ToString::to_string),
        filter.environment.as_ref().map(ToString::to_string),
    ]
    .into_iter()
    .flatten()
    .collect();
    html! {
        @if !names.is_empty() {
            p.only {
                (reader.voice.say(&Notice::new("page-only").with("names", names.join(", ")))) " "
                a href="/releases" { (reader.text("page-show-all")) }
            }
        }
    }
}

/// Returns the filter as the rest of a query string.
fn query(filter: &ReleaseFilter) -> String {
    let mut query = String::new();
    if let Some(repository) = &filter.repository {
        query.push_str(&format!("&repository={}", encode(repository.as_str())));
    }
    if let Some(environment) = &filter.environment {
        query.push_str(&format!("&environment={}", encode(environment.as_str())));
    }
    query
}

fn rows(reader: &Reader<'_>, rows: &[ReleaseRow]) -> Markup {
    html! {
        @if !rows.is_empty() {
            ul.releases { @for row in rows { (release(&reader.in_zone(&row.time_zone), row)) } }
        }
    }
}

fn release(reader: &Reader<'_>, row: &ReleaseRow) -> Markup {
    let environment = row.environment.as_str();
    html! {
        li.release {
            div.head {
                a.tag href={ "/releases/" (row.id) } { (safe(&row.tag)) }
                (sign::phase(reader.voice, row.phase))
            }
            p.says { (reader.say(&row.headline)) }
            p.facts {
                a href={ "/releases?environment=" (encode(environment)) } { (environment) }
                span { (row.repository) }
                @if let Some(pusher) = &row.pusher { span { (pusher) } }
                span {
                    (reader.text("page-since")) " " (reader.moment(row.changed_at)) " · "
                    (reader.distance(row.changed_at))
                }
            }
        }
    }
}
