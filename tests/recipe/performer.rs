//! A host with the application on it, and a performer that does a plan's steps as the engine does: begin, ask, prove.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tagwarden::config::{self, Address};
use tagwarden::domain::names::{HostName, ObjectId};
use tagwarden::domain::notice::Notice;
use tagwarden::domain::plan::{
    self, Act, Ask, Facts, Health, Pins, Plan, Recipe, Script, Smoke, Spec, SpecHost, Step, Target,
};
use tagwarden::remote::{Folders, Host, StepKey, StepState};
use tagwarden::signals::http;

use crate::compose::{App, Fault};
use crate::sshd::Sshd;

/// The longest that a step may be waited for before the test fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// How the host is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Local,
    Ssh,
}

pub const BOTH: [Way; 2] = [Way::Local, Way::Ssh];

/// An application, its host, and what is known of it.
pub struct Site {
    // Before the folder of its connection goes away.
    pub host: Host,
    pub app: App,
    pub spec: Spec,
    _sshd: Option<Sshd>,
    releases: u64,
}

/// What came of a plan.
#[derive(Debug)]
pub struct Done {
    pub plan: Plan,
    /// The steps that were begun.
    pub begun: Vec<usize>,
    pub facts: BTreeMap<HostName, Facts>,
    /// The step that failed, why, and what it printed.
    pub failed: Option<(String, Notice, String)>,
}

impl Done {
    #[track_caller]
    pub fn well(&self) {
        assert!(self.failed.is_none(), "{:#?}", self.failed);
    }

    /// Demands that this step failed with this id; returns what it printed, or what its notice says.
    #[track_caller]
    pub fn fails_at(&self, step: &str, id: &str) -> String {
        let Some((name, why, log)) = &self.failed else { panic!("nothing failed, and {step} should have") };
        assert_eq!((name.as_str(), why.id.as_str()), (step, id), "{why:?}\n{log}");
        format!("{:?}\n{log}", why.values)
    }

    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.values().find_map(|facts| facts.get(name)).map(String::as_str)
    }
}

impl Site {
    pub fn new(way: Way) -> Self {
        let app = App::new();
        let sshd = (way == Way::Ssh).then(|| Sshd::start(""));
        let name = HostName::parse("h1").unwrap();
        let state = app.folder.path().join("state").to_str().unwrap().to_owned();
        let directory = app.site().to_str().unwrap().to_owned();
        let config = match &sshd {
            Some(sshd) => config::Host { directory: directory.clone(), ..sshd.host() },
            None => config::Host {
                name: name.clone(),
                address: Address::Local,
                directory: directory.clone(),
                state: Some(state.clone()),
            },
        };
        let folders = Folders { runtime: app.folder.path().join("run"), state: state.into() };
        let spec = Spec {
            hosts: vec![SpecHost { name, directory }],
            recipe: Recipe::Compose {
                files: vec!["compose.yml".to_owned(), "compose.prod.yml".to_owned()],
                project: app.project.clone(),
                pull_limit: 60,
                settle: 0,
            },
            env: [("APP_TAG".to_owned(), "{tag}".to_owned())].into(),
            health: Some(Health::Http { ask: page(app.url("/healthz"), "ok"), limit: 10 }),
            smoke: Smoke { endpoints: vec![page(app.url("/orders"), "[")], ..Smoke::default() },
        };
        let host = Host::open(&config, "school.bridge.production", &folders);
        Self { app, spec, host, _sshd: sshd, releases: 0 }
    }

    /// A site where this version runs already.
    pub async fn running(way: Way, tag: &str) -> Self {
        let mut site = Self::new(way);
        let target = site.ready(tag, Fault::None);
        site.deploy(&target).await.well();
        assert_eq!(site.app.version().as_deref(), Some(tag));
        site
    }

    /// Looks at the containers with this many seconds between two looks.
    pub fn settle_for(&mut self, seconds: u64) {
        if let Recipe::Compose { settle, .. } = &mut self.spec.recipe {
            *settle = seconds;
        }
    }

    /// Publishes and tags a version.
    pub fn ready(&self, tag: &str, fault: Fault) -> Target {
        target(tag, self.app.release(tag, fault))
    }

