//! The record: proven whole, exported, copied while the daemon runs, and put back.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::house::{House, rules};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_export_can_be_verified_without_us() {
    let house = House::open(&rules("")).await;
    house.push("1.1.0").await;
    let lines = entries(&house);
    let mut before = [0_u8; 32];
    let mut hash = String::new();
    for (place, line) in lines.lines().enumerate() {
        let entry: Value = serde_json::from_str(line).unwrap();
        assert_eq!(entry["seq"], place as u64 + 1);
        assert_eq!(entry["before"], hex::encode(before));
        let mut hasher = Sha256::new();
        hasher.update(b"tagwarden journal v1\n");
        hasher.update(before);
        hasher.update(entry["body"].as_str().unwrap());
        before = hasher.finalize().into();
        hash = hex::encode(before);
        assert_eq!(entry["link"], hash.as_str());
        let body: Value = serde_json::from_str(entry["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["seq"], entry["seq"]);
    }
    let verified = house.run(&["audit", "verify", "--json"]).good().json();
    let count = verified["entries"].as_u64().unwrap();
    assert!(verified["whole"] == true && count >= lines.lines().count() as u64, "{verified}");
    let known = format!("{}:{}", lines.lines().count(), &hash[..12]);
    house.run(&["audit", "verify", "--known", &known]).good();
    house.run(&["audit", "verify", "--known", "1:00000000"]).refused(1, "TW-A005");
    house.run(&["audit", "verify", "--known", "999999:00000000"]).refused(1, "TW-A005");
    house.run(&["audit", "verify", "--known", "one"]).refused(2, "TW-A006");
    let now = entries(&house);
    assert!(now.starts_with(&lines));
    let second = now.split_once('\n').unwrap().1;
    assert!(house.run(&["audit", "export", "--from", "2"]).good().out.starts_with(second));
}

/// Returns the entries of an export, without what vouches for them.
fn entries(house: &House) -> String {
    let all = house.run(&["audit", "export"]).good().out;
    all.split_inclusive('\n').filter(|line| line.contains("\"body\":")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_changed_a_missing_and_a_swapped_entry_are_found() {
    let mut house = House::open(&rules("")).await;
    house.push("1.1.0").await;
    house.stop();
    let whole = house.folder.path().join("whole.db");
    house.run(&["backup", whole.to_str().unwrap()]).good();
    for (statement, why) in [
        ("UPDATE journal SET body = replace(body, 'ada', 'eve') WHERE seq = 3", "Entry 3 was changed"),
        ("DELETE FROM journal WHERE seq = 2", "Entry 3 stands where entry 2 belongs"),
        ("UPDATE journal SET before = zeroblob(32) WHERE seq = 3", "Entry 3 does not continue"),
    ] {
        std::fs::remove_dir_all(house.database().parent().unwrap()).unwrap();
        house.run(&["restore", whole.to_str().unwrap()]).good();
        let connection = rusqlite::Connection::open(house.database()).unwrap();
        // Whoever can write the file can take away what forbids it.
        for trigger in ["journal_is_never_changed", "journal_is_never_cut"] {
            connection.execute(&format!("DROP TRIGGER {trigger}"), []).unwrap();
        }
        let changed = connection.execute(statement, []).unwrap();
        assert_eq!(changed, 1);
        drop(connection);
        let refused = house.run(&["audit", "verify"]);
        refused.refused(1, "TW-A004");
        assert!(refused.err.contains(why), "{refused:#?}");
        let json = house.run(&["audit", "verify", "--json"]);
        assert_eq!((json.code, &json.json()["whole"]), (Some(1), &Value::Bool(false)));
        // Such a database is no copy that may be put back.
        let copy = house.folder.path().join("bad.db");
        std::fs::copy(house.database(), &copy).unwrap();
        house.run(&["restore", copy.to_str().unwrap(), "--replace"]).refused(1, "TW-A004");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_made_while_the_daemon_runs_brings_everything_back() {
    let mut house = House::open(&rules("")).await;
    house.push("1.1.0").await;
    let ada = house.token("ada");
    let copy = house.folder.path().join("copy.db");
    let copy = copy.to_str().unwrap();
    let made = house.run(&["backup", copy]).good();
    assert!(
        made.out.starts_with(&format!("{copy} is made and whole; its last journal entry is ")),
        "{made:#?}"
    );
    assert_eq!(std::fs::metadata(copy).unwrap().permissions().mode() & 0o777, 0o600);
    let names: Vec<_> =
        std::fs::read_dir(house.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(
        names.iter().filter(|name| name.to_string_lossy().starts_with("copy.db")).count(),
        1,
        "{names:?}"
    );
    house.run(&["audit", "verify", "--file", copy]).good();
    house.run(&["backup", copy]).refused(6, "TW-S007");
    house.run(&["backup", "/nowhere/at/all.db"]).refused(1, "TW-U014");

    // What happens afterwards is not in the copy.
    house.run_as(&ada, &["withdraw", "1", "--reason", "after the copy"]).good();
    house.run(&["restore", copy]).refused(6, "TW-U020");
    house.stop();
    house.run(&["restore", copy]).refused(6, "TW-A007");
    house.run(&["restore", "/nowhere.db", "--replace"]).refused(4, "TW-A001");
    let rubbish = house.folder.path().join("rubbish.db");
    std::fs::write(&rubbish, "no database at all, but long enough to be taken for the beginning of one")
        .unwrap();
    house.run(&["restore", rubbish.to_str().unwrap(), "--replace"]).refused(1, "TW-A003");
    let before = house.run(&["audit", "export"]).good().out;

    let restored = house.run(&["restore", copy, "--replace"]).good();
    let replaced = restored.out.lines().last().unwrap().rsplit(' ').next().unwrap();
    assert!(replaced.contains("tagwarden.db.replaced-"), "{restored:#?}");
    assert_eq!(house.run(&["audit", "export", "--file", replaced]).good().out, before);
    house.run(&["audit", "verify"]).good();
    let last = entries(&house).lines().last().unwrap().to_owned();
    assert!(last.contains("house-restored"), "{last}");
    house.start();
    assert_eq!(house.run(&["show", "1", "--json"]).json()["phase"], "waiting");
    house.run_as(&ada, &["withdraw", "1", "--reason", "the token came back too"]).good();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_is_put_into_an_empty_folder() {
    let mut house = House::open(&rules("")).await;
    let copy = house.folder.path().join("copy.db");
    house.run(&["backup", copy.to_str().unwrap(), "--quiet"]).good();
    house.stop();
    std::fs::remove_dir_all(house.folder.path().join("state")).unwrap();
    house.run(&["audit", "verify"]).refused(4, "TW-A001");
    let restored = house.run(&["restore", copy.to_str().unwrap(), "--json"]).good().json();
    assert_eq!(restored["replaced"], Value::Null);
    house.start();
}
