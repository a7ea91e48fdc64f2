//! Fills a state folder with releases that came to their end, a hundred journal entries each.
//!
//! usage: cargo bench --bench history -- FOLDER RELEASES      `benches/run start` starts a daemon on it

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made is no measurement")]

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use tagwarden::domain::gate::Answer;
use tagwarden::domain::journal::{Fact, HouseEvent, Stamp};
use tagwarden::domain::names::{EnvironmentName, ObjectId, Person, ReleaseId, RepositoryName};
use tagwarden::domain::plan::{Facts, Plan};
use tagwarden::domain::release::{Direction, Event, Kind, Opening, Outcome, Source};
use tagwarden::domain::version::Tag;
use tagwarden::domain::watch::Look;
use tagwarden::seal;
use tagwarden::store::{Advanced, NewOutbox, Sealing, Store, StoreError, Writing};

/// Entries of one release.
const ENTRIES: usize = 100;
/// Releases that are written in one transaction.
const TOGETHER: u64 = 50;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let [folder, releases] = &words[..] else { return println!("{{}}") };
    let (folder, releases) = (Path::new(folder), releases.parse::<u64>().unwrap());
    std::fs::create_dir_all(folder).unwrap();
    let key = seal::kept_or_made(folder, "bench.example.org/journal").unwrap();
    let named = key.public().to_string();
    let store = Store::open_sealed(folder, Some(Sealing { key, outside: Vec::new() })).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let begin: Timestamp = "2016-11-25T09:00:00Z".parse().unwrap();
    runtime.block_on(async {
        store.write(move |w| open_house(w, begin, named)).await.unwrap();
        for first in (0..releases).step_by(usize::try_from(TOGETHER).unwrap()) {
            let last = releases.min(first + TOGETHER);
            store.write(move |w| (first..last).try_for_each(|number| live(w, number, begin))).await.unwrap();
        }
        store.write(move |w| w.checkpoint(begin)).await.unwrap();
        let (entries, _) = store.read(|r| r.journal_end()).await.unwrap();
        println!("{{\"releases\": {releases}, \"entries\": {entries}}}");
    });
}

fn open_house(w: &Writing<'_>, at: Timestamp, key: String) -> Result<(), StoreError> {
    let what = HouseEvent::Opened { version: "0.0.0".into(), checkpoint_key: Some(key) };
    w.append(&Stamp::daemon(at), Fact::House { what })?;
    w.checkpoint(at).map(|_| ())
}

/// Lets a release live from its tag to its end.
fn live(w: &Writing<'_>, number: u64, begin: Timestamp) -> Result<(), StoreError> {
    let at = begin + SignedDuration::from_hours(8 * i64::try_from(number).unwrap());
    let tell = |_: &_, _: &_| vec![NewOutbox { lane: "status".into(), payload: "{}".into() }];
    let opened = w.open_release(opening(number), &Stamp::daemon(at), &tell)?.unwrap();
    let id = opened.opening.id;
    let events = course(id, at);
    for (place, event) in events.into_iter().enumerate() {
        let stamp = Stamp::daemon(at + SignedDuration::from_secs(15 * i64::try_from(place).unwrap()));
        w.append(&stamp, Fact::Release { release: id, event })?;
    }
    let end = Stamp::daemon(at + SignedDuration::from_hours(1));
    let Advanced::Done { state, .. } = w.advance(id, &Event::Completed, &end, &tell)? else {
        panic!("a release that cannot come to its end")
    };
    assert!(state.at_rest());
    for row in w.reading().outbox_of(id)? {
        w.settle_outbox(row.id, tagwarden::store::OutboxState::Sent, end.at, Some("sent"), end.at)?;
    }
    Ok(())
}

fn opening(number: u64) -> Opening {
    let object = |kind: &str| ObjectId::parse(&format!("{kind}{number:039x}")).unwrap();
    Opening {
        id: ReleaseId(0),
        repository: RepositoryName::parse("school/bridge").unwrap(),
        repository_id: 1,
        environment: EnvironmentName::parse("production").unwrap(),
        tag: Tag::parse(format!("v0.{}.{}", number / 100, number % 100).as_bytes(), "v").unwrap(),
        object: object("a"),
        commit: object("b"),
        pusher: Some(Person::parse("ana").unwrap()),
        source: Source::Webhook,
        kind: Kind::Forward,
        target: "bench".into(),
    }
}

/// Returns what happens between the opening and the end.
fn course(id: ReleaseId, at: Timestamp) -> Vec<Event> {
    let answer = Answer { at, may_deploy: true, gates: Vec::new(), next_slot: None };
    let by = Person::parse("grace").unwrap();
    let expires_at = at + SignedDuration::from_hours(24);
    let plan = plan();
    let steps = plan.steps.len();
    let mut events = vec![
        Event::Asked { answer: Answer { may_deploy: false, ..answer.clone() } },
        Event::Approved { by, binding: "bench".into(), expires_at, seen: Default::default() },
        Event::Started { answer, plan, baseline: Vec::new(), fence: id.0 },
    ];
    for index in 0..steps {
        let key = format!("{id}.{index}.1.do");
        events.push(Event::StepStarted { index, attempt: 1, direction: Direction::Do, key: key.clone() });
        events.push(Event::StepEnded { key, outcome: Outcome::Done, facts: Facts::default() });
    }
    events.push(Event::DeployProven);
    events.push(Event::WatchStarted { until: at + SignedDuration::from_mins(30) });
    while events.len() < ENTRIES - 3 {
        events
            .push(Event::Looked { looks: ["http", "container", "log"].map(|name| look(name, at)).to_vec() });
    }
    events.push(Event::WatchPassed { unproven: Vec::new() });
    events
}

fn look(signal: &str, at: Timestamp) -> Look {
    let evidence =
        format!("{signal}: GET https://bridge.example.org/health answered 200 in 41 ms (limit 2 s)");
    Look { signal: signal.to_owned(), at, answer: tagwarden::domain::watch::Answer::Ok, evidence }
}

fn plan() -> Plan {
    let step = |name: &str| {
        let text = serde_json::json!({
            "name": name, "host": "web-1", "stage": "deploy", "probe": null, "undo": null, "limit": 60, "retries": 1,
            "act": { "act": "run", "script": {
                "directory": "/srv/bridge", "env": {}, "files": {}, "commands": [["docker", "compose", "up", "-d"]],
            } },
        });
        serde_json::from_value(text).unwrap()
    };
    Plan { steps: ["check", "snapshot", "fetch", "pull", "up", "health"].map(step).to_vec() }
}
