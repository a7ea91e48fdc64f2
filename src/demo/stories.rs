//! The four stories of the demo, played with real pushes and told as they happen.
//!
//! Each story ends with a look at what it was meant to show; a story that ends otherwise ends the demo as failed.

use std::path::Path;
use std::time::Duration;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};

use crate::clock::{Clock, Stopwatch};
use crate::demo::Rules;
use crate::demo::ground::Version;
use crate::demo::world::{World, WorldError};
use crate::domain::gate::zoned;
use crate::domain::language::Language;
use crate::domain::names::{Person, ReleaseId};
use crate::domain::notice::Notice;
use crate::domain::release::Phase;
use crate::engine::{Demand, EngineError};
use crate::store::Trust;

/// Who hears the stories.
pub trait Narrator {
    /// A new story begins.
    fn title(&mut self, title: &Notice);
    /// Something is said about it.
    fn says(&mut self, sentence: &Notice);
    /// Somebody types a command.
    fn typed(&mut self, command: &str);
    /// A program answers.
    fn heard(&mut self, text: &str);
    /// Something happened to a release, at this time of the moved clock.
    fn happened(&mut self, at: Timestamp, what: &Notice);
}

/// Where the demo plays: the zone of its calendar.
const ZONE: &str = "Europe/Paris";
/// How long a release may take for one part of a story.
const PATIENCE: Duration = Duration::from_secs(60);
/// What happens too often to be told.
const UNTOLD: [&str; 4] = ["looked", "step_started", "deploy_proven", "pusher_named"];

/// A world after its stories, still open.
pub struct Played {
    /// The world.
    pub world: World,
    /// Grace's personal token.
    pub token: String,
}

/// Plays all stories below `root`.
///
/// # Errors
/// This machine does not allow it, or a story did not end as it should.
pub async fn play(
    root: &Path,
    hook: &Path,
    language: Language,
    narrator: &mut dyn Narrator,
) -> Result<Played, WorldError> {
    let watch = Stopwatch::start();
    let zone = TimeZone::get(ZONE).map_err(|error| WorldError::Config(error.to_string()))?;
    let wednesday = next(&Clock::machine().now().to_zoned_datetime(zone), Weekday::Wednesday, 10);
    let world = World::open(root, wednesday.timestamp(), hook, &rules(language)).await?;
    let mut stage = Stage { world, narrator, told: 0 };
    stage.introduce();
    let token = stage.world.engine().new_token(&person("grace")).await?;

    stage.good().await?;
    stage.bad().await?;
    stage.friday(&wednesday).await?;
    stage.broken().await?;

    let verified =
        stage.world.engine().store().read(|r| r.audit(Trust::default())).await.map_err(EngineError::from)?;
    let verified = verified.map_err(|fault| WorldError::InVain(format!("a whole journal: {fault:?}")))?;
    stage.narrator.title(&Notice::new("demo-end").with("length", format!("{} s", watch.elapsed().as_secs())));
    stage.narrator.says(&Notice::new("demo-journal").with("count", verified.entries));
    Ok(Played { world: stage.world, token })
}

fn rules(language: Language) -> Rules {
    Rules {
        language,
        approvals: 1,
        closed: "{ name = \"weekend\", from = \"Fri 16:00\", to = \"Mon 07:00\" }".to_owned(),
        watch: "duration = \"30m\"\nevery = \"5m\"".to_owned(),
        further: String::new(),
    }
}

fn person(login: &'static str) -> Person {
    Person::parse(login).expect("the demo's people have plain names")
}

/// Returns the next such weekday after `now` at a full hour.
fn next(now: &ZonedDateTime, weekday: Weekday, hour: i8) -> ZonedDateTime {
    now.nth_weekday(1, weekday)
        .and_then(|day| day.date().at(hour, 0, 0, 0).to_zoned_datetime(now.time_zone().clone()))
        .unwrap_or_else(|_| now.clone())
}

struct Stage<'a> {
    world: World,
    narrator: &'a mut dyn Narrator,
    /// The place in the journal up to which everything was told.
    told: u64,
}

