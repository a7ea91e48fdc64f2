//! Feeds as programs really write them, hard cases of the standard, and files that must not be believed.

use jiff::SignedDuration;

use super::*;
use crate::domain::calendar::{Calendar, DayTime, ReasonKind, WeekTime, Window, read, weekday};

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-25T12:00:00Z")
}

/// Returns the busy stretches from a month before to a year after now, on the clocks of Paris.
fn busy(text: &str, rules: &FeedRules) -> Vec<String> {
    let read = read_feed(text.as_bytes(), rules, &paris(), now()).unwrap();
    shown(&read)
}

fn shown(busy: &Busy) -> Vec<String> {
    let day = SignedDuration::from_hours(24);
    let stretches = busy.stretches(now() - day * 30, now() + day * 365);
    let on_clock = |at: Timestamp| paris().to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string();
    stretches
        .iter()
        .map(|stretch| format!("{} to {}", on_clock(stretch.from), on_clock(stretch.to)))
        .collect()
}

/// Returns a file with one event of these lines.
fn event(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

#[track_caller]
fn closes(lines: &str, expected: &[&str]) {
    assert_eq!(busy(&event(lines), &FeedRules::default()), expected, "{lines}");
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/fixtures/feeds/", $name, ".ics"))
    };
}

#[test]
fn google_leaves_out_what_was_deleted_and_shows_what_was_moved() {
    let text = fixture!("google");
    assert_eq!(
        busy(text, &FeedRules::default()),
        [
            "2026-11-10 09:00 to 2026-11-10 10:30",
            "2026-11-24 14:00 to 2026-11-24 15:30",
            "2026-12-08 09:00 to 2026-12-08 10:30",
            "2026-12-15 09:00 to 2026-12-15 10:30",
        ]
    );
    let mut all = FeedRules::default();
    all.filter.only_busy = false;
    assert_eq!(busy(text, &all).last().unwrap(), "2026-12-25 00:00 to 2026-12-26 00:00");
}

#[test]
fn outlook_names_its_zones_in_its_own_way() {
    let text = fixture!("outlook");
    let stretches = busy(text, &FeedRules::default());
    assert_eq!(
        stretches[..3],
        [
            "2026-11-23 09:00 to 2026-11-23 12:00",
            "2026-11-25 09:00 to 2026-11-25 12:00",
            "2026-12-21 09:00 to 2026-12-21 12:00"
        ]
    );
    assert_eq!(stretches.last().unwrap(), "2027-07-01 10:00 to 2027-07-01 11:00");
}

#[test]
fn nextcloud_defines_zones_behind_its_events_and_floats() {
    let mut rules = FeedRules::default();
    rules.filter.categories = vec!["maintenance".into()];
    let text = fixture!("nextcloud");
    assert_eq!(
        busy(text, &rules)[..2],
        ["2026-11-26 22:00 to 2026-11-27 02:00", "2026-12-24 22:00 to 2026-12-25 02:00"]
    );
    rules.filter.categories = vec!["Netz".into()];
    assert_eq!(busy(text, &rules), ["2026-12-02 20:00 to 2026-12-02 22:00"]);
}

#[test]
fn zimbra_quotes_its_zones_and_also_says_when_people_are_busy() {
    assert_eq!(
        busy(fixture!("zimbra"), &FeedRules::default()),
        [
            "2026-11-24 17:00 to 2026-11-24 19:00",
            "2026-11-25 17:00 to 2026-11-25 19:00",
            "2026-11-27 17:00 to 2026-11-27 19:00",
            "2026-12-03 09:00 to 2026-12-03 11:00",
            "2026-12-04 09:00 to 2026-12-04 10:00",
        ]
    );
}

#[test]
fn a_school_export_breaks_lines_without_folding_and_ends_days_where_they_begin() {
    let text = fixture!("hyperplanning");
    assert_eq!(
        busy(text, &FeedRules::default()),
        ["2026-11-11 00:00 to 2026-11-12 00:00", "2026-11-27 08:30 to 2026-11-27 12:00"]
    );
    let mut exams = FeedRules { pad_before: Duration::from_secs(1800), ..FeedRules::default() };
    exams.pad_after = Duration::from_secs(600);
    exams.filter.summary = vec![Pattern::new("examen*")];
    assert_eq!(busy(text, &exams), ["2026-11-27 10:00 to 2026-11-27 12:10"]);
}

