//! Who vouches for the record: checkpoints, their key, what was kept outside, and what a damaged record stops.

use std::path::PathBuf;
use std::process::Command;

use rusqlite::Connection;
use serde_json::Value;
use tagwarden::domain::checkpoint::Note;
use tagwarden::seal::SigningKey;

use crate::house::{House, ended, rules};

/// A house whose journal holds an approval and therefore more than one checkpoint, stopped.
async fn stopped_after_an_approval() -> House {
    let mut house = House::open(&rules("")).await;
    let grace = house.token("grace");
    let release = house.push("1.1.0").await;
    house.run_as(&grace, &["approve", &release.to_string()]).good();
    house.reaches(release, "complete");
    house.stop();
    house
}

fn database(house: &House) -> Connection {
    let database = Connection::open(house.database()).unwrap();
    // Whoever can write the file can take away what forbids it.
    let triggers =
        "DROP TRIGGER IF EXISTS journal_is_never_changed; DROP TRIGGER IF EXISTS journal_is_never_cut;
                    DROP TRIGGER IF EXISTS checkpoints_are_never_changed;
                    DROP TRIGGER IF EXISTS checkpoints_are_never_cut;";
    database.execute_batch(triggers).unwrap();
    database
}

/// Returns the whole database as one file.
fn snapshot(house: &House) -> Vec<u8> {
    // What a stopped daemon left in the log beside the file is moved into it.
    let database = Connection::open(house.database()).unwrap();
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    database.close().unwrap();
    std::fs::read(house.database()).unwrap()
}

/// Does `tamper` to a copy of the record and returns what `audit verify` with these words says.
fn after(house: &House, words: &[&str], tamper: impl FnOnce(&Connection)) -> crate::house::Said {
    let whole = snapshot(house);
    let database = database(house);
    tamper(&database);
    database.close().unwrap();
    let said = house.run(&[&["audit", "verify"], words].concat());
    std::fs::write(house.database(), whole).unwrap();
    said
}

