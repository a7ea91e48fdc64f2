//! The daemon is killed at each of its syncs, and its writes and syncs fail one by one, forward and back.
//!
//! strace counts the calls of each thread by itself; the store has one thread that writes, so the number of a call is
//! its number on that thread.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::Mutex;
use std::time::Instant;

use tokio::runtime::Handle;

use crate::field::{Field, Journey, Road};
use crate::figures::show;
use crate::seed::Chance;

/// So many grounds are used at the same time.
const FIELDS: usize = 5;
/// The most places of one road and kind in one run; when there are more, each run takes another part of them.
const MOST_KILLS: u64 = 60;
const MOST_FAULTS: u64 = 9;

const SYNCS: &str = "fsync,fdatasync";
const WRITES: &str = "pwrite64";

/// One call that goes wrong.
#[derive(Debug, Clone, Copy)]
struct Case {
    road: Road,
    calls: &'static str,
    what: &'static str,
    number: u64,
}

/// Returns how many of these calls the busiest thread made.
fn counted(output: &Path) -> u64 {
    let mut threads: BTreeMap<String, u64> = BTreeMap::new();
    for line in std::fs::read_to_string(output).unwrap().lines() {
        // A call that another thread interrupts has two lines.
        let thread = line.split_whitespace().next().unwrap_or_default();
        if !line.contains("resumed>") && line.contains('(') {
            *threads.entry(thread.to_owned()).or_default() += 1;
        }
    }
    threads.into_values().max().unwrap_or(0)
}

/// Counts the calls of a road on which nothing goes wrong.
fn count(field: &Field, road: Road, calls: &str) -> u64 {
    let output = field.root().join("strace");
    let trace = format!("trace={calls}");
    let journey = field.travel(road, field.traced(&["-e", &trace], &output));
    assert!(journey.ends.is_empty());
    counted(&output)
}

/// Returns the numbers to try of `count`: all of them, or every n-th from a place that chance picks.
fn sample(count: u64, most: u64, chance: &mut Chance) -> Vec<u64> {
    let stride = count.div_ceil(most).max(1);
    let first = 1 + chance.between(0, stride);
    (first..=count).step_by(usize::try_from(stride).unwrap()).collect()
}

/// Returns the tag webhooks that were acknowledged and are not kept.
fn forgotten(field: &Field, journey: &Journey) -> Vec<String> {
    let name = format!("refs/tags/v{}", journey.version);
    let kept = field.read::<u64>("SELECT count(*) FROM deliveries WHERE ref_name = ?1", &name).unwrap_or(0);
    let acknowledged = field.acknowledged(&name);
    if acknowledged > 0 && kept == 0 { vec![format!("{acknowledged} of {name}")] } else { Vec::new() }
}

/// Returns whether nothing but the one signal ended a daemon.
fn killed_at_most_once(journey: &Journey) -> bool {
    // strace ends as what it traced, by the signal itself or by its number.
    let by_signal = |end: &Option<ExitStatus>| {
        end.is_some_and(|end| end.signal() == Some(9) || end.code() == Some(128 + 9))
    };
    journey.ends.len() <= 1 && journey.ends.iter().all(by_signal)
}

/// Goes the road of a case; returns whether the call came, and what is wrong with the end.
fn go(field: &Field, case: Case) -> (bool, Option<String>) {
    let plain = field.plain_end(case.road);
    let output = field.root().join("strace");
    let trace = format!("trace={}", case.calls);
    let inject = format!("inject={}:{}:when={}", case.calls, case.what, case.number);
    let journey = field.travel(case.road, field.traced(&["-e", &trace, "-e", &inject], &output));
    // Of a kill the trace tells nothing that the one at the end of the journey would not tell as well.
    let came = match case.what.contains("KILL") {
        true => !journey.ends.is_empty(),
        false => std::fs::read_to_string(&output).unwrap().contains("INJECTED"),
    };
    let end = field.end(&journey.version);
    let doubled = field.doubled(&journey.version);
    let forgotten = forgotten(field, &journey);
    let fault = if end != plain {
        Some(format!("{case:?} ends as {end:#?}, not as {plain:#?}"))
    } else if !doubled.is_empty() || !forgotten.is_empty() {
        Some(format!("{case:?}: doubled {doubled:#?}, forgotten {forgotten:#?}"))
    } else if case.what.contains("KILL") && !killed_at_most_once(&journey) {
        Some(format!("{case:?} ended {} daemons", journey.ends.len()))
    } else {
        None
    };
    (came, fault)
}

/// Goes all cases on several grounds; returns how many calls came.
fn everywhere(runtime: &Handle, kinds: &[(&'static str, &'static str, u64)]) -> u64 {
    let begun = Instant::now();
    let mut chance = Chance::new();
    let first = Field::lay(runtime);
    let mut cases = Vec::new();
    for road in [Road::Forward, Road::Back] {
        for (calls, what, most) in kinds {
            let count = count(&first, road, calls);
            let numbers = sample(count, *most, &mut chance);
            println!("{road:?}: {count} × {calls}, {what} at {numbers:?}");
            assert!(count > 20, "the road writes more than that");
            cases.extend(numbers.into_iter().map(|number| Case { road, calls, what, number }));
        }
    }
    let count = cases.len();
    let (cases, came, faults) = (Mutex::new(cases), Mutex::new(0), Mutex::new(Vec::new()));
    let walk = |field: Field| {
        loop {
            let next = cases.lock().unwrap().pop();
            let Some(case) = next else { break };
            let (there, fault) = go(&field, case);
            *came.lock().unwrap() += u64::from(there);
            faults.lock().unwrap().extend(fault);
        }
        field.verify();
    };
    std::thread::scope(|scope| {
        scope.spawn(|| walk(first));
        for _ in 1..FIELDS {
            scope.spawn(|| walk(Field::lay(runtime)));
        }
    });
    let (came, faults) = (came.into_inner().unwrap(), faults.into_inner().unwrap());
    let took = begun.elapsed();
    show(&format!("{count} cases of {kinds:?}, {came} calls hit, {} faults, in {took:.0?}", faults.len()));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // How many writes a road has differs a little from time to time, so the last ones may not come.
    assert!(came * 10 >= count as u64 * 8, "only {came} of {count} calls came");
    came
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "tier 6: strace, and minutes of both cores"]
async fn killed_at_every_sync_of_the_way_forward_and_of_the_way_back() {
    let _alone = super::ALONE.lock().await;
    let runtime = Handle::current();
    let kinds = [(SYNCS, "signal=KILL", MOST_KILLS)];
    tokio::task::spawn_blocking(move || everywhere(&runtime, &kinds)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "tier 6: strace, and minutes of both cores"]
async fn what_the_disk_refuses_is_never_called_saved() {
    let _alone = super::ALONE.lock().await;
    let runtime = Handle::current();
    let kinds = [
        (WRITES, "error=EIO", MOST_FAULTS),
        (WRITES, "error=ENOSPC", MOST_FAULTS),
        (SYNCS, "error=EIO", MOST_FAULTS),
        (SYNCS, "error=ENOSPC", MOST_FAULTS),
    ];
    tokio::task::spawn_blocking(move || everywhere(&runtime, &kinds)).await.unwrap();
}
