//! Which time zone a feed means by a name.
//!
//! Names are looked up in this order: the time zone database (also behind the prefixes that some programs write),
//! the names of Windows, the location that the file's own definition gives, and the definition itself. A definition
//! comes after the names because it is often cut down to the year of its event. What is left is unknown; nothing is
//! ever taken for UTC.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::component::Component;
use super::line::Property;
use super::windows;

/// The zones of one file.
#[derive(Debug, Default)]
pub struct Zones {
    defined: HashMap<String, Definition>,
    found: HashMap<String, Option<TimeZone>>,
}

/// What a file says of a zone of its own.
#[derive(Debug, Default)]
struct Definition {
    location: Option<String>,
    standard: Vec<Part>,
    daylight: Vec<Part>,
}

/// A part of a definition: from when on, and every year at which time, which offset counts.
#[derive(Debug, Default, Clone)]
struct Part {
    start: String,
    offset: String,
    rule: Option<String>,
}

impl Zones {
    /// Adds a component `VTIMEZONE`.
    pub fn define(&mut self, component: &Component<'_>) {
        let mut id = None;
        let mut definition = Definition::default();
        let mut open: Option<(bool, Part)> = None;
        for line in &component.lines {
            let Some(property) = Property::split(&line.text) else { continue };
            let value = property.value.trim();
            if property.is("BEGIN") {
                open = Some((value.eq_ignore_ascii_case("DAYLIGHT"), Part::default()));
            } else if property.is("END") {
                match open.take() {
                    Some((true, part)) => definition.daylight.push(part),
                    Some((false, part)) => definition.standard.push(part),
                    None => {}
                }
            } else if let Some((_, part)) = &mut open {
                part.take(&property);
            } else if property.is("TZID") {
                id = Some(value.trim_matches('"').to_owned());
            } else if property.is("X-LIC-LOCATION") {
                definition.location = Some(value.to_owned());
            }
        }
        if let Some(id) = id {
            self.defined.insert(id, definition);
        }
    }

    /// Returns the zone that `name` means; `None` when nobody knows.
    pub fn find(&mut self, name: &str) -> Option<TimeZone> {
        if let Some(known) = self.found.get(name) {
            return known.clone();
        }
        let definition = self.defined.get(name);
        let zone = known(name)
            .or_else(|| definition?.location.as_deref().and_then(known))
            .or_else(|| definition?.zone());
        self.found.insert(name.to_owned(), zone.clone());
        zone
    }
}

/// Returns the zone with this name, of the database or of Windows.
fn known(name: &str) -> Option<TimeZone> {
    let database = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-' | b'/');
        (!name.is_empty() && name.bytes().all(plain)).then(|| TimeZone::get(name).ok()).flatten()
    };
    let mut rest = name.trim();
    if let Some(zone) = database(rest).or_else(|| windows::iana(rest).and_then(database)) {
        return Some(zone);
    }
    // Such as /mozilla.org/20070129_1/Europe/Paris or /freeassociation.sourceforge.net/Europe/Paris.
    while let Some((_, shorter)) = rest.split_once('/') {
        // A region alone is no zone, but `GMT` or `Cuba` at the end of a path would be found by chance.
        if shorter.contains('/')
            && let Some(zone) = database(shorter)
        {
            return Some(zone);
        }
        rest = shorter;
    }
    None
}

impl Part {
    fn take(&mut self, property: &Property<'_>) {
        let value = property.value.trim();
        if property.is("DTSTART") {
            self.start = value.to_owned();
        } else if property.is("TZOFFSETTO") {
            self.offset = value.to_owned();
        } else if property.is("RRULE") {
            self.rule = Some(value.to_ascii_uppercase());
        }
    }

    /// Returns whether this part still changes the clocks every year.
    fn lasts(&self) -> bool {
        self.rule.as_ref().is_some_and(|rule| !rule.contains("UNTIL=") && !rule.contains("COUNT="))
    }

    /// Returns the offset in the form of a POSIX zone, whose sign is the other way round.
    fn posix_offset(&self) -> Option<String> {
        let (sign, digits) = match self.offset.split_at_checked(1)? {
            ("-", digits) => ('+', digits),
            ("+", digits) => ('-', digits),
            _ => return None,
        };
        let good = matches!(digits.len(), 4 | 6) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = digits.get(4..).filter(|rest| !rest.is_empty()).unwrap_or("00");
        good.then(|| format!("{sign}{}:{}:{seconds}", &digits[..2], &digits[2..4]))
    }

