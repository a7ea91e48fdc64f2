//! Runs of workflows as the small forge knows them: a test says what becomes of them, for no runner runs anything.

use jiff::Timestamp;

use crate::demo::forge::FakeForge;
use crate::demo::forge::json::{Json, object};
use crate::demo::forge::shapes;
use crate::demo::forge::world::{StatusSeen, World};

/// The instant that the forge writes for "never".
const NEVER: &str = "1970-01-01T00:00:00Z";

/// A run of a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSeen {
    /// Its number.
    pub id: u64,
    /// The repository's full name.
    pub repository: String,
    /// The workflow's file.
    pub workflow: String,
    /// The ref in full.
    pub reference: String,
    /// The commit's full id.
    pub commit: String,
    /// What started it.
    pub event: String,
    /// Who started it.
    pub by: String,
    /// The forge's word for its state.
    pub state: String,
    /// When it was made.
    pub created: Timestamp,
    /// When a runner took it.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub stopped: Option<Timestamp>,
}

impl FakeForge {
    /// Adds a waiting run, as a push of `reference` makes one; returns its number.
    pub fn add_run(&self, repository: &str, workflow: &str, reference: &str, commit: &str) -> u64 {
        let now = self.shared.clock.now();
        let mut world = self.shared.world();
        let by = world.default_pusher.clone();
        world.add_run(repository, (workflow, reference, commit, "push"), &by, now)
    }

    /// Lets a run begin, or end in this state; `waiting` starts it anew, as the button does.
    pub fn set_run(&self, id: u64, state: &str) {
        let now = self.shared.clock.now();
        let mut world = self.shared.world();
        for run in world.runs.iter_mut().filter(|run| run.id == id) {
            state.clone_into(&mut run.state);
            (run.started, run.stopped) = match state {
                "waiting" | "blocked" => (None, None),
                "running" => (Some(now), None),
                _ => (run.started.or(Some(now)), Some(now)),
            };
        }
    }

    /// Returns every run so far, oldest first.
    pub fn runs(&self) -> Vec<RunSeen> {
        self.shared.world().runs.clone()
    }

    /// Posts the status of a job of a run, as Actions does: by nobody.
    pub fn add_job_status(&self, run: u64, context: &str, state: &str) {
        let now = self.shared.clock.now();
        let mut world = self.shared.world();
        let Some(run) = world.runs.iter().find(|known| known.id == run).cloned() else { return };
        let status = StatusSeen {
            id: world.statuses.len() as u64 + 1,
            target_url: format!("/{}/actions/runs/{}/jobs/0", run.repository, run.id),
            repository: run.repository,
            commit: run.commit,
            state: state.to_owned(),
            context: context.to_owned(),
            description: String::new(),
            creator: String::new(),
            at: now,
        };
        world.statuses.push(status);
    }

    /// Lets the forge be one from before it kept a record of runs, or a newer one again.
    pub fn be_old(&self, old: bool) {
        self.shared.world().old_actions = old;
    }
}

impl World {
    /// Adds a waiting run of (workflow, ref, commit, event); returns its number.
    pub fn add_run(
        &mut self,
        repository: &str,
        (workflow, reference, commit, event): (&str, &str, &str, &str),
        by: &str,
        now: Timestamp,
    ) -> u64 {
        let id = self.runs.len() as u64 + 1;
        self.runs.push(RunSeen {
            id,
            repository: repository.to_owned(),
            workflow: workflow.to_owned(),
            reference: reference.to_owned(),
            commit: commit.to_owned(),
            event: event.to_owned(),
            by: by.to_owned(),
            state: "waiting".to_owned(),
            created: now,
            started: None,
            stopped: None,
        });
        id
    }
}

fn never_or(at: Option<Timestamp>) -> String {
    at.map_or_else(|| NEVER.to_owned(), shapes::instant)
}

fn short(reference: &str) -> &str {
    let known = ["refs/heads/", "refs/tags/"].iter().find_map(|start| reference.strip_prefix(start));
    known.unwrap_or(reference)
}

pub fn run_shape(world: &World, place: usize, run: &RunSeen) -> Json {
    object! {
        "id": run.id,
        "title": run.workflow.as_str(),
        "repository": shapes::repository(world, &world.repositories[place], true),
        "workflow_id": run.workflow.as_str(),
        "index_in_repo": run.id,
        "trigger_user": shapes::account(world, &run.by),
        "ScheduleID": 0,
        "prettyref": short(&run.reference),
        "is_ref_deleted": false,
        "commit_sha": run.commit.as_str(),
        "is_fork_pull_request": false,
        "need_approval": false,
        "approved_by": 0,
        "event": run.event.as_str(),
        "event_payload": object! { "ref": run.reference.as_str() }.line(),
        "trigger_event": run.event.as_str(),
        "status": run.state.as_str(),
        "started": never_or(run.started),
        "stopped": never_or(run.stopped),
        "created": shapes::instant(run.created),
        "updated": shapes::instant(run.stopped.or(run.started).unwrap_or(run.created)),
        "html_url": format!("{}/{}/actions/runs/{}", world.base, run.repository, run.id),
    }
}

pub fn task_shape(world: &World, run: &RunSeen) -> Json {
    let changed = run.stopped.or(run.started).unwrap_or(run.created);
    object! {
        "id": run.id,
        "name": "test",
        "head_branch": short(&run.reference),
        "head_sha": run.commit.as_str(),
        "run_number": run.id,
        "event": run.event.as_str(),
        "display_title": run.workflow.as_str(),
        "status": run.state.as_str(),
        "workflow_id": run.workflow.as_str(),
        "url": format!("{}/{}/actions/runs/{}", world.base, run.repository, run.id),
        "created_at": shapes::instant(run.created),
        "updated_at": shapes::instant(changed),
        "run_started_at": shapes::instant(run.started.unwrap_or(changed)),
    }
}
