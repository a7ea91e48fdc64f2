//! The gates on the forge's own record: `ci` for the commit's checks, `e2e` for a trial of the whole application.

use std::time::Duration;

use tagwarden::config::Secret;
use tagwarden::demo::{REPOSITORY, Rules, Version, World, WorldError};
use tagwarden::domain::gate::{GateReading, Standing};
use tagwarden::domain::names::{ObjectId, RepositoryName};
use tagwarden::domain::release::Phase;
use tagwarden::engine::Filter;
use tagwarden::engine::view::ReleaseView;
use tagwarden::forgejo::{CommitStatus, Forge, StatusState};

use crate::scene::{Scene, WEDNESDAY, rules, scene, with_approval};

const CI: &str = "[repository.environment.gates.ci]\nworkflows = [\"ci.yml\"]\n";
/// Before the watch of staging, production's own tables.
const STAGING: &str = r#"
[[repository.environment]]
name = "staging"
approvals = 0
[[repository.environment.host]]
name = "staging-1"
address = "local"
directory = "{root}/staging"
[repository.environment.deploy]
recipe = "script"
[[repository.environment.deploy.step]]
name = "copy"
run = ["test", "!", "-e", "{root}/staging-is-broken"]
[repository.environment.watch]
duration = "1m"
every = "30s"
"#;

fn with(gates: &str) -> Rules {
    Rules { further: gates.to_owned(), ..rules() }
}

fn e2e(keys: &str) -> String {
    format!("[repository.environment.gates.e2e]\nworkflow = \"e2e.yml\"\n{keys}\n")
}

fn gate<'v>(view: &'v ReleaseView, name: &str) -> &'v GateReading {
    view.gates.iter().find(|gate| gate.gate == name).unwrap()
}

impl Scene {
    /// Waits until a gate of production's release gives this reason.
    async fn gate_reads(&self, tag: &str, name: &str, reason: &str) -> ReleaseView {
        self.until(&format!("{name} of {tag} to say {reason}"), |world| async move {
            let view = world.view(tag).await?;
            let fits = |view: &ReleaseView| {
                view.gates.iter().any(|gate| gate.gate == name && gate.reason.id == reason)
            };
            Ok(view.filter(fits))
        })
        .await
        .unwrap()
    }

    async fn head(&self) -> String {
        self.must(&["rev-parse", "HEAD"]).await
    }

