//! What ran for a commit, according to the forge's own record, and how is a workflow started?
//!
//! Forgejo before v12 keeps no list of runs that can be asked for; there the jobs are listed that a runner took, and
//! those that still wait are missing. So a run of such a forge is green only when the statuses of its jobs, which
//! Actions posts for every one of them at once, say that none waits; a run without statuses stays *unknown*.

use std::collections::BTreeMap;

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::checks::{Outcome, Run, Status, outcome};
use crate::domain::names::{ObjectId, RepositoryName};
use crate::forgejo::client::{Answer, Forge, ForgeError, Page};

/// The most pages of jobs that are read where jobs are all there is: they are listed newest first and cannot be asked
/// for by commit, and a commit whose jobs are a thousand jobs ago is not released.
const MOST_JOB_PAGES: usize = 20;

/// A run that was started, as the forge names it at once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Started {
    /// Its number.
    pub id: u64,
}

#[derive(Deserialize)]
struct Listed<T> {
    // A list that was never filled is written as `null`.
    workflow_runs: Option<Vec<T>>,
    total_count: Option<u64>,
}

#[derive(Deserialize)]
struct RunAnswer {
    id: u64,
    workflow_id: String,
    prettyref: String,
    commit_sha: ObjectId,
    #[serde(default)]
    event: String,
    #[serde(default)]
    trigger_event: String,
    #[serde(default)]
    event_payload: String,
    status: String,
    created: Timestamp,
    started: Option<Timestamp>,
    stopped: Option<Timestamp>,
    #[serde(default)]
    html_url: String,
}

#[derive(Deserialize)]
struct JobAnswer {
    workflow_id: String,
    run_number: u64,
    head_branch: String,
    head_sha: ObjectId,
    event: String,
    status: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(default)]
    run_started_at: Option<Timestamp>,
    #[serde(default)]
    url: String,
}

#[derive(Serialize)]
struct Dispatch<'a> {
    #[serde(rename = "ref")]
    reference: &'a str,
    return_run_info: bool,
}

/// The forge writes the beginning of its time for "never".
fn real(at: Option<Timestamp>) -> Option<Timestamp> {
    at.filter(|at| at.as_second() > 0)
}

fn page_of<T: for<'de> Deserialize<'de>>(answer: &Answer) -> Result<Page<T>, ForgeError> {
    let listed: Listed<T> = answer.json()?;
    Ok(Page { entries: listed.workflow_runs.unwrap_or_default(), total: listed.total_count })
}

impl RunAnswer {
    fn run(self) -> Run {
        // The short name does not tell a branch from a tag of that name; what started the run does.
        let payload: Option<Value> = serde_json::from_str(&self.event_payload).ok();
        let full = payload.as_ref().and_then(|payload| payload.get("ref")?.as_str());
        let reference =
            full.filter(|full| full.ends_with(&self.prettyref)).unwrap_or(&self.prettyref).to_owned();
        let event = if self.trigger_event.is_empty() { self.event } else { self.trigger_event };
        Run {
            id: self.id,
            workflow: self.workflow_id,
            reference,
            event,
            commit: self.commit_sha,
            state: self.status,
            created: self.created,
            started: real(self.started),
            ended: real(self.stopped),
            link: self.html_url,
        }
    }
}

