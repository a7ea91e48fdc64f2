//! Every recorded delivery of both versions is verified and understood.

use proptest::prelude::{any, prop};
use proptest::test_runner::{Config, TestRunner};
use tagwarden::config::Secret;
use tagwarden::forgejo::payload::{Hint, read};
use tagwarden::forgejo::signature::{Refused, sign, verify};

use crate::traffic::{Recorded, SECRET, VERSIONS, deliveries, delivery};

/// What is read out of a recorded delivery.
fn hint(recorded: &Recorded) -> Hint {
    read(Some(recorded.event()), &recorded.body)
}

#[test]
fn every_recorded_delivery_carries_a_good_signature_of_our_secret() {
    let secrets = [Secret::new("another-secret-0123456789abcdef"), Secret::new(SECRET)];
    for version in VERSIONS {
        let all = deliveries(version);
        assert!(all.len() >= 50, "{version}: {}", all.len());
        for recorded in all {
            let headers = recorded.all("X-Forgejo-Signature");
            assert_eq!(verify(&secrets, &headers, &recorded.body), Ok(1), "{version} {}", recorded.name);
            assert_eq!(sign(&secrets[1], &recorded.body).as_bytes(), headers[0]);
            assert_eq!(verify(&secrets[..1], &headers, &recorded.body), Err(Refused), "{}", recorded.name);
            let prefixed = recorded.all("X-Hub-Signature-256");
            assert_eq!(verify(&secrets, &prefixed, &recorded.body), Err(Refused), "{}", recorded.name);
        }
    }
}

/// What a scene's delivery should be read as: kind and tag or branch.
fn told(hint: &Hint) -> String {
    match hint {
        Hint::TagPushed(seen) => format!("pushed {}", seen.tag),
        Hint::TagCreated(seen) => format!("created {}", seen.tag),
        Hint::TagDeleted { tag, was, .. } => {
            format!("deleted {tag}{}", if was.is_some() { " with id" } else { "" })
        }
        Hint::BranchMoved { branch, .. } => format!("branch {branch}"),
        Hint::CommentMade(made) => format!("comment {} in {}", made.comment, made.issue),
        Hint::TestDelivery { .. } => "test".to_owned(),
        Hint::Ignored { why } => format!("ignored {}", why.id),
    }
}

#[test]
fn every_recorded_delivery_is_read_as_what_it_was() {
    let expected = [
        ("first-push-main-create", "branch main"),
        ("first-push-main-push", "branch main"),
        ("annotated-tag-push", "pushed v1.0.0"),
        ("annotated-tag-create", "created v1.0.0"),
        ("lightweight-tag-push", "pushed v1.0.0-rollback"),
        ("lightweight-tag-create", "created v1.0.0-rollback"),
        ("branch-and-tag-push", "branch main|pushed v1.0.1"),
        ("branch-and-tag-create", "created v1.0.1"),
        ("three-tags-push", "pushed v1.0.2|pushed v1.0.3|pushed v1.0.4"),
        ("three-tags-create", "created v1.0.2|created v1.0.3|created v1.0.4"),
        ("moved-tag-push", "pushed v1.0.4"),
        ("moved-tag-create", "created v1.0.4"),
        ("deleted-tag-push", "deleted v1.0.3 with id"),
        ("deleted-tag-delete", "deleted v1.0.3"),
        ("tag-by-api-push", "pushed v1.1.0"),
        ("tag-by-api-create", "created v1.1.0"),
        ("tag-deleted-by-api-push", "deleted v1.1.0 with id"),
        ("tag-deleted-by-api-delete", "deleted v1.1.0"),
        ("tag-deleted-by-api-release", "ignored TW-F002"),
        ("release-on-existing-tag-release", "ignored TW-F002"),
        ("release-updated-release", "ignored TW-F002"),
        ("release-on-new-tag-push", "pushed v1.2.0"),
        ("release-on-new-tag-create", "created v1.2.0"),
        ("release-on-new-tag-release", "ignored TW-F002"),
        ("draft-then-tag-push", "pushed v2.0.0"),
        ("draft-then-tag-create", "created v2.0.0"),
        ("draft-published-release", "ignored TW-F002"),
        ("release-at-once-push", "pushed v2.1.0"),
        ("release-at-once-create", "created v2.1.0"),
        ("release-at-once-release", "ignored TW-F002"),
        ("comment-issue_comment", "comment 1 in 1"),
        ("comment-edited-by-other-issue_comment", "ignored TW-F007"),
        ("comment-deleted-issue_comment", "ignored TW-F007"),
        ("pull-pull_request", "ignored TW-F002"),
        ("push-with-workflow-push", "branch main"),
        ("tag-with-workflow-push", "pushed v2.2.0"),
        ("tag-with-workflow-create", "created v2.2.0"),
        ("run-cancelled-action_run_failure", "ignored TW-F002"),
        ("ssh-user-key-push", "pushed v2.2.1"),
        ("ssh-user-key-create", "created v2.2.1"),
        ("ssh-deploy-key-push", "pushed v2.2.2"),
        ("ssh-deploy-key-create", "created v2.2.2"),
        ("receiver-503-push", "pushed v2.2.3"),
        ("receiver-503-create", "created v2.2.3"),
        ("receiver-slow-push", "pushed v2.2.4"),
        ("receiver-slow-create", "created v2.2.4"),
    ];
    for version in VERSIONS {
        let mut seen = 0;
        for recorded in deliveries(version) {
            let (_, right) = expected.iter().find(|(scene, _)| recorded.name[3..] == **scene).unwrap();
            let told = told(&hint(&recorded));
            assert!(right.split('|').any(|right| right == told), "{version} {}: {told}", recorded.name);
            seen += 1;
        }
        assert!(seen >= expected.len(), "{version}: {seen}");
    }
}

