//! Is an iCalendar feed read without a crash, in bounded time, and always the same way?

#![no_main]

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use tagwarden_fuzz::domain::calendar::Stretch;
use tagwarden_fuzz::domain::calendar::feed::{Busy, FeedRules, Unreadable, read_feed};
use tagwarden_fuzz::domain::notice::Notice;
use tagwarden_fuzz::messages::{self, Language};

fuzz_target!(|bytes: &[u8]| {
    let all = FeedRules {
        most_malformed: 100,
        may_be_empty: true,
        day_before_holiday: true,
        ..FeedRules::default()
    };
    let busy = match read(bytes, &all) {
        Ok(busy) => busy,
        Err(why) => return check_words(&why.notice()),
    };
    let lines = 1 + bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    assert!(busy.malformed.len() <= busy.events);
    for malformed in &busy.malformed {
        assert!((1..=lines).contains(&malformed.line), "line {} of {lines}", malformed.line);
        check_words(&malformed.notice());
    }
    let (from, to) = year();
    let stretches = busy.stretches(from, to);
    assert!(stretches.iter().all(|one| one.from < one.to && one.to > from && one.from < to));
    assert!(stretches.windows(2).all(|two| two[0].to < two[1].from), "not merged");
    assert!(busy.lost().iter().all(|lost| lost.start >= at()));
    if bytes.contains(&b'\r') {
        return;
    }
    // What ends its lines the way the standard asks for says the same.
    let standard = String::from_utf8_lossy(bytes).replace('\n', "\r\n");
    if standard.replace("\r\n", "\n").as_bytes() == bytes {
        let again = read(standard.as_bytes(), &all).expect("other ends of line make nothing unreadable");
        assert_eq!((again.events, &again.malformed), (busy.events, &busy.malformed));
        assert_eq!(again.stretches(from, to), stretches);
    }
    let rules =
        FeedRules { pad_before: Duration::from_secs(1800), pad_after: Duration::from_secs(900), ..all };
    let padded = read(bytes, &rules).expect("padding makes nothing unreadable").stretches(from, to);
    assert!(
        stretches.iter().all(|one| padded.iter().any(|wide| holds(wide, one))),
        "padding opened something"
    );
});

fn at() -> Timestamp {
    Timestamp::constant(1_795_608_000, 0)
}

/// What is asked for: some of the past, and most of what is laid out of the future.
fn year() -> (Timestamp, Timestamp) {
    let day = 24 * 3600;
    (Timestamp::constant(1_795_608_000 - 30 * day, 0), Timestamp::constant(1_795_608_000 + 400 * day, 0))
}

fn read(bytes: &[u8], rules: &FeedRules) -> Result<Busy, Unreadable> {
    // A zone with a lost midnight in its past, and so without one on some days that a feed may name.
    let home = TimeZone::get("America/Sao_Paulo").expect("the zones are inside the program");
    read_feed(bytes, rules, &home, at())
}

fn holds(wide: &Stretch, one: &Stretch) -> bool {
    wide.from <= one.from && one.to <= wide.to
}

fn check_words(notice: &Notice) {
    for language in [Language::En, Language::Fr] {
        let worded = messages::word(language, notice);
        assert!(!worded.what.chars().any(char::is_control), "{worded:?}");
    }
}