impl Stage<'_> {
    fn introduce(&mut self) {
        let engine = self.world.engine();
        let pages = engine.config().server.public_url.clone();
        let folder = self.world.ground.root().display().to_string();
        self.narrator.says(&Notice::new("demo-world").with("folder", folder));
        self.narrator.says(&Notice::new("demo-pages").with("url", pages));
        self.narrator.says(&Notice::new("demo-forge").with("url", self.world.ground.forge.url()));
    }

    async fn good(&mut self) -> Result<(), WorldError> {
        self.narrator.title(&Notice::new("demo-good"));
        self.narrator.says(&Notice::new("demo-good-why"));
        self.push(Version::good("1.1.0")).await?;
        let id = self.follow_to_wait("v1.1.0", "gate-approval").await?;
        self.approve(id).await?;
        self.follow("v1.1.0", Phase::Complete).await?;
        Ok(())
    }

    async fn bad(&mut self) -> Result<(), WorldError> {
        self.narrator.title(&Notice::new("demo-bad"));
        self.narrator.says(&Notice::new("demo-bad-why"));
        self.world.ground.write_version(&Version::good("1.2.0"))?;
        self.must(&["push", "--quiet", "origin", "main"]).await?;
        let mistyped = "v1.3.0";
        self.type_git(&["tag", "-a", mistyped, "-m", "Release v1.3.0"]).await?;
        let said = self.type_git(&["push", "origin", mistyped]).await?;
        self.must(&["tag", "-d", mistyped]).await?;
        if said || self.world.view(mistyped).await?.is_some() {
            return Err(WorldError::InVain("v1.3.0 to be refused".to_owned()));
        }
        self.narrator.says(&Notice::new("demo-refused"));
        Ok(())
    }

    async fn friday(&mut self, wednesday: &ZonedDateTime) -> Result<(), WorldError> {
        let friday = wednesday
            .checked_add(2.days().hours(8).minutes(30))
            .map_err(|error| WorldError::Config(error.to_string()))?;
        let monday = next(&friday, Weekday::Monday, 7);
        self.narrator.title(&Notice::new("demo-friday"));
        self.world.hand.set(friday.timestamp());
        self.narrator.says(&self.now("demo-friday-why", &friday));
        self.type_git(&["tag", "-a", "v1.2.0", "-m", "Release v1.2.0"]).await?;
        self.accepted(&["push", "origin", "v1.2.0"]).await?;
        let id = self.follow_to_wait("v1.2.0", "gate-approval").await?;
        self.approve(id).await?;
        self.follow_to_wait("v1.2.0", "gate-calendar").await?;
        self.world
            .until("the stored wake time", |world| async move {
                Ok(world.view("v1.2.0").await?.filter(|view| view.row.wake_at == Some(monday_of(world))))
            })
            .await?;
        self.world.hand.set(monday.timestamp());
        self.narrator.says(&self.now("demo-monday", &monday));
        self.follow("v1.2.0", Phase::Complete).await?;
        Ok(())
    }

    async fn broken(&mut self) -> Result<(), WorldError> {
        self.narrator.title(&Notice::new("demo-broken"));
        self.narrator.says(&Notice::new("demo-broken-why"));
        let commit = self.must(&["rev-parse", "v1.2.0^{commit}"]).await?;
        self.push(Version { health: "broken", ..Version::good("1.2.1") }).await?;
        let id = self.follow_to_wait("v1.2.1", "gate-approval").await?;
        self.approve(id).await?;
        self.follow("v1.2.1", Phase::RolledBack).await?;
        let bare = self.world.ground.bare().to_string_lossy().into_owned();
        let ground = std::sync::Arc::clone(&self.world.ground);
        let back = self
            .world
            .until("the rollback tag", |_| {
                let (bare, ground) = (bare.clone(), std::sync::Arc::clone(&ground));
                async move {
                    let words = ["-C", &bare, "rev-parse", "--verify", "--quiet", "v1.2.1-rollback^{commit}"];
                    let said = ground.git("ada", &words)?;
                    Ok(said.ok.then(|| said.text.trim().to_owned()))
                }
            })
            .await?;
        if back != commit {
            return Err(WorldError::InVain("the rollback tag on the commit of v1.2.0".to_owned()));
        }
        self.narrator.says(&Notice::new("demo-tag-back").with("tag", "v1.2.1-rollback"));
        Ok(())
    }

    fn now(&self, id: &str, at: &ZonedDateTime) -> Notice {
        Notice::new(id).with("now_at", zoned(at.timestamp(), at.time_zone()))
    }

    /// Writes a version, tags it and pushes it, as a person would type it.
    async fn push(&mut self, version: Version<'_>) -> Result<(), WorldError> {
        self.world.ground.write_version(&version)?;
        let tag = format!("v{}", version.version);
        self.type_git(&["tag", "-a", &tag, "-m", &format!("Release {tag}")]).await?;
        self.accepted(&["push", "origin", "main", &tag]).await
    }

    async fn accepted(&mut self, words: &[&str]) -> Result<(), WorldError> {
        if self.type_git(words).await? { Ok(()) } else { Err(WorldError::InVain(format!("git {words:?}"))) }
    }

    /// Types a git command as Ada and tells what was answered; returns whether git was content.
    async fn type_git(&mut self, words: &[&str]) -> Result<bool, WorldError> {
        let typed: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        self.narrator.typed(&format!("git {}", typed.join(" ")));
        let said = self.world.git("ada", words).await?;
        for line in said.text.lines().filter(|line| line.starts_with("remote: ")) {
            self.narrator.heard(line.trim_end());
        }
        Ok(said.ok)
    }

    async fn must(&self, words: &[&str]) -> Result<String, WorldError> {
        let said = self.world.git("ada", words).await?;
        if said.ok {
            Ok(said.text.trim().to_owned())
        } else {
            Err(WorldError::InVain(format!("git {words:?}")))
        }
    }

    async fn approve(&mut self, id: ReleaseId) -> Result<(), WorldError> {
        self.narrator.typed(&format!("tagwarden approve {id}"));
        let gone = || WorldError::InVain(format!("release {id}"));
        let view = self.world.engine().view(id).await?.ok_or_else(gone)?;
        let demand = Demand::Approve { binding: view.binding };
        let channel = crate::domain::journal::Channel::Cli;
        let done = self.world.engine().demand(id, &person("grace"), channel, demand).await;
        done.map(|_| ()).map_err(|refused| WorldError::InVain(format!("an approval: {refused:?}")))
    }

    /// Tells what happens to a release until it is in `phase`; minutes pass while it is watched.
    async fn follow(&mut self, tag: &str, phase: Phase) -> Result<ReleaseId, WorldError> {
        let watch = Stopwatch::start();
        while watch.elapsed() < PATIENCE {
            if let Some(view) = self.world.view(tag).await? {
                self.tell(view.row.id).await?;
                if view.row.phase == phase.name() {
                    return Ok(view.row.id);
                }
                if view.row.phase == Phase::Watching.name() {
                    self.world.hand.advance(Duration::from_secs(60));
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(WorldError::InVain(format!("{tag} to be {}", phase.name())))
    }

    /// Tells what happens to a release until it waits for something, and then what it waits for.
    async fn follow_to_wait(&mut self, tag: &str, for_what: &str) -> Result<ReleaseId, WorldError> {
        let id = self
            .world
            .until(&format!("{tag} to wait for {for_what}"), |world| async move {
                let view = world.view(tag).await?;
                Ok(view.filter(|view| view.row.headline.id.starts_with(for_what)).map(|view| view.row.id))
            })
            .await?;
        self.tell(id).await?;
        Ok(id)
    }

    async fn tell(&mut self, id: ReleaseId) -> Result<(), WorldError> {
        for line in self.world.engine().lines(id, self.told).await? {
            self.told = self.told.max(line.seq);
            if !UNTOLD.contains(&line.kind.as_str()) {
                self.narrator.happened(line.at, &line.text);
            }
        }
        Ok(())
    }
}

/// Returns the Monday morning that follows the present instant of a world.
fn monday_of(world: &World) -> Timestamp {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    next(&world.now().to_zoned_datetime(zone), Weekday::Monday, 7).timestamp()
}

fn quoted(word: &str) -> String {
    if word.contains(' ') { format!("\"{word}\"") } else { word.to_owned() }
}
