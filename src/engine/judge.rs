//! Judges a tag from the mirror with the very rules of the hook, and turns the configuration into what rules take.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::config::{Check, Recipe};
use crate::domain::gate::TagStanding;
use crate::domain::names::ObjectId;
use crate::domain::notice::Notice;
use crate::domain::plan::{self, Health, Pins, Plan, Script, Smoke, Spec, SpecHost, Target};
use crate::domain::release::{Kind, State};
use crate::domain::version::{Tag, TagKind};
use crate::engine::error::chain;
use crate::engine::guarded::Guarded;
use crate::engine::looks::ask_of;
use crate::engine::{Engine, EngineError, Place};
use crate::git;
use crate::git::mirror::MirrorTag;

impl Engine {
    /// Returns the rules that a tag in the mirror breaks; the tags in `unseen` count as not being there yet.
    pub(super) async fn judge(
        &self,
        guarded: &Guarded,
        tag: &MirrorTag,
        unseen: BTreeSet<Vec<u8>>,
    ) -> Result<Vec<Notice>, EngineError> {
        let (mirror, tag, policy) = (guarded.mirror.clone(), tag.clone(), git::policy(&guarded.repository));
        Ok(tokio::task::spawn_blocking(move || git::judge_mirror(&mirror, &tag, &policy, &unseen)).await??)
    }

    /// Asks the forge once more whether a release's tag points where it pointed.
    pub(super) async fn tag_standing(&self, state: &State) -> Result<TagStanding, EngineError> {
        let unseen =
            |why: String| TagStanding::Unseen { why: Notice::new("gate-tag-unseen").with("why", why) };
        let Some(guarded) = self.guarded_of(state) else {
            return Ok(unseen("the repository is not guarded any more".to_owned()));
        };
        if let Err(error) = self.refresh(guarded).await {
            return Ok(unseen(chain(&error)));
        }
        let (mirror, name) = (guarded.mirror.clone(), state.opening.tag.full_ref());
        let tags = tokio::task::spawn_blocking(move || mirror.list_tags()).await??;
        match tags.into_iter().find(|tag| tag.full_ref() == name) {
            Some(tag) if tag.object == state.opening.object => Ok(TagStanding::Lawful),
            Some(_) | None => {
                // The look writes down what has become of the tag and refuses the release.
                guarded.nudge.notify_one();
                Ok(unseen(format!("{name} is not what it was")))
            }
        }
    }

    /// Returns whether `newer` is `older` or contains it.
    pub(super) async fn contains(
        &self,
        state: &State,
        newer: &ObjectId,
        older: &ObjectId,
    ) -> Result<bool, EngineError> {
        let Some(guarded) = self.guarded_of(state) else { return Ok(false) };
        let (mirror, newer, older) = (guarded.mirror.clone(), newer.clone(), older.clone());
        Ok(tokio::task::spawn_blocking(move || mirror.is_ancestor(&older, &newer)).await??)
    }

    /// Returns the plan of a release's deployment, with its images pinned to `pins`.
    pub(super) async fn plan(&self, place: &Place, state: &State, pins: Pins) -> Result<Plan, EngineError> {
        let opening = &state.opening;
        let mut target = Target { pins, ..target_of(state) };
        if opening.kind == Kind::Back
            && let Some(earlier) = self.earlier_tag(state).await?
        {
            // What runs again is the earlier release; images and variables carry its name.
            target.tag = earlier.name().to_owned();
            target.version = earlier.version().to_string();
            target.object = self.object_of(state, &earlier).await?.unwrap_or(target.object);
        }
        Ok(plan::forward(&target, &spec(place)))
    }