impl Forge {
    /// Returns every run on exactly this commit, newest first; `None` when this forge keeps no record of runs at all,
    /// or none that the account may see.
    ///
    /// # Errors
    /// As every call; a repository that we may not know of has no record.
    pub async fn runs(
        &self,
        repository: &RepositoryName,
        commit: &ObjectId,
    ) -> Result<Option<Vec<Run>>, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "actions", "runs"];
        let query = [("head_sha", commit.to_string())];
        let answers: Vec<RunAnswer> = match self.pages("runs", &path, &query, usize::MAX, page_of).await {
            Ok(answers) => answers,
            Err(error) if error.is_not_found() => return self.runs_by_jobs(repository, commit).await,
            Err(error) => return Err(error),
        };
        // Whether the forge knows the filter or not, what counts is compared here; a run may be on two pages.
        let mine = answers.into_iter().filter(|answer| answer.commit_sha == *commit);
        let by_id: BTreeMap<u64, Run> = mine.map(|answer| (answer.id, answer.run())).collect();
        Ok(Some(by_id.into_values().rev().collect()))
    }

    async fn runs_by_jobs(
        &self,
        repository: &RepositoryName,
        commit: &ObjectId,
    ) -> Result<Option<Vec<Run>>, ForgeError> {
        let path = ["repos", repository.owner(), repository.name(), "actions", "tasks"];
        let jobs: Vec<JobAnswer> = match self.pages("jobs", &path, &[], MOST_JOB_PAGES, page_of).await {
            Ok(jobs) => jobs,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut by_run: BTreeMap<u64, Vec<JobAnswer>> = BTreeMap::new();
        for job in jobs.into_iter().filter(|job| job.head_sha == *commit) {
            by_run.entry(job.run_number).or_default().push(job);
        }
        let statuses = if by_run.is_empty() { Vec::new() } else { self.statuses(repository, commit).await? };
        Ok(Some(
            by_run.into_iter().rev().filter_map(|(number, jobs)| joined(number, &jobs, &statuses)).collect(),
        ))
    }

    /// Starts a workflow on a tag; `None` = it was started, and this forge does not say as which run.
    ///
    /// It is asked once: whether a request that was cut took effect, only the list of runs tells.
    ///
    /// # Errors
    /// As every call; a workflow that does not listen to `workflow_dispatch` is refused.
    pub async fn dispatch(
        &self,
        repository: &RepositoryName,
        workflow: &str,
        tag: &str,
    ) -> Result<Option<Started>, ForgeError> {
        let path =
            ["repos", repository.owner(), repository.name(), "actions", "workflows", workflow, "dispatches"];
        let body = Dispatch { reference: &format!("refs/tags/{tag}"), return_run_info: true };
        let answer = self.send("start workflow", Method::POST, &path, json!(body)).await?;
        if answer.is_empty() { Ok(None) } else { answer.json().map(Some) }
    }
}

/// Returns the run that these jobs belong to.
fn joined(number: u64, jobs: &[JobAnswer], statuses: &[Status]) -> Option<Run> {
    let first = jobs.first()?;
    let page = format!("/actions/runs/{number}/");
    // The newest of each context counts: every job has one of its own.
    let mut told: BTreeMap<&str, &Status> = BTreeMap::new();
    for status in statuses.iter().filter(|status| status.by_actions && status.link.contains(&page)) {
        let known = told.entry(&status.context).or_insert(status);
        if status.id > known.id {
            *known = status;
        }
    }
    let waits = told.values().any(|status| outcome(&status.state) == Outcome::UnderWay);
    let state =
        |wanted: Outcome| jobs.iter().find(|job| job.status != "skipped" && outcome(&job.status) == wanted);
    let word = match (state(Outcome::Red), state(Outcome::UnderWay), state(Outcome::Green)) {
        (Some(red), _, _) => &red.status,
        (None, Some(running), _) => &running.status,
        (None, None, Some(_)) if waits => "waiting",
        (None, None, Some(_)) if told.is_empty() => "unknown",
        (None, None, Some(green)) => &green.status,
        (None, None, None) => "skipped",
    };
    Some(Run {
        id: number,
        workflow: first.workflow_id.clone(),
        reference: first.head_branch.clone(),
        event: first.event.clone(),
        commit: first.head_sha.clone(),
        state: word.to_owned(),
        created: jobs.iter().map(|job| job.created_at).min()?,
        started: real(jobs.iter().filter_map(|job| job.run_started_at).min()),
        ended: real(jobs.iter().map(|job| job.updated_at).max()),
        link: first.url.clone(),
    })
}
