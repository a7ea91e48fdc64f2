//! The watch's eyes on a real container engine: a container that restarts, writes, and goes away.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test, as it should")]

mod tier2 {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use jiff::Timestamp;
    use tagwarden::domain::plan::{Output, Script};
    use tagwarden::domain::watch::{Answer, Look};
    use tagwarden::signals::{container, log};

    fn run(command: &[String]) -> Output {
        let done = Command::new(&command[0]).args(&command[1..]).stdin(Stdio::null()).output().unwrap();
        Output {
            status: done.status.code().unwrap(),
            stdout: String::from_utf8_lossy(&done.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&done.stderr).into_owned(),
        }
    }

    fn docker(arguments: &[&str]) -> String {
        let command: Vec<String> =
            ["docker"].iter().chain(arguments).map(|word| (*word).to_owned()).collect();
        let output = run(&command);
        assert_eq!(output.status, 0, "{arguments:?}: {}", output.stderr);
        output.stdout.trim().to_owned()
    }

    /// Runs a script as `remote` would: in order, up to the first failure.
    fn perform(script: &Script) -> Output {
        let mut all = Output { status: 0, stdout: String::new(), stderr: String::new() };
        for command in &script.commands {
            let output = run(command);
            all.stdout.push_str(&output.stdout);
            all.stderr.push_str(&output.stderr);
            all.status = output.status;
            if all.status != 0 {
                break;
            }
        }
        all
    }

    fn wait_for(what: &str, done: impl Fn() -> bool) {
        let began = Instant::now();
        while !done() {
            assert!(began.elapsed() < Duration::from_secs(20), "{what} did not happen");
            std::thread::yield_now();
        }
    }

    /// A container of a project of its own, made from the static busybox alone; gone at the end.
    struct App {
        name: String,
    }

    impl App {
        fn start() -> Self {
            let name = format!("tw-watch-{}", std::process::id());
            let mut tar = Command::new("tar")
                .args(["-C", "/", "-cf", "-", "--dereference", "bin/busybox"])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let imported = Command::new("docker")
                .args(["import", "-", &name])
                .stdin(tar.stdout.take().unwrap())
                .stdout(Stdio::null())
                .status()
                .unwrap();
            assert!(tar.wait().unwrap().success() && imported.success());
            let app = Self { name };
            let project = format!("com.docker.compose.project={}", app.name);
            // Says what is written into /say, and ends when that is `die`.
            let program = "while :; do [ -e /say ] && mv /say /said && cat /said >&2 \
                && grep -q die /said && exit 3; usleep 20000; done";
            let with_tools = format!("/bin/busybox --install -s /bin; {program}");
            docker(&[
                "run",
                "-d",
                "--init",
                "--restart",
                "always",
                "--name",
                &app.name,
                "--label",
                &project,
                &app.name,
                "/bin/busybox",
                "sh",
                "-c",
                &with_tools,
            ]);
            app
        }

        fn say(&self, text: &str) {
            let write = format!("echo '{text}' > /new; mv /new /say");
            docker(&["exec", &self.name, "/bin/busybox", "sh", "-c", &write]);
        }

        fn logs(&self) -> String {
            let words = ["docker", "logs", &self.name].map(ToOwned::to_owned);
            let output = run(&words);
            output.stdout + &output.stderr
        }

        fn ids(&self) -> Vec<String> {
            container::ids(&perform(&container::list(&self.name)))
        }

        fn look(&self, memory: &mut container::Memory) -> Look {
            let output = container::inspect(&self.ids()).map(|script| perform(&script));
            let (look, next) = container::judge("containers", Timestamp::now(), output.as_ref(), memory);
            *memory = next;
            look
        }

        fn read(&self, memory: &mut log::Memory) -> Look {
            let output = perform(&log::look(&self.ids(), memory));
            let fatal = ["FATAL".to_owned()];
            let (look, next) = log::judge("logs", Timestamp::now(), &fatal, &output, memory);
            *memory = next;
            look
        }
    }

    impl Drop for App {
        fn drop(&mut self) {
            for words in [["rm", "-f"], ["rmi", "-f"]] {
                let _ = Command::new("docker")
                    .args(words)
                    .arg(&self.name)
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status();
            }
        }
    }

    #[test]
    #[ignore = "tier 2: container engine"]
    fn a_fatal_line_a_restart_and_a_missing_container_are_seen() {
        let app = App::start();
        let (mut seen, mut marked) = (container::Memory::default(), log::Memory::default());
        assert_eq!(app.look(&mut seen).answer, Answer::Ok);
        assert_eq!(app.read(&mut marked).answer, Answer::Ok);

        app.say("FATAL password=hunter2");
        wait_for("the line in the logs", || app.logs().contains("FATAL"));
        // The host's seconds are whole: the line is judged by the first look of the next second, and by no other.
        let mut looks = Vec::new();
        wait_for("a bad look", || {
            let mut next = marked.clone();
            app.read(&mut next).answer == Answer::Bad
        });
        for _ in 0..3 {
            looks.push(app.read(&mut marked));
        }
        let bad: Vec<&Look> = looks.iter().filter(|look| look.answer == Answer::Bad).collect();
        assert_eq!(bad.len(), 1, "{looks:?}");
        assert_eq!(bad[0].evidence, "`FATAL` in the logs: FATAL password=[secret]");
        assert_eq!(app.look(&mut seen).answer, Answer::Ok);

        // The count alone rises before the engine says that the container restarts.
        let started = || docker(&["inspect", "-f", "{{.State.StartedAt}} {{.State.Status}}", &app.name]);
        let before = started();
        app.say("die");
        wait_for("a restart", || {
            let now = started();
            now != before && now.ends_with(" running")
        });
        let look = app.look(&mut seen);
        assert_eq!(look.answer, Answer::Bad);
        assert!(look.evidence.contains("was restarted by docker"), "{}", look.evidence);
        assert_eq!(app.look(&mut seen).answer, Answer::Ok);

        docker(&["rm", "-f", &app.name]);
        let look = app.look(&mut seen);
        assert_eq!((look.answer, look.evidence), (Answer::Bad, format!("{} is gone", app.name)));
    }
}
