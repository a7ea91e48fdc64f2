//! How long a calendar feed takes to be laid out, how long an answer from it takes then, and how much memory it keeps.
//!
//! usage: cargo bench --bench calendar -- FILE INSTANT      prints one JSON object; `benches/run calendar` compares it

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made is no measurement")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tagwarden::domain::calendar::feed::{Feed, FeedRules, Known, read_feed};
use tagwarden::domain::calendar::{Calendar, read};

/// Answers that are timed; the middle one counts.
const ROUNDS: usize = 200;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let [file, at] = &words[..] else { return println!("{{}}") };
    let bytes = std::fs::read(file).unwrap();
    let at: Timestamp = at.parse().unwrap();
    let zone = TimeZone::get("Europe/Paris").unwrap();
    let rules = FeedRules::default();
    let begun = Instant::now();
    let busy = Arc::new(read_feed(&bytes, &rules, &zone, at).unwrap());
    let load = begun.elapsed();
    let known = Known::Fresh(Arc::clone(&busy));
    let calendar = Calendar {
        name: "bench".into(),
        zone,
        closed: Vec::new(),
        open: Vec::new(),
        freezes: Vec::new(),
        feeds: vec![Feed { name: "feed".into(), rules: rules.into(), known }],
    };
    let room = Duration::from_secs(45 * 60);
    let mut times = Vec::new();
    let mut slot = None;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        slot = read(&[&calendar], at, room).next_slot;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let slot = slot.map_or("null".to_owned(), |slot| format!("\"{slot}\""));
    println!(
        "{{\"load_ms\": {}, \"answer_ms\": {}, \"bytes\": {}, \"next_slot\": {slot}}}",
        load.as_secs_f64() * 1000.0,
        times[ROUNDS / 2].as_secs_f64() * 1000.0,
        busy.size()
    );
}