    /// Returns the highest stable tag on a rollback's commit that is lower than what it takes back.
    async fn earlier_tag(&self, state: &State) -> Result<Option<Tag>, EngineError> {
        let Some(guarded) = self.guarded_of(state) else { return Ok(None) };
        let (mirror, prefix) = (guarded.mirror.clone(), guarded.repository.tag_prefix.clone());
        let tags = tokio::task::spawn_blocking(move || mirror.list_tags()).await??;
        let taken_back = crate::domain::version::core(state.opening.tag.version());
        Ok(tags
            .into_iter()
            .filter(|tag| tag.commit.as_ref() == Some(&state.opening.commit))
            .filter_map(|tag| Tag::parse(&tag.name, &prefix).ok())
            .filter(|tag| tag.kind() == TagKind::Release && *tag.version() < taken_back)
            .max_by(|a, b| a.version().cmp(b.version())))
    }

    async fn object_of(&self, state: &State, tag: &Tag) -> Result<Option<ObjectId>, EngineError> {
        let Some(guarded) = self.guarded_of(state) else { return Ok(None) };
        let (mirror, name) = (guarded.mirror.clone(), tag.full_ref());
        let tags = tokio::task::spawn_blocking(move || mirror.list_tags()).await??;
        Ok(tags.into_iter().find(|tag| tag.full_ref() == name).map(|tag| tag.object))
    }
}

/// Returns what a release would run.
pub(super) fn target_of(state: &State) -> Target {
    let opening = &state.opening;
    Target {
        tag: opening.tag.name().to_owned(),
        version: opening.tag.version().to_string(),
        object: opening.object.clone(),
        commit: opening.commit.clone(),
        pins: Pins::default(),
    }
}

/// Returns a script that asks something of the release's compose files; `None` when it is not deployed by compose.
///
/// The words come first, then tag, commit and the options that name project and files.
pub(super) fn compose_script(
    place: &Place,
    target: &Target,
    directory: &str,
    words: &[&str],
) -> Option<Script> {
    let Recipe::Compose { files, project, .. } = &place.environment.deploy.recipe else { return None };
    let mut command: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    command.extend([target.tag.clone(), target.commit.to_string(), "-p".to_owned(), project.clone()]);
    command.extend(files.iter().flat_map(|file| ["-f".to_owned(), file.clone()]));
    Some(Script {
        directory: Some(directory.to_owned()),
        env: target.env(&spec(place)),
        files: Default::default(),
        commands: vec![command],
    })
}

fn seconds(length: Duration) -> u64 {
    // Rounded up: a limit of half a second is not no limit.
    length.as_secs() + u64::from(length.subsec_nanos() > 0)
}

/// Returns what a plan needs to know of a place.
pub(super) fn spec(place: &Place) -> Spec {
    let environment = &place.environment;
    let recipe = match &environment.deploy.recipe {
        Recipe::Compose { files, project, pull_limit, settle } => plan::Recipe::Compose {
            files: files.clone(),
            project: project.clone(),
            pull_limit: seconds(*pull_limit),
            settle: seconds(*settle),
        },
        Recipe::Script { steps } => plan::Recipe::Script {
            steps: steps
                .iter()
                .map(|step| plan::ScriptStep {
                    name: step.name.clone(),
                    run: step.run.clone(),
                    probe: step.probe.clone(),
                    undo: step.undo.clone(),
                    limit: seconds(step.limit),
                })
                .collect(),
        },
    };
    let health = environment.healthcheck.as_ref().map(|check| match check {
        Check::Http(check) => Health::Http { ask: ask_of(check), limit: seconds(check.limit) },
        Check::Command { run, limit } => Health::Command { run: run.clone(), limit: seconds(*limit) },
    });
    Spec {
        hosts: environment
            .hosts
            .iter()
            .map(|host| SpecHost { name: host.name.clone(), directory: host.directory.clone() })
            .collect(),
        recipe,
        env: environment.deploy.env.clone(),
        health,
        smoke: Smoke {
            script: environment.smoke.script.clone(),
            url: environment.smoke.url.clone(),
            limit: seconds(environment.smoke.limit),
            endpoints: environment.smoke.endpoints.iter().map(ask_of).collect(),
        },
    }
}
