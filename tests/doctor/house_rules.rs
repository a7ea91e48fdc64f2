//! What is found on the daemon's own machine: configuration, secrets, calendars, daemon, database.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::process::Command;

use serde_json::{Value, json};

use crate::house::{House, rules};
use crate::patient::{Patient, found, of};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_problem_of_the_configuration_is_named_with_its_line_and_nothing_else_is_guessed() {
    let patient = Patient::lie_down().await;
    let path = patient.0.ground.config().display().to_string();
    patient.rewrite(|text| text.replace("listen = ", "lisen = ").replace("recipe = ", "recipie = "));
    let (code, all) = patient.asked(&[]);
    assert_eq!(code, Some(2));
    let problems: Vec<_> = all.iter().filter(|one| one.check == "configuration").collect();
    assert_eq!(problems.len(), 2, "{all:#?}");
    assert_eq!(problems[0].about, format!("{path}:3: server.lisen"));
    assert!(problems[0].hint.contains("listen"), "{problems:#?}");
    assert_eq!(of(&all, "daemon"), ["unknown TW-Q001"]);
    assert_eq!(of(&all, "forge"), [""; 0]);
    fs::remove_file(&path).unwrap();
    let (code, all) = patient.asked(&[]);
    assert_eq!((code, of(&all, "configuration")), (Some(2), vec!["error TW-C001".to_owned()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn secrets_are_judged_one_by_one_and_never_shown() {
    let patient = Patient::lie_down().await;
    assert_eq!(patient.by("secrets"), ["ok doctor-secret", "ok doctor-secret"]);
    let short = "canary-secret-short";
    fs::write(patient.file("secret"), short).unwrap();
    assert_eq!(patient.by("secrets"), ["ok doctor-secret", "error TW-C021"]);
    let canary = "canary-secret-0123456789-0123456789";
    fs::write(patient.file("secret"), canary).unwrap();
    patient.mode("secret", 0o644);
    let (_, all) = patient.asked(&[]);
    assert_eq!(of(&all, "secrets"), ["ok doctor-secret", "warning TW-Q005"]);
    let exposed = all.iter().find(|one| one.id == "TW-Q005").unwrap();
    assert_eq!(exposed.about, "forge.webhook_secrets[0]");
    assert!(
        exposed.hint.starts_with(&format!("chmod o= {}", patient.file("secret").display())),
        "{}",
        exposed.hint
    );
    patient.mode("secret", 0o600);
    let touched =
        Command::new("touch").args(["-d", "2020-01-01"]).arg(patient.file("secret")).status().unwrap();
    assert!(touched.success());
    assert_eq!(patient.by("secrets"), ["ok doctor-secret", "warning TW-Q006"]);
    let token = fs::read_to_string(patient.file("token")).unwrap();
    for language in ["en", "fr"] {
        let said = patient.said(&["--lang", language]);
        let json = patient.said(&["--json", "--lang", language]);
        for text in [said.out, said.err, json.out, json.err] {
            assert!(!text.contains(canary) && !text.contains(&token), "{text}");
        }
    }
    fs::remove_file(patient.file("secret")).unwrap();
    assert_eq!(patient.by("secrets"), ["ok doctor-secret", "error TW-C018"]);
    // What systemd hands to the daemon alone is not known to anybody else; who writes the secret where its name
    // belongs does not see it again.
    let line = format!("token = {{ credential = \"{canary}\" }}");
    patient.rewrite(|text| {
        text.replace(&format!("token = {{ file = \"{}\" }}", patient.file("token").display()), &line)
    });
    let (_, all) = patient.asked(&[]);
    assert_eq!(of(&all, "secrets")[0], "unknown TW-Q007");
    assert_eq!(of(&all, "forge"), ["unknown TW-Q023"]);
    assert!(!patient.said(&[]).out.contains(canary));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calendars_are_linted_as_by_config_check() {
    let feed = "[[calendar]]\nname = \"exams\"\ntime_zone = \"Europe/Paris\"\n[[calendar.freeze]]\nname = \"spring\"\n\
                from = \"2020-03-01T08:00\"\nto = \"2020-03-02T12:00\"\n[[calendar.feed]]\nname = \"courses\"\n\
                path = \"{root}/courses.ics\"\n";
    let patient = Patient::with(feed).await;
    let linted = patient.0.run(&["config", "check"]);
    let (_, all) = patient.asked(&[]);
    let told = of(&all, "calendars");
    assert_eq!(told, ["warning TW-K024", "warning TW-K001", "warning TW-K020"]);
    for id in ["TW-K024", "TW-K001", "TW-K020"] {
        assert!(linted.err.contains(id), "{}", linted.err);
    }
}

/// Answers one question on the control socket with this line.
fn answer_with(socket: UnixListener, answer: &'static str) -> std::thread::JoinHandle<Value> {
    std::thread::spawn(move || {
        let (mut stream, _) = socket.accept().unwrap();
        let mut line = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
        writeln!(stream, "{answer}").unwrap();
        serde_json::from_str(&line).unwrap()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_daemon_of_another_version_is_to_be_restarted() {
    let patient = Patient::lie_down().await;
    fs::create_dir_all(patient.file("state")).unwrap();
    assert_eq!(patient.by("daemon"), ["error TW-Q010"]);
    for answer in [
        r#"{"kind":"refused","status":"usage","notice":{"id":"TW-X012","values":{"verb":"about"}}}"#,
        r#"{"kind":"ok","value":{"version":"0.0.9","now":"2026-11-25T16:00:00Z","arrivals":[],"troubles":[]}}"#,
        r#"{"kind":"ok","value":{"unheard":"of"}}"#,
        r#"{"kind":"song"}"#,
    ] {
        let _ = fs::remove_file(patient.0.socket());
        let answering = answer_with(UnixListener::bind(patient.0.socket()).unwrap(), answer);
        assert_eq!(patient.by("daemon"), ["warning TW-Q011"], "{answer}");
        assert_eq!(
            answering.join().unwrap()["ask"],
            json!({"kind": "call", "token": null, "verb": "about", "args": null})
        );
    }
    // One that hangs up has not answered.
    fs::remove_file(patient.0.socket()).unwrap();
    let hanging = UnixListener::bind(patient.0.socket()).unwrap();
    let hung = std::thread::spawn(move || drop(hanging.accept().unwrap()));
    assert_eq!(patient.by("daemon"), ["error TW-Q013"]);
    hung.join().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_daemon_that_is_troubled_passes_its_troubles_on() {
    let mut house = House::lay(&rules("")).await;
    let config = house.ground.config();
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("[forge]", "[forge]\nreconcile_every = \"1s\"")).unwrap();
    house.start();
    fs::rename(house.ground.bare(), house.folder.path().join("away.git")).unwrap();
    let mut all = Vec::new();
    house.until("the daemon to notice that the repository is away", |house| {
        all = found(&house.run(&["doctor", "--json", "--skip", "forge"]).json());
        of(&all, "daemon").len() > 1
    });
    assert!(of(&all, "daemon")[1].starts_with("warning TW-"), "{all:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_is_looked_at_without_being_touched() {
    let mut house = House::open(&rules("")).await;
    let database = |house: &House| {
        let all = found(&house.run(&["doctor", "--json"]).json());
        of(&all, "database").into_iter().filter(|one| !one.ends_with("TW-Q035")).collect::<Vec<_>>()
    };
    assert_eq!(database(&house), ["ok doctor-sqlite", "ok doctor-database"]);
    house.stop();
    let set = |name: &str, value: &dyn rusqlite::ToSql| {
        rusqlite::Connection::open(house.database()).unwrap().pragma_update(None, name, value).unwrap();
    };
    set("journal_mode", &"DELETE");
    let before = fs::read(house.database()).unwrap();
    assert_eq!(database(&house), ["ok doctor-sqlite", "warning TW-Q033"]);
    assert_eq!(fs::read(house.database()).unwrap(), before);
    set("user_version", &99);
    assert_eq!(database(&house), ["ok doctor-sqlite", "error TW-S005"]);
    fs::write(house.database(), "no database at all, but long enough to be taken for one").unwrap();
    assert!(database(&house)[1].starts_with("error TW-S00"));
    fs::remove_dir_all(house.database().parent().unwrap()).unwrap();
    assert_eq!(database(&house), ["ok doctor-sqlite", "unknown TW-Q031"]);
}
