//! Who reads a page: in which language, at what time, in which zone; and how times and sentences are put for them.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::domain::notice::Notice;
use crate::messages::{Worded, when};
use crate::web::voice::Voice;

/// Somebody who is signed in and reads a page.
#[derive(Debug)]
pub struct Reader<'a> {
    /// How the person is spoken to.
    pub voice: Voice,
    /// What ages are reckoned from.
    pub now: Timestamp,
    /// Who it is.
    pub person: &'a str,
    /// What every form carries.
    pub csrf: &'a str,
    zone: TimeZone,
}

impl<'a> Reader<'a> {
    /// Returns the reader of a page about times in the zone with this name.
    pub fn new(voice: Voice, now: Timestamp, zone: &str, person: &'a str, csrf: &'a str) -> Self {
        Self { voice, now, person, csrf, zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC) }
    }

    /// Returns the same reader, for times in another zone.
    pub fn in_zone(&self, zone: &str) -> Reader<'a> {
        Reader::new(self.voice, self.now, zone, self.person, self.csrf)
    }

    /// Returns the text `id`.
    pub fn text(&self, id: &str) -> String {
        self.voice.text(id)
    }

    /// Returns the sentence of a notice, with its times in the reader's zone.
    pub fn say(&self, notice: &Notice) -> String {
        self.word(notice).what
    }

    /// Returns a notice in words, with its times in the reader's zone.
    pub fn word(&self, notice: &Notice) -> Worded {
        self.voice.word(&notice.clone().in_zone(&self.zone))
    }

    /// Returns an instant, short: the hour on the same day, else day and hour; the whole of it stands in the title.
    pub fn moment(&self, at: Timestamp) -> Markup {
        let (shown, today) =
            (at.to_zoned_datetime(self.zone.clone()), self.now.to_zoned_datetime(self.zone.clone()));
        let offset = when::offset(&shown.offset());
        let clock = format!("{:02}:{:02} {offset}", shown.hour(), shown.minute());
        let text = if shown.date() == today.date() {
            clock
        } else {
            let day = when::day(self.voice.0, &shown, shown.year() != today.year());
            format!("{day}, {clock}")
        };
        html! { time datetime=(at.to_string()) title=(when::instant(self.voice.0, at, &self.zone)) { (text) } }
    }

    /// Returns an instant with its seconds, as logs show it.
    pub fn precise(&self, at: Timestamp) -> Markup {
        let shown = at.to_zoned_datetime(self.zone.clone());
        let offset = when::offset(&shown.offset());
        let text = format!("{:02}:{:02}:{:02} {offset}", shown.hour(), shown.minute(), shown.second());
        html! { time datetime=(at.to_string()) title=(when::instant(self.voice.0, at, &self.zone)) { (text) } }
    }

    /// Returns how long ago, or in how long.
    pub fn distance(&self, at: Timestamp) -> String {
        let ahead = at > self.now;
        let (from, to) = if ahead { (self.now, at) } else { (at, self.now) };
        let id = if ahead { "page-in" } else { "page-ago" };
        self.voice.say(&Notice::new(id).with("length", self.length(from, to)))
    }

    /// Returns the time between two instants, no finer than people ask for.
    pub fn length(&self, from: Timestamp, to: Timestamp) -> String {
        let seconds = Duration::try_from(from.duration_until(to)).unwrap_or_default().as_secs();
        let coarse = match seconds {
            0..60 => seconds,
            60..86_400 => seconds / 60 * 60,
            86_400.. => seconds / 3600 * 3600,
        };
        when::length(self.voice.0, Duration::from_secs(coarse))
    }

    /// Returns the time that a step took, to the second.
    pub fn took(&self, from: Timestamp, to: Timestamp) -> String {
        let length = Duration::try_from(from.duration_until(to)).unwrap_or_default();
        when::length(self.voice.0, Duration::from_secs(length.as_secs()))
    }
}
