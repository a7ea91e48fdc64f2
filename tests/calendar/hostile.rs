//! Bytes that mean nothing, or something terrible: nothing panics and nothing takes long.

use std::time::{Duration, Instant};

use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_assert, prop_oneof, proptest};
use tagwarden::domain::calendar::feed::{FeedRules, read_feed};

use crate::{instant, zone};

/// The longest that a short file may take, in a build without optimisation on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

/// Pieces from which files are put together that are nearly right.
const PIECES: &[&str] = &[
    "BEGIN:VCALENDAR\r\n",
    "END:VCALENDAR\r\n",
    "BEGIN:VEVENT\n",
    "END:VEVENT\n",
    "BEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n",
    "BEGIN:VALARM\n",
    "END:VALARM\n",
    "UID:1\n",
    "DTSTART:20261201T090000Z\n",
    "DTSTART;TZID=X:20261201T090000\n",
    "DTSTART;TZID=Europe/Paris:99991231T235959\n",
    "DTSTART;VALUE=DATE:00000101\n",
    "DTSTART;VALUE=DATE:20261201\n",
    "DTEND:20261201T100000Z\n",
    "DTEND;VALUE=DATE:99991231\n",
    "DURATION:P9999D\n",
    "DURATION:PT2147483647H\n",
    "RRULE:FREQ=DAILY\n",
    "RRULE:FREQ=HOURLY;BYMINUTE=0,1,2,3,4,5;BYSECOND=0,1,2,3,4,5\n",
    "RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;INTERVAL=1000\n",
    "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n",
    "RRULE:FREQ=DAILY;COUNT=4294967295\n",
    "RRULE:FREQ=MONTHLY;BYSETPOS=-366;BYDAY=MO\n",
    "EXDATE:20261201T090000Z,x\n",
    "RDATE;VALUE=PERIOD:20261201T090000Z/PT1H\n",
    "RECURRENCE-ID:20261201T090000Z\n",
    "RECURRENCE-ID;RANGE=THISANDFUTURE:20261201T090000Z\n",
    "STATUS:CANCELLED\n",
    " folded\n",
    "\u{feff}\0;=\":,\\",
    "BEGIN:VFREEBUSY\nFREEBUSY:20261201T090000Z/PT1H,x/y\nEND:VFREEBUSY\n",
];

fn nearly_right() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => (0..PIECES.len()).prop_map(|place| PIECES[place].as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    let event = prop::collection::vec(piece, 0..12).prop_map(|pieces| {
        [&b"BEGIN:VEVENT\nDTSTART:20261201T090000Z\n"[..], &pieces.concat(), b"\nEND:VEVENT\n"].concat()
    });
    prop::collection::vec(event, 0..4)
        .prop_map(|events| [&b"BEGIN:VCALENDAR\n"[..], &events.concat(), b"END:VCALENDAR\n"].concat())
}

fn survives(bytes: &[u8]) -> bool {
    let rules = FeedRules {
        most_malformed: 100,
        may_be_empty: true,
        day_before_holiday: true,
        ..FeedRules::default()
    };
    let at = instant("2026-11-25T12:00:00Z");
    let begun = Instant::now();
    if let Ok(busy) = read_feed(bytes, &rules, &zone("America/Sao_Paulo"), at) {
        let stretches = busy.stretches(at, instant("2029-01-01T00:00:00Z"));
        assert!(stretches.windows(2).all(|two| two[0].to < two[1].from));
        busy.lost();
    }
    begun.elapsed() < LONGEST
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(survives(&bytes));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn files_that_are_nearly_right_are_survived(bytes in nearly_right()) {
        prop_assert!(survives(&bytes), "{}", String::from_utf8_lossy(&bytes));
    }
}

/// What a fuzzer found, or would have.
#[test]
fn a_unit_of_several_bytes_and_days_beyond_any_month_are_survived() {
    let event = |line: &str| {
        format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261201T090000Z\n{line}\nEND:VEVENT\nEND:VCALENDAR\n"
        )
    };
    assert!(survives(event("DURATION:PT1\u{e9}H").as_bytes()));
    let zone = "BEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\n\
                TZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=SU;\
                BYMONTHDAY=250,251,252,253,254,255,250\nEND:STANDARD\nBEGIN:DAYLIGHT\n\
                DTSTART:19700329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n\
                RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\nEND:VTIMEZONE";
    let text = event("SUMMARY:x").replace("BEGIN:VCALENDAR", &format!("BEGIN:VCALENDAR\n{zone}"));
    assert!(survives(text.replace("DTSTART:20261201T090000Z", "DTSTART;TZID=X:20261201T090000").as_bytes()));
}

#[test]
fn twenty_thousand_events_in_ten_megabytes_are_read() {
    let filling = "x".repeat(420);
    let event = |number: usize| {
        let (day, hour) = (number % 28 + 1, number / 28 % 24);
        format!(
            "BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART:202612{day:02}T{hour:02}0000Z\r\nDURATION:PT30M\r\n\
             SUMMARY:Lesson\r\nDESCRIPTION:{filling}\r\nEND:VEVENT\r\n"
        )
    };
    let events: String = (0..20_000).map(event).collect();
    let text = format!("BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n");
    assert!(text.len() > 10_000_000);
    let at = instant("2026-11-25T12:00:00Z");
    let busy = read_feed(text.as_bytes(), &FeedRules::default(), &zone("Europe/Paris"), at).unwrap();
    assert_eq!(busy.events, 20_000);
    assert_eq!(busy.stretches(at, instant("2027-01-01T00:00:00Z")).len(), 28 * 24);
}
