//! Every point of [`PLACES`], before and after, is passed with an abort, a panic and an error; each time the release ends
//! as if nothing had happened.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use tagwarden::points::PLACES;
use tokio::runtime::Handle;

use crate::field::{Field, Road};
use crate::figures::show;

/// So many grounds are used at the same time: the daemon mostly waits.
const FIELDS: usize = 5;
/// What is passed on the way back alone.
const WAY_BACK: [&str; 4] = ["rollback_started", "rolled_back", "take-back", "rollback-tag"];
/// What is passed on the way back too, and how often before that on the way there.
const ALSO_BACK: [(&str, usize); 5] =
    [("step_started", 3), ("step_ended", 3), ("host-start", 2), ("chat", 0), ("chat", 1)];
/// What happens at a point.
const ACTS: [(&str, &str); 3] = [("abort", "return"), ("panic", "panic"), ("error", "return")];

/// One point, and what happens there.
#[derive(Debug, Clone)]
struct Case {
    point: String,
    /// How often the point is passed before.
    skip: usize,
    road: Road,
    act: &'static str,
    what: &'static str,
}

impl Case {
    fn failpoints(&self) -> String {
        let skip = if self.skip > 0 { format!("{}*off->", self.skip) } else { String::new() };
        format!(
            "{}={skip}1*{}({})",
            self.point,
            self.what,
            if self.what == "panic" { &self.point } else { self.act }
        )
    }
}

fn cases() -> Vec<Case> {
    let roads = PLACES.iter().map(|place| {
        let road = if WAY_BACK.contains(place) { Road::Back } else { Road::Forward };
        (*place, 0, road)
    });
    let also = ALSO_BACK.iter().map(|(place, skip)| (*place, *skip, Road::Back));
    let mut cases = Vec::new();
    for (place, skip, road) in roads.chain(also) {
        for side in ["before", "after"] {
            for (act, what) in ACTS {
                cases.push(Case { point: format!("{place}-{side}"), skip, road, act, what });
            }
        }
    }
    cases
}

/// Goes the road of a case and returns what is wrong with how it ended.
fn fault(field: &Field, case: &Case) -> Option<String> {
    let expected = field.plain_end(case.road);
    let mut first = field.daemon();
    first.env("FAILPOINTS", case.failpoints());
    let journey = field.travel_until(case.road, first, &case.point);
    let end = field.end(&journey.version);
    if end != expected {
        return Some(format!("{case:?} ends as {end:#?}, not as {expected:#?}"));
    }
    if !journey.log.contains(&case.point) {
        return Some(format!("{case:?} was never reached"));
    }
    if case.act == "abort" && journey.ends.len() != 1 {
        return Some(format!("{case:?} ended {} daemons", journey.ends.len()));
    }
    let doubled = field.doubled(&journey.version);
    if !doubled.is_empty() {
        return Some(format!("{case:?} doubles {doubled:#?}"));
    }
    lost_news(field, case, &journey.version)
}

/// Returns what the chat did not hear although nobody said that this is not known.
fn lost_news(field: &Field, case: &Case, version: &str) -> Option<String> {
    let said: BTreeSet<String> = field.said(version).into_iter().collect();
    let missing = match case.road {
        Road::Forward => u64::from(!said.iter().any(|text| text.contains("is in production"))),
        Road::Back => ["is being taken back", "was taken back"]
            .iter()
            .map(|words| u64::from(!said.iter().any(|text| text.contains(words))))
            .sum(),
    };
    let given_up = field.given_up(&format!("v{version}"));
    (missing > given_up)
        .then(|| format!("{case:?}: the chat heard only {said:#?}, and {given_up} are given up"))
}

/// Walks through cases on a ground of its own until none is left.
fn walk(runtime: &Handle, cases: &Mutex<Vec<Case>>, faults: &Mutex<Vec<String>>) {
    let field = Field::lay(runtime);
    loop {
        // The lock is not held while the case runs.
        let next = cases.lock().unwrap().pop();
        let Some(case) = next else { break };
        let begun = Instant::now();
        if let Some(fault) = fault(&field, &case) {
            println!("{fault}");
            faults.lock().unwrap().push(fault);
        }
        if begun.elapsed().as_secs() >= 10 {
            println!("{} {} took {:.0?}", case.point, case.act, begun.elapsed());
        }
    }
    field.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "tier 6: minutes of both cores"]
async fn every_failpoint_times_abort_panic_error_ends_in_the_same_release() {
    let _alone = super::ALONE.lock().await;
    let runtime = Handle::current();
    let begun = Instant::now();
    let mut cases = cases();
    if let Ok(only) = std::env::var("TAGWARDEN_POINT") {
        cases.retain(|case| case.point.contains(&only));
    }
    let count = cases.len();
    let faults = tokio::task::spawn_blocking(move || {
        let (cases, faults) = (Mutex::new(cases), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..FIELDS {
                scope.spawn(|| walk(&runtime, &cases, &faults));
            }
        });
        faults.into_inner().unwrap()
    })
    .await
    .unwrap();
    show(&format!(
        "{} points, {count} cases in {:.0?}; {} faults",
        2 * PLACES.len(),
        begun.elapsed(),
        faults.len()
    ));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_point_in_the_sources_is_on_the_list() {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = 0;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for (call, name) in text.split("points::").skip(1).filter_map(|rest| rest.split_once("(\"")) {
                if matches!(call, "before" | "after") {
                    let name = name.split('"').next().unwrap();
                    assert!(PLACES.contains(&name), "{}: `{name}` is not in PLACES", path.display());
                    found += 1;
                }
            }
        }
    }
    assert!(found > 30, "only {found} points were found in the sources");
    assert!(2 * PLACES.len() >= 60);
}
