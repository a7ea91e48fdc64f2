//! Is everything green that is required of a commit?
//!
//! A commit may have several runs of one workflow: for its branch, for its tag, started by hand. The newest of each
//! (workflow, ref, event) counts, and every one of them must be green: a run by hand does not cover up the red one
//! that a push started, nor a branch's run the tag's. Contexts of statuses can be posted by anybody who may write, so
//! where workflows are named no status counts, and in a context in which the forge's own Actions has spoken only they
//! are heard.

use std::collections::BTreeMap;

use super::{Check, ContextPattern, OWN_CONTEXTS, Run, Status, Verdict, verdict};
use crate::domain::names::ObjectId;

/// What is required; with neither, everything that is there, and at least one.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Files of workflows.
    pub workflows: &'a [String],
    /// Contexts of statuses.
    pub contexts: &'a [ContextPattern],
}

/// Returns what runs and statuses say about a commit; `runs` is `None` when the forge keeps no record of runs.
pub fn ci(asked: Asked<'_>, commit: &ObjectId, runs: Option<&[Run]>, statuses: &[Status]) -> Verdict {
    let recorded = runs.is_some();
    let runs = newest_runs(runs.unwrap_or_default(), commit);
    let statuses = newest_statuses(statuses);
    let (mut checks, mut absent): (Vec<Check>, Vec<String>) = (Vec::new(), Vec::new());
    for workflow in asked.workflows {
        let before = checks.len();
        checks.extend(runs.iter().filter(|run| run.workflow == *workflow).map(|run| run.check()));
        if checks.len() == before {
            absent.push(workflow.clone());
        }
    }
    for pattern in asked.contexts {
        let fitting: Vec<&&Status> = statuses.iter().filter(|status| pattern.fits(&status.context)).collect();
        if fitting.is_empty() {
            absent.push(pattern.as_str().to_owned());
        }
        for status in fitting {
            if !checks.iter().any(|known| known.name == status.context) {
                checks.push(status.check());
            }
        }
    }
    if asked.workflows.is_empty() && asked.contexts.is_empty() {
        checks.extend(runs.iter().map(|run| run.check()));
        // What Actions posts is told by the record of its runs, and better.
        let told = |status: &&&Status| !(recorded && status.by_actions);
        checks.extend(statuses.iter().filter(told).map(|status| status.check()));
    }
    verdict(&checks, &absent, commit)
}

/// Returns the newest run of each workflow, ref and event on exactly this commit.
fn newest_runs<'a>(runs: &'a [Run], commit: &ObjectId) -> Vec<&'a Run> {
    let mut newest: BTreeMap<(&str, &str, &str), &Run> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.commit == *commit) {
        let known = newest.entry((&run.workflow, &run.reference, &run.event)).or_insert(run);
        if run.id > known.id {
            *known = run;
        }
    }
    newest.into_values().collect()
}

