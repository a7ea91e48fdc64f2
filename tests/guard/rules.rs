//! The guard itself: every phase × way × gate × standing, overrides and holds, and the guard with a condition left out.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tagwarden::domain::calendar::{Calendar, Freeze};
use tagwarden::domain::gate::{
    Answer, Asking, CONDITIONS, Checklist, Condition, Evidence, Standing, TagStanding, Wanted, answer, holds,
    permit,
};
use tagwarden::domain::names::{EnvironmentName, ObjectId, Person, ReleaseId, RepositoryName};
use tagwarden::domain::notice::Notice;
use tagwarden::domain::release::{
    Approval, Hold, Kind, Opening, Override, Phase, Signature, Source, State, Tick,
};
use tagwarden::domain::version::Tag;

const NOW: &str = "2026-11-25T09:00:00Z";
const TARGET: &str = "target";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn person(login: &str) -> Person {
    Person::parse(login).unwrap()
}

fn hour() -> SignedDuration {
    SignedDuration::from_hours(1)
}

/// What one case looks like; everything that is not said is good.
#[derive(Clone)]
struct Case {
    name: String,
    state: State,
    tag: TagStanding,
    evidence: Option<Evidence>,
    frozen: bool,
    stops: Vec<(String, String)>,
    occupied: bool,
    unseen: bool,
}

fn checklist() -> Checklist {
    let items = vec![("login".to_owned(), "Log in.".to_owned())];
    Checklist { items, who: vec!["user:tess".to_owned()], max_age: Duration::from_secs(3600) }
}

fn evidence(standing: Standing) -> Evidence {
    Evidence {
        gate: "ci".to_owned(),
        standing,
        reason: Notice::new("gate-http-good").with("status", 200),
        facts: BTreeMap::new(),
        binds: true,
        seen_at: now(),
        since: None,
        dated: None,
        source: "GET /".to_owned(),
        link: None,
    }
}

fn good(phase: Phase, kind: Kind) -> Case {
    let opening = Opening {
        id: ReleaseId(1),
        repository: RepositoryName::parse("school/bridge").unwrap(),
        repository_id: 1,
        environment: EnvironmentName::parse("production").unwrap(),
        tag: Tag::parse(b"v1.0.0", "v").unwrap(),
        object: ObjectId::parse(&"a".repeat(40)).unwrap(),
        commit: ObjectId::parse(&"b".repeat(40)).unwrap(),
        pusher: Some(person("pat")),
        source: Source::Webhook,
        kind,
        target: TARGET.to_owned(),
    };
    let mut state = State::opened(opening, now());
    state.phase = phase;
    state.ticks.insert("login".to_owned(), Tick { by: person("tess"), at: now(), good: true, note: None });
    state.signed =
        Some(Signature { by: person("tess"), at: now(), checklist: checklist().digest(), note: None });
    state.approvals = vec![Approval {
        by: person("abe"),
        at: now(),
        binding: state.identity(TARGET),
        expires_at: now() + hour(),
        seen: state.proofs(),
    }];
    Case {
        name: String::new(),
        state,
        tag: TagStanding::Lawful,
        evidence: Some(evidence(Standing::Good)),
        frozen: false,
        stops: Vec::new(),
        occupied: false,
        unseen: false,
    }
}

fn passed(gate: &str) -> Override {
    Override {
        gate: gate.to_owned(),
        by: person("mia"),
        at: now(),
        reason: "exams".to_owned(),
        until: now() + hour(),
        drill: false,
        confirmed_by: Some(person("abe")),
    }
}

