//! The coming weeks of a calendar as a drawing: a line a day, midnight to midnight, with the releases that wait.
//!
//! It is read at 360 pixels and without colour: closed stretches have an edge and the letter of their rule, which the
//! list below spells out; every stretch also says in words what it is, for those who point at it or hear it.

use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use crate::domain::calendar::{Calendar, Piece, ReasonKind, lay_out, rules_in};
use crate::domain::notice::Notice;
use crate::messages::{safe, when};
use crate::web::voice::Voice;

// Where the hours begin, how wide a day is, and how high a line: 360 in all, so that a phone shows it unscaled.
const LEFT: f64 = 68.0;
const WIDTH: f64 = 288.0;
const HEIGHT: f64 = 20.0;
/// The height of the line with the hours.
const HEAD: f64 = 14.0;
/// The seconds of a day on the wall.
const DAY: f64 = 86_400.0;
/// The narrowest stretch that has room for a letter.
const ROOM_FOR_LETTER: f64 = 10.0;

/// What is drawn.
#[derive(Debug)]
pub struct CalendarDrawing<'a> {
    /// The calendars that must all be open; the first one names the drawing and the zone.
    pub calendars: &'a [&'a Calendar],
    /// A day of the first week.
    pub first: Date,
    /// How many weeks.
    pub weeks: u8,
    /// What a slot needs.
    pub room: Duration,
    /// The releases that wait for their slots.
    pub waiting: &'a [Waits],
}

/// A release that waits for its slot.
#[derive(Debug, Clone)]
pub struct Waits {
    /// Its tag.
    pub tag: String,
    /// When its slot opens.
    pub slot: Timestamp,
}

/// A stretch of one day, on the wall.
struct Bar {
    from: DateTime,
    to: DateTime,
    what: What,
}

enum What {
    /// By the rule with this place in the list.
    Closed(usize),
    Short,
}

/// Returns the drawing with the list of its rules; nothing without a calendar.
pub fn drawing(voice: Voice, asked: &CalendarDrawing<'_>) -> Markup {
    let Some(calendar) = asked.calendars.first() else { return html! {} };
    let zone = &calendar.zone;
    let back = i64::from(asked.first.weekday().to_monday_zero_offset());
    let monday = asked.first.checked_sub(SignedDuration::from_hours(24 * back)).unwrap_or(asked.first);
    let days: Vec<Date> =
        monday.series(jiff::Span::new().days(1)).take(usize::from(asked.weeks) * 7).collect();
    let pieces = pieces(asked, zone, &days);
    let rules = rules_in(&pieces);
    let title = Notice::new("calendar-page-drawing")
        .with("calendar", &calendar.name)
        .with("time_zone", zone.iana_name().unwrap_or("UTC"));
    let gap = |line: usize| (line / 7) as f64 * 6.0;
    let height = HEAD + days.len() as f64 * HEIGHT + gap(days.len().saturating_sub(1));
    html! {
        figure.calendar {
            svg.weeks viewBox=(format!("0 0 360 {height}")) role="img" aria-label=(voice.say(&title)) {
                @for hour in (0..24).step_by(6) {
                    text.hour x=(round(LEFT + f64::from(hour) / 24.0 * WIDTH)) y="10" { (format!("{hour:02}")) }
                }
                @for (line, day) in days.iter().enumerate() {
                    (row(voice, asked, zone, *day, HEAD + line as f64 * HEIGHT + gap(line), &pieces, &rules))
                }
            }
            figcaption { (legend(voice, &rules)) }
        }
    }
}

fn pieces(asked: &CalendarDrawing<'_>, zone: &TimeZone, days: &[Date]) -> Vec<Piece> {
    let start = |day: &Date| zone.to_ambiguous_timestamp(day.to_datetime(Time::midnight())).compatible().ok();
    let end = days.last().and_then(|day| day.tomorrow().ok());
    let (Some(from), Some(to)) = (days.first().and_then(start), end.as_ref().and_then(start)) else {
        return Vec::new();
    };
    let room = SignedDuration::try_from(asked.room).unwrap_or(SignedDuration::ZERO);
    lay_out(asked.calendars, from, to.saturating_add(room).unwrap_or(to))
}

