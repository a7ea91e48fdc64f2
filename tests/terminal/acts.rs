//! What people do: with which right, with which words, and what it changes.

use std::os::unix::fs::PermissionsExt;

use tagwarden::demo::Version;

use crate::house::{House, rules};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_approval_needs_a_token_and_the_right_and_then_it_goes_to_complete() {
    let house = House::open(&rules("")).await;
    house.push("1.1.0").await;
    house.run(&["approve", "1"]).refused(3, "TW-P011");
    house.run_as("twp_0000", &["approve", "1"]).refused(3, "TW-P012");
    house.run(&["approve", "1", "--token-file", "/nowhere"]).refused(3, "TW-U030");
    let ada = house.token("ada");
    let not = house.run_as(&ada, &["approve", "v1.1.0"]);
    not.refused(3, "TW-P001");
    assert!(not.err.contains("team:school/release"), "{not:#?}");

    // In the usual place, readable by others: it works, and that is said.
    let place = house.folder.path().join(".config/tagwarden");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("token"), format!("{}\n", house.token("grace"))).unwrap();
    std::fs::set_permissions(place.join("token"), std::fs::Permissions::from_mode(0o644)).unwrap();
    house.run(&["approve", "1", "--commit", "0000000"]).refused(6, "TW-U032");
    let commit = house.run(&["show", "1", "--json"]).json()["commit"].as_str().unwrap().to_owned();
    let approved = house.run(&["approve", "v1.1.0", "--commit", &commit[..8]]).good();
    let done = format!("Approved: v1.1.0 ({}) for production of school/bridge, release 1.\n", &commit[..10]);
    assert!(approved.out.starts_with(&done), "{approved:#?}");
    assert!(approved.err.contains("warning: Others can read your token in "), "{approved:#?}");
    assert!(approved.err.ends_with("follow it with: tagwarden log 1 --follow\n"), "{approved:#?}");

    let log = house.run(&["log", "1", "--follow"]).good();
    assert!(log.out.contains("  grace approved.\n"), "{log:#?}");
    assert!(log.out.contains("  The release is complete.\n"), "{log:#?}");
    let order: Vec<usize> = [
        "  switch on prod-1 begins.\n",
        "    prod-1 switch | the application runs from ",
        "  switch on prod-1 is done.\n",
        "  The watch is over; it saw nothing wrong.\n",
    ]
    .map(|part| log.out.find(part).unwrap_or_else(|| panic!("{part:?} is missing in\n{}", log.out)))
    .to_vec();
    assert!(order.is_sorted(), "{}", log.out);
    assert!(log.out.ends_with("v1.1.0 is in production; the watch saw nothing wrong.\n"), "{log:#?}");
    let shown = house.run(&["show", "1"]).good();
    assert!(shown.out.contains("phase        ✓ complete\n"), "{}", shown.out);
    assert!(shown.out.contains("  ✓ done  prod-1  switch"), "{}", shown.out);
    // It is there already: nothing may deploy it again, and it says why.
    let explained = house.run(&["explain", "1"]);
    assert_eq!(explained.code, Some(5), "{explained:#?}");
    house.run(&["approve", "1"]).refused(6, "TW-E001");

    let lines = house.run(&["log", "1", "--json"]).good().out;
    let kinds: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter_map(|line| line["line"]["kind"].as_str().map(ToOwned::to_owned))
        .collect();
    assert_eq!(kinds.first().map(String::as_str), Some("opened"));
    assert_eq!(kinds.last().map(String::as_str), Some("completed"));
    assert!(lines.lines().last().unwrap().contains("\"end\""), "{lines}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_act_wants_its_reason_and_says_what_changed_and_what_to_type_next() {
    let house = House::open(&rules("")).await;
    house.push("1.1.0").await;
    let (ada, grace) = (house.token("ada"), house.token("grace"));
    for act in ["deny", "hold", "withdraw", "rollback", "retry"] {
        house.run_as(&ada, &[act, "1"]).refused(2, "TW-X015");
        house.run_as(&ada, &[act, "1", "--reason", "  "]).refused(2, "TW-X015");
    }
    house.run_as(&ada, &["hold", "--reason", "of what?"]).refused(2, "TW-U009");
    house.run_as(&ada, &["hold", "1", "--everything", "--reason", "x"]).refused(2, "TW-U010");

    let held = house.run_as(&ada, &["hold", "1", "--reason", "the certificate"]).good();
    assert!(held.out.starts_with("Held: v1.1.0 ("), "{held:#?}");
    assert_eq!(held.err, "let it go on with: tagwarden lift 1\n");
    house.until("the hold to be asked about", |house| {
        house.run(&["explain", "1"]).out.contains("ada holds it: the certificate")
    });
    let lifted = house.run_as(&ada, &["lift", "1"]).good();
    assert!(lifted.out.contains("goes on."), "{lifted:#?}");

    let scope = "school/bridge#production";
    house
        .run_as(&ada, &["hold", "--environment", "school/bridge#moon", "--reason", "x"])
        .refused(4, "TW-P006");
    let past = ["hold", "--environment", scope, "--reason", "x", "--until", "2020-01-01T00:00:00Z"];
    house.run_as(&ada, &past).refused(2, "TW-X017");
    let held = house
        .run_as(
            &ada,
            &["hold", "--environment", scope, "--reason", "exams", "--until", "2099-01-01T00:00:00Z"],
        )
        .good();
    assert_eq!(held.out, format!("Held: nothing new starts on {scope}.\n"));
    assert!(held.err.contains(&format!("tagwarden lift --environment {scope}")), "{held:#?}");
    let status = house.run(&["status"]).good();
    assert!(status.out.contains(&format!("\n! held: {scope}, by ada since ")), "{}", status.out);
    assert!(status.out.contains("until Thu 2099-01-01 00:00 +00:00: exams"), "{}", status.out);
    house.run_as(&ada, &["lift", "--environment", scope]).good();
    house.run_as(&ada, &["lift", "--environment", scope]).refused(4, "TW-P005");
    house.run_as(&ada, &["hold", "--everything", "--reason", "the move"]).good();
    assert_eq!(house.run(&["status", "--json"]).json()["holds"][0]["scope"], "*");
    house.run_as(&ada, &["lift", "--everything"]).good();

    let denied = house.run_as(&grace, &["deny", "v1.1.0", "--reason", "not this week"]).good();
    assert!(denied.out.contains("v1.1.0 for production was denied by grace: not this week\n"), "{denied:#?}");
    house.run_as(&grace, &["deny", "1", "--reason", "again"]).refused(6, "TW-E001");
    let french = house.run_as(&grace, &["deny", "1", "--reason", "encore", "--lang", "fr"]);
    assert!(french.err.starts_with("error: La version 1 est en phase denied"), "{french:#?}");
    assert_eq!(house.run(&["log", "1", "--follow"]).code, Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rollback_is_followed_to_its_end_and_a_stuck_one_is_led_out_by_hand() {
    let house = House::open(&rules("")).await;
    let (ada, grace) = (house.token("ada"), house.token("grace"));
    house.push("1.1.0").await;
    house.run_as(&grace, &["approve", "1"]).good();
    house.reaches(1, "complete");
    let back = house.run_as(&ada, &["rollback", "1", "--reason", "the marks are gone"]).good();
    assert!(back.out.starts_with("The way back was asked for: v1.1.0 ("), "{back:#?}");
    let log = house.run(&["log", "1", "--follow"]);
    assert_eq!(log.code, Some(1), "{log:#?}");
    assert!(log.out.contains("ada asked for the way back: the marks are gone"), "{log:#?}");
    assert!(
        log.out.ends_with("v1.1.0 was taken back from production; what ran before runs again.\n"),
        "{log:#?}"
    );

    // The next one falls ill, and the operator's undo is broken.
    let number = house.push_version(&Version { version: "1.2.0", health: "ok", smoke: "broken" }).await;
    let undo = house.ground.host().join("switch-back");
    let script = std::fs::read(&undo).unwrap();
    std::fs::write(&undo, "#!/bin/sh\necho the undo is broken\nexit 7\n").unwrap();
    let release = number.to_string();
    house.run_as(&grace, &["approve", &release]).good();
    house.reaches(number, "stuck");
    let shown = house.run(&["show", &release]).good();
    assert!(shown.out.contains("phase        ! stuck\n"), "{}", shown.out);
    assert!(house.run(&["log", &release]).good().out.contains("prod-1 back-switch | the undo is broken\n"));
    house.run_as(&grace, &["retry", &release, "--reason", "once more"]).good();
    house.until("the retry to fail as well", |house| {
        let log = house.run(&["log", &release]).out;
        log.matches("| the undo is broken\n").count() == 2
            && house.run(&["show", &release, "--json"]).json()["phase"] == "stuck"
    });
    std::fs::write(&undo, script).unwrap();
    let led = house
        .run_as(&ada, &["retry", &release, "--brought-back", "--reason", "v1.0.0 started by hand"])
        .good();
    assert!(led.out.starts_with("Noted as brought back by hand: v1.2.0 ("), "{led:#?}");
    house.reaches(number, "rolled_back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tokens_are_shown_once_listed_without_secret_and_revoked_together() {
    let house = House::open(&rules("")).await;
    assert!(house.run(&["token", "list"]).good().out.starts_with("There is no token.\n"));
    let made = house.run(&["token", "new", "grace"]).good();
    let token = made.out.trim();
    assert!(token.starts_with("twp_") && token.len() == 68 && made.out.lines().count() == 1, "{made:#?}");
    assert!(made.err.starts_with("This token is grace's; it cannot be shown again."), "{made:#?}");
    let again = house.run(&["token", "new", "grace", "--json"]).good().json();
    assert_eq!(again["name"], "grace");
    let list = house.run(&["token", "list"]).good();
    assert!(!list.out.contains("twp_") && list.out.matches("✓ counts  grace").count() == 2, "{list:#?}");
    let revoked = house.run(&["token", "revoke", "grace"]).good();
    assert_eq!(revoked.out, "grace has no token and no sign-in any more (2 tokens revoked).\n");
    house.run(&["token", "revoke", "grace"]).refused(4, "TW-P014");
    house.run(&["token", "new", "no such/name"]).refused(2, "TW-P013");
    assert_eq!(house.run(&["token", "list", "--json"]).json().as_array().unwrap().len(), 2);
}

/// A checklist that only Tess and Ada tick.
const CHECKLIST: &str = r#"
[repository.environment.gates.signoff]
by = ["user:tess", "user:ada"]
[[repository.environment.gates.signoff.item]]
name = "login"
text = "Log in as a teacher."
[[repository.environment.gates.signoff.item]]
name = "share"
text = "Create a page and share it."
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_checklist_is_shown_ticked_and_signed() {
    let house = House::open(&rules(CHECKLIST)).await;
    let number = house.push_until("1.1.0", "gate-signoff-open").await.to_string();
    let (tess, grace) = (house.token("tess"), house.token("grace"));
    let shown = house.run(&["signoff", "v1.1.0"]);
    assert_eq!(shown.code, Some(5), "{shown:#?}");
    assert!(shown.out.contains("○ open  login  Log in as a teacher.\n"), "{}", shown.out);
    assert!(shown.out.contains("Nobody has signed yet; user:tess, user:ada may."), "{}", shown.out);
    house.run(&["signoff", &number, "--item", "login"]).refused(3, "TW-P011");
    house.run_as(&grace, &["signoff", &number, "--item", "login"]).refused(3, "TW-P001");
    house.run_as(&tess, &["signoff", &number, "--item", "hours"]).refused(4, "TW-P022");
    assert_eq!(house.run_as(&tess, &["signoff", &number, "--item", "login", "--faulty"]).code, Some(2));
    house.run_as(&tess, &["signoff", &number, "--sign"]).refused(6, "TW-P023");
    let faulty = ["signoff", &number, "--item", "share", "--faulty", "--note", "see issue 41"];
    house.run_as(&tess, &faulty).good();
    let shown = house.run(&["signoff", &number]);
    assert!(shown.out.contains("✗ faulty  share") && shown.out.contains("see issue 41"), "{}", shown.out);
    house.run_as(&tess, &["signoff", &number, "--sign"]).refused(6, "TW-P023");
    let signed = house.run_as(&tess, &["signoff", &number, "--all", "--sign", "--note", "all fine"]).good();
    assert!(signed.out.starts_with("Signed: v1.1.0 ("), "{signed:#?}");
    let list = house.run(&["signoff", &number, "--json"]).good().json();
    assert_eq!((&list["signed"]["by"], &list["signed"]["note"]), (&"tess".into(), &"all fine".into()));
    assert!(house.run(&["show", &number]).good().out.contains("tess signed for all of it."));
    house.run_as(&grace, &["approve", &number]).good();
    house.reaches(number.parse().unwrap(), "complete");
    house.run_as(&tess, &["signoff", &number, "--item", "login"]).refused(6, "TW-E001");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_override_is_asked_for_confirmed_by_another_person_and_shown() {
    let mut rules = rules("");
    rules.approvals = 0;
    rules.closed = [("Mon 00:00", "Thu 00:00"), ("Thu 00:00", "Mon 00:00")]
        .map(|(from, to)| format!("{{ name = \"always\", from = \"{from}\", to = \"{to}\" }}"))
        .join(", ");
    let house = House::open(&rules).await;
    let number = house.push_until("1.1.0", "gate-calendar-closed-no-slot").await.to_string();
    let (ada, grace, eve) = (house.token("ada"), house.token("grace"), house.token("eve"));
    let ask = ["override", &number, "calendar", "--reason", "marks cannot be entered", "--for", "2h"];
    house.run(&ask).refused(3, "TW-P011");
    house.run_as(&eve, &ask).refused(3, "TW-P001");
    house.run_as(&ada, &ask[..5]).refused(2, "TW-X019");
    house.run_as(&ada, &["override", &number, "tag", "--reason", "x", "--for", "1h"]).refused(6, "TW-P026");
    house.run_as(&ada, &["override", &number, "moon", "--reason", "x", "--for", "1h"]).refused(4, "TW-P025");
    house
        .run_as(&ada, &["override", &number, "calendar", "--reason", "x", "--for", "2d"])
        .refused(6, "TW-P028");
    let drill = house.run_as(&ada, &[&ask[..], &["--drill"]].concat()).good();
    assert!(drill.out.starts_with("Drill begun: v1.1.0 ("), "{drill:#?}");
    house.run_as(&grace, &["override", &number, "calendar", "--confirm"]).good();
    let shown = house.run(&["show", &number]).good();
    assert!(shown.out.contains("– drill done, nothing was opened  calendar  ada + grace"), "{}", shown.out);
    let asked = house.run_as(&ada, &ask).good();
    assert!(asked.err.contains(&format!("tagwarden override {number} GATE --confirm")), "{asked:#?}");
    house.run_as(&ada, &["override", &number, "calendar", "--confirm"]).refused(3, "TW-P030");
    house.run_as(&ada, &["override", &number, "calendar", "--end"]).good();
    house.run_as(&grace, &["override", &number, "calendar", "--confirm"]).refused(4, "TW-P031");
    house.run_as(&ada, &ask).good();
    let waiting = || house.run(&["show", &number, "--json"]).good().json()["overrides"][0]["asked"].clone();
    let seen = waiting();
    let other = ["override", &number, "calendar", "--reason", "anything", "--for", "24h"];
    house.run_as(&ada, &other).good();
    let unseen = ["override", &number, "calendar", "--confirm", "--asked", seen.as_str().unwrap()];
    house.run_as(&grace, &unseen).refused(6, "TW-P037");
    house.run_as(&ada, &ask).good();
    let confirmed = house.run_as(&grace, &["override", &number, "calendar", "--confirm"]).good();
    assert!(confirmed.err.contains("what ada asked") && confirmed.err.contains("marks cannot be entered"));
    house.reaches(number.parse().unwrap(), "complete");
    let shown = house.run(&["show", &number]).good();
    assert!(
        shown.out.contains("! in force") && shown.out.contains("marks cannot be entered"),
        "{}",
        shown.out
    );
}
