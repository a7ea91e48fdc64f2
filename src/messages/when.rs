//! Instants and lengths of time as people say them, always with the weekday and the offset.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::{Language, safe};

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_FR: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// French months cannot be cut after three letters: juin and juillet would be the same.
const SHORT_MONTHS_FR: [&str; 12] =
    ["janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc"];

/// Returns an instant as a clock in `zone` shows it: `Monday 30 November 2026, 07:00 (+01:00)`.
pub fn instant(language: Language, at: Timestamp, zone: &TimeZone) -> String {
    let shown = at.to_zoned_datetime(zone.clone());
    let month = usize::try_from(shown.month() - 1).unwrap_or(0);
    let day = weekday(language, shown.weekday());
    let seconds = if shown.second() == 0 { String::new() } else { format!(":{:02}", shown.second()) };
    let clock = format!("{:02}:{:02}{seconds}", shown.hour(), shown.minute());
    let offset = offset(&shown.offset());
    match language {
        Language::En => {
            format!("{day} {} {} {}, {clock} ({offset})", shown.day(), MONTHS_EN[month], shown.year())
        }
        Language::Fr => {
            let date = if shown.day() == 1 { "1er".to_owned() } else { shown.day().to_string() };
            format!("{day} {date} {} {} à {clock} ({offset})", MONTHS_FR[month], shown.year())
        }
    }
}

/// Returns an instant for tables and logs: `Fri 2026-11-27 17:05:12 +01:00`, without seconds when there are none.
pub fn short(language: Language, at: Timestamp, zone: &TimeZone) -> String {
    let shown = at.to_zoned_datetime(zone.clone());
    let day: String = weekday(language, shown.weekday()).chars().take(3).collect();
    let seconds = if shown.second() == 0 { String::new() } else { format!(":{:02}", shown.second()) };
    let clock = format!("{:02}:{:02}{seconds}", shown.hour(), shown.minute());
    format!("{day} {} {clock} {}", shown.date(), offset(&shown.offset()))
}

/// Returns a day, short: `Fri 27 Nov`, with the year when asked for.
pub fn day(language: Language, at: &jiff::ZonedDateTime, year: bool) -> String {
    const SHORT_EN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const SHORT_FR: [&str; 12] =
        ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
    let month = usize::try_from(at.month() - 1).unwrap_or(0);
    let (month, dot) = match language {
        Language::En => (SHORT_EN[month], ""),
        Language::Fr => (SHORT_FR[month], "."),
    };
    let weekday: String = weekday(language, at.weekday()).chars().take(3).collect();
    let year = if year { format!(" {}", at.year()) } else { String::new() };
    format!("{weekday}{dot} {} {month}{year}", at.day())
}

/// Returns a date in few letters, always eleven wide: `Mon 30 Nov `.
pub fn short_date(language: Language, date: jiff::civil::Date) -> String {
    let month = usize::try_from(date.month() - 1).unwrap_or(0);
    let (day, month) = match language {
        Language::En => (weekday(language, date.weekday()), &MONTHS_EN[month][..3]),
        Language::Fr => (weekday(language, date.weekday()), SHORT_MONTHS_FR[month]),
    };
    let short: String = day.chars().take(3).collect();
    format!("{:<11}", format!("{short} {:>2} {month}", date.day()))
}

fn weekday(language: Language, day: Weekday) -> &'static str {
    let (en, fr) = match day {
        Weekday::Monday => ("Monday", "lundi"),
        Weekday::Tuesday => ("Tuesday", "mardi"),
        Weekday::Wednesday => ("Wednesday", "mercredi"),
        Weekday::Thursday => ("Thursday", "jeudi"),
        Weekday::Friday => ("Friday", "vendredi"),
        Weekday::Saturday => ("Saturday", "samedi"),
        Weekday::Sunday => ("Sunday", "dimanche"),
    };
    match language {
        Language::En => en,
        Language::Fr => fr,
    }
}

/// Returns an offset from UTC: `+01:00`.
pub fn offset(offset: &jiff::tz::Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Returns a length of time in words, in its two largest units: `1 hour 30 minutes`.
pub fn length(language: Language, length: Duration) -> String {
    let total = length.as_secs();
    let parts = [
        (total / 86_400, ["day", "days", "jour", "jours"]),
        (total / 3600 % 24, ["hour", "hours", "heure", "heures"]),
        (total / 60 % 60, ["minute", "minutes", "minute", "minutes"]),
        (total % 60, ["second", "seconds", "seconde", "secondes"]),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .take(2)
        .map(|(count, words)| counted(language, *count, *words))
        .collect();
    if said.is_empty() {
        counted(language, 0, ["second", "seconds", "seconde", "secondes"])
    } else {
        said.join(" ")
    }
}

/// Returns a count with its word: English one and many, French one and many.
pub fn counted(language: Language, count: u64, words: [&str; 4]) -> String {
    let word = match (language, count) {
        (Language::En, 1) => words[0],
        (Language::En, _) => words[1],
        // French says "0 seconde".
        (Language::Fr, 0 | 1) => words[2],
        (Language::Fr, _) => words[3],
    };
    format!("{count} {word}")
}

/// Returns the value of a placeholder that holds a time: an instant with or without a zone in brackets.
pub(super) fn spelled(language: Language, value: &str) -> String {
    if let Ok(zoned) = value.parse::<jiff::ZonedDateTime>() {
        return instant(language, zoned.timestamp(), zoned.time_zone());
    }
    match value.parse::<Timestamp>() {
        Ok(at) => instant(language, at, &TimeZone::UTC),
        Err(_) => safe(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_said_with_weekday_and_offset_in_both_languages() {
        let zoned = "2026-11-30T07:00:00+01:00[Europe/Paris]";
        assert_eq!(spelled(Language::En, zoned), "Monday 30 November 2026, 07:00 (+01:00)");
        assert_eq!(spelled(Language::Fr, zoned), "lundi 30 novembre 2026 à 07:00 (+01:00)");
        assert_eq!(
            spelled(Language::Fr, "2026-07-01T06:00:05Z"),
            "mercredi 1er juillet 2026 à 06:00:05 (+00:00)"
        );
        assert_eq!(spelled(Language::En, "soon\u{1b}"), "soon\\u{1b}");
    }

    #[test]
    fn a_short_instant_keeps_weekday_and_offset() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(short(Language::En, at("2026-11-27T16:05:12Z"), &zone), "Fri 2026-11-27 17:05:12 +01:00");
        assert_eq!(short(Language::Fr, at("2026-07-01T06:00:00Z"), &zone), "mer 2026-07-01 08:00 +02:00");
    }

    #[test]
    fn a_length_is_said_in_its_two_largest_units() {
        for (seconds, en, fr) in [
            (0, "0 seconds", "0 seconde"),
            (45 * 60, "45 minutes", "45 minutes"),
            (5400, "1 hour 30 minutes", "1 heure 30 minutes"),
            (90_061, "1 day 1 hour", "1 jour 1 heure"),
        ] {
            let asked = Duration::from_secs(seconds);
            assert_eq!((length(Language::En, asked), length(Language::Fr, asked)), (en.into(), fr.into()));
        }
    }
}
