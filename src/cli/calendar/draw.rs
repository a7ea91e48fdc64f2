//! Draws the coming weeks of a calendar: a line a day, a sign for every half hour.
//!
//! Every sign means the same with and without colour. Where a rule closes only a part of a half hour, or of the two
//! that a clock change makes of one, the half hour is drawn as closed.

use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::calendar::{Calendar, Piece, ReasonKind, lay_out, rules_in};
use crate::domain::notice::Notice;
use crate::messages::{self, Language, when};

/// The half hours of a day on the wall.
const SIGNS: usize = 48;
/// The letters of the rules, in the order in which they come up.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How it is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Pen {
    /// The language of the words.
    pub language: Language,
    /// Whether colour may be used.
    pub colour: bool,
}

/// What one half hour is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Open,
    /// Open, but it closes before there was room.
    Short,
    /// Closed by the rule with this place in the list.
    Closed(usize),
    /// The clocks never show it.
    Never,
}

/// Returns the weeks from the Monday before `first` on.
pub fn weeks(calendar: &Calendar, first: Date, count: u8, room: Duration, pen: Pen) -> String {
    let back = i64::from(first.weekday().to_monday_zero_offset());
    let monday = first.checked_sub(SignedDuration::from_hours(24 * back)).unwrap_or(first);
    let days: Vec<Date> = monday.series(jiff::Span::new().days(1)).take(usize::from(count) * 7).collect();
    let Some(Ok(end)) = days.last().map(|day| day.tomorrow()) else { return String::new() };
    let (Some(from), Some(to)) = (midnight(&calendar.zone, monday), midnight(&calendar.zone, end)) else {
        return String::new();
    };
    // What closes on the day after the last decides whether there is room on the last.
    let beyond = SignedDuration::try_from(room).unwrap_or(SignedDuration::ZERO);
    let pieces = lay_out(&[calendar], from, to.saturating_add(beyond).unwrap_or(to));
    let rules = rules_in(&pieces);
    let name = calendar.zone.iana_name().unwrap_or("UTC");
    let head = Notice::new("calendar-show-head").with("calendar", &calendar.name).with("time_zone", name);
    let hours: String = (0..24).step_by(3).map(|hour| format!("{hour:02}    ")).collect();
    let mut out = format!("{}\n\n{:11} {}\n", messages::say(pen.language, &head), "", hours.trim_end());
    let mut seen: Vec<Cell> = Vec::new();
    for (number, day) in days.iter().enumerate() {
        if number > 0 && number % 7 == 0 {
            out.push('\n');
        }
        let cells = cells(&calendar.zone, *day, &pieces, &rules, room);
        seen.extend(cells);
        out.push_str(&format!("{} {}\n", when::short_date(pen.language, *day), line(&cells, pen)));
    }
    out.push('\n');
    legend(&mut out, &seen, &rules, room, pen);
    out
}

fn midnight(zone: &TimeZone, day: Date) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(day.to_datetime(Time::midnight())).compatible().ok()
}

fn cells(
    zone: &TimeZone,
    day: Date,
    pieces: &[Piece],
    rules: &[(ReasonKind, String)],
    room: Duration,
) -> [Cell; SIGNS] {
    let mut cells = [Cell::Never; SIGNS];
    let (Some(from), Some(to)) =
        (midnight(zone, day), day.tomorrow().ok().and_then(|next| midnight(zone, next)))
    else {
        return cells;
    };
    // From half hour to half hour of real time, so that an hour that comes twice is looked at twice. Offsets of a
    // quarter of an hour do not matter: the steps start at a midnight on the wall.
    let step = SignedDuration::from_mins(30);
    let mut at = from;
    while at < to {
        let end = at.saturating_add(step).unwrap_or(to).min(to);
        let wall = zone.to_datetime(at);
        let place = usize::try_from(wall.hour()).unwrap_or(0) * 2 + usize::from(wall.minute() >= 30);
        cells[place] = graver(cells[place], judge(at, end, pieces, rules, room));
        at = end;
    }
    cells
}