#[test]
fn bank_holidays_are_whole_days_of_the_calendars_own_zone() {
    assert_eq!(
        busy(fixture!("gov-uk"), &FeedRules::default()),
        ["2026-12-25 00:00 to 2026-12-26 00:00", "2026-12-28 00:00 to 2026-12-29 00:00"]
    );
}

#[test]
fn days_and_hours_of_a_length_are_kept_apart_when_the_clocks_change() {
    // The night to 28 March 2027 has an hour less.
    let start = "DTSTART;TZID=Europe/Paris:20270327T120000\r\n";
    closes(&format!("{start}DURATION:P1D"), &["2027-03-27 12:00 to 2027-03-28 12:00"]);
    closes(&format!("{start}DURATION:PT24H"), &["2027-03-27 12:00 to 2027-03-28 13:00"]);
    closes("DTSTART;VALUE=DATE:20270328", &["2027-03-28 00:00 to 2027-03-29 00:00"]);
    closes("DTSTART:20270328T120000Z", &[]);
}

#[test]
fn the_lost_hour_counts_an_hour_later_and_the_repeated_one_at_its_first_pass() {
    let hour = "DURATION:PT1H";
    closes(
        &format!("DTSTART;TZID=Europe/Paris:20270328T023000\r\n{hour}"),
        &["2027-03-28 03:30 to 2027-03-28 04:30"],
    );
    let series =
        event(&format!("DTSTART;TZID=Europe/Paris:20270327T023000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n{hour}"));
    let read = read_feed(series.as_bytes(), &FeedRules::default(), &paris(), now()).unwrap();
    assert_eq!(shown(&read)[1], "2027-03-28 03:30 to 2027-03-28 04:30");
    let lost = read.lost();
    assert_eq!((lost.len(), lost[0].start), (1, at("2027-03-28T01:30:00Z")));
    let repeated = event(&format!("DTSTART;TZID=Europe/Paris:20271031T023000\r\n{hour}"));
    let read = read_feed(repeated.as_bytes(), &FeedRules::default(), &paris(), now()).unwrap();
    let stretch = read.stretches(now(), at("2027-12-01T00:00:00Z"))[0];
    assert_eq!((stretch.from, stretch.to), (at("2027-10-31T00:30:00Z"), at("2027-10-31T01:30:00Z")));
}

#[test]
fn a_series_keeps_its_own_zone_and_one_in_utc_stays_there() {
    // New York changes two weeks before Paris.
    closes(
        "DTSTART;TZID=America/New_York:20270312T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=3",
        &[
            "2027-03-12 16:00 to 2027-03-12 17:00",
            "2027-03-19 15:00 to 2027-03-19 16:00",
            "2027-03-26 15:00 to 2027-03-26 16:00",
        ],
    );
    closes(
        "DTSTART:20270326T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=2",
        &["2027-03-26 10:00 to 2027-03-26 11:00", "2027-04-02 11:00 to 2027-04-02 12:00"],
    );
}

#[test]
fn an_instance_is_taken_out_by_its_instant_however_it_is_written() {
    let series = "DTSTART;TZID=Europe/Paris:20261201T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=2\r\n";
    let first = ["2026-12-01 09:00 to 2026-12-01 10:00"];
    for except in [
        "EXDATE:20261202T080000Z",
        "EXDATE;TZID=America/New_York:20261202T030000",
        "EXDATE:20261202T090000",
        "EXDATE;VALUE=DATE:20261202",
    ] {
        closes(&format!("{series}{except}"), &first);
    }
    closes(&format!("{series}EXDATE:20261202T090000Z"), &[first[0], "2026-12-02 09:00 to 2026-12-02 10:00"]);
    let days = "DTSTART;VALUE=DATE:20261201\r\nRRULE:FREQ=DAILY;COUNT=2\r\n";
    for except in ["EXDATE;VALUE=DATE:20261202", "EXDATE:20261201T230000Z", "EXDATE:20261202T000000"] {
        closes(&format!("{days}{except}"), &["2026-12-01 00:00 to 2026-12-02 00:00"]);
    }
}