fn row(
    voice: Voice,
    asked: &CalendarDrawing<'_>,
    zone: &TimeZone,
    day: Date,
    y: f64,
    pieces: &[Piece],
    rules: &[(ReasonKind, String)],
) -> Markup {
    let date = when::short_date(voice.0, day);
    let waiting = asked.waiting.iter().filter(|one| zone.to_datetime(one.slot).date() == day);
    html! {
        text x="0" y=(round(y + 14.0)) { (date.trim_end()) }
        rect.open x=(LEFT) y=(round(y + 2.0)) width=(WIDTH) height=(HEIGHT - 4.0) {}
        @for bar in bars(asked, zone, day, pieces, rules) {
            (shown(voice, asked, date.trim_end(), &bar, y, rules))
        }
        @for one in waiting {
            @let x = LEFT + place(zone.to_datetime(one.slot), day) * WIDTH;
            circle.waits cx=(round(x + 5.0)) cy=(round(y + HEIGHT / 2.0)) r="5" {
                @let at = one.slot.to_zoned_datetime(zone.clone());
                title { (voice.say(&Notice::new("calendar-page-waits").with("tag", &one.tag).with("slot_at", at))) }
            }
            text x=(round(x + 13.0)) y=(round(y + 14.0)) { (safe(&one.tag)) }
        }
    }
}

fn shown(
    voice: Voice,
    asked: &CalendarDrawing<'_>,
    date: &str,
    bar: &Bar,
    y: f64,
    rules: &[(ReasonKind, String)],
) -> Markup {
    let day = bar.from.date();
    let (from, to) = (place(bar.from, day) * WIDTH, place(bar.to, day) * WIDTH);
    let clock = |wall: DateTime| format!("{:02}:{:02}", wall.hour(), wall.minute());
    let id = match bar.what {
        What::Closed(_) => "calendar-page-closed",
        What::Short => "calendar-page-short",
    };
    let mut notice =
        Notice::new(id).with("day", date).with("from", clock(bar.from)).with("to", clock(bar.to));
    let (class, letter) = match bar.what {
        What::Closed(rule) => {
            if let Some((kind, name)) = rules.get(rule) {
                notice = notice.with("rule", voice.say(&Notice::new(kind.words()).with("name", name)));
            }
            ("closed", Some(letter(rule)))
        }
        What::Short => {
            notice = notice.with("room", when::length(voice.0, asked.room));
            ("short", None)
        }
    };
    html! {
        rect class=(class) x=(round(LEFT + from + 0.5)) y=(round(y + 2.5))
            width=(round((to - from - 1.0).max(0.5))) height=(HEIGHT - 5.0) {
            title { (voice.say(&notice)) }
        }
        @if let Some(letter) = letter.filter(|_| to - from >= ROOM_FOR_LETTER) {
            text x=(round(LEFT + f64::midpoint(from, to) - 3.5)) y=(round(y + 14.0)) { (letter) }
        }
    }
}

/// Returns what of a day is closed, or open without room.
fn bars(
    asked: &CalendarDrawing<'_>,
    zone: &TimeZone,
    day: Date,
    pieces: &[Piece],
    rules: &[(ReasonKind, String)],
) -> Vec<Bar> {
    let room = SignedDuration::try_from(asked.room).unwrap_or(SignedDuration::MAX);
    let mut bars = Vec::new();
    for (number, piece) in pieces.iter().enumerate() {
        match piece.rules.first() {
            Some(rule) => {
                let rule = rules.iter().position(|known| known == rule).unwrap_or(rules.len());
                bars.extend(within(zone, day, piece.from, piece.to, What::Closed(rule)));
            }
            None if number + 1 < pieces.len() => {
                let from = piece.to.saturating_sub(room).unwrap_or(piece.from).max(piece.from);
                bars.extend(within(zone, day, from, piece.to, What::Short));
            }
            None => {}
        }
    }
    bars
}

