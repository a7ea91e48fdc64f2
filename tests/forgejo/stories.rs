//! What a real Forgejo does with our hook, our daemon and our client.

use jiff::Timestamp;
use serde_json::{Value, json};
use tagwarden::forgejo::{CommitStatus, Reaction, StatusState};

use crate::instance::{Instance, Layout, bridge};

async fn state_of(forge: &Instance, commit: &str) -> Option<String> {
    let path = format!("repos/school/bridge/commits/{commit}/statuses");
    let (_, statuses) = forge.ask("GET", "ada", &path, None).await;
    let ours = statuses.as_array()?.iter().filter(|status| status["context"] == "tagwarden/production");
    let newest = ours.max_by_key(|status| status["id"].as_u64());
    newest.and_then(|status| Some(status["status"].as_str()?.to_owned()))
}

/// Pushes over both ways: the lawful tag is deployed, announced and released, the unlawful one never gets in.
async fn the_road(layout: Layout) {
    let Some(forge) = Instance::start(layout).await else {
        println!("this Forgejo has no folder of hooks for all repositories: nothing to see in {layout:?}");
        return;
    };
    for remote in ["origin", "ssh"] {
        forge.git(&["tag", "-a", "v7.0", "-m", "no version"]);
        let (passed, said) = forge.try_git(&["push", remote, "v7.0"]);
        assert!(!passed && said.contains("TW-T005") && said.contains("hint:"), "{remote}: {said}");
        forge.git(&["tag", "-d", "v7.0"]);
        let (status, _) = forge.ask("GET", "ada", "repos/school/bridge/tags/v7.0", None).await;
        assert_eq!(status, 404, "{remote}");
    }
    let before = forge.deliveries();
    for (remote, version) in [("origin", "1.0.0"), ("ssh", "1.1.0")] {
        if version != "1.0.0" {
            forge.version_is(version);
        }
        let tag = format!("v{version}");
        let said = forge.git(&["push", remote, "main", &tag]);
        assert!(said.contains(&tag), "the push says what comes next: {said}");
        let commit = forge.commit();
        forge
            .until(&format!("{tag} to be released"), async |forge| {
                let path = format!("repos/school/bridge/releases/tags/{tag}");
                let (status, release) = forge.ask("GET", "ada", &path, None).await;
                status == 200 && release["body"].as_str().is_some_and(|body| body.contains(version))
            })
            .await;
        forge
            .until("the status", async |forge| {
                state_of(forge, commit.as_str()).await.as_deref() == Some("success")
            })
            .await;
        assert!(forge.root().join(format!("app/deployed-{tag}")).exists());
    }
    assert!(forge.deliveries() > before, "the webhook reaches loopback");
    let (bare, home) = (forge.bare().display().to_string(), forge.root().join("home").display().to_string());
    let hooks = match layout {
        Layout::PerRepository => {
            forge.tagwarden(&["hook", "check", &bare]);
            bare
        }
        Layout::Central => {
            forge.tagwarden(&["hook", "check", "--all", &home]);
            home
        }
    };
    let found = forge.doctor(&hooks);
    // From v16 on a hook in the repository sees no tag that is made by page or API, which it says (TW-Q066).
    let hook = if layout == Layout::PerRepository && forge.version >= 16 { "warning" } else { "ok" };
    for (check, expected) in [("hook", hook), ("webhook", "ok"), ("forge", "ok"), ("token", "ok")] {
        let there = found.iter().any(|(name, state)| name == check && state == expected);
        assert!(there, "{check}: {found:?}");
    }
    assert!(found.iter().all(|(_, state)| state != "error"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "tier 7: wants a Forgejo (FORGEJO_BIN)"]
async fn the_road_of_a_tag_with_the_hook_in_the_repository() {
    the_road(Layout::PerRepository).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "tier 7: wants a Forgejo (FORGEJO_BIN)"]
async fn the_road_of_a_tag_with_the_hook_for_all_repositories() {
    the_road(Layout::Central).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "tier 7: wants a Forgejo (FORGEJO_BIN)"]
async fn a_tag_made_by_the_api_meets_the_rules_and_a_protected_one_its_people() {
    let forge = Instance::start(Layout::PerRepository).await.unwrap();
    let commit = forge.commit().to_string();
    // Refused by the second hook where git runs it from the repository (status 500); refused by the daemon elsewhere.
    let tags = "repos/school/bridge/tags";
    let unlawful = json!({ "tag_name": "v9.0.0", "target": commit });
    let (status, answer) = forge.ask("POST", "grace", tags, Some(unlawful)).await;
    if status < 300 {
        let refused = async |forge: &Instance| {
            matches!(state_of(forge, &commit).await.as_deref(), Some("failure" | "error"))
        };
        forge.until("the daemon to refuse v9.0.0", refused).await;
    } else {
        assert_eq!(status, 500, "{answer}");
    }
    // From here on the versions belong to the release managers and the daemon.
    forge.tagwarden(&["hook", "install", "--protect"]);
    let lawful = json!({ "tag_name": "v1.0.0", "target": commit, "message": "Release v1.0.0" });
    let (status, answer) = forge.ask("POST", "grace", tags, Some(lawful.clone())).await;
    assert_eq!(status, 422, "grace manages no releases: {answer}");
    let (status, answer) = forge.ask("POST", "ada", tags, Some(lawful)).await;
    assert_eq!(status, 201, "{answer}");
}

/// Returns the newest issue of the repository that shows a release of `tag`.
async fn issue_of(forge: &Instance, tag: &str) -> Option<(u64, Value)> {
    let (_, issues) = forge.ask("GET", "ada", "repos/school/bridge/issues?state=all&type=issues", None).await;
    let found = issues.as_array()?.iter().find(|issue| {
        issue["user"]["login"] == "tagwarden"
            && issue["title"].as_str().is_some_and(|title| title.contains(&format!("{tag} ")))
    })?;
    Some((found["number"].as_u64()?, found.clone()))
}

/// Comments, and waits for the daemon's reaction.
async fn say(forge: &Instance, person: &str, issue: u64, text: &str, reaction: &str) {
    let path = format!("repos/school/bridge/issues/{issue}/comments");
    let (status, comment) = forge.ask("POST", person, &path, Some(json!({ "body": text }))).await;
    assert_eq!(status, 201, "{comment}");
    let path = format!("repos/school/bridge/issues/comments/{}/reactions", comment["id"]);
    forge
        .until(&format!("the reaction {reaction} to {text} by {person}"), async |forge| {
            let (_, reactions) = forge.ask("GET", "ada", &path, None).await;
            reactions.as_array().is_some_and(|all| {
                all.iter().any(|one| one["content"] == reaction && one["user"]["login"] == "tagwarden")
            })
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "tier 7: wants a Forgejo (FORGEJO_BIN)"]
async fn people_lead_a_release_there_and_back_by_comment() {
    let further = "[repository.issue]\nenabled = true\n";
    let forge = Instance::start_with(Layout::PerRepository, 1, further).await.unwrap();
    for version in ["1.0.0", "1.1.0"] {
        if version != "1.0.0" {
            forge.version_is(version);
        }
        let tag = format!("v{version}");
        forge.git(&["push", "origin", "main", &tag]);
        let (commit, asked) = (forge.commit(), "`/approve ");
        forge
            .until("the issue", async |forge| {
                let issue = issue_of(forge, &tag).await;
                issue.is_some_and(|(_, issue)| issue["body"].as_str().unwrap().contains(asked))
            })
            .await;
        let (issue, shown) = issue_of(&forge, &tag).await.unwrap();
        // The forge counts in seconds, and nobody reads an issue within the one in which it was written.
        let written: Timestamp = shown["updated_at"].as_str().unwrap().parse().unwrap();
        forge.until("a later second", async |_| Timestamp::now().as_second() > written.as_second()).await;
        say(&forge, "eve", issue, "/approve", "confused").await;
        assert_eq!(state_of(&forge, commit.as_str()).await.as_deref(), Some("pending"));
        say(&forge, "grace", issue, "/approve", "+1").await;
        forge
            .until("the status", async |forge| {
                state_of(forge, commit.as_str()).await.as_deref() == Some("success")
            })
            .await;
        forge
            .until("the issue to be closed", async |forge| {
                issue_of(forge, &tag).await.unwrap().1["state"] == "closed"
            })
            .await;
    }
    let (issue, _) = issue_of(&forge, "v1.1.0").await.unwrap();
    say(&forge, "ada", issue, "/rollback it is slow", "+1").await;
    let release = "repos/school/bridge/releases/tags/v1.1.0";
    forge
        .until("the release to be taken back", async |forge| {
            let (_, release) = forge.ask("GET", "ada", release, None).await;
            release["prerelease"] == true
        })
        .await;
    forge
        .until("the rollback tag", async |forge| {
            let path = "repos/school/bridge/tags/v1.1.0-rollback";
            forge.ask("GET", "ada", path, None).await.0 == 200
        })
        .await;
    assert!(
        !forge.root().join("app/deployed-v1.1.0").exists()
            && forge.root().join("app/deployed-v1.0.0").exists()
    );
    let failed = state_of(&forge, forge.commit().as_str()).await;
    assert_eq!(failed.as_deref(), Some("failure"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "tier 7: wants a Forgejo (FORGEJO_BIN)"]
async fn the_client_understands_runs_statuses_and_comments_of_a_real_forge() {
    let forge = Instance::start(Layout::PerRepository).await.unwrap();
    let (api, commit) = (forge.client("tagwarden"), forge.commit());
    // No runner is there, so the run of the first push waits for ever.
    forge
        .until("the run of the push", async |_| {
            let runs = api.runs(&bridge(), &commit).await.unwrap().unwrap_or_default();
            runs.iter().any(|run| {
                (run.workflow.as_str(), run.reference.as_str()) == ("ci.yml", "refs/heads/main")
                    && run.state == "waiting"
                    && run.commit == commit
            })
        })
        .await;
    forge.git(&["push", "origin", "v1.0.0"]);
    let started = api.dispatch(&bridge(), "ci.yml", "v1.0.0").await.unwrap();
    let runs = api.runs(&bridge(), &commit).await.unwrap().unwrap();
    let by_hand = runs.iter().find(|run| run.event == "workflow_dispatch").expect("it is there at once");
    assert_eq!(by_hand.reference, "refs/tags/v1.0.0");
    assert!(started.is_none_or(|started| started.id == by_hand.id));
    assert!(api.dispatch(&bridge(), "missing.yml", "v1.0.0").await.is_err());
    let statuses = api.statuses(&bridge(), &commit).await.unwrap();
    assert!(statuses.iter().any(|status| status.by_actions), "{statuses:?}");
    let status = CommitStatus {
        state: StatusState::Success,
        context: "external".to_owned(),
        description: "done".to_owned(),
        target_url: String::new(),
    };
    forge.client("grace").post_status(&bridge(), &commit, &status).await.unwrap();
    let statuses = api.statuses(&bridge(), &commit).await.unwrap();
    assert!(statuses.iter().any(|status| status.context == "external" && !status.by_actions));
    assert!(forge.client("eve").post_status(&bridge(), &commit, &status).await.is_err());
    said_in_an_issue(&forge).await;
}

/// What the issue of a release needs of a real forge: found again, changed, closed; comments read back and answered.
async fn said_in_an_issue(forge: &Instance) {
    let (api, repository) = (forge.client("tagwarden"), bridge());
    let (own, before) = (api.own_account().await.unwrap(), "2026-01-01T00:00:00Z".parse().unwrap());
    let issue = api.open_issue(&repository, "Release v1.0.0", "- [ ] login", &[]).await.unwrap();
    assert_eq!(issue.user.as_ref().map(|user| user.id), Some(own.id));
    let ours = api.issues_by(&repository, &own.login, before).await.unwrap();
    assert!(ours.iter().any(|known| known.number == issue.number && known.body == "- [ ] login"), "{ours:?}");
    forge.client("grace").write_comment(&repository, issue.number, "/approve").await.unwrap();
    let comments = api.comments_since(&repository, before).await.unwrap();
    let comment = comments.iter().find(|comment| comment.body == "/approve").unwrap();
    assert_eq!((comment.issue(), comment.created_at), (Some(issue.number), comment.updated_at));
    let read = api.read_comment(&repository, comment.id).await.unwrap().unwrap();
    assert_eq!(&read, comment);
    // Twice, because an answer may be sent twice.
    for _ in 0..2 {
        api.react(&repository, comment.id, Reaction::Done).await.unwrap();
    }
    assert_eq!(api.read_comment(&repository, comment.id + 1000).await.unwrap(), None);
    assert_eq!(api.labels(&repository, &["no such label".to_owned()]).await.unwrap(), Vec::<u64>::new());
    let changed = api.change_issue(&repository, issue.number, "- [x] login", true).await.unwrap();
    assert_eq!(changed.body, "- [x] login");
    let path = format!("repos/school/bridge/issues/{}", issue.number);
    assert_eq!(forge.ask("GET", "ada", &path, None).await.1["state"], "closed");
    assert_eq!(api.comments_of(&repository, issue.number).await.unwrap().len(), 1);
}