    /// Deploys a version; the way back is another call.
    pub async fn deploy(&mut self, target: &Target) -> Done {
        self.releases += 1;
        self.perform(plan::forward(target, &self.spec), BTreeMap::new(), "do").await
    }

    /// Goes the way back from what was done.
    pub async fn back(&self, done: &Done) -> Done {
        let plan = plan::way_back(&done.plan, &done.begun, &done.facts, &self.spec);
        self.perform(plan, done.facts.clone(), "undo").await
    }

    async fn perform(&self, plan: Plan, facts: BTreeMap<HostName, Facts>, direction: &str) -> Done {
        let mut done = Done { plan: plan.clone(), begun: Vec::new(), facts, failed: None };
        for (index, step) in plan.steps.iter().enumerate() {
            done.begun.push(index);
            let facts = done.facts.entry(step.host.clone()).or_default();
            let mut attempt = 1;
            let ended = loop {
                let key = format!("r{}-s{index}-{}-{attempt}-{direction}", self.releases, step.name);
                match self.step(step, facts, &StepKey::parse(&key).unwrap()).await {
                    Err(_) if attempt <= step.retries => attempt += 1,
                    ended => break ended,
                }
            };
            match ended {
                Ok(found) => facts.extend(found),
                Err((why, log)) => {
                    done.failed = Some((step.name.clone(), why, log));
                    return done;
                }
            }
        }
        done
    }

    async fn step(&self, step: &Step, facts: &Facts, key: &StepKey) -> Result<Facts, (Notice, String)> {
        let bare = |why| (why, String::new());
        match &step.act {
            Act::Ask { ask } => {
                let client = http::client().unwrap();
                let mut evidence = String::new();
                for _ in 0..step.limit.max(1) {
                    let asked = http::ask(&client, ask).await;
                    if asked.ok {
                        return Ok(Facts::new());
                    }
                    evidence = asked.evidence;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                Err(bare(Notice::new("TW-D020").with("evidence", evidence)))
            }
            Act::Inspect { inspection, script } => {
                let script = script.fill(facts).map_err(bare)?;
                let output = self.host.look(&script, Duration::from_secs(60)).await.unwrap();
                plan::judge(*inspection, &output, facts, &self.spec).map_err(bare)
            }
            Act::Run { script } => {
                let status = self.run(&script.fill(facts).map_err(bare)?, step.limit, key).await;
                let log = self.host.log(key, 0).await.unwrap().bytes;
                let log = String::from_utf8_lossy(&log).into_owned();
                if status != 0 {
                    return Err((Notice::new("TW-D021").with("status", status), log));
                }
                let Some(probe) = &step.probe else { return Ok(Facts::new()) };
                let probe = probe.fill(facts).map_err(bare)?;
                let output = self.host.look(&probe, Duration::from_secs(60)).await.unwrap();
                if output.status == 0 {
                    Ok(Facts::new())
                } else {
                    Err((Notice::new("TW-D023"), output.stderr))
                }
            }
        }
    }

    async fn run(&self, script: &Script, limit: u64, key: &StepKey) -> i32 {
        let mut state =
            self.host.start(key, self.releases, script, Duration::from_secs(limit)).await.unwrap();
        let began = Instant::now();
        loop {
            match state {
                StepState::Finished { status } => return status,
                StepState::Starting | StepState::Running => {}
                StepState::Absent | StepState::Lost { .. } | StepState::Refused { .. } => {
                    panic!("{key}: {state:?}")
                }
            }
            assert!(began.elapsed() < PATIENCE, "{key} runs too long");
            tokio::time::sleep(Duration::from_millis(50)).await;
            state = self.host.status(key).await.unwrap();
        }
    }
}

/// What a tag's ids make of it.
pub fn target(tag: &str, (object, commit): (String, String)) -> Target {
    Target {
        tag: tag.to_owned(),
        version: tag.trim_start_matches('v').to_owned(),
        object: ObjectId::parse(&object).unwrap(),
        commit: ObjectId::parse(&commit).unwrap(),
        pins: Pins::default(),
    }
}

fn page(url: String, contains: &str) -> Ask {
    Ask { url, status: 200, contains: Some(contains.to_owned()), latency_ms: 3000 }
}
