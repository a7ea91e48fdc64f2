//! The local socket itself: who may connect, and what becomes of those who misbehave.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{House, rules};

fn connect(house: &House) -> UnixStream {
    let stream = UnixStream::connect(house.socket()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// Sends bytes and returns the first line of the answer; empty when there is none.
fn send(house: &House, bytes: &[u8]) -> Value {
    let mut stream = connect(house);
    // Whoever sends too much is cut off while sending.
    let _ = stream.write_all(bytes);
    let mut line = String::new();
    let _ = BufReader::new(stream).read_line(&mut line);
    serde_json::from_str(&line).unwrap_or_default()
}

fn ask(house: &House, verb: &str, args: Value) -> Value {
    let request = json!({ "v": 1, "ask": { "kind": "call", "token": null, "verb": verb, "args": args } });
    send(house, format!("{request}\n").as_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_socket_belongs_to_owner_and_group() {
    let house = House::open(&rules("")).await;
    let mode = std::fs::metadata(house.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    let state = std::fs::metadata(house.folder.path().join("state")).unwrap().permissions().mode();
    assert_eq!(state & 0o777, 0o700);
    let database = std::fs::metadata(house.database()).unwrap().permissions().mode();
    assert_eq!(database & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_no_request_is_refused_and_hurts_nobody() {
    let house = House::open(&rules("")).await;
    for (bytes, id) in [
        (b"\n".to_vec(), "TW-X010"),
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), "TW-X010"),
        (b"\xff\xfe\x00\n".to_vec(), "TW-X010"),
        (b"{\"v\":1}\n".to_vec(), "TW-X010"),
        (b"{\"v\":1,\"ask\":{\"kind\":\"magic\"}}\n".to_vec(), "TW-X010"),
        (b"{\"v\":2,\"ask\":{\"kind\":\"anything\",\"else\":[]}}\n".to_vec(), "TW-X011"),
        (
            b"{\"v\":1,\"ask\":{\"kind\":\"call\",\"token\":null,\"verb\":\"rm\",\"args\":{}}}\n".to_vec(),
            "TW-X012",
        ),
        (b"[".repeat(100_000), "TW-X010"),
        (vec![b'x'; 5 << 20], "TW-X014"),
    ] {
        let mut ended = bytes.clone();
        ended.push(b'\n');
        assert_eq!(send(&house, &ended)["notice"]["id"], id, "{:?}…", &bytes[..bytes.len().min(60)]);
    }
    for args in [json!(null), json!([]), json!("1"), json!({ "release": 1 }), json!({ "release": ["1"] })] {
        assert_eq!(ask(&house, "show", args)["notice"]["id"], "TW-E002");
    }
    for release in
        ["", "99999999999999999999", "-1", "../../etc/passwd", "'; DROP TABLE journal; --", "\u{0}"]
    {
        assert_eq!(ask(&house, "show", json!({ "release": release }))["notice"]["id"], "TW-E002");
    }
    let limits = [json!(0), json!(u64::MAX), json!(-1), json!("many")];
    for limit in limits {
        assert_eq!(ask(&house, "status", json!({ "limit": limit }))["kind"], "ok");
    }
    house.run(&["status"]).good();
    house.run(&["audit", "verify"]).good();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reason_without_end_is_refused() {
    let house = House::open(&rules("")).await;
    house.push("1.1.0").await;
    let ada = house.token("ada");
    house.run_as(&ada, &["withdraw", "1", "--reason", &"long ".repeat(1000)]).refused(2, "TW-X016");
    assert_eq!(house.run(&["show", "1", "--json"]).json()["phase"], "waiting");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn followers_leave_room_for_pushes_and_their_places_are_free_when_they_go() {
    let house = House::open(&rules("")).await;
    house.push("1.1.0").await;
    let request = b"{\"v\":1,\"ask\":{\"kind\":\"call\",\"token\":null,\"verb\":\"follow\",\"args\":{\"release\":\"1\"}}}\n";
    let followers: Vec<UnixStream> = (0..32)
        .map(|_| {
            let mut stream = connect(&house);
            stream.write_all(request).unwrap();
            // The first answer shows that the place is taken.
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            stream
        })
        .collect();
    house.run(&["log", "1", "--follow"]).refused(75, "TW-X013");
    house.run(&["log", "1"]).good();
    house.run(&["status"]).good();
    // Nothing happens to the release, so only their going away can free the places.
    drop(followers);
    let one_more = || send(&house, request)["kind"] == "line";
    house.until("the places to be free", |_| one_more());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_follower_hears_when_the_daemon_goes() {
    let mut house = House::open(&rules("")).await;
    house.push("1.1.0").await;
    let log = std::fs::File::create(house.folder.path().join("followed")).unwrap();
    let child = house
        .command(&["log", "1", "--follow"])
        .stdout(log)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    house.until("the follower to have read something", |house| {
        std::fs::metadata(house.folder.path().join("followed")).unwrap().len() > 0
    });
    house.stop();
    let (code, err) = crate::house::ended(child);
    assert_eq!(code, Some(75), "{err}");
    assert!(err.contains("TW-X002"), "{err}");
}

mod tier2 {
    use std::os::unix::process::CommandExt;

    use super::*;
    use crate::house::said;

    /// An account that is neither root nor the daemon's.
    const NOBODY: u32 = 65534;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    #[ignore = "tier 2: root"]
    async fn others_may_not_connect_and_members_may_not_make_tokens() {
        let house = House::open(&rules("")).await;
        let program = house.folder.path().join("tagwarden");
        std::fs::copy(env!("CARGO_BIN_EXE_tagwarden"), &program).unwrap();
        let open = |path: &std::path::Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        open(house.folder.path(), 0o755);
        let stranger = |words: &[&str]| {
            let mut command = house.command(words);
            let mut as_nobody = std::process::Command::new(&program);
            as_nobody.args(command.get_args()).env_clear();
            as_nobody.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
            command.stdin(std::process::Stdio::null());
            said(as_nobody.uid(NOBODY).gid(NOBODY))
        };
        stranger(&["status"]).refused(3, "TW-X004");
        // As a member of the socket's group would get there.
        open(&house.folder.path().join("state"), 0o711);
        stranger(&["status"]).refused(3, "TW-X004");
        open(&house.socket(), 0o666);
        stranger(&["status"]).good();
        for words in [&["token", "list"][..], &["token", "new", "eve"], &["token", "revoke", "grace"]] {
            stranger(words).refused(3, "TW-P010");
        }
        stranger(&["audit", "verify"]).refused(3, "TW-A002");
        stranger(&["backup", "/tmp/never"]).refused(3, "TW-A002");
        assert_eq!(house.run(&["token", "list", "--json"]).json(), json!([]));
    }
}
