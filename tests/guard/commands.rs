//! Every command × phase × role × window through the real engine and its store.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use tagwarden::domain::gate::Answer;
use tagwarden::domain::journal::{Channel, Stamp};
use tagwarden::domain::names::{Person, ReleaseId};
use tagwarden::domain::notice::Notice;
use tagwarden::domain::plan::Plan;
use tagwarden::domain::release::{Event, Phase};
use tagwarden::engine::{Demand, RefusedAct};
use tagwarden::store::{Advanced, StoreError};

use crate::still::Still;

/// Friday evening in Paris: the calendar is closed.
const NOW: &str = "2026-11-27T17:30:00Z";

const ROLES_OF: &str = r#"
release_managers = ["user:mia"]
approvers = ["user:abe", "user:bea"]
"#;
const CHECKLIST: &str = r#"
[repository.environment.gates.signoff]
by = ["user:tess"]
[[repository.environment.gates.signoff.item]]
name = "login"
text = "Log in."
"#;

/// Who asks: nobody known, who pushed the tag, and one of each role.
const ROLES: [(&str, &str); 5] = [
    ("stranger", "eve"),
    ("pusher", "pat"),
    ("release manager", "mia"),
    ("approver", "abe"),
    ("tester", "tess"),
];

const CHANNELS: [Channel; 4] = [Channel::Web, Channel::Api, Channel::Cli, Channel::Comment];

const COMMANDS: [&str; 13] = [
    "approve",
    "deny",
    "withdraw",
    "hold",
    "lift",
    "tick",
    "sign-off",
    "override",
    "confirm-override",
    "end-override",
    "rollback",
    "retry",
    "brought-back",
];

/// Returns a demand; `seen` = what the person was shown, of what is approved or confirmed.
fn demand(command: &str, seen: &str) -> Demand {
    let (reason, gate) = ("the table".to_owned(), "calendar".to_owned());
    match command {
        "approve" => Demand::Approve { binding: seen.to_owned() },
        "deny" => Demand::Deny { reason },
        "withdraw" => Demand::Withdraw { reason },
        "hold" => Demand::Hold { reason },
        "lift" => Demand::Lift,
        "tick" => Demand::Tick { item: "login".to_owned(), good: true, note: None },
        "sign-off" => Demand::SignOff { note: None },
        "override" => Demand::Override { gate, reason, lasting: Duration::from_secs(3600), drill: false },
        "confirm-override" => Demand::ConfirmOverride { gate, asked: seen.to_owned() },
        "end-override" => Demand::EndOverride { gate },
        "rollback" => Demand::Rollback { reason },
        "retry" => Demand::Retry { reason },
        "brought-back" => Demand::BroughtBack { reason },
        other => panic!("{other}"),
    }
}