/// Returns the newest status of each context that counts: none of our own, and no other voice where Actions speaks.
fn newest_statuses(statuses: &[Status]) -> Vec<&Status> {
    let mut newest: BTreeMap<&str, &Status> = BTreeMap::new();
    for status in statuses.iter().filter(|status| !status.context.starts_with(OWN_CONTEXTS)) {
        let known = newest.entry(&status.context).or_insert(status);
        if (status.by_actions, status.id) > (known.by_actions, known.id) {
            *known = status;
        }
    }
    newest.into_values().collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::gate::Standing;

    fn commit(digit: char) -> ObjectId {
        ObjectId::parse(&digit.to_string().repeat(40)).unwrap()
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap()
    }

    /// `ID WORKFLOW REF EVENT STATE`, on commit `a`.
    fn run(text: &str) -> Run {
        let words: Vec<&str> = text.split(' ').collect();
        let id = words[0].parse().unwrap();
        Run {
            id,
            workflow: words[1].to_owned(),
            reference: words[2].to_owned(),
            event: words[3].to_owned(),
            commit: commit('a'),
            state: words[4].to_owned(),
            created: at(id),
            started: None,
            ended: Some(at(100 + id)),
            link: format!("run-{id}"),
        }
    }

    /// `ID CONTEXT STATE`, and whether Actions posted it.
    fn status(text: &str, by_actions: bool) -> Status {
        let words: Vec<&str> = text.split(' ').collect();
        let id = words[0].parse().unwrap();
        let (context, state) = (words[1].to_owned(), words[2].to_owned());
        Status { id, context, state, at: at(200 + id), link: String::new(), by_actions }
    }

    struct Row<'a> {
        workflows: &'a [&'a str],
        contexts: &'a [&'a str],
        runs: &'a [&'a str],
        people: &'a [&'a str],
        actions: &'a [&'a str],
    }

    const NONE: Row<'_> = Row { workflows: &[], contexts: &[], runs: &[], people: &[], actions: &[] };

    #[track_caller]
    fn says(row: &Row<'_>, standing: Standing, id: &str, what: &str) -> Verdict {
        let workflows: Vec<String> = row.workflows.iter().map(ToString::to_string).collect();
        let contexts: Vec<ContextPattern> =
            row.contexts.iter().map(|text| ContextPattern::new(text)).collect();
        let runs: Vec<Run> = row.runs.iter().map(|text| run(text)).collect();
        let mut statuses: Vec<Status> = row.people.iter().map(|text| status(text, false)).collect();
        statuses.extend(row.actions.iter().map(|text| status(text, true)));
        let asked = Asked { workflows: &workflows, contexts: &contexts };
        let verdict = ci(asked, &commit('a'), Some(&runs), &statuses);
        let reason = (verdict.reason.id.as_str(), verdict.reason.values["what"].as_str());
        assert_eq!((verdict.standing, reason), (standing, (id, what)));
        verdict
    }

    #[test]
    fn every_named_workflow_must_have_a_green_newest_run_for_each_ref_and_event() {
        use Standing::{Bad, Good, Unknown};
        let (green, red, none, runs) =
            ("gate-checks-green", "gate-checks-red", "gate-checks-absent", "gate-checks-under-way");
        let named = |runs: &'static [&'static str]| Row { workflows: &["ci.yml"], runs, ..NONE };
        says(&named(&["1 ci.yml refs/heads/main push success"]), Good, green, "ci.yml (main)");
        says(&named(&[]), Bad, none, "ci.yml");
        says(&named(&["1 other.yml main push success"]), Bad, none, "ci.yml");
        for word in ["failure", "cancelled", "skipped", "neutral", "stale", "SUCCESS", ""] {
            let text = format!("1 ci.yml main push {word}");
            let row = Row { workflows: &["ci.yml"], runs: &[&text], ..NONE };
            says(&row, Bad, red, &format!("ci.yml (main): {word}"));
        }
        for word in ["waiting", "running", "blocked", "unknown"] {
            let text = format!("1 ci.yml main push {word}");
            let row = Row { workflows: &["ci.yml"], runs: &[&text], ..NONE };
            says(&row, Unknown, runs, &format!("ci.yml (main): {word}"));
        }
        // Newest per ref and event: a newer green one on the same ref heals, one elsewhere or by hand does not.
        let healed = ["1 ci.yml main push failure", "2 ci.yml main push success"];
        says(&Row { workflows: &["ci.yml"], runs: &healed, ..NONE }, Good, green, "ci.yml (main)");
        let spoilt = ["3 ci.yml main push failure", "2 ci.yml main push success"];
        says(&Row { workflows: &["ci.yml"], runs: &spoilt, ..NONE }, Bad, red, "ci.yml (main): failure");
        let tag = ["1 ci.yml refs/tags/v1.0.0 push failure", "2 ci.yml refs/heads/main push success"];
        says(&Row { workflows: &["ci.yml"], runs: &tag, ..NONE }, Bad, red, "ci.yml (v1.0.0): failure");
        let by_hand = ["1 ci.yml main push failure", "2 ci.yml main workflow_dispatch success"];
        says(&Row { workflows: &["ci.yml"], runs: &by_hand, ..NONE }, Bad, red, "ci.yml (main): failure");
        let both = ["1 ci.yml main push success", "2 ci.yml v1 push running"];
        says(&Row { workflows: &["ci.yml"], runs: &both, ..NONE }, Unknown, runs, "ci.yml (v1): running");
    }

    #[test]
    fn a_look_alike_status_counts_nothing_where_workflows_are_named() {
        let row = Row {
            workflows: &["ci.yml"],
            runs: &["1 ci.yml main push failure"],
            people: &["9 ci.yml success"],
            ..NONE
        };
        says(&row, Standing::Bad, "gate-checks-red", "ci.yml (main): failure");
    }

    #[test]
    fn contexts_are_required_by_pattern_and_only_actions_speaks_in_its_own() {
        use Standing::{Bad, Good, Unknown};
        let row = |people: &'static [&'static str], actions: &'static [&'static str]| Row {
            contexts: &["ci/*"],
            people,
            actions,
            ..NONE
        };
        says(&row(&["1 ci/a success", "2 ci/b success"], &[]), Good, "gate-checks-green", "ci/a, ci/b");
        says(&row(&["1 ci/a success", "2 ci/b skipped"], &[]), Bad, "gate-checks-red", "ci/b: skipped");
        says(&row(&["1 ci/a failure", "2 ci/a success"], &[]), Good, "gate-checks-green", "ci/a");
        says(
            &row(&["3 ci/a pending", "2 ci/a success"], &[]),
            Unknown,
            "gate-checks-under-way",
            "ci/a: pending",
        );
        says(&row(&["1 other success"], &[]), Bad, "gate-checks-absent", "ci/*");
        says(&row(&["9 ci/a success"], &["1 ci/a failure"]), Bad, "gate-checks-red", "ci/a: failure");
        says(&row(&["9 ci/a failure"], &["1 ci/a success"]), Good, "gate-checks-green", "ci/a");
        let own = Row { contexts: &["*"], people: &["1 tagwarden/staging success"], ..NONE };
        says(&own, Bad, "gate-checks-absent", "*");
    }

    #[test]
    fn with_nothing_named_everything_that_is_there_must_be_green_and_something_must_be_there() {
        use Standing::{Bad, Good};
        says(&NONE, Bad, "gate-checks-none", "");
        let own = Row { people: &["1 tagwarden/production pending"], ..NONE };
        says(&own, Bad, "gate-checks-none", "");
        let both = Row { runs: &["1 ci.yml main push success"], people: &["2 ext success"], ..NONE };
        says(&both, Good, "gate-checks-green", "ci.yml (main), ext");
        let red = Row { runs: &["1 ci.yml main push success"], people: &["2 ext failure"], ..NONE };
        says(&red, Bad, "gate-checks-red", "ext: failure");
        // A skipped job of a green run is told by its run.
        let job = Row { runs: &["1 ci.yml main push success"], actions: &["2 ci/deploy skipped"], ..NONE };
        says(&job, Good, "gate-checks-green", "ci.yml (main)");
        // Without any record of runs its statuses are all there is.
        let statuses = [status("2 ci/deploy skipped", true)];
        let asked = Asked { workflows: &[], contexts: &[] };
        assert_eq!(ci(asked, &commit('a'), None, &statuses).standing, Bad);
    }

    #[test]
    fn a_run_of_another_commit_does_not_count_whatever_the_forge_lists() {
        let other = Run { commit: commit('b'), ..run("1 ci.yml main push success") };
        let workflows = ["ci.yml".to_owned()];
        let asked = Asked { workflows: &workflows, contexts: &[] };
        assert_eq!(ci(asked, &commit('a'), Some(&[other]), &[]).reason.id, "gate-checks-absent");
    }

    #[test]
    fn the_facts_name_run_state_and_end_and_the_date_is_that_of_the_oldest() {
        let row = Row {
            workflows: &["ci.yml", "lint.yml"],
            runs: &["7 ci.yml main push success", "3 lint.yml main push success"],
            ..NONE
        };
        let verdict = says(&row, Standing::Good, "gate-checks-green", "ci.yml (main), lint.yml (main)");
        assert_eq!(verdict.dated, Some(at(103)));
        assert_eq!(verdict.facts["ci.yml main push"], "run 7 success 1970-01-01T00:01:47Z");
        assert_eq!(verdict.link.as_deref(), Some("run-7"));
    }
}
