//! The rules. Each has a name that people read and an id that never changes.

use super::{ChangelogFact, Known, ObjectFact, PlaceFact, Policy, SignatureFact, SignatureFlaw, TagFacts};
use crate::domain::notice::Notice;
use crate::domain::version::{Tag, TagKind, core, first_versions, next_in_series, successors};

/// Returns every rule that a tag breaks; `known` holds the versions that have tags, without this one.
pub fn judge(facts: &TagFacts, known: &Known, policy: &Policy) -> Vec<Notice> {
    let about = |id: &str| Notice::new(id).with("tag", facts.tag.name()).with("main", &policy.main);
    let Some(new) = &facts.new else {
        // What came past the rules was never released, and whoever put it there must be able to take it away.
        if facts.stray {
            return Vec::new();
        }
        // Only a stable release can be taken back.
        return vec![about(if facts.tag.kind() == TagKind::Release { "TW-T031" } else { "TW-T046" })];
    };
    if let Some(old) = &facts.old {
        // A push that changes nothing is legal and says nothing.
        return if old == new { Vec::new() } else { vec![about("TW-T030").with("old", old.short())] };
    }
    let mut findings = object(facts, &about);
    findings.extend(signature(facts, &about));
    findings.extend(facts.twin.as_ref().map(|twin| about("TW-T014").with("twin", twin)));
    if facts.tag.kind() == TagKind::Rollback {
        findings.extend(rollback(facts, known, &about));
        return findings;
    }
    // What leads to no commit lies nowhere, and there is nothing else to say about it.
    if !leads_to_a_commit(&facts.object) {
        return findings;
    }
    findings.extend(place(facts, &about));
    // Where the commit lies decides which versions may follow; without a place there is nothing to compare with.
    let refused =
        if facts.place == PlaceFact::Nowhere { None } else { version(facts, known, policy, &about) };
    // What the changelog lacks for a version that must not be would only be repaired in vain.
    findings.extend(refused.or_else(|| changelog(facts, policy, &about)));
    findings
}

/// Returns what should be known about a lawful tag.
pub fn warnings(facts: &TagFacts, policy: &Policy) -> Vec<Notice> {
    if facts.lacking.is_empty() || facts.place != PlaceFact::Main {
        return Vec::new();
    }
    let prefix = facts.tag.prefix();
    let lacking: Vec<String> = facts.lacking.iter().map(|version| format!("{prefix}{version}")).collect();
    let notice = Notice::new("TW-T060").with("tag", facts.tag.name()).with("main", &policy.main);
    vec![
        notice
            .with("lacking", lacking.join(", "))
            .with("first", lacking.first().cloned().unwrap_or_default()),
    ]
}

fn leads_to_a_commit(object: &ObjectFact) -> bool {
    match object {
        ObjectFact::Annotated { .. } | ObjectFact::Commit | ObjectFact::Nothing => true,
        ObjectFact::Indirect { .. }
        | ObjectFact::Large { .. }
        | ObjectFact::Malformed
        | ObjectFact::Other { .. } => false,
    }
}

type About<'a> = dyn Fn(&str) -> Notice + 'a;

fn object(facts: &TagFacts, about: &About<'_>) -> Vec<Notice> {
    match &facts.object {
        ObjectFact::Annotated { inside } if inside == facts.tag.name() => Vec::new(),
        ObjectFact::Annotated { inside } => vec![about("TW-T021").with("inside", inside)],
        ObjectFact::Commit if facts.tag.kind() == TagKind::Rollback => Vec::new(),
        ObjectFact::Commit => vec![about("TW-T020")],
        ObjectFact::Indirect { target } => vec![about("TW-T022").with("target", target)],
        ObjectFact::Other { kind } => vec![about("TW-T022").with("target", kind)],
        ObjectFact::Large { most } => vec![about("TW-T025").with("most", most / 1024)],
        ObjectFact::Malformed => vec![about("TW-T026")],
        ObjectFact::Nothing => Vec::new(),
    }
}

