//! The components of an iCalendar file: which lines belong to which event or time zone.

use super::line::{Line, Property, lines};
use super::{Fault, Malformed, Unreadable};

/// The components that stand directly in a calendar.
const KINDS: [&str; 5] = ["VEVENT", "VTIMEZONE", "VFREEBUSY", "VTODO", "VJOURNAL"];

/// One component with all its lines, those of inner components included.
#[derive(Debug)]
pub struct Component<'a> {
    /// Its kind in capitals.
    pub kind: &'static str,
    /// The line on which it begins.
    pub line: usize,
    /// What stands in it.
    pub lines: Vec<Line<'a>>,
}

impl Component<'_> {
    /// Returns the properties of the component itself, with their lines.
    pub fn properties(&self) -> impl Iterator<Item = (usize, Property<'_>)> {
        let mut depth = 0_usize;
        self.lines.iter().filter_map(move |line| {
            let property = Property::split(&line.text)?;
            let at = depth;
            if property.is("BEGIN") {
                depth += 1;
                return None;
            }
            if property.is("END") {
                depth = depth.saturating_sub(1);
                return None;
            }
            (at == 0).then_some((line.number, property))
        })
    }
}

/// Hands every component of `bytes` to `each`, and returns those that do not end.
///
/// # Errors
/// It is no calendar, or its end is missing: then the rest of it may be missing too.
pub fn scan<'a>(bytes: &'a [u8], mut each: impl FnMut(&Component<'a>)) -> Result<Vec<Malformed>, Unreadable> {
    let mut broken = Vec::new();
    let mut within: Option<Component<'a>> = None;
    let mut inner: Vec<String> = Vec::new();
    let (mut inside, mut seen) = (false, false);
    for line in lines(bytes) {
        let Some(property) = Property::split(&line.text) else { continue };
        let value = property.value.trim();
        if property.is("BEGIN") {
            let kind = KINDS.into_iter().find(|kind| kind.eq_ignore_ascii_case(value));
            if value.eq_ignore_ascii_case("VCALENDAR") {
                if inside {
                    return Err(Unreadable::Cut);
                }
                (inside, seen) = (true, true);
                continue;
            } else if let (true, Some(kind)) = (inside, kind) {
                give_up(&mut within, &mut broken);
                inner.clear();
                within = Some(Component { kind, line: line.number, lines: Vec::new() });
                continue;
            }
            inner.push(value.to_ascii_uppercase());
        } else if property.is("END") {
            if value.eq_ignore_ascii_case("VCALENDAR") {
                give_up(&mut within, &mut broken);
                inside = false;
                continue;
            }
            if within.as_ref().is_some_and(|component| component.kind.eq_ignore_ascii_case(value)) {
                if let Some(component) = within.take() {
                    each(&component);
                }
                inner.clear();
                continue;
            }
            // The end of something that never began means nothing.
            let Some(place) = inner.iter().rposition(|open| open.eq_ignore_ascii_case(value)) else {
                continue;
            };
            inner.truncate(place);
        }
        if let Some(component) = &mut within {
            component.lines.push(line);
        }
    }
    if !seen {
        return Err(Unreadable::NoCalendar);
    }
    if inside { Err(Unreadable::Cut) } else { Ok(broken) }
}

/// Reports an event that another component interrupts.
fn give_up(within: &mut Option<Component<'_>>, broken: &mut Vec<Malformed>) {
    if let Some(component) = within.take()
        && component.kind == "VEVENT"
    {
        broken.push(Malformed { line: component.line, fault: Fault::NotEnded });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Result<(Vec<(String, usize)>, usize), Unreadable> {
        let mut seen = Vec::new();
        let broken = scan(text.as_bytes(), |component| {
            seen.push((component.kind.to_owned(), component.properties().count()));
        })?;
        Ok((seen, broken.len()))
    }

    #[test]
    fn what_an_alarm_says_is_not_said_by_its_event() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nBEGIN:VALARM\nUID:2\nEND:VALARM\nDTSTART:x\n\
                    END:VEVENT\nEND:VCALENDAR\n";
        assert_eq!(kinds(text), Ok((vec![("VEVENT".into(), 2)], 0)));
    }

    #[test]
    fn an_event_without_an_end_is_reported_and_the_next_one_counts() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nBEGIN:VEVENT\nUID:2\nEND:VEVENT\nEND:VCALENDAR";
        assert_eq!(kinds(text), Ok((vec![("VEVENT".into(), 1)], 1)));
    }

    #[test]
    fn what_is_no_calendar_or_cut_off_is_not_read() {
        for text in ["", "<html><body>Sign in: here</body></html>", "BEGIN:VEVENT\nEND:VEVENT\n"] {
            assert_eq!(kinds(text), Err(Unreadable::NoCalendar), "{text}");
        }
        for text in ["BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\n", "BEGIN:VCALENDAR\nBEGIN:VCALENDAR\n"] {
            assert_eq!(kinds(text), Err(Unreadable::Cut), "{text}");
        }
    }
}
