//! The scene of the stories: a school's bridge, released by Ada, approved by Grace, on a Wednesday morning.

use std::path::Path;

use jiff::Timestamp;
use tagwarden::demo::{REPOSITORY, Rules, Version, World};
use tagwarden::domain::journal::Channel;
use tagwarden::domain::language::Language;
use tagwarden::domain::names::{Person, ReleaseId};
use tagwarden::domain::release::{Phase, State};
use tagwarden::engine::view::ReleaseView;
use tagwarden::engine::{Demand, RefusedAct};
use tempfile::TempDir;

/// A Wednesday morning in Paris.
pub const WEDNESDAY: &str = "2026-11-25T10:00:00+01:00";
/// The Friday evening after it.
pub const FRIDAY_EVENING: &str = "2026-11-27T18:30:00+01:00";
/// The Monday after that, when the weekend of the rules is over.
pub const MONDAY: &str = "2026-11-30T07:00:00+01:00";

/// A world, and the folder that it is in.
pub struct Scene {
    pub world: World,
    _folder: TempDir,
}

impl std::ops::Deref for Scene {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn person(login: &str) -> Person {
    Person::parse(login).unwrap()
}

/// No approval, no weekend, a watch of half an hour.
pub fn rules() -> Rules {
    Rules {
        language: Language::En,
        approvals: 0,
        closed: "{ name = \"weekend\", from = \"Fri 16:00\", to = \"Mon 07:00\" }".to_owned(),
        watch: "duration = \"30m\"\nevery = \"5m\"".to_owned(),
        further: String::new(),
    }
}

pub fn with_approval() -> Rules {
    Rules { approvals: 1, ..rules() }
}

pub async fn scene(start: &str, rules: &Rules) -> Scene {
    // Shown when the test fails.
    let _ = tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).with_test_writer().try_init();
    let folder = tempfile::tempdir().unwrap();
    let hook = Path::new(env!("CARGO_BIN_EXE_tagwarden-hook"));
    let world = World::open(folder.path(), at(start), hook, rules).await.unwrap();
    Scene { world, _folder: folder }
}

impl Scene {
    /// Waits until the release is watched, while time passes: a look that a move of the clock meets in its middle says what
    /// was before, and the next one comes when its time has come.
    pub async fn watched_in_time(&self, tag: &str) -> ReleaseView {
        self.until(&format!("{tag} to be watched"), |world| async move {
            let view = world.view(tag).await?.filter(|view| view.row.phase == Phase::Watching.name());
            if view.is_none() {
                world.hand.advance(std::time::Duration::from_secs(30));
            }
            Ok(view)
        })
        .await
        .unwrap()
    }

    /// Releases a version that is well and returns what the push said.
    pub async fn push(&self, version: &str) -> String {
        self.push_version(Version::good(version)).await
    }

    pub async fn push_version(&self, version: Version<'_>) -> String {
        let said = self.world.release(version).await.unwrap();
        assert!(said.ok, "{}", said.text);
        said.text
    }

    /// Runs git as Ada; it must be content.
    pub async fn must(&self, words: &[&str]) -> String {
        let said = self.world.git("ada", words).await.unwrap();
        assert!(said.ok, "git {words:?}: {}", said.text);
        said.text.trim().to_owned()
    }

    /// Brings a version to production.
    pub async fn complete(&self, version: &str) -> ReleaseView {
        self.push(version).await;
        let tag = format!("v{version}");
        self.reaches(&tag, Phase::Watching).await.unwrap();
        self.watch_until(&tag, Phase::Complete).await.unwrap()
    }

    pub async fn demand(&self, id: ReleaseId, who: &str, demand: Demand) -> Result<State, RefusedAct> {
        self.engine().demand(id, &person(who), Channel::Web, demand).await
    }

    /// Approves what stands there now.
    pub async fn approve(&self, view: &ReleaseView, who: &str) -> Result<State, RefusedAct> {
        self.demand(view.row.id, who, Demand::Approve { binding: view.binding.clone() }).await
    }

    /// The commit from which the application runs.
    pub fn running(&self) -> String {
        let head = std::fs::read_to_string(self.ground.production().join(".git/HEAD")).unwrap();
        head.trim().to_owned()
    }

    /// What a ref on the forge leads to.
    pub async fn on_forge(&self, name: &str) -> Option<String> {
        let bare = self.ground.bare();
        let said =
            self.git("ada", &["-C", bare.to_str().unwrap(), "rev-parse", "--verify", name]).await.unwrap();
        said.ok.then(|| said.text.trim().to_owned())
    }

    /// The states of the commit's status, oldest first, without repeats of the same description.
    pub fn statuses(&self, commit: &str) -> Vec<String> {
        let seen = self.ground.forge.statuses(commit);
        assert!(seen.iter().all(|status| status.context == "tagwarden/production"), "{seen:?}");
        seen.into_iter().map(|status| format!("{}: {}", status.state, status.description)).collect()
    }

    /// The names of the journal's events of a release, in order.
    pub async fn events(&self, id: ReleaseId) -> Vec<String> {
        self.engine().lines(id, 0).await.unwrap().into_iter().map(|line| line.kind).collect()
    }

    /// How many releases were ever opened.
    pub async fn opened(&self) -> usize {
        self.engine().store().read(|r| r.list_releases(None, None, None, 1000)).await.unwrap().len()
    }

    /// Waits until the last status of a commit starts with `state`.
    pub async fn status_is(&self, commit: &str, state: &str) -> String {
        self.until(&format!("the status {state}"), |world| async move {
            let last = world.ground.forge.statuses(commit).pop();
            Ok(last.filter(|last| last.state == state).map(|last| last.description))
        })
        .await
        .unwrap()
    }

    pub async fn settled(&self) {
        self.ground.forge.sync().await;
        let name = REPOSITORY.to_owned();
        self.until("every delivery to be settled", |world| {
            let name = name.clone();
            async move {
                let id = world.engine().store().read(move |r| r.adopted(&name)).await;
                let id = id.unwrap().unwrap();
                let left = world.engine().store().read(move |r| r.pending_deliveries(id)).await.unwrap();
                Ok(left.is_empty().then_some(()))
            }
        })
        .await
        .unwrap();
    }
}
