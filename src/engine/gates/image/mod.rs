//! The gate that is good when every image of the release stands in its registry; what it finds is what is deployed.
//!
//! Which images those are is asked on the first host, of the files of exactly the tag's commit, beside the running
//! checkout. The registries are asked by the daemon. The digests are the facts of the gate: an approval is bound to
//! them, and the plan pins every service to them.

mod told;

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use super::memory::NeededFrom;
use super::{Sight, host_of};
use crate::config::{Images, Recipe};
use crate::domain::gate::Standing;
use crate::domain::image::ImageName;
use crate::domain::notice::Notice;
use crate::domain::plan::{Needed, Output, Pins, Script, needed};
use crate::domain::release::{Kind, State};
use crate::engine::error::chain;
use crate::engine::judge::{compose_script, target_of};
use crate::engine::{Engine, Place};
use crate::registry::{Answer, Registries};
use crate::signals;
use told::{UNSHOWN, facts, judge};

/// The name of the gate.
const GATE: &str = "image";
/// The longest that the files of a commit may take: they may have to be fetched first.
const LIMIT: Duration = Duration::from_secs(300);
/// How many images are asked for at the same time: enough for most releases, little enough for any registry.
const AT_ONCE: usize = 4;
/// The exit statuses of our own text: git could not do its part.
const GITS: std::ops::RangeInclusive<i32> = 90..=93;

/// Returns what a release's images are pinned to, by the evidence that the journal holds.
///
/// `Err` when the environment wants them pinned and nothing good was seen yet: then nothing may start.
pub(in crate::engine) fn pins_of(place: &Place, state: &State) -> Result<Pins, ()> {
    let wanted = place.environment.gates.iter().any(|gate| gate.name == GATE);
    if !wanted || state.opening.kind == Kind::Back {
        return Ok(Pins::default());
    }
    match state.evidence.get(GATE) {
        Some(seen) if seen.standing == Standing::Good => {
            let pins = Pins::of(&seen.facts);
            if pins.is_empty() { Err(()) } else { Ok(pins) }
        }
        Some(_) | None => Err(()),
    }
}

impl Engine {
    /// Asks for every image of the release.
    pub(super) async fn look_for_images(&self, place: &Place, state: &State, images: &Images) -> Sight {
        let Some((configured, host)) = host_of(place, None) else {
            return Sight::new(Standing::Unknown, Notice::new("gate-no-host"), "");
        };
        let source = signals::evidence(&format!("{}: {}", configured.name, files_of(place)));
        let unreached = |why: &str| {
            let reason = Notice::new("gate-unreached").with("what", &configured.name);
            Sight::new(Standing::Unknown, reason.with("why", signals::evidence(why)), source.clone())
        };
        let Some(question) = Question::of(place, state, &configured.directory) else {
            return Sight::new(Standing::Unknown, Notice::new("gate-no-host"), source);
        };
        let known = place.gates.needed(state.opening.id, &question.asked);
        let script = question.script(known.as_ref().map_or("-", |(from, _)| &from.found));
        let output = match host.look(&script, LIMIT).await {
            Ok(output) => output,
            Err(error) => return unreached(&chain(&error)),
        };
        if is_unknown(output.status) {
            let last = output.stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            return unreached(last);
        }
        let needed = match read(&question, known, &output, images) {
            Ok((from, needed)) => {
                place.gates.remember_needed(state.opening.id, from, &needed);
                shown(needed, state, &question.script.env)
            }
            Err(why) => return Sight::new(Standing::Bad, why, source),
        };
        let answers = self.ask_registries(images, &needed).await;
        let (standing, reason) = judge(&needed, &answers);
        let mut sight = Sight::new(standing, reason, source);
        sight.facts = facts(&needed, &answers);
        sight.binds = true;
        sight
    }

    /// Asks every registry, a few images at a time; one that several services share is asked for once.
    async fn ask_registries(&self, images: &Images, needed: &Needed) -> BTreeMap<ImageName, Answer> {
        let registries = Registries::new(&self.0.http, &images.registries, &self.0.config.forge.url);
        let mut wanted: Vec<&ImageName> = needed.images.values().collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut answers = BTreeMap::new();
        for few in wanted.chunks(AT_ONCE) {
            let asked = join_all(few.iter().map(|image| registries.find(image))).await;
            answers.extend(few.iter().map(|image| (*image).clone()).zip(asked));
        }
        answers
    }
}

fn files_of(place: &Place) -> String {
    match &place.environment.deploy.recipe {
        Recipe::Compose { files, .. } => files.join(" "),
        Recipe::Script { .. } => String::new(),
    }
}

/// What is asked of a host.
struct Question {
    script: Script,
    /// All that goes into the answer and is known here.
    asked: String,
}

impl Question {
    fn of(place: &Place, state: &State, directory: &str) -> Option<Self> {
        let target = target_of(state);
        let script = compose_script(place, &target, directory, &[])?;
        let asked = format!("{:?} {:?} {:?}", script.directory, script.env, script.commands);
        Some(Self { script, asked })
    }

    /// Returns the script for a host of which this is known.
    fn script(&self, known: &str) -> Script {
        let mut script = self.script.clone();
        script.files.insert("resolve.sh".to_owned(), include_str!("resolve.sh").to_owned());
        let words = ["sh", "{step}/resolve.sh", "{step}", known].map(ToOwned::to_owned);
        script.commands = script.commands.into_iter().map(|rest| [words.to_vec(), rest].concat()).collect();
        script
    }
}

/// Returns what is needed and what that was read from: the answer now, or what is known when nothing has changed.
fn read(
    question: &Question,
    known: Option<(NeededFrom, Needed)>,
    output: &Output,
    images: &Images,
) -> Result<(NeededFrom, Needed), Notice> {
    let (found, resolved) = output.stdout.split_once('\n').unwrap_or_default();
    if let Some((from, needed)) = known
        && output.status == 0
        && resolved.is_empty()
        && from.found == found
    {
        return Ok((from, needed));
    }
    let resolved = Output { stdout: resolved.to_owned(), ..cleaned(output) };
    let needed = needed(&resolved, &images.skip).map_err(presentable)?;
    Ok((NeededFrom { asked: question.asked.clone(), found: found.to_owned() }, needed))
}

/// Returns a notice whose values may stand on a page.
fn presentable(mut notice: Notice) -> Notice {
    if let Some(image) = notice.values.get_mut("image") {
        *image = if image.is_empty() { UNSHOWN.to_owned() } else { signals::evidence(image) };
    }
    notice
}

/// Returns what is needed with the names of images as they are shown: as they are written, and of what is filled in only
/// what the release itself brings.
fn shown(mut needed: Needed, state: &State, env: &BTreeMap<String, String>) -> Needed {
    let opening = &state.opening;
    let own = [opening.tag.name().to_owned(), opening.tag.version().to_string(), opening.commit.to_string()];
    for text in needed.written.values_mut() {
        for (name, value) in env.iter().filter(|(_, value)| own.contains(value)) {
            *text = text.replace(&format!("${{{name}}}"), value);
        }
        *text = signals::evidence(text);
    }
    needed
}

/// Whether a status says nothing about the files: git failed, the limit passed, or the look was killed.
fn is_unknown(status: i32) -> bool {
    GITS.contains(&status) || matches!(status, 124..=127) || status > 128
}

/// Returns the output with nothing in its words that no page should show.
fn cleaned(output: &Output) -> Output {
    let lines = |text: &str| text.lines().map(signals::evidence).collect::<Vec<_>>().join("\n");
    Output { stderr: lines(&output.stderr), ..output.clone() }
}
