//! Did the workflow that tries the whole application succeed for this commit, where and when it proves something?
//!
//! The newest run of the workflow on the commit counts, whoever started it. A run that began before the commit was
//! last deployed to the place where it is tried proves nothing, and neither does one that is too old: a new one is
//! needed then. A red run that is young enough is an answer, and only a person asks for another.

use std::time::Duration;

use jiff::Timestamp;

use super::{Outcome, Run, Verdict, outcome, verdict};
use crate::domain::names::ObjectId;
use crate::domain::notice::Notice;

/// What is tried, and since when a try counts.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// The workflow's file.
    pub workflow: &'a str,
    /// The commit.
    pub commit: &'a ObjectId,
    /// When the commit had come to the place where it is tried; `None` = it is tried in no place of ours.
    pub since: Option<Timestamp>,
    /// How old a run may be.
    pub max_age: Duration,
}

/// Returns what the newest run says, or, as an error, why a new one is needed and which run is the newest (0 = none).
///
/// # Errors
/// There is no run, or only one that proves nothing any more.
pub fn e2e(trial: Trial<'_>, runs: &[Run], now: Timestamp) -> Result<Verdict, (u64, Notice)> {
    let about = |id: &str| Notice::new(id).with("what", trial.workflow).with("commit", trial.commit.short());
    let mine = |run: &&Run| run.commit == *trial.commit && run.workflow == trial.workflow;
    let Some(run) = runs.iter().filter(mine).max_by_key(|run| run.id) else {
        return Err((0, about("gate-checks-absent")));
    };
    if outcome(&run.state) != Outcome::UnderWay {
        let began = run.started.unwrap_or(run.created);
        // The forge tells whole seconds: a run that began in the second of the deployment's end counts as later.
        if let Some(since) = trial.since.filter(|since| began.as_second() < since.as_second()) {
            return Err((run.id, about("gate-e2e-before-deployment").with("since_at", since)));
        }
        let ended = run.ended.unwrap_or(run.created);
        if ended.checked_add(trial.max_age).is_ok_and(|until| until <= now) {
            let why = about("gate-e2e-old").with("from_at", ended).with("max_for", trial.max_age.as_secs());
            return Err((run.id, why));
        }
    }
    Ok(verdict(&[run.check()], &[], trial.commit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn commit(digit: char) -> ObjectId {
        ObjectId::parse(&digit.to_string().repeat(40)).unwrap()
    }

    fn run(id: u64, state: &str, started: i64, ended: i64) -> Run {
        Run {
            id,
            workflow: "e2e.yml".to_owned(),
            reference: "refs/heads/main".to_owned(),
            event: "push".to_owned(),
            commit: commit('a'),
            state: state.to_owned(),
            created: at(started),
            started: Some(at(started)),
            ended: Some(at(ended)),
            link: String::new(),
        }
    }

    fn told(runs: &[Run], since: Option<i64>, now: i64) -> String {
        let commit = commit('a');
        let max_age = Duration::from_secs(1000);
        let trial = Trial { workflow: "e2e.yml", commit: &commit, since: since.map(at), max_age };
        match e2e(trial, runs, at(now)) {
            Ok(verdict) => format!("{:?} {}", verdict.standing, verdict.reason.id),
            Err((newest, why)) => format!("needed after {newest}: {}", why.id),
        }
    }

    #[test]
    fn the_newest_run_counts_and_a_run_that_proves_nothing_calls_for_a_new_one() {
        assert_eq!(told(&[], None, 500), "needed after 0: gate-checks-absent");
        let green = run(3, "success", 100, 200);
        let (good, red) = ("Good gate-checks-green", "Bad gate-checks-red");
        assert_eq!(told(std::slice::from_ref(&green), None, 500), good);
        assert_eq!(told(std::slice::from_ref(&green), Some(100), 500), good, "the same second");
        let stale = "needed after 3: gate-e2e-before-deployment";
        assert_eq!(told(std::slice::from_ref(&green), Some(101), 500), stale);
        assert_eq!(told(std::slice::from_ref(&green), None, 1200), "needed after 3: gate-e2e-old");
        // Newer ones, whichever way they ended.
        assert_eq!(told(&[green.clone(), run(4, "failure", 300, 400)], None, 500), red);
        assert_eq!(told(&[green.clone(), run(4, "cancelled", 300, 400)], None, 500), red);
        assert_eq!(
            told(&[green.clone(), run(4, "running", 300, 0)], None, 500),
            "Unknown gate-checks-under-way"
        );
        assert_eq!(told(&[run(4, "failure", 50, 60), run(5, "success", 100, 200)], None, 500), good);
        // A red run that is older than the deployment is about other code.
        let old = "needed after 4: gate-e2e-before-deployment";
        assert_eq!(told(&[run(4, "failure", 50, 60)], Some(70), 500), old);
        // One that is still going may have begun before; it is waited for, and judged at its end.
        assert_eq!(told(&[run(4, "running", 50, 0)], Some(70), 500), "Unknown gate-checks-under-way");
    }

    #[test]
    fn another_commit_or_workflow_is_no_run_of_this_one() {
        let other = Run { commit: commit('b'), ..run(3, "success", 100, 200) };
        let lint = Run { workflow: "lint.yml".to_owned(), ..run(4, "success", 100, 200) };
        assert_eq!(told(&[other, lint], None, 500), "needed after 0: gate-checks-absent");
    }
}