fn notes(house: &House) -> Vec<String> {
    let database = Connection::open(house.database()).unwrap();
    let mut statement = database.prepare("SELECT note FROM checkpoints ORDER BY number").unwrap();
    let notes = statement.query_map([], |row| row.get(0)).unwrap();
    notes.collect::<Result<_, _>>().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_takes_out_or_forges_a_checkpoint_is_found() {
    let house = stopped_after_an_approval().await;
    let said = house.run(&["audit", "verify"]).good();
    assert!(said.out.contains("checkpoints vouch for the first"), "{said:#?}");
    let json = house.run(&["audit", "verify", "--json"]).good().json();
    let count = json["checkpoints"].as_u64().unwrap();
    assert!(count >= 4, "start, approval, deployment, stop: {json}");
    assert_eq!(json["covered"], json["entries"], "the last one is made when the daemon stops");

    let sql =
        |sql: &'static str| move |database: &Connection| assert!(database.execute(sql, []).unwrap() > 0);
    after(&house, &[], sql("DELETE FROM checkpoints WHERE number = 2")).refused(1, "TW-A040");
    after(&house, &[], sql("DELETE FROM checkpoints")).refused(1, "TW-A039");
    after(&house, &[], sql("DELETE FROM checkpoints WHERE number > 1")).refused(1, "TW-A039");
    after(&house, &[], sql("UPDATE checkpoints SET size = size + 1 WHERE number = 2")).refused(1, "TW-A041");
    after(
        &house,
        &[],
        sql("UPDATE checkpoints SET note = replace(note, 'checkpoint 2', 'checkpoint 3') WHERE number = 2"),
    )
    .refused(1, "TW-A041");
    let resign = |database: &Connection| {
        let note: String = database
            .query_row("SELECT note FROM checkpoints WHERE number = 2", [], |row| row.get(0))
            .unwrap();
        let checkpoint = Note::parse(&note).unwrap().checkpoint;
        let other = SigningKey::make(&checkpoint.origin).unwrap();
        let forged = other.sign(checkpoint).written();
        database.execute("UPDATE checkpoints SET note = ?1 WHERE number = 2", [forged]).unwrap();
    };
    after(&house, &[], resign).refused(1, "TW-A042");
    after(&house, &[], sql("DELETE FROM journal WHERE seq >= 5")).refused(1, "TW-A038");
    let said = after(&house, &["--json"], sql("UPDATE journal SET release = 99 WHERE seq = 4"));
    assert_eq!(said.json()["problem"]["id"], "TW-A034", "{said:#?}");
    assert_eq!(said.json()["problem"]["about"]["entry"], "4");
    after(&house, &["--lang", "fr"], sql("DELETE FROM checkpoints WHERE number = 2"))
        .refused(1, "Le point de contrôle 2 manque");
    house.run(&["audit", "verify"]).good();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_a_checkpoint_kept_elsewhere_shows_that_everything_was_set_back() {
    let mut house = stopped_after_an_approval().await;
    let key = house.run(&["audit", "key"]).good().out.trim().to_owned();
    let (older, newest) = (notes(&house)[1].clone(), notes(&house).last().unwrap().clone());
    let outside = house.folder.path().join("outside.txt");
    let outside = outside.to_str().unwrap();
    std::fs::write(outside, format!("{older}\n{newest}")).unwrap();
    let said = house.run(&["audit", "verify", "--against", outside, "--key", &key]).good();
    assert!(said.out.contains("2 checkpoints kept outside vouch for"), "{said:#?}");

    // Both the journal and the checkpoints as they once were: by itself that is a whole record.
    let set_back = |database: &Connection| {
        let size: i64 = database
            .query_row("SELECT size FROM checkpoints WHERE number = 2", [], |row| row.get(0))
            .unwrap();
        database.execute("DELETE FROM checkpoints WHERE number > 2", []).unwrap();
        database.execute("DELETE FROM journal WHERE seq > ?1", [size]).unwrap();
    };
    after(&house, &[], set_back).good();
    after(&house, &["--against", outside], set_back).refused(1, "TW-A037");
    let said = after(&house, &["--against", outside, "--json"], set_back).json();
    assert_eq!((&said["whole"], &said["problem"]["id"]), (&Value::Bool(false), &Value::from("TW-A037")));

    // A house of the same name with a key of its own tells another story.
    let other = SigningKey::make(&Note::parse(&newest).unwrap().checkpoint.origin).unwrap();
    let foreign = other.sign(Note::parse(&newest).unwrap().checkpoint).written();
    std::fs::write(outside, foreign).unwrap();
    house.run(&["audit", "verify", "--against", outside]).refused(1, "TW-A043");
    house.run(&["audit", "verify", "--key", &other.public().to_string()]).refused(1, "TW-A042");
    house.run(&["audit", "verify", "--key", "nonsense"]).refused(2, "TW-A014");
    std::fs::write(outside, "<html>").unwrap();
    house.run(&["audit", "verify", "--against", outside]).refused(1, "TW-A015");
    house.run(&["audit", "verify", "--against", "/nowhere"]).refused(1, "TW-A015");

    // The key survives a restart, and the chain of checkpoints goes on.
    let before = notes(&house).len();
    house.start();
    assert_eq!(house.run(&["audit", "key"]).good().out.trim(), key);
    house.stop();
    assert!(notes(&house).len() > before);
    house.run(&["audit", "verify", "--key", &key]).good();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_may_be_kept_elsewhere_and_changed_without_disowning_what_was_signed() {
    let mut house = stopped_after_an_approval().await;
    let first = house.run(&["audit", "key"]).good().out.trim().to_owned();
    let file = house.folder.path().join("own.key");
    let made = house.run(&["audit", "key", "--new", "records.example.org/journal"]).good().out;
    std::fs::write(&file, &made).unwrap();
    house.run(&["audit", "key", "--new", "two words"]).refused(2, "TW-A017");
    let configured = std::fs::read_to_string(house.ground.config()).unwrap();
    let with = |key: &str| format!("{configured}\n[audit]\nkey = {{ file = \"{key}\" }}\n");
    std::fs::write(house.ground.config(), with(file.to_str().unwrap())).unwrap();
    house.start();
    let second = house.run(&["audit", "key"]).good().out.trim().to_owned();
    assert!(second.starts_with("records.example.org/journal+") && second != first);
    house.stop();
    house.run(&["audit", "verify"]).good();
    house.run(&["audit", "verify", "--key", &first, "--key", &second]).good();
    house.run(&["audit", "verify", "--key", &second]).refused(1, "TW-A042");

    std::fs::write(&file, "not a key").unwrap();
    house.run(&["serve"]).refused(1, "TW-A013");
    std::fs::write(house.ground.config(), configured).unwrap();
    let own = house.database().with_file_name("checkpoint.key");
    std::fs::write(&own, "not a key").unwrap();
    house.run(&["serve"]).refused(1, "TW-A012");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_export_is_verified_by_a_stranger_and_every_tampering_with_it_is_seen() {
    let house = stopped_after_an_approval().await;
    let key = house.run(&["audit", "key"]).good().out.trim().to_owned();
    let export = house.run(&["audit", "export"]).good().out;
    let lines: Vec<&str> = export.lines().collect();
    let entries = lines.iter().filter(|line| line.contains("\"body\"")).count();
    assert_eq!(serde_json::from_str::<Value>(lines.last().unwrap()).unwrap()["key"], key.as_str());
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/audit/verify_export.py");
    let file = house.folder.path().join("export.jsonl");
    let verify = |lines: &[&str], key: Option<&str>| {
        std::fs::write(&file, format!("{}\n", lines.join("\n"))).unwrap();
        let output = Command::new("python3").arg(&script).arg(&file).args(key).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(verify(&lines, Some(&key)), (Some(0), "the export is whole\n".into()));
    assert_eq!(verify(&lines, None).0, Some(0));
    let other = SigningKey::make("x.example/journal").unwrap().public().to_string();
    assert_eq!(verify(&lines, Some(&other)).0, Some(1));

    let changed = |place: usize, from: &str, to: &str| {
        assert!(lines[place].contains(from), "{}", lines[place]);
        lines[place].replacen(from, to, 1)
    };
    let (edited, resized) = (changed(2, "grace", "grade"), changed(entries, "\"size\":", "\"size\":1"));
    let mut cases: Vec<(&str, Vec<&str>)> = Vec::new();
    let with = |place: usize, line| [&lines[..place], &[line], &lines[place + 1..]].concat();
    cases.push(("an entry changed", with(2, edited.as_str())));
    cases.push(("a checkpoint changed", with(entries, resized.as_str())));
    cases.push(("an entry taken out", [&lines[..3], &lines[4..]].concat()));
    cases.push(("an entry twice", [&lines[..4], &lines[3..]].concat()));
    cases.push(("two swapped", [&lines[..3], &[lines[4], lines[3]], &lines[5..]].concat()));
    cases.push(("the last entries cut off", [&lines[..entries - 2], &lines[entries..]].concat()));
    cases.push(("the first checkpoint taken out", [&lines[..entries], &lines[entries + 1..]].concat()));
    cases.push(("all checkpoints taken out", lines[..entries].to_vec()));
    for (what, tampered) in cases {
        let (code, said) = verify(&tampered, Some(&key));
        assert_eq!(code, Some(1), "{what}: {said}");
        assert!(!said.is_empty(), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_deployed_from_a_record_that_is_torn_at_its_end() {
    let mut house = stopped_after_an_approval().await;
    let whole = snapshot(&house);
    let torn = [
        (
            "UPDATE journal SET body = replace(body, 'daemon', 'deamon') WHERE seq = (SELECT max(seq) FROM journal)",
            "TW-A032",
        ),
        ("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)", "TW-A038"),
        ("UPDATE journal SET link = zeroblob(32) WHERE seq = (SELECT max(seq) FROM journal)", "TW-A032"),
        ("UPDATE journal SET link = zeroblob(7) WHERE seq = (SELECT max(seq) FROM journal)", "TW-A033"),
        ("DELETE FROM checkpoints", "TW-A039"),
        ("UPDATE checkpoints SET note = replace(note, 'checkpoint', 'checkpoimt')", "TW-A041"),
    ];
    for (sql, id) in torn {
        let database = database(&house);
        assert!(database.execute(sql, []).unwrap() > 0, "{sql}");
        database.close().unwrap();
        let said = house.run(&["serve"]);
        said.refused(1, id);
        said.refused(1, "TW-A010");
        assert!(said.err.contains("tagwarden audit verify"), "{said:#?}");
        assert!(house.run(&["audit", "rebuild"]).code == Some(1), "{sql}");
        std::fs::write(house.database(), &whole).unwrap();
    }
    house.start();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_release_that_is_listed_as_what_it_is_not_stops_the_start_until_the_list_is_made_anew() {
    let mut house = House::open(&rules("")).await;
    let release = house.push("1.1.0").await;
    house.run(&["audit", "rebuild"]).refused(6, "TW-U020");
    house.stop();
    for sql in [
        "UPDATE releases SET phase = 'watching'",
        "UPDATE releases SET environment = 'staging'",
        "UPDATE releases SET at_rest = 1",
        "DELETE FROM releases",
    ] {
        let database = database(&house);
        assert_eq!(database.execute(sql, []).unwrap(), 1, "{sql}");
        database.close().unwrap();
        // What rests is looked at by `audit rebuild` alone.
        if !sql.contains("at_rest") {
            house.run(&["serve"]).refused(1, "TW-A011");
        }
        let rebuilt = house.run(&["audit", "rebuild", "--json"]).good().json();
        assert_eq!(rebuilt["differed"], 1, "{sql}");
        house.run(&["audit", "verify"]).good();
    }
    assert_eq!(house.run(&["audit", "rebuild", "--json"]).good().json()["differed"], 0);
    house.start();
    assert_eq!(house.run(&["show", &release.to_string(), "--json"]).json()["phase"], "waiting");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_of_a_newer_version_is_left_alone() {
    let mut house = House::open(&rules("")).await;
    house.stop();
    let database = Connection::open(house.database()).unwrap();
    let known: i64 = database.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    database.pragma_update(None, "user_version", known + 1).unwrap();
    database.close().unwrap();
    let before = std::fs::read(house.database()).unwrap();
    house.run(&["serve"]).refused(1, "TW-S005");
    house.run(&["audit", "verify"]).refused(1, "TW-S005");
    assert_eq!(std::fs::read(house.database()).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_daemons_on_one_state_folder_the_second_leaves_everything_to_the_first() {
    let house = House::open(&rules("")).await;
    let entries = || house.run(&["audit", "verify", "--json"]).good().json()["entries"].clone();
    let before = entries();
    let second = house.command(&["serve"]).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let (code, err) = ended(second);
    assert!(code == Some(6) && err.contains("TW-U020"), "{code:?} {err}");
    assert_eq!(entries(), before);
    house.run(&["status"]).good();
}