    /// Returns when in the year it begins: `M3.5.0/02:00:00`.
    fn posix_date(&self) -> Option<String> {
        let rule = self.rule.as_deref()?;
        let value = |key: &str| {
            rule.split(';')
                .find_map(|part| part.split_once('=').filter(|(name, _)| *name == key))
                .map(|(_, v)| v)
        };
        if value("FREQ") != Some("YEARLY") || value("INTERVAL").is_some_and(|interval| interval != "1") {
            return None;
        }
        let month: u8 = value("BYMONTH")?.parse().ok()?;
        let by_day = value("BYDAY")?;
        let (ordinal, day) = by_day.split_at_checked(by_day.len().checked_sub(2)?)?;
        let day = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"].iter().position(|name| *name == day)?;
        let week = match (ordinal, value("BYMONTHDAY")) {
            // Seven days in a row hold every weekday once: 8 to 14 is the second.
            ("", Some(days)) => {
                let days: Vec<u8> = days.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
                let first = *days.iter().min()?;
                let whole =
                    days.len() == 7 && days.iter().max().copied() == first.checked_add(6) && first % 7 == 1;
                whole.then_some(first / 7 + 1)?
            }
            ("-1", None) => 5,
            (ordinal, None) => ordinal.parse().ok().filter(|week| (1..=4).contains(week))?,
            (_, Some(_)) => return None,
        };
        let time = self.start.split_once('T').map(|(_, time)| time)?;
        let good = time.len() >= 6 && time.bytes().take(6).all(|byte| byte.is_ascii_digit());
        good.then(|| format!("M{month}.{week}.{day}/{}:{}:{}", &time[..2], &time[2..4], &time[4..6]))
    }
}

impl Definition {
    /// Returns the zone as its newest parts define it; `None` when they do it in a way that is not understood.
    fn zone(&self) -> Option<TimeZone> {
        let newest = |parts: &[Part]| parts.iter().max_by(|a, b| a.start.cmp(&b.start)).cloned();
        let standard = newest(&self.standard)?;
        let offset = standard.posix_offset()?;
        let Some(daylight) = newest(&self.daylight).filter(Part::lasts) else {
            return TimeZone::posix(&format!("<std>{offset}")).ok();
        };
        let summer = daylight.posix_offset()?;
        let (from, to) = (daylight.posix_date()?, standard.posix_date()?);
        TimeZone::posix(&format!("<std>{offset}<dst>{summer},{from},{to}")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::component::scan;
    use super::*;

    fn zones(definition: &str) -> Zones {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\n{definition}\nEND:VTIMEZONE\nEND:VCALENDAR\n");
        let mut zones = Zones::default();
        scan(text.as_bytes(), |component| zones.define(component)).unwrap();
        zones
    }

    const OUTLOOK: &str = "TZID:Customized Time Zone\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\n\
        TZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nBEGIN:DAYLIGHT\n\
        DTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n\
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT";

    #[test]
    fn names_of_the_database_of_programs_and_of_windows_are_known() {
        let mut zones = Zones::default();
        for (name, iana) in [
            ("Europe/Paris", "Europe/Paris"),
            ("europe/paris", "Europe/Paris"),
            ("/mozilla.org/20070129_1/Europe/Paris", "Europe/Paris"),
            (
                "/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires",
                "America/Argentina/Buenos_Aires",
            ),
            ("Romance Standard Time", "Europe/Paris"),
            ("Eastern Standard Time", "America/New_York"),
        ] {
            assert_eq!(zones.find(name).as_ref().and_then(TimeZone::iana_name), Some(iana), "{name}");
        }
        for unknown in ["", "Paris", "Customized Time Zone", "../../etc/passwd", "/x/GMT", "Mars/Olympus"] {
            assert_eq!(zones.find(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_zone_that_only_the_file_defines_is_the_one_of_its_rules() {
        let own = zones(OUTLOOK).find("Customized Time Zone").unwrap();
        let paris = TimeZone::get("Europe/Paris").unwrap();
        for wall in ["2026-01-15T12:00", "2027-03-28T02:30", "2027-07-01T00:00", "2027-10-31T02:30"] {
            let wall = wall.parse().unwrap();
            let instant = |zone: &TimeZone| zone.to_ambiguous_timestamp(wall).compatible().unwrap();
            assert_eq!(instant(&own), instant(&paris), "{wall}");
        }
        let india = "TZID:Here\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETTO:+0530\nEND:STANDARD";
        let here = zones(india).find("Here").unwrap();
        assert_eq!(
            here.to_ambiguous_timestamp("2026-01-01T05:30".parse().unwrap())
                .compatible()
                .unwrap()
                .to_string(),
            "2026-01-01T00:00:00Z"
        );
    }

    #[test]
    fn a_definition_with_its_place_is_that_place_and_an_odd_one_is_unknown() {
        let placed = OUTLOOK.replace("BEGIN:STANDARD", "X-LIC-LOCATION:Africa/Cairo\nBEGIN:STANDARD");
        let found = zones(&placed).find("Customized Time Zone").unwrap();
        assert_eq!(found.iana_name(), Some("Africa/Cairo"));
        for (from, to) in
            [("BYDAY=-1SU", "BYDAY=-2SU"), ("+0100\nRRULE", "1\nRRULE"), (";BYMONTH=3", ""), ("T020000", "")]
        {
            let odd = OUTLOOK.replace(from, to);
            assert_ne!(odd, OUTLOOK);
            assert_eq!(zones(&odd).find("Customized Time Zone"), None, "{to}");
        }
    }
}