/// Returns what is drawn where one half hour is both.
fn graver(one: Cell, two: Cell) -> Cell {
    match (one, two) {
        (Cell::Closed(rule), _) | (_, Cell::Closed(rule)) => Cell::Closed(rule),
        (Cell::Short, _) | (_, Cell::Short) => Cell::Short,
        (Cell::Open, _) | (_, Cell::Open) => Cell::Open,
        (Cell::Never, Cell::Never) => Cell::Never,
    }
}

fn judge(
    from: Timestamp,
    to: Timestamp,
    pieces: &[Piece],
    rules: &[(ReasonKind, String)],
    room: Duration,
) -> Cell {
    let first = pieces.partition_point(|piece| piece.to <= from);
    let within = pieces[first..].iter().take_while(|piece| piece.from < to);
    let closed = within.filter_map(|piece| piece.rules.first()).next();
    if let Some(rule) = closed {
        return Cell::Closed(rules.iter().position(|known| known == rule).unwrap_or(rules.len()));
    }
    let needed = from.saturating_add(SignedDuration::try_from(room).unwrap_or(SignedDuration::MAX));
    let closes = pieces[first..].iter().find(|piece| !piece.rules.is_empty()).map(|piece| piece.from);
    match (needed, closes) {
        (Ok(needed), Some(closes)) if closes < needed => Cell::Short,
        (Ok(_) | Err(_), Some(_) | None) => Cell::Open,
    }
}

fn sign(cell: Cell) -> char {
    match cell {
        Cell::Open => '.',
        Cell::Short => ',',
        Cell::Closed(rule) => LETTERS.chars().nth(rule).unwrap_or('#'),
        Cell::Never => ' ',
    }
}

fn line(cells: &[Cell; SIGNS], pen: Pen) -> String {
    let mut out = String::new();
    let mut last = "";
    for cell in cells {
        let paint = paint(*cell);
        if pen.colour && paint != last {
            out.push_str(if last.is_empty() { "" } else { "\u{1b}[0m" });
            out.push_str(paint);
            last = paint;
        }
        out.push(sign(*cell));
    }
    if !last.is_empty() {
        out.push_str("\u{1b}[0m");
    }
    out.trim_end_matches(' ').to_owned()
}

/// Returns what colours a sign: dark on green, dark on yellow, light on red.
fn paint(cell: Cell) -> &'static str {
    match cell {
        Cell::Open => "\u{1b}[30;42m",
        Cell::Short => "\u{1b}[30;43m",
        Cell::Closed(_) => "\u{1b}[97;41m",
        Cell::Never => "",
    }
}

fn legend(out: &mut String, seen: &[Cell], rules: &[(ReasonKind, String)], room: Duration, pen: Pen) {
    let mut say = |sign: char, notice: &Notice| {
        out.push_str(&format!("{sign}  {}\n", messages::say(pen.language, notice)));
    };
    for (place, (kind, name)) in rules.iter().enumerate() {
        if seen.contains(&Cell::Closed(place)) && place < LETTERS.len() {
            say(sign(Cell::Closed(place)), &Notice::new(kind.words()).with("name", name));
        }
    }
    if seen.iter().any(|cell| matches!(cell, Cell::Closed(place) if *place >= LETTERS.len())) {
        say('#', &Notice::new("calendar-show-many"));
    }
    if seen.contains(&Cell::Open) {
        say(sign(Cell::Open), &Notice::new("calendar-show-open"));
    }
    if seen.contains(&Cell::Short) {
        let length = when::length(pen.language, room);
        say(sign(Cell::Short), &Notice::new("calendar-show-short").with("room", length));
    }
    if seen.contains(&Cell::Never) {
        say(' ', &Notice::new("calendar-show-no-hour"));
    }
}