/// Returns what of a stretch lies on a day.
fn within(zone: &TimeZone, day: Date, from: Timestamp, to: Timestamp, what: What) -> Option<Bar> {
    let (start, end) =
        (day.to_datetime(Time::midnight()), day.tomorrow().ok()?.to_datetime(Time::midnight()));
    let (from, to) = (zone.to_datetime(from).max(start), zone.to_datetime(to).min(end));
    (from < to).then_some(Bar { from, to, what })
}

/// Returns how far into `day` a wall time is, 0 to 1.
fn place(wall: DateTime, day: Date) -> f64 {
    if wall.date() > day {
        return 1.0;
    }
    let time = wall.time();
    let seconds = i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second());
    f64::from(seconds) / DAY
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// Returns the letter of a rule; beyond the alphabet they are all the same.
fn letter(rule: usize) -> char {
    u8::try_from(rule).ok().filter(|rule| *rule < 26).map_or('#', |rule| char::from(b'A' + rule))
}

fn legend(voice: Voice, rules: &[(ReasonKind, String)]) -> Markup {
    html! {
        @if !rules.is_empty() {
            dl.pairs aria-label=(voice.text("calendar-page-legend")) {
                @for (place, (kind, name)) in rules.iter().enumerate() {
                    dt { (letter(place)) }
                    dd { (voice.say(&Notice::new(kind.words()).with("name", name))) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{WeekTime, Window};
    use crate::messages::Language;

    fn school() -> Calendar {
        let edge = |text| WeekTime::parse(text).unwrap();
        let weekend = Window::weekly("<weekend>", edge("Fri 16:00"), edge("Mon 07:00")).unwrap();
        Calendar {
            name: "school".into(),
            zone: TimeZone::get("Europe/Paris").unwrap(),
            closed: vec![weekend],
            open: Vec::new(),
            freezes: Vec::new(),
            feeds: Vec::new(),
        }
    }

    #[test]
    fn a_week_is_drawn_with_its_rule_its_short_end_and_the_release_that_waits() {
        let waiting = [Waits { tag: "v1.4.2".into(), slot: "2026-11-30T06:00:00Z".parse().unwrap() }];
        let school = school();
        let asked = CalendarDrawing {
            calendars: &[&school],
            first: Date::new(2026, 11, 30).unwrap(),
            weeks: 1,
            room: Duration::from_secs(45 * 60),
            waiting: &waiting,
        };
        let drawn = drawing(Voice(Language::En), &asked).into_string();
        assert_eq!(drawn.matches("class=\"open\"").count(), 7);
        for part in [
            "Mon 30 Nov, 00:00 to 07:00: closed, the window &lt;weekend&gt;",
            "Fri  4 Dec, 15:15 to 16:00: open, but without room for 45 minutes",
            "Sat  5 Dec, 00:00 to 00:00: closed",
            "v1.4.2 goes Monday 30 November 2026, 07:00 (+01:00)",
            // Seven hours of 288 for the day.
            "<rect class=\"closed\" x=\"68.5\" y=\"16.5\" width=\"83\"",
        ] {
            assert!(drawn.contains(part), "{part}\n{drawn}");
        }
        let french = drawing(Voice(Language::Fr), &asked).into_string();
        assert!(
            french.contains("fermé, la fenêtre &lt;weekend&gt;") && french.contains("ven  4 déc"),
            "{french}"
        );
    }

    #[test]
    fn without_a_calendar_nothing_is_drawn() {
        let first = Date::new(2026, 11, 30).unwrap();
        let asked = CalendarDrawing { calendars: &[], first, weeks: 1, room: Duration::ZERO, waiting: &[] };
        assert_eq!(drawing(Voice(Language::En), &asked).into_string(), "");
    }
}