fn signature(facts: &TagFacts, about: &About<'_>) -> Option<Notice> {
    // The way back stays open: in haste a rollback may be lightweight, and the daemon's own are not signed either.
    let open = facts.tag.kind() == TagKind::Rollback;
    Some(about(match &facts.signature {
        SignatureFact::None | SignatureFact::Unknown if open => return None,
        SignatureFact::NotAsked | SignatureFact::Good { .. } => return None,
        SignatureFact::None => "TW-T034",
        SignatureFact::Unknown => "TW-T035",
        SignatureFact::Bad { why: SignatureFlaw::Wrong } => "TW-T036",
        SignatureFact::Bad { why: SignatureFlaw::Muddled } => "TW-T037",
        SignatureFact::Bad { why: SignatureFlaw::KeyNotValid } => "TW-T038",
        SignatureFact::Bad { why: SignatureFlaw::Date } => "TW-T039",
    }))
}

fn place(facts: &TagFacts, about: &About<'_>) -> Option<Notice> {
    match &facts.place {
        PlaceFact::Main | PlaceFact::Hotfix { .. } => None,
        PlaceFact::LooseHotfix { branch } => Some(about("TW-T024").with("branch", branch)),
        PlaceFact::Nowhere => Some(about("TW-T023")),
    }
}

fn version(facts: &TagFacts, known: &Known, policy: &Policy, about: &About<'_>) -> Option<Notice> {
    let version = facts.tag.version();
    // No tag carries build metadata, so equal precedence is equality.
    let same = known.contains(version);
    let allowed = allowed(facts, known, policy);
    let base = facts.base.as_ref().map_or_else(|| "0.0.0".to_owned(), ToString::to_string);
    let prefix = facts.tag.prefix();
    let shown: Vec<String> = allowed.iter().map(|version| format!("{prefix}{version}")).collect();
    let told = |id: &str| {
        about(id)
            .with("base", format!("{prefix}{base}"))
            .with("allowed", shown.join(", "))
            .with("first", shown.first().cloned().unwrap_or_default())
    };
    if same {
        return Some(told(if shown.is_empty() { "TW-T045" } else { "TW-T013" }));
    }
    if let Some(later) = facts.later_on_main.as_ref().filter(|_| facts.place == PlaceFact::Main) {
        return Some(told("TW-T018").with("later", format!("{prefix}{later}")));
    }
    let stable = core(version);
    if allowed.is_empty() {
        return Some(told("TW-T044"));
    }
    if !allowed.contains(&stable) {
        return Some(told(match (&facts.base, &facts.place) {
            (None, _) => "TW-T017",
            (Some(_), PlaceFact::Hotfix { .. } | PlaceFact::LooseHotfix { .. }) => "TW-T019",
            (Some(_), PlaceFact::Main | PlaceFact::Nowhere) => "TW-T012",
        }));
    }
    if facts.tag.kind() == TagKind::Prerelease {
        return series(version, &stable, known, &told, prefix);
    }
    None
}

/// Returns the stable versions that may come at this place, but for those that have a tag already.
fn allowed(facts: &TagFacts, known: &Known, policy: &Policy) -> Vec<semver::Version> {
    match (&facts.base, &policy.first_version) {
        (None, Some(first)) if !known.contains(first) => vec![first.clone()],
        (_, _) => may_follow(&facts.place, facts.base.as_ref(), known),
    }
}

/// Returns the stable versions that may come at a place after `base`, but for those that have a tag already.
pub fn may_follow(place: &PlaceFact, base: Option<&semver::Version>, known: &Known) -> Vec<semver::Version> {
    let mut allowed = match (base, place) {
        (None, _) => first_versions(),
        (Some(base), PlaceFact::Hotfix { .. } | PlaceFact::LooseHotfix { .. }) => successors(base)
            .into_iter()
            .filter(|next| next.major == base.major && next.minor == base.minor)
            .collect(),
        (Some(base), PlaceFact::Main | PlaceFact::Nowhere) => successors(base),
    };
    allowed.retain(|version| !known.contains(version));
    allowed
}

