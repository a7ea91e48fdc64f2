//! Releases as they look along their road.

use jiff::{SignedDuration, Timestamp};
use tagwarden::domain::gate::{GateReading, Standing};
use tagwarden::domain::names::{EnvironmentName, HostName, ObjectId, Person, ReleaseId, RepositoryName};
use tagwarden::domain::notice::Notice;
use tagwarden::domain::watch::{Answer, Look};
use tagwarden::engine::view::{JournalLine, ReleaseRow, ReleaseView, StepView, VoteView, WatchView};

/// Friday 27 November 2026, 17:30 in Paris.
pub fn friday_evening() -> Timestamp {
    "2026-11-27T16:30:00Z".parse().unwrap()
}

pub fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

/// A release with nothing but its row.
pub fn bare(id: u64, tag: &str, phase: &'static str, headline: Notice) -> ReleaseView {
    let now = friday_evening();
    ReleaseView {
        row: ReleaseRow {
            id: ReleaseId(id),
            repository: RepositoryName::parse("school/bridge").unwrap(),
            environment: EnvironmentName::parse("production").unwrap(),
            tag: tag.to_owned(),
            phase,
            headline,
            pusher: Some(Person::parse("ada").unwrap()),
            time_zone: "Europe/Paris".to_owned(),
            opened_at: now - minutes(42),
            changed_at: now - minutes(12),
            wake_at: None,
        },
        object: ObjectId::parse(&"3f9a21c07b".repeat(4)).unwrap(),
        commit: ObjectId::parse(&"b71e80d44c".repeat(4)).unwrap(),
        gates: Vec::new(),
        approvals: Vec::new(),
        approvals_needed: 1,
        voided: Vec::new(),
        checklist: None,
        overrides: Vec::new(),
        steps: Vec::new(),
        watch: None,
        actions: Vec::new(),
        binding: "5d0c".repeat(16),
    }
}

pub fn gate(name: &str, standing: Standing, reason: Notice) -> GateReading {
    tagwarden::domain::gate::reading(name, standing, reason, friday_evening() - minutes(3))
}

pub fn step(name: &str, key: &str, state: &'static str, began: i64, seconds: i64) -> StepView {
    let started = friday_evening() - minutes(began);
    let ran = state != "planned";
    StepView {
        key: key.to_owned(),
        name: name.to_owned(),
        host: HostName::parse("prod-1").unwrap(),
        direction: "do",
        state,
        started_at: ran.then_some(started),
        ended_at: (ran && state != "running").then(|| started + SignedDuration::from_secs(seconds)),
        outcome: (state == "failed").then(|| Notice::new("TW-D021").with("step", name).with("status", 1)),
    }
}

pub fn line(seq: u64, ago: i64, actor: Option<&str>, kind: &str, text: Notice) -> JournalLine {
    JournalLine {
        seq,
        at: friday_evening() - minutes(ago),
        actor: actor.map(|actor| Person::parse(actor).unwrap()),
        kind: kind.to_owned(),
        step: None,
        text,
    }
}

fn arrived(seq: u64, tag: &str) -> JournalLine {
    let text = Notice::new("event-opened")
        .with("tag", tag)
        .with("environment", "production")
        .with("commit", "b71e80d44c");
    line(seq, 42, None, "opened", text)
}

/// Waits for an approval and for Monday.
pub fn waiting() -> (ReleaseView, Vec<JournalLine>) {
    let monday: Timestamp = "2026-11-30T06:00:00Z".parse().unwrap();
    let head = Notice::new("gate-approval-missing")
        .with("tag", "v1.5.0")
        .with("environment", "production")
        .with("have", 0)
        .with("need", 1)
        .with("who", "team:school/release, user:second");
    let mut view = bare(14, "v1.5.0", "waiting", head.clone());
    let closed = Notice::new("gate-calendar-closed")
        .with("rule", "weekend")
        .with("slot_at", "2026-11-30T07:00:00+01:00[Europe/Paris]");
    view.row.wake_at = Some(monday);
    view.gates = vec![
        gate("tag", Standing::Good, Notice::new("gate-tag-good")),
        gate("environment", Standing::Good, Notice::new("gate-environment-free")),
        gate("hold", Standing::Good, Notice::new("gate-hold-none")),
        GateReading {
            who: vec!["team:school/release".to_owned(), "user:second".to_owned()],
            ..gate("approval", Standing::Bad, head)
        },
        GateReading { opens_at: Some(monday), ..gate("calendar", Standing::Bad, closed) },
    ];
    view.actions = vec!["approve", "deny", "withdraw", "hold"];
    let pusher = Notice::new("event-pusher-named").with("by", "ada");
    (view, vec![arrived(31, "v1.5.0"), line(32, 41, None, "pusher_named", pusher)])
}

