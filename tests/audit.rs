//! A journal of 100,000 entries, tampered with in five ways at a thousand places: every time is seen, and the place told.
//!
//! The journal is in memory and the walk begins right before the place, because the entries before it were gone over
//! once and are the same: so a thousand places cost what one costs.

#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]
#![allow(missing_docs, reason = "tests")]

use std::sync::LazyLock;

use jiff::Timestamp;
use tagwarden::domain::audit::{Fault, Line, Walk};
use tagwarden::domain::checkpoint::Checkpoint;
use tagwarden::domain::journal::{Broken, Entry, Fact, HouseEvent, Link, Stamp, link};

const ENTRIES: usize = 100_000;
const PLACES: usize = 1_000;
/// Entries between two checkpoints.
const APART: usize = 50;
const SEED: u64 = 0x7461_6777;

/// One line as it is kept.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    seq: u64,
    body: String,
    before: Link,
    link: Link,
    at: String,
}

impl Row {
    fn line(&self) -> Line<'_> {
        let Self { seq, body, before, link, at } = self;
        Line { seq: *seq, body, before: *before, link: *link, release: None, at, kind: "house" }
    }
}

static JOURNAL: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows: Vec<Row> = Vec::with_capacity(ENTRIES);
    for place in 0..ENTRIES {
        let at = Timestamp::from_second(1_764_000_000 + i64::try_from(place).unwrap()).unwrap();
        let (after, before) = rows.last().map_or((0, Link::START), |row| (row.seq, row.link));
        let what = HouseEvent::TokenMade { name: format!("person-{place}") };
        let entry = Entry::next(after, before, Stamp::daemon(at), Fact::House { what });
        let Entry { seq, body, before, link, stamp, .. } = entry;
        rows.push(Row { seq, body, before, link, at: stamp.at.to_string() });
    }
    rows
});

/// Returns the checkpoints that vouch for what follows `place`, as far as the next two.
fn heads(place: usize) -> Vec<(Checkpoint, bool)> {
    let sizes = (place / APART + 1..).map(|number| number * APART).take(2).filter(|size| *size <= ENTRIES);
    let head = |size: usize| {
        let row = &JOURNAL[size - 1];
        let (number, at) = ((size / APART) as u64, row.at.parse().unwrap());
        let origin = "a.example/journal".to_owned();
        (Checkpoint { origin, number, size: size as u64, link: row.link, at }, false)
    };
    sizes.map(head).collect()
}

/// Walks over `rows`, which follow `place` entries that were not touched.
fn seen(place: usize, rows: &[Row]) -> Result<(), Fault> {
    let end = place.checked_sub(1).map_or((0, Link::START), |last| (JOURNAL[last].seq, JOURNAL[last].link));
    let mut walk = Walk::new(end, None, heads(place));
    for row in rows {
        walk.take(&row.line())?;
    }
    walk.finish().map(|_| ())
}

/// Numbers the rows anew from `place` on and computes all their hashes anew, as somebody would who knows how.
fn relink(place: usize, rows: &mut [Row]) {
    let mut before = place.checked_sub(1).map_or(Link::START, |last| JOURNAL[last].link);
    for (offset, row) in rows.iter_mut().enumerate() {
        let seq = (place + offset + 1) as u64;
        row.body = row.body.replace(&format!("\"seq\":{},", row.seq), &format!("\"seq\":{seq},"));
        (row.seq, row.before) = (seq, before);
        row.link = link(before, &row.body);
        before = row.link;
    }
}

/// A generator that gives the same numbers everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap()
    }
}

/// Does `tamper` to what follows a thousand places, once in the plain way and once with all hashes computed anew.
#[track_caller]
fn at_a_thousand_places(what: &str, tamper: impl Fn(&mut Vec<Row>, &mut Chance)) {
    println!("{what}: seed {SEED:#x}");
    let mut chance = Chance(SEED);
    for number in 0..PLACES {
        // Behind the newest checkpoint nothing but a copy outside vouches for anything.
        let place = chance.below(ENTRIES - 3 * APART);
        let whole = JOURNAL[place..place + 2 * APART].to_vec();
        let mut rows = whole.clone();
        tamper(&mut rows, &mut chance);
        assert_ne!(rows, whole, "{what} at {place} did nothing");
        if number % 2 == 0 {
            relink(place, &mut rows);
        }
        let found = seen(place, &rows).expect_err(&format!("{what} at {place} was not seen"));
        assert!(is_near(&found, place), "{what} at {place} was taken for {found:?}");
    }
}

/// Returns whether the fault leads to the place: to the line itself or its neighbour, or to the checkpoint after it.
fn is_near(fault: &Fault, place: usize) -> bool {
    let (from, to) = match fault {
        Fault::Line(
            Broken::Gap { found: seq, .. }
            | Broken::Chain(seq)
            | Broken::Hash(seq)
            | Broken::Unreadable(seq, _)
            | Broken::Label(seq),
        ) => (*seq, *seq),
        Fault::Rewritten { checkpoint, after, .. } => (*after, checkpoint.size),
        Fault::Cut { checkpoint, last, .. } => (*last, checkpoint.size),
        Fault::Unsealed(_)
        | Fault::Missing(_)
        | Fault::Unreadable(_)
        | Fault::Foreign(_)
        | Fault::ForeignOutside(_) => return false,
    };
    let place = place as u64;
    from <= place + 12 && to + 1 >= place
}

#[test]
fn untouched_it_is_whole() {
    let heads = (0..ENTRIES).step_by(APART).flat_map(heads).collect();
    let mut walk = Walk::new((0, Link::START), None, heads);
    for row in JOURNAL.iter() {
        walk.take(&row.line()).unwrap();
    }
    assert_eq!(walk.finish().unwrap().0, ENTRIES as u64);
}

#[test]
fn a_changed_entry_is_seen() {
    at_a_thousand_places("a change", |rows, chance| match chance.below(3) {
        0 => rows[0].body = rows[0].body.replace("person-", "nobody-"),
        1 => rows[0].at = rows[1].at.clone(),
        _ => {
            let place = chance.below(rows[0].body.len());
            let letter = char::from(b'a' + u8::try_from(chance.below(26)).unwrap());
            let was = rows[0].body[place..].chars().next().unwrap();
            let letter = if letter == was { '0' } else { letter };
            rows[0].body.replace_range(place..=place, &letter.to_string());
        }
    });
}

#[test]
fn an_entry_that_was_taken_out_is_seen() {
    at_a_thousand_places("a deletion", |rows, _| {
        rows.remove(0);
    });
}

#[test]
fn two_entries_that_were_swapped_are_seen() {
    at_a_thousand_places("a swap", |rows, chance| {
        let other = 1 + chance.below(10);
        rows.swap(0, other);
        // Their numbers stay where they were, so that nothing is missing.
        let (one, two) = (rows[0].seq, rows[other].seq);
        (rows[0].seq, rows[other].seq) = (two, one);
    });
}

#[test]
fn an_entry_that_was_put_in_is_seen() {
    at_a_thousand_places("an insertion", |rows, _| {
        let mut new = rows[0].clone();
        new.body = new.body.replace("person-", "intruder-");
        new.link = link(new.before, &new.body);
        rows.insert(0, new);
    });
}

#[test]
fn entries_that_were_cut_off_are_seen() {
    at_a_thousand_places("a cut", |rows, chance| {
        let left = chance.below(10);
        rows.truncate(left);
    });
}
