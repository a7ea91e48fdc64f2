//! What people see: lists, one release, its log, and why it waits.

use crate::house::{House, STAGING, rules};

/// Leaves out the column that says how long ago something was.
fn without_ages(text: &str, head: &str) -> String {
    let at = text.lines().next().unwrap().split(head).next().unwrap().chars().count();
    let cut = |(number, line): (usize, &str)| {
        // Only rows have the column; what stands below one may reach across it.
        let row = number % 2 == 1 || number == 0;
        if row { line.chars().take(at).collect::<String>().trim_end().to_owned() } else { line.to_owned() }
    };
    text.lines().enumerate().map(cut).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_release_that_waits_is_listed_shown_and_explained() {
    let house = House::open(&rules("")).await;
    let none = house.run(&["status"]).good();
    assert!(none.out.starts_with("There is no release.\n"), "{none:#?}");
    assert_eq!(house.run(&["status", "--json"]).json()["releases"], serde_json::json!([]));
    house.push("1.1.0").await;

    let status = house.run(&["status"]).good();
    assert_eq!(
        without_ages(&status.out, "CHANGED"),
        "RELEASE  PHASE      TAG     REPOSITORY     ENVIRONMENT\n\
         1        … waiting  v1.1.0  school/bridge  production\n         \
                  v1.1.0 for production waits for approval (0 of 1) by team:school/release."
    );
    let french = house.run(&["status", "--lang", "fr"]).good();
    assert_eq!(
        without_ages(&french.out, "MODIFIÉE"),
        "VERSION  PHASE         TAG     DÉPÔT          ENVIRONNEMENT\n\
         1        … en attente  v1.1.0  school/bridge  production\n         \
                  v1.1.0 pour production attend l’approbation (0 sur 1) de team:school/release."
    );
    assert_eq!(house.run(&["status", "--environment", "staging"]).good().out, none.out);
    let row = house.run(&["status", "--json"]).json()["releases"][0].clone();
    assert_eq!((&row["phase"], &row["tag"]), (&"waiting".into(), &"v1.1.0".into()));

    let shown = house.run(&["show", "v1.1.0"]).good();
    for part in [
        "release      1\n",
        "phase        … waiting\n",
        "pushed by    ada\n",
        "\nGates\n",
        "  ✓ good     tag          The tag breaks no rule and points where it pointed.",
        "  ✗ not yet  approval     v1.1.0 for production waits for approval (0 of 1) by team:school/release.",
        "\nWhat you may ask now\n  tagwarden approve 1\n  tagwarden deny 1 --reason \"why\"\n",
    ] {
        assert!(shown.out.contains(part), "{part:?} is missing in\n{}", shown.out);
    }
    assert_eq!(house.run(&["show", "1", "--json"]).json()["approvals_needed"], 1);
    house.run(&["show", "v9.9.9"]).refused(4, "TW-E002");
    house.run(&["show", "\u{1b}[2J"]).refused(4, "\\u{1b}[2J");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn explain_answers_for_any_instant_and_for_tags_that_nobody_pushed() {
    let rules = tagwarden::demo::Rules {
        closed: "{ name = \"weekend\", from = \"Fri 16:00\", to = \"Mon 07:00\" }".to_owned(),
        approvals: 0,
        ..rules("")
    };
    let house = House::open(&rules).await;
    let open = house.run(&["explain", "v1.1.0", "--at", "2026-11-25T10:00:00+01:00"]).good();
    assert!(
        open.out
            .starts_with("✓ v1.1.0 of school/bridge may go to production at Wed 2026-11-25 10:00 +01:00.\n")
    );
    assert!(open.out.contains("Nobody has pushed it yet"), "{open:#?}");
    let closed =
        house.run(&["explain", "school/bridge@v1.1.0#production", "--at", "2026-11-27T17:00:00+01:00"]);
    assert_eq!(
        (closed.code, closed.out.as_str()),
        (
            Some(5),
            "✗ v1.1.0 of school/bridge may not go to production at Fri 2026-11-27 17:00 +01:00.\n\
             Nobody has pushed it yet; this is what would be asked of it.\n  \
             ? unknown  tag          Nobody has pushed the tag yet; it is judged when it comes.\n  \
             ✓ good     environment  No other release has the environment.\n  \
             ✓ good     hold         Nobody holds it.\n  \
             ✗ not yet  calendar     The calendar is closed (weekend); the next slot opens Monday 30 November 2026, 07:00 (+01:00).\n                          \
             opens Mon 2026-11-30 07:00 +01:00 (in 2 days 14 hours)\n\
             The next slot with enough room opens Mon 2026-11-30 07:00 +01:00.\n"
        ),
        "{closed:#?}"
    );
    let json = house.run(&["explain", "v1.1.0", "--at", "2026-11-27T17:00:00+01:00", "--json"]);
    assert_eq!(json.code, Some(5));
    assert_eq!(json.json()["may_deploy"], false);
    assert_eq!(json.json()["next_slot"], "2026-11-30T06:00:00Z");
    let french = house.run(&["explain", "v1.1.0", "--at", "2026-11-27T17:00:00+01:00", "--lang", "fr"]);
    assert!(
        french.out.starts_with("✗ v1.1.0 de school/bridge ne peut pas aller sur production le ven"),
        "{french:#?}"
    );
    house.run(&["explain", "v1.1.0", "--at", "friday"]).refused(2, "TW-K011");
    house.run(&["explain", "1.x"]).refused(4, "TW-E002");
    house.run(&["explain", "v1.1.0#staging"]).refused(4, "TW-E002");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_tag_that_means_several_releases_is_refused_with_their_list() {
    let house = House::open(&rules(STAGING)).await;
    let production = house.push("1.1.0").await.to_string();
    house.until("the release of the other environment", |house| {
        house.run(&["status", "--json"]).json()["releases"].as_array().unwrap().len() == 2
    });
    let several = house.run(&["show", "v1.1.0"]);
    several.refused(6, "TW-E005");
    assert!(several.err.contains(&format!("{production} = school/bridge@v1.1.0#production")), "{several:#?}");
    assert!(several.err.contains("school/bridge@v1.1.0#staging"), "{several:#?}");
    let staging = house.run(&["show", "v1.1.0#staging", "--json"]).good().json();
    assert_eq!(staging["environment"], "staging");
    house.run(&["explain", "v1.2.0"]).refused(6, "TW-E006");
    assert_eq!(house.run(&["explain", "v1.2.0#staging"]).code, Some(5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_of_the_log_that_goes_away_ends_it_quietly() {
    let house = House::open(&rules("")).await;
    house.push("1.1.0").await;
    let mut child = house
        .command(&["log", "1", "--follow"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ada = house.token("ada");
    house.run_as(&ada, &["withdraw", "1", "--reason", "so that there is another line"]).good();
    assert_eq!(crate::house::ended(child), (Some(0), String::new()));
}
