//! The log of a step: its end on the page of the release, and the whole of it on a page of its own.

use maud::{Markup, html};

use crate::domain::notice::Notice;
use crate::engine::view::{ReleaseRow, ReleaseView, StepView};
use crate::messages::safe;
use crate::web::encoding::encode;
use crate::web::pages::frame::Frame;
use crate::web::pages::reader::Reader;
use crate::web::pages::{sign, steps};

/// The end of a log, safe to show.
#[derive(Debug)]
pub struct LogTail {
    /// The step's key.
    pub key: String,
    /// The lines.
    pub lines: Vec<String>,
    /// How many lines stand before them.
    pub before: usize,
    /// The place after the last of them, in bytes.
    pub next: u64,
}

/// What the page of a log holds.
#[derive(Debug)]
pub struct StepPage<'a> {
    /// The release.
    pub row: &'a ReleaseRow,
    /// The step.
    pub step: &'a StepView,
    /// Its log.
    pub tail: &'a LogTail,
}

/// Returns the end of a log for the page of its release.
pub fn inline(reader: &Reader<'_>, view: &ReleaseView, tail: &LogTail) -> Markup {
    let Some(step) = view.steps.iter().find(|step| step.key == tail.key) else { return html! {} };
    let address = format!("/releases/{}/steps/{}", view.row.id, encode(&tail.key));
    html! {
        section id="log" data-live data-keep={ (safe(&tail.key)) "/" (safe(step.state)) } aria-labelledby="log-title" {
            h2 id="log-title" { (reader.text("page-log-of")) " " (safe(&step.name)) }
            (lines(reader, step, tail, &address, false))
            p.facts {
                span { a href=(address) { (reader.text("page-log-whole")) } }
                span { a href={ (address) "/log.txt" } { (reader.text("page-log-text")) } }
            }
        }
    }
}

/// Returns the page of a log.
pub fn step(reader: &Reader<'_>, page: &StepPage<'_>) -> Markup {
    let StepPage { row, step, tail } = page;
    let path = format!("/releases/{}/steps/{}", row.id, encode(&step.key));
    let title = format!("{} – {} {}", step.name, row.tag, row.environment);
    Frame::of(reader, &title, &path).around(html! {
        p.crumbs {
            a href="/releases" { (reader.text("page-releases")) } " / "
            a href={ "/releases/" (row.id) } { (safe(&row.tag)) " " (row.environment) }
        }
        div.head { h1 { (safe(&step.name)) } (sign::step(reader.voice, step.state)) }
        p.facts {
            span { (step.host) } (steps::times(reader, step))
            span { a href={ (path) "/log.txt" } { (reader.text("page-log-text")) } }
        }
        @if let Some(outcome) = &step.outcome { p.outcome { (reader.say(outcome)) } }
        @if tail.before > 0 {
            p.small { (reader.voice.say(&Notice::new("page-log-cut").with("count", tail.before))) }
        }
        (lines(reader, step, tail, &path, true))
    })
}

fn lines(reader: &Reader<'_>, step: &StepView, tail: &LogTail, address: &str, numbered: bool) -> Markup {
    let running = step.state == "running";
    let follow = running.then(|| format!("{address}/events?after={}", tail.next));
    html! {
        @if tail.lines.is_empty() && !running { p.lead { (reader.text("page-log-empty")) } } @else {
            pre.log tabindex="0" role="log" aria-live="off" aria-label=(reader.text("page-log"))
                data-log=[follow] data-pause=(reader.text("page-log-pause"))
                data-resume=(reader.text("page-log-resume")) {
                @for (n, line) in tail.lines.iter().enumerate() {
                    @let number = tail.before + n + 1;
                    @if numbered {
                        a.line id={ "L" (number) } href={ "#L" (number) } aria-label={ (number) } {}
                    }
                    (line) "\n"
                }
            }
        }
    }
}
