//! An environment's calendar as an iCalendar feed that people subscribe to: closed times, slots, and releases.
//!
//! Whoever subscribes sees in their own calendar why nothing can go out, and when something will. Times are written in
//! UTC, ids follow from what an entry is and when it starts, so that an entry that stays is not shown twice.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::domain::calendar::{Calendar, ReasonKind, lay_out};
use crate::domain::notice::Notice;
use crate::messages::safe;
use crate::web::voice::Voice;

/// How far back and ahead it goes, in days: what just happened, and two months.
const AROUND: (i64, i64) = (14, 62);
/// The longest line in bytes, as RFC 5545 wants it.
const LONGEST_LINE: usize = 75;

/// What the feed is made of.
#[derive(Debug)]
pub struct FeedOut<'a> {
    /// The environment's name.
    pub environment: &'a str,
    /// Its calendars.
    pub calendars: &'a [&'a Calendar],
    /// What a slot needs.
    pub room: Duration,
    /// Its releases.
    pub releases: &'a [Planned],
    /// When it is made.
    pub now: Timestamp,
}

/// A release in the feed.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its number.
    pub id: u64,
    /// Its tag.
    pub tag: String,
    /// When it went, or will go at the earliest.
    pub from: Timestamp,
    /// When it was over, or will be at the latest.
    pub to: Timestamp,
    /// Whether it still waits.
    pub waits: bool,
    /// Its page.
    pub link: String,
}

/// One entry.
struct Entry<'a> {
    key: String,
    from: Timestamp,
    to: Timestamp,
    summary: String,
    category: &'a str,
    busy: bool,
    link: Option<&'a str>,
}

/// Returns the feed.
pub fn feed_out(voice: Voice, asked: &FeedOut<'_>) -> String {
    let day = |count: i64| SignedDuration::from_hours(24 * count);
    let from = asked.now.saturating_sub(day(AROUND.0)).unwrap_or(Timestamp::MIN);
    let to = asked.now.saturating_add(day(AROUND.1)).unwrap_or(Timestamp::MAX);
    let room = SignedDuration::try_from(asked.room).unwrap_or(SignedDuration::MAX);
    let mut entries = Vec::new();
    for piece in lay_out(asked.calendars, from, to) {
        let Some((kind, name)) = piece.rules.first() else {
            if piece.from.duration_until(piece.to) >= room {
                entries.push(Entry {
                    key: "slot".into(),
                    from: piece.from,
                    to: piece.to,
                    summary: voice.text("calendar-out-slot"),
                    category: "SLOT",
                    busy: false,
                    link: None,
                });
            }
            continue;
        };
        let rule = voice.say(&Notice::new(kind.words()).with("name", name));
        entries.push(Entry {
            key: format!("closed {name}"),
            from: piece.from,
            to: piece.to,
            summary: voice.say(&Notice::new("calendar-out-closed").with("rule", rule)),
            category: if *kind == ReasonKind::Freeze { "FREEZE" } else { "CLOSED" },
            busy: true,
            link: None,
        });
    }
    entries.extend(asked.releases.iter().map(|release| release.entry(voice)));
    written(voice, asked, &entries)
}

impl Planned {
    fn entry(&self, voice: Voice) -> Entry<'_> {
        let id = if self.waits { "calendar-out-waits" } else { "calendar-out-gone" };
        Entry {
            key: format!("release {}", self.id),
            from: self.from,
            to: self.to,
            summary: voice.say(&Notice::new(id).with("tag", &self.tag)),
            category: "RELEASE",
            busy: false,
            link: Some(&self.link),
        }
    }
}

