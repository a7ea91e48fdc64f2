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
