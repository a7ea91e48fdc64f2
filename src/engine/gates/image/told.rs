//! What the answers of the registries mean, told without anything that a host has filled in.
//!
//! Whoever may push writes the compose files, and may put any variable of the host's `.env` into the name of an image.
//! So a name is only ever shown as it is written in the files.

use std::collections::BTreeMap;

use crate::domain::gate::Standing;
use crate::domain::image::{HUB, ImageName};
use crate::domain::notice::Notice;
use crate::domain::plan::{Needed, is_pinned};
use crate::registry::Answer;
use crate::signals;

/// What is shown of an image where nothing of it may be.
pub(super) const UNSHOWN: &str = "…";

/// An image as it is shown: its service, and its name as far as that may be shown.
fn name_of(service: &str, needed: &Needed) -> String {
    format!("{} ({service})", needed.written.get(service).map_or(UNSHOWN, String::as_str))
}

/// A registry as it is shown: only when it is written like that, for it may be filled in.
fn registry_of<'n>(service: &str, image: &'n ImageName, needed: &Needed) -> &'n str {
    let written = needed.written.get(service).and_then(|text| text.split_once('/'));
    let same = written.is_some_and(|(registry, _)| registry.eq_ignore_ascii_case(&image.registry));
    if same || image.registry == HUB { &image.registry } else { UNSHOWN }
}

/// Returns what the gate says: what nobody may ask or find comes first, and what is not known last.
pub(super) fn judge(needed: &Needed, answers: &BTreeMap<ImageName, Answer>) -> (Standing, Notice) {
    let said: Vec<(&String, &ImageName, &Answer)> = needed
        .images
        .iter()
        .filter_map(|(service, image)| Some((service, image, answers.get(image)?)))
        .collect();
    let first = |wanted: &dyn Fn(&Answer) -> bool| said.iter().find(|(_, _, answer)| wanted(answer));
    let notice = |id: &str, (service, image, _): &(&String, &ImageName, &Answer)| {
        let reason = Notice::new(id).with("image", name_of(service, needed));
        reason.with("registry", registry_of(service, image, needed))
    };
    if let Some(one) = first(&|answer| matches!(answer, Answer::Unlisted)) {
        return (Standing::Bad, notice("gate-image-unlisted", one));
    }
    let absent = said.iter().filter(|(_, _, answer)| matches!(answer, Answer::Absent));
    let absent: Vec<String> = absent.map(|(service, _, _)| name_of(service, needed)).collect();
    if !absent.is_empty() {
        return (Standing::Bad, Notice::new("gate-image-absent").with("images", absent.join(", ")));
    }
    for one in &said {
        if let Answer::Wrong { why } = one.2 {
            // Digests look like secrets, and are none.
            return (Standing::Bad, notice("gate-image-wrong", one).with("why", signals::plain(why)));
        }
    }
    for (login, id) in [(true, "gate-image-login-refused"), (false, "gate-image-login-missing")] {
        if let Some(one) = first(&|answer| *answer == Answer::Denied { login }) {
            return (Standing::Bad, notice(id, one));
        }
    }
    for one in &said {
        if let Answer::Unknown { why } = one.2 {
            return (
                Standing::Unknown,
                notice("gate-image-unknown", one).with("why", signals::evidence(why)),
            );
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
pub(super) fn facts(needed: &Needed, answers: &BTreeMap<ImageName, Answer>) -> BTreeMap<String, String> {
    let pinned = needed.images.iter().filter_map(|(service, image)| match answers.get(image)? {
        Answer::Found(digest) => {
            Some((service.clone(), image.pinned(digest))).filter(|(_, text)| is_pinned(text))
        }
        Answer::Absent
        | Answer::Denied { .. }
        | Answer::Unlisted
        | Answer::Wrong { .. }
        | Answer::Unknown { .. } => None,
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
            (vec![Answer::Absent, Answer::Unlisted], Standing::Bad, "gate-image-unlisted"),
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
                written: BTreeMap::new(),
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

    #[test]
    fn what_the_host_fills_in_is_never_said() {
        let all: [fn() -> Answer; 6] = [
            || Answer::Unlisted,
            || Answer::Absent,
            || Answer::Wrong { why: "another".to_owned() },
            || Answer::Denied { login: true },
            || Answer::Denied { login: false },
            || Answer::Unknown { why: "it answers 503".to_owned() },
        ];
        for (image, written, shown) in [
            ("evil.example/a:hunter2", Some("evil.example/a:${PASSWORD}"), "evil.example"),
            ("hunter2.evil.example/a:v1", Some("${PASSWORD}.evil.example/a:v1"), UNSHOWN),
            ("evil.example/a:hunter2", None, UNSHOWN),
        ] {
            for answer in all {
                let name = ImageName::parse(image).unwrap();
                let needed = Needed {
                    images: [("app".to_owned(), name.clone())].into(),
                    left_out: BTreeMap::new(),
                    written: written.map(|text| ("app".to_owned(), text.to_owned())).into_iter().collect(),
                };
                let (_, reason) = judge(&needed, &[(name, answer())].into());
                assert!(!format!("{reason:?}").contains("hunter2"), "{reason:?}");
                assert!(reason.values.get("registry").is_none_or(|registry| registry == shown), "{reason:?}");
            }
        }
    }
}