/// A pre-release must rank above those of its series.
fn series(
    version: &semver::Version,
    stable: &semver::Version,
    known: &Known,
    told: &About<'_>,
    prefix: &str,
) -> Option<Notice> {
    // In order, the pre-releases of a version stand right before it.
    let newest = known.range(..stable.clone()).next_back().filter(|other| core(other) == *stable)?;
    version.cmp_precedence(newest).is_lt().then(|| {
        let next = next_in_series(newest);
        told("TW-T015").with("newest", format!("{prefix}{newest}")).with("next", format!("{prefix}{next}"))
    })
}

fn rollback(facts: &TagFacts, known: &Known, about: &About<'_>) -> Option<Notice> {
    let taken_back = core(facts.tag.version());
    let named = facts.tag.taken_back().unwrap_or_default();
    if !known.contains(&taken_back) {
        return Some(about("TW-T050").with("release", named));
    }
    let earlier = facts.at_commit.iter().any(|version| *version < taken_back);
    (!earlier).then(|| about("TW-T051").with("release", named))
}

fn changelog(facts: &TagFacts, policy: &Policy, about: &About<'_>) -> Option<Notice> {
    let id = match facts.changelog {
        ChangelogFact::Off | ChangelogFact::Good => return None,
        ChangelogFact::Missing => "TW-T040",
        ChangelogFact::NoSection => "TW-T041",
        ChangelogFact::Undated => "TW-T042",
        ChangelogFact::Twice => "TW-T043",
    };
    let version = facts.tag.version();
    Some(about(id).with("path", policy.changelog.as_deref().unwrap_or_default()).with("version", version))
}