#[test]
fn push_and_create_of_a_recorded_tag_agree_and_name_its_pusher_and_commit() {
    for version in VERSIONS {
        let (push, create) =
            (delivery(version, "annotated-tag-push"), delivery(version, "annotated-tag-create"));
        let (Hint::TagPushed(pushed), Hint::TagCreated(created)) = (hint(&push), hint(&create)) else {
            panic!("both are tags")
        };
        assert_eq!((pushed.repository.id, &pushed.tag, &pushed.object), (1, &created.tag, &created.object));
        assert_eq!(pushed.repository.name.as_str(), "school/bridge");
        assert_eq!(pushed.pusher.as_ref().unwrap().login.as_str(), "ada");
        assert_eq!(pushed.pusher, created.pusher);
        assert_ne!(pushed.commit.as_ref(), Some(&pushed.object), "an annotated tag is not its commit");
        let Hint::TagPushed(by_api) = hint(&delivery(version, "tag-by-api-push")) else { panic!() };
        assert_eq!(by_api.commit.as_ref(), Some(&by_api.object), "a tag made by the API names its commit");
    }
}

#[test]
fn a_delivery_without_its_last_byte_is_refused() {
    for recorded in deliveries(VERSIONS[1]) {
        let cut = &recorded.body[..recorded.body.len() - 1];
        let verdict = verify(&[Secret::new(SECRET)], &recorded.all("X-Forgejo-Signature"), cut);
        assert_eq!(verdict, Err(Refused), "{}", recorded.name);
    }
}

#[test]
fn a_damaged_delivery_is_refused_by_its_signature_and_would_break_nothing_without_one() {
    let all: Vec<Recorded> =
        deliveries(VERSIONS[1]).into_iter().filter(|recorded| hint(recorded).key().is_some()).collect();
    let events = ["push", "create", "delete", "release"];
    let damage = (
        0..all.len(),
        prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        0..events.len(),
    );
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(2000) });
    let secret = [Secret::new(SECRET)];
    let outcome = runner.run(&damage, |(which, changes, event)| {
        let recorded = &all[which];
        let mut body = recorded.body.clone();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        if body != recorded.body {
            assert!(verify(&secret, &recorded.all("X-Forgejo-Signature"), &body).is_err());
        }
        let hint = read(Some(events[event]), &body);
        assert!(!hint.answer().id.is_empty());
        Ok(())
    });
    outcome.unwrap();
}
