//! What one event of a feed says: when it is, how it comes back, and whether it counts.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::component::Component;
use super::line::{Property, list, plain};
use super::rule::Rule;
use super::time::{Length, Moment, When, length, moment};
use super::zone::Zones;
use super::{Fault, Malformed};

/// The longest that one event may last, in days; ten years hold every holiday and every mistake is longer.
const LONGEST: i32 = 3660;

/// One event, or one changed instance of a series.
#[derive(Debug, Clone)]
pub struct Event {
    pub line: usize,
    pub uid: Option<String>,
    pub sequence: i64,
    pub start: When,
    pub length: Length,
    pub rules: Vec<Rule>,
    /// Instances besides those of the rules.
    pub also: Vec<(When, Option<Length>)>,
    /// Instances that are taken out.
    pub except: Vec<When>,
    /// The instance that this one stands for, and whether it stands for all that follow too.
    pub instead: Option<(When, bool)>,
    pub cancelled: bool,
    /// Whether it leaves its people free.
    pub free: bool,
    pub summary: String,
    pub categories: Vec<String>,
}

/// What the events of a file are read with.
pub struct Reader<'a> {
    pub zones: Zones,
    /// The zone of whole days and of times that name none.
    pub home: &'a TimeZone,
}

/// The properties that can only be understood once the start is known.
#[derive(Default)]
struct Later<'a> {
    rules: Vec<(usize, &'a str)>,
    end: Option<(usize, When)>,
    duration: Option<(usize, &'a str)>,
}

impl Reader<'_> {
    /// Returns the event in a component `VEVENT`.
    ///
    /// # Errors
    /// What in it is not understood, with its line.
    pub fn event(&mut self, component: &Component<'_>) -> Result<Event, Malformed> {
        let at = |line: usize| move |fault: Fault| Malformed { line, fault };
        let mut start: Option<When> = None;
        let mut later = Later::default();
        let mut event = blank(component.line, When::Day(jiff::civil::Date::MIN));
        for (line, property) in component.properties() {
            let value = property.value.trim();
            match property.name.to_ascii_uppercase().as_str() {
                "DTSTART" => {
                    if start.is_some() {
                        return Err(at(line)(Fault::Twice));
                    }
                    start = Some(self.when(&property, value).map_err(at(line))?);
                }
                "DTEND" => later.end = Some((line, self.when(&property, value).map_err(at(line))?)),
                "DURATION" => later.duration = Some((line, value)),
                "RRULE" => later.rules.push((line, value)),
                "RDATE" => {
                    for one in value.split(',') {
                        event.also.push(self.extra(&property, one).map_err(at(line))?);
                    }
                }
                "EXDATE" => {
                    for one in value.split(',') {
                        event.except.push(self.when(&property, one).map_err(at(line))?);
                    }
                }
                "RECURRENCE-ID" => {
                    let following =
                        property.parameter("RANGE").is_some_and(|r| r.eq_ignore_ascii_case("THISANDFUTURE"));
                    event.instead = Some((self.when(&property, value).map_err(at(line))?, following));
                }
                _ => about(&mut event, &property, value),
            }
        }
        event.start = start.ok_or_else(|| at(component.line)(Fault::NoStart))?;
        self.finish(event, &later)
    }

    /// Adds what depends on the start.
    fn finish(&self, mut event: Event, later: &Later<'_>) -> Result<Event, Malformed> {
        let at = |line: usize| move |fault: Fault| Malformed { line, fault };
        let whole_day = matches!(event.start, When::Day(_));
        event.length = match (&later.end, later.duration) {
            (Some((line, end)), _) => self.until(&event.start, end).map_err(at(*line))?,
            (None, Some((line, text))) => {
                let length = length(text).ok_or_else(|| at(line)(Fault::Duration(text.to_owned())))?;
                if whole_day && length.seconds > 0 {
                    return Err(at(line)(Fault::Mixed));
                }
                length
            }
            (None, None) if whole_day => Length { days: 1, seconds: 0 },
            (None, None) => Length::NONE,
        };
        if event.length.most_days() > LONGEST {
            return Err(at(event.line)(Fault::TooLong));
        }
        for (line, text) in &later.rules {
            let rule = Rule::parse(text, event.start.wall(), whole_day);
            event.rules.push(rule.ok_or_else(|| at(*line)(Fault::Rule((*text).to_owned())))?);
        }
        Ok(event)
    }

    /// Returns the busy stretches of a component `VFREEBUSY`, one event each.
    ///
    /// # Errors
    /// What in it is not understood, with its line.
    pub fn busy(&mut self, component: &Component<'_>) -> Result<Vec<Event>, Malformed> {
        let mut events = Vec::new();
        for (line, property) in component.properties().filter(|(_, property)| property.is("FREEBUSY")) {
            for period in property.value.split(',') {
                let (start, length) =
                    self.extra(&property, period).map_err(|fault| Malformed { line, fault })?;
                let free = property.parameter("FBTYPE").is_some_and(|kind| kind.eq_ignore_ascii_case("FREE"));
                events.push(Event { length: length.unwrap_or(Length::NONE), free, ..blank(line, start) });
            }
        }
        Ok(events)
    }

    /// Returns the moment in a value, in the zone that its property names.
    fn when(&mut self, property: &Property<'_>, value: &str) -> Result<When, Fault> {
        match moment(value).ok_or_else(|| Fault::Time(value.trim().to_owned()))? {
            Moment::Day(date) => Ok(When::Day(date)),
            Moment::Utc(wall) => Ok(When::At(wall, TimeZone::UTC)),
            Moment::Wall(wall) => Ok(When::At(wall, self.zone(property)?)),
        }
    }

    fn zone(&mut self, property: &Property<'_>) -> Result<TimeZone, Fault> {
        match property.parameter("TZID") {
            None => Ok(self.home.clone()),
            Some(name) => self.zones.find(name).ok_or_else(|| Fault::Zone(name.to_owned())),
        }
    }

    /// Returns a date of a list, or a period: `start/end` or `start/duration`.
    fn extra(&mut self, property: &Property<'_>, value: &str) -> Result<(When, Option<Length>), Fault> {
        let Some((start, end)) = value.split_once('/') else {
            return Ok((self.when(property, value)?, None));
        };
        let start = self.when(property, start)?;
        let length = match length(end) {
            Some(length) => length,
            None => {
                let end = self.when(property, end)?;
                self.until(&start, &end)?
            }
        };
        if length.most_days() > LONGEST { Err(Fault::TooLong) } else { Ok((start, Some(length))) }
    }

    /// Returns the length of what starts and ends at these moments.
    fn until(&self, start: &When, end: &When) -> Result<Length, Fault> {
        match (start, end) {
            (When::Day(start), When::Day(end)) => {
                let days = super::days::number(*end) - super::days::number(*start);
                // Some programs write the day of a whole-day event itself as its end.
                if days < 0 { Err(Fault::Backwards) } else { Ok(Length { days: days.max(1), seconds: 0 }) }
            }
            (When::At(..), When::At(..)) => {
                let (Some(start), Some(end)) = (start.instant(self.home), end.instant(self.home)) else {
                    return Err(Fault::TooLong);
                };
                let seconds = start.duration_until(end).as_secs();
                if seconds < 0 { Err(Fault::Backwards) } else { Ok(Length { days: 0, seconds }) }
            }
            (When::Day(_), When::At(..)) | (When::At(..), When::Day(_)) => Err(Fault::Mixed),
        }
    }
}