/// Returns the notice for a name that somebody meant as a version and that is none; `None` for any other name.
pub fn name(name: &[u8], policy: &Policy) -> Option<Result<Tag, Notice>> {
    match Tag::parse(name, &policy.tag_prefix) {
        Ok(tag) => Some(Ok(tag)),
        Err(notice) if Tag::looks_meant(name, &policy.tag_prefix) => Some(Err(notice)),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::names::ObjectId;

    fn policy() -> Policy {
        Policy {
            main: "main".into(),
            hotfix_branches: vec!["hotfix/*".into()],
            tag_prefix: "v".into(),
            changelog: Some("CHANGELOG.md".into()),
            other_tags: true,
            first_version: None,
            signers: None,
        }
    }

    fn facts(tag: &str, base: Option<&str>) -> TagFacts {
        TagFacts {
            tag: Tag::parse(tag.as_bytes(), "v").unwrap(),
            old: None,
            stray: false,
            new: Some(ObjectId::parse(&"a".repeat(40)).unwrap()),
            object: ObjectFact::Annotated { inside: tag.into() },
            signature: SignatureFact::NotAsked,
            twin: None,
            place: PlaceFact::Main,
            base: base.map(|base| base.parse().unwrap()),
            later_on_main: None,
            lacking: Vec::new(),
            at_commit: Vec::new(),
            changelog: ChangelogFact::Good,
        }
    }

    fn known(versions: &[&str]) -> Known {
        versions.iter().map(|version| version.parse().unwrap()).collect()
    }

    #[track_caller]
    fn ids(facts: &TagFacts, versions: &[&str]) -> Vec<String> {
        judge(facts, &known(versions), &policy()).into_iter().map(|notice| notice.id).collect()
    }

    #[test]
    fn the_proper_successors_pass_and_gaps_repeats_and_steps_back_do_not() {
        let all = ["1.2.3"];
        for good in ["v1.2.4", "v1.3.0", "v2.0.0", "v1.3.0-rc.1", "v2.0.0-alpha"] {
            assert!(ids(&facts(good, Some("1.2.3")), &all).is_empty(), "{good}");
        }
        for (bad, id) in [
            ("v1.2.5", "TW-T012"),
            ("v1.4.0", "TW-T012"),
            ("v3.0.0", "TW-T012"),
            ("v1.2.2", "TW-T012"),
            ("v1.2.3", "TW-T013"),
            ("v1.3.1", "TW-T012"),
            ("v1.2.3-rc.1", "TW-T012"),
        ] {
            let lacking = TagFacts { changelog: ChangelogFact::NoSection, ..facts(bad, Some("1.2.3")) };
            assert_eq!(ids(&lacking, &all), [id], "{bad}");
        }
    }

    #[test]
    fn a_first_release_follows_an_imaginary_zero() {
        for good in ["v0.0.1", "v0.1.0", "v1.0.0", "v0.1.0-rc.1"] {
            assert!(ids(&facts(good, None), &[]).is_empty(), "{good}");
        }
        assert_eq!(ids(&facts("v1.2.0", None), &[]), ["TW-T017"]);
        // A project that comes with numbers of its own says in its configuration where it starts.
        let known_start = Policy { first_version: Some("4.7.0".parse().unwrap()), ..policy() };
        for (tag, lawful) in [("v4.7.0", true), ("v4.7.0-rc.1", true), ("v1.0.0", false), ("v4.7.1", false)] {
            assert_eq!(judge(&facts(tag, None), &Known::new(), &known_start).is_empty(), lawful, "{tag}");
        }
    }

    #[test]
    fn a_release_from_main_without_a_shipped_hotfix_is_lawful_and_warned_about() {
        let without = TagFacts { lacking: vec!["1.2.4".parse().unwrap()], ..facts("v1.3.0", Some("1.2.3")) };
        assert!(ids(&without, &["1.2.3", "1.2.4"]).is_empty());
        let warned = warnings(&without, &policy());
        assert_eq!((warned[0].id.as_str(), warned[0].values["lacking"].as_str()), ("TW-T060", "v1.2.4"));
        let hotfix = TagFacts { place: PlaceFact::Hotfix { branch: "hotfix/x".into() }, ..without };
        assert!(warnings(&hotfix, &policy()).is_empty());
    }

    #[test]
    fn a_hotfix_line_continues_its_own_numbers() {
        let on_hotfix = |tag: &str| TagFacts {
            place: PlaceFact::Hotfix { branch: "hotfix/login".into() },
            ..facts(tag, Some("1.2.4"))
        };
        let all = ["1.2.4", "2.0.0"];
        assert!(ids(&on_hotfix("v1.2.5"), &all).is_empty());
        assert_eq!(ids(&on_hotfix("v1.3.0"), &all), ["TW-T019"]);
        let loose =
            TagFacts { place: PlaceFact::LooseHotfix { branch: "hotfix/x".into() }, ..on_hotfix("v1.2.5") };
        assert_eq!(ids(&loose, &all), ["TW-T024"]);
    }

    #[test]
    fn a_release_does_not_slip_in_below_one_that_sits_later_on_main() {
        let slipped =
            TagFacts { later_on_main: Some("1.1.0".parse().unwrap()), ..facts("v1.0.1", Some("1.0.0")) };
        assert_eq!(ids(&slipped, &["1.0.0", "1.1.0"]), ["TW-T018"]);
    }

    #[test]
    fn a_pre_release_ranks_above_its_series_and_below_nothing_that_exists() {
        let all = ["1.0.0", "1.1.0-rc.2"];
        assert!(ids(&facts("v1.1.0-rc.3", Some("1.0.0")), &all).is_empty());
        assert_eq!(ids(&facts("v1.1.0-rc.1", Some("1.0.0")), &all), ["TW-T015"]);
        assert_eq!(ids(&facts("v1.1.0-rc.2", Some("1.0.0")), &all), ["TW-T013"]);
        assert!(ids(&facts("v2.0.0-rc.1", Some("1.0.0")), &all).is_empty(), "another series blocks nothing");
    }

    #[test]
    fn a_rollback_takes_back_a_release_that_exists_to_a_commit_of_an_earlier_one() {
        let back = TagFacts {
            object: ObjectFact::Commit,
            place: PlaceFact::Nowhere,
            at_commit: vec!["1.2.4".parse().unwrap()],
            changelog: ChangelogFact::Missing,
            ..facts("v1.3.0-rollback", Some("1.2.4"))
        };
        assert!(ids(&back, &["1.2.4", "1.3.0"]).is_empty());
        assert_eq!(ids(&back, &["1.2.4"]), ["TW-T050"]);
        let forward = TagFacts { at_commit: vec!["1.3.0".parse().unwrap()], ..back };
        assert_eq!(ids(&forward, &["1.2.4", "1.3.0"]), ["TW-T051"]);
    }

    #[test]
    fn objects_moves_deletions_and_changelogs_have_rules_of_their_own() {
        let ok = || facts("v1.0.1", Some("1.0.0"));
        let other = ObjectId::parse(&"b".repeat(40)).unwrap();
        for (facts, id) in [
            (TagFacts { object: ObjectFact::Commit, ..ok() }, "TW-T020"),
            (TagFacts { object: ObjectFact::Annotated { inside: "v1.0.0".into() }, ..ok() }, "TW-T021"),
            (TagFacts { object: ObjectFact::Indirect { target: "tag".into() }, ..ok() }, "TW-T022"),
            (TagFacts { object: ObjectFact::Other { kind: "tree".into() }, ..ok() }, "TW-T022"),
            (TagFacts { object: ObjectFact::Large { most: 1 << 20 }, ..ok() }, "TW-T025"),
            (TagFacts { object: ObjectFact::Malformed, ..ok() }, "TW-T026"),
            (TagFacts { signature: SignatureFact::None, ..ok() }, "TW-T034"),
            (TagFacts { signature: SignatureFact::Unknown, ..ok() }, "TW-T035"),
            (TagFacts { signature: SignatureFact::Bad { why: SignatureFlaw::Wrong }, ..ok() }, "TW-T036"),
            (TagFacts { signature: SignatureFact::Bad { why: SignatureFlaw::Muddled }, ..ok() }, "TW-T037"),
            (
                TagFacts { signature: SignatureFact::Bad { why: SignatureFlaw::KeyNotValid }, ..ok() },
                "TW-T038",
            ),
            (TagFacts { signature: SignatureFact::Bad { why: SignatureFlaw::Date }, ..ok() }, "TW-T039"),
            (TagFacts { twin: Some("V1.0.1".into()), ..ok() }, "TW-T014"),
            (TagFacts { place: PlaceFact::Nowhere, ..ok() }, "TW-T023"),
            (TagFacts { old: Some(other), ..ok() }, "TW-T030"),
            (TagFacts { new: None, ..ok() }, "TW-T031"),
            (TagFacts { changelog: ChangelogFact::Missing, ..ok() }, "TW-T040"),
            (TagFacts { changelog: ChangelogFact::NoSection, ..ok() }, "TW-T041"),
            (TagFacts { changelog: ChangelogFact::Undated, ..ok() }, "TW-T042"),
            (TagFacts { changelog: ChangelogFact::Twice, ..ok() }, "TW-T043"),
        ] {
            assert_eq!(ids(&facts, &["1.0.0"]), [id]);
        }
        assert!(ids(&TagFacts { new: None, stray: true, ..ok() }, &["1.0.0"]).is_empty());
        let same = TagFacts { old: ok().new, ..ok() };
        assert!(ids(&same, &["1.0.0"]).is_empty(), "a push that changes nothing is legal");
    }
}