/// Is being deployed: one step runs.
pub fn deploying() -> (ReleaseView, Vec<JournalLine>) {
    let head = Notice::new("head-deploying").with("tag", "v1.4.3").with("environment", "production");
    let mut view = bare(13, "v1.4.3", "deploying", head);
    view.steps = vec![
        step("lock", "13.do.0-lock.1", "done", 6, 1),
        step("fetch", "13.do.1-fetch.1", "done", 6, 12),
        step("pull", "13.do.2-pull.1", "running", 5, 0),
        step("up", "", "planned", 0, 0),
        step("health", "", "planned", 0, 0),
    ];
    view.gates = waiting().0.gates;
    for gate in &mut view.gates {
        gate.standing = Standing::Good;
    }
    view.gates[3].reason = Notice::new("gate-approval-good").with("have", 1).with("need", 1);
    view.gates[4].reason = Notice::new("gate-calendar-open");
    view.gates[4].opens_at = None;
    view.approvals = vec![VoteView {
        person: Person::parse("grace").unwrap(),
        at: friday_evening() - minutes(9),
        channel: "web".to_owned(),
        expires_at: friday_evening() + minutes(24 * 60),
    }];
    view.actions = vec!["rollback"];
    let journal = vec![
        arrived(20, "v1.4.3"),
        line(21, 9, Some("grace"), "approved", Notice::new("event-approved").with("by", "grace")),
        line(22, 8, None, "started", Notice::new("event-started").with("count", 5)),
        line(
            23,
            5,
            None,
            "step_started",
            Notice::new("event-step-started").with("step", "pull").with("host", "prod-1"),
        ),
    ];
    (view, journal)
}

/// Is being watched.
pub fn watching() -> (ReleaseView, Vec<JournalLine>) {
    let (mut view, mut journal) = deploying();
    let now = friday_evening();
    view.row.id = ReleaseId(12);
    view.row.tag = "v2.0.0".to_owned();
    view.row.phase = "watching";
    view.row.headline = Notice::new("head-watching")
        .with("tag", "v2.0.0")
        .with("environment", "production")
        .with("until_at", now + minutes(18));
    for step in &mut view.steps {
        step.state = "done";
        step.started_at = Some(now - minutes(14));
        step.ended_at = Some(now - minutes(13));
        step.key = format!("12.do.{}", step.name);
    }
    let look = |signal: &str, answer, evidence: &str| Look {
        signal: signal.to_owned(),
        at: now - SignedDuration::from_secs(20),
        answer,
        evidence: evidence.to_owned(),
    };
    view.watch = Some(WatchView {
        since: now - minutes(12),
        until: now + minutes(18),
        looks: vec![
            look("https://bridge.example.org/health", Answer::Ok, "200 in 41 ms (limit 1 s)"),
            look("container web", Answer::Ok, "running, healthy, 0 restarts"),
            look("log web", Answer::NoData, "no line in the last minute"),
        ],
        taken: 36,
    });
    journal.push(line(24, 13, None, "deploy_proven", Notice::new("event-deploy-proven")));
    let until = Notice::new("event-watch-started").with("until_at", now + minutes(18));
    journal.push(line(25, 12, None, "watch_started", until));
    (view, journal)
}

/// Went back by itself.
pub fn rolled_back() -> (ReleaseView, Vec<JournalLine>) {
    let (mut view, mut journal) = deploying();
    view.row.id = ReleaseId(11);
    view.row.tag = "v1.4.2".to_owned();
    view.row.phase = "rolled_back";
    view.row.headline =
        Notice::new("head-rolled-back").with("tag", "v1.4.2").with("environment", "production");
    view.actions.clear();
    view.steps = vec![
        step("pull", "11.do.2-pull.1", "done", 31, 48),
        step("up", "11.do.3-up.1", "failed", 30, 95),
        StepView { direction: "undo", ..step("up", "11.undo.0-up.1", "done", 28, 21) },
        StepView { direction: "undo", ..step("health", "11.undo.1-health.1", "done", 27, 4) },
    ];
    let why = Notice::new("TW-D021").with("step", "up").with("status", 1);
    journal.push(line(26, 28, None, "rollback_started", why));
    journal.push(line(27, 27, None, "rolled_back", Notice::new("event-rolled-back")));
    (view, journal)
}

/// Is complete.
pub fn complete() -> (ReleaseView, Vec<JournalLine>) {
    let (mut view, mut journal) = watching();
    view.row.id = ReleaseId(10);
    view.row.tag = "v1.4.1".to_owned();
    view.row.phase = "complete";
    view.row.headline = Notice::new("head-complete").with("tag", "v1.4.1").with("environment", "production");
    view.row.changed_at = friday_evening() - minutes(4 * 24 * 60);
    journal.push(line(28, 2, None, "watch_passed", Notice::new("event-watch-passed").with("signals", "–")));
    journal.push(line(29, 1, None, "completed", Notice::new("event-completed")));
    (view, journal)
}

/// Is stuck.
pub fn stuck() -> (ReleaseView, Vec<JournalLine>) {
    let (mut view, journal) = rolled_back();
    view.row.id = ReleaseId(9);
    view.row.tag = "v1.4.0".to_owned();
    view.row.environment = EnvironmentName::parse("staging").unwrap();
    view.row.phase = "stuck";
    view.row.headline = Notice::new("head-stuck").with("tag", "v1.4.0").with("environment", "staging");
    view.steps.pop();
    if let Some(step) = view.steps.last_mut() {
        step.state = "failed";
        step.outcome = Some(Notice::new("TW-D021").with("step", "up").with("status", 137));
    }
    view.actions = vec!["retry", "brought-back"];
    (view, journal)
}