/// What is not good about a case: the name, and how it comes about.
type Fault = (&'static str, fn(&mut Case));

const FAULTS: &[Fault] = &[
    ("nothing", |_| {}),
    ("the tag is unseen", |case| {
        case.tag = TagStanding::Unseen { why: Notice::new("gate-tag-unseen").with("why", "away") };
    }),
    ("another release is at work", |case| case.occupied = true),
    ("held", |case| {
        case.state.hold = Some(Hold { by: person("mia"), reason: "wait".to_owned(), at: now() });
    }),
    ("the environment is held", |case| case.stops = vec![("mia".to_owned(), "wait".to_owned())]),
    ("evidence is bad", |case| case.evidence = Some(evidence(Standing::Bad))),
    ("evidence is unknown", |case| case.evidence = Some(evidence(Standing::Unknown))),
    ("evidence is missing", |case| case.evidence = None),
    ("evidence is old", |case| {
        case.evidence = Some(Evidence { seen_at: now() - hour() - hour(), ..evidence(Standing::Good) });
    }),
    ("evidence is of the future", |case| {
        case.evidence = Some(Evidence { dated: Some(now() + hour()), ..evidence(Standing::Good) });
    }),
    ("nobody signed", |case| {
        case.state.signed = None;
        case.state.approvals[0].seen.clear();
    }),
    ("another checklist was signed", |case| {
        if let Some(signed) = &mut case.state.signed {
            signed.checklist.clear();
        }
        case.state.approvals[0].seen = case.state.proofs();
    }),
    ("an item is faulty", |case| {
        if let Some(tick) = case.state.ticks.get_mut("login") {
            tick.good = false;
        }
        case.state.approvals[0].seen = case.state.proofs();
    }),
    ("nobody approved", |case| case.state.approvals.clear()),
    ("the approval is over", |case| case.state.approvals[0].expires_at = now()),
    ("the approval is of another target", |case| case.state.approvals[0].binding.clear()),
    ("only the pusher approved", |case| case.state.approvals[0].by = person("PAT")),
    ("nobody knows who may approve", |case| case.unseen = true),
    ("the calendar is closed", |case| case.frozen = true),
    ("closed, and two people let it pass", |case| {
        case.frozen = true;
        case.state.overrides = vec![passed("calendar")];
    }),
    ("closed, and they let it pass another gate", |case| {
        case.frozen = true;
        case.state.overrides = vec![passed("ci")];
    }),
    ("closed, and one person lets it pass", |case| {
        case.frozen = true;
        case.state.overrides = vec![Override { confirmed_by: None, ..passed("calendar") }];
    }),
    ("closed, and the override is over", |case| {
        case.frozen = true;
        case.state.overrides = vec![Override { until: now(), ..passed("calendar") }];
    }),
    ("closed, and it was a drill", |case| {
        case.frozen = true;
        case.state.overrides = vec![Override { drill: true, ..passed("calendar") }];
    }),
    ("closed and held, and two people let it pass both", |case| {
        case.frozen = true;
        case.state.hold = Some(Hold { by: person("mia"), reason: "wait".to_owned(), at: now() });
        case.state.overrides = vec![passed("calendar"), passed("hold")];
    }),
    ("unseen, and two people let it pass the tag", |case| {
        case.tag = TagStanding::Unseen { why: Notice::new("gate-tag-unseen").with("why", "away") };
        case.state.overrides = vec![passed("tag")];
    }),
    ("not approved, and two people let it pass that", |case| {
        case.state.approvals.clear();
        case.state.overrides = vec![passed("approval")];
    }),
    ("evidence is bad, and two people let it pass", |case| {
        case.evidence = Some(evidence(Standing::Bad));
        case.state.overrides = vec![passed("ci")];
    }),
];

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for phase in Phase::ALL {
        for (kind, way) in [(Kind::Forward, "forward"), (Kind::Back, "back")] {
            for (name, spoil) in FAULTS {
                let mut case = good(phase, kind);
                spoil(&mut case);
                case.name = format!("{} {way}: {name}", phase.name());
                cases.push(case);
            }
        }
    }
    cases
}