fn person(login: &str) -> Person {
    Person::parse(login).unwrap()
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// The road to a phase: everything was tried, and somebody asked for an override, before it left.
fn road(phase: Phase) -> Vec<Event> {
    let by = || person("bea");
    let reason = || "the table".to_owned();
    let mut events = vec![
        Event::Ticked { item: "login".to_owned(), by: person("tess"), good: true, note: None },
        Event::OverrideAsked {
            by: by(),
            gate: "calendar".to_owned(),
            reason: reason(),
            until: now() + jiff::SignedDuration::from_hours(2),
            drill: false,
        },
    ];
    let started = || Event::Started {
        answer: Answer { at: now(), may_deploy: true, gates: Vec::new(), next_slot: None },
        plan: Plan::default(),
        baseline: Vec::new(),
        fence: 1,
    };
    let back = || Event::RollbackStarted {
        why: Notice::new("back-asked").with("by", "bea").with("reason", "the table"),
        plan: Plan::default(),
        before: None,
        fence: 2,
    };
    let forward = [
        started(),
        Event::DeployProven,
        Event::WatchStarted { until: now() },
        Event::WatchPassed { unproven: Vec::new() },
        Event::Completed,
    ];
    events.extend(match phase {
        Phase::Waiting => Vec::new(),
        Phase::Deploying => forward[..1].to_vec(),
        Phase::Smoke => forward[..2].to_vec(),
        Phase::Watching => forward[..3].to_vec(),
        Phase::Announcing => forward[..4].to_vec(),
        Phase::Complete => forward.to_vec(),
        Phase::Refused => {
            vec![Event::Refused { findings: vec![Notice::new("TW-E011").with("tag", "v1.0.0")] }]
        }
        Phase::Denied => vec![Event::Denied { by: by(), reason: reason() }],
        Phase::Withdrawn => vec![Event::Withdrawn { by: by(), reason: reason() }],
        Phase::Superseded => vec![Event::Superseded { by: ReleaseId(1), tag: "v1.0.1".to_owned() }],
        Phase::RollingBack => vec![started(), back()],
        Phase::RolledBack => vec![started(), back(), Event::RolledBack],
        Phase::Stuck => {
            vec![started(), back(), Event::GotStuck { why: Notice::new("TW-E011").with("tag", "v1.0.0") }]
        }
    });
    events
}

struct Bench {
    still: Still,
    /// Every release is one of its own repository: the repository has its name, and there is no other one in it.
    opened: u64,
    /// How many deployments the roads themselves began.
    begun: usize,
}

impl Bench {
    fn open() -> Self {
        Self { still: Still::open(now(), ROLES_OF, CHECKLIST), opened: 0, begun: 0 }
    }

    /// Opens a release and leads it to a phase.
    async fn release(&mut self, phase: Phase) -> ReleaseId {
        self.opened += 1;
        let opening = self.still.opening("v1.0.0", self.opened, Some(person("pat")));
        let events = road(phase);
        self.begun += events.iter().filter(|event| matches!(event, Event::Started { .. })).count();
        let written = self.still.engine.store().write(move |w| -> Result<_, StoreError> {
            let stamp = Stamp::daemon(now());
            let state = w.open_release(opening, &stamp, &|_, _| Vec::new())?.unwrap();
            let mut reached = state.phase;
            for event in events {
                match w.advance(state.opening.id, &event, &stamp, &|_, _| Vec::new())? {
                    Advanced::Done { state, .. } => reached = state.phase,
                    Advanced::Illegal(illegal) => panic!("{illegal}"),
                    Advanced::Unknown => panic!("it was opened just now"),
                }
            }
            Ok((state.opening.id, reached))
        });
        let (id, reached) = written.await.unwrap();
        assert_eq!(reached, phase);
        id
    }

    /// How many deployments were begun in all.
    async fn started(&self) -> usize {
        let counted = self.still.engine.store().read(|r| {
            let mut count = 0;
            r.each_journal_row(1, |row| {
                count += usize::from(row.body.contains("\"event\":\"started\""));
                Ok(())
            })?;
            Ok(count)
        });
        counted.await.unwrap()
    }
}

/// Returns what came of a demand: the phase that it led to, or the id of its refusal.
fn word(result: Result<Phase, RefusedAct>) -> String {
    match result {
        Ok(phase) => format!("→{}", phase.name()),
        Err(
            RefusedAct::NotAllowed(notice)
            | RefusedAct::NotFound(notice)
            | RefusedAct::Conflict(notice)
            | RefusedAct::Unavailable(notice),
        ) => notice.id,
    }
}

#[tokio::test]
async fn every_command_in_every_phase_by_every_role_through_every_window_answers_as_agreed() {
    let mut bench = Bench::open();
    let mut table = String::from("command | role | windows |");
    for phase in Phase::ALL {
        write!(table, " {} |", phase.name()).unwrap();
    }
    table.push('\n');
    for command in COMMANDS {
        for (role, login) in ROLES {
            let mut rows: Vec<(Vec<&str>, String)> = Vec::new();
            for channel in CHANNELS {
                let mut row = String::new();
                for phase in Phase::ALL {
                    write!(row, " {} |", ask(&mut bench, command, login, channel, phase).await).unwrap();
                }
                match rows.iter_mut().find(|(_, known)| *known == row) {
                    Some((windows, _)) => windows.push(channel.name()),
                    None => rows.push((vec![channel.name()], row)),
                }
            }
            for (windows, row) in rows {
                writeln!(table, "{command} | {role} | {} |{row}", windows.join(" ")).unwrap();
            }
        }
    }
    assert_eq!(bench.started().await, bench.begun, "a command began a deployment by itself");
    super::agreed("commands.txt", &table);
}

async fn ask(bench: &mut Bench, command: &str, login: &str, channel: Channel, phase: Phase) -> String {
    let id = bench.release(phase).await;
    let view = bench.still.engine.view(id).await.unwrap().unwrap();
    let seen = match command {
        "approve" => view.binding,
        "confirm-override" => view.overrides[0].asked.clone(),
        _ => String::new(),
    };
    let asked = bench.still.engine.demand(id, &person(login), channel, demand(command, &seen)).await;
    if let Ok(state) = &asked
        && phase == Phase::Waiting
    {
        assert!(!state.phase.occupies(), "{command} by {login} leads straight to the hosts");
    }
    word(asked.map(|state| state.phase))
}

#[tokio::test]
async fn a_release_that_was_led_out_by_a_command_never_leaves_again() {
    let mut bench = Bench::open();
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    for first in ["deny", "withdraw"] {
        for second in COMMANDS {
            let id = bench.release(Phase::Waiting).await;
            let binding = bench.still.engine.view(id).await.unwrap().unwrap().binding;
            bench.still.engine.demand(id, &person("abe"), Channel::Web, demand(first, "")).await.unwrap();
            let again =
                bench.still.engine.demand(id, &person("abe"), Channel::Web, demand(second, &binding)).await;
            assert!(again.is_err(), "{second} after {first}");
            *tried.entry(first).or_default() += 1;
        }
    }
    assert_eq!(tried.values().sum::<usize>(), 2 * COMMANDS.len());
    assert_eq!(bench.started().await, bench.begun);
}
