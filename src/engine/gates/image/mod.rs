//! The gate that is good when every image of the release stands in its registry; what it finds is what is deployed.
//!
//! Which images those are is asked on the first host, of the files of exactly the tag's commit, beside the running
//! checkout. The registries are asked by the daemon. The digests are the facts of the gate: an approval is bound to
//! them, and the plan pins every service to them.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use super::{Sight, host_of};
use crate::config::{Images, Recipe};
use crate::domain::gate::Standing;
use crate::domain::image::ImageName;
use crate::domain::notice::Notice;
use crate::domain::plan::{Needed, Output, Pins, Script, is_pinned, needed};
use crate::domain::release::{Kind, State};
use crate::engine::error::chain;
use crate::engine::judge::{compose_script, target_of};
use crate::engine::{Engine, Place};
use crate::registry::{Answer, Registries};
use crate::signals;

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
        let Some(script) = script(place, state, &configured.directory) else {
            return Sight::new(Standing::Unknown, Notice::new("gate-no-host"), source);
        };
        let output = match host.look(&script, LIMIT).await {
            Ok(output) => output,
            Err(error) => return unreached(&chain(&error)),
        };
        if is_unknown(output.status) {
            let last = output.stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            return unreached(last);
        }
        let needed = match needed(&cleaned(&output), &images.skip) {
            Ok(needed) => needed,
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
        let registries = Registries::new(&self.0.http, &images.registries);
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

fn script(place: &Place, state: &State, directory: &str) -> Option<Script> {
    let target = target_of(state);
    let mut script = compose_script(place, &target, directory, &["sh", "{step}/resolve.sh", "{step}"])?;
    script.files.insert("resolve.sh".to_owned(), include_str!("resolve.sh").to_owned());
    Some(script)
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

/// Returns what the gate says: what is missing comes first, and what is not known last.
fn judge(needed: &Needed, answers: &BTreeMap<ImageName, Answer>) -> (Standing, Notice) {
    let which = |wanted: fn(&Answer) -> bool| {
        let named = answers.iter().filter(|(_, answer)| wanted(answer)).map(|(name, _)| name.to_string());
        named.collect::<Vec<_>>().join(", ")
    };
    let absent = which(|answer| matches!(answer, Answer::Absent));
    if !absent.is_empty() {
        return (Standing::Bad, Notice::new("gate-image-absent").with("images", absent));
    }
    for (name, answer) in answers {
        if let Answer::Wrong { why } = answer {
            // Digests look like secrets, and are none.
            let reason = Notice::new("gate-image-wrong").with("image", name);
            return (Standing::Bad, reason.with("why", signals::plain(why)));
        }
    }
    for (login, id) in [(true, "gate-image-login-refused"), (false, "gate-image-login-missing")] {
        let denied = answers.iter().find(|(_, answer)| **answer == Answer::Denied { login });
        if let Some((name, _)) = denied {
            let reason = Notice::new(id).with("image", name).with("registry", &name.registry);
            return (Standing::Bad, reason);
        }
    }
    for (name, answer) in answers {
        if let Answer::Unknown { why } = answer {
            let reason = Notice::new("gate-image-unknown").with("image", name);
            return (Standing::Unknown, reason.with("why", signals::evidence(why)));
        }
    }
    let reason = match needed.left_out.is_empty() {
        true => Notice::new("gate-image-good"),
        false => {
            let names: Vec<&str> = needed.left_out.keys().map(String::as_str).collect();
            Notice::new("gate-image-good-but").with("services", names.join(", "))
        }
    };
    (Standing::Good, reason.with("count", answers.len()))
}

/// Returns by service what it is pinned to, or why it is not.
fn facts(needed: &Needed, answers: &BTreeMap<ImageName, Answer>) -> BTreeMap<String, String> {
    let pinned = needed.images.iter().filter_map(|(service, image)| match answers.get(image)? {
        Answer::Found(digest) => {
            Some((service.clone(), image.pinned(digest))).filter(|(_, text)| is_pinned(text))
        }
        Answer::Absent | Answer::Denied { .. } | Answer::Wrong { .. } | Answer::Unknown { .. } => None,
    });
    let left_out = needed.left_out.iter().map(|(service, why)| (service.clone(), (*why).to_owned()));
    pinned.chain(left_out).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::image::Digest;

    #[test]
    fn what_is_missing_is_told_before_what_is_not_known() {
        let digest = Digest::parse(&format!("sha256:{}", "0".repeat(64))).unwrap();
        let unknown = || Answer::Unknown { why: "it answers 503".to_owned() };
        let wrong = || Answer::Wrong { why: "another".to_owned() };
        let found = || Answer::Found(digest.clone());
        for (answers, standing, id) in [
            (vec![found(), found()], Standing::Good, "gate-image-good-but"),
            (vec![found(), Answer::Absent], Standing::Bad, "gate-image-absent"),
            (vec![Answer::Absent, unknown()], Standing::Bad, "gate-image-absent"),
            (vec![unknown(), wrong()], Standing::Bad, "gate-image-wrong"),
            (vec![unknown(), Answer::Denied { login: false }], Standing::Bad, "gate-image-login-missing"),
            (vec![unknown(), Answer::Denied { login: true }], Standing::Bad, "gate-image-login-refused"),
            (vec![found(), unknown()], Standing::Unknown, "gate-image-unknown"),
        ] {
            let names = ["git.example.org/a/app:v1", "nginx"].map(|name| ImageName::parse(name).unwrap());
            let needed = Needed {
                images: ["app", "front"].map(ToOwned::to_owned).into_iter().zip(names.clone()).collect(),
                left_out: [("worker".to_owned(), "skip")].into(),
            };
            let answers = names.into_iter().zip(answers).collect();
            let (said, reason) = judge(&needed, &answers);
            assert_eq!((said, reason.id.as_str()), (standing, id));
            let facts = facts(&needed, &answers);
            assert_eq!(facts["worker"], "skip");
            let all = answers.values().all(|answer| matches!(answer, Answer::Found(_)));
            assert_eq!(facts.len() == 3, all, "{facts:?}");
        }
    }
}
