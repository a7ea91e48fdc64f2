//! What is found about the forge: away, another version, another clock, a token without rights, webhooks.

use jiff::Timestamp;
use tagwarden::clock::Clock;
use tagwarden::demo::REPOSITORY;
use tagwarden::demo::forge::FakeForge;

use crate::house::{House, rules};
use crate::patient::{Patient, found, of};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_forge_that_is_away_is_said_once_and_the_rest_is_not_known() {
    let patient = Patient::lie_down().await;
    patient.0.ground.forge.be_down(true);
    let (code, all) = patient.asked(&[]);
    assert_eq!((code, of(&all, "forge")), (Some(2), vec!["error TW-Q024".to_owned()]));
    for check in ["clock", "token", "branch", "webhook", "protection"] {
        assert_eq!(of(&all, check), ["unknown TW-Q022"], "{check}");
    }
    patient.rewrite(|text| text.replace(&patient.0.ground.forge.url(), "http://127.0.0.1:9"));
    let (_, all) = patient.asked(&[]);
    let away = all.iter().find(|one| one.check == "forge").unwrap();
    assert_eq!((away.id.as_str(), away.about.as_str()), ("TW-Q024", "http://127.0.0.1:9"));
    assert!(away.hint.ends_with("curl -v http://127.0.0.1:9/api/v1/version"), "{}", away.hint);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn versions_are_supported_left_behind_or_unknown_and_hostile_ones_are_written_out() {
    let patient = Patient::lie_down().await;
    for (version, state) in [
        ("16.0.0", "ok doctor-forge"),
        ("15.0.3+gitea-1.22.0", "ok doctor-forge"),
        ("11.0.2", "warning TW-Q020"),
        ("1.24.6", "error TW-Q021"),
        ("\u{1b}[2J\u{202e}", "error TW-Q021"),
    ] {
        patient.0.ground.forge.be_version(version);
        assert_eq!(patient.by("forge"), [state], "{version}");
    }
    let said = patient.said(&[]).out;
    assert!(!said.contains('\u{1b}') && said.contains("\\u{1b}[2J\\u{202e}"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_forge_whose_clock_is_wrong_is_noticed() {
    let patient = Patient::lie_down().await;
    assert_eq!(patient.by("clock"), ["ok doctor-clock"]);
    let folder = tempfile::tempdir().unwrap();
    let hour = jiff::SignedDuration::from_hours(1);
    let (clock, _hand) = Clock::movable(Timestamp::now().checked_add(hour).unwrap());
    let fast = FakeForge::start(folder.path(), clock).await.unwrap();
    // The same people in the same order, so the same tokens.
    fast.add_user("tagwarden");
    patient.rewrite(|text| text.replace(&patient.0.ground.forge.url(), &fast.url()));
    let (code, all) = patient.asked(&[]);
    assert_eq!((code, of(&all, "clock")), (Some(2), vec!["error TW-Q026".to_owned()]));
    let clock = all.iter().find(|one| one.check == "clock").unwrap();
    assert!(clock.message.contains("3599 s") || clock.message.contains("3600 s"), "{}", clock.message);
    // And there is no such repository.
    assert_eq!(of(&all, "token"), ["error TW-Q042"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_is_judged_by_what_the_forge_lets_it_do() {
    let patient = Patient::lie_down().await;
    let forge = &patient.0.ground.forge;
    assert_eq!(patient.by("token"), ["ok doctor-token"]);
    assert!(forge.statuses("0000000000000000000000000000000000000000").is_empty());
    for (scopes, state) in [
        (&["read:user", "write:repository"][..], "ok doctor-token"),
        (&["read:user", "read:repository"], "error TW-Q041"),
        (&["read:user"], "error TW-Q041"),
        (&["write:repository"], "error TW-Q041"),
        (&[], "error TW-Q041"),
    ] {
        forge.limit_token("tagwarden", scopes);
        assert_eq!(patient.by("token"), [state], "{scopes:?}");
    }
    std::fs::write(patient.file("token"), "0123456789012345678901234567890123456789").unwrap();
    let (_, all) = patient.asked(&[]);
    assert_eq!(of(&all, "token"), ["error TW-Q040"]);
    assert_eq!(of(&all, "webhook"), ["unknown TW-Q022"]);
    let token = all.iter().find(|one| one.check == "token").unwrap();
    assert!(token.hint.contains(&format!("{}/user/settings/applications", forge.url())), "{}", token.hint);
    // ada is in no team, so the repository is hidden from her.
    std::fs::write(patient.file("token"), forge.add_user("ada")).unwrap();
    assert_eq!(patient.by("token"), ["error TW-Q042"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_that_is_no_administrators_learns_nothing_about_settings() {
    let house = House::lay(&rules("")).await;
    let all = found(&house.run(&["doctor", "--json"]).json());
    assert_eq!(of(&all, "token"), ["ok doctor-token"]);
    assert_eq!(of(&all, "webhook"), ["unknown TW-Q045"]);
    assert_eq!(of(&all, "protection"), ["unknown TW-Q045"]);
    let webhook = all.iter().find(|one| one.check == "webhook").unwrap();
    let page = format!("{}/{REPOSITORY}/settings/hooks", house.ground.forge.url());
    assert!(webhook.hint.contains(&page), "{}", webhook.hint);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_wrong_with_a_webhook_is_named_with_its_page() {
    let patient = Patient::lie_down().await;
    let right = format!("http://{}/webhooks/forgejo", patient.0.address);
    // Loopback, and no daemon that could tell whether anything arrives.
    let (_, all) = patient.asked(&[]);
    assert_eq!(of(&all, "webhook"), ["warning TW-Q057"]);
    let hint = &all.iter().find(|one| one.check == "webhook").unwrap().hint;
    assert!(hint.contains("[webhook] ALLOWED_HOST_LIST = loopback"), "{hint}");
    assert!(hint.contains(&format!("{REPOSITORY}/settings/hooks/1")), "{hint}");

    patient.webhook(|webhook| webhook.active = false);
    assert_eq!(patient.by("webhook"), ["error TW-Q051"]);
    patient.webhook(|webhook| (webhook.active, webhook.kind) = (true, "gitea".to_owned()));
    assert_eq!(patient.by("webhook"), ["error TW-Q052"]);
    patient.webhook(|webhook| {
        (webhook.kind, webhook.content_type) = ("forgejo".to_owned(), "form".to_owned());
    });
    assert_eq!(patient.by("webhook"), ["error TW-Q053"]);
    patient.webhook(|webhook| {
        (webhook.content_type, webhook.events) = ("json".to_owned(), vec!["push".to_owned()]);
    });
    let (_, all) = patient.asked(&[]);
    let webhook = all.iter().find(|one| one.check == "webhook").unwrap();
    assert_eq!(
        (webhook.state.as_str(), webhook.message.as_str()),
        ("error", "it does not tell: create, delete")
    );
    let events = || ["push", "create", "delete"].map(ToOwned::to_owned).to_vec();
    patient.webhook(|webhook| {
        (webhook.events, webhook.url) = (events(), "http://127.0.0.1:1/webhooks/forgejo".to_owned());
    });
    assert_eq!(patient.by("webhook"), ["warning TW-Q056"]);
    patient.webhook(|webhook| webhook.url = "https://elsewhere.example.org/hook".to_owned());
    let (_, all) = patient.asked(&[]);
    let missing = all.iter().find(|one| one.check == "webhook").unwrap();
    assert_eq!(missing.id, "TW-Q050");
    assert!(
        missing.hint.contains(&right) && missing.hint.contains("/settings/hooks/forgejo/new"),
        "{}",
        missing.hint
    );
    // A second one that is right makes up for one that is not.
    patient.0.ground.forge.add_webhook(REPOSITORY, &right, "s").unwrap();
    assert_eq!(patient.by("webhook"), ["warning TW-Q057"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_daemon_knows_whether_anything_ever_arrived() {
    let house = House::open(&rules("")).await;
    house.ground.forge.make_admin("tagwarden");
    let all = || found(&house.run(&["doctor", "--json"]).json());
    let before = all();
    assert_eq!(of(&before, "webhook"), ["warning TW-Q055"]);
    house.ground.forge.send_test_delivery(REPOSITORY).unwrap();
    house.ground.forge.all_sent().await;
    assert_eq!(of(&all(), "webhook"), ["ok doctor-webhook"]);
    // One of the organisation stands in no repository's list, but what comes from it does.
    house.ground.forge.remove_webhooks(REPOSITORY).unwrap();
    assert_eq!(of(&all(), "webhook"), ["ok doctor-webhook-elsewhere"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_missing_main_branch_and_unprotected_tags_are_named() {
    let patient = Patient::lie_down().await;
    assert_eq!(patient.by("branch"), ["ok doctor-branch"]);
    assert_eq!(patient.by("protection"), ["warning TW-Q058"]);
    patient.0.run(&["hook", "install", "--protect"]).good();
    assert_eq!(patient.by("protection"), ["ok doctor-protection"]);
    patient.rewrite(|text| {
        text.replace(
            "name = \"school/bridge\"\n",
            "name = \"school/bridge\"\nmain = \"release/next\"\ntag_prefix = \"r\"\n",
        )
    });
    assert_eq!(patient.by("branch"), ["error TW-Q046"]);
    assert_eq!(patient.by("protection"), ["warning TW-Q058"]);
    patient.0.ground.git("ada", &["push", "--quiet", "origin", "main:release/next"]).unwrap();
    patient.0.ground.forge.sync().await;
    assert_eq!(patient.by("branch"), ["ok doctor-branch"]);
}