fn blank(line: usize, start: When) -> Event {
    Event {
        line,
        uid: None,
        sequence: 0,
        start,
        length: Length::NONE,
        rules: Vec::new(),
        also: Vec::new(),
        except: Vec::new(),
        instead: None,
        cancelled: false,
        free: false,
        summary: String::new(),
        categories: Vec::new(),
    }
}

/// Takes what says whether the event counts.
fn about(event: &mut Event, property: &Property<'_>, value: &str) {
    if property.is("UID") {
        event.uid = Some(value.to_owned());
    } else if property.is("SEQUENCE") {
        event.sequence = value.parse().unwrap_or(0);
    } else if property.is("STATUS") {
        event.cancelled = value.eq_ignore_ascii_case("CANCELLED");
    } else if property.is("TRANSP") {
        event.free |= value.eq_ignore_ascii_case("TRANSPARENT");
    } else if property.is("X-MICROSOFT-CDO-BUSYSTATUS") {
        event.free |= value.eq_ignore_ascii_case("FREE");
    } else if property.is("SUMMARY") {
        event.summary = plain(value);
    } else if property.is("CATEGORIES") {
        event.categories.extend(list(value));
    }
}

impl Event {
    /// Returns the wall time at which a series begins.
    pub fn wall(&self) -> DateTime {
        self.start.wall()
    }

    /// Returns whether it comes more than once.
    pub fn repeats(&self) -> bool {
        !self.rules.is_empty() || !self.also.is_empty()
    }
}
