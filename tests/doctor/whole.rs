//! A house that is well, one in which everything is broken, and one in which nothing answers.

use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use tagwarden::demo::REPOSITORY;

use crate::house::{House, rules};
use crate::patient::{ELSEWHERE, Patient, found, of};
use crate::sshd::{Sshd, key, me};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_house_that_is_well_exits_0_and_says_so_of_every_part() {
    let house = House::open(&rules("")).await;
    house.ground.forge.make_admin("tagwarden");
    house.push("1.1.0").await;
    let bare = house.ground.bare().display().to_string();
    house.run(&["hook", "install", &bare]).good();
    house.run(&["hook", "install", "--protect"]).good();
    // Where the state lies differs from machine to machine, and a folder in memory is warned about.
    let words = [&["doctor", "--hooks", &bare, "--skip", "database"], &ELSEWHERE[..]].concat();
    let said = house.run(&words);
    assert_eq!(said.code, Some(0), "{}", said.out);
    assert!(said.out.ends_with("errors: 0 · warnings: 0 · unknown: 0 · ok: 13\n"), "{}", said.out);
    let json = house.run(&[&words[..], &["--json"]].concat()).json();
    assert_eq!((&json["schema"], &json["state"], &json["ok"]), (&1.into(), &"ok".into(), &13.into()));
    let all = found(&json);
    assert!(all.iter().all(|one| one.state == "ok" && one.hint.is_empty()), "{all:#?}");
    assert_eq!(of(&all, "webhook"), ["ok doctor-webhook"]);
    assert_eq!(of(&all, "hook"), ["ok doctor-hook"]);
    assert_eq!(of(&all, "daemon"), ["ok doctor-daemon"]);
    let database = found(&house.run(&["doctor", "--json"]).json());
    assert!(of(&database, "database").contains(&"ok doctor-database".to_owned()), "{database:#?}");
    // Nothing to say, nothing said.
    let quiet = house.run(&[&words[..], &["--quiet"]].concat());
    assert_eq!(quiet.out.lines().count(), 1, "{}", quiet.out);
}

/// Everything that a person can get wrong in an afternoon.
async fn ruin() -> (Patient, Sshd) {
    let sshd = Sshd::start("");
    let port = sshd.port;
    let other = key(&sshd.folder.path().join("otherkey.pub"));
    let host = format!(
        r#"
[[calendar]]
name = "exams"
time_zone = "Europe/Paris"
[[calendar.freeze]]
name = "spring"
from = "2020-03-01T08:00"
to = "2020-03-02T12:00"
[[calendar.feed]]
name = "courses"
path = "{{root}}/courses.ics"
[[repository]]
name = "school/planner"
[[repository.environment]]
name = "staging"
approvals = 0
[[repository.environment.host]]
name = "far"
address = "{}@127.0.0.1:{port}"
host_key = "{other}"
identity = "{}/client"
directory = "/srv/planner"
[repository.environment.deploy]
recipe = "compose"
project = "planner"
[repository.environment.healthcheck]
url = "http://127.0.0.1:9/"
"#,
        me(),
        sshd.folder.path().display()
    );
    let patient = Patient::with(&host).await;
    let forge = &patient.0.ground.forge;
    patient.mode("secret", 0o644);
    forge.be_version("14.0.1");
    forge.limit_token("tagwarden", &["read:user", "read:repository"]);
    patient.webhook(|webhook| webhook.events = vec!["push".to_owned()]);
    std::fs::remove_file(patient.0.ground.bare().join("hooks/pre-receive.d/zz-tagwarden")).unwrap();
    (patient, sshd)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ruin_is_told_whole_in_both_languages_with_what_mends_each_part() {
    let (patient, sshd) = ruin().await;
    for (language, golden) in
        [("en", include_str!("golden/ruin.en.txt")), ("fr", include_str!("golden/ruin.fr.txt"))]
    {
        // What SQLite is linked, and on what disk the test runs, differs.
        let bare = patient.bare();
        let said = patient.said(&["--lang", language, "--skip", "database", "--hooks", &bare]);
        assert_eq!(said.code, Some(2), "{said:#?}");
        let ground = &patient.0.ground;
        let told = said
            .out
            .replace(&ground.root().display().to_string(), "ROOT")
            .replace(&ground.forge.url(), "FORGE")
            .replace(&sshd.port.to_string(), "PORT");
        assert_eq!(told, golden, "{told}");
    }
    let (_, all) = patient.asked(&["--hooks", &patient.bare()]);
    for one in all.iter().filter(|one| one.state != "ok") {
        assert!(!one.hint.is_empty() && !one.message.is_empty(), "no way out: {one:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn where_nothing_answers_it_ends_within_ten_seconds() {
    // Each of them takes a connection and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = TcpListener::bind("127.0.0.1:0").unwrap();
    let (silent_at, port) = (silent.local_addr().unwrap(), host.local_addr().unwrap().port());
    let staging = crate::house::STAGING.replace(
        "address = \"local\"",
        &format!(
            "address = \"deploy@127.0.0.1:{port}\"\nhost_key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdjO9ESRYqrpPHIlS0aT1BBVnUTGyQDSDEsbIBWVGTO\""
        ),
    );
    let patient = Patient::with(&staging).await;
    let forge = patient.0.ground.forge.url();
    patient.rewrite(|text| {
        text.replace(&format!("url = \"{forge}\""), &format!("url = \"http://{silent_at}\""))
    });
    std::fs::create_dir_all(patient.file("state")).unwrap();
    let _socket = UnixListener::bind(patient.0.socket()).unwrap();
    let began = Instant::now();
    let (code, all) = patient.asked(&[]);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(code, Some(2));
    assert_eq!(of(&all, "daemon"), ["error TW-Q013"]);
    assert_eq!(of(&all, "forge"), ["error TW-Q028"]);
    assert_eq!(of(&all, "webhook"), ["unknown TW-Q022"]);
    assert_eq!(of(&all, "host"), ["ok doctor-host-reached", "error TW-Q070"]);
    let left = std::fs::read_dir("/tmp").unwrap().flatten();
    let left: Vec<_> =
        left.filter(|entry| entry.file_name().to_string_lossy().starts_with("tw-doctor-")).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(
        !patient.said(&["--skip", "forge", "--skip", "host", "--skip", "daemon"]).out.contains("TW-Q028")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_check_that_is_left_out_is_not_told() {
    let patient = Patient::lie_down().await;
    patient.0.ground.forge.remove_webhooks(REPOSITORY).unwrap();
    assert_eq!(patient.by("webhook"), ["error TW-Q050"]);
    let (_, all) = patient.asked(&["--skip", "webhook", "--skip", "daemon", "--skip", "hook"]);
    for check in ["webhook", "daemon", "hook", "space", "service"] {
        assert_eq!(of(&all, check), [""; 0], "{check}");
    }
    assert_eq!(of(&all, "branch"), ["ok doctor-branch"]);
    let refused = patient.said(&["--skip", "webhok"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("TW-U007"), "{}", refused.err);
}