fn written(voice: Voice, asked: &FeedOut<'_>, entries: &[Entry<'_>]) -> String {
    let name = voice.say(&Notice::new("calendar-out-name").with("environment", asked.environment));
    let mut out = String::new();
    for text in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tagwarden//calendar//EN", "METHOD:PUBLISH"] {
        line(&mut out, text);
    }
    line(&mut out, &format!("X-WR-CALNAME:{}", escaped(&name)));
    line(&mut out, "REFRESH-INTERVAL;VALUE=DURATION:PT15M");
    for entry in entries {
        line(&mut out, "BEGIN:VEVENT");
        let seed = format!("{} {} {}", asked.environment, entry.key, moment_of(entry));
        let uid = hex::encode(&Sha256::digest(seed)[..16]);
        line(&mut out, &format!("UID:{uid}@tagwarden"));
        line(&mut out, &format!("DTSTAMP:{}", utc(asked.now)));
        line(&mut out, &format!("DTSTART:{}", utc(entry.from)));
        line(&mut out, &format!("DTEND:{}", utc(entry.to)));
        line(&mut out, &format!("SUMMARY:{}", escaped(&entry.summary)));
        line(&mut out, &format!("CATEGORIES:{}", entry.category));
        line(&mut out, if entry.busy { "TRANSP:OPAQUE" } else { "TRANSP:TRANSPARENT" });
        if let Some(link) = entry.link {
            line(&mut out, &format!("URL:{}", safe(link)));
        }
        line(&mut out, "END:VEVENT");
    }
    line(&mut out, "END:VCALENDAR");
    out
}

/// Returns what of an entry's time belongs to its id: a release is the same wherever it moves.
fn moment_of(entry: &Entry<'_>) -> String {
    if entry.category == "RELEASE" { String::new() } else { utc(entry.from) }
}

fn utc(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Appends a line, folded between characters.
fn line(out: &mut String, text: &str) {
    let mut length = 0;
    for c in text.chars() {
        if length + c.len_utf8() > LONGEST_LINE {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::feed::{FeedRules, read_feed};
    use crate::domain::calendar::{WeekTime, Window};
    use crate::messages::Language;

    #[test]
    fn what_is_closed_is_read_back_as_closed_and_slots_and_releases_leave_people_free() {
        let edge = |text| WeekTime::parse(text).unwrap();
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let name = "week-end; très long, avec des accents é et une virgule, pour que la ligne soit pliée";
        let school = Calendar {
            name: "school".into(),
            zone: paris.clone(),
            closed: vec![Window::weekly(name, edge("Fri 16:00"), edge("Mon 07:00")).unwrap()],
            open: Vec::new(),
            freezes: Vec::new(),
            feeds: Vec::new(),
        };
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let now = at("2026-11-25T09:00:00Z");
        let release = Planned {
            id: 12,
            tag: "v1.4.2".into(),
            from: at("2026-11-30T06:00:00Z"),
            to: at("2026-11-30T06:45:00Z"),
            waits: true,
            link: "https://release.example.org/releases/12".into(),
        };
        let asked = FeedOut {
            environment: "production",
            calendars: &[&school],
            room: Duration::from_secs(2700),
            releases: &[release],
            now,
        };
        let text = feed_out(Voice(Language::Fr), &asked);
        assert!(text.split("\r\n").all(|line| line.len() <= LONGEST_LINE), "{text}");
        assert!(text.contains("SUMMARY:Version v1.4.2\\, si toutes"), "{text}");
        let read = read_feed(text.as_bytes(), &FeedRules::default(), &paris, now).unwrap();
        assert_eq!(read.malformed, []);
        let stretches = read.stretches(now, at("2026-12-05T23:00:00Z"));
        let expected = [
            ("2026-11-27T15:00:00Z", "2026-11-30T06:00:00Z"),
            ("2026-12-04T15:00:00Z", "2026-12-07T06:00:00Z"),
        ];
        let found: Vec<_> = stretches.iter().map(|one| (one.from, one.to)).collect();
        assert_eq!(found, expected.map(|(from, to)| (at(from), at(to))));
        // Made again later, an entry that stays has the same id.
        let again = feed_out(Voice(Language::Fr), &FeedOut { now: at("2026-11-25T10:00:00Z"), ..asked });
        let ids = |text: &str| -> Vec<String> {
            text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
        };
        assert_eq!(ids(&text)[3..], ids(&again)[3..]);
    }
}
