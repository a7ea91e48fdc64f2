//! The whole road to an application on Docker Compose: a push, a webhook, SSH, containers, health, smoke, watch.
#![expect(clippy::unwrap_used, reason = "a broken assumption fails the test, as it should")]

#[path = "world/compose.rs"]
mod compose;
#[path = "compose/images.rs"]
mod images;
#[path = "compose/scene.rs"]
mod scene;
#[path = "world/sshd.rs"]
mod sshd;

mod tier2 {
    use tagwarden::domain::release::Phase;

    use crate::compose::{Fault, docker};
    use crate::scene::Scene;

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_push_brings_a_version_all_the_way_and_the_next_one_replaces_it() {
        let scene = Scene::open().await;
        scene.release("1.1.0", Fault::None).await;
        let view = scene.gets_to("v1.1.0", Phase::Watching).await;
        assert_eq!(scene.app.version().as_deref(), Some("v1.1.0"));
        scene.watched("v1.1.0", Phase::Complete).await;
        assert_eq!(scene.last_status(view.commit.as_str()), "success");
        scene.complete("1.2.0").await;
        assert_eq!(scene.app.version().as_deref(), Some("v1.2.0"));
        let releases: Vec<String> =
            scene.world.ground.forge.releases().into_iter().map(|release| release.tag).collect();
        assert_eq!(releases, ["v1.1.0", "v1.2.0"]);
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn an_unhealthy_version_is_taken_back_and_its_rollback_tag_is_pushed() {
        let scene = Scene::open().await;
        let good = scene.complete("1.1.0").await;
        let image = docker(&["inspect", "-f", "{{.Image}}", &scene.app.container("app")]);
        scene.release("1.2.0", Fault::Unhealthy).await;
        scene.went_back("1.2.0", &good).await;
        assert_eq!(docker(&["inspect", "-f", "{{.Image}}", &scene.app.container("app")]), image);
        assert_eq!(scene.failed_step("v1.2.0").await, "up");
        scene.complete("1.3.0").await;
        assert_eq!(scene.app.version().as_deref(), Some("v1.3.0"));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_version_whose_image_is_missing_is_taken_back_without_touching_a_container() {
        let scene = Scene::open().await;
        let good = scene.complete("1.1.0").await;
        let before = scene.app.containers();
        scene.push("1.2.0").await;
        scene.went_back("1.2.0", &good).await;
        assert_eq!(scene.failed_step("v1.2.0").await, "pull");
        assert_eq!(scene.app.containers(), before);
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_first_version_that_is_unhealthy_leaves_nothing_and_no_rollback_tag() {
        let scene = Scene::open().await;
        scene.release("1.1.0", Fault::Unhealthy).await;
        scene.gets_to("v1.1.0", Phase::RolledBack).await;
        assert_eq!(scene.app.containers(), Vec::<String>::new());
        assert_eq!(
            scene.on_forge("refs/tags/v1.1.0-rollback").await,
            None,
            "there was nothing to go back to"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_failed_smoke_script_or_endpoint_takes_a_version_back() {
        let scene = Scene::open().await;
        let good = scene.complete("1.1.0").await;
        scene.release("1.2.0", Fault::NoOrders).await;
        scene.went_back("1.2.0", &good).await;
        assert_eq!(scene.failed_step("v1.2.0").await, "endpoint-1");
        // The script asks for the version at PROD_URL; this one says that it is another.
        scene.app.publish_as("v1.3.0", "v9.9.9", Fault::None);
        scene.push("1.3.0").await;
        scene.went_back("1.3.0", &good).await;
        assert_eq!(scene.failed_step("v1.3.0").await, "smoke-script");
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_fatal_line_in_the_watch_takes_a_version_back() {
        let scene = Scene::open().await;
        let good = scene.complete("1.1.0").await;
        scene.release("1.2.0", Fault::None).await;
        scene.watching("v1.2.0").await;
        scene.say("FATAL: cannot write the hours password=hunter2").await;
        scene.watched("v1.2.0", Phase::RolledBack).await;
        let why = scene.why_back("v1.2.0").await;
        assert!(why.contains("cannot write the hours") && !why.contains("hunter2"), "{why}");
        scene.went_back("1.2.0", &good).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_container_that_restarts_in_the_watch_takes_a_version_back() {
        let scene = Scene::open().await;
        let good = scene.complete("1.1.0").await;
        scene.write_files(&format!("  worker:\n    image: {}:${{APP_TAG}}\n", scene.app.image));
        scene.release("1.2.0", Fault::None).await;
        scene.watching("v1.2.0").await;
        scene.crash().await;
        scene.watched("v1.2.0", Phase::RolledBack).await;
        let why = scene.why_back("v1.2.0").await;
        assert!(why.contains("restarted"), "{why}");
        scene.went_back("1.2.0", &good).await;
        assert_eq!(scene.app.container("worker"), "");
        // That its worker is gone neither counts against the next one nor blinds its watch.
        scene.write_files("");
        scene.release("1.3.0", Fault::None).await;
        scene.watching("v1.3.0").await;
        scene.crash().await;
        scene.watched("v1.3.0", Phase::RolledBack).await;
        let why = scene.why_back("v1.3.0").await;
        assert!(why.contains("restarted") && !why.contains("worker"), "{why}");
    }
}