#[test]
fn until_includes_the_instance_that_starts_on_it() {
    let series = "DTSTART;TZID=Europe/Paris:20261201T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;UNTIL=";
    let two = ["2026-12-01 09:00 to 2026-12-01 10:00", "2026-12-02 09:00 to 2026-12-02 10:00"];
    for until in ["20261202T080000Z", "20261202T090000", "20261202"] {
        closes(&format!("{series}{until}"), &two);
    }
    closes(&format!("{series}20261202T075959Z"), &two[..1]);
}

#[test]
fn added_instances_and_periods_count() {
    closes(
        "DTSTART:20261201T090000Z\r\nDTEND:20261201T100000Z\r\nRDATE:20261203T090000Z,20261204T090000Z\r\n\
         RDATE;VALUE=PERIOD:20261205T090000Z/PT2H,20261206T090000Z/20261206T093000Z",
        &[
            "2026-12-01 10:00 to 2026-12-01 11:00",
            "2026-12-03 10:00 to 2026-12-03 11:00",
            "2026-12-04 10:00 to 2026-12-04 11:00",
            "2026-12-05 10:00 to 2026-12-05 12:00",
            "2026-12-06 10:00 to 2026-12-06 10:30",
        ],
    );
}

#[test]
fn a_change_of_this_and_all_that_follow_moves_them() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Paris:20261201T090000\nDURATION:PT1H\n\
        RRULE:FREQ=DAILY;COUNT=4\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\n\
        RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Paris:20261203T090000\n\
        DTSTART;TZID=Europe/Paris:20261203T140000\nDURATION:PT30M\nEND:VEVENT\nEND:VCALENDAR\n";
    assert_eq!(
        busy(text, &FeedRules::default()),
        [
            "2026-12-01 09:00 to 2026-12-01 10:00",
            "2026-12-02 09:00 to 2026-12-02 10:00",
            "2026-12-03 14:00 to 2026-12-03 14:30",
            "2026-12-04 14:00 to 2026-12-04 14:30",
        ]
    );
}

#[test]
fn of_two_versions_of_an_event_the_newer_one_counts() {
    let version = |sequence: u8, day: u8| {
        format!(
            "BEGIN:VEVENT\nUID:1\nSEQUENCE:{sequence}\nDTSTART:202612{day:02}T090000Z\nDURATION:PT1H\nEND:VEVENT\n"
        )
    };
    let text = format!("BEGIN:VCALENDAR\n{}{}END:VCALENDAR\n", version(2, 2), version(1, 1));
    assert_eq!(busy(&text, &FeedRules::default()), ["2026-12-02 10:00 to 2026-12-02 11:00"]);
}

