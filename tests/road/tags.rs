//! Tags that are not what they should be, at the door and through the forge's other doors.

use tagwarden::domain::release::Phase;

use crate::scene::{WEDNESDAY, rules, scene, with_approval};

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_tag_is_refused_at_the_door_and_never_reaches_the_daemon() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.ground.write_version(&tagwarden::demo::Version::good("1.1.0")).unwrap();
    scene.must(&["push", "--quiet", "origin", "main"]).await;
    scene.must(&["tag", "-a", "v1.3.0", "-m", "Release v1.3.0"]).await;
    let said = scene.git("ada", &["push", "origin", "v1.3.0"]).await.unwrap();
    assert!(!said.ok && said.text.contains("TW-T012") && said.text.contains("hint:"), "{}", said.text);
    scene.settled().await;
    assert_eq!(scene.opened().await, 0);
    assert_eq!(scene.on_forge("refs/tags/v1.3.0").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lightweight_tag_from_the_web_page_is_refused_by_the_daemon() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let commit = scene.ground.write_version(&tagwarden::demo::Version::good("1.1.0")).unwrap();
    scene.must(&["push", "--quiet", "origin", "main"]).await;
    scene.ground.forge.make_tag_by_api("school/bridge", "v1.1.0", "main", None, "ada").unwrap();
    scene.reaches("v1.1.0", Phase::Refused).await.unwrap();
    let why = scene.status_is(&commit, "failure").await;
    assert!(why.contains("TW-T"), "{why}");
    assert_eq!(scene.ground.done(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_annotated_tag_from_the_web_page_is_judged_and_goes() {
    let scene = scene(WEDNESDAY, &rules()).await;
    scene.ground.write_version(&tagwarden::demo::Version::good("1.1.0")).unwrap();
    scene.must(&["push", "--quiet", "origin", "main"]).await;
    scene
        .ground
        .forge
        .make_tag_by_api("school/bridge", "v1.1.0", "main", Some("Release v1.1.0"), "grace")
        .unwrap();
    let view = scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    assert_eq!(scene.running(), view.commit.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_is_moved_while_its_release_waits_ends_it() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    scene.push("1.1.0").await;
    let view = scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.settled().await;
    let bare = scene.ground.bare();
    let other = scene.must(&["rev-parse", "v1.0.0^{tag}"]).await;
    scene.must(&["-C", bare.to_str().unwrap(), "update-ref", "refs/tags/v1.1.0", &other]).await;
    scene.settled().await;
    scene
        .until("the release to be refused", |world| async move {
            let rows = world.engine().lines(view.row.id, 0).await?;
            Ok(rows.iter().any(|line| line.kind == "refused").then_some(()))
        })
        .await
        .unwrap();
    let refused = scene.approve(&view, "grace").await.unwrap_err();
    assert!(matches!(refused, tagwarden::engine::RefusedAct::Conflict(_)), "{refused:?}");
    assert_eq!(scene.ground.done(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_is_deleted_while_its_release_waits_ends_it() {
    let scene = scene(WEDNESDAY, &with_approval()).await;
    scene.push("1.1.0").await;
    scene.reaches("v1.1.0", Phase::Waiting).await.unwrap();
    scene.settled().await;
    let bare = scene.ground.bare();
    scene.must(&["-C", bare.to_str().unwrap(), "update-ref", "-d", "refs/tags/v1.1.0"]).await;
    scene.settled().await;
    scene.reaches("v1.1.0", Phase::Refused).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prerelease_does_not_go_to_production() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let said = scene.push("1.1.0-rc.1").await;
    assert!(said.contains("pre-release"), "{said}");
    scene.settled().await;
    assert_eq!(scene.opened().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_the_second_hook_refused_is_in_the_journal_and_at_its_commit() {
    let scene = scene(WEDNESDAY, &rules()).await;
    let commit = scene.ground.write_version(&tagwarden::demo::Version::good("1.1.0")).unwrap();
    scene.must(&["push", "--quiet", "origin", "main"]).await;
    let bare = scene.ground.bare();
    let hook = bare.join("hooks/reference-transaction");
    let script = include_str!("../../hooks/reference-transaction");
    let named =
        script.replace("installed=\n", &format!("installed='{}'\n", env!("CARGO_BIN_EXE_tagwarden-hook")));
    std::fs::write(&hook, named).unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    // As the forge makes a tag for a click: in the repository, without a word about who.
    let mut git = std::process::Command::new("git");
    git.args(["tag", "v1.1.0", "main"]).current_dir(&bare).env_clear().env("GIT_DIR", ".");
    git.env("PATH", std::env::var_os("PATH").unwrap()).env("TAGWARDEN_CONFIG", scene.ground.config());
    let output = tokio::task::spawn_blocking(move || git.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("TW-T020"), "{said}");
    assert_eq!(scene.on_forge("refs/tags/v1.1.0").await, None);
    let description = scene.status_is(&commit, "failure").await;
    assert!(description.contains("v1.1.0 is refused: it is a lightweight tag"), "{description}");
    assert_eq!(scene.ground.forge.statuses(&commit).pop().unwrap().context, "tagwarden/tag");
    let journal = scene
        .engine()
        .store()
        .read(|r| {
            let mut bodies = Vec::new();
            r.each_journal_row(0, |row| {
                bodies.push(row.body);
                Ok(())
            })
            .map(|_| bodies)
        })
        .await
        .unwrap();
    assert!(journal.iter().any(|body| body.contains("TW-E020") && body.contains("v1.1.0")), "{journal:?}");
    assert_eq!(scene.opened().await, 0);
}