    /// A workflow file that the next version will have.
    fn write_workflow(&self, file: &str) {
        let folder = self.ground.work().join(".forgejo/workflows");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(file), "on: [push, workflow_dispatch]\n").unwrap();
    }

    fn run(&self, workflow: &str, reference: &str, commit: &str, state: &str) -> u64 {
        let run = self.ground.forge.add_run(REPOSITORY, workflow, reference, commit);
        self.ground.forge.set_run(run, state);
        run
    }

    /// Lets the gates be looked at again.
    fn later(&self) {
        self.hand.advance(Duration::from_secs(301));
    }

    /// Waits until a workflow was asked for so often, while time passes: a look that a move of the clock meets in its middle
    /// counts as one of later.
    async fn dispatched_in_time(&self, times: usize) {
        self.until(&format!("{times} tries"), |_| async {
            let there = self.dispatched() == times;
            if !there {
                self.hand.advance(Duration::from_secs(30));
            }
            Ok(there.then_some(()))
        })
        .await
        .unwrap();
    }

    fn dispatched(&self) -> usize {
        let posts = self.ground.forge.requests().into_iter();
        posts.filter(|request| request.method == "POST" && request.path.ends_with("/dispatches")).count()
    }

    async fn post_status(&self, who: &str, commit: &str, context: &str, state: StatusState) {
        let token = self.ground.forge.add_user(who);
        let forge = Forge::new(&self.ground.forge.url(), &Secret::new(token)).unwrap();
        let status = CommitStatus {
            state,
            context: context.to_owned(),
            description: String::new(),
            target_url: String::new(),
        };
        let name = RepositoryName::parse(REPOSITORY).unwrap();
        forge.post_status(&name, &ObjectId::parse(commit).unwrap(), &status).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_under_way_is_waited_for_and_its_success_lets_the_release_go() {
    let scene = scene(WEDNESDAY, &with(CI)).await;
    scene.push("1.1.0").await;
    scene.gate_reads("v1.1.0", "ci", "gate-checks-absent").await;
    let run = scene.run("ci.yml", "refs/heads/main", &scene.head().await, "running");
    scene.later();
    let view = scene.gate_reads("v1.1.0", "ci", "gate-checks-under-way").await;
    assert_eq!((view.row.phase, gate(&view, "ci").standing), ("waiting", Standing::Unknown));
    assert_eq!(gate(&view, "ci").reason.values["what"], "ci.yml (main): running");
    scene.ground.forge.set_run(run, "success");
    let view = scene.watched_in_time("v1.1.0").await;
    assert_eq!(gate(&view, "ci").reason.id, "gate-checks-green");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_red_run_holds_the_release_and_is_linked_until_a_newer_one_is_green() {
    let scene = scene(WEDNESDAY, &with(CI)).await;
    scene.push("1.1.0").await;
    let commit = scene.head().await;
    for state in ["failure", "skipped", "cancelled"] {
        let run = scene.run("ci.yml", "refs/tags/v1.1.0", &commit, state);
        scene.run("ci.yml", "refs/heads/main", &commit, "success");
        scene.later();
        let what = format!("ci.yml (v1.1.0): {state}");
        let view = scene
            .until(&format!("the gate to say {what}"), |world| async {
                let view = world.view("v1.1.0").await?;
                let said = |gate: &GateReading| gate.reason.values.get("what") == Some(&what);
                Ok(view.filter(|view| view.gates.iter().any(said)))
            })
            .await
            .unwrap();
        assert_eq!((view.row.phase, gate(&view, "ci").standing), ("waiting", Standing::Bad));
        let page = format!("{}/{REPOSITORY}/actions/runs/{run}", scene.ground.forge.url());
        assert_eq!(gate(&view, "ci").link.as_ref(), Some(&page));
    }
    scene.run("ci.yml", "refs/tags/v1.1.0", &commit, "success");
    scene.watched_in_time("v1.1.0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_another_commits_run_nor_a_look_alike_status_opens_the_gate() {
    let scene = scene(WEDNESDAY, &with(CI)).await;
    let before = scene.head().await;
    scene.run("ci.yml", "refs/heads/main", &before, "success");
    scene.push("1.1.0").await;
    let commit = scene.head().await;
    scene.post_status("grace", &commit, "ci.yml / test (push)", StatusState::Success).await;
    let view = scene.gate_reads("v1.1.0", "ci", "gate-checks-absent").await;
    assert_eq!(gate(&view, "ci").standing, Standing::Bad);
    scene.run("ci.yml", "refs/heads/main", &commit, "failure");
    scene.later();
    let view = scene.gate_reads("v1.1.0", "ci", "gate-checks-red").await;
    assert_eq!(view.row.phase, "waiting");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_context_is_green_when_its_newest_status_is_and_nobody_speaks_for_actions() {
    let gates = "[repository.environment.gates.ci]\ncontexts = [\"ci / *\"]\n";
    let scene = scene(WEDNESDAY, &with(gates)).await;
    scene.push("1.1.0").await;
    let commit = scene.head().await;
    let run = scene.run("ci.yml", "refs/heads/main", &commit, "failure");
    scene.ground.forge.add_job_status(run, "ci / test (push)", "failure");
    scene.post_status("grace", &commit, "ci / test (push)", StatusState::Success).await;
    scene.later();
    let view = scene.gate_reads("v1.1.0", "ci", "gate-checks-red").await;
    let page = format!("{}/{REPOSITORY}/actions/runs/{run}/jobs/0", scene.ground.forge.url());
    assert_eq!(gate(&view, "ci").link.as_ref(), Some(&page));
    // More than one page of statuses lies before the one that counts.
    for number in 0..60 {
        scene.post_status("grace", &commit, &format!("other {number}"), StatusState::Failure).await;
    }
    scene.ground.forge.add_job_status(run, "ci / test (push)", "success");
    scene.watched_in_time("v1.1.0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nothing_named_everything_there_is_must_be_green_and_our_own_status_is_nothing() {
    let scene = scene(WEDNESDAY, &with("[repository.environment.gates.ci]\n")).await;
    scene.push("1.1.0").await;
    let commit = scene.head().await;
    scene.status_is(&commit, "pending").await;
    scene.later();
    scene.gate_reads("v1.1.0", "ci", "gate-checks-none").await;
    scene.run("ci.yml", "refs/heads/main", &commit, "success");
    scene.post_status("grace", &commit, "external", StatusState::Failure).await;
    scene.later();
    scene.gate_reads("v1.1.0", "ci", "gate-checks-red").await;
    scene.post_status("grace", &commit, "external", StatusState::Success).await;
    scene.watched_in_time("v1.1.0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_that_is_down_says_nothing_good_or_bad() {
    let scene = scene(WEDNESDAY, &with(CI)).await;
    scene.push("1.1.0").await;
    scene.gate_reads("v1.1.0", "ci", "gate-checks-absent").await;
    let run = scene.run("ci.yml", "refs/heads/main", &scene.head().await, "success");
    scene.ground.forge.be_down(true);
    scene.later();
    let view = scene.gate_reads("v1.1.0", "ci", "gate-unreached").await;
    assert_eq!((view.row.phase, gate(&view, "ci").standing), ("waiting", Standing::Unknown));
    scene.ground.forge.be_down(false);
    let view = scene.watched_in_time("v1.1.0").await;
    assert!(gate(&view, "ci").link.as_ref().unwrap().ends_with(&format!("/runs/{run}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_run_after_an_approval_voids_the_approval() {
    let mut rules = with_approval();
    rules.further = CI.to_owned();
    rules.closed = "{ name = \"morning\", from = \"Wed 00:00\", to = \"Wed 12:00\" }".to_owned();
    let scene = scene(WEDNESDAY, &rules).await;
    scene.push("1.1.0").await;
    let commit = scene.head().await;
    scene.run("ci.yml", "refs/heads/main", &commit, "success");
    scene.later();
    let view = scene.gate_reads("v1.1.0", "ci", "gate-checks-green").await;
    scene.approve(&view, "grace").await.unwrap();
    scene.gate_reads("v1.1.0", "approval", "gate-approval-good").await;
    scene.run("ci.yml", "refs/heads/main", &commit, "success");
    scene.later();
    let view = scene.gate_reads("v1.1.0", "approval", "gate-approval-missing").await;
    assert!(scene.events(view.row.id).await.contains(&"approval_voided".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_came_before_the_run_is_bound_to_the_first_good_one() {
    let mut rules = with_approval();
    rules.further = CI.to_owned();
    rules.closed = "{ name = \"morning\", from = \"Wed 00:00\", to = \"Wed 12:00\" }".to_owned();
    let scene = scene(WEDNESDAY, &rules).await;
    scene.push("1.1.0").await;
    let view = scene.gate_reads("v1.1.0", "ci", "gate-checks-absent").await;
    scene.approve(&view, "grace").await.unwrap();
    let commit = scene.head().await;
    scene.run("ci.yml", "refs/heads/main", &commit, "success");
    scene.later();
    scene.gate_reads("v1.1.0", "ci", "gate-checks-green").await;
    scene.gate_reads("v1.1.0", "approval", "gate-approval-good").await;
    scene.run("ci.yml", "refs/heads/main", &commit, "success");
    scene.later();
    scene.gate_reads("v1.1.0", "approval", "gate-approval-missing").await;
    assert!(scene.events(view.row.id).await.contains(&"approval_voided".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_too_old_counts_from_its_end() {
    let gates = format!("{CI}max_age = \"2h\"\n");
    let mut rules = with(&gates);
    rules.closed = "{ name = \"morning\", from = \"Wed 00:00\", to = \"Wed 13:00\" }".to_owned();
    let scene = scene(WEDNESDAY, &rules).await;
    scene.push("1.1.0").await;
    scene.run("ci.yml", "refs/heads/main", &scene.head().await, "success");
    scene.later();
    scene.gate_reads("v1.1.0", "ci", "gate-checks-green").await;
    scene.hand.advance(Duration::from_secs(3 * 3600));
    let view = scene.gate_reads("v1.1.0", "ci", "gate-evidence-old").await;
    assert_eq!((view.row.phase, gate(&view, "ci").standing), ("waiting", Standing::Bad));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_forge_tells_by_jobs_and_only_when_none_of_them_waits() {
    let scene = scene(WEDNESDAY, &with(CI)).await;
    scene.ground.forge.be_old(true);
    scene.push("1.1.0").await;
    let run = scene.run("ci.yml", "refs/heads/main", &scene.head().await, "success");
    scene.later();
    let view = scene.gate_reads("v1.1.0", "ci", "gate-checks-under-way").await;
    assert_eq!(gate(&view, "ci").reason.values["what"], "ci.yml (main): unknown");
    scene.ground.forge.add_job_status(run, "ci / test (push)", "success");
    scene.ground.forge.add_job_status(run, "ci / deploy (push)", "pending");
    scene.later();
    let waits = "ci.yml (main): waiting";
    scene
        .until("the second job to be waited for", |world| async move {
            let view = world.view("v1.1.0").await?;
            let said = |gate: &GateReading| gate.reason.values.get("what").is_some_and(|what| what == waits);
            Ok(view.filter(|view| view.gates.iter().any(said)))
        })
        .await
        .unwrap();
    scene.ground.forge.add_job_status(run, "ci / deploy (push)", "success");
    scene.watched_in_time("v1.1.0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_is_started_once_and_waited_for_also_when_the_answer_is_lost_and_the_daemon_restarts() {
    let mut scene = scene(WEDNESDAY, &with(&e2e("dispatch = true"))).await;
    scene.write_workflow("e2e.yml");
    // The forge does what is asked, but its answer does not arrive.
    scene.ground.forge.lose_next_answers(10);
    scene.push("1.1.0").await;
    scene.gate_reads("v1.1.0", "e2e", "gate-e2e-refused").await;
    scene.world.restart().await.unwrap();
    scene.later();
    scene.later();
    scene.gate_reads("v1.1.0", "e2e", "gate-checks-under-way").await;
    let [run] = &scene.ground.forge.runs()[..] else { panic!("one run") };
    assert_eq!((run.event.as_str(), run.reference.as_str()), ("workflow_dispatch", "refs/tags/v1.1.0"));
    assert_eq!((run.commit.clone(), scene.dispatched()), (scene.head().await, 1));
    scene.ground.forge.set_run(run.id, "success");
    scene.watched_in_time("v1.1.0").await;
    assert_eq!(scene.dispatched(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_cannot_be_started_is_asked_for_three_times_and_then_left_to_people() {
    let scene = scene(WEDNESDAY, &with(&e2e("dispatch = true"))).await;
    scene.push("1.1.0").await;
    let view = scene.gate_reads("v1.1.0", "e2e", "gate-e2e-refused").await;
    assert_eq!(gate(&view, "e2e").standing, Standing::Unknown);
    for tries in 2..=3 {
        scene.dispatched_in_time(tries).await;
    }
    let view = scene
        .until("the gate to be left to people", |world| async move {
            world.hand.advance(Duration::from_secs(30));
            let view = world.view("v1.1.0").await?;
            Ok(view.filter(|view| gate(view, "e2e").reason.id == "gate-e2e-not-started"))
        })
        .await
        .unwrap();
    assert_eq!(gate(&view, "e2e").standing, Standing::Bad);
    assert_eq!(scene.dispatched(), 3);
    // Somebody starts it by hand.
    scene.run("e2e.yml", "refs/heads/main", &scene.head().await, "success");
    scene.watched_in_time("v1.1.0").await;
    assert_eq!(scene.dispatched(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_red_trial_is_an_answer_and_no_reason_to_start_another() {
    let scene = scene(WEDNESDAY, &with(&e2e("dispatch = true"))).await;
    scene.write_workflow("e2e.yml");
    scene.push("1.1.0").await;
    scene.gate_reads("v1.1.0", "e2e", "gate-e2e-started").await;
    scene.later();
    scene.gate_reads("v1.1.0", "e2e", "gate-checks-under-way").await;
    scene.ground.forge.set_run(1, "failure");
    scene.later();
    let view = scene.gate_reads("v1.1.0", "e2e", "gate-checks-red").await;
    assert_eq!(view.row.phase, "waiting");
    scene.later();
    scene.settled().await;
    assert_eq!(scene.dispatched(), 1);
}

/// The newest release of a tag in one environment.
async fn view_in(world: &World, tag: &str, environment: &str) -> Result<Option<ReleaseView>, WorldError> {
    let filter = Filter { environment: Some(environment.to_owned()), limit: 200, ..Filter::default() };
    let row = world.engine().rows(filter).await?.into_iter().find(|row| row.tag == tag);
    match row {
        Some(row) => Ok(world.engine().view(row.id).await?),
        None => Ok(None),
    }
}

impl Scene {
    /// Waits until the trial of the release in production gives this reason.
    async fn production_says(&self, tag: &str, reason: &str) {
        self.until(&format!("e2e of {tag} in production to say {reason}"), |world| async move {
            let view = view_in(world, tag, "production").await?;
            let fits = |gate: &GateReading| gate.gate == "e2e" && gate.reason.id == reason;
            Ok(view.filter(|view| view.gates.iter().any(fits)).map(|_| ()))
        })
        .await
        .unwrap();
    }

    async fn reaches_in(&self, tag: &str, environment: &str, phases: &[Phase]) {
        self.until(&format!("{tag} in {environment} to be {phases:?}"), |world| async move {
            let view = view_in(world, tag, environment).await?;
            let there = |view: &ReleaseView| phases.iter().any(|phase| phase.name() == view.row.phase);
            Ok(view.filter(there).map(|_| ()))
        })
        .await
        .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_counts_only_when_it_began_after_the_version_came_to_staging() {
    let gates = format!("{}{STAGING}", e2e("after = \"staging\""));
    let scene = scene(WEDNESDAY, &with(&gates)).await;
    std::fs::create_dir(scene.ground.root().join("staging")).unwrap();
    // Staging is shut, so nothing comes there yet.
    std::fs::write(scene.ground.root().join("staging-is-broken"), "").unwrap();
    scene.push("1.1.0").await;
    scene.reaches_in("v1.1.0", "staging", &[Phase::RolledBack, Phase::Stuck]).await;
    scene.run("e2e.yml", "refs/heads/main", &scene.head().await, "success");
    scene.later();
    scene.production_says("v1.1.0", "gate-e2e-not-there").await;
    std::fs::remove_file(scene.ground.root().join("staging-is-broken")).unwrap();

    scene.push("1.2.0").await;
    let commit = scene.head().await;
    let early = scene.run("e2e.yml", "refs/heads/main", &commit, "running");
    scene.hand.advance(Duration::from_secs(5));
    scene.reaches_in("v1.2.0", "staging", &[Phase::Watching, Phase::Complete]).await;
    scene.ground.forge.set_run(early, "success");
    scene.later();
    scene.production_says("v1.2.0", "gate-e2e-before-deployment").await;
    scene.run("e2e.yml", "refs/heads/main", &commit, "success");
    scene.later();
    scene.reaches_in("v1.2.0", "production", &[Phase::Watching, Phase::Complete]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_starts_the_trial_once_the_version_is_on_staging_and_not_before() {
    let gates = format!("{}{STAGING}", e2e("after = \"staging\"\ndispatch = true"));
    let scene = scene(WEDNESDAY, &with(&gates)).await;
    std::fs::create_dir(scene.ground.root().join("staging")).unwrap();
    scene.write_workflow("e2e.yml");
    scene.push_version(Version::good("1.1.0")).await;
    scene.reaches_in("v1.1.0", "staging", &[Phase::Watching, Phase::Complete]).await;
    // At once: the clock stands still, so this is not the look that would have come anyway.
    scene
        .until("the trial to be started", |_| async { Ok((scene.dispatched() == 1).then_some(())) })
        .await
        .unwrap();
    scene.ground.forge.set_run(1, "running");
    scene.ground.forge.set_run(1, "success");
    scene
        .until("production to follow", |world| async move {
            let view = view_in(world, "v1.1.0", "production").await?;
            let there = view.is_some_and(|view| view.row.phase == Phase::Watching.name());
            if !there {
                world.hand.advance(Duration::from_secs(30));
            }
            Ok(there.then_some(()))
        })
        .await
        .unwrap();
    assert_eq!(scene.dispatched(), 1);
}
