//! The page of calendars: for each environment whether it may change now, the coming weeks, and who holds it.

use maud::{Markup, html};

use crate::domain::calendar::{Calendar, read};
use crate::domain::notice::Notice;
use crate::engine::view::{EnvironmentView, HoldView};
use crate::messages::safe;
use crate::web::act_name::LONGEST_REASON;
use crate::web::encoding::encode;
use crate::web::pages::calendar::{CalendarDrawing, Waits, drawing};
use crate::web::pages::frame::Frame;
use crate::web::pages::reader::Reader;

/// How many weeks are drawn.
const WEEKS: u8 = 2;

/// What the page holds.
#[derive(Debug)]
pub struct CalendarPage<'a> {
    /// All environments.
    pub environments: &'a [EnvironmentView],
    /// Why what was asked last was not done.
    pub refused: Option<&'a Notice>,
}

/// Returns the page.
pub fn calendars(reader: &Reader<'_>, page: &CalendarPage<'_>) -> Markup {
    let title = reader.text("page-calendar");
    Frame::of(reader, &title, "/calendar").around(html! {
        h1 { (title) }
        @if let Some(notice) = page.refused {
            @let worded = reader.word(notice);
            div.banner.bad role="alert" {
                p { (worded.what) }
                @if let Some(hint) = worded.hint { p.hint { (hint) } }
            }
        }
        @if page.environments.is_empty() { p.lead { (reader.text("page-calendar-none")) } }
        @for environment in page.environments {
            (section(&reader.in_zone(&environment.time_zone), environment))
        }
    })
}

fn section(reader: &Reader<'_>, environment: &EnvironmentView) -> Markup {
    let calendars: Vec<&Calendar> = environment.calendars.iter().collect();
    let waiting: Vec<Waits> = environment
        .releases
        .iter()
        .filter(|row| row.phase == "waiting")
        .filter_map(|row| Some(Waits { tag: row.tag.clone(), slot: row.wake_at? }))
        .collect();
    let feed = format!(
        "/calendar/{}.ics?repository={}",
        encode(environment.environment.as_str()),
        encode(environment.repository.as_str())
    );
    html! {
        section {
            h2 { (safe(environment.repository.as_str())) " → " (safe(environment.environment.as_str())) }
            p.lead { (now(reader, environment, &calendars)) }
            @for hold in &environment.holds { (held(reader, environment, hold)) }
            @if let Some(first) = calendars.first() {
                (drawing(reader.voice, &CalendarDrawing {
                    calendars: &calendars,
                    first: reader.now.to_zoned_datetime(first.zone.clone()).date(),
                    weeks: WEEKS,
                    room: environment.room,
                    waiting: &waiting,
                }))
            }
            p.small { a href=(feed) { (reader.text("page-calendar-feed")) } }
            (stop(reader, environment))
        }
    }
}

/// Returns whether it may change now, and until or from when.
fn now(reader: &Reader<'_>, environment: &EnvironmentView, calendars: &[&Calendar]) -> String {
    let says = read(calendars, reader.now, environment.room);
    let at = |id: &str, name: &str, at: Option<jiff::Timestamp>| match at {
        Some(at) => reader.say(&Notice::new(id).with(name, at)),
        None => reader.text(&format!("{id}-unknown")),
    };
    if says.open {
        return at("page-calendar-open", "until_at", says.next_close);
    }
    let rules: Vec<String> = says
        .reasons
        .iter()
        .map(|reason| reader.say(&Notice::new(reason.kind.words()).with("name", &reason.name)))
        .collect();
    format!("{} {}", at("page-calendar-closed", "slot_at", says.next_slot), rules.join(", "))
}

fn held(reader: &Reader<'_>, environment: &EnvironmentView, hold: &HoldView) -> Markup {
    let notice = Notice::new("page-calendar-held").with("by", &hold.person).with("reason", &hold.reason);
    html! {
        div.banner.wait {
            p { (reader.say(&notice)) " " (reader.moment(hold.at))
                @if let Some(until) = hold.until { " → " (reader.moment(until)) }
            }
            @if hold.scope == environment.scope() {
                form method="post" action="/calendar/lift" {
                    input type="hidden" name="csrf" value=(reader.csrf);
                    input type="hidden" name="scope" value=(hold.scope);
                    button.go type="submit" { (reader.text("page-calendar-lift")) }
                }
            }
        }
    }
}

fn stop(reader: &Reader<'_>, environment: &EnvironmentView) -> Markup {
    let scope = environment.scope();
    let field = |name: &str| format!("{name}-{}", scope.replace([' ', '/'], "-"));
    html! {
        details.ask.small-ask {
            summary.button { (reader.text("page-calendar-stop")) }
            form.card method="post" action="/calendar/hold" {
                input type="hidden" name="csrf" value=(reader.csrf);
                input type="hidden" name="scope" value=(scope);
                p { (reader.text("page-calendar-stop-hint")) }
                label for=(field("reason")) { (reader.text("page-reason")) }
                textarea id=(field("reason")) name="reason" required maxlength=(LONGEST_REASON) rows="3" {}
                label for=(field("until")) {
                    (reader.say(&Notice::new("page-calendar-until").with("zone", &environment.time_zone)))
                }
                input id=(field("until")) type="datetime-local" name="until";
                button.go type="submit" { (reader.text("page-calendar-stop")) }
            }
        }
    }
}
