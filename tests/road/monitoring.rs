//! Gates that ask a real Prometheus and a real Alertmanager.

mod tier2 {
    use std::net::TcpListener;
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    use tagwarden::demo::Rules;
    use tagwarden::domain::gate::Standing;
    use tagwarden::domain::release::Phase;

    use crate::scene::{WEDNESDAY, rules, scene};

    /// A server that ends with the test.
    struct Server(Child);

    impl Drop for Server {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn free_port() -> u16 {
        TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
    }

    fn start(program: &str, folder: &Path, arguments: &[String]) -> Server {
        let child = Command::new(program)
            .current_dir(folder)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        Server(child)
    }

    /// Prometheus scrapes itself, and one rule of it always fires.
    fn start_prometheus(folder: &Path, port: u16, alertmanager: u16) -> Server {
        let config = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\n\
             rule_files: [ rules.yml ]\n\
             alerting: {{ alertmanagers: [ {{ static_configs: [ {{ targets: [ '127.0.0.1:{alertmanager}' ] }} ] }} ] }}\n\
             scrape_configs: [ {{ job_name: self, static_configs: [ {{ targets: [ '127.0.0.1:{port}' ] }} ] }} ]\n"
        );
        let rule = "groups: [ { name: g, rules: [ { alert: DiskFull, expr: vector(1), labels: { severity: critical } } ] } ]\n";
        std::fs::write(folder.join("p.yml"), config).unwrap();
        std::fs::write(folder.join("rules.yml"), rule).unwrap();
        let arguments = [
            "--config.file=p.yml".to_owned(),
            "--storage.tsdb.path=tsdb".to_owned(),
            // The first alert is sent before an Alertmanager is known, and sent again only after this long.
            "--rules.alert.resend-delay=1s".to_owned(),
            format!("--web.listen-address=127.0.0.1:{port}"),
        ];
        start("prometheus", folder, &arguments)
    }

    fn start_alertmanager(folder: &Path, port: u16) -> Server {
        std::fs::write(
            folder.join("am.yml"),
            "route: { receiver: none, group_wait: 0s }\nreceivers: [ { name: none } ]\n",
        )
        .unwrap();
        let arguments = [
            "--config.file=am.yml".to_owned(),
            "--storage.path=am".to_owned(),
            "--cluster.listen-address=".to_owned(),
            format!("--web.listen-address=127.0.0.1:{port}"),
        ];
        start("prometheus-alertmanager", folder, &arguments)
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "tier 2: needs prometheus and prometheus-alertmanager"]
    async fn a_firing_alert_holds_the_release_until_somebody_silences_it() {
        let folder = tempfile::tempdir().unwrap();
        let (port, alerts) = (free_port(), free_port());
        let _alertmanager = start_alertmanager(folder.path(), alerts);
        let _prometheus = start_prometheus(folder.path(), port, alerts);
        let further = format!(
            "[[repository.environment.gates.prometheus]]\nname = \"scraped\"\nurl = \"http://127.0.0.1:{port}\"\n\
             query = \"up{{job='self'}}\"\nabove = \"1\"\n\
             [[repository.environment.gates.prometheus]]\nname = \"no-faults\"\nurl = \"http://127.0.0.1:{port}\"\n\
             query = \"up{{job='self'}} == 0\"\nempty_is_good = true\n\
             [[repository.environment.gates.alerts]]\nname = \"alerts\"\nurl = \"http://127.0.0.1:{alerts}\"\n\
             severity = [\"critical\"]\n"
        );
        let scene = scene(WEDNESDAY, &Rules { further, ..rules() }).await;
        let fires = async {
            while !get(alerts, "/api/v2/alerts").await.contains("DiskFull") {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), fires).await.expect("the alert fires");
        scene.push("1.1.0").await;
        // The clock of the house stands still; every look is asked for by moving it on.
        for gate in ["scraped", "no-faults"] {
            scene.gate_becomes("v1.1.0", gate, Standing::Good).await;
        }
        let view = scene.gate_becomes("v1.1.0", "alerts", Standing::Bad).await;
        assert_eq!(view.row.phase, "waiting");
        let reading = view.gates.iter().find(|gate| gate.gate == "alerts").unwrap();
        assert_eq!(reading.reason.values.get("alerts").map(String::as_str), Some("DiskFull"));
        silence(alerts).await;
        scene.gate_becomes("v1.1.0", "alerts", Standing::Good).await;
        scene.hand.advance(Duration::from_secs(10));
        scene.reaches("v1.1.0", Phase::Watching).await.unwrap();
    }

    fn client() -> reqwest::Client {
        reqwest::Client::builder().no_proxy().build().unwrap()
    }

    /// Returns what a server answers; nothing while it does not.
    async fn get(port: u16, path: &str) -> String {
        match client().get(format!("http://127.0.0.1:{port}{path}")).send().await {
            Ok(answer) => answer.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    async fn silence(port: u16) {
        let body = r#"{"matchers":[{"name":"alertname","value":"DiskFull","isRegex":false}],"startsAt":"2020-01-01T00:00:00Z",
            "endsAt":"2099-01-01T00:00:00Z","createdBy":"grace","comment":"known"}"#;
        let answer = client()
            .post(format!("http://127.0.0.1:{port}/api/v2/silences"))
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }
}
