//! The compose recipe's steps, forward and back, on a real engine: over SSH and on this machine.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test, as it should")]

#[path = "world/compose.rs"]
mod compose;
#[path = "recipe/performer.rs"]
mod performer;
#[path = "world/sshd.rs"]
mod sshd;

mod tier2 {
    use std::fs;
    use std::net::TcpListener;

    use tagwarden::domain::plan::{Health, Pins};

    use crate::compose::{Fault, docker, git_in};
    use crate::performer::{BOTH, Site, Way, target};

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_first_version_runs_and_an_upgrade_replaces_it() {
        for way in BOTH {
            let mut site = Site::new(way);
            let first = site.ready("v1.0.0", Fault::None);
            let done = site.deploy(&first).await;
            done.well();
            assert_eq!(done.fact("commit_before"), None, "nothing ran before");
            assert_eq!(site.app.version().as_deref(), Some("v1.0.0"), "{way:?}");
            let next = site.ready("v1.1.0", Fault::None);
            let done = site.deploy(&next).await;
            done.well();
            assert_eq!(done.fact("tag_before"), Some("v1.0.0"), "{way:?}");
            assert_eq!(done.fact("commit_before"), Some(first.commit.as_str()), "{way:?}");
            assert_eq!(site.app.version().as_deref(), Some("v1.1.0"), "{way:?}");
            assert_eq!(git_in(&site.app.site(), &["rev-parse", "HEAD"]), next.commit.as_str(), "{way:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn an_unhealthy_version_is_taken_back_and_the_next_good_one_goes() {
        for way in BOTH {
            let mut site = Site::running(way, "v1.0.0").await;
            let image = docker(&["inspect", "-f", "{{.Image}}", &site.app.container("app")]);
            let head = git_in(&site.app.site(), &["rev-parse", "HEAD"]);
            let bad = site.ready("v1.1.0", Fault::Unhealthy);
            let done = site.deploy(&bad).await;
            let log = done.fails_at("up", "TW-D021");
            assert!(log.contains("unhealthy"), "{way:?}: {log}");
            site.back(&done).await.well();
            assert_eq!(site.app.version().as_deref(), Some("v1.0.0"), "{way:?}");
            assert_eq!(
                docker(&["inspect", "-f", "{{.Image}}", &site.app.container("app")]),
                image,
                "{way:?}"
            );
            assert_eq!(git_in(&site.app.site(), &["rev-parse", "HEAD"]), head, "{way:?}");
            let good = site.ready("v1.2.0", Fault::None);
            let done = site.deploy(&good).await;
            done.well();
            assert_eq!(done.fact("tag_before"), Some("v1.0.0"), "{way:?}");
            assert_eq!(site.app.version().as_deref(), Some("v1.2.0"), "{way:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_version_whose_image_is_missing_touches_no_container() {
        for way in BOTH {
            let mut site = Site::running(way, "v1.0.0").await;
            let before = site.app.containers();
            let head = git_in(&site.app.site(), &["rev-parse", "HEAD"]);
            let missing = target("v1.1.0", site.app.tag("v1.1.0"));
            let done = site.deploy(&missing).await;
            let log = done.fails_at("pull", "TW-D021");
            assert!(log.contains("manifest unknown"), "{way:?}: {log}");
            site.back(&done).await.well();
            assert_eq!(site.app.containers(), before, "{way:?}");
            assert_eq!(git_in(&site.app.site(), &["rev-parse", "HEAD"]), head, "{way:?}");
            assert_eq!(site.app.version().as_deref(), Some("v1.0.0"), "{way:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_registry_that_is_away_touches_no_container() {
        let mut site = Site::running(Way::Local, "v1.0.0").await;
        let next = site.ready("v1.1.0", Fault::None);
        let before = site.app.containers();
        site.app.end_registry();
        let done = site.deploy(&next).await;
        let log = done.fails_at("pull", "TW-D021");
        assert!(log.contains("connection refused"), "{log}");
        site.back(&done).await.well();
        assert_eq!(site.app.containers(), before);
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_first_version_that_finds_its_port_taken_leaves_nothing_behind() {
        for way in BOTH {
            let mut site = Site::new(way);
            let head = git_in(&site.app.site(), &["rev-parse", "HEAD"]);
            let first = site.ready("v1.0.0", Fault::None);
            let _taken = TcpListener::bind(("127.0.0.1", site.app.port)).unwrap();
            let done = site.deploy(&first).await;
            let log = done.fails_at("up", "TW-D021");
            assert!(log.contains("address already in use"), "{way:?}: {log}");
            site.back(&done).await.well();
            assert_eq!(site.app.containers(), Vec::<String>::new(), "{way:?}");
            assert_eq!(git_in(&site.app.site(), &["rev-parse", "HEAD"]), head, "{way:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_first_version_that_is_unhealthy_leaves_nothing_behind() {
        let mut site = Site::new(Way::Ssh);
        let first = site.ready("v1.0.0", Fault::Unhealthy);
        let done = site.deploy(&first).await;
        done.fails_at("up", "TW-D021");
        let back = site.back(&done).await;
        back.well();
        assert_eq!(site.app.containers(), Vec::<String>::new());
        let names: Vec<&str> = back.plan.steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, ["back-down", "back-fetch"], "what never ran is not checked");
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn an_upgrade_that_moves_to_a_taken_port_is_taken_back() {
        let mut site = Site::running(Way::Ssh, "v1.0.0").await;
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let moved = format!("services:\n  app:\n    ports: [\"127.0.0.1:{port}:8080\"]\n");
        site.app.commit("another port", &[("compose.prod.yml".to_owned(), moved)].into());
        let next = site.ready("v1.1.0", Fault::None);
        let done = site.deploy(&next).await;
        done.fails_at("up", "TW-D021");
        site.back(&done).await.well();
        assert_eq!(site.app.version().as_deref(), Some("v1.0.0"));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_crash_loop_without_health_check_is_noticed_and_taken_back() {
        for way in BOTH {
            let mut site = Site::running(way, "v1.0.0").await;
            let bad = site.ready("v1.1.0", Fault::Crash);
            site.settle_for(1);
            let done = site.deploy(&bad).await;
            let (step, why, log) = done.failed.as_ref().unwrap();
            assert!(["up", "settled"].contains(&step.as_str()), "{way:?}: {step} {why:?} {log}");
            site.back(&done).await.well();
            assert_eq!(site.app.version().as_deref(), Some("v1.0.0"), "{way:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_missing_page_fails_the_smoke_test_and_is_taken_back() {
        let mut site = Site::running(Way::Ssh, "v1.0.0").await;
        let bad = site.ready("v1.1.0", Fault::NoOrders);
        let done = site.deploy(&bad).await;
        let why = done.fails_at("endpoint-1", "TW-D020");
        assert!(why.contains("404"), "{why}");
        site.back(&done).await.well();
        assert_eq!(site.app.answers("/orders").as_deref(), Some("[]\n"));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_project_script_gets_the_address_and_its_failure_is_taken_back() {
        let mut site = Site::running(Way::Ssh, "v1.0.0").await;
        let script = "#!/bin/sh\n[ \"$(curl -fsS \"$PROD_URL/version\")\" = v1.1.0 ] && [ \"$TAGWARDEN_VERSION\" = 1.1.0 ]\n";
        site.app.commit("a smoke test", &[("smoke.sh".to_owned(), script.to_owned())].into());
        site.spec.smoke.script = Some(vec!["sh".to_owned(), "smoke.sh".to_owned()]);
        site.spec.smoke.url = Some(site.app.url(""));
        site.spec.smoke.limit = 30;
        let good = site.ready("v1.1.0", Fault::None);
        site.deploy(&good).await.well();
        let bad = site.ready("v1.2.0", Fault::None);
        let done = site.deploy(&bad).await;
        done.fails_at("smoke-script", "TW-D021");
        site.back(&done).await.well();
        assert_eq!(site.app.version().as_deref(), Some("v1.1.0"));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_working_tree_with_changes_of_its_own_is_refused_before_anything() {
        for (name, text) in [("compose.prod.yml", "services: {}\n"), ("notes.txt", "mine\n")] {
            let mut site = Site::running(Way::Local, "v1.0.0").await;
            let before = site.app.containers();
            let next = site.ready("v1.1.0", Fault::None);
            let head = git_in(&site.app.site(), &["rev-parse", "HEAD"]);
            fs::write(site.app.site().join(name), text).unwrap();
            let done = site.deploy(&next).await;
            assert!(done.fails_at("check", "TW-D005").contains(name));
            let back = site.back(&done).await;
            back.well();
            assert!(back.plan.steps.is_empty(), "{:?}", back.plan);
            assert_eq!(fs::read_to_string(site.app.site().join(name)).unwrap(), text);
            assert_eq!(git_in(&site.app.site(), &["rev-parse", "HEAD"]), head);
            assert_eq!(site.app.containers(), before);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_branch_named_like_the_tag_is_never_taken_for_it() {
        let mut site = Site::running(Way::Ssh, "v1.0.0").await;
        let next = site.ready("v1.1.0", Fault::None);
        site.app.commit("not released", &[("later.txt".to_owned(), "later\n".to_owned())].into());
        site.app.git(&["push", "-q", "origin", "HEAD:refs/heads/v1.1.0"]);
        git_in(&site.app.site(), &["fetch", "-q", "origin", "refs/heads/v1.1.0:refs/heads/v1.1.0"]);
        site.deploy(&next).await.well();
        assert_eq!(git_in(&site.app.site(), &["rev-parse", "HEAD"]), next.commit.as_str());
        assert_eq!(site.app.version().as_deref(), Some("v1.1.0"));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_tag_that_was_moved_after_it_was_judged_is_refused() {
        let mut site = Site::running(Way::Ssh, "v1.0.0").await;
        let before = site.app.containers();
        let judged = site.ready("v1.1.0", Fault::None);
        site.app.commit("something else", &[("other.txt".to_owned(), "other\n".to_owned())].into());
        site.app.git(&["tag", "-f", "-a", "-m", "moved", "v1.1.0"]);
        site.app.git(&["push", "-q", "-f", "origin", "refs/tags/v1.1.0"]);
        let done = site.deploy(&judged).await;
        let log = done.fails_at("fetch", "TW-D021");
        assert!(log.contains("was moved"), "{log}");
        site.back(&done).await.well();
        assert_eq!(site.app.containers(), before);
        assert_eq!(site.app.version().as_deref(), Some("v1.0.0"));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn an_old_tag_of_that_name_on_the_host_is_replaced_by_the_judged_one() {
        let mut site = Site::running(Way::Local, "v1.0.0").await;
        git_in(&site.app.site(), &["tag", "v1.1.0", "HEAD"]);
        let next = site.ready("v1.1.0", Fault::None);
        site.deploy(&next).await.well();
        assert_eq!(git_in(&site.app.site(), &["rev-parse", "HEAD"]), next.commit.as_str());
        assert_eq!(site.app.version().as_deref(), Some("v1.1.0"));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn submodules_and_large_files_are_refused_before_anything_changes() {
        let modules = "[submodule \"lib\"]\n\tpath = lib\n\turl = ../lib.git\n";
        for (name, text) in [(".gitmodules", modules), ("data/.gitattributes", "*.bin filter=lfs\n")] {
            let mut site = Site::running(Way::Local, "v1.0.0").await;
            let head = git_in(&site.app.site(), &["rev-parse", "HEAD"]);
            site.app.commit("more", &[(name.to_owned(), text.to_owned())].into());
            let next = site.ready("v1.1.0", Fault::None);
            let done = site.deploy(&next).await;
            let log = done.fails_at("fetch", "TW-D021");
            assert!(log.contains("a checkout would leave behind"), "{log}");
            site.back(&done).await.well();
            assert_eq!(git_in(&site.app.site(), &["rev-parse", "HEAD"]), head);
            assert_eq!(site.app.version().as_deref(), Some("v1.0.0"));
        }
    }

    /// The service `app` waits for the job, as most projects write it.
    fn with_job(site: &Site, waits: bool) -> std::collections::BTreeMap<String, String> {
        let job = format!("  migrate:\n    image: {}:${{APP_TAG}}-job\n", site.app.image);
        let wait = "    depends_on:\n      migrate: {condition: service_completed_successfully}\n";
        site.app.files(&format!("{}{job}", if waits { wait } else { "" }))
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_job_that_ends_well_is_part_of_a_good_release_and_one_that_fails_is_taken_back() {
        for way in BOTH {
            let mut site = Site::running(way, "v1.0.0").await;
            site.app.commit("a job", &with_job(&site, true));
            site.app.publish("v1.1.0-job", Fault::Once);
            let good = site.ready("v1.1.0", Fault::None);
            site.deploy(&good).await.well();
            assert_eq!(site.app.version().as_deref(), Some("v1.1.0"), "{way:?}");
            site.app.publish("v1.2.0-job", Fault::OnceFailing);
            let bad = site.ready("v1.2.0", Fault::None);
            let done = site.deploy(&bad).await;
            done.fails_at("up", "TW-D021");
            site.back(&done).await.well();
            assert_eq!(site.app.version().as_deref(), Some("v1.1.0"), "{way:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_pinned_release_runs_its_digest_wherever_the_tag_has_been_moved_to() {
        let mut site = Site::running(Way::Ssh, "v1.0.0").await;
        let mut next = site.ready("v1.1.0", Fault::None);
        let pinned = format!("{}@{}", site.app.image, site.app.digest("v1.1.0"));
        next.pins = Pins::of(&[("app".to_owned(), pinned.clone())].into());
        // Between the look and the pull.
        site.app.publish("v1.1.0", Fault::NoOrders);
        let done = site.deploy(&next).await;
        done.well();
        assert!(done.plan.steps.iter().any(|step| step.name == "pinned"));
        let container = site.app.container("app");
        assert_eq!(docker(&["inspect", "-f", "{{.Config.Image}}", &container]), pinned);
        assert_eq!(site.app.answers("/orders").as_deref(), Some("[]\n"));
        // A digest that the registry lost touches nothing.
        let mut lost = site.ready("v1.2.0", Fault::None);
        let gone = format!("{}@sha256:{}", site.app.image, "0".repeat(64));
        lost.pins = Pins::of(&[("app".to_owned(), gone)].into());
        site.deploy(&lost).await.fails_at("pull", "TW-D021");
        assert_eq!(site.app.container("app"), container);
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_service_that_was_not_looked_at_is_never_started() {
        let mut site = Site::running(Way::Local, "v1.0.0").await;
        let before = site.app.containers();
        let mut next = site.ready("v1.1.0", Fault::None);
        next.pins = Pins::of(&[("other".to_owned(), "build".to_owned())].into());
        let done = site.deploy(&next).await;
        assert!(done.fails_at("resolve", "TW-D017").contains("app"));
        site.back(&done).await.well();
        assert_eq!(site.app.containers(), before);
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_service_with_an_env_file_is_known_to_be_up() {
        let mut site = Site::running(Way::Local, "v1.0.0").await;
        let mut files = site.app.files("    env_file: app.env\n");
        files.insert("app.env".to_owned(), "GREETING=it's $$5\n".to_owned());
        site.app.commit("settings", &files);
        let next = site.ready("v1.1.0", Fault::None);
        site.deploy(&next).await.well();
        assert_eq!(site.app.version().as_deref(), Some("v1.1.0"));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_job_that_nobody_waits_for_is_no_failure_when_it_ends_well() {
        let mut site = Site::running(Way::Local, "v1.0.0").await;
        site.app.commit("a job", &with_job(&site, false));
        site.app.publish("v1.1.0-job", Fault::Once);
        let good = site.ready("v1.1.0", Fault::None);
        site.deploy(&good).await.well();
        assert_eq!(site.app.version().as_deref(), Some("v1.1.0"));
        site.app.publish("v1.2.0-job", Fault::OnceFailing);
        let bad = site.ready("v1.2.0", Fault::None);
        let done = site.deploy(&bad).await;
        assert!(done.failed.is_some());
        site.back(&done).await.well();
        assert_eq!(site.app.version().as_deref(), Some("v1.1.0"));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn an_image_that_was_pruned_is_fetched_again_for_the_way_back() {
        let mut site = Site::running(Way::Ssh, "v1.0.0").await;
        let image = docker(&["inspect", "-f", "{{.Image}}", &site.app.container("app")]);
        let bad = site.ready("v1.1.0", Fault::Unhealthy);
        let done = site.deploy(&bad).await;
        done.fails_at("up", "TW-D021");
        docker(&["rmi", "-f", &image]);
        site.back(&done).await.well();
        assert_eq!(site.app.version().as_deref(), Some("v1.0.0"));
        assert_eq!(docker(&["inspect", "-f", "{{.Image}}", &site.app.container("app")]), image);
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn an_image_that_is_nowhere_any_more_ends_the_way_back_and_says_so() {
        let mut site = Site::running(Way::Local, "v1.0.0").await;
        let image = docker(&["inspect", "-f", "{{.Image}}", &site.app.container("app")]);
        let bad = site.ready("v1.1.0", Fault::Unhealthy);
        let done = site.deploy(&bad).await;
        done.fails_at("up", "TW-D021");
        docker(&["rmi", "-f", &image]);
        site.app.end_registry();
        let log = site.back(&done).await.fails_at("back-up", "TW-D021");
        assert!(log.contains("is gone from this host"), "{log}");
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn what_was_deployed_by_hand_without_a_tag_is_brought_back_too() {
        let mut site = Site::new(Way::Ssh);
        site.app.publish("byhand", Fault::None);
        let up = "docker compose -p \"$1\" -f compose.yml -f compose.prod.yml up -d --wait";
        let status = std::process::Command::new("sh")
            .args(["-c", up, "sh", &site.app.project])
            .env("APP_TAG", "byhand")
            .current_dir(site.app.site())
            .status()
            .unwrap();
        assert!(status.success());
        let bad = site.ready("v1.0.0", Fault::Unhealthy);
        let done = site.deploy(&bad).await;
        done.fails_at("up", "TW-D021");
        site.back(&done).await.well();
        assert_eq!(site.app.version().as_deref(), Some("byhand"));
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_service_that_the_failed_version_added_goes_and_the_data_stay() {
        let mut site = Site::running(Way::Local, "v1.0.0").await;
        let with_volume = "    volumes: [\"data:/data\"]\nvolumes:\n  data: {}\n";
        site.app.commit("a volume", &site.app.files(with_volume));
        let with_data = site.ready("v1.1.0", Fault::None);
        site.deploy(&with_data).await.well();
        let write = "echo precious >/data/file";
        docker(&["exec", &site.app.container("app"), "/bin/sh", "-c", write]);
        let more = format!(
            "    volumes: [\"data:/data\"]\n  worker:\n    image: {}:${{APP_TAG}}\nvolumes:\n  data: {{}}\n",
            site.app.image
        );
        site.app.commit("a worker", &site.app.files(&more));
        let bad = site.ready("v1.2.0", Fault::Unhealthy);
        let done = site.deploy(&bad).await;
        done.fails_at("up", "TW-D021");
        site.back(&done).await.well();
        assert_eq!(site.app.version().as_deref(), Some("v1.1.0"));
        assert_eq!(site.app.container("worker"), "");
        assert_eq!(docker(&["exec", &site.app.container("app"), "/bin/cat", "/data/file"]), "precious");
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn compose_files_that_cannot_be_deployed_are_refused_before_anything_is_pulled() {
        let build = "    build: .\n";
        let unset = "    environment: {SECRET: \"${NOT_SET_ANYWHERE}\"}\n";
        for (more, id) in
            [("  other:\n    build: .\n", "TW-D012"), (unset, "TW-D011"), ("    nonsense: 1\n", "TW-D010")]
        {
            let mut site = Site::running(Way::Local, "v1.0.0").await;
            let before = site.app.containers();
            site.app.commit("odd", &site.app.files(more));
            let next = site.ready("v1.1.0", Fault::None);
            let done = site.deploy(&next).await;
            done.fails_at("resolve", id);
            site.back(&done).await.well();
            assert_eq!(site.app.containers(), before, "{build}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: container engine"]
    async fn a_health_command_runs_on_the_host_until_it_succeeds_or_its_limit_ends_it() {
        let mut site = Site::new(Way::Ssh);
        let words = ["curl", "-fsS", "-o", "/dev/null", &site.app.url("/orders")];
        let run = words.map(ToOwned::to_owned).to_vec();
        site.spec.health = Some(Health::Command { run, limit: 3 });
        let good = site.ready("v1.0.0", Fault::None);
        site.deploy(&good).await.well();
        let bad = site.ready("v1.1.0", Fault::NoOrders);
        let done = site.deploy(&bad).await;
        let log = done.fails_at("health", "TW-D021");
        assert!(log.contains("limit of 3 s"), "{log}");
        site.back(&done).await.well();
        assert_eq!(site.app.version().as_deref(), Some("v1.0.0"));
    }
}