/// Hands the question that a case stands for to `ask`.
fn with_asking<T>(case: &Case, ask: impl FnOnce(&Asking<'_>) -> T) -> T {
    let wanted =
        [Wanted { name: "ci", max_age: Duration::from_secs(3600), evidence: case.evidence.as_ref() }];
    let from = (now() - hour()).to_zoned_datetime(TimeZone::UTC).datetime();
    let freezes = match case.frozen {
        true => vec![Freeze::new("exams", from, None).unwrap()],
        false => Vec::new(),
    };
    let calendar = Calendar {
        name: "school".to_owned(),
        zone: TimeZone::UTC,
        closed: Vec::new(),
        open: Vec::new(),
        freezes,
        feeds: Vec::new(),
    };
    let unseen = Notice::new("TW-F001").with("why", "away");
    ask(&Asking {
        state: &case.state,
        tag: case.tag.clone(),
        target: TARGET,
        evidence: &wanted,
        checklist: Some(&checklist()),
        calendars: &[&calendar],
        room: Duration::from_secs(2700),
        approvals: 1,
        self_approval: false,
        approvers: &["user:abe".to_owned()],
        approvers_unseen: case.unseen.then_some(&unseen),
        holds: &case.stops,
        occupied_by: case.occupied.then_some("v0.9.0"),
        zone: &TimeZone::UTC,
    })
}

/// Returns what a guard of these conditions says of every case, a line each.
fn table(conditions: &[Condition]) -> String {
    let mut table = String::new();
    for case in cases() {
        let leave = with_asking(&case, |asking| holds(conditions, asking, &answer(asking, now())));
        writeln!(table, "{} → {}", case.name, if leave { "LEAVE" } else { "waits" }).unwrap();
    }
    // What claims to be an answer and lacks a gate is none.
    for (name, lie) in lies() {
        let leave =
            with_asking(&good(Phase::Waiting, Kind::Forward), |asking| holds(conditions, asking, &lie));
        writeln!(table, "{name} → {}", if leave { "LEAVE" } else { "waits" }).unwrap();
    }
    table
}

/// Returns answers that say yes and do not name every gate.
fn lies() -> Vec<(String, Answer)> {
    let whole = with_asking(&good(Phase::Waiting, Kind::Forward), |asking| answer(asking, now()));
    let mut lies =
        vec![("an answer without any gate".to_owned(), Answer { gates: Vec::new(), ..whole.clone() })];
    for gate in &whole.gates {
        let gates = whole.gates.iter().filter(|other| other.gate != gate.gate).cloned().collect();
        lies.push((format!("an answer without {}", gate.gate), Answer { gates, ..whole.clone() }));
    }
    lies
}

#[test]
fn the_guard_gives_its_leave_as_agreed() {
    let table = table(CONDITIONS);
    let leaves: Vec<&str> = table.lines().filter(|line| line.ends_with("LEAVE")).collect();
    assert!(leaves.iter().all(|line| line.starts_with("waiting ")), "{leaves:?}");
    super::agreed("rules.txt", &table);
}

#[test]
fn the_permit_is_given_exactly_where_every_condition_holds() {
    for case in cases() {
        with_asking(&case, |asking| {
            let leave = permit(asking, now());
            assert_eq!(leave.is_ok(), holds(CONDITIONS, asking, &answer(asking, now())), "{}", case.name);
            let told = match leave {
                Ok(leave) => leave.into_answer(),
                Err(told) => told,
            };
            let waits = case.state.phase == Phase::Waiting;
            // What people are told and what the guard does are the same.
            assert_eq!(told.may_deploy && waits, permit(asking, now()).is_ok(), "{}", case.name);
        });
    }
}

#[test]
fn the_guard_without_any_one_of_its_conditions_is_another_guard() {
    let whole = table(CONDITIONS);
    for (name, _) in CONDITIONS {
        let rest: Vec<Condition> = CONDITIONS.iter().filter(|(other, _)| other != name).copied().collect();
        let without = table(&rest);
        let let_through =
            whole.lines().zip(without.lines()).filter(|(with, without)| with != without).count();
        assert!(let_through > 0, "nothing notices that the condition `{name}` is missing");
    }
}