#[test]
fn hard_rules_come_out_as_the_standard_says() {
    let dates = |rule: &str| -> Vec<String> {
        let text = event(&format!("DTSTART;VALUE=DATE:20261201\r\nRRULE:{rule}"));
        let mut days: Vec<String> =
            busy(&text, &FeedRules::default()).iter().map(|one| one[5..10].to_owned()).collect();
        days.truncate(4);
        days
    };
    assert_eq!(dates("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"), ["12-01", "12-31", "01-29", "02-26"]);
    assert_eq!(dates("FREQ=MONTHLY;BYMONTHDAY=-1"), ["12-01", "12-31", "01-31", "02-28"]);
    assert_eq!(dates("FREQ=MONTHLY;BYMONTHDAY=31"), ["12-01", "12-31", "01-31", "03-31"]);
    assert_eq!(dates("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"), ["12-01", "08-13"]);
    assert_eq!(dates("FREQ=YEARLY;BYWEEKNO=1,20;BYDAY=MO"), ["12-01", "01-04", "05-17"]);
    assert_eq!(dates("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"), ["12-01", "03-28"]);
    assert_eq!(dates("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), ["12-01"]);
    assert_eq!(
        dates("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=4"),
        ["12-01", "12-13", "12-15", "12-27"]
    );
    assert_eq!(
        dates("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO;COUNT=4"),
        ["12-01", "12-06", "12-15", "12-20"]
    );
}

#[test]
fn what_is_malformed_is_named_with_its_line_and_closes_nothing() {
    for (lines, line, fault) in [
        ("SUMMARY:x", 2, Fault::NoStart),
        ("DTSTART:20261201T090000Z\r\nDTSTART:20261202T090000Z", 5, Fault::Twice),
        ("DTSTART:2026-12-01", 4, Fault::Time("2026-12-01".into())),
        ("DTSTART:20261201T090000Z\r\nDTEND:20261201T080000Z", 5, Fault::Backwards),
        ("DTSTART:20261201T090000Z\r\nDTEND;VALUE=DATE:20261202", 5, Fault::Mixed),
        ("DTSTART:20261201T090000Z\r\nDTEND:29991201T090000Z", 2, Fault::TooLong),
        ("DTSTART:20261201T090000Z\r\nDURATION:1h", 5, Fault::Duration("1h".into())),
        ("DTSTART;TZID=Mars:20261201T090000", 4, Fault::Zone("Mars".into())),
        ("DTSTART:20261201T090000Z\r\nRRULE:FREQ=SECONDLY", 5, Fault::Rule("FREQ=SECONDLY".into())),
        ("DTSTART:20261201T090000Z\r\nEXDATE:x", 5, Fault::Time("x".into())),
    ] {
        let rules = FeedRules { most_malformed: 100, ..FeedRules::default() };
        let read = read_feed(event(lines).as_bytes(), &rules, &paris(), now()).unwrap();
        assert_eq!(read.malformed, [Malformed { line, fault }]);
        assert_eq!(shown(&read), [""; 0]);
    }
}

#[test]
fn too_many_malformed_events_make_the_whole_feed_unreadable() {
    let good = "BEGIN:VEVENT\nDTSTART:20261201T090000Z\nDURATION:PT1H\nEND:VEVENT\n".repeat(9);
    let text = format!("BEGIN:VCALENDAR\n{good}BEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR\n");
    let with = |most| {
        read_feed(
            text.as_bytes(),
            &FeedRules { most_malformed: most, ..FeedRules::default() },
            &paris(),
            now(),
        )
    };
    assert_eq!(with(10).unwrap().malformed.len(), 1);
    let first = Malformed { line: 38, fault: Fault::NoStart };
    assert_eq!(with(9).unwrap_err(), Unreadable::TooMalformed { malformed: 1, of: 10, first });
}

#[test]
fn a_file_that_is_empty_cut_or_no_calendar_is_never_believed() {
    let unreadable =
        |text: &str| read_feed(text.as_bytes(), &FeedRules::default(), &paris(), now()).unwrap_err();
    assert_eq!(unreadable(""), Unreadable::NoCalendar);
    assert_eq!(unreadable("<html>Sign in</html>"), Unreadable::NoCalendar);
    assert_eq!(unreadable("BEGIN:VCALENDAR\nEND:VCALENDAR\n"), Unreadable::Empty);
    let whole = fixture!("google");
    for share in 1..20 {
        let cut = &whole[..whole.len() * share / 20];
        assert!(matches!(unreadable(cut), Unreadable::Cut | Unreadable::NoCalendar), "{share}");
    }
    let empty = FeedRules { may_be_empty: true, ..FeedRules::default() };
    assert_eq!(busy("BEGIN:VCALENDAR\nEND:VCALENDAR\n", &empty), [""; 0]);
}

#[test]
fn a_series_that_nobody_could_follow_is_not_followed() {
    let text = event("DTSTART:00010101T000000Z\r\nRRULE:FREQ=HOURLY;COUNT=4000000000");
    let read = read_feed(text.as_bytes(), &FeedRules::default(), &paris(), now());
    assert_eq!(read.unwrap_err(), Unreadable::TooMuch);
}

fn school(text: &str, day_before_holiday: bool) -> Calendar {
    let weekend = (WeekTime::parse("Fri 16:00").unwrap(), WeekTime::parse("Mon 07:00").unwrap());
    let rules = FeedRules { day_before_holiday, ..FeedRules::default() };
    let busy = read_feed(text.as_bytes(), &rules, &paris(), now()).unwrap();
    Calendar {
        name: "school".into(),
        zone: paris(),
        closed: vec![Window::weekly("weekend", weekend.0, weekend.1).unwrap()],
        open: Vec::new(),
        freezes: Vec::new(),
        feeds: vec![Feed { name: "holidays".into(), rules: rules.into(), known: Known::Fresh(busy.into()) }],
    }
}

#[test]
fn the_day_before_a_holiday_behaves_like_a_friday() {
    // A Wednesday off: the weekend's rule already starts on Tuesday and lets go on Thursday morning.
    let holiday = event("DTSTART;VALUE=DATE:20261202");
    let tuesday = at("2026-12-01T16:30:00+01:00");
    assert!(read(&[&school(&holiday, false)], tuesday, Duration::ZERO).open);
    let mut calendar = school(&holiday, true);
    let reading = read(&[&calendar], tuesday, Duration::ZERO);
    assert_eq!((reading.reasons[0].name.as_str(), reading.reasons[0].kind), ("weekend", ReasonKind::Window));
    assert_eq!(reading.next_open, Some(at("2026-12-03T07:00:00+01:00")));
    // Where Fridays are open in the morning only, so is that Tuesday.
    let daily = |days: &[&str], to: &str| {
        let days: Vec<_> = days.iter().map(|day| weekday(day).unwrap()).collect();
        Window::daily("office", &days, DayTime::parse("07:00").unwrap(), DayTime::parse(to).unwrap()).unwrap()
    };
    calendar.closed.clear();
    calendar.open = vec![daily(&["Mon", "Tue", "Wed", "Thu"], "18:00"), daily(&["Fri"], "12:00")];
    let reading = read(&[&calendar], at("2026-12-01T11:59:59+01:00"), Duration::ZERO);
    assert_eq!((reading.open, reading.next_close), (true, Some(at("2026-12-01T12:00:00+01:00"))));
}

#[test]
fn a_feed_closes_like_any_other_rule_and_one_that_is_too_old_closes_everything() {
    let mut calendar = school(&event("DTSTART:20261126T090000Z\r\nDURATION:PT2H"), false);
    let reading = read(&[&calendar], at("2026-11-26T09:00:00Z"), Duration::ZERO);
    assert_eq!(
        (reading.reasons[0].kind, reading.next_open),
        (ReasonKind::Feed, Some(at("2026-11-26T11:00:00Z")))
    );
    assert_eq!(reading.reasons[0].until, reading.next_open);
    calendar.feeds[0].known = Known::Stale { since: now() };
    let reading = read(&[&calendar], at("2026-11-26T14:00:00Z"), Duration::ZERO);
    assert_eq!((reading.open, reading.next_open, reading.next_slot), (false, None, None));
    assert_eq!((reading.reasons[0].kind, reading.reasons[0].since), (ReasonKind::StaleFeed, Some(now())));
    calendar.feeds[0].known = Known::Nothing;
    assert!(!read(&[&calendar], at("2026-11-26T14:00:00Z"), Duration::ZERO).open);
}

#[test]
fn years_ahead_and_years_ago_are_answered_too() {
    let yearly = school(&event("DTSTART;VALUE=DATE:20010714\r\nRRULE:FREQ=YEARLY"), false);
    for (asked, open) in [
        ("2015-07-14T12:00:00+02:00", false),
        ("2015-07-15T12:00:00+02:00", true),
        ("2031-07-14T12:00:00+02:00", false),
        ("2029-07-13T12:00:00+02:00", false),
        ("2040-07-16T12:00:00+02:00", true),
    ] {
        let reading = read(&[&yearly], at(asked), Duration::ZERO);
        let by_feed = reading.reasons.iter().any(|reason| reason.kind == ReasonKind::Feed);
        assert_eq!(!by_feed, open || asked.starts_with("2029"), "{asked}");
    }
}
